//! Updates and calls as the published schema has them; the values are made up.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::super::testing::{Wire, answered, hostile};
use crate::access::ConnectionKind;

const WIRE: Wire = Wire(ConnectionKind::Max);
const AT: u64 = 1_779_999_000_250;

fn message(body: Value) -> Value {
    json!({"sender": {"user_id": 555_101, "first_name": "Анна", "last_name": "П.", "username": "anna", "is_bot": false},
        "recipient": {"chat_id": 77_001, "chat_type": "dialog", "user_id": 900_001}, "timestamp": AT, "body": body})
}

fn created(body: Value) -> Value {
    json!({"update_type": "message_created", "timestamp": AT, "message": message(body), "user_locale": "ru"})
}

fn sent() -> Value {
    json!({"message": {"sender": {"user_id": 900_001, "is_bot": true}, "recipient": {"chat_id": 77_001, "chat_type": "dialog", "user_id": 555_101},
        "timestamp": AT, "body": {"mid": "mid.out", "seq": 2, "text": "Записал вас", "attachments": []}, "url": null}})
}

#[test]
fn a_message_is_the_clients_words_at_maxs_time() {
    let told = WIRE.one(&created(json!({"mid": "mid.1", "seq": 1, "text": "Можно завтра?"})));
    assert_eq!((&told["event_id"], &told["type"], &told["text"]), (&json!("max:c_1:mid.1"), &json!("message_in"), &json!("Можно завтра?")));
    assert_eq!(
        (&told["client"], &told["timestamp"]),
        (&json!({"channel_id": "555101", "name": "Анна П."}), &json!("2026-05-28T20:10:00.25Z"))
    );
    assert_eq!((&told["meta"]["max"]["chat_id"], &told["meta"]["username"]), (&json!(77_001), &json!("anna")));
    let again = WIRE.later(&created(json!({"mid": "mid.1", "seq": 1, "text": "Можно завтра?"}))).remove(0);
    assert_eq!((&told["event_id"], &told["meta"]["same"]), (&again["event_id"], &again["meta"]["same"]));
}

#[test]
fn buttons_pictures_and_own_contacts() {
    let picture = WIRE.one(&created(
        json!({"mid": "mid.2", "text": "", "attachments": [{"type": "image", "payload": {"token": "t-made-up", "url": "https://i"}}]}),
    ));
    assert_eq!((&picture["text"], &picture["meta"]["max"]["kinds"]), (&json!(""), &json!(["image"])));
    assert!(!picture.to_string().contains("t-made-up"));
    let keyboard = json!({"mid": "mid.3", "text": "Придёте?", "attachments": [{"type": "inline_keyboard", "payload": {"buttons": [[{"type": "callback", "text": "Да", "payload": "yes:7"}]]}}]});
    let pressed = WIRE.one(&json!({"update_type": "message_callback", "timestamp": AT, "message": message(keyboard),
        "callback": {"timestamp": AT, "callback_id": "cb1", "payload": "yes:7", "user": {"user_id": 555_101, "first_name": "Анна"}}}));
    assert_eq!((&pressed["type"], &pressed["text"], &pressed["meta"]["button"]), (&json!("message_in"), &json!("Да"), &json!("yes:7")));
    let contact = |user: u64| json!({"mid": "mid.4", "text": "", "attachments": [{"type": "contact", "payload": {"vcf_info": "BEGIN:VCARD\r\nTEL;TYPE=cell:79215550101\r\nEND:VCARD", "max_info": {"user_id": user}}}]});
    assert_eq!(WIRE.one(&created(contact(555_101)))["client"]["phone"], "+79215550101");
    assert!(WIRE.one(&created(contact(1)))["client"]["phone"].is_null(), "somebody else's contact is not the client's phone");
}

#[test]
fn what_is_no_message() {
    let told = |update: Value| WIRE.one(&update);
    let edited =
        told(json!({"update_type": "message_edited", "timestamp": AT, "message": message(json!({"mid": "mid.1", "text": "в 15:00"}))}));
    assert_eq!((&edited["type"], &edited["direction"], &edited["text"]), (&json!("message_edited"), &json!("in"), &json!("в 15:00")));
    let removed =
        told(json!({"update_type": "message_removed", "timestamp": AT, "message_id": "mid.1", "chat_id": 77_001, "user_id": 555_101}));
    assert_eq!((&removed["type"], &removed["meta"]["max"]["mid"]), (&json!("message_deleted"), &json!("mid.1")));
    let user = json!({"user_id": 555_101, "first_name": "Анна"});
    let started = told(json!({"update_type": "bot_started", "timestamp": AT, "chat_id": 77_001, "user": user, "payload": "vk_ads"}));
    assert_eq!((&started["type"], &started["source"]), (&json!("bot_started"), &json!("vk_ads")));
    assert_eq!(told(json!({"update_type": "bot_stopped", "timestamp": AT, "chat_id": 77_001, "user": user}))["type"], "bot_blocked");
    assert_eq!(told(json!({"update_type": "dialog_muted", "timestamp": AT, "user": user}))["type"], "other");
    let own = told(json!({"update_type": "message_created", "timestamp": AT, "message": sent()["message"]}));
    assert_eq!((&own["type"], &own["meta"]["echo"], &own["client"]["channel_id"]), (&json!("message_out"), &json!(true), &json!("555101")));
}

