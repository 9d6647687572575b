//! One thread that makes bodies durable: it takes everything that waits, writes it with one `pwritev`, syncs once, and
//! wakes the waiters. While it syncs, the next group gathers by itself; there is no linger.

use super::prepared::PreparedFile;
use anyhow::Result;
use hyper::body::Bytes;
use serde_json::{Value, json};
use std::io::{self, IoSlice};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use tokio::sync::{mpsc, oneshot};

/// Linux takes at most 1024 pieces in one `pwritev`.
const MAX_PIECES: usize = 1024;

/// One body, in the pieces in which it came from the socket: nothing is copied on the way to the file.
pub(super) struct Item {
    first: Bytes,
    rest: Vec<Bytes>,
}

impl Item {
    pub(super) fn new() -> Self {
        Self { first: Bytes::new(), rest: Vec::new() }
    }

    pub(super) fn push(&mut self, piece: Bytes) {
        if self.first.is_empty() {
            self.first = piece;
        } else {
            self.rest.push(piece);
        }
    }
}

struct Waiting {
    item: Item,
    done: oneshot::Sender<()>,
}

#[derive(Default)]
struct Counters {
    requests: AtomicU64,
    bytes: AtomicU64,
    writes: AtomicU64,
    syncs: AtomicU64,
}

pub(super) struct Committer {
    queue: mpsc::UnboundedSender<Waiting>,
    counters: Arc<Counters>,
}

impl Committer {
    pub(super) fn start(mut file: PreparedFile, sync: bool) -> Result<Self> {
        // Unbounded is bounded here: every connection has one request under way.
        let (queue, mut waiting) = mpsc::unbounded_channel();
        let counters = Arc::new(Counters::default());
        let counted = counters.clone();
        thread::Builder::new().name("committer".into()).spawn(move || {
            let mut group = Vec::with_capacity(MAX_PIECES);
            while waiting.blocking_recv_many(&mut group, MAX_PIECES) > 0 {
                if let Err(error) = commit(&mut file, &group, sync, &counted) {
                    // The waiters see their channel close and answer 500; the floor does not try to recover.
                    eprintln!("the floor cannot write: {error}");
                    return;
                }
                for waiting in group.drain(..) {
                    let _ = waiting.done.send(());
                }
            }
        })?;
        Ok(Self { queue, counters })
    }

    /// False when the committer has stopped.
    pub(super) fn hand_over(&self, item: Item, done: oneshot::Sender<()>) -> bool {
        self.queue.send(Waiting { item, done }).is_ok()
    }

    pub(super) fn stats(&self) -> Value {
        let c = &self.counters;
        let (requests, writes) = (c.requests.load(Relaxed), c.writes.load(Relaxed));
        json!({
            "requests": requests,
            "bytes": c.bytes.load(Relaxed),
            "writes": writes,
            "requests_per_write": requests as f64 / writes.max(1) as f64,
            "fdatasync": c.syncs.load(Relaxed),
        })
    }
}

fn commit(file: &mut PreparedFile, group: &[Waiting], sync: bool, counters: &Counters) -> io::Result<()> {
    let mut slices = Vec::with_capacity(group.len());
    for waiting in group {
        slices.push(IoSlice::new(&waiting.item.first));
        slices.extend(waiting.item.rest.iter().map(|piece| IoSlice::new(piece)));
    }
    let bytes: usize = slices.iter().map(|s| s.len()).sum();
    for pieces in slices.chunks_mut(MAX_PIECES) {
        file.append(pieces)?;
        counters.writes.fetch_add(1, Relaxed);
    }
    if sync {
        file.sync()?;
        counters.syncs.fetch_add(1, Relaxed);
    }
    counters.requests.fetch_add(group.len() as u64, Relaxed);
    counters.bytes.fetch_add(bytes as u64, Relaxed);
    Ok(())
}
