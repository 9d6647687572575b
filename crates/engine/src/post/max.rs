//! A bot of MAX: a message. The page itself is not sent there: its upload is a matter of three calls, and a link does.

use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

use super::message::{Failed, Message};
use super::telegram::{clipped, unheard};
use crate::upstream::{Address, Question, Upstream};

/// Of the Bot API.
const MESSAGE_CHARS: usize = 4000;
const ANSWER_BYTES: usize = 64 << 10;

/// The Bot API.
#[must_use]
pub fn bot_api() -> Address {
    Address::from_static("https://platform-api2.max.ru")
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
    let mut authorization = HeaderValue::from_str(token).map_err(|_| Failed::not("this is not the token of a bot"))?;
    authorization.set_sensitive(true);
    let question = Question {
        method: Method::POST,
        url: url.join(&format!("messages?chat_id={chat}&disable_link_preview=true")),
        headers: vec![(AUTHORIZATION, authorization), (CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        body: Bytes::from(json!({ "text": clipped(&message.text, MESSAGE_CHARS) }).to_string()),
        patience,
        answer_bytes: ANSWER_BYTES,
    };
    let answered = upstream.ask(question).await.map_err(|e| unheard(url, &e))?;
    let told: Value = serde_json::from_slice(&answered.body).unwrap_or_default();
    if answered.status == 200 && told["message"].is_object() {
        return Ok(());
    }
    let said: String = told["message"].as_str().unwrap_or("no reason given").replace(token, "***").chars().take(200).collect();
    let why = format!("{url} answered {}: {said}", answered.status);
    Err(if answered.status >= 500 { Failed::Unclear(why) } else { Failed::NotTaken(why) })
}
