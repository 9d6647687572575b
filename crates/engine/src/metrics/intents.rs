//! How often the assistant takes clients' words for something else: from sealed draws and labels, never from what was looked at alone.
//!
//! Units are events with an intent, by the month in which their conversation began. The unsure ones are all looked at, the others through
//! drawn conversations, so every label counts for as many as it stands for (docs/decisions/010; formulas in `statistics::sample`). The first
//! person's last word counts; a second person's says only how far two people agree. Complaints and facts are in none of it.

use std::collections::{BTreeMap, BTreeSet};

use ledger::RecordList;
use rusqlite::Connection;
use serde::Serialize;
use statistics::sample::agreement::{Agreement, cohen};
use statistics::sample::ratio::{self, Confusion, Drawn, Estimated, Ratio};
use statistics::sample::sessions::{self, Month};
use statistics::sample::{Estimate, Part};
use statistics::{FEW, Interval};

use crate::event::BusinessId;
use crate::event::review::{Draw, ReviewQueue};
use crate::journal::reviews::{self, Opinion, Opinions};

/// Months that are pooled when nobody says which: one alone gives wide bounds.
pub const MONTHS: usize = 3;

/// What the labels of some months say.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Intents {
    /// The months, the newest first.
    pub months: Vec<OfMonth>,
    /// Units of these months.
    pub units: u64,
    /// Of them labelled.
    pub n: u64,
    /// Too few labels for a share.
    pub few: bool,
    /// The share of wrong intents among all units.
    pub wrong: Option<Share>,
    /// Half the width of its interval, if so many conversations were looked at in the newest month.
    pub margins: Vec<Margin>,
    /// Intent by intent, the most frequent first.
    pub intents: Vec<OfIntent>,
    /// How many units of all were taken for one thing and were another.
    pub confusion: Vec<Cell>,
    /// Two people on the same units.
    pub agreement: Option<Agreement>,
}

/// How far a month is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfMonth {
    /// `2026-11`.
    pub month: String,
    /// The record of the draw.
    pub draw: u64,
    /// Of it.
    pub seed: u64,
    /// Unsure units, all to be looked at.
    pub low: u64,
    /// Of them labelled.
    pub low_labelled: u64,
    /// The other units.
    pub rest: u64,
    /// Conversations.
    pub sessions: u64,
    /// Of them drawn.
    pub drawn: u64,
    /// Of them labelled as a whole.
    pub labelled: u64,
}

/// A share of all units.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// The share.
    pub share: f64,
    /// Its standard error.
    pub se: Option<f64>,
    /// Between which the true one lies.
    pub interval: Option<Interval>,
}

/// How sure so many conversations make.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Margin {
    /// Conversations a month.
    pub sessions: u64,
    /// As a share.
    pub margin: f64,
}

/// One intent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfIntent {
    /// Its name.
    pub intent: String,
    /// Labels that it has a part in.
    pub n: u64,
    /// Weighted counts.
    pub counts: Estimated,
    /// Named where it was not meant, of all named: false discovery rate.
    pub wrongly_named: Option<Ratio>,
    /// Meant and not named, of all meant: false negative rate.
    pub missed: Option<Ratio>,
    /// Named, of all where it was not meant: false positive rate.
    pub false_positive: Option<Ratio>,
}

/// A cell of the confusion matrix.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cell {
    /// What it was taken for.
    pub assigned: String,
    /// What it was; none where the reviewer did not know.
    pub truth: Option<String>,
    /// Labels.
    pub n: u64,
    /// For so many units they stand.
    pub units: f64,
}

/// A unit as labelled: what it was taken for, and what it was.
type Labelled = (String, Option<String>);

/// A month's labels, as the formulas take them.
struct Counted {
    of: OfMonth,
    /// Unsure units.
    low: Vec<Labelled>,
    /// Conversations that are labelled as a whole.
    sessions: Vec<Vec<Labelled>>,
}

