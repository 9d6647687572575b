//! The blob: one record, encrypted under its identity's data key.
//!
//! ```text
//! blob = version 01 | nonce (24) | XChaCha20-Poly1305(K_enc, nonce, R, aad = version | rid | business u32 BE | data key id u64 BE)
//! ```
//! A blob moved to another record, business or key does not open. What the blob says is pinned by the entry's commitment, not by
//! the cipher: this one does not bind the key.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::keys::{DataKey, KeyId};
use crate::event::BusinessId;

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

/// What a blob is bound to.
#[derive(Debug, Clone, Copy)]
pub struct Blob<'a> {
    /// The record's random id.
    pub rid: &'a [u8; 16],
    /// Whose record it is.
    pub business: BusinessId,
    /// The data key it is sealed under.
    pub key_id: KeyId,
}

/// Why a blob does not open.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SealError {
    /// Not a blob of this version.
    #[error("blob is of unknown version or too short")]
    Format,
    /// It was edited, or belongs to another record, business or key.
    #[error("blob does not open: it was edited, or belongs to another record or key")]
    Altered,
}

impl Blob<'_> {
    fn aad(&self) -> [u8; 29] {
        let mut aad = [0; 29];
        aad[0] = VERSION;
        aad[1..17].copy_from_slice(self.rid);
        aad[17..21].copy_from_slice(&self.business.0.to_be_bytes());
        aad[21..].copy_from_slice(&self.key_id.0.to_be_bytes());
        aad
    }
}

/// Encrypts R.
///
/// # Errors
/// Only when R is larger than the cipher allows (256 GiB).
pub fn seal(key: &DataKey, bound: Blob<'_>, nonce: [u8; NONCE_BYTES], r: &[u8]) -> Result<Vec<u8>, SealError> {
    let payload = Payload { msg: r, aad: &bound.aad() };
    let sealed = XChaCha20Poly1305::new((&*key.enc).into()).encrypt(&XNonce::from(nonce), payload);
    let sealed = sealed.map_err(|_| SealError::Format)?;
    let mut blob = Vec::with_capacity(1 + NONCE_BYTES + sealed.len());
    blob.push(VERSION);
    blob.extend_from_slice(&nonce);
    blob.extend_from_slice(&sealed);
    Ok(blob)
}

/// Decrypts a blob to R.
///
/// # Errors
/// [`SealError`] when it was edited or is bound to something else.
pub fn open(key: &DataKey, bound: Blob<'_>, blob: &[u8]) -> Result<Vec<u8>, SealError> {
    if blob.len() < 1 + NONCE_BYTES + TAG_BYTES || blob[0] != VERSION {
        return Err(SealError::Format);
    }
    let nonce: [u8; NONCE_BYTES] = blob[1..=NONCE_BYTES].try_into().map_err(|_| SealError::Format)?;
    let payload = Payload { msg: &blob[1 + NONCE_BYTES..], aad: &bound.aad() };
    XChaCha20Poly1305::new((&*key.enc).into()).decrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Altered)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn it_opens_only_as_what_it_was_sealed_as() {
        let key = DataKey::for_test(1);
        let bound = Blob { rid: &[5; 16], business: BusinessId(1), key_id: KeyId(9) };
        let blob = seal(&key, bound, [3; 24], b"a record").unwrap();
        assert_eq!(open(&key, bound, &blob).unwrap(), b"a record");
        assert_eq!(open(&DataKey::for_test(2), bound, &blob), Err(SealError::Altered));
        for other in [
            Blob { rid: &[6; 16], ..bound },
            Blob { business: BusinessId(2), ..bound },
            Blob { key_id: KeyId(8), ..bound },
        ] {
            assert_eq!(open(&key, other, &blob), Err(SealError::Altered));
        }
        for at in 1..blob.len() {
            let mut flipped = blob.clone();
            flipped[at] ^= 1;
            assert_eq!(open(&key, bound, &flipped), Err(SealError::Altered), "byte {at}");
        }
        assert_eq!(open(&key, bound, &blob[..40]), Err(SealError::Format));
    }
}
