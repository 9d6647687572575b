//! A slice of a retention run: what it names is looked at once more, and what may still go, goes.
//!
//! Between the run's question and this transaction a client may have written again, a hold may have been placed, the policy may have been
//! changed; each of them wins. The days that lose detail are frozen first, and where the business anonymises, its rows are stored in the
//! same transaction, so that there is no moment in which neither or both are there.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use ledger::{ActKind, RecordList};
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::{Map, Value, json};

use super::RecordError;
use super::batch::{Recorded, Scribe};
use super::destroy::{Destroyed, Order};
use crate::access::business;
use crate::event::record::{Decided, Decision};
use crate::event::{BusinessId, RecordNo, Then};
use crate::journal::days::{self, Day};
use crate::journal::{anonymised, cases, quarantine, retention};
use crate::privacy::BusinessKeys;

/// What a row says that decides whether it may go.
struct Line {
    record: RecordNo,
    session: Option<i64>,
    identity: Option<i64>,
    ts_us: i64,
    received_us: i64,
}

impl Scribe {
    /// Carries out a slice, or the end of a run; none for other decisions, or when nothing of the slice may go.
    pub(super) fn expire(
        &mut self,
        tx: &Transaction<'_>,
        keys: &BusinessKeys,
        made_us: i64,
        decided: &Decided,
        done: &mut Recorded,
    ) -> Result<Option<Destroyed>, RecordError> {
        match &decided.decision {
            Decision::Expired { run, then, before_us, records } => {
                let Ok(list) = records.parse::<RecordList>() else {
                    tracing::error!("list of an expiry cannot be read: kept, not applied");
                    return Ok(None);
                };
                // The memory of conversations may be ahead of their rows.
                self.sessions.flush(tx)?;
                let records = list.iter().map(|index| RecordNo::new(keys.business(), index));
                let (records, days) = self.still_due(tx, keys, records, *before_us, made_us)?;
                let zone = zone(tx, keys)?;
                for day in days {
                    days::freeze(tx, &self.masker, keys.business(), Day::of(day, &zone), &zone, made_us)?;
                }
                let mut particulars = Map::new();
                particulars.insert("by".into(), json!(decided.by));
                particulars.insert("run".into(), json!(run));
                particulars.insert("before_us".into(), json!(before_us));
                if *then == Then::Anonymise {
                    let stored = anonymised::store(tx, keys, &self.masker, &zone, &records)?;
                    let sha256: String = stored.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
                    particulars.insert("anonymised".into(), json!({ "rows": stored.rows, "sha256": sha256 }));
                }
                particulars.insert("then".into(), Value::from(then.as_str()));
                self.destroy(
                    tx,
                    keys,
                    Order { kind: ActKind::Expire, made_us, records, quarantined: Vec::new(), forwards: Vec::new(), particulars },
                )
            }
            Decision::RetentionRan { before_us, aggregates_before_us, .. } => {
                let policy = retention::policy(tx, keys.business())?;
                let refused = refused_before(tx, keys.business(), (*before_us).min(policy.detail_before_us(made_us)))?;
                done.destroyed += quarantine::destroy(tx, keys.business(), &refused)?;
                let before_us = *aggregates_before_us;
                let before_us = before_us.min(policy.aggregates_before_us(made_us));
                let zone = zone(tx, keys)?;
                days::forget_before(tx, keys.business(), Day::of(before_us, &zone))?;
                anonymised::forget_before(tx, keys.business(), &zone, before_us)?;
                cases::forget_before(tx, keys.business(), before_us)?;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Of `records` those whose time is over by the policy of now and that nobody holds, and a moment in each day they count in.
    fn still_due(
        &self,
        tx: &Transaction<'_>,
        keys: &BusinessKeys,
        records: impl Iterator<Item = RecordNo>,
        before_us: i64,
        made_us: i64,
    ) -> Result<(Vec<RecordNo>, BTreeSet<i64>), RecordError> {
        let before_us = before_us.min(retention::policy(tx, keys.business())?.detail_before_us(made_us));
        let held = retention::held(tx, keys.business(), made_us)?;
        let mut by_session: BTreeMap<i64, Vec<RecordNo>> = BTreeMap::new();
        let (mut due, mut moments) = (Vec::new(), BTreeSet::new());
        for record in records {
            let Some(line) = line(tx, record)? else { continue };
            match line.session {
                Some(session) => by_session.entry(session).or_default().push(line.record),
                None if line.ts_us.min(line.received_us) < before_us && !held.keeps_identity(line.identity) => {
                    moments.insert(line.ts_us);
                    due.push(line.record);
                }
                None => {}
            }
        }
        let mut find = tx.prepare_cached("SELECT client, started_us, last_us, events FROM sessions WHERE id = ?1")?;
        for (session, records) in by_session {
            let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
            let found: Option<(Option<i64>, i64, i64, i64)> = find.query_row([session], read).optional()?;
            let Some((client, started_us, last_us, events)) = found else { continue };
            // A conversation goes as a whole: one that grew meanwhile waits for the next run.
            let whole = events == records.len() as i64;
            if whole && !held.keeps_session(session, client) && retention::over(tx, session, last_us, before_us, made_us)? {
                moments.insert(started_us);
                due.extend(records);
            }
        }
        Ok((due, moments))
    }
}

fn line(tx: &Transaction<'_>, record: RecordNo) -> rusqlite::Result<Option<Line>> {
    let mut find = tx.prepare_cached("SELECT session, identity, ts_us, received_us FROM events WHERE record = ?1")?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Line { record, session: row.get(0)?, identity: row.get(1)?, ts_us: row.get(2)?, received_us: row.get(3)? })
    };
    find.query_row([record.as_i64()], read).optional()
}

/// Refused items that came before: they hold what their sender wrote. What has no time (a frame that could not be read) waits for a person.
fn refused_before(tx: &Transaction<'_>, business: BusinessId, before_us: i64) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT id FROM quarantine WHERE business = ?1 AND received_us > 0 AND received_us < ?2";
    tx.prepare_cached(sql)?.query_map(params![business.0, before_us], |row| row.get(0))?.collect()
}

/// By which clock the business's days begin.
pub(super) fn zone(tx: &Transaction<'_>, keys: &BusinessKeys) -> Result<TimeZone, RecordError> {
    let found = business::by_id(tx, keys.business())?;
    let named = found.and_then(|business| TimeZone::get(&business.timezone).ok());
    Ok(named.unwrap_or(TimeZone::UTC))
}
