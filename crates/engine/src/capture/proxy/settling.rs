//! Exchanges that nobody waits for: those of a moment go to the disk together, with one flush.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use queue::PublishError;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use super::gaps::Changed;

/// Exchanges that are handed over together; one may be larger.
const TOGETHER_BYTES: usize = 8 << 20;
/// So much waits when the disk hangs. What is more goes to the queue at once, which refuses what it cannot hold; then it is a gap that is counted.
const WAITING_BYTES: usize = 64 << 20;
/// Memory of an exchange beside its bodies.
const HEAD_BYTES: usize = 2 << 10;
/// So long the rest of a refusal is waited for when its caller has left: less than SDKs pause before they ask again.
pub(super) const HEARD_OUT: Duration = Duration::from_millis(250);

/// An exchange on its way to the disk. The first poll hands it over.
pub(super) type Publishing = Pin<Box<dyn Future<Output = Result<(), PublishError>> + Send>>;

/// One that is not on its way yet.
struct Waiting {
    bytes: usize,
    publishing: Publishing,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    is_closed: bool,
}

pub(super) struct Settling {
    line: Mutex<Line>,
    /// Those that were handed over: they stay if whoever waits for them is stopped.
    current: tokio::sync::Mutex<Vec<Publishing>>,
    changed: Arc<Changed>,
    hearing: Arc<RwLock<()>>,
}

impl Settling {
    /// Tells `changed` when there is one.
    pub(super) fn new(changed: &Arc<Changed>) -> Self {
        Self { line: Mutex::default(), current: tokio::sync::Mutex::default(), changed: Arc::clone(changed), hearing: Arc::default() }
    }

    /// One more; `bytes` of bodies.
    pub(super) fn push(&self, bytes: usize, publishing: Publishing) {
        let bytes = bytes + HEAD_BYTES;
        let mut line = self.line();
        if line.is_closed || line.bytes + bytes > WAITING_BYTES && !line.waiting.is_empty() {
            drop(line);
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                drop(runtime.spawn(async { warn(publishing.await) }));
            }
            return;
        }
        line.bytes += bytes;
        line.waiting.push_back(Waiting { bytes, publishing });
        drop(line);
        self.changed.note();
    }

    /// Held while a refusal is heard out; none is any more once this server ends.
    pub(super) fn hearing(&self) -> Option<OwnedRwLockReadGuard<()>> {
        let has_time = !self.line().is_closed && tokio::runtime::Handle::try_current().is_ok();
        has_time.then(|| Arc::clone(&self.hearing).try_read_owned().ok()).flatten()
    }

    /// Hands over those that there are now, and waits for them.
    pub(super) async fn settle(&self) {
        let mut current = self.current.lock().await;
        let mut left = self.line().waiting.len();
        loop {
            while let Some(publishing) = current.last_mut() {
                warn(publishing.await);
                current.pop();
            }
            let together = self.together(left);
            if together.is_empty() {
                return;
            }
            left -= together.len();
            for Waiting { mut publishing, .. } in together {
                // The last of them wakes whoever waits for all; nobody is woken for every single one.
                match publishing.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(published) => warn(published),
                    Poll::Pending => current.push(publishing),
                }
            }
        }
    }

    /// The last ones, before the queue is closed; whatever comes later goes there by itself.
    pub(super) async fn close(&self) {
        let heard = tokio::time::timeout(HEARD_OUT, self.hearing.write()).await;
        self.line().is_closed = true;
        self.settle().await;
        drop(heard);
    }

    /// The next ones for one flush, `most` at most.
    fn together(&self, most: usize) -> Vec<Waiting> {
        let mut line = self.line();
        let mut bytes = 0;
        let fits = |one: &&Waiting| {
            let room = bytes < TOGETHER_BYTES;
            bytes += one.bytes;
            room
        };
        let count = line.waiting.iter().take(most).take_while(fits).count();
        let together: Vec<Waiting> = line.waiting.drain(..count).collect();
        line.bytes -= together.iter().map(|one| one.bytes).sum::<usize>();
        together
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn warn(published: Result<(), PublishError>) {
    if let Err(e) = published {
        tracing::warn!(error = %e, "exchange not recorded");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    /// Each is published once the gate lets it through.
    fn settled() -> (Settling, Arc<AtomicUsize>, Arc<Semaphore>, impl Fn() -> Publishing) {
        let (published, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let (count, through) = (Arc::clone(&published), Arc::clone(&gate));
        let publishing = move || -> Publishing {
            let (count, through) = (Arc::clone(&count), Arc::clone(&through));
            Box::pin(async move {
                through.acquire_owned().await.unwrap().forget();
                count.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })
        };
        (Settling::new(&Arc::default()), published, gate, publishing)
    }

    async fn until(published: &AtomicUsize, count: usize) {
        let reached = async {
            while published.load(Ordering::Relaxed) < count {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), reached).await.unwrap();
        assert_eq!(published.load(Ordering::Relaxed), count);
    }

    #[tokio::test]
    async fn those_of_a_moment_go_together_and_none_is_left_by_the_end() {
        let (settling, published, gate, publishing) = settled();
        (0..100).for_each(|_| settling.push(1, publishing()));
        let settle = tokio::time::timeout(Duration::from_millis(20), settling.settle()).await;
        assert!(settle.is_err(), "stopped while they are under way");
        settling.push(1, publishing());
        gate.add_permits(102);
        settling.close().await;
        assert_eq!(published.load(Ordering::Relaxed), 101);
        // Late ones go by themselves.
        settling.push(1, publishing());
        until(&published, 102).await;
    }

    #[tokio::test]
    async fn what_is_too_much_to_wait_goes_at_once() {
        let (settling, published, gate, publishing) = settled();
        gate.add_permits(4);
        settling.push(2 * WAITING_BYTES, publishing());
        (0..2).for_each(|_| settling.push(1, publishing()));
        until(&published, 2).await;
        settling.settle().await;
        settling.push(1, publishing());
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(published.load(Ordering::Relaxed), 3, "one may be larger than all the room; there is room again, so the last one waits");
    }

    #[tokio::test]
    async fn the_end_waits_for_those_who_are_heard_out() {
        let (settling, published, gate, publishing) = settled();
        gate.add_permits(1);
        let settling = Arc::new(settling);
        let (hearing, theirs) = (settling.hearing().unwrap(), Arc::clone(&settling));
        let heard = publishing();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            theirs.push(1, heard);
            drop(hearing);
        });
        settling.close().await;
        assert_eq!(published.load(Ordering::Relaxed), 1);
        assert!(settling.hearing().is_none(), "nobody is heard out any more");
    }
}
