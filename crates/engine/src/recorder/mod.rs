//! From the queue to sealed records: the only writer.
//!
//! ```text
//! queue ─▶ prepare (decode, write R, project)  ─▶ batch (one transaction: known? who? where? seal, store) ─▶ ack
//!          this thread, one batch ahead            the store's writer thread                      └▶ publish: tiles, checkpoint
//! ```
//! A batch is acknowledged to the queue after its commit, and its position is in the commit, so a kill between the two repeats
//! nothing. A frame that fails again and again by itself is put aside with the reason; the others go on.
//!
//! * `prepare` – what needs no database · `batch` – the transaction · `decisions` – what people decided · `pace` – when accepting goes
//!   first · `known` – prices and words of the businesses · `publish` – tiles and checkpoints · `destroy` – where records go, `erase` – one client's, `expire` – a slice of
//!   a retention run's, `cleaning` – the old pages · `rebuild` – the read models computed again

mod batch;
mod cleaning;
mod decisions;
mod destroy;
mod erase;
mod expire;
mod known;
mod pace;
mod prepare;
mod publish;
mod rebuild;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use queue::{Batch, Consumer, Queue, ReceiveError};
use tokio::sync::{oneshot, watch};

use crate::access::{AccessError, ConnectionRing};
use crate::event::BusinessId;
use crate::journal::quarantine::{self, Refusal};
use crate::journal::sessions::Gaps;
use crate::journal::{Progress, progress};
use crate::privacy::{KeyError, MasterKey, Packer, SealError, Vault};
use crate::store::{Store, StoreError};

pub use batch::Recorded;
pub use cleaning::Cleaning;
pub use known::Shelf;
pub use publish::{PublishError, Publisher, read_checkpoint};
pub use rebuild::{Changed, Difference, Rebuild, RebuildError, Rebuilt, Stale, Steps, clean_up, into_empty};

use batch::{Outcome, Scribe};
use decisions::DecisionError;
use pace::Pace;
use prepare::Arrival;

/// The consumer group of the recorder.
pub const GROUP: &str = "recorder";
/// Bytes of frames in one transaction: under load some eight thousand events, a third of a second. Larger ones write each index page
/// less often, but readers would wait longer.
const BATCH_BYTES: usize = 4 << 20;
/// After a stop, for what was accepted a moment ago: whoever stops a service is not kept waiting by a backlog, which waits on the disk.
const LAST_WORK: Duration = Duration::from_secs(3);
/// How long an idle recorder waits before it looks whether it should stop.
const IDLE: Duration = Duration::from_millis(500);
/// The same while old pages are still to be overwritten.
const CLEANING: Duration = Duration::from_millis(5);
/// How long to wait when the disk is full or the database cannot be written.
const RETRY: Duration = Duration::from_secs(1);

/// Why a batch was not recorded. Nothing of it is stored; it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key is not to be had.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A record could not be encrypted.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The access trail or the business's own row cannot be read.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A business without keys.
    #[error("business {} has no keys", .0.0)]
    NoKeys(BusinessId),
    /// An earlier batch failed, so this one must wait for it.
    #[error("an earlier batch was not recorded")]
    OutOfTurn,
}

impl From<rusqlite::Error> for RecordError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<DecisionError> for RecordError {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Sqlite(e) => e.into(),
            DecisionError::Key(e) => e.into(),
        }
    }
}

/// What the recorder works with.
pub struct Recorder {
    /// Where it writes.
    pub store: Store,
    /// Keys of the businesses.
    pub vault: Vault,
    /// How connections are set: what their exchanges tell.
    pub connections: Arc<ConnectionRing>,
    /// What businesses have settled: prices, words.
    pub known: Shelf,
    /// Wraps the keys of new businesses.
    pub master: Arc<MasterKey>,
    /// When a silence ends a conversation.
    pub gaps: Gaps,
    /// Says how much waits.
    pub queue: Arc<dyn Queue>,
    /// How much may wait.
    pub pending_bytes: u64,
    /// Who waits for it.
    pub progress: Progress,
    /// Whether pages of destroyed records are still to be cut off.
    pub cleaning: Cleaning,
    /// Set when others changed rows that it remembers.
    pub stale: Stale,
    /// Whether a backup is kept whose key file follows every destruction: acts say so.
    pub has_backup: bool,
    /// Told of every committed batch.
    pub on_recorded: Arc<dyn Fn(&Recorded) + Send + Sync>,
}

