//! A data folder as it lies there, for commands that only read: no lock, no recording, also beside a running server.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use rusqlite::{Connection, OpenFlags};

use super::Config;
use super::parts::{drawn_origin, log_of};
use crate::access::{self, Business};
use crate::journal::log::Log;
use crate::journal::{self, epochs};
use crate::privacy::{self, BusinessKeys, Vault, installation};

/// The tables and keys of a folder.
pub struct Stored {
    /// The database, read-only.
    pub conn: Connection,
    vault: Vault,
    origin: String,
    folder: std::path::PathBuf,
}

impl Stored {
    /// Opens the folder; nothing in it is changed.
    ///
    /// # Errors
    /// When it is not a data folder, or its keys or tables cannot be used.
    pub fn open(data: &Path, config: &Config) -> anyhow::Result<Self> {
        let folder = data.canonicalize().with_context(|| format!("data folder {}", data.display()))?;
        let database = folder.join("letopis.db");
        anyhow::ensure!(database.exists(), "{} holds no journal", data.display());
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&database, flags).with_context(|| database.display().to_string())?;
        conn.execute_batch("PRAGMA query_only=ON; PRAGMA temp_store=MEMORY; PRAGMA busy_timeout=5000;")?;
        journal::setup(&conn)?;
        let (master, _) = installation::master_in_force(&folder.join("master.key"), &conn)?;
        let vault = Vault::new(privacy::load_business_keys(&conn, &master)?);
        let stored = installation::origin(&conn)?;
        let origin = config.origin.clone().or(stored).unwrap_or_else(|| drawn_origin(&master));
        Ok(Self { conn, vault, origin, folder })
    }

    /// The businesses in it.
    ///
    /// # Errors
    /// When the database says no.
    pub fn businesses(&self) -> anyhow::Result<Vec<Business>> {
        Ok(access::business::all(&self.conn)?)
    }

    /// Keys and log of one of them.
    ///
    /// # Errors
    /// When it has no keys.
    pub fn log(&self, business: &Business) -> anyhow::Result<(Arc<BusinessKeys>, Log)> {
        let keys = self.vault.keys(business.id).with_context(|| format!("business {} has no keys", business.slug))?;
        let name = epochs::name(&self.origin, business.slug.as_str(), epochs::current(&self.conn, business.id)?);
        let log = log_of(&name, &self.folder, business.slug.as_str(), &keys)?;
        Ok((keys, log))
    }

    /// The segments of the queue that hold a frame which was flushed and cannot be read any more: file, and position of the frame. Frames
    /// are looked at from outside, by their checksums, so this works beside a running server.
    ///
    /// # Errors
    /// When the folder of the queue cannot be read.
    pub fn damaged_segments(&self) -> anyhow::Result<Vec<(String, String)>> {
        let folder = self.folder.join("queue");
        let mut damaged = Vec::new();
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            let (Some(name), Some("seg")) = (path.file_name().and_then(OsStr::to_str), path.extension().and_then(OsStr::to_str)) else {
                continue;
            };
            // Read twice, because a server may be writing between two pieces of the first reading.
            if damage(&path).is_some()
                && let Some(wrong) = damage(&path)
            {
                damaged.push((format!("queue/{name}"), wrong));
            }
        }
        damaged.sort();
        Ok(damaged)
    }
}

/// What is wrong with a segment; nothing is with one that was consumed and destroyed meanwhile.
fn damage(path: &Path) -> Option<String> {
    let first = path.file_stem().and_then(OsStr::to_str).and_then(|stem| stem.parse().ok())?;
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return None,
        Err(e) => return Some(e.to_string()),
    };
    match queue::disk::inspect(&bytes, first) {
        Ok(found) => found.damaged_at.map(|at| format!("frame {at} was accepted and cannot be read any more")),
        Err(reason) => Some(reason),
    }
}
