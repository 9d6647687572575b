//! Housekeeping beside the commits: makes cursors durable, destroys what every group has consumed, prepares the next segment.
//!
//! Order is everything here. A cursor is durable before anything it passed is touched; a key is destroyed before its segment goes, so a crash in
//! between leaves a file that nobody can read and that the next start removes. Every step may fail and be tried again.

use std::io;

use super::cursor::{CursorFile, Place};
use super::keys;
use super::log::{Group, Log};
use super::prepare::{discard, prepare};
use crate::progress::Progress;
use crate::seam::ConsumerError;

impl Log {
    /// Registers a consumer of the group, making its cursor file if it is new.
    pub(crate) fn join_group(&self, group: &str) -> Result<(), ConsumerError> {
        let mut cursors = self.cursors();
        let mut state = self.state();
        if state.closed {
            return Err(ConsumerError::Closed);
        }
        if let Some(known) = state.groups.get_mut(group) {
            let in_use = std::mem::replace(&mut known.progress.in_use, true);
            return if in_use { Err(ConsumerError::InUse(group.to_owned())) } else { Ok(()) };
        }
        let start = state.oldest();
        let place = state.place(start);
        // Before the file exists: nothing may be destroyed from here on that the new group has not seen.
        let mut progress = Progress::new(start);
        progress.in_use = true;
        state.groups.insert(group.to_owned(), Group { progress, durable: start.position });
        drop(state);
        match CursorFile::create(&self.folder, group, place) {
            Ok(file) => {
                cursors.insert(group.to_owned(), file);
                Ok(())
            }
            Err(source) => {
                self.state().groups.remove(group);
                Err(ConsumerError::Cursor { file: format!("{}/{group}", super::cursor::CURSORS), source })
            }
        }
    }

    /// Forgets a group that will never read again; what it alone held back is destroyed with the next [`Log::destroy_consumed`].
    pub(crate) fn leave_group(&self, group: &str) -> Result<(), ConsumerError> {
        let mut cursors = self.cursors();
        if self.state().groups.get(group).is_some_and(|known| known.progress.in_use) {
            return Err(ConsumerError::InUse(group.to_owned()));
        }
        let path = format!("{}/{group}", super::cursor::CURSORS);
        let removed = self.folder.remove(&path).and_then(|()| self.folder.sync_dir(super::cursor::CURSORS));
        removed.map_err(|source| ConsumerError::Cursor { file: path, source })?;
        cursors.remove(group);
        self.state().groups.remove(group);
        Ok(())
    }

    /// Makes the acknowledged marks durable, as far as they moved.
    pub(crate) fn store_cursors(&self) -> io::Result<()> {
        let mut result = Ok(());
        for (group, file) in self.cursors().iter_mut() {
            let Some(place) = self.acknowledged(group) else { continue };
            if place.position == file.place().position {
                continue;
            }
            match file.store(&self.folder, place) {
                Ok(()) => {
                    if let Some(known) = self.state().groups.get_mut(group) {
                        known.durable = place.position;
                    }
                }
                // One group's file must not hold the others back.
                Err(error) => result = Err(io::Error::new(error.kind(), format!("{}: {error}", file.path()))),
            }
        }
        result
    }

    fn acknowledged(&self, group: &str) -> Option<Place> {
        let state = self.state();
        state.groups.get(group).map(|known| state.place(known.progress.acked()))
    }

    /// Destroys the keys of segments that every group has consumed, and removes the segments.
    pub(crate) fn destroy_consumed(&self) -> io::Result<()> {
        // Held throughout, so that no group joins at a segment that is about to go.
        let _cursors = self.cursors();
        loop {
            let (first, path, id) = {
                let state = self.state();
                let Some((&first, segment)) = state.segments.first_key_value() else { return Ok(()) };
                if state.active == Some(first) || state.last_of(first) > state.consumed() {
                    return Ok(());
                }
                (first, segment.path.clone(), segment.id)
            };
            if let Some(id) = id {
                keys::destroy(&self.folder, id)?;
            }
            self.folder.remove(&path)?;
            self.folder.sync_dir("")?;
            self.state().segments.remove(&first);
        }
    }

    /// Has the next segment ready, unless one is.
    pub(crate) fn prepare_spare(&self) -> io::Result<()> {
        let bytes = {
            let state = self.state();
            if state.spare.is_some() || state.closed {
                return Ok(());
            }
            state.spare_bytes
        };
        let spare = prepare(&self.folder, &self.master, bytes, true)?;
        self.state().spare = Some(spare);
        Ok(())
    }

    /// Removes the prepared segment that was not needed.
    pub(crate) fn discard_spare(&self) {
        let spare = self.state().spare.take();
        if let Some(spare) = spare {
            discard(&self.folder, &spare.path, spare.id);
        }
    }

    /// The end of the log when the open segment holds frames and every group has acknowledged all of them.
    pub(crate) fn idle_at(&self) -> Option<u64> {
        let state = self.state();
        let end = state.end.position;
        let holds_frames = state.active.is_some_and(|first| first <= end);
        (holds_frames && !state.groups.is_empty() && state.slowest().position == end).then_some(end)
    }
}
