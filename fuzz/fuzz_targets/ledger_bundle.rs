//! Entry bundles, entries, stored frontiers and the JSON of proof bundles.
#![no_main]

use ledger::{Entry, Frontier, ProofBundle, entry_bundle};
use libfuzzer_sys::fuzz_target;

const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

fuzz_target!(|input: (u16, &[u8])| {
    let (width, bytes) = input;
    if let Ok(entries) = entry_bundle::decode(bytes, width)
        && let Ok(written) = entry_bundle::encode(entries)
    {
        assert_eq!(written, bytes);
    }
    if let Ok(entry) = Entry::decode(bytes) {
        assert_eq!(entry.encode(), bytes);
    }
    if let Ok(frontier) = Frontier::decode(bytes) {
        assert_eq!(frontier.encode(), bytes);
    }
    if let Ok(bundle) = ProofBundle::from_json(bytes)
        && let Ok(key) = KEY.parse()
    {
        assert!(bundle.verify(&key).is_err());
    }
});
