//! Items that were refused, kept with the reason until a person corrects or drops them.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::event::BusinessId;

/// One refused item.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// Its number.
    pub id: i64,
    /// When it came.
    pub received_us: i64,
    /// Through which door.
    pub source: String,
    /// The reason, JSON of `event::Invalid`.
    pub reason: String,
    /// The bytes as they came.
    pub item: Vec<u8>,
    /// When a person dealt with it.
    pub closed_us: Option<i64>,
    /// The event that replaced it.
    pub replaced_by: Option<String>,
}

/// Keeps one.
///
/// # Errors
/// When the database says no.
pub fn keep(tx: &Transaction<'_>, business: BusinessId, received_us: i64, source: &str, reason: &str, item: &[u8]) -> rusqlite::Result<()> {
    let mut insert =
        tx.prepare_cached("INSERT INTO quarantine (business, received_us, source, reason, item) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    insert.execute(params![business.0, received_us, source, reason, item])?;
    Ok(())
}

/// Marks one as dealt with.
///
/// # Errors
/// When the database says no.
pub fn close(tx: &Transaction<'_>, business: BusinessId, id: i64, closed_us: i64, replaced_by: Option<&str>) -> rusqlite::Result<()> {
    let sql = "UPDATE quarantine SET closed_us = ?1, replaced_by = ?2 WHERE business = ?3 AND id = ?4 AND closed_us IS NULL";
    tx.prepare_cached(sql)?.execute(params![closed_us, replaced_by, business.0, id])?;
    Ok(())
}

/// The open ones after number `after`, oldest first.
///
/// # Errors
/// When the database says no.
pub fn open(conn: &Connection, business: BusinessId, after: i64, limit: u32) -> rusqlite::Result<Vec<Refused>> {
    let sql = "SELECT id, received_us, source, reason, item, closed_us, replaced_by FROM quarantine
               WHERE business = ?1 AND closed_us IS NULL AND id > ?2 ORDER BY id LIMIT ?3";
    conn.prepare_cached(sql)?.query_map(params![business.0, after, limit], read)?.collect()
}

/// How many are open.
///
/// # Errors
/// When the database says no.
pub fn count_open(conn: &Connection, business: BusinessId) -> rusqlite::Result<i64> {
    let sql = "SELECT count(*) FROM quarantine WHERE business = ?1 AND closed_us IS NULL";
    conn.prepare_cached(sql)?.query_row([business.0], |row| row.get(0))
}

/// One of them, open or not.
///
/// # Errors
/// When the database says no.
pub fn by_id(conn: &Connection, business: BusinessId, id: i64) -> rusqlite::Result<Option<Refused>> {
    let sql = "SELECT id, received_us, source, reason, item, closed_us, replaced_by FROM quarantine WHERE business = ?1 AND id = ?2";
    conn.prepare_cached(sql)?.query_row(params![business.0, id], read).optional()
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Refused> {
    Ok(Refused {
        id: row.get(0)?,
        received_us: row.get(1)?,
        source: row.get(2)?,
        reason: row.get(3)?,
        item: row.get(4)?,
        closed_us: row.get(5)?,
        replaced_by: row.get(6)?,
    })
}
