//! How single parts come to be: tables, queue, logs, and what belongs to the installation.

use std::path::Path;
use std::sync::Arc;

use ledger::SigningKey;
use queue::Queue;
use queue::disk::DiskQueue;
use zeroize::Zeroizing;

use super::Config;
use crate::journal::log::Log;
use crate::privacy::{self, BusinessKeys, MasterKey, installation};
use crate::store::{Migration, Store, StoreError};
use crate::{access, journal};

/// The history of the tables. Only ever add at the end.
const MIGRATIONS: &[Migration] = &[
    Migration { name: "access 1", sql: access::SCHEMA },
    Migration { name: "privacy 1", sql: privacy::SCHEMA },
    Migration { name: "journal 1", sql: journal::SCHEMA },
];

/// The tables of a folder; made if it has none.
///
/// # Errors
/// When they cannot be opened, or are of a later program.
pub fn open_store(folder: &Path) -> Result<Store, StoreError> {
    Store::open(&folder.join("letopis.db"), MIGRATIONS, journal::setup)
}

/// The name in logs, the key of the queue and that of backups, stored at the first start.
pub(super) fn installed(
    store: &Store,
    config: &Config,
    master: &Arc<MasterKey>,
) -> anyhow::Result<(String, queue::disk::MasterKey, Zeroizing<[u8; 32]>)> {
    let (named, master) = (config.origin.clone(), Arc::clone(master));
    store.write_blocking(move |tx| {
        let stored = installation::origin(tx)?;
        let origin = named.or(stored).unwrap_or_else(|| drawn_origin(&master));
        installation::keep_origin(tx, &origin)?;
        let key = |name| installation::key(tx, &master, name, &mut rand::rng());
        let keys = (queue::disk::MasterKey::new(*key(installation::QUEUE_KEY)?), key(installation::BACKUP_KEY)?);
        anyhow::Ok((origin, keys.0, keys.1))
    })
}

pub(super) fn open_queue(folder: &Path, key: queue::disk::MasterKey, config: &Config) -> anyhow::Result<Arc<dyn Queue>> {
    let limits = queue::Limits { pending_bytes: config.queue.pending_bytes, ..queue::Limits::default() };
    Ok(Arc::new(DiskQueue::open(folder, key, queue::disk::Config { limits, ..queue::disk::Config::default() })?))
}

/// The log of a business: its name, its key and where its files are.
pub(super) fn log_of(name: &str, folder: &Path, slug: &str, keys: &BusinessKeys) -> anyhow::Result<Log> {
    let key = SigningKey::from_seed(name, keys.signing_seed())?;
    Ok(Log::new(keys.business(), key, folder.join("log").join(slug)))
}

/// A name nobody else has, stable as long as the master key is.
pub(super) fn drawn_origin(master: &MasterKey) -> String {
    let drawn: String = master.derive("origin/v1")[..5].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("letopis-{drawn}.local")
}

/// What is free on the disk of a folder.
pub(super) fn free_bytes(folder: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(folder).ok()?;
    Some(about.f_bavail.saturating_mul(about.f_frsize))
}

/// Why a business could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum WelcomeError {
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    #[error(transparent)]
    Access(#[from] access::AccessError),
    #[error(transparent)]
    Key(#[from] privacy::KeyError),
}
