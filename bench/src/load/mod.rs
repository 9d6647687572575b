//! The load generator: sends the salon's events to `POST /api/v1/events` and times the acknowledgements.
//!
//! Closed loop: every connection sends its next request when the last was answered. With `--rate` the requests have a
//! timetable, and latency counts from the intended moment, so a server that stalls cannot hide it by slowing the generator
//! down. One thread, one epoll, prepared bytes: it must take clearly less CPU than the server it shares two cores with.

mod engine;
mod lag;
mod pace;
mod request;
mod tally;
mod wire;

pub(crate) use engine::{Plan, Until, drive};
pub(crate) use pace::Pace;
pub(crate) use request::Target;
pub(crate) use tally::Tally;

use crate::chat::Ways;
use crate::client::Address;
use crate::output::{Output, rounded};
use crate::salon::Salon;
use anyhow::Result;
use lag::LagWatch;
use serde_json::json;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Options that every tool that sends events has.
#[derive(clap::Args, Clone)]
pub(crate) struct Sending {
    /// Server, `http://HOST:PORT`; a path may follow, otherwise it is `/api/v1/events`.
    #[arg(long)]
    pub(crate) url: String,
    /// Ingest key, sent as a Bearer token.
    #[arg(long)]
    pub(crate) key: Option<String>,
    #[arg(long, default_value_t = 64)]
    pub(crate) connections: usize,
    /// Events in one request: 1 sends a JSON object, more send NDJSON.
    #[arg(long, default_value_t = 1)]
    pub(crate) batch: u32,
    /// Not events but questions to a model, through a proxy or to `letopis-bench upstream` itself.
    #[arg(long)]
    chat: bool,
    #[command(flatten)]
    ways: Ways,
    /// The same seed sends the same events again (duplicates, to the server). Default: drawn from the clock.
    #[arg(long)]
    seed: Option<u32>,
    /// Time of the first event, in seconds since 1970. Default: 24 days ago, so that a million events end about now.
    #[arg(long)]
    start_unix: Option<i64>,
    /// Time between two events of the stream.
    #[arg(long, default_value_t = 2000)]
    gap_ms: u32,
    /// Process id of the server, to report its CPU time and memory too.
    #[arg(long)]
    pub(crate) server_pid: Option<u32>,
}

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    sending: Sending,
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Seconds of load before the figures begin.
    #[arg(long, default_value_t = 1)]
    warm_up: u64,
    /// Requests per second; without it the loop is closed.
    #[arg(long)]
    rate: Option<f64>,
    /// Prometheus page with the recorder's lag; it is watched during the run and until it is zero.
    #[arg(long)]
    lag_url: Option<String>,
    /// Name of the lag on that page.
    #[arg(long, default_value = "letopis_lag_frames")]
    lag_metric: String,
    #[command(flatten)]
    output: Output,
}

impl Sending {
    /// The one place where the tools look at the clock for data: what is drawn is printed, so a run can be repeated.
    pub(crate) fn salon(&self) -> (Salon, u32) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seed = self.seed.unwrap_or(now.subsec_nanos() ^ now.as_secs() as u32);
        let start = self.start_unix.unwrap_or(now.as_secs() as i64 - 24 * 86_400);
        (Salon::new(seed, start, self.gap_ms), seed)
    }

    pub(crate) fn target(&self) -> Result<Target> {
        if self.chat {
            return Ok(Target::chat(Address::parse(&self.url)?, &self.ways));
        }
        Target::new(Address::parse(&self.url)?, self.key.as_deref(), self.batch)
    }
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let sending = &args.sending;
    let (mut salon, seed) = sending.salon();
    let plan = Plan {
        connections: sending.connections,
        pace: args.rate.map_or(Pace::Closed, Pace::at_rate),
        until: Until::Time(Duration::from_secs(args.seconds)),
        warm_up: Duration::from_secs(args.warm_up),
        server_pid: sending.server_pid,
        ceiling: None,
    };
    let watch = args.lag_url.as_deref().map(|url| LagWatch::start(url, &args.lag_metric)).transpose()?;
    let tally = drive(&sending.target()?, &mut salon, &plan)?;
    let mut figures = tally.figures();
    figures.push(("event_bytes", rounded(salon.average_bytes())));
    figures.push(("seed", json!(seed)));
    if let Some(watch) = watch {
        figures.extend(watch.finish()?);
    }
    args.output.print("load", &figures);
    Ok(())
}
