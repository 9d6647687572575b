//! What a caller is told when there is no answer from outside: ours, and recognisable as ours.
//!
//! ```text
//! HTTP/1.1 502 Bad Gateway
//! X-Letopis-Error: upstream_unreachable
//!
//! {"error":{"code":"upstream_unreachable","message":"the system outside cannot be reached (connection refused)"}}
//! ```
//! An answer from outside never has that header: it is taken away there.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Carries the code.
const ERROR: HeaderName = HeaderName::from_static("x-letopis-error");

/// Why a request was not passed on, or has no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("no such connection: the token is unknown or revoked")]
    Unknown,
    #[error("too many unknown tokens from this address: wait {0} s")]
    Guessing(u32),
    #[error("{0}")]
    NoUpstream(&'static str),
    #[error("the path below the token is not one that can be passed on")]
    Target,
    #[error("this connection leads back to Letopis: its upstream must be the system outside")]
    Loop,
    #[error("a websocket or tunnel cannot be passed on; use plain HTTP requests or server-sent events")]
    Upgrade,
    #[error("the system outside {0}")]
    Forbidden(String),
    #[error("the system outside {0}")]
    Unreachable(String),
    #[error("the system outside {0}")]
    Broke(String),
    #[error("the system outside gives no answer in time")]
    Slow,
    #[error("the request did not come whole in time")]
    CallerSlow,
    #[error("the exchange could not be stored now, and this connection waits for its record; try again")]
    NotStored,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, code, retry_s) = match self {
            Self::Unknown => (StatusCode::NOT_FOUND, "unknown_connection", None),
            Self::Guessing(wait_s) => (StatusCode::TOO_MANY_REQUESTS, "too_many_guesses", Some(wait_s)),
            Self::NoUpstream(_) => (StatusCode::BAD_GATEWAY, "no_upstream", None),
            Self::Target => (StatusCode::BAD_REQUEST, "bad_path", None),
            Self::Loop => (StatusCode::LOOP_DETECTED, "loop", None),
            Self::Upgrade => (StatusCode::NOT_IMPLEMENTED, "websocket_not_supported", None),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "upstream_forbidden", None),
            Self::Unreachable(_) => (StatusCode::BAD_GATEWAY, "upstream_unreachable", None),
            Self::Broke(_) => (StatusCode::BAD_GATEWAY, "upstream_broke_off", None),
            Self::Slow => (StatusCode::GATEWAY_TIMEOUT, "upstream_slow", None),
            Self::CallerSlow => (StatusCode::REQUEST_TIMEOUT, "request_slow", None),
            Self::NotStored => (StatusCode::SERVICE_UNAVAILABLE, "not_stored", Some(2)),
        };
        let body = Json(serde_json::json!({ "error": { "code": code, "message": self.to_string() } }));
        let mut response = (status, [(ERROR, HeaderValue::from_static(code))], body).into_response();
        if let Some(seconds) = retry_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
