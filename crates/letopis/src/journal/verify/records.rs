//! Entries against blobs, and in a deep audit records against the rows that are shown.

use std::collections::HashMap;

use ledger::Entry;
use rusqlite::params;
use sha2::{Digest, Sha256};

use super::super::evidence::{self, EvidenceError, Opened, Sealed};
use super::super::event_rows::{self, Stored};
use super::super::projection::{Mark, Projected};
use super::{Audit, Report};
use crate::event::RecordNo;
use crate::event::record::{self, DECISION_SOURCE};
use crate::privacy::{self, DataKey, KeyId};

pub(super) struct Check<'a> {
    audit: &'a Audit<'a>,
    data_keys: HashMap<KeyId, DataKey>,
    /// (given id of a session, its row number) as rows refer to it.
    marks: HashMap<i64, Mark>,
}

impl<'a> Check<'a> {
    pub(super) fn start(audit: &'a Audit<'a>) -> Self {
        Self { audit, data_keys: HashMap::new(), marks: HashMap::new() }
    }

    /// Checks the records `from..to`; gives their entries to the tree.
    pub(super) fn run(&mut self, from: u64, to: u64, report: &mut Report) -> rusqlite::Result<Vec<Option<Vec<u8>>>> {
        let mut entries = vec![None; (to - from) as usize];
        let mut rows = if self.audit.deep { self.rows(from, to)? } else { HashMap::new() };
        for sealed in self.sealed(from, to)? {
            let index = sealed.record.index();
            entries[(index - from) as usize] = Some(sealed.entry.clone());
            if self.audit.deep {
                let row = rows.remove(&sealed.record.as_i64());
                self.deep(sealed, row, report)?;
            } else {
                shallow(&sealed, report);
            }
        }
        for (offset, _) in entries.iter().enumerate().filter(|(_, entry)| entry.is_none()) {
            report.add("entry", Some(from + offset as u64), "entries", "the entry is missing");
        }
        for record in rows.into_keys() {
            report.add("row", Some(RecordNo::from_i64(record).index()), "events", "a row without a sealed record");
        }
        Ok(entries)
    }

