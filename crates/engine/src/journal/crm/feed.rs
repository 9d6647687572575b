//! From the journal into a CRM's outbox: which conversation has grown, and who is to be found.

use rusqlite::{OptionalExtension, Transaction, params};

use crate::event::when::DAY_US;
use crate::event::{BusinessId, RecordNo};

/// Events looked at in one transaction: others write too.
const EVENTS: i64 = 1_000;

/// Whose outbox, and what goes into it.
#[derive(Debug, Clone, Copy)]
pub struct Outbox<'a> {
    /// The business.
    pub business: BusinessId,
    /// The connection's public id.
    pub connection: &'a str,
    /// Cards are told; if not, they are only found, so that what becomes of them can be read back.
    pub writes: bool,
    /// A task at every handover, and for every lead that is lost.
    pub tasks: bool,
    /// Whether a card is told of events of a type.
    pub is_told: fn(&str) -> bool,
    /// So long a waiting row may still grow before it is sent.
    pub gather_us: i64,
}

struct Event {
    record: i64,
    kind: String,
    session: Option<i64>,
}

/// Goes on from where the connection's cursor stands; the first time from now. Says whether there may be more.
///
/// # Errors
/// When the database says no.
pub fn feed(tx: &Transaction<'_>, outbox: &Outbox<'_>, now_us: i64) -> rusqlite::Result<bool> {
    let Outbox { business, connection, .. } = *outbox;
    let last = |tx: &Transaction<'_>| {
        let sql = "SELECT coalesce(max(record), ?1) FROM entries WHERE record BETWEEN ?1 AND ?2";
        tx.prepare_cached(sql)?.query_row(params![RecordNo::new(business, 0).as_i64() - 1, end(business)], |row| row.get::<_, i64>(0))
    };
    let Some(cursor) = super::cursor(tx, connection)? else {
        let at = last(tx)?;
        let sql = "INSERT INTO crm_cursors (connection, business, first_record, record) VALUES (?1, ?2, ?3, ?4)";
        tx.prepare_cached(sql)?.execute(params![connection, business.0, at + 1, at])?;
        return Ok(false);
    };
    // What is marked as a test is on nobody's card.
    let sql = "SELECT e.record, e.type, CASE WHEN d.left_out = 'test' THEN NULL ELSE e.session END FROM events e LEFT JOIN details d ON d.record = e.record
               WHERE e.record > ?1 AND e.record <= ?2 ORDER BY e.record LIMIT ?3";
    let read = |row: &rusqlite::Row<'_>| Ok(Event { record: row.get(0)?, kind: row.get(1)?, session: row.get(2)? });
    let mut select = tx.prepare_cached(sql)?;
    let events: Vec<Event> = select.query_map(params![cursor.record, end(business), EVENTS], read)?.collect::<rusqlite::Result<_>>()?;
    for event in &events {
        if let Some(session) = event.session.filter(|_| (outbox.is_told)(&event.kind)) {
            tell(tx, outbox, cursor.first_record, session, event, now_us)?;
        }
    }
    if let Some(event) = events.last() {
        tx.prepare_cached("UPDATE crm_cursors SET record = ?2 WHERE connection = ?1")?.execute(params![connection, event.record])?;
    }
    if outbox.writes && outbox.tasks {
        lost(tx, outbox, cursor.first_record, now_us)?;
    }
    Ok(events.len() as i64 == EVENTS)
}

/// Leads that count as lost since yesterday: a task each, unless their conversation has one. Older ones were lost before anybody asked.
fn lost(tx: &Transaction<'_>, outbox: &Outbox<'_>, first_told: i64, now_us: i64) -> rusqlite::Result<()> {
    let sql = "SELECT s.pid, root.pid, coalesce(CAST(k.evidence AS INTEGER), 0) FROM cases k JOIN sessions s ON s.id = k.session
                 JOIN clients c ON c.id = s.client JOIN clients root ON root.id = c.root
               WHERE k.business = ?1 AND k.lost IS NOT NULL AND k.recovered_us IS NULL AND k.session IS NOT NULL
                 AND k.lost_us > ?2 AND k.lost_us <= ?3 AND s.first_record >= ?4
                 AND NOT EXISTS (SELECT 1 FROM crm_entries e WHERE e.business = ?1 AND e.session = s.pid AND e.what = 'task' AND e.connection = ?5)
               ORDER BY k.lost_us LIMIT ?6";
    let values = params![outbox.business.0, now_us - DAY_US, now_us, first_told, outbox.connection, EVENTS];
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?));
    let found: Vec<_> = tx.prepare_cached(sql)?.query_map(values, read)?.collect::<rusqlite::Result<_>>()?;
    for (session, client, evidence) in found {
        let record = RecordNo::new(outbox.business, evidence.max(0) as u64).as_i64();
        want(tx, outbox, &client, now_us)?;
        add(tx, outbox, (&client, &session), "task", (record, record), now_us)?;
    }
    Ok(())
}

