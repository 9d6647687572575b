//! Any text in the search box: no panic, and quotes stay balanced.
#![no_main]

use engine::journal::stems::{query, stems};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = stems(text);
    if let Some(expression) = query(text) {
        assert!(expression.matches('"').count() % 2 == 0);
    }
});
