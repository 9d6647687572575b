//! Deliveries that a bot did not take in time, tried again until it has them.
//!
//! ```text
//! capture/hooks ─ deferred ─▶ queue ─▶ recorder ─▶ table forwards ─▶ here ─▶ the bot
//! ```
//! In order within a chat, several chats at a time, with growing pauses, at most a day; then a delivery is given up and shown until a
//! person tries it again or drops it. The platform has been told that all is well, so what it would repeat (a status of 5xx, or 429) is
//! repeated here. At least once: a kill between the bot's answer and the removal of the row asks twice, under the same
//! `X-Letopis-Delivery`.
//!
//! * `attempt` – one delivery, one attempt

mod attempt;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;

use crate::access::ConnectionRing;
use crate::capture::{Capture, Flight};
use crate::journal::forwards::{self, Forward, heads};
use crate::privacy::Vault;
use crate::store::{Store, StoreError};

use attempt::Outcome;

/// How often it looks while anything waits.
const LOOK: Duration = Duration::from_millis(200);
/// The same while nothing does.
const IDLE: Duration = Duration::from_secs(5);
/// Rows looked at in one go.
const ROWS: u32 = 10_000;
/// Attempts at one time to one bot.
const AT_ONCE: usize = 8;
/// Attempts at one time to all bots.
const ALL_AT_ONCE: usize = 64;
/// When the server stops, attempts under way have so long.
const FAREWELL: Duration = Duration::from_secs(3);
/// After a start: for the recorder to store what was still in the queue.
const CATCH_UP: Duration = Duration::from_secs(4);

/// What it works with.
#[derive(Clone)]
pub struct Forwards {
    /// Where deliveries are kept.
    pub store: Store,
    /// Opens them.
    pub vault: Vault,
    /// Where they go.
    pub connections: Arc<ConnectionRing>,
    /// Asks the bot, and knows which chats wait.
    pub capture: Arc<Capture>,
    /// For `/metrics`.
    pub figures: Arc<Figures>,
    /// The time, µs since 1970 UTC.
    pub now_us: fn() -> i64,
}

/// How many there are.
#[derive(Debug, Default)]
pub struct Figures {
    waiting: AtomicU64,
    given_up: AtomicU64,
    forwarded: AtomicU64,
}

/// What is remembered between two looks.
#[derive(Default)]
struct Memory {
    /// Rows that were there: one that is not any more was dropped, or went with its client.
    seen: HashMap<String, Forward>,
    under_way: HashSet<i64>,
    /// Bots that cannot be reached: until when they are left alone.
    silent: HashMap<String, (u32, Instant)>,
}

