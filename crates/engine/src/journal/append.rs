//! The statements of one sealed record: its place in the tree, its entry and blob, its row and its words in the index.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::projection::EventRow;
use crate::event::{BusinessId, RecordNo};
use crate::privacy::KeyId;

/// What the ids of earlier records say about a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Never before.
    New,
    /// The same id and the same bytes: recorded already, perhaps erased since.
    Duplicate(RecordNo),
    /// The same id with other bytes: both are kept and marked.
    Conflict(RecordNo),
}

/// The next free index of a business's tree.
///
/// # Errors
/// When the database says no.
pub fn next_index(conn: &Connection, business: BusinessId) -> rusqlite::Result<u64> {
    let (first, last) = (RecordNo::new(business, 0), RecordNo::new(BusinessId(business.0 + 1), 0));
    let sql = "SELECT max(record) FROM entries WHERE record >= ?1 AND record < ?2";
    let newest: Option<i64> = conn.prepare_cached(sql)?.query_row([first.as_i64(), last.as_i64()], |row| row.get(0))?;
    Ok(newest.map_or(0, |record| RecordNo::from_i64(record).index() + 1))
}

/// Compares an event's digests with all earlier ones.
///
/// # Errors
/// When the database says no.
pub fn seen(conn: &Connection, id_digest: &[u8; 16], body_digest: &[u8; 8]) -> rusqlite::Result<Seen> {
    // Nearly every event is new, and that is one look; only a known id is asked for twice.
    let mut like = conn.prepare_cached("SELECT record FROM seen WHERE digest BETWEEN ?1 AND ?2 LIMIT 1")?;
    let (low, high) = (key(id_digest, &[0; 8]), key(id_digest, &[0xff; 8]));
    let known = like.query_row([low.as_slice(), high.as_slice()], |row| row.get(0)).optional()?;
    let Some(known) = known else { return Ok(Seen::New) };
    let mut exact = conn.prepare_cached("SELECT record FROM seen WHERE digest = ?1")?;
    let same = exact.query_row([key(id_digest, body_digest).as_slice()], |row| row.get(0)).optional()?;
    Ok(same.map_or(Seen::Conflict(RecordNo::from_i64(known)), |record| Seen::Duplicate(RecordNo::from_i64(record))))
}

/// Every record that ever bore this event id; more than one is a conflict of ids.
///
/// # Errors
/// When the database says no.
pub fn of_id(conn: &Connection, id_digest: &[u8; 16]) -> rusqlite::Result<Vec<RecordNo>> {
    let mut like = conn.prepare_cached("SELECT record FROM seen WHERE digest BETWEEN ?1 AND ?2")?;
    let (low, high) = (key(id_digest, &[0; 8]), key(id_digest, &[0xff; 8]));
    like.query_map([low.as_slice(), high.as_slice()], |row| row.get(0).map(RecordNo::from_i64))?.collect()
}

/// Whether an erasure or expiry was entered among the records `from..to`.
///
/// # Errors
/// When the database says no.
pub fn acts_between(conn: &Connection, business: BusinessId, from: u64, to: u64) -> rusqlite::Result<bool> {
    // Kind 1 and 2 of an entry, in its second byte.
    let sql = "SELECT 1 FROM entries WHERE record >= ?1 AND record < ?2 AND substr(entry, 2, 1) IN (x'01', x'02')";
    let (first, end) = (RecordNo::new(business, from), RecordNo::new(business, to));
    conn.prepare_cached(sql)?.exists([first.as_i64(), end.as_i64()])
}

/// Remembers an event's digests.
///
/// # Errors
/// When the database says no.
pub fn remember(tx: &Transaction<'_>, id_digest: &[u8; 16], body_digest: &[u8; 8], record: RecordNo) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached("INSERT INTO seen (digest, record) VALUES (?1, ?2)")?;
    insert.execute(params![key(id_digest, body_digest).as_slice(), record.as_i64()])?;
    Ok(())
}

