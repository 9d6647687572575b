//! What people may call things: a slug (in URLs), a login (to sign in with) and a name (to be shown).
//!
//! Checked where they enter, so that everything behind may trust them: no control characters (PostgreSQL refuses NUL),
//! bounded lengths, one spelling of a login.

use std::{fmt, str::FromStr};

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use super::error::AccessError;

const SLUG_CHARS: usize = 40;
const NAME_CHARS: usize = 120;
/// The longest e-mail address there can be (RFC 5321).
const LOGIN_CHARS: usize = 254;

/// `[a-z0-9-]{1,40}`: a business in a URL and on the command line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Slug(String);

/// What somebody signs in with: an e-mail address or a word, trimmed and in lower case.
#[derive(Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Login(String);

/// A name to show: 1 to 120 characters in one line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Name(String);

/// A login is personal data: it is not printed by accident.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(***)")
    }
}

impl FromStr for Slug {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let fits = (1..=SLUG_CHARS).contains(&text.len());
        let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if fits && plain {
            Ok(Self(text.to_owned()))
        } else {
            Err(AccessError::Invalid { what: "slug", rule: "1 to 40 of a-z, 0-9 and -" })
        }
    }
}

impl FromStr for Login {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let folded = text.trim().to_lowercase();
        let fits = (1..=LOGIN_CHARS).contains(&folded.chars().count());
        let plain = !folded.contains(|c: char| c.is_control() || c.is_whitespace());
        if fits && plain {
            Ok(Self(folded))
        } else {
            Err(AccessError::Invalid { what: "login", rule: "1 to 254 characters without spaces" })
        }
    }
}

impl FromStr for Name {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let trimmed = text.trim();
        let fits = (1..=NAME_CHARS).contains(&trimmed.chars().count());
        if fits && !trimmed.contains(char::is_control) {
            Ok(Self(trimmed.to_owned()))
        } else {
            Err(AccessError::Invalid { what: "name", rule: "1 to 120 characters in one line" })
        }
    }
}

/// What the three have in common.
macro_rules! text {
    ($name:ident) => {
        impl $name {
            /// As text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = AccessError;

            fn try_from(text: String) -> Result<Self, AccessError> {
                text.parse()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                self.0.to_sql()
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_str()?.parse().map_err(FromSqlError::other)
            }
        }
    };
}

text!(Slug);
text!(Login);
text!(Name);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn slugs_are_url_words() {
        assert_eq!(Slug::from_str("salon-2").unwrap().as_str(), "salon-2");
        for text in ["", "Salon", "салон", "a b", "a_b", "a/b", &"a".repeat(41)] {
            assert!(Slug::from_str(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_login_has_one_spelling() {
        assert_eq!(Login::from_str(" Ирина@Example.RU ").unwrap().as_str(), "ирина@example.ru");
        assert!(Login::from_str("a\0b").is_err() && Login::from_str("  ").is_err() && Login::from_str("a b").is_err());
        assert_eq!(format!("{:?}", Login::from_str("a@b").unwrap()), "Login(***)");
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(Name::from_str(" Салон «Ветер» ").unwrap().as_str(), "Салон «Ветер»");
        assert!(Name::from_str("a\nb").is_err() && Name::from_str("").is_err() && Name::from_str(&"я".repeat(121)).is_err());
    }
}
