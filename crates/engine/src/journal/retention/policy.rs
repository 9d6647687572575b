//! The policy of a business as it was decided last.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::event::{BusinessId, Policy, RecordNo, Then};

/// What is decided; the defaults where nothing was.
///
/// # Errors
/// When the database says no.
pub fn policy(conn: &Connection, business: BusinessId) -> rusqlite::Result<Policy> {
    let mut find = conn.prepare_cached("SELECT detail_days, aggregates_days, after_detail FROM retention WHERE business = ?1")?;
    let read = |row: &rusqlite::Row<'_>| {
        let then: String = row.get(2)?;
        // A word that this program did not write keeps nothing longer: the detail goes.
        Ok(Policy { detail_days: row.get(0)?, aggregates_days: row.get(1)?, then: then.parse().unwrap_or(Then::Expire) })
    };
    Ok(find.query_row([business.0], read).optional()?.unwrap_or_default())
}

/// From now on this one.
///
/// # Errors
/// When the database says no.
pub fn set(tx: &Transaction<'_>, record: RecordNo, policy: Policy) -> rusqlite::Result<()> {
    let sql = "INSERT INTO retention (business, detail_days, aggregates_days, after_detail, record) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (business) DO UPDATE SET detail_days = excluded.detail_days, aggregates_days = excluded.aggregates_days,
                 after_detail = excluded.after_detail, record = excluded.record";
    let Policy { detail_days, aggregates_days, then } = policy;
    tx.prepare_cached(sql)?.execute(params![record.business().0, detail_days, aggregates_days, then.as_str(), record.as_i64()])?;
    Ok(())
}
