//! One connection as the proxy uses it: what its settings come to, worked out once and not at every request.
//!
//! Kept from request to request, and made anew when the connection changes; its idle connections to the outside stay as long as the way
//! there is the same.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::uri::Authority;
use axum::http::{HeaderValue, Uri};

use super::copy::Copying;
use super::gaps::Slot;
use super::{Capture, Refused};
use crate::access::{ConnectionId, ConnectionIdentity, ConnectionKind, Mode, SecretName};
use crate::capture::Pulse;
use crate::upstream::{CONNECT, Outbound, Own, Route, Streaming};

/// Bytes of a body that are kept where the connection does not say otherwise; and the most it may say: a frame has to hold two.
const KEEP_BYTES: u32 = 1 << 20;
const MOST_BYTES: u32 = 6 << 20;
/// Until the head of an answer, where the connection does not say otherwise: models think.
const FIRST_BYTE_SECONDS: u32 = 300;
/// Silence inside a body, where the connection does not say otherwise.
const IDLE_SECONDS: u32 = 120;
/// How a path of another proxy of ours begins.
const OURS: &str = "/proxy/ltc_";

/// One connection.
pub(super) struct Line {
    pub(super) known: Arc<ConnectionIdentity>,
    /// Its public id, as frames name it.
    pub(super) name: String,
    pub(super) mode: Mode,
    pub(super) keep: usize,
    pub(super) connect: Duration,
    pub(super) first_byte: Duration,
    pub(super) idle: Duration,
    pub(super) pulse: Arc<Pulse>,
    /// Where *observe* counts.
    pub(super) slot: Option<Arc<Slot>>,
    out: Result<Out, &'static str>,
}

/// The way out.
pub(super) struct Out {
    origin: Uri,
    route: Route,
    pub(super) host: HeaderValue,
    /// Before every target.
    prefix: String,
    pub(super) client: Streaming<Copying>,
}

/// All that were used.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) own: Own,
    each: RwLock<HashMap<ConnectionId, Arc<Line>>>,
}

impl Lines {
    /// That of a connection, as it is set now.
    pub(super) fn of(&self, capture: &Capture, known: &Arc<ConnectionIdentity>) -> Arc<Line> {
        let each = self.each.read().unwrap_or_else(PoisonError::into_inner);
        let before = each.get(&known.connection).map(Arc::clone);
        drop(each);
        if let Some(line) = before.as_ref().filter(|line| Arc::ptr_eq(&line.known, known)) {
            return Arc::clone(line);
        }
        let line = Arc::new(Line::new(capture, known, before.as_deref(), &self.own));
        self.each.write().unwrap_or_else(PoisonError::into_inner).insert(known.connection, Arc::clone(&line));
        line
    }

    /// Closes what has been idle too long, and forgets connections that work no more.
    pub(super) fn sweep(&self, lives: impl Fn(ConnectionId) -> bool) {
        self.each.write().unwrap_or_else(PoisonError::into_inner).retain(|connection, line| {
            line.out.iter().for_each(|out| out.client.sweep());
            lives(*connection)
        });
    }
}

impl Line {
    fn new(capture: &Capture, known: &Arc<ConnectionIdentity>, before: Option<&Self>, own: &Own) -> Self {
        let settings = &known.settings;
        let seconds = |said: Option<u32>, usual: u32| Duration::from_secs(said.unwrap_or(usual).max(1).into());
        let mode = settings.mode();
        let new_slot = || capture.proxying.gaps.slot(known.business, known.connection);
        let kept_slot = before.and_then(|before| before.slot.clone());
        Self {
            name: known.connection.to_string(),
            mode,
            keep: settings.keep_bytes.unwrap_or(KEEP_BYTES).min(MOST_BYTES) as usize,
            connect: seconds(settings.connect_seconds, CONNECT.as_secs() as u32),
            first_byte: seconds(settings.first_byte_seconds, FIRST_BYTE_SECONDS),
            idle: seconds(settings.idle_seconds, IDLE_SECONDS),
            pulse: capture.pulses.of(known),
            slot: kept_slot.or_else(|| (mode == Mode::Observe).then(new_slot)).filter(|_| mode == Mode::Observe),
            out: Out::new(capture, known, before.and_then(|before| before.out.as_ref().ok()), own),
            known: Arc::clone(known),
        }
    }

