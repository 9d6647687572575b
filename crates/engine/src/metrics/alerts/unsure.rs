//! A5: the assistant is unsure in more conversations than on the same weekdays before: a new intent, a new model, a broken prompt.
//!
//! As A4: 24 hours against the same hours of four weeks, by an exact binomial tail. It fires below 0.001 alone, because nobody is harmed by an hour of
//! it and a wrong alarm costs trust.

use rusqlite::{Row, params};
use statistics::Rate;
use statistics::binomial::chance_of_so_many;

use super::{DAY_US, Finding, Ground, Looked, percent};
use crate::event::incident::Severity;

/// A conversation with an intent below it is unsure.
const UNSURE: f64 = 0.6;
const ENOUGH: u64 = 20;
const CHANCE: f64 = 0.001;
/// More than this a day is usual again.
const USUAL: f64 = 0.02;

pub(super) fn look(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    let now = rate(ground, ground.now_us)?;
    let mut before = Rate { part: 0, n: 0 };
    for week in 1..=4 {
        let found = rate(ground, ground.now_us - week * 7 * DAY_US)?;
        before = Rate { part: before.part + found.part, n: before.n + found.n };
    }
    match chance(now, before) {
        Some(chance) if chance < CHANCE => {
            let (records, began_us) = evidence(ground)?;
            let finding = Finding::new("A5", Severity::Warning, began_us).showing(records).counting(now.part);
            let finding = finding.fact("unsure", now.part).fact("conversations", now.n).fact("percent", percent(now.part, now.n));
            looked.findings.push(finding.fact("before_percent", percent(before.part, before.n)).fact("before_n", before.n));
        }
        Some(chance) if chance >= USUAL => drop(looked.well.insert("A5".into(), ground.now_us)),
        _ => {}
    }
    Ok(())
}

/// How often so many are unsure without any change.
fn chance(now: Rate, before: Rate) -> Option<f64> {
    let expected = before.share().filter(|_| before.n >= ENOUGH && now.n >= ENOUGH)?;
    chance_of_so_many(now, expected)
}

/// Conversations of which a confidence is known.
fn rate(ground: &Ground<'_>, to_us: i64) -> rusqlite::Result<Rate> {
    let sql = "SELECT count(*), count(*) FILTER (WHERE confidence < ?4) FROM sessions INDEXED BY sessions_by_time
               WHERE business = ?1 AND last_us > ?2 AND last_us <= ?3 AND confidence IS NOT NULL";
    let values = params![ground.business.0, to_us - DAY_US, to_us, UNSURE];
    let read = |row: &Row<'_>| Ok(Rate { part: row.get::<_, i64>(1)? as u64, n: row.get::<_, i64>(0)? as u64 });
    ground.conn.prepare_cached(sql)?.query_row(values, read)
}

fn evidence(ground: &Ground<'_>) -> rusqlite::Result<(Vec<u64>, i64)> {
    let sql = "SELECT e.record, e.ts_us FROM events e WHERE e.business = ?1 AND e.ts_us > ?2 AND e.ts_us <= ?3 AND e.confidence < ?4
               ORDER BY e.ts_us LIMIT 100";
    let read = |row: &Row<'_>| Ok((crate::event::RecordNo::from_i64(row.get(0)?).index(), row.get::<_, i64>(1)?));
    let values = params![ground.business.0, ground.now_us - DAY_US, ground.now_us, UNSURE];
    let found: Vec<(u64, i64)> = ground.conn.prepare_cached(sql)?.query_map(values, read)?.collect::<Result<_, _>>()?;
    let began_us = found.first().map_or(ground.now_us, |(_, us)| *us);
    Ok((found.into_iter().map(|(record, _)| record).collect(), began_us))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_jump_is_told_from_chance() {
        let before = Rate { part: 20, n: 200 };
        let chance = |part, n| chance(Rate { part, n }, before);
        assert!(chance(12, 40).unwrap() < CHANCE, "thirty of a hundred where ten are usual");
        assert!(chance(7, 40).unwrap() >= USUAL, "seven of forty come by themselves");
        assert_eq!(chance(19, 19), None);
        assert_eq!(super::chance(Rate { part: 12, n: 40 }, Rate { part: 1, n: 19 }), None);
    }
}
