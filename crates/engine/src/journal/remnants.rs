//! Destructions whose old pages are still to be overwritten in the file.

use rusqlite::{Connection, Transaction};

use crate::event::RecordNo;

/// Notes one, in its own transaction.
///
/// # Errors
/// When the database says no.
pub fn note(tx: &Transaction<'_>, decision: RecordNo) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT INTO remnants (record) VALUES (?1)")?.execute([decision.as_i64()]).map(drop)
}

/// Those that wait.
///
/// # Errors
/// When the database says no.
pub fn waiting(conn: &Connection) -> rusqlite::Result<Vec<i64>> {
    conn.prepare_cached("SELECT record FROM remnants")?.query_map([], |row| row.get(0))?.collect()
}

/// These are overwritten.
///
/// # Errors
/// When the database says no.
pub fn wiped(tx: &Transaction<'_>, decisions: &[i64]) -> rusqlite::Result<()> {
    let mut delete = tx.prepare_cached("DELETE FROM remnants WHERE record = ?1")?;
    decisions.iter().try_for_each(|decision| delete.execute([decision]).map(drop))
}
