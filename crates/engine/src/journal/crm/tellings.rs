//! Events of a CRM on their way to the queue.
//!
//! ```text
//! read ──one transaction: what it says, what was seen, the position──▶ crm_tellings ──published──▶ removed
//! ```
//! Killed before it was published, the same bytes are published after the start; killed after, they are published again and are a duplicate.
//! What is said is never worked out a second time, so a card that changed meanwhile cannot make two facts of one.

use rusqlite::{Connection, Transaction, params};

use crate::event::BusinessId;

/// One event to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// Of whom, by public id: an erasure takes it back.
    pub client: String,
    /// The event, as JSON.
    pub body: String,
}

/// Stores what is to be told.
///
/// # Errors
/// When the database says no.
pub fn add(tx: &Transaction<'_>, business: BusinessId, connection: &str, all: &[Telling]) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached("INSERT INTO crm_tellings (business, connection, client, body) VALUES (?1, ?2, ?3, ?4)")?;
    for telling in all {
        insert.execute(params![business.0, connection, telling.client, telling.body])?;
    }
    Ok(())
}

/// What is to be told, in order, with the number of the last.
///
/// # Errors
/// When the database says no.
pub fn waiting(conn: &Connection, connection: &str, limit: u32) -> rusqlite::Result<(Vec<String>, i64)> {
    let sql = "SELECT body, id FROM crm_tellings WHERE connection = ?1 ORDER BY id LIMIT ?2";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
    let rows = conn.prepare_cached(sql)?.query_map(params![connection, limit], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let last = rows.last().map_or(0, |(_, id)| *id);
    Ok((rows.into_iter().map(|(body, _)| body).collect(), last))
}

/// They are durable in the queue.
///
/// # Errors
/// When the database says no.
pub fn told(tx: &Transaction<'_>, connection: &str, last: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM crm_tellings WHERE connection = ?1 AND id <= ?2")?.execute(params![connection, last])?;
    Ok(())
}
