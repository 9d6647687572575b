//! One call of a model, as every dialect tells it, and the events it becomes.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::told::{Told, Writer};
use super::super::wire::{Exchange, header};
use super::super::{About, opaque};

/// What a dialect found in an exchange.
#[derive(Debug, Default)]
pub(super) struct Call {
    pub provider: Option<String>,
    pub model: Option<String>,
    /// What stands before the conversation.
    pub system: Option<String>,
    /// The conversation as it was sent, without the system's words.
    pub messages: Vec<Turn>,
    pub answer: Option<String>,
    /// Name and arguments of every tool the model wants.
    pub tools: Vec<Tool>,
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    pub cached: Option<u64>,
    pub finish: Option<String>,
    pub response_id: Option<String>,
    pub error: Option<(Option<String>, String)>,
    pub stream: bool,
    /// Who the caller says the client is (`user`).
    pub user: Option<String>,
    /// Of the conversation, as the caller names it (`metadata`).
    pub session: Option<String>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    pub role: String,
    pub text: String,
}

/// One tool the model wants used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tool {
    pub name: String,
    pub arguments: String,
}

impl Call {
    /// The events: the call itself, and the client's and the assistant's words where they are a conversation of their own.
    pub(super) fn told(&self, exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
        let mut told = Vec::with_capacity(3);
        let last = self.messages.last().filter(|turn| turn.role == "user" && exchange.retry_of.is_none());
        if let Some(said) = last.filter(|_| about.speaks) {
            let mut writer = self.event(exchange, about, "in");
            writer.at(exchange.started_us).set("type", "message_in").set("text", said.text.as_str());
            told.push(writer.told());
        }
        told.push(self.call(exchange, about));
        if let Some(answer) = self.answer.as_deref().filter(|answer| about.speaks && self.tools.is_empty() && !answer.is_empty()) {
            let mut writer = self.event(exchange, about, "out");
            writer.set("type", "message_out").set("bot_response", answer).maybe("model", self.model.as_deref());
            told.push(writer.told());
        }
        told
    }

    fn call(&self, exchange: &Exchange, about: &About<'_>) -> Told {
        let mut writer = self.event(exchange, about, "");
        let ms = ((exchange.ended_us - exchange.started_us) / 1000).max(0);
        writer.set("type", "llm_call").set("direction", "internal").set("latency_ms", ms).whole(exchange);
        writer.maybe("model", self.model.as_deref()).maybe("provider", self.provider.as_deref());
        writer.maybe("prompt_version", self.system.as_deref().map(prompt_version));
        writer.maybe("tokens_in", self.tokens_in).maybe("tokens_out", self.tokens_out);
        if let Some((code, message)) = &self.error {
            writer.part("error", "code", code.as_deref()).part("error", "message", Some(message.as_str()));
        } else if let Some(failure) = opaque::failure(exchange) {
            writer.part("error", "message", Some(failure));
        }
        let tools: Vec<Value> = self.tools.iter().map(|tool| json!({ "name": tool.name, "arguments": tool.arguments })).collect();
        let llm = json!({
            "answer": self.answer, "tools": tools, "finish": self.finish, "cached_tokens": self.cached, "stream": self.stream,
            "response_id": self.response_id, "messages": self.messages.len(),
        });
        writer.meta("llm", llm);
        writer.told()
    }

    /// What all events of the exchange have in common: whose conversation it is.
    fn event(&self, exchange: &Exchange, about: &About<'_>, part: &str) -> Writer {
        let id = if part.is_empty() { exchange.id.clone() } else { format!("{}.{part}", exchange.id) };
        let mut writer = Writer::new(exchange, about, &id);
        let said = |name: &str| header(&exchange.request.headers, name);
        writer.maybe("session_id", said("x-letopis-session").or(self.session.as_deref()));
        writer.part("client", "id", said("x-letopis-client").or(self.user.as_deref()));
        writer.maybe("intent", said("x-letopis-intent"));
        writer.maybe("experiment", said("x-letopis-experiment")).maybe("variant", said("x-letopis-variant"));
        writer
    }
}

/// A prompt is known by the beginning of its SHA-256.
fn prompt_version(system: &str) -> String {
    Sha256::digest(system.as_bytes())[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}