/// Stores what is proved: entry and blob.
///
/// # Errors
/// When the database says no.
pub fn sealed(tx: &Transaction<'_>, record: RecordNo, entry: &[u8], key_id: KeyId, blob: &[u8]) -> rusqlite::Result<()> {
    self::entry(tx, record, entry)?;
    let mut insert = tx.prepare_cached("INSERT INTO blobs (record, data_key, blob) VALUES (?1, ?2, ?3)")?;
    insert.execute(params![record.as_i64(), key_id.0, blob])?;
    Ok(())
}

/// Stores an entry that has no blob: that of an act.
///
/// # Errors
/// When the database says no.
pub fn entry(tx: &Transaction<'_>, record: RecordNo, entry: &[u8]) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT INTO entries (record, entry) VALUES (?1, ?2)")?.execute(params![record.as_i64(), entry])?;
    Ok(())
}

/// Stores the row of an event.
///
/// # Errors
/// When the database says no.
pub fn event(tx: &Transaction<'_>, row: &EventRow, session: Option<i64>, identity: Option<i64>) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO events (record, business, ts_us, offset_min, received_us, session, identity, flags, facets, type, channel, event_id,
           said, reply, intent, confidence, action, crm, client_name, operator, model, scenario, variant, latency_ms, error)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)",
    )?;
    let business = RecordNo::from_i64(row.record).business().0;
    insert.execute(params![
        row.record,
        business,
        row.ts_us,
        row.offset_min,
        row.received_us,
        session,
        identity,
        row.flags,
        row.facets.bits(),
        row.kind,
        row.channel,
        row.event_id,
        row.said,
        row.reply,
        row.intent,
        row.confidence,
        row.action,
        row.crm,
        row.client_name,
        row.operator,
        row.model,
        row.scenario,
        row.variant,
        row.latency_ms,
        row.error
    ])?;
    Ok(())
}

/// Puts an event's words into the index.
///
/// # Errors
/// When the database says no.
pub fn words(tx: &Transaction<'_>, record: RecordNo, stems: &str) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT INTO search (rowid, stems) VALUES (?1, ?2)")?.execute(params![record.as_i64(), stems])?;
    Ok(())
}

/// Marks an earlier event whose id came again with other bytes.
///
/// # Errors
/// When the database says no.
pub fn mark_conflict(tx: &Transaction<'_>, record: RecordNo) -> rusqlite::Result<()> {
    let sql = "UPDATE events SET flags = flags | ?1 WHERE record = ?2";
    tx.prepare_cached(sql)?.execute(params![super::projection::CONFLICT, record.as_i64()])?;
    Ok(())
}

fn key(id_digest: &[u8; 16], body_digest: &[u8; 8]) -> [u8; 24] {
    let mut key = [0; 24];
    key[..16].copy_from_slice(id_digest);
    key[16..].copy_from_slice(body_digest);
    key
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::{Pen, empty};
    use super::*;

    /// A statement that opens a savepoint of its own makes the full-text index write a small segment; one such statement was in
    /// 15 % of the writer's samples once. New clients, known ones with a new phone, and new conversations must do without.
    #[test]
    fn the_words_of_one_transaction_are_one_segment_of_the_index() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let mut pen = Pen::new(&tx, BusinessId(1));
        for n in 0..120 {
            let (client, session) = (n % 60, n % 40);
            let phone = if n < 60 { String::new() } else { format!(r#","phone":"+7921555{n:04}""#) };
            pen.event(
                &tx,
                &format!(
                    r#"{{"event_id":"e{n}","timestamp":"2025-01-01T12:00:00+03:00","channel":"telegram","session_id":"s{session}",
                        "client":{{"id":"{client}","name":"Имя {n}"{phone}}},"text":"слово {n} про запись"}}"#
                ),
            );
        }
        pen.flush(&tx);
        tx.commit().unwrap();
        let segments = "SELECT count(DISTINCT id >> 37) FROM search_data WHERE id > 10";
        assert_eq!(conn.query_row(segments, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    }
}
