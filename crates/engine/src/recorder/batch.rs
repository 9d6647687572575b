//! One transaction: a batch of frames becomes sealed records and read models.
//!
//! [`Scribe::record`] is the flow of one event. Random values (rid, nonce, data key) are drawn here and nowhere else, and only what is
//! committed counts: after a rollback the memory is forgotten and the same frames are recorded anew.

use std::cell::LazyCell;
use std::collections::HashMap;
use std::collections::hash_map;
use std::sync::Arc;

use ledger::{Entry, RecordList};
use queue::{Lane, Position};
use rand::Rng;
use rusqlite::Transaction;
use sha2::{Digest, Sha256};

use super::prepare::{Arrival, NewEvent, Prepared, Sealable, Unreadable};
use super::{RecordError, Stale, decisions, expire};
use crate::access::{AccessError, connection};
use crate::event::record::Decided;
use crate::event::when::DAY_US;
use crate::event::{BusinessId, RecordNo};
use crate::journal::append::{self, Seen};
use crate::journal::chains;
use crate::journal::clients::{Clients, Identity};
use crate::journal::days::Day;
use crate::journal::projection::{CONFLICT, Projected};
use crate::journal::quarantine::{self, Refusal};
use crate::journal::sessions::{Gaps, Sessions};
use crate::journal::{Generations, acts, deliveries, details, forwards, model_calls, progress, promises, record_days, remnants, reviews};
use crate::privacy::mask::Masker;
use crate::privacy::{self, Blob, BusinessKeys, DataKey, KeyId, MasterKey, Period, Vault};

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
    /// Records destroyed.
    pub destroyed: u64,
    /// Retries of what was destroyed, dropped.
    pub late: u64,
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
    pub(super) gaps: Gaps,
    pub(super) clients: Clients,
    pub(super) sessions: Sessions,
    pub(super) data_keys: Generations<(BusinessId, [u8; 16], Period), (KeyId, DataKey)>,
    pub(super) next: HashMap<BusinessId, u64>,
    /// What was destroyed lawfully; read when a retry of something that is not there first comes.
    gone: HashMap<BusinessId, RecordList>,
    recorded: HashMap<Lane, Position>,
    new_keys: Vec<BusinessKeys>,
    /// The day on which particulars of old acts were last looked for.
    swept: i64,
    /// When the newest day ends of which a record was sealed, of each business.
    days: HashMap<BusinessId, i64>,
    /// Takes persons out of what stays when detail goes.
    pub(super) masker: LazyCell<Masker>,
    stale: Stale,
    pub(super) has_backup: bool,
}

impl Scribe {
    pub(super) fn new(vault: Vault, master: Arc<MasterKey>, gaps: Gaps, stale: Stale, has_backup: bool) -> Self {
        Self {
            stale,
            has_backup,
            vault,
            master,
            gaps,
            clients: Clients::default(),
            sessions: Sessions::new(gaps),
            data_keys: Generations::new(DATA_KEYS),
            next: HashMap::new(),
            gone: HashMap::new(),
            recorded: HashMap::new(),
            new_keys: Vec::new(),
            swept: 0,
            days: HashMap::new(),
            masker: LazyCell::new(Masker::default),
        }
    }

    /// Records a batch in the caller's transaction.
    pub(super) fn record_all(&mut self, tx: &Transaction<'_>, arrivals: Vec<Arrival>) -> Result<Outcome, RecordError> {
        if self.stale.take() {
            self.sessions.forget();
            self.clients.forget();
        }
        self.must_continue(tx)?;
        let (mut done, mut heard) = (Recorded::default(), HashMap::<_, (i64, u64)>::new());
        for arrival in arrivals {
            if arrival.position <= self.recorded_until(tx, arrival.lane)? {
                continue;
            }
            let (lane, position) = (arrival.lane, arrival.position);
            self.sweep(tx, arrival.received_us)?;
            let (told, before) = (arrival.heard(), done.records);
            self.record_frame(tx, arrival, &mut done)?;
            if let Some((business, connection, us)) = told {
                let sum = heard.entry((business, connection)).or_default();
                *sum = (us, sum.1 + done.records - before);
            }
            self.recorded.insert(lane, position);
        }
        self.sessions.flush(tx)?;
        for ((business, connection), (us, events)) in heard {
            connection::note_events(tx, business, connection, us, events).map_err(|e| match e {
                AccessError::Sql(e) => RecordError::Store(e.into()),
                other => RecordError::Access(other),
            })?;
        }
        for (lane, position) in &self.recorded {
            progress::store(tx, *lane, *position)?;
        }
        Ok(Outcome { recorded: done, positions: self.recorded.clone(), new_keys: std::mem::take(&mut self.new_keys) })
    }

