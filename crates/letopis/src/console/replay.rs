//! What people do with a refused item: correct it and send it again, or drop it. Pages, API and commands do it through here.
//!
//! Sending is two steps, the event and the decision that closes the item. A crash between them leaves the item open, and sending it
//! again does no harm: an event without an id of its own gets [`spare_id`], the same at every attempt, so it is recorded once.
//! The way in is a seam, because the console does not know capture.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;

use crate::decide::{Decide, DecideError};
use crate::event::record::Decision;
use crate::event::{BusinessId, Invalid};
use crate::journal::quarantine::{self, Refused};
use crate::privacy::Vault;
use crate::store::{Store, StoreError};

/// The way in for one item.
pub trait Resend: Send + Sync {
    /// Accepts it as an event and gives the event's id: its own, or `spare_id` where it has none.
    fn resend(&self, business: BusinessId, item: Bytes, spare_id: String) -> BoxFuture<'_, Result<String, NotTaken>>;

    /// Accepts events of the console's own, one a line: the test dialogue.
    fn say(&self, business: BusinessId, lines: Bytes) -> BoxFuture<'_, Result<(), NotTaken>>;
}

/// Why an item was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// It is still no event.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// There is no room now.
    #[error("{0}")]
    Unavailable(String),
}

/// Why an item is not dealt with.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is none of that number in this business.
    #[error("no such item in quarantine here")]
    NoSuch,
    /// It was sent or dropped before, or somebody is doing so at this moment.
    #[error("this item is dealt with already: it was sent again or dropped")]
    Closed,
    /// It was sent and not accepted; it stays as it was.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// The database says no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The decision was not accepted, or is not in effect yet.
    #[error(transparent)]
    Decide(#[from] DecideError),
}

/// Sends again and drops.
pub struct Replay {
    store: Store,
    vault: Vault,
    decide: Decide,
    resend: Arc<dyn Resend>,
    /// Items that somebody is dealing with: two people with one item must not make two events of it.
    under_way: Mutex<HashSet<(BusinessId, i64)>>,
}

impl Replay {
    /// Of the items in `store`.
    #[must_use]
    pub fn new(store: Store, vault: Vault, decide: Decide, resend: Arc<dyn Resend>) -> Self {
        Self { store, vault, decide, resend, under_way: Mutex::default() }
    }

    /// Sends item `number` again, `corrected` or as it came, and closes it; gives the id of the event.
    ///
    /// # Errors
    /// [`ReplayError`]; with `NotTaken` the item stays open and unchanged.
    pub async fn send(
        &self,
        business: BusinessId,
        number: i64,
        corrected: Option<Bytes>,
        by: &str,
        now_us: i64,
    ) -> Result<String, ReplayError> {
        let _ours = self.take(business, number)?;
        let refused = self.open(business, number).await?;
        let spare_id = spare_id(&refused);
        let item = corrected.unwrap_or_else(|| Bytes::from(refused.item));
        let event_id = self.resend.resend(business, item, spare_id).await?;
        let decision = Decision::QuarantineClosed { item: number, replaced_by: Some(event_id.clone()) };
        self.decide.decide(business, by, decision, now_us).await?;
        Ok(event_id)
    }

    /// Sends events of the console's own through the same door as everybody's, one a line.
    ///
    /// # Errors
    /// When they are not accepted.
    pub async fn say(&self, business: BusinessId, lines: Bytes) -> Result<(), NotTaken> {
        self.resend.say(business, lines).await
    }

    /// Closes item `number`: nobody wants it.
    ///
    /// # Errors
    /// [`ReplayError`].
    pub async fn discard(&self, business: BusinessId, number: i64, by: &str, now_us: i64) -> Result<(), ReplayError> {
        let _ours = self.take(business, number)?;
        self.open(business, number).await?;
        self.decide.decide(business, by, Decision::QuarantineClosed { item: number, replaced_by: None }, now_us).await?;
        Ok(())
    }

    async fn open(&self, business: BusinessId, number: i64) -> Result<Refused, ReplayError> {
        let keys = self.vault.keys(business).ok_or(ReplayError::NoSuch)?;
        let found = self.store.read(move |conn| quarantine::by_id(conn, &keys, number).map_err(StoreError::from)).await?;
        let refused = found.ok_or(ReplayError::NoSuch)?;
        if refused.closed_us.is_some() { Err(ReplayError::Closed) } else { Ok(refused) }
    }

    fn take(&self, business: BusinessId, number: i64) -> Result<Taken<'_>, ReplayError> {
        // A panic elsewhere cannot leave the set half-written.
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let item = (business, number);
        if under_way.insert(item) { Ok(Taken { replay: self, item }) } else { Err(ReplayError::Closed) }
    }
}

/// An item that is being dealt with, until this is dropped.
struct Taken<'a> {
    replay: &'a Replay,
    item: (BusinessId, i64),
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.replay.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.item);
    }
}

/// A UUIDv7 of the moment when the item came, with its number in place of chance.
fn spare_id(refused: &Refused) -> String {
    let millis = u64::try_from(refused.received_us / 1000).unwrap_or(0);
    let mut number = [0; 10];
    number[2..].copy_from_slice(&refused.id.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(millis, &number).into_uuid().to_string()
}
