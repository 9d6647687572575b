//! `gen_ai.*`: the conventions of OpenTelemetry, the newest (1.42-dev) and the older ones that most instrumentations still write.
//!
//! `gen_ai.system` became `gen_ai.provider.name`, `prompt_tokens` became `input_tokens`, and messages moved from events of their own
//! (`gen_ai.user.message`, `gen_ai.choice`) to `gen_ai.input.messages` and `gen_ai.output.messages`. Unknown operations stay what they
//! are called.

use serde_json::{Map, Value};

use crate::capture::otlp::facts::{Facts, Kind, any, count, fill, first, flag, number, raw, structured, text, words};
use crate::capture::otlp::span::{Attributes, Note};

/// Old names of providers, and the new ones.
const PROVIDERS: [(&str, &str); 6] = [
    ("vertex_ai", "gcp.vertex_ai"),
    ("gemini", "gcp.gemini"),
    ("az.ai.inference", "azure.ai.inference"),
    ("az.ai.openai", "azure.ai.openai"),
    ("azure_openai", "azure.ai.openai"),
    ("xai", "x_ai"),
];

/// Parameters of the request that are kept by their short names.
const PARAMS: [&str; 10] = [
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "stop_sequences",
    "choice.count",
    "encoding_formats",
];

pub(super) fn read(a: &mut Attributes, f: &mut Facts) {
    fill(&mut f.operation, text(a, "gen_ai.operation.name"));
    fill(&mut f.kind, f.operation.as_deref().and_then(kind));
    let provider = first(a, &["gen_ai.provider.name", "gen_ai.system"]).map(|name| name.to_lowercase());
    fill(&mut f.provider, provider.map(|name| PROVIDERS.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| (*new).to_owned())));
    fill(&mut f.model_requested, text(a, "gen_ai.request.model"));
    fill(&mut f.model, text(a, "gen_ai.response.model"));
    fill(&mut f.response_id, text(a, "gen_ai.response.id"));
    if f.finish_reasons.is_empty() {
        f.finish_reasons = words(a, "gen_ai.response.finish_reasons");
    }
    fill(&mut f.stream, flag(a, "gen_ai.request.stream"));
    let seconds = number(a, "gen_ai.response.time_to_first_chunk").or_else(|| number(a, "gen_ai.server.time_to_first_token"));
    fill(&mut f.ttft_ms, seconds.filter(|s| (0.0..1e9).contains(s)).map(|s| (s * 1000.0).round() as u64));
    for name in PARAMS {
        Facts::note(&mut f.params, name, any(a, &format!("gen_ai.request.{name}")));
    }
    Facts::note(&mut f.params, "output_type", any(a, "gen_ai.output.type"));
    usage(a, f);
    fill(&mut f.session, text(a, "gen_ai.conversation.id"));
    fill(&mut f.agent, first(a, &["gen_ai.agent.name", "agent_name"]));
    fill(&mut f.agent_version, text(a, "gen_ai.agent.version"));
    fill(&mut f.workflow, text(a, "gen_ai.workflow.name"));
    fill(&mut f.prompt, text(a, "gen_ai.prompt.name"));
    fill(&mut f.system, raw(a, "gen_ai.system_instructions"));
    fill(&mut f.input, raw(a, "gen_ai.input.messages"));
    fill(&mut f.output, raw(a, "gen_ai.output.messages"));
    fill(&mut f.tools, raw(a, "gen_ai.tool.definitions"));
    fill(&mut f.tool_name, text(a, "gen_ai.tool.name"));
    fill(&mut f.tool_call, text(a, "gen_ai.tool.call.id"));
    fill(&mut f.tool_arguments, raw(a, "gen_ai.tool.call.arguments"));
    fill(&mut f.tool_result, raw(a, "gen_ai.tool.call.result"));
    fill(&mut f.query, raw(a, "gen_ai.retrieval.query.text"));
    fill(&mut f.documents, raw(a, "gen_ai.retrieval.documents"));
    fill(&mut f.error_type, text(a, "error.type"));
    evaluation(a, &mut f.evaluation);
    if !f.evaluation.is_empty() {
        fill(&mut f.kind, Some(Kind::Evaluation));
    }
}

/// What an operation is.
fn kind(operation: &str) -> Option<Kind> {
    Some(match operation {
        "chat" | "generate_content" | "text_completion" | "completion" | "embeddings" => Kind::Model,
        "execute_tool" => Kind::Tool,
        "create_agent" | "invoke_agent" | "invoke_workflow" => Kind::Agent,
        "retrieval" => Kind::Retrieval,
        "plan" => Kind::Step,
        _ => return None,
    })
}

