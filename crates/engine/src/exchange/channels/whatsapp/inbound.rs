//! What clients wrote, edited and took back.

use serde_json::{Value, json};

use super::super::super::About;
use super::super::super::told::Writer;
use super::super::super::wire::Exchange;
use super::super::delivered::{digest, event, kept, label, only, seconds, text};
use super::{NAME, Person};

/// The event that a message is; `value` is what it came in.
pub(super) fn told(exchange: &Exchange, about: &About<'_>, value: &Value, message: &Value) -> Writer {
    let person = Person::of_message(value, message);
    let part = json!({ "metadata": value["metadata"], "contacts": person.contact, "messages": [message] });
    let id = label(&message["id"]).unwrap_or_else(|| digest(message));
    let mut writer = event(exchange, about, NAME, &id, &part);
    writer.at_maybe(seconds(&message["timestamp"])).same(&digest(message));
    person.write(&mut writer);
    let kind = text(&message["type"]);
    writer.meta("whatsapp", place(value, message, kind));
    match kind {
        "edit" => {
            let edited = &message["edit"]["message"];
            let words = words(edited, text(&edited["type"])).unwrap_or_default().to_owned();
            writer.set("type", "message_edited").set("direction", "in").set("text", words);
        }
        "revoke" => drop(writer.set("type", "message_deleted").set("direction", "in")),
        "reaction" | "system" | "request_welcome" | "ephemeral" => drop(writer.set("type", "other").set("direction", "internal")),
        _ => {
            writer.set("type", "message_in").words("text", words(message, kind).unwrap_or_default());
            writer.maybe("source", label(&message["referral"]["source_url"]).or_else(|| label(&message["referral"]["source_type"])));
            button(&mut writer, message);
            own_phone(&mut writer, message);
        }
    }
    writer
}

/// What was said: text, caption, or what is written on the button.
pub(super) fn words<'a>(message: &'a Value, kind: &str) -> Option<&'a str> {
    let content = message.get(kind)?;
    let interactive = || ["button_reply", "list_reply"].iter().find_map(|reply| content[*reply]["title"].as_str());
    match kind {
        "text" => content["body"].as_str(),
        "button" => content["text"].as_str(),
        "interactive" => interactive().or_else(|| content["nfm_reply"]["body"].as_str()).or_else(|| content["body"]["text"].as_str()),
        "location" => content["name"].as_str(),
        _ => content["caption"].as_str(),
    }
}

fn button(writer: &mut Writer, message: &Value) {
    let interactive = &message["interactive"];
    let pressed = [&interactive["button_reply"]["id"], &interactive["list_reply"]["id"], &message["button"]["payload"]];
    writer.meta("button", pressed.into_iter().find_map(label));
}

/// A contact that was shared on request is the client's own; any other may be anybody's.
fn own_phone(writer: &mut Writer, message: &Value) {
    if text(&message["origin"]).starts_with("contact_request") && message["contacts"].as_array().is_some_and(|all| all.len() == 1) {
        let phone = &message["contacts"][0]["phones"][0];
        let digits = label(&phone["wa_id"]).map(|digits| format!("+{digits}"));
        writer.part("client", "phone", digits.or_else(|| label(&phone["phone"])));
    }
}

/// Where it stands, for whoever looks it up.
pub(super) fn place(value: &Value, message: &Value, kind: &str) -> Value {
    let mut place = only(&value["metadata"], &["phone_number_id"]);
    place["type"] = kind.into();
    for (name, value) in [
        ("message_id", &message["id"]),
        ("reply_to", &message["context"]["id"]),
        ("edited", &message["edit"]["original_message_id"]),
        ("revoked", &message["revoke"]["original_message_id"]),
        ("reacted_to", &message["reaction"]["message_id"]),
        ("system", &message["system"]["type"]),
    ] {
        if !value.is_null() {
            place[name] = kept(value);
        }
    }
    place
}
