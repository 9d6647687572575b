//! Instagram messaging: messages, presses, reads and echoes by hook, messages sent through the proxy.
//!
//! ```text
//! {"object":"instagram","entry":[{"id":"<account>","time":ms,"messaging":[{"sender":{"id"},"recipient":{"id"},"timestamp":ms,"message":{"mid","text",…}}]}]}
//! ```
//! `is_echo` marks what the business sent, by whatever means: the way to see answers that passed Letopis by. There is no phone.

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::super::About;
use super::super::told::{Told, Writer};
use super::super::wire::{Exchange, Way};
use super::delivered::{answer, body, digest, echo, event, items, label, millis, only, other, status, text, told};
use super::outward::{Call, action, is_fine, path, request, summary};
use super::{graph, not_taken};

const PROVIDER: &str = "instagram";
const NAME: &str = "ig";

/// What an exchange with Instagram, or with a bot on its behalf, tells.
#[must_use]
pub fn read(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    match exchange.way {
        Way::Hook => told(items(&body(exchange)["entry"]).flat_map(|entry| entered(exchange, about, entry))),
        Way::Answer | Way::Deferred | Way::Late => {
            let only = chat(&body(exchange));
            let client = |writer: &mut Writer| {
                writer.part("client", "channel_id", only);
            };
            not_taken(exchange, about, client).into_iter().collect()
        }
        Way::Proxy => vec![called(exchange, about)],
        Way::Asked => {
            let asked = request(exchange);
            let client = |writer: &mut Writer| {
                writer.part("client", "channel_id", label(&asked["recipient"]["id"]));
            };
            vec![call(exchange, &asked).asked(exchange, about, &asked, client)]
        }
    }
}

/// The client of a delivery in which there is only one.
pub(super) fn chat(body: &Value) -> Option<String> {
    let mut all = items(&body["entry"]).flat_map(|entry| moments(entry).map(|moment| client(entry, moment)));
    let first = all.next()??;
    all.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

/// What happened in one account. Of a conversation that another tool leads, the platform tells on `standby`.
fn moments(entry: &Value) -> impl Iterator<Item = &Value> {
    items(&entry["messaging"]).chain(items(&entry["standby"]))
}

fn entered(exchange: &Exchange, about: &About<'_>, entry: &Value) -> Vec<Writer> {
    let mut all: Vec<Writer> = moments(entry).map(|moment| happened(exchange, about, entry, moment)).collect();
    all.extend(items(&entry["changes"]).map(|change| other(exchange, about, NAME, &json!({ "id": entry["id"], "changes": [change] }))));
    if all.is_empty() { vec![other(exchange, about, NAME, entry)] } else { all }
}

/// Who is not the business.
fn client(entry: &Value, moment: &Value) -> Option<String> {
    let (sender, recipient) = (label(&moment["sender"]["id"]), label(&moment["recipient"]["id"]));
    let is_ours = moment["message"]["is_echo"] == true || (sender.is_some() && sender == label(&entry["id"]));
    if is_ours { recipient } else { sender }
}

fn happened(exchange: &Exchange, about: &About<'_>, entry: &Value, moment: &Value) -> Writer {
    let part = json!({ "id": entry["id"], "messaging": [moment] });
    let content = ["message", "postback", "read", "message_edit", "reaction"].into_iter().find(|kind| moment[*kind].is_object());
    let (kind, said) = content.map_or(("other", &Value::Null), |kind| (kind, &moment[kind]));
    let mid = label(&said["mid"]);
    let id = match (kind, &mid) {
        ("message", Some(mid)) if said["is_echo"] == true => format!("{mid}:echo"),
        ("message", Some(mid)) if said["is_deleted"] == true => format!("{mid}:deleted"),
        ("message", Some(mid)) => mid.clone(),
        (kind, Some(mid)) => format!("{mid}:{kind}:{}", digest(moment)),
        (_, None) => digest(moment),
    };
    let mut writer = event(exchange, about, NAME, &id, &part);
    writer.same(&digest(moment)).at_maybe(millis(&moment["timestamp"]));
    writer.part("client", "channel_id", client(entry, moment)).meta("instagram", place(entry, said, kind));
    match (kind, &mid) {
        ("message", _) => message(&mut writer, said, mid.as_deref().unwrap_or_default()),
        ("postback", _) => {
            writer.set("type", "message_in").words("text", text(&said["title"])).meta("button", label(&said["payload"]));
        }
        ("read", Some(mid)) => status(&mut writer, PROVIDER, "read", mid),
        ("message_edit", _) => drop(writer.set("type", "message_edited").set("direction", "in").set("text", text(&said["text"]))),
        _ => drop(writer.set("type", "other").set("direction", "internal")),
    }
    writer
}

fn message(writer: &mut Writer, said: &Value, mid: &str) {
    if said["is_deleted"] == true {
        writer.set("type", "message_deleted").set("direction", "in");
    } else if said["is_echo"] == true {
        echo(writer, PROVIDER, text(&said["text"]), mid);
    } else {
        writer.set("type", "message_in").words("text", text(&said["text"]));
        writer.meta("button", label(&said["quick_reply"]["payload"])).maybe("source", label(&said["referral"]["ref"]));
    }
}

/// Where it stands, for whoever looks it up.
fn place(entry: &Value, said: &Value, kind: &str) -> Value {
    let mut place = only(said, &["mid", "app_id"]);
    place["kind"] = kind.into();
    place["account"] = label(&entry["id"]).into();
    let reply = label(&said["reply_to"]["mid"]).or_else(|| label(&said["reply_to"]["story"]["id"]));
    if reply.is_some() {
        place["reply_to"] = reply.into();
    }
    let kinds: Vec<Value> = items(&said["attachments"]).filter_map(|attachment| label(&attachment["type"])).map(Value::from).collect();
    if !kinds.is_empty() {
        place["kinds"] = kinds.into();
    }
    super::delivered::kept(&place)
}

fn called(exchange: &Exchange, about: &About<'_>) -> Told {
    let (asked, answered) = (request(exchange), answer(exchange));
    let call = call(exchange, &asked);
    let sends = call.words.is_some();
    let came = graph::came(exchange, &answered, |answer| {
        let id = label(&answer["message_id"]);
        if sends { id.map(Some) } else { Some(None) }
    });
    let response = if exchange.request.method == "GET" && is_fine(exchange) { summary(exchange) } else { answered.clone() };
    call.told(exchange, about, (&asked, &response), came, |writer| {
        let recipient = label(&answered["recipient_id"]).or_else(|| label(&asked["recipient"]["id"]));
        writer.part("client", "channel_id", recipient);
    })
}

fn call(exchange: &Exchange, asked: &Value) -> Call<'static> {
    let last = path(exchange).last().copied();
    let sends = exchange.request.method == "POST" && last == Some("messages") && asked["sender_action"].is_null();
    // A form has the object as text.
    let message = asked["message"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let message = message.as_ref().unwrap_or(&asked["message"]);
    let template = &message["attachment"]["payload"];
    let said = [&message["text"], &template["text"], &template["elements"][0]["title"]].into_iter().find_map(Value::as_str);
    let words = sends.then(|| said.unwrap_or_default().to_owned());
    let word = label(&asked["sender_action"]);
    Call { provider: PROVIDER, name: NAME, action: action(PROVIDER, word.as_deref().or(last)), words, ..Call::default() }
}
