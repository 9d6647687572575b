//! Spans and log records over OTLP: durable before 200, counted once, erased and verified like every other event.

use std::io::Write as _;

use prost::Message as _;
use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::event_in::gzip;
use super::http::Answer;

/// `partial_success` of an `ExportTraceServiceResponse`, read with prost's own derive.
#[derive(Clone, PartialEq, prost::Message)]
struct Exported {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<Partial>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Partial {
    #[prost(int64, tag = "1")]
    rejected_spans: i64,
    #[prost(string, tag = "2")]
    error_message: String,
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// Path, authorization, further headers, body.
type Call<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a [u8]);

/// A span with a string attribute for each pair; ids by number.
fn span(id: u8, parent: u8, attributes: &[(&str, &str)]) -> Value {
    let attributes: Vec<Value> = attributes.iter().map(|(key, value)| json!({"key": key, "value": {"stringValue": value}})).collect();
    let parent = if parent == 0 { String::new() } else { format!("{parent:016x}") };
    json!({
        "traceId": "5b8efff798038103d269b633813fc60c", "spanId": format!("{id:016x}"), "parentSpanId": parent, "name": "span", "kind": 3,
        "startTimeUnixNano": "1735732800000000000", "endTimeUnixNano": "1735732801500000000", "attributes": attributes, "status": {},
    })
}

fn request(spans: &[Value]) -> Value {
    json!({"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {"name": "story"}, "spans": spans}]}]})
}

/// One call of a model whose answer is in it.
fn call(id: u8, session: &str) -> Value {
    span(
        id,
        0,
        &[
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.provider.name", "openai"),
            ("gen_ai.request.model", "gpt-4o-mini"),
            ("gen_ai.usage.input_tokens", "12"),
            ("gen_ai.usage.output_tokens", "3"),
            ("gen_ai.conversation.id", session),
            ("user.id", "client-17"),
            ("gen_ai.output.messages", r#"[{"role":"assistant","parts":[{"type":"text","content":"Да, записал."}]}]"#),
        ],
    )
}

/// The same as protobuf, by hand: one span with two attributes.
fn protobuf() -> Vec<u8> {
    fn field(tag: u8, bytes: &[u8]) -> Vec<u8> {
        let mut out = vec![tag << 3 | 2];
        prost::encoding::encode_varint(bytes.len() as u64, &mut out);
        [out.as_slice(), bytes].concat()
    }
    let pair = |key: &str, value: &str| field(9, &[field(1, key.as_bytes()), field(2, &field(1, value.as_bytes()))].concat());
    let mut span = [field(1, &[7; 16]), field(2, &[8; 8]), vec![7 << 3 | 1]].concat();
    span.extend_from_slice(&1_735_732_800_000_000_000_u64.to_le_bytes());
    span.extend([pair("gen_ai.request.model", "gpt"), pair("gen_ai.operation.name", "chat")].concat());
    let span = field(2, &span);
    field(1, &field(2, &span))
}

/// The same span about something else.
fn bytes_of(key: &[u8]) -> Vec<u8> {
    let text = protobuf();
    let replaced = |from: &[u8]| text.windows(from.len()).position(|part| part == from).unwrap();
    let (mut text, places) = (text.clone(), [replaced(b"gen_ai.request.model"), replaced(b"gen_ai.operation.name")]);
    for at in places {
        text[at..at + key.len()].copy_from_slice(key);
    }
    text
}

fn send(app: &TestApp, path: &str, authorization: &str, kind: &str, more: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut headers = vec![("Authorization", authorization), ("Content-Type", kind)];
    headers.extend(more);
    app.line().request("POST", path, &headers, body).unwrap()
}

fn post(app: &TestApp, path: &str, body: &Value) -> Answer {
    send(app, path, &format!("Bearer {}", app.key), "application/json", &[], body.to_string().as_bytes())
}

#[test]
fn spans_become_events_of_their_conversation_and_are_proved_like_any_other() {
    let mut app = TestApp::start();
    let tool = span(2, 1, &[("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "create_booking")]);
    let answer = post(&app, "/v1/traces", &request(&[call(1, "sess_otlp"), tool]));
    assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    app.wait_recorded(2);
    let folder = app.stopped();
    folder.resume().unwrap();
    let call = folder.row("otel-5b8efff798038103d269b633813fc60c-0000000000000001");
    let tool = folder.row("otel-5b8efff798038103d269b633813fc60c-0000000000000002");
    assert_eq!((call.row.kind.as_str(), call.row.latency_ms, call.row.model.as_deref()), ("llm_call", Some(1500), Some("gpt-4o-mini")));
    assert_eq!((tool.row.kind.as_str(), tool.row.action.as_deref()), ("action", Some("create_booking")));
    assert_eq!(
        (call.session.is_some(), call.session, call.identity),
        (true, tool.session, tool.identity),
        "one trace, one conversation, one client"
    );
    assert_eq!((call.row.said, call.row.reply), (None, None), "the channel tells the words");
    let opened = folder.opened(call.row.record);
    let (envelope, bytes) = letopis::event::record::split(&opened.r).unwrap();
    let event: Value = serde_json::from_slice(bytes).unwrap();
    assert_eq!((envelope.source.as_str(), &event["tokens_in"], &event["tokens_out"]), ("otlp", &json!(12), &json!(3)));
    assert_eq!(event["meta"]["llm"]["output"][0]["content"], "Да, записал.");
    folder.must_verify();
}

#[test]
fn both_encodings_packed_or_not_are_taken_and_answered_in_kind() {
    let mut app = TestApp::start();
    let bearer = format!("Bearer {}", app.key);
    // As a Langfuse SDK signs in; and with the key in the other place.
    let basic = |pair: String| format!("Basic {}", base64(pair.as_bytes()));
    let (langfuse, first) = (basic(format!("pk-lf-any:{}", app.key)), basic(format!("{}:", app.key)));
    let proto = "application/x-protobuf";
    let zipped = gzip(&protobuf());
    let calls: [Call<'_>; 3] = [
        ("/v1/traces", &bearer, &[("Content-Encoding", "gzip")], &zipped),
        ("/api/public/otel/v1/traces", &langfuse, &[], &protobuf()),
        ("/v1/traces", &first, &[], &protobuf()),
    ];
    for (path, authorization, more, body) in calls {
        let answer = send(&app, path, authorization, proto, more, body);
        assert_eq!((answer.status, answer.header("content-type"), answer.body.len()), (200, Some(proto), 0), "{path}: {}", answer.text());
    }
    app.wait_recorded(1);
    let kept = app.stopped();
    kept.resume().unwrap();
    assert_eq!(kept.rows(&format!("otel-{}-{}", "07".repeat(16), "08".repeat(8))).len(), 1, "a batch sent again is recorded once");
    kept.must_verify();
}

#[test]
fn what_was_not_kept_is_said_in_the_answer_and_counted() {
    let app = TestApp::start();
    let sql = span(3, 1, &[("db.system", "postgresql"), ("session.id", "s")]);
    let mut early = call(4, "s");
    early["startTimeUnixNano"] = json!("5");
    early["endTimeUnixNano"] = json!(9);
    let mut nameless = call(5, "s");
    nameless["spanId"] = json!("");
    let body = request(&[call(1, "s"), sql, early, nameless]);
    let answer = post(&app, "/v1/traces", &body);
    assert_eq!(answer.status, 200);
    let partial = &answer.json()["partialSuccess"];
    assert_eq!(partial["rejectedSpans"], "3", "{partial}");
    let said = partial["errorMessage"].as_str().unwrap();
    for word in
        ["1 spans are not about an assistant", "1 spans have no valid trace and span id", "1 event was put into quarantine", "RFC 3339"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
    app.wait_recorded(1);
    let open = "SELECT count(*) FROM quarantine WHERE closed_us IS NULL";
    wait_until("the bad one is in quarantine", || app.tables().query_row(open, [], |row| row.get::<_, i64>(0)).unwrap() == 1);
    assert!(app.get("/metrics").unwrap().text().contains("letopis_otlp_ignored_total 2\n"));
    // Nothing to keep at all, and nothing at all, are no errors.
    let only_sql = post(&app, "/v1/traces", &request(&[span(9, 0, &[("db.system", "redis")])]));
    assert_eq!((only_sql.status, &only_sql.json()["partialSuccess"]["rejectedSpans"]), (200, &json!("1")));
    assert_eq!(post(&app, "/v1/traces", &json!({})).status, 200);
    let zipped = send(&app, "/v1/traces", &format!("Bearer {}", app.key), "application/x-protobuf", &[], &[]);
    assert_eq!((zipped.status, zipped.body.len()), (200, 0));
    // One span of a database in protobuf: the count comes back in protobuf.
    let foreign = send(&app, "/v1/traces", &format!("Bearer {}", app.key), "application/x-protobuf", &[], &bytes_of(b"db.system"));
    let partial = Exported::decode(foreign.body.as_slice()).unwrap().partial_success.unwrap();
    assert_eq!((partial.rejected_spans, partial.error_message.as_str()), (1, "1 spans are not about an assistant and were not kept"));
    let none = send(&app, "/v1/traces", &format!("Bearer {}", app.key), "application/x-protobuf", &[], &protobuf()[..4]);
    assert_eq!(none.status, 400);
}

#[test]
fn log_records_come_the_same_way() {
    let mut app = TestApp::start();
    let record = json!({
        "timeUnixNano": "1735732800000000000", "eventName": "gen_ai.evaluation.result", "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "0000000000000001", "attributes": [{"key": "gen_ai.evaluation.name", "value": {"stringValue": "вежливость"}}],
    });
    let body = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [record, {"body": {"stringValue": "GET / 200"}}]}]}]});
    for _ in 0..2 {
        let answer = post(&app, "/v1/logs", &body);
        assert_eq!((answer.status, &answer.json()["partialSuccess"]["rejectedLogRecords"]), (200, &json!("1")), "{}", answer.text());
    }
    app.wait_recorded(1);
    let folder = app.stopped();
    folder.resume().unwrap();
    folder.must_verify();
}

#[test]
fn refusals_are_statuses_in_the_encoding_of_the_request() {
    let app = TestApp::start();
    let bearer = format!("Bearer {}", app.key);
    let proto = "application/x-protobuf";
    let code = |answer: &Answer| Status::decode(answer.body.as_slice()).unwrap().code;
    let unknown = send(&app, "/v1/traces", "Bearer nobody", proto, &[], &protobuf());
    assert_eq!((unknown.status, unknown.header("content-type"), code(&unknown)), (401, Some(proto), 16));
    assert!(unknown.header("www-authenticate").unwrap().contains("Basic"));
    let broken = send(&app, "/v1/logs", &bearer, proto, &[], b"{}");
    assert_eq!((broken.status, code(&broken)), (400, 3));
    let unpackable = send(&app, "/v1/traces", &bearer, proto, &[("Content-Encoding", "gzip")], b"not gzip");
    assert_eq!((unpackable.status, code(&unpackable)), (400, 3));
    let large = send(&app, "/v1/traces", &bearer, proto, &[], &vec![0; 9 << 20]);
    assert_eq!((large.status, code(&large)), (413, 3));
    let foreign = send(&app, "/v1/traces", &bearer, "text/plain", &[], b"{}");
    assert_eq!((foreign.status, foreign.header("content-type")), (415, Some("application/json")));
    let packed = send(&app, "/v1/traces", &bearer, "application/json", &[("Content-Encoding", "br")], b"{}");
    assert_eq!((packed.status, &packed.json()["code"]), (415, &json!(3)));
    // A bomb: megabytes out of kilobytes, refused before they are read.
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    (0..40).for_each(|_| bomb.write_all(&[0; 1 << 20]).unwrap());
    let bomb = send(&app, "/v1/traces", &bearer, proto, &[("Content-Encoding", "gzip")], &bomb.finish().unwrap());
    assert_eq!(bomb.status, 413);
}

#[test]
fn what_was_answered_200_survives_a_kill() {
    let mut app = TestApp::start();
    for id in 1..=20 {
        assert_eq!(post(&app, "/v1/traces", &request(&[call(id, "sess_kill")])).status, 200);
    }
    app.kill();
    app.restart();
    app.wait_recorded(20);
    let folder = app.stopped();
    folder.resume().unwrap();
    folder.must_verify();
}

#[test]
fn without_room_the_exporter_is_told_to_come_again() {
    let app = TestApp::start_with("[capture]\nin_flight_bytes = 4096\n");
    let many: Vec<Value> = (1..30).map(|id| call(id, "s")).collect();
    let answer = send(&app, "/v1/traces", &format!("Bearer {}", app.key), "application/json", &[], request(&many).to_string().as_bytes());
    assert_eq!((answer.status, answer.header("retry-after"), &answer.json()["code"]), (503, Some("1"), &json!(14)));
    assert_eq!(post(&app, "/v1/traces", &request(&[call(1, "s")])).status, 200, "a smaller one has room");
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
