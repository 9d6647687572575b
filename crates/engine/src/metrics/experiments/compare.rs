//! One variant against the control: as they stand, and as they stood at the end of every day, so that the smallest p of all looks counts.
//!
//! With several variants each is held against the control, and p is multiplied by how many there are (Bonferroni).

use serde::Serialize;
use statistics::difference::{self, Difference, Score};
use statistics::power;
use statistics::sequential::{FIRST_LOOK, Look, Sequential};

use super::arms::Arm;
use super::verdict::{Run, Verdict, verdict};
use crate::journal::days::Day;
use crate::journal::experiments::Kept;
use crate::journal::experiments::exposures::Exposure;
use crate::metrics::figures::Asker;
use crate::metrics::rate::Rate;

/// Days that are looked at: two years.
const MOST_DAYS: i64 = 730;

/// A variant against the control.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Which.
    pub variant: String,
    /// Its share less the control's, with Newcombe's interval: true for one look at a number of clients that was settled before.
    pub difference: Option<Difference>,
    /// The same as a part of the control's share.
    pub relative: Option<f64>,
    /// The test of one look, which is not to be believed while it runs.
    pub fixed: Option<Score>,
    /// Always valid: the smallest of all days, times the number of comparisons.
    pub p: Option<f64>,
    /// The last look, with the interval that holds at all looks together.
    pub look: Option<Look>,
    /// Day by day.
    pub looks: Vec<DayLook>,
    /// Clients in each variant that show the smallest effect worth knowing.
    pub needed: Option<u64>,
    /// Weeks until then, at the pace of the last weeks; none: nobody comes, or nobody knows the control's share yet.
    pub weeks: Option<u64>,
    /// What got worse than in the control, surely.
    pub harmed: Vec<&'static str>,
    /// What it comes to.
    pub verdict: Verdict,
}

/// One day's end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DayLook {
    /// The day's beginning.
    pub day_us: i64,
    /// The control until then.
    pub control: Rate,
    /// The variant until then.
    pub variant: Rate,
    /// None where there was too little.
    pub look: Option<Look>,
}

pub(super) fn compare(asker: &Asker, one: &Kept, (counted, arms): (&[&Exposure], &[Arm]), index: usize, run: Run) -> Comparison {
    let (control, arm) = (&arms[0], &arms[index]);
    let looks = looks(asker, one, counted, (&control.variant, &arm.variant));
    let look = looks.iter().rev().find_map(|day| day.look);
    let p = look.map(|look| (look.p * (arms.len() - 1) as f64).min(1.0));
    let difference = difference::newcombe(control.rate, arm.rate);
    let base = control.rate.share();
    let needed = base.filter(|_| control.rate.n >= FIRST_LOOK).and_then(|base| needed(base, one));
    let have = control.rate.n.min(arm.rate.n);
    let weeks = needed.and_then(|needed| power::weeks_to_go(needed, have, run.weekly * smallest(one)));
    let mut comparison = Comparison {
        variant: arm.variant.clone(),
        difference,
        relative: difference.zip(base).filter(|(_, base)| *base > 0.0).map(|(found, base)| found.value / base),
        fixed: difference::pooled_z(control.rate, arm.rate),
        p,
        look,
        looks,
        needed,
        weeks,
        harmed: arm.guards.harmed(&control.guards, one.what.effect),
        verdict: Verdict::Draft,
    };
    comparison.verdict = verdict(run, one, (control.rate.n, arm.rate.n), &comparison);
    comparison
}

/// Clients in each variant to see the effect, in whichever direction there is room for it.
fn needed(base: f64, one: &Kept) -> Option<u64> {
    let target = base + one.what.aim.gain(one.what.effect);
    let target = if (0.0..=1.0).contains(&target) { target } else { base - one.what.aim.gain(one.what.effect) };
    power::needed_per_arm(base, target)
}

/// The smallest part of the clients that a variant gets.
fn smallest(one: &Kept) -> f64 {
    let all: u32 = one.what.variants.iter().map(|variant| variant.weight).sum();
    let least = one.what.variants.iter().map(|variant| variant.weight).min().unwrap_or(0);
    f64::from(least) / f64::from(all.max(1))
}

/// When something happened to a client.
type Moment = fn(&Exposure) -> Option<i64>;

/// Every day on which somebody was added, or did what is counted.
fn looks(asker: &Asker, one: &Kept, counted: &[&Exposure], (control, variant): (&str, &str)) -> Vec<DayLook> {
    let Some((from_us, to_us)) = one.span_us() else { return Vec::new() };
    let Some(mut test) = Sequential::new(one.what.effect) else { return Vec::new() };
    let until_us = asker.now_us.min(to_us.saturating_add(asker.window_us));
    let moments = |name: &str, of: Moment| {
        let mut moments: Vec<i64> = counted.iter().filter(|one| one.variant == name).filter_map(|one| of(one)).collect();
        moments.sort_unstable();
        moments
    };
    let (seen, hit): (Moment, Moment) = (|one| Some(one.seen_us), |one| one.hit_us);
    let told = [moments(control, hit), moments(control, seen), moments(variant, hit), moments(variant, seen)];
    let mut looks: Vec<DayLook> = Vec::new();
    let (first, last) = (Day::of(from_us, &asker.zone).0, Day::of(until_us, &asker.zone).0);
    for day in first.max(last - MOST_DAYS)..=last {
        let (day_us, end_us) = Day(day).span_us(&asker.zone);
        let [hits, n, variant_hits, variant_n] = [0, 1, 2, 3].map(|at| told[at].partition_point(|us| *us < end_us) as u64);
        let (control, variant) = (Rate { part: hits, n }, Rate { part: variant_hits, n: variant_n });
        let is_same = looks.last().map_or(n + variant_n == 0, |before| (before.control, before.variant) == (control, variant));
        if !is_same {
            looks.push(DayLook { day_us, control, variant, look: test.look(control, variant) });
        }
    }
    looks
}
