//! What a business has settled about what exchanges say, as it was decided last: prices of models, its words for what clients want.
//!
//! JSON under a name; what it means is the business of room `exchange`.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::event::{BusinessId, RecordNo};

/// The part that is about numbers: no exchange is read by it.
pub const NUMBERS: &str = "numbers";
/// The part that says when something is an incident.
pub const ALERTS: &str = "alerts";

/// How many conversations a month people look at. Not about exchanges.
pub const REVIEWS: &str = "reviews";
/// Prices, hours and services, against which answers are held. Not about exchanges.
pub const FACTS: &str = "facts";

/// What people said or tested while setting up, one part each: `start/consent`. Not about exchanges.
pub const START: &str = "start/";
/// Questions that people saved under a name, one part each. Not about exchanges.
pub const VIEW: &str = "view/";

/// Everything that is settled about exchanges, of every business.
///
/// # Errors
/// When the database says no.
pub fn all(conn: &Connection) -> rusqlite::Result<Vec<(BusinessId, String, String)>> {
    let mut all = conn.prepare_cached(
        "SELECT business, what, value FROM known WHERE what NOT IN (?1, ?2) AND what NOT LIKE '%/%' ORDER BY business, what",
    )?;
    all.query_map([REVIEWS, FACTS], |row| Ok((BusinessId(row.get(0)?), row.get(1)?, row.get(2)?)))?.collect()
}

/// What one business has settled: name and value.
///
/// # Errors
/// When the database says no.
pub fn of(conn: &Connection, business: BusinessId) -> rusqlite::Result<Vec<(String, String)>> {
    let mut all = conn.prepare_cached("SELECT what, value FROM known WHERE business = ?1 ORDER BY what")?;
    all.query_map([business.0], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// The value of one name.
///
/// # Errors
/// When the database says no.
pub fn one(conn: &Connection, business: BusinessId, what: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT value FROM known WHERE business = ?1 AND what = ?2";
    conn.prepare_cached(sql)?.query_row(params![business.0, what], |row| row.get(0)).optional()
}

/// Whether new terms of numbers change what was counted. Prices and minutes do not: they are applied when somebody asks.
#[must_use]
pub fn counts_anew(before: Option<&str>, value: &serde_json::Value) -> bool {
    let before: serde_json::Value = before.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    ["window_days", "opens_min", "closes_min"].into_iter().any(|name| before.get(name) != value.get(name))
}

/// From now on this one.
///
/// # Errors
/// When the database says no.
pub fn set(tx: &Transaction<'_>, record: RecordNo, what: &str, value: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO known (business, what, value, record) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (business, what) DO UPDATE SET value = excluded.value, record = excluded.record";
    tx.prepare_cached(sql)?.execute(params![record.business().0, what, value, record.as_i64()]).map(drop)
}

/// A part, with who said it and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its name without what all of them begin with.
    pub name: String,
    /// JSON.
    pub value: String,
    /// Who, as sealed.
    pub by: String,
    /// When.
    pub at_us: i64,
}

/// All parts whose names begin with `prefix`, which ends in a slash; those that were taken back (`null`) are left out.
///
/// # Errors
/// When the database says no.
pub fn under(conn: &Connection, business: BusinessId, prefix: &str) -> rusqlite::Result<Vec<Statement>> {
    let sql = "SELECT substr(k.what, length(?2) + 1), k.value, d.made_by, d.made_us FROM known k JOIN decisions d ON d.record = k.record
               WHERE k.business = ?1 AND substr(k.what, 1, length(?2)) = ?2 AND k.value <> 'null' ORDER BY k.record";
    let read = |row: &rusqlite::Row<'_>| Ok(Statement { name: row.get(0)?, value: row.get(1)?, by: row.get(2)?, at_us: row.get(3)? });
    conn.prepare_cached(sql)?.query_map(params![business.0, prefix], read)?.collect()
}