    /// The way out and where `target` is there.
    pub(super) fn out(&self, target: &str) -> Result<(&Out, Uri), Refused> {
        let out = self.out.as_ref().map_err(|why| Refused::NoUpstream(why))?;
        let slash = if target.starts_with('/') || !out.prefix.is_empty() { "" } else { "/" };
        let path = format!("{}{slash}{target}", out.prefix);
        if path.contains(OURS) {
            return Err(Refused::Loop);
        }
        Ok((out, path.parse().map_err(|_| Refused::Target)?))
    }
}

impl Out {
    fn new(capture: &Capture, known: &ConnectionIdentity, before: Option<&Self>, own: &Own) -> Result<Self, &'static str> {
        let Way { origin, prefix, route } = Way::of(capture, known).map_err(NoWay::says)?;
        let host = HeaderValue::from_str(origin.authority().map_or("", Authority::as_str)).map_err(|_| NoWay::Address.says())?;
        let same = before.filter(|before| before.origin == origin && before.route == route);
        let client = match same {
            Some(before) => before.client.clone(),
            None => Streaming::new(origin.clone(), route.clone(), own.clone())
                .map_err(|_| "the certificates of this connection cannot be read")?,
        };
        Ok(Self { origin, route, host, prefix, client })
    }
}

/// Where a connection's settings and secrets lead.
pub(in crate::capture) struct Way {
    /// Scheme and authority.
    pub(in crate::capture) origin: Uri,
    /// Before every target.
    pub(in crate::capture) prefix: String,
    /// How one gets there.
    pub(in crate::capture) route: Route,
}

/// Why they lead nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::capture) enum NoWay {
    Unset,
    Address,
    Sealed,
    Proxy,
}

impl NoWay {
    fn says(self) -> &'static str {
        match self {
            Self::Unset => "this connection has no upstream: set one",
            Self::Address => "the upstream of this connection is not an address like https://host/path",
            Self::Sealed => "the outbound proxy of this connection does not open",
            Self::Proxy => "the outbound proxy of this connection is not http://user:password@host:port or socks5://…",
        }
    }
}

impl Way {
    pub(in crate::capture) fn of(capture: &Capture, known: &ConnectionIdentity) -> Result<Self, NoWay> {
        let upstream = known.settings.upstream.as_deref().or_else(|| usual(known.kind)).ok_or(NoWay::Unset)?;
        let whole: Uri = upstream.trim_end_matches('/').parse().map_err(|_| NoWay::Address)?;
        let (scheme, authority) = (whole.scheme().ok_or(NoWay::Address)?.clone(), whole.authority().ok_or(NoWay::Address)?.clone());
        let origin = Uri::builder().scheme(scheme).authority(authority).path_and_query("/").build().map_err(|_| NoWay::Address)?;
        let prefix = whole.path().trim_end_matches('/').to_owned();
        let route = Route { ca: known.settings.ca.clone(), outbound: outbound(capture, known)?, link_local: known.settings.link_local };
        Ok(Self { origin, prefix, route })
    }
}

fn outbound(capture: &Capture, known: &ConnectionIdentity) -> Result<Option<Outbound>, NoWay> {
    if !known.secrets.contains_key(&SecretName::Proxy) {
        return Ok(None);
    }
    let keys = capture.vault.keys(known.business);
    let opened = keys.and_then(|keys| known.secret(&keys, SecretName::Proxy)).ok_or(NoWay::Sealed)?;
    Outbound::read(&opened).map(Some).ok_or(NoWay::Proxy)
}

/// Where a kind usually is.
fn usual(kind: ConnectionKind) -> Option<&'static str> {
    Some(match kind {
        ConnectionKind::Openai => "https://api.openai.com",
        ConnectionKind::Anthropic => "https://api.anthropic.com",
        ConnectionKind::Gigachat => "https://api.giga.chat",
        ConnectionKind::Telegram => "https://api.telegram.org",
        ConnectionKind::Whatsapp => "https://graph.facebook.com",
        ConnectionKind::Instagram => "https://graph.instagram.com",
        ConnectionKind::Max => "https://platform-api2.max.ru",
        ConnectionKind::Vk => "https://api.vk.ru",
        ConnectionKind::Avito => "https://api.avito.ru",
        ConnectionKind::Yclients => "https://api.yclients.ru",
        _ => return None,
    })
}
