//! The segments of the full-text index: a few large ones, and a small one for every batch of late.
//!
//! Whoever removes a word looks it up in each of them. Before much is removed they are therefore made one, in steps between which
//! recording goes on; what it adds meanwhile stays beside. A run of steps that is broken off is gone on with by the next one, or by SQLite.

use rusqlite::Transaction;

/// Pages of 4 KB written in one step: a quarter of a second of the writer.
const STEP: i64 = 1000;

/// One step of making the segments one, the `first` or a later one; false when nothing is left to do.
///
/// # Errors
/// When the database says no.
pub fn merge(tx: &Transaction<'_>, first: bool) -> rusqlite::Result<bool> {
    let before = tx.total_changes();
    // A negative number takes all segments together; a positive one goes on with what was begun.
    let pages = if first { -STEP } else { STEP };
    tx.prepare_cached("INSERT INTO search (search, rank) VALUES ('merge', ?1)")?.execute([pages])?;
    // A merge that has nothing to do counts as one changed row.
    Ok(tx.total_changes() - before >= 2)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::{Pen, empty};
    use super::*;
    use crate::event::BusinessId;

    #[test]
    fn many_segments_become_one_and_words_stay_found() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let mut pen = Pen::new(&tx, BusinessId(1));
        tx.commit().unwrap();
        for n in 0..11 {
            let tx = conn.transaction().unwrap();
            let json = format!(r#"{{"timestamp":"2025-01-01T12:00:00Z","channel":"site","client":{{"id":"{n}"}},"text":"слово{n} да"}}"#);
            pen.event(&tx, &json);
            pen.flush(&tx);
            tx.commit().unwrap();
        }
        let segments = "SELECT count(DISTINCT segid) FROM search_idx";
        let count = |conn: &rusqlite::Connection, sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert!(count(&conn, segments) > 1);
        let (mut more, mut first) = (true, true);
        while more {
            let tx = conn.transaction().unwrap();
            more = merge(&tx, first).unwrap();
            tx.commit().unwrap();
            first = false;
        }
        assert_eq!(count(&conn, segments), 1);
        assert_eq!(count(&conn, "SELECT count(*) FROM search WHERE search MATCH 'да'"), 11);
    }
}
