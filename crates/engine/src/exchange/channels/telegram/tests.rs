//! Updates and calls as the published schema has them; the values are made up.
#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::access::{ConnectionKind, Settings};
use crate::event::when::MINUTE_US;
use crate::event::{Limits, check};
use crate::exchange::{self, Body, Ended, Request, Response};

const TOKEN: &str = "7012345678:AAE-made_up_token_of_nobody_0123456789";
const NOW: i64 = 1_780_000_000_500_000;

fn exchange(way: Way, target: &str, kind: &str, body: &str, answer: Option<(u16, &str)>) -> Exchange {
    let json_type = |kind: &str| vec![("content-type".to_owned(), kind.to_owned())];
    Exchange {
        id: "x1".into(),
        way,
        started_us: NOW,
        first_byte_us: None,
        ended_us: NOW + 100_000,
        ended: Ended::Whole,
        retry_of: None,
        request: Request {
            method: "POST".into(),
            target: target.into(),
            headers: json_type(kind),
            body: Body::whole(Bytes::copy_from_slice(body.as_bytes())),
        },
        response: answer.map(|(status, body)| Response {
            status,
            headers: json_type("application/json"),
            body: Body::whole(Bytes::copy_from_slice(body.as_bytes())),
        }),
    }
}

/// What an exchange tells; every event must pass the gate.
fn events(exchange: Exchange) -> Vec<Value> {
    let settings = Settings::default();
    let about = About {
        connection: "c_1",
        kind: ConnectionKind::Telegram,
        settings: &settings,
        speaks: false,
        known: &crate::exchange::Known::default(),
    };
    let told = exchange::read(exchange, &about);
    told.iter().for_each(|told| drop(check(&told.json, &Limits::default()).unwrap()));
    told.iter().map(|told| serde_json::from_slice(&told.json).unwrap()).collect()
}

fn hook(update: &Value) -> Value {
    let mut events = events(exchange(Way::Hook, "", "application/json", &update.to_string(), None));
    assert_eq!(events.len(), 1);
    events.remove(0)
}

fn call(method: &str, kind: &str, body: &str, answer: &str) -> Vec<Value> {
    events(exchange(Way::Proxy, &format!("/bot{TOKEN}/{method}"), kind, body, Some((200, answer))))
}

fn anna() -> Value {
    json!({"id": 100_200, "is_bot": false, "first_name": "Анна", "last_name": "П.", "username": "anna_p", "language_code": "ru"})
}

fn private() -> Value {
    json!({"id": 100_200, "type": "private", "first_name": "Анна", "last_name": "П.", "username": "anna_p"})
}

#[test]
fn a_message_is_the_clients_words_at_telegrams_time() {
    let update = json!({"update_id": 5, "message": {"message_id": 9, "date": 1_779_999_000, "from": anna(), "chat": private(), "text": "Можно на завтра?"}});
    let told = hook(&update);
    assert_eq!(
        (&told["event_id"], &told["type"], &told["text"], &told["timestamp"], &told["channel"]),
        (&json!("tg:c_1:5"), &json!("message_in"), &json!("Можно на завтра?"), &json!("2026-05-28T20:10:00Z"), &json!("telegram"))
    );
    assert_eq!(told["client"], json!({"channel_id": "100200", "name": "Анна П."}));
    assert_eq!((&told["meta"]["username"], &told["meta"]["telegram"]["message_id"]), (&json!("anna_p"), &json!(9)));
    assert_eq!(told["meta"]["exchange"]["request_part"]["text"], update.to_string(), "the bytes as they came");
    let mut again = exchange(Way::Hook, "", "application/json", &update.to_string(), None);
    (again.id, again.started_us) = ("x2".into(), NOW + MINUTE_US);
    let again = events(again);
    assert_eq!((&again[0]["event_id"], &again[0]["meta"]["same"]), (&told["event_id"], &told["meta"]["same"]));
}

