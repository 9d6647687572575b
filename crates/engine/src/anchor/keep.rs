//! The newest cosigned checkpoint of a log, as a file beside the checkpoint itself: a restart does not lose what witnesses said.

use std::fs::File;
use std::io::{ErrorKind, Write};

use ledger::Checkpoint;

use super::AnchorError;
use crate::journal::log::{Log, Witnessed};

const FILE: &str = "witnessed";

/// Replaces the file.
pub(super) fn store(log: &Log, note: &str) -> Result<(), AnchorError> {
    let path = log.folder().join(FILE);
    let next = path.with_extension("next");
    let write = || {
        let mut file = File::create(&next)?;
        file.write_all(note.as_bytes())?;
        file.sync_data()?;
        std::fs::rename(&next, &path)
    };
    write().map_err(|source| AnchorError::Io { path: path.clone(), source })
}

/// Takes up what was kept before the start. A file that our log did not sign is passed over: it proves nothing.
pub fn recall(log: &Log) {
    let path = log.folder().join(FILE);
    let note = match std::fs::read_to_string(&path) {
        Ok(note) => note,
        Err(e) if e.kind() == ErrorKind::NotFound => return,
        Err(e) => return tracing::warn!(path = %path.display(), error = %e, "cosigned checkpoint not read"),
    };
    match Checkpoint::open(&note, log.verifying_key()) {
        Ok(checkpoint) => {
            let cosignatures = note.lines().filter(|line| line.starts_with('—')).count().saturating_sub(1);
            log.set_witnessed(Witnessed { checkpoint, note, cosignatures });
        }
        Err(e) => tracing::warn!(path = %path.display(), error = %e, "cosigned checkpoint passed over"),
    }
}
