//! Words that senders choose freely – intents, campaigns, variants – without persons: numbers stay when whoever they are about is gone.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::event::scenario::parts;
use crate::journal::days::harmless;
use crate::metrics::judge::Case;
use crate::privacy::mask::Masker;

/// Words that are remembered: a business has dozens, and one that has more is worked out again.
const MOST: usize = 10_000;

/// What words come to; worked out once each.
#[derive(Default)]
pub(super) struct Words {
    masker: OnceLock<Masker>,
    known: Mutex<HashMap<String, String>>,
}

impl Words {
    /// Takes persons out of a case's words.
    pub(super) fn clean(&self, case: &mut Case) {
        case.channel = self.of(std::mem::take(&mut case.channel));
        for word in [&mut case.intent, &mut case.variant, &mut case.model, &mut case.utm_source, &mut case.utm_campaign] {
            *word = word.take().map(|word| self.of(word));
        }
        for label in [&mut case.scenario, &mut case.prompt] {
            *label = label.take().map(|label| self.label(label));
        }
    }

    /// `запись@7` is a name and a version and looks like an address of mail; a digest looks like a number.
    fn label(&self, label: String) -> String {
        let is_digest = label.len() == 12 && label.bytes().all(|b| b.is_ascii_hexdigit()) && label.bytes().any(|b| b.is_ascii_alphabetic());
        let is_host =
            |version: &str| version.rsplit_once('.').is_some_and(|(_, end)| end.len() > 1 && end.chars().all(char::is_alphabetic));
        match parts(&label) {
            _ if is_digest => label,
            (name, Some(version)) if !is_host(version) => format!("{}@{}", self.of(name.to_owned()), self.of(version.to_owned())),
            _ => self.of(label),
        }
    }

    /// A word as it is, unless it says something of a person.
    fn of(&self, word: String) -> String {
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&word) {
            return known.clone();
        }
        let masked = harmless(self.masker.get_or_init(Masker::default), word.clone());
        let clean = if masked.contains('[') { masked } else { word.clone() };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(word, clean.clone());
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_in_an_intent_is_taken_out_and_other_words_stay_as_they_are() {
        let words = Words::default();
        let intent = |text: &str| {
            let mut case = Case { intent: Some(text.into()), ..Case::default() };
            words.clean(&mut case);
            case.intent.unwrap_or_default()
        };
        for word in ["запись на приём", "запись_на_приём", "autumn-2025", "gpt-4.1-mini"] {
            assert_eq!(intent(word), word);
        }
        let said = intent("звоните +79215550101");
        assert!(!said.contains("555") && said.starts_with("звоните"), "{said}");
        assert_eq!(intent("звоните +79215550101"), said, "remembered");
    }

    #[test]
    fn a_version_is_no_address_and_an_address_is_no_version() {
        let words = Words::default();
        let scenario = |text: &str| {
            let mut case = Case { scenario: Some(text.into()), prompt: Some(text.into()), ..Case::default() };
            words.clean(&mut case);
            assert_eq!(case.scenario, case.prompt);
            case.scenario.unwrap_or_default()
        };
        for word in ["запись@7", "booking@2.3", "запись_салон@2.4", "booking", "12345678901f"] {
            assert_eq!(scenario(word), word);
        }
        for word in ["anna@mail.ru", "booking@+79215550101", "89215550101@7"] {
            let said = scenario(word);
            assert!(said.contains('[') && !said.contains("555") && !said.contains("anna"), "{said}");
        }
    }
}
