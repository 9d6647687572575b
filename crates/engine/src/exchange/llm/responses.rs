//! OpenAI Responses.
//!
//! A stream ends with the whole answer; of one that broke off the pieces are put together. Where the server keeps the history
//! (`previous_response_id`), that is what the conversation is known by.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::wire::{Exchange, header};
use super::call::{Call, Role, Tool, Turn};
use super::json::{label, text};
use super::openai::content;
use super::{body, sse};

/// Parts of an answer that broke off; more than any answer has.
const PARTS: usize = 1_000;

/// The call that an exchange is.
pub(super) fn read(exchange: &Exchange) -> Call {
    let mut call = Call::new("responses", super::asked(exchange));
    ask(&mut call);
    let Some(response) = &exchange.response else { return call };
    let answered = body(response);
    if header(&response.headers, "content-type").is_some_and(|kind| kind.starts_with("text/event-stream")) || sse::is_stream(&answered) {
        call.stream = true;
        let mut parts = BTreeMap::new();
        for data in sse::data(&String::from_utf8_lossy(&answered)) {
            if let Ok(event) = serde_json::from_str(&data) {
                streamed(&mut call, &event, &mut parts);
            }
        }
        if call.choices.is_empty() {
            output(&mut call, &Value::Array(parts.into_values().collect()));
        }
    } else {
        let whole = super::json::read(&answered);
        answer(&mut call, &whole);
        call.response = whole;
    }
    call
}

fn ask(call: &mut Call) {
    let asked = std::mem::take(&mut call.request);
    call.asked_model = text(&asked["model"]);
    call.system = text(&asked["instructions"]);
    call.previous = text(&asked["previous_response_id"]);
    call.keeps_history = asked["store"] != false;
    call.who.session = label(&asked["conversation"]).or_else(|| label(&asked["conversation"]["id"]));
    call.who.client = label(&asked["user"]).or_else(|| label(&asked["safety_identifier"]));
    call.who.metadata(&asked["metadata"]);
    if let Some(said) = text(&asked["input"]) {
        call.messages.push(Turn { text: said, ..Turn::default() });
    }
    for item in asked["input"].as_array().into_iter().flatten() {
        match (item["type"].as_str(), item["role"].as_str()) {
            (Some("function_call" | "custom_tool_call"), _) => {
                let tools = vec![tool(item)];
                call.messages.push(Turn { role: Role::Assistant, tools, ..Turn::default() });
            }
            (Some("function_call_output" | "custom_tool_call_output"), _) => {
                let (text, answers) = (content(&item["output"]), label(&item["call_id"]));
                call.messages.push(Turn { role: Role::Tool, text, answers, ..Turn::default() });
            }
            (_, Some("system" | "developer")) => call.system.get_or_insert_default().push_str(&content(&item["content"])),
            (_, Some(role)) => {
                let role = if role == "assistant" { Role::Assistant } else { Role::User };
                call.messages.push(Turn { role, text: content(&item["content"]), ..Turn::default() });
            }
            _ => {}
        }
    }
    call.request = asked;
}

fn streamed(call: &mut Call, event: &Value, parts: &mut BTreeMap<u64, Value>) {
    let at = event["output_index"].as_u64().unwrap_or(0);
    let has_room = parts.len() < PARTS || parts.contains_key(&at);
    match event["type"].as_str() {
        Some("response.created" | "response.in_progress" | "response.queued") => around(call, &event["response"]),
        Some("response.completed" | "response.incomplete" | "response.failed" | "response.cancelled") => answer(call, &event["response"]),
        Some("response.output_item.added" | "response.output_item.done") if has_room => drop(parts.insert(at, event["item"].clone())),
        Some("response.output_text.delta") if has_room => piece(parts.entry(at).or_default(), "text", event),
        Some("response.refusal.delta") if has_room => piece(parts.entry(at).or_default(), "refusal", event),
        Some("response.function_call_arguments.delta" | "response.custom_tool_call_input.delta") if has_room => {
            piece(parts.entry(at).or_default(), "arguments", event)
        }
        Some("error") => call.error = super::error(event).or_else(|| super::error(&json!({ "error": event }))),
        _ => {}
    }
}

/// The next piece of an item.
fn piece(item: &mut Value, field: &str, event: &Value) {
    let Some(more) = event["delta"].as_str() else { return };
    if !item.is_object() {
        *item = json!({ "type": if field == "arguments" { "function_call" } else { "message" } });
    }
    match &mut item[field] {
        Value::String(so_far) => so_far.push_str(more),
        other => *other = more.into(),
    }
}

/// A whole answer.
fn answer(call: &mut Call, said: &Value) {
    around(call, said);
    output(call, &said["output"]);
    call.error = call.error.take().or_else(|| super::error(said));
    let (usage, counted) = (&said["usage"], &mut call.usage);
    counted.tokens_in = usage["input_tokens"].as_u64().or(counted.tokens_in);
    counted.tokens_out = usage["output_tokens"].as_u64().or(counted.tokens_out);
    counted.cached = usage["input_tokens_details"]["cached_tokens"].as_u64().or(counted.cached);
    counted.reasoning = usage["output_tokens_details"]["reasoning_tokens"].as_u64().or(counted.reasoning);
    let finish = text(&said["incomplete_details"]["reason"]).or_else(|| text(&said["status"]));
    if let Some(known) = call.choices.first_mut() {
        known.finish = finish;
    }
}

fn around(call: &mut Call, said: &Value) {
    call.model = text(&said["model"]).or_else(|| call.model.take());
    call.response_id = text(&said["id"]).or_else(|| call.response_id.take());
}

/// The items of an answer, or what came of them.
fn output(call: &mut Call, items: &Value) {
    for item in items.as_array().into_iter().flatten() {
        let known = call.choice(None);
        match item["type"].as_str() {
            Some("function_call" | "custom_tool_call") => known.tools.push(tool(item)),
            Some("message") | None => {
                let parts = item["content"].as_array().map(Vec::as_slice).unwrap_or_default();
                let refusals = parts.iter().filter_map(|part| part["refusal"].as_str()).chain(item["refusal"].as_str());
                let words = parts.iter().filter_map(|part| part["text"].as_str()).chain(item["text"].as_str());
                words.for_each(|words| known.text.get_or_insert_default().push_str(words));
                refusals.for_each(|words| known.refusal.get_or_insert_default().push_str(words));
            }
            _ => {}
        }
    }
}

fn tool(item: &Value) -> Tool {
    let arguments = item["arguments"].as_str().or(item["input"].as_str()).unwrap_or_default().to_owned();
    Tool { id: label(&item["call_id"]), name: item["name"].as_str().unwrap_or_default().to_owned(), arguments }
}
