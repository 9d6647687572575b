//! What went over the wire, and what it says.
//!
//! Capture copies a request and its answer into an [`Exchange`]; the recorder asks [`read`] what happened in it and gets events of schema
//! v1. Pure: no clock, no I/O, no database, no random value; a function of the exchange and of what is known [`About`] the connection.
//! Strangers wrote the bytes, so every reader is total: what it does not understand becomes one opaque event, never nothing.
//!
//! * `wire` – the exchange, and its bytes in the queue · `secrets` – takes tokens out before anything is read · `text` – decoded bodies
//! * `path` – where something stands in JSON · `form` – parameters however they were sent · `told` – how an event is written · `opaque` –
//!   what nobody understands
//! * `classify` – the intent of words that came without one
//! * one file a kind, twins: `llm/`, `crm/`, `channels/`

pub mod channels;
mod classify;
pub mod crm;
mod form;
pub mod llm;
mod opaque;
mod path;
pub mod secrets;
mod text;
mod told;
mod wire;

pub use classify::{Classifier, Guess, Quality, TrainError};
pub use crm::php;
pub use form::unescaped;
pub use path::{Path, PathError};
pub use told::{Told, Writer};
pub use wire::{Body, Ended, Exchange, NotAnExchange, Request, Response, Way};

use serde_json::{Map, Value};

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
    /// What the business has settled: prices, words.
    pub known: &'a Known,
}

/// What a business has settled about what exchanges say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// What calls of models cost.
    pub prices: llm::Prices,
    /// Its words for what clients want.
    pub intents: llm::Intents,
    /// What it learnt of what clients want, and the version of that.
    pub classifier: Option<(String, Classifier)>,
}

impl Known {
    /// The parts, as decisions name them.
    pub const PRICES: &str = "prices";
    /// The words.
    pub const INTENTS: &str = "intents";

    /// What was learnt.
    pub const CLASSIFIER: &str = "classifier";

    /// What is wrong with a part, in words; none when it can be settled.
    #[must_use]
    pub fn fault(what: &str, value: &str) -> Option<String> {
        let mut known = Self::default();
        let unread = (!known.take(what, value)).then(|| format!("this is not what {what} look like"));
        let damaged = || known.classifier.as_ref().and_then(|(_, model)| model.fault());
        unread.or_else(|| known.prices.fault()).or_else(|| known.intents.fault()).or_else(damaged)
    }

    /// Takes one part; whether it could be read.
    pub fn take(&mut self, what: &str, value: &str) -> bool {
        match what {
            Self::PRICES => serde_json::from_str(value).map(|prices| self.prices = prices).is_ok(),
            Self::INTENTS => serde_json::from_str(value).map(|intents| self.intents = intents).is_ok(),
            Self::CLASSIFIER => serde_json::from_str(value)
                .map(|model: Option<Classifier>| self.classifier = model.map(|model| (model.version(), model)))
                .is_ok(),
            _ => false,
        }
    }

    /// The intent of a client's words that came without one, as far as people's labels taught it.
    fn guess(&self, told: &mut Told) {
        let Some((version, model)) = &self.classifier else { return };
        let Ok(Value::Object(mut event)) = serde_json::from_slice(&told.json) else { return };
        let words = event.get("text").and_then(Value::as_str).filter(|_| !event.contains_key("intent"));
        let guess = words.filter(|_| event.get("type").is_some_and(|kind| kind == "message_in")).and_then(|words| model.guess(words));
        let Some(guess) = guess else { return };
        let intent = self.intents.normal(guess.intent).unwrap_or(guess.intent);
        event.insert("intent".into(), intent.into());
        event.insert("confidence".into(), guess.confidence.into());
        if let Value::Object(meta) = event.entry("meta").or_insert_with(|| Value::Object(Map::new())) {
            meta.insert("intent_by".into(), format!("classifier {version}").into());
        }
        told.json = Value::Object(event).to_string().into_bytes();
    }
}

/// The events that an exchange tells of; at least one, but for what says nothing at all.
#[must_use]
pub fn read(mut exchange: Exchange, about: &About<'_>) -> Vec<Told> {
    secrets::take_out(&mut exchange, about.kind);
    if exchange.way == Way::Asked {
        return vec![opaque::asked(&exchange, about)];
    }
    let told = match about.kind {
        ConnectionKind::Anthropic | ConnectionKind::Gigachat | ConnectionKind::Openai => llm::read(&exchange, about),
        ConnectionKind::Avito => channels::avito::read(&exchange, about),
        ConnectionKind::Bitrix24 => crm::bitrix24::read(&exchange, about),
        ConnectionKind::Hook => channels::hook::read(&exchange, about),
        ConnectionKind::Instagram => channels::instagram::read(&exchange, about),
        ConnectionKind::Max => channels::max::read(&exchange, about),
        ConnectionKind::Site => channels::site::read(&exchange, about),
        ConnectionKind::Telegram => channels::telegram::read(&exchange, about),
        ConnectionKind::Vk => channels::vk::read(&exchange, about),
        ConnectionKind::Whatsapp => channels::whatsapp::read(&exchange, about),
        ConnectionKind::Yclients => channels::yclients::read(&exchange, about),
        _ => Vec::new(),
    };
    let told = if told.is_empty() { channels::not_taken(&exchange, about, |_| {}).into_iter().collect() } else { told };
    let says = !told.is_empty() || has_nothing_to_say(&exchange, about.kind);
    let mut told = if says { told } else { vec![opaque::read(&exchange, about)] };
    told.iter_mut().for_each(|told| about.known.guess(told));
    told
}

/// The bot's plain "I took it" is no event, nor is a poll that brought nothing.
fn has_nothing_to_say(exchange: &Exchange, kind: ConnectionKind) -> bool {
    matches!(exchange.way, Way::Answer | Way::Late) || channels::is_silence(exchange, kind)
}
