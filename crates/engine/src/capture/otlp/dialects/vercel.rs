//! The AI SDK of Vercel: `ai.*` on spans such as `ai.generateText` (the whole turn) and `ai.generateText.doGenerate` (one call of the
//! model, which the turn repeats the usage of).

use serde_json::Value;

use crate::capture::otlp::facts::{Facts, Kind, any, count, fill, first, number, raw, text, words};
use crate::capture::otlp::span::{Attributes, Note};

pub(super) fn read(a: &mut Attributes, f: &mut Facts) {
    let Some(operation) = text(a, "ai.operationId") else { return };
    // Its own name says more than the `gen_ai` one that newer versions write beside it: only `do…` is a call of the model.
    f.kind = Some(kind(&operation));
    fill(&mut f.operation, Some(operation));
    fill(&mut f.model, first(a, &["ai.response.model", "ai.model.id"]));
    // `openai.chat`, `google.generative-ai`: who, and which of their APIs.
    let provider = text(a, "ai.model.provider").map(|name| name.split('.').next().unwrap_or_default().to_lowercase());
    fill(&mut f.provider, provider.filter(|name| !name.is_empty()));
    fill(&mut f.response_id, text(a, "ai.response.id"));
    if let Some(reason) = text(a, "ai.response.finishReason").filter(|_| f.finish_reasons.is_empty()) {
        f.finish_reasons.push(reason);
    }
    fill(&mut f.ttft_ms, milliseconds(a));
    let mut among = |names: [&str; 2]| names.into_iter().filter_map(|name| count(a, &format!("ai.usage.{name}"))).next();
    fill(&mut f.usage.input, among(["inputTokens", "promptTokens"]).or_else(|| among(["tokens", "tokens"])));
    fill(&mut f.usage.output, among(["outputTokens", "completionTokens"]));
    fill(&mut f.usage.total, among(["totalTokens", "totalTokens"]));
    fill(&mut f.usage.cache_read, among(["cachedInputTokens", "inputTokenDetails.cacheReadTokens"]));
    fill(&mut f.usage.reasoning, among(["reasoningTokens", "outputTokenDetails.reasoningTokens"]));
    let (messages, whole) = (raw(a, "ai.prompt.messages"), raw(a, "ai.prompt"));
    fill(&mut f.input, messages.or(whole).or_else(|| any(a, "ai.value")).or_else(|| any(a, "ai.values")));
    answer(a, f);
    fill(&mut f.tools, raw(a, "ai.prompt.tools"));
    fill(&mut f.workflow, text(a, "ai.telemetry.functionId"));
    fill(&mut f.session, first(a, &["ai.telemetry.metadata.sessionId", "ai.telemetry.metadata.session_id"]));
    fill(&mut f.client, first(a, &["ai.telemetry.metadata.userId", "ai.telemetry.metadata.user_id"]));
    f.tags.extend(words(a, "ai.telemetry.metadata.tags"));
    fill(&mut f.tool_name, text(a, "ai.toolCall.name"));
    fill(&mut f.tool_call, text(a, "ai.toolCall.id"));
    fill(&mut f.tool_arguments, raw(a, "ai.toolCall.args"));
    fill(&mut f.tool_result, raw(a, "ai.toolCall.result"));
    for vectors in ["ai.embedding", "ai.embeddings"] {
        a.remove(vectors);
    }
}

/// The first chunk is also told by a span event.
pub(super) fn read_note(note: &mut Note, f: &mut Facts) -> bool {
    if note.name != "ai.stream.firstChunk" {
        return false;
    }
    fill(&mut f.ttft_ms, milliseconds(&mut note.attributes));
    true
}

fn milliseconds(a: &mut Attributes) -> Option<u64> {
    number(a, "ai.response.msToFirstChunk").filter(|ms| (0.0..1e12).contains(ms)).map(|ms| ms.round() as u64)
}

/// Text, tool calls and object of the answer, as one message.
fn answer(a: &mut Attributes, f: &mut Facts) {
    let (said, calls, object) = (raw(a, "ai.response.text"), raw(a, "ai.response.toolCalls"), raw(a, "ai.response.object"));
    let content = said.or(object);
    if content.is_none() && calls.is_none() {
        return;
    }
    let mut message = serde_json::Map::new();
    message.insert("role".to_owned(), "assistant".into());
    Facts::note(&mut message, "content", content);
    Facts::note(&mut message, "tool_calls", calls);
    fill(&mut f.output, Some(Value::Array(vec![Value::Object(message)])));
}

fn kind(operation: &str) -> Kind {
    match operation {
        "ai.toolCall" => Kind::Tool,
        operation if operation.contains(".do") => Kind::Model,
        _ => Kind::Agent,
    }
}
