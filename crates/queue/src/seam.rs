//! The seam between whoever hands bytes over and whatever keeps them: memory, the local disk, later Kafka, RabbitMQ and Pub/Sub.
//!
//! Promises every implementation keeps (the contract suite tests them): a published frame is durable; the frames of one lane arrive in the order in
//! which their `publish` calls returned; each consumer group sees every frame at least once; a batch that is dropped comes again.
//! What it does *not* promise: exactly-once, order between lanes, or that a failed `publish` left nothing behind (the frame may still arrive).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;

/// The partition key: frames of one lane keep their order. One business is one lane.
///
/// Memory and disk have one log and only carry it; a partitioned backend maps it to a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(pub u32);

/// Where a frame stands. Grows within a lane, starts at 1, and survives restarts; compare positions of one lane only.
///
/// A backend with partitions keeps the partition in the upper 16 bits, which does not disturb the order within a lane.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u64);

impl Position {
    /// Before the first frame: what a reader that has seen nothing yet remembers.
    pub const START: Position = Position(0);

    /// The position as a number, for storing it in a database.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// A stored number as a position.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Position(number)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A text that is not a position.
#[derive(Debug, thiserror::Error)]
#[error("not a queue position: expected the digits of the `position` field of an accepted request")]
pub struct BadPosition;

impl FromStr for Position {
    type Err = BadPosition;

    fn from_str(text: &str) -> Result<Self, BadPosition> {
        // `u64::from_str` takes a leading plus; a position has one spelling only.
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().map_err(|_| BadPosition)?;
        if digits { Ok(Position(number)) } else { Err(BadPosition) }
    }
}

/// A durable queue of frames.
pub trait Queue: Send + Sync {
    /// Takes one frame. `Ok` means that it is durable; its place in the order is fixed by then.
    ///
    /// Dropping the future does not take the frame back: it may or may not be delivered.
    fn publish(&self, lane: Lane, frame: Bytes) -> BoxFuture<'_, Result<Position, PublishError>>;

    /// The reading end for one consumer group. A group that is new starts at the oldest frame that is still kept.
    ///
    /// One process has one consumer per group at a time; drop it to open another one.
    ///
    /// # Errors
    /// When the name is not usable, the group is being read already, or its cursor cannot be stored.
    fn consumer(&self, group: &str) -> Result<Box<dyn Consumer>, ConsumerError>;

    /// What the metrics page shows. Cheap enough to call on every scrape.
    fn stats(&self) -> Stats;

    /// Writes out what is waiting, stores the cursors and stops. Publishers and consumers get `Closed` from then on.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// The reading end of one consumer group.
pub trait Consumer: Send {
    /// The next frames in order: at least one, and as many as fit `max_bytes`. Waits up to `wait` for the first one; an empty batch means that
    /// none came. May be called again while an earlier batch is still being worked on: it then gives the frames after it.
    ///
    /// Dropping the future loses nothing.
    fn receive(&mut self, max_bytes: usize, wait: Duration) -> BoxFuture<'_, Result<Batch, ReceiveError>>;
}

/// One frame as the consumer gets it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The lane it was published to.
    pub lane: Lane,
    /// Its place in the order.
    pub position: Position,
    /// The published bytes, unchanged.
    pub frame: Bytes,
}

/// Frames on loan. Either [`Batch::ack`] consumes it and the group moves on, or it is dropped and the same frames come again.
#[must_use = "a batch that is dropped is delivered again; call `ack` when its frames are stored"]
pub struct Batch {
    deliveries: Vec<Delivery>,
    receipt: Option<Box<dyn Receipt>>,
}

impl Batch {
    /// For implementations of the seam: deliveries, and what happens when they are acknowledged or dropped.
    pub fn new(deliveries: Vec<Delivery>, receipt: Box<dyn Receipt>) -> Self {
        Batch { deliveries, receipt: Some(receipt) }
    }

    /// A batch without frames: nothing came within the wait.
    pub fn empty() -> Self {
        Batch { deliveries: Vec::new(), receipt: None }
    }

    /// The frames were stored elsewhere: the group's cursor moves past them.
    ///
    /// The cursor may reach the disk a moment later (a crash then delivers them once more), but data is only destroyed behind a durable cursor.
    ///
    /// # Errors
    /// When the batch is not on loan any more: its frames come again.
    pub async fn ack(mut self) -> Result<(), AckError> {
        match self.receipt.take() {
            Some(receipt) => receipt.ack().await,
            None => Ok(()),
        }
    }
}

impl std::ops::Deref for Batch {
    type Target = [Delivery];