/// What the labels of the months that `from_us..to_us` touches say; of the last ones where no moment is given.
///
/// # Errors
/// When the database says no.
pub fn measure(conn: &Connection, business: BusinessId, from_us: Option<i64>, to_us: Option<i64>) -> rusqlite::Result<Intents> {
    let mut draws: BTreeMap<String, reviews::Stored> = BTreeMap::new();
    for stored in reviews::draws(conn, business, ReviewQueue::Random, usize::MAX)? {
        // The newest of a month is the longest.
        draws.entry(stored.draw.period.clone()).or_insert(stored);
    }
    let within = |draw: &Draw| from_us.is_none_or(|from| draw.to_us > from) && to_us.is_none_or(|to| draw.from_us < to);
    let many = if from_us.is_none() && to_us.is_none() { MONTHS } else { usize::MAX };
    let labels = reviews::all(conn, business)?;
    let first = |record: u64| labels.get(&record).and_then(|opinions| labelled(opinions.first()?));
    let chosen = draws.into_values().rev().filter(|stored| within(&stored.draw)).take(many);
    let counted: Vec<Counted> = chosen.map(|stored| count(&stored, &first)).collect();
    // A month of which nothing is labelled yet says nothing, and does not keep the others from it.
    let known: Vec<&Counted> = counted.iter().filter(|month| month.is_known()).collect();
    Ok(Intents {
        units: known.iter().map(|month| month.of.low + month.of.rest).sum(),
        n: known.iter().map(|month| month.labels().count() as u64).sum(),
        few: known.iter().map(|month| month.labels().count() as u64).sum::<u64>() < FEW,
        wrong: share(&known),
        margins: margins(&known),
        intents: intents(&known),
        confusion: confusion(&known),
        agreement: agreement(labels.values()),
        months: counted.into_iter().map(|month| month.of).collect(),
    })
}

fn labelled(opinion: &Opinion) -> Option<Labelled> {
    opinion.right?;
    Some((opinion.assigned.clone()?, opinion.truth.clone()))
}

fn count(stored: &reviews::Stored, first: &dyn Fn(u64) -> Option<Labelled>) -> Counted {
    let draw = &stored.draw;
    let list = |text: &str| text.parse::<RecordList>().unwrap_or_default();
    let unsure = list(&draw.units);
    let low: Vec<Labelled> = unsure.iter().filter_map(first).collect();
    // One without units has no wrong ones; one that is labelled in part says nothing yet.
    let whole = |units: &str| list(units).iter().map(first).collect::<Option<Vec<Labelled>>>();
    let sessions: Vec<Vec<Labelled>> = draw.sessions.iter().filter_map(|drawn| whole(&drawn.units)).collect();
    let of = OfMonth {
        month: draw.period.clone(),
        draw: stored.record.index(),
        seed: draw.seed,
        low: unsure.len(),
        low_labelled: low.len() as u64,
        rest: draw.rest,
        sessions: list(&draw.frame).len(),
        drawn: draw.sessions.len() as u64,
        labelled: sessions.len() as u64,
    };
    Counted { of, low, sessions }
}

impl Counted {
    /// Something of every part that is not empty is labelled.
    fn is_known(&self) -> bool {
        (self.of.low == 0 || !self.low.is_empty()) && (self.of.rest == 0 || !self.sessions.is_empty()) && self.labels().next().is_some()
    }

    fn labels(&self) -> impl Iterator<Item = &Labelled> {
        self.low.iter().chain(self.sessions.iter().flatten())
    }

    /// For how many units a label stands: the unsure, the others.
    fn weights(&self) -> (f64, f64) {
        let weight = |all: u64, looked: usize| if looked == 0 { 0.0 } else { all as f64 / looked as f64 };
        (weight(self.of.low, self.low.len()), weight(self.of.sessions, self.sessions.len()))
    }
}

fn is_wrong((assigned, truth): &Labelled) -> bool {
    truth.as_ref() != Some(assigned)
}

fn wrong_in(session: &[Labelled]) -> u64 {
    session.iter().filter(|unit| is_wrong(unit)).count() as u64
}

