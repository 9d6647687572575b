//! A bot of Telegram: a message, or a file with a caption. The token stands in the URL, so no error of ours shows that.

use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

use super::message::{Attached, Failed, Message};
use crate::upstream::{Address, Question, Upstream, UpstreamError};

/// Of the Bot API, in UTF-16 units.
pub const MESSAGE_UNITS: usize = 4096;
/// Of what stands under a file.
const CAPTION_UNITS: usize = 1024;
const ANSWER_BYTES: usize = 64 << 10;

/// The Bot API.
#[must_use]
pub fn bot_api() -> Address {
    Address::from_static("https://api.telegram.org")
}

/// Sends one message to a chat.
///
/// # Errors
/// [`Failed`].
pub async fn send(
    upstream: &Upstream,
    url: &Address,
    token: &str,
    chat: &str,
    message: &Message,
    patience: Duration,
) -> Result<(), Failed> {
    let sound = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":-_".contains(&byte));
    if !sound {
        return Err(Failed::not("this is not the token of a bot"));
    }
    let (call, kind, body) = match &message.file {
        None => ("sendMessage", "application/json".to_owned(), words(chat, message)),
        Some(file) => document(chat, message, file),
    };
    let content_type = HeaderValue::from_str(&kind).map_err(Failed::not)?;
    let question = Question {
        method: Method::POST,
        url: url.join(&format!("bot{token}/{call}")),
        headers: vec![(CONTENT_TYPE, content_type)],
        body,
        patience,
        answer_bytes: ANSWER_BYTES,
    };
    let answered = upstream.ask(question).await.map_err(|e| unheard(url, &e))?;
    let told: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
    if answered.status == 200 && told["ok"] == true {
        return Ok(());
    }
    let said: String = told["description"].as_str().unwrap_or("no reason given").replace(token, "***").chars().take(200).collect();
    let why = format!("{url} answered {}: {said}", answered.status);
    Err(if answered.status >= 500 { Failed::Unclear(why) } else { Failed::NotTaken(why) })
}

/// No answer: whether the question may have been heard.
pub(super) fn unheard(url: &Address, error: &UpstreamError) -> Failed {
    let why = format!("{url}: {error}");
    match error {
        UpstreamError::Address(_) | UpstreamError::Unreachable(_) => Failed::NotTaken(why),
        UpstreamError::Slow(_) | UpstreamError::Answer(_) => Failed::Unclear(why),
    }
}

fn words(chat: &str, message: &Message) -> Bytes {
    let text = clipped(&message.text, MESSAGE_UNITS);
    Bytes::from(json!({ "chat_id": chat, "text": text, "link_preview_options": { "is_disabled": true } }).to_string())
}

/// `multipart/form-data`: chat, caption, the file.
fn document(chat: &str, message: &Message, file: &Attached) -> (&'static str, String, Bytes) {
    // Long enough not to stand in a page of ours, and it need not be secret.
    let edge = format!("letopis-{:x}-{:x}", message.at_us, file.bytes.len());
    let mut body = Vec::with_capacity(file.bytes.len() + 2048);
    for (name, value) in [("chat_id", chat), ("caption", &clipped(&message.text, CAPTION_UNITS))] {
        body.extend_from_slice(format!("--{edge}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes());
    }
    let head = format!(
        "--{edge}\r\nContent-Disposition: form-data; name=\"document\"; filename=\"{}\"\r\nContent-Type: {}; charset=utf-8\r\n\r\n",
        file.name, file.kind
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(&file.bytes);
    body.extend_from_slice(format!("\r\n--{edge}--\r\n").as_bytes());
    ("sendDocument", format!("multipart/form-data; boundary={edge}"), Bytes::from(body))
}

/// As much as is allowed; units are what the platform counts in.
pub(super) fn clipped(text: &str, units: usize) -> String {
    if text.encode_utf16().count() <= units {
        return text.to_owned();
    }
    let (mut room, mut clipped) = (units - 1, String::new());
    for letter in text.chars() {
        if letter.len_utf16() > room {
            break;
        }
        room -= letter.len_utf16();
        clipped.push(letter);
    }
    clipped.push('…');
    clipped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_as_a_form_and_a_caption_is_not_too_long() {
        let file = Attached { name: "weekly.html".into(), kind: "text/html", bytes: b"<p>1</p>".to_vec() };
        let message = Message { id: None, title: "T".into(), text: "я".repeat(2000), file: Some(file.clone()), at_us: 1 };
        let (call, kind, body) = document("-100", &message, &file);
        let text = String::from_utf8_lossy(&body);
        let edge = kind.split("boundary=").nth(1).unwrap_or_default();
        assert_eq!(call, "sendDocument");
        assert!(text.ends_with(&format!("<p>1</p>\r\n--{edge}--\r\n")) && text.contains("filename=\"weekly.html\""), "{text}");
        assert_eq!(clipped(&message.text, CAPTION_UNITS).encode_utf16().count(), CAPTION_UNITS);
        assert_eq!(clipped("🙂🙂", 3), "🙂…");
    }
}
