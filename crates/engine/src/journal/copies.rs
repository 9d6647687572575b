//! Copies of checkpoints that were given away, by way: what went out last, and what went wrong since. `anchor` sends them.

use rusqlite::{Connection, params};
use serde::Serialize;

use crate::event::BusinessId;

/// How a way fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CopyState {
    /// `folder`, `mail`, `telegram`.
    pub way: String,
    /// Of the last copy; 0 before the first.
    pub size: i64,
    /// When it went out.
    pub sent_us: Option<i64>,
    /// What went wrong since.
    pub problem: Option<String>,
    /// Since when.
    pub problem_us: Option<i64>,
}

/// How the ways of a business fare; those that were never tried are not in it.
///
/// # Errors
/// When the database says no.
pub fn copies_of(conn: &Connection, business: BusinessId) -> rusqlite::Result<Vec<CopyState>> {
    let sql = "SELECT way, size, sent_us, problem, problem_us FROM checkpoint_copies WHERE business = ?1 ORDER BY way";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(CopyState { way: row.get(0)?, size: row.get(1)?, sent_us: row.get(2)?, problem: row.get(3)?, problem_us: row.get(4)? })
    };
    conn.prepare_cached(sql)?.query_map([business.0], read)?.collect()
}

/// Notes how a way went; `problem` is none when a copy of `size` went out.
///
/// # Errors
/// When the database says no.
pub fn note(conn: &Connection, business: BusinessId, way: &str, size: u64, problem: Option<String>, now_us: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO checkpoint_copies (business, way, size, sent_us, problem, problem_us)
               VALUES (?1, ?2, iif(?4 IS NULL, ?3, 0), iif(?4 IS NULL, ?5, NULL), ?4, iif(?4 IS NULL, NULL, ?5))
               ON CONFLICT (business, way) DO UPDATE SET
                 size = iif(?4 IS NULL, ?3, size), sent_us = iif(?4 IS NULL, ?5, sent_us), problem = ?4,
                 problem_us = iif(?4 IS NULL, NULL, coalesce(problem_us, ?5))";
    conn.prepare_cached(sql)?.execute(params![business.0, way, size as i64, problem, now_us])?;
    Ok(())
}
