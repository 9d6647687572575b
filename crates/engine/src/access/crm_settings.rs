//! What Letopis itself may do in the CRM of a connection, beside passing the bot's calls on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::{AccessError, Result};
use super::word::words;

/// What is known of a dialogue and may stand in a field of its own.
const KNOWN: [&str; 4] = ["intent", "confidence", "variant", "verdict"];
/// What a stage can mean.
const MEANINGS: [&str; 8] = ["in_progress", "won", "lost", "booked", "arrived", "no_show", "paid", "ignore"];
/// More sources than a portal has.
const SOURCES: usize = 50;

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
    /// Only cards from these sources (`WEB`, `1|TELEGRAM`) come of a dialogue with the assistant; of an empty list all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

impl CrmSettings {
    /// The field of a card that holds what is known of a dialogue; an empty one takes it away.
    ///
    /// # Errors
    /// When it is not known, or is no field of a card.
    pub fn set_field(&mut self, known: &str, field: &str) -> Result<()> {
        let rule = "intent, confidence, variant or verdict = UF_CRM_…";
        let is_field = field.strip_prefix("UF_").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_name)) && field.len() <= 50;
        if !KNOWN.contains(&known) || !(field.is_empty() || is_field) {
            return Err(AccessError::Invalid { what: "field", rule });
        }
        keep(&mut self.fields, known, field);
        Ok(())
    }

    /// The field that says that the client did not come, perhaps with the value that does; an empty one takes it away.
    ///
    /// # Errors
    /// When it is no field of a card.
    pub fn set_no_show(&mut self, field: &str) -> Result<()> {
        let (name, value) = field.split_once('=').unwrap_or((field, "1"));
        let is_field = name.strip_prefix("UF_").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_name)) && field.len() <= 80;
        if !(field.is_empty() || is_field && !value.is_empty()) {
            return Err(AccessError::Invalid { what: "no-show field", rule: "UF_CRM_… or UF_CRM_…=value" });
        }
        self.no_show_field = Some(field.to_owned()).filter(|field| !field.is_empty());
        Ok(())
    }

    /// The sources whose cards come of a dialogue, separated by commas or line feeds; nothing: all.
    ///
    /// # Errors
    /// When one is no code of a source, or there are too many.
    pub fn set_sources(&mut self, text: &str) -> Result<()> {
        let sources: Vec<String> = text.split([',', '\n']).map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned).collect();
        let is_code = |code: &String| code.len() <= 50 && code.bytes().all(|byte| is_name(byte) || b"|-.:".contains(&byte));
        if sources.len() > SOURCES || !sources.iter().all(is_code) {
            return Err(AccessError::Invalid { what: "source", rule: "codes like WEB or 1|TELEGRAM, at most 50" });
        }
        self.sources = sources;
        Ok(())
    }

    /// What a stage means; an empty meaning takes it away.
    ///
    /// # Errors
    /// When it is no stage, or the meaning is not known.
    pub fn set_stage(&mut self, stage: &str, meaning: &str) -> Result<()> {
        let rule = "lead:STATUS or deal:STAGE = in_progress, won, lost, booked, arrived, no_show, paid or ignore";
        let code = stage.strip_prefix("lead:").or_else(|| stage.strip_prefix("deal:"));
        let is_stage = code.is_some_and(|code| !code.is_empty() && code.bytes().all(|byte| is_name(byte) || b":-".contains(&byte)));
        if !is_stage || stage.len() > 60 || !(meaning.is_empty() || MEANINGS.contains(&meaning)) {
            return Err(AccessError::Invalid { what: "stage", rule });
        }
        keep(&mut self.stages, stage, meaning);
        Ok(())
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn keep(map: &mut BTreeMap<String, String>, name: &str, value: &str) {
    if value.is_empty() {
        map.remove(name);
    } else {
        map.insert(name.to_owned(), value.to_owned());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn fields_and_stages_are_checked_when_they_are_set() {
        let mut crm = CrmSettings::default();
        crm.set_field("intent", "UF_CRM_1747309879").unwrap();
        crm.set_stage("deal:C1:LOSE", "no_show").unwrap();
        crm.set_stage("lead:JUNK", "lost").unwrap();
        crm.set_stage("lead:JUNK", "").unwrap();
        assert_eq!((crm.fields.len(), crm.stages.len(), crm.stages["deal:C1:LOSE"].as_str()), (1, 1, "no_show"));
        crm.set_no_show("UF_CRM_STATUS=45").unwrap();
        assert!(crm.set_no_show("STATUS=45").is_err() && crm.set_no_show("UF_CRM_X=").is_err() && crm.no_show_field.is_some());
        crm.set_no_show("").unwrap();
        crm.set_sources("WEB, 1|TELEGRAM\n").unwrap();
        assert!(crm.set_sources("<b>").is_err() && crm.sources == ["WEB", "1|TELEGRAM"]);
        crm.set_sources(" ").unwrap();
        assert!(crm.sources.is_empty());
        assert_eq!(crm.no_show_field, None);
        for (known, field) in [("mood", "UF_CRM_1"), ("intent", "TITLE"), ("intent", "UF_"), ("intent", "UF_CRM 1"), ("", "UF_CRM_1")] {
            assert!(crm.set_field(known, field).is_err(), "{known}={field}");
        }
        for (stage, meaning) in [("JUNK", "lost"), ("lead:", "lost"), ("lead:JUNK", "forgotten"), ("deal:<b>", "won"), ("contact:X", "won")]
        {
            assert!(crm.set_stage(stage, meaning).is_err(), "{stage}={meaning}");
        }
    }
}
