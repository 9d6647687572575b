//! The sealed draws, as decided.

use rusqlite::{Connection, Row, params};

use crate::event::review::{Draw, ReviewQueue};
use crate::event::{BusinessId, RecordNo};

/// A draw and when it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The decision.
    pub record: RecordNo,
    /// When.
    pub made_us: i64,
    /// By whom: a login, `cli`, or `reviews` for the timetable.
    pub by: String,
    /// What.
    pub draw: Draw,
}

/// The draws of a queue, the newest first.
///
/// # Errors
/// When the database says no.
pub fn draws(conn: &Connection, business: BusinessId, queue: ReviewQueue, limit: usize) -> rusqlite::Result<Vec<Stored>> {
    // One decision a week, a month and a check: the newest are soon found.
    let sql = "SELECT record, made_us, made_by, body FROM decisions
               WHERE business = ?1 AND kind = 'reviews_drawn' ORDER BY record DESC";
    let mut all = conn.prepare_cached(sql)?;
    let mut rows = all.query([business.0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()?.filter(|_| found.len() < limit) {
        found.extend(read(row)?.filter(|stored| stored.draw.queue == queue));
    }
    Ok(found)
}

/// One draw by its decision.
///
/// # Errors
/// When the database says no.
pub fn draw_of(conn: &Connection, record: RecordNo) -> rusqlite::Result<Option<Stored>> {
    let sql = "SELECT record, made_us, made_by, body FROM decisions WHERE record = ?1 AND business = ?2 AND kind = 'reviews_drawn'";
    let mut find = conn.prepare_cached(sql)?;
    let mut rows = find.query(params![record.as_i64(), record.business().0])?;
    rows.next()?.map_or(Ok(None), read)
}

/// A draw of a later version is passed over.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<Stored>> {
    let (record, made_us, by) = (RecordNo::from_i64(row.get(0)?), row.get(1)?, row.get(2)?);
    let draw = serde_json::from_str(row.get_ref(3)?.as_str()?).ok();
    Ok(draw.map(|draw| Stored { record, made_us, by, draw }))
}
