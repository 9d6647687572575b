//! Any bytes from a platform, a bot, a CRM or through a proxy, packed in any way: no panic, and every event has an id and is JSON.
#![no_main]

use bytes::Bytes;
use engine::access::{ConnectionKind, Settings};
use engine::event::Event;
use engine::exchange::{self, About, Body, Ended, Exchange, Request, Response, Way};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, &str, &str, &[u8], &[u8])| {
    let (kind, way, target, content, asked, answered) = input;
    // Models have targets of their own.
    let kinds: Vec<_> = ConnectionKind::ALL.iter().copied().filter(|kind| !kind.is_model() && *kind != ConnectionKind::Events).collect();
    let kind = kinds[usize::from(kind) % kinds.len()];
    let ways = [Way::Hook, Way::Answer, Way::Deferred, Way::Late, Way::Proxy, Way::Asked];
    let fields = [("items", "$.a[*]"), ("text", "$.t"), ("client.id", "$.c"), ("timestamp", "$.w"), ("answer.bot_response", "$.t")];
    let fields = fields.iter().map(|(field, path)| ((*field).to_owned(), (*path).to_owned())).collect();
    let settings = Settings { fields, ..Settings::default() };
    let mut headers = vec![("content-type".to_owned(), content.to_owned())];
    let packed = ["gzip", "deflate", "br", "zstd"];
    // Mostly not at all.
    if let Some(packed) = packed.get(usize::from(way) / ways.len()) {
        headers.push(("content-encoding".to_owned(), (*packed).to_owned()));
    }
    let exchange = Exchange {
        id: "x".to_owned(),
        way: ways[usize::from(way) % ways.len()],
        started_us: 1_780_000_000_000_000,
        first_byte_us: None,
        ended_us: 1_780_000_000_000_000,
        ended: Ended::Whole,
        retry_of: None,
        request: Request {
            method: "POST".to_owned(),
            target: target.to_owned(),
            headers: headers.clone(),
            body: Body::whole(Bytes::copy_from_slice(asked)),
        },
        response: Some(Response { status: 200, headers, body: Body::whole(Bytes::copy_from_slice(answered)) }),
    };
    let _ = exchange::channels::chat(kind, &exchange.request);
    for told in
        exchange::read(exchange, &About { connection: "c_1", kind, settings: &settings, speaks: false, known: &exchange::Known::default() })
    {
        let event = Event::read(&told.json).expect("what is told can be read");
        assert!(event.event_id.is_some());
    }
});
