//! Log records, and the events they must become.

use prost::Message as _;
use serde_json::{Value, json};

use super::{MOST, NOON, TRACE, any, any_json, hex, pair_json, pairs, proto, through_the_gate};
use crate::capture::otlp::{Encoding, logs};
use crate::event::Limits;

fn record(name: &str, span: u8, body: &Value, attributes: &Value) -> proto::LogRecord {
    proto::LogRecord {
        time_unix_nano: NOON,
        severity_number: 9,
        body: Some(any(body)),
        attributes: pairs(attributes),
        trace_id: TRACE.to_vec(),
        span_id: if span == 0 { Vec::new() } else { vec![span; 8] },
        event_name: name.to_owned(),
        ..Default::default()
    }
}

fn told(records: Vec<proto::LogRecord>) -> (Vec<Value>, usize) {
    let text = json!({"resourceLogs": [{"resource": {"attributes": []}, "scopeLogs": [{"logRecords": records.iter().map(|record| json!({
        "timeUnixNano": record.time_unix_nano.to_string(), "eventName": record.event_name, "body": record.body.as_ref().map(any_json),
        "attributes": record.attributes.iter().map(pair_json).collect::<Vec<_>>(), "traceId": hex(&record.trace_id), "spanId": hex(&record.span_id),
    })).collect::<Vec<_>>()}]}]});
    let request = proto::Logs {
        resource_logs: vec![proto::ResourceLogs {
            resource: None,
            scope_logs: vec![proto::ScopeLogs { scope: None, log_records: records }],
        }],
    };
    let batch = logs(Encoding::Protobuf, &request.encode_to_vec(), &Limits::default(), MOST).unwrap();
    let again = logs(Encoding::Json, text.to_string().as_bytes(), &Limits::default(), MOST).unwrap();
    assert_eq!(String::from_utf8_lossy(&again.lines), String::from_utf8_lossy(&batch.lines));
    (through_the_gate(&batch), batch.ignored)
}

#[test]
fn details_belong_to_their_span_and_do_not_count_its_tokens_again() {
    let attributes = json!({
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt", "gen_ai.usage.input_tokens": 9, "gen_ai.conversation.id": "s-1",
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "привет"}]}],
    });
    let details = record("gen_ai.client.inference.operation.details", 7, &Value::Null, &attributes);
    let mut alone = details.clone();
    (alone.trace_id, alone.span_id) = (Vec::new(), Vec::new());
    let (events, _) = told(vec![details, alone]);
    assert_eq!((&events[0]["type"], events[0].get("tokens_in")), (&json!("llm_details"), None));
    assert_eq!(events[0]["meta"]["details_of"], format!("otel-{}-{}", "4b".repeat(16), "07".repeat(8)));
    assert_eq!(events[0]["meta"]["llm"]["input"][0]["content"], "привет");
    assert_eq!((&events[1]["type"], &events[1]["tokens_in"], &events[1]["session_id"]), (&json!("llm_call"), &json!(9), &json!("s-1")));
}

#[test]
fn older_messages_of_a_span_come_together() {
    let attributes = json!({"gen_ai.system": "openai"});
    let (events, ignored) = told(vec![
        record("gen_ai.system.message", 7, &json!({"content": "Кратко."}), &attributes),
        record("", 7, &json!({"content": "привет"}), &json!({"gen_ai.system": "openai", "event.name": "gen_ai.user.message"})),
        record("gen_ai.user.message", 8, &json!({"content": "другой вызов"}), &attributes),
        record(
            "gen_ai.choice",
            7,
            &json!({"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "да"}}),
            &attributes,
        ),
        record("", 7, &json!("GET / 200"), &json!({"http.route": "/"})),
    ]);
    assert_eq!((events.len(), ignored), (2, 1));
    let llm = &events[0]["meta"]["llm"];
    assert_eq!(llm["input"], json!([{"role": "system", "content": "Кратко."}, {"role": "user", "content": "привет"}]));
    assert_eq!(llm["output"], json!([{"role": "assistant", "content": "да", "finish_reason": "stop"}]));
    assert_ne!(events[0]["event_id"], events[1]["event_id"]);
}

#[test]
fn evaluations_and_exceptions() {
    let (events, _) = told(vec![
        record(
            "gen_ai.evaluation.result",
            7,
            &Value::Null,
            &json!({"gen_ai.evaluation.name": "точность", "gen_ai.evaluation.score.value": 1, "gen_ai.response.id": "r1"}),
        ),
        record("gen_ai.client.operation.exception", 7, &Value::Null, &json!({"exception.type": "Timeout", "exception.message": "60 s"})),
        record("gen_ai.something.new", 0, &json!("слово"), &json!({})),
    ]);
    assert_eq!((&events[0]["type"], &events[0]["meta"]["evaluation"]["name"]), (&json!("evaluation"), &json!("точность")));
    assert_eq!((&events[1]["type"], &events[1]["error"]), (&json!("error"), &json!({"code": "Timeout", "message": "60 s"})));
    assert_eq!(events[2]["meta"]["attributes"]["body"], "слово");
}
