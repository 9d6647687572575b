//! The table of contents of the full-text index forgets words too.
//!
//! FTS5 keeps its words in leaves, and in `search_idx` one word or its beginning for every leaf: where to look. Its secure delete takes a
//! word out of the leaves, but the row in `search_idx` goes only with the last word of its leaf; until then a word of somebody who was
//! erased may stand there whole. Such a row gets the next living word instead.
//!
//! A row's word must be greater than all words in leaves before it and not greater than any from its leaf on. The first living word
//! that is not less than the old one is so by itself. Where that one belongs behind the next row, the leaf is empty, and FTS5 itself
//! would remove the row.

use std::collections::BTreeSet;
use std::ops::Bound;

use rusqlite::{OptionalExtension, Transaction, params};

/// Words as the index holds them begin with the number of the index: we have one, and none of prefixes.
const MAIN: u8 = b'0';

/// Words of the records that go.
#[derive(Debug, Default)]
pub(super) struct Gone(BTreeSet<Vec<u8>>);

/// A row that begins a word which went.
struct Row {
    segment: i64,
    word: Vec<u8>,
    next: Option<Vec<u8>>,
}

impl Gone {
    /// Takes down the words of a record, and gives them; its event must still be there.
    pub(super) fn note(&mut self, tx: &Transaction<'_>, record: i64) -> rusqlite::Result<Option<String>> {
        let stems: Option<String> =
            tx.prepare_cached("SELECT stems FROM spoken WHERE record = ?1")?.query_row([record], |row| row.get(0)).optional()?;
        for word in stems.iter().flat_map(|stems| stems.split(' ')).filter(|word| !word.is_empty()) {
            if !self.0.contains(word.as_bytes()) {
                self.0.insert(word.into());
            }
        }
        Ok(stems)
    }

    /// Whether one of them begins so.
    fn begin_with(&self, start: &[u8]) -> bool {
        let from = (Bound::Included(start), Bound::Unbounded);
        self.0.range::<[u8], _>(from).next().is_some_and(|word| word.starts_with(start))
    }

    /// After their removal: no row says more of them than living words do.
    pub(super) fn forget(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        // What was removed is in memory until now.
        tx.prepare_cached("INSERT INTO search (search) VALUES ('flush')")?.execute([])?;
        let mut living = tx.prepare_cached("SELECT CAST(term AS BLOB) FROM indexed WHERE term >= CAST(?1 AS TEXT) LIMIT 1")?;
        let mut rename = tx.prepare_cached("UPDATE search_idx SET term = ?3 WHERE segid = ?1 AND term = ?2")?;
        let mut remove = tx.prepare_cached("DELETE FROM search_idx WHERE segid = ?1 AND term = ?2")?;
        for Row { segment, word, next } in self.rows(tx)? {
            let found: Option<Vec<u8>> = living.query_row([&word[1..]], |row| row.get(0)).optional()?;
            if found.as_ref().is_some_and(|found| found.starts_with(&word[1..])) {
                continue;
            }
            let found = found.map(|found| [&[MAIN], found.as_slice()].concat());
            match found.filter(|found| next.as_ref().is_none_or(|next| found < next)) {
                Some(found) => rename.execute(params![segment, word, found])?,
                None => remove.execute(params![segment, word])?,
            };
        }
        Ok(())
    }

