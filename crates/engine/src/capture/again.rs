//! Accepting one item that did not come through a door: out of quarantine, corrected by a person or as it was; or made by this program itself.
//!
//! The same gate and the same queue as for every item, but the person is still there: what is refused is told to them and not put into
//! quarantine a second time.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use queue::{Lane, PublishError};

use super::{Capture, accept};
use crate::event::experiment::ASSIGNED_SOURCE;
use crate::event::{self, BusinessId, Frame, Invalid, Item, ItemKind};

/// The source of events that were corrected by hand.
const SOURCE: &str = "quarantine";

/// Why an item was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum NotAccepted {
    /// It is still no event.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The queue did not take it.
    #[error(transparent)]
    Queue(#[from] PublishError),
}

impl Capture {
    /// Accepts exactly one item and gives the id of the event: its own, or `spare_id` where it has none.
    ///
    /// # Errors
    /// [`NotAccepted`]: nothing of it was kept.
    pub async fn accept_again(&self, business: BusinessId, item: Bytes, spare_id: String) -> Result<String, NotAccepted> {
        let given = event::check(&item, &self.limits())?.event_id.map(std::borrow::Cow::into_owned);
        let (kind, id) = accept::accepted(given, || spare_id);
        self.publish_one(business, SOURCE, kind, item).await?;
        Ok(id)
    }

    /// Accepts what this program itself shows a client: an event that it made.
    ///
    /// # Errors
    /// [`NotAccepted`]: nothing says that the client saw it.
    pub async fn accept_served(&self, business: BusinessId, item: Bytes) -> Result<(), NotAccepted> {
        event::check(&item, &self.limits())?;
        self.publish_one(business, ASSIGNED_SOURCE, ItemKind::Event { drawn_id: None }, item).await
    }

    async fn publish_one(&self, business: BusinessId, source: &str, kind: ItemKind, item: Bytes) -> Result<(), NotAccepted> {
        let items = vec![Item { kind, offset: 0, length: item.len() as u32 }];
        let frame = Frame { business, received_us: (self.now_us)(), source: source.into(), connection: None, items, body: item };
        self.queue.publish(Lane(business.0), frame.encode()).await?;
        self.counters.accepted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
