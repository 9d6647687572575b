//! Entry bundles: up to 256 entries in one file, each behind its length.
//!
//! ```text
//! 00 52 | 01 00 rid… com… blob…  (82 = 0x52 bytes) | 00 52 | 01 00 …
//! ```

use crate::tile::TILE_WIDTH;

/// Bytes that are no entry bundle, or entries that do not fit into one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryBundleError {
    /// The length before an entry has 16 bits.
    #[error("an entry of {0} bytes is longer than a bundle can hold (65535)")]
    TooLong(usize),
    /// A bundle ends inside an entry.
    #[error("the bundle ends inside entry {0}")]
    Torn(usize),
    /// More or fewer entries than the bundle's name says.
    #[error("the bundle holds {found} entries, not {width}")]
    Count {
        /// How many there should be.
        width: u16,
        /// How many there are; one too many stands for all that follow.
        found: usize,
    },
}

/// Writes a bundle of these entries, which the caller has cut at 256.
///
/// # Errors
/// When an entry is longer than 65,535 bytes or there are more than 256.
pub fn encode<E: AsRef<[u8]>>(entries: impl IntoIterator<Item = E>) -> Result<Vec<u8>, EntryBundleError> {
    let mut bytes = Vec::new();
    for (at, entry) in entries.into_iter().enumerate() {
        let entry = entry.as_ref();
        if at >= usize::from(TILE_WIDTH) {
            return Err(EntryBundleError::Count { width: TILE_WIDTH, found: at + 1 });
        }
        let length = u16::try_from(entry.len()).map_err(|_| EntryBundleError::TooLong(entry.len()))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// The entries of a bundle that should hold `width`.
///
/// # Errors
/// When it holds another number, or is torn.
pub fn decode(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, EntryBundleError> {
    let mut entries = Vec::with_capacity(usize::from(width.min(TILE_WIDTH)));
    let mut rest = bytes;
    while !rest.is_empty() {
        if entries.len() >= usize::from(width) {
            return Err(EntryBundleError::Count { width, found: entries.len() + 1 });
        }
        let torn = EntryBundleError::Torn(entries.len());
        let (length, after) = rest.split_first_chunk().ok_or(torn)?;
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(torn)?;
        entries.push(entry);
        rest = after;
    }
    if entries.len() != usize::from(width) {
        return Err(EntryBundleError::Count { width, found: entries.len() });
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_bundle_is_lengths_and_entries() {
        let bytes = encode([&b"ab"[..], b"", b"c"]).unwrap();
        assert_eq!(bytes, b"\0\x02ab\0\0\0\x01c");
        assert_eq!(decode(&bytes, 3).unwrap(), [&b"ab"[..], b"", b"c"]);
        assert_eq!(decode(&[], 0).unwrap(), [b""; 0]);
    }

    #[test]
    fn a_torn_or_miscounted_bundle_is_named() {
        let bytes = encode([b"ab", b"cd"]).unwrap();
        assert_eq!(decode(&bytes, 1), Err(EntryBundleError::Count { width: 1, found: 2 }));
        assert_eq!(decode(&bytes, 3), Err(EntryBundleError::Count { width: 3, found: 2 }));
        for length in [1, 3] {
            assert_eq!(decode(&bytes[..length], 2), Err(EntryBundleError::Torn(0)));
        }
        for length in [5, 7] {
            assert_eq!(decode(&bytes[..length], 2), Err(EntryBundleError::Torn(1)));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(encode([vec![0; 65_536]]), Err(EntryBundleError::TooLong(65_536)));
        assert_eq!(encode([vec![0; 65_535]]).unwrap().len(), 65_537);
        assert_eq!(encode(vec![b"x"; 257]), Err(EntryBundleError::Count { width: 256, found: 257 }));
    }
}
