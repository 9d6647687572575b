//! `ANY /proxy/{token}/{*path}`: the transparent proxy of a connection.
//!
//! Entity bodies and end-to-end headers pass unchanged, streams stream, and a bounded copy becomes an `Exchange` for the recorder. How much may
//! be delayed for the sake of the record is the connection's mode: nothing (*observe*), the last frame of the answer (*confirm*), or that and the
//! request (*strict*).
//!
//! * `line` – a connection as the proxy uses it · `head` – which headers pass, which are kept · `copy` – the bounded copy of a body
//! * `answer` – the answer's body on its way back · `note` – an exchange into the queue · `settling` – those nobody waits for
//! * `retries` – which one repeats which
//! * `gaps` – what *observe* lost · `refused` – what a caller is told when there is no answer from outside

mod answer;
mod copy;
mod gaps;
pub(super) mod head;
mod line;
mod note;
mod refused;
mod retries;
mod settling;

use std::net::IpAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::http::{Method, Request, Uri, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;

use super::Capture;
use crate::access::{ConnectionId, Mode};
use crate::exchange::Ended;
use crate::upstream::{Own, PassError};
use copy::{Asked, Copies, Copying, locked};
use gaps::Gaps;
use head::Head;
use line::{Line, Lines};
pub(super) use line::{NoWay, Way};
use note::Note;
use refused::Refused;
use retries::Retries;
use settling::Settling;

/// Below our own: `/proxy/{token}/…`.
const PREFIX: &str = "/proxy/";

/// Also how old the counts of gaps may be after a kill.
const TOGETHER: Duration = Duration::from_millis(3);
/// For the rest of a request that could not be passed on.
const UNREAD: Duration = Duration::from_secs(2);

/// What the proxy may use.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProxyConfig {
    /// Bytes of all copies of bodies together; beyond it copies are cut, never the traffic.
    pub copies_bytes: usize,
}

impl Default for ProxyConfig {
    fn default() -> Self {
        Self { copies_bytes: 64 << 20 }
    }
}

/// What the proxy keeps from request to request.
pub(super) struct Proxying {
    lines: Lines,
    copies: Arc<Copies>,
    retries: Retries,
    settling: Settling,
    pub(super) gaps: Gaps,
}

impl Proxying {
    pub(super) fn new(config: ProxyConfig, folder: &Path) -> Self {
        let (lines, retries, gaps) = (Lines::default(), Retries::default(), Gaps::open(folder));
        Self { lines, copies: Arc::new(Copies::new(config.copies_bytes)), retries, settling: Settling::new(gaps.changed()), gaps }
    }

    /// Looks after exchanges that nobody waits for, and what is counted of them, for as long as it is polled.
    pub(super) async fn keep(&self) {
        loop {
            self.gaps.changed().wait().await;
            // Whoever comes within this moment is looked after together.
            tokio::time::sleep(TOGETHER).await;
            self.settle().await;
        }
    }

    /// The same for those that there are now.
    pub(super) async fn settle(&self) {
        self.gaps.write();
        self.settling.settle().await;
    }

    /// The last ones, before the queue is closed.
    pub(super) async fn close(&self) {
        self.settling.close().await;
        self.gaps.write();
    }

    /// Where this server listens, once it does.
    pub(super) fn own(&self) -> &Own {
        &self.lines.own
    }

    /// Closes and forgets what is not used any more.
    pub(super) fn sweep(&self, lives: impl Fn(ConnectionId) -> bool) {
        self.lines.sweep(lives);
    }

    /// Bytes of copies now, and copies cut so far for lack of room.
    pub(super) fn copied(&self) -> (usize, u64) {
        (self.copies.taken(), self.copies.cut())
    }
}

/// Whether this is for [`proxy`].
#[must_use]
pub fn is_proxied<B>(request: &Request<B>) -> bool {
    request.uri().path().starts_with(PREFIX)
}

/// Passes one request on, and its answer back. `from` is who asks.
pub async fn proxy(capture: &Arc<Capture>, from: Option<IpAddr>, request: Request<Incoming>) -> Response {
    match pass(capture, from, request).await {
        Ok(answer) => answer,
        Err(refused) => {
            capture.counters.refused.fetch_add(1, Ordering::Relaxed);
            refused.into_response()
        }
    }
}

