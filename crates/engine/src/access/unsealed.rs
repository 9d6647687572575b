//! Changes that are stored before they are sealed: the first start's, and a new business, whose keys must be there first.
//!
//! They are kept here by the same transaction and go when their decision is recorded, so that a kill between the two leaves none without
//! one: the next start publishes what is left. A change that is sealed twice does nothing the second time.

use rusqlite::{Connection, Transaction, params};

use super::Change;
use super::error::Result;

/// Keeps `changes` until they are sealed.
pub fn keep(tx: &Transaction<'_>, by: &str, changes: &[Change]) -> Result<()> {
    let mut insert = tx.prepare_cached("INSERT INTO unsealed (body, made_by) VALUES (?1, ?2)")?;
    for change in changes {
        insert.execute(params![body(change), by])?;
    }
    Ok(())
}

/// What is not sealed yet: who made it, and what; in the order in which it was made.
pub fn waiting(conn: &Connection) -> Result<Vec<(String, Change)>> {
    let mut all = conn.prepare("SELECT made_by, body FROM unsealed ORDER BY id")?;
    let rows = all.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    let mut waiting = Vec::new();
    for row in rows {
        let (by, body) = row?;
        // Only this program writes here; what another version wrote stays for that one.
        waiting.extend(serde_json::from_str(&body).ok().map(|change| (by, change)));
    }
    Ok(waiting)
}

/// The change is sealed.
pub fn settle(tx: &Transaction<'_>, change: &Change) -> Result<()> {
    tx.prepare_cached("DELETE FROM unsealed WHERE body = ?1")?.execute([body(change)])?;
    Ok(())
}

fn body(change: &Change) -> String {
    // A change is strings and numbers: serialising it into memory cannot fail.
    serde_json::to_string(change).unwrap_or_default()
}
