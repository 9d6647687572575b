//! The queue on the local disk: a log of encrypted segments with group commit.
//!
//! ```text
//! publishers ─▶ committer (one thread: encrypt, write, fdatasync, answer) ─▶ 00000000000000000001.seg, …      [segment], `write`
//!                   keeper (one thread: prepare the next segment, ─────────▶ <segment id>.new, keys/, cursors/ [keys], `keep`, `prepare`
//!                           store cursors, destroy what is consumed)
//! consumers ◀────── read, decrypt (blocking pool) ◀───────────────────────── segments                         `read`, `walk`
//! ```
//!
//! `recover` puts a folder in order after any stop. All file access goes through [`Files`], so that tests can crash it anywhere.
//! What it is not: replicated. The disk is the one copy; a queue on several machines is Kafka's business.

mod cipher;
mod consume;
mod cursor;
mod files;
mod inspect;
mod keep;
mod keys;
mod log;
mod os;
mod prepare;
mod read;
mod recover;
pub mod segment;
#[cfg(test)]
mod tests;
mod threads;
mod walk;
mod write;

use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use self::consume::DiskConsumer;
use self::log::Log;
use self::segment::stored_bytes;
use self::threads::{Notice, Order, Threads};
use self::write::Publish;
use crate::seam::{Consumer, ConsumerError, Lane, Limits, Position, PublishError, Queue, ReceiveError, Stats, check_group};

pub use files::{File, Files};
pub use inspect::{Inspection, inspect};
pub use keys::MasterKey;
pub use os::OsFiles;

/// How the disk queue behaves.
#[derive(Debug, Clone)]
pub struct Config {
    /// How much it takes.
    pub limits: Limits,
    /// Bytes that may wait for the disk in memory; beyond it `publish` answers `Full`.
    pub in_flight_bytes: u64,
    /// The size of the first segment after a start or an idle time: small, so that an idle queue needs little disk. Each next one is four times
    /// as large, up to `segment_bytes`.
    pub first_segment_bytes: u64,
    /// The size of segments in steady use.
    pub segment_bytes: u64,
    /// How soon an acknowledgement is on disk. A crash delivers at most this much once more.
    pub store_cursors_every: Duration,
    /// A segment whose frames are all consumed is destroyed after this time without a new frame.
    pub retire_after: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            limits: Limits::default(),
            in_flight_bytes: 64 << 20,
            first_segment_bytes: 1 << 20,
            segment_bytes: 64 << 20,
            store_cursors_every: Duration::from_millis(250),
            retire_after: Duration::from_secs(30),
        }
    }
}

/// Why a folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("queue folder {0} is in use by another process; stop that one first")]
    Locked(String),
    /// No kept segment can be read: most likely the master key is not the one they were written with.
    #[error("queue cannot be read with this master key; nothing was changed: {0}")]
    Unreadable(String),
    /// The system said no.
    #[error("queue cannot open {file}: {source}")]
    Failed {
        /// The file or directory.
        file: String,
        /// What the system said.
        source: io::Error,
    },
}

/// See the module.
pub struct DiskQueue {
    log: Arc<Log>,
    threads: Mutex<Threads>,
    orders: tokio::sync::mpsc::UnboundedSender<Order>,
    notices: std::sync::mpsc::Sender<Notice>,
}

impl DiskQueue {
    /// Opens or makes a folder, and locks it.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(folder: &Path, master: MasterKey, config: Config) -> Result<Self, OpenError> {
        let file = folder.display().to_string();
        let files = OsFiles::lock(folder).map_err(|source| match source.kind() {
            io::ErrorKind::WouldBlock => OpenError::Locked(file),
            _ => OpenError::Failed { file, source },
        })?;
        DiskQueue::open_on(Arc::new(files), master, config)
    }

    /// The same on any implementation of [`Files`].
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open_on(files: Arc<dyn Files>, master: MasterKey, config: Config) -> Result<Self, OpenError> {
        let log = Arc::new(recover::open(files, master, config)?);
        let (orders, notices, threads) =
            Threads::start(&log).map_err(|source| OpenError::Failed { file: "its threads".to_owned(), source })?;
        Ok(DiskQueue { log, threads: Mutex::new(threads), orders, notices })
    }

    /// Reads everything that is kept and names what cannot be read back. Blocks; reads up to the pending bytes.
    #[must_use]
    pub fn check(&self) -> Vec<ReceiveError> {
        read::check(&self.log)
    }

    /// Removes a group that will never read again, so that it holds nothing back.
    ///
    /// # Errors
    /// When it is being read, or its cursor cannot be removed.
    pub fn forget_group(&self, group: &str) -> Result<(), ConsumerError> {
        check_group(group)?;
        self.log.leave_group(group)?;
        let _ = self.notices.send(Notice::Acked);
        Ok(())
    }

    /// Refuses what cannot be taken now; counts what is on its way.
    fn admit(&self, frame_bytes: usize) -> Result<u64, PublishError> {
        let Config { limits, in_flight_bytes, .. } = &self.log.config;
        if frame_bytes > limits.frame_bytes {
            return Err(PublishError::TooLarge { bytes: frame_bytes, limit: limits.frame_bytes });
        }
        let bytes = stored_bytes(frame_bytes);
        let pending = {
            let state = self.log.state();
            if state.closed {
                return Err(PublishError::Closed);
            }
            state.pending_bytes()
        };
        let waiting = self.log.in_flight_bytes.fetch_add(bytes, Ordering::Relaxed);
        let refusal = if waiting > 0 && waiting + bytes > *in_flight_bytes {
            format!("{waiting} bytes wait for the disk")
        } else if pending + waiting + bytes > limits.pending_bytes {
            format!("{pending} bytes wait to be recorded, the limit is {}", limits.pending_bytes)
        } else {
            return Ok(bytes);
        };
        self.log.in_flight_bytes.fetch_sub(bytes, Ordering::Relaxed);
        Err(PublishError::Full(refusal))
    }

    fn stop(&self) -> Threads {
        self.log.state().closed = true;
        let _ = self.orders.send(Order::Close);
        std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Queue for DiskQueue {
    fn publish(&self, lane: Lane, frame: Bytes) -> BoxFuture<'_, Result<Position, PublishError>> {
        Box::pin(async move {
            let bytes = self.admit(frame.len())?;
            let (reply, answer) = oneshot::channel();
            if self.orders.send(Order::Publish(Publish { lane, frame, reply })).is_err() {
                self.log.in_flight_bytes.fetch_sub(bytes, Ordering::Relaxed);
                return Err(PublishError::Closed);
            }
            answer.await.unwrap_or(Err(PublishError::Closed))
        })
    }

    fn consumer(&self, group: &str) -> Result<Box<dyn Consumer>, ConsumerError> {
        check_group(group)?;
        self.log.join_group(group)?;
        Ok(Box::new(DiskConsumer::new(Arc::clone(&self.log), group, self.notices.clone())))
    }

    fn stats(&self) -> Stats {
        self.log.stats()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let threads = self.stop();
            // Threads end on their own even if this future is dropped.
            let _ = tokio::task::spawn_blocking(move || threads.join()).await;
            self.log.wake_consumers();
        })
    }
}

impl Drop for DiskQueue {
    fn drop(&mut self) {
        // Joined, so that whoever opens the folder next finds it at rest.
        self.stop().join();
    }
}
