//! From facts to an event of schema v1: a pure function of one span and of what its request says about its trace.
//!
//! | what the span is | type | what counts |
//! |---|---|---|
//! | a call of a model | `llm_call` | model, provider, tokens, cost, latency, error |
//! | a tool that ran | `action`, or `error` where it failed | `action` is the tool's name |
//! | an agent, a workflow | `agent_run` | latency; its tokens only under `meta.llm.usage`, because its calls have them too |
//! | a step, a retrieval, an evaluation | `agent_step`, `retrieval`, `evaluation` | – |
//!
//! Words stand under `meta.llm`, not in `text` and `bot_response`: a channel tells them too, and nothing may be counted twice.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::bound::{Bounds, Cuts};
use super::facts::{Facts, Kind, structured};
use super::messages::{self, alike, finish_reason};
use super::span::{Attributes, hex};

/// Where it happened, when nobody says.
const CHANNEL: &str = "otlp";
/// Labels are words, not texts.
const LABEL_CHARS: usize = 200;
/// The longest id that the gate lets in.
const ID_CHARS: usize = 200;

/// Everything about one event but its facts.
#[derive(Default)]
pub(super) struct About {
    pub event_id: String,
    pub at_ns: u64,
    pub latency_ms: Option<u64>,
    /// Where the sender named no conversation.
    pub session: Option<String>,
    pub client: Option<String>,
    /// Another call inside this one has told the tokens.
    pub counted_inside: bool,
    /// Nothing is around it in its trace.
    pub root: bool,
    pub failed: Option<String>,
    /// `meta.otel`.
    pub otel: Map<String, Value>,
    /// What no dialect took.
    pub attributes: Attributes,
    pub notes: Option<Value>,
    pub cut: bool,
}

/// The type that a kind of span has as an event.
pub(super) fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Model => "llm_call",
        Kind::Tool => "action",
        Kind::Agent => "agent_run",
        Kind::Step => "agent_step",
        Kind::Retrieval => "retrieval",
        Kind::Evaluation => "evaluation",
    }
}

/// The event. `kind_name` is its type, except for a tool that failed.
pub(super) fn event(mut f: Facts, kind: Kind, kind_name: &'static str, about: About, bounds: &Bounds) -> Map<String, Value> {
    let mut e = Map::new();
    let (mut meta, mut cuts) = (Map::new(), Cuts::default());
    e.insert("event_id".to_owned(), about.event_id.into());
    e.insert("timestamp".to_owned(), moment(about.at_ns).into());
    e.insert("channel".to_owned(), CHANNEL.into());
    e.insert("type".to_owned(), kind_name.into());
    identities(&mut e, &mut f, about.session, about.client);
    labels(&mut e, &f, kind);
    Facts::note(&mut e, "latency_ms", about.latency_ms.map(Value::from));
    failure(&mut e, &f, about.failed, bounds);
    match kind {
        Kind::Tool => tool(&mut e, &mut meta, &mut f, bounds, &mut cuts),
        Kind::Evaluation => bounds.put(&mut meta, "evaluation", Some(Value::Object(std::mem::take(&mut f.evaluation))), 2, &mut cuts),
        _ => {}
    }
    if f.query.is_some() || f.documents.is_some() {
        let mut retrieval = Map::new();
        bounds.put(&mut retrieval, "query", f.query.take().map(structured), 1, &mut cuts);
        bounds.put(&mut retrieval, "documents", f.documents.take().map(structured), 3, &mut cuts);
        meta.insert("retrieval".to_owned(), Value::Object(retrieval));
    }
    let speaks = about.root && f.own.get("speaks") == Some(&Value::Bool(true));
    if kind == Kind::Model && kind_name == "llm_call" && !about.counted_inside {
        counted(&mut e, &f);
    }
    let llm = llm(&mut e, f, bounds, &mut cuts, speaks);
    if !llm.is_empty() {
        meta.insert("llm".to_owned(), Value::Object(llm));
    }
    meta.insert("otel".to_owned(), Value::Object(about.otel));
    bounds.put(&mut meta, "attributes", (!about.attributes.is_empty()).then_some(Value::Object(about.attributes)), 2, &mut cuts);
    bounds.put(&mut meta, "events", about.notes, 1, &mut cuts);
    if about.cut {
        cuts.note_unmeasured("span");
    }
    Facts::note(&mut meta, "cut", cuts.into_mark());
    e.insert("meta".to_owned(), Value::Object(meta));
    e
}

