//! A witness for other people's logs (C2SP tlog-witness): it remembers of each log the one history it was shown, and cosigns no other.
//!
//! Two firms, or a firm and its integrator, run one for each other: then neither can rebuild and re-sign its journal unnoticed. It lives
//! in a folder of its own, needs no journal, and knows nothing of what the logs are about. [`Witness::add_checkpoint`] is the whole
//! protocol: judge, store, sync, and only then sign. It signs with no time before one it signed with already, over restarts too: when a
//! history was seen is half of what a cosignature says.
//!
//! * `folder` – what is stored and how · `serve` – the routes

mod folder;
mod serve;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ledger::{AddCheckpoint, Cosigner, Refusal, VerifyingKey};

pub use folder::{FolderError, KnownLog, WitnessFolder};
pub use serve::routes;

/// Requests of one log wait for each other; those of different logs rarely share a place.
const PLACES: usize = 64;

/// A witness on its folder.
pub struct Witness {
    folder: WitnessFolder,
    cosigner: Cosigner,
    places: [Mutex<()>; PLACES],
    /// The newest time that was signed with.
    signed_at: Mutex<u64>,
    now_seconds: fn() -> u64,
}

/// Why there is no cosignature.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The request deserves none.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The computer's clock shows a time before one that was signed with.
    #[error(
        "the clock of this witness went back: it shows {now}, and {signed} was signed with already (unix seconds); nothing is cosigned until it is right"
    )]
    ClockWentBack {
        /// What it shows.
        now: u64,
        /// What was signed with.
        signed: u64,
    },
    /// What was seen could not be read or stored; nothing is signed then.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

impl Witness {
    /// The witness whose folder this is; only one process has it at a time.
    ///
    /// # Errors
    /// When another process has the folder, or its key cannot be read or made.
    pub fn open(path: &Path, now_seconds: fn() -> u64) -> Result<Self, FolderError> {
        let folder = WitnessFolder::lock(path)?;
        let cosigner = folder.cosigner(None, &mut rand::rng())?;
        let signed_at = Mutex::new(folder.signed_at()?.unwrap_or(0));
        Ok(Self { folder, cosigner, places: [const { Mutex::new(()) }; PLACES], signed_at, now_seconds })
    }

    /// What logs are given to know its word by.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        self.cosigner.verifying_key()
    }

    /// Judges a request and answers it with a signature line. The checkpoint is on disk before this returns, so a witness that is killed
    /// has either said nothing or remembers what it said. Blocks on the disk.
    ///
    /// # Errors
    /// Why it does not sign.
    pub fn add_checkpoint(&self, body: &str) -> Result<String, WitnessError> {
        let request: AddCheckpoint = body.parse()?;
        let origin = request.checkpoint().origin.as_str();
        let log = self.folder.log(origin)?.ok_or(Refusal::UnknownOrigin)?;
        // From reading what was seen to storing what is seen now nobody else may come between.
        let _turn = self.places[log.place(PLACES)].lock().unwrap_or_else(PoisonError::into_inner);
        let latest = log.seen()?;
        let keys: Vec<&VerifyingKey> = log.keys.iter().collect();
        if let Err(refusal) = request.judge(&keys, latest.as_ref()) {
            if let Refusal::Fork(size) = refusal {
                log.keep_fork(size, &request.note())?;
                tracing::error!(origin, size, "this log has signed two histories; both checkpoints are kept");
            }
            if let Refusal::Proof(size) = refusal {
                tracing::warn!(origin, size, offered = request.checkpoint().size, "this log does not continue what was seen");
            }
            return Err(refusal.into());
        }
        let time = self.time()?;
        if latest.as_ref() != Some(request.checkpoint()) {
            log.store(&request.note())?;
        }
        Ok(self.cosigner.line(request.text(), time))
    }

    /// The time to sign with: stored as the newest one first.
    fn time(&self) -> Result<u64, WitnessError> {
        let mut signed = self.signed_at.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (self.now_seconds)();
        if now < *signed {
            return Err(WitnessError::ClockWentBack { now, signed: *signed });
        }
        if now > *signed {
            self.folder.store_signed_at(now)?;
            *signed = now;
        }
        Ok(now)
    }
}

#[cfg(test)]
mod tests;
