//! One SQLite file: a writer thread, a few readers, migrations.
//!
//! Everything that is written goes through one thread, a transaction at a time and in order of asking; readers see the last
//! committed state and never wait for it. It knows no table's meaning: rooms bring their SQL and their migrations. It deliberately
//! offers no pool of writers and no statement builder.

mod connection;
mod gaps;
#[cfg(any(test, feature = "testing"))]
#[doc(hidden)]
pub mod testing;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, Transaction};
use tokio::sync::{Semaphore, oneshot};

pub use connection::{Migration, Setup, open_connection};
pub use writer::give_way;

/// Readers at a time: as many as can be busy on a small machine, each with a page cache of its own.
const READERS: usize = 4;

/// What can go wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite said no.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file is of a later program or damaged.
    #[error("database {path}: {problem}")]
    Unusable {
        /// Which file.
        path: PathBuf,
        /// What to know and do.
        problem: String,
    },
    /// The writer thread is gone.
    #[error("database writer has stopped")]
    Stopped,
}

impl StoreError {
    /// The file or the disk does not answer now: waiting may help.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked, SystemIoFailure};
        let code = if let Self::Sqlite(e) = self { e.sqlite_error_code() } else { None };
        code.is_some_and(|code| [CannotOpen, DatabaseBusy, DatabaseLocked, SystemIoFailure].contains(&code))
    }

    /// The disk has no room: the caller waits and tries again.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Sqlite(e) if e.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull))
    }
}

/// The opened file.
#[derive(Clone)]
pub struct Store {
    readers: Arc<Readers>,
    /// After the readers: who closes last writes the log back, and readers may not.
    writer: writer::Writer,
}

/// How far [`Store::wipe`] came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wiped {
    /// A reader needs the write-ahead log: nothing was done.
    Busy,
    /// Go on with this page.
    UpTo(u64),
    /// To the end of the file.
    All,
}

struct Readers {
    path: PathBuf,
    setup: Setup,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    /// Last: it is closed when no connection is left.
    gaps: Arc<gaps::Gaps>,
}

impl Store {
    /// Opens or creates the file and brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, is damaged, or was written by a later program.
    pub fn open(path: &Path, migrations: &[Migration], setup: Setup) -> Result<Self, StoreError> {
        let mut connection = open_connection(path, connection::WRITER_CACHE_KIB, setup)?;
        connection::migrate(&mut connection, path, migrations)?;
        // Killed between a destruction and this: done now.
        connection::truncate_log(&connection)?;
        let gaps = gaps::Gaps::open(path).map_err(|e| StoreError::Unusable { path: path.to_owned(), problem: e.to_string() })?;
        let gaps = Arc::new(gaps);
        let writer = writer::Writer::start(connection, Arc::clone(&gaps))?;
        let readers =
            Readers { path: path.to_owned(), setup, idle: Mutex::new(Vec::new()), permits: Arc::new(Semaphore::new(READERS)), gaps };
        Ok(Self { writer, readers: Arc::new(readers) })
    }

    /// Runs `f` in a transaction of its own on the writer thread; commits when it returns `Ok`.
    ///
    /// # Errors
    /// What `f` returned, or that the commit failed: then nothing of it was stored.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit(f)?.await.unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// The same, but gives back as soon as the transaction has its place in the order; the answer comes later.
    ///
    /// # Errors
    /// When the writer has stopped.
    pub fn submit<T, E, F>(&self, f: F) -> Result<oneshot::Receiver<Result<T, E>>, StoreError>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writer.submit(f)
    }

    /// As [`Store::write`], from a thread that may block.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writer.submit_blocking(f)
    }

    /// Runs `f` on the writer's connection between two transactions, for what none may hold.
    ///
    /// # Errors
    /// When the writer has stopped.
    pub fn between<T, F>(&self, f: F) -> Result<oneshot::Receiver<T>, StoreError>
    where
        F: FnOnce(&Connection) -> T + Send + 'static,
        T: Send + 'static,
    {
        self.writer.between(f)
    }

    /// Cuts the write-ahead log to nothing and overwrites the unused space of pages from number `from` on, a slice of them, so that
    /// nothing is left of what was deleted before the first slice.
    ///
    /// # Errors
    /// When the file cannot be written, or the writer has stopped.
    pub async fn wipe(&self, from: u64) -> Result<Wiped, StoreError> {
        let gaps = Arc::clone(&self.readers.gaps);
        let path = self.readers.path.clone();
        let wiped = self.between(move |connection| {
            if !connection::truncate_log(connection)? {
                return Ok(Wiped::Busy);
            }
            let next = gaps.wipe(from).map_err(|e| StoreError::Unusable { path, problem: e.to_string() })?;
            // A page in memory still has its gap as it was, and would bring it back.
            connection.execute_batch("PRAGMA shrink_memory")?;
            Ok(next.map_or(Wiped::All, Wiped::UpTo))
        })?;
        wiped.await.unwrap_or(Err(StoreError::Stopped))
    }

    /// Runs `f` on a reader, off the async threads. What it sees is one consistent state.
    ///
    /// # Errors
    /// What `f` returned, or that no reader could be opened.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let readers = Arc::clone(&self.readers);
        let ask = Box::new(move || drop(tell.send(readers.with(f))));
        self.readers.off_the_async_threads(ask).await?;
        told.await.unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    /// The same from a thread that may block.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_blocking<T, E: From<StoreError>>(&self, f: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        self.readers.with(f)
    }
}

/// Little is generic here: it would be compiled anew for each of some hundred questions.
impl Readers {
    async fn off_the_async_threads(&self, ask: Box<dyn FnOnce() + Send>) -> Result<(), StoreError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StoreError::Stopped)?;
        // Whoever asked may have gone away; the question still holds a reader until it is answered.
        let asked = tokio::task::spawn_blocking(move || {
            ask();
            drop(permit);
        });
        asked.await.map_err(|_| StoreError::Stopped)
    }

    fn with<T, E: From<StoreError>>(&self, f: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        let connection = self.take()?;
        let answer = connection.unchecked_transaction().map_err(|e| E::from(e.into())).and_then(|snapshot| {
            let answer = f(&snapshot)?;
            snapshot.finish().map_err(StoreError::from)?;
            Ok(answer)
        });
        self.give_back(connection);
        answer
    }

    fn take(&self) -> Result<Connection, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
        idle.map_or_else(|| connection::open_reader(&self.path, self.setup), Ok)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if idle.len() < READERS {
            idle.push(connection);
        }
    }
}
