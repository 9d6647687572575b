//! Channels: where clients write. One file a platform, twins: each turns what came by hook (`Way::Hook`), what the bot answered to that
//! (`Way::Answer`), what it did not take (`Way::Deferred`) and what it called through the proxy (`Way::Proxy`) into events.
//!
//! * `telegram` – the Bot API · `whatsapp` – the Cloud API · `instagram` · `max` · `vk` · `avito` · `yclients` – visits, not words
//! * `site` – a chat on one's own site · `hook` – any JSON, with a map of its fields
//! * `delivered`, `outward` – what the others have in common · `graph` – what Meta's have

pub mod avito;
mod delivered;
mod graph;
pub mod hook;
pub mod instagram;
pub mod max;
mod outward;
pub mod site;
pub mod telegram;
#[cfg(test)]
mod testing;
pub mod vk;
pub mod whatsapp;
pub mod yclients;

use serde_json::{Value, json};

use super::text::decoded;
use super::told::{Told, Writer};
use super::wire::{Exchange, Request, Way};
use super::{About, opaque};
use crate::access::ConnectionKind;

/// Which chat of its connection a delivery belongs to; none where the kind knows no chat, or several are in it. Deliveries of one chat are
/// forwarded in order.
#[must_use]
pub fn chat(kind: ConnectionKind, request: &Request) -> Option<String> {
    let body: Value = serde_json::from_slice(&decoded(&request.headers, &request.body)).ok()?;
    match kind {
        ConnectionKind::Avito => avito::chat(&body),
        ConnectionKind::Instagram => instagram::chat(&body),
        ConnectionKind::Max => max::chat(&body),
        ConnectionKind::Site => site::chat(&body),
        ConnectionKind::Telegram => telegram::chat(&body),
        ConnectionKind::Vk => vk::chat(&body),
        ConnectionKind::Whatsapp => whatsapp::chat(&body),
        ConnectionKind::Yclients => yclients::chat(&body),
        _ => None,
    }
}

/// Whether an answer of the bot to a delivery says anything worth recording, beside that it took it.
#[must_use]
pub fn speaks(kind: ConnectionKind, settings: &crate::access::Settings, body: &[u8]) -> bool {
    match kind {
        ConnectionKind::Site => memchr::memmem::find(body, b"text").is_some(),
        ConnectionKind::Telegram => memchr::memmem::find(body, b"method").is_some(),
        ConnectionKind::Hook => !body.is_empty() && settings.fields.keys().any(|field| field.starts_with(hook::ANSWER)),
        _ => false,
    }
}

/// Whether an exchange says nothing at all: a poll that brought nothing, a sign that somebody types.
#[must_use]
pub(super) fn is_silence(exchange: &Exchange, kind: ConnectionKind) -> bool {
    match kind {
        ConnectionKind::Max => max::is_silence(exchange),
        ConnectionKind::Telegram => telegram::is_silence(exchange),
        ConnectionKind::Vk => vk::is_silence(exchange),
        _ => false,
    }
}

/// That the bot failed at a delivery, or did not take it in time: an error in the conversation of whom `client` names.
pub(super) fn not_taken(exchange: &Exchange, about: &About<'_>, client: impl FnOnce(&mut Writer)) -> Option<Told> {
    if !matches!(exchange.way, Way::Answer | Way::Deferred | Way::Late) {
        return None;
    }
    let why = opaque::failure(exchange)?.replace("the system outside", "the bot");
    let (suffix, code, message) = match exchange.way {
        Way::Deferred => ("deferred", "bot_unreachable", format!("{why}; the platform was told that all is well, and it is tried again")),
        Way::Late => ("given_up", "bot_failed", format!("{why}; it is not tried again by itself")),
        _ => ("failed", "bot_failed", format!("the bot {why}; the platform was told so")),
    };
    let mut writer = Writer::new(exchange, about, &format!("{}.{suffix}", exchange.id));
    writer.set("type", "error").set("direction", "internal");
    writer.part("error", "code", Some(code)).part("error", "message", Some(message));
    client(&mut writer);
    let answer = exchange
        .response
        .as_ref()
        .map(|response| json!({ "status": response.status, "text": text(&decoded(&response.headers, &response.body)) }));
    writer.own(exchange, None, answer);
    Some(writer.told())
}

/// The beginning of what somebody said who was not asked.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(2_000)]).into_owned()
}
