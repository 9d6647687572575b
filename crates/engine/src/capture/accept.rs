//! Accepting: one body becomes one frame, and an answer once the frame is durable.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use queue::{Lane, PublishError};
use serde::Serialize;

use super::Capture;
use super::items::{self, NotItems};
use crate::event::{self, BusinessId, Frame, Invalid, Item, ItemKind};

/// Who sends, as authenticated.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Whose events they are.
    pub business: BusinessId,
    /// The name of the door, kept in the record.
    pub source: &'static str,
    /// The connection, where there is one.
    pub connection: Option<String>,
}

/// The answer to what was accepted.
#[derive(Debug, Serialize)]
pub struct Accepted {
    /// How many items are durable.
    pub accepted: usize,
    /// Their ids, given or drawn, in order.
    pub ids: Vec<String>,
    /// Where they stand in the queue: `?after=` of reads.
    pub position: String,
    /// The items that were refused; they are kept in quarantine.
    pub rejected: Vec<Rejected>,
}

/// One refused item.
#[derive(Debug, Serialize)]
pub struct Rejected {
    /// Its number in the body, from 0.
    pub index: usize,
    /// Its id, if one could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// What is wrong and what to do.
    pub error: Invalid,
}

/// Why nothing was accepted.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The body as a whole cannot be split into items.
    #[error(transparent)]
    Body(#[from] NotItems),
    /// There is nothing in it.
    #[error("body holds no event; send one JSON object, an array of them, or one a line")]
    Empty,
    /// Too many at once.
    #[error("body holds {items} items, the limit is {limit}; split it")]
    TooMany {
        /// How many.
        items: usize,
        /// How many may be.
        limit: usize,
    },
    /// The queue did not take it.
    #[error(transparent)]
    Queue(#[from] PublishError),
}

impl Capture {
    /// Checks every item, publishes them as one frame, and answers when it is durable.
    ///
    /// # Errors
    /// [`Refusal`]: nothing of the body was accepted.
    pub async fn accept(&self, sender: Sender, body: Bytes, lines: bool) -> Result<Accepted, Refusal> {
        let (text, slices) = items::split(&body, lines)?;
        let limit = self.config.items;
        match slices.len() {
            0 => return Err(Refusal::Empty),
            items if items > limit => return Err(Refusal::TooMany { items, limit }),
            _ => {}
        }
        let limits = self.limits();
        let (mut items, mut ids, mut rejected) = (Vec::with_capacity(slices.len()), Vec::with_capacity(slices.len()), Vec::new());
        for (index, range) in slices.into_iter().enumerate() {
            let (offset, length) = (range.start as u32, range.len() as u32);
            let item = &text[range];
            let kind = match event::check_text(item, &limits) {
                Ok(checked) => {
                    let (kind, id) = accepted(checked.event_id.map(std::borrow::Cow::into_owned), || uuid::Uuid::now_v7().to_string());
                    ids.push(id);
                    kind
                }
                Err(error) => {
                    let reason = serde_json::to_string(&error).unwrap_or_default();
                    rejected.push(Rejected { index, event_id: event::id_of(item), error });
                    ItemKind::Rejected { reason }
                }
            };
            items.push(Item { kind, offset, length });
        }
        let Sender { business, source, connection } = sender;
        let frame = Frame { business, received_us: (self.now_us)(), source: source.into(), connection, items, body };
        let position = self.queue.publish(Lane(business.0), frame.encode()).await?;
        self.counters.accepted.fetch_add(ids.len() as u64, Ordering::Relaxed);
        self.counters.rejected.fetch_add(rejected.len() as u64, Ordering::Relaxed);
        Ok(Accepted { accepted: ids.len(), ids, position: position.to_string(), rejected })
    }
}

/// An accepted item and its id; without one of its own it gets one now, once and for ever.
pub(super) fn accepted(given: Option<String>, draw: impl FnOnce() -> String) -> (ItemKind, String) {
    match given {
        Some(id) => (ItemKind::Event { drawn_id: None }, id),
        None => {
            let id = draw();
            (ItemKind::Event { drawn_id: Some(id.clone()) }, id)
        }
    }
}
