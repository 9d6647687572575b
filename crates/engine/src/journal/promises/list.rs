//! Promises with how they stand: those of one event, a list of them newest first, and how many there are of each.
//!
//! Each is judged when it is asked for, 50 µs or so apiece, so a list and a tally look through a bounded number at a time and say so.

use rusqlite::{Connection, params};

use super::super::reading::{Cursor, Listed, Page};
use super::kept::{self, Place, State};
use super::{Said, read};
use crate::event::{BusinessId, PromiseKind, RecordNo};

/// Promises that one page of a list looks at.
const LOOKED_AT: usize = 2_000;
/// Promises that a tally looks at.
const COUNTED: usize = 5_000;

/// A promise and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What was said.
    pub said: Said,
    /// Whether it was done.
    pub state: State,
}

/// Which promises.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// About what.
    pub kind: Option<PromiseKind>,
    /// How they stand: `open`, `waiting`, `kept`, `unchecked`.
    pub state: Option<String>,
    /// Said at or after it.
    pub from_us: Option<i64>,
    /// Said before it.
    pub to_us: Option<i64>,
}

/// An event with those of its promises that fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub record: RecordNo,
    /// When.
    pub ts_us: i64,
    /// At least one.
    pub promises: Vec<Judged>,
}

/// How many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// All that were looked at.
    pub promises: usize,
    /// Done.
    pub kept: usize,
    /// Not late yet.
    pub waiting: usize,
    /// Late, and nothing did them.
    pub open: usize,
    /// The journal cannot tell.
    pub unchecked: usize,
    /// There are older ones in the period that were not looked at.
    pub more: bool,
}

/// The promises of one event.
///
/// # Errors
/// When the database says no.
pub fn of_record(conn: &Connection, record: RecordNo, now_us: i64) -> rusqlite::Result<Vec<Judged>> {
    let sql = "SELECT p.kind, p.modality, p.hour_min, e.ts_us, e.session, e.identity FROM promises p CROSS JOIN events e
               WHERE p.record = ?1 AND e.record = p.record ORDER BY p.kind, p.modality";
    let mut find = conn.prepare_cached(sql)?;
    let found = find.query_map([record.as_i64()], |row| {
        let place = Place { record: record.as_i64(), ts_us: row.get(3)?, session: row.get(4)?, identity: row.get(5)? };
        Ok((read(row, 0)?, place))
    })?;
    let mut judged = Vec::new();
    for said in found {
        let (said, place) = said?;
        let state = kept::state(conn, place, &said, now_us)?;
        judged.push(Judged { said, state });
    }
    Ok(judged)
}

/// One page, newest first.
///
/// # Errors
/// When the database says no.
pub fn list(conn: &Connection, business: BusinessId, filter: &Filter, page: &Page, now_us: i64) -> rusqlite::Result<Listed<Line>> {
    let mut listed = Listed { items: Vec::<Line>::new(), next: None };
    let (mut looked_at, mut last) = (0, None);
    each(conn, business, filter, page.after, now_us, &mut |at, judged| {
        let cursor = Cursor { at: at.ts_us, id: at.record };
        let same = last == Some(cursor);
        if !same && (listed.items.len() == page.limit() || looked_at >= LOOKED_AT) {
            listed.next = last;
            return false;
        }
        (looked_at, last) = (looked_at + 1, Some(cursor));
        if filter.state.as_deref().is_some_and(|wanted| wanted != judged.state.as_str()) {
            return true;
        }
        match listed.items.last_mut().filter(|line| line.record.as_i64() == at.record) {
            Some(line) => line.promises.push(judged),
            None => listed.items.push(Line { record: RecordNo::from_i64(at.record), ts_us: at.ts_us, promises: vec![judged] }),
        }
        true
    })?;
    Ok(listed)
}

/// How many of each there are, the newest of a period.
///
/// # Errors
/// When the database says no.
pub fn tally(conn: &Connection, business: BusinessId, filter: &Filter, now_us: i64) -> rusqlite::Result<Tally> {
    tally_of(conn, business, filter, COUNTED, now_us)
}

/// The same of at most `most`: each is held against what was done around it, so a page that must be quick counts fewer.
///
/// # Errors
/// When the database says no.
pub fn tally_of(conn: &Connection, business: BusinessId, filter: &Filter, most: usize, now_us: i64) -> rusqlite::Result<Tally> {
    let mut tally = Tally::default();
    each(conn, business, filter, None, now_us, &mut |_, judged| {
        if tally.promises == most {
            tally.more = true;
            return false;
        }
        tally.promises += 1;
        match judged.state {
            State::Kept(..) => tally.kept += 1,
            State::Waiting => tally.waiting += 1,
            State::Open => tally.open += 1,
            State::Unchecked => tally.unchecked += 1,
        }
        true
    })?;
    Ok(tally)
}

/// Every promise of a filter but for its state, newest first, until `take` has enough.
fn each(
    conn: &Connection,
    business: BusinessId,
    filter: &Filter,
    after: Option<Cursor>,
    now_us: i64,
    take: &mut dyn FnMut(Place, Judged) -> bool,
) -> rusqlite::Result<()> {
    let sql = "SELECT p.kind, p.modality, p.hour_min, p.record, p.ts_us, e.session, e.identity FROM promises p CROSS JOIN events e
               WHERE p.business = ?1 AND p.ts_us >= ?2 AND p.ts_us < ?3 AND (p.ts_us, p.record) < (?4, ?5)
                 AND (?6 IS NULL OR p.kind = ?6) AND e.record = p.record
               ORDER BY p.ts_us DESC, p.record DESC, p.kind, p.modality";
    let (from, to) = (filter.from_us.unwrap_or(i64::MIN), filter.to_us.unwrap_or(i64::MAX));
    let behind = after.unwrap_or(Cursor { at: i64::MAX, id: i64::MAX });
    let mut find = conn.prepare_cached(sql)?;
    let mut rows = find.query(params![business.0, from, to, behind.at, behind.id, filter.kind.map(PromiseKind::as_str)])?;
    while let Some(row) = rows.next()? {
        let said = read(row, 0)?;
        let place = Place { record: row.get(3)?, ts_us: row.get(4)?, session: row.get(5)?, identity: row.get(6)? };
        let state = kept::state(conn, place, &said, now_us)?;
        if !take(place, Judged { said, state }) {
            break;
        }
    }
    Ok(())
}
