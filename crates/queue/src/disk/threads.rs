//! The two threads of the disk queue: the committer, which nothing but the disk may delay, and the keeper, which does the rest.
//!
//! They talk in messages; neither polls. The only clock here paces the keeper, and decides nothing about what is kept.

use std::io;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

use tokio::sync::mpsc as async_mpsc;

use super::log::Log;
use super::segment::stored_bytes;
use super::write::{Publish, Writer};

/// Frames taken from the channel at once; the writer cuts them into commits.
const TAKE_BYTES: u64 = 16 << 20;

/// To the committer.
pub(crate) enum Order {
    Publish(Publish),
    /// Stop using the open segment if the log still ends here.
    Retire(u64),
    /// Finish what came before, then end.
    Close,
}

/// To the keeper.
pub(crate) enum Notice {
    /// A group's mark moved, or a segment came to its end: cursors to store, perhaps something to destroy.
    Acked,
    /// The open segment fills up.
    WantsSpare,
    /// Store, destroy, end.
    Close,
}

/// Both threads while they run.
#[derive(Default)]
pub(crate) struct Threads(Vec<JoinHandle<()>>);

impl Threads {
    pub(crate) fn start(log: &Arc<Log>) -> io::Result<(async_mpsc::UnboundedSender<Order>, mpsc::Sender<Notice>, Threads)> {
        let (orders, to_committer) = async_mpsc::unbounded_channel();
        let (notices, to_keeper) = mpsc::channel();
        let committer = {
            let (writer, notices) = (Writer::new(Arc::clone(log)), notices.clone());
            Builder::new().name("queue-commit".to_owned()).spawn(move || commit_loop(writer, to_committer, &notices))?
        };
        let keeper = {
            let (log, orders) = (Arc::clone(log), orders.downgrade());
            Builder::new()
                .name("queue-keep".to_owned())
                .spawn(move || Keeper { log, orders, store_at: None, retire_at: None }.run(&to_keeper))?
        };
        Ok((orders, notices, Threads(vec![committer, keeper])))
    }

    pub(crate) fn join(self) {
        for thread in self.0 {
            if thread.join().is_err() {
                tracing::error!("a queue thread panicked");
            }
        }
    }
}

fn commit_loop(mut writer: Writer, mut orders: async_mpsc::UnboundedReceiver<Order>, notices: &mpsc::Sender<Notice>) {
    let mut waiting = Vec::new();
    let mut asked_for_spare = false;
    'orders: while let Some(order) = orders.blocking_recv() {
        let mut next = Some(order);
        let mut bytes = 0;
        while let Some(order) = next.take() {
            match order {
                Order::Publish(publish) => {
                    bytes += stored_bytes(publish.frame.len());
                    waiting.push(publish);
                    if bytes < TAKE_BYTES {
                        next = orders.try_recv().ok();
                    }
                }
                Order::Retire(position) => {
                    writer.commit(&mut waiting);
                    writer.retire(position);
                    let _ = notices.send(Notice::Acked);
                }
                Order::Close => break 'orders,
            }
        }
        writer.commit(&mut waiting);
        let wants_spare = writer.wants_spare();
        if wants_spare && !asked_for_spare {
            let _ = notices.send(Notice::WantsSpare);
        }
        asked_for_spare = wants_spare;
    }
    writer.commit(&mut waiting);
    writer.close_segment(true);
    let _ = notices.send(Notice::Close);
}

struct Keeper {
    log: Arc<Log>,
    orders: async_mpsc::WeakUnboundedSender<Order>,
    store_at: Option<Instant>,
    /// When to give the open segment up, and where the log ended when that was decided.
    retire_at: Option<(Instant, u64)>,
}

impl Keeper {
    fn run(mut self, notices: &mpsc::Receiver<Notice>) {
        self.prepare();
        loop {
            match self.next(notices) {
                Some(Notice::Acked) => {
                    let due = Instant::now() + self.log.config.store_cursors_every;
                    self.store_at.get_or_insert(due);
                }
                Some(Notice::WantsSpare) => self.prepare(),
                Some(Notice::Close) => break,
                None => {}
            }
            self.do_what_is_due();
        }
        self.store_and_destroy();
        self.log.discard_spare();
    }

    /// The next notice, or nothing when something is due. A lost committer counts as a close.
    fn next(&self, notices: &mpsc::Receiver<Notice>) -> Option<Notice> {
        let due = [self.store_at, self.retire_at.map(|(at, _)| at)].into_iter().flatten().min();
        match due {
            None => Some(notices.recv().unwrap_or(Notice::Close)),
            Some(due) => match notices.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(notice) => Some(notice),
                Err(mpsc::RecvTimeoutError::Timeout) => None,
                Err(mpsc::RecvTimeoutError::Disconnected) => Some(Notice::Close),
            },
        }
    }

    fn do_what_is_due(&mut self) {
        let now = Instant::now();
        if self.store_at.is_some_and(|at| at <= now) {
            self.store_at = None;
            self.store_and_destroy();
            self.retire_at = self.log.idle_at().map(|end| (now + self.log.config.retire_after, end));
        }
        if let Some((_, end)) = self.retire_at.take_if(|(at, _)| *at <= now)
            && self.log.idle_at() == Some(end)
            && let Some(orders) = self.orders.upgrade()
        {
            let _ = orders.send(Order::Retire(end));
        }
    }

    fn store_and_destroy(&mut self) {
        let done = self.log.store_cursors().and_then(|()| self.log.destroy_consumed());
        if let Err(error) = done {
            tracing::warn!(%error, "queue housekeeping failed; it is tried again");
            self.store_at = Some(Instant::now() + self.log.config.store_cursors_every.max(RETRY_AFTER));
        }
    }

    fn prepare(&self) {
        if let Err(error) = self.log.prepare_spare() {
            tracing::warn!(%error, "no queue segment could be prepared; the committer makes one when it needs it");
        }
    }
}

/// A failing disk is not asked more often than this.
const RETRY_AFTER: std::time::Duration = std::time::Duration::from_millis(250);