/// What the loop has in hand.
struct Work {
    desk: Arc<Mutex<Desk>>,
    packer: Packer,
    under_way: Option<Submitted>,
    pace: Pace,
    /// So many frames are recorded one by one, because one of them failed in a batch.
    one_by_one: usize,
}

/// The scribe, and whether a failed batch is still to be repeated before any later one.
struct Desk {
    scribe: Scribe,
    broken: bool,
}

impl Recorder {
    /// Records until `stop` turns true, and [`LAST_WORK`] of what waits then; the rest stays in the queue.
    pub async fn run(self, mut consumer: Box<dyn Consumer>, mut stop: watch::Receiver<bool>) {
        let scribe = Scribe::new(self.vault.clone(), Arc::clone(&self.master), self.gaps, self.stale.clone(), self.has_backup);
        let mut work = Work {
            desk: Arc::new(Mutex::new(Desk { scribe, broken: false })),
            packer: Packer::default(),
            under_way: None,
            pace: Pace::new(self.pending_bytes, Instant::now()),
            one_by_one: 0,
        };
        self.cleaning.take_up(&self.store).await;
        let (mut cleaned, mut stopped) = (None, None);
        loop {
            if *stop.borrow() && stopped.get_or_insert_with(Instant::now).elapsed() > LAST_WORK {
                break;
            }
            self.cleaning.attempt(&self.store, &mut cleaned).await;
            if work.pace.rests(&self.queue.stats(), Instant::now()) {
                self.settle(&mut work, None).await;
                tokio::select! {
                    () = tokio::time::sleep(pace::LOOK) => continue,
                    _ = stop.wait_for(|stop| *stop) => break,
                }
            }
            // While a batch is being written the next one is prepared: wait for frames only when there is nothing to finish.
            let wait = match &work.under_way {
                Some(_) => Duration::ZERO,
                None if self.cleaning.is_due() => CLEANING,
                None => IDLE,
            };
            let limit = match work.one_by_one {
                0 if work.pace.in_rush() || stopped.is_some() => pace::RUSH_BATCH_BYTES,
                0 => BATCH_BYTES,
                _ => 1,
            };
            let batch = tokio::select! {
                batch = consumer.receive(limit, wait) => batch,
                _ = stop.wait_for(|stop| *stop), if work.under_way.is_none() => break,
            };
            let next = match batch {
                Ok(batch) if batch.is_empty() => None,
                Ok(batch) => Some(self.submit(&mut work, batch)),
                Err(ReceiveError::Closed) => break,
                Err(e) => {
                    tracing::error!(error = %e, "queue cannot be read");
                    tokio::time::sleep(RETRY).await;
                    None
                }
            };
            work.one_by_one = work.one_by_one.saturating_sub(1);
            self.settle(&mut work, next).await;
        }
        if let Some(last) = work.under_way
            && let Err(e) = self.finish(last).await
        {
            tracing::warn!(error = %e.error, "last batch stays in the queue");
        }
        self.cleaning.finish(&self.store).await;
    }

    /// Finishes the batch that is under way; `next` is under way from now on.
    async fn settle(&self, work: &mut Work, next: Option<Submitted>) {
        let Some(before) = std::mem::replace(&mut work.under_way, next) else { return };
        let (bytes, since) = (before.batch.iter().map(|delivery| delivery.frame.len()).sum(), before.since);
        match self.finish(before).await {
            Ok(()) => work.pace.recorded(bytes, since, Instant::now()),
            Err(e) => {
                let behind = work.under_way.take();
                work.one_by_one = self.recover(&work.desk, behind, &e).await;
            }
        }
    }

    /// Prepares a batch and hands it to the writer thread.
    fn submit(&self, work: &mut Work, batch: Batch) -> Submitted {
        let (alone, since) = (work.one_by_one > 0, Instant::now());
        let arrivals: Vec<Arrival> =
            batch.iter().map(|delivery| Arrival::of(delivery, &self.vault, (&self.connections, &self.known), &mut work.packer)).collect();
        let (frames, desk) = (arrivals.len(), Arc::clone(&work.desk));
        let done = self.store.submit(move |tx| desk.lock().unwrap_or_else(PoisonError::into_inner).record(tx, arrivals));
        Submitted { batch, done, frames, alone, since }
    }

