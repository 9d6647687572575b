//! Deliveries and calls as the published schema has them; the values are made up.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::super::testing::{Wire, answered, hostile};
use crate::access::ConnectionKind;

const WIRE: Wire = Wire(ConnectionKind::Instagram);
const SENT: &str = "/v24.0/17840000000000001/messages";

fn delivery(moments: Value) -> Value {
    json!({"object": "instagram", "entry": [{"id": "17840000000000001", "time": 1_779_999_000_900_u64, "messaging": moments}]})
}

fn moment(more: Value) -> Value {
    let mut moment = json!({"sender": {"id": "90010001"}, "recipient": {"id": "17840000000000001"}, "timestamp": 1_779_999_000_500_u64});
    moment.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    moment
}

#[test]
fn messages_and_presses_are_the_clients_words() {
    let told =
        WIRE.one(&delivery(json!([moment(json!({"message": {"mid": "aWdf1", "text": "Можно завтра?", "reply_to": {"mid": "aWdf0"}}}))])));
    assert_eq!((&told["event_id"], &told["type"], &told["text"]), (&json!("ig:c_1:aWdf1"), &json!("message_in"), &json!("Можно завтра?")));
    assert_eq!((&told["timestamp"], &told["client"]), (&json!("2026-05-28T20:10:00.5Z"), &json!({"channel_id": "90010001"})));
    assert_eq!(told["meta"]["instagram"]["reply_to"], "aWdf0");
    let picture = WIRE.one(&delivery(json!([moment(
        json!({"message": {"mid": "aWdf2", "attachments": [{"type": "image", "payload": {"url": "https://x"}}]}})
    )])));
    assert_eq!((&picture["text"], &picture["meta"]["instagram"]["kinds"]), (&json!(""), &json!(["image"])));
    let reply =
        WIRE.one(&delivery(json!([moment(json!({"message": {"mid": "aWdf3", "text": "Да", "quick_reply": {"payload": "yes:7"}}}))])));
    assert_eq!((&reply["text"], &reply["meta"]["button"]), (&json!("Да"), &json!("yes:7")));
    let pressed = WIRE.one(&delivery(json!([moment(json!({"postback": {"mid": "aWdf4", "title": "Записаться", "payload": "book"}}))])));
    assert_eq!(
        (&pressed["type"], &pressed["text"], &pressed["meta"]["button"]),
        (&json!("message_in"), &json!("Записаться"), &json!("book"))
    );
}

#[test]
fn echoes_reads_edits_and_the_rest() {
    let back = json!({"sender": {"id": "17840000000000001"}, "recipient": {"id": "90010001"}, "timestamp": 1_779_999_000_500_u64,
        "message": {"mid": "aWdf9", "text": "Ждём вас", "is_echo": true, "app_id": 1_217_981}});
    let told = WIRE.one(&delivery(json!([back])));
    assert_eq!((&told["type"], &told["bot_response"], &told["meta"]["echo"]), (&json!("message_out"), &json!("Ждём вас"), &json!(true)));
    assert_eq!((&told["client"]["channel_id"], &told["delivery"]["message_id"]), (&json!("90010001"), &json!("aWdf9")));
    let read = WIRE.one(&delivery(json!([moment(json!({"read": {"mid": "aWdf9"}}))])));
    assert_eq!(
        (&read["type"], &read["delivery"]),
        (&json!("delivery_status"), &json!({"status": "read", "provider": "instagram", "message_id": "aWdf9"}))
    );
    let kind = |more: Value| WIRE.one(&delivery(json!([moment(more)])))["type"].clone();
    assert_eq!(kind(json!({"message": {"mid": "aWdf1", "is_deleted": true}})), "message_deleted");
    assert_eq!(kind(json!({"message_edit": {"mid": "aWdf1", "text": "в 15", "num_edit": 1}})), "message_edited");
    assert_eq!(kind(json!({"reaction": {"mid": "aWdf1", "action": "react", "emoji": "❤"}})), "other");
    assert_eq!(kind(json!({"read": {"watermark": 5}})), "other");
    let comment = json!({"entry": [{"id": "1", "changes": [{"field": "comments", "value": {"text": "!"}}]}]});
    assert_eq!(WIRE.one(&comment)["type"], "other");
}

#[test]
fn of_several_clients_each_keeps_only_their_own() {
    let second =
        json!({"sender": {"id": "90010002"}, "recipient": {"id": "17840000000000001"}, "message": {"mid": "aWdf6", "text": "вторник"}});
    let told = WIRE.hook(&delivery(json!([moment(json!({"message": {"mid": "aWdf5", "text": "среда"}})), second])));
    assert_eq!(told.len(), 2);
    assert!(!told[0].to_string().contains("вторник") && !told[0].to_string().contains("90010002"));
    assert!(!told[1].to_string().contains("среда") && !told[1].to_string().contains("90010001"));
}

#[test]
fn what_was_sent_is_an_answer_and_what_failed_is_none() {
    let body = json!({"recipient": {"id": "90010001"}, "message": {"text": "Записал вас"}});
    let told = WIRE.call("POST", SENT, &body, answered(200, &json!({"recipient_id": "90010001", "message_id": "aWdf7"}))).remove(0);
    assert_eq!(
        (&told["type"], &told["bot_response"], &told["event_id"]),
        (&json!("message_out"), &json!("Записал вас"), &json!("ig:c_1:aWdf7"))
    );
    assert_eq!((&told["delivery"]["status"], &told["client"]["channel_id"]), (&json!("sent"), &json!("90010001")));
    let no = json!({"error": {"message": "outside of allowed window", "type": "IGApiException", "code": 10, "error_subcode": 2_534_022}});
    let refused = WIRE.call("POST", SENT, &body, answered(400, &no)).remove(0);
    assert_eq!(
        (&refused["type"], &refused["error"]["code"], &refused["meta"]["intended"]),
        (&json!("error"), &json!("10.2534022"), &json!("Записал вас"))
    );
    let lost = WIRE.call("POST", SENT, &body, None).remove(0);
    assert_eq!((&lost["type"], &lost["delivery"]["status"], &lost["bot_response"]), (&json!("error"), &json!("unknown"), &Value::Null));
    let seen = WIRE
        .call(
            "POST",
            SENT,
            &json!({"recipient": {"id": "90010001"}, "sender_action": "mark_seen"}),
            answered(200, &json!({"recipient_id": "90010001"})),
        )
        .remove(0);
    assert_eq!((&seen["type"], &seen["action"]), (&json!("action"), &json!("instagram.mark_seen")));
}

#[test]
fn nothing_hostile_makes_it_panic_or_write_what_cannot_be_read() {
    hostile(
        ConnectionKind::Instagram,
        SENT,
        &[
            delivery(json!([moment(
                json!({"message": {"mid": "aWdf1", "text": "да", "attachments": [{"type": "image"}], "is_echo": true}})
            )])),
            delivery(json!([moment(json!({"read": {"mid": "aWdf9"}}))])),
            json!({"recipient": {"id": "90010001"}, "message": {"text": "Жду"}}),
            json!({"recipient_id": "90010001", "message_id": "aWdf7"}),
        ],
    );
}
