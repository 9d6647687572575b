//! What a span or log record says about an assistant, whatever the dialect: the place that dialects fill in and `map` reads.
//!
//! Dialects are asked one after the other, the surest first, so a fact is written only while its place is empty. A dialect takes what it
//! knows out of the attributes with the functions here; they are forgiving about types, because senders are not strict.

use serde_json::{Map, Value};

use super::span::Attributes;

/// What kind of thing it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One call of a model: the only one whose tokens count.
    Model,
    /// A tool was run.
    Tool,
    /// An agent or a workflow, around the calls it made.
    Agent,
    /// A step inside an agent.
    Step,
    /// Documents were looked up.
    Retrieval,
    /// An answer was judged.
    Evaluation,
}

/// Tokens and money.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Usage {
    /// Sent to the model, cached ones included.
    pub input: Option<u64>,
    /// Came back, reasoning included.
    pub output: Option<u64>,
    pub total: Option<u64>,
    pub cache_read: Option<u64>,
    pub cache_write: Option<u64>,
    pub reasoning: Option<u64>,
    pub cost: Option<f64>,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Facts {
    pub kind: Option<Kind>,
    pub operation: Option<String>,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub model_requested: Option<String>,
    pub response_id: Option<String>,
    pub finish_reasons: Vec<String>,
    pub stream: Option<bool>,
    pub ttft_ms: Option<u64>,
    /// Where the first token is told as a moment: RFC 3339.
    pub first_token_at: Option<String>,
    /// … or by an event of the span: ns since 1970 UTC.
    pub first_token_ns: Option<u64>,
    pub params: Map<String, Value>,
    pub usage: Usage,
    /// Messages as they came; `messages` makes them alike.
    pub system: Option<Value>,
    pub input: Option<Value>,
    pub output: Option<Value>,
    pub tools: Option<Value>,
    pub session: Option<String>,
    pub client: Option<String>,
    pub agent: Option<String>,
    pub agent_version: Option<String>,
    pub workflow: Option<String>,
    pub prompt: Option<String>,
    pub prompt_version: Option<String>,
    pub tags: Vec<String>,
    /// What failed, apart from the status.
    pub error_type: Option<String>,
    pub error_message: Option<String>,
    pub tool_name: Option<String>,
    pub tool_call: Option<String>,
    pub tool_arguments: Option<Value>,
    pub tool_result: Option<Value>,
    pub query: Option<Value>,
    pub documents: Option<Value>,
    pub evaluation: Map<String, Value>,
    /// Fields of schema v1 that the sender set by their own names.
    pub own: Map<String, Value>,
}

impl Facts {
    /// Notes a member of an object where it is there.
    pub(super) fn note(into: &mut Map<String, Value>, name: &str, value: Option<Value>) {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            into.entry(name).or_insert(value);
        }
    }
}

/// Fills a place that is empty.
pub(super) fn fill<T>(place: &mut Option<T>, found: Option<T>) {
    if place.is_none() {
        *place = found;
    }
}

/// The same for the first of several attributes that is there; all of them are taken.
pub(super) fn first(a: &mut Attributes, names: &[&str]) -> Option<String> {
    names.iter().filter_map(|name| text(a, name)).fold(None, |first, found| first.or(Some(found)))
}

/// A string, or a number that stands for one; not empty.
pub(super) fn text(a: &mut Attributes, name: &str) -> Option<String> {
    let value = a.get(name)?;
    let found = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        _ => return None,
    };
    a.remove(name);
    (!found.is_empty()).then_some(found)
}

/// A whole number from 0.
pub(super) fn count(a: &mut Attributes, name: &str) -> Option<u64> {
    let found = as_count(a.get(name)?)?;
    a.remove(name);
    Some(found)
}

/// A finite number.
pub(super) fn number(a: &mut Attributes, name: &str) -> Option<f64> {
    let found = as_number(a.get(name)?)?;
    a.remove(name);
    Some(found)
}

/// Yes or no.
pub(super) fn flag(a: &mut Attributes, name: &str) -> Option<bool> {
    let found = match a.get(name)? {
        Value::Bool(yes) => *yes,
        Value::String(word) => word.trim().eq_ignore_ascii_case("true"),
        _ => return None,
    };
    a.remove(name);
    Some(found)
}

/// Anything, as it is: what may be long is made a structure only where it is written.
pub(super) fn raw(a: &mut Attributes, name: &str) -> Option<Value> {
    a.remove(name).filter(|value| !value.is_null())
}

/// Anything. Spans usually carry structures as JSON in a string: it is read where it is an object or a list.
pub(super) fn any(a: &mut Attributes, name: &str) -> Option<Value> {
    a.remove(name).map(structured).filter(|value| !value.is_null())
}

/// The structure that a string holds, or the value as it is.
pub(super) fn structured(value: Value) -> Value {
    let Value::String(text) = &value else { return value };
    if !text.trim_start().starts_with(['{', '[']) {
        return value;
    }
    // The same bound as on every value from outside; what is not JSON after all stays text.
    super::text_json::parse(text).unwrap_or(value)
}

/// Words of a list, or the one word.
pub(super) fn words(a: &mut Attributes, name: &str) -> Vec<String> {
    match any(a, name) {
        Some(Value::Array(items)) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        Some(Value::String(word)) if !word.is_empty() => vec![word],
        _ => Vec::new(),
    }
}

pub(super) fn as_count(value: &Value) -> Option<u64> {
    value
        .as_u64()
        .or_else(|| value.as_f64().filter(|n| *n >= 0.0 && *n < 9e15).map(|n| n as u64))
        .or_else(|| value.as_str()?.trim().parse().ok())
}

pub(super) fn as_number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number: &f64| number.is_finite())
}

/// Attributes written as paths (`llm.input_messages.0.message.role`) as the structure they stand for, without the prefix.
pub(super) fn unfolded(a: &mut Attributes, prefix: &str) -> Option<Value> {
    /// Paths longer than that name nothing known.
    const STEPS: usize = 12;
    let names: Vec<String> = a.keys().filter(|name| name.starts_with(prefix)).cloned().collect();
    let mut root = Map::new();
    for name in names {
        let Some(value) = a.remove(&name) else { continue };
        let steps: Vec<&str> = name[prefix.len()..].splitn(STEPS, '.').collect();
        put(&mut root, &steps, value);
    }
    (!root.is_empty()).then(|| listed(Value::Object(root)))
}

fn put(place: &mut Map<String, Value>, steps: &[&str], value: Value) {
    let [step, rest @ ..] = steps else { return };
    if rest.is_empty() {
        place.insert((*step).to_owned(), value);
        return;
    }
    let next = place.entry(*step).or_insert(Value::Null);
    if !next.is_object() {
        *next = Value::Object(Map::new());
    }
    if let Value::Object(deeper) = next {
        put(deeper, rest, value);
    }
}

/// Objects whose names are all numbers are lists.
fn listed(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let mut numbered: Vec<(usize, Value)> = Vec::with_capacity(members.len());
    let all = !members.is_empty() && members.keys().all(|name| name.parse::<usize>().is_ok());
    if !all {
        return Value::Object(members.into_iter().map(|(name, member)| (name, listed(member))).collect());
    }
    numbered.extend(members.into_iter().filter_map(|(name, member)| Some((name.parse().ok()?, listed(member)))));
    numbered.sort_by_key(|(number, _)| *number);
    Value::Array(numbered.into_iter().map(|(_, member)| member).collect())
}
