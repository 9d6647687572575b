//! Memory for bodies: bounded for all requests together, so that a flood gets 503 and the process stays as small as it is.
//!
//! A body takes its share as it comes in and as it is decompressed, not by what a header announces.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::body::BadBody;

/// Bodies that are decompressed at one time; the others wait. Each may need 8 MiB for its window, which no share counts.
const UNPACKERS: usize = 2;

/// What all requests share.
pub(super) struct Room {
    /// One permit a KiB.
    memory: Arc<Semaphore>,
    unpackers: Arc<Semaphore>,
}

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        Self { memory: Arc::new(Semaphore::new(bytes / 1024)), unpackers: Arc::new(Semaphore::new(UNPACKERS)) }
    }

    /// Nothing taken yet.
    pub(super) fn share(&self) -> Share {
        Share { from: Arc::clone(&self.memory), taken: None }
    }

    /// Waits for a place among those that decompress. None only if the semaphore were closed, which nobody does.
    pub(super) async fn unpacker(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.unpackers).acquire_owned().await.ok()
    }
}

/// The memory of one body, given back when dropped.
pub(super) struct Share {
    from: Arc<Semaphore>,
    taken: Option<OwnedSemaphorePermit>,
}

impl Share {
    /// Takes more, at once or not at all.
    ///
    /// # Errors
    /// [`BadBody::NoRoom`] when others have it.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), BadBody> {
        let kib = bytes.div_ceil(1024) as u32;
        let permit = Arc::clone(&self.from).try_acquire_many_owned(kib).map_err(|_| BadBody::NoRoom)?;
        match &mut self.taken {
            Some(taken) => taken.merge(permit),
            None => self.taken = Some(permit),
        }
        Ok(())
    }
}
