//! Messages of a model made alike: every dialect has a shape of its own for who said what.
//!
//! ```text
//! {"role":"user","content":"Сколько стоит стрижка?"}
//! {"role":"assistant","tool_calls":[{"id":"call_1","name":"find_slot","arguments":{"day":"2025-01-02"}}],"finish_reason":"tool_call"}
//! {"role":"tool","tool_results":[{"id":"call_1","result":{"free":["15:00"]}}]}
//! {"role":"user","content":"вот фото","media":[{"type":"image","mime":"image/png","bytes":5120,"sha256":"…"}]}
//! ```
//! Understood: parts of the newer `gen_ai` conventions, content of OpenAI, Anthropic, the AI SDK and OpenInference. What is not understood stays in
//! `content` as it is. Pictures and sounds are kept as digests.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::facts::{Facts, structured};
use super::span::hex;

/// Messages of one call that are read; a longer history is cut at its beginning.
const MOST: usize = 2_000;

/// A list of messages out of whatever stands where messages should be. `role` is who speaks where nobody is named.
pub(super) fn alike(value: Value, role: &str) -> Vec<Value> {
    match structured(value) {
        Value::Array(items) if !items.is_empty() && items.iter().all(is_part) => vec![message(Value::Array(items), role)],
        Value::Array(items) => {
            let skipped = items.len().saturating_sub(MOST);
            items.into_iter().skip(skipped).map(|item| message(item, role)).collect()
        }
        Value::Object(mut whole) => match (whole.remove("messages"), whole.remove("choices")) {
            (Some(messages), _) => {
                let system = whole.remove("system").filter(|system| !system.is_null());
                system.map(|system| message(system, "system")).into_iter().chain(alike(messages, role)).collect()
            }
            (None, Some(choices)) => alike(choices, role),
            (None, None) => prompted(whole, role),
        },
        Value::Null => Vec::new(),
        other => vec![message(other, role)],
    }
}