fn end(business: BusinessId) -> i64 {
    RecordNo::new(BusinessId(business.0 + 1), 0).as_i64() - 1
}

/// One event of a conversation: the row that waits grows, or another one begins.
fn tell(tx: &Transaction<'_>, outbox: &Outbox<'_>, first_told: i64, session: i64, event: &Event, now_us: i64) -> rusqlite::Result<()> {
    let sql =
        "SELECT s.pid, s.first_record, root.pid FROM sessions s JOIN clients c ON c.id = s.client JOIN clients root ON root.id = c.root
               WHERE s.id = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?));
    // A conversation of nobody has no card; should somebody turn out to be behind it, it is told from its beginning.
    let Some((session, opened, client)) = tx.prepare_cached(sql)?.query_row([session], read).optional()? else { return Ok(()) };
    want(tx, outbox, &client, now_us)?;
    if !outbox.writes {
        return Ok(());
    }
    if !grow(tx, outbox, &session, event.record)? {
        let is_first = !has_row(tx, outbox, &session)?;
        let first = if is_first { opened.max(first_told).min(event.record) } else { event.record };
        add(tx, outbox, (&client, &session), "steps", (first, event.record), now_us)?;
    }
    if outbox.tasks && event.kind == "handoff" {
        add(tx, outbox, (&client, &session), "task", (event.record, event.record), now_us)?;
    }
    Ok(())
}

/// Only the newest row of a conversation grows: an earlier one that waits again has others behind it.
fn grow(tx: &Transaction<'_>, outbox: &Outbox<'_>, session: &str, record: i64) -> rusqlite::Result<bool> {
    let sql = "UPDATE crm_entries SET last_record = max(last_record, ?4) WHERE state = 'waiting' AND id = (
                 SELECT max(id) FROM crm_entries WHERE business = ?1 AND session = ?2 AND what = 'steps' AND connection = ?3)";
    Ok(tx.prepare_cached(sql)?.execute(params![outbox.business.0, session, outbox.connection, record])? > 0)
}

fn has_row(tx: &Transaction<'_>, outbox: &Outbox<'_>, session: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM crm_entries WHERE business = ?1 AND session = ?2 AND what = 'steps' AND connection = ?3 LIMIT 1";
    tx.prepare_cached(sql)?.exists(params![outbox.business.0, session, outbox.connection])
}

fn add(
    tx: &Transaction<'_>,
    outbox: &Outbox<'_>,
    (client, session): (&str, &str),
    what: &str,
    (first, last): (i64, i64),
    now_us: i64,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO crm_entries
               (business, connection, client, session, what, first_record, last_record, reference, state, made_us, due_us, attempts)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting', ?9, ?10, 0) ON CONFLICT (reference) DO NOTHING";
    let Outbox { business, connection, gather_us, .. } = outbox;
    let reference = reference(connection, session, what, first);
    let values = params![business.0, connection, client, session, what, first, last, reference, now_us, now_us + gather_us];
    tx.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// The client's card is wanted; who was not found is looked for again, because this event may say who they are.
fn want(tx: &Transaction<'_>, outbox: &Outbox<'_>, client: &str, now_us: i64) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO crm_cards (business, connection, client, state, asked_us, due_us, attempts) VALUES (?1, ?2, ?3, 'sought', ?4, ?4, 0)
               ON CONFLICT (business, connection, client) DO UPDATE SET due_us = min(due_us, ?4 + ?5) WHERE state = 'sought'";
    tx.prepare_cached(sql)?.execute(params![outbox.business.0, outbox.connection, client, now_us, outbox.gather_us])?;
    Ok(())
}

/// What an entry bears so that it is found again: a digest of where it begins.
fn reference(connection: &str, session: &str, what: &str, first: i64) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(format!("{connection} {session} {what} {first}"));
    let mut text = String::from("L-");
    for byte in &digest[..6] {
        text.push_str(&format!("{byte:02X}"));
    }
    text
}
