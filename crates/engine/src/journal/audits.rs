//! What scheduled audits found, and when: for the settings page and `/metrics`. The audit itself is `verify`.

use ledger::RecordList;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use super::verify::Report;
use crate::event::BusinessId;

/// Findings kept in words; the rest is a number.
const KEPT: usize = 20;

/// One audit of one business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Whose.
    pub business: BusinessId,
    /// When it began.
    pub started_us: i64,
    /// And ended.
    pub ended_us: i64,
    /// Whether every record was opened.
    pub deep: bool,
    /// How many records there were.
    pub entries: u64,
    /// How many findings.
    pub wrong: u64,
    /// The first of them, as JSON.
    pub findings: String,
    /// Every record that is not what was signed or cannot be read.
    #[serde(skip)]
    pub unsound: RecordList,
    /// The tree is not the one that was signed: nobody knows which of its records are right.
    #[serde(skip)]
    pub is_forged: bool,
}

impl Run {
    /// From a report.
    #[must_use]
    pub fn of(report: &Report, deep: bool, started_us: i64, ended_us: i64) -> Self {
        let first = &report.findings[..report.findings.len().min(KEPT)];
        let findings = serde_json::to_string(first).unwrap_or_else(|_| "[]".to_owned());
        let unsound = RecordList::of(report.unsound.iter().copied());
        let Report { business, entries, wrong, is_forged, .. } = *report;
        Self { business, started_us, ended_us, deep, entries, wrong, findings, unsound, is_forged }
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            business: BusinessId(row.get(0)?),
            started_us: row.get(1)?,
            ended_us: row.get(2)?,
            deep: row.get(3)?,
            entries: row.get::<_, i64>(4)? as u64,
            wrong: row.get::<_, i64>(5)? as u64,
            findings: row.get(6)?,
            // Only this program writes here.
            unsound: row.get_ref(7)?.as_str()?.parse().unwrap_or_default(),
            is_forged: row.get(8)?,
        })
    }
}

/// Notes a run.
///
/// # Errors
/// When the database says no.
pub fn note(conn: &Connection, run: &Run) -> rusqlite::Result<()> {
    let sql = "INSERT INTO audits (business, started_us, ended_us, deep, entries, wrong, findings, unsound, is_forged)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let Run { business, started_us, ended_us, deep, entries, wrong, findings, unsound, is_forged } = run;
    let (entries, wrong, unsound) = (*entries as i64, *wrong as i64, unsound.to_string());
    conn.prepare_cached(sql)?.execute(params![business.0, started_us, ended_us, deep, entries, wrong, findings, unsound, is_forged])?;
    Ok(())
}

/// The newest run of a business.
///
/// # Errors
/// When the database says no.
pub fn latest(conn: &Connection, business: BusinessId) -> rusqlite::Result<Option<Run>> {
    let sql = "SELECT business, started_us, ended_us, deep, entries, wrong, findings, unsound, is_forged FROM audits
               WHERE business = ?1 ORDER BY started_us DESC, id DESC LIMIT 1";
    conn.prepare_cached(sql)?.query_row([business.0], Run::read).optional()
}

/// How many runs began between two moments, and how many of them found something.
///
/// # Errors
/// When the database says no.
pub fn between(conn: &Connection, business: BusinessId, from_us: i64, to_us: i64) -> rusqlite::Result<(u64, u64)> {
    let sql = "SELECT count(*), coalesce(sum(wrong > 0), 0) FROM audits WHERE business = ?1 AND started_us >= ?2 AND started_us < ?3";
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64));
    conn.prepare_cached(sql)?.query_row(params![business.0, from_us, to_us], read)
}

/// When the last run ended that found nothing wrong.
///
/// # Errors
/// When the database says no.
pub fn last_success(conn: &Connection, business: BusinessId) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT max(ended_us) FROM audits WHERE business = ?1 AND wrong = 0")?.query_row([business.0], |row| row.get(0))
}
