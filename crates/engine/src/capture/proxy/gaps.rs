//! What *observe* may lose is counted: exchanges begun and exchanges that are in the queue, in a small file that a kill does not touch.
//!
//! ```text
//! gaps       one slot a connection, 32 bytes: connection u32 | business u32 | begun u64 | settled u64 | 0 u64      (little-endian)
//! gaps.old   the file of the run before, until its gaps are told
//! ```
//! Counted in memory and written a few milliseconds later by whoever calls [`Gaps::write`], so that no request waits for a file; into the page
//! cache only: a kill keeps it, after a loss of power the last half minute of counting may be missing. What was begun and not settled when the
//! program starts again is the gap.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::access::ConnectionId;
use crate::event::BusinessId;

const SLOT: usize = 32;
/// More connections than anybody has; a damaged file is not read for ever.
const FILE_BYTES: u64 = 1 << 20;

/// The file.
#[derive(Debug)]
pub(in crate::capture) struct Gaps {
    /// None where it cannot be written: *observe* refuses nobody for that.
    file: Option<File>,
    path: PathBuf,
    slots: Mutex<Vec<Arc<Slot>>>,
    changed: Arc<Changed>,
    /// Of the run before, not told yet.
    before: Mutex<Vec<Gap>>,
}

/// What is in no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::capture) struct Gap {
    pub(in crate::capture) business: BusinessId,
    pub(in crate::capture) connection: ConnectionId,
    pub(in crate::capture) exchanges: u64,
}

/// One connection's place in the file.
#[derive(Debug)]
pub(super) struct Slot {
    names: [u8; 8],
    begun: AtomicU64,
    settled: AtomicU64,
    changed: Arc<Changed>,
}

/// Something is to be written, or waits to be settled.
#[derive(Debug, Default)]
pub(super) struct Changed {
    is: AtomicBool,
    wake: Notify,
}

impl Changed {
    /// Wakes whoever writes; costs next to nothing while it is awake.
    pub(super) fn note(&self) {
        if !self.is.swap(true, Ordering::Relaxed) {
            self.wake.notify_one();
        }
    }

    /// Returns once there is something to do.
    pub(super) async fn wait(&self) {
        while !self.is.load(Ordering::Relaxed) {
            self.wake.notified().await;
        }
    }
}

/// An exchange under way; settled, or part of the gap.
#[derive(Debug)]
pub(super) struct Begun(Arc<Slot>);

impl Gaps {
    /// Opens the file in `folder` and reads what the last run left.
    pub(super) fn open(folder: &Path) -> Self {
        let (path, old) = (folder.join("gaps"), folder.join("gaps.old"));
        let before: Vec<Gap> = [&old, &path].into_iter().flat_map(|path| read(path)).collect();
        // Told in one of two files at any moment: only an empty run is left in `gaps` then.
        if !before.is_empty() {
            let bytes: Vec<u8> = before.iter().flat_map(|gap| slot(names(gap.business, gap.connection), (gap.exchanges, 0))).collect();
            if let Err(e) = std::fs::write(&old, bytes) {
                tracing::warn!(error = %e, "gaps of the last run are not kept");
            }
        }
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
        let file = file.map_err(|e| tracing::warn!(error = %e, "gaps are not counted")).ok();
        Self { file, path: old, slots: Mutex::default(), changed: Arc::default(), before: Mutex::new(before) }
    }

