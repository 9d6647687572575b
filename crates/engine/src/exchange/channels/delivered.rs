//! What platforms deliver, alike: the body of a delivery, an event with its own part of it, moments, numbers that are names.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::About;
use super::super::secrets;
use super::super::text::decoded;
use super::super::told::{Told, Writer};
use super::super::wire::Exchange;

/// Events of one delivery; platforms send some dozens.
pub(super) const MOST: usize = 1_000;
/// Ids of schema v1 have as many characters at most; bytes are counted, which is stricter.
const ID_BYTES: usize = 200;
/// Evidence that is nested deeper is kept as text, so that whatever reads records reads it.
const DEEPEST: usize = 24;

/// The JSON of a delivery, or of a call; null where it is none.
pub(super) fn body(exchange: &Exchange) -> Value {
    json_of(&decoded(&exchange.request.headers, &exchange.request.body))
}

/// The JSON that was answered; null where it is none.
pub(super) fn answer(exchange: &Exchange) -> Value {
    let body = exchange.response.as_ref().map(|response| decoded(&response.headers, &response.body));
    json_of(&body.unwrap_or_default())
}

fn json_of(bytes: &[u8]) -> Value {
    let mut value = serde_json::from_slice(bytes).unwrap_or_default();
    secrets::hide(&mut value);
    value
}

/// An event of a delivery, at its arrival, with only its own `part` of it. What the platform repeats has the same id and the same part.
pub(super) fn event(exchange: &Exchange, about: &About<'_>, name: &str, id: &str, part: &Value) -> Writer {
    let mut writer = Writer::new(exchange, about, &event_id(about, name, id));
    writer.at(exchange.started_us).same(&digest(part)).own(exchange, Some(kept(part)), None);
    writer
}

/// Something that has no meaning here: kept and shown.
pub(super) fn other(exchange: &Exchange, about: &About<'_>, name: &str, part: &Value) -> Writer {
    let mut writer = event(exchange, about, name, &digest(part), part);
    writer.set("type", "other").set("direction", "internal");
    writer
}

/// How a message that left the business is faring.
pub(super) fn status(writer: &mut Writer, provider: &str, status: &str, message_id: &str) {
    writer.set("type", "delivery_status").set("direction", "internal");
    writer.part("delivery", "status", Some(status)).part("delivery", "provider", Some(provider));
    writer.part("delivery", "message_id", label(&message_id.into()));
}

/// A message that left the business, as the platform tells of it: through our proxy or past it.
pub(super) fn echo(writer: &mut Writer, provider: &str, words: &str, message_id: &str) {
    writer.set("type", "message_out").words("bot_response", words).meta("echo", true);
    writer.part("delivery", "status", Some("sent")).part("delivery", "provider", Some(provider));
    writer.part("delivery", "message_id", label(&message_id.into()));
}

/// The name of an event: of its platform, its connection (two businesses may have the same bot) and the platform's own id.
pub(super) fn event_id(about: &About<'_>, name: &str, id: &str) -> String {
    let whole = format!("{name}:{}:{id}", about.connection);
    if whole.len() <= ID_BYTES { whole } else { format!("{name}:{}:{}", about.connection, hex(id.as_bytes())) }
}

/// What makes two parts the same.
pub(super) fn digest(part: &Value) -> String {
    hex(part.to_string().as_bytes())
}

/// A part as evidence.
pub(super) fn kept(part: &Value) -> Value {
    if is_deeper(part, DEEPEST) { json!({ "text": part.to_string() }) } else { part.clone() }
}

/// The members of an object that are named, for a part that holds nobody else's.
pub(super) fn only(value: &Value, names: &[&str]) -> Value {
    names.iter().filter(|name| !value[**name].is_null()).map(|name| ((*name).to_owned(), value[*name].clone())).collect()
}

/// The items of a list, as many as are read.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten().take(MOST)
}

/// A word or a whole number that stands for one, as schema v1 has ids; nothing where it is empty or too long.
pub(super) fn label(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= ID_BYTES).then_some(text)
}

/// A text, empty where there is none.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Seconds since 1970, as a number or as text → µs.
pub(super) fn seconds(value: &Value) -> Option<i64> {
    number(value).filter(|seconds| (1_000_000_000..4_000_000_000).contains(seconds)).map(|seconds| seconds * 1_000_000)
}

/// Milliseconds since 1970 → µs.
pub(super) fn millis(value: &Value) -> Option<i64> {
    number(value).filter(|millis| (1_000_000_000_000..4_000_000_000_000).contains(millis)).map(|millis| millis * 1_000)
}

/// A whole number, perhaps written as text.
pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// All events of a delivery, done.
pub(super) fn told(writers: impl IntoIterator<Item = Writer>) -> Vec<Told> {
    writers.into_iter().take(MOST).map(|mut writer| writer.told()).collect()
}

fn is_deeper(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(|item| is_deeper(item, levels - 1)),
        Value::Object(parts) => levels == 0 || parts.values().any(|part| is_deeper(part, levels - 1)),
        _ => false,
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}
