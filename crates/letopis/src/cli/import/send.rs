//! Events of a file, batch by batch, to whoever has the folder.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use axum::http::StatusCode;
use bytes::Bytes;
use indicatif::ProgressBar;
use tokio::sync::mpsc;

use super::super::voice::err;
use super::batch::Counted;
use super::resume::Resume;
use super::source::Reading;
use super::tally::Tally;
use super::{House, ImportArgs};
use crate::import::{ImportError, Item};

/// Large enough that one fsync and one transaction are shared by many events, small enough to be answered in a blink.
const BATCH_EVENTS: usize = 2_000;
const BATCH_BYTES: usize = 2 << 20;
/// How often a full queue is asked again before the import gives up; it can be repeated then.
const PATIENCE: usize = 150;

/// What was read together.
#[derive(Default)]
struct Batch {
    positions: Vec<u64>,
    body: Vec<u8>,
    faults: Vec<(u64, String)>,
    stopped: Option<String>,
    /// The last place that was looked at.
    until: u64,
    bytes: u64,
}

/// Sends everything; gives the tally of the whole file.
///
/// # Errors
/// When the other side refuses a whole batch or goes away: what was tallied so far is kept.
pub(super) async fn all(
    house: &House,
    reading: Reading,
    args: &ImportArgs,
    mut tally: Tally,
    resume: &mut Resume,
    bar: &ProgressBar,
) -> anyhow::Result<Tally> {
    let (sender, mut batches) = mpsc::channel(2);
    let reader = tokio::task::spawn_blocking(move || read(reading, &sender));
    let what = args.business.as_ref().map_or_else(|| "import".to_owned(), |slug| format!("import?business={slug}"));
    while let Some(batch) = batches.recv().await {
        let counted = if batch.positions.is_empty() { Counted::default() } else { post(house, &what, batch.body.clone().into()).await? };
        count(&mut tally, &batch, &counted);
        resume.keep(batch.until, &tally);
        bar.set_position(batch.bytes);
        bar.set_message(format!("{} events", tally.accepted + tally.duplicates));
    }
    reader.await.context("reading the file")?;
    Ok(tally)
}

fn count(tally: &mut Tally, batch: &Batch, counted: &Counted) {
    let refused = counted.rejected.iter().filter_map(|(index, reason)| Some((*batch.positions.get(*index)?, reason.clone())));
    let mut faults: Vec<(u64, String)> = batch.faults.iter().cloned().chain(refused).collect();
    faults.sort();
    for (position, reason) in faults {
        if tally.reject(position, reason.clone()) {
            err!("position {position}: {reason}");
        }
    }
    tally.read += (batch.positions.len() + batch.faults.len()) as u64;
    tally.accepted += counted.accepted;
    tally.duplicates += counted.duplicates;
    tally.conflicts += counted.conflicts;
    tally.over += counted.over;
    tally.kept_days = tally.kept_days.max(counted.kept_days);
    tally.stopped.clone_from(&batch.stopped);
}

/// One batch; a server that has no room now is asked again.
async fn post(house: &House, what: &str, body: Bytes) -> anyhow::Result<Counted> {
    for _ in 0..PATIENCE {
        let answer = house.call(what, "application/json", body.clone()).await?;
        if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            tokio::time::sleep(Duration::from_secs(answer.retry_after_s.unwrap_or(2))).await;
            continue;
        }
        if !answer.status.is_success() {
            bail!("{}", answer.message());
        }
        return serde_json::from_slice(&answer.body).context("the server answers in another version; restart it with this program");
    }
    bail!("the server has no room for more events; run the command again later, it goes on where it stopped")
}

/// Reads the file and cuts it into batches; ends early when nobody wants them any more.
fn read(reading: Reading, sender: &mpsc::Sender<Batch>) {
    let Reading { events, bytes } = reading;
    let mut batch = Batch::default();
    for item in events {
        batch.add(item);
        let full = batch.positions.len() >= BATCH_EVENTS || batch.body.len() >= BATCH_BYTES || batch.faults.len() >= BATCH_EVENTS;
        if full && sender.blocking_send(std::mem::take(&mut batch).sealed(&bytes)).is_err() {
            return;
        }
    }
    let _ = sender.blocking_send(batch.sealed(&bytes));
}

impl Batch {
    fn add(&mut self, item: Result<Item, ImportError>) {
        match item {
            // One event that is not UTF-8 would make the whole batch unreadable.
            Ok(Item { position, event }) if std::str::from_utf8(&event).is_err() => {
                self.until = position;
                self.faults.push((position, "not UTF-8".to_owned()));
            }
            Ok(Item { position, event }) => {
                self.until = position;
                self.body.push(if self.positions.is_empty() { b'[' } else { b',' });
                self.body.extend_from_slice(&event);
                self.positions.push(position);
            }
            Err(ImportError::Bad { unit, position, reason }) => {
                self.until = position;
                self.faults.push((position, format!("{unit}: {reason}")));
            }
            Err(stopped @ ImportError::Stopped(_)) => self.stopped = Some(stopped.to_string()),
        }
    }

    fn sealed(mut self, bytes: &Arc<AtomicU64>) -> Self {
        self.body.push(b']');
        self.bytes = bytes.load(Ordering::Relaxed);
        self
    }
}
