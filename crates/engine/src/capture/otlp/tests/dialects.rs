//! Spans as the instrumentations of other houses write them.

use serde_json::{Value, json};

use super::{events, one, pairs, proto, span};

#[test]
fn the_older_conventions() {
    let mut call = span(
        1,
        0,
        "chat gpt-4o",
        &json!({
            "gen_ai.operation.name": "chat", "gen_ai.system": "az.ai.openai", "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.prompt_tokens": 11, "gen_ai.usage.completion_tokens": 5, "gen_ai.response.finish_reasons": ["tool_calls"],
        }),
    );
    let event =
        |name: &str, attributes: Value| proto::Event { name: name.to_owned(), attributes: pairs(&attributes), ..Default::default() };
    call.events = vec![
        event("gen_ai.user.message", json!({"gen_ai.event.content": "{\"content\":\"привет\"}"})),
        event("gen_ai.choice", json!({"finish_reason": "stop", "index": 0, "message": "{\"role\":\"assistant\",\"content\":\"да\"}"})),
        event("cache.miss", json!({"key": "k"})),
    ];
    let told = events(vec![call]).remove(0);
    assert_eq!((&told["provider"], &told["tokens_in"], &told["tokens_out"]), (&json!("azure.ai.openai"), &json!(11), &json!(5)));
    let llm = &told["meta"]["llm"];
    assert_eq!(llm["input"], json!([{"role": "user", "content": "привет"}]));
    assert_eq!(llm["output"], json!([{"role": "assistant", "content": "да", "finish_reason": "stop"}]));
    assert_eq!(llm["finish"], "tool_call");
    assert_eq!(told["meta"]["events"][0]["name"], "cache.miss", "what nobody knows is kept");
}

#[test]
fn openllmetry() {
    let told = one(&json!({
        "llm.request.type": "chat", "gen_ai.system": "OpenAI", "gen_ai.request.model": "gpt-4o", "gen_ai.response.model": "gpt-4o-2024",
        "gen_ai.prompt.0.role": "system", "gen_ai.prompt.0.content": "Отвечай кратко.", "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": "[{\"type\":\"text\",\"text\":\"который час?\"}]", "gen_ai.prompt.10.role": "user", "gen_ai.prompt.10.content": "алло",
        "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.finish_reason": "tool_calls",
        "gen_ai.completion.0.tool_calls.0.id": "c1", "gen_ai.completion.0.tool_calls.0.name": "clock", "gen_ai.completion.0.tool_calls.0.arguments": "{}",
        "gen_ai.usage.prompt_tokens": 20, "gen_ai.usage.completion_tokens": 3, "llm.usage.total_tokens": 23, "llm.is_streaming": false,
        "traceloop.association.properties.session_id": "chat-9", "traceloop.association.properties.user_id": "u9", "traceloop.workflow.name": "salon",
    }));
    assert_eq!(
        (&told["type"], &told["session_id"], &told["client"]["id"], &told["scenario"]),
        (&json!("llm_call"), &json!("chat-9"), &json!("u9"), &json!("salon"))
    );
    assert_eq!((&told["tokens_in"], &told["provider"]), (&json!(20), &json!("openai")));
    let llm = &told["meta"]["llm"];
    assert_eq!(
        (&llm["input"][1]["content"], &llm["input"][2]["content"]),
        (&json!("который час?"), &json!("алло")),
        "in the order of numbers"
    );
    assert_eq!(llm["output"][0]["tool_calls"], json!([{"id": "c1", "name": "clock", "arguments": {}}]));
    assert!(told["meta"].get("attributes").is_none(), "{}", told["meta"]);
    let tool = one(
        &json!({"traceloop.span.kind": "tool", "traceloop.entity.name": "clock", "traceloop.entity.input": "{\"zone\":\"MSK\"}", "traceloop.entity.output": "12:00"}),
    );
    assert_eq!(
        (&tool["action"], &tool["meta"]["tool"]["arguments"]["zone"], &tool["meta"]["tool"]["result"]),
        (&json!("clock"), &json!("MSK"), &json!("12:00"))
    );
}

