//! Chats whose earlier deliveries are still to be forwarded: a new one queues up behind them instead of overtaking.
//!
//! Kept in memory; after a start the worker tells it once what the database and the queue still hold, and until then deliveries wait a
//! moment. A chat is known by a keyed pseudonym. A request to the bot that outlived the platform's patience is in flight: when it
//! lands, the bot was not asked in vain and is not asked twice.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use crate::access::ConnectionId;

/// A chat of a connection; none stands for all of them.
pub type Chat = Option<[u8; 16]>;

/// Of all connections.
pub struct Waiting {
    inner: Mutex<Inner>,
    loaded: watch::Sender<bool>,
    changed: Notify,
}

#[derive(Default)]
struct Inner {
    /// Connection → chat → exchanges.
    chats: HashMap<ConnectionId, HashMap<Chat, HashSet<String>>>,
    flights: HashMap<String, Flight>,
}

/// How a request fares that the platform did not wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flight {
    /// The bot has it and is silent.
    Up,
    /// The bot answered.
    Landed,
}

impl Default for Waiting {
    fn default() -> Self {
        Self { inner: Mutex::default(), loaded: watch::Sender::new(false), changed: Notify::new() }
    }
}

impl Waiting {
    /// Everything that waited before the start is known.
    pub fn set_loaded(&self) {
        self.loaded.send_replace(true);
    }

    /// Waits until it is; not for ever.
    pub async fn is_loaded(&self, patience: Duration) {
        let mut loaded = self.loaded.subscribe();
        let _ = tokio::time::timeout(patience, loaded.wait_for(|loaded| *loaded)).await;
    }

    /// Whether nothing waits at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().chats.is_empty()
    }

    /// Whether anything of that connection waits: only then its chats are worth telling apart.
    #[must_use]
    pub fn any(&self, connection: ConnectionId) -> bool {
        self.lock().chats.contains_key(&connection)
    }

    /// Whether a delivery to that chat must wait.
    #[must_use]
    pub fn blocks(&self, connection: ConnectionId, chat: Chat) -> bool {
        let inner = self.lock();
        let Some(chats) = inner.chats.get(&connection) else { return false };
        chat.is_none() || chats.contains_key(&chat) || chats.contains_key(&None)
    }

    /// A delivery waits from now on.
    pub fn add(&self, connection: ConnectionId, chat: Chat, exchange: &str) {
        self.lock().chats.entry(connection).or_default().entry(chat).or_default().insert(exchange.to_owned());
        self.changed.notify_one();
    }

    /// It waits no more.
    pub fn remove(&self, connection: ConnectionId, chat: Chat, exchange: &str) {
        let mut inner = self.lock();
        inner.flights.remove(exchange);
        let Some(chats) = inner.chats.get_mut(&connection) else { return };
        if chats.get_mut(&chat).is_some_and(|all| all.remove(exchange) && all.is_empty()) {
            chats.remove(&chat);
        }
        if chats.is_empty() {
            inner.chats.remove(&connection);
        }
    }

    /// Its request is still under way.
    pub fn fly(&self, exchange: &str) {
        self.lock().flights.insert(exchange.to_owned(), Flight::Up);
    }

    /// The bot answered it, or (false) did not.
    pub fn land(&self, exchange: &str, taken: bool) {
        let mut inner = self.lock();
        if taken {
            inner.flights.insert(exchange.to_owned(), Flight::Landed);
        } else {
            inner.flights.remove(exchange);
        }
        drop(inner);
        self.changed.notify_one();
    }

    /// How its request fares; none where none is under way.
    #[must_use]
    pub fn flight(&self, exchange: &str) -> Option<Flight> {
        self.lock().flights.get(exchange).cloned()
    }

    /// Something may have to be done.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_waits_for_its_own_and_for_what_belongs_to_none() {
        let (waiting, connection) = (Waiting::default(), ConnectionId::draw(&mut rand::rng()));
        let (one, other) = (Some([1; 16]), Some([2; 16]));
        assert!(!waiting.any(connection) && !waiting.blocks(connection, None));
        waiting.add(connection, one, "a");
        waiting.add(connection, one, "a");
        assert!(waiting.blocks(connection, one) && waiting.blocks(connection, None) && !waiting.blocks(connection, other));
        waiting.add(connection, None, "b");
        assert!(waiting.blocks(connection, other));
        waiting.fly("a");
        waiting.land("a", true);
        assert_eq!(waiting.flight("a"), Some(Flight::Landed));
        waiting.remove(connection, None, "b");
        waiting.remove(connection, one, "a");
        assert!(!waiting.any(connection) && waiting.flight("a").is_none());
    }
}