/// The text of all messages of one role.
pub(super) fn words_of(messages: &[Value], roles: &[&str]) -> Option<String> {
    let of_role = messages.iter().filter(|message| message["role"].as_str().is_some_and(|role| roles.contains(&role)));
    let texts: Vec<&str> = of_role.filter_map(|message| message["content"].as_str()).filter(|text| !text.trim().is_empty()).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// The text of the last message of one role.
pub(super) fn last_words(messages: &[Value], role: &str) -> Option<String> {
    let said = messages.iter().rev().find(|message| message["role"] == role)?;
    said["content"].as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Part of a message rather than a message.
fn is_part(item: &Value) -> bool {
    item.get("type").is_some() && item.get("role").is_none() && item.get("message").is_none()
}

/// `{"system":…,"prompt":…}` of the AI SDK; anything else is one message.
fn prompted(mut whole: Map<String, Value>, role: &str) -> Vec<Value> {
    let spoken = whole.get("role").is_some() || whole.get("content").is_some() || whole.get("parts").is_some();
    match whole.remove("prompt").filter(|_| !spoken) {
        Some(prompt) => {
            let system = whole.remove("system").filter(|system| !system.is_null());
            system.map(|system| message(system, "system")).into_iter().chain([message(prompt, role)]).collect()
        }
        None => vec![message(Value::Object(whole), role)],
    }
}

#[derive(Default)]
struct Read {
    text: Vec<String>,
    reasoning: Vec<String>,
    calls: Vec<Value>,
    results: Vec<Value>,
    media: Vec<Value>,
    other: Vec<Value>,
}

fn message(value: Value, role: &str) -> Value {
    let mut read = Read::default();
    let mut out = Map::new();
    let mut spoken_by = role.to_owned();
    match value {
        Value::Object(mut m) => {
            if let Some(Value::Object(inner)) = m.remove("message") {
                m.extend(inner);
            }
            if let Some(Value::String(given)) = m.remove("role") {
                spoken_by = given;
            }
            for name in ["name", "tool_call_id"] {
                Facts::note(&mut out, name, m.remove(name));
            }
            let reason = m.remove("finish_reason").as_ref().and_then(Value::as_str).map(finish_reason);
            Facts::note(&mut out, "finish_reason", reason.map(Value::String));
            let calls = [m.remove("tool_calls"), m.remove("function_call")];
            for call in calls.into_iter().flatten() {
                match structured(call) {
                    Value::Array(calls) => read.calls.extend(calls.into_iter().map(self::call)),
                    Value::Null => {}
                    call => read.calls.push(self::call(call)),
                }
            }
            let contents = ["content", "parts", "contents", "message_content"].map(|name| m.remove(name));
            let mut any = false;
            for content in contents.into_iter().flatten() {
                any = true;
                read.take(content);
            }
            if !any && read.calls.is_empty() && is_part(&Value::Object(m.clone())) {
                read.part(m);
            } else if !any && read.calls.is_empty() {
                // No message at all: arguments of a function, a result.
                read.other.push(Value::Object(m));
            }
        }
        other => read.take(other),
    }
    out.insert("role".to_owned(), spoken_by.into());
    read.write(&mut out);
    Value::Object(out)
}

impl Read {
    fn take(&mut self, content: Value) {
        match structured(content) {
            Value::Array(parts) if parts.iter().all(|part| part.is_string() || part.is_object()) => {
                for part in parts {
                    match part {
                        Value::Object(part) => self.part(part),
                        other => self.take_plain(other),
                    }
                }
            }
            Value::Object(part) if part.contains_key("type") => self.part(part),
            other => self.take_plain(other),
        }
    }

    fn take_plain(&mut self, content: Value) {
        match content {
            Value::Null => {}
            Value::String(text) => self.text.push(text),
            other => self.other.push(other),
        }
    }

    fn part(&mut self, mut part: Map<String, Value>) {
        if let Some(Value::Object(inner)) = part.remove("message_content") {
            part = inner;
        }
        let kind = part.get("type").and_then(Value::as_str).unwrap_or("text").replace('-', "_");
        let mut first = |names: &[&str]| names.iter().find_map(|name| part.remove(*name));
        match kind.as_str() {
            "text" | "input_text" | "output_text" => match first(&["text", "content"]) {
                Some(text) => self.take_plain(text),
                None => self.other.push(Value::Object(part)),
            },
            "reasoning" | "thinking" => {
                let thought = first(&["content", "text", "thinking"]);
                self.reasoning.extend(thought.and_then(|thought| thought.as_str().map(str::to_owned)));
            }
            "tool_call" | "tool_use" | "server_tool_call" | "function_call" => self.calls.push(call(Value::Object(part))),
            "tool_call_response" | "tool_result" | "server_tool_call_response" | "function_call_output" => {
                let mut result = Map::new();
                Facts::note(&mut result, "id", first(&["id", "toolCallId", "tool_use_id", "call_id", "tool_call_id"]));
                let given = first(&["response", "result", "output", "content", "server_tool_call_response"]);
                Facts::note(&mut result, "result", given.map(structured));
                self.results.push(Value::Object(result));
            }
            "blob" | "uri" | "file" | "image" | "image_url" | "input_image" | "input_audio" | "audio" | "input_file" | "document"
            | "video" => {
                self.media.push(media(&kind, part));
            }
            _ => self.other.push(Value::Object(part)),
        }
    }

    fn write(mut self, out: &mut Map<String, Value>) {
        if !self.text.is_empty() {
            // Beside words, what is not understood stays apart from them.
            out.insert("content".to_owned(), self.text.join("\n").into());
            Facts::note(out, "other", (!self.other.is_empty()).then_some(Value::Array(self.other)));
        } else if self.other.len() == 1 {
            Facts::note(out, "content", self.other.pop());
        } else if !self.other.is_empty() {
            out.insert("content".to_owned(), Value::Array(self.other));
        }
        for (name, list) in [("tool_calls", self.calls), ("tool_results", self.results), ("media", self.media)] {
            Facts::note(out, name, (!list.is_empty()).then_some(Value::Array(list)));
        }
        Facts::note(out, "reasoning", (!self.reasoning.is_empty()).then(|| self.reasoning.join("\n").into()));
    }
}

/// `{"id","name","arguments"}`.
fn call(value: Value) -> Value {
    let Value::Object(mut call) = value else { return value };
    if let Some(Value::Object(inner)) = call.remove("tool_call") {
        call = inner;
    }
    if let Some(Value::Object(function)) = call.remove("function") {
        call.extend(function);
    }
    let mut first = |names: &[&str]| names.iter().find_map(|name| call.remove(*name)).filter(|value| !value.is_null());
    let mut out = Map::new();
    Facts::note(&mut out, "id", first(&["id", "toolCallId", "tool_call_id", "call_id"]));
    Facts::note(&mut out, "name", first(&["name", "toolName"]));
    Facts::note(&mut out, "arguments", first(&["arguments", "args", "input", "server_tool_call"]).map(structured));
    Value::Object(out)
}

/// A picture, sound or file: where it is, or the digest of what it was.
fn media(kind: &str, mut part: Map<String, Value>) -> Value {
    let mut out = Map::new();
    let kind = part.get("modality").and_then(Value::as_str).unwrap_or(kind).trim_start_matches("input_").trim_end_matches("_url");
    out.insert("type".to_owned(), kind.into());
    for nested in ["source", "image_url", "image", "input_audio", "file", "audio"] {
        match part.remove(nested) {
            Some(Value::Object(inner)) => part.extend(inner.into_iter().filter(|(name, _)| name != "type")),
            Some(found) if !found.is_null() => drop(part.insert("data".to_owned(), found)),
            _ => {}
        }
    }
    // OpenInference nests once more: image.image.url.
    if let Some(Value::Object(inner)) = part.remove("image") {
        part.extend(inner);
    }
    let mut first = |names: &[&str]| names.iter().find_map(|name| part.remove(*name)).and_then(|value| value.as_str().map(str::to_owned));
    Facts::note(&mut out, "mime", first(&["mime_type", "media_type", "mediaType", "mimeType", "format"]).map(Value::String));
    Facts::note(&mut out, "file_id", first(&["file_id", "filename"]).map(Value::String));
    if let Some(data) = first(&["uri", "url", "data", "content", "file_data"]) {
        match data.strip_prefix("data:").and_then(|data| data.split_once(',')) {
            Some((head, data)) => {
                let mime = head.split(';').next().filter(|mime| !mime.is_empty());
                Facts::note(&mut out, "mime", mime.map(Value::from));
                digest(&mut out, data);
            }
            None if data.contains("://") => drop(out.insert("uri".to_owned(), data.into())),
            None => digest(&mut out, &data),
        }
    }
    Value::Object(out)
}

fn digest(out: &mut Map<String, Value>, data: &str) {
    let bytes = STANDARD.decode(data).or_else(|_| URL_SAFE.decode(data)).unwrap_or_else(|_| data.as_bytes().to_vec());
    out.insert("bytes".to_owned(), bytes.len().into());
    out.insert("sha256".to_owned(), hex(&Sha256::digest(&bytes)).into());
}

/// One word for what three houses call differently; the others stay.
pub(super) fn finish_reason(reason: &str) -> String {
    match reason {
        "tool_calls" | "tool-calls" | "function_call" | "tool_use" => "tool_call".to_owned(),
        other => other.to_owned(),
    }
}
