//! OpenInference (Phoenix and the instrumentations around it): `openinference.span.kind`, `llm.*`, `input.value`, `output.value`.
//!
//! Lists are written as paths: `llm.input_messages.0.message.content`. Vectors of embeddings are dropped: they are large and say nothing to
//! a reader.

use serde_json::Value;

use crate::capture::otlp::facts::{Facts, Kind, any, count, fill, first, number, raw, text, unfolded, words};
use crate::capture::otlp::span::{Attributes, Note};

pub(super) fn read(a: &mut Attributes, f: &mut Facts) {
    // These two are everybody's: also Langfuse and plain instrumentations write them.
    fill(&mut f.session, text(a, "session.id"));
    fill(&mut f.client, first(a, &["user.id", "enduser.id"]));
    let Some(kind) = text(a, "openinference.span.kind") else { return };
    fill(&mut f.operation, Some(kind.to_lowercase()));
    fill(&mut f.kind, Some(self::kind(&kind)));
    let (provider, system) = (text(a, "llm.provider"), text(a, "llm.system"));
    fill(&mut f.provider, provider.or(system).map(|name| name.to_lowercase()));
    fill(&mut f.model, first(a, &["llm.model_name", "embedding.model_name", "reranker.model_name"]));
    if let Some(Value::Object(params)) = any(a, "llm.invocation_parameters") {
        fill(&mut f.model_requested, params.get("model").and_then(Value::as_str).map(str::to_owned));
        params.into_iter().filter(|(name, _)| name != "model").for_each(|(name, value)| Facts::note(&mut f.params, &name, Some(value)));
    }
    fill(&mut f.usage.input, count(a, "llm.token_count.prompt"));
    fill(&mut f.usage.output, count(a, "llm.token_count.completion"));
    fill(&mut f.usage.total, count(a, "llm.token_count.total"));
    fill(&mut f.usage.cache_read, count(a, "llm.token_count.prompt_details.cache_read"));
    fill(&mut f.usage.cache_write, count(a, "llm.token_count.prompt_details.cache_write"));
    fill(&mut f.usage.reasoning, count(a, "llm.token_count.completion_details.reasoning"));
    fill(&mut f.usage.cost, number(a, "llm.cost.total"));
    if let Some(reason) = text(a, "llm.finish_reason").filter(|_| f.finish_reasons.is_empty()) {
        f.finish_reasons.push(reason);
    }
    messages(a, f);
    fill(&mut f.agent, text(a, "agent.name"));
    fill(&mut f.prompt_version, text(a, "llm.prompt_template.version"));
    f.tags.extend(words(a, "tag.tags"));
    fill(&mut f.tool_name, first(a, &["tool.name", "tool_call.function.name"]));
    fill(&mut f.tool_call, first(a, &["tool_call.id", "tool.id"]));
    fill(&mut f.tool_arguments, raw(a, "tool_call.function.arguments"));
    if f.kind == Some(Kind::Tool) {
        fill(&mut f.tool_arguments, f.input.take());
        fill(&mut f.tool_result, f.output.take());
    }
    if f.kind == Some(Kind::Retrieval) {
        fill(&mut f.query, f.input.take());
    }
    fill(&mut f.documents, unfolded(a, "retrieval.documents.").or_else(|| unfolded(a, "reranker.output_documents.")));
    a.retain(|name, _| !(name.starts_with("embedding.embeddings.") && name.ends_with(".vector")));
}

/// The first piece of a stream.
pub(super) fn read_note(note: &mut Note, f: &mut Facts) -> bool {
    if note.name != "First Token Stream Event" {
        return false;
    }
    fill(&mut f.first_token_ns, Some(note.at_ns));
    true
}

/// The messages, or else the whole input and output as one value, which repeat them.
fn messages(a: &mut Attributes, f: &mut Facts) {
    let (input, output) = (raw(a, "input.value"), raw(a, "output.value"));
    for name in ["input.mime_type", "output.mime_type"] {
        a.remove(name);
    }
    let asked = unfolded(a, "llm.input_messages.").or_else(|| unfolded(a, "llm.prompts."));
    fill(&mut f.input, asked.or(input));
    let answered = unfolded(a, "llm.output_messages.").or_else(|| unfolded(a, "llm.choices."));
    fill(&mut f.output, answered.or(output));
    fill(&mut f.tools, unfolded(a, "llm.tools."));
}

fn kind(kind: &str) -> Kind {
    match kind.to_ascii_uppercase().as_str() {
        "LLM" | "EMBEDDING" => Kind::Model,
        "AGENT" => Kind::Agent,
        "TOOL" => Kind::Tool,
        "RETRIEVER" | "RERANKER" => Kind::Retrieval,
        "EVALUATOR" => Kind::Evaluation,
        _ => Kind::Step,
    }
}
