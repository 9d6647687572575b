//! Callers of streams: how long the first token takes, how much later than it was sent each chunk arrives, and what idle streams weigh.
//!
//! The moment of sending stands in each chunk; both ends read the same clock of the same machine.

use super::{COMPLETIONS, IDLE, Ways};
use crate::client::Address;
use crate::histogram::Histogram;
use crate::output::{Output, rounded};
use crate::process::Usage;
use anyhow::{Result, ensure};
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const STAMP: &[u8] = b"\"sent_ns\":";
const DONE: &[u8] = b"data: [DONE]";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The proxy or the model itself, `http://HOST:PORT` with the path before `/v1`.
    #[arg(long)]
    url: String,
    /// Streams at one time.
    #[arg(long, default_value_t = 32)]
    streams: usize,
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Open streams that stay silent, and say what the server weighs with them.
    #[arg(long)]
    idle: bool,
    /// Process id of the server.
    #[arg(long)]
    server_pid: Option<u32>,
    #[command(flatten)]
    ways: Ways,
    #[command(flatten)]
    output: Output,
}

struct Seen {
    first: Histogram,
    delay: Histogram,
    whole: u64,
    broken: u64,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let address = Address::parse(&args.url)?;
    let before = args.server_pid.and_then(Usage::of);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let seen = Arc::new(Mutex::new(Seen { first: Histogram::new(), delay: Histogram::new(), whole: 0, broken: 0 }));
    runtime.block_on(callers(args, &address, &seen));
    let after = args.server_pid.and_then(Usage::of);
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    ensure!(seen.first.count() > 0, "no stream began");
    let mut figures = vec![("streams", json!(args.streams)), ("whole", json!(seen.whole)), ("broken", json!(seen.broken))];
    for (name, histogram, share) in [
        ("first_p50_ms", &seen.first, 0.5),
        ("first_p99_ms", &seen.first, 0.99),
        ("delay_p50_ms", &seen.delay, 0.5),
        ("delay_p99_ms", &seen.delay, 0.99),
    ] {
        figures.push((name, rounded(histogram.quantile_ms(share))));
    }
    if let (Some(before), Some(after)) = (before, after) {
        figures.push(("server_cpu_s", rounded(after.cpu_s - before.cpu_s)));
        figures.push(("server_rss_mib", rounded(after.rss_kib as f64 / 1024.0)));
    }
    args.output.print("streams", &figures);
    Ok(())
}

async fn callers(args: &Args, address: &Address, seen: &Arc<Mutex<Seen>>) {
    let end = Instant::now() + Duration::from_secs(args.seconds);
    let path = if args.idle { IDLE } else { COMPLETIONS };
    let request: Arc<[u8]> = super::request(address, path, true, &args.ways).into();
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..args.streams {
        let (request, seen, socket, idle) = (Arc::clone(&request), Arc::clone(seen), address.socket, args.idle);
        callers.spawn(async move {
            // Not all in one moment: the streams of 20 ms would beat in step.
            tokio::time::sleep(Duration::from_micros(700) * number as u32).await;
            while Instant::now() < end {
                let called = call(socket, &request, &seen, if idle { Some(end) } else { None }).await;
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                if called.is_ok() { seen.whole += 1 } else { seen.broken += 1 }
            }
        });
    }
    while callers.join_next().await.is_some() {}
}

/// One stream from its request to `[DONE]`, or until `hold`.
async fn call(socket: std::net::SocketAddr, request: &[u8], seen: &Mutex<Seen>, hold: Option<Instant>) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(socket).await?;
    stream.set_nodelay(true)?;
    let asked = Instant::now();
    stream.write_all(request).await?;
    let (mut read, mut is_first) = (Vec::with_capacity(4096), true);
    loop {
        read.clear();
        if stream.read_buf(&mut read).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let now_ns = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        note(seen, &read, now_ns, std::mem::take(&mut is_first).then(|| asked.elapsed()));
        if read.windows(DONE.len()).any(|window| window == DONE) {
            return Ok(());
        }
        if let Some(end) = hold {
            tokio::time::sleep_until(end.into()).await;
            return Ok(());
        }
    }
}

/// What one piece says. The head comes with the first chunk.
fn note(seen: &Mutex<Seen>, piece: &[u8], now_ns: u64, first: Option<Duration>) {
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(first) = first {
        seen.first.add(first);
    }
    for sent_ns in stamps(piece) {
        seen.delay.add(Duration::from_nanos(now_ns.saturating_sub(sent_ns)));
    }
}

fn stamps(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let at = bytes.windows(STAMP.len()).enumerate().filter(|(_, window)| *window == STAMP).map(|(at, _)| at + STAMP.len());
    at.filter_map(|at| {
        let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).copied().collect();
        String::from_utf8(digits).ok()?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stamp_of_a_piece_is_found() {
        let found: Vec<u64> = stamps(br#"x"sent_ns":12,"a":1} data: {"sent_ns":345}"#).collect();
        assert_eq!(found, [12, 345]);
    }
}
