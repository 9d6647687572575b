//! Every dialect against exchanges of the shape that vendors publish: whole, streamed, and broken off at every byte.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::wire::{Body, Ended, Exchange, Request, Response, Way};
use super::super::{About, Known, read};
use crate::access::{ConnectionKind, Settings};
use crate::event::Event;

/// An exchange with a server of that path.
pub(super) fn exchange(path: &str, request: &Value, content_type: &str, answer: &[u8]) -> Exchange {
    Exchange {
        id: "x1".into(),
        way: Way::Proxy,
        started_us: 1_763_900_000_000_000,
        first_byte_us: Some(1_763_900_000_400_000),
        ended_us: 1_763_900_001_250_000,
        ended: Ended::Whole,
        retry_of: None,
        request: Request {
            method: "POST".into(),
            target: path.into(),
            headers: vec![("content-type".into(), "application/json".into())],
            body: Body::whole(Bytes::from(request.to_string())),
        },
        response: Some(Response {
            status: 200,
            headers: vec![("content-type".into(), content_type.into())],
            body: Body::whole(Bytes::copy_from_slice(answer)),
        }),
    }
}

fn json_of(path: &str, request: &Value, answer: &Value) -> Exchange {
    exchange(path, request, "application/json", answer.to_string().as_bytes())
}

fn stream_of(path: &str, request: &Value, events: &[Value]) -> Exchange {
    let body: String =
        events.iter().map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or("message"))).collect();
    exchange(path, request, "text/event-stream", body.as_bytes())
}

/// What it tells; every event must be one that the recorder can read.
fn told_with(exchange: Exchange, kind: ConnectionKind, fields: &[(&str, &str)], known: &Known) -> Vec<Value> {
    let fields: BTreeMap<String, String> = fields.iter().map(|(field, path)| ((*field).to_owned(), (*path).to_owned())).collect();
    let settings = Settings { fields, ..Settings::default() };
    let told = read(exchange, &About { connection: "con_1", kind, settings: &settings, speaks: true, known });
    let events = told.iter().map(|told| {
        Event::read(&told.json).unwrap();
        serde_json::from_slice(&told.json).unwrap()
    });
    events.collect()
}

fn told(exchange: Exchange) -> Vec<Value> {
    told_with(exchange, ConnectionKind::Openai, &[], &Known::default())
}

fn types(told: &[Value]) -> Vec<&str> {
    told.iter().map(|event| event["type"].as_str().or(event["action"].as_str()).unwrap_or("?")).collect()
}

const CHAT: &str = "/v1/chat/completions";

fn asked(messages: Value) -> Value {
    json!({ "model": "gpt-5-mini", "messages": messages, "stream": true })
}

#[test]
fn a_chat_completion_is_a_call_and_two_messages() {
    let request = asked(json!([
        { "role": "system", "content": "Ты администратор салона." },
        { "role": "user", "content": [{ "type": "text", "text": "Сколько стоит стрижка?" }, { "type": "image_url", "image_url": { "url": "data:image/png;base64,AAAA" } }] },
    ]));
    let answer = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-5-mini-2025-08-07",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": "1500 рублей", "refusal": null }, "finish_reason": "stop" },
                    { "index": 1, "message": { "role": "assistant", "content": "От 1500" }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 120, "completion_tokens": 9, "prompt_tokens_details": { "cached_tokens": 64 }, "completion_tokens_details": { "reasoning_tokens": 2 } },
    });
    let told = told(json_of(CHAT, &request, &answer));
    assert_eq!(types(&told), ["llm_call", "message_in", "message_out"]);
    let call = &told[0];
    assert_eq!((&call["model"], &call["tokens_in"], &call["tokens_out"]), (&json!("gpt-5-mini-2025-08-07"), &json!(120), &json!(9)));
    assert_eq!(call["latency_ms"], 1250);
    assert_eq!(call["prompt_version"].as_str().unwrap().len(), 12);
    assert!(call.get("cost").is_none(), "without a price nothing is said of the cost");
    let llm = &call["meta"]["llm"];
    assert_eq!((&llm["finish"], &llm["cached_tokens"], &llm["reasoning_tokens"]), (&json!("stop"), &json!(64), &json!(2)));
    assert_eq!(llm["others"][0]["answer"], "От 1500");
    assert_eq!(told[1]["text"], "Сколько стоит стрижка?");
    assert_eq!(told[2]["bot_response"], "1500 рублей");
}

