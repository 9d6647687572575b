//! Deliveries and calls as the SDK has them; the values are made up.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::super::testing::{Wire, answered, hostile};
use crate::access::ConnectionKind;

const WIRE: Wire = Wire(ConnectionKind::Avito);
const SEND: &str = "/messenger/v1/accounts/9001/chats/u2i-abc~1/messages";

fn delivery(more: Value) -> Value {
    let mut value = json!({"id": "m1", "chat_id": "u2i-abc~1", "user_id": 9_001, "author_id": 555_101, "created": 1_779_999_000, "type": "text",
        "chat_type": "u2i", "content": {"text": "Ещё актуально?"}, "item_id": 70_001});
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"id": "d1", "version": "v3.0.0", "timestamp": 1_779_999_001, "payload": {"type": "message", "value": value}})
}

#[test]
fn a_message_is_the_buyers_and_the_chat_says_who() {
    let told = WIRE.one(&delivery(json!({})));
    assert_eq!((&told["event_id"], &told["type"], &told["text"]), (&json!("avito:c_1:m1"), &json!("message_in"), &json!("Ещё актуально?")));
    assert_eq!(
        (&told["client"], &told["timestamp"]),
        (&json!({"channel_id": "u2i-abc~1", "id": "avito:555101"}), &json!("2026-05-28T20:10:00Z"))
    );
    assert_eq!(told["meta"]["avito"]["item_id"], 70_001);
    assert_eq!(WIRE.one(&delivery(json!({"type": "image", "content": {"image": {"sizes": {}}}})))["text"], "");
    assert_eq!(WIRE.one(&delivery(json!({"type": "link", "content": {"link": {"text": "вот", "url": "https://x"}}})))["text"], "вот");
}

#[test]
fn own_messages_are_echoes_and_avitos_own_words_nobodys() {
    let own = WIRE.one(&delivery(json!({"author_id": 9_001, "content": {"text": "Да, актуально"}})));
    assert_eq!((&own["type"], &own["bot_response"], &own["meta"]["echo"]), (&json!("message_out"), &json!("Да, актуально"), &json!(true)));
    assert_eq!((&own["client"], &own["delivery"]["message_id"]), (&json!({"channel_id": "u2i-abc~1"}), &json!("m1")));
    assert_eq!(WIRE.one(&delivery(json!({"author_id": 0, "type": "system"})))["type"], "other");
    assert_eq!(WIRE.one(&delivery(json!({"type": "deleted", "content": {}})))["type"], "message_deleted");
    assert_eq!(WIRE.one(&json!({"payload": {"type": "chat_blocked", "value": {}}}))["type"], "other");
}

#[test]
fn what_was_sent_is_an_answer_and_what_failed_is_none() {
    let body = json!({"type": "text", "message": {"text": "Да, приходите"}});
    let took = json!({"id": "m2", "created": 1_779_999_010, "direction": "out", "type": "text", "content": {"text": "Да, приходите"}});
    let told = WIRE.call("POST", SEND, &body, answered(200, &took)).remove(0);
    assert_eq!(
        (&told["type"], &told["bot_response"], &told["event_id"]),
        (&json!("message_out"), &json!("Да, приходите"), &json!("avito:c_1:m2"))
    );
    assert_eq!(
        (&told["client"]["channel_id"], &told["delivery"]["status"], &told["timestamp"]),
        (&json!("u2i-abc~1"), &json!("sent"), &json!("2026-05-28T20:10:10Z"))
    );
    let refused = WIRE.call("POST", SEND, &body, answered(402, &json!({"error": {"code": 402, "message": "tariff"}}))).remove(0);
    assert_eq!((&refused["type"], &refused["error"]), (&json!("error"), &json!({"code": "402", "message": "tariff"})));
    assert_eq!(WIRE.call("POST", SEND, &body, None).remove(0)["delivery"]["status"], "unknown");
    let deleted =
        WIRE.call("POST", "/messenger/v1/accounts/9001/chats/u2i-abc~1/messages/m2", &json!({}), answered(200, &json!({}))).remove(0);
    assert_eq!(deleted["type"], "message_deleted");
}

#[test]
fn tokens_and_other_peoples_chats_are_not_kept() {
    let form = "grant_type=client_credentials&client_id=cid&client_secret=made_up_secret";
    let token = WIRE
        .form("/token", form, answered(200, &json!({"access_token": "made_up_token", "expires_in": 86_400, "token_type": "Bearer"})))
        .remove(0);
    assert_eq!((&token["type"], &token["action"]), (&json!("action"), &json!("avito.token")));
    assert!(!token.to_string().contains("made_up"), "{token}");
    let chats = WIRE
        .call("GET", "/messenger/v2/accounts/9001/chats", &Value::Null, answered(200, &json!({"chats": [{"users": [{"name": "Анна"}]}]})))
        .remove(0);
    assert!(chats["action"] == "avito.chats" && !chats.to_string().contains("Анна"));
}

#[test]
fn nothing_hostile_makes_it_panic_or_write_what_cannot_be_read() {
    hostile(
        ConnectionKind::Avito,
        SEND,
        &[
            delivery(json!({})),
            delivery(json!({"author_id": 9_001})),
            json!({"type": "text", "message": {"text": "Жду"}}),
            json!({"id": "m2", "created": 1_779_999_010, "content": {"text": "Жду"}}),
        ],
    );
}
