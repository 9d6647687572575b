//! The outbox of a CRM: what its cards still lack.
//!
//! ```text
//! waiting ──noted──▶ sending ──answered──▶ written
//!    ▲                  └──no answer──▶ unclear ──looked up──▶ written, or waiting again
//!    └── a person ── buried ◀── refused for good
//! ```
//! Of one client the rows go in order: the next one when the one before is written or buried.

use rusqlite::{Connection, Row, Transaction, params};
use serde::Serialize;

use crate::event::{BusinessId, CrmRef};

/// One row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lacking {
    /// Its number.
    pub id: i64,
    /// Whose, by public id.
    pub client: String,
    /// Which conversation.
    pub session: String,
    /// `steps` or `task`.
    pub what: String,
    /// The stretch of the journal.
    pub first_record: i64,
    /// Its end.
    pub last_record: i64,
    /// By which it is found there.
    pub reference: String,
    /// Where it is: `waiting`, `sending`, `unclear`, `written`, `buried`.
    pub state: String,
    /// When it began to wait.
    pub made_us: i64,
    /// When it is tried next.
    pub due_us: i64,
    /// How often it was.
    pub attempts: u32,
    /// Why it is not there yet.
    pub problem: Option<String>,
}

/// One that a card has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Whose connection.
    pub connection: String,
    /// `lead`, `deal`, `contact`, `company`.
    pub kind: Option<String>,
    /// The card.
    pub card: Option<u64>,
    /// The CRM's number of the entry.
    pub entry: Option<u64>,
    /// By which it is found there.
    pub reference: String,
}

/// What came of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The card has it, under this number; what beside it went wrong.
    Written(Option<u64>, Option<String>),
    /// It was not sent, or is not there: again at that time.
    Again(i64, String),
    /// Nobody knows: to be looked up at that time.
    Unclear(i64, String),
    /// The CRM does not take it.
    Buried(String),
    /// The card is not there any more: another one is to be found.
    NoCard(String),
}

/// One event, as far as a card is concerned.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Step {
    /// When.
    pub at_us: i64,
    /// The type.
    pub kind: String,
    /// The client's or the operator's words.
    pub said: Option<String>,
    /// The assistant's.
    pub reply: Option<String>,
    /// What the client wants.
    pub intent: Option<String>,
    /// How sure.
    pub confidence: Option<f64>,
    /// What the assistant did.
    pub action: Option<String>,
    /// With which card.
    pub crm: Option<String>,
    /// Where they wrote.
    pub channel: String,
    /// Of an experiment.
    pub variant: Option<String>,
}

const COLUMNS: &str = "id, client, session, what, first_record, last_record, reference, state, made_us, due_us, attempts, problem";

fn read(row: &Row<'_>) -> rusqlite::Result<Lacking> {
    Ok(Lacking {
        id: row.get(0)?,
        client: row.get(1)?,
        session: row.get(2)?,
        what: row.get(3)?,
        first_record: row.get(4)?,
        last_record: row.get(5)?,
        reference: row.get(6)?,
        state: row.get(7)?,
        made_us: row.get(8)?,
        due_us: row.get(9)?,
        attempts: row.get(10)?,
        problem: row.get(11)?,
    })
}

