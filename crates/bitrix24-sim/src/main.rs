//! `bitrix24-sim`: a Bitrix24 portal on a port, for demonstrations and for SDKs in other languages.
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use bitrix24_sim::shell::Options;
use bitrix24_sim::{Mode, Sim};
use clap::Parser;

/// A Bitrix24 portal in memory.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// where to listen
    #[arg(long, default_value = "127.0.0.1:8600")]
    listen: SocketAddr,
    /// certificate chain in PEM; with it the port speaks HTTPS as well, and webhooks insist on it
    #[arg(long, requires = "key")]
    cert: Option<PathBuf>,
    /// private key in PEM
    #[arg(long, requires = "cert")]
    key: Option<PathBuf>,
    /// the address the portal calls itself by, if it is not where it listens
    #[arg(long, default_value = "")]
    base: String,
    /// a CA in PEM that handlers' certificates are checked against
    #[arg(long)]
    handler_ca: Option<PathBuf>,
    /// how many calls fail, from 0 to 1
    #[arg(long, default_value_t = 0.0)]
    faults: f64,
    /// the same seed gives the same faults
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// how many events are lost, from 0 to 1
    #[arg(long, default_value_t = 0.0)]
    lose_events: f64,
    /// rate limit, BURST,PER_SECOND (Enterprise: 250,5), or "off"
    #[arg(long, default_value = "50,2")]
    rate: String,
    /// how long a stalled call is silent, in seconds
    #[arg(long, default_value_t = 60)]
    stall_s: u64,
    /// the portal's time zone
    #[arg(long, default_value = "Europe/Moscow")]
    zone: String,
    /// without leads: a new lead becomes a deal at once
    #[arg(long)]
    simple_crm: bool,
    /// a user's address on the portal, as JSON on the first line of the output instead of a text
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let options = Options {
        listen: args.listen,
        tls: args.cert.zip(args.key),
        handler_ca: args.handler_ca,
        stall: Duration::from_secs(args.stall_s),
        base: args.base,
        seed: args.seed,
        ..Options::default()
    };
    let sim = Sim::start_with(options).await.with_context(|| format!("cannot start on {}", args.listen))?;
    let zone = jiff::tz::TimeZone::get(&args.zone).with_context(|| format!("no such time zone: {}", args.zone))?;
    let rate = match args.rate.split_once(',') {
        Some((burst, per_second)) => {
            Some((burst.parse().context("--rate BURST,PER_SECOND")?, per_second.parse().context("--rate BURST,PER_SECOND")?))
        }
        None if args.rate == "off" => None,
        None => anyhow::bail!("--rate takes BURST,PER_SECOND or off, not {}", args.rate),
    };
    sim.with(|portal| {
        portal.faults.probability = args.faults;
        portal.events.trouble.loss = args.lose_events;
        portal.settings.zone = zone;
        portal.settings.mode = if args.simple_crm { Mode::Simple } else { Mode::Classic };
        portal.settings.allowed.burst = rate.map(|(burst, _): (f64, f64)| burst);
        portal.settings.allowed.per_second = rate.map_or(2.0, |(_, per_second)| per_second);
    });
    if args.json {
        println!("{}", serde_json::to_string(&HashMap::from([("url", sim.url.clone()), ("webhook", sim.webhook())]))?);
    } else {
        println!("portal   {}\nwebhook  {}\nlook in  {}/sim/state", sim.url, sim.webhook(), sim.url);
    }
    tokio::signal::ctrl_c().await.context("cannot wait for ctrl-c")
}
