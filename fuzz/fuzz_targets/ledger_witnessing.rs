//! What a witness is asked and what it answers: a request that is read is written back the same, judging and adding never panic.
#![no_main]

use ledger::{AddCheckpoint, Answer, Checkpoint, VerifyingKey, add_cosignature};
use libfuzzer_sys::fuzz_target;

const KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

fuzz_target!(|text: &str| {
    let Ok(key) = KEY.parse::<VerifyingKey>() else { return };
    if let Ok(request) = text.parse::<AddCheckpoint>() {
        assert_eq!(request.to_string(), text);
        let _ = request.judge(&[&key], None);
        let latest = Checkpoint { size: request.old_size, ..request.checkpoint().clone() };
        let _ = request.judge(&[&key], Some(&latest));
        let _ = add_cosignature(&request.note(), text, &key);
    }
    let _ = Answer::read(200, text.as_bytes());
    let _ = Answer::read(409, text.as_bytes());
});
