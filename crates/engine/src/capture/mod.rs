//! How events get in.
//!
//! Stateless: authenticate, read the body within limits, check each item, draw what must be drawn once, publish one frame, and answer
//! only when it is durable. It deliberately knows nothing of tables: what it accepts is recorded later, by others.
//!
//! * `api` – `POST /api/v1/events` · `hooks` – `ANY /hooks/{token}` · `site` – a chat on one's own site ·
//!   `proxy` – `ANY /proxy/{token}/…` · `otlp` – OpenTelemetry
//! * `body` – reading a body from a stranger, with `room` (memory) and `unpack` (gzip, zstd) · `items` – which bytes are which item ·
//!   `accept` – the flow that all doors share · `again` – an item out of quarantine · `often` – who is told to wait · `pulse` – how
//!   connections fare · `tend` – what is due · `trial` – a connection tried

mod accept;
mod again;
mod api;
mod body;
mod hooks;
mod items;
mod often;
pub mod otlp;
mod proxy;
mod pulse;
mod room;
mod site;
mod tend;
mod trial;
mod unpack;

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use queue::Queue;

use crate::access::{ConnectionId, ConnectionIdentity, ConnectionKind, ConnectionRing, KeyRing};
use crate::event::Limits;
use crate::privacy::Vault;
use crate::upstream::Upstream;

use often::{Often, network};
use proxy::Proxying;
use room::Room;

pub use accept::{Accepted, Refusal, Sender};
pub use again::NotAccepted;
pub use api::{events, is_events};
pub use hooks::{Answered, Chat, Flight, NotTaken, Waiting};
pub use proxy::{ProxyConfig, is_proxied, proxy};
pub use pulse::{Pulse, Pulses};

/// Unknown tokens a minute from one address that are answered plainly: a mistyped URL is retried.
const FREE_GUESSES: u32 = 30;

/// What a stranger may send.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Bytes of a body as it is sent.
    pub body_bytes: usize,
    /// Bytes of a body after decompression; below the queue's frame limit.
    pub decompressed_bytes: usize,
    /// Items in one body.
    pub items: usize,
    /// Bytes of one item.
    pub item_bytes: usize,
    /// How deep an item may nest.
    pub depth: usize,
    /// Keys in one object.
    pub keys: usize,
    /// Bytes of all bodies being read at one time: beyond it, 503.
    pub in_flight_bytes: usize,
    /// Seconds a sender may be silent in the middle of a body.
    pub idle_seconds: u64,
    /// Seconds a whole body may take.
    pub body_seconds: u64,
}

impl Default for Config {
    fn default() -> Self {
        let item = Limits::default();
        Self {
            body_bytes: 8 << 20,
            decompressed_bytes: 16 << 20,
            items: 10_000,
            item_bytes: item.item_bytes,
            depth: item.depth,
            keys: item.keys,
            in_flight_bytes: 32 << 20,
            idle_seconds: 10,
            body_seconds: 60,
        }
    }
}

/// The doors, and what they share.
pub struct Capture {
    queue: Arc<dyn Queue>,
    keys: Arc<KeyRing>,
    connections: Arc<ConnectionRing>,
    vault: Vault,
    config: Config,
    room: Room,
    /// Asks bots; the second one also at link-local addresses, where a connection allows it.
    bots: [Upstream; 2],
    waiting: Arc<Waiting>,
    proxying: Proxying,
    /// How connections fare.
    pub pulses: Pulses,
    guesses: Often<IpAddr>,
    visits: site::Visits,
    /// What is told when the system behind a connection says that something happened there.
    hint: Hint,
    now_us: fn() -> i64,
    counters: Counters,
}

/// Takes a connection's hints: "look now".
pub type Hint = Box<dyn Fn(ConnectionId) + Send + Sync>;

/// What happened at the doors, for `/metrics`.
#[derive(Debug, Default)]
pub struct Counters {
    /// Items accepted.
    pub accepted: std::sync::atomic::AtomicU64,
    /// Items refused and kept in quarantine.
    pub rejected: std::sync::atomic::AtomicU64,
    /// Requests refused for lack of room.
    pub overloaded: std::sync::atomic::AtomicU64,
    /// Requests refused for anything else.
    pub refused: std::sync::atomic::AtomicU64,
    /// Deliveries of platforms taken by hooks.
    pub deliveries: std::sync::atomic::AtomicU64,
    /// Hints of CRMs: something happened there.
    pub hints: std::sync::atomic::AtomicU64,
    /// Deliveries that the bot did not take in time.
    pub deferred: std::sync::atomic::AtomicU64,
    /// Deliveries that the bot answered with a failure.
    pub bot_failures: std::sync::atomic::AtomicU64,
    /// Spans and log records that are not about an assistant, or have no ids, and were not kept.
    pub otlp_ignored: std::sync::atomic::AtomicU64,
}

