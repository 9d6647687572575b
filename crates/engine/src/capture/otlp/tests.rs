//! Known spans and the events they must become, in every dialect and both encodings; and any bytes.
#![allow(clippy::unwrap_used, clippy::panic)]

#[cfg(test)]
mod dialects;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod proto;
#[cfg(test)]
mod total;

use prost::Message as _;
use serde_json::{Value, json};

use super::{Batch, Encoding, traces};
use crate::event::{self, Event, Limits};
use proto::{Any, AnyValue, ArrayValue, KeyValue, KeyValueList};

/// The most bytes that a request may become here.
const MOST: usize = 16 << 20;
const TRACE: [u8; 16] = [0x4b; 16];
/// 2025-01-01T12:00:00Z.
const NOON: u64 = 1_735_732_800_000_000_000;

/// Attributes out of JSON.
fn pairs(attributes: &Value) -> Vec<KeyValue> {
    let members = attributes.as_object().unwrap();
    members.iter().map(|(key, value)| KeyValue { key: key.clone(), value: Some(any(value)) }).collect()
}

fn any(value: &Value) -> AnyValue {
    let value = match value {
        Value::Null => None,
        Value::Bool(yes) => Some(Any::Bool(*yes)),
        Value::Number(number) => Some(number.as_i64().map_or_else(|| Any::Double(number.as_f64().unwrap()), Any::Int)),
        Value::String(text) => Some(Any::String(text.clone())),
        Value::Array(items) => Some(Any::Array(ArrayValue { values: items.iter().map(any).collect() })),
        Value::Object(_) => Some(Any::Pairs(KeyValueList { values: pairs(value) })),
    };
    AnyValue { value }
}

/// A span of three seconds that begins `second` seconds after noon.
fn span(id: u8, parent: u8, name: &str, attributes: &Value) -> proto::Span {
    proto::Span {
        trace_id: TRACE.to_vec(),
        span_id: vec![id; 8],
        parent_span_id: if parent == 0 { Vec::new() } else { vec![parent; 8] },
        name: name.to_owned(),
        kind: 3,
        start_time_unix_nano: NOON + u64::from(id) * 1_000_000_000,
        end_time_unix_nano: NOON + u64::from(id) * 1_000_000_000 + 3_000_000_000,
        attributes: pairs(attributes),
        ..Default::default()
    }
}

fn request(spans: Vec<proto::Span>) -> proto::Traces {
    let resource = proto::Resource {
        attributes: pairs(&json!({"service.name": "salon-bot", "telemetry.sdk.language": "python"})),
        ..Default::default()
    };
    let scope = proto::Scope { name: "my.instrumentation".to_owned(), version: "1.2".to_owned() };
    proto::Traces {
        resource_spans: vec![proto::ResourceSpans {
            resource: Some(resource),
            scope_spans: vec![proto::ScopeSpans { scope: Some(scope), spans }],
            schema_url: "https://opentelemetry.io/schemas/gen-ai/1.42.0".to_owned(),
        }],
    }
}

/// The same request in JSON, as the protocol has it.
fn in_json(request: &proto::Traces) -> Value {
    let attributes = |list: &[KeyValue]| list.iter().map(pair_json).collect::<Vec<_>>();
    let span = |span: &proto::Span| {
        json!({
            "traceId": hex(&span.trace_id), "spanId": hex(&span.span_id), "parentSpanId": hex(&span.parent_span_id), "name": span.name,
            "kind": span.kind, "startTimeUnixNano": span.start_time_unix_nano.to_string(), "endTimeUnixNano": span.end_time_unix_nano,
            "attributes": attributes(&span.attributes), "unknownToUs": [1, {"a": null}],
            "events": span.events.iter().map(|event| json!({
                "timeUnixNano": event.time_unix_nano.to_string(), "name": event.name, "attributes": attributes(&event.attributes),
            })).collect::<Vec<_>>(),
            "status": span.status.as_ref().map(|status| json!({"code": status.code, "message": status.message})),
        })
    };
    let resources = request.resource_spans.iter().map(|resource| {
        json!({
            // The resource comes last on purpose: members of an object have no order.
            "scopeSpans": resource.scope_spans.iter().map(|scope| json!({
                "spans": scope.spans.iter().map(span).collect::<Vec<_>>(),
                "scope": scope.scope.as_ref().map(|scope| json!({"name": scope.name, "version": scope.version})),
            })).collect::<Vec<_>>(),
            "resource": resource.resource.as_ref().map(|resource| json!({"attributes": attributes(&resource.attributes)})),
        })
    });
    json!({ "resourceSpans": resources.collect::<Vec<_>>() })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn pair_json(pair: &KeyValue) -> Value {
    json!({"key": pair.key, "value": pair.value.as_ref().map(any_json)})
}

fn any_json(value: &AnyValue) -> Value {
    match &value.value {
        None => json!({}),
        Some(Any::String(text)) => json!({"stringValue": text}),
        Some(Any::Bool(yes)) => json!({"boolValue": yes}),
        Some(Any::Int(number)) => json!({"intValue": number.to_string()}),
        Some(Any::Double(number)) if number.is_finite() => json!({"doubleValue": number}),
        Some(Any::Double(number)) => json!({"doubleValue": number.to_string()}),
        Some(Any::Array(list)) => json!({"arrayValue": {"values": list.values.iter().map(any_json).collect::<Vec<_>>()}}),
        Some(Any::Pairs(list)) => json!({"kvlistValue": {"values": list.values.iter().map(pair_json).collect::<Vec<_>>()}}),
        Some(Any::Bytes(bytes)) => json!({"bytesValue": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)}),
    }
}

