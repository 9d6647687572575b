//! Any bytes as a frame: no panic, and what was decoded encodes to an equal frame.
#![no_main]

use bytes::Bytes;
use engine::event::Frame;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(frame) = Frame::decode(&Bytes::copy_from_slice(bytes)) {
        for item in &frame.items {
            let _ = frame.bytes(item);
        }
        let again = Frame::decode(&frame.encode()).expect("an encoded frame decodes");
        assert_eq!(again.items, frame.items);
    }
});
