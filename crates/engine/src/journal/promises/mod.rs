//! What the assistant said it did or would do, against what was done.
//!
//! Rows of `promises` are computed from the record alone (`event::promises`), written and removed with its row. Whether a promise was kept is
//! *asked*, not stored: a later event, a late one, an erasure, a merge of clients change the answer, and then there is nothing to keep
//! in step. `kept` says what counts as done; `list` asks about many.

mod kept;
mod list;
#[cfg(test)]
mod tests;

use rusqlite::{Connection, Transaction, params};

use super::projection::EventRow;
use crate::event::{Facets, Hour, Modality, Promise, PromiseKind, RecordNo, promises};

pub use kept::{State, Terms, terms};
pub use list::{Filter, Judged, Line, Tally, list, of_record, tally, tally_of};

/// A promise as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What it is about.
    pub kind: PromiseKind,
    /// Done or promised; what was only offered is not stored.
    pub modality: Modality,
    /// The hour named.
    pub hour: Option<Hour>,
}

/// What an event promises: the assistant's own words, not a person's, and not those of a reminder that nobody asked for.
#[must_use]
pub fn said(row: &EventRow) -> Vec<Said> {
    found(row).into_iter().map(|(_, Promise { kind, modality, hour, .. })| Said { kind, modality, hour }).collect()
}

/// The same with the words it is said in.
#[must_use]
pub fn found(row: &EventRow) -> Vec<(&str, Promise)> {
    if !row.facets.has(Facets::REPLY) {
        return Vec::new();
    }
    // Where an answer stands in `text`, nobody else speaks in it.
    let own_text = row.reply.is_none() && !row.facets.has(Facets::INBOUND);
    let Some(words) = row.reply.as_deref().or(row.said.as_deref().filter(|_| own_text)) else { return Vec::new() };
    let stored = |promise: &Promise| promise.modality != Modality::Offered;
    promises(words).into_iter().filter(stored).map(|promise| (&words[promise.span.clone()], promise)).collect()
}

/// Stores what an event promises.
///
/// # Errors
/// When the database says no.
pub fn insert(tx: &Transaction<'_>, row: &EventRow, said: &[Said]) -> rusqlite::Result<()> {
    if said.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO promises (record, kind, modality, business, ts_us, hour_min) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut insert = tx.prepare_cached(sql)?;
    let business = RecordNo::from_i64(row.record).business().0;
    for Said { kind, modality, hour } in said {
        let hour = hour.map(Hour::minutes);
        insert.execute(params![row.record, kind.as_str(), modality.as_str(), business, row.ts_us, hour])?;
    }
    Ok(())
}

/// Removes them.
///
/// # Errors
/// When the database says no.
pub fn remove(tx: &Transaction<'_>, record: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM promises WHERE record = ?1")?.execute([record]).map(drop)
}

/// Those of one record, in the order of their names.
///
/// # Errors
/// When the database says no, or a name is none of ours.
pub fn stored(conn: &Connection, record: i64) -> rusqlite::Result<Vec<Said>> {
    let sql = "SELECT kind, modality, hour_min FROM promises WHERE record = ?1 ORDER BY kind, modality";
    let mut find = conn.prepare_cached(sql)?;
    find.query_map([record], |row| read(row, 0))?.collect()
}

/// Kind, modality and hour from three columns.
fn read(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Said> {
    let wrong = |column| rusqlite::Error::InvalidColumnType(column, "promises".into(), rusqlite::types::Type::Text);
    let kind = PromiseKind::parse(row.get_ref(at)?.as_str()?).ok_or_else(|| wrong(at))?;
    let modality = Modality::parse(row.get_ref(at + 1)?.as_str()?).ok_or_else(|| wrong(at + 1))?;
    Ok(Said { kind, modality, hour: row.get::<_, Option<i64>>(at + 2)?.and_then(Hour::from_minutes) })
}
