//! Old pages after a destruction: the write-ahead log holds them until it is truncated, and it cannot be while a reader needs it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::store::Store;

/// Between two attempts; each copies what is in the log back first.
const BETWEEN: Duration = Duration::from_millis(300);
/// When recording ends: longer than a page or an API call reads.
const LAST_ATTEMPTS: usize = 20;

/// Whether old pages are still there.
#[derive(Debug, Clone, Default)]
pub struct Cleaning(Arc<AtomicBool>);

impl Cleaning {
    /// Whether something was destroyed whose old pages may still be in the log.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Waits until nothing is due; false when that takes longer than `patience`.
    pub async fn done(&self, patience: Duration) -> bool {
        let started = Instant::now();
        while self.is_due() && started.elapsed() < patience {
            tokio::time::sleep(BETWEEN / 6).await;
        }
        !self.is_due()
    }

    pub(super) fn set_due(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Tries once, unless it did so just before.
    pub(super) async fn attempt(&self, store: &Store, last: &mut Option<Instant>) {
        if !self.is_due() || last.is_some_and(|at| at.elapsed() < BETWEEN) {
            return;
        }
        match store.truncate_log().await {
            // Only the recorder makes it due, and it is here.
            Ok(true) => self.0.store(false, Ordering::Release),
            Ok(false) => {}
            Err(e) => tracing::error!(error = %e, "write-ahead log not truncated"),
        }
        *last = Some(Instant::now());
    }

    /// When recording ends. Should a reader hold the log even then, opening the store truncates it.
    pub(super) async fn finish(&self, store: &Store) {
        for _ in 0..LAST_ATTEMPTS {
            self.attempt(store, &mut None).await;
            if !self.is_due() {
                return;
            }
            tokio::time::sleep(BETWEEN / 3).await;
        }
        tracing::warn!("erased pages are still in the write-ahead log: a reader holds them");
    }
}
