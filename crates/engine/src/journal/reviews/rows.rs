//! Decisions and events as rows. Called by the recorder and by a rebuild, in the order of the records.

use ledger::RecordList;
use rusqlite::{Connection, Transaction, params};
use sha2::{Digest, Sha256};

use super::told::Told;
use crate::event::review::{Draw, Fault, Label, ReviewQueue, SECOND_OF};
use crate::event::{BusinessId, RecordNo};
use crate::journal::append;
use crate::privacy::BusinessKeys;

/// One thing to look at.
struct New {
    queue: ReviewQueue,
    record: u64,
    cluster: Option<u64>,
    position: usize,
    second: bool,
}

/// What a draw names is to be looked at from now on; what is gone meanwhile is passed over.
///
/// # Errors
/// When the database says no.
pub fn drawn(tx: &Transaction<'_>, decision: RecordNo, draw: &Draw) -> rusqlite::Result<()> {
    let single = if draw.queue == ReviewQueue::Random { ReviewQueue::Low } else { draw.queue };
    let is_second = |record| draw.queue != ReviewQueue::Facts && wants_second(draw.seed, record);
    for (position, record) in list(&draw.units).iter().enumerate() {
        insert(tx, decision, &New { queue: single, record, cluster: None, position, second: is_second(record) })?;
    }
    let mut position = 0;
    for session in &draw.sessions {
        let units: Vec<u64> = list(&session.units).iter().collect();
        // A conversation without units is looked at as a whole: its answers may be wrong all the same.
        let units = if units.is_empty() { vec![session.session] } else { units };
        for record in units {
            let (queue, cluster) = (ReviewQueue::Random, Some(session.session));
            insert(tx, decision, &New { queue, record, cluster, position, second: is_second(record) })?;
            position += 1;
        }
    }
    Ok(())
}

/// A conversation that somebody complained of.
///
/// # Errors
/// When the database says no.
pub fn want(tx: &Transaction<'_>, decision: RecordNo, record: u64) -> rusqlite::Result<()> {
    insert(tx, decision, &New { queue: ReviewQueue::Complaint, record, cluster: Some(record), position: 0, second: false })
}

/// Who is to look at these; what nobody is to look at is passed over.
///
/// # Errors
/// When the database says no.
pub fn assign(tx: &Transaction<'_>, business: BusinessId, queue: ReviewQueue, records: &str, to: Option<&str>) -> rusqlite::Result<()> {
    let sql = "UPDATE review_items SET assignee = ?1 WHERE business = ?2 AND queue = ?3 AND record = ?4";
    let mut update = tx.prepare_cached(sql)?;
    for index in list(records).iter() {
        update.execute(params![to, business.0, queue.as_str(), RecordNo::new(business, index).as_i64()])?;
    }
    Ok(())
}

/// What a person found.
///
/// # Errors
/// When the database says no.
pub fn label(tx: &Transaction<'_>, decision: RecordNo, by: &str, made_us: i64, label: &Label) -> rusqlite::Result<()> {
    let item = RecordNo::new(decision.business(), label.record).as_i64();
    let Label { queue, assigned, right, truth, faults, note, .. } = label;
    let sql = "INSERT INTO reviews (record, business, item, queue, reviewer, made_us, assigned, is_right, truth, faults, note)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let (record, business) = (decision.as_i64(), decision.business().0);
    let faults = Fault::bits(faults);
    tx.prepare_cached(sql)?.execute(params![record, business, item, queue.as_str(), by, made_us, assigned, right, truth, faults, note])?;
    Ok(())
}

/// What a program says that somebody found. Of an event that is not here it says nothing; `known` is where events are looked up.
///
/// # Errors
/// When the database says no.
pub fn insert_told(
    tx: &Transaction<'_>,
    known: &Connection,
    keys: &BusinessKeys,
    record: RecordNo,
    made_us: i64,
    told: Option<&Told>,
) -> rusqlite::Result<()> {
    let Some(told) = told else { return Ok(()) };
    let same_id = append::of_id(known, &keys.id_digest(&told.of))?;
    let Some(item) = same_id.into_iter().filter(|item| *item < record).min() else { return Ok(()) };
    let sql = "INSERT INTO reviews (record, business, item, reviewer, made_us, is_right, truth, faults)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let values = params![
        record.as_i64(),
        record.business().0,
        item.as_i64(),
        told.reviewer,
        made_us,
        told.right,
        told.truth,
        Fault::bits(&told.faults)
    ];
    tx.prepare_cached(sql)?.execute(values).map(drop)
}

/// A record goes: nobody is to look at it any more, and what it said itself as an event is not said.
///
/// # Errors
/// When the database says no.
pub fn remove(tx: &Transaction<'_>, record: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM review_items WHERE record = ?1")?.execute([record])?;
    tx.prepare_cached("DELETE FROM reviews WHERE record = ?1")?.execute([record]).map(drop)
}

fn insert(tx: &Transaction<'_>, decision: RecordNo, new: &New) -> rusqlite::Result<()> {
    let business = decision.business();
    let number = |index| RecordNo::new(business, index).as_i64();
    let sql = "INSERT INTO review_items (business, queue, record, draw, position, cluster, second)
               SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM events WHERE record = ?3)
               ON CONFLICT DO NOTHING";
    let values = params![
        business.0,
        new.queue.as_str(),
        number(new.record),
        decision.as_i64(),
        new.position as i64,
        new.cluster.map(number),
        new.second
    ];
    tx.prepare_cached(sql)?.execute(values).map(drop)
}

/// A list that cannot be read names nothing: it is of a later version, and the decision stays sealed.
pub(super) fn list(text: &str) -> RecordList {
    text.parse().unwrap_or_else(|_| RecordList::of([]))
}

/// Whether another person is to look at it too: one in ten, by the seed.
fn wants_second(seed: u64, record: u64) -> bool {
    let digest = Sha256::digest(format!("letopis-review-second/v1\n{seed}\n{record}"));
    digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) % SECOND_OF == 0
}
