//! An incident from the first bad event to the last word: found by a rule, seen through the API, passed by itself, audited, rebuilt; what a marker shows.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::commands::{json as json_of, letopis};

/// An event of the last minutes.
fn said(id: &str, session: &str, seconds_ago: i64, more: Value) -> Value {
    let at = Timestamp::now() - SignedDuration::from_secs(seconds_ago);
    let mut event = json!({"event_id": id, "timestamp": at.to_string(), "channel": "telegram", "session_id": session,
                           "client": {"channel_id": session}});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn ask(app: &TestApp, key: &str, path: &str) -> Value {
    let answer = app.line().request("GET", &format!("/api/v1/{path}"), &[("Authorization", &format!("Bearer {key}"))], b"").unwrap();
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

fn read_key(app: &TestApp) -> String {
    json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned()
}

#[test]
fn clients_without_an_answer_are_an_incident_until_they_have_one() {
    let mut app = TestApp::start();
    let key = read_key(&app);
    let mut events = vec![said("old", "o", 7200, json!({"text": "Привет", "bot_response": "Здравствуйте"}))];
    events.extend(["a", "b", "c"].map(|who| said(&format!("q-{who}"), who, 150, json!({"text": "Есть кто?"}))));
    events.iter().for_each(|event| drop(app.post_event(event)));
    app.wait_recorded(4);
    let seen = json_of(app.data(), &["alerts", "check"]);
    assert_eq!((&seen["findings"][0]["rule"], &seen["findings"][0]["count"]), (&json!("A1"), &json!(3)), "{seen:#}");
    assert_eq!(ask(&app, &key, "incidents?state=open")["items"], json!([]), "a look decides nothing");

    json_of(app.data(), &["alerts", "check", "--open"]);
    json_of(app.data(), &["alerts", "check", "--open"]);
    let open = ask(&app, &key, "incidents?state=open");
    let found = &open["items"][0];
    assert_eq!(open["items"].as_array().map(Vec::len), Some(1), "{open:#}");
    assert_eq!((&found["rule"], &found["severity"], &found["affected_sessions"]), (&json!("A1"), &json!("critical"), &json!(3)));
    assert_eq!((&found["opened_by"], found["evidence"].as_array().map(Vec::len)), (&json!("rules"), Some(3)));
    let took: Timestamp = found["detected_at"].as_str().unwrap().parse().unwrap();
    let began: Timestamp = found["began_at"].as_str().unwrap().parse().unwrap();
    assert!((150..300).contains(&(took.as_second() - began.as_second())), "it began with the first message: {found:#}");

    // Everybody has an answer, and the next one has it at once.
    events = ["a", "b", "c"].map(|who| said(&format!("r-{who}"), who, 1, json!({"bot_response": "Здравствуйте!"}))).into();
    events.push(said("q-d", "d", 90, json!({"text": "Добрый день"})));
    events.push(said("r-d", "d", 88, json!({"bot_response": "Здравствуйте!"})));
    events.iter().for_each(|event| drop(app.post_event(event)));
    wait_until("the answers are recorded", || ask(&app, &key, "events?limit=100")["items"].as_array().map(Vec::len) == Some(9));
    json_of(app.data(), &["alerts", "check", "--open"]);
    assert_eq!(ask(&app, &key, "incidents?state=open")["items"], json!([]));
    let over = ask(&app, &key, "incidents?state=resolved");
    assert_eq!((&over["items"][0]["ending"], &over["items"][0]["resolved_by"]), (&json!("passed"), &json!("rules")), "{over:#}");
    let summed = ask(&app, &key, "metrics/incidents");
    assert_eq!(
        (&summed["incidents"], &summed["open"], &summed["total"]["n"], &summed["by_rule"]["A1"]),
        (&json!(1), &json!(0), &json!(1), &json!(1))
    );
    assert_eq!(summed["total"]["mean_min"], summed["total"]["median_min"]);

    // It is what the sealed decisions make of it, and an alteration is seen and repaired.
    let audit = |app: &TestApp| letopis(app.data(), &["verify", "--deep"]);
    wait_until("the audit is content", || audit(&app).ok);
    let rebuilt = json_of(app.data(), &["rebuild", "--check"]);
    assert_eq!(rebuilt["differences"], 0, "{rebuilt:#}");
    app.stop();
    let tables = rusqlite::Connection::open(app.data().join("letopis.db")).unwrap();
    tables.execute_batch("UPDATE incidents SET began_us = began_us - 60000000").unwrap();
    drop(tables);
    let told = audit(&app);
    assert!(!told.ok && told.out.contains("incidents"), "{} {}", told.out, told.err);
    app.restart();
    json_of(app.data(), &["rebuild"]);
    wait_until("the audit is content again", || audit(&app).ok);
    assert_eq!(ask(&app, &key, "metrics/incidents")["total"], summed["total"]);
}

#[test]
fn a_business_says_when_something_is_an_incident() {
    let app = TestApp::start();
    let set = json_of(app.data(), &["alerts", "set", "--unanswered", "5", "--off", "A1", "--quiet-from", "21:30", "--budget-day", "700"]);
    assert_eq!(
        (&set["unanswered"], &set["off"], &set["quiet_from_min"], &set["budget_day"]),
        (&json!(5), &json!(["A1"]), &json!(1290), &json!(700))
    );
    let again = json_of(app.data(), &["alerts", "set", "--on", "A1", "--budget-day", "0"]);
    assert_eq!((&again["unanswered"], &again["off"], &again["budget_day"]), (&json!(5), &json!([]), &Value::Null));
    assert_eq!(json_of(app.data(), &["alerts", "list"]), again);
    let refused = letopis(app.data(), &["alerts", "set", "--off", "A99"]);
    assert!(!refused.ok && refused.err.contains("A99 is no rule"), "{}", refused.err);
}

#[test]
fn another_model_is_a_marker_and_something_to_know() {
    let app = TestApp::start();
    let key = read_key(&app);
    for at in 0..16 {
        let model = if at < 10 { "old-1" } else { "new-2" };
        let talk = json!({"text": "Сколько стоит?", "bot_response": "1500 ₽", "model": model});
        app.post_event(&said(&format!("m{at}"), &format!("s{at}"), 3600 - at * 60, talk));
    }
    app.wait_recorded(16);
    wait_until("the marker is there", || ask(&app, &key, "metrics/markers")["items"].as_array().map(Vec::len) == Some(1));
    let marker = &ask(&app, &key, "metrics/markers")["items"][0];
    assert_eq!((&marker["what"], &marker["from"], &marker["to"]), (&json!("model"), &json!("old-1"), &json!("new-2")));
    let record = ask(&app, &key, "events/m10")["record"].clone();
    assert_eq!(marker["record"], record, "the first event with it");
    json_of(app.data(), &["alerts", "check", "--open"]);
    let open = ask(&app, &key, "incidents?state=open");
    let found = open["items"].as_array().unwrap().iter().find(|found| found["rule"] == "A10").unwrap();
    assert_eq!((&found["severity"], &found["facts"]["to"]), (&json!("info"), &json!("new-2")));
    assert_eq!(ask(&app, &key, "metrics/incidents")["info"], 1);
}
