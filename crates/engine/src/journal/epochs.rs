//! Logs that were continued under another name after a restore.
//!
//! The entries stay where they are; from the epoch's entry on they are signed for as `<origin>/<slug>@2`. The old log's last known
//! checkpoint is kept and published: whoever holds it can check that the new log begins with what the old one had signed.

use ledger::VerifyingKey;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::event::{BusinessId, RecordNo};

/// An ended log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its number, from 1.
    pub number: u32,
    /// The record that ended it.
    pub record: RecordNo,
    /// What its checkpoints are verified with.
    pub vkey: String,
    /// Its last known checkpoint.
    pub note: String,
}

/// The number of the log that is signed for now.
///
/// # Errors
/// When the database says no.
pub fn current(conn: &Connection, business: BusinessId) -> rusqlite::Result<u32> {
    let sql = "SELECT coalesce(max(number), 0) + 1 FROM epochs WHERE business = ?1";
    conn.prepare_cached(sql)?.query_row([business.0], |row| row.get(0))
}

/// The ended logs, oldest first.
///
/// # Errors
/// When the database says no.
pub fn ended(conn: &Connection, business: BusinessId) -> rusqlite::Result<Vec<Ended>> {
    let mut all = conn.prepare_cached("SELECT number, record, vkey, note FROM epochs WHERE business = ?1 ORDER BY number")?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Ended { number: row.get(0)?, record: RecordNo::from_i64(row.get(1)?), vkey: row.get(2)?, note: row.get(3)? })
    };
    all.query_map([business.0], read)?.collect()
}

/// One of them.
///
/// # Errors
/// When the database says no.
pub fn one(conn: &Connection, business: BusinessId, number: u32) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT note FROM epochs WHERE business = ?1 AND number = ?2";
    conn.prepare_cached(sql)?.query_row(params![business.0, number], |row| row.get(0)).optional()
}

/// The log ends with `note`; the next one begins with `record`.
///
/// # Errors
/// When the database says no.
pub fn begin(tx: &Transaction<'_>, record: RecordNo, key: &VerifyingKey, note: &str) -> rusqlite::Result<()> {
    let number = current(tx, record.business())?;
    let sql = "INSERT INTO epochs (business, number, record, vkey, note) VALUES (?1, ?2, ?3, ?4, ?5)";
    tx.execute(sql, params![record.business().0, number, record.as_i64(), key.to_string(), note])?;
    Ok(())
}

/// The name of a business's log in its checkpoints.
#[must_use]
pub fn name(origin: &str, slug: &str, number: u32) -> String {
    if number > 1 { format!("{origin}/{slug}@{number}") } else { format!("{origin}/{slug}") }
}