/// Calls `with` with the months as the formulas take them.
fn with_months<T>(known: &[&Counted], with: impl FnOnce(&[Month<'_>]) -> T) -> T {
    let wrong: Vec<Vec<u64>> = known.iter().map(|month| month.sessions.iter().map(|session| wrong_in(session)).collect()).collect();
    let month = |(month, wrong): (&&Counted, &'_ Vec<u64>)| {
        let low_wrong = month.low.iter().filter(|unit| is_wrong(unit)).count() as u64;
        (Part { total: month.of.low, reviewed: month.low.len() as u64, wrong: low_wrong }, month.of.rest, month.of.sessions, wrong.clone())
    };
    let parts: Vec<_> = known.iter().zip(&wrong).map(month).collect();
    let months: Vec<Month<'_>> = parts
        .iter()
        .map(|(doubtful, rest, sessions, wrong)| Month { doubtful: *doubtful, rest: *rest, sessions: *sessions, wrong })
        .collect();
    with(&months)
}

fn share(known: &[&Counted]) -> Option<Share> {
    let Estimate { share, se, interval } = with_months(known, sessions::wrong_share)?;
    // A bound below nothing is what the formula for clusters gives; nothing is meant.
    let interval = interval.map(|bounds| Interval { low: bounds.low.max(0.0), high: bounds.high.min(1.0) });
    Some(Share { share, se, interval })
}

fn margins(known: &[&Counted]) -> Vec<Margin> {
    let margin = |month: &Month<'_>, sessions| month.margin(sessions).map(|margin| Margin { sessions, margin });
    with_months(known, |months| {
        let newest = months.first();
        newest.into_iter().flat_map(|month| [10, 30].into_iter().filter_map(move |sessions| margin(month, sessions))).collect()
    })
}

fn intents(known: &[&Counted]) -> Vec<OfIntent> {
    let labels = || known.iter().flat_map(|month| month.labels());
    let names: BTreeSet<&str> =
        labels().flat_map(|(assigned, truth)| [Some(assigned), truth.as_ref()]).flatten().map(String::as_str).collect();
    let mut intents: Vec<OfIntent> = names.into_iter().filter_map(|name| intent(known, name)).collect();
    let size = |one: &OfIntent| one.counts.right + one.counts.wrongly_named + one.counts.missed;
    intents.sort_by(|one, other| size(other).total_cmp(&size(one)));
    intents
}

fn intent(known: &[&Counted], name: &str) -> Option<OfIntent> {
    let one = |(assigned, truth): &Labelled| {
        let (named, meant) = (assigned == name, truth.as_deref() == Some(name));
        Confusion {
            right: u64::from(named && meant),
            wrongly_named: u64::from(named && !meant),
            missed: u64::from(!named && meant),
            neither: u64::from(!named && !meant),
        }
    };
    let whole = |session: &Vec<Labelled>| session.iter().map(one).fold(Confusion::default(), |sum, unit| sum + unit);
    let units: Vec<(Vec<Confusion>, u64)> = known
        .iter()
        .flat_map(|month| {
            let low = (month.low.iter().map(one).collect(), month.of.low);
            [low, (month.sessions.iter().map(whole).collect(), month.of.sessions)]
        })
        .filter(|(units, of): &(Vec<Confusion>, u64)| *of > 0 && !units.is_empty())
        .collect();
    let strata: Vec<Drawn<'_>> = units.iter().map(|(units, of)| Drawn { units, of: *of }).collect();
    let n = known
        .iter()
        .flat_map(|month| month.labels())
        .filter(|(assigned, truth)| assigned == name || truth.as_deref() == Some(name))
        .count();
    Some(OfIntent {
        intent: name.to_owned(),
        n: n as u64,
        counts: ratio::estimated(&strata)?,
        wrongly_named: ratio::wrongly_named(&strata),
        missed: ratio::missed(&strata),
        false_positive: ratio::false_positive(&strata),
    })
}

fn confusion(known: &[&Counted]) -> Vec<Cell> {
    let mut cells: BTreeMap<Labelled, (u64, f64)> = BTreeMap::new();
    for month in known {
        let (low, rest) = month.weights();
        let weighted = month.low.iter().map(|unit| (unit, low)).chain(month.sessions.iter().flatten().map(|unit| (unit, rest)));
        for (unit, weight) in weighted {
            let cell = cells.entry(unit.clone()).or_default();
            *cell = (cell.0 + 1, cell.1 + weight);
        }
    }
    cells.into_iter().map(|((assigned, truth), (n, units))| Cell { assigned, truth, n, units }).collect()
}

/// The first two people on every unit that two have judged.
fn agreement<'a>(labels: impl Iterator<Item = &'a Opinions>) -> Option<Agreement> {
    let word = |opinion: &Opinion| labelled(opinion).map(|(_, truth)| truth.unwrap_or_default());
    let pairs: Vec<(String, String)> = labels.filter_map(|opinions| Some((word(opinions.first()?)?, word(opinions.get(1)?)?))).collect();
    let names: Vec<&String> = pairs.iter().flat_map(|(one, other)| [one, other]).collect::<BTreeSet<_>>().into_iter().collect();
    let mut table = vec![vec![0; names.len()]; names.len()];
    for (one, other) in &pairs {
        if let (Ok(row), Ok(column)) = (names.binary_search(&one), names.binary_search(&other)) {
            table[row][column] += 1;
        }
    }
    cohen(&table)
}