async fn pass(capture: &Arc<Capture>, from: Option<IpAddr>, request: Request<Incoming>) -> Result<Response, Refused> {
    let (token, target) = split(request.uri()).unwrap_or_default();
    let Some(known) = capture.known(token) else {
        let wait_s = capture.guessed(from);
        return Err(wait_s.map_or(Refused::Unknown, Refused::Guessing));
    };
    if request.headers().contains_key(header::UPGRADE) || request.method() == Method::CONNECT {
        return Err(Refused::Upgrade);
    }
    let line = capture.proxying.lines.of(capture, &known);
    let (out, uri) = line.out(target)?;
    let asked = Asked::new(request.body(), line.keep, &capture.proxying.copies);
    let head = Head { method: request.method().clone(), target: target.to_owned(), headers: head::kept(request.headers()) };
    let mut note = Note::begin(capture, &line, head, Arc::clone(&asked));
    let mut request = head::onwards(request, uri, out.host.clone(), |body| Copying::new(body, Arc::clone(&asked)));
    if line.mode == Mode::Strict {
        note = Box::pin(store_first(note, &mut request)).await?;
    }
    let (refused, ended) = match in_time(&line, &asked, out.client.pass(request, line.connect)).await {
        Ok(Ok(answer)) => return answer::back(note, answer).await,
        Ok(Err((e, unread))) => {
            if let Some(mut body) = unread {
                // Nobody was there to read it; what was to be asked is worth knowing.
                let _ = tokio::time::timeout(UNREAD, body.read_ahead(line.keep)).await;
            }
            why(e, &asked)
        }
        Err(Late::Caller) => (Refused::CallerSlow, Ended::RequestBroken),
        Err(Late::Outside) => (Refused::Slow, Ended::TimedOut("first byte".to_owned())),
    };
    note.settle(ended).await;
    Err(refused)
}

/// *Strict*: nobody sees the request before it is durable, as far as a copy goes.
async fn store_first(mut note: Note, request: &mut Request<Copying>) -> Result<Note, Refused> {
    let (line, asked) = (Arc::clone(&note.line), Arc::clone(&note.asked));
    let read = in_time(&line, &asked, request.body_mut().read_ahead(line.keep)).await;
    if !matches!(read, Ok(Ok(()))) {
        note.settle(Ended::RequestBroken).await;
        return Err(Refused::CallerSlow);
    }
    match note.publish_asked().await {
        Ok(()) => Ok(note),
        Err(e) => {
            tracing::error!(error = %e, "request not recorded: it is not passed on");
            note.later(Ended::Broken("was not asked: the request could not be stored".to_owned()));
            Err(Refused::NotStored)
        }
    }
}

fn why(error: PassError, asked: &Mutex<Asked>) -> (Refused, Ended) {
    let words = error.to_string();
    match error {
        PassError::Forbidden(_) => (Refused::Forbidden(words.clone()), Ended::Broken(words)),
        PassError::Own => (Refused::Loop, Ended::Broken(words)),
        PassError::ConnectSlow(_) => (Refused::Unreachable(words), Ended::TimedOut("connect".to_owned())),
        PassError::Unreachable(_) => (Refused::Unreachable(words.clone()), Ended::Broken(words)),
        PassError::Broke(_) if locked(asked).is_broken => (Refused::CallerSlow, Ended::RequestBroken),
        PassError::Broke(_) => (Refused::Broke(words.clone()), Ended::Broken(words)),
    }
}

/// Who took too long.
enum Late {
    Caller,
    Outside,
}

/// Waits for an answer: as long as the request moves, and then as long as the connection's limits say.
async fn in_time<T>(line: &Line, asked: &Mutex<Asked>, passing: impl Future<Output = T>) -> Result<T, Late> {
    let mut passing = pin!(passing);
    let mut look = Instant::now() + line.idle.min(line.first_byte);
    loop {
        if let Ok(done) = tokio::time::timeout_at(look.into(), passing.as_mut()).await {
            return Ok(done);
        }
        let (awaits_caller, moved) = {
            let asked = locked(asked);
            (asked.awaits_caller && !asked.is_whole, asked.moved)
        };
        look = moved + if awaits_caller { line.idle } else { line.first_byte };
        if look <= Instant::now() {
            return Err(if awaits_caller { Late::Caller } else { Late::Outside });
        }
    }
}

/// The token, and path and query below it exactly as they came.
fn split(uri: &Uri) -> Option<(&str, &str)> {
    let whole = uri.path_and_query()?.as_str();
    let rest = whole.strip_prefix(PREFIX)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    Some(rest.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cut_after_the_token_and_nowhere_else() {
        for (path, token, target) in [
            ("/proxy/t/v1/chat?a=1", "t", "/v1/chat?a=1"),
            ("/proxy/t", "t", ""),
            ("/proxy/t?x=/y", "t", "?x=/y"),
            ("/proxy/t//a/%2e%2e/b%20c", "t", "//a/%2e%2e/b%20c"),
            ("http://h/proxy/t/x", "t", "/x"),
        ] {
            assert_eq!(path.parse().ok().as_ref().and_then(split), Some((token, target)), "{path}");
        }
    }
}