    /// Waits for the commit and acknowledges the batch.
    async fn finish(&self, submitted: Submitted) -> Result<(), Failed> {
        let Submitted { batch, done, frames, alone, .. } = submitted;
        match done_or_stopped(done).await {
            Ok(outcome) => {
                if outcome.recorded.destroyed > 0 {
                    self.cleaning.set_due();
                }
                outcome.new_keys.into_iter().for_each(|keys| self.vault.add(keys));
                (self.on_recorded)(&outcome.recorded);
                self.progress.advance(outcome.positions);
                if let Err(e) = batch.ack().await {
                    tracing::warn!(error = %e, "recorded batch comes again and will be skipped");
                }
                Ok(())
            }
            Err(error) => Err(Failed { error, batch, frames, alone }),
        }
    }

    /// After a failure: forgets what was never stored, returns the frames to the queue, and says how many to record one by one.
    async fn recover(&self, desk: &Arc<Mutex<Desk>>, behind: Option<Submitted>, failed: &Failed) -> usize {
        tracing::error!(error = %failed.error, frames = failed.frames, "batch not recorded, trying again");
        if let Some(behind) = behind {
            let _ = done_or_stopped(behind.done).await;
        }
        desk.lock().unwrap_or_else(PoisonError::into_inner).start_afresh();
        tokio::time::sleep(RETRY).await;
        if failed.transient() {
            return 0;
        }
        if failed.alone {
            self.put_aside(failed).await;
        }
        failed.frames
    }

    /// A frame that fails by itself must not stop the others: its place and reason are kept, its bytes too.
    async fn put_aside(&self, failed: &Failed) {
        let (Some(delivery), reason) = (failed.batch.first().cloned(), failed.error.to_string()) else { return };
        let business = BusinessId(delivery.lane.0);
        let keys = self.vault.keys(business);
        let stored = self
            .store
            .write(move |tx| {
                let reason = serde_json::json!({ "code": "not_recordable", "field": "", "message": reason }).to_string();
                let refusal = Refusal { business, received_us: 0, source: "queue", reason: &reason, item: &delivery.frame };
                quarantine::keep(tx, keys.as_deref(), refusal, &mut rand::rng())?;
                progress::store(tx, delivery.lane, delivery.position)?;
                Ok::<_, RecordError>(())
            })
            .await;
        if let Err(e) = stored {
            tracing::error!(error = %e, "frame could not be put aside, it stays in the queue");
        }
    }
}

impl Desk {
    fn start_afresh(&mut self) {
        self.scribe.forget();
        self.broken = false;
    }

    fn record(&mut self, tx: &rusqlite::Transaction<'_>, arrivals: Vec<Arrival>) -> Result<Outcome, RecordError> {
        if self.broken {
            return Err(RecordError::OutOfTurn);
        }
        let outcome = self.scribe.record_all(tx, arrivals);
        self.broken = outcome.is_err();
        outcome
    }
}

type Answer = Result<oneshot::Receiver<Result<Outcome, RecordError>>, StoreError>;

async fn done_or_stopped(answer: Answer) -> Result<Outcome, RecordError> {
    answer?.await.unwrap_or(Err(RecordError::Store(StoreError::Stopped)))
}

/// A batch that the writer thread has.
struct Submitted {
    batch: Batch,
    done: Answer,
    frames: usize,
    alone: bool,
    /// When it was taken in hand.
    since: Instant,
}

/// A batch that was not stored. Dropping it returns its frames to the queue.
struct Failed {
    error: RecordError,
    batch: Batch,
    frames: usize,
    alone: bool,
}

impl Failed {
    /// Whether waiting may help: a full disk, a busy file.
    fn transient(&self) -> bool {
        match &self.error {
            RecordError::Store(e) => e.is_full() || e.is_busy(),
            RecordError::OutOfTurn => true,
            _ => false,
        }
    }
}
