//! A chat on the business's own site: `{"visitor","id","text","lang","page"}` in, the bot's `{"text"}` back.
//!
//! Whoever writes is a random word of their browser's, so two browsers are two clients until one of them says a phone.

use serde_json::{Value, json};

use super::super::About;
use super::super::told::{Told, Writer};
use super::super::wire::{Exchange, Way};
use super::delivered::{answer, body, digest, event, label, other, text};
use super::not_taken;

const NAME: &str = "site";

/// Why a body is not what our script sends.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotAMessage {
    /// No object, or no JSON.
    #[error("the message is not a JSON object")]
    Json,
    /// Nobody in it.
    #[error("the message has no visitor: 16 to 64 characters of a-z, 0-9 and -")]
    Visitor,
    /// Nothing said.
    #[error("the message has no text")]
    Text,
}

/// Looks at a message before it is taken: the door stands open to everybody, and what nobody can read is of no use in a journal.
///
/// # Errors
/// [`NotAMessage`].
pub fn check(body: &[u8]) -> Result<(), NotAMessage> {
    let said: Value = serde_json::from_slice(body).map_err(|_| NotAMessage::Json)?;
    if !said.is_object() {
        return Err(NotAMessage::Json);
    }
    let plain =
        |word: &str| (16..=64).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !said["visitor"].as_str().is_some_and(plain) {
        return Err(NotAMessage::Visitor);
    }
    if text(&said["text"]).trim().is_empty() { Err(NotAMessage::Text) } else { Ok(()) }
}

/// What an exchange with a page, or with a bot on its behalf, tells.
#[must_use]
pub fn read(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    let said = body(exchange);
    match exchange.way {
        Way::Hook if said.is_object() => vec![written(exchange, about, &said).told()],
        Way::Answer | Way::Deferred | Way::Late => {
            let client = |writer: &mut Writer| {
                writer.part("client", "channel_id", chat(&said));
            };
            not_taken(exchange, about, client).or_else(|| answered(exchange, about, client)).into_iter().collect()
        }
        Way::Hook | Way::Proxy | Way::Asked => Vec::new(),
    }
}

/// Who writes.
pub(super) fn chat(said: &Value) -> Option<String> {
    label(&said["visitor"])
}

fn written(exchange: &Exchange, about: &About<'_>, said: &Value) -> Writer {
    let Some((visitor, words)) = chat(said).zip(said["text"].as_str()) else { return other(exchange, about, NAME, said) };
    let id = label(&said["id"]).unwrap_or_else(|| digest(said));
    let mut writer = event(exchange, about, NAME, &format!("{visitor}:{id}"), said);
    writer.set("type", "message_in").words("text", words).part("client", "channel_id", Some(visitor));
    writer.meta("language", label(&said["lang"])).meta("page", label(&said["page"]));
    writer
}

/// The bot's words, in its answer; nobody waits for those that come late.
fn answered(exchange: &Exchange, about: &About<'_>, client: impl FnOnce(&mut Writer)) -> Option<Told> {
    let said = answer(exchange);
    let words = Some(text(&said["text"])).filter(|words| !words.is_empty())?;
    let mut writer = Writer::new(exchange, about, &format!("{}.answer", exchange.id));
    client(&mut writer);
    writer.own(exchange, None, Some(json!({ "text": words })));
    if exchange.way == Way::Late {
        let message = "the bot answered when the page no longer waited: the client has not seen it";
        writer.set("type", "error").set("direction", "internal").meta("intended", words);
        writer.part("error", "code", Some("answered_too_late")).part("error", "message", Some(message));
    } else {
        writer.set("type", "message_out").words("bot_response", words);
        writer.part("delivery", "status", Some("sent")).part("delivery", "provider", Some(NAME));
    }
    Some(writer.told())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::{Wire, answered, exchange, hostile};
    use super::*;
    use crate::access::ConnectionKind;

    const WIRE: Wire = Wire(ConnectionKind::Site);

    fn said() -> Value {
        json!({"visitor": "0f".repeat(16), "id": "m1", "text": "Есть время завтра?", "lang": "ru", "page": "https://salon.example/"})
    }

    #[test]
    fn a_message_and_its_answer_are_one_visitors() {
        let told = WIRE.one(&said());
        assert_eq!((&told["type"], &told["text"], &told["channel"]), (&json!("message_in"), &json!("Есть время завтра?"), &json!("site")));
        assert_eq!((&told["client"]["channel_id"], &told["meta"]["page"]), (&said()["visitor"], &json!("https://salon.example/")));
        let again = WIRE.later(&said()).remove(0);
        assert_eq!((&told["event_id"], &told["meta"]["same"]), (&again["event_id"], &again["meta"]["same"]));
        let of = |way| WIRE.events(exchange(way, "POST", "", &said(), answered(200, &json!({"text": "Да, в 15:00", "token": "made-up"}))));
        let reply = of(Way::Answer).remove(0);
        assert_eq!((&reply["type"], &reply["bot_response"]), (&json!("message_out"), &json!("Да, в 15:00")));
        assert_eq!(reply["client"]["channel_id"], told["client"]["channel_id"]);
        assert!(!reply.to_string().contains("made-up"));
        let late = of(Way::Late).remove(0);
        assert_eq!((&late["type"], &late["error"]["code"]), (&json!("error"), &json!("answered_too_late")));
        assert_eq!(WIRE.one(&json!({"visitor": "x"}))["type"], "other");
    }

    #[test]
    fn what_our_script_would_not_send_is_named() {
        let of = |said: &str| check(said.as_bytes());
        assert_eq!(of(&said().to_string()), Ok(()));
        let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
        for not_json in ["", "{", "[]", "1", "\"text\"", deep.as_str(), "\u{0}"] {
            assert_eq!(of(not_json), Err(NotAMessage::Json), "{not_json:.20}");
        }
        let visitors = [
            json!(null),
            json!(1),
            json!(""),
            json!("short"),
            json!("a".repeat(65)),
            json!("Я".repeat(16)),
            json!({"a": 1}),
            json!("0f0f0f0f0f0f0f0f\n"),
        ];
        for visitor in visitors {
            assert_eq!(of(&json!({"visitor": visitor, "text": "Да"}).to_string()), Err(NotAMessage::Visitor), "{visitor}");
        }
        for text in [json!(null), json!(" \n"), json!(["Да"])] {
            assert_eq!(of(&json!({"visitor": "0f".repeat(16), "text": text}).to_string()), Err(NotAMessage::Text));
        }
    }

    #[test]
    fn nothing_hostile_makes_it_panic_or_write_what_cannot_be_read() {
        hostile(ConnectionKind::Site, "", &[said(), json!({"text": "Да"})]);
    }
}
