//! The blob: one record, encrypted under its identity's data key.
//!
//! ```text
//! blob  = version 01 | nonce (24) | XChaCha20-Poly1305(K_enc, nonce, plain, aad = version | rid | business u32 BE | data key id u64 BE)
//! plain = form 00 | R          as it is, where compression does not help
//!       | form 01 | zstd(R)    with dictionary 1: the words that every event repeats
//! ```
//! An event of 450 bytes takes about 200 this way, which halves the database and what a commit writes. The commitment is to R, so
//! nothing that is proved depends on the form.
//! A blob moved to another record, business or key does not open. What the blob says is pinned by the entry's commitment, not by
//! the cipher: this one does not bind the key.

use std::sync::LazyLock;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

use super::keys::{DataKey, KeyId};
use crate::event::BusinessId;

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const RAW: u8 = 0;
const ZSTD: u8 = 1;
/// Level 1: higher ones gain a few per cent and cost several times as much on texts this short.
const LEVEL: i32 = 1;
/// Longer than any R that capture lets in; bounds what a forged length can make us allocate.
const LARGEST: usize = 64 << 20;
/// Never changes: blobs of form 01 open with it only. A better one becomes dictionary 2 and form 02.
const DICTIONARY: &[u8] = include_bytes!("dictionary-1.txt");
static FOR_ENCODING: LazyLock<EncoderDictionary<'static>> = LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static FOR_DECODING: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

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

/// R in the form in which it is encrypted.
pub struct Packed(Zeroizing<Vec<u8>>);

/// Brings records into that form; keeps what compression can use again. Needs no key, so it works ahead of the transaction.
pub struct Packer {
    compressor: Option<Compressor<'static>>,
}

impl Default for Packer {
    fn default() -> Self {
        // Without a compressor (no memory for its tables) records are sealed as they are.
        Self { compressor: Compressor::with_prepared_dictionary(&FOR_ENCODING).ok() }
    }
}

impl Packer {
    /// Compresses R if that makes it smaller.
    pub fn pack(&mut self, r: &[u8]) -> Packed {
        let compressed = self.compressor.as_mut().and_then(|compressor| compressor.compress(r).ok());
        let (form, body) = match &compressed {
            Some(smaller) if smaller.len() < r.len() => (ZSTD, smaller.as_slice()),
            _ => (RAW, r),
        };
        let mut plain = Zeroizing::new(Vec::with_capacity(1 + body.len()));
        plain.push(form);
        plain.extend_from_slice(body);
        Packed(plain)
    }
}

/// Brings records back from that form; keeps what decompression can use again, which is costlier to make than one record to decompress.
#[derive(Default)]
pub struct Unpacker {
    decompressor: Option<Decompressor<'static>>,
}

impl Unpacker {
    fn unpack(&mut self, compressed: &[u8]) -> Result<Vec<u8>, SealError> {
        let size = zstd::zstd_safe::get_frame_content_size(compressed).ok().flatten().ok_or(SealError::Format)?;
        let capacity = usize::try_from(size).ok().filter(|&size| size <= LARGEST).ok_or(SealError::Format)?;
        let decompressor = match &mut self.decompressor {
            Some(decompressor) => decompressor,
            none => none.insert(Decompressor::with_prepared_dictionary(&FOR_DECODING).map_err(|_| SealError::Format)?),
        };
        decompressor.decompress(compressed, capacity).map_err(|_| SealError::Format)
    }
}

/// Encrypts a packed R.
///
/// # Errors
/// Only when it is larger than the cipher allows (256 GiB).
pub fn seal(key: &DataKey, bound: Blob<'_>, nonce: [u8; NONCE_BYTES], packed: &Packed) -> Result<Vec<u8>, SealError> {
    let payload = Payload { msg: &packed.0, aad: &bound.aad() };
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
    open_with(&mut Unpacker::default(), key, bound, blob)
}

/// The same for one of many.
///
/// # Errors
/// As [`open`].
pub fn open_with(unpacker: &mut Unpacker, key: &DataKey, bound: Blob<'_>, blob: &[u8]) -> Result<Vec<u8>, SealError> {
    if blob.len() < 1 + NONCE_BYTES + TAG_BYTES || blob[0] != VERSION {
        return Err(SealError::Format);
    }
    let nonce: [u8; NONCE_BYTES] = blob[1..=NONCE_BYTES].try_into().map_err(|_| SealError::Format)?;
    let payload = Payload { msg: &blob[1 + NONCE_BYTES..], aad: &bound.aad() };
    let opened = XChaCha20Poly1305::new((&*key.enc).into()).decrypt(&XNonce::from(nonce), payload);
    let plain = Zeroizing::new(opened.map_err(|_| SealError::Altered)?);
    match plain.split_first() {
        Some((&RAW, r)) => Ok(r.to_vec()),
        Some((&ZSTD, compressed)) => unpacker.unpack(compressed),
        _ => Err(SealError::Format),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn it_opens_only_as_what_it_was_sealed_as() {
        let key = DataKey::for_test(1);
        let bound = Blob { rid: &[5; 16], business: BusinessId(1), key_id: KeyId(9) };
        let blob = seal(&key, bound, [3; 24], &Packer::default().pack(b"a record")).unwrap();
        assert_eq!(open(&key, bound, &blob).unwrap(), b"a record");
        assert_eq!(open(&DataKey::for_test(2), bound, &blob), Err(SealError::Altered));
        for other in [Blob { rid: &[6; 16], ..bound }, Blob { business: BusinessId(2), ..bound }, Blob { key_id: KeyId(8), ..bound }] {
            assert_eq!(open(&key, other, &blob), Err(SealError::Altered));
        }
        for at in 1..blob.len() {
            let mut flipped = blob.clone();
            flipped[at] ^= 1;
            assert_eq!(open(&key, bound, &flipped), Err(SealError::Altered), "byte {at}");
        }
        assert_eq!(open(&key, bound, &blob[..40]), Err(SealError::Format));
    }

    #[test]
    fn an_event_takes_less_than_half_and_comes_back_whole() {
        let key = DataKey::for_test(1);
        let bound = Blob { rid: &[5; 16], business: BusinessId(1), key_id: KeyId(9) };
        let event = r#"{"letopis":1,"received_at":"2026-03-04T10:00:00.000001Z","source":"api"}
{"event_id":"m-81244","timestamp":"2026-03-04T13:00:00+03:00","channel":"telegram","type":"message_in","client":{"channel_id":"55120341","name":"Ольга","phone":"+79210000017"},"session_id":"s-9911","text":"Добрый день! Можно записаться на окрашивание в пятницу вечером?"}"#;
        let (mut packer, mut unpacker) = (Packer::default(), Unpacker::default());
        for r in [event.as_bytes(), b"", &[0xff; 10], &[7; 100_000]] {
            let blob = seal(&key, bound, [3; 24], &packer.pack(r)).unwrap();
            assert_eq!(open(&key, bound, &blob).unwrap(), r);
            assert_eq!(open_with(&mut unpacker, &key, bound, &blob).unwrap(), r);
        }
        let blob = seal(&key, bound, [3; 24], &packer.pack(event.as_bytes())).unwrap();
        assert!(blob.len() * 2 < event.len(), "{} of {}", blob.len(), event.len());
    }
}