/// Whose conversation it is, and what the sender said in fields of ours.
fn identities(e: &mut Map<String, Value>, f: &mut Facts, session: Option<String>, client: Option<String>) {
    let id = |id: &String| !id.is_empty() && id.chars().count() <= ID_CHARS;
    Facts::note(e, "session_id", f.session.take().filter(id).or(session).map(Value::String));
    let known = f.client.take().filter(id).or(client);
    for (name, value) in &f.own {
        match (name.as_str(), value) {
            ("speaks", _) => {}
            ("channel", Value::String(channel)) => {
                e.insert("channel".to_owned(), channel.chars().take(64).collect::<String>().into());
            }
            ("client", Value::Object(parts)) => {
                let parts = parts.iter().filter(|(_, part)| part.as_str().is_none_or(|part| part.chars().count() <= ID_CHARS));
                e.insert("client".to_owned(), Value::Object(parts.map(|(name, part)| (name.clone(), part.clone())).collect()));
            }
            (name, Value::String(text)) => drop(e.insert(name.to_owned(), label(text))),
            (name, value) => drop(e.insert(name.to_owned(), value.clone())),
        }
    }
    if let Some(known) = known {
        let client = e.entry("client").or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(parts) = client {
            parts.entry("id").or_insert(known.into());
        }
    }
}

fn labels(e: &mut Map<String, Value>, f: &Facts, kind: Kind) {
    let text = |text: &Option<String>| text.as_deref().map(label);
    Facts::note(e, "model", text(&f.model).or_else(|| text(&f.model_requested)));
    Facts::note(e, "provider", text(&f.provider));
    if kind == Kind::Model && !e.contains_key("model") && !e.contains_key("provider") {
        e.insert("provider".to_owned(), "unknown".into());
    }
    Facts::note(e, "scenario", text(&f.workflow).or_else(|| text(&f.agent)));
    Facts::note(e, "scenario_version", text(&f.agent_version));
    let prompt = match (&f.prompt, &f.prompt_version) {
        (Some(name), Some(version)) => Some(format!("{name}@{version}")),
        (name, version) => name.clone().or_else(|| version.clone()),
    };
    Facts::note(e, "prompt_version", text(&prompt));
    let mut tags: Vec<&String> = f.tags.iter().filter(|tag| !tag.trim().is_empty()).collect();
    tags.dedup();
    tags.truncate(50);
    Facts::note(e, "tags", (!tags.is_empty()).then(|| tags.into_iter().map(|tag| label(tag)).collect()));
}

fn label(text: &str) -> Value {
    text.chars().take(LABEL_CHARS).collect::<String>().into()
}

fn failure(e: &mut Map<String, Value>, f: &Facts, failed: Option<String>, bounds: &Bounds) {
    if failed.is_none() && f.error_type.is_none() {
        return;
    }
    let message = failed.filter(|message| !message.is_empty()).or_else(|| f.error_message.clone());
    let mut error = Map::new();
    Facts::note(&mut error, "code", Some(f.error_type.as_deref().map_or_else(|| "error".into(), label)));
    Facts::note(&mut error, "message", message.map(|message| bounds.text(&message).into()));
    e.insert("error".to_owned(), Value::Object(error));
}

/// A tool that ran is what the assistant did; one that failed did nothing.
fn tool(e: &mut Map<String, Value>, meta: &mut Map<String, Value>, f: &mut Facts, bounds: &Bounds, cuts: &mut Cuts) {
    let name = f.tool_name.clone().unwrap_or_else(|| "tool".to_owned());
    if e.contains_key("error") {
        e.insert("type".to_owned(), "error".into());
    } else {
        e.insert("action".to_owned(), label(&name));
    }
    let mut tool = Map::new();
    tool.insert("name".to_owned(), label(&name));
    Facts::note(&mut tool, "call_id", f.tool_call.take().as_deref().map(label));
    let (arguments, result) = (f.tool_arguments.take().or_else(|| f.input.take()), f.tool_result.take().or_else(|| f.output.take()));
    bounds.put(&mut tool, "arguments", arguments.map(structured), 3, cuts);
    bounds.put(&mut tool, "result", result.map(structured), 5, cuts);
    meta.insert("tool".to_owned(), Value::Object(tool));
}

/// Tokens and money of a call: the only place where they are fields of the event.
fn counted(e: &mut Map<String, Value>, f: &Facts) {
    let fits = |count: &u64| i64::try_from(*count).is_ok();
    let usage = &f.usage;
    let cached = usage.cache_read.unwrap_or(0).saturating_add(usage.cache_write.unwrap_or(0));
    // The convention counts cached tokens as part of the input. A sender who reports more cached ones than all counts them apart.
    let input = usage.input.map(|input| if cached > input { input.saturating_add(cached) } else { input });
    Facts::note(e, "tokens_in", input.filter(fits).map(Value::from));
    Facts::note(e, "tokens_out", usage.output.filter(fits).map(Value::from));
    Facts::note(e, "cost", usage.cost.filter(|cost| *cost >= 0.0).map(Value::from));
}

