//! The Merkle tree of RFC 6962: how hashes join, and the compact right edge that an append needs.
//!
//! ```text
//! leaf = SHA-256(00 || entry)     node = SHA-256(01 || left || right)     MTH({}) = SHA-256("")
//! MTH(D[n]) = node(MTH(D[0..k]), MTH(D[k..n])),   k = the largest power of two below n
//! ```
//!
//! The prefixes keep a leaf from posing as a node. A [`Frontier`] is the roots of the perfect subtrees that a tree of `size`
//! leaves falls into, one per set bit of `size`: enough to append and to give the root, not enough to prove anything; proofs
//! come from tiles (`prove`).

use std::fmt;

use sha2::{Digest, Sha256};

use crate::text::{array_from_base64, to_base64, to_hex};

/// Bytes of one hash.
pub const HASH_BYTES: usize = 32;

/// A SHA-256 hash in the tree. Shown as base64, as checkpoints and proofs write it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; HASH_BYTES]);

/// The right edge of a tree: a peak for each set bit of `size`, the widest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    pub(crate) size: u64,
    pub(crate) peaks: Vec<Hash>,
}

/// Bytes or hashes that are no right edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// Not eight bytes and whole hashes.
    #[error("{0} bytes are no stored frontier")]
    Length(usize),
    /// The size and the number of hashes belong to two different trees.
    #[error("a tree of {size} leaves has {} peaks, {found} were given", size.count_ones())]
    Peaks {
        /// The tree size that was claimed.
        size: u64,
        /// How many peaks came with it.
        found: usize,
    },
}

impl Hash {
    /// The root of a tree without leaves.
    #[must_use]
    pub fn empty_root() -> Self {
        Self(Sha256::digest(b"").into())
    }

    /// Reads the canonical base64 form.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        array_from_base64(text).map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_base64(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl Frontier {
    /// The edge of a tree of `size` leaves whose perfect subtrees, widest first, have these roots.
    ///
    /// # Errors
    /// When their number is not the number of set bits of `size`.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Result<Self, FrontierError> {
        if peaks.len() != size.count_ones() as usize {
            return Err(FrontierError::Peaks { size, found: peaks.len() });
        }
        Ok(Self { size, peaks })
    }

    /// Appends a leaf. Two perfect subtrees of equal width join, as a carry does in binary addition.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// How many leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, widest first.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.peaks.iter().copied().rev().reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(Hash::empty_root)
    }

    /// `size` as eight bytes, big endian, then the peaks.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        self.peaks.iter().for_each(|peak| bytes.extend_from_slice(&peak.0));
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote.
    ///
    /// # Errors
    /// When the length does not fit the size it begins with.
    pub fn decode(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, rest) = bytes.split_first_chunk().ok_or(FrontierError::Length(bytes.len()))?;
        let (peaks, torn) = rest.as_chunks();
        if !torn.is_empty() {
            return Err(FrontierError::Length(bytes.len()));
        }
        Self::from_peaks(u64::from_be_bytes(*size), peaks.iter().copied().map(Hash).collect())
    }
}

/// The hash of an entry as a leaf.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// The hash of two subtrees joined.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// Where a tree of `size` leaves splits: the largest power of two below `size`, which must be at least 2.
pub(crate) fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The leaves and roots that the RFC 6962 reference implementation publishes.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn roots_of_rfc_6962() {
        let mut frontier = Frontier::default();
        for (size, root) in ROOTS.iter().enumerate() {
            assert_eq!(format!("{:?}", frontier.root()), *root, "{size} leaves");
            if let Some(leaf) = LEAVES.get(size) {
                frontier.push(leaf_hash(leaf));
            }
        }
    }

    #[test]
    fn a_frontier_survives_being_stored() {
        let mut frontier = Frontier::default();
        for number in 0..300_u64 {
            assert_eq!(Frontier::decode(&frontier.encode()).unwrap(), frontier);
            assert_eq!(Frontier::from_peaks(number, frontier.peaks().to_vec()).unwrap(), frontier);
            frontier.push(leaf_hash(&number.to_be_bytes()));
        }
    }

    #[test]
    fn a_torn_frontier_is_refused() {
        let mut frontier = Frontier::default();
        (0..7_u8).for_each(|number| frontier.push(leaf_hash(&[number])));
        let bytes = frontier.encode();
        for length in 0..bytes.len() {
            assert!(Frontier::decode(&bytes[..length]).is_err(), "{length} bytes");
        }
        assert!(Frontier::decode(&[&bytes[..], &[0]].concat()).is_err());
        assert!(Frontier::from_peaks(3, vec![Hash([0; 32])]).is_err());
    }
}
