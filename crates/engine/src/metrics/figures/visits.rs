//! Who came, who did not, and what reminders had to do with it. The denominator is visits by their own day, not by the day of booking.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde::Serialize;

use super::Asker;
use crate::metrics::rate::Rate;

/// Visits of a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Visits {
    /// All of them, by how they ended.
    pub by_outcome: BTreeMap<String, u64>,
    /// Did not come, of those who came or did not.
    pub no_show: Rate,
    /// The same with those who cancelled less than two hours before.
    pub no_show_strict: Rate,
    /// Of which nobody knows how they ended, of those whose time is over.
    pub unknown: Rate,
    /// Reminders.
    pub reminders: Reminders,
    /// No-shows by what the client answered: confirmed, silent, not delivered, not reminded.
    pub no_show_by_reminder: BTreeMap<&'static str, Rate>,
}

/// What came of reminders; the unit is a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reminders {
    /// Visits of which a reminder was sent.
    pub sent: u64,
    /// Delivered, of sent.
    pub delivery: Rate,
    /// Confirmed, of delivered.
    pub confirmation: Rate,
    /// Confirmed, cancelled or moved, of delivered.
    pub response: Rate,
    /// Delivered, and no word.
    pub silent: u64,
}

/// What tells visits apart here.
struct Kind {
    outcome: String,
    reminded: bool,
    delivered: bool,
    answer: Option<String>,
}

/// How many there are of each kind. There are some dozens of kinds, so they are looked through; the database would sort all visits.
fn kinds(conn: &Connection, asker: &Asker, (from_us, to_us): (i64, i64), channel: Option<&str>) -> rusqlite::Result<Vec<(Kind, u64)>> {
    let sql = "SELECT outcome, reminded, delivered, answer FROM visits WHERE business = ?1 AND at_us >= ?2 AND at_us < ?3 AND (?4 IS NULL OR channel = ?4)";
    let mut find = conn.prepare_cached(sql)?;
    let mut rows = find.query(params![asker.business.0, from_us, to_us, channel])?;
    let mut kinds: Vec<(Kind, u64)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (outcome, answer) = (row.get_ref(0)?.as_str()?, row.get_ref(3)?.as_str_or_null()?);
        let (reminded, delivered) = (row.get(1)?, row.get(2)?);
        let is_same = |kind: &Kind| {
            kind.outcome == outcome && kind.answer.as_deref() == answer && kind.reminded == reminded && kind.delivered == delivered
        };
        match kinds.iter_mut().find(|(kind, _)| is_same(kind)) {
            Some((_, count)) => *count += 1,
            None => kinds.push((Kind { outcome: outcome.to_owned(), reminded, delivered, answer: answer.map(str::to_owned) }, 1)),
        }
    }
    Ok(kinds)
}

/// Of visits between two moments.
///
/// # Errors
/// When the database says no.
pub fn visits(conn: &Connection, asker: &Asker, from_us: i64, to_us: i64, channel: Option<&str>) -> rusqlite::Result<Visits> {
    let kinds = kinds(conn, asker, (from_us, to_us), channel)?;
    let (mut by_outcome, mut answers) = (BTreeMap::<String, u64>::new(), BTreeMap::<String, u64>::new());
    let (mut sent, mut delivered) = (0, 0);
    let mut table: BTreeMap<&'static str, Rate> = BTreeMap::new();
    for (Kind { outcome, reminded, delivered: came, answer }, count) in kinds {
        // A client who answers has it, whatever the carrier says.
        let came = came || answer.is_some();
        sent += if reminded { count } else { 0 };
        delivered += if reminded && came { count } else { 0 };
        if let Some(answer) = answer.as_deref().filter(|_| reminded) {
            *answers.entry(answer.to_owned()).or_default() += count;
        }
        let group = match answer.as_deref() {
            Some("confirmed") => "confirmed",
            _ if !reminded => "not_reminded",
            _ if !came => "not_delivered",
            _ => "silent",
        };
        if outcome == "arrived" || outcome == "no_show" {
            let rate = table.entry(group).or_insert(Rate { part: 0, n: 0 });
            rate.n += count;
            rate.part += if outcome == "no_show" { count } else { 0 };
        }
        *by_outcome.entry(outcome).or_default() += count;
    }
    let of = |name: &str| by_outcome.get(name).copied().unwrap_or(0);
    let answered = |name: &str| answers.get(name).copied().unwrap_or(0);
    let (arrived, absent, late, unknown) = (of("arrived"), of("no_show"), of("cancelled_late"), of("unknown"));
    let over: u64 = by_outcome.iter().filter(|(name, _)| *name != "planned").map(|(_, count)| count).sum();
    let (confirmed, response) = (answered("confirmed"), answers.values().sum::<u64>());
    Ok(Visits {
        no_show: Rate { part: absent, n: arrived + absent },
        no_show_strict: Rate { part: absent + late, n: arrived + absent + late },
        unknown: Rate { part: unknown, n: over },
        reminders: Reminders {
            sent,
            delivery: Rate { part: delivered, n: sent },
            confirmation: Rate { part: confirmed, n: delivered },
            response: Rate { part: response, n: delivered },
            silent: delivered.saturating_sub(response),
        },
        no_show_by_reminder: table,
        by_outcome,
    })
}
