//! Group commit: everything that waits is encrypted into one buffer, written with one call, flushed with one `fdatasync`, and then answered.
//!
//! A failed write or flush gives the segment up: after a failed `fdatasync` the kernel may call the lost pages clean, so trying again would lie.
//! What was acknowledged before stays readable there; the next commit starts another segment. Nobody lingers: a commit takes what has come.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::files::{is_full, write_all};
use super::log::{Body, Log, Segment};
use super::prepare::{Prepared, discard, prepare};
use super::segment::{HEADER_BYTES, encode_frame, encode_seal, stored_bytes};
use crate::progress::Mark;
use crate::seam::{Lane, Position, PublishError};

/// A commit takes no more than this, so that the first waiter is not kept for the last one's bytes. One frame may be larger.
const COMMIT_BYTES: u64 = 8 << 20;
/// From here on a commit is bulk: the file may as well grow, because zero-filling it first would write every byte twice. Growing costs a few ms
/// per flush, which is little beside writing a MiB, and too much beside writing a page.
const BULK_BYTES: u64 = 1 << 20;

/// A frame that waits for its commit.
pub(crate) struct Publish {
    pub(crate) lane: Lane,
    pub(crate) frame: Bytes,
    pub(crate) reply: oneshot::Sender<Result<Position, PublishError>>,
}

/// The only one who writes frames.
pub(crate) struct Writer {
    log: Arc<Log>,
    active: Option<Active>,
    buffer: Vec<u8>,
    /// The last commit was bulk.
    bulk: bool,
}

struct Active {
    segment: Prepared,
    first: u64,
    offset: u64,
}

impl Writer {
    pub(crate) fn new(log: Arc<Log>) -> Self {
        Writer { log, active: None, buffer: Vec::new(), bulk: false }
    }

    /// Makes the frames durable and answers each of them, in as few commits as their size allows.
    pub(crate) fn commit(&mut self, waiting: &mut Vec<Publish>) {
        while let Some(next) = waiting.first() {
            let needed = stored_bytes(next.frame.len());
            self.bulk = waiting.iter().map(|publish| stored_bytes(publish.frame.len())).sum::<u64>() >= BULK_BYTES;
            if let Err(error) = self.make_room(needed) {
                self.answer(waiting.drain(..), |_| Err(error.clone()));
                return;
            }
            let fitting = self.fitting(waiting);
            let first = self.log.state().end.position + 1;
            let result = self.write(&waiting[..fitting], first);
            self.answer(waiting.drain(..fitting), |index| result.clone().map(|()| Position::new(first + index)));
        }
    }

    /// Gives the open segment up if the log still ends at `position`: it is consumed and may be destroyed.
    pub(crate) fn retire(&mut self, position: u64) {
        if self.log.state().end.position != position {
            return;
        }
        self.close_segment(true);
        // After an idle time the sizes start small again.
        let mut state = self.log.state();
        state.spare_bytes = self.log.config.first_segment_bytes;
    }

    /// Stops using the open segment; the next frame opens another one. With `seal` the next start knows that nothing is missing at its end.
    pub(crate) fn close_segment(&mut self, seal: bool) {
        let Some(Active { segment, offset, .. }) = self.active.take() else { return };
        let mut end = offset;
        let next = {
            let mut state = self.log.state();
            state.active = None;
            state.end.position + 1
        };
        if seal && offset + stored_bytes(0) <= segment.capacity {
            self.buffer.clear();
            encode_seal(&mut self.buffer, segment.id, next);
            end += self.buffer.len() as u64;
        } else {
            self.buffer.clear();
        }
        // Only the unused space goes, and a seal is a help, not a promise: failures change nothing that was acknowledged.
        let closed = write_all(&*segment.file, &self.buffer, offset).and_then(|()| segment.file.set_len(end));
        if let Err(error) = closed.and_then(|()| if seal { self.log.folder.sync(&*segment.file) } else { Ok(()) }) {
            tracing::warn!(file = segment.path, %error, "queue segment could not be closed tidily; nothing is lost");
        }
    }

    /// Makes sure that the open segment has room for `needed` bytes.
    fn make_room(&mut self, needed: u64) -> Result<(), PublishError> {
        let spare_is_better = |active: &Active| !active.segment.filled && !self.bulk && self.log.state().spare.is_some();
        let used_up = |active: &Active| active.offset + needed > active.segment.capacity;
        if self.active.as_ref().is_some_and(|active| used_up(active) || spare_is_better(active)) {
            self.close_segment(false);
        }
        if self.active.is_none() {
            let active = self.open_segment(needed).map_err(|error| failure("a new queue segment", error))?;
            self.active = Some(active);
        }
        Ok(())
    }

