//! Any reply is read, and what is found stands in it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for promise in engine::event::promises(text) {
        assert!(text.get(promise.span).is_some_and(|said| !said.is_empty()));
    }
});
