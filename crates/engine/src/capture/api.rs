//! `POST /api/v1/events`: the events API.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use queue::PublishError;

use super::Capture;
use super::accept::{Accepted, Refusal, Sender};
use super::body::{self, BadBody};
use super::items::NotItems;
use super::otlp::Unreadable;
use crate::access::{Action, KeyRefused, Offered};

/// Why a request to a door was refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum DoorError {
    #[error(transparent)]
    Key(#[from] KeyRefused),
    #[error("this key may not send events; use one made with --role ingest")]
    Role,
    #[error("no such hook: the token is unknown or revoked")]
    Hook,
    #[error("this delivery was forwarded by a Letopis already: its forward URL must be the bot's, not a hook's")]
    Loop,
    #[error(transparent)]
    Sender(#[from] super::hooks::NotTheSender),
    #[error("messages from this page are not taken: name its origin with `letopis connection set ID --origin https://…`")]
    Origin,
    #[error("too many messages from this address: wait {0} s")]
    Hasty(u32),
    #[error("the message is longer than {0} bytes")]
    Long(u64),
    #[error("the message does not say how long it is: Content-Length is missing")]
    Unmeasured,
    #[error(transparent)]
    Message(#[from] crate::exchange::channels::site::NotAMessage),
    #[error("too many unknown tokens from this address: wait {0} s")]
    Guessing(u32),
    #[error(transparent)]
    Body(#[from] BadBody),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Otlp(#[from] Unreadable),
}

/// Where events are posted.
pub(super) const EVENTS: &str = "/api/v1/events";

/// Whether this is for [`events`].
#[must_use]
pub fn is_events<B>(request: &axum::http::Request<B>) -> bool {
    request.method() == Method::POST && request.uri().path() == EVENTS
}

/// Accepts events from the holder of an ingest or admin key.
pub async fn events(capture: &Capture, request: Request) -> Response {
    let sender = authenticate(capture, &request);
    answer(capture, sender, request).await.unwrap_or_else(|e| capture.refuse(&e))
}

/// The same as a route.
pub(super) async fn route(State(capture): State<Arc<Capture>>, request: Request) -> Response {
    events(&capture, request).await
}

/// Who sends, by the key that the request offers.
pub(super) fn authenticate(capture: &Capture, request: &Request) -> Result<Sender, DoorError> {
    let authorization = request.headers().get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    let offered = Offered::read(authorization, request.uri().query())?;
    let identity = capture.keys.admit(&offered, (capture.now_us)())?;
    if !identity.scope().can(Action::Ingest) {
        return Err(DoorError::Role);
    }
    Ok(Sender { business: identity.business, source: "api", connection: None })
}

/// Reads, accepts and answers, whoever sends.
pub(super) async fn answer(capture: &Capture, sender: Result<Sender, DoorError>, request: Request) -> Result<Response, DoorError> {
    let (head, mut body) = request.into_parts();
    let read = match sender {
        Ok(sender) => {
            body::read(&head.headers, &mut body, &capture.config, &capture.room).await.map(|whole| (sender, whole)).map_err(DoorError::from)
        }
        Err(refused) => Err(refused),
    };
    if read.is_err() {
        body::discard(&head.headers, &mut body, &capture.config).await;
    }
    let (sender, whole) = read?;
    let accepted = capture.accept(sender, whole.bytes.clone(), whole.lines).await?;
    Ok(respond(accepted))
}

/// 202 when anything was accepted; 400 with the same report when everything was refused.
fn respond(accepted: Accepted) -> Response {
    let status = if accepted.accepted > 0 { StatusCode::ACCEPTED } else { StatusCode::BAD_REQUEST };
    (status, Json(accepted)).into_response()
}

/// What a refusal says, before it is written in the format of a door.
pub(super) struct Said {
    pub status: StatusCode,
    code: &'static str,
    /// For the caller: nothing about our own disk.
    pub message: String,
    pub retry_s: Option<u16>,
}

impl Capture {
    /// The one place where an error becomes a status.
    pub(super) fn said(&self, error: &DoorError) -> Said {
        let (status, code, retry_s) = match error {
            DoorError::Key(_) => (StatusCode::UNAUTHORIZED, "unauthorized", None),
            DoorError::Role => (StatusCode::FORBIDDEN, "forbidden", None),
            DoorError::Loop => (StatusCode::LOOP_DETECTED, "loop", None),
            DoorError::Sender(_) => (StatusCode::FORBIDDEN, "not_the_sender", None),
            DoorError::Hook => (StatusCode::NOT_FOUND, "unknown_hook", None),
            DoorError::Origin => (StatusCode::FORBIDDEN, "unknown_origin", None),
            DoorError::Hasty(wait_s) => (StatusCode::TOO_MANY_REQUESTS, "too_many_messages", Some(*wait_s as u16)),
            DoorError::Long(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", None),
            DoorError::Unmeasured => (StatusCode::LENGTH_REQUIRED, "length_required", None),
            DoorError::Message(_) => (StatusCode::BAD_REQUEST, "bad_message", None),
            DoorError::Guessing(wait_s) => (StatusCode::TOO_MANY_REQUESTS, "too_many_guesses", Some(*wait_s as u16)),
            DoorError::Body(body) => match body {
                BadBody::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", None),
                BadBody::Encoding | BadBody::Type | BadBody::OtlpType => {
                    (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", None)
                }
                BadBody::Compressed(_) => (StatusCode::BAD_REQUEST, "bad_compression", None),
                BadBody::CutOff => (StatusCode::BAD_REQUEST, "cut_off", None),
                BadBody::Silent(_) | BadBody::Slow(_) => (StatusCode::REQUEST_TIMEOUT, "slow", None),
                BadBody::NoRoom => (StatusCode::SERVICE_UNAVAILABLE, "overloaded", Some(1)),
            },
            DoorError::Otlp(Unreadable::Malformed(_)) => (StatusCode::BAD_REQUEST, "not_otlp", None),
            DoorError::Otlp(Unreadable::TooMany) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", None),
            DoorError::Refused(refusal) => match refusal {
                Refusal::Body(NotItems::NotUtf8(_)) => (StatusCode::BAD_REQUEST, "not_utf8", None),
                Refusal::Body(NotItems::Array(_)) => (StatusCode::BAD_REQUEST, "bad_json", None),
                Refusal::Empty => (StatusCode::BAD_REQUEST, "empty", None),
                Refusal::TooMany { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_many_items", None),
                Refusal::Queue(PublishError::TooLarge { .. }) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", None),
                Refusal::Queue(PublishError::Full(_)) => (StatusCode::SERVICE_UNAVAILABLE, "overloaded", Some(2)),
                Refusal::Queue(PublishError::Failed { .. }) => (StatusCode::SERVICE_UNAVAILABLE, "queue_failed", Some(2)),
                Refusal::Queue(PublishError::Closed) => (StatusCode::SERVICE_UNAVAILABLE, "stopping", Some(5)),
            },
        };
        let counter = if status == StatusCode::SERVICE_UNAVAILABLE { &self.counters.overloaded } else { &self.counters.refused };
        counter.fetch_add(1, Ordering::Relaxed);
        // Paths and system messages of our own disk are for our log, not for the caller.
        let message = if code == "queue_failed" { "the event could not be stored now; try again".to_owned() } else { error.to_string() };
        if code == "queue_failed" {
            tracing::error!(error = %error, "publish failed");
        }
        Said { status, code, message, retry_s }
    }

    /// The same as an answer in JSON.
    pub(super) fn refuse(&self, error: &DoorError) -> Response {
        let Said { status, code, message, retry_s } = self.said(error);
        let body = serde_json::json!({ "error": { "code": code, "message": message } });
        let mut response = (status, Json(body)).into_response();
        if let Some(seconds) = retry_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
