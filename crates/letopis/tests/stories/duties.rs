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

#[test]
fn requests_and_breaches_are_told_listed_and_decided_by_program() {
    let app = TestApp::start();
    let key = |role: &str| format!("Bearer {}", json_of(app.data(), &["key", "create", "--role", role])["key"].as_str().unwrap());
    let (admin, read) = (key("admin"), key("read"));
    let call = |key: &str, method: &str, path: &str, body: Value| {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let answer = app.line().request(method, &format!("/api/v1/{path}"), &[("Authorization", key)], &body).unwrap();
        (answer.status, answer.json())
    };
    let post = |path: &str, body: Value| call(&admin, "POST", path, body);

    let number = "вх. № 12 от 22.11.2026";
    let (status, made) = post("requests", json!({"number": number, "kind": "correct"}));
    assert_eq!(
        (status, &made["number"], &made["state"], &made["answered_at"]),
        (201, &json!(number), &json!("open"), &Value::Null),
        "{made}"
    );
    assert_eq!(made["working_days_left"], json!(7), "{made}");
    assert_eq!(post("requests", json!({"number": number})).0, 409, "asked again after a time-out");
    for (wrong, code) in [
        (json!({"number": "Анна, +79215550101"}), "unfit"),
        (json!({"number": ""}), "unfit"),
        (json!({"number": "1", "received": "2999-01-01"}), "unfit"),
        (json!({"number": "1", "received": "yesterday"}), "bad_parameter"),
        (json!({"number": "1", "kind": "complain"}), "bad_parameter"),
        (json!({"number": "1", "client": "Анна"}), "bad_parameter"),
        (Value::Null, "bad_parameter"),
    ] {
        let (status, told) = post("requests", wrong.clone());
        assert_eq!((status, &told["error"]["code"]), (400, &json!(code)), "{wrong}: {told}");
    }
    let list = |query: &str| call(&read, "GET", &format!("requests{query}"), Value::Null).1["items"].as_array().unwrap().clone();
    assert_eq!((list("").len(), list("?state=open").len(), list("?state=answered").len()), (1, 1, 0), "what was refused is not there");
    assert_eq!(call(&read, "POST", "requests", json!({"number": "1"})).0, 403);
    let close = format!("requests/{}/close", made["request"]);
    assert_eq!(call(&read, "POST", &close, Value::Null).0, 403);
    let (status, answered) = post(&close, Value::Null);
    assert_eq!((status, &answered["state"], &answered["working_days_left"]), (200, &json!("answered"), &Value::Null), "{answered}");
    assert!(answered["answered_by"].as_str().unwrap().starts_with("key:"), "{answered}");
    assert_eq!((post(&close, Value::Null).0, post("requests/999999/close", Value::Null).0, list("?state=answered").len()), (409, 404, 1));

    app.post_event(
        &json!({"event_id": "call", "timestamp": Timestamp::now().to_string(), "channel": "llm", "type": "llm_call", "model": "gpt",
        "provider": "openai", "meta": {"sent_abroad": {"country": "US", "found": ["phone"]}}}),
    );
    wait_until("the call is recorded", || {
        call(&read, "GET", "events?type=llm_call", Value::Null).1["items"].as_array().map(Vec::len) == Some(1)
    });
    found(&app, "A13");
    let open = call(&read, "GET", "incidents?state=open", Value::Null).1;
    let incident = open["items"].as_array().unwrap().iter().find(|one| one["rule"] == "A13").unwrap()["incident"].to_string();
    let told = format!("breaches/{incident}/told");
    assert_eq!(post(&told, json!({"step": "first"})).0, 404, "it is none yet");
    let (status, breach) = post(&format!("incidents/{incident}/breach"), Value::Null);
    assert_eq!((status, &breach["first"]["told_at"], &breach["results"]["is_late"]), (200, &Value::Null, &json!(false)), "{breach}");
    assert_eq!(post(&format!("incidents/{incident}/breach"), Value::Null).0, 409);
    assert_eq!((post("incidents/999999/breach", Value::Null).0, post(&told, json!({"step": "second"})).0), (404, 400));
    assert!(post(&told, json!({"step": "first"})).1["first"]["told_at"].is_string());
    assert_eq!(post(&told, json!({"step": "first"})).0, 409);
    let listed = call(&read, "GET", "breaches", Value::Null).1;
    assert_eq!((&listed["items"][0]["incident"].to_string(), listed["items"].as_array().unwrap().len()), (&incident, 1), "{listed}");
    assert_eq!(json_of(app.data(), &["rebuild", "--check"])["differences"], 0);
}
