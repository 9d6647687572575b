//! A13: clients' personal data went to a provider in another country. A14: a person's request is nearly due. A15: the regulator waits for word of a breach.

use rusqlite::params;

use super::{DAY_US, Finding, Ground, HOUR_US, Looked};
use crate::event::RecordNo;
use crate::event::duty::{BreachStep, working_days_left};
use crate::event::incident::Severity;
use crate::journal::duties::{breaches, requests};

/// A request with fewer working days left is somebody's business today.
const DAYS_LEFT: u32 = 2;
/// A message with less time left cannot wait for the morning.
const URGENT_US: i64 = 6 * HOUR_US;
/// What was closed since then is known to be well: longer than any incident of it stays unlooked at.
const CLOSED: usize = 200;

pub(super) fn abroad(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    let sql = "SELECT sent_to, sent_country, sent, ts_us, record FROM model_calls
               WHERE business = ?1 AND sent IS NOT NULL AND ts_us >= ?2 AND ts_us <= ?3 ORDER BY ts_us, record";
    let mut calls = conn_calls(ground, sql)?;
    calls.retain(|call| !ground.was_dealt_with(&call.key(), call.record));
    let mut keys: Vec<String> = calls.iter().map(Call::key).collect();
    keys.sort();
    keys.dedup();
    for key in &keys {
        let of_it: Vec<&Call> = calls.iter().filter(|call| call.key() == *key).collect();
        let Some(first) = of_it.first() else { continue };
        let mut sorts: Vec<&str> = of_it.iter().flat_map(|call| call.found.split(',')).collect();
        sorts.sort_unstable();
        sorts.dedup();
        let finding = Finding::new(key, Severity::Warning, first.ts_us).showing(of_it.iter().map(|call| call.record));
        let finding = finding.counting(of_it.len() as u64).fact("calls", of_it.len()).fact("receiver", &first.provider);
        looked.findings.push(finding.fact("country", &first.country).fact("sorts", sorts.join(", ")));
    }
    // A day without any: masked, or sent elsewhere.
    let over = ground.open.iter().filter(|incident| incident.rule == "A13" && !keys.contains(&incident.key));
    looked.well.extend(over.map(|incident| (incident.key.clone(), ground.now_us)));
    Ok(())
}

struct Call {
    provider: String,
    country: String,
    found: String,
    ts_us: i64,
    record: u64,
}

impl Call {
    fn key(&self) -> String {
        format!("A13:{}", self.provider)
    }
}

fn conn_calls(ground: &Ground<'_>, sql: &str) -> rusqlite::Result<Vec<Call>> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Call {
            provider: row.get(0)?,
            country: row.get(1)?,
            found: row.get(2)?,
            ts_us: row.get(3)?,
            record: RecordNo::from_i64(row.get(4)?).index(),
        })
    };
    let values = params![ground.business.0, ground.now_us - DAY_US, ground.now_us];
    ground.conn.prepare_cached(sql)?.query_map(values, read)?.collect()
}

pub(super) fn due(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    let today = jiff::Timestamp::from_microsecond(ground.now_us).unwrap_or_default().to_zoned(ground.zone.clone()).date();
    for request in requests(ground.conn, ground.business, CLOSED)? {
        let (near, late) = (format!("A14:{}", request.id), format!("A14:{}:late", request.id));
        if let Some((closed_us, _)) = request.closed {
            looked.well.extend([(near, closed_us), (late, closed_us)]);
            continue;
        }
        let (key, severity, left) = match working_days_left(today, request.due) {
            Some(left) if left >= DAYS_LEFT => continue,
            Some(left) => (near, Severity::Warning, left.to_string()),
            None => {
                looked.well.insert(near, ground.now_us);
                (late, Severity::Critical, "late".to_owned())
            }
        };
        let finding = Finding::new(key, severity, request.made_us).showing([request.id]).counting(1);
        let finding = finding.fact("kind", request.kind).fact("due", request.due);
        looked.findings.push(finding.fact("left", left));
    }
    Ok(())
}

pub(super) fn breach(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    for breach in breaches(ground.conn, ground.business, ground.now_us - 30 * DAY_US)? {
        for step in BreachStep::ALL {
            let (due_us, told_us) = breach.step(step);
            let key = format!("A15:{}:{}", breach.incident, step.as_str());
            let soon = format!("{key}:soon");
            if let Some(told_us) = told_us {
                looked.well.extend([(key, told_us), (soon, told_us)]);
                continue;
            }
            let left_us = due_us - ground.now_us;
            // The results are not asked about before the first word is out or late.
            if step == BreachStep::Results && breach.first_us.is_none() && left_us > 48 * HOUR_US {
                continue;
            }
            let (key, severity) = if left_us < URGENT_US { (soon, Severity::Critical) } else { (key, Severity::Warning) };
            let finding = Finding::new(key, severity, breach.known_us).showing([breach.incident]).counting(1);
            let hours = if left_us < 0 { "late".to_owned() } else { (left_us / HOUR_US).to_string() };
            looked.findings.push(finding.fact("what", step.as_str()).fact("left", hours));
        }
    }
    Ok(())
}
