//! Secrets that a person or program holds, and the digests of them that we keep.
//!
//! A token is 256 random bits, written as 43 base64url characters behind a prefix that says what it opens. Because it is
//! random and long, one SHA-256 is enough at rest (a password is neither, see `password`), and looking a digest up
//! in a table or map leaks nothing: whoever times it cannot choose the digest without knowing the token.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::CryptoRng;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// 32 bytes in base64url without padding.
pub(super) const TOKEN_CHARS: usize = 43;

/// Something that must not be printed: shown once on purpose with [`Secret::reveal`], wiped from memory when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

/// The SHA-256 of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Secret {
    /// Takes over a secret that came from outside.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// `prefix` and 256 fresh random bits.
    pub(super) fn draw(prefix: &str, rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        rng.fill_bytes(bytes.as_mut_slice());
        // Sized at once: growing would leave a copy behind that nobody wipes.
        let mut text = String::with_capacity(prefix.len() + TOKEN_CHARS);
        text.push_str(prefix);
        URL_SAFE_NO_PAD.encode_string(bytes.as_slice(), &mut text);
        Self(Zeroizing::new(text))
    }

    /// The text itself. Look twice at where it goes: it is shown to its owner once, and nowhere else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What we keep of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    /// Whether both are the same, in a time that depends on the length only.
    #[must_use]
    pub fn matches(&self, offered: &str) -> bool {
        self.0.as_bytes().ct_eq(offered.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Digest {
    /// The digest of a token's whole text, prefix included.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}

/// Whether `text` could be the random part of a token.
pub(super) fn is_token(text: &str) -> bool {
    text.len() == TOKEN_CHARS && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes.map(Self).ok_or_else(|| serde::de::Error::custom("a digest is 43 base64url characters"))
    }
}

impl ToSql for Digest {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
    }
}

impl FromSql for Digest {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; 32]>::column_result(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed_and_only_itself_matches() {
        let secret = Secret::new("abc".to_owned());
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "*** Some(***)");
        assert!(secret.matches("abc") && !secret.matches("abd") && !secret.matches("ab") && !secret.matches(""));
    }

    #[test]
    fn a_token_is_43_characters_behind_its_prefix() {
        let token = Secret::draw("ltp_read_", &mut super::super::testing::rng(1));
        assert!(token.reveal().strip_prefix("ltp_read_").is_some_and(is_token));
        assert_ne!(token.digest(), Secret::draw("ltp_read_", &mut super::super::testing::rng(2)).digest());
    }
}
