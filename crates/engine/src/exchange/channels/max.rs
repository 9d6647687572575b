//! MAX: updates by hook or by long polling, calls through the proxy.
//!
//! An update is `{"update_type":"message_created","timestamp":ms,…}` and has no id of its own: what it is about (`mid`, `callback_id`)
//! and its moment name it. A client is known by the number of the user; a group is nobody. A phone is known only from a contact that the
//! sender shared of themselves.
//!
//! * `update` – what came in · `call` – what the bot did

mod call;
#[cfg(test)]
mod tests;
mod update;

use serde_json::Value;

use super::super::About;
use super::super::told::Told;
use super::super::wire::{Exchange, Way};
use super::delivered::{answer, body, items, told};
use super::not_taken;
use super::outward::path;

const PROVIDER: &str = "max";
const NAME: &str = "max";

/// What an exchange with MAX, or with a bot on its behalf, tells.
#[must_use]
pub fn read(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    match exchange.way {
        Way::Hook => told(Some(body(exchange)).filter(Value::is_object).map(|update| update::told(exchange, about, &update))),
        Way::Answer | Way::Deferred | Way::Late => {
            let update = body(exchange);
            not_taken(exchange, about, |writer| update::client(writer, &update)).into_iter().collect()
        }
        Way::Proxy if is_silence(exchange) => Vec::new(),
        Way::Proxy if is_poll(exchange) && answer(exchange)["updates"][0].is_object() => {
            told(items(&answer(exchange)["updates"]).map(|update| update::told(exchange, about, update)))
        }
        Way::Proxy => vec![call::called(exchange, about)],
        Way::Asked => vec![call::asked(exchange, about)],
    }
}

/// The chat that an update belongs to; without one, the user.
pub(super) fn chat(update: &Value) -> Option<String> {
    update::chat(update)
}

/// A poll that brought nothing, or the sign that somebody types.
pub(super) fn is_silence(exchange: &Exchange) -> bool {
    let fine = || super::outward::is_fine(exchange);
    let types = || path(exchange).last() == Some(&"actions") && exchange.request.method == "POST" && fine();
    exchange.way == Way::Proxy
        && (types() || is_poll(exchange) && fine() && answer(exchange)["updates"].as_array().is_some_and(Vec::is_empty))
}

fn is_poll(exchange: &Exchange) -> bool {
    exchange.request.method == "GET" && path(exchange).last() == Some(&"updates")
}
