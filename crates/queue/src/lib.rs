//! # The queue: durable hand-over of bytes
//!
//! Capture publishes a frame and answers its caller only when [`Queue::publish`] has returned: from then on the frame survives a kill, a crash and a
//! full disk. The recorder receives the frames in order, stores them in its own transaction, and acknowledges the batch.
//!
//! ```text
//!     capture ──publish──▶ queue (fsync) ──receive──▶ recorder ──ack──▶ the group's cursor moves, consumed data is destroyed
//! ```
//!
//! The queue knows bytes only. It never looks into a frame, never drops one that was accepted, and never delivers a lane out of order. A consumer
//! sees every frame *at least* once: whoever needs "exactly once" keeps the [`Position`] in the same transaction as the effect.
//!
//! * [`Queue`], [`Consumer`], [`Batch`]: the seam. Every implementation passes one contract suite (feature `contract`).
//! * [`disk`]: segments on the local disk, encrypted, group-committed; what a server runs on.
//! * [`memory`]: for tests; keeps nothing.

#[cfg(any(test, feature = "contract"))]
pub mod contract;
pub mod disk;
pub mod memory;
mod progress;
mod seam;

pub use disk::{DiskQueue, MasterKey};
pub use memory::MemoryQueue;
pub use seam::{
    AckError, BadPosition, Batch, Consumer, ConsumerError, Delivery, Lane, Limits, Position, PublishError, Queue, Receipt, ReceiveError,
    Stats,
};
