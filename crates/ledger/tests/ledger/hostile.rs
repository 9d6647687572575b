//! Bytes from strangers: every reader answers anything with a value or an error, and what it reads it writes back the same.

use std::borrow::Cow;
use std::convert::Infallible;

use ledger::{
    Checkpoint, Entry, Frontier, Hash, LogPath, Note, ProofBundle, Tile, TileSource, TileWriter, TlogProof, VerifyingKey,
    consistency_proof, entry_bundle, inclusion_proof, verify_consistency, verify_inclusion,
};
use proptest::prelude::*;

/// Answers every tile with the same bytes, whatever was asked.
struct Same(Vec<u8>);

impl TileSource for Same {
    type Error = Infallible;

    fn tile(&self, _: Tile) -> Result<Cow<'_, [u8]>, Infallible> {
        Ok(Cow::Borrowed(&self.0))
    }
}

/// Texts that get far into the parsers: their own words in any order, and junk.
fn almost_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("c2sp.org/tlog-proof@v1\n".to_owned()),
        Just("index ".to_owned()),
        Just("extra ".to_owned()),
        Just("\n".to_owned()),
        Just("— a ".to_owned()),
        Just("AAAAAAA=".to_owned()),
        Just("tile/".to_owned()),
        Just("entries/".to_owned()),
        Just("x001/".to_owned()),
        Just("000".to_owned()),
        Just(".p/".to_owned()),
        Just("70000".to_owned()),
        Just("log.example/1\n".to_owned()),
        Just("+".to_owned()),
        Just("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n".to_owned()),
        "\\PC{0,6}",
        "[0-9]{1,22}",
    ];
    prop::collection::vec(word, 0..12).prop_map(|words| words.concat())
}

fn read_text(text: &str) {
    if let Ok(path) = text.parse::<LogPath>() {
        assert_eq!(path.to_string(), text);
    }
    if let Ok(note) = text.parse::<Note>() {
        assert_eq!(note.to_string(), text);
    }
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert_eq!(checkpoint.to_string(), text);
    }
    if let Ok(proof) = text.parse::<TlogProof>() {
        assert_eq!(proof.to_string(), text);
    }
    if let Ok(key) = text.parse::<VerifyingKey>() {
        assert_eq!(key.to_string(), text);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in prop_oneof![any::<String>(), almost_text()]) {
        read_text(&text);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), width in any::<u16>()) {
        if let Ok(entry) = Entry::decode(&bytes) {
            prop_assert_eq!(&entry.encode()[..], &bytes[..]);
        }
        if let Ok(entries) = entry_bundle::decode(&bytes, width)
            && entries.len() <= 256
        {
            prop_assert_eq!(entry_bundle::encode(entries).unwrap(), bytes.clone());
        }
        if let Ok(frontier) = Frontier::decode(&bytes) {
            prop_assert_eq!(frontier.encode(), bytes.clone());
        }
        let _ = ProofBundle::from_json(&bytes);
        read_text(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn every_path_has_one_spelling(level in 0_u8..64, index in any::<u64>(), width in 1_u16..=256, entries in any::<bool>()) {
        let path = if entries { LogPath::Entries { index, width } } else { LogPath::Tile(Tile { level, index, width }) };
        prop_assert_eq!(path.to_string().parse(), Ok(path));
    }

    #[test]
    fn any_proof_is_refused(path in prop::collection::vec(any::<[u8; 32]>(), 0..70), a in any::<u64>(), b in any::<u64>()) {
        let path: Vec<Hash> = path.into_iter().map(Hash).collect();
        let (one, two) = (Hash([1; 32]), Hash([2; 32]));
        prop_assert!(verify_inclusion(&one, a, b, &path, &two).is_err());
        prop_assert!(verify_consistency(a, &one, b, &two, &path).is_err());
    }
}

proptest! {
    // Each case folds some fifty thousand hashes.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_tiles_give_a_proof_or_an_error(byte in any::<u8>(), short in 0_usize..8192, a in any::<u64>(), b in any::<u64>()) {
        for source in [Same(vec![byte; short]), Same(vec![byte; 8192])] {
            let _ = inclusion_proof(&source, a, b);
            let _ = consistency_proof(&source, a, b);
            let _ = TileWriter::resume(&source, a).map(|writer| writer.root());
        }
    }
}

#[test]
fn the_largest_sizes_do_not_overflow() {
    let source = Same(vec![7; 8192]);
    let max = u64::MAX;
    let path = inclusion_proof(&source, max - 1, max).unwrap();
    let root = TileWriter::resume(&source, max).unwrap().root();
    assert!(path.len() <= 64);
    // All tiles are alike, so this is no tree; it only must not panic.
    let _ = verify_inclusion(&Hash([7; 32]), max - 1, max, &path, &root);
    for old in [1, 1 << 63, (1 << 63) + 1, max - 1] {
        let path = consistency_proof(&source, old, max).unwrap();
        let _ = verify_consistency(old, &root, max, &root, &path);
    }
}
