//! Old pages after a destruction: the write-ahead log holds them until it is cut, and pages of the file keep copies in their gaps.
//!
//! It works in slices between batches, so that recording goes on. Which destructions still wait for it stands in the table `remnants`,
//! written with them, so a killed process goes on with the next start.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::journal::remnants;
use crate::store::{Store, StoreError, Wiped};

/// Between two attempts while a reader holds the log; each copies what is in it back first.
const BETWEEN: Duration = Duration::from_millis(300);
/// A destruction so soon after another one is part of a series, as a retention run is…
const SERIES: Duration = Duration::from_secs(2);
/// …and pages are looked at when none came for so long: once for all of them instead of anew after each.
const LULL: Duration = Duration::from_millis(250);
/// Slices in one attempt: recording waits for them, a tenth of a second.
const SLICES: usize = 4;
/// When recording ends: longer than a page or an API call reads.
const LAST_ATTEMPTS: usize = 20;

/// Whether old pages are still there.
#[derive(Debug, Clone, Default)]
pub struct Cleaning(Arc<State>);

#[derive(Debug, Default)]
struct State {
    due: AtomicBool,
    /// The next page of the file.
    next: AtomicU64,
    latest: Mutex<Latest>,
    /// The destructions that this round takes care of.
    of: Mutex<Vec<i64>>,
}

/// When the latest destruction was.
#[derive(Debug, Default)]
struct Latest {
    at: Option<Instant>,
    in_series: bool,
}

impl Cleaning {
    /// Whether something was destroyed whose old pages may still be there.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.0.due.load(Ordering::Acquire)
    }

    /// Waits until nothing is due; false when that takes longer than `patience`.
    pub async fn done(&self, patience: Duration) -> bool {
        let started = Instant::now();
        while self.is_due() && started.elapsed() < patience {
            tokio::time::sleep(BETWEEN / 6).await;
        }
        !self.is_due()
    }

    /// Something was destroyed: all pages are to be looked at, from the first one on.
    pub(super) fn set_due(&self) {
        let mut latest = self.0.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.in_series = latest.at.is_some_and(|at| at.elapsed() < SERIES);
        latest.at = Some(Instant::now());
        self.0.next.store(0, Ordering::Release);
        self.0.due.store(true, Ordering::Release);
    }

    /// At the start: what a killed process left.
    pub(super) async fn take_up(&self, store: &Store) {
        match store.read(|conn| Ok::<_, StoreError>(remnants::waiting(conn)?)).await {
            Ok(waiting) if waiting.is_empty() => {}
            Ok(_) => self.set_due(),
            Err(e) => tracing::error!(error = %e, "remnants cannot be looked up"),
        }
    }

    /// Does some slices, unless a reader was in the way just before.
    pub(super) async fn attempt(&self, store: &Store, last: &mut Option<Instant>) {
        if !self.is_due() || self.in_series() || last.is_some_and(|at| at.elapsed() < BETWEEN) {
            return;
        }
        for _ in 0..SLICES {
            match self.slice(store).await {
                Ok(Wiped::All) => return,
                Ok(Wiped::UpTo(_)) => {}
                Ok(Wiped::Busy) => return *last = Some(Instant::now()),
                Err(e) => {
                    tracing::error!(error = %e, "old pages not overwritten; it is tried again");
                    return *last = Some(Instant::now());
                }
            }
        }
    }

    /// Whether more destructions are likely to follow at once.
    fn in_series(&self) -> bool {
        let latest = self.0.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.in_series && latest.at.is_some_and(|at| at.elapsed() < LULL)
    }

    async fn slice(&self, store: &Store) -> Result<Wiped, StoreError> {
        let from = self.0.next.load(Ordering::Acquire);
        if from == 0 {
            let waiting = store.read(|conn| Ok::<_, StoreError>(remnants::waiting(conn)?)).await?;
            *self.0.of.lock().unwrap_or_else(PoisonError::into_inner) = waiting;
        }
        let wiped = store.wipe(from).await?;
        match wiped {
            Wiped::Busy => {}
            Wiped::UpTo(next) => self.0.next.store(next, Ordering::Release),
            Wiped::All => {
                let of = std::mem::take(&mut *self.0.of.lock().unwrap_or_else(PoisonError::into_inner));
                store.write(move |tx| Ok::<_, StoreError>(remnants::wiped(tx, &of)?)).await?;
                self.0.next.store(0, Ordering::Release);
                // Only the recorder makes it due, and it is here.
                self.0.due.store(false, Ordering::Release);
            }
        }
        Ok(wiped)
    }

    /// When recording ends. Should a reader hold the log even then, the next start goes on.
    pub(super) async fn finish(&self, store: &Store) {
        for _ in 0..LAST_ATTEMPTS {
            while self.is_due() && matches!(self.slice(store).await, Ok(Wiped::UpTo(_))) {}
            if !self.is_due() {
                return;
            }
            tokio::time::sleep(BETWEEN / 3).await;
        }
        tracing::warn!("pages of what was destroyed are not overwritten yet: a reader holds them; the next start goes on");
    }
}
