//! Telegram Bot API: updates by hook or by long polling, calls through the proxy, calls in the answer to a hook.
//!
//! Follows the published schema (10.3) as far as it is needed: an update is `{"update_id":N,"<kind>":{…}}`, a call is
//! `/bot<token>/<method>` in any letter case. What a later schema adds becomes an event of type other. An update keeps its own id, so
//! that what the platform repeats is known as such; so does a message of ours (chat and number), whoever tells of it.
//!
//! * `update` – what came in · `call` – what the bot did · `message` – who and what a message names

mod call;
mod message;
#[cfg(test)]
mod tests;
mod update;

use serde_json::Value;
use serde_json::value::RawValue;

use super::super::text::decoded;
use super::super::told::Told;
use super::super::wire::{Exchange, Way};
use super::super::{About, form};
use super::not_taken;

/// Updates of one poll; Telegram itself sends 100.
const UPDATES: usize = 1_000;

/// What an exchange with Telegram, or with a bot on its behalf, tells.
#[must_use]
pub fn read(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    let body = || decoded(&exchange.request.headers, &exchange.request.body);
    match exchange.way {
        Way::Hook => update::told(&String::from_utf8_lossy(&body()), exchange, about).into_iter().collect(),
        Way::Answer | Way::Deferred | Way::Late => {
            let update: Value = serde_json::from_slice(&body()).unwrap_or_default();
            let failed = not_taken(exchange, about, |writer| update::client(writer, &update));
            failed.or_else(|| call::answered(exchange, about, &update)).into_iter().collect()
        }
        Way::Proxy if is_silence(exchange) => Vec::new(),
        Way::Proxy => called(exchange, about),
        Way::Asked => Vec::new(),
    }
}

/// The chat that an update belongs to.
pub(super) fn chat(update: &Value) -> Option<String> {
    update::chat(update).map(|id| id.to_string())
}

/// A poll that brought nothing, or the sign that somebody types.
pub(super) fn is_silence(exchange: &Exchange) -> bool {
    if exchange.way != Way::Proxy {
        return false;
    }
    let answer = || exchange.response.as_ref().map(|response| decoded(&response.headers, &response.body));
    match method(&exchange.request.target).as_deref() {
        Some("getupdates") => answer().is_some_and(|body| body.starts_with(b"{\"ok\":true,\"result\":[]")),
        Some("sendchataction") => answer().is_some_and(|body| body.starts_with(b"{\"ok\":true")),
        _ => false,
    }
}

fn called(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    let Some(method) = method(&exchange.request.target) else { return Vec::new() };
    if method == "getupdates" {
        let polled = polled(exchange, about);
        if !polled.is_empty() {
            return polled;
        }
    }
    let request = &exchange.request;
    let params = form::params(&request.target, &request.headers, &request.body);
    call::called(exchange, about, &method, &params).into_iter().collect()
}

/// The updates that a poll brought: each with its own part of the answer.
fn polled(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    #[derive(serde::Deserialize)]
    struct Polled<'a> {
        #[serde(borrow)]
        result: Vec<&'a RawValue>,
    }
    let Some(response) = &exchange.response else { return Vec::new() };
    let body = decoded(&response.headers, &response.body);
    let Ok(polled) = serde_json::from_slice::<Polled<'_>>(&body) else { return Vec::new() };
    polled.result.iter().take(UPDATES).filter_map(|update| update::told(update.get(), exchange, about)).collect()
}

/// The method of a call, in lower case: the last part of a path that has a token, `/bot***/sendMessage`.
fn method(target: &str) -> Option<String> {
    let path = target.split('?').next().unwrap_or_default();
    let mut parts = path.split('/').rev().filter(|part| !part.is_empty());
    let method = parts.next().filter(|method| method.bytes().all(|byte| byte.is_ascii_alphanumeric()))?;
    parts.any(|part| part.len() > 3 && part.as_bytes()[..3].eq_ignore_ascii_case(b"bot")).then(|| method.to_ascii_lowercase())
}
