//! The writer thread: jobs in order, each a transaction.

use std::sync::mpsc;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::StoreError;

/// Fifteen steps down is a thirtieth of the processor against a busy thread of ordinary priority, and all of it when nobody else wants it.
const RECORDING_NICENESS: i32 = 15;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The way to the thread. The thread ends when the last clone is dropped.
#[derive(Clone)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    pub(super) fn start(mut connection: Connection) -> Result<Self, StoreError> {
        let (jobs, inbox) = mpsc::channel::<Job>();
        let run = move || {
            give_way();
            for job in inbox {
                job(&mut connection);
            }
        };
        let thread = std::thread::Builder::new().name("store-writer".into());
        thread.spawn(run).map_err(|_| StoreError::Stopped)?;
        Ok(Self { jobs })
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
        self.jobs.send(Box::new(job)).map_err(|_| StoreError::Stopped)?;
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
        self.jobs.send(Box::new(job)).map_err(|_| StoreError::Stopped)?;
        receiver.recv().unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }

    pub(super) fn between<T, F>(&self, f: F) -> Result<oneshot::Receiver<T>, StoreError>
    where
        F: FnOnce(&Connection) -> T + Send + 'static,
        T: Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        let job = move |connection: &mut Connection| drop(answer.send(f(connection)));
        self.jobs.send(Box::new(job)).map_err(|_| StoreError::Stopped)?;
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
