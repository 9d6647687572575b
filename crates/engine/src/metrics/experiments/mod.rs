//! What an experiment says: were clients divided as they were meant to be, by how much do the variants differ, and may one stop.
//!
//! Unit is the client, who counts for what they were shown first. Whoever did what is counted within W of that moment did it; whoever saw it less than
//! W ago may still do so. It may be looked at every day: p-values and intervals are those that stay true however often one looks; those of
//! waiting and cost (`guards`) are not, and are made wide instead.
//!
//! * `arms` – counts of each variant · `guards` – what must not get worse · `compare` – each against the control, day by day · `verdict` – what that means, in one word

mod arms;
mod compare;
mod guards;
#[cfg(test)]
mod tests;
mod verdict;

pub use arms::Arm;
pub use compare::{Comparison, DayLook};
pub use guards::{Cost, Guard, Guards, Slowest};
pub use verdict::{FULL_DAYS, Verdict};

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;
use statistics::chi_squared::{self, ChiSquared};

use super::figures::Asker;
use crate::event::when::DAY_US;
use crate::journal::experiments::exposures::{self, Exposure, flags};
use crate::journal::experiments::{Kept, State};

/// An experiment as it stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// Draft, running, stopped.
    pub state: State,
    /// Whole days since it began, until it stopped.
    pub days: i64,
    /// The control first.
    pub arms: Vec<Arm>,
    /// Were clients divided by the weights? None where nobody came.
    pub split: Option<ChiSquared>,
    /// They were not: no difference means anything.
    pub is_mismatch: bool,
    /// Clients who saw it less than W ago: they may still do what is counted.
    pub open: u64,
    /// Clients who were shown more than one variant: they count for the first.
    pub crossed: u64,
    /// Clients of whom the bot told another variant than was served.
    pub contradicted: u64,
    /// In no number, by reason.
    pub left_out: BTreeMap<String, u64>,
    /// Clients who see it in a week, by the last weeks.
    pub weekly: f64,
    /// Each variant against the control.
    pub comparisons: Vec<Comparison>,
    /// What it comes to.
    pub verdict: Verdict,
}

/// The experiment as it stands.
///
/// # Errors
/// When the database says no.
pub fn standing(conn: &Connection, asker: &Asker, one: &Kept) -> rusqlite::Result<Standing> {
    let seen = exposures::of(conn, one.record)?;
    let mut arms = arms_of(asker, one, &counted(&seen));
    guards::beside(conn, asker, one, &mut arms)?;
    Ok(judge(asker, one, &seen, arms))
}

/// The same without reviews, complaints and model calls of everybody who took part: what a list needs.
///
/// # Errors
/// When the database says no.
pub fn outcome(conn: &Connection, asker: &Asker, one: &Kept) -> rusqlite::Result<Standing> {
    let seen = exposures::of(conn, one.record)?;
    let arms = arms_of(asker, one, &counted(&seen));
    Ok(judge(asker, one, &seen, arms))
}

/// Were clients divided as they were meant to be? Asked often, of what runs.
///
/// # Errors
/// When the database says no.
pub fn split(conn: &Connection, one: &Kept) -> rusqlite::Result<(Option<ChiSquared>, Vec<u64>)> {
    let sql = "SELECT count(*) FROM exposures WHERE business = ?1 AND experiment = ?2 AND variant = ?3 AND left_out IS NULL";
    let mut count = conn.prepare_cached(sql)?;
    let (business, record) = (one.record.business().0, one.record.as_i64());
    let counts: Vec<u64> = (one.what.variants.iter())
        .map(|variant| {
            count.query_row(rusqlite::params![business, record, variant.name], |row| row.get::<_, i64>(0)).map(|count| count as u64)
        })
        .collect::<rusqlite::Result<_>>()?;
    Ok((split_of(one, &counts), counts))
}

fn split_of(one: &Kept, counts: &[u64]) -> Option<ChiSquared> {
    let weights: Vec<f64> = one.what.variants.iter().map(|variant| f64::from(variant.weight)).collect();
    chi_squared::split(counts, &weights)
}

/// Who is in the numbers.
fn counted(seen: &[Exposure]) -> Vec<&Exposure> {
    seen.iter().filter(|one| one.left_out.is_none()).collect()
}

fn arms_of(asker: &Asker, one: &Kept, counted: &[&Exposure]) -> Vec<Arm> {
    one.what.variants.iter().map(|variant| Arm::of(variant, counted, asker)).collect()
}

/// What is seen, judged; pure.
fn judge(asker: &Asker, one: &Kept, seen: &[Exposure], arms: Vec<Arm>) -> Standing {
    let mut left_out = BTreeMap::new();
    for why in seen.iter().filter_map(|one| one.left_out.clone()) {
        *left_out.entry(why).or_default() += 1;
    }
    let counted = counted(seen);
    let counts: Vec<u64> = arms.iter().map(|arm| arm.rate.n).collect();
    let split = split_of(one, &counts);
    let is_mismatch = split.is_some_and(ChiSquared::is_mismatch);
    let (days, weekly) = pace(asker, one, &counted);
    let run = verdict::Run { state: one.state(), days, is_mismatch, weekly };
    let comparisons: Vec<Comparison> = (1..arms.len()).map(|index| compare::compare(asker, one, (&counted, &arms), index, run)).collect();
    let has = |flag: u32| counted.iter().filter(|one| one.flags & flag != 0).count() as u64;
    Standing {
        state: run.state,
        days,
        split,
        is_mismatch,
        open: arms.iter().map(|arm| arm.open).sum(),
        crossed: has(flags::CROSSED),
        contradicted: has(flags::CONTRADICTED),
        left_out,
        weekly,
        verdict: verdict::of_all(run, &comparisons),
        arms,
        comparisons,
    }
}

/// Whole days that it ran, and how many clients see it in a week, by the last four weeks of it.
fn pace(asker: &Asker, one: &Kept, counted: &[&Exposure]) -> (i64, f64) {
    let Some((from_us, to_us)) = one.span_us() else { return (0, 0.0) };
    let last_us = to_us.min(asker.now_us);
    let since_us = from_us.max(last_us - 28 * DAY_US);
    let recent = counted.iter().filter(|one| one.seen_us >= since_us).count() as f64;
    // A day is the least that says anything about a week.
    let weeks = ((last_us - since_us).max(DAY_US)) as f64 / (7 * DAY_US) as f64;
    ((last_us - from_us).max(0) / DAY_US, recent / weeks)
}
