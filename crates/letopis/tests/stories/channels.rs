//! A conversation in WhatsApp as it comes: delivered by the platform, answered through the proxy, with statuses in any order, and with
//! a message that somebody sent from the app, past Letopis.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

use super::app::TestApp;
use super::bot::{Bot, json as answer};
use super::commands::json as json_of;

const CLIENT: &str = "79215550101";

fn delivery(more: &Value) -> String {
    let mut value = json!({"messaging_product": "whatsapp", "metadata": {"phone_number_id": "1062"}});
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"object": "whatsapp_business_account", "entry": [{"id": "1020", "changes": [{"field": "messages", "value": value}]}]})
        .to_string()
}

fn status(status: &str, id: &str) -> Value {
    json!({"statuses": [{"id": id, "status": status, "timestamp": now_s().to_string(), "recipient_id": CLIENT}]})
}

fn now_s() -> i64 {
    letopis::app::now_us() / 1_000_000
}

fn signature(body: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"app-secret-of-ours").unwrap();
    mac.update(body.as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

#[test]
fn a_whatsapp_conversation_is_one_and_its_messages_have_a_fate() {
    let took =
        json!({"messaging_product": "whatsapp", "contacts": [{"input": CLIENT, "wa_id": CLIENT}], "messages": [{"id": "wamid.out"}]});
    let graph = Bot::open(move |_| answer(&took.to_string()));
    let mut app = TestApp::start();
    let arguments = ["--kind", "whatsapp", "--upstream", &graph.url(), "--secret", "sender=app-secret-of-ours"];
    let made = json_of(app.data(), &[&["connection", "add"], &arguments[..]].concat());
    let token = made["token"].as_str().unwrap();
    let deliver = |app: &TestApp, more: &Value| {
        let body = delivery(more);
        let proof = signature(&body);
        let headers = [("Content-Type", "application/json"), ("X-Hub-Signature-256", proof.as_str())];
        assert_eq!(app.line().request("POST", &format!("/hooks/{token}"), &headers, body.as_bytes()).unwrap().status, 200);
    };
    let contact = json!({"profile": {"name": "Анна"}, "wa_id": CLIENT, "user_id": "RU.1502000001"});
    let said =
        json!({"from": CLIENT, "id": "wamid.in", "timestamp": now_s().to_string(), "type": "text", "text": {"body": "Можно завтра?"}});
    let question = json!({"contacts": [contact], "messages": [said]});
    deliver(&app, &question);
    // The platform repeats: recorded once.
    deliver(&app, &question);
    let call = json!({"messaging_product": "whatsapp", "to": CLIENT, "type": "text", "text": {"body": "Да, в 15:00"}}).to_string();
    let headers = [("Content-Type", "application/json"), ("Authorization", "Bearer EAAG-token-of-theirs")];
    let sent = app.line().request("POST", &format!("/proxy/{token}/v26.0/1062/messages"), &headers, call.as_bytes()).unwrap();
    assert_eq!(sent.json()["messages"][0]["id"], "wamid.out");
    for how in ["read", "sent", "delivered"] {
        deliver(&app, &status(how, "wamid.out"));
    }
    let echo = json!({"from": "7812", "to": CLIENT, "id": "wamid.app", "timestamp": now_s().to_string(), "type": "text", "text": {"body": "Ждём!"}});
    deliver(&app, &json!({"message_echoes": [echo]}));
    app.wait_recorded(6);

    let tables = app.tables();
    let one = |sql: &str| tables.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    let told = "SELECT group_concat(type || coalesce(' ' || said, ' ' || reply, ''), ', ') FROM (SELECT * FROM events ORDER BY record)";
    assert_eq!(
        one(told),
        "message_in Можно завтра?, message_out Да, в 15:00, delivery_status, delivery_status, delivery_status, message_out Ждём!"
    );
    assert_eq!(one("SELECT count(*) || ' ' || sum(events) || ' ' || sum(replies) FROM sessions"), "1 3 1", "an echo is no second answer");
    let rows = "SELECT group_concat(message_id || ' ' || status || ' ' || told_by, ', ') FROM (SELECT * FROM deliveries ORDER BY record)";
    assert_eq!(
        one(rows),
        "wamid.out sent sending, wamid.out read status, wamid.out sent status, wamid.out delivered status, wamid.app sent echo"
    );
    drop(tables);
    assert_eq!(json_of(app.data(), &["rebuild", "--check"])["differences"], 0);
    let folder = app.data().to_owned();
    app.stopped().must_verify();
    for secret in ["EAAG-token-of-theirs", "app-secret-of-ours"] {
        assert!(!app.said().contains(secret), "{secret} is in the log");
        let tables = std::fs::read(folder.join("letopis.db")).unwrap();
        assert!(memchr::memmem::find(&tables, secret.as_bytes()).is_none(), "{secret} is in the tables");
    }
}
