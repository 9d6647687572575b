//! What has come to its end: whole conversations whose last event is older than the policy, and events that belong to none.
//!
//! Age counts from the event's own time. A clock that runs ahead must not keep anything for ever: what claims to lie in the future is as
//! old as its receipt.

use ledger::RecordList;
use rusqlite::{Connection, params};

use super::Held;
use crate::event::when::DAY_US;
use crate::event::{BusinessId, RecordNo};

/// A sender's clock may run ahead by this much and is still believed.
const AHEAD_US: i64 = DAY_US;

/// A part of a run, small enough that recording goes on after it.
#[derive(Debug, Default)]
pub struct Slice {
    /// Everything in it.
    pub records: RecordList,
    /// Conversations in it.
    pub conversations: u64,
    /// Events in it.
    pub events: u64,
    /// Where the next one begins; none after the last.
    pub next: Option<Place>,
}

/// How far a run has come. Conversations by their last event, then those whose clock ran ahead, then single events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Conversations that ended after this one.
    Conversations {
        /// Last event.
        last_us: i64,
        /// Row number.
        session: i64,
    },
    /// Conversations that claim to end in the future, after this row.
    Ahead(i64),
    /// Single events, after this moment and record.
    Alone {
        /// The event's time.
        ts_us: i64,
        /// Its record.
        record: i64,
    },
}

impl Place {
    /// Where a run begins.
    pub const START: Self = Self::Conversations { last_us: i64::MIN, session: 0 };
}

/// What a run would do now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Forecast {
    /// Conversations that would go.
    pub conversations: u64,
    /// Events in them.
    pub events: u64,
    /// Events of no conversation that would go.
    pub alone: u64,
    /// Conversations that stay because of a hold.
    pub held: u64,
}

/// Whether a conversation is over: its last event, or the receipt of it where that lies in the future.
///
/// # Errors
/// When the database says no.
pub fn over(conn: &Connection, session: i64, last_us: i64, before_us: i64, now_us: i64) -> rusqlite::Result<bool> {
    if last_us <= now_us + AHEAD_US {
        return Ok(last_us < before_us);
    }
    let mut find = conn.prepare_cached("SELECT max(min(ts_us, received_us)) FROM events WHERE session = ?1")?;
    let newest: Option<i64> = find.query_row([session], |row| row.get(0))?;
    Ok(newest.is_none_or(|newest| newest < before_us))
}

/// The next slice from `from` on, of about `size` records.
///
/// # Errors
/// When the database says no.
pub fn slice(
    conn: &Connection,
    business: BusinessId,
    held: &Held,
    (before_us, now_us): (i64, i64),
    from: Place,
    size: u64,
) -> rusqlite::Result<Slice> {
    let mut slice = Slice::default();
    let mut records = Vec::new();
    let mut place = Some(from);
    while let Some(at) = place {
        place = match at {
            Place::Conversations { last_us, session } => {
                let sql = "SELECT id, last_us, client FROM sessions WHERE business = ?1 AND last_us >= ?2 AND last_us < ?3
                             AND (last_us > ?2 OR id > ?4) ORDER BY last_us, id LIMIT ?5";
                let found = read_sessions(conn, sql, params![business.0, last_us, before_us, session, size as i64])?;
                add_sessions(conn, held, &found, size, &mut slice, &mut records)?
                    .map(|last| Place::Conversations { last_us: last.1, session: last.0 })
                    .or(Some(Place::Ahead(0)))
            }
            Place::Ahead(after) => {
                let sql = "SELECT id, last_us, client FROM sessions WHERE business = ?1 AND last_us > ?2 AND id > ?3 ORDER BY id LIMIT ?4";
                let mut found = read_sessions(conn, sql, params![business.0, now_us + AHEAD_US, after, size as i64])?;
                let mut over_now = Vec::new();
                for line in found.drain(..) {
                    if over(conn, line.0, line.1, before_us, now_us)? {
                        over_now.push(line);
                    }
                }
                add_sessions(conn, held, &over_now, size, &mut slice, &mut records)?
                    .map(|last| Place::Ahead(last.0))
                    .or(Some(Place::Alone { ts_us: i64::MIN, record: 0 }))
            }
            Place::Alone { ts_us, record } => alone(conn, business, held, (before_us, ts_us, record), size, &mut slice, &mut records)?,
        };
        if records.len() as u64 >= size {
            break;
        }
    }
    slice.events = records.len() as u64;
    slice.records = RecordList::of(records.into_iter().map(|record| RecordNo::from_i64(record).index()));
    slice.next = place;
    Ok(slice)
}

