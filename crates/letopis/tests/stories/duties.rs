//! What the law sets a time for: a request with its days, a breach with its hours, clients' data that went abroad; said in time, sealed, rebuilt.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::commands::{json as json_of, letopis};

fn found(app: &TestApp, rule: &str) -> Vec<Value> {
    let seen = json_of(app.data(), &["alerts", "check", "--open"]);
    seen["findings"].as_array().unwrap().iter().filter(|found| found["rule"] == rule).cloned().collect()
}

#[test]
fn a_request_is_answered_by_an_erasure_of_its_number() {
    let app = TestApp::start();
    let today = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let (earlier, number) = (today.yesterday().unwrap().to_string(), "вх. № 12 от 22.11.2026");
    let added = json_of(app.data(), &["requests", "add", number, "--kind", "withdraw", "--received", &earlier, "--due", &earlier]);
    assert_eq!((&added["due"], &added["left"]), (&json!(earlier), &Value::Null));
    json_of(app.data(), &["requests", "add", "вх. № 13", "--kind", "access"]);
    for wrong in [["Анна Иванова, +79215550101", "access"], ["", "access"]] {
        assert!(!letopis(app.data(), &["requests", "add", wrong[0], "--kind", wrong[1]]).ok, "{wrong:?}");
    }
    let late = found(&app, "A14");
    assert_eq!((late.len(), &late[0]["severity"], &late[0]["facts"]["left"]), (1, &json!("critical"), &json!("late")));

    app.post_event(&super::event("anna"));
    app.wait_recorded(1);
    json_of(app.data(), &["erase", "--client", "+79215550101", "--basis", "withdrawal", "--request", number, "--yes"]);
    assert!(found(&app, "A14").is_empty(), "it is answered");
    let listed = json_of(app.data(), &["requests", "list"]);
    let closed: Vec<_> = listed["requests"].as_array().unwrap().iter().map(|one| (&one["number"], &one["closed"])).collect();
    assert_eq!(closed, [(&json!("вх. № 13"), &json!(false)), (&json!(number), &json!(true))]);
    wait_until("the audit is content", || letopis(app.data(), &["verify", "--deep"]).ok);
    assert_eq!(json_of(app.data(), &["rebuild", "--check"])["differences"], 0);
}

#[test]
fn a_breach_has_hours_and_what_went_abroad_may_be_one() {
    let app = TestApp::start();
    let now = Timestamp::now().to_string();
    app.post_event(
        &json!({"event_id": "call", "timestamp": now, "channel": "llm", "type": "llm_call", "model": "gpt", "provider": "openai",
        "meta": {"sent_abroad": {"country": "US", "found": ["phone"]}}}),
    );
    app.wait_recorded(1);
    let sent = found(&app, "A13");
    assert_eq!((&sent[0]["key"], &sent[0]["facts"]["country"]), (&json!("A13:openai"), &json!("US")), "{sent:?}");
    let key = json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {key}");
    let open = app.line().request("GET", "/api/v1/incidents?state=open", &[("Authorization", &bearer)], b"").unwrap().json();
    let incident = open["items"].as_array().unwrap().iter().find(|one| one["rule"] == "A13").unwrap()["incident"].to_string();
    json_of(app.data(), &["requests", "breach", &incident]);
    let first = found(&app, "A15");
    assert_eq!((first.len(), &first[0]["facts"]["what"], &first[0]["facts"]["left"]), (1, &json!("first"), &json!("23")), "{first:?}");
    json_of(app.data(), &["requests", "breach", &incident, "--told", "first"]);
    let next = found(&app, "A15");
    assert_eq!((next.len(), &next[0]["facts"]["what"]), (1, &json!("results")), "{next:?}");
    json_of(app.data(), &["requests", "breach", &incident, "--told", "results"]);
    assert!(found(&app, "A15").is_empty());
    assert!(!letopis(app.data(), &["requests", "breach", "999"]).ok);
    assert_eq!(json_of(app.data(), &["rebuild", "--check"])["differences"], 0);
}
