//! How a connection behaves: everything about it that is no secret.
//!
//! Kept as JSON in the connection's row and sealed with every change. Whatever opens something (a forward URL with a token in it, a
//! sender's secret, an outbound proxy with a password) is not here but among [`super::connection_secrets`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::word::words;
use super::{CrmSettings, Origin};

words! {
    /// How much a proxy may delay for the sake of the record.
    Mode, "mode" {
        /// Never delays, never refuses; a gap is counted.
        Observe = "observe",
        /// The last frame of the answer is held until the exchange is durable.
        Confirm = "confirm",
        /// And the request is durable before the system outside sees it.
        Strict = "strict",
    }
}

words! {
    /// How a sender proves itself in a header, where its platform has no way of its own.
    Proof, "proof" {
        /// The header is the secret.
        Value = "value",
        /// The header is HMAC-SHA256 of the body under the secret, in hex, perhaps behind `sha256=`.
        HmacHex = "hmac_hex",
        /// The same in base64.
        HmacBase64 = "hmac_base64",
    }
}

/// The settings of one connection. What is left out has the kind's own default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where a proxy sends what it gets: scheme, host and a path to put before; no query, no password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream: Option<String>,
    /// *confirm* where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The channel under which its messages are counted; the kind's name where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Whether a model's messages are a conversation of their own; where nothing is said: when no channel is connected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speaks: Option<bool>,
    /// Certificates to trust beside the common ones, PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// It may point at link-local and metadata addresses.
    #[serde(skip_serializing_if = "is_false")]
    pub link_local: bool,
    /// Bytes of a body that are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_bytes: Option<u32>,
    /// Seconds for a connection to the system outside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connect_seconds: Option<u32>,
    /// Seconds until the first byte of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte_seconds: Option<u32>,
    /// Seconds of silence inside a body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_seconds: Option<u32>,
    /// Milliseconds that the bot may take before the platform is answered without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forward_ms: Option<u32>,
    /// The header in which a sender proves itself; `X-Letopis-Secret` where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_header: Option<String>,
    /// How; its value where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender_proof: Option<Proof>,
    /// Pages that a chat on a site takes messages from; none: it takes none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    /// Field of schema v1 → where it stands in what comes (`$.message.text`): the generic hook's map, and intent or outcome of models.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// What Letopis itself does in this CRM.
    #[serde(skip_serializing_if = "is_usual")]
    pub crm: CrmSettings,
}

impl Settings {
    /// The mode in force.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode.unwrap_or(Mode::Confirm)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

fn is_usual(crm: &CrmSettings) -> bool {
    *crm == CrmSettings::default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_not_said_is_not_written_and_what_is_unknown_is_refused() {
        assert_eq!(serde_json::to_string(&Settings::default()).unwrap(), "{}");
        let settings: Settings = serde_json::from_str(r#"{"mode":"strict","upstream":"https://api.example"}"#).unwrap();
        assert_eq!(settings.mode(), Mode::Strict);
        assert!(serde_json::from_str::<Settings>(r#"{"modes":"strict"}"#).is_err());
    }
}