/// What is known of the call, or of the agent around it: `meta.llm`.
fn llm(e: &mut Map<String, Value>, f: Facts, bounds: &Bounds, cuts: &mut Cuts, speaks: bool) -> Map<String, Value> {
    let mut llm = Map::new();
    Facts::note(&mut llm, "operation", f.operation.as_deref().map(label));
    Facts::note(&mut llm, "model_requested", f.model_requested.as_deref().map(label));
    Facts::note(&mut llm, "response_id", f.response_id.as_deref().map(label));
    Facts::note(&mut llm, "agent", f.agent.as_deref().map(label));
    Facts::note(&mut llm, "stream", f.stream.map(Value::Bool));
    Facts::note(&mut llm, "ttft_ms", f.ttft_ms.map(Value::from));
    Facts::note(&mut llm, "finish", f.finish_reasons.first().map(|reason| label(&finish_reason(reason))));
    let u = &f.usage;
    let counts = [
        ("input", u.input),
        ("output", u.output),
        ("total", u.total),
        ("cached", u.cache_read),
        ("cache_written", u.cache_write),
        ("reasoning", u.reasoning),
    ];
    let mut usage: Map<String, Value> = counts.into_iter().filter_map(|(name, count)| Some((name.to_owned(), count?.into()))).collect();
    Facts::note(&mut usage, "cost", u.cost.map(Value::from));
    Facts::note(&mut llm, "usage", (!usage.is_empty()).then_some(Value::Object(usage)));
    bounds.put(&mut llm, "params", (!f.params.is_empty()).then_some(Value::Object(f.params)), 1, cuts);
    bounds.put(&mut llm, "tool_definitions", f.tools.map(structured), 1, cuts);
    Facts::note(&mut llm, "cached_tokens", f.usage.cache_read.map(Value::from));
    let system = f.system.map(|system| alike(system, "system")).unwrap_or_default();
    let input = f.input.map(|input| alike(input, "user")).unwrap_or_default();
    let output = f.output.map(|output| alike(output, "assistant")).unwrap_or_default();
    let roles = &["system", "developer"];
    if let Some(instructions) = messages::words_of(&system, roles).or_else(|| messages::words_of(&input, roles)) {
        // Without a version by its author, a prompt is known by what it says.
        // The proxy gives the same prompt the same name.
        e.entry("prompt_version").or_insert_with(|| hex(&Sha256::digest(instructions.as_bytes())[..6]).into());
    }
    if speaks {
        Facts::note(e, "text", messages::last_words(&input, "user").map(|text| bounds.text(&text).into()));
        Facts::note(e, "bot_response", messages::last_words(&output, "assistant").map(|text| bounds.text(&text).into()));
    }
    said(&mut llm, &input, &output, bounds, cuts);
    for (name, list, shares) in [("system", system, 1), ("input", input, 5), ("output", output, 2)] {
        bounds.put(&mut llm, name, (!list.is_empty()).then_some(Value::Array(list)), shares, cuts);
    }
    llm
}

/// The answer, the tools that the model wants, and how long the conversation was: named as the proxy names them.
fn said(llm: &mut Map<String, Value>, input: &[Value], output: &[Value], bounds: &Bounds, cuts: &mut Cuts) {
    let spoken = input.iter().filter(|message| message["role"] != "system" && message["role"] != "developer").count();
    Facts::note(llm, "messages", (spoken > 0).then(|| spoken.into()));
    bounds.put(llm, "answer", messages::last_words(output, "assistant").map(Value::String), 1, cuts);
    let calls = output.iter().filter_map(|message| message["tool_calls"].as_array()).flatten();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let tools: Vec<Value> = calls.map(|call| json!({ "name": call["name"], "arguments": text(&call["arguments"]) })).collect();
    bounds.put(llm, "tools", (!tools.is_empty()).then_some(Value::Array(tools)), 1, cuts);
    let finish = output.iter().find_map(|message| message["finish_reason"].as_str()).map(Value::from);
    Facts::note(llm, "finish", finish);
}

/// RFC 3339 with an offset, to the microsecond.
pub(super) fn moment(ns: u64) -> String {
    let moment = jiff::Timestamp::from_nanosecond(i128::from(ns)).unwrap_or_default();
    moment.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

/// `meta.otel`: what it is called over there.
pub(super) fn otel(pairs: [(&str, String); 7]) -> Map<String, Value> {
    let given = pairs.into_iter().filter(|(_, text)| !text.is_empty());
    given.map(|(name, text)| (name.to_owned(), json!(text.chars().take(LABEL_CHARS).collect::<String>()))).collect()
}
