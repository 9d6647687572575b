//! Any bytes: no panic, no event that the gate refuses, no memory without end; and known bad input.

use proptest::prelude::*;
use prost::Message as _;
use serde_json::{Value, json};

use super::{MOST, events, in_json, one, pairs, proto, read, request, span, through_the_gate};
use crate::capture::otlp::{Encoding, Unreadable, logs, traces};
use crate::event::Limits;

#[test]
fn what_is_no_request_is_refused() {
    for bad in [&b"\x0a\xff"[..], b"\x0b", b"\x08\x01", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", b"{\"resourceSpans\":[]}"] {
        let refused = traces(Encoding::Protobuf, bad, &Limits::default(), MOST);
        assert!(matches!(refused, Err(Unreadable::Malformed(_))), "{bad:?}: {refused:?}");
    }
    for bad in ["", "[]", "{", "{\"resourceSpans\":5}", "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[7]}]}]}", "\u{0}"] {
        let refused = traces(Encoding::Json, bad.as_bytes(), &Limits::default(), MOST);
        assert!(matches!(refused, Err(Unreadable::Malformed(_))), "{bad:?}: {refused:?}");
    }
    for empty in [traces(Encoding::Protobuf, b"", &Limits::default(), MOST), traces(Encoding::Json, b"{}", &Limits::default(), MOST)] {
        assert_eq!(empty.unwrap().seen, 0, "an empty request is a good one");
    }
}

#[test]
fn what_is_too_much_is_cut_and_says_so() {
    let long = "я".repeat(400_000);
    let history: Vec<Value> =
        (0..3_000).map(|n| json!({"role": "user", "content": format!("сообщение {n} \"{}\"", "x\n".repeat(50))})).collect();
    let told = one(&json!({
        "gen_ai.operation.name": "chat", "gen_ai.request.model": long, "gen_ai.input.messages": Value::Array(history).to_string(),
        "gen_ai.output.messages": long, "gen_ai.tool.definitions": long, "gen_ai.system_instructions": long, "more": long, "gen_ai.conversation.id": long,
    }));
    let llm = &told["meta"]["llm"];
    assert!(llm["input"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().starts_with("сообщение 2999"), "the newest stay");
    for place in ["input", "output", "tool_definitions", "system", "attributes"] {
        assert!(told["meta"]["cut"][place]["sha256"].is_string(), "{place}: {}", told["meta"]["cut"]);
    }
    assert!(told.get("session_id").is_none(), "a text is no id");
    let mut failing = span(1, 0, &long, &json!({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.result": {"r": long}}));
    failing.status = Some(proto::Status { message: long, code: 2 });
    events(vec![failing]);
}

#[test]
fn depth_and_number_of_values_are_bounded() {
    let mut deep = json!("дно");
    for _ in 0..300 {
        deep = json!([deep]);
    }
    let told = one(&json!({"gen_ai.operation.name": "chat", "deep": deep.clone(), "gen_ai.input.messages": "[".repeat(100_000)}));
    assert_eq!(told["meta"]["cut"]["span"], true);
    let nested = json!({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.arguments": deep.to_string()});
    one(&nested);
    let wide = Value::Object((0..30_000).map(|n| (format!("k{n}"), json!([[], [], []]))).collect());
    let told = one(&json!({"gen_ai.operation.name": "chat", "wide": wide}));
    assert_eq!(told["meta"]["cut"]["span"], true);
}

#[test]
fn of_a_request_that_would_grow_without_end_is_taken_what_fits() {
    let spans = (1..=200).map(|id| span(id, 0, "s", &json!({"gen_ai.operation.name": "chat"}))).collect();
    let batch = traces(Encoding::Protobuf, &request(spans).encode_to_vec(), &Limits::default(), 10_000).unwrap();
    assert!(batch.events > 10 && batch.lines.len() <= 10_000, "{} events in {} bytes", batch.events, batch.lines.len());
    assert_eq!((batch.seen, batch.events + batch.over), (200, 200), "every one is taken or counted");
    assert_eq!(through_the_gate(&batch).len(), batch.events, "and none is cut");
}

#[test]
fn a_request_of_countless_items_is_refused_at_once() {
    for nothing in [[0x0a, 0].repeat(60_000), [&[0x0a, 0xe2, 0xa7, 7, 0x12, 0xde, 0xa7, 7][..], &[0x12, 0].repeat(60_000)].concat()] {
        let refused = traces(Encoding::Protobuf, &nothing, &Limits::default(), MOST);
        assert!(matches!(refused, Err(Unreadable::TooMany | Unreadable::Malformed(_))), "{refused:?}");
    }
    let spans = "{},".repeat(60_000);
    let json = format!("{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{spans}{{}}]}}]}}]}}");
    let refused = traces(Encoding::Json, json.as_bytes(), &Limits::default(), MOST);
    assert!(matches!(refused, Err(Unreadable::TooMany)), "{refused:?}");
}

#[test]
fn texts_that_cannot_be_stored_are_made_storable() {
    let told =
        one(&json!({"gen_ai.operation.name": "chat\u{0}", "gen_ai.output.messages": "[{\"content\":\"a\\u0000b\"}]", "nul\u{0}": "\u{0}"}));
    assert!(!told.to_string().contains("\\u0000"));
    let mut request = request(vec![span(1, 0, "s", &json!({"gen_ai.operation.name": "chat", "bad": "xx"}))]).encode_to_vec();
    let at = request.windows(2).position(|two| two == b"xx").unwrap();
    request[at] = 0xff;
    let batch = traces(Encoding::Protobuf, &request, &Limits::default(), MOST).unwrap();
    assert_eq!(through_the_gate(&batch)[0]["meta"]["attributes"]["bad"], "\u{fffd}x");
}

#[test]
fn moments_that_cannot_be_go_to_quarantine_not_into_the_air() {
    let request = request(vec![proto::Span {
        start_time_unix_nano: 0,
        end_time_unix_nano: u64::MAX,
        ..span(1, 0, "s", &json!({"gen_ai.operation.name": "chat"}))
    }]);
    let batch = read(&request);
    let line = std::str::from_utf8(&batch.lines).unwrap();
    assert_eq!(crate::event::check_text(line.trim(), &Limits::default()).unwrap_err().code, crate::event::Code::BadTimestamp);
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Few digits: a JSON reader may be off by the last bit of a long one.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 8.0)),
        "\\PC{0,12}".prop_map(Value::from),
        "[\\[{\"a:,0]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((names(), inner), 0..5).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Names that dialects look for, and others.
fn names() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "gen_ai.operation.name",
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.usage.input_tokens",
        "gen_ai.tool.call.result",
        "gen_ai.prompt.0.content",
        "gen_ai.prompt.0",
        "gen_ai.prompt.x.y",
        "llm.input_messages.0.message.content",
        "llm.input_messages.0",
        "openinference.span.kind",
        "traceloop.span.kind",
        "langfuse.observation.type",
        "langfuse.observation.usage_details",
        "langfuse.observation.cost_details",
        "ai.operationId",
        "ai.prompt",
        "ai.response.toolCalls",
        "letopis.client.phone",
        "letopis.confidence",
        "session.id",
        "role",
        "content",
        "parts",
        "type",
        "message",
        "tool_calls",
        "function",
        "image",
        "source",
        "data",
        "messages",
        "choices",
        "error.type",
        "gen_ai.evaluation.score.value",
        "letopis.speaks",
        "letopis.channel",
        "gen_ai.request.model",
        "x",
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,80}") {
        for body in [bytes.as_slice(), text.as_bytes()] {
            for encoding in [Encoding::Protobuf, Encoding::Json] {
                let _ = traces(encoding, body, &Limits::default(), MOST);
                let _ = logs(encoding, body, &Limits::default(), MOST);
            }
        }
    }

    #[test]
    fn any_attributes_become_events_that_pass_the_gate(
        attributes in proptest::collection::vec((names(), values()), 0..10),
        failed: bool,
        flipped: Option<(u16, u8)>,
    ) {
        let attributes = Value::Object(attributes.into_iter().collect());
        let mut one = span(1, 0, "s", &attributes);
        one.status = Some(proto::Status { message: String::new(), code: if failed { 2 } else { 0 } });
        one.events = vec![proto::Event { name: "gen_ai.choice".to_owned(), attributes: pairs(&attributes), ..Default::default() }];
        let request = request(vec![one]);
        let mut bytes = request.encode_to_vec();
        match flipped {
            // A byte turned somewhere: refused, or read as something that still passes.
            Some((at, bits)) => {
                let at = usize::from(at) % bytes.len();
                bytes[at] ^= bits;
                if let Ok(batch) = traces(Encoding::Protobuf, &bytes, &Limits::default(), MOST) {
                    for line in std::str::from_utf8(&batch.lines).unwrap().lines() {
                        // Only the moment may be beyond what an event can have.
                        if let Err(invalid) = crate::event::check_text(line, &Limits::default()) {
                            prop_assert_eq!(invalid.code, crate::event::Code::BadTimestamp);
                        }
                    }
                }
            }
            None => {
                let batch = read(&request);
                through_the_gate(&batch);
                let json = traces(Encoding::Json, in_json(&request).to_string().as_bytes(), &Limits::default(), MOST).unwrap();
                prop_assert_eq!(String::from_utf8_lossy(&json.lines), String::from_utf8_lossy(&batch.lines));
            }
        }
    }

    #[test]
    fn any_log_becomes_events_that_pass_the_gate(
        name in proptest::sample::select(vec!["gen_ai.choice", "gen_ai.user.message", "gen_ai.evaluation.result", "gen_ai.client.inference.operation.details", "x", ""]),
        body in values(),
        attributes in proptest::collection::vec((names(), values()), 0..6),
    ) {
        let record = proto::LogRecord {
            time_unix_nano: super::NOON,
            body: Some(super::any(&body)),
            attributes: pairs(&Value::Object(attributes.into_iter().collect())),
            event_name: name.to_owned(),
            ..Default::default()
        };
        let request = proto::Logs { resource_logs: vec![proto::ResourceLogs { resource: None, scope_logs: vec![proto::ScopeLogs { scope: None, log_records: vec![record] }] }] };
        through_the_gate(&logs(Encoding::Protobuf, &request.encode_to_vec(), &Limits::default(), MOST).unwrap());
    }
}
