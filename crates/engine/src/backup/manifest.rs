//! The manifest: which files are the backup, and what they hold.

use std::path::Path;

use ledger::{Checkpoint, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::envelope;
use super::files::io;
use super::{BackupError, Result};

/// Its name in the folder.
pub(super) const FILE: &str = "manifest";

/// What a backup is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Of this format.
    pub version: u32,
    /// Which run wrote it, from 1.
    pub number: u64,
    /// When.
    pub made_us: i64,
    /// SHA-256 of the manifest before: a chain over all runs.
    pub previous: Option<String>,
    /// The name of this installation in its logs.
    pub origin: String,
    pub businesses: Vec<Held>,
    pub files: Vec<Listed>,
}

/// One business in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Held {
    pub business: u32,
    pub slug: String,
    /// What its checkpoints are verified with.
    pub vkey: String,
    /// Its entries.
    pub entries: u64,
    /// The last checkpoint that was signed when the run began.
    pub checkpoint: Option<String>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Listed {
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
    #[serde(flatten)]
    pub what: What,
}

/// What it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum What {
    /// So many entries and blobs, from record `part` × 4096 on.
    Records { business: u32, part: u64, entries: u64, blobs: u64 },
    /// Digests of event ids.
    Seen,
    /// Small primary tables.
    Tables,
    /// A tile or a bundle.
    Log,
}

impl Held {
    /// The key that the manifest names; believed only once it is the business's own.
    pub(super) fn key(&self) -> Result<VerifyingKey> {
        self.vkey.parse().map_err(|e| BackupError::Altered(FILE.into(), format!("{e}")))
    }

    /// The signed state of its log.
    pub(super) fn signed(&self) -> Result<Option<Checkpoint>> {
        let Some(note) = &self.checkpoint else { return Ok(None) };
        let checkpoint = Checkpoint::open(note, &self.key()?);
        checkpoint.map(Some).map_err(|e| BackupError::Altered(FILE.into(), format!("checkpoint of {}: {e}", self.slug)))
    }
}

/// The bytes of the manifest in `folder`, if there is one.
pub(super) fn read(folder: &Path) -> Result<Option<Vec<u8>>> {
    let path = folder.join(FILE);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(io(&path)(e)),
    }
}

/// Takes it apart. `keys` are those that may have signed it; none: whom it names itself, which only shows that it is whole.
pub(super) fn open(bytes: &[u8], keys: Option<&[&VerifyingKey]>) -> Result<Manifest> {
    let altered = |why: String| BackupError::Altered(FILE.into(), why);
    let envelope = envelope::open(FILE, bytes).map_err(altered)?;
    let manifest: Manifest = serde_json::from_slice(envelope.body).map_err(|e| altered(e.to_string()))?;
    if manifest.version != 1 || manifest.number != envelope.number {
        return Err(altered("it is of another version".into()));
    }
    let named: Vec<VerifyingKey> = manifest.businesses.iter().map(Held::key).collect::<Result<_>>()?;
    let named: Vec<&VerifyingKey> = named.iter().collect();
    envelope.verify(keys.unwrap_or(&named)).map_err(altered)?;
    Ok(manifest)
}

/// When the last backup in `folder` was made; none when there is none that is whole.
#[must_use]
pub fn made_us(folder: &Path) -> Option<i64> {
    let bytes = read(folder).ok()??;
    open(&bytes, None).ok().map(|manifest| manifest.made_us)
}
