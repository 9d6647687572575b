//! What people said clients wanted: events of type `review_labelled` with the words and the intent.

use rusqlite::Connection;

use crate::event::BusinessId;

/// Labels that are read, the newest; more teach little.
const MOST: i64 = 20_000;

/// Words and intents, as labelled.
///
/// # Errors
/// When the database says no.
pub fn labelled(conn: &Connection, business: BusinessId) -> rusqlite::Result<Vec<(String, String)>> {
    let sql = "SELECT said, intent FROM events WHERE business = ?1 AND type = 'review_labelled' AND said IS NOT NULL AND intent IS NOT NULL
               ORDER BY ts_us DESC LIMIT ?2";
    let mut all = conn.prepare_cached(sql)?;
    all.query_map([i64::from(business.0), MOST], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
