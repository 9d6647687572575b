//! Conversations as rows of `sessions`.

use rusqlite::{Connection, OptionalExtension, Row, Statement, ToSql, Transaction, params};

use super::session::{Latest, Session};
use crate::event::{BusinessId, Facets};

/// The columns that [`from_row`] reads, in its order.
pub(super) const COLUMNS: &str =
    "id, business, pid, given, channel, identity, client, kind, started_us, last_us, first_record, first_in_us,
    first_out_us, events, inbound, replies, facets, confidence, intent, intent_us, intent_record, name, name_us, name_record,
    snippet, snippet_us, snippet_record, booking, booking_us, booking_record";

/// Reads a row of [`COLUMNS`].
pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Session> {
    let latest = |at: usize| -> rusqlite::Result<Option<Latest>> {
        let Some(value) = row.get(at)? else { return Ok(None) };
        Ok(Some(Latest { value, ts_us: row.get(at + 1)?, record: row.get(at + 2)? }))
    };
    Ok(Session {
        id: row.get(0)?,
        business: BusinessId(row.get(1)?),
        pid: row.get(2)?,
        given: row.get(3)?,
        channel: row.get(4)?,
        identity: row.get(5)?,
        client: row.get(6)?,
        kind: row.get(7)?,
        started_us: row.get(8)?,
        last_us: row.get(9)?,
        first_record: row.get(10)?,
        first_in_us: row.get(11)?,
        first_out_us: row.get(12)?,
        events: row.get(13)?,
        inbound: row.get(14)?,
        replies: row.get(15)?,
        facets: Facets::from_bits(row.get(16)?),
        confidence: row.get(17)?,
        intent: latest(18)?,
        name: latest(21)?,
        snippet: latest(24)?,
        booking: latest(27)?,
    })
}

pub(super) fn insert(tx: &Transaction<'_>, session: &Session) -> rusqlite::Result<i64> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO sessions (identity, client, started_us, last_us, first_record, first_in_us, first_out_us, events, inbound, replies,
           facets, outcome, confidence, intent, intent_us, intent_record, name, name_us, name_record, snippet, snippet_us, snippet_record,
           booking, booking_us, booking_record, business, pid, given, channel, kind)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27,
           ?28, ?29, ?30)",
    )?;
    let next = bind_changing(&mut statement, session)?;
    let fixed: [&dyn ToSql; 5] = [&session.business.0, &session.pid, &session.given, &session.channel, &session.kind];
    for (index, value) in (next..).zip(fixed) {
        statement.raw_bind_parameter(index, value)?;
    }
    statement.raw_execute()?;
    Ok(tx.last_insert_rowid())
}

pub(super) fn update(tx: &Transaction<'_>, session: &Session) -> rusqlite::Result<()> {
    let mut statement = tx.prepare_cached(
        "UPDATE sessions SET identity = ?1, client = ?2, started_us = ?3, last_us = ?4, first_record = ?5, first_in_us = ?6,
           first_out_us = ?7, events = ?8, inbound = ?9, replies = ?10, facets = ?11, outcome = ?12, confidence = ?13, intent = ?14,
           intent_us = ?15, intent_record = ?16, name = ?17, name_us = ?18, name_record = ?19, snippet = ?20, snippet_us = ?21,
           snippet_record = ?22, booking = ?23, booking_us = ?24, booking_record = ?25
         WHERE id = ?26",
    )?;
    let next = bind_changing(&mut statement, session)?;
    statement.raw_bind_parameter(next, session.id)?;
    statement.raw_execute()?;
    Ok(())
}

/// Binds everything that an event may change, from parameter 1 on; gives the next free number.
fn bind_changing(statement: &mut Statement<'_>, s: &Session) -> rusqlite::Result<usize> {
    fn parts(latest: Option<&Latest>) -> (Option<&str>, Option<i64>, Option<i64>) {
        (latest.map(|l| l.value.as_str()), latest.map(|l| l.ts_us), latest.map(|l| l.record))
    }
    let (intent, name, snippet) = (parts(s.intent.as_ref()), parts(s.name.as_ref()), parts(s.snippet.as_ref()));
    let booking = parts(s.booking.as_ref());
    let (facets, outcome) = (s.facets.bits(), s.outcome());
    let values: [&dyn ToSql; 25] = [
        &s.identity,
        &s.client,
        &s.started_us,
        &s.last_us,
        &s.first_record,
        &s.first_in_us,
        &s.first_out_us,
        &s.events,
        &s.inbound,
        &s.replies,
        &facets,
        &outcome,
        &s.confidence,
        &intent.0,
        &intent.1,
        &intent.2,
        &name.0,
        &name.1,
        &name.2,
        &snippet.0,
        &snippet.1,
        &snippet.2,
        &booking.0,
        &booking.1,
        &booking.2,
    ];
    for (index, value) in (1..).zip(values) {
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(values.len() + 1)
}

/// The session of that public id, or of that other name.
///
/// # Errors
/// When the database says no.
pub fn by_pid(conn: &Connection, business: BusinessId, pid: &str) -> rusqlite::Result<Option<Session>> {
    let direct = format!("SELECT {COLUMNS} FROM sessions WHERE business = ?1 AND pid = ?2");
    if let Some(found) = conn.prepare_cached(&direct)?.query_row(params![business.0, pid], from_row).optional()? {
        return Ok(Some(found));
    }
    let named = format!("SELECT {COLUMNS} FROM sessions WHERE id = (SELECT session FROM session_names WHERE business = ?1 AND pid = ?2)");
    conn.prepare_cached(&named)?.query_row(params![business.0, pid], from_row).optional()
}
