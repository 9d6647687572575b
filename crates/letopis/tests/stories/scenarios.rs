//! What a bot is told: a version is put, made active, served, seen in traffic, compared, brought back; sealed, rebuilt, audited; a mark of charts.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::commands::{json as json_of, letopis};
use super::http::Answer;

fn key(app: &TestApp, role: &str) -> String {
    json_of(app.data(), &["key", "create", "--role", role])["key"].as_str().unwrap().to_owned()
}

fn call(app: &TestApp, key: &str, method: &str, path: &str, more: &[(&str, &str)], body: &Value) -> Answer {
    let bearer = format!("Bearer {key}");
    let headers = [&[("Authorization", bearer.as_str())], more].concat();
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    app.line().request(method, &format!("/api/v1/{path}"), &headers, &body).unwrap()
}

fn ask(app: &TestApp, key: &str, path: &str) -> Value {
    let answer = call(app, key, "GET", path, &[], &Value::Null);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

/// A conversation that was answered by a version, and booked or not.
fn talk(app: &TestApp, at: i64, version: &str, booked: bool) {
    let when = (Timestamp::now() - SignedDuration::from_secs(at)).to_string();
    let mut event = json!({"event_id": format!("t{at}"), "timestamp": when, "channel": "telegram", "session_id": format!("s{at}"),
        "client": {"channel_id": format!("c{at}")}, "text": "Можно записаться?", "bot_response": "Да", "scenario": "booking",
        "scenario_version": version});
    if booked {
        event["booking"] = json!({"status": "created", "starts_at": "2030-01-01T12:00"});
    }
    app.post_event(&event);
}

#[test]
fn a_version_is_put_served_and_brought_back() {
    let mut app = TestApp::start();
    let (admin, read, ingest) = (key(&app, "admin"), key(&app, "read"), app.key.clone());
    let put = |body: &Value| call(&app, &admin, "PUT", "scenarios/booking/versions", &[], body);
    assert_eq!(call(&app, &read, "GET", "scenarios/booking/active", &[], &Value::Null).status, 404, "nothing answers yet");

    let first = put(&json!({"version": "6", "text": "Ты администратор.\nОтвечай кратко.", "activate": true}));
    assert_eq!((first.status, first.json()), (201, json!({"version": "6", "new": true, "active": true})));
    let again = put(&json!({"version": "6", "text": "Ты администратор.\nОтвечай кратко."}));
    assert_eq!(
        (again.status, again.json()),
        (200, json!({"version": "6", "new": false, "active": true})),
        "the same again changes nothing"
    );
    assert_eq!(put(&json!({"version": "6", "text": "Другой"})).status, 409, "a version is put once");
    let next = put(&json!({"text": {"шаги": ["спроси услугу"]}, "comment": "шаги"}));
    assert_eq!((next.status, next.json()["version"].as_str().unwrap().to_owned()), (201, "7".to_owned()), "{}", next.text());
    for wrong in [json!({"text": ""}), json!({"text": "a", "version": "7@1"}), json!({"text": "a", "wrong": 1}), json!([])] {
        assert_eq!(put(&wrong).status, 400, "{wrong}");
    }
    for key in [&read, &ingest] {
        assert_eq!(call(&app, key, "PUT", "scenarios/booking/versions", &[], &json!({"text": "a"})).status, 403);
    }
    assert_eq!(call(&app, &ingest, "GET", "scenarios/booking/active", &[], &Value::Null).status, 403, "an ingest key stands in URLs");

    // The bot asks each time, and hears that nothing changed.
    let served = call(&app, &read, "GET", "scenarios/booking/active", &[], &Value::Null);
    assert_eq!((served.status, &served.json()["text"]), (200, &json!("Ты администратор.\nОтвечай кратко.")));
    let tag = served.head().lines().find_map(|line| line.to_lowercase().starts_with("etag:").then(|| line[5..].trim().to_owned())).unwrap();
    let known = [("If-None-Match", tag.as_str())];
    let same = call(&app, &read, "GET", "scenarios/booking/active", &known, &Value::Null);
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert_eq!(call(&app, &admin, "POST", "scenarios/booking/activate", &[], &json!({"version": "8"})).status, 404);
    assert_eq!(call(&app, &admin, "POST", "scenarios/booking/activate", &[], &json!({"version": "7"})).status, 200);
    let changed = call(&app, &read, "GET", "scenarios/booking/active", &known, &Value::Null);
    assert_eq!((changed.status, &changed.json()["version"]), (200, &json!("7")));

    // On the machine: the same, and an earlier one comes back.
    let difference = json_of(app.data(), &["scenario", "diff", "booking", "6", "7"]);
    assert_eq!(difference["lines"][0], json!({"sign": "-", "text": "Ты администратор."}), "{difference:#}");
    json_of(app.data(), &["scenario", "activate", "booking", "6"]);
    assert_eq!(ask(&app, &read, "scenarios/booking/active")["version"], "6");
    let shown = letopis(app.data(), &["scenario", "show", "booking"]);
    assert_eq!(shown.out.trim(), "Ты администратор.\nОтвечай кратко.");

    let marker = &ask(&app, &read, "metrics/markers")["items"];
    let told: Vec<_> = marker.as_array().unwrap().iter().map(|one| (&one["from"], &one["to"])).collect();
    let label = |version: &str| json!(format!("booking@{version}"));
    assert_eq!(told, [(&Value::Null, &label("6")), (&label("6"), &label("7")), (&label("7"), &label("6"))]);
    assert!(marker[1]["by"].as_str().unwrap().starts_with("key:") && marker[2]["by"] == "cli", "{marker:#}");
    json_of(app.data(), &["alerts", "check", "--open"]);
    let open = ask(&app, &read, "incidents?state=open");
    let changes = open["items"].as_array().unwrap().iter().filter(|found| found["rule"] == "A10").count();
    assert_eq!(changes, 2, "one of each version that came: {open:#}");

    it_is_sealed(&mut app, &read);
}

/// An alteration is found, a rebuild repairs it, a start forgets nothing.
fn it_is_sealed(app: &mut TestApp, read: &str) {
    wait_until("the audit is content", || letopis(app.data(), &["verify", "--deep"]).ok);
    assert_eq!(json_of(app.data(), &["rebuild", "--check"])["differences"], 0);
    app.stop();
    let tables = rusqlite::Connection::open(app.data().join("letopis.db")).unwrap();
    tables
        .execute_batch("UPDATE scenario_activations SET version = '7' WHERE record = (SELECT max(record) FROM scenario_activations)")
        .unwrap();
    drop(tables);
    let told = letopis(app.data(), &["verify", "--deep"]);
    assert!(!told.ok && told.out.contains("scenarios"), "{} {}", told.out, told.err);
    app.restart();
    assert_eq!(ask(app, read, "scenarios/booking/active")["version"], "7", "who alters the table alters what is served");
    json_of(app.data(), &["rebuild"]);
    assert_eq!(ask(app, read, "scenarios/booking/active")["version"], "6");
}

#[test]
fn versions_of_traffic_stand_beside_those_that_were_put() {
    let app = TestApp::start();
    let (admin, read) = (key(&app, "admin"), key(&app, "read"));
    call(&app, &admin, "PUT", "scenarios/booking/versions", &[], &json!({"version": "2", "text": "Два"}));
    for at in 0..40 {
        talk(&app, 4000 - at * 60, if at < 30 { "1" } else { "2" }, at % 3 == 0);
    }
    app.wait_recorded(40);
    let seen = |version: usize| ask(&app, &read, "scenarios/booking")["versions"][version].clone();
    wait_until("all are counted", || seen(1)["booked"]["n"] == 30 && seen(0)["booked"]["n"] == 10);
    let (two, one) = (seen(0), seen(1));
    assert_eq!((&two["version"], &two["booked"]["is_few"], two["digest"].is_string()), (&json!("2"), &json!(true), true));
    assert_eq!((&one["version"], &one["booked"]["part"], &one["put_at"]), (&json!("1"), &json!(10), &Value::Null));
    assert!(one["first_seen_at"].as_str().unwrap() < two["first_seen_at"].as_str().unwrap());
}

#[test]
fn a_text_with_a_clients_phone_is_not_put() {
    let app = TestApp::start();
    let admin = key(&app, "admin");
    app.post_event(&super::event("anna"));
    app.wait_recorded(1);
    let put = |text: &str| call(&app, &admin, "PUT", "scenarios/booking/versions", &[], &json!({"text": text})).status;
    assert_eq!(put("Позвони Анне: 8 (921) 555-01-01"), 409);
    assert_eq!(put("Наш телефон +7 812 000-00-00"), 201, "the business's own phone is nobody's secret");
}
