//! The writer thread: jobs in order, each a transaction.

use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::StoreError;
use super::gaps::Gaps;

/// Fifteen steps down is a thirtieth of the processor against a busy thread of ordinary priority, and all of it when nobody else wants it.
const RECORDING_NICENESS: i32 = 15;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The way to the thread. The thread ends when the last clone is dropped, and that waits for it: whoever has let go of a store may open
/// its file again, or hand it to another process.
#[derive(Clone)]
pub(super) struct Writer(Arc<Running>);

struct Running {
    /// There until the end.
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.jobs = None;
        // The last clone may have been inside a job.
        if let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != std::thread::current().id()) {
            let _ = thread.join();
        }
    }
}

impl Writer {
    /// `gaps` is held until the connection is closed: closing that file drops the connection's locks, and whoever comes from another process
    /// then takes the write-ahead log that is still in use for a dead one's.
    pub(super) fn start(mut connection: Connection, gaps: Arc<Gaps>) -> Result<Self, StoreError> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let run = move || {
            give_way();
            for job in inbox {
                job(&mut connection);
            }
            drop(connection);
            drop(gaps);
        };
        let thread = std::thread::Builder::new().name("store-writer".into());
        let thread = thread.spawn(run).map_err(|_| StoreError::Stopped)?;
        Ok(Self(Arc::new(Running { jobs: Some(jobs), thread: Some(thread) })))
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        let jobs = self.0.jobs.as_ref().ok_or(StoreError::Stopped)?;
        jobs.send(job).map_err(|_| StoreError::Stopped)
    }

    pub(super) fn submit<T, E, F>(&self, f: F) -> Result<oneshot::Receiver<Result<T, E>>, StoreError>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        let job = move |connection: &mut Connection| {
            let _ = answer.send(in_transaction(connection, f));
        };
        self.send(Box::new(job))?;
        Ok(receiver)
    }

    pub(super) fn submit_blocking<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, receiver) = mpsc::sync_channel(1);
        let job = move |connection: &mut Connection| drop(answer.send(in_transaction(connection, f)));
        self.send(Box::new(job))?;
        receiver.recv().unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    pub(super) fn between<T, F>(&self, f: F) -> Result<oneshot::Receiver<T>, StoreError>
    where
        F: FnOnce(&Connection) -> T + Send + 'static,
        T: Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        let job = move |connection: &mut Connection| drop(answer.send(f(connection)));
        self.send(Box::new(job))?;
        Ok(receiver)
    }
}

/// Answering comes before recording: whoever waits for a 202 waits for the processor, while what is accepted is safe in the queue. With a
/// free core this changes nothing; in a burst events are accepted at the queue's speed and recorded as fast as the rest allows.
pub fn give_way() {
    // Refused by the system: then both have the same right to the processor, which is slower and as correct.
    let _ = rustix::process::nice(RECORDING_NICENESS);
}

fn in_transaction<T, E: From<StoreError>>(connection: &mut Connection, f: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
    let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = begun.map_err(StoreError::from)?;
    let value = f(&transaction)?;
    transaction.commit().map_err(StoreError::from)?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;
    use std::time::Duration;

    use super::super::{Migration, Store, StoreError};

    const TABLES: &[Migration] = &[Migration { name: "t 1", sql: "CREATE TABLE t (id INTEGER PRIMARY KEY)" }];

    fn open_here(path: &Path) -> usize {
        let descriptors = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        descriptors.filter(|fd| std::fs::read_link(fd.path()).is_ok_and(|to| to.starts_with(path))).count()
    }

    #[test]
    fn whoever_has_let_go_of_a_store_has_let_go_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db"), TABLES, |_| Ok(())).unwrap();
        let read =
            |conn: &rusqlite::Connection| Ok::<_, StoreError>(conn.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0))?);
        assert_eq!(store.read_blocking(read).unwrap(), 0);
        let another = store.clone();
        // Still under way when everybody has gone.
        let slow = another.submit(|tx| {
            std::thread::sleep(Duration::from_millis(100));
            Ok::<_, StoreError>(tx.execute("INSERT INTO t DEFAULT VALUES", [])?)
        });
        drop(store);
        assert!(open_here(folder.path()) > 0, "a clone holds it");
        drop(another);
        assert_eq!(open_here(folder.path()), 0);
        assert!(!folder.path().join("t.db-wal").exists(), "the log was written back and taken away by its owner, not by a stranger");
        assert_eq!(slow.unwrap().blocking_recv().unwrap().unwrap(), 1);
    }

    #[test]
    fn the_last_clone_may_go_inside_a_job() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db"), TABLES, |_| Ok(())).unwrap();
        let own = store.clone();
        let done = store.submit(move |_| {
            std::thread::sleep(Duration::from_millis(50));
            drop(own);
            Ok::<_, StoreError>(())
        });
        drop(store);
        assert!(done.unwrap().blocking_recv().is_ok());
    }
}
