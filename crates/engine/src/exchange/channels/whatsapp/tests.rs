//! Deliveries and calls as the published schema has them; the values are made up.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::super::testing::{Wire, answered, hostile};
use crate::access::ConnectionKind;

const WIRE: Wire = Wire(ConnectionKind::Whatsapp);
const SENT: &str = "/v26.0/10620000001/messages";

fn anna() -> Value {
    json!({"profile": {"name": "Анна", "username": "anna.p"}, "wa_id": "79215550101", "user_id": "RU.1502000001"})
}

fn message(more: Value) -> Value {
    let mut message = json!({"from": "79215550101", "id": "wamid.HBgLNzkyMTU1NTAxMDE", "timestamp": "1779999000"});
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    message
}

fn delivery(contacts: Value, messages: Value) -> Value {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "1020", "changes": [{"field": "messages", "value": {
        "messaging_product": "whatsapp", "metadata": {"display_phone_number": "78120000000", "phone_number_id": "10620000001"},
        "contacts": contacts, "messages": messages}}]}]})
}

fn one(more: Value) -> Value {
    WIRE.one(&delivery(json!([anna()]), json!([message(more)])))
}

fn statuses(all: Value) -> Value {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "1020", "changes": [{"field": "messages", "value": {
        "messaging_product": "whatsapp", "metadata": {"phone_number_id": "10620000001"}, "statuses": all}}]}]})
}

#[test]
fn a_message_is_the_clients_words_at_whatsapps_time() {
    let told = one(json!({"type": "text", "text": {"body": "Можно на завтра?"}, "context": {"id": "wamid.earlier"}}));
    assert_eq!(
        (&told["event_id"], &told["type"], &told["text"], &told["timestamp"], &told["channel"]),
        (
            &json!("wa:c_1:wamid.HBgLNzkyMTU1NTAxMDE"),
            &json!("message_in"),
            &json!("Можно на завтра?"),
            &json!("2026-05-28T20:10:00Z"),
            &json!("whatsapp")
        )
    );
    let client = json!({"channel_id": "79215550101", "id": "RU.1502000001", "phone": "+79215550101", "name": "Анна"});
    assert_eq!((&told["client"], &told["meta"]["username"]), (&client, &json!("anna.p")));
    assert_eq!(told["meta"]["whatsapp"]["reply_to"], "wamid.earlier");
    assert_eq!(told["meta"]["exchange"]["request_part"]["messages"][0]["text"]["body"], "Можно на завтра?");
}

#[test]
fn a_client_with_a_username_alone_is_known_by_the_id_that_the_business_has() {
    let contact = json!({"profile": {"name": "Пётр", "username": "petr"}, "user_id": "RU.1502000002"});
    let message = json!({"id": "wamid.2", "timestamp": "1779999000", "type": "text", "text": {"body": "да"}});
    let told = WIRE.one(&delivery(json!([contact]), json!([message])));
    assert_eq!(told["client"], json!({"channel_id": "RU.1502000002", "id": "RU.1502000002", "name": "Пётр"}));
    let named = json!({"id": "wamid.3", "from_user_id": "RU.1502000002", "type": "text", "text": {"body": "да"}});
    let told = WIRE.one(&delivery(json!([anna(), contact]), json!([named])));
    assert_eq!(told["client"]["channel_id"], "RU.1502000002");
    let nameless = json!({"id": "wamid.4", "type": "text", "text": {"body": "да"}});
    let told = WIRE.one(&delivery(json!([anna(), contact]), json!([nameless])));
    assert!(told["client"].is_null(), "of two contacts nobody says whose it is");
}

#[test]
fn pictures_buttons_lists_and_places_are_words_too() {
    let words = |more: Value| one(more)["text"].clone();
    assert_eq!(words(json!({"type": "image", "image": {"id": "m", "mime_type": "image/jpeg", "caption": "вот так"}})), "вот так");
    assert_eq!(words(json!({"type": "audio", "audio": {"id": "m", "voice": true}})), "");
    assert_eq!(words(json!({"type": "location", "location": {"latitude": 59.9, "longitude": 30.3, "name": "Салон"}})), "Салон");
    let pressed =
        one(json!({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "yes:7", "title": "Да"}}}));
    assert_eq!((&pressed["text"], &pressed["meta"]["button"]), (&json!("Да"), &json!("yes:7")));
    let chosen = one(json!({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "s3", "title": "Стрижка"}}}));
    assert_eq!((&chosen["text"], &chosen["meta"]["button"]), (&json!("Стрижка"), &json!("s3")));
    let template = one(json!({"type": "button", "button": {"payload": "confirm", "text": "Приду"}}));
    assert_eq!((&template["text"], &template["meta"]["button"]), (&json!("Приду"), &json!("confirm")));
    let flow = one(
        json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Отправлено", "response_json": "{}"}}}),
    );
    assert_eq!(flow["text"], "Отправлено");
    let advert = one(json!({"type": "text", "text": {"body": "?"}, "referral": {"source_url": "https://fb.me/x", "source_type": "ad"}}));
    assert_eq!(advert["source"], "https://fb.me/x");
}

