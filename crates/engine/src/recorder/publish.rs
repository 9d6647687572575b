//! After the commit: tiles and bundles to disk, then a signed checkpoint.
//!
//! Everything here is derived from committed entries, so after a kill it is done again and gives the same bytes. The order is the
//! promise: full tiles and bundles are on disk before the checkpoint that speaks of them is signed, and a checkpoint is on disk
//! before anyone sees it. It never signs a tree that does not continue the last signed one.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ledger::{Checkpoint, CheckpointError, Tile, TileData, TileWriter, VerifyingKey, entry_bundle, leaf_hash};
use tokio::sync::watch;

use crate::journal::log::{Log, Logs, Published, TILE_LEAVES, Tiles, UNSETTLED, entries};
use crate::journal::{Progress, append};
use crate::store::{Store, StoreError};

/// Entries read at a time: 1 MB of them.
const CHUNK: u64 = 48 * TILE_LEAVES;
/// Under load one checkpoint covers what came within this time.
const AT_MOST_EVERY: Duration = Duration::from_millis(500);

/// Why a log cannot be signed on.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of the log could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The stored checkpoint is not ours.
    #[error("{path}: {source}; the file was edited, or the keys are of another installation")]
    Checkpoint {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: CheckpointError,
    },
    /// The database is older than what was signed.
    #[error(
        "the database has {stored} entries, but a checkpoint of {signed} was signed: it was restored from an older copy; nothing is signed until `letopis restore --new-epoch`"
    )]
    Behind {
        /// Entries in the database.
        stored: u64,
        /// Size of the checkpoint.
        signed: u64,
    },
    /// It was restored, and what was signed after the backup is not known.
    #[error(
        "{0}: {1}; show the newest checkpoint that anybody holds with `letopis restore --latest-checkpoint FILE`, or begin a new log with `letopis restore --new-epoch`"
    )]
    Unsettled(PathBuf, String),
    /// The tree of that size is another one.
    #[error("the entries do not give the root that was signed at size {0}: entries or tiles were edited; run `letopis verify`")]
    Forked(u64),
    /// The rest of the ledger's errors: impossible sizes.
    #[error("log: {0}")]
    Tree(String),
}

impl From<rusqlite::Error> for PublishError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Grows and signs the logs.
pub struct Publisher {
    store: Store,
    logs: Logs,
    writers: Vec<(Arc<Log>, TileWriter)>,
}

impl Publisher {
    /// Signs for `logs`, from `store`.
    #[must_use]
    pub fn new(store: Store, logs: Logs) -> Self {
        Self { store, logs, writers: Vec::new() }
    }

    /// Takes up every log where its last checkpoint left it.
    ///
    /// # Errors
    /// When one of them must not be signed on.
    pub fn resume(&mut self) -> Result<(), PublishError> {
        for log in self.logs.all() {
            if self.writers.iter().any(|(known, _)| known.business == log.business) {
                continue;
            }
            let writer = resume(&self.store, &log)?;
            self.writers.push((log, writer));
        }
        Ok(())
    }

    /// Publishes whenever something was recorded, until `stop`; a last time then.
    pub async fn run(mut self, progress: Progress, mut stop: watch::Receiver<bool>) {
        let mut recorded = progress.watch();
        loop {
            let started = Instant::now();
            if let Err(e) = self.resume().and_then(|()| self.publish()) {
                tracing::error!(error = %e, "checkpoint not signed");
            }
            let pause = AT_MOST_EVERY.saturating_sub(started.elapsed());
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                () = tokio::time::sleep(pause) => {}
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                changed = recorded.changed() => if changed.is_err() { break },
            }
        }
        if let Err(e) = self.publish() {
            tracing::error!(error = %e, "last checkpoint not signed");
        }
    }

    /// Brings every log up to the database.
    ///
    /// # Errors
    /// The first that failed; the others are done all the same next time.
    pub fn publish(&mut self) -> Result<(), PublishError> {
        for (log, writer) in &mut self.writers {
            let size = self.store.read_blocking(|conn| Ok::<_, PublishError>(append::next_index(conn, log.business)?))?;
            if size > writer.size() || (size > 0 && log.published().is_none()) {
                grow(&self.store, log, writer, size)?;
                sign(log, writer)?;
            }
        }
        Ok(())
    }
}

/// Appends the committed entries up to `size` and writes every tile and bundle that became full.
fn grow(store: &Store, log: &Log, writer: &mut TileWriter, size: u64) -> Result<(), PublishError> {
    while writer.size() < size {
        let aligned = writer.size() / TILE_LEAVES * TILE_LEAVES;
        let to = size.min(aligned + CHUNK);
        let chunk = store.read_blocking(|conn| Ok::<_, PublishError>(entries(conn, log.business, aligned, to)?))?;
        if chunk.len() as u64 != to - aligned {
            return Err(PublishError::Tree(format!("entries {aligned}..{to} are not all there")));
        }
        let mut grown = writer.clone();
        let fresh = chunk.iter().skip((writer.size() - aligned) as usize);
        let full = grown.append(fresh.map(|entry| leaf_hash(entry)));
        let mut files: Vec<(String, Vec<u8>)> = full.into_iter().map(|TileData { tile, bytes }| (tile.path(), bytes)).collect();
        for (offset, bundle) in chunk.chunks_exact(TILE_LEAVES as usize).enumerate() {
            let index = aligned / TILE_LEAVES + offset as u64;
            let encoded = entry_bundle::encode(bundle).map_err(|e| PublishError::Tree(e.to_string()))?;
            files.push((Tile { level: 0, index, width: ledger::TILE_WIDTH }.entries_path(), encoded));
        }
        write_all(log.folder(), &files)?;
        *writer = grown;
    }
    Ok(())
}