/// The first row of every client whose card is known, if its time has come; an unclear one with the card it was sent to.
///
/// # Errors
/// When the database says no.
pub fn due(conn: &Connection, business: BusinessId, connection: &str, now_us: i64, limit: u32) -> rusqlite::Result<Vec<(Lacking, CrmRef)>> {
    let columns = COLUMNS.split(", ").map(|column| format!("e.{column}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT {columns}, iif(e.state = 'unclear', e.kind, c.kind), iif(e.state = 'unclear', e.card, c.card) FROM crm_entries e
         JOIN crm_cards c ON c.business = ?1 AND c.connection = ?2 AND c.client = e.client AND c.state = 'found'
         WHERE e.connection = ?2 AND e.state IN ('waiting', 'unclear') AND e.due_us <= ?3 AND NOT EXISTS (
           SELECT 1 FROM crm_entries b WHERE b.connection = ?2 AND b.client = e.client AND b.id < e.id AND b.state IN ('waiting', 'sending', 'unclear'))
         ORDER BY e.id LIMIT ?4"
    );
    let read = |row: &Row<'_>| Ok((read(row)?, super::cards::reference(row.get(12)?, row.get(13)?)));
    let mut select = conn.prepare_cached(&sql)?;
    let rows = select.query_map(params![business.0, connection, now_us, limit], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rows.into_iter().filter_map(|(row, card)| Some((row, card?))).collect())
}

/// Noted before they leave.
///
/// # Errors
/// When the database says no.
pub fn sending(tx: &Transaction<'_>, rows: &[(i64, CrmRef)], now_us: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE crm_entries SET state = 'sending', sent_us = ?2, attempts = attempts + 1, kind = ?3, card = ?4 WHERE id = ?1";
    let mut update = tx.prepare_cached(sql)?;
    for (id, card) in rows {
        update.execute(params![id, now_us, card.kind.as_str(), card.id as i64])?;
    }
    Ok(())
}

/// The steps that a row is about, in order.
///
/// # Errors
/// When the database says no.
pub fn steps(conn: &Connection, business: BusinessId, row: &Lacking) -> rusqlite::Result<Vec<Step>> {
    let Some(session) = crate::journal::session_by_pid(conn, business, &row.session)? else { return Ok(Vec::new()) };
    let sql = "SELECT ts_us, type, said, reply, intent, confidence, action, crm, channel, variant FROM events
               WHERE session = ?1 AND record BETWEEN ?2 AND ?3 ORDER BY ts_us, record";
    let read = |row: &Row<'_>| {
        Ok(Step {
            at_us: row.get(0)?,
            kind: row.get(1)?,
            said: row.get(2)?,
            reply: row.get(3)?,
            intent: row.get(4)?,
            confidence: row.get(5)?,
            action: row.get(6)?,
            crm: row.get(7)?,
            channel: row.get(8)?,
            variant: row.get(9)?,
        })
    };
    conn.prepare_cached(sql)?.query_map(params![session.id, row.first_record, row.last_record], read)?.collect()
}

/// What came of them.
///
/// # Errors
/// When the database says no.
pub fn settle(tx: &Transaction<'_>, rows: &[(i64, Outcome)], now_us: i64) -> rusqlite::Result<()> {
    for (id, outcome) in rows {
        let (state, due_us, problem, entry) = match outcome {
            Outcome::Written(entry, beside) => ("written", now_us, beside.as_ref(), *entry),
            Outcome::Again(due_us, why) => ("waiting", *due_us, Some(why), None),
            Outcome::Unclear(due_us, why) => ("unclear", *due_us, Some(why), None),
            Outcome::Buried(why) => ("buried", now_us, Some(why), None),
            Outcome::NoCard(why) => {
                super::cards::seek_again(tx, *id, now_us)?;
                ("waiting", now_us, Some(why), None)
            }
        };
        let sql = "UPDATE crm_entries SET state = ?2, due_us = ?3, problem = ?4, entry = coalesce(?5, entry),
                   written_us = CASE WHEN ?2 = 'written' THEN ?6 END WHERE id = ?1";
        tx.prepare_cached(sql)?.execute(params![id, state, due_us, problem, entry.map(|entry| entry as i64), now_us])?;
    }
    Ok(())
}

/// After a start: what was being sent when the program ended may be there or not.
///
/// # Errors
/// When the database says no.
pub fn recover(tx: &Transaction<'_>, connection: &str, settle_us: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE crm_entries SET state = 'unclear', due_us = sent_us + ?2, problem = 'the program ended while it was sent'
               WHERE connection = ?1 AND state = 'sending'";
    tx.prepare_cached(sql)?.execute(params![connection, settle_us])?;
    Ok(())
}

