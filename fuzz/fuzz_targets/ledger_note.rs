//! Signed notes, checkpoints and keys: what is read is written back the same, and verifying never panics.
#![no_main]

use ledger::{Checkpoint, Note, VerifyingKey};
use libfuzzer_sys::fuzz_target;

const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

fuzz_target!(|text: &str| {
    if let Ok(note) = text.parse::<Note>() {
        assert_eq!(note.to_string(), text);
    }
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert_eq!(checkpoint.to_string(), text);
    }
    if let Ok(key) = text.parse::<VerifyingKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = KEY.parse::<VerifyingKey>() {
        let _ = Checkpoint::open(text, &key);
        let _ = Checkpoint::cosignatures(text, &[&key]);
    }
});
