//! Scenarios and prompts that were put here: their versions, and which of them answers. Rows are what the sealed decisions make of them.
//!
//! A version is put once and stays; the active one of a name is the last that was made so. The text is read from its decision: it stands in the
//! database once. What traffic says of versions is asked elsewhere (`metrics::versions`).

#[cfg(test)]
mod tests;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::event::record::{Decided, Decision};
use crate::event::scenario::digest;
use crate::event::{BusinessId, RecordNo};

/// A version as it was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The decision.
    pub record: RecordNo,
    /// Of which scenario or prompt.
    pub name: String,
    /// Its version.
    pub version: String,
    /// As a prompt without a name is known in traffic.
    pub digest: String,
    /// When.
    pub put_us: i64,
    /// By whom.
    pub put_by: String,
    /// What is new in it.
    pub comment: String,
}

/// Since when a version answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Active {
    /// The decision.
    pub record: RecordNo,
    /// Of which scenario or prompt.
    pub name: String,
    /// Which.
    pub version: String,
    /// Since when.
    pub since_us: i64,
    /// Who made it so.
    pub by: String,
}

/// What a bot is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Which version, since when.
    pub active: Active,
    /// The text.
    pub text: String,
}

const VERSION: &str = "SELECT v.record, v.name, v.version, v.digest, v.put_us, v.put_by, coalesce(json_extract(d.body, '$.comment'), '')
                       FROM scenario_versions v JOIN decisions d ON d.record = v.record";
const ACTIVE: &str = "SELECT record, name, version, made_us, made_by FROM scenario_activations";

/// Applies a decision, if it is about a version; what contradicts what is there has no effect.
///
/// # Errors
/// When the database says no.
pub fn apply(tx: &Transaction<'_>, record: RecordNo, made_us: i64, decided: &Decided) -> rusqlite::Result<()> {
    let business = record.business().0;
    match &decided.decision {
        Decision::ScenarioPut(put) => {
            let sql = "INSERT OR IGNORE INTO scenario_versions (record, business, name, version, digest, put_us, put_by)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let values = params![record.as_i64(), business, put.name, put.version, digest(&put.text), made_us, decided.by];
            tx.prepare_cached(sql)?.execute(values).map(drop)
        }
        Decision::ScenarioActivated(active) => {
            let sql = "INSERT INTO scenario_activations (record, business, name, version, made_us, made_by)
                       SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (
                         SELECT 1 FROM scenario_versions WHERE business = ?2 AND name = ?3 AND version = ?4)";
            let values = params![record.as_i64(), business, active.name, active.version, made_us, decided.by];
            tx.prepare_cached(sql)?.execute(values).map(drop)
        }
        _ => Ok(()),
    }
}

/// All versions that were put, the newest first; of one name where one is named.
///
/// # Errors
/// When the database says no.
pub fn versions(conn: &Connection, business: BusinessId, name: Option<&str>) -> rusqlite::Result<Vec<Version>> {
    let sql = format!("{VERSION} WHERE v.business = ?1 AND (?2 IS NULL OR v.name = ?2) ORDER BY v.record DESC");
    conn.prepare_cached(&sql)?.query_map(params![business.0, name], Version::read)?.collect()
}

/// One version.
///
/// # Errors
/// When the database says no.
pub fn version(conn: &Connection, business: BusinessId, name: &str, version: &str) -> rusqlite::Result<Option<Version>> {
    let sql = format!("{VERSION} WHERE v.business = ?1 AND v.name = ?2 AND v.version = ?3");
    conn.prepare_cached(&sql)?.query_row(params![business.0, name, version], Version::read).optional()
}

/// Its text.
///
/// # Errors
/// When the database says no.
pub fn text(conn: &Connection, version: &Version) -> rusqlite::Result<String> {
    let sql = "SELECT json_extract(body, '$.text') FROM decisions WHERE record = ?1";
    conn.prepare_cached(sql)?.query_row([version.record.as_i64()], |row| row.get(0))
}