    fn rows(&self, tx: &Transaction<'_>) -> rusqlite::Result<Vec<Row>> {
        let mut all = tx.prepare_cached("SELECT segid, term FROM search_idx ORDER BY segid, term")?;
        let mut all = all.query([])?;
        let mut rows: Vec<Row> = Vec::new();
        // Whether the row before is one of these: then this one is the next of it.
        let mut before = false;
        while let Some(row) = all.next()? {
            let (segment, word) = (row.get(0)?, row.get_ref(1)?.as_bytes_or_null()?.unwrap_or_default());
            if before && let Some(last) = rows.last_mut().filter(|last| last.segment == segment) {
                last.next = Some(word.into());
            }
            before = word.len() > 1 && word[0] == MAIN && self.begin_with(&word[1..]);
            if before {
                rows.push(Row { segment, word: word.into(), next: None });
            }
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rusqlite::Connection;

    use super::super::super::testing::{Pen, empty};
    use super::super::super::{extent, segments};
    use super::Gone;
    use crate::event::BusinessId;

    const CLIENTS: usize = 160;

    /// A word of nobody else, close to those of others.
    fn word(n: usize) -> String {
        let tail: String = n.to_string().bytes().map(|digit| char::from(b'k' + digit - b'0')).collect();
        format!("слово{tail}ное")
    }

    /// Rows of the table of contents that no living word begins with.
    fn strange(conn: &Connection) -> Vec<String> {
        let living = Gone(all(conn, "SELECT DISTINCT CAST(term AS BLOB) FROM indexed").into_iter().collect());
        let rows: Vec<Vec<u8>> = all(conn, "SELECT term FROM search_idx WHERE length(term) > 1");
        let strange = rows.iter().filter(|row| !living.begin_with(&row[1..]));
        strange.map(|row| String::from_utf8_lossy(row).into_owned()).collect()
    }

    fn all(conn: &Connection, sql: &str) -> Vec<Vec<u8>> {
        conn.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn talk(conn: &mut Connection, pen: &mut Pen, of: impl Iterator<Item = usize>) {
        for n in of {
            let tx = conn.transaction().unwrap();
            let word = word(n);
            let json = format!(
                r#"{{"timestamp":"2025-01-01T12:00:00Z","channel":"site","client":{{"phone":"+7921{n:07}"}},"text":"да {word} {word}х"}}"#
            );
            pen.event(&tx, &json);
            pen.flush(&tx);
            tx.commit().unwrap();
        }
    }

    /// Small leaves, so that many words stand in the table of contents; `merged` as before a large run of retention, or broken off in it.
    fn erased_words_are_forgotten(merged: impl Fn(&mut Connection)) {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let mut pen = Pen::new(&tx, BusinessId(1));
        tx.execute_batch("INSERT INTO search (search, rank) VALUES ('pgsz', 64)").unwrap();
        tx.commit().unwrap();
        talk(&mut conn, &mut pen, (0..CLIENTS).map(|at| at * 77 % CLIENTS));
        merged(&mut conn);
        assert!(all(&conn, "SELECT term FROM search_idx").len() > 30);
        assert_eq!(strange(&conn), [""; 0]);
        // In an order that takes neighbours at different times, until the last one is gone.
        let order: Vec<usize> = (0..CLIENTS).map(|at| at * 101 % CLIENTS).collect();
        for (at, n) in order.iter().enumerate() {
            let tx = conn.transaction().unwrap();
            let pid = extent::known_by(&tx, &pen.keys, "phone", &format!("+7921{n:07}")).unwrap().unwrap();
            let records = extent::of_client(&tx, &pen.keys, &pid).unwrap().unwrap().records;
            super::super::remove(&tx, &records).unwrap();
            tx.commit().unwrap();
            assert_eq!(strange(&conn), [""; 0], "after {} of {CLIENTS}", at + 1);
            if at % 10 == 0 {
                conn.execute_batch("INSERT INTO search (search) VALUES ('integrity-check')").unwrap();
                let mut found = conn.prepare("SELECT count(*) FROM search WHERE search MATCH ?1").unwrap();
                for (other, n) in order.iter().enumerate() {
                    let count: i64 = found.query_row([format!("\"{}\"", word(*n))], |row| row.get(0)).unwrap();
                    assert_eq!(count, i64::from(other > at), "{}", word(*n));
                }
            }
        }
        assert_eq!(all(&conn, "SELECT DISTINCT CAST(term AS BLOB) FROM indexed"), [[0_u8; 0]; 0]);
    }

    #[test]
    fn words_of_many_segments() {
        erased_words_are_forgotten(|_| {});
    }

    #[test]
    fn words_of_one_segment() {
        erased_words_are_forgotten(|conn| {
            let (mut more, mut first) = (true, true);
            while more {
                let tx = conn.transaction().unwrap();
                more = segments::merge(&tx, first).unwrap();
                tx.commit().unwrap();
                first = false;
            }
        });
    }

    #[test]
    fn words_of_a_merge_that_was_broken_off() {
        for pages in 1..4 {
            erased_words_are_forgotten(|conn| {
                conn.execute("INSERT INTO search (search, rank) VALUES ('merge', ?1)", [-5 * pages]).unwrap();
            });
        }
    }
}