    fn sealed(&self, from: u64, to: u64) -> rusqlite::Result<Vec<Sealed>> {
        let sql = "SELECT e.record, e.entry, b.data_key, b.blob FROM entries e LEFT JOIN blobs b ON b.record = e.record
                   WHERE e.record >= ?1 AND e.record < ?2 ORDER BY e.record";
        let read = |row: &rusqlite::Row<'_>| {
            let blob = row.get::<_, Option<i64>>(2)?.zip(row.get::<_, Option<Vec<u8>>>(3)?);
            let blob = blob.map(|(key, blob)| (KeyId(key), blob));
            Ok(Sealed { record: RecordNo::from_i64(row.get(0)?), entry: row.get(1)?, blob })
        };
        self.audit.conn.prepare_cached(sql)?.query_map(params![self.number(from), self.number(to)], read)?.collect()
    }

    fn rows(&self, from: u64, to: u64) -> rusqlite::Result<HashMap<i64, Stored>> {
        let sql = format!("SELECT {} FROM events WHERE record >= ?1 AND record < ?2", event_rows::COLUMNS);
        let read = |row: &rusqlite::Row<'_>| event_rows::from_row(row).map(|stored| (stored.row.record, stored));
        self.audit.conn.prepare_cached(&sql)?.query_map(params![self.number(from), self.number(to)], read)?.collect()
    }

    fn number(&self, index: u64) -> i64 {
        RecordNo::new(self.audit.keys.business(), index).as_i64()
    }

    fn deep(&mut self, sealed: Sealed, row: Option<Stored>, report: &mut Report) -> rusqlite::Result<()> {
        let record = sealed.record;
        match self.open(sealed) {
            Ok(opened) => {
                report.blobs += 1;
                self.compare(&opened, row, report)
            }
            Err(EvidenceError::Sqlite(e)) => Err(e),
            Err(wrong) => {
                let what = match &wrong {
                    EvidenceError::Entry(..) | EvidenceError::NoEntry(_) => "entry",
                    EvidenceError::NoBlob(_) | EvidenceError::BlobHash(_) | EvidenceError::Blob(_) => "blob",
                    EvidenceError::Key(..) => "key",
                    _ => "record",
                };
                report.add(what, Some(record.index()), "blobs", wrong);
                Ok(())
            }
        }
    }

    fn open(&mut self, sealed: Sealed) -> Result<Opened, EvidenceError> {
        let Some((key_id, _)) = &sealed.blob else { return Err(EvidenceError::NoBlob(sealed.record)) };
        let key_id = *key_id;
        if !self.data_keys.contains_key(&key_id) {
            let key = privacy::data_key(self.audit.conn, self.audit.keys, key_id).map_err(|e| EvidenceError::Key(sealed.record, e))?;
            self.data_keys.insert(key_id, key);
        }
        let key = self.data_keys.get(&key_id).ok_or(EvidenceError::NoBlob(sealed.record))?;
        evidence::open_sealed(sealed, key)
    }

    fn compare(&mut self, opened: &Opened, row: Option<Stored>, report: &mut Report) -> rusqlite::Result<()> {
        let index = Some(opened.record.index());
        let decision = record::split(&opened.r).is_ok_and(|(envelope, _)| envelope.source == DECISION_SOURCE);
        let Some(stored) = row else {
            if decision {
                return self.decision(opened, report);
            }
            report.add("row", index, "events", "the record is sealed, but its row is missing");
            return Ok(());
        };
        report.rows += 1;
        match evidence::compare(&stored.row, opened) {
            Ok(said) => self.belongs(&said, &stored, report),
            Err(wrong) => {
                report.add("row", index, "events", wrong);
                Ok(())
            }
        }
    }

    /// The identity that a row refers to must be one that R names.
    fn belongs(&mut self, said: &Projected, stored: &Stored, report: &mut Report) -> rusqlite::Result<()> {
        let index = Some(RecordNo::from_i64(stored.row.record).index());
        let Some(identity) = stored.identity else {
            if !said.marks.is_empty() {
                report.add("row", index, "events.identity", "the record names a client, its row none");
            }
            return Ok(());
        };
        if !self.marks.contains_key(&identity)
            && let Some(mark) = super::models::mark(self.audit, identity)?
        {
            self.marks.insert(identity, mark);
        }
        if !self.marks.get(&identity).is_some_and(|mark| said.marks.contains(mark)) {
            report.add("row", index, "events.identity", "the row belongs to a client that the record does not name");
        }
        Ok(())
    }

    fn decision(&self, opened: &Opened, report: &mut Report) -> rusqlite::Result<()> {
        let stored: Result<String, _> =
            self.audit.conn.prepare_cached("SELECT body FROM decisions WHERE record = ?1")?.query_row([opened.record.as_i64()], |row| row.get(0));
        let said = record::split(&opened.r).ok().and_then(|(_, bytes)| serde_json::from_slice::<record::Decided>(bytes).ok());
        let said = said.and_then(|decided| serde_json::to_value(&decided.decision).ok());
        let stored = stored.ok().and_then(|body| serde_json::from_str::<serde_json::Value>(&body).ok());
        if said.is_none() || said != stored {
            report.add("decision", Some(opened.record.index()), "decisions", "the row is not the decision that was sealed");
        }
        report.rows += 1;
        Ok(())
    }
}

fn shallow(sealed: &Sealed, report: &mut Report) {
    let index = Some(sealed.record.index());
    let entry = match Entry::decode(&sealed.entry) {
        Ok(entry) => entry,
        Err(e) => return report.add("entry", index, "entries", e),
    };
    match &sealed.blob {
        None => report.add("blob", index, "blobs", "the blob is missing, and no erasure or expiry says why"),
        Some((_, blob)) => {
            report.blobs += 1;
            let hash: [u8; 32] = Sha256::digest(blob).into();
            if hash != entry.blob {
                report.add("blob", index, "blobs", "the blob was altered: its hash is not the one in the entry");
            }
        }
    }
}
