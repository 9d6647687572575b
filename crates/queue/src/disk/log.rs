//! What the committer, the keeper and the consumers share: which segments there are, where the log ends, how far each group is.
//!
//! Only bookkeeping happens under the lock, never I/O, so a slow disk delays nobody who does not need it.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::Config;
use super::cipher::Cipher;
use super::cursor::{CursorFile, Place};
use super::files::Folder;
use super::keys::MasterKey;
use super::prepare::Prepared;
use super::segment::{HEADER_BYTES, SegmentId};
use crate::progress::{Mark, Progress};
use crate::seam::Stats;

pub(crate) struct Log {
    pub(crate) folder: Folder,
    pub(crate) master: MasterKey,
    pub(crate) config: Config,
    state: Mutex<State>,
    /// The open cursor files. Locked before `state` where both are needed, and across flushes.
    cursors: Mutex<BTreeMap<String, CursorFile>>,
    /// The last durable position; waiting consumers watch it.
    pub(crate) committed: watch::Sender<u64>,
    /// Bytes handed to the committer and not yet answered.
    pub(crate) in_flight_bytes: AtomicU64,
}

#[derive(Default)]
pub(crate) struct State {
    /// By the position of their first frame. A segment ends where the next one begins.
    pub(crate) segments: BTreeMap<u64, Segment>,
    /// The segment that is written to; the others never change again.
    pub(crate) active: Option<u64>,
    /// Behind the last durable frame.
    pub(crate) end: Mark,
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) spare: Option<Prepared>,
    /// How large the next prepared segment is: grows with use.
    pub(crate) spare_bytes: u64,
    pub(crate) stats: Stats,
    pub(crate) closed: bool,
}

pub(crate) struct Group {
    pub(crate) progress: Progress,
    /// The position in its cursor file.
    pub(crate) durable: u64,
}

/// A segment as consumers see it.
pub(crate) struct Segment {
    pub(crate) path: String,
    /// From its header, if that is whole.
    pub(crate) id: Option<SegmentId>,
    /// What is needed to read it, or why that is impossible.
    pub(crate) body: Result<Body, String>,
    /// The address of its byte 0; addresses of the whole log are continuous.
    pub(crate) base: u64,
    /// Behind its last durable frame.
    pub(crate) end: u64,
    /// An operator renamed it to `.bad`: skip what cannot be read.
    pub(crate) tolerant: bool,
}

#[derive(Clone)]
pub(crate) struct Body {
    pub(crate) id: SegmentId,
    pub(crate) cipher: Arc<Cipher>,
}

/// Where to read the frame at some position, and how far that segment goes.
pub(crate) struct View {
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) path: String,
    pub(crate) body: Result<Body, String>,
    pub(crate) base: u64,
    pub(crate) end: u64,
    pub(crate) tolerant: bool,
}

impl Log {
    pub(crate) fn new(folder: Folder, master: MasterKey, config: Config, state: State, cursors: BTreeMap<String, CursorFile>) -> Self {
        let committed = watch::Sender::new(state.end.position);
        Log {
            folder,
            master,
            config,
            state: Mutex::new(state),
            cursors: Mutex::new(cursors),
            committed,
            in_flight_bytes: AtomicU64::new(0),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // No step between two changes under the lock can panic, so a poisoned lock guards whole data.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn cursors(&self) -> MutexGuard<'_, BTreeMap<String, CursorFile>> {
        self.cursors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes waiting consumers without a new frame: something else changed.
    pub(crate) fn wake_consumers(&self) {
        self.committed.send_modify(|_| {});
    }

    pub(crate) fn stats(&self) -> Stats {
        let state = self.state();
        let slowest = state.slowest();
        Stats {
            pending_frames: state.end.position.saturating_sub(slowest.position),
            pending_bytes: state.pending_bytes(),
            syncs: self.folder.syncs(),
            segments: state.segments.len() as u64,
            ..state.stats
        }
    }
}

impl State {
    /// The acknowledged mark of the slowest group; without any group, before the oldest kept frame.
    pub(crate) fn slowest(&self) -> Mark {
        let marks = self.groups.values().map(|group| group.progress.acked());
        marks.min_by_key(|mark| mark.position).unwrap_or_else(|| self.oldest())
    }

    /// Before the oldest kept frame: where a new group starts.
    pub(crate) fn oldest(&self) -> Mark {
        self.segments.first_key_value().map_or(self.end, |(first, segment)| Mark { position: first - 1, address: segment.base })
    }

    pub(crate) fn pending_bytes(&self) -> u64 {
        let slowest = self.slowest();
        // Seals and slack at the end are not worth a byte to anybody.
        if slowest.position == self.end.position { 0 } else { self.end.address.saturating_sub(slowest.address) }
    }

    /// The position up to which every group's cursor is durable: what lies before may be destroyed.
    pub(crate) fn consumed(&self) -> u64 {
        self.groups.values().map(|group| group.durable).min().unwrap_or(0)
    }

    /// The last position of the segment that starts at `first`.
    pub(crate) fn last_of(&self, first: u64) -> u64 {
        self.segments.range(first + 1..).next().map_or(self.end.position, |(next, _)| next - 1)
    }

    /// Where the frame at `position` is, or the next one that is kept.
    pub(crate) fn locate(&self, position: u64) -> Option<View> {
        if position > self.end.position {
            return None;
        }
        let (&first, segment) = self.segments.range(..=position).next_back().or_else(|| self.segments.range(position..).next())?;
        Some(View {
            first,
            last: self.last_of(first),
            path: segment.path.clone(),
            body: segment.body.clone(),
            base: segment.base,
            end: segment.end,
            tolerant: segment.tolerant,
        })
    }

    /// A mark as it goes into a cursor file.
    pub(crate) fn place(&self, mark: Mark) -> Place {
        let (segment, base) = self.segments.range(..=mark.position).next_back().map_or((0, 0), |(first, segment)| (*first, segment.base));
        Place { position: mark.position, segment, offset: mark.address.saturating_sub(base) }
    }

    /// The mark of a stored cursor.
    pub(crate) fn mark(&self, place: Place) -> Mark {
        let Place { position, segment, offset } = place;
        let next = self.segments.range(position + 1..).next();
        let address = match (self.segments.get(&segment), next) {
            // At the border the next segment's start counts: bytes behind the end of this one are slack.
            (_, Some((first, next))) if position + 1 == *first => next.base,
            (Some(segment), _) if offset >= HEADER_BYTES as u64 => segment.base + offset,
            (_, Some((_, next))) => next.base,
            _ => self.end.address,
        };
        Mark { position, address }
    }
}
