//! Chat Completions: OpenAI, and everyone who speaks like it (DeepSeek, vLLM, Ollama, Yandex AI Studio, resellers).

use serde_json::Value;

use super::super::About;
use super::super::text::decoded;
use super::super::told::Told;
use super::super::wire::{Exchange, header};
use super::call::{Call, Tool, Turn};
use super::sse;

/// What an exchange with such a server tells. Nothing where it is not a chat completion.
#[must_use]
pub fn read(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    let path = exchange.request.target.split('?').next().unwrap_or_default();
    if exchange.request.method != "POST" || !path.ends_with("/chat/completions") {
        return Vec::new();
    }
    let asked: Value = serde_json::from_slice(&decoded(&exchange.request.headers, &exchange.request.body)).unwrap_or_default();
    let mut call = Call { provider: Some("openai".to_owned()), ..Call::default() };
    ask(&mut call, &asked);
    if let Some(response) = &exchange.response {
        let body = decoded(&response.headers, &response.body);
        let is_stream = header(&response.headers, "content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
        if is_stream {
            let text = String::from_utf8_lossy(&body);
            call.stream = true;
            for data in sse::data(&text) {
                if let Ok(chunk) = serde_json::from_str(&data) {
                    answer(&mut call, &chunk, "delta");
                }
            }
        } else if let Ok(whole) = serde_json::from_slice(&body) {
            answer(&mut call, &whole, "message");
        }
    }
    call.told(exchange, about)
}

fn ask(call: &mut Call, asked: &Value) {
    call.model = text(&asked["model"]);
    call.user = text(&asked["user"]);
    call.session = text(&asked["metadata"]["session_id"]);
    for message in asked["messages"].as_array().into_iter().flatten() {
        let (role, said) = (message["role"].as_str().unwrap_or_default(), content(&message["content"]));
        if matches!(role, "system" | "developer") {
            let system = call.system.get_or_insert_default();
            system.push_str(&said);
        } else {
            call.messages.push(Turn { role: role.to_owned(), text: said });
        }
    }
}

/// A whole answer, or one piece of a stream.
fn answer(call: &mut Call, said: &Value, part: &str) {
    if let Some(model) = text(&said["model"]) {
        call.model = Some(model);
    }
    call.response_id = call.response_id.take().or_else(|| text(&said["id"]));
    let choice = &said["choices"][0];
    let message = &choice[part];
    if let Some(piece) = message["content"].as_str() {
        call.answer.get_or_insert_default().push_str(piece);
    }
    for tool in message["tool_calls"].as_array().into_iter().flatten() {
        let index = tool["index"].as_u64().map_or(call.tools.len(), |index| (index as usize).min(call.tools.len()));
        if index == call.tools.len() {
            call.tools.push(Tool::default());
        }
        let known = &mut call.tools[index];
        known.name.push_str(tool["function"]["name"].as_str().unwrap_or_default());
        known.arguments.push_str(tool["function"]["arguments"].as_str().unwrap_or_default());
    }
    call.finish = text(&choice["finish_reason"]).or_else(|| call.finish.take());
    let usage = &said["usage"];
    call.tokens_in = usage["prompt_tokens"].as_u64().or(call.tokens_in);
    call.tokens_out = usage["completion_tokens"].as_u64().or(call.tokens_out);
    call.cached = usage["prompt_tokens_details"]["cached_tokens"].as_u64().or(call.cached);
    if let Some(message) = said["error"]["message"].as_str() {
        let code = text(&said["error"]["code"]).or_else(|| text(&said["error"]["type"]));
        call.error = Some((code, message.to_owned()));
    }
}

/// The words of a message: a string, or the text parts of a list.
fn content(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}
