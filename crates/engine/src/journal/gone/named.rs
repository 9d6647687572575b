//! Whom living records name: opened one by one, the newest first, because the newest mostly names all that a client is known by.

use rusqlite::Transaction;

use super::super::evidence;
use super::super::projection::Projected;
use crate::event::{RecordNo, record};
use crate::privacy::BusinessKeys;

/// The living records of one client.
#[derive(Default)]
pub(super) struct Records {
    /// Not opened yet, ascending.
    rest: Vec<i64>,
    /// Opened, descending: the record, and the keyed names of what it names.
    opened: Vec<(i64, Vec<[u8; 16]>)>,
}

impl Records {
    /// Finds them by the keys of the client's identities.
    pub(super) fn of(tx: &Transaction<'_>, client: i64) -> rusqlite::Result<Self> {
        let sql = "SELECT b.record FROM identities i CROSS JOIN data_keys k CROSS JOIN blobs b
                   WHERE i.client = ?1 AND k.business = i.business AND k.owner = i.pseudonym AND b.data_key = k.id";
        let mut rest: Vec<i64> = tx.prepare_cached(sql)?.query_map([client], |row| row.get(0))?.collect::<Result<_, _>>()?;
        rest.sort_unstable();
        Ok(Self { rest, opened: Vec::new() })
    }

    /// Whether one of them names it; opens no more than it needs.
    pub(super) fn names(&mut self, tx: &Transaction<'_>, keys: &BusinessKeys, pseudonym: &[u8; 16]) -> rusqlite::Result<bool> {
        if self.first_naming(pseudonym).is_some() {
            return Ok(true);
        }
        while self.open_next(tx, keys)? {
            if self.opened.last().is_some_and(|(_, named)| named.contains(pseudonym)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Opens those that were not needed so far.
    pub(super) fn open_all(&mut self, tx: &Transaction<'_>, keys: &BusinessKeys) -> rusqlite::Result<()> {
        while self.open_next(tx, keys)? {}
        Ok(())
    }

    /// Of those that are open, the earliest that names it.
    pub(super) fn first_naming(&self, pseudonym: &[u8; 16]) -> Option<i64> {
        self.opened.iter().rev().find(|(_, named)| named.contains(pseudonym)).map(|(record, _)| *record)
    }

    /// The same for one of several.
    pub(super) fn first_naming_any(&self, pseudonyms: &[[u8; 16]]) -> Option<i64> {
        pseudonyms.iter().filter_map(|pseudonym| self.first_naming(pseudonym)).min()
    }

    fn open_next(&mut self, tx: &Transaction<'_>, keys: &BusinessKeys) -> rusqlite::Result<bool> {
        let Some(number) = self.rest.pop() else { return Ok(false) };
        let named = named(tx, keys, RecordNo::from_i64(number))?;
        self.opened.push((number, named));
        Ok(true)
    }
}

/// A record that was altered names nobody: the audit says what is wrong with it, and an erasure does not wait for it.
fn named(tx: &Transaction<'_>, keys: &BusinessKeys, number: RecordNo) -> rusqlite::Result<Vec<[u8; 16]>> {
    let opened = match evidence::open_record(tx, keys, number) {
        Ok(opened) => opened,
        Err(evidence::EvidenceError::Sqlite(e)) => return Err(e),
        Err(wrong) => {
            tracing::error!(error = %wrong, "record cannot be read for whom it names");
            return Ok(Vec::new());
        }
    };
    let said = record::split(&opened.r).ok().and_then(|(envelope, bytes)| Projected::of(&envelope, bytes).ok());
    Ok(said.map(|said| said.marks.iter().map(|mark| keys.pseudonym(&mark.parts())).collect()).unwrap_or_default())
}