#[test]
fn a_streamed_answer_is_put_together_with_its_tools_and_tokens() {
    let chunk = |delta: Value, finish: Value| json!({ "id": "c1", "model": "m-1", "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] });
    let events = [
        chunk(json!({ "role": "assistant", "content": "" }), json!(null)),
        chunk(
            json!({ "tool_calls": [{ "index": 0, "id": "call_1", "type": "function", "function": { "name": "slots", "arguments": "" } }] }),
            json!(null),
        ),
        chunk(json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "{\"day\":" } }] }), json!(null)),
        chunk(json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "\"завтра\"}" } }] }), json!(null)),
        chunk(json!({ "tool_calls": [{ "index": 1, "id": "call_2", "function": { "name": "prices", "arguments": "{}" } }] }), json!(null)),
        chunk(json!({}), json!("tool_calls")),
        json!({ "id": "c1", "choices": [], "usage": { "prompt_tokens": 50, "completion_tokens": 7 } }),
    ];
    let told = told(stream_of(CHAT, &asked(json!([{ "role": "user", "content": "есть время?" }])), &events));
    assert_eq!(types(&told), ["llm_call", "message_in"], "the tool's turn is not the answer yet");
    let llm = &told[0]["meta"]["llm"];
    assert_eq!(
        llm["tools"],
        json!([{ "id": "call_1", "name": "slots", "arguments": "{\"day\":\"завтра\"}" }, { "id": "call_2", "name": "prices", "arguments": "{}" }])
    );
    assert_eq!((&told[0]["tokens_in"], &llm["first_token_ms"], &llm["stream"]), (&json!(50), &json!(400), &json!(true)));
    assert!(llm.get("partial").is_none());
}

#[test]
fn a_loop_over_tools_gives_one_question_and_one_answer() {
    let user = json!({ "role": "user", "content": "запишите" });
    let wants = json!({ "role": "assistant", "content": null, "tool_calls": [{ "id": "c1", "type": "function", "function": { "name": "book", "arguments": "{}" } }] });
    let result = json!({ "role": "tool", "tool_call_id": "c1", "content": "{\"id\":7}" });
    let first = told(json_of(CHAT, &asked(json!([user])), &json!({ "choices": [{ "message": wants }] })));
    let said = json!({ "choices": [{ "message": { "role": "assistant", "content": "Записал" } }] });
    let second = told(json_of(CHAT, &asked(json!([user, wants, result])), &said));
    let both: Vec<&str> = types(&first).into_iter().chain(types(&second)).collect();
    assert_eq!(both, ["llm_call", "message_in", "llm_call", "message_out"]);
    assert_eq!(first[0]["meta"]["chain"]["tip"], second[0]["meta"]["chain"]["follows"]);
    assert_eq!(second[1]["meta"]["chain"]["of"], "x1");
}

