//! May a restored folder sign? And has somebody else signed beside it?
//!
//! A log that signs two histories is worth nothing. A restored database may be behind what was signed after the backup, so the file
//! `unsettled` in its log keeps it from signing until the newest checkpoint that anybody holds is shown (`--latest-checkpoint`), or a new
//! log begins (`--new-epoch`): the same entries under another origin, the first new one of kind epoch with the hash of the old log's last
//! known checkpoint. The old origin is never signed for again. [`compare`] tells two servers of one snapshot apart.

use std::path::Path;

use ledger::{Checkpoint, Entry, EntryKind, Hash, TileWriter, leaf_hash};
use rand::Rng;
use rusqlite::{Connection, Transaction};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::files::{io, make_folder, replace};
use super::manifest::Held;
use super::{BackupError, Result};
use crate::event::{BusinessId, RecordNo};
use crate::journal::log::{Log, UNSETTLED, entries};
use crate::journal::{append, epochs};

/// Entries read at a time.
const STRIDE: u64 = 12_288;

/// A checkpoint against the entries that are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Compared {
    /// It is about exactly these entries.
    Same {
        /// How many.
        size: u64,
    },
    /// It is about a beginning of them.
    Ahead {
        /// Entries that are here.
        size: u64,
        /// Entries that it is about.
        checkpoint: u64,
    },
    /// It is about more than is here.
    Behind {
        /// Entries that are here.
        size: u64,
        /// Entries that it is about.
        checkpoint: u64,
    },
    /// It is about other entries: two histories were signed under one name.
    Forked {
        /// At which size.
        size: u64,
    },
}

/// Compares a signed checkpoint of this log, from wherever it came, with the entries here.
///
/// # Errors
/// When it was not signed by this log.
pub fn compare(conn: &Connection, log: &Log, note: &str) -> Result<Compared> {
    let foreign = |e: ledger::CheckpointError| BackupError::Altered("checkpoint".into(), e.to_string());
    let checkpoint = Checkpoint::open(note, log.verifying_key()).map_err(foreign)?;
    let size = append::next_index(conn, log.business)?;
    if checkpoint.size > size {
        return Ok(Compared::Behind { size, checkpoint: checkpoint.size });
    }
    if root_at(conn, log.business, checkpoint.size)? != Some(checkpoint.root) {
        return Ok(Compared::Forked { size: checkpoint.size });
    }
    Ok(if checkpoint.size == size { Compared::Same { size } } else { Compared::Ahead { size, checkpoint: checkpoint.size } })
}

/// The root over the first `size` entries; none when one of them is missing.
fn root_at(conn: &Connection, business: BusinessId, size: u64) -> Result<Option<Hash>> {
    let mut writer = TileWriter::new();
    while writer.size() < size {
        let to = size.min(writer.size() + STRIDE);
        let chunk = entries(conn, business, writer.size(), to)?;
        if chunk.len() as u64 != to - writer.size() {
            return Ok(None);
        }
        writer.append(chunk.iter().map(|entry| leaf_hash(entry)));
    }
    Ok(Some(writer.root()))
}

/// Keeps a restored log from signing, and puts the checkpoint of the backup there.
pub(super) fn unsettle(folder: &Path, held: &Held, made_us: i64) -> Result<()> {
    make_folder(folder)?;
    let moment = jiff::Timestamp::from_microsecond(made_us).unwrap_or_default();
    let told = format!("restored from a backup of {moment} with {} entries; nobody said yet that nothing newer was signed\n", held.entries);
    replace(&folder.join(UNSETTLED), told.as_bytes())?;
    let Some(note) = &held.checkpoint else { return Ok(()) };
    replace(&folder.join("checkpoint"), note.as_bytes())
}

/// Lets a restored log sign, if the newest checkpoint that its keeper knows is covered by what was restored.
///
/// # Errors
/// [`BackupError::Unsettled`] when something newer, or something else, was signed.
pub fn settle(conn: &Connection, log: &Log, note: &str) -> Result<()> {
    let name = log.verifying_key().name();
    match compare(conn, log, note)? {
        Compared::Behind { size, checkpoint } => Err(BackupError::Unsettled(format!(
            "{name} is behind: {checkpoint} entries were signed, {size} were restored; restore a newer backup, or begin a new log with --new-epoch"
        ))),
        Compared::Forked { size } => {
            Err(BackupError::Unsettled(format!("{name} is forked: other entries than the restored ones were signed at size {size}")))
        }
        Compared::Same { .. } | Compared::Ahead { .. } => {
            let marker = log.folder().join(UNSETTLED);
            std::fs::remove_file(&marker).map_err(io(&marker))
        }
    }
}

/// Begins a new log over the entries that are here; its first own entry names the last known checkpoint of the old one.
///
/// # Errors
/// When the database says no, or the log never signed anything.
pub fn new_epoch(tx: &Transaction<'_>, log: &Log) -> Result<()> {
    let business = log.business;
    let path = log.folder().join("checkpoint");
    let note = std::fs::read_to_string(&path).map_err(io(&path))?;
    match compare(tx, log, &note)? {
        Compared::Forked { size } => {
            return Err(BackupError::Unsettled(format!("the entries do not give the root that was signed at size {size}")));
        }
        Compared::Same { .. } | Compared::Ahead { .. } | Compared::Behind { .. } => {}
    }
    let mut rid = [0; 16];
    rand::rng().fill_bytes(&mut rid);
    let entry = Entry { kind: EntryKind::Epoch, rid, com: Sha256::digest(note.as_bytes()).into(), blob: [0; 32] };
    let record = RecordNo::new(business, append::next_index(tx, business)?);
    tx.execute("INSERT INTO entries (record, entry) VALUES (?1, ?2)", rusqlite::params![record.as_i64(), entry.encode()])?;
    epochs::begin(tx, record, log.verifying_key(), &note)?;
    Ok(())
}