    /// Once a day: particulars of acts that were kept long enough go.
    fn sweep(&mut self, tx: &Transaction<'_>, now_us: i64) -> rusqlite::Result<()> {
        let day = now_us.div_euclid(DAY_US);
        if day > self.swept {
            acts::sweep(tx, now_us)?;
            forwards::sweep(tx, now_us)?;
            self.swept = day;
        }
        Ok(())
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
        self.gone.clear();
        self.days.clear();
        self.recorded.clear();
        self.new_keys.clear();
    }

    fn record_frame(&mut self, tx: &Transaction<'_>, arrival: Arrival, done: &mut Recorded) -> Result<(), RecordError> {
        let business = arrival.business;
        let items = match arrival.content {
            Ok(items) => items,
            Err((unreadable, frame)) => return put_aside(tx, self.vault.keys(business).as_deref(), business, &unreadable, &frame, done),
        };
        let keys = self.vault.keys(business).ok_or(RecordError::NoKeys(business))?;
        for item in items {
            match item {
                Prepared::Event(event) => self.record(tx, &keys, *event, done)?,
                Prepared::Decision { sealable, decided } => self.decide(tx, &keys, &sealable, arrival.received_us, &decided, done)?,
                Prepared::Deferred(delivery) => forwards::insert(tx, &keys, &delivery, &mut rand::rng())?,
                Prepared::Rejected { source, reason, item } => {
                    let refusal = Refusal { business, received_us: arrival.received_us, source: &source, reason: &reason, item: &item };
                    quarantine::keep(tx, Some(&keys), refusal, &mut rand::rng())?;
                    done.rejected += 1;
                }
            }
        }
        Ok(())
    }

    /// One decision: sealed, then applied.
    fn decide(
        &mut self,
        tx: &Transaction<'_>,
        keys: &BusinessKeys,
        sealable: &Sealable,
        made_us: i64,
        decided: &Decided,
        done: &mut Recorded,
    ) -> Result<(), RecordError> {
        let record = self.seal(tx, keys, &keys.pseudonym(&["decisions"]), made_us, sealable)?;
        let before = done.destroyed;
        let erased = self.erase(tx, keys, record, made_us, decided)?;
        let destroyed = erased.or(self.expire(tx, keys, made_us, decided, done)?);
        let made = decisions::apply(tx, &self.master, record, made_us, decided)?;
        self.new_keys.extend(made);
        done.destroyed += destroyed.map_or(0, |destroyed| destroyed.list.len());
        if done.destroyed > before {
            remnants::note(tx, record)?;
        }
        // What this batch changed so far is stored before the memory goes.
        self.sessions.flush(tx)?;
        self.sessions.forget();
        self.clients.forget();
        done.records += 1;
        done.decisions += 1;
        Ok(())
    }

    /// One event: known already? who wrote? in which conversation? Then seal, and store row and words.
    fn record(&mut self, tx: &Transaction<'_>, keys: &BusinessKeys, mut event: NewEvent, done: &mut Recorded) -> Result<(), RecordError> {
        match append::seen(tx, &event.id_digest, &event.body_digest)? {
            Seen::New => {}
            Seen::Duplicate(earlier) => {
                let counted = if self.is_gone(tx, earlier)? { &mut done.late } else { &mut done.duplicates };
                *counted += 1;
                return Ok(());
            }
            Seen::Conflict(earlier) => {
                // With other bytes too: what was destroyed does not come back under its id.
                for record in append::of_id(tx, &event.id_digest)? {
                    if self.is_gone(tx, record)? {
                        done.late += 1;
                        return Ok(());
                    }
                }
                event.projected.row.flags |= CONFLICT;
                append::mark_conflict(tx, earlier)?;
                done.conflicts += 1;
            }
        }
        let record = RecordNo::new(keys.business(), self.next_index(tx, keys.business())?);
        event.projected.row.record = record.as_i64();
        let home = chains::find(tx, keys, &event.projected)?;
        let theirs = match &home {
            Some(home) => chains::lead(tx, keys, &mut self.clients, &mut event.projected, home)?,
            None => None,
        };
        let identity = self.clients.resolve(tx, keys, &event.projected)?.or(theirs);
        let session = self.sessions.place(tx, keys, &event.projected, identity.as_ref())?;
        let owner = key_owner(keys, &event.projected, identity.as_ref());
        self.seal(tx, keys, &owner, event.projected.row.received_us, &event.sealable)?;
        append::remember(tx, &event.id_digest, &event.body_digest, record)?;
        append::event(tx, &event.projected.row, session, identity.map(|i| i.id))?;
        promises::insert(tx, &event.projected.row, &event.promises)?;
        deliveries::insert(tx, record.as_i64(), event.projected.delivery.as_ref())?;
        model_calls::insert(tx, record.as_i64(), event.projected.call.as_ref())?;
        details::insert(tx, record.as_i64(), event.projected.details.as_ref())?;
        reviews::insert_told(tx, tx, keys, record, event.projected.row.received_us, event.projected.review.as_ref())?;
        if let (Some(chain), Some(home)) = (&event.projected.chain, &home) {
            chains::remember(tx, keys, record, chain, home)?;
        }
        if let Some(stems) = &event.stems {
            append::words(tx, record, stems)?;
        }
        done.records += 1;
        Ok(())
    }

