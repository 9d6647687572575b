//! OpenLLMetry (Traceloop): `traceloop.*`, and the flat `gen_ai.prompt.0.content` that its instrumentations still write.
//!
//! `traceloop.span.kind` marks workflows, tasks, agents and tools; `llm.request.type` marks calls of a model; association properties say
//! whose conversation it is.

use serde_json::Value;

use crate::capture::otlp::facts::{Facts, Kind, count, fill, first, flag, raw, text, unfolded};
use crate::capture::otlp::span::{Attributes, Note};

/// Names of association properties that mean a conversation.
const SESSION: [&str; 6] = ["session_id", "sessionId", "conversation_id", "chat_id", "thread_id", "session.id"];
/// … and that mean a person.
const CLIENT: [&str; 4] = ["user_id", "userId", "client_id", "user.id"];

pub(super) fn read(a: &mut Attributes, f: &mut Facts) {
    let kind = text(a, "traceloop.span.kind");
    fill(&mut f.kind, kind.as_deref().map(self::kind));
    let call = text(a, "llm.request.type");
    fill(&mut f.kind, call.as_deref().filter(|kind| *kind != "rerank").map(|_| Kind::Model));
    fill(&mut f.operation, kind.or(call));
    let associated = |names: &[&str]| names.iter().map(|name| format!("traceloop.association.properties.{name}")).collect::<Vec<_>>();
    let mut among = |names: &[&str]| first(a, &associated(names).iter().map(String::as_str).collect::<Vec<_>>());
    let (session, client) = (among(&SESSION), among(&CLIENT));
    fill(&mut f.session, session);
    fill(&mut f.client, client.or_else(|| first(a, &["gen_ai.user", "llm.user"])));
    fill(&mut f.workflow, text(a, "traceloop.workflow.name"));
    fill(&mut f.prompt, text(a, "traceloop.prompt.key"));
    fill(&mut f.prompt_version, text(a, "traceloop.prompt.version"));
    let entity = text(a, "traceloop.entity.name");
    match f.kind {
        Some(Kind::Tool) => fill(&mut f.tool_name, entity),
        Some(Kind::Agent) => fill(&mut f.agent, entity),
        _ => Facts::note(a, "traceloop.entity.name", entity.map(Value::String)),
    }
    let (input, output) = (raw(a, "traceloop.entity.input"), raw(a, "traceloop.entity.output"));
    if f.kind == Some(Kind::Tool) {
        fill(&mut f.tool_arguments, input);
        fill(&mut f.tool_result, output);
    } else {
        fill(&mut f.input, unfolded(a, "gen_ai.prompt.").or(input));
        fill(&mut f.output, unfolded(a, "gen_ai.completion.").or(output));
    }
    fill(&mut f.tools, unfolded(a, "llm.request.functions."));
    fill(&mut f.usage.total, count(a, "llm.usage.total_tokens"));
    fill(&mut f.stream, flag(a, "llm.is_streaming").or_else(|| flag(a, "gen_ai.is_streaming")));
    if let Some(reason) = first(a, &["llm.response.finish_reason", "llm.response.stop_reason"]).filter(|_| f.finish_reasons.is_empty()) {
        f.finish_reasons.push(reason);
    }
}

/// One event for each piece of a stream: the first says when it began, the others say nothing.
pub(super) fn read_note(note: &mut Note, f: &mut Facts) -> bool {
    if note.name != "gen_ai.content.completion.chunk" || !note.attributes.is_empty() {
        return false;
    }
    fill(&mut f.first_token_ns, Some(note.at_ns));
    true
}

fn kind(kind: &str) -> Kind {
    match kind {
        "workflow" | "agent" => Kind::Agent,
        "tool" => Kind::Tool,
        _ => Kind::Step,
    }
}
