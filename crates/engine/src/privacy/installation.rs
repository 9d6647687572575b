//! What belongs to the installation rather than to a business, and outlives a master key: its name in logs, the key of the queue, the key
//! of the tables in a backup. Being stored, they stay when the master key is rotated. The rotation itself is one transaction and one
//! rename: every key is wrapped anew, then `master.key.next` becomes `master.key`. Killed between the two, the next start finds which of
//! the files opens what is stored, and finishes.

use std::fs::{File, OpenOptions};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use rand::CryptoRng;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use zeroize::Zeroizing;

use super::keys::{KeyError, business_aad, unwrap, wrap};
use super::{MasterKey, MasterKeyError};
use crate::event::BusinessId;

const ORIGIN: &str = "origin";
/// The key under which the keys of queue segments are wrapped.
pub const QUEUE_KEY: &str = "queue key";
/// The key under which a backup keeps the small tables.
pub const BACKUP_KEY: &str = "backup key";

/// The stored name, if there is one.
///
/// # Errors
/// When the database says no.
pub fn origin(conn: &Connection) -> rusqlite::Result<Option<String>> {
    conn.query_row("SELECT value FROM installation WHERE name = ?1", [ORIGIN], |row| row.get(0)).optional()
}

/// Stores the name, if there is none yet.
///
/// # Errors
/// When the database says no.
pub fn keep_origin(tx: &Transaction<'_>, origin: &str) -> rusqlite::Result<()> {
    tx.execute("INSERT INTO installation (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING", [ORIGIN, origin]).map(drop)
}

/// The key of that name; made now if there is none.
///
/// # Errors
/// When it does not open, or the database says no.
pub fn key(tx: &Transaction<'_>, master: &MasterKey, name: &str, rng: &mut impl CryptoRng) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    if let Some(key) = stored_key(tx, master, name)? {
        return Ok(key);
    }
    let mut key = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut key[..]);
    let wrapped = wrap(&master.derive("installation/v1"), name.as_bytes(), &key[..], rng);
    tx.execute("INSERT INTO installation (name, value) VALUES (?1, ?2)", params![name, wrapped])?;
    Ok(key)
}

/// The key of that name, if there is one.
///
/// # Errors
/// When it does not open, or the database says no.
pub fn stored_key(conn: &Connection, master: &MasterKey, name: &str) -> Result<Option<Zeroizing<[u8; 32]>>, KeyError> {
    let find = "SELECT value FROM installation WHERE name = ?1";
    let wrapped: Option<Vec<u8>> = conn.query_row(find, [name], |row| row.get(0)).optional()?;
    let Some(wrapped) = wrapped else { return Ok(None) };
    let key = unwrap(&master.derive("installation/v1"), name.as_bytes(), &wrapped);
    key.map(Some).ok_or_else(|| KeyError::Wrapped(format!("the {name}")))
}

/// Wraps everything that is under `old` under `new`.
///
/// # Errors
/// When something does not open under `old`; then nothing is changed.
pub fn rewrap(tx: &Transaction<'_>, old: &MasterKey, new: &MasterKey, rng: &mut impl CryptoRng) -> Result<usize, KeyError> {
    let rows: Vec<(u32, Vec<u8>)> = {
        let mut all = tx.prepare("SELECT business, wrapped FROM business_keys")?;
        all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?
    };
    for (business, wrapped) in &rows {
        let aad = business_aad(BusinessId(*business));
        let key = unwrap(&old.derive("business/v1"), &aad, wrapped);
        let key = key.ok_or_else(|| KeyError::Wrapped(format!("the key of business {business}")))?;
        let wrapped = wrap(&new.derive("business/v1"), &aad, &key[..], rng);
        tx.execute("UPDATE business_keys SET wrapped = ?1 WHERE business = ?2", params![wrapped, business])?;
    }
    for name in [QUEUE_KEY, BACKUP_KEY] {
        let key = key(tx, old, name, rng)?;
        let wrapped = wrap(&new.derive("installation/v1"), name.as_bytes(), &key[..], rng);
        tx.execute("UPDATE installation SET value = ?1 WHERE name = ?2", params![wrapped, name])?;
    }
    Ok(rows.len())
}

/// Whether this master key opens what is stored.
///
/// # Errors
/// When the database says no.
pub fn opens(conn: &Connection, master: &MasterKey) -> Result<bool, KeyError> {
    match super::load_business_keys(conn, master) {
        Ok(keys) if !keys.is_empty() => return Ok(true),
        Ok(_) => {}
        Err(KeyError::Wrapped(_)) => return Ok(false),
        Err(e) => return Err(e),
    }
    match stored_key(conn, master, QUEUE_KEY) {
        Ok(_) => Ok(true),
        Err(KeyError::Wrapped(_)) => Ok(false),
        Err(e) => Err(e),
    }
}

/// Where the next master key lies while the old one still counts.
#[must_use]
pub fn next_path(master: &Path) -> PathBuf {
    master.with_extension("key.next")
}

/// The master key of a folder, whichever of the two files a rotation that was killed left in force. Changes no file.
///
/// # Errors
/// When neither opens what is stored.
pub fn master_in_force(path: &Path, conn: &Connection) -> Result<(MasterKey, bool), MasterKeyError> {
    let old = MasterKey::load(path, false)?;
    if next_path(path).exists()
        && let Ok(next) = MasterKey::load(&next_path(path), false)
        && opens(conn, &next).unwrap_or(false)
    {
        return Ok((next, true));
    }
    Ok((old, false))
}

/// Ends a rotation: the next key becomes the key if it is in force, and goes if it is not. What the old file held is overwritten.
///
/// # Errors
/// When a file cannot be changed.
pub fn end_rotation(path: &Path, next_is_in_force: bool) -> std::io::Result<()> {
    let next = next_path(path);
    if !next.exists() {
        return Ok(());
    }
    let loser = if next_is_in_force { path } else { &next };
    let mut gone = OpenOptions::new().write(true).open(loser)?;
    if next_is_in_force {
        std::fs::rename(&next, path)?;
    } else {
        std::fs::remove_file(&next)?;
    }
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    let zeros = vec![b'0'; gone.metadata()?.len() as usize];
    gone.rewind()?;
    gone.write_all(&zeros)?;
    gone.sync_all()
}
