//! Events and calls as the published schema has them; the values are made up.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::super::testing::{Wire, answered, hostile};
use crate::access::ConnectionKind;

const WIRE: Wire = Wire(ConnectionKind::Vk);
const SEND: &str = "/method/messages.send?access_token=vk1.a.made_up&v=5.199";

fn event(kind: &str, object: Value) -> Value {
    json!({"type": kind, "group_id": 1, "event_id": "e0ff", "v": "5.199", "secret": "made-up", "object": object})
}

fn message(more: Value) -> Value {
    let mut message = json!({"id": 9, "date": 1_779_999_000, "peer_id": 5_551, "from_id": 5_551, "out": 0, "text": "Можно завтра?", "attachments": [], "conversation_message_id": 3});
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    message
}

fn new(more: Value) -> Value {
    WIRE.one(&event("message_new", json!({"message": message(more), "client_info": {"keyboard": true, "lang_id": 0}})))
}

#[test]
fn a_message_is_the_clients_words_and_the_secret_is_nowhere() {
    let told = new(json!({"ref": "ads"}));
    assert_eq!((&told["event_id"], &told["type"], &told["text"]), (&json!("vk:c_1:e0ff"), &json!("message_in"), &json!("Можно завтра?")));
    assert_eq!(
        (&told["client"], &told["timestamp"], &told["source"]),
        (&json!({"channel_id": "5551"}), &json!("2026-05-28T20:10:00Z"), &json!("ads"))
    );
    assert!(!told.to_string().contains("made-up"));
    assert_eq!(told["meta"]["exchange"]["request_part"]["secret"], "***");
    let pressed = new(json!({"text": "Да", "payload": "{\"button\":\"yes\"}"}));
    assert_eq!((&pressed["text"], &pressed["meta"]["button"]), (&json!("Да"), &json!("{\"button\":\"yes\"}")));
    let picture = new(json!({"text": "", "attachments": [{"type": "photo", "photo": {"id": 1}}]}));
    assert_eq!((&picture["text"], &picture["meta"]["vk"]["kinds"]), (&json!(""), &json!(["photo"])));
    let grouped = new(json!({"peer_id": 2_000_000_007_u64, "from_id": 5_551}));
    assert_eq!(grouped["client"]["channel_id"], "5551");
    let old = WIRE.one(&event("message_new", message(json!({}))));
    assert_eq!((&old["type"], &old["client"]["channel_id"]), (&json!("message_in"), &json!("5551")));
}

#[test]
fn replies_are_echoes_and_an_administrators_are_a_persons() {
    let reply = |more: Value| {
        WIRE.one(&event(
            "message_reply",
            message(
                json!({"id": 10, "from_id": -1, "out": 1, "text": "Ждём", "random_id": 77})
                    .as_object()
                    .unwrap()
                    .clone()
                    .into_iter()
                    .chain(more.as_object().unwrap().clone())
                    .collect(),
            ),
        ))
    };
    let told = reply(json!({}));
    assert_eq!((&told["type"], &told["bot_response"], &told["meta"]["echo"]), (&json!("message_out"), &json!("Ждём"), &json!(true)));
    assert_eq!((&told["client"]["channel_id"], &told["delivery"]["message_id"]), (&json!("5551"), &json!("10")));
    let person = reply(json!({"admin_author_id": 42}));
    assert_eq!((&person["type"], &person["operator"]), (&json!("operator_reply"), &json!("42")));
}

#[test]
fn presses_edits_reads_and_the_rest() {
    let pressed = WIRE.one(&event(
        "message_event",
        json!({"user_id": 5_551, "peer_id": 5_551, "event_id": "b1", "payload": {"do": "yes"}, "conversation_message_id": 3}),
    ));
    assert_eq!(
        (&pressed["type"], &pressed["text"], &pressed["client"]["channel_id"]),
        (&json!("message_in"), &json!("{\"do\":\"yes\"}"), &json!("5551"))
    );
    let edited = WIRE.one(&event("message_edit", message(json!({"text": "в 15:00", "update_time": 1_779_999_060}))));
    assert_eq!(
        (&edited["type"], &edited["text"], &edited["timestamp"]),
        (&json!("message_edited"), &json!("в 15:00"), &json!("2026-05-28T20:11:00Z"))
    );
    let read = WIRE.one(&event("message_read", json!({"from_id": 5_551, "peer_id": 5_551, "read_message_id": 10})));
    assert_eq!(
        (&read["type"], &read["delivery"]["message_id"], &read["delivery"]["status"]),
        (&json!("delivery_status"), &json!("10"), &json!("read"))
    );
    assert_eq!(WIRE.one(&event("message_deny", json!({"user_id": 5_551})))["type"], "bot_blocked");
    assert_eq!(WIRE.one(&event("message_allow", json!({"user_id": 5_551, "key": "k"})))["type"], "bot_unblocked");
    assert_eq!(WIRE.one(&event("wall_post_new", json!({"id": 1})))["type"], "other");
}

