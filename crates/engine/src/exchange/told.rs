//! How an event is written: the JSON of schema v1 that is sealed, with its part of the exchange beside it.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::About;
use super::text::decoded;
use super::wire::{Body, Ended, Exchange, header};

/// One event that an exchange tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// JSON of schema v1, with an `event_id`.
    pub json: Vec<u8>,
}

/// Writes one event. Fields are those of schema v1; what is `null` or empty is left out.
#[derive(Debug, Clone)]
pub struct Writer {
    fields: Map<String, Value>,
    meta: Map<String, Value>,
}

impl Writer {
    /// An event of `exchange`, at the moment it ended, on the connection's channel. `id` is unique within the connection's exchanges.
    #[must_use]
    pub fn new(exchange: &Exchange, about: &About<'_>, id: &str) -> Self {
        let mut writer = Self { fields: Map::new(), meta: Map::new() };
        let channel = about.settings.channel.as_deref().unwrap_or(about.kind.channel());
        writer.set("event_id", id).at(exchange.ended_us).set("channel", channel);
        writer
    }

    /// Sets a field.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) -> &mut Self {
        let value = value.into();
        if !is_empty(&value) {
            self.fields.insert(field.to_owned(), value);
        }
        self
    }

    /// Sets a field if there is something to say.
    pub fn maybe(&mut self, field: &str, value: Option<impl Into<Value>>) -> &mut Self {
        if let Some(value) = value { self.set(field, value) } else { self }
    }

    /// Sets a field if there is something to say and nobody has set it.
    pub fn default(&mut self, field: &str, value: Option<impl Into<Value>>) -> &mut Self {
        if self.fields.contains_key(field) { self } else { self.maybe(field, value) }
    }

    /// Sets one part of an object field (`client`, `booking`, …).
    pub fn part(&mut self, field: &str, name: &str, value: Option<impl Into<Value>>) -> &mut Self {
        if let Some(value) = value.map(Into::into).filter(|value| !is_empty(value))
            && let Value::Object(parts) = self.fields.entry(field).or_insert_with(|| json!({}))
        {
            parts.insert(name.to_owned(), value);
        }
        self
    }

    /// When it happened, µs since 1970 UTC; a moment that no calendar has is taken for the nearest that one has.
    pub fn at(&mut self, us: i64) -> &mut Self {
        let us = us.clamp(946_684_800_000_000, 4_102_444_799_000_000);
        let moment = jiff::Timestamp::from_microsecond(us).unwrap_or_default();
        self.set("timestamp", moment.to_string())
    }

    /// The same where the moment is known.
    pub fn at_maybe(&mut self, us: Option<i64>) -> &mut Self {
        if let Some(us) = us { self.at(us) } else { self }
    }

    /// Words, also where there are none: a picture was sent.
    pub fn words(&mut self, field: &str, words: &str) -> &mut Self {
        self.fields.insert(field.to_owned(), words.into());
        self
    }

    /// What makes it the same event when it is told again, whatever else is different then (`event::record::essence`).
    pub fn same(&mut self, essence: &str) -> &mut Self {
        self.meta("same", essence)
    }

    /// Something that schema v1 has no field for.
    pub fn meta(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        let value = value.into();
        if !is_empty(&value) {
            self.meta.insert(name.to_owned(), value);
        }
        self
    }

    /// The whole exchange as evidence: only where all of it is about this one client.
    pub fn whole(&mut self, exchange: &Exchange) -> &mut Self {
        let mut evidence = head(exchange);
        evidence.insert("request_body".into(), kept(&exchange.request.headers, &exchange.request.body));
        if let Some(response) = &exchange.response {
            evidence.insert("response_body".into(), kept(&response.headers, &response.body));
        }
        self.meta("exchange", evidence)
    }

    /// The whole exchange without the files in it: texts as `words` leaves them, and of a body that is no text what `file` says of it.
    pub fn whole_without_files(
        &mut self,
        exchange: &Exchange,
        words: &dyn Fn(&str) -> Cow<'_, str>,
        file: &dyn Fn(&[u8]) -> String,
    ) -> &mut Self {
        self.whole(exchange);
        let Some(Value::Object(evidence)) = self.meta.get_mut("exchange") else { return self };
        for body in ["request_body", "response_body"] {
            let Some(Value::Object(body)) = evidence.get_mut(body) else { continue };
            if let Some(Value::String(text)) = body.get_mut("text")
                && let Cow::Owned(shorter) = words(text)
            {
                *text = shorter;
            }
            if let Some(bytes) = body.remove("base64").and_then(|text| STANDARD.decode(text.as_str()?).ok()) {
                body.insert("file".into(), file(&bytes).into());
            }
        }
        self
    }

    /// This event's own part of an exchange that tells of several.
    pub fn own(&mut self, exchange: &Exchange, request: Option<Value>, response: Option<Value>) -> &mut Self {
        let mut evidence = head(exchange);
        evidence.extend(request.map(|part| ("request_part".to_owned(), part)));
        evidence.extend(response.map(|part| ("response_part".to_owned(), part)));
        self.meta("exchange", evidence)
    }

    /// Done.
    #[must_use]
    pub fn told(&mut self) -> Told {
        let mut fields = std::mem::take(&mut self.fields);
        if !self.meta.is_empty() {
            fields.insert("meta".into(), Value::Object(std::mem::take(&mut self.meta)));
        }
        let mut json = Value::Object(fields);
        let mut text = json.to_string();
        // The gate takes no NUL, and a stranger's must not send the whole event to quarantine.
        if text.contains("\\u0000") {
            without_nul(&mut json);
            text = json.to_string();
        }
        Told { json: text.into_bytes() }
    }
}

