//! What Letopis itself may do in the CRM of a connection, beside passing the bot's calls on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::word::words;

words! {
    /// How much of a dialogue a card is told.
    CardWords, "words" {
        /// Times and steps: all that a clinic's card may say.
        Steps = "steps",
        /// And what the client wants, and what was done.
        Digest = "digest",
        /// And the words themselves.
        Full = "full",
    }
}

/// The settings; nothing is done in the CRM where they are not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CrmSettings {
    /// Dialogues are written to clients' cards.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub write: bool,
    /// How much; a digest where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<CardWords>,
    /// A card is made for a client who has none a quarter of an hour after the first word.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub create: bool,
    /// A task for the manager where a client was handed over or lost.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tasks: bool,
    /// The employee whom cards and tasks belong to; the webhook's owner where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible: Option<u64>,
    /// What is known of a dialogue (`intent`, `confidence`, `variant`) → the field of the card that holds it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// What changes in the CRM is read back.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub read: bool,
    /// A stage (`lead:JUNK`, `deal:C1:WON`) → what it means, where that is not what the CRM itself says.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub stages: BTreeMap<String, String>,
    /// A field of a lead or deal that says that the client did not come: `UF_CRM_NOSHOW`, or `UF_CRM_STATUS=45` where one of its values does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_show_field: Option<String>,
}
