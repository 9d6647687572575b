//! End to end: sends events until a number or a time is reached, then waits until the signed checkpoint of the public log covers
//! every accepted one. The checkpoint is signed after the transaction that stores the sealed record, its read models and its
//! search terms, so the tree size says all of it at once, in words anybody can check.
//!
//! With `--window` at most that many events are accepted but not yet covered: a steady state, not a race into a queue.

use crate::client::{Address, Plain, encode};
use crate::load::{Pace, Plan, Sending, Tally, Until, drive};
use crate::output::{Output, rounded};
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

/// Also the resolution of the end-to-end time.
const ASK_EVERY: Duration = Duration::from_millis(20);

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    sending: Sending,
    /// How many events to send.
    #[arg(long, required_unless_present = "seconds")]
    events: Option<u64>,
    /// Send for so long instead.
    #[arg(long, conflicts_with = "events")]
    seconds: Option<u64>,
    /// Events that may be accepted but not yet covered by the checkpoint.
    #[arg(long)]
    window: Option<u64>,
    /// The business whose log is watched, as in `/log/BUSINESS/checkpoint`.
    #[arg(long, default_value = "main")]
    business: String,
    /// Longest silence of the checkpoint before the run gives up.
    #[arg(long, default_value_t = 60)]
    patience_s: u64,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let sending = &args.sending;
    let (mut salon, seed) = sending.salon();
    let target = sending.target()?;
    let mut log = PublicLog::new(target.address.clone(), &args.business);
    let size_before = log.size()?;
    let follower = args.window.map(|w| Follower::start(log.another(), size_before, w));
    let plan = Plan {
        connections: sending.connections,
        pace: Pace::Closed,
        until: match (args.events, args.seconds) {
            (Some(events), _) => Until::Events(events),
            (None, seconds) => Until::Time(Duration::from_secs(seconds.unwrap_or_default())),
        },
        warm_up: Duration::ZERO,
        server_pid: sending.server_pid,
        ceiling: follower.as_ref().map(|f| f.ceiling.clone()),
    };
    let start = Instant::now();
    let mut tally = drive(&target, &mut salon, &plan)?;
    let accepted_s = start.elapsed().as_secs_f64();
    drop(follower);
    log.wait_for(size_before + tally.accepted, Duration::from_secs(args.patience_s))?;
    let covered_s = start.elapsed().as_secs_f64();
    // The server goes on working after the last acknowledgement: its CPU time counts until all is covered.
    tally.end();
    print(args, &tally, seed, salon.average_bytes(), accepted_s, covered_s);
    Ok(())
}

fn print(args: &Args, tally: &Tally, seed: u32, event_bytes: f64, accepted_s: f64, covered_s: f64) {
    let events = tally.accepted as f64;
    let mut figures = vec![
        ("accepted", json!(tally.accepted)),
        ("accepted_s", rounded(accepted_s)),
        ("covered_s", rounded(covered_s)),
        ("accepted_per_s", rounded(events / accepted_s)),
        ("end_to_end_per_s", rounded(events / covered_s)),
        ("event_bytes", rounded(event_bytes)),
        ("seed", json!(seed)),
    ];
    let told = ["p50_ms", "p99_ms", "statuses", "rejected", "lost_connections", "generator_cpu_s", "server_cpu_s", "server_rss_mib"];
    figures.extend(tally.figures().into_iter().filter(|(name, _)| told.contains(name)));
    args.output.print("fill", &figures);
}

/// The public log of one business, asked for the size of its newest checkpoint.
struct PublicLog {
    path: String,
    client: Plain,
}

impl PublicLog {
    fn new(address: Address, business: &str) -> Self {
        Self { path: format!("/log/{}/checkpoint", encode(business)), client: Plain::new(address) }
    }

    fn another(&self) -> Self {
        Self { path: self.path.clone(), client: self.client.another() }
    }

    /// A log without a checkpoint (404) has size 0.
    fn size(&mut self) -> Result<u64> {
        let reply = self.client.get(&self.path)?;
        match reply.status {
            200 => size_in(&reply.text()).with_context(|| format!("{} is not a checkpoint", self.path)),
            404 => Ok(0),
            other => bail!("{} answered {other}", self.path),
        }
    }

    fn wait_for(&mut self, wanted: u64, patience: Duration) -> Result<()> {
        let (mut last, mut moved) = (0, Instant::now());
        loop {
            let size = self.size()?;
            if size >= wanted {
                return Ok(());
            }
            if size > last {
                (last, moved) = (size, Instant::now());
            } else if moved.elapsed() > patience {
                bail!("the checkpoint stays at {size} and should reach {wanted}: accepted events are missing from the log");
            }
            thread::sleep(ASK_EVERY);
        }
    }
}

/// The second line of a C2SP checkpoint is the tree size.
fn size_in(checkpoint: &str) -> Option<u64> {
    checkpoint.lines().nth(1)?.parse().ok()
}

/// Raises the ceiling of what may be sent as the checkpoint advances.
struct Follower {
    ceiling: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

impl Follower {
    fn start(mut log: PublicLog, size_before: u64, window: u64) -> Self {
        let follower = Self { ceiling: Arc::new(AtomicU64::new(window)), stop: Arc::default() };
        let (ceiling, stop) = (follower.ceiling.clone(), follower.stop.clone());
        thread::spawn(move || {
            while !stop.load(Relaxed) {
                if let Ok(size) = log.size() {
                    ceiling.store(size.saturating_sub(size_before) + window, Relaxed);
                }
                thread::sleep(ASK_EVERY);
            }
        });
        follower
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::stub::Stub;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn args(url: &str, more: &[&str]) -> Args {
        let fixed = ["fill", "--url", url, "--connections", "4", "--batch", "10"];
        Line::parse_from(fixed.iter().chain(more)).args
    }

    #[test]
    fn ends_when_the_checkpoint_covers_everything() {
        let stub = Stub::start();
        run(&args(&stub.url(), &["--events", "500"])).unwrap();
        assert_eq!(stub.events(), 500);
    }

    #[test]
    fn a_window_bounds_what_is_not_covered_yet() {
        let stub = Stub::start();
        run(&args(&stub.url(), &["--events", "300", "--window", "50"])).unwrap();
        assert_eq!(stub.events(), 300);
    }

    #[test]
    fn a_refused_request_is_sent_again_until_it_is_accepted() {
        let stub = Stub::refusing_first(3);
        run(&args(&stub.url(), &["--events", "100"])).unwrap();
        assert_eq!(stub.events(), 100);
    }
}
