//! Counting conversations of two windows by stratum, and comparing them with and without strata.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;
use statistics::chi_squared::ChiSquared;
use statistics::difference::{self, Difference, Score};
use statistics::stratified::{self, Standardised, Stratum, Weighted};

use super::windows::Windows;
use crate::metrics::figures::{Asker, under};
use crate::metrics::judge::marks;
use crate::metrics::rate::Rate;
use crate::metrics::sheets::{self, Line, Name};

/// What is counted of conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// With a booking that counts.
    Booked,
    /// Lost leads.
    Lost,
    /// The assistant was unsure.
    Unsure,
    /// Handed to a person.
    Handoff,
    /// Something failed.
    Failed,
    /// The client said no.
    Refused,
}

/// All of them: bookings first, then what should not get worse.
pub const MEASURES: [Measure; 6] = [Measure::Booked, Measure::Lost, Measure::Unsure, Measure::Handoff, Measure::Failed, Measure::Refused];

/// One measure before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Which.
    pub measure: Measure,
    /// Of all conversations together.
    pub crude: Stratum,
    /// Their difference, with Newcombe's interval.
    pub difference: Option<Difference>,
    /// How probable it is that the later share is the lower one.
    pub chance_lower: Option<f64>,
    /// Within strata: Mantel and Haenszel's.
    pub adjusted: Option<Weighted>,
    /// Is there any difference within strata?
    pub cmh: Option<Score>,
    /// Both shares as they would be with one mix of strata.
    pub standardised: Option<Standardised>,
    /// Is the difference the same in all strata?
    pub heterogeneity: Option<ChiSquared>,
}

/// One stratum.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Messenger or site.
    pub channel: String,
    /// The last intent; empty where none was told.
    pub intent: String,
    /// Clients who had written before.
    pub is_returning: bool,
    /// Conversations with a booking.
    pub booked: Stratum,
    /// Their difference.
    pub difference: Option<Difference>,
}

/// Channel, intent, returning.
type Key = (String, String, bool);

/// Counts of a stratum in both windows: how many, and of them how many by measure.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    n: [u64; 2],
    parts: [[u64; 2]; MEASURES.len()],
}

impl Measure {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Lost => "lost",
            Self::Unsure => "unsure",
            Self::Handoff => "handoff",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }

    /// Of one conversation.
    fn holds(self, line: &Line<'_>) -> bool {
        match self {
            Self::Booked => line.is_booked(),
            Self::Lost => line.is_lost(),
            Self::Unsure => line.has(marks::UNSURE),
            Self::Handoff => line.has(marks::HANDOFF),
            Self::Failed => line.has(marks::FAILURE),
            Self::Refused => line.has(marks::REFUSED),
        }
    }
}

impl Counts {
    fn add(&mut self, line: &Line<'_>, window: usize) {
        self.n[window] += 1;
        for (part, measure) in self.parts.iter_mut().zip(MEASURES) {
            part[window] += u64::from(measure.holds(line));
        }
    }

    fn stratum(&self, measure: Measure) -> Stratum {
        let at = MEASURES.iter().position(|known| *known == measure).unwrap_or(0);
        let [before, after] = [0, 1].map(|window| Rate { part: self.parts[at][window], n: self.n[window] });
        Stratum { before, after }
    }
}

/// Every conversation of both windows.
pub(super) fn count(conn: &Connection, asker: &Asker, windows: &Windows) -> rusqlite::Result<BTreeMap<Key, Counts>> {
    let [from_us, change_us, after_us, to_us] = windows.bounds_us(&asker.zone);
    let mut strata: BTreeMap<String, BTreeMap<String, [Counts; 2]>> = BTreeMap::new();
    sheets::walk(conn, asker.business, from_us, to_us, |line| {
        let us = line.started_us();
        if !line.is_counted() || (change_us..after_us).contains(&us) {
            return;
        }
        let (channel, intent) = (line.name(Name::Channel).unwrap_or_default(), line.name(Name::Intent).unwrap_or_default());
        let window = usize::from(us >= after_us);
        let add = |of: &mut [Counts; 2]| of[usize::from(line.is_returning())].add(line, window);
        under(&mut strata, channel, |intents| under(intents, intent, add));
    })?;
    let mut all = BTreeMap::new();
    for (channel, intents) in strata {
        for (intent, of) in intents {
            let known = of.into_iter().zip([false, true]).filter(|(counts, _)| counts.n != [0, 0]);
            all.extend(known.map(|(counts, is_returning)| ((channel.clone(), intent.clone(), is_returning), counts)));
        }
    }
    Ok(all)
}

/// One measure of what was counted.
pub(super) fn compare(measure: Measure, counted: &BTreeMap<Key, Counts>) -> Compared {
    let strata: Vec<Stratum> = counted.values().map(|counts| counts.stratum(measure)).collect();
    let crude = stratified::crude(&strata);
    Compared {
        measure,
        crude,
        difference: difference::newcombe(crude.before, crude.after),
        chance_lower: difference::chance_lower(crude.before, crude.after),
        adjusted: stratified::mantel_haenszel(&strata),
        cmh: stratified::cmh(&strata),
        standardised: stratified::standardised(&strata),
        heterogeneity: stratified::heterogeneity(&strata),
    }
}

/// The strata, the largest first.
pub(super) fn rows(counted: &BTreeMap<Key, Counts>) -> Vec<Row> {
    let row = |((channel, intent, is_returning), counts): (&Key, &Counts)| {
        let booked = counts.stratum(Measure::Booked);
        let difference = difference::newcombe(booked.before, booked.after);
        Row { channel: channel.clone(), intent: intent.clone(), is_returning: *is_returning, booked, difference }
    };
    let mut rows: Vec<Row> = counted.iter().map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.booked.before.n + row.booked.after.n));
    rows
}
