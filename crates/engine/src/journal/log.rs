//! The public log of each business: files of full tiles and bundles, the last signed checkpoint, and the right edge in memory.
//!
//! ```text
//! log/<slug>/checkpoint            the last signed one; kept apart from the database, so a restored database is seen to be behind
//! log/<slug>/witnessed             the last one that witnesses cosigned, with their lines
//! log/<slug>/tile/<L>/<N>          full tiles, never changed
//! log/<slug>/tile/entries/<N>      full bundles, never changed
//! ```
//! A partial tile is a prefix of the edge or of the file that it grew into; a partial bundle is rendered from the database.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use ledger::{Checkpoint, SigningKey, Tile, TileData, TileSource, VerifyingKey};
use rusqlite::Connection;

use crate::event::{BusinessId, RecordNo};

/// While this file is in a log's folder, nothing is signed: the folder was restored, and nobody said that nothing newer was signed.
pub const UNSETTLED: &str = "unsettled";
/// Leaves of a full tile.
pub const TILE_LEAVES: u64 = ledger::TILE_WIDTH as u64;

/// The newest state that a checkpoint was signed for.
#[derive(Debug, Clone)]
pub struct Published {
    /// Size and root.
    pub checkpoint: Checkpoint,
    /// The signed note.
    pub note: String,
    /// Partial tiles of this size.
    pub edge: Vec<TileData>,
}

/// A checkpoint that others have cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// Size and root.
    pub checkpoint: Checkpoint,
    /// The note with the log's signature and theirs.
    pub note: String,
    /// How many of them.
    pub cosignatures: usize,
}

/// The log of one business.
pub struct Log {
    /// Whose.
    pub business: BusinessId,
    /// Signs checkpoints; its name is the origin.
    pub key: SigningKey,
    folder: PathBuf,
    published: RwLock<Option<Arc<Published>>>,
    witnessed: RwLock<Option<Arc<Witnessed>>>,
}

impl Log {
    /// The log kept in `folder`.
    #[must_use]
    pub fn new(business: BusinessId, key: SigningKey, folder: PathBuf) -> Self {
        Self { business, key, folder, published: RwLock::new(None), witnessed: RwLock::new(None) }
    }

    /// What a verifier must know beforehand.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        self.key.verifying_key()
    }

    /// Its key under another of its names.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<SigningKey> {
        self.key.named(name).ok()
    }

    /// Where its files are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The newest published state; none before the first checkpoint.
    #[must_use]
    pub fn published(&self) -> Option<Arc<Published>> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on this is the newest.
    pub fn set_published(&self, published: Published) {
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(published));
    }

    /// The newest checkpoint that was cosigned: the newest of all, or an earlier one while witnesses are being asked.
    #[must_use]
    pub fn witnessed(&self) -> Option<Arc<Witnessed>> {
        self.witnessed.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on this is the newest cosigned one.
    pub fn set_witnessed(&self, witnessed: Witnessed) {
        *self.witnessed.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(witnessed));
    }

    /// The newest checkpoint as it is published: with what witnesses have put under exactly this one.
    #[must_use]
    pub fn published_note(&self) -> Option<String> {
        let published = self.published()?;
        let same = self.witnessed().filter(|witnessed| witnessed.checkpoint == published.checkpoint);
        Some(same.map_or_else(|| published.note.clone(), |witnessed| witnessed.note.clone()))
    }

    /// The checkpoint under which a record is best proved: a cosigned one that covers it, or else the newest. The note, and its size and
    /// root.
    #[must_use]
    pub fn covering(&self, index: u64) -> Option<(String, Checkpoint)> {
        let published = self.published().filter(|published| index < published.checkpoint.size)?;
        let fits = |witnessed: &Arc<Witnessed>| (index + 1..=published.checkpoint.size).contains(&witnessed.checkpoint.size);
        match self.witnessed().filter(fits) {
            Some(witnessed) => Some((witnessed.note.clone(), witnessed.checkpoint.clone())),
            None => Some((published.note.clone(), published.checkpoint.clone())),
        }
    }
}

/// Reads tiles of one published state.
pub struct Tiles<'a> {
    /// Of which log.
    pub log: &'a Log,
    /// Partial tiles.
    pub edge: &'a [TileData],
}

impl TileSource for Tiles<'_> {
    type Error = std::io::Error;

    fn tile(&self, tile: Tile) -> Result<Cow<'_, [u8]>, Self::Error> {
        let at_edge = |data: &&TileData| (data.tile.level, data.tile.index) == (tile.level, tile.index) && data.tile.width >= tile.width;
        if let Some(data) = self.edge.iter().find(at_edge) {
            return Ok(Cow::Borrowed(&data.bytes[..tile.byte_len()]));
        }
        let full = Tile { width: ledger::TILE_WIDTH, ..tile };
        let mut bytes = std::fs::read(self.log.folder.join(full.path()))?;
        bytes.truncate(tile.byte_len());
        Ok(Cow::Owned(bytes))
    }
}

/// The logs of this process.
#[derive(Clone, Default)]
pub struct Logs(Arc<RwLock<HashMap<BusinessId, Arc<Log>>>>);

impl Logs {
    /// Adds one.
    pub fn add(&self, log: Arc<Log>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(log.business, log);
    }

    /// The log of one business.
    #[must_use]
    pub fn of(&self, business: BusinessId) -> Option<Arc<Log>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&business).cloned()
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Log>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// The encoded entries `from..to` of a business, in order.
///
/// # Errors
/// When the database says no.
pub fn entries(conn: &Connection, business: BusinessId, from: u64, to: u64) -> rusqlite::Result<Vec<Vec<u8>>> {
    let (first, last) = (RecordNo::new(business, from), RecordNo::new(business, to));
    let sql = "SELECT entry FROM entries WHERE record >= ?1 AND record < ?2 ORDER BY record";
    conn.prepare_cached(sql)?.query_map([first.as_i64(), last.as_i64()], |row| row.get(0))?.collect()
}
