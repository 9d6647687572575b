//! One client with everything that is known of them, over all merges.

use rusqlite::{Connection, OptionalExtension, Row};

use super::page::{Listed, Page};
use super::sessions::{SessionFilter, SessionLine, sessions};
use crate::event::BusinessId;
use crate::journal::clients;
use crate::journal::event_rows::{COLUMNS, from_row};
use crate::journal::projection::EventRow;

/// Conversations on a client's page; the rest through `sessions` by client.
const SESSIONS: usize = 50;
/// Events outside conversations (reminders) on a client's page.
const OUTSIDE: usize = 50;

/// A client as a list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientName {
    /// Public id of the one they are shown as.
    pub pid: String,
    /// The last name they gave.
    pub name: Option<String>,
}

/// Something a client is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// `channel`, `id`, `phone`, `email` or `crm`.
    pub kind: String,
    /// For `channel`: which.
    pub channel: Option<String>,
    /// The value itself.
    pub value: String,
    /// Public id of the client that it belonged to before any merge: what an unmerge names.
    pub client: String,
}

/// Another client that appeared in one event with this one, and is not merged with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// The other.
    pub client: ClientName,
    /// The record in which both appeared first.
    pub record: i64,
}

/// A client with everything.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientDetail {
    /// Who they are shown as: not the one asked for, when that one was merged into another.
    pub client: ClientName,
    /// The first record they appeared in.
    pub first_record: i64,
    /// Clients that were merged into this one.
    pub merged: Vec<ClientName>,
    /// All they are known by.
    pub known: Vec<Known>,
    /// Their newest conversations.
    pub sessions: Listed<SessionLine>,
    /// Their newest events that belong to no conversation, such as reminders.
    pub outside: Vec<EventRow>,
    /// Who may be the same person.
    pub likenesses: Vec<Likeness>,
}

/// The client of that public id, or of one that was merged into them.
///
/// # Errors
/// When the database says no.
pub fn client(conn: &Connection, business: BusinessId, pid: &str) -> rusqlite::Result<Option<ClientDetail>> {
    let Some(found) = clients::by_pid(conn, business, pid)? else { return Ok(None) };
    let root = found.root;
    let sql = "SELECT pid, name, first_record FROM clients WHERE id = ?1";
    let read = |row: &Row<'_>| Ok((ClientName { pid: row.get(0)?, name: row.get(1)? }, row.get(2)?));
    let Some((name, first_record)) = conn.prepare_cached(sql)?.query_row([root], read).optional()? else { return Ok(None) };
    let theirs = SessionFilter { client: Some(name.pid.clone()), ..SessionFilter::default() };
    Ok(Some(ClientDetail {
        first_record,
        merged: merged(conn, root)?,
        known: known(conn, root)?,
        sessions: sessions(conn, business, &theirs, &Page::new(SESSIONS, None))?,
        outside: outside(conn, root)?,
        likenesses: likenesses(conn, root)?,
        client: name,
    }))
}

/// Who the client of that number is shown as.
pub fn client_name(conn: &Connection, id: i64) -> rusqlite::Result<Option<ClientName>> {
    let sql = "SELECT r.pid, r.name FROM clients c JOIN clients r ON r.id = c.root WHERE c.id = ?1";
    conn.prepare_cached(sql)?.query_row([id], |row| Ok(ClientName { pid: row.get(0)?, name: row.get(1)? })).optional()
}

fn merged(conn: &Connection, root: i64) -> rusqlite::Result<Vec<ClientName>> {
    let sql = "SELECT pid, name FROM clients WHERE root = ?1 AND id <> ?1 ORDER BY id";
    conn.prepare_cached(sql)?.query_map([root], |row| Ok(ClientName { pid: row.get(0)?, name: row.get(1)? }))?.collect()
}

/// The SQL of a client's identities, oldest first.
pub(super) const KNOWN: &str = "SELECT i.kind, i.channel, i.value, c.pid FROM clients c CROSS JOIN identities i
    WHERE c.root = ?1 AND i.client = c.id ORDER BY i.id";

fn known(conn: &Connection, root: i64) -> rusqlite::Result<Vec<Known>> {
    let read = |row: &Row<'_>| Ok(Known { kind: row.get(0)?, channel: row.get(1)?, value: row.get(2)?, client: row.get(3)? });
    conn.prepare_cached(KNOWN)?.query_map([root], read)?.collect()
}

/// The SQL of a client's events that belong to no conversation.
pub(super) fn outside_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM events WHERE session IS NULL AND identity IN
           (SELECT i.id FROM clients c CROSS JOIN identities i WHERE c.root = ?1 AND i.client = c.id)
         ORDER BY ts_us DESC, record DESC LIMIT {OUTSIDE}"
    )
}

fn outside(conn: &Connection, root: i64) -> rusqlite::Result<Vec<EventRow>> {
    conn.prepare_cached(&outside_sql())?.query_map([root], |row| Ok(from_row(row)?.row))?.collect()
}

/// The SQL of a client's likenesses: both sides of a pair, so that each is found from either.
pub(super) const LIKENESSES: &str = "SELECT r.id, r.pid, r.name, min(p.record) FROM
      (SELECT l.other AS client, l.record FROM clients c CROSS JOIN likenesses l WHERE c.root = ?1 AND l.one = c.id
       UNION ALL
       SELECT l.one AS client, l.record FROM clients c CROSS JOIN likenesses l WHERE c.root = ?1 AND l.other = c.id) p
    CROSS JOIN clients o CROSS JOIN clients r WHERE o.id = p.client AND r.id = o.root AND r.id <> ?1
    GROUP BY r.id, r.pid, r.name ORDER BY 4";

fn likenesses(conn: &Connection, root: i64) -> rusqlite::Result<Vec<Likeness>> {
    let read = |row: &Row<'_>| Ok(Likeness { client: ClientName { pid: row.get(1)?, name: row.get(2)? }, record: row.get(3)? });
    conn.prepare_cached(LIKENESSES)?.query_map([root], read)?.collect()
}
