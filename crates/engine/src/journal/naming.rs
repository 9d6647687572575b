//! Whether bytes that nobody could read as an event name a client all the same.
//!
//! A refused item may be broken in any way, so its text is searched: phones by their digits in whatever spelling, e-mails in either case,
//! longer ids as whole words. Short ids (`"1"`) would be found everywhere; they count only as the value of the field they belong in.

use serde_json::Value;

use super::projection::Mark;

/// A shorter id is looked for in its own field only.
const WORD_BYTES: usize = 5;
/// Digits of a phone without the country.
const PHONE_DIGITS: usize = 10;

/// What a client is known by, prepared for searching.
pub(super) struct Wanted {
    phones: Vec<String>,
    texts: Vec<String>,
    words: Vec<String>,
    ids: Vec<String>,
    sessions: Vec<String>,
}

impl Wanted {
    pub(super) fn new(marks: &[Mark], sessions: &[String]) -> Self {
        let mut wanted = Self { phones: vec![], texts: vec![], words: vec![], ids: vec![], sessions: sessions.to_vec() };
        for mark in marks {
            let value = match mark.kind {
                "crm" => mark.value.split_once(':').map_or(mark.value.as_str(), |(_, id)| id),
                _ => mark.value.as_str(),
            };
            match mark.kind {
                "phone" => {
                    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
                    wanted.phones.push(digits[digits.len().saturating_sub(PHONE_DIGITS)..].to_owned());
                }
                "email" => wanted.texts.push(value.to_lowercase()),
                _ => {
                    wanted.ids.push(value.to_owned());
                    if value.len() >= WORD_BYTES {
                        wanted.words.push(value.to_lowercase());
                    }
                }
            }
        }
        wanted
    }

    /// Whether the item names the client.
    pub(super) fn is_in(&self, item: &[u8]) -> bool {
        let json: Option<Value> = serde_json::from_slice(item).ok();
        let mut text = String::from_utf8_lossy(item).into_owned();
        if let Some(json) = &json {
            // Escapes hide what is written: \u002b7…
            text.push('\n');
            spell_out(json, &mut text);
        }
        let lower = text.to_lowercase();
        let digits = joined_digits(&lower);
        self.phones.iter().any(|phone| digits.contains(phone))
            || self.texts.iter().any(|email| lower.contains(email))
            || self.words.iter().any(|word| has_word(&lower, word))
            || json.is_some_and(|json| self.is_in_fields(&json))
    }

    fn is_in_fields(&self, json: &Value) -> bool {
        if let Value::Array(items) = json {
            return items.iter().any(|item| self.is_in_fields(item));
        }
        let client = &json["client"];
        let is = |field: &Value, wanted: &[String]| {
            let written = field.as_str().map(str::to_owned).or_else(|| field.as_i64().map(|number| number.to_string()));
            written.is_some_and(|written| wanted.contains(&written))
        };
        is(&client["id"], &self.ids) || is(&client["channel_id"], &self.ids) || is(&json["session_id"], &self.sessions)
    }
}

/// Every text and number of a JSON value, each on a line.
fn spell_out(json: &Value, text: &mut String) {
    match json {
        Value::String(value) => {
            text.push_str(value);
            text.push('\n');
        }
        Value::Number(value) => {
            text.push_str(&value.to_string());
            text.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| spell_out(item, text)),
        Value::Object(fields) => fields.values().for_each(|field| spell_out(field, text)),
        Value::Bool(_) | Value::Null => {}
    }
}

/// The digits of a text; what people write between those of a phone is left out, anything else parts them.
fn joined_digits(text: &str) -> String {
    let mut digits = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' | '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}' => {}
            c if c.is_whitespace() && c != '\n' => {}
            _ if digits.ends_with(' ') => {}
            _ => digits.push(' '),
        }
    }
    digits
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn wanted() -> Wanted {
        let mark = |kind, channel: Option<&str>, value: &str| Mark { kind, channel: channel.map(str::to_owned), value: value.into() };
        let marks = [
            mark("phone", None, "+79215550101"),
            mark("email", None, "anna@example.org"),
            mark("channel", Some("telegram"), "55120341"),
            mark("id", None, "7"),
            mark("crm", None, "lead:4521"),
        ];
        Wanted::new(&marks, &["sess-a".to_owned()])
    }

    #[test]
    fn a_client_is_found_in_whatever_spelling() {
        for item in [
            "позвоните 8 (921) 555-01-01",
            "+7 921 555–01–01",
            "tel:+79215550101;",
            "id_79215550101",
            "921.555.01.01",
            r#"{"client":{"phone":"\u002b7921555\u00301\u00301"}}"#,
            r#"{"client":{"phone":89215550101}}"#,
            "Anna@Example.ORG",
            "<55120341>",
            r#"{"client":{"id":"7"}}"#,
            r#"[{"client":{"id":7}}]"#,
            r#"{"session_id":"sess-a"}"#,
        ] {
            assert!(wanted().is_in(item.as_bytes()), "{item}");
        }
    }

    #[test]
    fn another_client_is_not() {
        for item in
            ["8 (921) 555-01-02", "551203411", r#"{"client":{"id":"77"},"n":7}"#, r#"{"session_id":"sess-ab"}"#, "9215550 и 101", ""]
        {
            assert!(!wanted().is_in(item.as_bytes()), "{item}");
        }
        assert!(!wanted().is_in(b"\xff\xfe"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "\\PC*") {
            wanted().is_in(&bytes);
            wanted().is_in(text.as_bytes());
        }
    }
}
