//! Handshakes: a platform asks once whether the URL is ours. Answered by us where we hold the word it asks for; else the bot is asked.

use axum::http::{Method, StatusCode, header, request::Parts};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::access::ConnectionKind;

/// What a request without a delivery wants.
pub(super) enum Greeting {
    /// This is the answer.
    Answer(Response),
    /// Only the bot knows.
    AskTheBot,
}

/// By the head alone: `GET ?hub.mode=subscribe&hub.verify_token=…&hub.challenge=…` of WhatsApp and Instagram, and probes.
pub(super) fn at_head(kind: ConnectionKind, head: &Parts, word: Option<&str>) -> Option<Greeting> {
    if head.method == Method::HEAD {
        return Some(Greeting::Answer(StatusCode::OK.into_response()));
    }
    if head.method != Method::GET || kind == ConnectionKind::Hook {
        return None;
    }
    let query = head.uri.query().unwrap_or_default();
    let said = |name: &str| form_urlencoded(query).find(|(known, _)| known == name).map(|(_, value)| value);
    let (Some("subscribe"), Some(challenge)) = (said("hub.mode").as_deref(), said("hub.challenge")) else {
        let hint = "this is a hook: give its URL to the platform, which will POST to it\n";
        return Some(Greeting::Answer((StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")], hint).into_response()));
    };
    let Some(word) = word else { return Some(Greeting::AskTheBot) };
    let known = said("hub.verify_token").is_some_and(|told| bool::from(subtle::ConstantTimeEq::ct_eq(told.as_bytes(), word.as_bytes())));
    Some(Greeting::Answer(if known { text(challenge) } else { (StatusCode::FORBIDDEN, "wrong verify token\n").into_response() }))
}

/// By the body: `{"type":"confirmation"}` of VK.
pub(super) fn at_body(kind: ConnectionKind, body: &[u8], word: Option<&str>) -> Option<Greeting> {
    if kind != ConnectionKind::Vk || memchr::memmem::find(body, b"confirmation").is_none() {
        return None;
    }
    let told: Value = serde_json::from_slice(body).ok()?;
    (told["type"] == "confirmation").then(|| word.map_or(Greeting::AskTheBot, |word| Greeting::Answer(text(word.to_owned()))))
}

fn text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// The pairs of a query.
fn form_urlencoded(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| (crate::exchange::unescaped(name), crate::exchange::unescaped(value)))
}
