//! What a platform wants to hear when all is well, and how long it waits for it.

use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::access::{ConnectionKind, Settings};

/// The platform's own success.
pub(super) fn answer(kind: ConnectionKind) -> Response {
    match kind {
        ConnectionKind::Vk => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "ok").into_response(),
        _ => (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], "{}").into_response(),
    }
}

/// How long the bot may take before the platform is answered without it: less than the platform waits.
pub(super) fn patience(kind: ConnectionKind, settings: &Settings) -> Duration {
    let usual = match kind {
        // Avito gives up after 2 s, VK after about 10.
        ConnectionKind::Avito => 1_500,
        ConnectionKind::Vk => 8_000,
        _ => 20_000,
    };
    Duration::from_millis(settings.forward_ms.map_or(usual, u64::from))
}
