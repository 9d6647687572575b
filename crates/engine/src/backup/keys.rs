//! The key file: what opens the sealed data, wrapped under the master key. Only its newest copy may exist.
//!
//! It also holds the links between identities and clients: they go with a client as its keys do. It is read from the database in the
//! moment in which it is written, under a lock, so that a long run never puts back what an erasure beside it took away.

use std::path::Path;

use ledger::SigningKey;
use rusqlite::Transaction;

use super::files::{io, lock, make_folder, replace};
use super::run::Backup;
use super::{BackupError, Result, dump, envelope};

/// Its name in the folder.
pub(super) const FILE: &str = "keys";
/// Tables, and which of their rows.
const TABLES: [(&str, &str); 7] = [
    ("business_keys", "true"),
    ("data_keys", "true"),
    ("pseudonym_keys", "true"),
    ("links", "true"),
    ("connection_secrets", "true"),
    ("route_secrets", "true"),
    ("installation", "name = 'backup key'"),
];

/// Replaces the key file in `folder` by the keys that live now; without effect where there is no backup yet. Call it after every
/// destruction of keys.
///
/// # Errors
/// When it cannot be written; then the old one still opens what is gone.
pub fn rewrite_keys(backup: &Backup, folder: &Path) -> Result<bool> {
    if !folder.join(FILE).exists() {
        return Ok(false);
    }
    write(backup, folder).map(|()| true)
}

/// Writes it.
pub(super) fn write(backup: &Backup, folder: &Path) -> Result<()> {
    make_folder(folder)?;
    let _lock = lock(&folder.join("keys.lock"), true)?;
    let source = backup.source()?;
    let snapshot = source.unchecked_transaction()?;
    let mut body = Vec::new();
    for (table, rows) in TABLES {
        if dump::exists(&snapshot, table)? {
            dump::write(&snapshot, table, rows, &mut body)?;
        }
    }
    let logs = backup.logs.all();
    let keys: Vec<&SigningKey> = logs.iter().map(|log| &log.key).collect();
    let number = read(folder).ok().and_then(|bytes| envelope::open(FILE, &bytes).ok().map(|old| old.number)).unwrap_or(0) + 1;
    replace(&folder.join(FILE), &envelope::seal(FILE, number, &body, &keys))
}

/// Its bytes.
pub(super) fn read(folder: &Path) -> Result<Vec<u8>> {
    let path = folder.join(FILE);
    std::fs::read(&path).map_err(io(&path))
}

/// Stores what it holds.
pub(super) fn load(tx: &Transaction<'_>, file: &[u8]) -> Result<()> {
    let envelope = envelope::open(FILE, file).map_err(|why| BackupError::Altered(FILE.into(), why))?;
    dump::load(tx, FILE, envelope.body, &TABLES.map(|(table, _)| table))
}

/// Whether the logs of the loaded keys signed it, under the names that the manifest gives them.
pub(super) fn verify(file: &[u8], named: &[&ledger::VerifyingKey]) -> Result<()> {
    let altered = |why: String| BackupError::Altered(FILE.into(), why);
    envelope::open(FILE, file).map_err(altered)?.verify(named).map_err(altered)
}
