//! A3: messages that do not arrive. A9: reminders that do not.

use std::collections::BTreeMap;

use rusqlite::{Row, params};

use super::{DAY_US, Finding, Ground, HOUR_US, Looked, percent};
use crate::event::incident::Severity;
use crate::event::{Facets, RecordNo};
use crate::journal::deliveries::Status;

/// Messages of which a share says something.
const ENOUGH: usize = 10;
/// So many reminders that failed are an incident, whatever their share.
const REMINDERS: usize = 3;

/// What was told of one message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Message {
    us: i64,
    record: u64,
    failed: bool,
    arrived: bool,
    is_reminder: bool,
}

pub(super) fn look(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    for (provider, messages) in told(ground, ground.now_us - HOUR_US)? {
        let (key, messages) = (format!("A3:failed:{provider}"), messages.into_values().collect::<Vec<_>>());
        match judge(&messages, ground.terms.failed_percent) {
            Some(finding) => looked.findings.push(Finding { key, ..finding.fact("provider", provider) }),
            None if messages.len() >= ENOUGH => drop(looked.well.insert(key, ground.now_us)),
            None => {}
        }
    }
    Ok(())
}

pub(super) fn reminders(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    let told = told(ground, ground.now_us - DAY_US)?;
    let mut messages: Vec<Message> = told.into_values().flat_map(BTreeMap::into_values).filter(|message| message.is_reminder).collect();
    // Reminders that their sender says failed, and that have no number of a carrier.
    let sql =
        "SELECT e.record, e.ts_us FROM events e WHERE e.business = ?1 AND e.type = 'reminder_sent' AND e.ts_us >= ?2 AND e.ts_us <= ?3
                 AND e.facets & ?4 <> 0 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.record = e.record)";
    let read = |row: &Row<'_>| {
        let record = RecordNo::from_i64(row.get(0)?).index();
        Ok(Message { us: row.get(1)?, record, failed: true, arrived: false, is_reminder: true })
    };
    let values = params![ground.business.0, ground.now_us - DAY_US, ground.now_us, Facets::FAILURE.bits()];
    let mut failed = ground.conn.prepare_cached(sql)?;
    for message in failed.query_map(values, read)? {
        messages.push(message?);
    }
    messages.retain(|message| !ground.was_dealt_with("A9", message.record));
    let failed = messages.iter().filter(|message| message.is_lost()).count();
    match judge(&messages, ground.terms.failed_percent).or_else(|| (failed >= REMINDERS).then(|| found(&messages))) {
        Some(finding) => looked.findings.push(Finding { key: "A9".into(), severity: Severity::Warning, ..finding }),
        None if failed == 0 && messages.len() >= REMINDERS => drop(looked.well.insert("A9".into(), ground.now_us)),
        None => {}
    }
    Ok(())
}

/// What was told since a moment: by carrier, by message.
fn told(ground: &Ground<'_>, from_us: i64) -> rusqlite::Result<BTreeMap<String, BTreeMap<String, Message>>> {
    let sql = "SELECT d.provider, d.message_id, d.status, e.record, e.ts_us, e.facets FROM events e CROSS JOIN deliveries d
               WHERE e.business = ?1 AND e.ts_us >= ?2 AND e.ts_us <= ?3 AND d.record = e.record ORDER BY e.ts_us, e.record";
    let mut told = BTreeMap::<String, BTreeMap<String, Message>>::new();
    let mut all = ground.conn.prepare_cached(sql)?;
    let mut rows = all.query(params![ground.business.0, from_us, ground.now_us])?;
    while let Some(row) = rows.next()? {
        let (us, record) = (row.get(4)?, RecordNo::from_i64(row.get(3)?).index());
        let message =
            told.entry(row.get(0)?).or_default().entry(row.get(1)?).or_insert_with(|| Message { us, record, ..Message::default() });
        match Status::parse(row.get_ref(2)?.as_str()?) {
            // The record that says so is the evidence.
            Status::Failed if !message.failed => (message.failed, message.us, message.record) = (true, us, record),
            Status::Delivered | Status::Read | Status::Played => message.arrived = true,
            _ => {}
        }
        message.is_reminder |= Facets::from_bits(row.get(5)?).has(Facets::REMINDER);
    }
    Ok(told)
}

impl Message {
    fn is_lost(&self) -> bool {
        self.failed && !self.arrived
    }
}

fn judge(messages: &[Message], most_percent: u32) -> Option<Finding> {
    let failed = messages.iter().filter(|message| message.is_lost()).count();
    let is_many = messages.len() >= ENOUGH && failed * 100 > messages.len() * most_percent as usize;
    is_many.then(|| found(messages))
}

fn found(messages: &[Message]) -> Finding {
    let lost: Vec<&Message> = messages.iter().filter(|message| message.is_lost()).collect();
    let began_us = lost.iter().map(|message| message.us).min().unwrap_or_default();
    let finding = Finding::new("A3", Severity::Critical, began_us).showing(lost.iter().map(|message| message.record));
    let share = percent(lost.len() as u64, messages.len() as u64);
    finding.fact("failed", lost.len()).fact("messages", messages.len()).fact("percent", share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_one_of_ten_that_fails_is_an_incident() {
        let message = |record: u64, failed: bool, arrived: bool| Message { us: record as i64, record, failed, arrived, is_reminder: false };
        let sent = |failed: u64, n: u64| (0..n).map(|at| message(at, at < failed, false)).collect::<Vec<_>>();
        assert_eq!(judge(&sent(1, 10), 10), None, "one of ten is not more than ten per cent");
        let found = judge(&sent(2, 10), 10).map(|found| (found.records, found.facts["percent"].clone()));
        assert_eq!(found, Some((vec![0, 1], "20".into())));
        assert_eq!(judge(&sent(5, 9), 10), None, "of nine nobody says anything");
        let again: Vec<Message> = (0..10).map(|at| message(at, at < 5, at < 5)).collect();
        assert_eq!(judge(&again, 10), None, "what failed first and arrived then has arrived");
    }
}
