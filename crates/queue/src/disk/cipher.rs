//! The cipher of a segment's frames: AES-256-GCM, a key for each segment, the frame's position as nonce.
//!
//! It is `ring`'s, because sealing is a fifth of what accepting costs and processors have instructions for AES: four times the speed
//! of ChaCha20-Poly1305. It does not wipe its key when dropped; the frames that it seals lie beside it in the same memory.

use std::fmt;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use super::segment::TAG_BYTES;
use crate::seam::Lane;

/// Seals and opens frames of one segment.
pub(crate) struct Cipher(LessSafeKey);

/// Bytes that this key did not seal, or a key that cannot be used.
#[derive(Debug)]
pub(crate) struct Refused;

impl Cipher {
    pub(crate) fn new(key: &[u8; 32]) -> Result<Self, Refused> {
        UnboundKey::new(&AES_256_GCM, key).map(|key| Self(LessSafeKey::new(key))).map_err(|_| Refused)
    }

    /// Encrypts in place; gives the tag.
    pub(crate) fn seal(&self, position: u64, lane: Lane, frame: &mut [u8]) -> Result<[u8; TAG_BYTES], Refused> {
        let tag = self.0.seal_in_place_separate_tag(nonce(position), Aad::from(lane.0.to_le_bytes()), frame).map_err(|_| Refused)?;
        tag.as_ref().try_into().map_err(|_| Refused)
    }

    /// Decrypts in place; `sealed` ends with its tag, the frame is what comes before.
    pub(crate) fn open(&self, position: u64, lane: Lane, sealed: &mut [u8]) -> Result<(), Refused> {
        let opened = self.0.open_in_place(nonce(position), Aad::from(lane.0.to_le_bytes()), sealed);
        opened.map(|_| ()).map_err(|_| Refused)
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher(***)")
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the cipher refused")
    }
}

impl std::error::Error for Refused {}

/// Never used twice: a position is written once, and a segment's key seals no other segment.
fn nonce(position: u64) -> Nonce {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&position.to_le_bytes());
    Nonce::assume_unique_for_key(nonce)
}
