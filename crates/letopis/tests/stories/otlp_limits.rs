//! What OTLP says when it cannot take all, as the protocol wants it: what may come again is told when, what will never fit is told how much it was;
//! and spans of one trace find each other over many requests.

use std::time::Duration;

use prost::Message as _;
use serde_json::{Value, json};

use super::app::TestApp;
use super::commands::{json as json_of, letopis};
use super::http::Answer;

/// `google.rpc.Status` with its details.
#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, prost::Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.BadRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct BadRequest {
    #[prost(message, repeated, tag = "1")]
    violations: Vec<Violation>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Violation {
    #[prost(string, tag = "2")]
    description: String,
}

fn span(trace: u8, id: u32, attributes: &[(&str, &str)]) -> Value {
    let told = attributes.iter().chain([&("gen_ai.operation.name", "chat"), &("gen_ai.request.model", "gpt")]);
    let attributes: Vec<Value> = told.map(|(key, value)| json!({"key": key, "value": {"stringValue": value}})).collect();
    json!({
        "traceId": format!("{trace:032x}"), "spanId": format!("{id:016x}"), "name": "chat gpt", "attributes": attributes,
        "startTimeUnixNano": "1735732800000000000", "endTimeUnixNano": "1735732801500000000",
    })
}

fn send(app: &TestApp, spans: &[Value]) -> Answer {
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string();
    let authorization = format!("Bearer {}", app.key);
    let headers = [("Authorization", authorization.as_str()), ("Content-Type", "application/json")];
    app.line().request("POST", "/v1/traces", &headers, body.as_bytes()).unwrap()
}

fn many(trace: u8, from: u32, to: u32) -> Vec<Value> {
    (from..=to).map(|id| span(trace, id, &[])).collect()
}

#[test]
fn a_queue_without_room_says_when_to_come_again_and_loses_nothing() {
    let mut app = TestApp::start_with("[queue]\npending_bytes = 12000\n");
    let refused = send(&app, &many(1, 1, 60));
    assert_eq!(
        (refused.status, refused.header("retry-after"), &refused.json()["code"]),
        (503, Some("2"), &json!(14)),
        "{}",
        refused.text()
    );
    for from in [1, 21, 41] {
        // What an exporter does: the same again, later, in parts that have room.
        let taken = (0..50).any(|_| {
            let is_taken = send(&app, &many(1, from, from + 19)).status == 200;
            std::thread::sleep(Duration::from_millis(if is_taken { 0 } else { 100 }));
            is_taken
        });
        assert!(taken, "from {from}");
    }
    app.wait_recorded(60);
    app.stopped().must_verify();
}

#[test]
fn more_than_a_frame_holds_goes_in_several_and_what_never_fits_is_counted() {
    let mut app = TestApp::start_with("[capture]\nitems = 10\ndecompressed_bytes = 20000\n");
    let whole = send(&app, &many(1, 1, 25));
    assert_eq!((whole.status, whole.text().as_str()), (200, "{}"), "three frames");
    app.wait_recorded(25);
    // One token is written longer as an event than as a span.
    let short = |id: u32| json!({"traceId": "2".repeat(32), "spanId": format!("{id:016x}"), "attributes": [{"key": "gen_ai.request.model", "value": {"stringValue": "m"}}], "endTimeUnixNano": "1735732801500000000"});
    let over = send(&app, &(1..=90).map(short).collect::<Vec<_>>());
    let partial = &over.json()["partialSuccess"];
    let rejected: usize = partial["rejectedSpans"].as_str().unwrap_or_default().parse().unwrap();
    assert!(over.status == 200 && (1..90).contains(&rejected), "{}", over.text());
    assert!(partial["errorMessage"].as_str().unwrap().contains("over the 20000 bytes of one request"), "{partial}");
    app.wait_recorded(25 + 90 - rejected);
    app.stopped().must_verify();
}

#[test]
fn bad_data_is_said_to_be_bad_and_a_slow_body_may_come_again() {
    let app = TestApp::start_with("[capture]\nidle_seconds = 1\nbody_seconds = 2\n");
    let bearer = format!("Bearer {}", app.key);
    let bad = |kind| app.line().request("POST", "/v1/traces", &[("Authorization", bearer.as_str()), ("Content-Type", kind)], b"[").unwrap();
    let (binary, text) = (bad("application/x-protobuf"), bad("application/json"));
    let status = Status::decode(binary.body.as_slice()).unwrap();
    assert_eq!((binary.status, status.code, status.details.len()), (400, 3, 1));
    assert_eq!(status.details[0].type_url, "type.googleapis.com/google.rpc.BadRequest");
    assert_eq!(BadRequest::decode(status.details[0].value.as_slice()).unwrap().violations[0].description, status.message);
    assert_eq!(text.json()["details"][0]["fieldViolations"][0]["description"], text.json()["message"]);
    let mut line = app.line();
    let head = format!(
        "POST /v1/traces HTTP/1.1\r\nHost: x\r\nAuthorization: {bearer}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    );
    line.send(head.as_bytes()).unwrap();
    let slow = line.answer().unwrap();
    assert_eq!((slow.status, slow.header("retry-after"), &slow.json()["code"]), (503, Some("1"), &json!(14)), "{}", slow.text());
}

#[test]
fn spans_of_one_trace_find_their_conversation_over_many_requests() {
    let app = TestApp::start();
    let say = |trace, id, attributes: &[(&str, &str)]| assert_eq!(send(&app, &[span(trace, id, attributes)]).status, 200);
    say(1, 1, &[("gen_ai.conversation.id", "sess_named"), ("letopis.client.phone", "+79215550101")]);
    say(1, 2, &[]);
    say(2, 1, &[]);
    say(2, 2, &[]);
    say(1, 3, &[("session.id", "sess_own")]);
    app.wait_recorded(5);
    let placed = |trace: u8, id: u32| -> String {
        let event = format!("otel-{trace:032x}-{id:016x}");
        let sql = "SELECT s.pid FROM events e JOIN sessions s ON s.id = e.session WHERE e.event_id = ?1";
        app.tables().query_row(sql, [event], |row| row.get(0)).unwrap()
    };
    assert_eq!([placed(1, 1), placed(1, 2), placed(1, 3)], ["sess_named", "sess_named", "sess_own"]);
    assert_eq!([placed(2, 1), placed(2, 2)], [format!("trace-{:032x}", 2), format!("trace-{:032x}", 2)], "nobody names it: the trace does");
    assert_eq!(json_of(app.data(), &["rebuild", "--check"])["differences"], 0);
    let audit = letopis(app.data(), &["verify", "--deep", "--acts"]);
    assert!(audit.ok, "{} {}", audit.out, audit.err);
    // The client goes with what stands in the conversation.
    json_of(app.data(), &["erase", "--client", "+79215550101", "--basis", "withdrawal", "--request", "вх. № 12", "--yes"]);
    let audit = letopis(app.data(), &["verify", "--deep", "--acts"]);
    assert!(audit.ok, "{} {}", audit.out, audit.err);
    assert_eq!(json_of(app.data(), &["rebuild", "--check"])["differences"], 0);
}
