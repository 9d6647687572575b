//! The list of conversations, newest first, and its filters.
//!
//! Three ways, one result: by time through the covering index `sessions_by_time`; those of one client; those in which something was
//! said, by the newest record in which it was. Numbers first, rows by primary key after.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::client::{ClientName, client_name};
use super::conditions::Conditions;
use super::page::{Cursor, Listed, Page};
use super::words::Words;
use crate::event::BusinessId;
use crate::journal::clients;
use crate::journal::session::Session;
use crate::journal::session_rows::{COLUMNS, from_row};

/// Records that one page of a search looks at, in case they have the words but belong to conversations that the filter leaves out: 15 ms of them.
const LOOKED_AT: usize = 2_000;

/// Which conversations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SessionFilter {
    /// Where they took place.
    pub channel: Option<String>,
    /// How they ended: one of `session::OUTCOMES`.
    pub outcome: Option<String>,
    /// Their last intent.
    pub intent: Option<String>,
    /// Public id of the client, merged ones included.
    pub client: Option<String>,
    /// Last event at or after it.
    pub from_us: Option<i64>,
    /// Last event before it.
    pub to_us: Option<i64>,
    /// The assistant was once less sure than this.
    pub below_confidence: Option<f64>,
    /// What was said in them. The order is then by the newest record with these words.
    pub text: Option<String>,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionLine {
    /// The conversation.
    pub session: Session,
    /// Who it was with, as merged.
    pub client: Option<ClientName>,
}

/// One page of conversations.
///
/// # Errors
/// When the database says no.
pub fn sessions(conn: &Connection, business: BusinessId, filter: &SessionFilter, page: &Page) -> rusqlite::Result<Listed<SessionLine>> {
    let found = match (&filter.text, &filter.client) {
        (Some(text), _) => by_words(conn, business, filter, text, page)?,
        (None, Some(pid)) => match clients::by_pid(conn, business, pid)? {
            Some(client) => of_client(conn, filter, client.root, page)?,
            None => Listed::empty(),
        },
        (None, None) => by_time(conn, business, filter, page)?,
    };
    found.try_map(|id| line(conn, id))
}

/// The line of one conversation.
pub(super) fn line(conn: &Connection, id: i64) -> rusqlite::Result<Option<SessionLine>> {
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE id = ?1");
    let session = conn.prepare_cached(&sql)?.query_row([id], from_row).optional()?;
    session.map(|session| with_client(conn, session)).transpose()
}

pub(super) fn with_client(conn: &Connection, session: Session) -> rusqlite::Result<SessionLine> {
    let client = session.client.map(|id| client_name(conn, id)).transpose()?.flatten();
    Ok(SessionLine { session, client })
}

impl SessionFilter {
    /// Everything but client and text, behind a first condition: columns of `sessions_by_time`.
    fn conditions(&self, first: &str, value: i64) -> Conditions {
        let mut conditions = Conditions::start(first, value);
        conditions.and_if("s.last_us >= ?", self.from_us);
        conditions.and_if("s.last_us < ?", self.to_us);
        conditions.and_if("s.channel = ?", self.channel.clone());
        conditions.and_if("s.outcome = ?", self.outcome.clone());
        conditions.and_if("s.intent = ?", self.intent.clone());
        conditions.and_if("s.confidence < ?", self.below_confidence);
        conditions
    }
}

/// The SQL of the list by time, and its values.
pub(super) fn by_time_sql(business: BusinessId, filter: &SessionFilter, page: &Page) -> (String, Conditions) {
    let mut conditions = filter.conditions("s.business = ?", business.0.into());
    conditions.behind("s.last_us", "s.id", page.after);
    let limit = conditions.place(page.limit() as i64 + 1);
    let sql = format!("SELECT s.id, s.last_us FROM sessions s WHERE {} ORDER BY s.last_us DESC, s.id DESC LIMIT {limit}", conditions.sql());
    (sql, conditions)
}

/// The SQL of one client's list, and its values: from the few clients to their few sessions, never the other way.
pub(super) fn of_client_sql(filter: &SessionFilter, root: i64, page: &Page) -> (String, Conditions) {
    let mut conditions = filter.conditions("c.root = ?", root);
    conditions.behind("s.last_us", "s.id", page.after);
    let limit = conditions.place(page.limit() as i64 + 1);
    let sql = format!(
        "SELECT s.id, s.last_us FROM clients c CROSS JOIN sessions s WHERE s.client = c.id AND {} ORDER BY s.last_us DESC, s.id DESC LIMIT {limit}",
        conditions.sql()
    );
    (sql, conditions)
}

