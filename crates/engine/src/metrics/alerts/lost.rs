//! A7: the assistant says that it made a lead, and the CRM has none (R3). A8: a client was handed to a person, and nobody came (R5).

use rusqlite::{Row, params};

use super::{DAY_US, Finding, Ground, Looked};
use crate::event::incident::Severity;
use crate::metrics::judge::Reason;

/// What counts as lost for longer is in its queue, and no news.
const WINDOW_US: i64 = DAY_US;

/// A conversation that a reason holds of.
struct Lost {
    since_us: i64,
    record: Option<u64>,
}

pub(super) fn claimed(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    look(ground, looked, "A7", Reason::R3, "claimed")
}

pub(super) fn unclaimed(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    look(ground, looked, "A8", Reason::R5, "waiting")
}

fn look(ground: &Ground<'_>, looked: &mut Looked, key: &'static str, reason: Reason, count: &str) -> rusqlite::Result<()> {
    let all = lost(ground, reason, ground.now_us - WINDOW_US)?;
    let fresh: Vec<Lost> = all.into_iter().filter(|lost| lost.record.is_none_or(|record| !ground.was_dealt_with(key, record))).collect();
    let Some(began_us) = fresh.iter().map(|lost| lost.since_us).min() else {
        // Out of the window is not over: the reason itself must hold no more.
        let since_us = ground.open_of(key).map(|incident| incident.began_us);
        if let Some(since_us) = since_us
            && lost(ground, reason, since_us)?.is_empty()
        {
            looked.well.insert(key.into(), ground.now_us);
        }
        return Ok(());
    };
    let cases = fresh.len() as u64;
    let finding = Finding::new(key, Severity::Warning, began_us).showing(fresh.iter().filter_map(|lost| lost.record));
    looked.findings.push(finding.counting(cases).fact(count, cases));
    Ok(())
}

fn lost(ground: &Ground<'_>, reason: Reason, from_us: i64) -> rusqlite::Result<Vec<Lost>> {
    // Evidence is that of the first reason; where another one comes first, the conversation is counted and its record is not named.
    let sql = "SELECT lost_since_us, CASE WHEN lost = ?4 THEN evidence END FROM cases
               WHERE business = ?1 AND lost IS NOT NULL AND recovered_us IS NULL AND session IS NOT NULL AND lost_us >= ?2 AND lost_us <= ?3
                 AND ',' || lost_all || ',' LIKE '%,' || ?4 || ',%' ORDER BY lost_us";
    let read = |row: &Row<'_>| {
        let evidence: Option<String> = row.get(1)?;
        Ok(Lost { since_us: row.get(0)?, record: evidence.and_then(|text| text.split(',').next()?.parse().ok()) })
    };
    let values = params![ground.business.0, from_us, ground.now_us, reason.as_str()];
    ground.conn.prepare_cached(sql)?.query_map(values, read)?.collect()
}