    fn open_segment(&mut self, needed: u64) -> io::Result<Active> {
        let needed = needed + HEADER_BYTES as u64;
        let Log { folder, master, config, .. } = &*self.log;
        let spare = self.log.state().spare.take_if(|spare| spare.capacity >= needed);
        let segment = match spare {
            Some(spare) => spare,
            None if self.bulk => prepare(folder, master, needed.max(config.segment_bytes), false)?,
            // A small file is filled in a moment; a large one would keep everybody waiting.
            None => prepare(folder, master, needed.max(config.first_segment_bytes), true)?,
        };
        let first = self.log.state().end.position + 1;
        let segment = segment.install(folder, first)?;
        let id = segment.id;
        let body = Body { id, cipher: Arc::clone(&segment.cipher) };
        let offset = HEADER_BYTES as u64;
        let mut state = self.log.state();
        let base = state.end.address;
        state
            .segments
            .insert(first, Segment { path: segment.path.clone(), id: Some(id), body: Ok(body), base, end: offset, tolerant: false });
        state.active = Some(first);
        state.spare_bytes = (segment.capacity * 4).clamp(config.first_segment_bytes, config.segment_bytes);
        Ok(Active { segment, first, offset })
    }

    /// How many of the waiting frames go into the next commit: at least the one for which there is room.
    fn fitting(&self, waiting: &[Publish]) -> usize {
        let room = self.active.as_ref().map_or(0, |active| active.segment.capacity - active.offset);
        let mut bytes = 0;
        let fits = |publish: &&Publish| {
            bytes += stored_bytes(publish.frame.len());
            bytes <= room.min(COMMIT_BYTES)
        };
        waiting.iter().take_while(fits).count().max(1)
    }

    /// One write, one flush.
    fn write(&mut self, frames: &[Publish], first: u64) -> Result<(), PublishError> {
        let Some(active) = &mut self.active else { return Err(PublishError::Closed) };
        let written = write_frames(&self.log, active, &mut self.buffer, frames, first);
        if self.buffer.capacity() as u64 > 2 * COMMIT_BYTES {
            self.buffer = Vec::new();
        }
        match written {
            Ok(()) => {
                self.committed(frames);
                Ok(())
            }
            Err(error) => Err(self.give_up_segment(error)),
        }
    }

    fn committed(&mut self, frames: &[Publish]) {
        let Some(active) = &mut self.active else { return };
        active.offset += self.buffer.len() as u64;
        let mut state = self.log.state();
        let Some(segment) = state.segments.get_mut(&active.first) else { return };
        segment.end = active.offset;
        let address = segment.base + active.offset;
        state.end = Mark { position: state.end.position + frames.len() as u64, address };
        state.stats.published_frames += frames.len() as u64;
        state.stats.published_bytes += frames.iter().map(|publish| publish.frame.len() as u64).sum::<u64>();
        state.stats.commits += 1;
        // Under the lock, so that the watched position never goes back.
        self.log.committed.send_replace(state.end.position);
    }

    fn give_up_segment(&mut self, error: io::Error) -> PublishError {
        let Some(active) = self.active.take() else { return PublishError::Closed };
        tracing::error!(file = active.segment.path, %error, "queue segment is given up; the next frame starts another one");
        let mut state = self.log.state();
        state.active = None;
        state.stats.failed_segments += 1;
        if state.end.position < active.first {
            // Nothing was ever acknowledged there, and the next segment will have the same name.
            state.segments.remove(&active.first);
            drop(state);
            discard(&self.log.folder, &active.segment.path, active.segment.id);
        }
        failure(&active.segment.path, error)
    }

    fn answer(&self, frames: impl Iterator<Item = Publish>, result: impl Fn(u64) -> Result<Position, PublishError>) {
        for (index, publish) in (0..).zip(frames) {
            self.log.in_flight_bytes.fetch_sub(stored_bytes(publish.frame.len()), Ordering::Relaxed);
            // A publisher that stopped waiting is no concern of ours.
            let _ = publish.reply.send(result(index));
        }
    }

    /// The open segment is used up so far that the next one should be prepared.
    pub(crate) fn wants_spare(&self) -> bool {
        let soon_needed = |active: &Active| !active.segment.filled || active.offset * 2 > active.segment.capacity;
        !self.bulk && self.active.as_ref().is_none_or(soon_needed) && self.log.state().spare.is_none()
    }
}

fn write_frames(log: &Log, active: &Active, buffer: &mut Vec<u8>, frames: &[Publish], first: u64) -> io::Result<()> {
    let Prepared { file, id, cipher, .. } = &active.segment;
    buffer.clear();
    for (index, publish) in (0_u32..).zip(frames) {
        let position = first + u64::from(index);
        encode_frame(buffer, (*id, cipher), (position, index), publish.lane, &publish.frame).map_err(io::Error::other)?;
    }
    write_all(&**file, buffer, active.offset)?;
    log.folder.sync(&**file)
}

fn failure(file: &str, error: io::Error) -> PublishError {
    if is_full(&error) {
        return PublishError::Full(format!("no space for {file}: {error}"));
    }
    PublishError::Failed { file: file.to_owned(), source: Arc::new(error) }
}
