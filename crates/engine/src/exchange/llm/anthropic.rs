//! Anthropic Messages.
//!
//! Tokens in are the sum of three: what was read, what was read from the cache, what was written to it.

use serde_json::Value;

use super::super::wire::{Exchange, header};
use super::call::{Call, Role, Tool, Turn};
use super::json::{label, text};
use super::openai::content;
use super::{body, sse};

/// The call that an exchange is.
pub(super) fn read(exchange: &Exchange) -> Call {
    let mut call = Call::new("chat", super::asked(exchange));
    ask(&mut call);
    let Some(response) = &exchange.response else { return call };
    let answered = body(response);
    if header(&response.headers, "content-type").is_some_and(|kind| kind.starts_with("text/event-stream")) || sse::is_stream(&answered) {
        call.stream = true;
        let mut blocks = Vec::new();
        for data in sse::data(&String::from_utf8_lossy(&answered)) {
            if let Ok(event) = serde_json::from_str(&data) {
                streamed(&mut call, &event, &mut blocks);
            }
        }
        answered_with(&mut call, blocks);
    } else {
        let whole = super::json::read(&answered);
        message(&mut call, &whole);
        let blocks = whole["content"].as_array().into_iter().flatten().map(Block::of).collect();
        answered_with(&mut call, blocks);
        call.error = super::error(&whole);
        call.response = whole;
    }
    call
}

fn ask(call: &mut Call) {
    let asked = std::mem::take(&mut call.request);
    call.asked_model = text(&asked["model"]);
    call.who.metadata(&asked["metadata"]);
    call.system = Some(content(&asked["system"])).filter(|system| !system.is_empty());
    for message in asked["messages"].as_array().into_iter().flatten() {
        let is_user = message["role"] != "assistant";
        let Some(parts) = message["content"].as_array() else {
            let role = if is_user { Role::User } else { Role::Assistant };
            call.messages.push(Turn { role, text: content(&message["content"]), ..Turn::default() });
            continue;
        };
        // A tool's answer comes in the user's name, maybe before the user's own words.
        for part in parts.iter().filter(|part| part["type"] == "tool_result") {
            let answers = label(&part["tool_use_id"]);
            call.messages.push(Turn { role: Role::Tool, text: content(&part["content"]), answers, ..Turn::default() });
        }
        let tools: Vec<Tool> = parts.iter().map(Block::of).filter_map(|block| block.tool).collect();
        let words = |part: &&Value| !matches!(part["type"].as_str(), Some("tool_result" | "tool_use" | "thinking" | "redacted_thinking"));
        let words: Vec<Value> = parts.iter().filter(words).cloned().collect();
        if !words.is_empty() || !tools.is_empty() {
            let role = if is_user { Role::User } else { Role::Assistant };
            call.messages.push(Turn { role, text: content(&Value::Array(words)), tools, answers: None });
        }
    }
    call.request = asked;
}

/// A part of the answer: words, or a tool.
#[derive(Default)]
struct Block {
    text: String,
    tool: Option<Tool>,
}

impl Block {
    fn of(said: &Value) -> Self {
        match said["type"].as_str() {
            Some("text") => Self { text: said["text"].as_str().unwrap_or_default().to_owned(), tool: None },
            Some("tool_use") => {
                let name = said["name"].as_str().unwrap_or_default().to_owned();
                // A stream begins with an empty object and sends the arguments in pieces.
                let arguments = said["input"].as_object().filter(|input| !input.is_empty()).map(|_| said["input"].to_string());
                let tool = Tool { id: label(&said["id"]), name, arguments: arguments.unwrap_or_default() };
                Self { text: String::new(), tool: Some(tool) }
            }
            _ => Self::default(),
        }
    }
}

fn streamed(call: &mut Call, event: &Value, blocks: &mut Vec<Block>) {
    match event["type"].as_str() {
        Some("message_start") => message(call, &event["message"]),
        Some("content_block_start") => blocks.push(Block::of(&event["content_block"])),
        Some("content_block_delta") => {
            let at = event["index"].as_u64().map_or(usize::MAX, |index| usize::try_from(index).unwrap_or(usize::MAX));
            let last = blocks.len().wrapping_sub(1);
            if let Some(block) = blocks.get_mut(at.min(last)) {
                block.text.push_str(event["delta"]["text"].as_str().unwrap_or_default());
                if let Some(tool) = &mut block.tool {
                    tool.arguments.push_str(event["delta"]["partial_json"].as_str().unwrap_or_default());
                }
            }
        }
        Some("message_delta") => {
            message(call, event);
            let finish = text(&event["delta"]["stop_reason"]);
            let known = call.choice(None);
            known.finish = finish.or_else(|| known.finish.take());
        }
        Some("error") => call.error = super::error(event),
        _ => {}
    }
}

/// What stands around the words: model, id, tokens.
fn message(call: &mut Call, said: &Value) {
    call.model = text(&said["model"]).or_else(|| call.model.take());
    call.response_id = call.response_id.take().or_else(|| text(&said["id"]));
    if let Some(finish) = text(&said["stop_reason"]) {
        call.choice(None).finish = Some(finish);
    }
    let (usage, counted) = (&said["usage"], &mut call.usage);
    let read = usage["cache_read_input_tokens"].as_u64();
    let written = usage["cache_creation_input_tokens"].as_u64();
    if let Some(fresh) = usage["input_tokens"].as_u64() {
        // The end of a stream may repeat the sum without its parts.
        counted.cached = read.or(counted.cached);
        counted.cache_written = written.or(counted.cache_written);
        let cache = counted.cached.unwrap_or(0).saturating_add(counted.cache_written.unwrap_or(0));
        counted.tokens_in = Some(fresh.saturating_add(cache));
    }
    counted.tokens_out = usage["output_tokens"].as_u64().or(counted.tokens_out);
}

fn answered_with(call: &mut Call, blocks: Vec<Block>) {
    if blocks.is_empty() {
        return;
    }
    let known = call.choice(None);
    for block in blocks {
        if !block.text.is_empty() {
            known.text.get_or_insert_default().push_str(&block.text);
        }
        known.tools.extend(block.tool.map(|tool| match tool.arguments.is_empty() {
            true => Tool { arguments: "{}".to_owned(), ..tool },
            false => tool,
        }));
    }
}
