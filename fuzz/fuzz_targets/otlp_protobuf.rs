//! Any bytes as an OTLP request in protobuf: no panic, and every event passes the gate but for its moment.
#![no_main]

use engine::capture::otlp::{Encoding, logs, traces};
use engine::event::{Code, Limits, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let limits = Limits::default();
    for batch in
        [traces(Encoding::Protobuf, body, &limits, 1 << 24), logs(Encoding::Protobuf, body, &limits, 1 << 24)].into_iter().flatten()
    {
        for line in batch.lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            if let Err(invalid) = check(line, &limits) {
                assert_eq!(invalid.code, Code::BadTimestamp, "{}", String::from_utf8_lossy(line));
            }
        }
    }
});