impl Forwards {
    /// Until `stop` turns true.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        self.catch_up(&mut stop).await;
        let (mut memory, mut attempts) = (Memory::default(), FuturesUnordered::new());
        loop {
            let rows = match self.look(&mut memory).await {
                Ok(rows) => rows,
                Err(e) => {
                    tracing::error!(error = %e, "deliveries to forward cannot be read");
                    Vec::new()
                }
            };
            self.capture.waiting().set_loaded();
            for forward in self.due(&rows, &memory, attempts.len()) {
                memory.under_way.insert(forward.id);
                attempts.push(self.clone().attempt(forward));
            }
            let nothing = rows.is_empty() && attempts.is_empty() && self.capture.waiting().is_empty();
            let wait = if nothing { IDLE } else { LOOK };
            tokio::select! {
                Some((forward, outcome)) = attempts.next(), if !attempts.is_empty() => self.note(&mut memory, &forward, &outcome),
                () = self.capture.waiting().changed() => {}
                () = tokio::time::sleep(wait) => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        // What a bot just got is not to be given again by the next process.
        let rest = async {
            while let Some((forward, outcome)) = attempts.next().await {
                self.note(&mut memory, &forward, &outcome);
            }
        };
        let _ = tokio::time::timeout(FAREWELL, rest).await;
    }

    /// What was deferred before a kill may still be in the queue.
    async fn catch_up(&self, stop: &mut watch::Receiver<bool>) {
        let caught_up = async {
            while self.capture.unrecorded() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            _ = tokio::time::timeout(CATCH_UP, caught_up) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }

    async fn look(&self, memory: &mut Memory) -> Result<Vec<Forward>, StoreError> {
        let read = self.store.read(|conn| Ok::<_, StoreError>((forwards::waiting(conn, ROWS)?, forwards::given_up(conn)?)));
        let (rows, given_up) = read.await?;
        self.figures.waiting.store(rows.len() as u64, Ordering::Relaxed);
        self.figures.given_up.store(given_up as u64, Ordering::Relaxed);
        let there: HashSet<&str> = rows.iter().map(|forward| forward.exchange.as_str()).collect();
        memory.seen.retain(|exchange, forward| {
            let stays = there.contains(exchange.as_str());
            if !stays {
                self.settle(forward);
            }
            stays
        });
        for forward in &rows {
            if !memory.seen.contains_key(&forward.exchange) {
                memory.seen.insert(forward.exchange.clone(), forward.clone());
                if let Ok(connection) = forward.connection.parse() {
                    self.capture.waiting().add(connection, forward.chat, &forward.exchange);
                }
            }
        }
        Ok(rows)
    }

    /// The next ones of every chat whose time has come.
    fn due(&self, rows: &[Forward], memory: &Memory, running: usize) -> Vec<Forward> {
        let (now, now_us) = (Instant::now(), (self.now_us)());
        let mut busy: HashMap<&str, usize> = HashMap::new();
        for forward in rows.iter().filter(|forward| memory.under_way.contains(&forward.id)) {
            *busy.entry(&forward.connection).or_default() += 1;
        }
        let mut due = Vec::new();
        for forward in heads(rows) {
            let resting = memory.silent.get(&forward.connection).is_some_and(|(_, until)| *until > now);
            let at_work = busy.get(forward.connection.as_str()).copied().unwrap_or(0);
            // A bot that was silent is asked by one delivery first.
            let room = if memory.silent.contains_key(&forward.connection) { 1 } else { AT_ONCE };
            let flies = self.capture.waiting().flight(&forward.exchange) == Some(Flight::Up);
            if flies || forward.due_us > now_us || memory.under_way.contains(&forward.id) || resting || at_work >= room {
                continue;
            }
            if running + due.len() >= ALL_AT_ONCE {
                break;
            }
            *busy.entry(&forward.connection).or_default() += 1;
            due.push(forward.clone());
        }
        due
    }

    fn note(&self, memory: &mut Memory, forward: &Forward, outcome: &Outcome) {
        memory.under_way.remove(&forward.id);
        match outcome {
            Outcome::Silent => {
                let times = memory.silent.get(&forward.connection).map_or(0, |(times, _)| *times);
                memory.silent.insert(forward.connection.clone(), (times + 1, Instant::now() + pause(times)));
            }
            Outcome::Taken => {
                self.figures.forwarded.fetch_add(1, Ordering::Relaxed);
                memory.silent.remove(&forward.connection);
            }
            Outcome::Answered => drop(memory.silent.remove(&forward.connection)),
            Outcome::Left => {}
        }
        if matches!(outcome, Outcome::Taken) {
            memory.seen.remove(&forward.exchange);
            self.settle(forward);
        }
    }

    /// It waits no more: its chat is free.
    fn settle(&self, forward: &Forward) {
        if let Ok(connection) = forward.connection.parse() {
            self.capture.waiting().remove(connection, forward.chat, &forward.exchange);
        }
    }
}

/// 1, 2, 4, … seconds, at most a minute.
fn pause(times: u32) -> Duration {
    Duration::from_secs(1 << times.min(6)).min(Duration::from_secs(60))
}

impl Figures {
    /// In the text format of Prometheus.
    pub fn write(&self, text: &mut String) {
        use std::fmt::Write;
        for (name, kind, help, value) in [
            ("letopis_forwards_waiting", "gauge", "Deliveries that a bot did not take yet.", &self.waiting),
            ("letopis_forwards_given_up", "gauge", "Deliveries that no bot took in a day.", &self.given_up),
            ("letopis_forwards_total", "counter", "Deliveries that a bot took late.", &self.forwarded),
        ] {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {}", value.load(Ordering::Relaxed));
        }
    }
}
