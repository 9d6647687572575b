//! One transaction: a batch of frames becomes sealed records and read models.
//!
//! [`Scribe::record`] is the flow of one event. Random values (rid, nonce, data key) are drawn here and nowhere else, and only what is
//! committed counts: after a rollback the memory is forgotten and the same frames are recorded anew.

use std::collections::HashMap;
use std::sync::Arc;

use ledger::Entry;
use queue::{Lane, Position};
use rand::Rng;
use rusqlite::Transaction;
use sha2::{Digest, Sha256};

use super::prepare::{Arrival, NewEvent, Prepared, Sealable, Unreadable};
use super::{RecordError, Stale, decisions};
use crate::event::{BusinessId, RecordNo};
use crate::journal::append::{self, Seen};
use crate::journal::clients::{Clients, Identity};
use crate::journal::projection::{CONFLICT, Projected};
use crate::journal::sessions::{Gaps, Sessions};
use crate::journal::{Generations, progress, quarantine};
use crate::privacy::{self, Blob, BusinessKeys, DataKey, KeyId, MasterKey, Vault};

/// Data keys kept unwrapped, 100 bytes each.
const DATA_KEYS: usize = 30_000;

/// What a committed batch did; counted in metrics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recorded {
    /// New records.
    pub records: u64,
    /// Retries of what was recorded before.
    pub duplicates: u64,
    /// Same id, other bytes.
    pub conflicts: u64,
    /// Items for quarantine.
    pub rejected: u64,
    /// Frames that could not be read at all.
    pub unreadable: u64,
    /// Decisions among the records: rooms that cache settings look again.
    pub decisions: u64,
}

/// What a batch is when its transaction has committed.
pub(super) struct Outcome {
    pub recorded: Recorded,
    /// How far each lane has come.
    pub positions: HashMap<Lane, Position>,
    /// Keys of businesses that it created.
    pub new_keys: Vec<BusinessKeys>,
}

/// The memory of the only writer.
pub(super) struct Scribe {
    vault: Vault,
    master: Arc<MasterKey>,
    clients: Clients,
    sessions: Sessions,
    data_keys: Generations<(BusinessId, [u8; 16]), (KeyId, DataKey)>,
    next: HashMap<BusinessId, u64>,
    recorded: HashMap<Lane, Position>,
    new_keys: Vec<BusinessKeys>,
    stale: Stale,
}

impl Scribe {
    pub(super) fn new(vault: Vault, master: Arc<MasterKey>, gaps: Gaps, stale: Stale) -> Self {
        Self {
            stale,
            vault,
            master,
            clients: Clients::default(),
            sessions: Sessions::new(gaps),
            data_keys: Generations::new(DATA_KEYS),
            next: HashMap::new(),
            recorded: HashMap::new(),
            new_keys: Vec::new(),
        }
    }

    /// Records a batch in the caller's transaction.
    pub(super) fn record_all(&mut self, tx: &Transaction<'_>, arrivals: Vec<Arrival>) -> Result<Outcome, RecordError> {
        if self.stale.take() {
            self.sessions.forget();
            self.clients.forget();
        }
        self.must_continue(tx)?;
        let mut done = Recorded::default();
        for arrival in arrivals {
            if arrival.position <= self.recorded_until(tx, arrival.lane)? {
                continue;
            }
            let (lane, position) = (arrival.lane, arrival.position);
            self.record_frame(tx, arrival, &mut done)?;
            self.recorded.insert(lane, position);
        }
        self.sessions.flush(tx)?;
        for (lane, position) in &self.recorded {
            progress::store(tx, *lane, *position)?;
        }
        Ok(Outcome { recorded: done, positions: self.recorded.clone(), new_keys: std::mem::take(&mut self.new_keys) })
    }

    /// The memory is worth something only if the batch before was committed: if its commit failed, this one is out of turn.
    fn must_continue(&self, tx: &Transaction<'_>) -> Result<(), RecordError> {
        for (lane, position) in &self.recorded {
            if progress::stored(tx, *lane)? != *position {
                return Err(RecordError::OutOfTurn);
            }
        }
        Ok(())
    }

    /// After a rollback: what is in memory was never stored.
    pub(super) fn forget(&mut self) {
        self.clients.forget();
        self.sessions.forget();
        self.data_keys.clear();
        self.next.clear();
        self.recorded.clear();
        self.new_keys.clear();
    }

    fn record_frame(&mut self, tx: &Transaction<'_>, arrival: Arrival, done: &mut Recorded) -> Result<(), RecordError> {
        let business = arrival.business;
        let items = match arrival.content {
            Ok(items) => items,
            Err((unreadable, frame)) => return put_aside(tx, business, &unreadable, &frame, done),
        };
        let keys = self.vault.keys(business).ok_or(RecordError::NoKeys(business))?;
        for item in items {
            match item {
                Prepared::Event(event) => self.record(tx, &keys, *event, done)?,
                Prepared::Decision { sealable, decided } => {
                    let record = self.seal(tx, &keys, &keys.pseudonym(&["decisions"]), &sealable)?;
                    let made = decisions::apply(tx, &self.master, record, arrival.received_us, &decided)?;
                    self.new_keys.extend(made);
                    // What this batch changed so far is stored before the memory goes.
                    self.sessions.flush(tx)?;
                    self.sessions.forget();
                    self.clients.forget();
                    done.records += 1;
                    done.decisions += 1;
                }
                Prepared::Rejected { source, reason, item } => {
                    quarantine::keep(tx, business, arrival.received_us, &source, &reason, &item)?;
                    done.rejected += 1;
                }
            }
        }
        Ok(())
    }

