//! Avito messenger: deliveries by hook, calls through the proxy.
//!
//! ```text
//! {"id":…,"version":"v3.0.0","timestamp":s,"payload":{"type":"message","value":{"id","chat_id","user_id","author_id","created","type","content":{…},"item_id"}}}
//! POST /messenger/v1/accounts/{user_id}/chats/{chat_id}/messages      {"type":"text","message":{"text"}}
//! ```
//! Calls name only the chat, so a client is known by the chat, which is one buyer about one advertisement; the buyer's number beside it
//! brings their chats together.

#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::super::About;
use super::super::told::{Told, Writer};
use super::super::wire::{Exchange, Way};
use super::delivered::{answer, body, digest, echo, event, kept, label, number, seconds, text, told};
use super::not_taken;
use super::outward::{Call, Came, action, is_fine, path, request, summary};

const PROVIDER: &str = "avito";
const NAME: &str = "avito";

/// What an exchange with Avito, or with a bot on its behalf, tells.
#[must_use]
pub fn read(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    match exchange.way {
        Way::Hook => told(Some(body(exchange)).filter(Value::is_object).map(|delivery| delivered(exchange, about, &delivery))),
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
            vec![call(exchange, &asked).asked(exchange, about, &asked, |writer| addressee(writer, exchange))]
        }
    }
}

/// The chat of a delivery.
pub(super) fn chat(delivery: &Value) -> Option<String> {
    label(&delivery["payload"]["value"]["chat_id"])
}

fn delivered(exchange: &Exchange, about: &About<'_>, delivery: &Value) -> Writer {
    let (payload, value) = (&delivery["payload"], &delivery["payload"]["value"]);
    let is_message = payload["type"] == "message";
    let message_id = label(&value["id"]).filter(|_| is_message);
    let kind = text(&value["type"]);
    let id = match &message_id {
        Some(id) if kind == "deleted" => format!("{id}:deleted"),
        Some(id) => id.clone(),
        None => digest(payload),
    };
    let id = if is_own(value) { format!("{id}:echo") } else { id };
    let mut writer = event(exchange, about, NAME, &id, delivery);
    writer.same(&digest(payload)).at_maybe(seconds(&value["created"]).or_else(|| seconds(&delivery["timestamp"])));
    writer.part("client", "channel_id", label(&value["chat_id"]));
    writer.part("client", "id", label(&value["author_id"]).filter(|_| is_person(value)).map(|author| format!("avito:{author}")));
    writer.meta("avito", place(value));
    match kind {
        _ if !is_message => drop_other(&mut writer),
        "deleted" => {
            writer.set("type", "message_deleted").set("direction", if is_own(value) { "out" } else { "in" });
        }
        _ if is_own(value) => echo(&mut writer, PROVIDER, words(value), &message_id.unwrap_or_default()),
        "system" => drop_other(&mut writer),
        _ if is_person(value) => {
            writer.set("type", "message_in").words("text", words(value));
        }
        _ => drop_other(&mut writer),
    }
    writer
}

/// Written in the business's own account, by the bot or by a person.
fn is_own(value: &Value) -> bool {
    label(&value["author_id"]).is_some() && label(&value["author_id"]) == label(&value["user_id"])
}

/// Avito's own words have an author of zero, or none.
fn is_person(value: &Value) -> bool {
    number(&value["author_id"]).is_some_and(|author| author > 1) && !is_own(value)
}

/// What was said: text, or where a link leads.
fn words(value: &Value) -> &str {
    let content = &value["content"];
    [&content["text"], &content["link"]["text"], &content["link"]["url"], &content["item"]["title"], &content["location"]["title"]]
        .into_iter()
        .find_map(Value::as_str)
        .unwrap_or_default()
}

fn drop_other(writer: &mut Writer) {
    writer.set("type", "other").set("direction", "internal");
}

/// Where it stands, for whoever looks it up.
fn place(value: &Value) -> Value {
    let mut place = json!({});
    for name in ["id", "type", "chat_type", "item_id", "user_id"] {
        if !value[name].is_null() {
            place[name] = kept(&value[name]);
        }
    }
    place
}

fn called(exchange: &Exchange, about: &About<'_>) -> Told {
    let (asked, answered) = (request(exchange), answer(exchange));
    let call = call(exchange, &asked);
    let response = if exchange.request.method == "GET" && is_fine(exchange) { summary(exchange) } else { answered.clone() };
    let came = came(exchange, &answered, &call);
    let done = matches!(came, Came::Done(_));
    call.told(exchange, about, (&asked, &response), came, |writer| {
        addressee(writer, exchange);
        if done && call.words.is_some() {
            writer.at_maybe(seconds(&answered["created"]));
        }
    })
}

fn call(exchange: &Exchange, asked: &Value) -> Call<'static> {
    let parts = path(exchange);
    let is_post = exchange.request.method == "POST";
    let words = || Some(text(&asked["message"]["text"]).to_owned());
    let (kind, words) = match parts.as_slice() {
        [.., "chats", _, "messages"] | [.., "chats", _, "messages", "image"] if is_post => (None, words()),
        [.., "messages", _] if is_post || exchange.request.method == "DELETE" => (Some("message_deleted"), None),
        _ => (None, None),
    };
    Call { provider: PROVIDER, name: NAME, action: action(PROVIDER, parts.last().copied()), words, kind, part: None }
}

fn came(exchange: &Exchange, answered: &Value, call: &Call<'_>) -> Came {
    let error = &answered["error"];
    if !error.is_null() {
        let code = [&error["code"], error, &answered["code"]].into_iter().find_map(label).unwrap_or_else(|| "error".to_owned());
        let words = [&error["message"], &answered["error_description"], &answered["message"]].into_iter().find_map(Value::as_str);
        return Came::Refused { code, text: words.unwrap_or_default().to_owned() };
    }
    match label(&answered["id"]) {
        _ if !is_fine(exchange) => Came::Unknown,
        Some(id) if call.words.is_some() => Came::Done(Some(id)),
        None if call.words.is_some() => Came::Unknown,
        _ => Came::Done(None),
    }
}

/// The chat in the path of a call.
fn addressee(writer: &mut Writer, exchange: &Exchange) {
    let parts = path(exchange);
    let chat = parts.iter().position(|part| *part == "chats").and_then(|at| parts.get(at + 1));
    writer.part("client", "channel_id", chat.and_then(|chat| label(&super::super::form::unescaped(chat).into())));
}
