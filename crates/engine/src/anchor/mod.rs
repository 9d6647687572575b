//! Checkpoints in other people's hands: so that the owner himself cannot rebuild and re-sign his journal unnoticed.
//!
//! ```text
//! publisher ─▶ checkpoint ─┬▶ witnesses   ask ─▶ cosignatures ─▶ log/<slug>/witnessed, proofs      every minute
//!                          └▶ copies      folder · mail · telegram                                 every day
//! ```
//! It runs beside publishing and never in its way: a checkpoint is signed and shown whether anybody cosigns it or not, and what a witness
//! or a mail server does wrong is noted, counted and shown. It signs nothing and writes no evidence.
//!
//! * `ask` – one witness, one question · `round` – all witnesses of a business · `keep` – the cosigned checkpoint as a file
//! * `letter` – what a copy says · `folder` `mail` `telegram` – ways to send one, twins · `copies` – which are due
//! * `standing` – how all of them fare, for `/metrics` · `config`

mod ask;
pub mod config;
mod copies;
mod folder;
mod keep;
mod letter;
mod mail;
mod round;
mod standing;
mod telegram;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::watch;

use crate::event::BusinessId;
use crate::journal::log::{Log, Logs};
use crate::store::{Store, StoreError};
use crate::upstream::Upstream;

pub use ask::{Asked, ask};
pub use config::Config;
pub use copies::Copies;
pub use keep::recall;
pub use standing::Standing;

/// How often it looks whether something new was signed.
const LOOK: Duration = Duration::from_millis(250);
/// What has not grown is cosigned again this often, so that the witnesses' time is never much older.
const REFRESH: Duration = Duration::from_secs(3600);
/// When the server stops, witnesses have so long for the last checkpoint.
const FAREWELL: Duration = Duration::from_secs(4);

/// Why a round could not be noted. What witnesses say is no error here.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file of the cosigned checkpoint could not be written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl From<rusqlite::Error> for AnchorError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What it works with.
#[derive(Clone)]
pub struct Anchor {
    /// Who is asked, and how it went.
    pub store: Store,
    /// What is signed.
    pub logs: Logs,
    /// The way outside.
    pub upstream: Upstream,
    /// How often, how long, and where copies go.
    pub config: Arc<Config>,
    /// For `/metrics`.
    pub standing: Arc<Standing>,
    /// Moves with every decision: somebody may have joined, who is then asked at once.
    pub decisions: Arc<AtomicU64>,
    /// The time, µs since 1970 UTC.
    pub now_us: fn() -> i64,
}

/// When a business's witnesses were asked last, and about what.
struct Round {
    at: Instant,
    size: u64,
    agreed: bool,
}

impl Anchor {
    /// Asks witnesses and sends copies until `stop` turns true; a last time then, for what was signed meanwhile.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut rounds: HashMap<BusinessId, Round> = HashMap::new();
        let mut decisions = self.decisions.load(Ordering::Relaxed);
        let copies = Copies::new(self.clone());
        let copying = tokio::spawn(copies.run(stop.clone()));
        loop {
            let stopping = tokio::select! {
                () = tokio::time::sleep(LOOK) => false,
                _ = stop.wait_for(|stop| *stop) => true,
            };
            let decided = self.decisions.load(Ordering::Relaxed);
            if std::mem::replace(&mut decisions, decided) != decided {
                rounds.clear();
            }
            let due: Vec<Arc<Log>> =
                self.logs.all().into_iter().filter(|log| self.is_due(log, rounds.get(&log.business), stopping)).collect();
            let asking = join_all(due.iter().map(|log| self.round(log)));
            let limit = if stopping { FAREWELL } else { Duration::MAX };
            let done = tokio::time::timeout(limit, asking).await.unwrap_or_default();
            for (log, done) in due.iter().zip(done) {
                match done {
                    Ok(round) => drop(rounds.insert(log.business, round)),
                    Err(e) => {
                        tracing::error!(log = log.verifying_key().name(), error = %e, "round of witnesses not noted");
                        rounds.insert(log.business, Round { at: Instant::now(), size: 0, agreed: false });
                    }
                }
            }
            if stopping {
                break;
            }
        }
        copying.abort();
    }

    fn is_due(&self, log: &Log, last: Option<&Round>, stopping: bool) -> bool {
        let Some(published) = log.published() else { return false };
        let Some(last) = last else { return true };
        let grown = published.checkpoint.size != last.size;
        let wait = if grown || !last.agreed { Duration::from_secs(self.config.witness_seconds) } else { REFRESH };
        if stopping { grown } else { last.at.elapsed() >= wait }
    }
}