    /// One event: known already? who wrote? in which conversation? Then seal, and store row and words.
    fn record(&mut self, tx: &Transaction<'_>, keys: &BusinessKeys, mut event: NewEvent, done: &mut Recorded) -> Result<(), RecordError> {
        match append::seen(tx, &event.id_digest, &event.body_digest)? {
            Seen::New => {}
            Seen::Duplicate(_) => {
                done.duplicates += 1;
                return Ok(());
            }
            Seen::Conflict(earlier) => {
                event.projected.row.flags |= CONFLICT;
                append::mark_conflict(tx, earlier)?;
                done.conflicts += 1;
            }
        }
        let record = RecordNo::new(keys.business(), self.next_index(tx, keys.business())?);
        event.projected.row.record = record.as_i64();
        let identity = self.clients.resolve(tx, keys, &event.projected)?;
        let session = self.sessions.place(tx, keys, &event.projected, identity.as_ref())?;
        let owner = key_owner(keys, &event.projected, identity.as_ref());
        self.seal(tx, keys, &owner, &event.sealable)?;
        append::remember(tx, &event.id_digest, &event.body_digest, record)?;
        append::event(tx, &event.projected.row, session, identity.map(|i| i.id))?;
        if let Some(stems) = &event.projected.stems {
            append::words(tx, record, stems)?;
        }
        done.records += 1;
        Ok(())
    }

    /// Draws rid and nonce, encrypts R, commits to it, stores both, and takes the next place in the tree.
    fn seal(&mut self, tx: &Transaction<'_>, keys: &BusinessKeys, owner: &[u8; 16], sealable: &Sealable) -> Result<RecordNo, RecordError> {
        let business = keys.business();
        let index = self.next_index(tx, business)?;
        let record = RecordNo::new(business, index);
        let (mut rid, mut nonce) = ([0; 16], [0; 24]);
        rand::rng().fill_bytes(&mut rid);
        rand::rng().fill_bytes(&mut nonce);
        let cached = (business, *owner);
        if self.data_keys.get_mut(&cached).is_none() {
            let made = privacy::data_key_for(tx, keys, owner, &mut rand::rng())?;
            self.data_keys.insert(cached, made);
        }
        let Some((key_id, key)) = self.data_keys.get_mut(&cached) else { return Err(RecordError::NoKeys(business)) };
        let blob = privacy::seal(key, Blob { rid: &rid, business, key_id: *key_id }, nonce, &sealable.packed)?;
        let entry = Entry::record(rid, &ledger::salt(&key.com, &rid), &sealable.r, Sha256::digest(&blob).into());
        append::sealed(tx, record, &entry.encode(), *key_id, &blob)?;
        self.next.insert(business, index + 1);
        Ok(record)
    }

    fn next_index(&mut self, tx: &Transaction<'_>, business: BusinessId) -> rusqlite::Result<u64> {
        if let Some(next) = self.next.get(&business) {
            return Ok(*next);
        }
        let next = append::next_index(tx, business)?;
        self.next.insert(business, next);
        Ok(next)
    }

    fn recorded_until(&mut self, tx: &Transaction<'_>, lane: Lane) -> rusqlite::Result<Position> {
        if let Some(position) = self.recorded.get(&lane) {
            return Ok(*position);
        }
        let position = progress::stored(tx, lane)?;
        self.recorded.insert(lane, position);
        Ok(position)
    }
}

/// Whose data key a record is sealed under: the surest identity's; without one its session's; without either the day's.
fn key_owner(keys: &BusinessKeys, event: &Projected, identity: Option<&Identity>) -> [u8; 16] {
    match (identity, &event.given_session) {
        (Some(identity), _) => identity.pseudonym,
        (None, Some(given)) => keys.pseudonym(&["session", given]),
        (None, None) => keys.pseudonym(&["day", &(event.row.received_us / 86_400_000_000).to_string()]),
    }
}

/// A frame that cannot be read is not lost: its bytes are kept with the reason, and an operator is told.
fn put_aside(
    tx: &Transaction<'_>,
    business: BusinessId,
    unreadable: &Unreadable,
    frame: &[u8],
    done: &mut Recorded,
) -> Result<(), RecordError> {
    tracing::error!(business = business.0, error = %unreadable, "frame put aside");
    let reason = serde_json::json!({ "code": "unreadable_frame", "field": "", "message": unreadable.to_string() }).to_string();
    quarantine::keep(tx, business, 0, "queue", &reason, frame)?;
    done.unreadable += 1;
    Ok(())
}