#[test]
fn old_functions_refusals_and_errors_are_read() {
    let calls = json!({ "choices": [{ "message": { "role": "assistant", "content": null, "function_call": { "name": "slots", "arguments": "{\"a\":1}" } }, "finish_reason": "function_call" }] });
    let user = json!([{ "role": "user", "content": "?" }]);
    assert_eq!(told(json_of(CHAT, &asked(user.clone()), &calls))[0]["meta"]["llm"]["tools"][0]["arguments"], "{\"a\":1}");
    let refused = told(json_of(CHAT, &asked(user.clone()), &json!({ "choices": [{ "message": { "refusal": "Не могу помочь" } }] })));
    assert_eq!(refused[2]["bot_response"], "Не могу помочь");
    for (answer, code, message) in [
        (
            json!({ "error": { "message": "Rate limit", "type": "requests", "code": "rate_limit_exceeded" } }),
            json!("rate_limit_exceeded"),
            "Rate limit",
        ),
        (json!({ "status": 402, "message": "Payment Required" }), json!("402"), "Payment Required"),
        (json!({ "object": "error", "message": "no such model", "code": 404 }), json!("404"), "no such model"),
        (json!({ "detail": "busy" }), Value::Null, "busy"),
    ] {
        let mut exchange = json_of(CHAT, &asked(user.clone()), &answer);
        exchange.response.as_mut().unwrap().status = 429;
        let told = told(exchange);
        assert_eq!((&told[0]["error"]["code"], &told[0]["error"]["message"]), (&code, &json!(message)));
        assert_eq!(types(&told), ["llm_call", "message_in"]);
    }
    let broken = told(stream_of(
        CHAT,
        &asked(user),
        &[json!({ "choices": [{ "delta": { "content": "Нач" } }] }), json!({ "error": { "message": "overloaded" } })],
    ));
    assert_eq!((&broken[0]["error"]["message"], &broken[0]["meta"]["llm"]["answer"]), (&json!("overloaded"), &json!("Нач")));
}

#[test]
fn files_are_kept_as_digests() {
    use base64::Engine;
    let picture = base64::engine::general_purpose::STANDARD.encode(vec![7; 60_000]);
    let request = asked(
        json!([{ "role": "user", "content": [{ "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{picture}") } }] }]),
    );
    let told = told(json_of(CHAT, &request, &json!({ "choices": [{ "message": { "content": "Вижу" } }] })));
    let kept = told[0]["meta"]["exchange"]["request_body"]["text"].as_str().unwrap();
    assert!(kept.contains("base64,sha256:") && kept.contains(";bytes=60000\"") && kept.len() < 400, "{kept}");
    assert_eq!(told[1]["text"], "[image_url]");
}

#[test]
fn calls_that_are_no_conversation_are_counted() {
    let request = json!({ "model": "text-embedding-3-small", "input": "стрижка", "user": "u7" });
    let answer =
        json!({ "object": "list", "model": "text-embedding-3-small", "data": [], "usage": { "prompt_tokens": 3, "total_tokens": 3 } });
    let told = told(json_of("/v1/embeddings", &request, &answer));
    assert_eq!(types(&told), ["llm_call"]);
    assert_eq!(
        (&told[0]["tokens_in"], &told[0]["meta"]["llm"]["operation"], &told[0]["client"]["id"]),
        (&json!(3), &json!("embeddings"), &json!("u7"))
    );
    assert_eq!(
        types(&self::told(Exchange {
            request: Request { method: "GET".into(), target: "/v1/models".into(), ..Request::default() },
            ..json_of("", &json!({}), &json!({}))
        })),
        ["other"]
    );
}

#[test]
fn an_anthropic_message_counts_its_cache_and_reads_its_tools() {
    let request = json!({
        "model": "claude-sonnet-4-5", "max_tokens": 500, "system": [{ "type": "text", "text": "Ты администратор." }], "metadata": { "user_id": "u1" },
        "messages": [{ "role": "user", "content": "есть время?" },
            { "role": "assistant", "content": [{ "type": "text", "text": "Смотрю." }, { "type": "tool_use", "id": "toolu_1", "name": "slots", "input": { "day": "завтра" } }] },
            { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "toolu_1", "content": [{ "type": "text", "text": "15:00" }] }] }],
    });
    let answer = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5-20250929", "content": [{ "type": "text", "text": "Есть в 15:00." }],
        "stop_reason": "end_turn", "usage": { "input_tokens": 30, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 900, "output_tokens": 12 },
    });
    let told = told_with(json_of("/v1/messages", &request, &answer), ConnectionKind::Anthropic, &[], &Known::default());
    assert_eq!(types(&told), ["llm_call", "message_out"], "a tool's answer is no word of the client");
    assert_eq!(
        (&told[0]["tokens_in"], &told[0]["meta"]["llm"]["cached_tokens"], &told[0]["client"]["id"]),
        (&json!(1030), &json!(900), &json!("u1"))
    );
    assert_eq!(told[0]["meta"]["llm"]["finish"], "end_turn");
}

