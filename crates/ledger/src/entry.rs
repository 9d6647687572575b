//! The entry: what the log keeps for ever about one record, and the commitment inside it.
//!
//! ```text
//! offset  0        1      2           18          50                 82
//!         version  kind   rid         com         blob
//!         01       00     16 random   32          SHA-256(sealed blob)
//!
//! com  = SHA-256("letopis/record/v1\0" || rid || salt || R)
//! salt = HMAC-SHA256(k_com, rid)
//! ```
//!
//! It commits to the *salted plaintext* R, because a digest of ciphertext would open to two stories under two keys. The salt is
//! re-derivable while the client's key lives and dies with it: afterwards nobody can test a guess of R against `com`. Nothing in
//! an entry names a client or a key, so nothing links two records of one person.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::text::to_hex;

/// Bytes of an encoded entry: version, kind, rid, commitment, blob hash.
pub const ENTRY_BYTES: usize = 1 + 1 + 16 + 32 + 32;

const VERSION: u8 = 1;
/// Keeps a commitment from ever being equal to a hash made for another purpose.
const COMMITMENT_DOMAIN: &[u8] = b"letopis/record/v1\0";

/// One leaf of the log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What the entry says.
    pub kind: EntryKind,
    /// 16 random bytes drawn when the record was sealed; unlinkable to anything else.
    pub rid: [u8; 16],
    /// The commitment to the record, or, for the other kinds, to their own payload.
    pub com: [u8; 32],
    /// SHA-256 of the sealed blob in the mutable store.
    pub blob: [u8; 32],
}

/// What an entry says. The numbers are in the log and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum EntryKind {
    /// A record was sealed.
    Record = 0,
    /// Records of one person were destroyed; `com` is the salted commitment to their list (see `act`).
    Erase = 1,
    /// Detail older than its time was destroyed; the same.
    Expire = 2,
    /// A log was continued after a restore; `com` is the hash of the old log's last checkpoint.
    Epoch = 3,
}

/// Bytes that are no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Not 82 bytes.
    #[error("an entry has {ENTRY_BYTES} bytes, this has {0}")]
    Length(usize),
    /// Written by a later version of this crate, or damaged.
    #[error("entry version {0} is unknown; this program reads version {VERSION}")]
    Version(u8),
    /// The same, for the kind.
    #[error("entry kind {0} is unknown")]
    Kind(u8),
}

impl Entry {
    /// The entry of a record `r` sealed as a blob of hash `blob`.
    #[must_use]
    pub fn record(rid: [u8; 16], salt: &[u8; 32], r: &[u8], blob: [u8; 32]) -> Self {
        Self { kind: EntryKind::Record, rid, com: commitment(&rid, salt, r), blob }
    }

    /// The bytes that are hashed into the tree.
    #[must_use]
    pub fn encode(&self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        bytes[0] = VERSION;
        bytes[1] = self.kind as u8;
        bytes[2..18].copy_from_slice(&self.rid);
        bytes[18..50].copy_from_slice(&self.com);
        bytes[50..].copy_from_slice(&self.blob);
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote.
    ///
    /// # Errors
    /// Every other byte string is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let bytes: &[u8; ENTRY_BYTES] = bytes.try_into().map_err(|_| EntryError::Length(bytes.len()))?;
        if bytes[0] != VERSION {
            return Err(EntryError::Version(bytes[0]));
        }
        let kind = EntryKind::from_byte(bytes[1]).ok_or(EntryError::Kind(bytes[1]))?;
        Ok(Self { kind, rid: part(bytes, 2), com: part(bytes, 18), blob: part(bytes, 50) })
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entry({:?} {} com {} blob {})", self.kind, to_hex(&self.rid), to_hex(&self.com), to_hex(&self.blob))
    }
}

impl EntryKind {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Record, Self::Erase, Self::Expire, Self::Epoch].into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// What binds an entry to the record `r`: change a byte of any of the three and it is another commitment.
#[must_use]
pub fn commitment(rid: &[u8; 16], salt: &[u8; 32], r: &[u8]) -> [u8; 32] {
    // rid and salt have fixed lengths, so the concatenation has only one reading.
    Sha256::new().chain_update(COMMITMENT_DOMAIN).chain_update(rid).chain_update(salt).chain_update(r).finalize().into()
}

/// The salt of one record, derived from its client's commitment key.
#[must_use]
pub fn salt(k_com: &[u8; 32], rid: &[u8; 16]) -> [u8; 32] {
    // A key shorter than HMAC's block of 64 bytes is padded with zeros; giving the whole block cannot fail.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(k_com);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    mac.update(rid);
    mac.finalize().into_bytes().into()
}

/// `N` bytes of `bytes` from `from`; the offsets are the table in the header.
fn part<const N: usize>(bytes: &[u8; ENTRY_BYTES], from: usize) -> [u8; N] {
    std::array::from_fn(|at| bytes[from + at])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_entry_is_its_82_bytes_and_back() {
        for kind in [EntryKind::Record, EntryKind::Erase, EntryKind::Expire, EntryKind::Epoch] {
            let entry = Entry { kind, rid: [7; 16], com: [8; 32], blob: [9; 32] };
            let bytes = entry.encode();
            assert_eq!((bytes[0], bytes[1], bytes[2], bytes[18], bytes[50]), (1, kind as u8, 7, 8, 9));
            assert_eq!(Entry::decode(&bytes), Ok(entry));
        }
    }

    #[test]
    fn what_is_no_entry_is_named() {
        let good = Entry { kind: EntryKind::Record, rid: [0; 16], com: [0; 32], blob: [0; 32] }.encode();
        assert_eq!(Entry::decode(&good[1..]), Err(EntryError::Length(81)));
        assert_eq!(Entry::decode(&[]), Err(EntryError::Length(0)));
        let with = |at: usize, byte| {
            let mut bytes = good;
            bytes[at] = byte;
            Entry::decode(&bytes)
        };
        assert_eq!(with(0, 2), Err(EntryError::Version(2)));
        assert_eq!(with(1, 4), Err(EntryError::Kind(4)));
    }

    /// Computed apart from this code, with Python's `hmac` and `hashlib`.
    #[test]
    fn commitment_and_salt_have_known_values() {
        let salt = salt(&[0x0b; 32], &[0xcd; 16]);
        assert_eq!(to_hex(&salt), "0041a588c6bb182e774471c62fa03da1976f0471acd839012c590e039eaf16d4");
        assert_eq!(
            to_hex(&commitment(&[0xcd; 16], &salt, "Записал на 15:00".as_bytes())),
            "ce68028bebc3538262c4379ff9cd0f66f3dc431b18f93a3241e4bc171d070ba7"
        );
    }
}
