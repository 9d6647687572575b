//! `POST /hooks/{token}`: the events API for platforms that can store nothing but a URL.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;

use super::Capture;
use super::accept::Sender;
use super::api::{DoorError, answer};

/// Accepts events from whoever knows the connection's token.
pub(super) async fn hook(State(capture): State<Arc<Capture>>, Path(token): Path<String>, request: Request) -> Response {
    let found = capture.connections.find(&token).ok_or(DoorError::Hook);
    let sender = found.map(|known| Sender { business: known.business, source: "hook", connection: Some(known.connection.to_string()) });
    answer(&capture, sender, request).await.unwrap_or_else(|e| capture.refuse(&e))
}
