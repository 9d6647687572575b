//! What happened after a conversation: the client's events that belong to no conversation, until they write again.

use rusqlite::{Connection, OptionalExtension, params};

use crate::journal::event_rows::{COLUMNS, from_row};
use crate::journal::projection::EventRow;
use crate::journal::session::Session;

/// What comes later has other reasons.
const LATEST_US: i64 = 90 * 86_400_000_000;
/// More than happens to one lead.
const MOST: usize = 100;

/// What became of a conversation, in order: from its beginning (a lead may be made in the middle of it) to the client's next one, or for
/// ninety days. What became of messages stands with the messages.
///
/// # Errors
/// When the database says no.
pub fn afterwards(conn: &Connection, session: &Session) -> rusqlite::Result<Vec<EventRow>> {
    let Some(client) = session.client else { return Ok(Vec::new()) };
    let sql = "SELECT min(s.started_us) FROM clients c CROSS JOIN sessions s
               WHERE c.root = (SELECT root FROM clients WHERE id = ?1) AND s.client = c.id AND s.started_us > ?2 AND s.id <> ?3";
    let next: Option<Option<i64>> =
        conn.prepare_cached(sql)?.query_row(params![client, session.last_us, session.id], |row| row.get(0)).optional()?;
    let until = (session.last_us + LATEST_US).min(next.flatten().unwrap_or(i64::MAX));
    let mut found = conn.prepare_cached(&afterwards_sql())?;
    found.query_map(params![client, session.started_us, until], |row| Ok(from_row(row)?.row))?.collect()
}

/// The SQL of what happened outside conversations.
pub(super) fn afterwards_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM events WHERE session IS NULL AND identity IN
           (SELECT i.id FROM clients c CROSS JOIN identities i WHERE c.root = (SELECT root FROM clients WHERE id = ?1) AND i.client = c.id)
         AND ts_us >= ?2 AND ts_us < ?3 AND type NOT IN ('delivery_status', 'card_linked') ORDER BY ts_us, record LIMIT {MOST}"
    )
}