fn usage(a: &mut Attributes, f: &mut Facts) {
    let mut among = |names: &[&str]| names.iter().filter_map(|name| count(a, &format!("gen_ai.usage.{name}"))).next();
    fill(&mut f.usage.input, among(&["input_tokens", "prompt_tokens"]));
    fill(&mut f.usage.output, among(&["output_tokens", "completion_tokens"]));
    fill(&mut f.usage.total, among(&["total_tokens"]));
    fill(&mut f.usage.cache_read, among(&["cache_read.input_tokens", "cache_read_input_tokens", "cached_tokens"]));
    fill(&mut f.usage.cache_write, among(&["cache_creation.input_tokens", "cache_write.input_tokens", "cache_creation_input_tokens"]));
    fill(&mut f.usage.reasoning, among(&["reasoning.output_tokens", "reasoning_tokens"]));
    fill(&mut f.usage.cost, number(a, "gen_ai.usage.cost").or_else(|| number(a, "operation.cost")));
}

fn evaluation(a: &mut Attributes, found: &mut Map<String, Value>) {
    Facts::note(found, "name", text(a, "gen_ai.evaluation.name").map(Value::String));
    Facts::note(found, "value", number(a, "gen_ai.evaluation.score.value").map(Value::from));
    Facts::note(found, "label", text(a, "gen_ai.evaluation.score.label").map(Value::String));
    Facts::note(found, "explanation", text(a, "gen_ai.evaluation.explanation").map(Value::String));
}

/// Span events of both generations.
pub(super) fn read_note(note: &mut Note, f: &mut Facts) -> bool {
    let a = &mut note.attributes;
    match note.name.as_str() {
        "gen_ai.client.inference.operation.details" => super::read(a, f),
        "gen_ai.content.prompt" => fill(&mut f.input, raw(a, "gen_ai.prompt")),
        "gen_ai.content.completion" => fill(&mut f.output, raw(a, "gen_ai.completion")),
        "exception" | "gen_ai.client.operation.exception" => {
            fill(&mut f.error_type, text(a, "exception.type"));
            fill(&mut f.error_message, text(a, "exception.message"));
            return a.is_empty();
        }
        name => {
            let body = any(a, "gen_ai.event.content").unwrap_or_else(|| Value::Object(std::mem::take(a)));
            let Some(told) = told(name, body) else { return false };
            told.add(f);
        }
    }
    true
}

/// A message that an event of the older generation tells.
#[derive(Debug)]
pub(in crate::capture::otlp) struct Told {
    answer: bool,
    message: Value,
}

impl Told {
    /// About how much memory it takes.
    pub(in crate::capture::otlp) fn bytes(&self) -> usize {
        fn size(value: &Value) -> usize {
            16 + match value {
                Value::String(text) => text.len(),
                Value::Array(items) => items.iter().map(size).sum(),
                Value::Object(members) => members.iter().map(|(name, member)| name.len() + 32 + size(member)).sum(),
                _ => 0,
            }
        }
        size(&self.message)
    }

    /// Puts it at the end of the messages.
    pub(in crate::capture::otlp) fn add(self, f: &mut Facts) {
        let place = if self.answer { &mut f.output } else { &mut f.input };
        match place {
            Some(Value::Array(messages)) => messages.push(self.message),
            place => *place = Some(Value::Array(place.take().into_iter().chain([self.message]).collect())),
        }
    }
}

/// `gen_ai.user.message` and its likes; `gen_ai.choice` is the answer.
pub(in crate::capture::otlp) fn told(name: &str, body: Value) -> Option<Told> {
    let role = match name {
        "gen_ai.system.message" => "system",
        "gen_ai.user.message" => "user",
        "gen_ai.assistant.message" | "gen_ai.choice" => "assistant",
        "gen_ai.tool.message" => "tool",
        _ => return None,
    };
    let mut message = match structured(body) {
        Value::Object(mut body) => match body.remove("message").map(structured) {
            Some(Value::Object(mut inner)) => {
                body.into_iter().filter(|(name, _)| name == "finish_reason").for_each(|(name, value)| drop(inner.insert(name, value)));
                inner
            }
            Some(content) => {
                body.insert("content".to_owned(), content);
                body
            }
            None => body,
        },
        Value::Null => Map::new(),
        content => Map::from_iter([("content".to_owned(), content)]),
    };
    message.entry("role").or_insert_with(|| role.into());
    Some(Told { answer: name == "gen_ai.choice", message: Value::Object(message) })
}
