//! Entries against blobs, and in a deep audit records against the rows that are shown.

use std::collections::HashMap;

use ledger::{Entry, EntryKind};
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::super::append::{self, Seen};
use super::super::chains::{self, Home};
use super::super::event_rows::{self, Stored};
use super::super::evidence::{self, EvidenceError, Opened, Sealed};
use super::super::projection::{Mark, Projected};
use super::super::{deliveries, details, model_calls, promises};
use super::acts::Acts;
use super::people::People;
use super::{Audit, Report};
use crate::event::RecordNo;
use crate::event::record::{self, DECISION_SOURCE, Decided, Envelope};
use crate::privacy::{self, DataKey, KeyId, Unpacker};

/// What an absence is that no act explains.
const DELETED: &str = "deleted by hand: the sealed record is missing, and no act of erasure or expiry lists it";

pub(super) struct Check<'a> {
    audit: &'a Audit<'a>,
    acts: &'a Acts,
    data_keys: HashMap<KeyId, DataKey>,
    unpacker: Unpacker,
    /// What the identities are that rows refer to.
    marks: HashMap<i64, Mark>,
    people: People,
}

impl<'a> Check<'a> {
    pub(super) fn start(audit: &'a Audit<'a>, acts: &'a Acts) -> Self {
        Self {
            audit,
            acts,
            data_keys: HashMap::new(),
            unpacker: Unpacker::default(),
            marks: HashMap::new(),
            people: People::new(acts.name_any()),
        }
    }