#[test]
fn a_poll_brings_updates_of_many_and_each_holds_only_its_own() {
    let mut second = created(json!({"mid": "mid.6", "text": "вторник"}));
    second["message"]["sender"]["user_id"] = 555_202.into();
    let brought = json!({"updates": [created(json!({"mid": "mid.5", "text": "среда"})), second], "marker": 9});
    let told = WIRE.call("GET", "/updates?timeout=30&marker=8", &Value::Null, answered(200, &brought));
    assert_eq!(told.len(), 2);
    assert!(!told[0].to_string().contains("вторник") && !told[1].to_string().contains("среда"));
    assert_eq!(
        WIRE.call("GET", "/updates?timeout=30", &Value::Null, answered(200, &json!({"updates": [], "marker": 9}))),
        Vec::<Value>::new()
    );
    assert_eq!(
        WIRE.call("POST", "/chats/77001/actions", &json!({"action": "typing_on"}), answered(200, &json!({"success": true}))),
        Vec::<Value>::new()
    );
}

#[test]
fn what_was_sent_edited_and_deleted() {
    let told = WIRE
        .call("POST", "/messages?chat_id=77001", &json!({"text": "Записал вас", "format": "markdown"}), answered(200, &sent()))
        .remove(0);
    assert_eq!(
        (&told["type"], &told["bot_response"], &told["event_id"]),
        (&json!("message_out"), &json!("Записал вас"), &json!("max:c_1:mid.out"))
    );
    assert_eq!(
        (&told["client"]["channel_id"], &told["delivery"]),
        (&json!("555101"), &json!({"status": "sent", "provider": "max", "message_id": "mid.out"}))
    );
    let yes = || answered(200, &json!({"success": true}));
    let edited = WIRE.call("PUT", "/messages?message_id=mid.out", &json!({"text": "Записал на 15:00"}), yes()).remove(0);
    assert_eq!(
        (&edited["type"], &edited["text"], &edited["meta"]["message_id"]),
        (&json!("message_edited"), &json!("Записал на 15:00"), &json!("mid.out"))
    );
    assert_eq!(WIRE.call("DELETE", "/messages?message_id=mid.out", &Value::Null, yes()).remove(0)["type"], "message_deleted");
    let reply = WIRE.call("POST", "/answers?callback_id=cb1", &json!({"notification": "Ждём"}), yes()).remove(0);
    assert_eq!((&reply["type"], &reply["action"]), (&json!("action"), &json!("max.answers")));
}

#[test]
fn what_failed_is_no_answer_and_what_opens_something_is_not_kept() {
    let body = json!({"text": "Жду"});
    let refused = WIRE
        .call(
            "POST",
            "/messages?user_id=555101",
            &body,
            answered(400, &json!({"code": "attachment.not.ready", "message": "Key: errors.process.attachment"})),
        )
        .remove(0);
    assert_eq!(
        (&refused["type"], &refused["error"]["code"], &refused["client"]["channel_id"]),
        (&json!("error"), &json!("attachment.not.ready"), &json!("555101"))
    );
    let lost = WIRE.call("POST", "/messages?user_id=555101", &body, None).remove(0);
    assert_eq!((&lost["delivery"]["status"], &lost["meta"]["intended"]), (&json!("unknown"), &json!("Жду")));
    let url = "https://letopis.example/hook/ltc_0123456789012345678901234567890123456789abc";
    let set = WIRE
        .call(
            "POST",
            "/subscriptions?access_token=tok-made-up",
            &json!({"url": url, "secret": "made-up"}),
            answered(200, &json!({"success": true})),
        )
        .remove(0);
    assert_eq!(set["action"], "max.subscriptions");
    assert!(!set.to_string().contains("made-up") && !set.to_string().contains("ltc_"), "{set}");
}

#[test]
fn nothing_hostile_makes_it_panic_or_write_what_cannot_be_read() {
    hostile(
        ConnectionKind::Max,
        "/messages?user_id=555101",
        &[
            created(
                json!({"mid": "mid.1", "text": "да", "attachments": [{"type": "contact", "payload": {"vcf_info": "TEL:8", "max_info": {"user_id": 555_101}}}]}),
            ),
            json!({"update_type": "message_callback", "timestamp": AT, "callback": {"callback_id": "c", "payload": "p", "user": {"user_id": 1, "name": "А"}}}),
            json!({"text": "Жду"}),
            sent(),
        ],
    );
}
