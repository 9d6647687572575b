//! Any bytes as a request and an answer of GigaChat, whole or streamed: no panic, and every event told can be read.
#![no_main]

use engine::access::{ConnectionKind, Settings};
use engine::event::Event;
use engine::exchange::{About, Body, Ended, Exchange, Known, Request, Response, Way, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bodies: (&[u8], &[u8], bool)| {
    let (asked, answered, stream) = bodies;
    let kind = if stream { "text/event-stream" } else { "application/json" };
    let body = |bytes: &[u8]| Body::whole(bytes.to_vec().into());
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    let exchange = Exchange {
        id: "x".into(),
        way: Way::Proxy,
        started_us: 0,
        first_byte_us: None,
        ended_us: 1,
        ended: Ended::Whole,
        retry_of: None,
        request: Request { method: "POST".into(), target: "/api/v1/chat/completions".into(), headers: vec![], body: body(asked) },
        response: Some(Response { status: 200, headers, body: body(answered) }),
    };
    let settings = Settings::default();
    let about = About { connection: "c", kind: ConnectionKind::Gigachat, settings: &settings, speaks: true, known: &Known::default() };
    for told in read(exchange, &about) {
        Event::read(&told.json).expect("what is told can be read");
    }
});
