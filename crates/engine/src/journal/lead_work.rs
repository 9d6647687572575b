//! What people do about lost leads: who took one in hand, and how it ended. By the conversation's public id, as decided; a lead that is booked
//! after all needs nobody's word for it.

use rusqlite::{Connection, Row, Transaction, params};

use crate::event::{BusinessId, LeadEnd, RecordNo};

/// How one stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// The conversation.
    pub session: String,
    /// Since when somebody sees to it.
    pub taken_us: Option<i64>,
    /// Who.
    pub taken_by: Option<String>,
    /// When it ended.
    pub ended_us: Option<i64>,
    /// How.
    pub end: Option<LeadEnd>,
}

/// Somebody sees to it from now on.
///
/// # Errors
/// When the database says no.
pub fn take(tx: &Transaction<'_>, record: RecordNo, session: &str, by: &str, at_us: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO lead_work (business, session, record, taken_us, taken_by) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (business, session) DO UPDATE SET record = excluded.record, taken_us = excluded.taken_us,
                 taken_by = excluded.taken_by, ended_us = NULL, ended_by = NULL, how = NULL";
    tx.prepare_cached(sql)?.execute(params![record.business().0, session, record.as_i64(), at_us, by]).map(drop)
}

/// Nobody needs to see to it any more.
///
/// # Errors
/// When the database says no.
pub fn end(tx: &Transaction<'_>, record: RecordNo, session: &str, how: LeadEnd, by: &str, at_us: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO lead_work (business, session, record, ended_us, ended_by, how) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (business, session) DO UPDATE SET record = excluded.record, ended_us = excluded.ended_us,
                 ended_by = excluded.ended_by, how = excluded.how";
    tx.prepare_cached(sql)?.execute(params![record.business().0, session, record.as_i64(), at_us, by, how.as_str()]).map(drop)
}

/// The detail of a conversation is gone, and with it what was to be done about it.
///
/// # Errors
/// When the database says no.
pub fn forget(tx: &Transaction<'_>, session: i64) -> rusqlite::Result<()> {
    let sql = "DELETE FROM lead_work WHERE (business, session) IN (SELECT business, pid FROM sessions WHERE id = ?1)";
    tx.prepare_cached(sql)?.execute([session]).map(drop)
}

/// How one stands; none: nobody has looked at it.
///
/// # Errors
/// When the database says no.
pub fn of(conn: &Connection, business: BusinessId, session: &str) -> rusqlite::Result<Option<Work>> {
    let sql = "SELECT session, taken_us, taken_by, ended_us, how FROM lead_work WHERE business = ?1 AND session = ?2";
    let mut find = conn.prepare_cached(sql)?;
    let mut found = find.query_map(params![business.0, session], read)?;
    found.next().transpose()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Work> {
    let how: Option<String> = row.get(4)?;
    Ok(Work {
        session: row.get(0)?,
        taken_us: row.get(1)?,
        taken_by: row.get(2)?,
        ended_us: row.get(3)?,
        end: how.and_then(|how| how.parse().ok()),
    })
}
