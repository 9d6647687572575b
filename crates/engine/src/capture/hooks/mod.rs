//! `ANY /hooks/{token}`: what platforms deliver.
//!
//! A connection of kind events takes what the events API takes. Every other kind: the sender is checked, the delivery made durable, and
//! then forwarded to the bot, whose own answer goes back to the platform. What the bot does not take in time is answered with the
//! platform's success, deferred through the queue, and tried again in order by the room `forwards`.
//!
//! * `sender` – who may deliver · `greet` – handshakes · `delivery` – one delivery from door to answer · `forward` – the request to the bot
//! * `hint` – a CRM says that something happened there
//! * `success` – what a platform wants to hear, and how soon · `waiting` – chats whose earlier deliveries are still to be forwarded · `trial` – a test of the bot

mod delivery;
mod forward;
mod greet;
mod hint;
mod sender;
mod success;
mod trial;
mod waiting;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Path, Request, State};
use axum::response::Response;

use super::Capture;
use super::accept::Sender;
use super::api::{DoorError, answer};
use super::body;
use crate::access::ConnectionKind;

pub(super) use delivery::take;
pub use forward::{Answered, NotTaken};
pub(super) use sender::NotTheSender;
pub use waiting::{Chat, Flight, Waiting};

/// Takes what whoever knows the connection's token delivers.
pub(super) async fn hook(State(capture): State<Arc<Capture>>, Path(token): Path<String>, request: Request) -> Response {
    let found = capture.known(&token);
    if let Some(known) = found.as_ref().filter(|known| known.kind != ConnectionKind::Events) {
        let taken = match known.kind {
            ConnectionKind::Bitrix24 => hint::take(&capture, known, request).await,
            _ => delivery::take(&capture, known, request).await,
        };
        return taken.unwrap_or_else(|e| capture.refuse(&e));
    }
    if found.is_none() {
        let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        if let Some(wait_s) = capture.guessed(from) {
            return capture.refuse(&DoorError::Guessing(wait_s));
        }
    }
    let sender = found.ok_or(DoorError::Hook);
    let sender = sender.map(|known| Sender { business: known.business, source: "hook", connection: Some(known.connection.to_string()) });
    answer(&capture, sender, request).await.unwrap_or_else(|e| capture.refuse(&e))
}

/// Reads on after a refusal, so that the sender hears why.
async fn discard(capture: &Capture, head: &axum::http::request::Parts, rest: &mut axum::body::Body) {
    body::discard(&head.headers, rest, &capture.config).await;
}
