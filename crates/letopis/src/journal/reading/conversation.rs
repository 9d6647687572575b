//! One conversation with its events, as the conversation page shows it.

use rusqlite::Connection;

use super::sessions::{SessionLine, with_client};
use crate::event::BusinessId;
use crate::journal::event_rows::{COLUMNS, from_row};
use crate::journal::projection::EventRow;
use crate::journal::session_by_pid;

/// Events of a conversation that are shown: a longer one is a bot talking to itself.
const MOST_EVENTS: usize = 2_000;

/// A conversation with everything in it.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionDetail {
    /// Its sum and its client.
    pub line: SessionLine,
    /// Its events by the sender's time, and of one moment in the order in which they were recorded.
    pub events: Vec<EventRow>,
    /// There are more than can be shown.
    pub more: bool,
}

/// The conversation of that public id, or of an id that it had before it was joined with another.
///
/// # Errors
/// When the database says no.
pub fn session(conn: &Connection, business: BusinessId, pid: &str) -> rusqlite::Result<Option<SessionDetail>> {
    let Some(session) = session_by_pid(conn, business, pid)? else { return Ok(None) };
    let read = |row: &rusqlite::Row<'_>| Ok(from_row(row)?.row);
    let mut events: Vec<EventRow> = conn.prepare_cached(&events_sql())?.query_map([session.id], read)?.collect::<rusqlite::Result<_>>()?;
    let more = events.len() > MOST_EVENTS;
    events.truncate(MOST_EVENTS);
    Ok(Some(SessionDetail { line: with_client(conn, session)?, events, more }))
}

/// The SQL of a conversation's events.
pub(super) fn events_sql() -> String {
    format!("SELECT {COLUMNS} FROM events WHERE session = ?1 ORDER BY ts_us, record LIMIT {}", MOST_EVENTS + 1)
}
