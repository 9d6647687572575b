//! The list of events, newest first by the sender's time; one event; the records of an event id.

use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::client::{ClientName, client_name};
use super::conditions::Conditions;
use super::page::{Cursor, Listed, Page};
use crate::event::{BusinessId, RecordNo};
use crate::journal::event_rows::{self, Stored};
use crate::journal::projection::EventRow;
use crate::journal::{clients, session_by_pid};
use crate::privacy::BusinessKeys;

/// Events that one page looks at when the filter is by a column without an index of its own: 10 ms of them.
const LOOKED_AT: usize = 10_000;

/// Which events.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventFilter {
    /// Type, as in `event::EventType`.
    pub kind: Option<String>,
    /// Where.
    pub channel: Option<String>,
    /// Public id of their conversation.
    pub session: Option<String>,
    /// Public id of the client in whose conversations they are, merged ones included.
    pub client: Option<String>,
    /// Intent.
    pub intent: Option<String>,
    /// Sent at or after it.
    pub from_us: Option<i64>,
    /// Sent before it.
    pub to_us: Option<i64>,
}

/// One event with the public ids that its row has numbers for.
#[derive(Debug, Clone, PartialEq)]
pub struct EventLine {
    /// The row.
    pub row: EventRow,
    /// Public id of its conversation.
    pub session: Option<String>,
    /// Who wrote, as merged.
    pub client: Option<ClientName>,
}

/// One page of events.
///
/// # Errors
/// When the database says no.
pub fn events(conn: &Connection, business: BusinessId, filter: &EventFilter, page: &Page) -> rusqlite::Result<Listed<EventLine>> {
    let Some((sql, conditions)) = sql(conn, business, filter, page)? else { return Ok(Listed::empty()) };
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(conditions.values()))?;
    let mut found = Listed { items: Vec::new(), next: None };
    let mut last = None;
    let mut looked_at = 0;
    while let Some(row) = rows.next()? {
        if found.items.len() == page.limit() || looked_at == LOOKED_AT {
            found.next = last;
            break;
        }
        looked_at += 1;
        let cursor = Cursor { id: row.get(0)?, at: row.get(1)? };
        last = Some(cursor);
        let fits = |wanted: &Option<String>, column| match wanted {
            Some(wanted) => Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str_or_null()?.is_some_and(|found| found == wanted)),
            None => Ok(true),
        };
        if fits(&filter.channel, 2)? && fits(&filter.intent, 3)? {
            found.items.push(cursor.id);
        }
    }
    found.try_map(|record| event(conn, business, RecordNo::from_i64(record)))
}

/// One event; none for decisions, for what was erased, and for a record of another business.
///
/// # Errors
/// When the database says no.
pub fn event(conn: &Connection, business: BusinessId, record: RecordNo) -> rusqlite::Result<Option<EventLine>> {
    if record.business() != business {
        return Ok(None);
    }
    let Some(Stored { row, session, identity }) = event_rows::by_record(conn, record)? else { return Ok(None) };
    let session = session.map(|id| session_pid(conn, id)).transpose()?.flatten();
    let client = identity.map(|id| client_of_identity(conn, id)).transpose()?.flatten();
    Ok(Some(EventLine { row, session, client }))
}

/// The records of an event id, oldest first: several when the id came with other bytes. An erased record is still among them.
///
/// # Errors
/// When the database says no.
pub fn event_by_id(conn: &Connection, keys: &BusinessKeys, event_id: &str) -> rusqlite::Result<Vec<RecordNo>> {
    let digest = keys.id_digest(event_id);
    let (low, high) = ([&digest[..], &[0; 8]].concat(), [&digest[..], &[0xff; 8]].concat());
    let mut find = conn.prepare_cached("SELECT record FROM seen WHERE digest BETWEEN ?1 AND ?2 ORDER BY record")?;
    find.query_map([low, high], |row| row.get(0).map(RecordNo::from_i64))?.collect()
}

/// The SQL of the list and its values; none when the conversation or client is unknown. The columns without an index of their own
/// (channel, intent) are read only when they are asked for: without them the index alone gives the page.
pub(super) fn sql(
    conn: &Connection,
    business: BusinessId,
    filter: &EventFilter,
    page: &Page,
) -> rusqlite::Result<Option<(String, Conditions)>> {
    let mut conditions = Conditions::default();
    if let Some(pid) = &filter.session {
        let Some(session) = session_by_pid(conn, business, pid)? else { return Ok(None) };
        conditions.and("e.session = ?", session.id);
        conditions.and_if("e.type = ?", filter.kind.clone());
    } else if let Some(pid) = &filter.client {
        let Some(client) = clients::by_pid(conn, business, pid)? else { return Ok(None) };
        let theirs = "e.session IN (SELECT s.id FROM clients c CROSS JOIN sessions s WHERE s.client = c.id AND c.root = ?)";
        conditions.and(theirs, client.root);
        conditions.and_if("e.type = ?", filter.kind.clone());
    } else {
        conditions.and("e.business = ?", business.0);
        conditions.and_if("e.type = ?", filter.kind.clone());
    }
    conditions.and_if("e.ts_us >= ?", filter.from_us);
    conditions.and_if("e.ts_us < ?", filter.to_us);
    conditions.behind("e.ts_us", "e.record", page.after);
    let unindexed = if filter.channel.is_some() || filter.intent.is_some() { ", e.channel, e.intent" } else { ", NULL, NULL" };
    let sql = format!("SELECT e.record, e.ts_us{unindexed} FROM events e WHERE {} ORDER BY e.ts_us DESC, e.record DESC", conditions.sql());
    Ok(Some((sql, conditions)))
}

pub(super) fn session_pid(conn: &Connection, id: i64) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached("SELECT pid FROM sessions WHERE id = ?1")?.query_row([id], |row| row.get(0)).optional()
}

pub(super) fn client_of_identity(conn: &Connection, id: i64) -> rusqlite::Result<Option<ClientName>> {
    let client = conn.prepare_cached("SELECT client FROM identities WHERE id = ?1")?.query_row([id], |row| row.get(0)).optional()?;
    client.map(|client| client_name(conn, client)).transpose().map(Option::flatten)
}