/// A person wants a buried row tried again, or gives a waiting one up.
///
/// # Errors
/// When the database says no.
pub fn resolve(tx: &Transaction<'_>, business: BusinessId, id: i64, bury: Option<&str>, now_us: i64) -> rusqlite::Result<bool> {
    let sql = match bury {
        Some(_) => {
            "UPDATE crm_entries SET state = 'buried', problem = ?4 WHERE business = ?1 AND id = ?2 AND state IN ('waiting', 'unclear') AND ?3 > 0"
        }
        // It may have been sent before: looked up first.
        None => {
            "UPDATE crm_entries SET state = CASE WHEN sent_us IS NULL THEN 'waiting' ELSE 'unclear' END, due_us = ?3, problem = ?4
                 WHERE business = ?1 AND id = ?2 AND state IN ('buried', 'waiting', 'unclear')"
        }
    };
    Ok(tx.prepare_cached(sql)?.execute(params![business.0, id, now_us, bury])? > 0)
}

/// How many rows are in each state, and since when the oldest waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Standing {
    /// Not there yet, their card known.
    pub waiting: u64,
    /// Not there yet, because nobody knows whose card.
    pub cardless: u64,
    /// Given up.
    pub buried: u64,
    /// There.
    pub written: u64,
    /// When the oldest that has a card began to wait.
    pub oldest_us: Option<i64>,
}

/// How the outbox of a connection stands.
///
/// # Errors
/// When the database says no.
pub fn standing(conn: &Connection, business: BusinessId, connection: &str) -> rusqlite::Result<Standing> {
    let sql = "SELECT e.state IN ('waiting', 'sending', 'unclear'), c.state IS 'found', e.state = 'buried', count(*), min(e.made_us)
               FROM crm_entries e LEFT JOIN crm_cards c ON c.business = e.business AND c.connection = e.connection AND c.client = e.client
               WHERE e.connection = ?1 AND e.business = ?2 AND e.client <> '' GROUP BY 1, 2, 3";
    let read = |row: &Row<'_>| {
        Ok((row.get::<_, bool>(0)?, row.get::<_, bool>(1)?, row.get::<_, bool>(2)?, row.get::<_, i64>(3)? as u64, row.get::<_, i64>(4)?))
    };
    let mut standing = Standing::default();
    for row in conn.prepare_cached(sql)?.query_map(params![connection, business.0], read)? {
        match row? {
            (true, true, _, count, oldest) => {
                standing.waiting += count;
                standing.oldest_us = Some(standing.oldest_us.map_or(oldest, |us| us.min(oldest)));
            }
            (true, false, _, count, _) => standing.cardless += count,
            (false, _, true, count, _) => standing.buried += count,
            (false, _, false, count, _) => standing.written += count,
        }
    }
    Ok(standing)
}

/// Rows of a connection in some state, the oldest first.
///
/// # Errors
/// When the database says no.
pub fn listed(conn: &Connection, business: BusinessId, connection: &str, is_buried: bool, limit: u32) -> rusqlite::Result<Vec<Lacking>> {
    let states = if is_buried { "('buried')" } else { "('waiting', 'sending', 'unclear')" };
    // A row whose card nobody knows has no problem of its own.
    let columns = COLUMNS.replace(
        "problem",
        "CASE WHEN EXISTS (SELECT 1 FROM crm_cards c WHERE c.business = e.business AND c.connection = e.connection AND c.client = e.client
           AND c.state = 'found') THEN e.problem ELSE coalesce(e.problem, 'no card is known yet') END",
    );
    let sql = format!(
        "SELECT {columns} FROM crm_entries e WHERE business = ?1 AND connection = ?2 AND client <> '' AND state IN {states} ORDER BY id LIMIT ?3"
    );
    conn.prepare_cached(&sql)?.query_map(params![business.0, connection, limit], read)?.collect()
}

/// What a client's cards were told.
///
/// # Errors
/// When the database says no.
pub fn written_of(conn: &Connection, business: BusinessId, client: &str) -> rusqlite::Result<Vec<Written>> {
    // What was sent and not answered may be there too.
    let sql = "SELECT connection, kind, card, entry, reference FROM crm_entries
               WHERE business = ?1 AND client = ?2 AND sent_us IS NOT NULL ORDER BY id";
    let read = |row: &Row<'_>| {
        let number = |at: usize| row.get::<_, Option<i64>>(at).map(|id| id.map(|id| id as u64));
        Ok(Written { connection: row.get(0)?, kind: row.get(1)?, card: number(2)?, entry: number(3)?, reference: row.get(4)? })
    };
    conn.prepare_cached(sql)?.query_map(params![business.0, client], read)?.collect()
}