fn by_time(conn: &Connection, business: BusinessId, filter: &SessionFilter, page: &Page) -> rusqlite::Result<Listed<i64>> {
    let (sql, conditions) = by_time_sql(business, filter, page);
    ids(conn, &sql, &conditions, page)
}

fn of_client(conn: &Connection, filter: &SessionFilter, root: i64, page: &Page) -> rusqlite::Result<Listed<i64>> {
    let (sql, conditions) = of_client_sql(filter, root, page);
    ids(conn, &sql, &conditions, page)
}

fn ids(conn: &Connection, sql: &str, conditions: &Conditions, page: &Page) -> rusqlite::Result<Listed<i64>> {
    let read = |row: &rusqlite::Row<'_>| Ok(Cursor { id: row.get(0)?, at: row.get(1)? });
    let found = conn.prepare_cached(sql)?.query_map(params_from_iter(conditions.values()), read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let listed = Listed::cut(found, page, |&cursor| cursor);
    Ok(Listed { items: listed.items.into_iter().map(|cursor| cursor.id).collect(), next: listed.next })
}

/// From the newest record with the words backwards: each conversation once, where its newest such record is.
fn by_words(conn: &Connection, business: BusinessId, filter: &SessionFilter, text: &str, page: &Page) -> rusqlite::Result<Listed<i64>> {
    let Some(words) = Words::new(business, text) else { return Ok(Listed::empty()) };
    let fits = Fits::new(conn, business, filter)?;
    let (mut items, mut seen) = (Vec::new(), HashSet::new());
    let mut before = page.after.map(|cursor| cursor.id);
    let mut looked_at = 0;
    while looked_at < LOOKED_AT {
        let records = words.newest(conn, before, page.limit() * 2)?;
        if records.is_empty() {
            return Ok(Listed { items, next: None });
        }
        for record in records {
            looked_at += 1;
            before = Some(record);
            let Some(session) = session_of(conn, record)?.filter(|session| seen.insert(*session)) else { continue };
            if fits.admit(conn, session)? && !words.shown_before(conn, session, page.after)? {
                items.push(session);
            }
            if items.len() == page.limit() {
                return Ok(Listed { items, next: Some(Cursor { at: 0, id: record }) });
            }
        }
    }
    Ok(Listed { items, next: before.map(|id| Cursor { at: 0, id }) })
}

fn session_of(conn: &Connection, record: i64) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT session FROM events WHERE record = ?1")?
        .query_row([record], |row| row.get(0))
        .optional()
        .map(Option::flatten)
}

/// The rest of the filter, asked of one conversation at a time.
struct Fits {
    sql: String,
    conditions: Conditions,
    root: Option<i64>,
}

impl Fits {
    fn new(conn: &Connection, business: BusinessId, filter: &SessionFilter) -> rusqlite::Result<Self> {
        let mut conditions = filter.conditions("s.business = ?", business.0.into());
        // An unknown client is nobody: no root has number 0.
        let root = filter.client.as_ref().map(|pid| Ok::<_, rusqlite::Error>(clients::by_pid(conn, business, pid)?.map_or(0, |c| c.root)));
        let root = root.transpose()?;
        let id = conditions.place(0_i64);
        let sql = format!("SELECT s.client FROM sessions s WHERE s.id = {id} AND {}", conditions.sql());
        Ok(Self { sql, conditions, root })
    }

    fn admit(&self, conn: &Connection, session: i64) -> rusqlite::Result<bool> {
        let mut values = self.conditions.values().to_vec();
        if let Some(id) = values.last_mut() {
            *id = session.into();
        }
        let found: Option<Option<i64>> =
            conn.prepare_cached(&self.sql)?.query_row(params_from_iter(values), |row| row.get(0)).optional()?;
        let (Some(client), Some(root)) = (found, self.root) else { return Ok(found.is_some()) };
        conn.prepare_cached("SELECT 1 FROM clients WHERE id = ?1 AND root = ?2")?.exists(params![client, root])
    }
}
