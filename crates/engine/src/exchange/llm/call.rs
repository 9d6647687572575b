//! One call of a model, as every dialect tells it, and the events it becomes.
//!
//! An `llm_call` always. The client's and the assistant's words beside it, as `message_in` and `message_out`, only where no channel brings
//! them: once a turn, however often tools were used in between. What the fields of the connection find in it comes after (`facts`).

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::told::{Told, Writer};
use super::super::wire::{Ended, Exchange};
use super::super::{About, opaque};
use super::facts::Facts;
use super::who::Who;
use super::{abroad, chain, evidence};

/// Characters of the question that are shown beside a call; the whole is in the evidence.
const SHOWN_CHARS: usize = 4_000;

/// What a dialect found in an exchange.
#[derive(Debug, Default)]
pub(super) struct Call {
    /// `chat`, `embeddings`, …
    pub operation: &'static str,
    /// Who answers there, if the dialect says so itself.
    pub provider: Option<String>,
    /// The model that answered, else the one that was asked.
    pub model: Option<String>,
    pub asked_model: Option<String>,
    /// What stands before the conversation.
    pub system: Option<String>,
    /// The conversation as it was sent, without the system's words.
    pub messages: Vec<Turn>,
    /// What was answered: mostly one, `n` where so many were asked for.
    pub choices: Vec<Choice>,
    pub usage: Usage,
    pub response_id: Option<String>,
    /// The server keeps the history under `response_id`.
    pub keeps_history: bool,
    /// The answer that this call goes on from, where the server keeps histories.
    pub previous: Option<String>,
    /// Code and words.
    pub error: Option<(Option<String>, String)>,
    pub stream: bool,
    /// What the body says of whose conversation it is.
    pub who: Who,
    /// The whole request and, if it was no stream, the whole answer: for the connection's fields.
    pub request: Value,
    pub response: Value,
}

/// Tokens. What is in is all of it: cached ones are part of it, as reasoning is part of what came out.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Usage {
    pub tokens_in: Option<u64>,
    pub tokens_out: Option<u64>,
    pub cached: Option<u64>,
    pub cache_written: Option<u64>,
    pub reasoning: Option<u64>,
}

/// Who speaks in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Role {
    #[default]
    User,
    Assistant,
    Tool,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Turn {
    pub role: Role,
    pub text: String,
    /// What the assistant wanted used.
    pub tools: Vec<Tool>,
    /// Of a tool's answer: to which call, by its id or else its name.
    pub answers: Option<String>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Choice {
    pub text: Option<String>,
    pub refusal: Option<String>,
    pub tools: Vec<Tool>,
    pub finish: Option<String>,
}

/// One tool the model wants used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tool {
    pub id: Option<String>,
    pub name: String,
    /// JSON as text; in a stream it comes in pieces.
    pub arguments: String,
}

impl Role {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }
}

impl Tool {
    /// What it is known by when it comes back: its id, or what was asked of it.
    pub(super) fn key(&self) -> String {
        let asked = || serde_json::from_str::<Value>(&self.arguments).map_or_else(|_| self.arguments.clone(), |value| value.to_string());
        self.id.clone().unwrap_or_else(|| format!("{}({})", self.name, asked()))
    }
}

impl Call {
    /// A call of that operation, with nothing known of it yet.
    pub(super) fn new(operation: &'static str, request: Value) -> Self {
        Self { operation, request, ..Self::default() }
    }

    /// The choice of that number; strangers may number as they like.
    pub(super) fn choice(&mut self, index: Option<u64>) -> &mut Choice {
        let at = index.map_or(0, |index| usize::try_from(index).unwrap_or(usize::MAX)).min(self.choices.len()).min(127);
        if at == self.choices.len() {
            self.choices.push(Choice::default());
        }
        &mut self.choices[at]
    }

    /// The events it becomes.
    pub(super) fn told(mut self, exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
        let mut who = std::mem::take(&mut self.who);
        who.headers(exchange);
        self.who = who;
        let facts = Facts::find(&mut self, about);
        let who = std::mem::take(&mut self.who);
        let is_named = who.session.is_some() || who.client.is_some() || who.phone.is_some();
        let chain = (!is_named && !self.messages.is_empty()).then(|| chain::of(&self));
        let event = |part: &str| {
            let id = if part.is_empty() { exchange.id.clone() } else { format!("{}.{part}", exchange.id) };
            let mut writer = Writer::new(exchange, about, &id);
            who.write(&mut writer);
            facts.client(&mut writer);
            if let Some(chain) = &chain {
                let mut chain = if part.is_empty() { chain.clone() } else { serde_json::Map::new() };
                chain.insert("of".into(), exchange.id.as_str().into());
                chain.extend(exchange.retry_of.iter().map(|earlier| ("retry".to_owned(), earlier.as_str().into())));
                writer.meta("chain", chain);
            }
            writer
        };
        let mut told = Vec::with_capacity(3);
        told.push(self.call(&mut event(""), exchange, about, &facts));
        let asked = self.messages.last().filter(|turn| turn.role == Role::User && !turn.text.trim().is_empty());
        if let Some(asked) = asked.filter(|_| about.speaks && exchange.retry_of.is_none()) {
            let mut writer = event("in");
            writer.at(exchange.started_us).set("type", "message_in").set("text", asked.text.as_str());
            facts.intent(&mut writer);
            told.push(writer.told());
        }
        let answer = self.choices.first().filter(|choice| choice.tools.is_empty());
        let words = facts.reply.as_deref().or(answer.and_then(|choice| choice.text.as_deref().or(choice.refusal.as_deref())));
        if let Some(words) = words.filter(|words| about.speaks && !words.trim().is_empty()) {
            let mut writer = event("out");
            writer.set("type", "message_out").set("bot_response", words).maybe("model", self.model.as_deref());
            told.push(writer.told());
        }
        told.extend(facts.outcomes(event));
        told
    }

