//! Paths of a log's files: one spelling each, none that leaves the folder.
#![no_main]

use ledger::LogPath;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(path) = text.parse::<LogPath>() {
        assert_eq!(path.to_string(), text);
        assert!(!text.contains("..") && !text.starts_with('/'));
    }
});
