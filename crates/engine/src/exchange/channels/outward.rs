//! A call outward through the proxy, alike on every platform: what it says, to whom, and what came of it.
//!
//! Words are an answer of the assistant's only where the platform said that it took them. Refused, or with its answer lost, a call is an
//! error with the words it was to send: nothing is claimed.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::super::told::{Told, Writer};
use super::super::wire::Exchange;
use super::super::{About, form, opaque, secrets};
use super::delivered::{digest, event_id, kept, label};

/// What the bot asked of a platform.
#[derive(Debug, Default)]
pub(super) struct Call<'a> {
    /// Who carries it: `whatsapp`.
    pub provider: &'a str,
    /// How its events are named: `wa`.
    pub name: &'a str,
    /// What it is called: `whatsapp.messages`.
    pub action: String,
    /// The words it sends, empty where it is a picture alone; none where it sends nothing.
    pub words: Option<String>,
    /// An edit or a deletion: `message_edited`.
    pub kind: Option<&'a str>,
    /// Whose part of the call this is, where one call sends to several.
    pub part: Option<usize>,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Came {
    /// The platform took it; a message has a number of its own.
    Done(Option<String>),
    /// The platform said no.
    Refused { code: String, text: String },
    /// Nobody knows: the answer is lost or cannot be read.
    Unknown,
}

impl Call<'_> {
    /// The event. `request` and `response` are its own parts as evidence; `add` says who the client is and what else there is.
    pub(super) fn told(
        &self,
        exchange: &Exchange,
        about: &About<'_>,
        (request, response): (&Value, &Value),
        came: Came,
        add: impl FnOnce(&mut Writer),
    ) -> Told {
        let own = self.part.map_or_else(|| exchange.id.clone(), |part| format!("{}.{part}", exchange.id));
        let mut writer = Writer::new(exchange, about, &own);
        writer.own(exchange, Some(kept(request)), (!response.is_null()).then(|| kept(response)));
        writer.set("latency_ms", ((exchange.ended_us - exchange.started_us) / 1000).max(0));
        add(&mut writer);
        match came {
            Came::Done(message_id) => self.done(&mut writer, about, message_id),
            Came::Refused { code, text } => {
                self.failed(&mut writer, &code, &text);
                self.fate(&mut writer, "failed");
            }
            Came::Unknown => {
                let why = opaque::failure(exchange).unwrap_or_else(|| "the answer cannot be read".to_owned());
                self.failed(&mut writer, "no_answer", &format!("{why}; nobody knows what came of the call"));
                self.fate(&mut writer, "unknown");
            }
        }
        writer.told()
    }

    /// The request of a call, before its answer is known.
    pub(super) fn asked(&self, exchange: &Exchange, about: &About<'_>, request: &Value, add: impl FnOnce(&mut Writer)) -> Told {
        let mut writer = Writer::new(exchange, about, &format!("{}.asked", exchange.id));
        writer.set("type", "action").set("direction", "internal").set("action", self.action.as_str());
        writer.meta("stage", "asked").own(exchange, Some(kept(request)), None);
        add(&mut writer);
        writer.told()
    }

    fn done(&self, writer: &mut Writer, about: &About<'_>, message_id: Option<String>) {
        let message_id = message_id.and_then(|id| label(&id.into()));
        if let Some(kind) = self.kind {
            writer.set("type", kind).set("direction", "out").maybe("text", self.words.clone());
            return;
        }
        let Some(words) = &self.words else {
            writer.set("type", "action").set("direction", "internal").set("action", self.action.as_str());
            return;
        };
        writer.set("type", "message_out").words("bot_response", words);
        self.fate(writer, "sent");
        if let Some(id) = message_id {
            let known = event_id(about, self.name, &id);
            let essence = digest(&json!([known, words]));
            writer.set("event_id", known).same(&essence).part("delivery", "message_id", Some(id));
        }
    }

    fn failed(&self, writer: &mut Writer, code: &str, text: &str) {
        writer.set("type", "error").set("direction", "internal").set("action", self.action.as_str());
        writer.part("error", "code", label(&code.into())).part("error", "message", Some(text));
        // Words that may not have arrived are no answer of the assistant's.
        writer.meta("intended", self.words.clone());
    }

    fn fate(&self, writer: &mut Writer, status: &str) {
        if self.words.is_some() {
            writer.part("delivery", "status", Some(status)).part("delivery", "provider", Some(self.provider));
        }
    }
}

/// The parameters of a call, without what opens something; of one that sets a webhook up also without URLs, because ours is a secret.
pub(super) fn request(exchange: &Exchange) -> Value {
    let asked = &exchange.request;
    let mut params = Value::Object(form::params(&asked.target, &asked.headers, &asked.body));
    secrets::hide(&mut params);
    params
}

/// What stands for the answer to a look-up: it may tell of many clients, who would stay in a record that is nobody's.
pub(super) fn summary(exchange: &Exchange) -> Value {
    let Some(response) = &exchange.response else { return Value::Null };
    let digest: String = Sha256::digest(&response.body.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "left_out": "an answer to a look-up", "bytes": response.body.length, "sha256_of_kept": digest })
}

/// Whether the answer came whole and its status says yes.
pub(super) fn is_fine(exchange: &Exchange) -> bool {
    exchange.ended == super::super::Ended::Whole && exchange.response.as_ref().is_some_and(|response| response.status < 300)
}

/// Path without the query, in parts.
pub(super) fn path(exchange: &Exchange) -> Vec<&str> {
    exchange.request.target.split('?').next().unwrap_or_default().split('/').filter(|part| !part.is_empty()).collect()
}

/// The parameters of the query alone.
pub(super) fn query(exchange: &Exchange) -> Map<String, Value> {
    exchange.request.target.split_once('?').map(|(_, query)| form::urlencoded(query)).unwrap_or_default()
}

/// What a call is called: the platform and a word of its path; `call` where that is a number or anything else.
pub(super) fn action(provider: &str, word: Option<&str>) -> String {
    let plain = |word: &&str| {
        (1..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'-'))
    };
    format!("{provider}.{}", word.filter(plain).unwrap_or("call").to_ascii_lowercase())
}
