//! Records in which something was said, newest first, through the full-text index.

use rusqlite::{Connection, params};

use super::page::Cursor;
use crate::event::{BusinessId, RecordNo};
use crate::journal::stems;

/// A question to the index. FTS5 walks its lists backwards from the newest record and stops at the limit, so a frequent word is as
/// quick as a rare one; the range of record numbers keeps it inside the business.
pub(super) struct Words {
    expression: String,
    first: i64,
    end: i64,
}

/// The SQL of it.
pub(super) const NEWEST: &str =
    "SELECT rowid FROM search WHERE search MATCH ?1 AND rowid >= ?2 AND rowid < ?3 ORDER BY rowid DESC LIMIT ?4";

impl Words {
    /// None when there is nothing in `text` that can be searched.
    pub(super) fn new(business: BusinessId, text: &str) -> Option<Self> {
        let (first, end) = (RecordNo::new(business, 0), RecordNo::new(BusinessId(business.0 + 1), 0));
        Some(Self { expression: stems::query(text)?, first: first.as_i64(), end: end.as_i64() })
    }

    /// At most `limit` records before the record `before`.
    pub(super) fn newest(&self, conn: &Connection, before: Option<i64>, limit: usize) -> rusqlite::Result<Vec<i64>> {
        let end = before.map_or(self.end, |before| before.min(self.end));
        conn.prepare_cached(NEWEST)?.query_map(params![self.expression, self.first, end, limit as i64], |row| row.get(0))?.collect()
    }

    /// Whether a page up to `after` has shown this conversation: it has the words in a record from there on, too.
    pub(super) fn shown_before(&self, conn: &Connection, session: i64, after: Option<Cursor>) -> rusqlite::Result<bool> {
        let Some(after) = after else { return Ok(false) };
        let mut newer = conn.prepare_cached("SELECT record FROM events WHERE session = ?1 AND record >= ?2")?;
        let newer = newer.query_map([session, after.id], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        let mut says = conn.prepare_cached("SELECT 1 FROM search WHERE search MATCH ?1 AND rowid = ?2")?;
        for record in newer {
            if says.exists(params![self.expression, record])? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
