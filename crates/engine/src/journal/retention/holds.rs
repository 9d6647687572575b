//! What must not expire: a client's conversations or one of them, until somebody lifts the hold or its end comes.
//!
//! A hold on a client follows merges: it keeps everything of whoever the client is shown as. A conversation in which a held client wrote
//! is kept as a whole.

use std::collections::HashSet;

use rusqlite::{Connection, Transaction, params};

use crate::event::{BusinessId, HoldOn, RecordNo};
use crate::journal::clients;
use crate::journal::session_rows;

/// One that is open.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Hold {
    /// `client` or `session`.
    pub on: String,
    /// Whose.
    pub pid: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub placed_us: i64,
    /// By whom.
    pub placed_by: String,
    /// Until when, if it ends by itself.
    pub until_us: Option<i64>,
}

/// Everything that open holds keep, as rows.
#[derive(Debug, Default)]
pub struct Held {
    clients: HashSet<i64>,
    sessions: HashSet<i64>,
    /// Identities of held clients, for events that belong to no conversation.
    identities: HashSet<i64>,
}

impl Held {
    /// Whether a conversation stays.
    #[must_use]
    pub fn keeps_session(&self, session: i64, client: Option<i64>) -> bool {
        self.sessions.contains(&session) || client.is_some_and(|client| self.clients.contains(&client))
    }

    /// Whether an event outside of conversations stays.
    #[must_use]
    pub fn keeps_identity(&self, identity: Option<i64>) -> bool {
        identity.is_some_and(|identity| self.identities.contains(&identity))
    }
}

/// Places one. What it names may be gone or not there yet: it is placed all the same.
///
/// # Errors
/// When the database says no.
pub fn place(tx: &Transaction<'_>, record: RecordNo, on: HoldOn, hold: &Hold) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO holds (record, business, kind, pid, reason, placed_us, placed_by, until_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let Hold { pid, reason, placed_us, placed_by, until_us, .. } = hold;
    tx.prepare_cached(sql)?.execute(params![
        record.as_i64(),
        record.business().0,
        on.as_str(),
        pid,
        reason,
        placed_us,
        placed_by,
        until_us
    ])?;
    Ok(())
}

/// Lifts all open ones on it.
///
/// # Errors
/// When the database says no.
pub fn lift(tx: &Transaction<'_>, business: BusinessId, on: HoldOn, pid: &str, by: &str, now_us: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE holds SET lifted_us = ?1, lifted_by = ?2 WHERE business = ?3 AND kind = ?4 AND pid = ?5 AND lifted_us IS NULL";
    tx.prepare_cached(sql)?.execute(params![now_us, by, business.0, on.as_str(), pid])?;
    Ok(())
}

/// Those that are open at `now_us`, the newest first.
///
/// # Errors
/// When the database says no.
pub fn open_holds(conn: &Connection, business: BusinessId, now_us: i64) -> rusqlite::Result<Vec<Hold>> {
    let sql = "SELECT kind, pid, reason, placed_us, placed_by, until_us FROM holds
               WHERE business = ?1 AND lifted_us IS NULL AND (until_us IS NULL OR until_us > ?2) ORDER BY record DESC";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Hold {
            on: row.get(0)?,
            pid: row.get(1)?,
            reason: row.get(2)?,
            placed_us: row.get(3)?,
            placed_by: row.get(4)?,
            until_us: row.get(5)?,
        })
    };
    conn.prepare_cached(sql)?.query_map(params![business.0, now_us], read)?.collect()
}

/// What they keep.
///
/// # Errors
/// When the database says no.
pub fn held(conn: &Connection, business: BusinessId, now_us: i64) -> rusqlite::Result<Held> {
    let mut held = Held::default();
    for hold in open_holds(conn, business, now_us)? {
        if hold.on == HoldOn::Session.as_str() {
            held.sessions.extend(session_rows::by_pid(conn, business, &hold.pid)?.map(|session| session.id));
        } else if let Some(client) = clients::by_pid(conn, business, &hold.pid)? {
            of_client(conn, client.root, &mut held)?;
        }
    }
    Ok(held)
}

fn of_client(conn: &Connection, root: i64, held: &mut Held) -> rusqlite::Result<()> {
    let ids = |sql: &str| conn.prepare_cached(sql)?.query_map([root], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>();
    held.clients.extend(ids("SELECT id FROM clients WHERE root = ?1")?);
    held.identities.extend(ids("SELECT i.id FROM clients c JOIN identities i ON i.client = c.id WHERE c.root = ?1")?);
    // Conversations that somebody else opened. A data key belongs to an identity, so its records are found by it.
    held.sessions.extend(ids(
        "SELECT DISTINCT e.session FROM clients c CROSS JOIN identities i CROSS JOIN data_keys k CROSS JOIN blobs b CROSS JOIN events e
         WHERE c.root = ?1 AND i.client = c.id AND k.business = i.business AND k.owner = i.pseudonym AND b.data_key = k.id
           AND e.record = b.record AND e.session IS NOT NULL",
    )?);
    Ok(())
}
