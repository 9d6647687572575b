//! `langfuse.*`: what the Langfuse SDKs (v3 and later) write, over OTLP.
//!
//! `langfuse.observation.type` says what a span is; input and output, usage, cost, prompt and level stand beside it, mostly as JSON in
//! strings. Attributes of the trace are copied onto every span of it.

use serde_json::Value;

use crate::capture::otlp::facts::{Facts, Kind, Usage, any, as_count, as_number, fill, first, raw, text, words};
use crate::capture::otlp::span::Attributes;

pub(super) fn read(a: &mut Attributes, f: &mut Facts) {
    fill(&mut f.kind, text(a, "langfuse.observation.type").as_deref().map(kind));
    fill(&mut f.session, first(a, &["langfuse.session.id", "langfuse.trace.session_id"]));
    fill(&mut f.client, first(a, &["langfuse.user.id", "langfuse.trace.user_id"]));
    fill(&mut f.workflow, text(a, "langfuse.trace.name"));
    fill(&mut f.agent_version, text(a, "langfuse.version"));
    f.tags.extend(words(a, "langfuse.trace.tags"));
    if !a.keys().any(|name| name.starts_with("langfuse.observation.") || name.starts_with("langfuse.trace.")) {
        return;
    }
    fill(&mut f.input, raw(a, "langfuse.observation.input").or_else(|| raw(a, "langfuse.trace.input")));
    fill(&mut f.output, raw(a, "langfuse.observation.output").or_else(|| raw(a, "langfuse.trace.output")));
    fill(&mut f.model, text(a, "langfuse.observation.model.name"));
    if let Some(Value::Object(params)) = any(a, "langfuse.observation.model.parameters") {
        params.into_iter().for_each(|(name, value)| Facts::note(&mut f.params, &name, Some(value)));
    }
    if let Some(Value::Object(details)) = any(a, "langfuse.observation.usage_details") {
        usage(&details, &mut f.usage);
    }
    if let Some(Value::Object(costs)) = any(a, "langfuse.observation.cost_details") {
        // No costs are not a cost of nothing.
        let parts = costs.values().filter_map(as_number).reduce(|sum, part| sum + part);
        fill(&mut f.usage.cost, costs.get("total").and_then(as_number).or(parts));
    }
    let first_token = any(a, "langfuse.observation.completion_start_time");
    // Written as JSON: the moment has quotation marks of its own.
    fill(&mut f.first_token_at, first_token.as_ref().and_then(Value::as_str).map(|at| at.trim_matches('"').to_owned()));
    fill(&mut f.prompt, text(a, "langfuse.observation.prompt.name"));
    fill(&mut f.prompt_version, text(a, "langfuse.observation.prompt.version"));
    let message = text(a, "langfuse.observation.status_message");
    if text(a, "langfuse.observation.level").is_some_and(|level| level == "ERROR") {
        fill(&mut f.error_type, Some("error".to_owned()));
        fill(&mut f.error_message, message);
    }
}

fn kind(observation: &str) -> Kind {
    match observation.to_ascii_lowercase().as_str() {
        "generation" | "embedding" => Kind::Model,
        "agent" => Kind::Agent,
        "tool" => Kind::Tool,
        "retriever" => Kind::Retrieval,
        "evaluator" => Kind::Evaluation,
        _ => Kind::Step,
    }
}

/// Two shapes: as OpenAI counts (cached tokens are part of `prompt_tokens`), and as Langfuse counts (kinds stand side by side, and all
/// whose name has `input` are the input).
fn usage(details: &serde_json::Map<String, Value>, usage: &mut Usage) {
    let count = |name: &str| details.get(name).and_then(as_count);
    let inside = |outer: &str, name: &str| details.get(outer).and_then(|part| part.get(name)).and_then(as_count);
    let sum = |word: &str| {
        let mut kinds = details.iter().filter(|(name, _)| name.contains(word)).filter_map(|(_, value)| as_count(value)).peekable();
        kinds.peek().is_some().then(|| kinds.fold(0, u64::saturating_add))
    };
    fill(&mut usage.input, count("prompt_tokens").or_else(|| sum("input")));
    fill(&mut usage.output, count("completion_tokens").or_else(|| sum("output")));
    fill(&mut usage.total, count("total").or_else(|| count("total_tokens")));
    let read = ["cache_read_input_tokens", "input_cached_tokens", "input_cache_read"].into_iter().find_map(count);
    fill(&mut usage.cache_read, read.or_else(|| inside("prompt_tokens_details", "cached_tokens")));
    fill(&mut usage.cache_write, ["cache_creation_input_tokens", "input_cache_creation"].into_iter().find_map(count));
    fill(&mut usage.reasoning, count("output_reasoning_tokens").or_else(|| inside("completion_tokens_details", "reasoning_tokens")));
}