fn read(request: &proto::Traces) -> Batch {
    traces(Encoding::Protobuf, &request.encode_to_vec(), &Limits::default(), MOST).unwrap()
}

/// The events of some spans; each has passed the gate, and JSON gives the same bytes.
fn events(spans: Vec<proto::Span>) -> Vec<Value> {
    let request = request(spans);
    let batch = read(&request);
    let json = traces(Encoding::Json, in_json(&request).to_string().as_bytes(), &Limits::default(), MOST).unwrap();
    assert_eq!(String::from_utf8_lossy(&json.lines), String::from_utf8_lossy(&batch.lines), "both encodings say the same");
    assert_eq!((json.events, json.seen, json.ignored, json.nameless), (batch.events, batch.seen, batch.ignored, batch.nameless));
    through_the_gate(&batch)
}

fn through_the_gate(batch: &Batch) -> Vec<Value> {
    let lines = std::str::from_utf8(&batch.lines).unwrap().lines();
    let events: Vec<Value> = lines
        .map(|line| {
            event::check_text(line, &Limits::default()).unwrap_or_else(|invalid| panic!("{invalid:?}: {line}"));
            Event::read(line.as_bytes()).unwrap();
            serde_json::from_str(line).unwrap()
        })
        .collect();
    assert_eq!(events.len(), batch.events);
    events
}

fn one(attributes: &Value) -> Value {
    let mut events = events(vec![span(1, 0, "span", attributes)]);
    assert_eq!(events.len(), 1);
    events.remove(0)
}