#[test]
fn what_was_sent_is_an_answer_and_the_token_is_nowhere() {
    let told =
        WIRE.form(SEND, "peer_id=5551&message=%D0%96%D0%B4%D1%91%D0%BC&random_id=77", answered(200, &json!({"response": 10}))).remove(0);
    assert_eq!((&told["type"], &told["bot_response"], &told["event_id"]), (&json!("message_out"), &json!("Ждём"), &json!("vk:c_1:10")));
    assert_eq!(
        (&told["client"]["channel_id"], &told["delivery"]),
        (&json!("5551"), &json!({"status": "sent", "provider": "vk", "message_id": "10"}))
    );
    assert_eq!(told["meta"]["random_id"], "77");
    let in_body = WIRE
        .form(
            "/method/messages.send",
            "access_token=vk1.a.made_up&user_id=5551&message=x&random_id=0&v=5.199",
            answered(200, &json!({"response": 11})),
        )
        .remove(0);
    assert!(!told.to_string().contains("made_up") && !in_body.to_string().contains("made_up"));
    assert_eq!((&in_body["type"], &in_body["meta"]["random_id"]), (&json!("message_out"), &Value::Null));
}

#[test]
fn one_call_to_several_gives_each_their_own() {
    let took = json!({"response": [{"peer_id": 5_551, "message_id": 10, "conversation_message_id": 4}, {"peer_id": 5_552, "message_id": 0, "error": {"code": 901, "description": "no permission"}}]});
    let told = WIRE.form(SEND, "peer_ids=5551,5552,5553&message=x&random_id=7", answered(200, &took));
    let types: Vec<&Value> = told.iter().map(|told| &told["type"]).collect();
    assert_eq!(types, ["message_out", "error", "error"]);
    assert_eq!((&told[1]["error"]["code"], &told[2]["error"]["code"]), (&json!("901"), &json!("no_answer")));
    assert!(!told[0].to_string().contains("5552") && !told[1].to_string().contains("5551"), "each its own part");
    let ids: std::collections::BTreeSet<_> = told.iter().map(|told| told["event_id"].to_string()).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn what_failed_is_no_answer_and_other_calls_are_actions() {
    let form = "peer_id=5551&message=x&random_id=7";
    let no = json!({"error": {"error_code": 901, "error_msg": "Can't send messages for users without permission", "request_params": [{"key": "peer_id", "value": "5551"}]}});
    let refused = WIRE.form(SEND, form, answered(200, &no)).remove(0);
    assert_eq!((&refused["type"], &refused["error"]["code"], &refused["meta"]["intended"]), (&json!("error"), &json!("901"), &json!("x")));
    let lost = WIRE.form(SEND, form, None).remove(0);
    assert_eq!((&lost["error"]["code"], &lost["delivery"]["status"]), (&json!("no_answer"), &json!("unknown")));
    let edited =
        WIRE.form("/method/messages.edit", "peer_id=5551&message=y&message_id=10", answered(200, &json!({"response": 1}))).remove(0);
    assert_eq!((&edited["type"], &edited["text"]), (&json!("message_edited"), &json!("y")));
    let users = WIRE
        .form("/method/users.get", "user_ids=5551,5552", answered(200, &json!({"response": [{"id": 5_551, "first_name": "Анна"}]})))
        .remove(0);
    assert_eq!((&users["type"], &users["action"]), (&json!("action"), &json!("vk.users.get")));
    assert!(!users.to_string().contains("Анна"));
    assert!(WIRE.form("/method/messages.setActivity", "peer_id=5551&type=typing", answered(200, &json!({"response": 1}))).is_empty());
}

#[test]
fn nothing_hostile_makes_it_panic_or_write_what_cannot_be_read() {
    hostile(
        ConnectionKind::Vk,
        SEND,
        &[
            event("message_new", json!({"message": message(json!({"payload": "{}"}))})),
            event("message_reply", message(json!({"from_id": -1, "out": 1, "admin_author_id": 42}))),
            json!({"peer_ids": "5551,5552", "message": "Жду", "random_id": 7}),
            json!({"response": [{"peer_id": 5_551, "message_id": 10}]}),
        ],
    );
}
