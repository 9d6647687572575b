//! Acts: what was destroyed lawfully, on what ground, and which records are gone.
//!
//! An act's entry in the tree commits to its list and its particulars (`ledger::Entry::act`). Salt and list stay for ever, the
//! particulars for three years, as the law asks. An act never names a person: it says "client c_…, phone ending 4567".

use std::str::FromStr;

use ledger::{ActKind, RecordList};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::event::when::DAY_US;
use crate::event::{BusinessId, RecordNo};

/// Three years and a day: order 179 of Roskomnadzor.
const KEPT_US: i64 = (3 * 365 + 2) * DAY_US;

/// One act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Its own entry in the tree.
    pub record: RecordNo,
    /// Erased or expired.
    pub kind: ActKind,
    /// When.
    pub made_us: i64,
    /// Of the commitment to the list.
    pub salt: [u8; 32],
    /// The records that went.
    pub list: RecordList,
    /// JSON: who, why, what; none when their time is over.
    pub particulars: Option<String>,
}

const COLUMNS: &str = "record, kind, made_us, salt, list, particulars";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Act> {
    Ok(Act {
        record: RecordNo::from_i64(row.get(0)?),
        kind: parsed(row, 1)?,
        made_us: row.get(2)?,
        salt: row.get(3)?,
        list: parsed(row, 4)?,
        particulars: row.get(5)?,
    })
}

fn parsed<T: FromStr>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    let wrong = || rusqlite::Error::FromSqlConversionFailure(column, Type::Text, "an act that this program did not write".into());
    text.parse().map_err(|_| wrong())
}

/// Stores one.
///
/// # Errors
/// When the database says no.
pub fn insert(tx: &Transaction<'_>, act: &Act) -> rusqlite::Result<()> {
    let sql = "INSERT INTO acts (record, business, kind, made_us, salt, list, particulars) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let (record, business, list) = (act.record.as_i64(), act.record.business().0, act.list.to_string());
    tx.prepare_cached(sql)?.execute(params![record, business, act.kind.as_str(), act.made_us, act.salt, list, act.particulars])?;
    Ok(())
}

/// The act of that entry.
///
/// # Errors
/// When the database says no, or the row is not as it was written.
pub fn by_record(conn: &Connection, record: RecordNo) -> rusqlite::Result<Option<Act>> {
    let sql = format!("SELECT {COLUMNS} FROM acts WHERE record = ?1");
    conn.prepare_cached(&sql)?.query_row([record.as_i64()], from_row).optional()
}

/// The newest before the entry `before`.
///
/// # Errors
/// As [`by_record`].
pub fn newest(conn: &Connection, business: BusinessId, before: Option<RecordNo>, limit: u32) -> rusqlite::Result<Vec<Act>> {
    let sql = format!("SELECT {COLUMNS} FROM acts WHERE business = ?1 AND record < ?2 ORDER BY record DESC LIMIT ?3");
    let before = before.map_or(i64::MAX, RecordNo::as_i64);
    conn.prepare_cached(&sql)?.query_map(params![business.0, before, limit], from_row)?.collect()
}

/// The act that names a record.
///
/// # Errors
/// When the database says no.
pub fn naming(conn: &Connection, record: RecordNo) -> rusqlite::Result<Option<RecordNo>> {
    // An act comes after what it names.
    let sql = "SELECT record, list FROM acts WHERE business = ?1 AND record > ?2 ORDER BY record";
    let mut all = conn.prepare_cached(sql)?;
    let mut rows = all.query(params![record.business().0, record.as_i64()])?;
    while let Some(row) = rows.next()? {
        let list: RecordList = parsed(row, 1)?;
        if list.contains(record.index()) {
            return Ok(Some(RecordNo::from_i64(row.get(0)?)));
        }
    }
    Ok(None)
}

/// The act that erased a client, by their public id or one that was merged into it. Known for as long as particulars are kept; by the id
/// that was decided about, for ever.
///
/// # Errors
/// When the database says no.
pub fn erasing(conn: &Connection, business: BusinessId, pid: &str) -> rusqlite::Result<Option<RecordNo>> {
    let sql = "SELECT max(record) FROM (
        SELECT a.record FROM acts a, json_each(a.particulars, '$.clients') c WHERE a.business = ?1 AND a.kind = 'erase' AND c.value = ?2
        UNION ALL
        SELECT a.record FROM decisions d JOIN acts a ON a.record = d.record + 1
          WHERE d.business = ?1 AND d.kind = 'client_erased' AND json_extract(d.body, '$.client') = ?2)";
    let record: Option<i64> = conn.prepare_cached(sql)?.query_row(params![business.0, pid], |row| row.get(0))?;
    Ok(record.map(RecordNo::from_i64))
}

/// Every record of a business that is gone lawfully.
///
/// # Errors
/// When the database says no, or a list is not as it was written.
pub fn gone(conn: &Connection, business: BusinessId) -> rusqlite::Result<RecordList> {
    let mut all = conn.prepare_cached("SELECT list FROM acts WHERE business = ?1 ORDER BY record")?;
    let mut rows = all.query([business.0])?;
    let mut gone = RecordList::default();
    while let Some(row) = rows.next()? {
        gone = gone.union(&parsed(row, 0)?);
    }
    Ok(gone)
}

/// Removes the particulars of acts that were kept for as long as the law asks.
///
/// # Errors
/// When the database says no.
pub fn sweep(tx: &Transaction<'_>, now_us: i64) -> rusqlite::Result<usize> {
    let sql = "UPDATE acts SET particulars = NULL WHERE made_us < ?1 AND particulars IS NOT NULL";
    tx.prepare_cached(sql)?.execute([now_us - KEPT_US])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::{NOON, empty};
    use super::*;

    #[test]
    fn an_act_is_kept_and_its_particulars_for_three_years() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let number = |index| RecordNo::new(BusinessId(1), index);
        let act = |index, list: &str| Act {
            record: number(index),
            kind: ActKind::Expire,
            made_us: NOON,
            salt: [3; 32],
            list: list.parse().unwrap(),
            particulars: Some("{}".into()),
        };
        insert(&tx, &act(10, "0-4,7")).unwrap();
        insert(&tx, &act(20, "5-6,8")).unwrap();
        insert(&tx, &Act { record: RecordNo::new(BusinessId(2), 1), ..act(0, "0") }).unwrap();
        assert_eq!(by_record(&tx, number(10)).unwrap().unwrap(), act(10, "0-4,7"));
        assert_eq!(newest(&tx, BusinessId(1), None, 9).unwrap(), [act(20, "5-6,8"), act(10, "0-4,7")]);
        assert_eq!(newest(&tx, BusinessId(1), Some(number(20)), 9).unwrap().len(), 1);
        assert_eq!(gone(&tx, BusinessId(1)).unwrap().to_string(), "0-8");
        assert_eq!((naming(&tx, number(6)).unwrap(), naming(&tx, number(9)).unwrap()), (Some(number(20)), None));
        assert_eq!(sweep(&tx, NOON + KEPT_US).unwrap(), 0);
        assert_eq!(sweep(&tx, NOON + KEPT_US + 1).unwrap(), 3);
        assert_eq!(by_record(&tx, number(10)).unwrap().unwrap().particulars, None);
    }
}