#[test]
fn pictures_contacts_and_buttons_are_words_too() {
    let message = |more: Value| {
        let mut message = json!({"message_id": 9, "date": 1_779_999_000, "from": anna(), "chat": private()});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        hook(&json!({"update_id": 6, "message": message}))
    };
    let photo = message(json!({"photo": [{"file_id": "f", "width": 1, "height": 1}], "caption": "вот так"}));
    assert_eq!((&photo["text"], &photo["meta"]["telegram"]["kinds"]), (&json!("вот так"), &json!(["photo"])));
    let voice = message(json!({"voice": {"file_id": "f", "duration": 3}}));
    assert_eq!((&voice["type"], &voice["text"]), (&json!("message_in"), &json!("")));
    let own = message(json!({"contact": {"phone_number": "79215550101", "first_name": "Анна", "user_id": 100_200}}));
    assert_eq!(own["client"]["phone"], "+79215550101");
    let other = message(json!({"contact": {"phone_number": "79215550202", "first_name": "Пётр", "user_id": 300}}));
    assert!(other["client"]["phone"].is_null(), "somebody else's contact is not the client's phone");
    let start = message(json!({"text": "/start vk_ads"}));
    assert_eq!(start["source"], "vk_ads");
    let joined = message(json!({"new_chat_members": [anna()]}));
    assert_eq!(joined["type"], "other");
    let pressed = hook(&json!({"update_id": 7, "callback_query": {"id": "1", "from": anna(), "data": "yes:7", "message": {
        "message_id": 3, "date": 1_779_000_000, "chat": private(), "reply_markup": {"inline_keyboard": [[{"text": "Да", "callback_data": "yes:7"}]]}}}}));
    assert_eq!((&pressed["type"], &pressed["text"], &pressed["meta"]["button"]), (&json!("message_in"), &json!("Да"), &json!("yes:7")));
    assert_eq!(pressed["timestamp"], "2026-05-28T20:26:40.5Z", "a press has no time of its own");
}

#[test]
fn payments_blocks_edits_and_what_is_new() {
    let payment = json!({"currency": "RUB", "total_amount": 150_050, "invoice_payload": "i"});
    let paid = hook(
        &json!({"update_id": 1, "message": {"message_id": 1, "date": 1_779_999_000, "from": anna(), "chat": private(), "successful_payment": payment}}),
    );
    assert_eq!((&paid["type"], &paid["payment"]), (&json!("payment"), &json!({"amount": "1500.50", "currency": "RUB"})));
    let member = |status: &str| {
        json!({"update_id": 2, "my_chat_member": {"chat": private(), "from": anna(), "date": 1_779_999_000,
        "old_chat_member": {"status": "member"}, "new_chat_member": {"status": status}}})
    };
    assert_eq!((&hook(&member("kicked"))["type"], &hook(&member("member"))["type"]), (&json!("bot_blocked"), &json!("bot_unblocked")));
    let edited = json!({"update_id": 3, "edited_message": {"message_id": 1, "date": 1_779_999_000, "edit_date": 1_779_999_060, "from": anna(), "chat": private(), "text": "на 16:00"}});
    assert_eq!((&hook(&edited)["type"], &hook(&edited)["timestamp"]), (&json!("message_edited"), &json!("2026-05-28T20:11:00Z")));
    let post = json!({"update_id": 4, "channel_post": {"message_id": 1, "date": 1_779_999_000, "chat": {"id": -1_005, "type": "channel", "title": "t"}, "text": "новость"}});
    assert_eq!((&hook(&post)["type"], &hook(&post)["client"]), (&json!("other"), &Value::Null));
    let unknown = hook(&json!({"update_id": 4, "stopped_message_generation": {"user": anna(), "chat": private()}}));
    assert_eq!((&unknown["type"], &unknown["client"]["channel_id"]), (&json!("other"), &json!("100200")));
    assert_eq!(hook(&json!({"hello": 1}))["type"], "other", "no update is kept as it came");
}

