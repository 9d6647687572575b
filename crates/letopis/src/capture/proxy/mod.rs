//! `ANY /proxy/{token}/{*path}`: the transparent proxy of a connection.
//!
//! Entity bodies and end-to-end headers pass unchanged, streams stream, and a bounded copy becomes an `Exchange` for the recorder. How much may
//! be delayed for the sake of the record is the connection's mode: nothing (*observe*), the last frame of the answer (*confirm*), or that and the
//! request (*strict*).
//!
//! * `head` – which headers pass, which are kept · `copy` – the bounded copy of a body · `answer` – the answer's body on its way back
//! * `note` – an exchange into the queue

mod answer;
mod copy;
pub(super) mod head;
mod note;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::Capture;
use crate::access::{ConnectionIdentity, ConnectionKind, Mode};
use crate::exchange::{Ended, Way};
use copy::{Copied, Copying};
use note::Note;

/// Below our own: `/proxy/{token}/…`.
const PREFIX: &str = "/proxy/";
/// Bytes of a body that are kept where the connection does not say otherwise.
const KEEP_BYTES: u32 = 1 << 20;
/// Until the head of an answer, where the connection does not say otherwise: models think.
const FIRST_BYTE: Duration = Duration::from_secs(300);

/// Whether this is for [`proxy`].
#[must_use]
pub fn is_proxied<B>(request: &axum::http::Request<B>) -> bool {
    request.uri().path().starts_with(PREFIX)
}

/// The same as a route.
pub(super) async fn route(State(capture): State<Arc<Capture>>, request: Request) -> Response {
    proxy(&capture, request).await
}

/// Passes one request on, and its answer back.
pub async fn proxy(capture: &Arc<Capture>, request: Request) -> Response {
    match pass(capture, request).await {
        Ok(answer) => answer,
        Err(refused) => refused.into_response(),
    }
}

/// Why a request was not passed on, or has no answer.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("no such connection: the token is unknown or revoked")]
    Unknown,
    #[error("this connection has no upstream: set one")]
    NoUpstream,
    #[error("a websocket cannot be passed on; use plain HTTP requests or server-sent events")]
    Upgrade,
    #[error("the system outside {0}")]
    Unreachable(String),
    #[error("the system outside gives no answer in time")]
    Slow,
    #[error("the request could not be stored now, and this connection is strict; try again")]
    NotStored,
}

async fn pass(capture: &Arc<Capture>, request: Request) -> Result<Response, Refused> {
    let (token, target) = split(request.uri()).ok_or(Refused::Unknown)?;
    let known = capture.connections.find(token).ok_or(Refused::Unknown)?;
    if request.headers().contains_key(header::UPGRADE) {
        return Err(Refused::Upgrade);
    }
    let upstream = known.settings.upstream.as_deref().or_else(|| usual(known.kind)).ok_or(Refused::NoUpstream)?;
    let uri: Uri = format!("{upstream}{target}").parse().map_err(|_| Refused::NoUpstream)?;
    let keep = known.settings.keep_bytes.unwrap_or(KEEP_BYTES) as usize;
    let asked = Arc::new(Mutex::new(Copied::new(keep)));
    let note = Note::begin(capture, &known, &request, target, Arc::clone(&asked));
    let request = head::onwards(request, uri, |body| Body::new(Copying::new(body, Arc::clone(&asked))));
    if known.settings.mode() == Mode::Strict {
        note.publish(Way::Asked, Ended::Whole).await.map_err(|_| Refused::NotStored)?;
    }
    let patience = known.settings.first_byte_seconds.map_or(FIRST_BYTE, |seconds| Duration::from_secs(seconds.into()));
    let answered = tokio::time::timeout(patience, capture.upstream.pass(request)).await;
    let (refused, ended) = match answered {
        Ok(Ok(answer)) => return Ok(answer::back(note, answer, keep).await),
        Ok(Err(e)) => (Refused::Unreachable(e.to_string()), Ended::Broken(e.to_string())),
        Err(_) => (Refused::Slow, Ended::TimedOut("first byte".to_owned())),
    };
    note.settle(ended).await;
    Err(refused)
}

/// The token, and path and query below it exactly as they came.
fn split(uri: &Uri) -> Option<(&str, &str)> {
    let whole = uri.path_and_query()?.as_str();
    let rest = whole.strip_prefix(PREFIX)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    Some(rest.split_at(end))
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

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            Self::Unknown => (StatusCode::NOT_FOUND, "unknown_connection"),
            Self::NoUpstream => (StatusCode::BAD_GATEWAY, "no_upstream"),
            Self::Upgrade => (StatusCode::NOT_IMPLEMENTED, "websocket_not_supported"),
            Self::Unreachable(_) => (StatusCode::BAD_GATEWAY, "upstream_unreachable"),
            Self::Slow => (StatusCode::GATEWAY_TIMEOUT, "upstream_slow"),
            Self::NotStored => (StatusCode::SERVICE_UNAVAILABLE, "not_stored"),
        };
        (status, Json(serde_json::json!({ "error": { "code": code, "message": self.to_string() } }))).into_response()
    }
}