impl Counters {
    fn add(counter: &std::sync::atomic::AtomicU64) {
        counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

/// What the doors stand on.
pub struct Ground<'a> {
    /// Where frames go.
    pub queue: Arc<dyn Queue>,
    /// API keys.
    pub keys: Arc<KeyRing>,
    /// Connection tokens.
    pub connections: Arc<ConnectionRing>,
    /// Opens the secrets of connections.
    pub vault: Vault,
    /// The data folder.
    pub folder: &'a Path,
    /// The time.
    pub now_us: fn() -> i64,
}

impl Capture {
    /// Publishes what holders of keys and connections send.
    ///
    /// # Errors
    /// When the TLS library cannot be used.
    pub fn new(ground: Ground<'_>, config: Config, proxy: ProxyConfig) -> Result<Self, rustls::Error> {
        let Ground { queue, keys, connections, vault, folder, now_us } = ground;
        let (room, proxying) = (Room::new(config.in_flight_bytes), Proxying::new(proxy, folder));
        let (pulses, waiting, counters, bots) =
            (Pulses::default(), Arc::default(), Counters::default(), [Upstream::guarded()?, Upstream::new()?]);
        let (guesses, visits) = (Often::new(FREE_GUESSES), site::Visits::default());
        let hint: Hint = Box::new(|_| {});
        Ok(Self { queue, keys, connections, vault, config, room, bots, waiting, proxying, pulses, guesses, visits, hint, now_us, counters })
    }

    /// The same, with somebody who takes hints.
    #[must_use]
    pub fn hinting(self, hint: Hint) -> Self {
        Self { hint, ..self }
    }

    /// Deliveries that are still to be forwarded.
    #[must_use]
    pub fn waiting(&self) -> &Arc<Waiting> {
        &self.waiting
    }

    /// This server listens there, so no connection may lead there.
    pub fn listens(&self, address: SocketAddr) {
        self.proxying.own().listens(address);
    }

    /// Where this server listens, once it does; never to be asked.
    #[must_use]
    pub fn own(&self) -> crate::upstream::Own {
        self.proxying.own().clone()
    }

    /// Whom a token stands for, at a door that takes it for a secret: that of a chat on a site stands in its pages for all to see.
    fn known(&self, token: &str) -> Option<Arc<ConnectionIdentity>> {
        self.connections.find(token).filter(|known| known.kind != ConnectionKind::Site)
    }

    /// Somebody tried a token that nobody has; how many seconds to wait, if it was one too many.
    fn guessed(&self, from: Option<IpAddr>) -> Option<u32> {
        self.guesses.note(network(from?), (self.now_us)())
    }

    /// What connections add to `/metrics`.
    pub fn write_figures(&self, text: &mut String) {
        self.pulses.write(text);
        let (taken, cut) = self.proxying.copied();
        for (name, kind, help, value) in [
            ("letopis_copies_bytes", "gauge", "Memory of copies of bodies under way.", taken as u64),
            ("letopis_copies_cut_total", "counter", "Copies cut for lack of that memory; their digests are whole.", cut),
            ("letopis_guesses_refused_total", "counter", "Unknown tokens answered 429.", self.guesses.refused()),
            ("letopis_visits_refused_total", "counter", "Messages of visitors of sites answered 429.", self.visits.refused()),
        ] {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
        }
    }

    /// What happened so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    fn limits(&self) -> Limits {
        Limits { item_bytes: self.config.item_bytes, depth: self.config.depth, keys: self.config.keys }
    }
}

/// The routes of the doors; the proxy is asked before all routes.
pub fn routes(capture: Arc<Capture>) -> Router {
    Router::new()
        .route(api::EVENTS, axum::routing::post(api::route))
        .route("/hooks/{token}", axum::routing::any(hooks::hook))
        .route("/site/{token}", axum::routing::get(site::script))
        .route("/site/{token}/messages", axum::routing::post(site::message).options(site::preflight))
        .merge(otlp::routes())
        .with_state(capture)
}
