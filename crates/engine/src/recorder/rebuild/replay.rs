//! Sealed records, opened again and projected again in the order of their numbers.
//!
//! The same code decides who wrote and in which conversation as when the records came in (`clients`, `sessions`); it meets the primary
//! rows (`links`, `openings`, `chains`, `seen`) instead of making them. Records that went are passed over: `verify` says whether lawfully.

use ledger::{Entry, EntryKind};
use rusqlite::{Connection, Transaction, params};

use super::RebuildError;
use crate::event::record::{self, DECISION_SOURCE, Decided, Decision, Envelope};
use crate::event::{BusinessId, RecordNo};
use crate::journal::clients::Clients;
use crate::journal::evidence::{self, Sealed};
use crate::journal::projection::{CONFLICT, Projected};
use crate::journal::sessions::{Gaps, Sessions};
use crate::journal::{
    Generations, append, chains, deliveries, details, duties, experiments, incidents, merges, model_calls, promises, reviews, scenarios,
};
use crate::privacy::{self, BusinessKeys, DataKey, KeyId, Unpacker, Vault};
use crate::recorder::decisions;

/// Records between two reports of progress: at most a second of work.
const STRIDE: u64 = 4096;
/// Data keys kept unwrapped, as the recorder does.
const DATA_KEYS: usize = 30_000;

/// What a replay is to write besides the read models of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Nothing: the words stay in the index of the live tables, and who may do what in its own.
    Rows,
    /// Words and who may do what: into an empty folder.
    Everything,
}

/// What was met on the way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Met {
    /// Records replayed.
    pub replayed: u64,
    /// Records without a blob.
    pub absent: u64,
}

/// Replays records; remembers what the recorder would.
pub(super) struct Replay {
    vault: Vault,
    scope: Scope,
    clients: Clients,
    sessions: Sessions,
    data_keys: Generations<KeyId, DataKey>,
    unpacker: Unpacker,
}

impl Replay {
    pub(super) fn new(vault: Vault, gaps: Gaps, scope: Scope) -> Self {
        let (clients, sessions) = (Clients::default(), Sessions::new(gaps));
        Self { vault, scope, clients, sessions, data_keys: Generations::new(DATA_KEYS), unpacker: Unpacker::default() }
    }

    /// The records `from..to` of a business: read from `source`, projected into `tx`.
    pub(super) fn run(
        &mut self,
        source: &Connection,
        tx: &Transaction<'_>,
        business: BusinessId,
        (from, to): (u64, u64),
        progress: &dyn Fn(u64),
    ) -> Result<Met, RebuildError> {
        let keys = self.vault.keys(business).ok_or(RebuildError::NoKeys(business))?;
        let sql = "SELECT e.record, e.entry, b.data_key, b.blob FROM entries e LEFT JOIN blobs b ON b.record = e.record
                   WHERE e.record >= ?1 AND e.record < ?2 ORDER BY e.record";
        let mut met = Met::default();
        for first in (from..to).step_by(STRIDE as usize) {
            let end = to.min(first + STRIDE);
            let mut records = source.prepare_cached(sql)?;
            let numbers = params![RecordNo::new(business, first).as_i64(), RecordNo::new(business, end).as_i64()];
            let mut rows = records.query(numbers)?;
            while let Some(row) = rows.next()? {
                let blob = row.get::<_, Option<i64>>(2)?.zip(row.get::<_, Option<Vec<u8>>>(3)?);
                let blob = blob.map(|(key, blob)| (KeyId(key), blob));
                let sealed = Sealed { record: RecordNo::from_i64(row.get(0)?), entry: row.get(1)?, blob };
                self.one(source, tx, &keys, sealed, &mut met)?;
            }
            self.sessions.flush(tx)?;
            progress(end - first);
        }
        Ok(met)
    }

