//! What an erasure takes away in a CRM: entries and tasks that its cards were told of a client who is not here any more.
//!
//! The rows name nobody: a card's number, the CRM's number of the entry, our reference. One goes when the CRM says that it is not there.

use rusqlite::{Connection, Row, Transaction, params};

use crate::event::{BusinessId, CrmRef};

/// One that is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    /// Its number here.
    pub id: i64,
    /// A task, or an entry of the timeline.
    pub is_task: bool,
    /// The card that has it.
    pub card: CrmRef,
    /// The CRM's number of it; unknown where the answer stayed away.
    pub entry: Option<u64>,
    /// By which it is found.
    pub reference: String,
    /// How often it was tried.
    pub attempts: u32,
}

/// Those whose time has come.
///
/// # Errors
/// When the database says no.
pub fn due(conn: &Connection, business: BusinessId, connection: &str, now_us: i64, limit: u32) -> rusqlite::Result<Vec<Taking>> {
    let sql = "SELECT id, what = 'untask', kind, card, entry, reference, attempts FROM crm_entries
               WHERE connection = ?1 AND client = '' AND business = ?2 AND state IN ('waiting', 'unclear') AND due_us <= ?3 ORDER BY id LIMIT ?4";
    let read = |row: &Row<'_>| {
        let entry = row.get::<_, Option<i64>>(4)?.map(|id| id as u64);
        let (id, is_task, reference, attempts) = (row.get(0)?, row.get(1)?, row.get(5)?, row.get(6)?);
        let card = super::cards::reference(row.get(2)?, row.get(3)?);
        Ok(card.map(|card| Taking { id, is_task, card, entry, reference, attempts }))
    };
    let rows =
        conn.prepare_cached(sql)?.query_map(params![connection, business.0, now_us, limit], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rows.into_iter().flatten().collect())
}

/// It is not there any more.
///
/// # Errors
/// When the database says no.
pub fn gone(tx: &Transaction<'_>, id: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM crm_entries WHERE id = ?1 AND client = ''")?.execute([id])?;
    Ok(())
}

/// It was found under that number.
///
/// # Errors
/// When the database says no.
pub fn found(tx: &Transaction<'_>, id: i64, entry: u64) -> rusqlite::Result<()> {
    let sql = "UPDATE crm_entries SET entry = ?2, state = 'waiting' WHERE id = ?1 AND client = ''";
    tx.prepare_cached(sql)?.execute(params![id, entry as i64])?;
    Ok(())
}

/// Again at that time.
///
/// # Errors
/// When the database says no.
pub fn again(tx: &Transaction<'_>, id: i64, due_us: i64, why: &str) -> rusqlite::Result<()> {
    let sql = "UPDATE crm_entries SET due_us = ?2, problem = ?3, attempts = attempts + 1 WHERE id = ?1 AND client = ''";
    tx.prepare_cached(sql)?.execute(params![id, due_us, why])?;
    Ok(())
}
