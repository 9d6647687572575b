//! Any JSON (or form) that a platform sends, with a map of its fields: `Settings::fields`.
//!
//! ```text
//! text=$.message.text    client.phone=$.from.phone    channel==site    items=$.events[*]    answer.bot_response=$.reply
//! ```
//! Left a field of schema v1 (or `meta.…`), right where it stands, or after `=` a constant. With `items` every element becomes an event of
//! its own; a path is looked for in the element, then in the whole. `answer.…` reads the bot's own answer. A value that does not fit
//! its field is left where it was: everything that came stays in the event as evidence.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::told::{Told, Writer};
use super::super::wire::{Exchange, Way};
use super::super::{About, Path, form};
use super::not_taken;
use crate::event::{Direction, EventType, Limits, When, check};

/// Fields that begin so are read from the bot's answer.
pub const ANSWER: &str = "answer.";
/// The field that names the elements.
const ITEMS: &str = "items";
/// Events of one delivery.
const MOST: usize = 1_000;
/// Ids are cut off at no length: longer ones are none.
const ID_CHARS: usize = 200;

/// What an exchange tells.
#[must_use]
pub fn read(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    let request = &exchange.request;
    let whole = body(&request.target, &request.headers, &request.body);
    match exchange.way {
        Way::Hook => delivered(exchange, about, &whole),
        Way::Answer | Way::Deferred | Way::Late => {
            let of_client = |writer: &mut Writer| {
                let fields = about.settings.fields.iter().filter(|(field, _)| field.starts_with("client.") || *field == "session_id");
                map(writer, fields, &[items(about, &whole).first().copied().unwrap_or(&whole), &whole]);
            };
            not_taken(exchange, about, of_client).or_else(|| answered(exchange, about, of_client)).into_iter().collect()
        }
        Way::Proxy | Way::Asked => Vec::new(),
    }
}

fn delivered(exchange: &Exchange, about: &About<'_>, whole: &Value) -> Vec<Told> {
    let items = items(about, whole);
    let fields = || about.settings.fields.iter().filter(|(field, _)| !field.starts_with(ANSWER) && *field != ITEMS);
    let event = |item: &Value, with_fields: bool| {
        let part = item.to_string();
        let digest = hex(part.as_bytes());
        let mut writer = Writer::new(exchange, about, &format!("hook:{}:{digest}", about.connection));
        writer.at(exchange.started_us).same(&digest).own(exchange, Some(item.clone()), None);
        if with_fields {
            map(&mut writer, fields(), &[item, whole]);
        } else {
            writer.set("type", "other").set("direction", "internal");
        }
        writer.told()
    };
    // Fields that do not go together (a booking without anybody's name) are refused at the gate: then only the evidence is kept.
    let told = |item: &Value| {
        let told = event(item, true);
        if check(&told.json, &Limits { item_bytes: usize::MAX, ..Limits::default() }).is_ok() { told } else { event(item, false) }
    };
    items.into_iter().take(MOST).map(told).collect()
}

fn answered(exchange: &Exchange, about: &About<'_>, of_client: impl FnOnce(&mut Writer)) -> Option<Told> {
    let response = exchange.response.as_ref()?;
    let answer = body("", &response.headers, &response.body);
    let fields = about.settings.fields.iter().filter_map(|(field, path)| Some((field.strip_prefix(ANSWER)?, path)));
    let mut writer = Writer::new(exchange, about, &format!("{}.answer", exchange.id));
    of_client(&mut writer);
    writer.own(exchange, None, Some(answer.clone()));
    let mut found = false;
    for (field, path) in fields {
        found |= set(&mut writer, field, path, &[&answer]);
    }
    let told = writer.told();
    (found && check(&told.json, &Limits::default()).is_ok()).then_some(told)
}

/// JSON, or what a form or the query says.
fn body(target: &str, headers: &[(String, String)], body: &super::super::Body) -> Value {
    let bytes = super::super::text::decoded(headers, body);
    serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::Object(form::params(target, headers, body)))
}