    fn one(
        &mut self,
        source: &Connection,
        tx: &Transaction<'_>,
        keys: &BusinessKeys,
        sealed: Sealed,
        met: &mut Met,
    ) -> Result<(), RebuildError> {
        let record = sealed.record;
        let kind = Entry::decode(&sealed.entry).map(|entry| entry.kind);
        if kind.is_ok_and(|kind| kind != EntryKind::Record) {
            return Ok(());
        }
        let Some((key_id, _)) = &sealed.blob else {
            met.absent += 1;
            return Ok(());
        };
        let key_id = *key_id;
        let unreadable = |e: &dyn std::fmt::Display| RebuildError::Unreadable(record, e.to_string());
        if self.data_keys.get_mut(&key_id).is_none() {
            let key = privacy::data_key(source, keys, key_id).map_err(|e| unreadable(&e))?;
            self.data_keys.insert(key_id, key);
        }
        let Some(key) = self.data_keys.get_mut(&key_id) else { return Ok(()) };
        let opened = evidence::open_sealed(sealed, key, &mut self.unpacker).map_err(|e| unreadable(&e))?;
        let (envelope, client_bytes) = record::split(&opened.r).map_err(|e| unreadable(&e))?;
        if envelope.source == DECISION_SOURCE {
            let decided: Decided = serde_json::from_slice(client_bytes).map_err(|e| unreadable(&e))?;
            self.decision(tx, record, &envelope, &decided)?;
        } else {
            let projected = Projected::of(&envelope, client_bytes).map_err(|e| unreadable(&e))?;
            self.event(source, tx, keys, record, projected)?;
        }
        met.replayed += 1;
        Ok(())
    }

    fn event(
        &mut self,
        source: &Connection,
        tx: &Transaction<'_>,
        keys: &BusinessKeys,
        record: RecordNo,
        mut event: Projected,
    ) -> Result<(), RebuildError> {
        event.row.record = record.as_i64();
        let same_id = append::of_id(source, &keys.id_digest(&event.row.event_id))?;
        if same_id.len() > 1 {
            event.row.flags |= CONFLICT;
            same_id.iter().try_for_each(|other| append::mark_conflict(tx, *other))?;
        }
        let theirs = match chains::home_of(source, record.as_i64())? {
            Some(home) => chains::lead(tx, keys, &mut self.clients, &mut event, &home)?,
            None => None,
        };
        let identity = self.clients.resolve(tx, keys, &event)?.or(theirs);
        let session = self.sessions.place(tx, keys, &event, identity.as_ref())?;
        append::event(tx, &event.row, session, identity.map(|identity| identity.id))?;
        promises::insert(tx, &event.row, &promises::said(&event.row))?;
        deliveries::insert(tx, event.row.record, event.delivery.as_ref())?;
        model_calls::insert(tx, event.row.record, event.call.as_ref())?;
        details::insert(tx, event.row.record, event.details.as_ref())?;
        reviews::insert_told(tx, source, keys, record, event.row.received_us, event.review.as_ref())?;
        if self.scope == Scope::Everything
            && let Some(stems) = event.row.stems()
        {
            append::words(tx, record, &stems)?;
        }
        Ok(())
    }

    fn decision(&mut self, tx: &Transaction<'_>, record: RecordNo, envelope: &Envelope, decided: &Decided) -> Result<(), RebuildError> {
        let made_us = envelope.received_at.as_microsecond();
        decisions::store(tx, record, made_us, decided)?;
        decisions::reviewed(tx, record, made_us, decided)?;
        incidents::apply(tx, record, made_us, decided)?;
        scenarios::apply(tx, record, made_us, decided)?;
        duties::apply(tx, record, made_us, decided)?;
        experiments::apply(tx, record, made_us, decided)?;
        let business = record.business();
        match &decided.decision {
            Decision::ClientsMerged { into, from } => merges::merge(tx, business, into, from)?,
            Decision::ClientsUnmerged { from, .. } => merges::unmerge(tx, business, from)?,
            Decision::ClientErased { client, .. } => merges::forget(tx, business, client)?,
            Decision::Access { change } if self.scope == Scope::Everything => {
                decisions::change_access(tx, business, change)?;
            }
            // What the others did is in primary tables, or in what room `access` keeps.
            _ => {}
        }
        Ok(())
    }
}
