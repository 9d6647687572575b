//! Ids of users, keys, connections and sign-ins: random bits that say what they name.
//!
//! As text, in JSON, URLs, the trail and on the command line: a letter and twelve characters without i, l, o and u, for example
//! `k_4m2xq80zwv9t` for a key. In the database: an integer. Random and not counted, so that an id can be drawn before anything
//! is written, travel in a sealed decision, and mean the same after a rebuild. A connection is named in every frame and record,
//! so its id has six characters and fits in 32 bits; two that meet are refused when the second one is applied.

use std::{fmt, str::FromStr};

use rand::CryptoRng;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use super::error::AccessError;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The id of a thing of the kind that `KIND` stands for, of `DIGITS` characters of five bits; never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id<const KIND: char, const DIGITS: u32 = 12>(i64);

/// A person who can sign in.
pub type UserId = Id<'u'>;
/// An API key.
pub type KeyId = Id<'k'>;
/// One plugged-in system of a business.
pub type ConnectionId = Id<'c', 6>;
/// One browser that a person signed in with.
pub type SignInId = Id<'s'>;

impl<const KIND: char, const DIGITS: u32> Id<KIND, DIGITS> {
    /// A new id.
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        Self(((rng.next_u64() >> (u64::BITS - 5 * DIGITS)) as i64).max(1))
    }
}

impl ConnectionId {
    /// As frames and records carry it.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0 as u32
    }

    /// From a frame or record; 0 is "no connection" there.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        (1..1 << 30).contains(&number).then_some(Self(i64::from(number)))
    }
}

impl<const KIND: char, const DIGITS: u32> fmt::Display for Id<KIND, DIGITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{KIND}_")?;
        (0..DIGITS).rev().try_for_each(|place| {
            let digit = (self.0 >> (5 * place)) & 31;
            write!(f, "{}", char::from(ALPHABET[digit as usize]))
        })
    }
}

impl<const KIND: char, const DIGITS: u32> FromStr for Id<KIND, DIGITS> {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let invalid = AccessError::Invalid { what: "id", rule: "a kind, an underscore and its characters, as the product lists them" };
        let digits = text.strip_prefix(KIND).and_then(|rest| rest.strip_prefix('_'));
        let Some(digits) = digits.filter(|digits| digits.len() == DIGITS as usize) else {
            return Err(invalid);
        };
        let number = digits.bytes().try_fold(0_i64, |number, byte| {
            let digit = ALPHABET.iter().position(|&known| known == byte)?;
            Some(number << 5 | digit as i64)
        });
        number.filter(|&number| number != 0).map(Self).ok_or(invalid)
    }
}

impl<const KIND: char, const DIGITS: u32> serde::Serialize for Id<KIND, DIGITS> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const KIND: char, const DIGITS: u32> serde::Deserialize<'de> for Id<KIND, DIGITS> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<const KIND: char, const DIGITS: u32> ToSql for Id<KIND, DIGITS> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.into())
    }
}

impl<const KIND: char, const DIGITS: u32> FromSql for Id<KIND, DIGITS> {
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
    fn a_connection_fits_into_a_frame() {
        let id = ConnectionId::draw(&mut super::super::testing::rng(1));
        assert_eq!((ConnectionId::from_number(id.number()), id.to_string().len()), (Some(id), 8));
        assert!(ConnectionId::from_number(0).is_none() && ConnectionId::from_number(u32::MAX).is_none());
    }

    #[test]
    fn another_kind_or_shape_is_refused() {
        for text in [
            "",
            "k_",
            "k_000000000000",
            "k_00001z",
            "u_00000000001z",
            "k_0000000000i1",
            "k_00000000001zz",
            "k_ж0000000001",
            "K_00000000001z",
        ] {
            assert!(KeyId::from_str(text).is_err(), "{text}");
        }
    }
}
