//! What people said clients wanted: events of type `review_labelled` with the words and the intent, and what reviewers found on the
//! client's own words.

use rusqlite::Connection;

use crate::event::BusinessId;

/// Labels that are read, the newest; more teach little.
const MOST: i64 = 20_000;

/// Words and intents, as labelled.
///
/// # Errors
/// When the database says no.
pub fn labelled(conn: &Connection, business: BusinessId) -> rusqlite::Result<Vec<(String, String)>> {
    let sql = "SELECT said, intent, ts_us FROM events WHERE business = ?1 AND type = 'review_labelled' AND said IS NOT NULL AND intent IS NOT NULL
               UNION ALL
               SELECT e.said, coalesce(r.truth, e.intent), r.made_us FROM reviews r CROSS JOIN events e
                WHERE r.business = ?1 AND e.record = r.item AND e.said IS NOT NULL AND (r.is_right = 1 OR r.truth IS NOT NULL)
                  AND r.queue IN ('low', 'random')
               ORDER BY 3 DESC LIMIT ?2";
    let mut all = conn.prepare_cached(sql)?;
    all.query_map([i64::from(business.0), MOST], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
