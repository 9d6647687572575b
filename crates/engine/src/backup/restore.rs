//! From a backup and the master key to a data folder that works, or to a sentence that says which file was altered.
//!
//! Nothing is believed before its hash: the keys open under the master key only, their logs must have signed the manifest, and it names
//! every other file. The folder bears a mark until all is done, so that no server starts on half of it; and another one, in each log,
//! until somebody says that nothing newer was signed (`settle`).

use std::path::Path;
use std::sync::Arc;

use ledger::{SigningKey, VerifyingKey};
use rusqlite::{Transaction, params};
use serde::Serialize;
use zeroize::Zeroizing;

use super::files::{hash_of, io, make_folder};
use super::manifest::{FILE, Listed, Manifest, What};
use super::run::PRIMARY;
use super::{BackupError, Result, dump, keys, manifest, parts, settle};
use crate::event::BusinessId;
use crate::journal::sessions::Gaps;
use crate::privacy::{self, MasterKey, Vault, installation};
use crate::recorder::{self, Steps};
use crate::store::Store;

/// While this file is in a folder, its restore is not finished.
pub const UNFINISHED: &str = "restoring";

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Which run made the backup.
    pub number: u64,
    /// When.
    pub made_us: i64,
    /// Entries.
    pub entries: u64,
    /// Records that open.
    pub records: u64,
    /// Sealed records of this backup that the key file has no key for any more: they were destroyed after the backup was made.
    pub without_key: u64,
    /// Files read.
    pub files: usize,
}

/// Fills the empty tables of `store` and the logs of `folder` from the backup in `from`. From a thread that may block.
///
/// # Errors
/// Names the first file that is not what was written.
pub fn restore(from: &Path, store: &Store, master: &MasterKey, folder: &Path, gaps: Gaps, steps: &Arc<Steps>) -> Result<Restored> {
    let key_file = keys::read(from)?;
    let file = key_file.clone();
    store.write_blocking(move |tx| keys::load(tx, &file))?;
    let business_keys = store.read_blocking(|conn| Ok::<_, BackupError>(privacy::load_business_keys(conn, master)))?;
    let vault = Vault::new(business_keys.map_err(|e| BackupError::Master(e.to_string()))?);
    let bytes = manifest::read(from)?.ok_or_else(|| BackupError::Altered(FILE.into(), "there is no backup here".into()))?;
    let manifest = believed(&bytes, &key_file, &vault)?;
    whole(from, &manifest, steps)?;
    let origin = manifest.origin.clone();
    store.write_blocking(move |tx| Ok::<_, BackupError>(installation::keep_origin(tx, &origin)?))?;
    let key = store.read_blocking(|conn| Ok::<_, BackupError>(installation::stored_key(conn, master, installation::BACKUP_KEY)))?;
    let key = key.ok().flatten().ok_or_else(|| BackupError::Altered(keys::FILE.into(), "it holds no key of the tables".into()))?;
    let mut without_key = 0;
    for file in &manifest.files {
        without_key += load(from, folder, store, &key, file)?;
    }
    let records = replay(store, &vault, gaps, steps)?;
    for held in &manifest.businesses {
        settle::unsettle(&folder.join("log").join(&held.slug), held, manifest.made_us)?;
    }
    Ok(Restored {
        number: manifest.number,
        made_us: manifest.made_us,
        entries: manifest.businesses.iter().map(|held| held.entries).sum(),
        records,
        without_key,
        files: manifest.files.len(),
    })
}

/// The manifest, once the logs of the keys have signed both it and the key file.
fn believed(bytes: &[u8], key_file: &[u8], vault: &Vault) -> Result<Manifest> {
    let named = manifest::open(bytes, None)?;
    let mut signers = Vec::new();
    for held in &named.businesses {
        let keys = vault.keys(BusinessId(held.business));
        let keys = keys.ok_or_else(|| BackupError::Altered(keys::FILE.into(), format!("it holds no key of {}", held.slug)))?;
        let key = SigningKey::from_seed(held.key()?.name(), keys.signing_seed());
        signers.push(key.map_err(|e| BackupError::Altered(FILE.into(), e.to_string()))?);
    }
    let ours: Vec<&VerifyingKey> = signers.iter().map(SigningKey::verifying_key).collect();
    keys::verify(key_file, &ours)?;
    manifest::open(bytes, Some(&ours))
}

/// Every file is what was written.
fn whole(from: &Path, manifest: &Manifest, steps: &Steps) -> Result<()> {
    steps.more(manifest.files.len() as u64);
    for file in &manifest.files {
        if Path::new(&file.path).components().any(|part| !matches!(part, std::path::Component::Normal(_))) {
            return Err(BackupError::Altered(FILE.into(), format!("it names a file outside of it: {}", file.path)));
        }
        if hash_of(&from.join(&file.path))? != (file.bytes, file.sha256.clone()) {
            return Err(BackupError::Altered(file.path.clone(), "it was altered: its hash is not the one in the manifest".into()));
        }
        steps.add(1);
    }
    Ok(())
}

/// Loads one file; gives how many of its records have no key.
fn load(from: &Path, folder: &Path, store: &Store, key: &Zeroizing<[u8; 32]>, file: &Listed) -> Result<u64> {
    let (from, path) = (from.to_owned(), file.path.clone());
    match file.what {
        What::Records { .. } => store.write_blocking(move |tx| load_records(tx, &from, &path)),
        What::Seen => store.write_blocking(move |tx| {
            let mut insert = tx.prepare_cached("INSERT INTO seen (digest, record) VALUES (?1, ?2)")?;
            parts::read_seen(&from, &path, |digest, record| Ok(insert.execute(params![digest, record]).map(drop)?))?;
            Ok::<_, BackupError>(0)
        }),
        What::Tables => store.write_blocking({
            let key = key.clone();
            move |tx| {
                let file = std::fs::read(from.join(&path)).map_err(io(&from))?;
                let lines = dump::decrypt(&key, &path, &file)?;
                dump::load(tx, &path, &lines, &PRIMARY)?;
                Ok::<_, BackupError>(0)
            }
        }),
        What::Log => {
            let to = folder.join(&path);
            make_folder(to.parent().unwrap_or(folder))?;
            std::fs::copy(from.join(&path), &to).map_err(io(&to))?;
            Ok(0)
        }
    }
}

fn load_records(tx: &Transaction<'_>, from: &Path, path: &str) -> Result<u64> {
    let mut without_key = 0;
    parts::read(from, path, |sealed| {
        let entry = "INSERT INTO entries (record, entry) VALUES (?1, ?2)";
        tx.prepare_cached(entry)?.execute(params![sealed.record.as_i64(), sealed.entry])?;
        let Some((key, blob)) = sealed.blob else { return Ok(()) };
        if !tx.prepare_cached("SELECT 1 FROM data_keys WHERE id = ?1")?.exists([key.0])? {
            without_key += 1;
            return Ok(());
        }
        let insert = "INSERT INTO blobs (record, data_key, blob) VALUES (?1, ?2, ?3)";
        tx.prepare_cached(insert)?.execute(params![sealed.record.as_i64(), key.0, blob])?;
        Ok(())
    })?;
    Ok(without_key)
}

/// The read models, and who may do what, from the records.
fn replay(store: &Store, vault: &Vault, gaps: Gaps, steps: &Arc<Steps>) -> Result<u64> {
    let (vault, counted) = (vault.clone(), Arc::clone(steps));
    let rebuilt = store.write_blocking(move |tx| Ok::<_, BackupError>(recorder::into_empty(tx, &vault, gaps, &counted)?))?;
    Ok(rebuilt.records)
}
