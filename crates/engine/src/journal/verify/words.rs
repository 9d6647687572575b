//! The search index against the words of the rows: what is found must have been said, and what was said must be found.
//!
//! The index is read term by term, the rows document by document. Both are reduced to one sum a record, in which the order of adding
//! does not matter, so a million records are compared in one pass over each.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use rusqlite::{Connection, params};

use super::{Audit, Report};
use crate::event::{BusinessId, RecordNo};
use crate::journal::stems::{is_letter, stems};

/// Compares the whole index with the rows of the business.
pub(super) fn check(audit: &Audit<'_>, report: &mut Report) -> rusqlite::Result<()> {
    for record in unlike_their_words(audit.conn, audit.keys.business())? {
        report.add("search", Some(record.index()), "search", "the index does not hold the words of the row");
    }
    Ok(())
}

/// The records of a business for which the index does not hold the words of their rows.
///
/// # Errors
/// When the database says no.
pub fn unlike_their_words(conn: &Connection, business: BusinessId) -> rusqlite::Result<Vec<RecordNo>> {
    let (first, end) = (RecordNo::new(business, 0).as_i64(), RecordNo::new(BusinessId(business.0 + 1), 0).as_i64());
    let hashing = RandomState::new();
    let mut sums = said(conn, first, end, &hashing)?;
    let mut index = conn.prepare("SELECT doc, term, offset FROM indexed WHERE doc >= ?1 AND doc < ?2")?;
    let mut rows = index.query(params![first, end])?;
    while let Some(row) = rows.next()? {
        let (doc, term, place) = (row.get(0)?, row.get_ref(1)?.as_str().unwrap_or(""), row.get::<_, i64>(2)? as usize);
        let sum = sums.entry(doc).or_default();
        *sum = sum.wrapping_sub(hashing.hash_one((term, place)));
    }
    Ok(sums.into_iter().filter(|(_, sum)| *sum != 0).map(|(record, _)| RecordNo::from_i64(record)).collect())
}

/// The sums of what the rows say. The tokenizer of the index splits stems at whatever is not a letter or a digit; so does this.
fn said(conn: &Connection, first: i64, end: i64, hashing: &RandomState) -> rusqlite::Result<HashMap<i64, u64>> {
    let sql = "SELECT record, said, reply FROM events WHERE record >= ?1 AND record < ?2 AND (said IS NOT NULL OR reply IS NOT NULL)";
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query(params![first, end])?;
    let mut sums = HashMap::new();
    while let Some(row) = rows.next()? {
        let text =
            format!("{} {}", row.get::<_, Option<String>>(1)?.unwrap_or_default(), row.get::<_, Option<String>>(2)?.unwrap_or_default());
        let stems = stems(&text);
        let terms = stems.split(|c: char| !is_letter(c)).filter(|term| !term.is_empty());
        let sum = terms.enumerate().fold(0_u64, |sum, (place, term)| sum.wrapping_add(hashing.hash_one((term, place))));
        sums.insert(row.get(0)?, sum);
    }
    Ok(sums)
}