/// The elements that become events; without `items` the whole is one.
fn items<'a>(about: &About<'_>, whole: &'a Value) -> Vec<&'a Value> {
    let Some(path) = about.settings.fields.get(ITEMS) else {
        return if whole.as_object().is_some_and(serde_json::Map::is_empty) { Vec::new() } else { vec![whole] };
    };
    Path::parse(path).map(|path| path.find_all(whole)).unwrap_or_default()
}

fn map<'a>(writer: &mut Writer, fields: impl Iterator<Item = (&'a String, &'a String)>, places: &[&Value]) {
    for (field, path) in fields {
        set(writer, field, path, places);
    }
}

/// Sets one field; whether there was anything for it.
fn set(writer: &mut Writer, field: &str, path: &str, places: &[&Value]) -> bool {
    let found = match path.strip_prefix('=') {
        Some(constant) => Some(Value::from(constant)),
        None => Path::parse(path).ok().and_then(|path| places.iter().find_map(|place| path.find(place)).cloned()),
    };
    let Some(value) = found.filter(|value| !value.is_null()) else { return false };
    let (head, part) = field.split_once('.').map_or((field, None), |(head, part)| (head, Some(part)));
    match (head, part) {
        ("meta", Some(name)) => drop(writer.meta(name, value)),
        ("timestamp", None) => timestamp(writer, &value),
        (head, None) => match fitting(head, &value) {
            Some(value) if matches!(head, "text" | "bot_response") => drop(writer.words(head, value.as_str().unwrap_or_default())),
            Some(value) => drop(writer.set(head, value)),
            None => drop(writer.meta(head, value)),
        },
        ("utm", Some(name)) => drop(writer.part(head, name, label(&value))),
        ("client" | "booking" | "payment" | "delivery" | "error", Some(name)) => match part_fitting(name, &value) {
            Some(value) => drop(writer.part(head, name, Some(value))),
            None => drop(writer.meta(field, value)),
        },
        _ => drop(writer.meta(field, value)),
    }
    true
}

/// RFC 3339 with its offset, or seconds, milliseconds or microseconds since 1970.
fn timestamp(writer: &mut Writer, value: &Value) {
    if let Some(text) = value.as_str().filter(|text| When::parse(text).is_some()) {
        writer.set("timestamp", text);
        return;
    }
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| *number > 1e9);
    let us = number.and_then(|number| match number {
        n if n < 1e11 => Some(n * 1e6),
        n if n < 1e14 => Some(n * 1e3),
        n if n < 1e17 => Some(n),
        _ => None,
    });
    match us {
        Some(us) => drop(writer.at(us as i64)),
        None => drop(writer.meta("timestamp", value.clone())),
    }
}

/// A value as its field takes it.
fn fitting(field: &str, value: &Value) -> Option<Value> {
    let number = || value.as_f64().or_else(|| value.as_str()?.trim().replace(',', ".").parse().ok()).filter(|number| number.is_finite());
    match field {
        "text" | "bot_response" => text(value).map(Value::from),
        "event_id" | "session_id" | "crm_id" => id(value),
        "channel" => label(value).filter(|label| label.as_str().is_some_and(|text| text.chars().count() <= 64)),
        "type" => value.as_str().map(str::trim).filter(|name| EventType::parse(name).is_some()).map(Value::from),
        "direction" => value.as_str().map(str::trim).filter(|word| Direction::parse(word).is_some()).map(Value::from),
        "confidence" => number().filter(|number| (0.0..=1.0).contains(number)).map(Value::from),
        "cost" => number().filter(|number| *number >= 0.0).map(Value::from),
        "latency_ms" | "tokens_in" | "tokens_out" => number().filter(|n| (0.0..9e15).contains(n)).map(|n| Value::from(n.round() as u64)),
        "tags" => match value {
            Value::Array(tags) => Some(tags.iter().filter_map(label).take(100).collect()),
            one => label(one).map(|one| json!([one])),
        },
        "error" => text(value).map(Value::from),
        "intent" | "action" | "model" | "provider" | "prompt_version" | "scenario" | "scenario_version" | "experiment" | "variant"
        | "operator" | "source" => label(value),
        _ => None,
    }
}

