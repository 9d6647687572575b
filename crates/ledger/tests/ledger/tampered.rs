//! Forgeries: a proof, a position or a root that differs anywhere proves nothing.

use ledger::{Hash, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};
use proptest::prelude::*;

use crate::forest::{Naive, Written, leaf};

/// A tree and two positions in it.
fn size_and_positions() -> impl Strategy<Value = (u64, u64, u64)> {
    (1_u64..1500).prop_flat_map(|size| (Just(size), 0..size, 0..size))
}

/// The hash with one bit turned.
fn turned(hash: Hash, bit: usize) -> Hash {
    let mut bytes = hash.0;
    bytes[bit / 8 % 32] ^= 1 << (bit % 8);
    Hash(bytes)
}

/// Every way in which a path can be wrong by one hash: one altered, one missing, one too many.
fn mutations(path: &[Hash], bit: usize) -> Vec<Vec<Hash>> {
    let altered = (0..path.len()).map(|at| {
        let mut path = path.to_vec();
        path[at] = turned(path[at], bit);
        path
    });
    let missing = (0..path.len()).map(|at| [&path[..at], &path[at + 1..]].concat());
    let longer = (0..=path.len()).map(|at| [&path[..at], &[Hash([0; 32])], &path[at..]].concat());
    altered.chain(missing).chain(longer).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn inclusion_holds_for_the_leaf_at_its_place_alone((size, index, other) in size_and_positions(), bit in 0_usize..256) {
        let (written, writer) = Written::of(size);
        let (root, hash) = (writer.root(), leaf(index));
        let path = inclusion_proof(&written, index, size).unwrap();
        prop_assert_eq!(verify_inclusion(&hash, index, size, &path, &root), Ok(()));
        prop_assert!(verify_inclusion(&turned(hash, bit), index, size, &path, &root).is_err());
        prop_assert!(verify_inclusion(&hash, index, size, &path, &turned(root, bit)).is_err());
        prop_assert!(verify_inclusion(&hash, size, size, &path, &root).is_err());
        if other != index {
            prop_assert!(verify_inclusion(&hash, other, size, &path, &root).is_err());
            prop_assert!(verify_inclusion(&leaf(other), index, size, &path, &root).is_err());
        }
        for forged in mutations(&path, bit) {
            prop_assert!(verify_inclusion(&hash, index, size, &forged, &root).is_err());
        }
    }

    #[test]
    fn consistency_holds_between_the_two_trees_alone((new, other, old) in size_and_positions(), bit in 0_usize..256) {
        let (written, writer) = Written::of(new);
        let (old_root, new_root) = (Naive::default().root(old), writer.root());
        let path = consistency_proof(&written, old, new).unwrap();
        prop_assert_eq!(verify_consistency(old, &old_root, new, &new_root, &path), Ok(()));
        prop_assert!(verify_consistency(old, &turned(old_root, bit), new, &new_root, &path).is_err());
        // The empty tree is the beginning of any tree, so its proof says nothing about the new root.
        if old > 0 {
            prop_assert!(verify_consistency(old, &old_root, new, &turned(new_root, bit), &path).is_err());
        }
        if other != old {
            prop_assert!(verify_consistency(other, &old_root, new, &new_root, &path).is_err());
        }
        prop_assert!(verify_consistency(new, &old_root, old, &new_root, &path).is_err());
        for forged in mutations(&path, bit) {
            prop_assert!(verify_consistency(old, &old_root, new, &new_root, &forged).is_err());
        }
    }

    /// A log that changed a leaf after signing cannot prove that it only grew.
    #[test]
    fn a_rewritten_history_is_not_consistent((new, rewritten, old) in size_and_positions()) {
        let old = old.max(rewritten + 1);
        let honest = Naive::default().root(old);
        let mut forged = ledger::TileWriter::new();
        let mut written = Written::default();
        written.add(forged.append((0..new).map(|number| leaf(if number == rewritten { u64::MAX } else { number }))));
        written.add(forged.partial_tiles());
        let path = consistency_proof(&written, old, new).unwrap();
        prop_assert!(verify_consistency(old, &honest, new, &forged.root(), &path).is_err());
    }
}
