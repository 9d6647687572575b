//! Chat Completions: OpenAI, and everyone who speaks like it (DeepSeek, vLLM, Ollama, Yandex AI Studio, resellers). GigaChat differs in
//! small things, which stand here too: `functions`, `function_call` with an object for arguments, cached tokens counted beside the others.

use serde_json::Value;

use super::super::wire::{Exchange, header};
use super::call::{Call, Choice, Role, Tool, Turn};
use super::json::{label, text};
use super::{body, sse};

/// The call that an exchange is.
pub(super) fn read(exchange: &Exchange) -> Call {
    let mut call = Call::new("chat", super::asked(exchange));
    ask(&mut call);
    let Some(response) = &exchange.response else { return call };
    let answered = body(response);
    if header(&response.headers, "content-type").is_some_and(|kind| kind.starts_with("text/event-stream")) || sse::is_stream(&answered) {
        call.stream = true;
        for data in sse::data(&String::from_utf8_lossy(&answered)) {
            if let Ok(chunk) = serde_json::from_str(&data) {
                answer(&mut call, &chunk, "delta");
            }
        }
    } else {
        let whole = super::json::read(&answered);
        answer(&mut call, &whole, "message");
        call.response = whole;
    }
    call
}

fn ask(call: &mut Call) {
    let asked = std::mem::take(&mut call.request);
    call.asked_model = text(&asked["model"]);
    call.who.client = label(&asked["user"]).or_else(|| label(&asked["safety_identifier"]));
    call.who.metadata(&asked["metadata"]);
    for message in asked["messages"].as_array().into_iter().flatten() {
        let (role, said) = (message["role"].as_str().unwrap_or_default(), content(&message["content"]));
        let role = match role {
            "system" | "developer" => {
                let system = call.system.get_or_insert_default();
                system.push_str(&said);
                continue;
            }
            "assistant" => Role::Assistant,
            "tool" | "function" | "function_in_progress" => Role::Tool,
            _ => Role::User,
        };
        let answers = label(&message["tool_call_id"]).or_else(|| label(&message["name"])).filter(|_| role == Role::Tool);
        let mut said = Choice { text: Some(said), ..Choice::default() };
        tools(&mut said, message);
        call.messages.push(Turn { role, text: said.text.unwrap_or_default(), tools: said.tools, answers });
    }
    call.request = asked;
}

/// A whole answer, or one piece of a stream.
fn answer(call: &mut Call, said: &Value, part: &str) {
    call.model = text(&said["model"]).or_else(|| call.model.take());
    call.response_id = call.response_id.take().or_else(|| text(&said["id"]));
    for choice in said["choices"].as_array().into_iter().flatten() {
        let known = call.choice(choice["index"].as_u64());
        let message = &choice[part];
        for (name, place) in [("content", &mut known.text), ("refusal", &mut known.refusal)] {
            let piece = content(&message[name]);
            if !piece.is_empty() {
                place.get_or_insert_default().push_str(&piece);
            }
        }
        tools(known, message);
        known.finish = text(&choice["finish_reason"]).or_else(|| known.finish.take());
    }
    // Groq puts the usage of a stream elsewhere.
    let usage = if said["usage"].is_object() { &said["usage"] } else { &said["x_groq"]["usage"] };
    let details = &usage["prompt_tokens_details"];
    let beside = usage["precached_prompt_tokens"].as_u64();
    let counted = &mut call.usage;
    let tokens_in = usage["prompt_tokens"].as_u64().map(|tokens| tokens.saturating_add(beside.unwrap_or(0)));
    counted.tokens_in = tokens_in.or(counted.tokens_in);
    counted.tokens_out = usage["completion_tokens"].as_u64().or(counted.tokens_out);
    let cached = details["cached_tokens"].as_u64().or(usage["prompt_cache_hit_tokens"].as_u64()).or(beside);
    counted.cached = cached.or(counted.cached);
    counted.reasoning = usage["completion_tokens_details"]["reasoning_tokens"].as_u64().or(counted.reasoning);
    call.error = call.error.take().or_else(|| super::error(said));
}

/// What a message wants used: whole, or the next piece of it.
fn tools(known: &mut Choice, message: &Value) {
    for tool in message["tool_calls"].as_array().into_iter().flatten() {
        let there = known.tools.len();
        let at = tool["index"].as_u64().map_or(there, |index| usize::try_from(index).unwrap_or(there).min(there));
        // Some servers number every call 0: another id is another call.
        let id = label(&tool["id"]);
        let is_other = id.is_some() && known.tools.get(at).is_some_and(|known| known.id.is_some() && known.id != id);
        let at = if is_other { there } else { at };
        if at == there {
            known.tools.push(Tool::default());
        }
        piece(&mut known.tools[at], id, if tool["function"].is_object() { &tool["function"] } else { &tool["custom"] });
    }
    if message["function_call"].is_object() {
        if known.tools.is_empty() {
            known.tools.push(Tool::default());
        }
        if let Some(last) = known.tools.last_mut() {
            piece(last, None, &message["function_call"]);
        }
    }
}

fn piece(known: &mut Tool, id: Option<String>, said: &Value) {
    known.id = known.id.take().or(id);
    known.name.push_str(said["name"].as_str().unwrap_or_default());
    match if said["arguments"].is_null() { &said["input"] } else { &said["arguments"] } {
        Value::String(text) => known.arguments.push_str(text),
        Value::Null => {}
        object => known.arguments = object.to_string(),
    }
}

/// The words of a message: a string, or the text parts of a list; a picture alone is named.
pub(super) fn content(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let words = |part: &Value| match part {
                Value::String(text) => Some(text.clone()),
                part => text(&part["text"]).or_else(|| text(&part["refusal"])),
            };
            let said: Vec<String> = parts.iter().filter_map(words).collect();
            let kind = |part: &Value| part["type"].as_str().unwrap_or("part").trim_start_matches("input_").to_owned();
            if said.is_empty() { parts.iter().map(|part| format!("[{}]", kind(part))).collect() } else { said.join("\n") }
        }
        _ => String::new(),
    }
}
