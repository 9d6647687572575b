//! Calls: what the bot did, through the proxy or in its answer to a hook.
//!
//! What Telegram made of a call (the `Message` in its answer) says more than the call, so it is asked first. Methods whose answers or
//! parameters open something are told without them.

use serde_json::{Map, Value, json};

use super::super::super::secrets::{HIDDEN, is_secret};
use super::super::super::text::decoded;
use super::super::super::told::{Told, Writer};
use super::super::super::wire::{Exchange, Way};
use super::super::super::{About, form, opaque};
use super::message::{moment, of_chat, place, words};
use super::update;

/// Names of parameters that are secrets here, beside the common ones.
const SECRETS: [&str; 3] = ["secret_token", "provider_token", "certificate"];
/// A clock that differs by more than this from ours is not ours: its moment counts.
const SAME_SECOND_US: i64 = 2_000_000;

/// A call through the proxy, and its answer.
pub(super) fn called(exchange: &Exchange, about: &About<'_>, method: &str, params: &Map<String, Value>) -> Option<Told> {
    let answer = exchange.response.as_ref().map(|response| decoded(&response.headers, &response.body)).unwrap_or_default();
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    let mut writer = Writer::new(exchange, about, &exchange.id);
    let opens = method.contains("token");
    let response = (!opens && !answer.is_null()).then(|| without_secrets(&answer, method));
    writer.own(exchange, Some(evidence(params, method)), response);
    let result = &answer["result"];
    let message = [result, &result[0]].into_iter().find(|message| message["message_id"].is_i64()).unwrap_or(&Value::Null);
    writer.meta("telegram", place(message, method));
    if message["chat"].is_object() {
        of_chat(&mut writer, &message["chat"])
    } else {
        addressee(&mut writer, params)
    }
    if answer["ok"].as_bool() == Some(true) {
        done(&mut writer, exchange, about, method, params, message);
    } else {
        failed(&mut writer, exchange, &answer, method, params);
    }
    Some(writer.told())
}

/// A call in the bot's answer to an update: the platform carries it out and tells nobody what came of it.
pub(super) fn answered(exchange: &Exchange, about: &About<'_>, to: &Value) -> Option<Told> {
    let response = exchange.response.as_ref()?;
    let params = form::params("", &response.headers, &response.body);
    let method = params.get("method")?.as_str()?.to_ascii_lowercase();
    let mut writer = Writer::new(exchange, about, &format!("{}.answer", exchange.id));
    writer.own(exchange, None, Some(evidence(&params, &method)));
    writer.meta("telegram", json!({ "update": method, "update_id": to["update_id"] })).meta("in_answer_to_hook", true);
    let named = chat_of(&params);
    if named.is_none() || named == update::chat(to) {
        update::client(&mut writer, to)
    } else {
        addressee(&mut writer, &params)
    }
    if exchange.way == Way::Late {
        writer.set("type", "error").set("direction", "internal").meta("intended", intended(&params));
        let message = format!("the bot answered with {method} when the platform no longer listened: it was not carried out");
        writer.part("error", "code", Some("answered_too_late")).part("error", "message", Some(message));
        return Some(writer.told());
    }
    if let Some(words) = spoken(&method, &params) {
        writer.set("type", "message_out").words("bot_response", words);
        writer.part("delivery", "status", Some("queued")).part("delivery", "provider", Some("telegram"));
    } else {
        act(&mut writer, &method, &params);
    }
    Some(writer.told())
}

fn done(writer: &mut Writer, exchange: &Exchange, about: &About<'_>, method: &str, params: &Map<String, Value>, message: &Value) {
    let ms = ((exchange.ended_us - exchange.started_us) / 1000).max(0);
    writer.set("latency_ms", ms);
    let Some(said) = spoken(method, params) else { return act(writer, method, params) };
    let told = words(message).unwrap_or(said);
    writer.set("type", "message_out").words("bot_response", told);
    // Telegram counts in seconds: where its second is ours, our moment keeps the order of what was sent within it.
    let theirs = moment(&message["date"]).filter(|theirs| !(0..SAME_SECOND_US).contains(&(exchange.ended_us - theirs)));
    writer.at_maybe(theirs);
    update::sent(writer, about, message);
    writer.part("delivery", "status", Some("sent")).part("delivery", "provider", Some("telegram"));
}

/// What is no message: an edit, a deletion, an answer to a button, a setting.
fn act(writer: &mut Writer, method: &str, params: &Map<String, Value>) {
    let kind = match method {
        "editmessagetext" | "editmessagecaption" => "message_edited",
        "deletemessage" | "deletemessages" | "deletebusinessmessages" => "message_deleted",
        _ => {
            writer.set("type", "action").set("direction", "internal").set("action", action(method));
            return;
        }
    };
    writer.set("type", kind).set("direction", "out").maybe("text", said(params));
}

fn failed(writer: &mut Writer, exchange: &Exchange, answer: &Value, method: &str, params: &Map<String, Value>) {
    let code = answer["error_code"].as_i64().map_or_else(|| "no_answer".to_owned(), |code| code.to_string());
    let message = answer["description"].as_str().map(str::to_owned).or_else(|| opaque::failure(exchange));
    let message = message.unwrap_or_else(|| "the answer cannot be read".to_owned());
    writer.set("type", "error").set("direction", "internal").set("action", action(method));
    writer.part("error", "code", Some(code)).part("error", "message", Some(message));
    // Words that may not have arrived are no answer of the assistant's.
    writer.meta("intended", intended(params));
    writer.meta("retry_after", answer["parameters"]["retry_after"].clone());
}

/// The words of a call that sends something; empty where it sends a picture alone, none where it sends nothing.
fn spoken<'a>(method: &str, params: &'a Map<String, Value>) -> Option<&'a str> {
    let sends = (method.starts_with("send") && method != "sendchataction")
        || matches!(method, "copymessage" | "copymessages" | "forwardmessage" | "forwardmessages" | "replywithmessage");
    sends.then(|| said(params).unwrap_or_default())
}

fn said(params: &Map<String, Value>) -> Option<&str> {
    ["text", "caption", "question"].iter().find_map(|field| params.get(*field).and_then(Value::as_str))
}

fn intended(params: &Map<String, Value>) -> Value {
    said(params).unwrap_or_default().into()
}

fn action(method: &str) -> String {
    format!("telegram.{method}")
}

/// Whom a call is for: a private chat has the number of its user.
fn addressee(writer: &mut Writer, params: &Map<String, Value>) {
    writer.part("client", "channel_id", chat_of(params).filter(|number| *number > 0).map(|number| number.to_string()));
}

fn chat_of(params: &Map<String, Value>) -> Option<i64> {
    let chat = params.get("chat_id").or_else(|| params.get("user_id"))?;
    chat.as_i64().or_else(|| chat.as_str()?.trim().parse().ok())
}

fn evidence(params: &Map<String, Value>, method: &str) -> Value {
    without_secrets(&Value::Object(params.clone()), method)
}

/// A value with what opens something taken out, at any depth; of calls about webhooks also the URL, because tokens stand in some.
fn without_secrets(value: &Value, method: &str) -> Value {
    let hidden = |name: &str| is_secret(name) || SECRETS.contains(&name) || (name == "url" && method.contains("webhook"));
    match value {
        Value::Object(parts) => {
            let part =
                |(name, part): (&String, &Value)| (name.clone(), if hidden(name) { HIDDEN.into() } else { without_secrets(part, method) });
            Value::Object(parts.iter().map(part).collect())
        }
        Value::Array(items) => items.iter().map(|item| without_secrets(item, method)).collect(),
        other => other.clone(),
    }
}
