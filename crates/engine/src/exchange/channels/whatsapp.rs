//! WhatsApp Cloud API: messages and statuses by hook, messages sent through the proxy.
//!
//! ```text
//! {"object":"whatsapp_business_account","entry":[{"id":…,"changes":[{"field":"messages","value":{"metadata":…,"contacts":[…],"messages":[…],"statuses":[…]}}]}]}
//! ```
//! One delivery may hold messages of several clients: each becomes an event with its own contact and message only. A client is known by
//! phone (`wa_id`) where there is one, and by the business-scoped id (BSUID) of 2026, which a client with a username has alone.
//!
//! * `inbound` – what clients wrote, edited, took back · `fate` – statuses and echoes · `call` – what the bot sent

mod call;
mod fate;
mod inbound;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::super::About;
use super::super::told::{Told, Writer};
use super::super::wire::{Exchange, Way};
use super::delivered::{body, items, label, other, text, told};
use super::{graph, not_taken};

/// Who carries it.
const PROVIDER: &str = "whatsapp";
/// How its events are named.
const NAME: &str = "wa";

/// What an exchange with WhatsApp, or with a bot on its behalf, tells.
#[must_use]
pub fn read(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    match exchange.way {
        Way::Hook => told(changes(&body(exchange)).flat_map(|change| changed(exchange, about, change))),
        Way::Answer | Way::Deferred | Way::Late => {
            let body = body(exchange);
            not_taken(exchange, about, |writer| only_client(&body, writer)).into_iter().collect()
        }
        Way::Proxy => call::called(exchange, about),
        Way::Asked => vec![call::asked(exchange, about)],
    }
}

/// The chat of a delivery in which there is only one.
pub(super) fn chat(body: &Value) -> Option<String> {
    let mut all = changes(body).flat_map(|change| {
        let value = &change["value"];
        let of_message = |message: &Value| Person::of_message(value, message).key();
        let of_status = |status: &Value| Person::of_status(status).key();
        items(&value["messages"]).map(of_message).chain(items(&value["statuses"]).map(of_status)).collect::<Vec<_>>()
    });
    let first = all.next()??;
    all.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

fn changes(body: &Value) -> impl Iterator<Item = &Value> {
    items(&body["entry"]).flat_map(|entry| items(&entry["changes"]))
}

/// Everything that one change tells.
fn changed(exchange: &Exchange, about: &About<'_>, change: &Value) -> Vec<Writer> {
    let (value, field) = (&change["value"], text(&change["field"]));
    let lists = |name: &str| items(&value[name]);
    let mut all: Vec<Writer> = lists("messages").map(|message| inbound::told(exchange, about, value, message)).collect();
    all.extend(lists("statuses").map(|status| fate::told(exchange, about, value, status)));
    all.extend(lists("message_echoes").map(|message| fate::echoed(exchange, about, value, message)));
    all.extend(lists("errors").map(|error| {
        let mut writer = other(exchange, about, NAME, &json!({ "metadata": value["metadata"], "error": error }));
        graph::error(writer.set("type", "error"), error);
        writer
    }));
    if all.is_empty() {
        let mut writer = other(exchange, about, NAME, change);
        writer.meta("whatsapp", json!({ "field": field }));
        all.push(writer);
    }
    all
}

/// Names whom a delivery is from, where it is from one client only.
fn only_client(body: &Value, writer: &mut Writer) {
    if chat(body).is_none() {
        return;
    }
    for value in changes(body).map(|change| &change["value"]) {
        if let Some(message) = items(&value["messages"]).next() {
            return Person::of_message(value, message).write(writer);
        }
    }
}

/// Who a client is in WhatsApp.
#[derive(Debug, Default)]
struct Person<'a> {
    /// Digits of the phone.
    wa_id: Option<String>,
    /// Business-scoped: `RU.1502…`.
    bsuid: Option<String>,
    name: &'a str,
    username: &'a str,
    /// The contact, as evidence.
    contact: Option<&'a Value>,
}

impl<'a> Person<'a> {
    fn of_message(value: &'a Value, message: &Value) -> Self {
        let (from, bsuid) = (label(&message["from"]), label(&message["from_user_id"]));
        let is_theirs = |contact: &&Value| {
            let (wa_id, user_id) = (label(&contact["wa_id"]), label(&contact["user_id"]));
            (from.is_some() && wa_id == from) || (bsuid.is_some() && user_id == bsuid)
        };
        // A client without a phone: the message names nobody, and only a contact that is alone can be theirs.
        let alone = value["contacts"].as_array().filter(|all| all.len() == 1 && from.is_none() && bsuid.is_none());
        let contact = items(&value["contacts"]).find(is_theirs).or_else(|| alone.and_then(|all| all.first()));
        let said = |name: &str| contact.and_then(|contact| label(&contact[name]));
        let profile = contact.map_or(&Value::Null, |contact| &contact["profile"]);
        Self {
            wa_id: said("wa_id").or(from),
            bsuid: said("user_id").or(bsuid),
            name: text(&profile["name"]),
            username: text(&profile["username"]),
            contact,
        }
    }

    fn of_status(status: &Value) -> Self {
        let recipient = label(&status["recipient_id"]);
        let (wa_id, bsuid) = if recipient.as_deref().is_some_and(is_phone) { (recipient, None) } else { (None, recipient) };
        Self { wa_id, bsuid: label(&status["recipient_user_id"]).or(bsuid), ..Self::default() }
    }

    /// What it is known by here.
    fn key(&self) -> Option<String> {
        self.wa_id.clone().or_else(|| self.bsuid.clone())
    }

    /// The phone stays who they are as long as it is known; the id beside it finds them again when it no longer is.
    fn write(&self, writer: &mut Writer) {
        writer.part("client", "channel_id", self.key());
        writer.part("client", "id", self.bsuid.clone());
        writer.part("client", "phone", self.wa_id.as_deref().filter(|id| is_phone(id)).map(|digits| format!("+{digits}")));
        writer.part("client", "name", Some(self.name));
        writer.meta("username", self.username);
    }
}

/// A `wa_id` is the digits of a phone, a BSUID has letters and a dot.
fn is_phone(id: &str) -> bool {
    (7..=15).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
}
