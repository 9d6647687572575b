//! Calls: `POST /messages?user_id=…`, edits and deletions of them, answers to buttons, settings.

use serde_json::Value;

use super::super::super::About;
use super::super::super::told::{Told, Writer};
use super::super::super::wire::Exchange;
use super::super::delivered::{answer, label, millis, text};
use super::super::outward::{Call, Came, action, is_fine, path, query, request, summary};
use super::{NAME, PROVIDER, update};

/// A call, and what came of it.
pub(super) fn called(exchange: &Exchange, about: &About<'_>) -> Told {
    let (asked, answered) = (request(exchange), answer(exchange));
    let call = call(exchange, &asked);
    let message = &answered["message"];
    let response = if exchange.request.method == "GET" && is_fine(exchange) { summary(exchange) } else { answered.clone() };
    let came = came(exchange, &answered, &call);
    let done = matches!(came, Came::Done(_));
    call.told(exchange, about, (&asked, &response), came, |writer| {
        recipient(writer, exchange, message);
        if done && call.words.is_some() && call.kind.is_none() {
            writer.at_maybe(millis(&message["timestamp"]));
        }
    })
}

/// The same before its answer is known.
pub(super) fn asked(exchange: &Exchange, about: &About<'_>) -> Told {
    let asked = request(exchange);
    call(exchange, &asked).asked(exchange, about, &asked, |writer| recipient(writer, exchange, &Value::Null))
}

fn call(exchange: &Exchange, asked: &Value) -> Call<'static> {
    let parts = path(exchange);
    let words = || Some(text(&asked["text"]).to_owned());
    let (kind, words) = match (exchange.request.method.as_str(), parts.last().copied()) {
        ("POST", Some("messages")) => (None, words()),
        ("PUT", Some("messages")) => (Some("message_edited"), words()),
        ("DELETE", Some("messages")) => (Some("message_deleted"), None),
        _ => (None, None),
    };
    Call { provider: PROVIDER, name: NAME, action: action(PROVIDER, parts.last().copied()), words, kind, part: None }
}

fn came(exchange: &Exchange, answered: &Value, call: &Call<'_>) -> Came {
    let refused = |code: &Value| {
        let code = label(code).unwrap_or_else(|| "refused".to_owned());
        Came::Refused { code, text: text(&answered["message"]).to_owned() }
    };
    if answered["success"] == false || answered["code"].is_string() {
        return refused(&answered["code"]);
    }
    let is_message = call.words.is_some() && call.kind.is_none();
    match label(&answered["message"]["body"]["mid"]) {
        _ if !is_fine(exchange) => Came::Unknown,
        Some(mid) if is_message => Came::Done(Some(mid)),
        None if is_message => Came::Unknown,
        _ => Came::Done(None),
    }
}

/// Whom it is for: MAX says which user a chat is with.
fn recipient(writer: &mut Writer, exchange: &Exchange, message: &Value) {
    let query = query(exchange);
    let user = label(&message["recipient"]["user_id"]).or_else(|| query.get("user_id").and_then(label));
    writer.part("client", "channel_id", user);
    for name in ["chat_id", "message_id", "callback_id"] {
        writer.meta(name, query.get(name).and_then(label));
    }
    if let Some(user) = Some(&message["recipient"]).filter(|who| who["first_name"].is_string()) {
        update::user(writer, user);
    }
}