    /// Checks the records `from..to`; gives their entries to the tree.
    pub(super) fn run(&mut self, from: u64, to: u64, report: &mut Report) -> rusqlite::Result<Vec<Option<Vec<u8>>>> {
        let mut entries = vec![None; (to - from) as usize];
        if to <= self.audit.from {
            self.people.lost();
            for (index, entry) in self.entries(from, to)? {
                entries[(index - from) as usize] = Some(entry);
            }
            return Ok(entries);
        }
        let mut rows = if self.audit.deep { self.rows(from, to)? } else { HashMap::new() };
        for sealed in self.sealed(from, to)? {
            let index = sealed.record.index();
            entries[(index - from) as usize] = Some(sealed.entry.clone());
            if self.is_explained(&sealed, report) {
                continue;
            }
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
        if entries.iter().any(Option::is_none) {
            self.people.lost();
        }
        Ok(entries)
    }

    /// Whether nothing more is to be said of it: an act's own entry, or a record that an act lists.
    fn is_explained(&self, sealed: &Sealed, report: &mut Report) -> bool {
        let index = sealed.record.index();
        let kind = Entry::decode(&sealed.entry).map(|entry| entry.kind);
        if let Ok(EntryKind::Erase | EntryKind::Expire | EntryKind::Epoch) = kind {
            if sealed.blob.is_some() {
                report.add("blob", Some(index), "blobs", "a blob under an entry that is no record's");
            }
            return true;
        }
        match (self.acts.name(index), &sealed.blob) {
            (true, None) => {
                report.gone += 1;
                true
            }
            (true, Some(_)) => {
                report.add("act", Some(index), "blobs", "an act lists this record as destroyed, and it is still there");
                false
            }
            (false, _) => false,
        }
    }

    /// After all records: what they tell of clients.
    pub(super) fn finish(self, report: &mut Report) -> rusqlite::Result<()> {
        self.people.compare(self.audit, report)
    }

    /// Entries alone.
    fn entries(&self, from: u64, to: u64) -> rusqlite::Result<Vec<(u64, Vec<u8>)>> {
        let mut all = self.audit.conn.prepare_cached("SELECT record, entry FROM entries WHERE record >= ?1 AND record < ?2")?;
        let read = |row: &rusqlite::Row<'_>| Ok((RecordNo::from_i64(row.get(0)?).index(), row.get(1)?));
        all.query_map(params![self.number(from), self.number(to)], read)?.collect()
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
        if is_epoch(&sealed) {
            return Ok(());
        }
        match self.open(sealed) {
            Ok(opened) => {
                report.blobs += 1;
                self.compare(&opened, row, report)
            }
            Err(EvidenceError::Sqlite(e)) => Err(e),
            Err(EvidenceError::NoBlob(_)) => {
                self.people.lost();
                report.add("blob", Some(record.index()), "blobs", DELETED);
                Ok(())
            }
            Err(wrong) => {
                self.people.lost();
                let what = match &wrong {
                    EvidenceError::Entry(..) | EvidenceError::NoEntry(_) => "entry",
                    EvidenceError::BlobHash(_) | EvidenceError::Blob(_) => "blob",
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
        evidence::open_sealed(sealed, key, &mut self.unpacker)
    }

    fn compare(&mut self, opened: &Opened, row: Option<Stored>, report: &mut Report) -> rusqlite::Result<()> {
        let index = Some(opened.record.index());
        let Ok((envelope, client_bytes)) = record::split(&opened.r) else {
            report.add("record", index, "blobs", "the record has no envelope");
            return Ok(());
        };
        if envelope.source == DECISION_SOURCE {
            return self.decision(opened.record, &envelope, client_bytes, report);
        }
        let mut said = match Projected::of(&envelope, client_bytes) {
            Ok(said) => said,
            Err(e) => {
                report.add("record", index, "blobs", EvidenceError::Record(opened.record, e.to_string()));
                return Ok(());
            }
        };
        said.row.record = opened.record.as_i64();
        self.people.hear(self.audit, &said)?;
        self.known(&said, &record::essence(&envelope.source, client_bytes), report)?;
        self.promised(&said, report)?;
        self.delivered(&said, report)?;
        self.called(&said, report)?;
        self.detailed(&said, report)?;
        self.chained(&said, report)?;
        let Some(stored) = row else {
            report.add("row", index, "events", "the record is sealed, but its row is missing");
            return Ok(());
        };
        report.rows += 1;
        match evidence::compare_said(&stored.row, &mut said) {
            Ok(()) => self.belongs(&said, &stored, report),
            Err(wrong) => {
                report.add("row", index, "events", wrong);
                Ok(())
            }
        }
    }

    /// A retry must be known as one.
    fn known(&self, said: &Projected, essence: &[u8], report: &mut Report) -> rusqlite::Result<()> {
        let keys = self.audit.keys;
        let record = RecordNo::from_i64(said.row.record);
        let seen = append::seen(self.audit.conn, &keys.id_digest(&said.row.event_id), &keys.body_digest(essence))?;
        if seen != Seen::Duplicate(record) {
            report.add("seen", Some(record.index()), "seen", "a retry of this event would not be known as one");
        }
        Ok(())
    }

    /// What it tells of a message that left must be what its row says.
    fn delivered(&self, said: &Projected, report: &mut Report) -> rusqlite::Result<()> {
        if deliveries::stored(self.audit.conn, said.row.record)? != said.delivery {
            let index = RecordNo::from_i64(said.row.record).index();
            report.add("row", Some(index), "deliveries", "the row is not what the record tells of a message");
        }
        Ok(())
    }

    /// What it tells of a call of a model must be what its row says.
    fn called(&self, said: &Projected, report: &mut Report) -> rusqlite::Result<()> {
        if model_calls::stored(self.audit.conn, said.row.record)? != said.call {
            let index = RecordNo::from_i64(said.row.record).index();
            report.add("row", Some(index), "model_calls", "the row is not what the record tells of a call");
        }
        Ok(())
    }

    /// What it tells beside its words must be what its row says.
    fn detailed(&self, said: &Projected, report: &mut Report) -> rusqlite::Result<()> {
        if details::stored(self.audit.conn, said.row.record)? != said.details {
            let index = RecordNo::from_i64(said.row.record).index();
            report.add("row", Some(index), "details", "the row is not what the record tells of a visit, money or a source");
        }
        Ok(())
    }

    /// A call without a name stands where its digests say.
    fn chained(&self, said: &Projected, report: &mut Report) -> rusqlite::Result<()> {
        let Some(chain) = said.chain.as_ref().filter(|chain| chain.is_trace() || said.given_session.is_none()) else { return Ok(()) };
        report.rows += 1;
        let record = RecordNo::from_i64(said.row.record);
        if !chains::is_kept(self.audit.conn, self.audit.keys, record, chain)? {
            report.add("chain", Some(record.index()), "chains", "the row is not the one that the record's digests make");
        }
        Ok(())
    }

    /// What the assistant says in it must be in the list of promises, and nothing else.
    fn promised(&self, said: &Projected, report: &mut Report) -> rusqlite::Result<()> {
        let mut wanted = promises::said(&said.row);
        wanted.sort_by_key(|said| (said.kind.as_str(), said.modality.as_str()));
        let stored = promises::stored(self.audit.conn, said.row.record);
        if stored.map_or(true, |stored| stored != wanted) {
            let index = RecordNo::from_i64(said.row.record).index();
            report.add("row", Some(index), "promises", "the rows are not what the assistant says in the record");
        }
        Ok(())
    }

    /// The identity that a row refers to must be one that R names, and the conversation the one that R names.
    fn belongs(&mut self, said: &Projected, stored: &Stored, report: &mut Report) -> rusqlite::Result<()> {
        let index = Some(RecordNo::from_i64(stored.row.record).index());
        let home = chains::home_of(self.audit.conn, stored.row.record)?;
        if !self.in_its_session(said, stored, home.as_ref())? {
            report.add("row", index, "events.session", "the row is not in the conversation that the record names");
        }
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
        let theirs = home.and_then(|home| home.who).filter(|_| said.marks.is_empty());
        let belongs = match (self.marks.get(&identity), theirs) {
            (Some(mark), Some(who)) => self.audit.keys.pseudonym(&mark.parts()) == who,
            (mark, _) => mark == said.marks.first(),
        };
        if !belongs {
            report.add("row", index, "events.identity", "the row belongs to a client that the record does not name");
        }
        Ok(())
    }

    fn in_its_session(&self, said: &Projected, stored: &Stored, home: Option<&Home>) -> rusqlite::Result<bool> {
        let Some(session) = stored.session else {
            let placed = said.given_session.is_some() || !said.marks.is_empty() || home.is_some();
            return Ok(!(placed && said.opens_session()));
        };
        let mut find = self.audit.conn.prepare_cached("SELECT given FROM sessions WHERE id = ?1")?;
        let given: Option<Option<String>> = find.query_row([session], |row| row.get(0)).optional()?;
        Ok(given.is_some_and(|given| given.as_ref() == home.map_or(said.given_session.as_ref(), |home| home.given.as_ref())))
    }

    fn decision(&mut self, record: RecordNo, envelope: &Envelope, client_bytes: &[u8], report: &mut Report) -> rusqlite::Result<()> {
        report.rows += 1;
        let mut find = self.audit.conn.prepare_cached("SELECT made_us, made_by, kind, body FROM decisions WHERE record = ?1")?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        let stored: Option<(i64, String, String, String)> = find.query_row([record.as_i64()], read).optional()?;
        let said = serde_json::from_slice::<Decided>(client_bytes).ok();
        let same = said.as_ref().zip(stored).is_some_and(|(said, (made_us, made_by, kind, body))| {
            let decision = serde_json::to_value(&said.decision).unwrap_or_default();
            let body = serde_json::from_str::<serde_json::Value>(&body).unwrap_or_default();
            let received_us = envelope.received_at.as_microsecond();
            body == decision && decision["decision"] == kind && (made_us, made_by) == (received_us, said.by.clone())
        });
        if !same {
            report.add("decision", Some(record.index()), "decisions", "the row is not the decision that was sealed");
        }
        if let Some(said) = said {
            self.people.decided(&said.decision);
        }
        Ok(())
    }
}

fn shallow(sealed: &Sealed, report: &mut Report) {
    let index = Some(sealed.record.index());
    let entry = match Entry::decode(&sealed.entry) {
        Ok(entry) => entry,
        Err(e) => return report.add("entry", index, "entries", e),
    };
    if is_epoch(sealed) {
        return;
    }
    match &sealed.blob {
        None => report.add("blob", index, "blobs", DELETED),
        Some((_, blob)) => {
            report.blobs += 1;
            let hash: [u8; 32] = Sha256::digest(blob).into();
            if hash != entry.blob {
                report.add("blob", index, "blobs", "the blob was altered: its hash is not the one in the entry");
            }
        }
    }
}

/// The entry that continued a log after a restore: it has no blob (`epochs` looks at it).
fn is_epoch(sealed: &Sealed) -> bool {
    sealed.blob.is_none() && Entry::decode(&sealed.entry).is_ok_and(|entry| entry.kind == ledger::EntryKind::Epoch)
}
