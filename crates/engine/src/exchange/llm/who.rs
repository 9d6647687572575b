//! Whose conversation a call belongs to, and what the caller says about it: by our headers, else by what the body has room for.
//!
//! | header | in `metadata` | field |
//! |---|---|---|
//! | `X-Letopis-Session` | `session_id`, `session`, `conversation_id`, `thread_id`, `chat_id` | `session_id` |
//! | `X-Letopis-Client` | `client_id`, `user_id` (and `user`, `safety_identifier` of the body) | `client.id` |
//! | `X-Letopis-Phone`, `-Name` | `phone`, `name` | `client.phone`, `client.name` |
//! | `X-Letopis-Channel` | `channel` | `channel` |
//! | `X-Letopis-Intent`, `-Confidence` | `intent`, `confidence` | `intent`, `confidence` |
//! | `X-Letopis-Experiment`, `-Variant` | `experiment`, `variant` | the same |
//! | `X-Letopis-Scenario` (`name@version`) | `scenario` | `scenario`, `scenario_version` |
//! | `X-Letopis-Prompt-Version` | `prompt_version` | `prompt_version` |
//!
//! A header that has other letters than English ones is percent-encoded. Whoever names neither session nor client gets both from `chain`.

use serde_json::Value;

use super::super::told::Writer;
use super::super::wire::{Exchange, header};
use super::facts::share;
use super::json::{label, short};

/// What the caller says.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Who {
    pub session: Option<String>,
    pub client: Option<String>,
    pub phone: Option<String>,
    name: Option<String>,
    channel: Option<String>,
    pub intent: Option<String>,
    pub confidence: Option<f64>,
    experiment: Option<String>,
    variant: Option<String>,
    scenario: Option<String>,
    prompt_version: Option<String>,
}

impl Who {
    /// What `metadata` of a body says.
    pub(super) fn metadata(&mut self, metadata: &Value) {
        let first = |names: &[&str]| names.iter().find_map(|name| label(&metadata[*name]));
        self.session = self.session.take().or_else(|| first(&["session_id", "session", "conversation_id", "thread_id", "chat_id"]));
        self.client = self.client.take().or_else(|| first(&["client_id", "user_id"]));
        self.phone = first(&["phone"]);
        self.name = first(&["name"]);
        self.channel = first(&["channel"]);
        self.intent = first(&["intent"]);
        self.confidence = share(&metadata["confidence"]);
        self.experiment = first(&["experiment"]);
        self.variant = first(&["variant"]);
        self.scenario = first(&["scenario"]);
        self.prompt_version = first(&["prompt_version"]);
    }

    /// What our headers say: it comes first.
    pub(super) fn headers(&mut self, exchange: &Exchange) {
        let said = |name: &str| header(&exchange.request.headers, name).and_then(|value| short(&decoded(value)));
        let said_session = said("x-letopis-session").or_else(|| self.session.take()).or_else(|| said("x-session-id"));
        self.session = said_session;
        for (name, place) in [
            ("x-letopis-client", &mut self.client),
            ("x-letopis-phone", &mut self.phone),
            ("x-letopis-name", &mut self.name),
            ("x-letopis-channel", &mut self.channel),
            ("x-letopis-intent", &mut self.intent),
            ("x-letopis-experiment", &mut self.experiment),
            ("x-letopis-variant", &mut self.variant),
            ("x-letopis-scenario", &mut self.scenario),
            ("x-letopis-prompt-version", &mut self.prompt_version),
        ] {
            *place = said(name).or_else(|| place.take());
        }
        self.confidence = said("x-letopis-confidence").and_then(|text| share(&text.into())).or(self.confidence);
    }

    /// Into an event. The intent is written by [`super::facts`], where it belongs.
    pub(super) fn write(&self, writer: &mut Writer) {
        writer.maybe("session_id", self.session.as_deref()).part("client", "id", self.client.as_deref());
        writer.part("client", "phone", self.phone.as_deref()).part("client", "name", self.name.as_deref());
        writer.maybe("channel", self.channel.as_ref().map(|channel| channel.chars().take(64).collect::<String>()));
        writer.maybe("experiment", self.experiment.as_deref()).maybe("variant", self.variant.as_deref());
        let (scenario, version) = match self.scenario.as_deref().map(|scenario| scenario.rsplit_once('@').ok_or(scenario)) {
            Some(Ok((scenario, version))) => (Some(scenario), Some(version)),
            Some(Err(scenario)) => (Some(scenario), None),
            None => (None, None),
        };
        writer.maybe("scenario", scenario).maybe("scenario_version", version);
        writer.maybe("prompt_version", self.prompt_version.as_deref());
    }
}

/// `%D0%90` as А; what is no percent-encoded text stays as it is.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = |digit: u8| char::from(digit).to_digit(16);
        match (first, after) {
            (b'%', [high, low, tail @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                bytes.push((hex(*high).unwrap_or(0) * 16 + hex(*low).unwrap_or(0)) as u8);
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn russian_letters_come_percent_encoded() {
        assert_eq!(decoded("%D0%90%D0%BD%D0%BD%D0%B0"), "Анна");
        assert_eq!(decoded("скидка 5%"), "скидка 5%");
        assert_eq!(decoded("%FF"), "%FF");
    }
}
