//! One conversation with its events, as the conversation page shows it.

use std::collections::HashMap;

use rusqlite::Connection;

use super::events::{EventLine, client_of_identity};
use super::sessions::{SessionLine, with_client};
use crate::event::BusinessId;
use crate::journal::event_rows::{COLUMNS, from_row};
use crate::journal::session_by_pid;

/// Events of a conversation that are shown: a longer one is a bot talking to itself.
const MOST_EVENTS: usize = 2_000;

/// A conversation with everything in it.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionDetail {
    /// Its sum and its client.
    pub line: SessionLine,
    /// Its events by the sender's time, and of one moment in the order in which they were recorded.
    pub events: Vec<EventLine>,
    /// There are more than can be shown.
    pub more: bool,
}

/// The conversation of that public id, or of an id that it had before it was joined with another.
///
/// # Errors
/// When the database says no.
pub fn session(conn: &Connection, business: BusinessId, pid: &str) -> rusqlite::Result<Option<SessionDetail>> {
    let Some(session) = session_by_pid(conn, business, pid)? else { return Ok(None) };
    let mut stored = conn.prepare_cached(&events_sql())?.query_map([session.id], from_row)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let more = stored.len() > MOST_EVENTS;
    stored.truncate(MOST_EVENTS);
    // Mostly one person: looked up once.
    let mut known = HashMap::new();
    let mut events = Vec::with_capacity(stored.len());
    for event in stored {
        if let Some(identity) = event.identity.filter(|identity| !known.contains_key(identity)) {
            known.insert(identity, client_of_identity(conn, identity)?);
        }
        let client = event.identity.and_then(|identity| known.get(&identity).cloned().flatten());
        events.push(EventLine { row: event.row, session: Some(session.pid.clone()), client });
    }
    Ok(Some(SessionDetail { line: with_client(conn, session)?, events, more }))
}

/// The SQL of a conversation's events.
pub(super) fn events_sql() -> String {
    format!("SELECT {COLUMNS} FROM events WHERE session = ?1 ORDER BY ts_us, record LIMIT {}", MOST_EVENTS + 1)
}