/// Signs the present size and publishes it.
fn sign(log: &Log, writer: &TileWriter) -> Result<(), PublishError> {
    let checkpoint = Checkpoint { origin: log.verifying_key().name().to_owned(), size: writer.size(), root: writer.root() };
    let path = log.folder().join("checkpoint");
    let note = checkpoint.sign(&log.key).map_err(|source| PublishError::Checkpoint { path: path.clone(), source })?;
    replace(&path, note.as_bytes())?;
    log.set_published(Published { checkpoint, note, edge: writer.partial_tiles() });
    Ok(())
}

/// The writer at the last signed size; refuses a database that does not continue what was signed.
fn resume(store: &Store, log: &Log) -> Result<TileWriter, PublishError> {
    let unsettled = log.folder().join(UNSETTLED);
    if let Ok(told) = std::fs::read_to_string(&unsettled) {
        return Err(PublishError::Unsettled(unsettled, told.trim().to_owned()));
    }
    let path = log.folder().join("checkpoint");
    let Some((checkpoint, note)) = read_checkpoint(&path, log.verifying_key())? else { return Ok(TileWriter::new()) };
    let stored = store.read_blocking(|conn| Ok::<_, PublishError>(append::next_index(conn, log.business)?))?;
    if stored < checkpoint.size {
        return Err(PublishError::Behind { stored, signed: checkpoint.size });
    }
    let edge = edge(store, log, checkpoint.size)?;
    let writer = TileWriter::resume(&Tiles { log, edge: &edge }, checkpoint.size).map_err(|e| PublishError::Tree(e.to_string()))?;
    if writer.root() != checkpoint.root {
        return Err(PublishError::Forked(checkpoint.size));
    }
    log.set_published(Published { checkpoint, note, edge: writer.partial_tiles() });
    Ok(writer)
}

/// The partial tiles of `size`: the lowest from the database, the others from the full tiles below them.
fn edge(store: &Store, log: &Log, size: u64) -> Result<Vec<TileData>, PublishError> {
    let mut edge = Vec::new();
    for level in 0..8_u32 {
        let hashes = size >> (8 * level);
        let Some(tile) = Tile::at(level as u8, hashes / TILE_LEAVES, size).filter(|tile| !tile.is_full()) else { continue };
        let bytes = if level == 0 {
            let from = tile.index * TILE_LEAVES;
            let leaves = store.read_blocking(|conn| Ok::<_, PublishError>(entries(conn, log.business, from, size)?))?;
            leaves.iter().flat_map(|entry| leaf_hash(entry).0).collect()
        } else {
            ledger::partial_from_full(&Tiles { log, edge: &[] }, tile).map_err(|e| PublishError::Tree(e.to_string()))?
        };
        edge.push(TileData { tile, bytes });
    }
    Ok(edge)
}

/// The stored checkpoint, if its signature is ours.
///
/// # Errors
/// When the file cannot be read or is not ours.
pub fn read_checkpoint(path: &Path, key: &VerifyingKey) -> Result<Option<(Checkpoint, String)>, PublishError> {
    let note = match std::fs::read_to_string(path) {
        Ok(note) => note,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(PublishError::Io { path: path.to_owned(), source }),
    };
    let checkpoint = Checkpoint::open(&note, key).map_err(|source| PublishError::Checkpoint { path: path.to_owned(), source })?;
    Ok(Some((checkpoint, note)))
}

/// Writes files that never change and makes them, and the folders they are in, durable.
fn write_all(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<(), PublishError> {
    let mut touched = BTreeSet::new();
    let mut written = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let path = folder.join(name);
        let io = |source| PublishError::Io { path: path.clone(), source };
        let parent = path.parent().unwrap_or(folder);
        if !parent.is_dir() {
            std::fs::create_dir_all(parent).map_err(io)?;
            touched.extend(parent.ancestors().take_while(|a| a.starts_with(folder)).map(Path::to_owned));
        }
        touched.insert(parent.to_owned());
        let mut file = File::create(&path).map_err(io)?;
        file.write_all(bytes).map_err(io)?;
        written.push((file, path));
    }
    for (file, path) in written {
        file.sync_data().map_err(|source| PublishError::Io { path, source })?;
    }
    for path in touched {
        sync_folder(&path)?;
    }
    Ok(())
}

/// Replaces a file so that a crash leaves the old or the new one.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), PublishError> {
    let io = |source| PublishError::Io { path: path.to_owned(), source };
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent).map_err(io)?;
    let next = path.with_extension("next");
    let mut file = File::create(&next).map_err(io)?;
    file.write_all(bytes).map_err(io)?;
    file.sync_data().map_err(io)?;
    std::fs::rename(&next, path).map_err(io)?;
    sync_folder(parent)
}

fn sync_folder(path: &Path) -> Result<(), PublishError> {
    let synced = File::open(path).and_then(|folder| folder.sync_all());
    synced.map_err(|source| PublishError::Io { path: path.to_owned(), source })
}