    /// Draws rid and nonce, encrypts R, commits to it, stores both, and takes the next place in the tree.
    fn seal(
        &mut self,
        tx: &Transaction<'_>,
        keys: &BusinessKeys,
        owner: &[u8; 16],
        received_us: i64,
        sealable: &Sealable,
    ) -> Result<RecordNo, RecordError> {
        let business = keys.business();
        let index = self.next_index(tx, business)?;
        let record = RecordNo::new(business, index);
        self.note_day(tx, keys, record, received_us)?;
        let (mut rid, mut nonce) = ([0; 16], [0; 24]);
        rand::rng().fill_bytes(&mut rid);
        rand::rng().fill_bytes(&mut nonce);
        let period = Period::of(received_us);
        let cached = (business, *owner, period);
        if self.data_keys.get_mut(&cached).is_none() {
            let made = privacy::data_key_for(tx, keys, owner, period, &mut rand::rng())?;
            self.data_keys.insert(cached, made);
        }
        let Some((key_id, key)) = self.data_keys.get_mut(&cached) else { return Err(RecordError::NoKeys(business)) };
        let blob = privacy::seal(key, Blob { rid: &rid, business, key_id: *key_id }, nonce, &sealable.packed)?;
        let entry = Entry::record(rid, &ledger::salt(&key.com, &rid), &sealable.r, Sha256::digest(&blob).into());
        append::sealed(tx, record, &entry.encode(), *key_id, &blob)?;
        self.next.insert(business, index + 1);
        Ok(record)
    }

    /// The first record of each of the business's own days is what later says how many were accepted since.
    fn note_day(&mut self, tx: &Transaction<'_>, keys: &BusinessKeys, record: RecordNo, received_us: i64) -> Result<(), RecordError> {
        let ends_us = self.days.entry(record.business()).or_insert(i64::MIN);
        if received_us >= *ends_us {
            let zone = expire::zone(tx, keys)?;
            let day = Day::of(received_us, &zone);
            record_days::note(tx, day, record)?;
            *ends_us = day.span_us(&zone).1;
        }
        Ok(())
    }

    /// Whether a record was destroyed lawfully.
    fn is_gone(&mut self, tx: &Transaction<'_>, record: RecordNo) -> rusqlite::Result<bool> {
        if tx.prepare_cached("SELECT 1 FROM blobs WHERE record = ?1")?.exists([record.as_i64()])? {
            return Ok(false);
        }
        let gone = match self.gone.entry(record.business()) {
            hash_map::Entry::Occupied(gone) => gone.into_mut(),
            hash_map::Entry::Vacant(place) => place.insert(acts::gone(tx, record.business())?),
        };
        Ok(gone.contains(record.index()))
    }

    /// From now on these are known as destroyed.
    pub(super) fn note_gone(&mut self, business: BusinessId, list: &RecordList) {
        if let Some(known) = self.gone.get_mut(&business) {
            *known = known.union(list);
        }
    }

    pub(super) fn next_index(&mut self, tx: &Transaction<'_>, business: BusinessId) -> rusqlite::Result<u64> {
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
        (None, None) => keys.pseudonym(&["day", &(event.row.received_us / DAY_US).to_string()]),
    }
}

/// A frame that cannot be read is not lost: its bytes are kept with the reason, and an operator is told.
fn put_aside(
    tx: &Transaction<'_>,
    keys: Option<&BusinessKeys>,
    business: BusinessId,
    unreadable: &Unreadable,
    frame: &[u8],
    done: &mut Recorded,
) -> Result<(), RecordError> {
    tracing::error!(business = business.0, error = %unreadable, "frame put aside");
    let reason = serde_json::json!({ "code": "unreadable_frame", "field": "", "message": unreadable.to_string() }).to_string();
    let refusal = Refusal { business, received_us: 0, source: "queue", reason: &reason, item: frame };
    quarantine::keep(tx, keys, refusal, &mut rand::rng())?;
    done.unreadable += 1;
    Ok(())
}
