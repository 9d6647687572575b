//! Keys that sign notes, and the text in which a verifier is handed one.
//!
//! ```text
//! example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
//! name            key id   base64(type || public key),  type 01 Ed25519, 04 timestamped cosignature of a witness
//! key id = SHA-256(name || 0A || type || public key)[..4]
//! ```
//!
//! The id only says which key a signature claims to be of; believing a key is the verifier's own decision, taken before it looks
//! at the log. This file draws no randomness: a signing key comes from a seed that the caller keeps.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{PUBLIC_KEY_LENGTH, Signature, Signer};
use sha2::{Digest, Sha256};

use crate::cosign::signed_text;
use crate::text::{array_from_hex, from_base64, to_base64, to_hex};

/// A key that signs the log's checkpoints. Its secret is wiped when it is dropped and never printed.
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    public: VerifyingKey,
}

/// A key that a verifier believes: of the log, or of a witness.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: [u8; 4],
    algorithm: Algorithm,
    key: ed25519_dalek::VerifyingKey,
}

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Algorithm {
    /// The text of a note.
    Ed25519 = 0x01,
    /// The text of a checkpoint and the time at which a witness saw it.
    Cosignature = 0x04,
}

/// A text or name that makes no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A name is also a word in a signature line.
    #[error("a key name must not be empty or hold spaces, control characters or '+'")]
    Name,
    /// Not `name+hex+base64`.
    #[error("a verification key looks like NAME+8 HEX DIGITS+BASE64")]
    Form,
    /// ECDSA, ML-DSA or something later.
    #[error("key type {0:#04x} is not supported; 0x01 and 0x04 are")]
    Algorithm(u8),
    /// Not a point of the curve, or one that verifies anything.
    #[error("the public key is not a usable Ed25519 key")]
    PublicKey,
    /// The id does not belong to the rest: a typing error, or a changed key.
    #[error("the key id does not match the name and key; copy the whole line again")]
    Id,
}

impl SigningKey {
    /// The key of this name made from 32 secret random bytes, which the caller wipes.
    ///
    /// # Errors
    /// When the name cannot stand in a signature line.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = VerifyingKey::new(name, Algorithm::Ed25519, key.verifying_key())?;
        Ok(Self { key, public })
    }

    /// The same secret under another name: of a log that was continued, or an older name of one.
    ///
    /// # Errors
    /// When the name cannot stand in a signature line.
    pub fn named(&self, name: &str) -> Result<Self, KeyError> {
        Self::from_seed(name, &self.key.to_bytes())
    }

    /// What verifiers are given.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// The signature over a note's text.
    pub(crate) fn sign(&self, text: &str) -> [u8; 64] {
        self.key.sign(text.as_bytes()).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} ***)", self.public)
    }
}

impl VerifyingKey {
    pub(crate) fn new(name: &str, algorithm: Algorithm, key: ed25519_dalek::VerifyingKey) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        // A key of small order accepts a signature over anything.
        if key.is_weak() {
            return Err(KeyError::PublicKey);
        }
        let hash = Sha256::new().chain_update(name).chain_update([b'\n', algorithm as u8]).chain_update(key.as_bytes()).finalize();
        Ok(Self { name: name.to_owned(), id: [hash[0], hash[1], hash[2], hash[3]], algorithm, key })
    }

    /// Whose key it is; for a log also its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The four bytes that stand before its signatures.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    /// What it signs.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature` is this key's over `text`, and if so the time it states: seconds since 1970 from a witness, none from a
    /// plain key. The outer `None` is a bad signature.
    pub(crate) fn verify(&self, text: &str, signature: &[u8]) -> Option<Option<u64>> {
        match self.algorithm {
            Algorithm::Ed25519 => self.check(text, signature).then_some(None),
            Algorithm::Cosignature => {
                let (seconds, signature) = signature.split_first_chunk()?;
                let seconds = u64::from_be_bytes(*seconds);
                self.check(&signed_text(text, seconds), signature).then_some(Some(seconds))
            }
        }
    }

    fn check(&self, signed: &str, signature: &[u8]) -> bool {
        // Strict: of the signatures that lax verifiers accept, only one; so no two programs disagree over a note.
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(signed.as_bytes(), &signature).is_ok())
    }
}

impl FromStr for VerifyingKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // The base64 at the end may hold '+' itself; the two before it cannot.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Form);
        };
        let id: [u8; 4] = array_from_hex(id).ok_or(KeyError::Form)?;
        let bytes = from_base64(key).ok_or(KeyError::Form)?;
        let (algorithm, key) = bytes.split_first().ok_or(KeyError::Form)?;
        let algorithm = Algorithm::from_byte(*algorithm).ok_or(KeyError::Algorithm(*algorithm))?;
        let key: &[u8; PUBLIC_KEY_LENGTH] = key.try_into().map_err(|_| KeyError::PublicKey)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(key).map_err(|_| KeyError::PublicKey)?;
        let parsed = Self::new(name, algorithm, key)?;
        if parsed.id == id { Ok(parsed) } else { Err(KeyError::Id) }
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.algorithm as u8], &self.key.as_bytes()[..]].concat();
        write!(f, "{}+{}+{}", self.name, to_hex(&self.id), to_base64(&key))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({self})")
    }
}

impl Algorithm {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Ed25519, Self::Cosignature].into_iter().find(|algorithm| *algorithm as u8 == byte)
    }
}

/// Whether a name can stand in a signature line and in a key text.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '+')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The example of the signed-note specification.
    const SPEC: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    #[test]
    fn the_specification_s_key_is_read_and_written() {
        let key: VerifyingKey = SPEC.parse().unwrap();
        assert_eq!((key.name(), key.id(), key.algorithm()), ("example.com/foo", [0x53, 0x0d, 0x90, 0x3a], Algorithm::Ed25519));
        assert_eq!(key.to_string(), SPEC);
    }

    #[test]
    fn what_is_no_key_is_named() {
        let error = |text: &str| text.parse::<VerifyingKey>().unwrap_err();
        for text in ["", "a", "a+b", "a+530d903a", "a+530D903A+AA==", "a+530d903+AA==", "a+530d903a+", "a+530d903a+!", &format!("{SPEC}\n")]
        {
            assert_eq!(error(text), KeyError::Form, "{text:?}");
        }
        assert_eq!(error(&SPEC.replace("foo", "fop")), KeyError::Id);
        assert_eq!(error(&SPEC.replace("530d", "530e")), KeyError::Id);
        assert_eq!(error(&SPEC.replace("example.com", " ")), KeyError::Name);
        assert_eq!(error("x+00000000+AgAA"), KeyError::Algorithm(2));
        assert_eq!(error("x+00000000+AQAA"), KeyError::PublicKey);
        // The neutral element of the curve: a key that would verify anything.
        let weak = to_base64(&[&[1_u8, 1][..], &[0; 31]].concat());
        assert_eq!(error(&format!("x+00000000+{weak}")), KeyError::PublicKey);
    }

    #[test]
    fn a_signing_key_keeps_its_secret() {
        let key = SigningKey::from_seed("log.example/1", &[0xa5; 32]).unwrap();
        let shown = format!("{key:?}");
        assert!(shown.ends_with(" ***)") && !shown.contains("a5a5") && !shown.contains("165"), "{shown}");
        for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b", "a\u{0}b"] {
            assert_eq!(SigningKey::from_seed(name, &[1; 32]).unwrap_err(), KeyError::Name, "{name:?}");
        }
    }
}
