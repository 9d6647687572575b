//! Ids of users, keys, connections and sign-ins: 60 random bits that say what they name.
//!
//! As text, in JSON, URLs, the trail and on the command line: a letter and twelve characters without i, l, o and u,
//! for example `k_4m2xq80zwv9t` for a key. In the database: an integer. Random and not counted, so that an id can be
//! drawn before anything is written, travel in a sealed decision, and mean the same after a rebuild.

use std::{fmt, str::FromStr};

use rand::CryptoRng;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use super::error::AccessError;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Twelve characters of five bits.
const DIGITS: u32 = 12;

/// The id of a thing of the kind that `KIND` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id<const KIND: char>(i64);

/// A person who can sign in.
pub type UserId = Id<'u'>;
/// An API key.
pub type KeyId = Id<'k'>;
/// One plugged-in system of a business.
pub type ConnectionId = Id<'c'>;
/// One browser that a person signed in with.
pub type SignInId = Id<'s'>;

impl<const KIND: char> Id<KIND> {
    /// A new id.
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        Self((rng.next_u64() >> (u64::BITS - 5 * DIGITS)) as i64)
    }
}

impl<const KIND: char> fmt::Display for Id<KIND> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{KIND}_")?;
        (0..DIGITS).rev().try_for_each(|place| {
            let digit = (self.0 >> (5 * place)) & 31;
            write!(f, "{}", char::from(ALPHABET[digit as usize]))
        })
    }
}

impl<const KIND: char> FromStr for Id<KIND> {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let invalid = AccessError::Invalid { what: "id", rule: "a kind, an underscore and twelve characters, as listed by the product" };
        let digits = text.strip_prefix(KIND).and_then(|rest| rest.strip_prefix('_'));
        let Some(digits) = digits.filter(|digits| digits.len() == DIGITS as usize) else {
            return Err(invalid);
        };
        let number = digits.bytes().try_fold(0_i64, |number, byte| {
            let digit = ALPHABET.iter().position(|&known| known == byte)?;
            Some(number << 5 | digit as i64)
        });
        number.map(Self).ok_or(invalid)
    }
}

impl<const KIND: char> serde::Serialize for Id<KIND> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const KIND: char> serde::Deserialize<'de> for Id<KIND> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<const KIND: char> ToSql for Id<KIND> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.into())
    }
}

impl<const KIND: char> FromSql for Id<KIND> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_id_says_what_it_names_and_reads_back() {
        assert_eq!(KeyId::from_str("k_00000000001z").unwrap(), Id(63));
        assert_eq!(Id::<'k'>(63).to_string(), "k_00000000001z");
        assert_eq!(serde_json::to_string(&Id::<'u'>((1 << 60) - 1)).unwrap(), "\"u_zzzzzzzzzzzz\"");
    }

    #[test]
    fn another_kind_or_shape_is_refused() {
        for text in ["", "k_", "u_00000000001z", "k_0000000000i1", "k_00000000001zz", "k_ж0000000001", "K_00000000001z"] {
            assert!(KeyId::from_str(text).is_err(), "{text}");
        }
    }
}
