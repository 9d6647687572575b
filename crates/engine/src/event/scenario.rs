//! A version of a scenario or prompt, as a person puts it and makes it the one that answers. Texts of the business's own: no client is named.
//!
//! ```text
//! {"by":"key:k_1","decision":"scenario_put","name":"запись","version":"7","text":"Ты администратор …","comment":"короче"}
//! {"by":"vera","decision":"scenario_activated","name":"запись","version":"6"}
//! ```
//! A version is put once: the same name with another text is another version. What is said in traffic is held against it by `name@version`, or
//! by its digest, which is what a system prompt without a name is known by.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Longer than any prompt that a model reads with every question.
pub const TEXT_BYTES: usize = 64 << 10;
const NAME_CHARS: usize = 100;
const VERSION_CHARS: usize = 40;
const COMMENT_CHARS: usize = 500;

/// A version that was put here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Put {
    /// Of which scenario or prompt.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What the bot is told: a text, or JSON as a text.
    pub text: String,
    /// What is new in it, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

/// From now on this version answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activation {
    /// Of which scenario or prompt.
    pub name: String,
    /// Which.
    pub version: String,
}

impl Put {
    /// What is wrong with it, in words; none when it can be put.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let plain = |text: &str| {
            !text.chars().any(|c| c.is_control() || "@/?#".contains(c)) && text.trim() == text && text.chars().any(|c| c != '.')
        };
        match () {
            () if !plain(&self.name) || self.name.chars().count() > NAME_CHARS => {
                Some("name: up to 100 characters, without @ / ? # and spaces at its ends")
            }
            () if !plain(&self.version) || self.version.chars().count() > VERSION_CHARS => {
                Some("version: up to 40 characters, without @ / ? # and spaces at its ends")
            }
            () if self.text.trim().is_empty() || self.text.len() > TEXT_BYTES || self.text.contains('\0') => {
                Some("text: something, in up to 64 KiB")
            }
            () if self.comment.chars().count() > COMMENT_CHARS => Some("comment: up to 500 characters"),
            () => None,
        }
    }
}

/// What a prompt without a name is known by: the beginning of its SHA-256.
#[must_use]
pub fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes())[..6].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `запись@7` → `запись`, `7`.
#[must_use]
pub fn parts(label: &str) -> (&str, Option<&str>) {
    label.rsplit_once('@').map_or((label, None), |(name, version)| (name, Some(version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_named_in_a_link_or_in_traffic_is_refused() {
        let put = Put {
            name: "запись".into(), version: "7".into(), text: "Ты администратор".into(), comment: String::new()
        };
        assert_eq!(put.fault(), None);
        for name in ["", " запись", "а@б", "a/b", "a\nb", &"я".repeat(101)] {
            assert!(Put { name: name.into(), ..put.clone() }.fault().is_some(), "{name}");
        }
        for version in ["", "7@", "1/2"] {
            assert!(Put { version: version.into(), ..put.clone() }.fault().is_some(), "{version}");
        }
        for text in [" \n", &"я".repeat(TEXT_BYTES / 2 + 1), "a\0b"] {
            assert!(Put { text: text.into(), ..put.clone() }.fault().is_some());
        }
        assert_eq!(parts("запись@7"), ("запись", Some("7")));
        assert_eq!(parts("запись"), ("запись", None));
        assert_eq!(digest("").len(), 12);
    }
}