    fn deref(&self) -> &[Delivery] {
        &self.deliveries
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Frames are personal data: sizes only.
        write!(f, "Batch({} frames)", self.deliveries.len())
    }
}

/// What stands behind a batch. Dropping it un-acknowledged must return the frames to the group.
pub trait Receipt: Send + Sync {
    /// Moves the group's cursor past the batch.
    fn ack(self: Box<Self>) -> BoxFuture<'static, Result<(), AckError>>;
}

/// How much a queue takes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes published and not yet acknowledged by the slowest group; beyond it `publish` answers `Full`.
    pub pending_bytes: u64,
    /// The largest frame.
    pub frame_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { pending_bytes: 4 << 30, frame_bytes: 32 << 20 }
    }
}

/// Counters and gauges. Counters start at zero with the process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Frames acknowledged to publishers.
    pub published_frames: u64,
    /// Their bytes.
    pub published_bytes: u64,
    /// Frames the slowest group has not acknowledged.
    pub pending_frames: u64,
    /// Bytes the slowest group has not acknowledged, as they are kept (with the backend's overhead).
    pub pending_bytes: u64,
    /// Group commits: how often data was flushed for publishers.
    pub commits: u64,
    /// All `fdatasync` calls, those for cursors, keys and prepared segments included.
    pub syncs: u64,
    /// Files of the log that are kept now.
    pub segments: u64,
    /// Segments given up after a failed write or flush.
    pub failed_segments: u64,
}

/// Why a frame was not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PublishError {
    /// No room now: try again later.
    #[error("queue is full: {0}")]
    Full(String),
    /// The frame will never be taken.
    #[error("frame of {bytes} bytes is over the limit of {limit} bytes")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The storage failed; the next frame starts afresh elsewhere.
    #[error("queue cannot write {file}: {source}; the segment is given up, look at the disk")]
    Failed {
        /// The file that failed.
        file: String,
        /// What the system said.
        source: Arc<std::io::Error>,
    },
    /// The queue is closed.
    #[error("queue is closed")]
    Closed,
}

/// Why there is no consumer.
#[derive(Debug, thiserror::Error)]
pub enum ConsumerError {
    /// The name cannot be a file or topic name.
    #[error("consumer group {0:?}: use 1 to 64 of a-z, 0-9, - and _")]
    BadName(String),
    /// Somebody reads this group already.
    #[error("consumer group {0} is being read already; drop the other consumer first")]
    InUse(String),
    /// The queue is closed.
    #[error("queue is closed")]
    Closed,
    /// The cursor cannot be read or stored.
    #[error("cursor {file}: {source}")]
    Cursor {
        /// The file that failed.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Why nothing was received.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// Kept data cannot be read back as it was written. Nothing is skipped until an operator decides.
    #[error("{file} is damaged at byte {offset} (frame {position}): {reason}")]
    Damaged {
        /// The damaged file.
        file: String,
        /// Where in it.
        offset: u64,
        /// The first frame that cannot be delivered.
        position: Position,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// Reading failed; trying again may help.
    #[error("queue cannot read {file}: {source}")]
    Failed {
        /// The file that failed.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The queue is closed.
    #[error("queue is closed")]
    Closed,
}

/// Why an acknowledgement did not count. In both cases the frames come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AckError {
    /// An earlier batch was dropped, or the group's consumer was: this one went back with it.
    #[error("batch was returned to the queue already, its frames are delivered again")]
    Returned,
    /// The queue is closed.
    #[error("queue is closed, the frames are delivered again after the next start")]
    Closed,
}

/// Group names become file names and topic names: the same narrow alphabet everywhere.
pub(crate) fn check_group(group: &str) -> Result<(), ConsumerError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    let ok = (1..=64).contains(&group.len()) && group.bytes().all(allowed);
    if ok { Ok(()) } else { Err(ConsumerError::BadName(group.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_has_one_spelling() {
        assert_eq!("42".parse::<Position>().ok(), Some(Position::new(42)));
        assert_eq!(Position::new(u64::MAX).to_string().parse::<Position>().ok(), Some(Position::new(u64::MAX)));
        for bad in ["", "+1", "-1", " 1", "1 ", "0x1", "18446744073709551616"] {
            assert!(bad.parse::<Position>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn group_names_are_file_names() {
        assert!(check_group("recorder-1").is_ok());
        for bad in ["", "..", "a/b", "Запись", "A", &"x".repeat(65)] {
            assert!(check_group(bad).is_err(), "{bad:?}");
        }
    }
}