fn anthropic_stream() -> Exchange {
    stream_of(
        "/v1/messages",
        &json!({ "model": "claude-x", "stream": true, "messages": [{ "role": "user", "content": "запишите" }] }),
        &[
            json!({ "type": "message_start", "message": { "id": "msg_1", "model": "claude-x-1", "usage": { "input_tokens": 20, "cache_read_input_tokens": 5, "output_tokens": 1 } } }),
            json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }),
            json!({ "type": "ping" }),
            json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "Минуту, " } }),
            json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "записываю" } }),
            json!({ "type": "content_block_stop", "index": 0 }),
            json!({ "type": "content_block_start", "index": 1, "content_block": { "type": "tool_use", "id": "toolu_9", "name": "book", "input": {} } }),
            json!({ "type": "content_block_delta", "index": 1, "delta": { "type": "input_json_delta", "partial_json": "{\"service\": \"стри" } }),
            json!({ "type": "content_block_delta", "index": 1, "delta": { "type": "input_json_delta", "partial_json": "жка\"}" } }),
            json!({ "type": "message_delta", "delta": { "stop_reason": "tool_use" }, "usage": { "output_tokens": 40 } }),
            json!({ "type": "message_stop" }),
        ],
    )
}

#[test]
fn an_anthropic_stream_is_put_together() {
    let told = told_with(anthropic_stream(), ConnectionKind::Anthropic, &[("booking", "$.tools.book")], &Known::default());
    assert_eq!(types(&told), ["llm_call", "message_in", "create_booking"]);
    let llm = &told[0]["meta"]["llm"];
    assert_eq!((&told[0]["tokens_in"], &told[0]["tokens_out"], &llm["finish"]), (&json!(25), &json!(40), &json!("tool_use")));
    assert_eq!(llm["tools"][0], json!({ "id": "toolu_9", "name": "book", "arguments": "{\"service\": \"стрижка\"}" }));
    assert_eq!(told[2]["booking"], json!({ "status": "created", "service": "стрижка" }));
}

#[test]
fn gigachat_speaks_of_functions_and_counts_its_cache_beside() {
    let request = json!({ "model": "GigaChat-2", "functions": [{ "name": "slots" }], "messages": [
        { "role": "user", "content": "есть время?" }, { "role": "assistant", "content": "", "function_call": { "name": "slots", "arguments": { "day": 1 } } },
        { "role": "function", "name": "slots", "content": "[\"15:00\"]" }] });
    let answer = json!({
        "choices": [{ "message": { "role": "assistant", "content": "Есть в 15:00" }, "index": 0, "finish_reason": "stop" }], "created": 1_763_900_000, "model": "GigaChat-2:2.0.28.2",
        "object": "chat.completion", "usage": { "prompt_tokens": 18, "completion_tokens": 68, "total_tokens": 86, "precached_prompt_tokens": 4 },
    });
    let mut exchange = json_of("/api/v1/chat/completions", &request, &answer);
    exchange.request.headers.push(("x-session-id".into(), "s-7".into()));
    let told = told_with(exchange, ConnectionKind::Gigachat, &[("handoff", "$.results.slots")], &Known::default());
    assert_eq!(types(&told), ["llm_call", "message_out", "handoff"]);
    assert_eq!((&told[0]["tokens_in"], &told[0]["session_id"], &told[0]["provider"]), (&json!(22), &json!("s-7"), &json!("gigachat")));
    assert!(told[0]["meta"].get("chain").is_none(), "a named conversation needs no chain");
}

