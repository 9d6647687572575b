//! People's decisions as events: published to the queue like everything else, sealed, applied by the recorder.
//!
//! So the journal also answers who changed what, and a rebuild repeats it. It waits until the decision is recorded, because whoever
//! made it looks at the result next. It deliberately checks no permission: the caller has a scope.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use queue::{Lane, Position, PublishError, Queue};

use crate::access::Change;
use crate::event::record::{DECISION_SOURCE, Decided, Decision};
use crate::event::{BusinessId, Frame, Item, ItemKind};
use crate::journal::Progress;

/// Longer than a busy recorder needs for what is queued before it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a decision has no effect yet.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// It was not accepted.
    #[error("decision was not accepted: {0}")]
    Publish(#[from] PublishError),
    /// It is safe in the queue, but recording is behind.
    #[error("decision is accepted, but recording is behind; it takes effect by itself")]
    Behind,
}

/// Publishes decisions.
#[derive(Clone)]
pub struct Decide {
    queue: Arc<dyn Queue>,
    progress: Progress,
}

impl Decide {
    /// Through this queue.
    #[must_use]
    pub fn new(queue: Arc<dyn Queue>, progress: Progress) -> Self {
        Self { queue, progress }
    }

    /// Seals a decision and waits until it has taken effect.
    ///
    /// # Errors
    /// When the queue does not take it, or recording is far behind.
    pub async fn decide(&self, business: BusinessId, by: &str, decision: Decision, now_us: i64) -> Result<Position, DecideError> {
        let decided = Decided { by: by.to_owned(), decision };
        // A decision is strings and numbers: serialising it into memory cannot fail.
        let body = Bytes::from(serde_json::to_vec(&decided).unwrap_or_default());
        let items = vec![Item { kind: ItemKind::Decision, offset: 0, length: body.len() as u32 }];
        let frame = Frame { business, received_us: now_us, source: DECISION_SOURCE.into(), connection: None, items, body };
        let lane = Lane(business.0);
        let position = self.queue.publish(lane, frame.encode()).await?;
        if self.progress.reaches(lane, position, PATIENCE).await { Ok(position) } else { Err(DecideError::Behind) }
    }

    /// Bytes that are accepted and wait to be recorded.
    #[must_use]
    pub fn waiting_bytes(&self) -> u64 {
        self.queue.stats().pending_bytes
    }

    /// Seals a change of who may do what.
    ///
    /// # Errors
    /// As [`Decide::decide`].
    pub async fn change(&self, by: &str, change: &Change, now_us: i64) -> Result<Position, DecideError> {
        let decision = Decision::Access { change: serde_json::to_value(change).unwrap_or_default() };
        self.decide(change.business(), by, decision, now_us).await
    }
}
