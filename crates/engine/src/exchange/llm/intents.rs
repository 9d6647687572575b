//! The business's own words for what clients want: every synonym leads to one normal form.
//!
//! Models name one intent in many ways (`booking`, `Запись`, `запись_на_приём`). The dictionary is a sealed setting of the business. A word that it
//! does not know stays as it is, and is kept beside the normal form where it was changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Entries of a dictionary, synonyms included.
const MOST: usize = 5_000;

/// The dictionary of a business: normal form → its synonyms.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Vec<String>>", into = "BTreeMap<String, Vec<String>>")]
pub struct Intents {
    words: BTreeMap<String, Vec<String>>,
    /// Folded word → normal form.
    known: BTreeMap<String, String>,
}

impl Intents {
    /// The normal form of a word, if the dictionary has it.
    #[must_use]
    pub fn normal(&self, word: &str) -> Option<&str> {
        if self.known.is_empty() { None } else { self.known.get(&folded(word)).map(String::as_str) }
    }

    /// Whether it has no word.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Normal forms with their synonyms.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.words.iter().map(|(normal, synonyms)| (normal.as_str(), synonyms.as_slice()))
    }

    /// What is wrong with it, in words; none when it can be used.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        if self.words.values().map(|synonyms| 1 + synonyms.len()).sum::<usize>() > MOST {
            return Some(format!("a dictionary has at most {MOST} words"));
        }
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (normal, synonyms) in &self.words {
            for word in std::iter::once(normal).chain(synonyms) {
                if folded(word).is_empty() || word.chars().count() > 100 {
                    return Some(format!("{normal}: a word has 1 to 100 characters"));
                }
                match seen.insert(folded(word), normal) {
                    Some(other) if other != normal => return Some(format!("{word} leads to {other} and to {normal}; choose one")),
                    _ => {}
                }
            }
        }
        None
    }
}

impl From<BTreeMap<String, Vec<String>>> for Intents {
    fn from(words: BTreeMap<String, Vec<String>>) -> Self {
        let pairs = words.iter().flat_map(|(normal, synonyms)| std::iter::once(normal).chain(synonyms).map(move |word| (word, normal)));
        let known = pairs.map(|(word, normal)| (folded(word), normal.clone())).collect();
        Self { words, known }
    }
}

impl From<Intents> for BTreeMap<String, Vec<String>> {
    fn from(intents: Intents) -> Self {
        intents.words
    }
}

/// As words are compared: lower case, ё as е, and whatever is no letter or digit as one space.
fn folded(word: &str) -> String {
    let plain = word.to_lowercase().replace('ё', "е");
    plain.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn synonyms_lead_to_one_form_however_they_are_spelt() {
        let intents: Intents = serde_json::from_str(r#"{"запись":["booking","записаться на приём"],"цена":["price"]}"#).unwrap();
        for word in ["Booking", "записаться_на_прием", " ЗАПИСЬ ", "запись"] {
            assert_eq!(intents.normal(word), Some("запись"), "{word}");
        }
        assert_eq!(intents.normal("отмена"), None);
        assert_eq!(intents.fault(), None);
        let twice: Intents = serde_json::from_str(r#"{"запись":["booking"],"приём":["Booking"]}"#).unwrap();
        assert!(twice.fault().unwrap().contains("choose one"));
    }
}