#[test]
fn a_call_of_the_newest_conventions_becomes_an_llm_call() {
    let input = json!([
        {"role": "system", "parts": [{"type": "text", "content": "Ты администратор салона."}]},
        {"role": "user", "parts": [{"type": "text", "content": "Можно завтра в 15:00?"}, {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "aGVsbG8="}]},
        {"role": "assistant", "parts": [{"type": "tool_call", "id": "c1", "name": "find_slot", "arguments": {"day": "завтра"}}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "result": {"free": ["15:00"]}}]},
    ]);
    let output = json!([{"role": "assistant", "parts": [{"type": "text", "content": "Да, записал."}], "finish_reason": "stop"}]);
    let told = one(&json!({
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18", "gen_ai.response.id": "chatcmpl-1", "gen_ai.conversation.id": "sess_abc123",
        "gen_ai.usage.input_tokens": 120, "gen_ai.usage.output_tokens": 7, "gen_ai.usage.cache_read.input_tokens": 64,
        "gen_ai.response.finish_reasons": ["stop"], "gen_ai.response.time_to_first_chunk": 0.412, "gen_ai.request.temperature": 0.2,
        "gen_ai.agent.name": "booking", "gen_ai.agent.version": "7", "user.id": "client-17",
        // On spans structures are usually JSON in a string.
        "gen_ai.input.messages": input.to_string(), "gen_ai.output.messages": output, "server.address": "api.openai.com",
    }));
    assert_eq!(told["event_id"], format!("otel-{}-{}", "4b".repeat(16), "01".repeat(8)));
    assert_eq!(told["timestamp"], "2025-01-01T12:00:04.000000+00:00");
    assert_eq!((&told["type"], &told["channel"], &told["session_id"]), (&json!("llm_call"), &json!("otlp"), &json!("sess_abc123")));
    assert_eq!((&told["model"], &told["provider"]), (&json!("gpt-4o-mini-2024-07-18"), &json!("openai")));
    assert_eq!((&told["tokens_in"], &told["tokens_out"], &told["latency_ms"]), (&json!(120), &json!(7), &json!(3000)));
    assert_eq!(
        (&told["scenario"], &told["scenario_version"], &told["client"]["id"]),
        (&json!("booking"), &json!("7"), &json!("client-17"))
    );
    assert_eq!(told["prompt_version"].as_str().map(str::len), Some(12));
    let llm = &told["meta"]["llm"];
    assert_eq!((&llm["cached_tokens"], &llm["ttft_ms"], &llm["finish"]), (&json!(64), &json!(412), &json!("stop")));
    assert_eq!((&llm["answer"], &llm["messages"]), (&json!("Да, записал."), &json!(3)));
    assert_eq!(llm["input"][1]["content"], "Можно завтра в 15:00?");
    assert_eq!(llm["input"][1]["media"][0]["bytes"], 5, "a picture is a digest");
    assert_eq!(llm["input"][2]["tool_calls"], json!([{"id": "c1", "name": "find_slot", "arguments": {"day": "завтра"}}]));
    assert_eq!(llm["input"][3]["tool_results"], json!([{"id": "c1", "result": {"free": ["15:00"]}}]));
    assert_eq!(llm["output"], json!([{"role": "assistant", "content": "Да, записал.", "finish_reason": "stop"}]));
    assert_eq!(told["meta"]["attributes"], json!({"server.address": "api.openai.com"}));
    assert_eq!(told["meta"]["otel"]["service"], "salon-bot");
    assert!(told.get("text").is_none() && told.get("bot_response").is_none(), "a channel tells the words; nothing is counted twice");
    let read = Event::read(told.to_string().as_bytes()).unwrap();
    assert_eq!(read.facets(), event::Facets::NONE);
}

