//! What goes out to people by itself: reports on their day, alerts when they happen. And the ways by which anything does.
//!
//! ```text
//! timetable ─ due ─▶ made (a seam: console/report) ─▶ letter + outbox row, one transaction ─▶ attempt ─▶ mail · Telegram · MAX
//! incidents nobody was told of ─ journal/reports/outbox::tell ─────▲
//! ```
//! Stored before it is sent, tried again with growing pauses, given up after a day with an alarm. Killed between storing and sending it
//! sends once more and says that it may be the second. It never decides what a report says, and knows no client.
//!
//! * `mail` `telegram` `max` – the ways, twins · `message` – what they send, how it ended · `config`
//! * `plan` – what is due is made and stored · `alerts` – incidents nobody was told of · `deliver` – one attempt

mod alerts;
pub mod config;
mod deliver;
pub mod mail;
pub mod max;
mod message;
mod plan;
pub mod telegram;
#[cfg(any(test, feature = "testing"))]
#[doc(hidden)]
pub mod testing;

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;

use crate::access::Business;
use crate::event::when::HOUR_US;
use crate::journal::incidents::Untold;
use crate::journal::log::Logs;
use crate::journal::reports::Kind;
use crate::journal::reports::letters::Words;
use crate::privacy::Vault;
use crate::store::{Store, StoreError};
use crate::upstream::Upstream;

pub use config::Config;
pub use message::{Attached, Failed, Message};
pub use plan::{NotMade, Sending};

/// How often it looks what is due.
const LOOK: Duration = Duration::from_secs(2);
/// How often what is too old goes.
const SWEEP_EVERY_US: i64 = 6 * HOUR_US;

/// Makes reports: console, which this room does not know.
pub trait Make: Send + Sync {
    /// One report about a business, in words; `with_access` where the receiver may know who of the staff looked at what.
    ///
    /// # Errors
    /// Why there is none, in words.
    fn make(&self, conn: &Connection, business: &Business, wanted: &Wanted, now_us: i64) -> Result<Words, String>;

    /// What people are told of an incident; `link` leads to it.
    fn incident(&self, business: &Business, language: &str, untold: &Untold, link: &str, now_us: i64) -> Words;

    /// What stands around a report: a key and what it is about.
    fn say(&self, language: &str, key: &str, what: &str) -> String;
}

/// Which report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What it is about.
    pub kind: Kind,
    /// `ru` or `en`.
    pub language: String,
    /// From this moment.
    pub from_us: i64,
    /// Before this one.
    pub to_us: i64,
}

/// What it works with.
#[derive(Clone)]
pub struct Post {
    /// Routes, letters, the outbox.
    pub store: Store,
    /// Seals letters, opens bots' tokens.
    pub vault: Vault,
    /// The names in letters of logs.
    pub logs: Logs,
    /// The way outside.
    pub upstream: Upstream,
    /// The mail server.
    pub config: Config,
    /// Makes reports.
    pub make: Arc<dyn Make>,
    /// Where the console is, for links.
    pub base_url: String,
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
    sent: AtomicU64,
}

impl Post {
    /// Until `stop` turns true.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut swept_us = 0;
        while !*stop.borrow() {
            if let Err(e) = self.plan().await {
                tracing::error!(error = %e, "reports that are due cannot be made");
            }
            if let Err(e) = self.tell_incidents().await {
                tracing::error!(error = %e, "people cannot be told of incidents");
            }
            tokio::select! {
                delivered = self.deliver() => if let Err(e) = delivered {
                    tracing::error!(error = %e, "reports on their way cannot be read");
                },
                // What is under way is broken off: the next process says that it may have arrived.
                _ = stop.wait_for(|stop| *stop) => break,
            }
            let now_us = (self.now_us)();
            if now_us - swept_us > SWEEP_EVERY_US {
                swept_us = now_us;
                let swept = self.store.write(move |tx| Ok::<_, StoreError>(crate::journal::reports::letters::sweep(tx, now_us)?));
                if let Err(e) = swept.await {
                    tracing::warn!(error = %e, "old reports not removed");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
    }
}

impl Figures {
    /// In the text format of Prometheus.
    pub fn write(&self, text: &mut String) {
        for (name, kind, help, value) in [
            ("letopis_reports_waiting", "gauge", "Reports and alerts on their way.", &self.waiting),
            ("letopis_reports_given_up", "gauge", "Reports and alerts that nobody took in a day.", &self.given_up),
            ("letopis_reports_sent_total", "counter", "Reports and alerts that were taken.", &self.sent),
        ] {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {}", value.load(Ordering::Relaxed));
        }
    }
}
