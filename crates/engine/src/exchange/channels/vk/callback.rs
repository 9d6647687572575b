//! Events: what clients did, and what left in the community's name.

use serde_json::{Value, json};

use super::super::super::About;
use super::super::super::told::Writer;
use super::super::super::wire::Exchange;
use super::super::delivered::{digest, echo, event, items, kept, label, number, seconds, status, text};
use super::{NAME, PROVIDER, person};

/// The event that an event of VK's is.
pub(super) fn told(exchange: &Exchange, about: &About<'_>, said: &Value) -> Writer {
    let kind = text(&said["type"]);
    let id = label(&said["event_id"]).unwrap_or_else(|| digest(said));
    let mut writer = event(exchange, about, NAME, &id, said);
    let message = message(said);
    writer.part("client", "channel_id", client(said)).meta("vk", place(said, kind));
    writer.at_maybe(seconds(&message["date"]));
    match kind {
        "message_new" if !is_own(message) => new(&mut writer, message),
        "message_new" | "message_reply" => replied(&mut writer, message),
        "message_event" => pressed(&mut writer, &said["object"]),
        "message_edit" => {
            writer.at_maybe(seconds(&message["update_time"]));
            writer.set("type", "message_edited").set("direction", if is_own(message) { "out" } else { "in" });
            writer.set("text", text(&message["text"]));
        }
        "message_read" => match label(&said["object"]["read_message_id"]) {
            Some(id) => status(&mut writer, PROVIDER, "read", &id),
            None => other(&mut writer),
        },
        "message_deny" => drop_in(&mut writer, "bot_blocked"),
        "message_allow" => drop_in(&mut writer, "bot_unblocked"),
        _ => other(&mut writer),
    }
    writer
}

/// Whom an event is from, or whom a reply of the community's is for.
pub(super) fn client(said: &Value) -> Option<String> {
    let (message, object) = (message(said), &said["object"]);
    if said["type"] == "message_reply" || is_own(message) {
        return person(&message["peer_id"]);
    }
    [&message["from_id"], &message["peer_id"], &object["user_id"], &object["from_id"]].into_iter().find_map(person)
}

/// Since version 5.103 a message stands beside what is known of the client's application.
fn message(said: &Value) -> &Value {
    let object = &said["object"];
    if object["message"].is_object() { &object["message"] } else { object }
}

fn is_own(message: &Value) -> bool {
    number(&message["out"]) == Some(1) || number(&message["from_id"]).is_some_and(|id| id < 0)
}

fn new(writer: &mut Writer, message: &Value) {
    writer.set("type", "message_in").words("text", text(&message["text"]));
    // The payload of a button is JSON in a text, and its label is the text of the message.
    writer.meta("button", label(&message["payload"])).maybe("source", label(&message["ref"]));
}

/// An administrator who wrote it in the community's messages is a person; what else left is the bot's, by whatever way.
fn replied(writer: &mut Writer, message: &Value) {
    let id = label(&message["id"]).unwrap_or_default();
    echo(writer, PROVIDER, text(&message["text"]), &id);
    if let Some(admin) = person(&message["admin_author_id"]) {
        writer.set("type", "operator_reply").set("operator", admin);
    }
}

/// A button that sends no message: VK says what it carries, not what is written on it.
fn pressed(writer: &mut Writer, object: &Value) {
    let payload = &object["payload"];
    let words = payload.as_str().map_or_else(|| if payload.is_null() { String::new() } else { kept(payload).to_string() }, str::to_owned);
    writer.set("type", "message_in").words("text", &words).meta("button", label(&words.into()));
}

fn drop_in(writer: &mut Writer, kind: &str) {
    writer.set("type", kind).set("direction", "in");
}

fn other(writer: &mut Writer) {
    writer.set("type", "other").set("direction", "internal");
}

/// Where it stands, for whoever looks it up.
fn place(said: &Value, kind: &str) -> Value {
    let (message, object) = (message(said), &said["object"]);
    let mut place = json!({ "event": kind });
    for (name, value) in [
        ("group_id", &said["group_id"]),
        ("message_id", &message["id"]),
        ("conversation_message_id", &message["conversation_message_id"]),
        ("peer_id", &message["peer_id"]),
        ("button_event_id", &object["event_id"]),
        ("random_id", &message["random_id"]),
        ("reply_to", &message["reply_message"]["id"]),
    ] {
        if let Some(value) = label(value) {
            place[name] = value.into();
        }
    }
    let kinds: Vec<Value> = items(&message["attachments"]).filter_map(|attachment| label(&attachment["type"])).map(Value::from).collect();
    if !kinds.is_empty() {
        place["kinds"] = kinds.into();
    }
    place
}
