//! Any bytes as a request and an answer of Chat Completions, whole or streamed: no panic, and every event told can be read.
#![no_main]

mod exchange;

use engine::access::ConnectionKind;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bodies: exchange::Bodies<'_>| exchange::tell(ConnectionKind::Openai, "/v1/chat/completions", bodies));
