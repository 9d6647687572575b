//! What went over the wire, and what it says.
//!
//! Capture copies a request and its answer into an [`Exchange`]; the recorder asks [`read`] what happened in it and gets events of schema
//! v1. Pure: no clock, no I/O, no database, no random value; a function of the exchange and of what is known [`About`] the connection.
//! Strangers wrote the bytes, so every reader is total: what it does not understand becomes one opaque event, never nothing.
//!
//! * `wire` – the exchange, and its bytes in the queue · `secrets` – takes tokens out before anything is read · `text` – decoded bodies
//! * `path` – where something stands in JSON · `form` – parameters however they were sent · `told` – how an event is written · `opaque` –
//!   what nobody understands
//! * one file a kind, twins: `llm/`, `crm/`, `channels/`

pub mod channels;
pub mod crm;
mod form;
pub mod llm;
mod opaque;
mod path;
pub mod secrets;
mod text;
mod told;
mod wire;

pub use form::unescaped;
pub use path::{Path, PathError};
pub use told::{Told, Writer};
pub use wire::{Body, Ended, Exchange, NotAnExchange, Request, Response, Way};

use crate::access::{ConnectionKind, Settings};

/// What is known about the connection that an exchange came through.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Its public id.
    pub connection: &'a str,
    /// What is plugged in.
    pub kind: ConnectionKind,
    /// How it behaves.
    pub settings: &'a Settings,
    /// Whether a model's messages are a conversation of their own: no channel of the business brings them.
    pub speaks: bool,
}

/// The events that an exchange tells of; at least one, but for what says nothing at all.
#[must_use]
pub fn read(mut exchange: Exchange, about: &About<'_>) -> Vec<Told> {
    secrets::take_out(&mut exchange, about.kind);
    let told = match about.kind {
        ConnectionKind::Avito => channels::avito::read(&exchange, about),
        ConnectionKind::Bitrix24 => crm::bitrix24::read(&exchange, about),
        ConnectionKind::Hook => channels::hook::read(&exchange, about),
        ConnectionKind::Instagram => channels::instagram::read(&exchange, about),
        ConnectionKind::Max => channels::max::read(&exchange, about),
        ConnectionKind::Openai => llm::openai::read(&exchange, about),
        ConnectionKind::Telegram => channels::telegram::read(&exchange, about),
        ConnectionKind::Vk => channels::vk::read(&exchange, about),
        ConnectionKind::Whatsapp => channels::whatsapp::read(&exchange, about),
        ConnectionKind::Yclients => channels::yclients::read(&exchange, about),
        _ => Vec::new(),
    };
    let told = if told.is_empty() { channels::not_taken(&exchange, about, |_| {}).into_iter().collect() } else { told };
    if told.is_empty() && !has_nothing_to_say(&exchange, about.kind) { vec![opaque::read(&exchange, about)] } else { told }
}

/// The bot's plain "I took it" is no event, nor is a poll that brought nothing.
fn has_nothing_to_say(exchange: &Exchange, kind: ConnectionKind) -> bool {
    matches!(exchange.way, Way::Answer | Way::Late) || channels::is_silence(exchange, kind)
}