    fn call(&self, writer: &mut Writer, exchange: &Exchange, about: &About<'_>, facts: &Facts) -> Told {
        let ms = ((exchange.ended_us - exchange.started_us) / 1000).max(0);
        let provider = super::provider::of(about.settings.upstream.as_deref()).or_else(|| self.provider.clone());
        let provider = provider.unwrap_or_else(|| about.kind.as_str().to_owned());
        let model = self.model.as_deref().or(self.asked_model.as_deref());
        writer.set("type", "llm_call").set("direction", "internal").set("latency_ms", ms);
        writer.maybe("model", model).set("provider", provider.as_str());
        writer.default("prompt_version", self.system.as_deref().map(prompt_version));
        writer.maybe("tokens_in", self.usage.tokens_in).maybe("tokens_out", self.usage.tokens_out);
        let price = about.known.prices.of(&provider, [self.model.as_deref(), self.asked_model.as_deref()]);
        if let Some((cost, price)) = price.and_then(|price| Some((price.cost(&self.usage.billed()?), price))) {
            writer.set("cost", cost).meta("cost", json!({ "currency": price.currency, "price": price.name() }));
        }
        if let Some((code, message)) = &self.error {
            writer.part("error", "code", code.as_deref()).part("error", "message", Some(message.as_str()));
        } else if let Some(failure) = opaque::failure(exchange) {
            writer.part("error", "message", Some(failure));
        }
        if let Some(sent) = abroad::sent(self, &provider) {
            writer.meta("sent_abroad", sent);
        }
        facts.intent(writer);
        writer.meta("llm", self.summary(exchange)).whole_without_files(exchange, &evidence::without_files, &evidence::digest_of);
        writer.told()
    }

    fn summary(&self, exchange: &Exchange) -> Value {
        let first = self.choices.first();
        let finish = first.and_then(|choice| choice.finish.as_deref());
        let said = self.messages.iter().rfind(|turn| turn.role == Role::User).map(|turn| shown(&turn.text));
        let mut summary = json!({
            "operation": self.operation, "said": said, "answer": first.and_then(|choice| choice.text.as_deref()),
            "refusal": first.and_then(|choice| choice.refusal.as_deref()), "tools": first.map(|choice| named(&choice.tools)),
            "finish": finish, "cached_tokens": self.usage.cached, "cache_written_tokens": self.usage.cache_written,
            "reasoning_tokens": self.usage.reasoning, "response_id": self.response_id, "messages": self.messages.len(),
            "asked_model": self.asked_model.as_ref().filter(|asked| self.model.as_ref() != Some(asked)),
        });
        let mut more = |name: &str, value: Value| drop(summary.as_object_mut().map(|parts| parts.insert(name.to_owned(), value)));
        if self.choices.len() > 1 {
            let others = self.choices[1..].iter().map(|choice| json!({ "answer": choice.text, "tools": named(&choice.tools) }));
            more("others", others.collect());
        }
        if self.stream {
            more("stream", true.into());
            let first_us = exchange.first_byte_us.map(|first| ((first - exchange.started_us) / 1000).max(0));
            more("first_token_ms", first_us.into());
        }
        let is_short = exchange.response.as_ref().is_some_and(|response| response.body.is_cut());
        if exchange.ended != Ended::Whole || is_short || self.stream && finish.is_none() && self.error.is_none() {
            more("partial", true.into());
        }
        if let Some(parts) = summary.as_object_mut() {
            parts.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty()));
        }
        summary
    }
}

impl Usage {
    /// Tokens as they are paid for: in, of them cached, out. None where nothing was counted.
    fn billed(&self) -> Option<(u64, u64, u64)> {
        self.tokens_in.or(self.tokens_out)?;
        let tokens_in = self.tokens_in.unwrap_or(0);
        Some((tokens_in, self.cached.unwrap_or(0).min(tokens_in), self.tokens_out.unwrap_or(0)))
    }
}

fn named(tools: &[Tool]) -> Vec<Value> {
    let parts = |tool: &Tool| match &tool.id {
        Some(id) => json!({ "id": id, "name": tool.name, "arguments": tool.arguments }),
        None => json!({ "name": tool.name, "arguments": tool.arguments }),
    };
    tools.iter().map(parts).collect()
}

fn shown(text: &str) -> String {
    let short: String = text.chars().take(SHOWN_CHARS).collect();
    evidence::without_files(&short).into_owned()
}

/// A prompt is known by the beginning of its SHA-256.
fn prompt_version(system: &str) -> String {
    Sha256::digest(system.as_bytes())[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}
