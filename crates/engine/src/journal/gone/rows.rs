//! The rows of records that go: blobs, events, words, promises, deliveries, calls of models, what people were to look at, and the data keys under which nothing is left.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Transaction, params};

use super::super::{deliveries, details, model_calls, promises, reviews};
use super::contents::Gone;
use crate::event::{Facets, RecordNo};
use crate::privacy::{self, KeyId};

/// What the removed rows belonged to.
#[derive(Debug, Default)]
pub struct Touched {
    /// Conversations.
    pub sessions: BTreeSet<i64>,
    /// Identities that wrote.
    pub identities: BTreeSet<i64>,
    /// Of them those that were reminded by a removed event.
    pub reminded: BTreeSet<i64>,
    /// How many data keys were destroyed.
    pub data_keys: u64,
    /// How many events went.
    pub events: u64,
    keys: BTreeSet<i64>,
}

/// Of `records` those that are there and may go. The record of a decision never goes: it holds no personal data and a rebuild needs it.
///
/// # Errors
/// When the database says no.
pub fn living(tx: &Transaction<'_>, records: impl IntoIterator<Item = RecordNo>) -> rusqlite::Result<Vec<RecordNo>> {
    let sql = "SELECT 1 FROM blobs b WHERE b.record = ?1 AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.record = b.record)";
    let mut there = tx.prepare_cached(sql)?;
    let mut living = Vec::new();
    for record in records {
        if there.exists([record.as_i64()])? {
            living.push(record);
        }
    }
    Ok(living)
}

/// Removes the rows of `records` and the data keys that open nothing else.
///
/// # Errors
/// When the database says no.
pub fn remove(tx: &Transaction<'_>, records: &[RecordNo]) -> rusqlite::Result<Touched> {
    let (mut touched, mut gone) = (Touched::default(), Gone::default());
    let mut key = tx.prepare_cached("SELECT data_key FROM blobs WHERE record = ?1")?;
    let mut row =
        tx.prepare_cached("SELECT session, identity, facets, said IS NOT NULL OR reply IS NOT NULL FROM events WHERE record = ?1")?;
    let mut words = tx.prepare_cached("INSERT INTO search (search, rowid, stems) VALUES ('delete', ?1, ?2)")?;
    let mut event = tx.prepare_cached("DELETE FROM events WHERE record = ?1")?;
    let mut blob = tx.prepare_cached("DELETE FROM blobs WHERE record = ?1")?;
    let mut chain = tx.prepare_cached("DELETE FROM chains WHERE record = ?1")?;
    for record in records.iter().map(|record| record.as_i64()) {
        touched.keys.extend(key.query_row([record], |row| row.get::<_, i64>(0)).optional()?);
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, Facets::from_bits(row.get(2)?), row.get(3)?));
        let said: Option<(Option<i64>, Option<i64>, Facets, bool)> = row.query_row([record], read).optional()?;
        if let Some((session, identity, facets, spoken)) = said {
            touched.sessions.extend(session);
            touched.identities.extend(identity);
            touched.reminded.extend(identity.filter(|_| facets.has(Facets::REMINDER)));
            touched.events += 1;
            if spoken {
                // Before the row: it says which words the index is to forget.
                words.execute(params![record, gone.note(tx, record)?])?;
            }
            event.execute([record])?;
        }
        promises::remove(tx, record)?;
        deliveries::remove(tx, record)?;
        model_calls::remove(tx, record)?;
        details::remove(tx, record)?;
        reviews::remove(tx, record)?;
        blob.execute([record])?;
        chain.execute([record])?;
    }
    gone.forget(tx)?;
    destroy_keys(tx, &mut touched)?;
    Ok(touched)
}

fn destroy_keys(tx: &Transaction<'_>, touched: &mut Touched) -> rusqlite::Result<()> {
    let mut used = tx.prepare_cached("SELECT 1 FROM blobs WHERE data_key = ?1")?;
    for &key in &touched.keys {
        if !used.exists([key])? {
            privacy::destroy_data_key(tx, KeyId(key))?;
            touched.data_keys += 1;
        }
    }
    Ok(())
}
