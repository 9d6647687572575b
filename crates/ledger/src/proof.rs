//! Checking proofs: the algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2.
//!
//! The verifier holds a root it believes (from a checkpoint whose signature it checked) and is handed hashes by someone it does
//! not believe. Nothing here reads a tile; `prove` is the other side.

use crate::tree::{Hash, node_hash};

/// Longest proof there can be: one hash for each level of a tree of 2^64 leaves.
pub(crate) const MAX_PATH: usize = 64;

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf would be outside the tree.
    #[error("leaf {index} is outside a tree of {size}")]
    Outside {
        /// The leaf's index.
        index: u64,
        /// The tree's size.
        size: u64,
    },
    /// The later tree is the smaller one.
    #[error("a tree of {new} leaves cannot continue one of {old}")]
    Shrunk {
        /// The size before.
        old: u64,
        /// The size after.
        new: u64,
    },
    /// More or fewer hashes than the two positions need.
    #[error("the proof has {0} hashes, which is not the number this tree needs")]
    Length(usize),
    /// The hashes lead to another root: the leaf is not there, or something on the way was changed.
    #[error("the proof does not lead to the root of the tree")]
    Root,
    /// The hashes do not lead to the root of the earlier tree.
    #[error("the proof does not lead to the root of the earlier tree")]
    OldRoot,
}

/// Checks that `leaf` is leaf `index` of the tree of `size` leaves with this `root`.
///
/// # Errors
/// Whatever keeps the path from being the proof.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Outside { index, size });
    }
    let mut climb = Climb { node: index, last: size - 1 };
    let mut hash = *leaf;
    for sibling in path {
        match climb.step().ok_or(ProofError::Length(path.len()))? {
            Side::Left => hash = node_hash(sibling, &hash),
            Side::Right => hash = node_hash(&hash, sibling),
        }
    }
    climb.finished(path.len())?;
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `old` leaves with root `old_root` is the beginning of the tree of `new` leaves with root `new_root`.
///
/// The empty tree is the beginning of every tree, and every tree of itself: both with an empty path.
///
/// # Errors
/// Whatever keeps the path from being the proof.
pub fn verify_consistency(old: u64, old_root: &Hash, new: u64, new_root: &Hash, path: &[Hash]) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    if old == 0 || old == new {
        return verify_trivial(old, old_root, new_root, path);
    }
    // An old tree that is perfect is itself the first hash; the path leaves it out.
    let (first, rest) = match path.split_first() {
        _ if old.is_power_of_two() => (old_root, path),
        Some(split) => split,
        None => return Err(ProofError::Length(0)),
    };
    let below = (old - 1).trailing_ones();
    let mut climb = Climb { node: (old - 1) >> below, last: (new - 1) >> below };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        match climb.step().ok_or(ProofError::Length(path.len()))? {
            Side::Left => {
                old_hash = node_hash(sibling, &old_hash);
                new_hash = node_hash(sibling, &new_hash);
            }
            Side::Right => new_hash = node_hash(&new_hash, sibling),
        }
    }
    climb.finished(path.len())?;
    if old_hash != *old_root {
        return Err(ProofError::OldRoot);
    }
    if new_hash == *new_root { Ok(()) } else { Err(ProofError::Root) }
}

fn verify_trivial(old: u64, old_root: &Hash, new_root: &Hash, path: &[Hash]) -> Result<(), ProofError> {
    if !path.is_empty() {
        return Err(ProofError::Length(path.len()));
    }
    let expected = if old == 0 { Hash::empty_root() } else { *new_root };
    if *old_root == expected { Ok(()) } else { Err(ProofError::OldRoot) }
}

/// On which side of the climbing hash the sibling stands.
enum Side {
    Left,
    Right,
}

/// The way up: the number of the node under consideration and of the last node, on the same level. RFC 9162 calls them fn and sn.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    /// Goes one sibling up; none when the root has been reached.
    fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        let side = if self.node & 1 == 1 || self.node == self.last { Side::Left } else { Side::Right };
        if let Side::Left = side {
            // The last node of a level may have no sibling there: it rises until it has one on its left. It is not node 0,
            // which is last only at the root.
            let skipped = self.node.trailing_zeros();
            self.node >>= skipped;
            self.last >>= skipped;
        }
        self.node >>= 1;
        self.last >>= 1;
        Some(side)
    }

    fn finished(&self, hashes: usize) -> Result<(), ProofError> {
        if self.last == 0 { Ok(()) } else { Err(ProofError::Length(hashes)) }
    }
}
