//! What a CRM's cards were told, what they still lack, and whose they are.
//!
//! A cursor follows the journal; what it finds becomes rows that grow by conversations, not by events. Whoever asks the CRM is elsewhere (`sinks`);
//! here is what must be in one transaction with it, and what an erasure has to reach.
//!
//! * `feed` – from the journal into the outbox · `entries` – the outbox · `cards` – whose card · `taking` – what an erasure takes away there
//! * `reads` – how far it was read back · `items` – what was last seen · `tellings` – events on their way to the queue · `whose` – the
//!   client behind a card · `doubles` – cards with one phone · `rulings` – what people decided · `differences` – where both tell different things

pub mod cards;
pub mod differences;
pub mod doubles;
pub mod entries;
pub mod feed;
pub mod items;
pub mod reads;
pub mod rulings;
pub mod taking;
pub mod tellings;
#[cfg(test)]
mod tests;
pub mod whose;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::event::BusinessId;

/// Where a connection's outbox stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Cursor {
    /// Records before this one are not told.
    pub first_record: i64,
    /// Read up to here.
    pub record: i64,
    /// Why nothing is asked until a person has looked, and since when.
    pub halted: Option<(String, i64)>,
}

/// The cursor of a connection.
///
/// # Errors
/// When the database says no.
pub fn cursor(conn: &Connection, connection: &str) -> rusqlite::Result<Option<Cursor>> {
    let sql = "SELECT first_record, record, halted, halted_us FROM crm_cursors WHERE connection = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        let halted: Option<String> = row.get(2)?;
        Ok(Cursor { first_record: row.get(0)?, record: row.get(1)?, halted: halted.zip(row.get(3)?) })
    };
    conn.prepare_cached(sql)?.query_row([connection], read).optional()
}

/// Nothing is asked any more, or again.
///
/// # Errors
/// When the database says no.
pub fn halt(tx: &Transaction<'_>, connection: &str, why: Option<&str>, now_us: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE crm_cursors SET halted = ?2, halted_us = ?3 WHERE connection = ?1";
    tx.prepare_cached(sql)?.execute(params![connection, why, why.map(|_| now_us)])?;
    Ok(())
}

/// Forgets a client: what was to be told of them goes, and what their cards were told is to be taken away there. Gives that list, for the act.
///
/// # Errors
/// When the database says no.
pub fn forget(tx: &Transaction<'_>, business: BusinessId, client: &str, now_us: i64) -> rusqlite::Result<Vec<entries::Written>> {
    let written = entries::written_of(tx, business, client)?;
    let take_away = "UPDATE crm_entries SET what = CASE what WHEN 'task' THEN 'untask' ELSE 'untell' END, client = '', session = '',
                     state = CASE WHEN entry IS NULL THEN 'unclear' ELSE 'waiting' END, due_us = ?3, attempts = 0, problem = NULL, written_us = NULL
                     WHERE business = ?1 AND client = ?2 AND sent_us IS NOT NULL";
    tx.prepare_cached(take_away)?.execute(params![business.0, client, now_us])?;
    tx.prepare_cached("DELETE FROM crm_entries WHERE business = ?1 AND client = ?2")?.execute(params![business.0, client])?;
    tx.prepare_cached("DELETE FROM crm_cards WHERE business = ?1 AND client = ?2")?.execute(params![business.0, client])?;
    tx.prepare_cached("DELETE FROM crm_tellings WHERE business = ?1 AND client = ?2")?.execute(params![business.0, client])?;
    Ok(written)
}
