//! People are told: an incident by a bot of Telegram when it opens and when it is over, once each; a report by a bot of MAX.

use std::io::{Read, Write};
use std::net::TcpStream;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::app::{PATIENCE, TestApp, wait_until};
use super::commands::json as json_of;
use super::witnessed::{bot_answers, listener};

/// A bot of MAX that takes everything.
fn max_answers(mut stream: TcpStream) -> Option<String> {
    let (mut heard, mut piece) = (String::new(), [0; 8192]);
    while !heard.contains("\"text\"") || !heard.trim_end().ends_with('}') {
        let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
        heard.push_str(&String::from_utf8_lossy(&piece[..length]));
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\nConnection: close\r\n\r\n{\"message\":{\"body\":{\"seq\":1}}}").ok()?;
    Some(heard)
}

fn route(app: &TestApp, way: &str, kinds: &str, url: &str) -> String {
    let token = app.root().join("token");
    std::fs::write(&token, "1234:SECRET-token\n").unwrap();
    let set = ["reports", "route", "set", "--quiet-from", "0", "--quiet-to", "0", "--kinds", kinds, "--way", way, "--to", "-100"];
    let all = [&set[..], &["--url", url, "--token-file", token.to_str().unwrap()]].concat();
    json_of(app.data(), &all)["id"].as_str().unwrap().to_owned()
}

fn said(id: &str, seconds_ago: i64, more: Value) -> Value {
    let at = Timestamp::now() - SignedDuration::from_secs(seconds_ago);
    let who = id.rsplit('-').next().unwrap();
    let mut event =
        json!({"event_id": id, "timestamp": at.to_string(), "channel": "telegram", "session_id": who, "client": {"channel_id": who}});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

#[test]
fn an_incident_is_told_by_telegram_when_it_opens_and_when_it_is_over() {
    let app = TestApp::start();
    let (bot, messages) = listener(bot_answers);
    route(&app, "telegram", "alert", &format!("http://{bot}"));
    app.post_event(&said("old-o", 7200, json!({"text": "Привет", "bot_response": "Здравствуйте"})));
    for who in ["q-a", "q-b", "q-c"] {
        app.post_event(&said(who, 150, json!({"text": "Есть кто?"})));
    }
    app.wait_recorded(4);
    json_of(app.data(), &["alerts", "check", "--open"]);
    let opened = messages.recv_timeout(PATIENCE).unwrap();
    assert!(opened.starts_with("POST /bot1234:SECRET-token/sendMessage ") && opened.contains("\"chat_id\":\"-100\""), "{opened}");
    assert!(opened.contains("/incidents/") && !opened.contains("Есть кто"), "a link to it, and no client's words: {opened}");
    // Looked at again, it is not told again.
    json_of(app.data(), &["alerts", "check", "--open"]);
    for who in ["r-a", "r-b", "r-c"] {
        app.post_event(&said(who, 1, json!({"bot_response": "Здравствуйте!"})));
    }
    app.post_event(&said("q-d", 90, json!({"text": "Добрый день"})));
    app.post_event(&said("s-d", 88, json!({"bot_response": "Здравствуйте!"})));
    app.wait_recorded(9);
    wait_until("it is over", || {
        json_of(app.data(), &["alerts", "check", "--open"]);
        app.tables()
            .query_row("SELECT count(*) FROM incidents WHERE rule = 'A1' AND resolved_us IS NOT NULL", [], |row| row.get::<_, i64>(0))
            .unwrap()
            == 1
    });
    let over = messages.recv_timeout(PATIENCE).unwrap();
    assert!(over.contains("/incidents/") && over != opened, "{over}");
    let sent: i64 =
        app.tables().query_row("SELECT count(*) FROM report_deliveries WHERE sent_us IS NOT NULL", [], |row| row.get(0)).unwrap();
    assert!(sent >= 1 && messages.try_recv().is_err(), "once each: {sent}");
    assert!(!app.said().contains("SECRET"));
}

#[test]
fn a_digest_goes_by_a_bot_of_max_with_open_incidents_and_no_token_in_its_address() {
    let app = TestApp::start();
    let (bot, messages) = listener(max_answers);
    let id = route(&app, "max", "weekly,digest", &format!("http://{bot}"));
    app.post_event(&said("old-o", 7200, json!({"text": "Привет", "bot_response": "Здравствуйте"})));
    for who in ["q-a", "q-b", "q-c"] {
        app.post_event(&said(who, 150, json!({"text": "Есть кто?"})));
    }
    app.wait_recorded(4);
    json_of(app.data(), &["alerts", "check", "--open"]);
    json_of(app.data(), &["reports", "send", "digest", &id]);
    let message = messages.recv_timeout(PATIENCE).unwrap();
    let head = message.split("\r\n\r\n").next().unwrap();
    assert!(
        head.starts_with("POST /messages?chat_id=-100&disable_link_preview=true ") && !head.lines().next().unwrap().contains("SECRET"),
        "{head}"
    );
    assert!(head.to_lowercase().contains("authorization: 1234:secret-token"), "{head}");
    assert!(message.contains("Открыт 1 инцидент"), "{message}");
    wait_until("it is delivered", || json_of(app.data(), &["reports", "list"])[0]["sent_us"].is_i64());
    json_of(app.data(), &["reports", "send", "weekly", &id]);
    let weekly = messages.recv_timeout(PATIENCE).unwrap();
    assert!(weekly.contains("неделя"), "{weekly}");
}
