//! A second copy that outlives this machine, and shows nothing without its keys.
//!
//! ```text
//! DIR/manifest                  what belongs to this backup: every file with its SHA-256; signed by the logs
//! DIR/keys                      wrapped business keys, living data keys, links: replaced by every run and every erasure; signed
//! DIR/records/<slug>/…          4096 records a file, sealed as they lie in the database; never changed, written anew when records went
//! DIR/seen/…  DIR/tables/…      digests of event ids; the small primary tables
//! DIR/log/<slug>/tile/…         full tiles and bundles
//! ```
//! Nothing here is in plain text, and nothing opens without the master key, which is not here (`letopis key escrow`). Read models are
//! not here either: a restore computes them again. A run adds what is new, reads back what it wrote, and counts only when the manifest
//! is replaced: killed before, it left files that the next run removes.
//!
//! * `run` – writing · `keys` – the key file · `restore` – reading it all back · `settle` – may a restored folder sign?
//! * `parts` – files of records · `dump` – small tables as lines · `envelope` – signed files · `manifest` · `files`

mod dump;
mod envelope;
mod files;
mod keys;
mod manifest;
mod parts;
mod restore;
mod run;
mod settle;

use std::path::PathBuf;

use serde::Deserialize;

use crate::recorder::RebuildError;
use crate::store::StoreError;

pub use keys::rewrite_keys;
pub use manifest::made_us;
pub use restore::{Restored, UNFINISHED, restore};
pub use run::{Backup, Done, check};
pub use settle::{Compared, compare, new_epoch, settle};

/// When and where the server makes backups by itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to; none: only by command.
    pub folder: Option<PathBuf>,
    /// How often.
    pub every_hours: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { folder: None, every_hours: 24 }
    }
}

/// Why there is no backup, or none to restore from.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file could not be read or written.
    #[error("{0}: {1}")]
    Io(PathBuf, std::io::Error),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file is not what was written; names it.
    #[error("{0}: {1}")]
    Altered(String, String),
    /// The folder holds the backup of somebody else.
    #[error("{0} holds a backup of {1}; give this one a folder of its own")]
    Foreign(PathBuf, String),
    /// Another run writes there.
    #[error("another backup is being written to {0}")]
    Busy(PathBuf),
    /// Nothing was signed yet, so there is nothing that a backup could be signed by.
    #[error("there is no business yet: nothing to back up")]
    Empty,
    /// The read models could not be computed.
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
    /// The backup does not open.
    #[error("the master key is not the one that this backup was made under ({0})")]
    Master(String),
    /// A restored folder that must not sign, and why.
    #[error("{0}")]
    Unsettled(String),
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

type Result<T> = std::result::Result<T, BackupError>;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