    /// A place for a connection.
    pub(super) fn slot(&self, business: BusinessId, connection: ConnectionId) -> Arc<Slot> {
        let (names, changed) = (names(business, connection), Arc::clone(&self.changed));
        let slot = Arc::new(Slot { names, begun: AtomicU64::new(0), settled: AtomicU64::new(0), changed });
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&slot));
        slot
    }

    /// Says when something is to be written.
    pub(super) fn changed(&self) -> &Arc<Changed> {
        &self.changed
    }

    /// Writes the counts of now, if they changed.
    pub(in crate::capture) fn write(&self) {
        if !self.changed.is.swap(false, Ordering::Relaxed) {
            return;
        }
        let Some(file) = &self.file else { return };
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = slots.iter().take(FILE_BYTES as usize / SLOT).flat_map(|slot| slot.bytes()).collect();
        let _ = file.write_all_at(&bytes, 0);
    }

    /// What the last run lost.
    pub(in crate::capture) fn before(&self) -> Vec<Gap> {
        self.before.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// It was told.
    pub(in crate::capture) fn told(&self) {
        self.before.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Slot {
    /// An exchange begins.
    pub(super) fn begin(self: &Arc<Self>) -> Begun {
        self.begun.fetch_add(1, Ordering::Relaxed);
        self.changed.note();
        Begun(Arc::clone(self))
    }

    fn bytes(&self) -> [u8; SLOT] {
        // In this order: never more settled than begun.
        let settled = self.settled.load(Ordering::Acquire);
        slot(self.names, (self.begun.load(Ordering::Acquire), settled))
    }
}

impl Begun {
    /// It is in the queue, or told otherwise.
    pub(super) fn settle(self) {
        self.0.settled.fetch_add(1, Ordering::Release);
        self.0.changed.note();
    }
}

fn names(business: BusinessId, connection: ConnectionId) -> [u8; 8] {
    let mut names = [0; 8];
    names[..4].copy_from_slice(&connection.number().to_le_bytes());
    names[4..].copy_from_slice(&business.0.to_le_bytes());
    names
}

fn slot(names: [u8; 8], (begun, settled): (u64, u64)) -> [u8; SLOT] {
    let mut slot = [0; SLOT];
    slot[..8].copy_from_slice(&names);
    slot[8..16].copy_from_slice(&begun.to_le_bytes());
    slot[16..24].copy_from_slice(&settled.to_le_bytes());
    slot
}

/// What a file says is missing; a file that cannot be read says nothing.
fn read(path: &Path) -> Vec<Gap> {
    let is_small = std::fs::metadata(path).is_ok_and(|meta| meta.len() <= FILE_BYTES);
    let bytes = if is_small { std::fs::read(path).unwrap_or_default() } else { Vec::new() };
    gaps(&bytes)
}

fn gaps(bytes: &[u8]) -> Vec<Gap> {
    let number = |slot: &[u8], at: usize| slot[at..at + 8].iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let slots = bytes.as_chunks::<SLOT>().0.iter().filter_map(|slot| {
        let names = number(slot, 0);
        let connection = ConnectionId::from_number(names as u32)?;
        let exchanges = number(slot, 8).checked_sub(number(slot, 16)).filter(|gap| *gap > 0)?;
        Some(Gap { business: BusinessId((names >> 32) as u32), connection, exchanges })
    });
    slots.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_begun_and_not_settled_is_found_until_it_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let (business, one, two) = (BusinessId(3), ConnectionId::from_number(7).unwrap(), ConnectionId::from_number(8).unwrap());
        let first = Gaps::open(folder.path());
        let (slot, quiet) = (first.slot(business, one), first.slot(business, two));
        let lost = [slot.begin(), slot.begin(), slot.begin()];
        slot.begin().settle();
        quiet.begin().settle();
        std::mem::forget(lost);
        first.write();
        let gap = Gap { business, connection: one, exchanges: 3 };
        // Killed twice, the second time before it could tell.
        let second = Gaps::open(folder.path());
        assert_eq!(second.before(), [gap]);
        std::mem::forget(second.slot(business, two).begin());
        second.write();
        let third = Gaps::open(folder.path());
        assert_eq!(third.before(), [gap, Gap { business, connection: two, exchanges: 1 }]);
        third.told();
        assert!(Gaps::open(folder.path()).before().is_empty());
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic(bytes: Vec<u8>) {
            gaps(&bytes);
        }
    }
}