/// Every NUL becomes the sign for what cannot be shown. As deep as the JSON reader goes.
fn without_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', "\u{fffd}"),
        Value::Array(items) => items.iter_mut().for_each(without_nul),
        Value::Object(parts) => {
            let all = std::mem::take(parts).into_iter().map(|(name, mut part)| {
                without_nul(&mut part);
                (name.replace('\0', "\u{fffd}"), part)
            });
            *parts = all.collect();
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(parts) => parts.is_empty(),
        _ => false,
    }
}

/// What is said of an exchange besides its bodies.
fn head(exchange: &Exchange) -> Map<String, Value> {
    let mut head = Map::new();
    head.insert("id".into(), exchange.id.as_str().into());
    head.insert("method".into(), exchange.request.method.as_str().into());
    head.insert("target".into(), exchange.request.target.as_str().into());
    head.insert("ms".into(), ((exchange.ended_us - exchange.started_us) / 1000).max(0).into());
    if let Some(first) = exchange.first_byte_us {
        head.insert("first_byte_ms".into(), ((first - exchange.started_us) / 1000).max(0).into());
    }
    if let Some(response) = &exchange.response {
        head.insert("status".into(), response.status.into());
    }
    match &exchange.ended {
        Ended::Whole => {}
        Ended::CallerGone => drop(head.insert("ended".into(), "caller_gone".into())),
        Ended::RequestBroken => drop(head.insert("ended".into(), "request_broken".into())),
        Ended::Broken(why) => drop(head.insert("ended".into(), json!({ "broken": why }))),
        Ended::TimedOut(phase) => drop(head.insert("ended".into(), json!({ "timed_out": phase }))),
    }
    if let Some(earlier) = &exchange.retry_of {
        head.insert("retry_of".into(), earlier.as_str().into());
    }
    head
}

/// A body as text, verbatim; as base64 where it is none. What is missing of it is said.
fn kept(headers: &[(String, String)], body: &Body) -> Value {
    let bytes = decoded(headers, body);
    let mut kept = Map::new();
    if let Some(kind) = header(headers, "content-type") {
        kept.insert("type".into(), kind.into());
    }
    match bytes {
        Cow::Borrowed([]) => {}
        bytes => match std::str::from_utf8(&bytes) {
            // An event may hold no NUL.
            Ok(text) if !text.contains('\0') => drop(kept.insert("text".into(), text.into())),
            _ => drop(kept.insert("base64".into(), STANDARD.encode(&bytes).into())),
        },
    }
    if body.is_cut() {
        kept.insert("cut".into(), json!({ "bytes": body.length, "kept": body.bytes.len(), "sha256": body.sha256.map(hex) }));
    }
    Value::Object(kept)
}

fn hex(bytes: [u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