#[test]
fn openinference() {
    let told = one(&json!({
        "openinference.span.kind": "LLM", "llm.model_name": "gpt-4o", "llm.provider": "openai", "llm.system": "openai", "session.id": "s", "user.id": "u",
        "llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.contents.0.message_content.type": "text",
        "llm.input_messages.0.message.contents.0.message_content.text": "что на фото?",
        "llm.input_messages.0.message.contents.1.message_content.type": "image",
        "llm.input_messages.0.message.contents.1.message_content.image.image.url": "data:image/png;base64,aGVsbG8=",
        "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": "стрижка",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "price",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{\"of\":\"стрижка\"}",
        "llm.token_count.prompt": 30, "llm.token_count.completion": 4, "llm.token_count.prompt_details.cache_read": 10, "llm.cost.total": 0.002,
        "llm.invocation_parameters": "{\"model\":\"gpt-4o\",\"temperature\":0.1}", "input.value": "{\"messages\":[]}", "input.mime_type": "application/json",
        "output.value": "стрижка", "tag.tags": ["vip"],
    }));
    assert_eq!((&told["tokens_in"], &told["tokens_out"], &told["cost"]), (&json!(30), &json!(4), &json!(0.002)));
    let llm = &told["meta"]["llm"];
    assert_eq!(llm["input"][0]["content"], "что на фото?");
    assert_eq!((&llm["input"][0]["media"][0]["mime"], &llm["input"][0]["media"][0]["bytes"]), (&json!("image/png"), &json!(5)));
    assert_eq!(llm["output"][0]["tool_calls"], json!([{"name": "price", "arguments": {"of": "стрижка"}}]));
    assert_eq!((&llm["params"]["temperature"], &told["tags"]), (&json!(0.1), &json!(["vip"])));
    let found = one(&json!({
        "openinference.span.kind": "RETRIEVER", "input.value": "цены", "retrieval.documents.0.document.content": "Стрижка 1500", "retrieval.documents.0.document.score": 0.9,
    }));
    assert_eq!((&found["type"], &found["meta"]["retrieval"]["query"]), (&json!("retrieval"), &json!("цены")));
    assert_eq!(found["meta"]["retrieval"]["documents"][0]["document"]["content"], "Стрижка 1500");
    let embedded = one(
        &json!({"openinference.span.kind": "EMBEDDING", "embedding.model_name": "e5", "embedding.embeddings.0.embedding.vector": [0.1, 0.2], "embedding.embeddings.0.embedding.text": "цены"}),
    );
    assert_eq!(embedded["model"], "e5");
    assert!(!embedded.to_string().contains("vector"));
}

#[test]
fn langfuse() {
    let told = one(&json!({
        "langfuse.observation.type": "generation", "langfuse.observation.model.name": "gpt-4o", "langfuse.trace.name": "salon", "langfuse.version": "v3",
        "session.id": "lf-1", "user.id": "u1", "langfuse.trace.tags": ["site"], "langfuse.observation.input": "[{\"role\":\"user\",\"content\":\"привет\"}]",
        "langfuse.observation.output": "{\"role\":\"assistant\",\"content\":\"добрый день\"}",
        "langfuse.observation.usage_details": "{\"input\":50,\"input_cached_tokens\":30,\"output\":9,\"output_reasoning_tokens\":4,\"total\":93}",
        "langfuse.observation.cost_details": "{\"input\":0.001,\"output\":0.002}", "langfuse.observation.prompt.name": "admin", "langfuse.observation.prompt.version": 3,
        "langfuse.observation.completion_start_time": "\"2025-01-01T12:00:01.250000Z\"", "langfuse.observation.model.parameters": "{\"temperature\":0.5}",
        "langfuse.observation.metadata.branch": "Невский",
    }));
    assert_eq!(
        (&told["tokens_in"], &told["tokens_out"], &told["cost"]),
        (&json!(80), &json!(13), &json!(0.003)),
        "kinds side by side are summed"
    );
    assert_eq!((&told["scenario"], &told["scenario_version"], &told["prompt_version"]), (&json!("salon"), &json!("v3"), &json!("admin@3")));
    let llm = &told["meta"]["llm"];
    assert_eq!((&llm["ttft_ms"], &llm["usage"]["cached"], &llm["output"][0]["content"]), (&json!(250), &json!(30), &json!("добрый день")));
    assert_eq!(told["meta"]["attributes"], json!({"langfuse.observation.metadata.branch": "Невский"}));
    let openai = one(&json!({
        "langfuse.observation.type": "generation", "langfuse.observation.model.name": "gpt-4o",
        "langfuse.observation.usage_details": "{\"prompt_tokens\":50,\"completion_tokens\":9,\"total_tokens\":59,\"prompt_tokens_details\":{\"cached_tokens\":30}}",
        "langfuse.observation.level": "ERROR", "langfuse.observation.status_message": "429 from the model",
    }));
    assert_eq!((&openai["tokens_in"], &openai["error"]["message"]), (&json!(50), &json!("429 from the model")), "cached ones are inside");
    let plain = one(&json!({"langfuse.observation.type": "span", "langfuse.observation.input": "{\"args\":[1],\"kwargs\":{}}"}));
    assert_eq!((&plain["type"], &plain["meta"]["llm"]["input"][0]["content"]), (&json!("agent_step"), &json!({"args": [1], "kwargs": {}})));
    let tool = one(
        &json!({"langfuse.observation.type": "tool", "langfuse.observation.input": "{\"at\":1}", "langfuse.observation.output": "\"ok\""}),
    );
    assert_eq!((&tool["action"], &tool["meta"]["tool"]["arguments"]), (&json!("span"), &json!({"at": 1})), "named by its span");
}

#[test]
fn the_ai_sdk() {
    let turn = span(
        1,
        0,
        "ai.generateText",
        &json!({
            "operation.name": "ai.generateText salon", "ai.operationId": "ai.generateText", "ai.model.id": "gpt-4o", "ai.model.provider": "openai.chat",
            "ai.usage.promptTokens": 40, "ai.usage.completionTokens": 8, "ai.prompt": "{\"system\":\"Кратко.\",\"prompt\":\"привет\"}", "ai.response.text": "добрый день",
            "ai.telemetry.functionId": "salon", "ai.telemetry.metadata.sessionId": "v-1", "ai.telemetry.metadata.userId": "u",
        }),
    );
    let call = span(
        2,
        1,
        "ai.generateText.doGenerate",
        &json!({
            "ai.operationId": "ai.generateText.doGenerate", "gen_ai.system": "openai.chat", "gen_ai.request.model": "gpt-4o", "ai.model.id": "gpt-4o", "ai.model.provider": "openai.chat",
            "ai.prompt.messages": "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"привет\"}]}]", "ai.response.text": "",
            "ai.response.toolCalls": "[{\"toolCallId\":\"t1\",\"toolName\":\"price\",\"args\":\"{\\\"of\\\":1}\"}]", "ai.response.finishReason": "tool-calls",
            "ai.usage.promptTokens": 40, "ai.usage.completionTokens": 8, "gen_ai.usage.input_tokens": 40, "gen_ai.usage.output_tokens": 8,
        }),
    );
    let tool = span(
        3,
        1,
        "ai.toolCall",
        &json!({"ai.operationId": "ai.toolCall", "ai.toolCall.name": "price", "ai.toolCall.id": "t1", "ai.toolCall.args": "{\"of\":1}", "ai.toolCall.result": "1500"}),
    );
    let told = events(vec![call, tool, turn]);
    assert_eq!(told.iter().map(|event| event["type"].as_str().unwrap()).collect::<Vec<_>>(), ["llm_call", "action", "agent_run"]);
    assert!(told.iter().all(|event| event["session_id"] == "v-1"));
    assert_eq!((&told[0]["tokens_in"], told[2].get("tokens_in")), (&json!(40), None));
    assert_eq!(told[0]["meta"]["llm"]["output"][0]["tool_calls"], json!([{"id": "t1", "name": "price", "arguments": {"of": 1}}]));
    assert_eq!(
        (&told[2]["meta"]["llm"]["input"][0]["role"], &told[2]["meta"]["llm"]["input"][1]["content"]),
        (&json!("system"), &json!("привет"))
    );
    assert_eq!(told[1]["action"], "price");
}

#[test]
fn who_counts_cached_tokens_apart_is_understood() {
    let told = one(
        &json!({"gen_ai.operation.name": "chat", "gen_ai.system": "anthropic", "gen_ai.request.model": "claude", "gen_ai.usage.input_tokens": 10, "gen_ai.usage.cache_read_input_tokens": 900, "gen_ai.usage.cache_creation_input_tokens": 100}),
    );
    assert_eq!(told["tokens_in"], 1010);
}

#[test]
fn a_judged_call_gives_an_evaluation_beside_it() {
    let mut call = span(1, 0, "chat", &json!({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt"}));
    call.events = vec![proto::Event {
        name: "gen_ai.evaluation.result".to_owned(),
        attributes: pairs(
            &json!({"gen_ai.evaluation.name": "вежливость", "gen_ai.evaluation.score.value": 0.9, "gen_ai.evaluation.score.label": "pass"}),
        ),
        ..Default::default()
    }];
    call.attributes.extend(pairs(&json!({"session.id": "длинно".repeat(100)})));
    let told = events(vec![call]);
    assert!(told[1].get("session_id").is_none(), "what is too long for an id is none");
    assert_eq!(told[1]["type"], "evaluation");
    assert_eq!(told[1]["meta"]["evaluation"], json!({"name": "вежливость", "value": 0.9, "label": "pass"}));
    assert_eq!(told[1]["timestamp"], "2025-01-01T12:00:04.000000+00:00");
}

#[test]
fn the_first_piece_of_a_stream_tells_how_long_it_took() {
    let spans = ["First Token Stream Event", "gen_ai.content.completion.chunk"].map(|name| {
        let mut call = span(1, 0, "chat", &json!({"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt"}));
        let at = |ms: u64| proto::Event {
            name: name.to_owned(),
            time_unix_nano: call.start_time_unix_nano + ms * 1_000_000,
            ..Default::default()
        };
        call.events = vec![at(300), at(900)];
        call
    });
    for one in spans {
        let told = events(vec![one]).remove(0);
        assert_eq!((&told["meta"]["llm"]["ttft_ms"], told["meta"].get("events")), (&json!(300), None));
    }
}

#[test]
fn a_price_that_nobody_named_is_not_zero() {
    let told = one(
        &json!({"langfuse.observation.type": "generation", "langfuse.observation.model.name": "m", "langfuse.observation.cost_details": "{}"}),
    );
    assert_eq!(told.get("cost"), None);
}
