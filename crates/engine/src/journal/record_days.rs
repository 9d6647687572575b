//! How many records were accepted since when: from the numbers of the tree, which nobody can edit together with the data. Days are the
//! business's own, by the clock that it had when they were noted.

use rusqlite::{Connection, Transaction, params};

use super::append;
use super::days::Day;
use crate::event::{BusinessId, RecordNo};

/// Notes that `record` was received on `day`, if it is the first of that day or a later one.
///
/// # Errors
/// When the database says no.
pub fn note(tx: &Transaction<'_>, day: Day, record: RecordNo) -> rusqlite::Result<()> {
    let mut insert =
        tx.prepare_cached("INSERT INTO record_days (business, day, first_record) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
    insert.execute(params![record.business().0, day.0, record.as_i64()])?;
    Ok(())
}

/// The index of the first record received on `day` or later; the next free one when there is none.
///
/// # Errors
/// When the database says no.
pub fn first_since(conn: &Connection, business: BusinessId, day: Day) -> rusqlite::Result<u64> {
    let sql = "SELECT min(first_record) FROM record_days WHERE business = ?1 AND day >= ?2";
    let first: Option<i64> = conn.prepare_cached(sql)?.query_row(params![business.0, day.0], |row| row.get(0))?;
    first.map_or_else(|| append::next_index(conn, business), |record| Ok(RecordNo::from_i64(record).index()))
}
