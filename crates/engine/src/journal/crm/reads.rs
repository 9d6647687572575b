//! How far a CRM was read back: of each thing that is read, from where on and up to where.
//!
//! Positions are what the CRM counts with: ids of its stage history, its own moments of change. They are stored in one transaction with
//! what the stretch said ([`super::tellings`]), so nothing of it is passed over and nothing is said twice.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::event::BusinessId;

/// Where one thing stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What came before is not told.
    pub first: i64,
    /// Read up to here.
    pub position: i64,
    /// When it was noted.
    pub at_us: i64,
    /// What stood in the way last.
    pub problem: Option<String>,
}

/// Where the reading of `what` stands; nothing before it has begun.
///
/// # Errors
/// When the database says no.
pub fn of(conn: &Connection, connection: &str, what: &str) -> rusqlite::Result<Option<Standing>> {
    let sql = "SELECT first, position, at_us, problem FROM crm_reads WHERE connection = ?1 AND what = ?2";
    let read =
        |row: &rusqlite::Row<'_>| Ok(Standing { first: row.get(0)?, position: row.get(1)?, at_us: row.get(2)?, problem: row.get(3)? });
    conn.prepare_cached(sql)?.query_row(params![connection, what], read).optional()
}

/// Notes a position; the first one is also where telling begins.
///
/// # Errors
/// When the database says no.
pub fn note(
    tx: &Transaction<'_>,
    business: BusinessId,
    connection: &str,
    (what, position): (&str, i64),
    now_us: i64,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO crm_reads (connection, what, business, first, position, at_us) VALUES (?1, ?2, ?3, ?4, ?4, ?5)
               ON CONFLICT (connection, what) DO UPDATE SET position = ?4, at_us = ?5, problem = NULL";
    tx.prepare_cached(sql)?.execute(params![connection, what, business.0, position, now_us])?;
    Ok(())
}

/// Notes what stands in the way of reading.
///
/// # Errors
/// When the database says no.
pub fn hinder(tx: &Transaction<'_>, business: BusinessId, connection: &str, why: &str, now_us: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO crm_reads (connection, what, business, first, position, at_us, problem) VALUES (?1, 'look', ?2, 0, 0, ?4, ?3)
               ON CONFLICT (connection, what) DO UPDATE SET problem = ?3";
    tx.prepare_cached(sql)?.execute(params![connection, business.0, why, now_us])?;
    Ok(())
}

/// How reading a portal stands, for people.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Overview {
    /// When everything was read last; nothing before reading has begun.
    pub looked_us: Option<i64>,
    /// What stands in the way since.
    pub problem: Option<String>,
    /// When something was changed there last, of what was read.
    pub changed_us: Option<i64>,
    /// When the last pass over every card ended.
    pub night_us: Option<i64>,
    /// Events on their way to the journal.
    pub waiting: u64,
}

/// How reading stands.
///
/// # Errors
/// When the database says no.
pub fn overview(conn: &Connection, connection: &str) -> rusqlite::Result<Overview> {
    let number = |sql: &str| conn.prepare_cached(sql)?.query_row([connection], |row| row.get::<_, Option<i64>>(0));
    let look = of(conn, connection, "look")?;
    let has_begun = of(conn, connection, "leads")?.is_some();
    let changed_us = number("SELECT max(updated_us) FROM crm_items WHERE connection = ?1")?;
    let waiting = number("SELECT count(*) FROM crm_tellings WHERE connection = ?1")?.unwrap_or_default() as u64;
    Ok(Overview {
        looked_us: look.as_ref().filter(|_| has_begun).map(|look| look.at_us),
        problem: look.and_then(|look| look.problem),
        changed_us,
        night_us: of(conn, connection, "night")?.filter(|night| night.position < 0).map(|night| night.at_us),
        waiting,
    })
}