#[test]
fn in_a_business_chat_the_owner_and_the_bot_are_told_apart() {
    let owner = json!({"id": 1, "is_bot": false, "first_name": "Ольга"});
    let message = |from: Value, more: Value| {
        let mut message =
            json!({"business_connection_id": "bc", "message_id": 9, "date": 1_779_999_000, "from": from, "chat": private(), "text": "т"});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        hook(&json!({"update_id": 8, "business_message": message}))
    };
    assert_eq!(message(anna(), json!({}))["type"], "message_in");
    let reply = message(owner.clone(), json!({}));
    assert_eq!(
        (&reply["type"], &reply["operator"], &reply["client"]["channel_id"]),
        (&json!("operator_reply"), &json!("Ольга"), &json!("100200"))
    );
    let echo = message(owner, json!({"sender_business_bot": {"id": 7, "is_bot": true, "first_name": "b"}}));
    assert_eq!((&echo["type"], &echo["event_id"], &echo["bot_response"]), (&json!("message_out"), &json!("tg:c_1:100200:9"), &json!("т")));
    let call = |text: &str| {
        let result = json!({"message_id": 9, "date": 1_779_999_001, "chat": private(), "text": text});
        call(
            "sendMessage",
            "application/json",
            &json!({"chat_id": 100_200, "text": text}).to_string(),
            &json!({"ok": true, "result": result}).to_string(),
        )
    };
    assert_eq!(
        (&call("т")[0]["event_id"], &call("т")[0]["meta"]["same"]),
        (&echo["event_id"], &echo["meta"]["same"]),
        "told twice, kept once"
    );
    assert_eq!(call("у")[0]["event_id"], echo["event_id"]);
    assert_ne!(call("у")[0]["meta"]["same"], echo["meta"]["same"], "other words are not the same");
    let gone = hook(
        &json!({"update_id": 9, "deleted_business_messages": {"business_connection_id": "bc", "chat": private(), "message_ids": [9, 10]}}),
    );
    assert_eq!((&gone["type"], &gone["meta"]["message_ids"]), (&json!("message_deleted"), &json!([9, 10])));
}

#[test]
fn a_call_is_what_telegram_made_of_it_and_its_token_is_nowhere() {
    let sent = json!({"ok": true, "result": {"message_id": 10, "date": 1_780_000_000, "chat": private(), "from": {"id": 7_012_345_678_i64, "is_bot": true, "first_name": "Салон"}, "text": "Записал на 15:00"}}).to_string();
    let form = "chat_id=100200&text=%D0%97%D0%B0%D0%BF%D0%B8%D1%81%D0%B0%D0%BB+%D0%BD%D0%B0+15%3A00&parse_mode=HTML";
    let parts = "--b\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n100200\r\n--b\r\nContent-Disposition: form-data; name=\"document\"\r\n\r\nattach://d\r\n\
                         --b\r\nContent-Disposition: form-data; name=\"d\"; filename=\"p.pdf\"\r\n\r\n%PDF\u{0}\r\n--b--\r\n".to_owned();
    let ways = [
        ("sendMessage", "application/json", json!({"chat_id": 100_200, "text": "Записал на 15:00"}).to_string()),
        ("SENDMESSAGE", "application/x-www-form-urlencoded", form.to_owned()),
        ("sendDocument", "multipart/form-data; boundary=b", parts),
        ("sendMessage?chat_id=100200&text=x", "", String::new()),
    ];
    for (method, kind, body) in ways {
        let told = call(method, kind, &body, &sent).remove(0);
        assert_eq!((&told["type"], &told["bot_response"]), (&json!("message_out"), &json!("Записал на 15:00")), "{method}");
        assert_eq!(told["delivery"], json!({"status": "sent", "provider": "telegram", "message_id": "10"}));
        assert_eq!((&told["event_id"], &told["client"]["channel_id"]), (&json!("tg:c_1:100200:10"), &json!("100200")));
        assert_eq!(told["timestamp"], "2026-05-28T20:26:40.6Z", "ours, where Telegram's second is ours");
        assert!(!told.to_string().contains("made_up_token"), "{told}");
        assert!(!told.to_string().contains("PDF"), "{told}");
    }
}

