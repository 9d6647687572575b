//! `.tlog-proof` files, and the two proof checks on whatever path they hold.
#![no_main]

use ledger::{Hash, TlogProof, verify_consistency, verify_inclusion};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u64, u64, &str)| {
    let (one, two, text) = input;
    let Ok(proof) = text.parse::<TlogProof>() else { return };
    assert_eq!(proof.to_string(), text);
    let (leaf, root) = (Hash([1; 32]), Hash([2; 32]));
    assert!(verify_inclusion(&leaf, proof.index, one, &proof.path, &root).is_err());
    assert!(verify_consistency(one, &leaf, two, &root, &proof.path).is_err());
});
