//! Who and what a message names.

use serde_json::{Map, Value, json};

use super::super::super::told::Writer;

/// What a message may hold beside words.
const KINDS: [&str; 22] = [
    "photo",
    "voice",
    "audio",
    "video",
    "video_note",
    "animation",
    "document",
    "sticker",
    "location",
    "venue",
    "contact",
    "poll",
    "dice",
    "story",
    "game",
    "invoice",
    "paid_media",
    "checklist",
    "successful_payment",
    "web_app_data",
    "users_shared",
    "chat_shared",
];

/// The client is this user.
pub(super) fn user(writer: &mut Writer, user: &Value) {
    writer.part("client", "channel_id", id(&user["id"]));
    writer.part("client", "name", name(user));
    writer.meta("username", user["username"].as_str().unwrap_or_default());
    writer.meta("language", user["language_code"].as_str().unwrap_or_default());
}

/// The client is whom a private chat is with; of a group nobody.
pub(super) fn of_chat(writer: &mut Writer, chat: &Value) {
    if chat["type"].as_str().is_none_or(|kind| kind == "private") && chat["id"].as_i64().is_some_and(|id| id > 0) {
        user(writer, chat);
    }
}

/// First and last name.
pub(super) fn name(user: &Value) -> Option<String> {
    let parts = [&user["first_name"], &user["last_name"]].into_iter().filter_map(Value::as_str).filter(|part| !part.is_empty());
    Some(parts.collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty())
}

/// A number of Telegram's, as text.
pub(super) fn id(value: &Value) -> Option<String> {
    value.as_i64().map(|id| id.to_string())
}

/// What was said: text or caption; of a sticker its sign; nothing where it is a picture alone.
pub(super) fn words(message: &Value) -> Option<&str> {
    ["text", "caption"].iter().find_map(|field| message[*field].as_str()).or_else(|| message["sticker"]["emoji"].as_str())
}

/// What it holds beside words.
pub(super) fn kinds(message: &Value) -> Vec<&'static str> {
    KINDS.into_iter().filter(|kind| message.get(kind).is_some()).collect()
}

/// When, µs.
pub(super) fn moment(value: &Value) -> Option<i64> {
    value.as_i64().filter(|seconds| (1_000_000_000..4_000_000_000).contains(seconds)).map(|seconds| seconds * 1_000_000)
}

/// Where it stands, for whoever looks it up in Telegram.
pub(super) fn place(message: &Value, kind: &str) -> Value {
    let mut place = Map::new();
    place.insert("update".into(), kind.into());
    let chat = &message["chat"];
    for (name, value) in [
        ("chat_id", &chat["id"]),
        ("chat_type", &chat["type"]),
        ("message_id", &message["message_id"]),
        ("thread_id", &message["message_thread_id"]),
        ("business_connection_id", &message["business_connection_id"]),
        ("reply_to", &message["reply_to_message"]["message_id"]),
    ] {
        if !value.is_null() {
            place.insert(name.into(), value.clone());
        }
    }
    let kinds = kinds(message);
    if !kinds.is_empty() {
        place.insert("kinds".into(), json!(kinds));
    }
    Value::Object(place)
}
