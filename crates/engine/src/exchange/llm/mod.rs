//! Language models: one file a dialect, and what they share. The path says which dialect is spoken, because resellers speak several.
//!
//! * `openai` – Chat Completions, of OpenAI and everyone who speaks like it, GigaChat too · `anthropic` – Messages · `responses` – OpenAI
//!   Responses · `plain` – calls that are no conversation
//! * `call` – one call as all dialects tell it · `who` – whose conversation, as the caller says · `chain` – whose, when nobody says
//! * `facts` – intent and outcome by the connection's fields · `intents` – the business's words for them · `prices` – what a call costs
//! * `evidence` – bodies without files · `provider` – who is behind an address · `sse` – server-sent events · `json` – as far as it goes

mod abroad;
mod anthropic;
mod call;
mod chain;
mod evidence;
mod facts;
mod intents;
mod json;
mod openai;
mod plain;
mod prices;
mod provider;
mod responses;
mod sse;
#[cfg(test)]
mod tests;
mod who;

pub use intents::Intents;
pub use prices::{Price, Prices};

use std::borrow::Cow;

use serde_json::Value;

use super::About;
use super::text::decoded;
use super::told::Told;
use super::wire::{Exchange, Response};
use json::{label, text};

/// What an exchange with a model's server tells. Nothing where it is no call of a model (a list of models, a token).
#[must_use]
pub fn read(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    let path = exchange.request.target.split('?').next().unwrap_or_default().trim_end_matches('/');
    if exchange.request.method != "POST" {
        return Vec::new();
    }
    let call = match path {
        path if path.ends_with("/chat/completions") => openai::read(exchange),
        path if path.ends_with("/messages") => anthropic::read(exchange),
        path if path.ends_with("/responses") => responses::read(exchange),
        path => match plain::operation(path) {
            Some(operation) => plain::read(exchange, operation),
            None => return Vec::new(),
        },
    };
    call.told(exchange, about)
}

/// The request as JSON.
fn asked(exchange: &Exchange) -> Value {
    json::read(&decoded(&exchange.request.headers, &exchange.request.body))
}

fn body(response: &Response) -> Cow<'_, [u8]> {
    decoded(&response.headers, &response.body)
}

/// What an answer says went wrong: code and words, in the ways that servers have of saying so.
fn error(said: &Value) -> Option<(Option<String>, String)> {
    let error = &said["error"];
    let code = |from: &Value| label(&from["code"]).or_else(|| text(&from["type"])).or_else(|| text(&from["status"]));
    if let Some(message) = text(&error["message"]) {
        return Some((code(error), message));
    }
    if let Some(message) = text(error) {
        return Some((None, message));
    }
    // GigaChat has a status and a message, vLLM an object that says "error", FastAPI a detail.
    let is_error = said["status"].is_number() || said["object"] == "error";
    let message = text(&said["message"]).filter(|_| is_error).or_else(|| text(&said["detail"]))?;
    Some((label(&said["code"]).or_else(|| label(&said["status"])), message))
}
