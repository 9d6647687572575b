//! VK: events of the Callback API by hook, calls of the API through the proxy.
//!
//! ```text
//! {"type":"message_new","group_id":1,"event_id":"…","v":"5.199","secret":"…","object":{"message":{…},"client_info":{…}}}
//! POST /method/messages.send?access_token=…&v=5.199      peer_id=…&message=…&random_id=…
//! ```
//! The secret of an event stands in its body and the token of a call in its query: both are hidden before anything is read. A peer above
//! two milliards is a group chat and nobody's; below zero it is a community.
//!
//! * `callback` – what came in · `call` – what the bot did

mod call;
mod callback;
#[cfg(test)]
mod tests;

use serde_json::Value;

use super::super::About;
use super::super::told::{Told, Writer};
use super::super::wire::{Exchange, Way};
use super::delivered::{answer, body, number, told};
use super::not_taken;
use super::outward::path;

const PROVIDER: &str = "vk";
const NAME: &str = "vk";
/// Peers from here on are group chats.
const GROUPS: i64 = 2_000_000_000;

/// What an exchange with VK, or with a bot on its behalf, tells.
#[must_use]
pub fn read(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    match exchange.way {
        Way::Hook => told(Some(body(exchange)).filter(Value::is_object).map(|event| callback::told(exchange, about, &event))),
        Way::Answer | Way::Deferred | Way::Late => {
            let only = chat(&body(exchange));
            let client = |writer: &mut Writer| {
                writer.part("client", "channel_id", only);
            };
            not_taken(exchange, about, client).into_iter().collect()
        }
        Way::Proxy if is_silence(exchange) => Vec::new(),
        Way::Proxy => call::called(exchange, about),
        Way::Asked => vec![call::asked(exchange, about)],
    }
}

/// Whom an event is from.
pub(super) fn chat(event: &Value) -> Option<String> {
    callback::client(event)
}

/// The sign that somebody types.
pub(super) fn is_silence(exchange: &Exchange) -> bool {
    exchange.way == Way::Proxy && path(exchange).last() == Some(&"messages.setActivity") && answer(exchange)["response"] == 1
}

/// A peer that is a person.
fn person(peer: &Value) -> Option<String> {
    number(peer).filter(|id| (1..GROUPS).contains(id)).map(|id| id.to_string())
}