fn part_fitting(name: &str, value: &Value) -> Option<Value> {
    match name {
        "id" | "phone" | "email" | "channel_id" | "message_id" => id(value),
        "name" | "message" => text(value).map(Value::from),
        "starts_at" => value.as_str().filter(|text| When::parse_near(text, 0).is_some()).map(Value::from),
        "amount" => value.as_f64().map(|_| value.clone()).or_else(|| label(value)),
        _ => label(value),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn label(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(said) => Some(said.to_string().into()),
        other => text(other).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).map(Value::from),
    }
}

fn id(value: &Value) -> Option<Value> {
    label(value).filter(|id| id.as_str().is_some_and(|id| id.chars().count() <= ID_CHARS))
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Which fields of a map are no fields, or have no path: for whoever sets it up.
#[must_use]
pub fn faults(fields: &BTreeMap<String, String>) -> Vec<String> {
    let path = |(field, path): (&String, &String)| {
        let fault = (!path.starts_with('=')).then(|| Path::parse(path).err()).flatten()?;
        Some(format!("{field}: {fault}"))
    };
    fields.iter().filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::access::{ConnectionKind, Settings};
    use crate::exchange::{self, Body, Ended, Request, Response};

    fn events(fields: &[(&str, &str)], way: Way, body: &str, answer: Option<&str>) -> Vec<Value> {
        let fields = fields.iter().map(|(field, path)| ((*field).to_owned(), (*path).to_owned())).collect();
        let settings = Settings { fields, ..Settings::default() };
        let about = About {
            connection: "c_1",
            kind: ConnectionKind::Hook,
            settings: &settings,
            speaks: false,
            known: &crate::exchange::Known::default(),
        };
        let whole = |text: &str| Body::whole(Bytes::copy_from_slice(text.as_bytes()));
        let request = Request { method: "POST".into(), target: "?shop=7".into(), headers: vec![], body: whole(body) };
        let response = answer.map(|answer| Response { status: 200, headers: vec![], body: whole(answer) });
        let at = 1_780_000_000_000_000;
        let (id, ended) = ("x1".to_owned(), Ended::Whole);
        let exchange = Exchange { id, way, started_us: at, first_byte_us: None, ended_us: at, ended, retry_of: None, request, response };
        let told = exchange::read(exchange, &about);
        told.iter().for_each(|told| drop(check(&told.json, &Limits { item_bytes: usize::MAX, ..Limits::default() }).unwrap()));
        told.iter().map(|told| serde_json::from_slice(&told.json).unwrap()).collect()
    }

    #[test]
    fn fields_stand_where_the_map_says_and_constants_are_constants() {
        let fields = [
            ("text", "$.msg.body"),
            ("channel", "=viber"),
            ("client.phone", "$.user.phone"),
            ("client.channel_id", "$.user.id"),
            ("confidence", "$.nlu.score"),
            ("tags", "$.tags"),
            ("latency_ms", "$.ms"),
            ("meta.branch", "$.branch"),
            ("timestamp", "$.at"),
        ];
        let body = r#"{"msg":{"body":"Есть время?"},"user":{"id":77,"phone":"8 921 555-01-01"},"nlu":{"score":"0,87"},"tags":"vip","ms":12.6,"branch":{"id":1},"at":1767225600123}"#;
        let told = events(&fields, Way::Hook, body, None).remove(0);
        assert_eq!(
            (&told["text"], &told["channel"], &told["client"]),
            (&json!("Есть время?"), &json!("viber"), &json!({"phone": "8 921 555-01-01", "channel_id": "77"}))
        );
        assert_eq!((&told["confidence"], &told["tags"], &told["latency_ms"]), (&json!(0.87), &json!(["vip"]), &json!(13)));
        assert_eq!((&told["meta"]["branch"], &told["timestamp"]), (&json!({"id": 1}), &json!("2026-01-01T00:00:00.123Z")));
        assert_eq!(told["meta"]["exchange"]["request_part"]["msg"]["body"], "Есть время?", "everything stays as evidence");
        let again = events(&fields, Way::Hook, body, None).remove(0);
        assert_eq!(again["event_id"], told["event_id"]);
    }

    #[test]
    fn elements_become_events_and_what_does_not_fit_is_left_where_it_was() {
        let fields = [
            ("items", "$.list[*]"),
            ("text", "$.t"),
            ("client.id", "$.who"),
            ("client.name", "$.owner"),
            ("timestamp", "$.at"),
            ("type", "$.kind"),
        ];
        let body = r#"{"owner":"Анна","list":[{"t":"а","who":1,"at":"вчера"},{"t":7,"who":{"x":1},"kind":"Не тип"}]}"#;
        let told = events(&fields, Way::Hook, body, None);
        let words: Vec<_> = told.iter().map(|told| (&told["text"], &told["client"]["name"])).collect();
        assert_eq!(words, [(&json!("а"), &json!("Анна")), (&json!("7"), &json!("Анна"))]);
        assert_eq!(
            (&told[0]["meta"]["timestamp"], &told[1]["meta"]["client.id"], &told[1]["meta"]["type"]),
            (&json!("вчера"), &json!({"x": 1}), &json!("Не тип"))
        );
        assert!(!told[0].to_string().contains("Не тип"), "each holds only its own part");
        assert_eq!(events(&fields, Way::Hook, "{}", None).len(), 1, "nothing found: kept as it came");
        let lone = events(&[("type", "=booking_created")], Way::Hook, r#"{"a":1}"#, None).remove(0);
        assert_eq!(
            (&lone["type"], &lone["meta"]["exchange"]["request_part"]),
            (&json!("other"), &json!({"a": 1})),
            "a booking of nobody is no booking"
        );
    }

    #[test]
    fn forms_and_queries_are_read_and_the_bots_own_answer_too() {
        let told = events(&[("text", "$.shop")], Way::Hook, "", None).remove(0);
        assert_eq!(told["text"], "7");
        let fields = [("client.id", "$.user"), ("answer.bot_response", "$.reply.text"), ("answer.intent", "$.intent")];
        let told =
            events(&fields, Way::Answer, r#"{"user":"u1","text":"?"}"#, Some(r#"{"reply":{"text":"Да"},"intent":"цена"}"#)).remove(0);
        assert_eq!((&told["bot_response"], &told["intent"], &told["client"]["id"]), (&json!("Да"), &json!("цена"), &json!("u1")));
        assert!(events(&fields, Way::Answer, r#"{"user":"u1"}"#, Some("{}")).is_empty());
        assert_eq!(faults(&BTreeMap::from([("text".to_owned(), "$.a[".to_owned()), ("x".to_owned(), "=a[".to_owned())])).len(), 1);
    }

    proptest! {
        #[test]
        fn whatever_comes_it_is_an_event(body: String, field in "(text|client|client.phone|timestamp|payment.amount|type|tags|error|meta|meta.x|booking.starts_at|utm.source|[a-z.]{0,9})", value: String, way in 0_u8..4) {
            let way = [Way::Hook, Way::Answer, Way::Late, Way::Deferred][usize::from(way)];
            let wrapped = json!({"a": body}).to_string();
            events(&[(&field, "$.a"), ("meta.y", &value)], way, &wrapped, Some(&wrapped));
            events(&[(&field, &format!("={value}"))], way, &body, Some(&body));
        }
    }
}
