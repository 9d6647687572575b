//! What became of the lead, as events of the chain (decision 009, points 8 and 9).
//!
//! ```text
//! hook: "look now" ─┐
//! every 3 minutes ──┴▶ look: stage history by id, changed cards by moment, bookings ─▶ notebook: whose? what does it mean?
//!                                                      │ one transaction: events, what was seen, positions
//!                                                      └▶ Tell ─▶ queue ─▶ sealed like any other event
//! ```
//! The portal never repeats an event, so nothing depends on hearing one: a hook only says that it is time. Cards of people whom the journal
//! does not know give no event; what happened to them is told when it turns out whose they are.
//!
//! * `meaning`, `seen`, `say` – pure: what a stage means, what an answer holds, what an event says
//! * `notebook` – what was read, in one transaction · `look` – one look · `bookings` – and at bookings · `night` – every card that was seen, and `doubles`
//! * `reader` – a connection for as long as it stays as it is

mod bookings;
mod doubles;
mod look;
mod meaning;
mod night;
mod notebook;
mod reader;
mod say;
mod seen;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use crate::access::ConnectionId;
use crate::event::BusinessId;
use crate::store::StoreError;

pub use look::Looked;
pub use meaning::Meaning;
pub use notebook::Notebook;
pub use reader::{Reader, Rhythm};

/// Takes events into the queue: capture, which sinks do not know.
pub trait Tell: Send + Sync {
    /// Returns once they are durable.
    fn tell(&self, business: BusinessId, connection: String, events: Vec<String>) -> BoxFuture<'_, Result<(), NotTold>>;
}

/// The queue did not take it: it is tried again.
#[derive(Debug, thiserror::Error)]
#[error("what was read is not told yet: {0}")]
pub struct NotTold(pub String);

/// Why a look came to no end; what it had stored stays.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The tables.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue.
    #[error(transparent)]
    Tell(#[from] NotTold),
}

/// Wakes the reader of a connection: its portal says that something happened.
#[derive(Clone, Default)]
pub struct Bell(Arc<Mutex<HashMap<ConnectionId, Arc<Notify>>>>);

impl Bell {
    /// Something happened there.
    pub fn ring(&self, connection: ConnectionId) {
        self.of(connection).notify_one();
    }

    /// Who waits for it.
    #[must_use]
    pub fn of(&self, connection: ConnectionId) -> Arc<Notify> {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(connection).or_default())
    }
}
