//! A refused item waits with its reason until a person corrects it and sends it again, or drops it: recorded once, and sealed who did it.

use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::commands::{json as json_of, letopis};
use super::event;
use super::http::Answer;

const BAD: &str = r#"{"event_id":"bad-1","timestamp":"yesterday","channel":"site","session_id":"sess_bad","text":"запишите меня"}"#;
const GOOD: &str = r#"{"event_id":"bad-1","timestamp":"2025-01-01T12:40:00+03:00","channel":"site","session_id":"sess_bad","text":"запишите меня"}"#;

/// A server, and the API as the holder of a key sees it.
struct Story {
    app: TestApp,
    admin: String,
    read: String,
}

impl Story {
    fn begin() -> Self {
        let app = TestApp::start();
        let key = |role| json_of(app.data(), &["key", "create", "--role", role])["key"].as_str().unwrap().to_owned();
        let (admin, read) = (key("admin"), key("read"));
        Self { app, admin, read }
    }

    fn ask(&self, key: &str, method: &str, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {key}");
        self.app.line().request(method, &format!("/api/v1/{path}"), &[("Authorization", &bearer)], body.as_bytes()).unwrap()
    }

    fn admin(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let answer = self.ask(&self.admin, method, path, body);
        (answer.status, if answer.body.is_empty() { Value::Null } else { answer.json() })
    }

    fn open(&self) -> Vec<Value> {
        self.ask(&self.read, "GET", "quarantine", "").json()["items"].as_array().unwrap().clone()
    }

    /// Sends refused items; gives their numbers.
    fn refused(&self, bodies: &[&str]) -> Vec<i64> {
        let before = self.open().len();
        bodies.iter().for_each(|body| drop(self.app.post(body.as_bytes())));
        wait_until("they are in quarantine", || self.open().len() == before + bodies.len());
        self.open()[before..].iter().map(|item| item["id"].as_i64().unwrap()).collect()
    }

    fn decisions(&self) -> Vec<(String, Value)> {
        let tables = self.app.tables();
        let mut sealed = tables.prepare("SELECT made_by, body FROM decisions WHERE kind = 'quarantine_closed' ORDER BY record").unwrap();
        let rows = sealed.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).unwrap();
        rows.map(|row| row.unwrap()).map(|(by, body)| (by, serde_json::from_str(&body).unwrap())).collect()
    }
}

#[test]
fn a_bad_item_is_corrected_and_recorded_once() {
    let mut story = Story::begin();
    let mixed = format!("[{},{BAD},{}]", event("good-0"), event("good-2"));
    assert_eq!(story.app.post(mixed.as_bytes()).status, 202);
    story.app.wait_recorded(2);
    let open = story.open();
    assert_eq!((open.len(), &open[0]["reason"]["code"], &open[0]["item"]), (1, &json!("bad_timestamp"), &json!(BAD)));
    let id = open[0]["id"].as_i64().unwrap();
    let url = format!("quarantine/{id}/replay");
    // As it came it is refused again, and not kept a second time; so is what is not one event.
    for (body, code) in [("", "bad_timestamp"), ("[]", "not_an_object"), (&format!("{GOOD}\n{GOOD}"), "bad_json")] {
        let (status, told) = story.admin("POST", &url, body);
        assert_eq!((status, &told["error"]["code"], &told["error"]["reason"]["code"]), (400, &json!("not_an_event"), &json!(code)), "{told}");
    }
    assert_eq!(story.ask(&story.read, "POST", &url, GOOD).status, 403);
    assert_eq!(story.ask(&story.app.key, "POST", &url, GOOD).status, 403);
    assert_eq!((story.open().len(), story.decisions().len()), (1, 0));
    assert_eq!(story.admin("POST", &url, GOOD), (200, json!({"event_id": "bad-1"})));
    assert_eq!(story.open(), Vec::<Value>::new());
    let (status, told) = story.admin("POST", &url, GOOD);
    assert_eq!((status, &told["error"]["code"]), (409, &json!("closed")));
    assert_eq!(story.admin("DELETE", &format!("quarantine/{id}"), "").0, 409);
    for nowhere in ["quarantine/999/replay", "quarantine/x/replay"] {
        assert_eq!(story.admin("POST", nowhere, GOOD).0, 404);
    }
    let shown = story.admin("GET", "events/bad-1", "").1;
    assert_eq!((&shown["source"], &shown["session_id"], &shown["flags"]["conflict"]), (&json!("quarantine"), &json!("sess_bad"), &json!(false)));
    let decisions = story.decisions();
    assert_eq!(decisions.len(), 1, "{decisions:?}");
    assert!(decisions[0].0.starts_with("key:k_"), "{}", decisions[0].0);
    assert_eq!(decisions[0].1, json!({"decision": "quarantine_closed", "item": id, "replaced_by": "bad-1"}));
    story.app.wait_recorded(3);
    story.app.stopped().must_verify();
}