/// The version of a name that answers now.
///
/// # Errors
/// When the database says no.
pub fn active(conn: &Connection, business: BusinessId, name: &str) -> rusqlite::Result<Option<Active>> {
    let sql = format!("{ACTIVE} WHERE business = ?1 AND name = ?2 ORDER BY record DESC LIMIT 1");
    conn.prepare_cached(&sql)?.query_row(params![business.0, name], Active::read).optional()
}

/// What a bot is told now: two rows by their keys.
///
/// # Errors
/// When the database says no.
pub fn served(conn: &Connection, business: BusinessId, name: &str) -> rusqlite::Result<Option<Served>> {
    let Some(active) = active(conn, business, name)? else { return Ok(None) };
    let Some(version) = version(conn, business, name, &active.version)? else { return Ok(None) };
    Ok(Some(Served { text: text(conn, &version)?, active }))
}

/// Every time that a version was made active, the oldest first, and which answered before.
///
/// # Errors
/// When the database says no.
pub fn activations(conn: &Connection, business: BusinessId) -> rusqlite::Result<Vec<(Active, Option<String>)>> {
    let sql = "SELECT record, name, version, made_us, made_by, lag(version) OVER (PARTITION BY name ORDER BY record)
               FROM scenario_activations WHERE business = ?1 ORDER BY record";
    conn.prepare_cached(sql)?.query_map([business.0], |row| Ok((Active::read(row)?, row.get(5)?)))?.collect()
}

/// Rows that are not what the sealed decisions make of them.
///
/// # Errors
/// When the database says no.
pub fn unlike_their_decisions(conn: &Connection, business: BusinessId) -> rusqlite::Result<u64> {
    let mut sealed = conn.prepare_cached(
        "SELECT record, made_us, made_by, body FROM decisions WHERE business = ?1 AND kind IN ('scenario_put', 'scenario_activated') ORDER BY record",
    )?;
    let mut wrong = 0_i64;
    let (mut puts, mut activations) = (std::collections::BTreeSet::new(), 0_i64);
    let mut rows = sealed.query([business.0])?;
    while let Some(row) = rows.next()? {
        let (record, made_us, by): (i64, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let body: String = row.get(3)?;
        let there = match serde_json::from_str(&body) {
            Ok(Decision::ScenarioPut(put)) if puts.insert((put.name.clone(), put.version.clone())) => conn
                .prepare_cached(
                    "SELECT 1 FROM scenario_versions WHERE record = ?1 AND name = ?2 AND version = ?3 AND digest = ?4 AND put_us = ?5
                       AND put_by = ?6 AND business = ?7",
                )?
                .exists(params![record, put.name, put.version, digest(&put.text), made_us, by, business.0])?,
            Ok(Decision::ScenarioActivated(active)) if puts.contains(&(active.name.clone(), active.version.clone())) => {
                activations += 1;
                conn.prepare_cached(
                    "SELECT 1 FROM scenario_activations WHERE record = ?1 AND name = ?2 AND version = ?3 AND made_us = ?4 AND made_by = ?5
                       AND business = ?6",
                )?
                .exists(params![record, active.name, active.version, made_us, by, business.0])?
            }
            _ => continue,
        };
        wrong += i64::from(!there);
    }
    let count = |table: &str| {
        conn.query_row(&format!("SELECT count(*) FROM {table} WHERE business = ?1"), [business.0], |row| row.get::<_, i64>(0))
    };
    let extra = (count("scenario_versions")? - puts.len() as i64).max(0) + (count("scenario_activations")? - activations).max(0);
    Ok((wrong + extra).unsigned_abs())
}

impl Version {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            record: RecordNo::from_i64(row.get(0)?),
            name: row.get(1)?,
            version: row.get(2)?,
            digest: row.get(3)?,
            put_us: row.get(4)?,
            put_by: row.get(5)?,
            comment: row.get(6)?,
        })
    }

    /// As traffic names it: `запись@7`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

impl Active {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            record: RecordNo::from_i64(row.get(0)?),
            name: row.get(1)?,
            version: row.get(2)?,
            since_us: row.get(3)?,
            by: row.get(4)?,
        })
    }

    /// As traffic names it: `запись@7`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}
