//! How a connection is set up, and how tables come to be.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::StoreError;

/// Pages of the writer's working set: the right edges of the indexes and the id digests of a few hundred thousand events.
pub(super) const WRITER_CACHE_KIB: i64 = 64 * 1024;
/// A reader touches few pages a query; the operating system caches the rest.
const READER_CACHE_KIB: i64 = 8 * 1024;
/// The first SQLite without the WAL-reset corruption bug.
const OLDEST_SQLITE: i32 = 3_051_003;
/// Pages in the WAL before it is copied back: big enough that hot index pages are copied once for many batches.
const CHECKPOINT_PAGES: i64 = 8192;

/// How long the writer waits for another process that holds the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// One step of the tables' history. Its place in the list is its number; a released step never changes.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// For errors.
    pub name: &'static str,
    /// Runs once, in a transaction.
    pub sql: &'static str,
}

/// Gives every connection the SQL functions that the tables use.
pub type Setup = fn(&Connection) -> rusqlite::Result<()>;

/// Opens the file for reading and writing.
///
/// # Errors
/// When it cannot be opened, or the SQLite library is too old to be trusted.
pub fn open_connection(path: &Path, cache_kib: i64, setup: Setup) -> Result<Connection, StoreError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        let problem = format!("SQLite {} can corrupt a write-ahead log; 3.51.3 or later is needed", rusqlite::version());
        return Err(StoreError::Unusable { path: path.to_owned(), problem });
    }
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    // A statement with a range may otherwise be planned anew for the values bound to it; the full-text index has one that runs for every
    // word, and stacks of a long destruction showed it there. Not compared with and without by itself.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // FULL: a commit is on disk before the queue may forget the frame. secure_delete: erased bytes are overwritten.
    connection.execute_batch(&format!(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=OFF;
         PRAGMA temp_store=MEMORY; PRAGMA cache_size=-{cache_kib};
         PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}; PRAGMA journal_size_limit=67108864;"
    ))?;
    connection.set_prepared_statement_cache_capacity(128);
    setup(&connection)?;
    Ok(connection)
}

/// Copies the write-ahead log back and truncates it, without waiting for readers; false when one needs it.
pub(super) fn truncate_log(connection: &Connection) -> Result<bool, StoreError> {
    connection.busy_timeout(Duration::ZERO)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    connection.busy_timeout(PATIENCE)?;
    match busy {
        Ok(busy) => Ok(!busy),
        Err(e) if matches!(e.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) => Ok(false),
        Err(e) => Err(e.into()),
    }
}

pub(super) fn open_reader(path: &Path, setup: Setup) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // As for the writer: planning statements anew for every client was a quarter of the time in which clients were judged.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(&format!(
        "PRAGMA query_only=ON; PRAGMA temp_store=MEMORY; PRAGMA busy_timeout=5000; PRAGMA cache_size=-{READER_CACHE_KIB};"
    ))?;
    connection.set_prepared_statement_cache_capacity(128);
    setup(&connection)?;
    Ok(connection)
}

pub(super) fn migrate(connection: &mut Connection, path: &Path, migrations: &[Migration]) -> Result<(), StoreError> {
    let done: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = done as usize;
    if done > migrations.len() {
        let problem = format!("tables are of version {done}, this program knows {}: use the later program", migrations.len());
        return Err(StoreError::Unusable { path: path.to_owned(), problem });
    }
    for (number, migration) in migrations.iter().enumerate().skip(done) {
        let transaction = connection.transaction()?;
        let ran = transaction.execute_batch(migration.sql);
        ran.map_err(|e| StoreError::Unusable { path: path.to_owned(), problem: format!("migration {}: {e}", migration.name) })?;
        transaction.pragma_update(None, "user_version", number as i64 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}