#[test]
fn many_hands_make_one_event() {
    let mut story = Story::begin();
    let unnamed = GOOD.replace(r#""event_id":"bad-1","#, "");
    let id = story.refused(&[&BAD.replace(r#""event_id":"bad-1","#, "")])[0];
    let url = format!("quarantine/{id}/replay");
    let mut answers: Vec<(u16, Value)> = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..8).map(|_| scope.spawn(|| story.admin("POST", &url, &unnamed))).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    answers.sort_by_key(|(status, _)| *status);
    assert_eq!(answers.iter().map(|(status, _)| *status).collect::<Vec<_>>(), [200, 409, 409, 409, 409, 409, 409, 409]);
    let event_id: uuid::Uuid = answers[0].1["event_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(event_id.get_version_num(), 7);
    // As if the server had been killed between the event and the decision: sending again makes no second event.
    story.app.stop();
    let tables = rusqlite::Connection::open(story.app.data().join("letopis.db")).unwrap();
    tables.execute("UPDATE quarantine SET closed_us = NULL, replaced_by = NULL", []).unwrap();
    drop(tables);
    story.app.restart();
    assert_eq!(story.admin("POST", &url, &unnamed), (200, json!({"event_id": event_id.to_string()})));
    assert_eq!(story.open(), Vec::<Value>::new());
    story.app.wait_recorded(1);
    story.app.stopped().must_verify();
}

#[test]
fn commands_send_and_drop_too() {
    let mut story = Story::begin();
    let ids = story.refused(&[BAD, "{\"oops\":1}"]);
    let data = story.app.data().to_owned();
    let listed = json_of(&data, &["quarantine", "list"]);
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["reason"]["code"]), (2, &json!("bad_timestamp")));
    let (first, second) = (ids[0].to_string(), ids[1].to_string());
    let said = letopis(&data, &["quarantine", "send", &first]);
    assert!(!said.ok && said.err.contains("timestamp"), "{}", said.err);
    let file = story.app.root().join("corrected.json");
    std::fs::write(&file, format!("{GOOD}\n")).unwrap();
    let file = file.to_str().unwrap();
    assert_eq!(json_of(&data, &["quarantine", "send", &first, "--file", file])["event_id"], "bad-1");
    assert!(letopis(&data, &["quarantine", "send", &first, "--file", file]).err.contains("already"));
    // Without a server the same words do the same.
    story.app.stop();
    json_of(&data, &["quarantine", "drop", &second]);
    assert!(!letopis(&data, &["quarantine", "drop", "77"]).ok);
    assert_eq!(letopis(&data, &["quarantine", "list"]).out.trim(), "none");
    story.app.restart();
    let by: Vec<(String, Value)> = story.decisions();
    assert_eq!(by.iter().map(|(by, _)| by.as_str()).collect::<Vec<_>>(), ["cli", "cli"]);
    assert!(by[1].1["replaced_by"].is_null());
    story.app.wait_recorded(1);
    story.app.stopped().must_verify();
}
