//! Accepting again: one item out of quarantine, corrected by a person or as it was.
//!
//! The same gate and the same queue as for every item, but the person is still there: what is refused is told to them and not put into
//! quarantine a second time.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use queue::{Lane, PublishError};

use super::{Capture, accept};
use crate::event::{self, BusinessId, Frame, Invalid, Item};

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
        let items = vec![Item { kind, offset: 0, length: item.len() as u32 }];
        let frame = Frame { business, received_us: (self.now_us)(), source: SOURCE.into(), connection: None, items, body: item };
        self.queue.publish(Lane(business.0), frame.encode()).await?;
        self.counters.accepted.fetch_add(1, Ordering::Relaxed);
        Ok(id)
    }
}
