//! Copies by Telegram: into a chat where somebody else is too. The token stands in the URL, so no error of ours shows that.

use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

use super::config::Telegram;
use super::letter::Letter;
use crate::upstream::{Question, Upstream};

/// Of the Bot API, in UTF-16 units; a checkpoint with sixteen cosignatures comes near it.
const MESSAGE_UNITS: usize = 4096;
const ANSWER_BYTES: usize = 64 << 10;

/// Sends one message.
pub(super) async fn send(upstream: &Upstream, telegram: &Telegram, letter: &Letter, patience: Duration) -> Result<(), String> {
    let file = &telegram.token_file;
    let token = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let token = token.trim();
    let sound = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":-_".contains(&byte));
    if !sound {
        return Err(format!("{} does not hold the token of a bot", file.display()));
    }
    let mut text = letter.text();
    if text.encode_utf16().count() > MESSAGE_UNITS {
        text = letter.note.clone();
    }
    let body = json!({ "chat_id": telegram.chat, "text": text, "link_preview_options": { "is_disabled": true } });
    let question = Question {
        method: Method::POST,
        url: telegram.url.join(&format!("bot{token}/sendMessage")),
        headers: vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        body: Bytes::from(body.to_string()),
        patience,
        answer_bytes: ANSWER_BYTES,
    };
    let answered = upstream.ask(question).await.map_err(|e| format!("{}: {e}", telegram.url))?;
    let told: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
    if answered.status == 200 && told["ok"] == true {
        return Ok(());
    }
    let said: String = told["description"].as_str().unwrap_or("no reason given").replace(token, "***").chars().take(200).collect();
    Err(format!("{} answered {}: {said}", telegram.url, answered.status))
}
