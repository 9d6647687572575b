//! A queue in memory, for tests and for trying things out. It keeps every promise of the seam except the one that matters: it is gone with
//! the process.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::progress::{Mark, Progress};
use crate::seam::{
    AckError, Batch, Consumer, ConsumerError, Delivery, Lane, Limits, Position, PublishError, Queue, Receipt, ReceiveError, Stats,
    check_group,
};

/// See the module.
pub struct MemoryQueue {
    shared: Arc<Shared>,
}

struct Shared {
    limits: Limits,
    log: Mutex<Log>,
    /// The last published position; waiting consumers watch it.
    published: watch::Sender<u64>,
}

#[derive(Default)]
struct Log {
    /// Frames nobody may forget yet; the first one has position `forgotten.position + 1`.
    frames: VecDeque<(Lane, Bytes)>,
    forgotten: Mark,
    end: Mark,
    groups: BTreeMap<String, Progress>,
    stats: Stats,
    closed: bool,
}

impl MemoryQueue {
    /// An empty queue.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let shared = Shared { limits, log: Mutex::default(), published: watch::Sender::new(0) };
        MemoryQueue { shared: Arc::new(shared) }
    }
}

impl Default for MemoryQueue {
    fn default() -> Self {
        MemoryQueue::new(Limits::default())
    }
}

impl Queue for MemoryQueue {
    fn publish(&self, lane: Lane, frame: Bytes) -> BoxFuture<'_, Result<Position, PublishError>> {
        Box::pin(async move { self.shared.publish(lane, frame) })
    }

    fn consumer(&self, group: &str) -> Result<Box<dyn Consumer>, ConsumerError> {
        check_group(group)?;
        let mut log = self.shared.lock();
        if log.closed {
            return Err(ConsumerError::Closed);
        }
        let start = log.forgotten;
        let progress = log.groups.entry(group.to_owned()).or_insert_with(|| Progress::new(start));
        if std::mem::replace(&mut progress.in_use, true) {
            return Err(ConsumerError::InUse(group.to_owned()));
        }
        drop(log);
        Ok(Box::new(MemoryConsumer { shared: Arc::clone(&self.shared), group: group.to_owned() }))
    }

    fn stats(&self) -> Stats {
        let log = self.shared.lock();
        let slowest = log.slowest();
        Stats { pending_frames: log.end.position - slowest.position, pending_bytes: log.end.address - slowest.address, ..log.stats }
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.shared.lock().closed = true;
            // Wakes the waiting consumers without a new frame.
            self.shared.published.send_modify(|_| {});
        })
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Log> {
        // A panic elsewhere cannot leave the log half changed: no step between two changes can panic.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, lane: Lane, frame: Bytes) -> Result<Position, PublishError> {
        let limit = self.limits.frame_bytes;
        if frame.len() > limit {
            return Err(PublishError::TooLarge { bytes: frame.len(), limit });
        }
        let mut log = self.lock();
        if log.closed {
            return Err(PublishError::Closed);
        }
        let bytes = frame.len() as u64;
        let pending = log.end.address - log.slowest().address;
        if pending + bytes > self.limits.pending_bytes {
            return Err(PublishError::Full(format!("{pending} bytes wait to be recorded, the limit is {}", self.limits.pending_bytes)));
        }
        log.frames.push_back((lane, frame));
        log.end.position += 1;
        log.end.address += bytes;
        log.stats.published_frames += 1;
        log.stats.published_bytes += bytes;
        let position = log.end.position;
        // Under the lock, so that the watched position never goes back.
        self.published.send_replace(position);
        Ok(Position::new(position))
    }
}

impl Log {
    /// Where the slowest group is; without any group everything is kept.
    fn slowest(&self) -> Mark {
        self.groups.values().map(Progress::acked).min_by_key(|mark| mark.position).unwrap_or(self.forgotten)
    }

    fn forget(&mut self) {
        let slowest = self.slowest();
        self.frames.drain(..(slowest.position - self.forgotten.position) as usize);
        self.forgotten = slowest;
    }