#[test]
fn what_failed_is_no_answer_and_what_opens_something_is_not_kept() {
    let refused = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5","parameters":{"retry_after":5}}"#;
    let told = call("sendMessage", "application/json", r#"{"chat_id":100200,"text":"привет"}"#, refused).remove(0);
    assert_eq!((&told["type"], &told["error"]["code"], &told["bot_response"]), (&json!("error"), &json!("429"), &Value::Null));
    assert_eq!(
        (&told["meta"]["retry_after"], &told["meta"]["intended"], &told["client"]["channel_id"]),
        (&json!(5), &json!("привет"), &json!("100200"))
    );
    let mut broken = exchange(Way::Proxy, &format!("/bot{TOKEN}/sendMessage"), "application/json", r#"{"chat_id":1,"text":"a"}"#, None);
    broken.ended = Ended::Broken("cannot be reached (connection refused)".into());
    let told = events(broken).remove(0);
    assert_eq!((&told["type"], &told["error"]["code"]), (&json!("error"), &json!("no_answer")));
    let set = r#"{"url":"https://bot.example/hook/s3cret-path","secret_token":"s3cret","allowed_updates":["message"]}"#;
    let told = call("setWebhook", "application/json", set, r#"{"ok":true,"result":true}"#).remove(0);
    assert_eq!((&told["action"], &told["type"]), (&json!("telegram.setwebhook"), &json!("action")));
    assert!(!told.to_string().contains("s3cret"), "{told}");
    let asked = events(exchange(Way::Asked, &format!("/bot{TOKEN}/setWebhook"), "application/json", set, None)).remove(0);
    assert!(!asked.to_string().contains("s3cret") && !asked.to_string().contains("made_up_token"), "{asked}");
    let asked = events(exchange(Way::Asked, &format!("/bot{TOKEN}/sendMessage"), "application/json", r#"{"text":"да"}"#, None)).remove(0);
    assert_eq!(asked["meta"]["exchange"]["request_part"]["text"], "да");
    let answer = r#"{"ok":true,"result":"123:s3cret"}"#;
    assert!(!call("getManagedBotToken", "application/json", "{}", answer)[0].to_string().contains("s3cret"));
}

#[test]
fn edits_deletions_and_silence() {
    let ok = r#"{"ok":true,"result":true}"#;
    let kinds =
        |method: &str, body: &str| call(method, "application/json", body, ok).iter().map(|told| told["type"].clone()).collect::<Vec<_>>();
    assert_eq!(kinds("editMessageText", r#"{"chat_id":1,"message_id":2,"text":"новое"}"#), ["message_edited"]);
    assert_eq!(kinds("deleteMessage", r#"{"chat_id":1,"message_id":2}"#), ["message_deleted"]);
    assert_eq!(kinds("answerCallbackQuery", r#"{"callback_query_id":"1","text":"ок"}"#), ["action"]);
    assert_eq!(kinds("sendChatAction", r#"{"chat_id":1,"action":"typing"}"#), [""; 0]);
    assert!(call("getUpdates", "", "", r#"{"ok":true,"result":[]}"#).is_empty(), "a poll that brought nothing");
}

#[test]
fn a_poll_brings_updates_of_many_and_each_holds_only_its_own() {
    let update = |number: i64, text: &str| json!({"update_id": number, "message": {"message_id": 9, "date": 1_779_999_000, "from": {"id": number, "first_name": text}, "chat": {"id": number, "type": "private"}, "text": text}});
    let answer = format!(r#"{{"ok":true,"result":[{}, {}]}}"#, update(1, "один"), update(2, "два"));
    let told = call("getUpdates?offset=1", "", "", &answer);
    assert_eq!(told.iter().map(|told| told["text"].as_str().unwrap()).collect::<Vec<_>>(), ["один", "два"]);
    assert!(!told[0].to_string().contains("два") && !told[1].to_string().contains("один"));
    assert_eq!(told[1]["meta"]["same"], hook(&update(2, "два"))["meta"]["same"], "known again when it comes by hook");
}

#[test]
fn a_call_in_the_answer_to_a_hook_is_an_answer() {
    let update =
        json!({"update_id": 5, "message": {"message_id": 9, "date": 1_779_999_000, "from": anna(), "chat": private(), "text": "?"}})
            .to_string();
    let answer = r#"{"method":"sendMessage","chat_id":100200,"text":"Ждём вас"}"#;
    let told = events(exchange(Way::Answer, "", "application/json", &update, Some((200, answer)))).remove(0);
    assert_eq!((&told["type"], &told["bot_response"]), (&json!("message_out"), &json!("Ждём вас")));
    assert_eq!(
        (&told["client"]["name"], &told["delivery"]["status"], &told["delivery"]["message_id"]),
        (&json!("Анна П."), &json!("queued"), &Value::Null)
    );
    assert!(!told.to_string().contains("\"?\""), "the client's own words are in their own record");
    let admin = r#"{"method":"sendMessage","chat_id":777,"text":"новый клиент"}"#;
    let told = events(exchange(Way::Answer, "", "application/json", &update, Some((200, admin)))).remove(0);
    assert_eq!(told["client"], json!({"channel_id": "777"}));
    let late = events(exchange(Way::Late, "", "application/json", &update, Some((200, answer)))).remove(0);
    assert_eq!(
        (&late["type"], &late["error"]["code"], &late["bot_response"]),
        (&json!("error"), &json!("answered_too_late"), &Value::Null)
    );
    let failed = events(exchange(Way::Answer, "", "application/json", &update, Some((500, "oops")))).remove(0);
    assert_eq!(
        (&failed["type"], &failed["error"]["code"], &failed["client"]["channel_id"]),
        (&json!("error"), &json!("bot_failed"), &json!("100200"))
    );
    assert!(events(exchange(Way::Answer, "", "application/json", &update, Some((200, "{}")))).is_empty());
    let mut deferred = exchange(Way::Deferred, "", "application/json", &update, None);
    deferred.ended = Ended::TimedOut("first byte".into());
    let told = events(deferred).remove(0);
    assert_eq!((&told["type"], &told["error"]["code"]), (&json!("error"), &json!("bot_unreachable")));
}

proptest! {
    #[test]
    fn whatever_an_update_holds_it_is_an_event(kind in "(message|business_message|edited_message|callback_query|my_chat_member|x)", inner in any_json(), way in 0_u8..6) {
        let update = json!({"update_id": 1, kind: inner}).to_string();
        let way = [Way::Hook, Way::Answer, Way::Proxy, Way::Deferred, Way::Late, Way::Asked][usize::from(way)];
        let _ = events(exchange(way, "/bot1:a/sendMessage", "application/json", &update, Some((200, &update))));
    }

    #[test]
    fn no_bytes_make_it_panic(body: String, answer: String, target in "/bot1:a/(getUpdates|sendMessage|setWebhook|x/y)") {
        let _ = events(exchange(Way::Proxy, &target, "application/json", &body, Some((200, &answer))));
        let _ = events(exchange(Way::Hook, "", "application/json", &body, None));
    }
}

/// Values under the names that the reader looks at.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::Null)
    ];
    let names = "(chat|from|id|type|date|text|caption|message|message_id|data|contact|phone_number|user_id|first_name|successful_payment|currency|total_amount|is_bot|result|ok)";
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names, inner, 0..6).prop_map(|parts| Value::Object(parts.into_iter().collect())),
        ]
    })
}