#[test]
fn the_token_of_gigachats_oauth_is_nowhere() {
    let mut exchange =
        exchange("/api/v2/oauth", &json!(null), "application/json", br#"{"access_token":"eyJsecret","expires_at":1763900000}"#);
    exchange.request.body = Body::whole(Bytes::from_static(b"scope=GIGACHAT_API_PERS"));
    let told = told_with(exchange, ConnectionKind::Gigachat, &[], &Known::default());
    assert_eq!(types(&told), ["other"]);
    assert!(!told[0].to_string().contains("eyJsecret") && told[0].to_string().contains("1763900000"));
}

fn responses_stream() -> Exchange {
    let done = json!({ "id": "resp_2", "status": "completed", "model": "gpt-5", "output": [
        { "type": "reasoning", "summary": [] },
        { "type": "message", "role": "assistant", "content": [{ "type": "output_text", "text": "Есть в 15:00" }] }],
        "usage": { "input_tokens": 40, "input_tokens_details": { "cached_tokens": 8 }, "output_tokens": 20, "output_tokens_details": { "reasoning_tokens": 9 } } });
    stream_of(
        "/v1/responses",
        &json!({ "model": "gpt-5", "stream": true, "previous_response_id": "resp_1", "input": "есть время?" }),
        &[
            json!({ "type": "response.created", "response": { "id": "resp_2", "model": "gpt-5", "status": "in_progress" } }),
            json!({ "type": "response.output_item.added", "output_index": 1, "item": { "type": "message", "content": [] } }),
            json!({ "type": "response.output_text.delta", "output_index": 1, "delta": "Есть в " }),
            json!({ "type": "response.output_text.delta", "output_index": 1, "delta": "15:00" }),
            json!({ "type": "response.completed", "response": done }),
        ],
    )
}

#[test]
fn responses_are_read_whole_and_in_pieces() {
    let answer = json!({ "id": "resp_1", "status": "completed", "model": "gpt-5", "output": [{ "type": "function_call", "call_id": "call_1", "name": "slots", "arguments": "{}" }],
        "usage": { "input_tokens": 12, "output_tokens": 3 } });
    let request = json!({ "model": "gpt-5", "instructions": "Ты администратор.", "input": [{ "role": "user", "content": [{ "type": "input_text", "text": "есть время?" }] }] });
    let first = told(json_of("/v1/responses", &request, &answer));
    assert_eq!(types(&first), ["llm_call", "message_in"]);
    assert_eq!(first[0]["meta"]["llm"]["tools"][0]["id"], "call_1");
    let second = told(responses_stream());
    assert_eq!(types(&second), ["llm_call", "message_in", "message_out"]);
    let llm = &second[0]["meta"]["llm"];
    assert_eq!(
        (&llm["answer"], &llm["finish"], &second[0]["tokens_in"], &llm["reasoning_tokens"]),
        (&json!("Есть в 15:00"), &json!("completed"), &json!(40), &json!(9))
    );
    assert_eq!(second[0]["meta"]["chain"]["follows"], first[0]["meta"]["chain"]["reply"]);
}

#[test]
fn headers_come_before_metadata_and_metadata_before_the_user() {
    let request = json!({ "model": "m", "user": "from-user", "metadata": { "session_id": "from-metadata", "client_id": "c-metadata", "variant": "B" }, "messages": [{ "role": "user", "content": "?" }] });
    let mut exchange = json_of(CHAT, &request, &json!({ "choices": [{ "message": { "content": "!" } }] }));
    for (name, value) in [
        ("x-letopis-session", "from-header"),
        ("x-letopis-name", "%D0%90%D0%BD%D0%BD%D0%B0"),
        ("x-letopis-scenario", "запись@7"),
        ("x-letopis-intent", "booking"),
        ("x-letopis-confidence", "0.9"),
    ] {
        exchange.request.headers.push((name.into(), value.into()));
    }
    let known = Known { intents: serde_json::from_str(r#"{"запись":["Booking"]}"#).unwrap(), ..Known::default() };
    let told = told_with(exchange, ConnectionKind::Openai, &[], &known);
    let message = &told[1];
    assert_eq!((&message["session_id"], &message["client"]), (&json!("from-header"), &json!({ "id": "from-user", "name": "Анна" })));
    assert_eq!((&message["variant"], &message["scenario"], &message["scenario_version"]), (&json!("B"), &json!("запись"), &json!("7")));
    assert_eq!(
        (&message["intent"], &message["confidence"], &message["meta"]["intent_said"]),
        (&json!("запись"), &json!(0.9), &json!("booking"))
    );
}

#[test]
fn fields_find_intent_and_outcome_in_structured_answers_and_results() {
    let fields = [
        ("intent", "$.answer.intent"),
        ("confidence", "$.answer.sure"),
        ("reply", "$.answer.text"),
        ("refusal", "$.answer.refused"),
        ("booking", "$.results.book"),
        ("booking.starts_at", "$.results.book.when"),
        ("client.phone", "$.results.book.phone"),
    ];
    let request = asked(json!([{ "role": "user", "content": "запишите" },
        { "role": "assistant", "tool_calls": [{ "id": "c1", "function": { "name": "book", "arguments": "{}" } }] },
        { "role": "tool", "tool_call_id": "c1", "content": "{\"id\":7,\"service\":\"стрижка\",\"when\":\"2026-02-01T15:00:00+03:00\",\"phone\":\"+79215550101\"}" }]));
    let answer = json!({ "choices": [{ "message": { "content": "```json\n{\"intent\":\"запись\",\"sure\":\"92%\",\"text\":\"Записал\",\"refused\":false}\n```" } }] });
    let told = told_with(json_of(CHAT, &request, &answer), ConnectionKind::Openai, &fields, &Known::default());
    assert_eq!(types(&told), ["llm_call", "message_out", "create_booking"]);
    assert_eq!((&told[0]["intent"], &told[0]["confidence"], &told[1]["bot_response"]), (&json!("запись"), &json!(0.92), &json!("Записал")));
    assert_eq!(
        told[2]["booking"],
        json!({ "status": "created", "id": "7", "service": "стрижка", "starts_at": "2026-02-01T15:00:00+03:00" })
    );
    assert_eq!(told[2]["client"]["phone"], "+79215550101");
    let event = Event::read(told[2].to_string().as_bytes()).unwrap();
    assert_eq!(event.kind.as_str(), "booking_created");
}

#[test]
fn a_price_gives_a_cost_with_its_currency() {
    let prices =
        serde_json::from_str(r#"[{"model":"gpt-5-mini","input":20,"output":160,"cached":2,"currency":"RUB","since":"2026-01-01"}]"#)
            .unwrap();
    let known = Known { prices, ..Known::default() };
    let answer = json!({ "model": "gpt-5-mini-2025-08-07", "choices": [], "usage": { "prompt_tokens": 1000, "completion_tokens": 500, "prompt_tokens_details": { "cached_tokens": 400 } } });
    let told = told_with(json_of(CHAT, &asked(json!([])), &answer), ConnectionKind::Openai, &[], &known);
    assert_eq!(
        (&told[0]["cost"], &told[0]["meta"]["cost"]),
        (&json!(0.0928), &json!({ "currency": "RUB", "price": "gpt-5-mini (2026-01-01)" }))
    );
}

/// Streams of every dialect, to be cut.
fn streams() -> Vec<(Exchange, ConnectionKind)> {
    let chunks = [
        json!({ "id": "c", "model": "m", "choices": [{ "delta": { "content": "Есть " } }] }),
        json!({ "choices": [{ "delta": { "content": "в 15:00" }, "finish_reason": "stop" }] }),
    ];
    let chat = stream_of(CHAT, &asked(json!([{ "role": "user", "content": "есть время?" }])), &chunks);
    vec![
        (chat.clone(), ConnectionKind::Openai),
        (chat, ConnectionKind::Gigachat),
        (anthropic_stream(), ConnectionKind::Anthropic),
        (responses_stream(), ConnectionKind::Openai),
    ]
}

#[test]
fn a_stream_cut_anywhere_keeps_what_came() {
    for (whole, kind) in streams() {
        let body = whole.response.as_ref().unwrap().body.bytes.clone();
        let mut longest = 0;
        for end in 0..body.len() {
            let mut cut = whole.clone();
            cut.ended = Ended::Broken("broke off".into());
            cut.response.as_mut().unwrap().body = Body::whole(body.slice(..end));
            let told = told_with(cut, kind, &[], &Known::default());
            assert_eq!(told[0]["meta"]["llm"]["partial"], true);
            let words = told[0]["meta"]["llm"]["answer"].as_str().unwrap_or_default().len();
            assert!(words >= longest, "cut at {end}: what came before is still there");
            longest = words;
        }
        assert!(longest > 0);
    }
}

#[test]
fn a_request_cut_anywhere_is_still_a_call() {
    let (whole, _) = streams().swap_remove(0);
    let body = whole.request.body.bytes.clone();
    for end in 0..body.len() {
        let mut cut = whole.clone();
        cut.request.body = Body { bytes: body.slice(..end), length: body.len() as u64, sha256: None };
        assert_eq!(told(cut)[0]["type"], "llm_call", "cut at {end}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let names = [
        "model",
        "messages",
        "role",
        "content",
        "text",
        "type",
        "choices",
        "message",
        "delta",
        "tool_calls",
        "function",
        "arguments",
        "name",
        "id",
        "index",
        "usage",
        "prompt_tokens",
        "error",
        "output",
        "input",
        "response",
        "call_id",
        "content_block",
        "user",
        "metadata",
        "session_id",
    ];
    let words = [
        "user",
        "assistant",
        "tool",
        "message_start",
        "content_block_delta",
        "message",
        "function_call",
        "response.completed",
        "tool_use",
        "tool_result",
        "é",
        "",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        proptest::sample::select(words.to_vec()).prop_map(Value::from),
        ".{0,300}".prop_map(Value::from)
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        let names = proptest::sample::select(names.to_vec()).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(names, inner, 0..6).prop_map(|parts| Value::Object(parts.into_iter().collect()))
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn whatever_comes_is_told_as_events_that_can_be_read(
        request in any_json(), answer in proptest::collection::vec(any_json(), 1..4), stream: bool, path in 0..5_usize,
        noise in proptest::collection::vec(any::<u8>(), 0..40), at: prop::sample::Index,
    ) {
        let path = [CHAT, "/v1/messages", "/v1/responses", "/v1/embeddings", "/v1/audio/transcriptions"][path];
        let mut exchange = if stream { stream_of(path, &request, &answer) } else { json_of(path, &request, &answer[0]) };
        let fields = [("intent", "$.answer[0]"), ("booking", "$.request.messages[*].content"), ("reply", "$.text"), ("lead", "$.response")];
        told_with(exchange.clone(), ConnectionKind::Openai, &fields, &Known::default());
        let body = exchange.response.as_ref().unwrap().body.bytes.to_vec();
        let at = at.index(body.len() + 1);
        let spoilt = [&body[..at], &noise, &body[at..]].concat();
        exchange.response.as_mut().unwrap().body = Body::whole(Bytes::from(spoilt));
        told_with(exchange, ConnectionKind::Anthropic, &fields, &Known::default());
    }
}

#[test]
fn words_without_an_intent_get_one_where_people_taught_it() {
    let examples: Vec<(String, String)> = (0..30)
        .flat_map(|n| [(format!("сколько стоит услуга {n}"), "цена".to_owned()), (format!("запишите меня на {n}"), "booking".to_owned())])
        .collect();
    let (model, _) = crate::exchange::Classifier::train(&examples).unwrap();
    let version = model.version();
    let intents = serde_json::from_str(r#"{"запись":["booking"]}"#).unwrap();
    let known = Known { classifier: Some((version.clone(), model)), intents, ..Known::default() };
    let hears = |words: &str, fields: &[(&str, &str)]| {
        let answer = json!({ "choices": [{ "message": { "content": "{\"intent\":\"отмена\"}" } }] });
        let mut told = told_with(
            json_of(CHAT, &asked(json!([{ "role": "user", "content": words }])), &answer),
            ConnectionKind::Openai,
            fields,
            &known,
        );
        told.remove(1)
    };
    let guessed = hears("запишите меня пожалуйста", &[]);
    assert_eq!((&guessed["intent"], &guessed["meta"]["intent_by"]), (&json!("запись"), &json!(format!("classifier {version}"))));
    assert!(guessed["confidence"].as_f64().unwrap() >= 0.5);
    assert_eq!(hears("запишите меня", &[("intent", "$.answer.intent")])["intent"], "отмена", "what was said comes before what is guessed");
    assert!(hears("qwerty", &[]).get("intent").is_none(), "what is not measured is not said");
}