#[test]
fn tokens_of_an_agent_and_of_the_calls_in_it_are_counted_once() {
    let usage = json!({"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 10});
    let with = |more: Value| {
        let mut all = usage.as_object().unwrap().clone();
        all.extend(more.as_object().unwrap().clone());
        Value::Object(all)
    };
    let told = events(vec![
        span(3, 2, "chat gpt", &with(json!({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt"}))),
        // Two instrumentations of one call: LangChain around OpenAI, with an HTTP span between them.
        span(5, 4, "POST", &json!({"http.request.method": "POST"})),
        span(6, 5, "openai.chat", &with(json!({"gen_ai.system": "openai", "llm.request.type": "chat", "gen_ai.request.model": "gpt"}))),
        span(4, 2, "ChatOpenAI", &with(json!({"openinference.span.kind": "LLM", "llm.model_name": "gpt", "llm.token_count.prompt": 100}))),
        span(2, 1, "invoke_agent booking", &with(json!({"gen_ai.operation.name": "invoke_agent"}))),
        span(1, 0, "salon", &with(json!({"traceloop.span.kind": "workflow", "traceloop.entity.name": "salon"}))),
    ]);
    let tokens: u64 = told.iter().filter_map(|event| event["tokens_in"].as_u64()).sum();
    assert_eq!(tokens, 200, "{told:#?}");
    let agent = told.iter().find(|event| event["type"] == "agent_run" && event["scenario"] == "booking").unwrap();
    assert_eq!(agent["meta"]["llm"]["usage"]["input"], 100, "what it reported is kept");
    assert!(agent.get("tokens_out").is_none());
}

#[test]
fn spans_of_one_trace_belong_together() {
    let call = json!({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt"});
    let mut named = call.clone();
    named["session.id"] = json!("s-1");
    named["user.id"] = json!("u-1");
    let told = events(vec![span(2, 1, "a", &call), span(1, 0, "b", &named)]);
    assert!(told.iter().all(|event| event["session_id"] == "s-1" && event["client"]["id"] == "u-1"), "{told:?}");
    let alone = events(vec![span(2, 1, "a", &call)]);
    assert!(alone[0].get("session_id").is_none(), "the recorder knows what else was told of the trace");
    assert_eq!(alone[0]["meta"]["otel"]["trace"], "4b".repeat(16));
    let mut other = named.clone();
    other["session.id"] = json!("s-2");
    let unclear = events(vec![span(3, 1, "a", &call), span(2, 1, "b", &named), span(1, 0, "c", &other)]);
    assert!(unclear[0].get("session_id").is_none(), "two names: none is taken");
}

#[test]
fn a_tool_that_ran_is_an_action_and_one_that_failed_is_none() {
    let attributes = json!({
        "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "create_booking", "gen_ai.tool.call.id": "c2",
        "gen_ai.tool.call.arguments": "{\"at\":\"15:00\"}", "gen_ai.tool.call.result": {"id": 991},
    });
    let ran = one(&attributes);
    assert_eq!((&ran["type"], &ran["action"]), (&json!("action"), &json!("create_booking")));
    assert_eq!(
        ran["meta"]["tool"],
        json!({"name": "create_booking", "call_id": "c2", "arguments": {"at": "15:00"}, "result": {"id": 991}})
    );
    assert!(Event::read(ran.to_string().as_bytes()).unwrap().facets().has(event::Facets::BOOKING));
    let mut failing = span(1, 0, "execute_tool create_booking", &attributes);
    failing.status = Some(proto::Status { message: "slot is taken".to_owned(), code: 2 });
    failing.events = vec![proto::Event {
        name: "exception".to_owned(),
        attributes: pairs(&json!({"exception.type": "Conflict", "exception.message": "taken", "exception.stacktrace": "…"})),
        ..Default::default()
    }];
    let failed = events(vec![failing]).remove(0);
    assert_eq!((&failed["type"], failed.get("action")), (&json!("error"), None));
    assert_eq!(failed["error"], json!({"code": "Conflict", "message": "slot is taken"}));
    let facets = Event::read(failed.to_string().as_bytes()).unwrap().facets();
    assert!(facets.has(event::Facets::FAILURE) && !facets.has(event::Facets::BOOKING));
}

#[test]
fn what_is_not_about_an_assistant_is_counted_and_not_kept() {
    let request = request(vec![
        span(1, 0, "SELECT", &json!({"db.system": "postgresql", "session.id": "s-1", "user.id": "u"})),
        span(2, 1, "POST", &json!({"http.request.method": "POST", "langfuse.environment": "default", "gen_ai.conversation.id": "s-1"})),
        proto::Span { trace_id: Vec::new(), ..span(3, 1, "chat", &json!({"gen_ai.operation.name": "chat"})) },
        proto::Span { span_id: vec![0; 8], ..span(3, 1, "chat", &json!({"gen_ai.operation.name": "chat"})) },
        span(4, 1, "chat", &json!({"gen_ai.operation.name": "chat"})),
    ]);
    let batch = read(&request);
    assert_eq!((batch.seen, batch.ignored, batch.nameless, batch.events), (5, 2, 2, 1));
    let told = through_the_gate(&batch);
    assert_eq!(told[0]["provider"], "unknown", "a call of which nothing is known is still a call");
}

#[test]
fn fields_of_ours_come_with_the_span_or_the_resource() {
    let mut request = request(vec![span(
        1,
        0,
        "turn",
        &json!({
            "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt", "letopis.intent": "запись_на_приём", "letopis.confidence": 0.87,
            "letopis.client.phone": "+79215550101", "letopis.session": "sess_1", "gen_ai.input.messages": "[{\"role\":\"user\",\"content\":\"здравствуйте\"}]",
            "gen_ai.output.messages": "добрый день",
        }),
    )]);
    request.resource_spans[0].resource.as_mut().unwrap().attributes =
        pairs(&json!({"letopis.channel": "telegram", "letopis.speaks": true, "letopis.experiment": "greeting", "letopis.variant": "B"}));
    let told = through_the_gate(&read(&request)).remove(0);
    assert_eq!((&told["channel"], &told["intent"], &told["confidence"]), (&json!("telegram"), &json!("запись_на_приём"), &json!(0.87)));
    assert_eq!((&told["client"]["phone"], &told["session_id"], &told["variant"]), (&json!("+79215550101"), &json!("sess_1"), &json!("B")));
    assert_eq!(
        (&told["text"], &told["bot_response"]),
        (&json!("здравствуйте"), &json!("добрый день")),
        "where no channel speaks, the call does"
    );
}

#[test]
fn the_same_batch_gives_the_same_bytes() {
    let spans =
        vec![span(1, 0, "a", &json!({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt", "x": {"b": 1, "a": [1.5, true]}}))];
    assert_eq!(read(&request(spans.clone())).lines, read(&request(spans)).lines);
}
