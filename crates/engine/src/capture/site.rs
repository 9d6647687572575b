//! A chat on a business's own site: `GET /site/{token}.js` and `POST /site/{token}/messages`.
//!
//! The script is one file of ours, the same for everybody; the token of its URL stands in the page for all to see, so what it opens is
//! bounded: messages of kind site alone, from the origins that the connection's settings name, short, and some a minute (`visits`).
//! From there a message is a delivery like any other (`hooks`): durable, forwarded to the bot, and the bot's own answer goes back, as
//! JSON and without the bot's headers. No cookies; whoever writes is a random word of their browser's.

mod visits;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::api::DoorError;
use super::{Capture, body, hooks};
use crate::access::{ConnectionIdentity, ConnectionKind};
use crate::exchange::channels;

pub(super) use visits::Visits;

/// What runs in the page.
const SCRIPT: &str = include_str!("site/widget.js");
/// Bytes of a message with everything beside it; 4,000 characters take 12,000, written as escapes 24,000.
const LONGEST: u64 = 26 << 10;
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// The script, for a token that works.
pub(super) async fn script(State(capture): State<Arc<Capture>>, Path(file): Path<String>, request: Request) -> Response {
    let token = file.strip_suffix(".js").unwrap_or_default();
    if let Err(e) = capture.site(token, peer(request.extensions())) {
        return capture.refuse(&e);
    }
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    (headers, SCRIPT).into_response()
}

/// What a browser asks before it sends.
pub(super) async fn preflight(State(capture): State<Arc<Capture>>, Path(token): Path<String>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    let (_, origin) = match capture.admit(&token, &head) {
        Ok(admitted) => admitted,
        Err(e) => return capture.refuse(&e),
    };
    let mut answer = StatusCode::NO_CONTENT.into_response();
    allow(answer.headers_mut(), origin);
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// One message, and the bot's answer.
pub(super) async fn message(State(capture): State<Arc<Capture>>, Path(token): Path<String>, request: Request) -> Response {
    let (head, mut body) = request.into_parts();
    let (origin, taken) = match capture.admit(&token, &head) {
        Ok((known, origin)) => (Some(origin), take(&capture, &known, &head, &mut body).await),
        Err(e) => (None, Err(e)),
    };
    if taken.is_err() {
        body::discard(&head.headers, &mut body, &capture.config).await;
    }
    let mut answer = taken.unwrap_or_else(|e| capture.refuse(&e));
    // Without an origin the page hears that it may not, and nothing else.
    origin.into_iter().for_each(|origin| allow(answer.headers_mut(), origin));
    answer
}

async fn take(capture: &Arc<Capture>, known: &Arc<ConnectionIdentity>, head: &Parts, body: &mut Body) -> Result<Response, DoorError> {
    let peer = peer(&head.extensions);
    if let Some(wait_s) = capture.visits.note(known.connection, peer, &head.headers, (capture.now_us)()) {
        return Err(DoorError::Hasty(wait_s));
    }
    // A browser says how long its message is.
    if length(&head.headers).ok_or(DoorError::Unmeasured)? > LONGEST {
        return Err(DoorError::Long(LONGEST));
    }
    let (bytes, _share) = body::raw(body, &capture.config, &capture.room).await?;
    channels::site::check(&bytes)?;
    let request = Request::from_parts(head.clone(), Body::from(bytes));
    Ok(bare(hooks::take(capture, known, request).await?))
}

/// The bot's status and words, as JSON whatever it says of them: it answers a script, and nothing of it may run where our pages live.
fn bare(answer: Response) -> Response {
    let (head, body) = answer.into_parts();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, NOSNIFF),
    ];
    (head.status, headers, body).into_response()
}

impl Capture {
    /// The chat that a token belongs to.
    fn site(&self, token: &str, from: Option<IpAddr>) -> Result<Arc<ConnectionIdentity>, DoorError> {
        let known = self.connections.find(token).filter(|known| known.kind == ConnectionKind::Site);
        known.ok_or_else(|| self.guessed(from).map_or(DoorError::Hook, DoorError::Guessing))
    }

    /// The same for a page that may write, with its origin.
    fn admit(&self, token: &str, head: &Parts) -> Result<(Arc<ConnectionIdentity>, HeaderValue), DoorError> {
        let known = self.site(token, peer(&head.extensions))?;
        let said = head.headers.get(header::ORIGIN).ok_or(DoorError::Origin)?;
        let is_ours = known.settings.origins.iter().any(|origin| origin.as_str().as_bytes() == said.as_bytes());
        if is_ours { Ok((known, said.clone())) } else { Err(DoorError::Origin) }
    }
}

/// The page may read the answer.
fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn peer(extensions: &axum::http::Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}
