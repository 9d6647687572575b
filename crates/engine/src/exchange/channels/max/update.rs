//! Updates: what clients did, and what left in the bot's name.

use serde_json::{Value, json};

use super::super::super::About;
use super::super::super::told::Writer;
use super::super::super::wire::Exchange;
use super::super::delivered::{digest, echo, event, items, kept, label, millis, text};
use super::{NAME, PROVIDER};

/// The event that an update is.
pub(super) fn told(exchange: &Exchange, about: &About<'_>, update: &Value) -> Writer {
    let kind = text(&update["update_type"]);
    let message = &update["message"];
    let about_what = [&update["callback"]["callback_id"], &message["body"]["mid"], &update["message_id"]].into_iter().find_map(label);
    let moment = label(&update["timestamp"]).unwrap_or_default();
    let id = match &about_what {
        Some(what) if kind == "message_created" => what.clone(),
        Some(what) => format!("{what}:{}:{moment}", label(&kind.into()).unwrap_or_default()),
        None => digest(update),
    };
    let mut writer = event(exchange, about, NAME, &id, update);
    writer.at_maybe(millis(&update["timestamp"]));
    client(&mut writer, update);
    writer.meta("max", place(update, kind));
    match kind {
        "message_created" => created(&mut writer, message),
        "message_callback" => pressed(&mut writer, update),
        "message_edited" => edited(&mut writer, message),
        "message_removed" => drop(writer.set("type", "message_deleted").set("direction", "internal")),
        "bot_stopped" => drop(writer.set("type", "bot_blocked").set("direction", "in")),
        "bot_started" => {
            writer.set("type", "bot_started").set("direction", "in").maybe("source", label(&update["payload"]));
        }
        _ => drop(writer.set("type", "other").set("direction", "internal")),
    }
    writer
}

/// Names whom an update is from, or whom a message of the bot's is for.
pub(super) fn client(writer: &mut Writer, update: &Value) {
    let message = &update["message"];
    if is_own(message) && update["callback"].is_null() {
        writer.part("client", "channel_id", label(&message["recipient"]["user_id"]));
        return;
    }
    let who = [&update["callback"]["user"], &message["sender"], &update["user"]].into_iter().find(|who| who.is_object());
    if let Some(who) = who.filter(|who| who["is_bot"] != true) {
        user(writer, who);
    }
}

/// The chat that an update belongs to; without one, the user.
pub(super) fn chat(update: &Value) -> Option<String> {
    let places = [
        &update["message"]["recipient"]["chat_id"],
        &update["chat_id"],
        &update["callback"]["user"]["user_id"],
        &update["user"]["user_id"],
    ];
    places.into_iter().find_map(label)
}

/// Who a user is.
pub(super) fn user(writer: &mut Writer, user: &Value) {
    let parts = [text(&user["first_name"]), text(&user["last_name"])];
    let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    writer.part("client", "channel_id", label(&user["user_id"]));
    writer.part("client", "name", Some(if name.is_empty() { text(&user["name"]).to_owned() } else { name }));
    writer.meta("username", text(&user["username"]));
}

fn is_own(message: &Value) -> bool {
    message["sender"]["is_bot"] == true
}

fn created(writer: &mut Writer, message: &Value) {
    writer.at_maybe(millis(&message["timestamp"]));
    let words = words(message);
    if is_own(message) {
        return echo(writer, PROVIDER, words, &label(&message["body"]["mid"]).unwrap_or_default());
    }
    writer.set("type", "message_in").words("text", words);
    writer.part("client", "phone", own_phone(message));
}

fn edited(writer: &mut Writer, message: &Value) {
    writer.set("type", "message_edited").set("direction", if is_own(message) { "out" } else { "in" }).set("text", words(message));
}

/// A button under a message: its words are what is written on it.
fn pressed(writer: &mut Writer, update: &Value) {
    let callback = &update["callback"];
    let rows = items(&update["message"]["body"]["attachments"]).flat_map(|attachment| items(&attachment["payload"]["buttons"]));
    let mut buttons = rows.flat_map(items);
    let button = buttons.find(|button| !callback["payload"].is_null() && button["payload"] == callback["payload"]);
    let words = button.and_then(|button| button["text"].as_str()).unwrap_or_else(|| text(&callback["payload"]));
    writer.set("type", "message_in").words("text", words).meta("button", label(&callback["payload"]));
    writer.at_maybe(millis(&callback["timestamp"]));
}

/// What was said; of a message that was forwarded, what stands in that.
pub(super) fn words(message: &Value) -> &str {
    let own = text(&message["body"]["text"]);
    if own.is_empty() && message["link"]["type"] == "forward" { text(&message["link"]["message"]["text"]) } else { own }
}

/// Of a contact that the sender shared of themselves: the phone in its vCard.
fn own_phone(message: &Value) -> Option<String> {
    let contact = items(&message["body"]["attachments"]).find(|attachment| attachment["type"] == "contact")?;
    let contact = &contact["payload"];
    let whose = [&contact["max_info"]["user_id"], &contact["tam_info"]["user_id"]].into_iter().find_map(label)?;
    if label(&message["sender"]["user_id"])? != whose {
        return None;
    }
    let lines = contact["vcf_info"].as_str()?.lines();
    let value = lines
        .filter_map(|line| line.trim().split_once(':'))
        .find(|(name, _)| name.split(';').next().is_some_and(|name| name.eq_ignore_ascii_case("TEL")))?;
    let digits: String = value.1.chars().filter(char::is_ascii_digit).collect();
    label(&if value.1.trim().starts_with('8') { digits } else { format!("+{digits}") }.into())
}

/// Where it stands, for whoever looks it up.
fn place(update: &Value, kind: &str) -> Value {
    let message = &update["message"];
    let mut place = json!({ "update": kind });
    for (name, value) in [
        ("chat_id", &message["recipient"]["chat_id"]),
        ("chat_id", &update["chat_id"]),
        ("chat_type", &message["recipient"]["chat_type"]),
        ("mid", &message["body"]["mid"]),
        ("mid", &update["message_id"]),
        ("callback_id", &update["callback"]["callback_id"]),
        ("link", &message["link"]["type"]),
        ("reply_to", &message["link"]["message"]["mid"]),
    ] {
        if !value.is_null() {
            place[name] = kept(value);
        }
    }
    let kinds: Vec<Value> =
        items(&message["body"]["attachments"]).filter_map(|attachment| label(&attachment["type"])).map(Value::from).collect();
    if !kinds.is_empty() {
        place["kinds"] = kinds.into();
    }
    place
}
