//! The consumers of the disk queue: wait for commits, lend batches, take acknowledgements.
//!
//! Reading and decrypting run on the blocking pool. The group's mark moves only when a batch is handed over, so a `receive` that is dropped half-way
//! changes nothing.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::log::Log;
use super::read::Reader;
use super::threads::Notice;
use crate::seam::{AckError, Batch, Consumer, Receipt, ReceiveError};

/// What a consumer and its batches share.
struct Loans {
    log: Arc<Log>,
    group: String,
    notices: mpsc::Sender<Notice>,
}

pub(crate) struct DiskConsumer {
    loans: Arc<Loans>,
    reader: Arc<Mutex<Reader>>,
}

impl DiskConsumer {
    /// The group must have been joined.
    pub(crate) fn new(log: Arc<Log>, group: &str, notices: mpsc::Sender<Notice>) -> Self {
        let reader = Arc::new(Mutex::new(Reader::new(Arc::clone(&log))));
        DiskConsumer { loans: Arc::new(Loans { log, group: group.to_owned(), notices }), reader }
    }

    async fn take(&self, max_bytes: usize) -> Result<Option<Batch>, ReceiveError> {
        let from = {
            let state = self.loans.log.state();
            if state.closed {
                return Err(ReceiveError::Closed);
            }
            let Some(group) = state.groups.get(&self.loans.group) else { return Err(ReceiveError::Closed) };
            let next = group.progress.next();
            if next.position >= state.end.position {
                return Ok(None);
            }
            next
        };
        let reader = Arc::clone(&self.reader);
        let read = tokio::task::spawn_blocking(move || reader.lock().unwrap_or_else(PoisonError::into_inner).read(from, max_bytes));
        let Ok(read) = read.await else { return Err(ReceiveError::Closed) };
        let (deliveries, end) = read?;
        let mut state = self.loans.log.state();
        let Some(group) = state.groups.get_mut(&self.loans.group) else { return Err(ReceiveError::Closed) };
        if deliveries.is_empty() || group.progress.next() != from {
            // An earlier batch was dropped meanwhile: its frames come first.
            return Ok(None);
        }
        let ticket = group.progress.hand_out(end);
        Ok(Some(Batch::new(deliveries, Box::new(DiskReceipt { loans: Arc::clone(&self.loans), ticket }))))
    }
}

impl Consumer for DiskConsumer {
    fn receive(&mut self, max_bytes: usize, wait: Duration) -> BoxFuture<'_, Result<Batch, ReceiveError>> {
        Box::pin(async move {
            let mut committed = self.loans.log.committed.subscribe();
            let deadline = tokio::time::Instant::now() + wait;
            loop {
                // Marked as seen before looking, so that a frame committed in between wakes us.
                committed.mark_unchanged();
                // Not under the timeout: what is there already is given even when the wait is zero.
                if let Some(batch) = self.take(max_bytes).await? {
                    return Ok(batch);
                }
                match tokio::time::timeout_at(deadline, committed.changed()).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => return Err(ReceiveError::Closed),
                    Err(_) => return Ok(Batch::empty()),
                }
            }
        })
    }
}

impl Drop for DiskConsumer {
    fn drop(&mut self) {
        if let Some(group) = self.loans.log.state().groups.get_mut(&self.loans.group) {
            group.progress.release();
        }
    }
}

struct DiskReceipt {
    loans: Arc<Loans>,
    ticket: u64,
}

impl Receipt for DiskReceipt {
    fn ack(self: Box<Self>) -> BoxFuture<'static, Result<(), AckError>> {
        Box::pin(async move {
            let mut state = self.loans.log.state();
            if state.closed {
                return Err(AckError::Closed);
            }
            let group = state.groups.get_mut(&self.loans.group).ok_or(AckError::Returned)?;
            let moved = group.progress.ack(self.ticket)?;
            drop(state);
            if moved {
                let _ = self.loans.notices.send(Notice::Acked);
            }
            Ok(())
        })
    }
}

impl Drop for DiskReceipt {
    fn drop(&mut self) {
        let mut state = self.loans.log.state();
        let returned = state.groups.get_mut(&self.loans.group).is_some_and(|group| group.progress.give_back(self.ticket));
        drop(state);
        if returned {
            self.loans.log.wake_consumers();
        }
    }
}
