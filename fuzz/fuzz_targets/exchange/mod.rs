//! One exchange with a model from any bytes, told as events.

use engine::access::{ConnectionKind, Settings};
use engine::event::Event;
use engine::exchange::{About, Body, Ended, Exchange, Known, Request, Response, Way, read};

/// Both bodies, and whether the answer is a stream.
pub type Bodies<'a> = (&'a [u8], &'a [u8], bool);

/// No panic, and every event told can be read.
pub fn tell(kind: ConnectionKind, target: &str, (asked, answered, stream): Bodies<'_>) {
    let content_type = if stream { "text/event-stream" } else { "application/json" };
    let body = |bytes: &[u8]| Body::whole(bytes.to_vec().into());
    let headers = vec![("content-type".to_owned(), content_type.to_owned())];
    let exchange = Exchange {
        id: "x".into(),
        way: Way::Proxy,
        started_us: 0,
        first_byte_us: None,
        ended_us: 1,
        ended: Ended::Whole,
        retry_of: None,
        request: Request { method: "POST".into(), target: target.into(), headers: vec![], body: body(asked) },
        response: Some(Response { status: 200, headers, body: body(answered) }),
    };
    let settings = Settings::default();
    let about = About { connection: "c", kind, settings: &settings, speaks: true, known: &Known::default() };
    for told in read(exchange, &about) {
        Event::read(&told.json).expect("what is told can be read");
    }
}