#[test]
fn edits_revocations_reactions_and_what_is_new() {
    let edit =
        one(json!({"type": "edit", "edit": {"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "в 15:00"}}}}));
    assert_eq!(
        (&edit["type"], &edit["text"], &edit["meta"]["whatsapp"]["edited"]),
        (&json!("message_edited"), &json!("в 15:00"), &json!("wamid.1"))
    );
    let revoked = one(json!({"type": "revoke", "revoke": {"original_message_id": "wamid.1"}}));
    assert_eq!((&revoked["type"], &revoked["meta"]["whatsapp"]["revoked"]), (&json!("message_deleted"), &json!("wamid.1")));
    assert_eq!(one(json!({"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "👍"}}))["type"], "other");
    assert_eq!(one(json!({"type": "hologram", "hologram": {"id": "h"}}))["type"], "message_in", "they wrote something, whatever it is");
    let template = json!({"entry": [{"changes": [{"field": "message_template_status_update", "value": {"event": "APPROVED"}}]}]});
    assert_eq!(WIRE.one(&template)["type"], "other");
}

#[test]
fn a_delivery_with_messages_of_two_clients_gives_each_their_own() {
    let pyotr = json!({"profile": {"name": "Пётр"}, "wa_id": "79215550202"});
    let other = json!({"from": "79215550202", "id": "wamid.9", "timestamp": "1779999001", "type": "text", "text": {"body": "вторник"}});
    let told = WIRE.hook(&delivery(json!([anna(), pyotr]), json!([message(json!({"type": "text", "text": {"body": "среда"}})), other])));
    assert_eq!(told.len(), 2);
    let (first, second) = (told[0].to_string(), told[1].to_string());
    assert!(first.contains("среда") && !first.contains("вторник") && !first.contains("79215550202") && !first.contains("Пётр"));
    assert!(second.contains("вторник") && !second.contains("среда") && !second.contains("79215550101") && !second.contains("Анна"));
}

#[test]
fn what_the_platform_repeats_is_known_as_the_same() {
    let first = delivery(json!([anna()]), json!([message(json!({"type": "text", "text": {"body": "да"}}))]));
    let mut again = first.clone();
    again["entry"][0]["changes"][0]["value"]["contacts"][0]["profile"]["name"] = "Аня".into();
    let (first, again) = (WIRE.one(&first), WIRE.later(&again).remove(0));
    assert_eq!((&first["event_id"], &first["meta"]["same"]), (&again["event_id"], &again["meta"]["same"]));
}

#[test]
fn statuses_say_what_became_of_a_message() {
    let told = WIRE.hook(&statuses(json!([
        {"id": "wamid.out", "status": "delivered", "timestamp": "1779999005", "recipient_id": "79215550101", "biz_opaque_callback_data": "m7",
         "pricing": {"billable": false, "pricing_model": "PMP", "category": "service"}},
        {"id": "wamid.far", "status": "failed", "timestamp": "1779999006", "recipient_user_id": "RU.1502000002",
         "errors": [{"code": 131_047, "title": "Re-engagement message", "message": "Re-engagement message", "error_data": {"details": "more than 24 hours"}}]},
    ])));
    assert_eq!((&told[0]["type"], &told[0]["event_id"]), (&json!("delivery_status"), &json!("wa:c_1:wamid.out:delivered")));
    assert_eq!(told[0]["delivery"], json!({"status": "delivered", "provider": "whatsapp", "message_id": "wamid.out"}));
    assert_eq!(
        (&told[0]["client"]["channel_id"], &told[0]["meta"]["whatsapp"]["biz_opaque_callback_data"]),
        (&json!("79215550101"), &json!("m7"))
    );
    assert_eq!(told[1]["error"], json!({"code": "131047", "message": "Re-engagement message: more than 24 hours"}));
    assert_eq!((&told[1]["delivery"]["status"], &told[1]["client"]["channel_id"]), (&json!("failed"), &json!("RU.1502000002")));
    assert!(!told[1].to_string().contains("wamid.out"), "each its own part");
}

#[test]
fn a_message_from_the_app_is_an_echo() {
    let echoes = json!({"entry": [{"changes": [{"field": "smb_message_echoes", "value": {"metadata": {"phone_number_id": "1062"},
        "message_echoes": [{"from": "78120000000", "to": "79215550101", "id": "wamid.app", "timestamp": "1779999000", "type": "text", "text": {"body": "Ждём вас"}}]}}]}]});
    let told = WIRE.one(&echoes);
    assert_eq!((&told["type"], &told["bot_response"], &told["meta"]["echo"]), (&json!("message_out"), &json!("Ждём вас"), &json!(true)));
    assert_eq!((&told["delivery"]["message_id"], &told["client"]["channel_id"]), (&json!("wamid.app"), &json!("79215550101")));
}

#[test]
fn what_was_sent_is_an_answer_with_whatsapps_number() {
    let body = json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+7 921 555-01-01", "type": "text",
        "text": {"body": "Записал вас на 15:00"}, "biz_opaque_callback_data": "m7"});
    let took = json!({"messaging_product": "whatsapp", "contacts": [{"input": "+7 921 555-01-01", "wa_id": "79215550101"}], "messages": [{"id": "wamid.out"}]});
    let told = WIRE.call("POST", SENT, &body, answered(200, &took)).remove(0);
    assert_eq!((&told["type"], &told["bot_response"]), (&json!("message_out"), &json!("Записал вас на 15:00")));
    assert_eq!(told["delivery"], json!({"status": "sent", "provider": "whatsapp", "message_id": "wamid.out"}));
    assert_eq!(told["client"], json!({"channel_id": "79215550101", "phone": "+79215550101"}));
    assert_eq!((&told["event_id"], &told["meta"]["whatsapp"]["biz_opaque_callback_data"]), (&json!("wa:c_1:wamid.out"), &json!("m7")));
    let body = json!({"messaging_product": "whatsapp", "recipient": "RU.1502000002", "type": "template", "template": {"name": "reminder", "language": {"code": "ru"}}});
    let told = WIRE.call("POST", SENT, &body, answered(200, &json!({"contacts": [{"input": "RU.1502000002", "user_id": "RU.1502000002"}], "messages": [{"id": "wamid.t", "message_status": "held_for_quality_assessment"}]}))).remove(0);
    assert_eq!((&told["bot_response"], &told["client"]["channel_id"]), (&json!(""), &json!("RU.1502000002")));
    assert_eq!(
        (&told["meta"]["whatsapp"]["template"], &told["meta"]["message_status"]),
        (&json!("reminder"), &json!("held_for_quality_assessment"))
    );
}

#[test]
fn what_was_refused_or_lost_is_no_answer() {
    let body = json!({"messaging_product": "whatsapp", "to": "79215550101", "type": "text", "text": {"body": "Жду"}});
    let no = json!({"error": {"message": "(#131030) Recipient phone number not in allowed list", "type": "OAuthException", "code": 131_030, "error_subcode": 2_494_010, "fbtrace_id": "A"}});
    let refused = WIRE.call("POST", SENT, &body, answered(400, &no)).remove(0);
    assert_eq!(
        (&refused["type"], &refused["error"]["code"], &refused["delivery"]["status"]),
        (&json!("error"), &json!("131030.2494010"), &json!("failed"))
    );
    assert_eq!((&refused["bot_response"], &refused["meta"]["intended"]), (&Value::Null, &json!("Жду")));
    for lost in [None, answered(502, &json!("bad gateway")), answered(200, &json!({"messages": []}))] {
        let lost = WIRE.call("POST", SENT, &body, lost).remove(0);
        assert_eq!(
            (&lost["type"], &lost["error"]["code"], &lost["delivery"]["status"]),
            (&json!("error"), &json!("no_answer"), &json!("unknown"))
        );
        assert!(lost["bot_response"].is_null());
    }
}

#[test]
fn marks_look_ups_and_uploads_are_actions_and_open_nothing() {
    let read = WIRE
        .call(
            "POST",
            SENT,
            &json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}),
            answered(200, &json!({"success": true})),
        )
        .remove(0);
    assert_eq!((&read["type"], &read["action"]), (&json!("action"), &json!("whatsapp.read")));
    let target = "/v26.0/10620000001/whatsapp_business_profile?access_token=EAAG_made_up&fields=about";
    let looked = WIRE.call("GET", target, &Value::Null, answered(200, &json!({"data": [{"about": "салон Анны"}]}))).remove(0);
    assert_eq!(looked["action"], "whatsapp.whatsapp_business_profile");
    assert!(!looked.to_string().contains("EAAG") && !looked.to_string().contains("салон Анны"), "{looked}");
}

#[test]
fn nothing_hostile_makes_it_panic_or_write_what_cannot_be_read() {
    hostile(
        ConnectionKind::Whatsapp,
        SENT,
        &[
            delivery(
                json!([anna()]),
                json!([message(json!({"type": "text", "text": {"body": "да"}})), message(json!({"type": "edit", "edit": {}}))]),
            ),
            statuses(
                json!([{"id": "wamid.out", "status": "failed", "timestamp": "1779999005", "recipient_id": "79215550101", "errors": [{"code": 1}]}]),
            ),
            json!({"messaging_product": "whatsapp", "to": "79215550101", "type": "text", "text": {"body": "Жду"}}),
            json!({"contacts": [{"wa_id": "79215550101"}], "messages": [{"id": "wamid.out"}]}),
        ],
    );
}