    /// The frames after `from` that fit, and where they end.
    fn read(&self, from: Mark, max_bytes: usize) -> (Vec<Delivery>, Mark) {
        let mut end = from;
        let mut deliveries = Vec::new();
        let mut room = max_bytes;
        for (lane, frame) in self.frames.iter().skip((from.position - self.forgotten.position) as usize) {
            if frame.len() > room && !deliveries.is_empty() {
                break;
            }
            room = room.saturating_sub(frame.len());
            end.position += 1;
            end.address += frame.len() as u64;
            deliveries.push(Delivery { lane: *lane, position: Position::new(end.position), frame: frame.clone() });
        }
        (deliveries, end)
    }
}

struct MemoryConsumer {
    shared: Arc<Shared>,
    group: String,
}

impl MemoryConsumer {
    fn take(&self, max_bytes: usize) -> Result<Option<Batch>, ReceiveError> {
        let mut log = self.shared.lock();
        if log.closed {
            return Err(ReceiveError::Closed);
        }
        let from = log.groups.get(&self.group).map_or(Mark::default(), Progress::next);
        let (deliveries, end) = log.read(from, max_bytes);
        if deliveries.is_empty() {
            return Ok(None);
        }
        let Some(progress) = log.groups.get_mut(&self.group) else { return Ok(None) };
        let ticket = progress.hand_out(end);
        let receipt = MemoryReceipt { shared: Arc::clone(&self.shared), group: self.group.clone(), ticket };
        Ok(Some(Batch::new(deliveries, Box::new(receipt))))
    }
}

impl Consumer for MemoryConsumer {
    fn receive(&mut self, max_bytes: usize, wait: Duration) -> BoxFuture<'_, Result<Batch, ReceiveError>> {
        Box::pin(async move {
            let mut published = self.shared.published.subscribe();
            let arrival = async {
                loop {
                    // Marked as seen before looking, so that a frame published in between wakes us.
                    published.mark_unchanged();
                    if let Some(batch) = self.take(max_bytes)? {
                        return Ok(batch);
                    }
                    if published.changed().await.is_err() {
                        return Err(ReceiveError::Closed);
                    }
                }
            };
            tokio::time::timeout(wait, arrival).await.unwrap_or_else(|_| Ok(Batch::empty()))
        })
    }
}

impl Drop for MemoryConsumer {
    fn drop(&mut self) {
        if let Some(progress) = self.shared.lock().groups.get_mut(&self.group) {
            progress.release();
        }
    }
}

struct MemoryReceipt {
    shared: Arc<Shared>,
    group: String,
    ticket: u64,
}

impl Receipt for MemoryReceipt {
    fn ack(self: Box<Self>) -> BoxFuture<'static, Result<(), AckError>> {
        Box::pin(async move {
            let mut log = self.shared.lock();
            if log.closed {
                return Err(AckError::Closed);
            }
            log.groups.get_mut(&self.group).ok_or(AckError::Returned)?.ack(self.ticket)?;
            log.forget();
            Ok(())
        })
    }
}

impl Drop for MemoryReceipt {
    fn drop(&mut self) {
        let mut log = self.shared.lock();
        let returned = log.groups.get_mut(&self.group).is_some_and(|progress| progress.give_back(self.ticket));
        if returned {
            self.shared.published.send_modify(|_| {});
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::contract::{Backend, run_all};

    struct Memory;

    impl Backend for Memory {
        fn fresh(&mut self, limits: Limits) -> Arc<dyn Queue> {
            Arc::new(MemoryQueue::new(limits))
        }

        fn reopen(&mut self) -> Option<Arc<dyn Queue>> {
            None
        }
    }

    #[tokio::test]
    async fn keeps_the_contract() {
        run_all(&mut Memory).await;
    }

    #[tokio::test]
    async fn what_all_groups_acknowledged_is_forgotten() {
        let queue = MemoryQueue::default();
        let mut consumer = queue.consumer("recorder").unwrap();
        let position = queue.publish(Lane(7), Bytes::from_static(b"frame")).await.unwrap();
        let batch = consumer.receive(1024, Duration::from_secs(1)).await.unwrap();
        assert_eq!((batch[0].lane, batch[0].position, &batch[0].frame[..]), (Lane(7), position, &b"frame"[..]));
        drop(batch);
        let batch = consumer.receive(1024, Duration::ZERO).await.unwrap();
        assert_eq!(batch.len(), 1);
        batch.ack().await.unwrap();
        assert!(consumer.receive(1024, Duration::ZERO).await.unwrap().is_empty());
        assert_eq!(queue.stats().pending_frames, 0);
        assert!(queue.shared.lock().frames.is_empty());
    }
}