type Line = (i64, i64, Option<i64>);

fn read_sessions(conn: &Connection, sql: &str, values: impl rusqlite::Params) -> rusqlite::Result<Vec<Line>> {
    conn.prepare_cached(sql)?.query_map(values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
}

/// Adds whole conversations until there are enough records; gives the last one looked at, none when all were.
fn add_sessions(
    conn: &Connection,
    held: &Held,
    lines: &[Line],
    size: u64,
    slice: &mut Slice,
    records: &mut Vec<i64>,
) -> rusqlite::Result<Option<Line>> {
    let mut of_session = conn.prepare_cached("SELECT record FROM events WHERE session = ?1")?;
    for line in lines {
        if !held.keeps_session(line.0, line.2) {
            for record in of_session.query_map([line.0], |row| row.get(0))? {
                records.push(record?);
            }
            slice.conversations += 1;
        }
        if records.len() as u64 >= size {
            return Ok(Some(*line));
        }
    }
    // As many as asked for: there may be more.
    Ok(lines.last().copied().filter(|_| lines.len() as u64 >= size))
}

fn alone(
    conn: &Connection,
    business: BusinessId,
    held: &Held,
    (before_us, ts_us, record): (i64, i64, i64),
    size: u64,
    slice: &mut Slice,
    records: &mut Vec<i64>,
) -> rusqlite::Result<Option<Place>> {
    let sql = "SELECT record, ts_us, identity FROM events WHERE business = ?1 AND session IS NULL AND ts_us >= ?2 AND ts_us < ?3
                 AND (ts_us > ?2 OR record > ?4) ORDER BY ts_us, record LIMIT ?5";
    let found: Vec<Line> = read_sessions(conn, sql, params![business.0, ts_us, before_us, record, size as i64])?;
    records.extend(found.iter().filter(|line| !held.keeps_identity(line.2)).map(|line| line.0));
    let _ = slice;
    Ok(found.last().filter(|_| found.len() as u64 >= size).map(|last| Place::Alone { ts_us: last.1, record: last.0 }))
}

/// What a run would do at `now_us`, without doing it.
///
/// # Errors
/// When the database says no.
pub fn forecast(conn: &Connection, business: BusinessId, held: &Held, before_us: i64, now_us: i64) -> rusqlite::Result<Forecast> {
    let mut forecast = Forecast::default();
    // Two questions, each of which the index by time answers: of one with OR the planner makes a walk over every conversation.
    let sql = "SELECT id, last_us, client, events FROM sessions INDEXED BY sessions_by_time WHERE business = ?1 AND last_us < ?2
               UNION ALL SELECT id, last_us, client, events FROM sessions INDEXED BY sessions_by_time WHERE business = ?1 AND last_us > ?3";
    let mut all = conn.prepare_cached(sql)?;
    let mut rows = all.query(params![business.0, before_us, now_us + AHEAD_US])?;
    while let Some(row) = rows.next()? {
        let (session, last_us, client, events): (i64, i64, Option<i64>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        if !over(conn, session, last_us, before_us, now_us)? {
            continue;
        }
        if held.keeps_session(session, client) {
            forecast.held += 1;
        } else {
            forecast.conversations += 1;
            forecast.events += events as u64;
        }
    }
    let sql = "SELECT identity FROM events WHERE business = ?1 AND session IS NULL AND ts_us < ?2";
    let mut all = conn.prepare_cached(sql)?;
    let mut rows = all.query(params![business.0, before_us])?;
    while let Some(row) = rows.next()? {
        forecast.alone += u64::from(!held.keeps_identity(row.get(0)?));
    }
    Ok(forecast)
}
