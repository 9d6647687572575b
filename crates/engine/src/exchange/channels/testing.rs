//! What the platforms' tests have in common: exchanges of one kind, and bytes that mean harm.
#![allow(clippy::unwrap_used, clippy::panic)]

use bytes::Bytes;
use serde_json::{Value, json};

use crate::access::{ConnectionKind, Settings};
use crate::event::when::MINUTE_US;
use crate::event::{Event, Limits, check};
use crate::exchange::{self, About, Body, Ended, Exchange, Known, Request, Response, Way};

pub(super) const NOW: i64 = 1_780_000_000_500_000;

/// Exchanges of one kind.
pub(super) struct Wire(pub ConnectionKind);

/// Status and body.
pub(super) type Answer = Option<(u16, String)>;

/// An answer in JSON.
#[expect(clippy::unnecessary_wraps, reason = "where an answer may be missing")]
pub(super) fn answered(status: u16, body: &Value) -> Answer {
    Some((status, body.to_string()))
}

impl Wire {
    /// What a delivery tells; every event passes the gate.
    pub(super) fn hook(&self, body: &Value) -> Vec<Value> {
        self.events(exchange(Way::Hook, "POST", "", body, None))
    }

    /// A delivery that tells of one thing.
    pub(super) fn one(&self, body: &Value) -> Value {
        let mut events = self.hook(body);
        assert_eq!(events.len(), 1, "{events:?}");
        events.remove(0)
    }

    /// The same, repeated a minute later.
    pub(super) fn later(&self, body: &Value) -> Vec<Value> {
        let mut again = exchange(Way::Hook, "POST", "", body, None);
        (again.id, again.started_us) = ("x2".into(), NOW + MINUTE_US);
        self.events(again)
    }

    /// What a call through the proxy tells.
    pub(super) fn call(&self, method: &str, target: &str, body: &Value, answer: Answer) -> Vec<Value> {
        self.events(exchange(Way::Proxy, method, target, body, answer))
    }

    /// A call with a form.
    pub(super) fn form(&self, target: &str, form: &str, answer: Answer) -> Vec<Value> {
        let mut call = exchange(Way::Proxy, "POST", target, &Value::Null, answer);
        call.request.headers = vec![("content-type".into(), "application/x-www-form-urlencoded".into())];
        call.request.body = Body::whole(Bytes::copy_from_slice(form.as_bytes()));
        self.events(call)
    }

    /// What an exchange tells; every event passes the gate.
    pub(super) fn events(&self, exchange: Exchange) -> Vec<Value> {
        let (settings, known) = (Settings::default(), Known::default());
        let about = About { connection: "c_1", kind: self.0, settings: &settings, speaks: false, known: &known };
        let told = exchange::read(exchange, &about);
        told.iter().for_each(|told| {
            drop(check(&told.json, &Limits::default()).unwrap_or_else(|e| panic!("{e:?}: {}", String::from_utf8_lossy(&told.json))))
        });
        told.iter().map(|told| serde_json::from_slice(&told.json).unwrap()).collect()
    }
}

/// One exchange of a way.
pub(super) fn exchange(way: Way, method: &str, target: &str, body: &Value, answer: Answer) -> Exchange {
    let json_type = || vec![("content-type".to_owned(), "application/json".to_owned())];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Exchange {
        id: "x1".into(),
        way,
        started_us: NOW,
        first_byte_us: None,
        ended_us: NOW + 100_000,
        ended: if way == Way::Proxy && answer.is_none() { Ended::Broken("closed the connection".into()) } else { Ended::Whole },
        retry_of: None,
        request: Request { method: method.into(), target: target.into(), headers: json_type(), body: Body::whole(Bytes::from(body)) },
        response: answer.map(|(status, body)| Response { status, headers: json_type(), body: Body::whole(Bytes::from(body)) }),
    }
}

/// Golden JSON with every value of it replaced by every wrong one, as delivery, request and answer; and cut off at every byte. Whatever
/// comes of it can be read as an event.
pub(super) fn hostile(kind: ConnectionKind, target: &str, golden: &[Value]) {
    let (settings, known) = (Settings::default(), Known::default());
    let about = About { connection: "c_1", kind, settings: &settings, speaks: false, known: &known };
    let try_all = |bytes: &[u8]| {
        let body = || Body::whole(Bytes::copy_from_slice(bytes));
        for (way, is_answer) in [(Way::Hook, false), (Way::Deferred, false), (Way::Asked, false), (Way::Proxy, false), (Way::Proxy, true)] {
            let mut tried = exchange(way, "POST", target, &golden[golden.len() - 2], answered(200, &golden[golden.len() - 1]));
            match &mut tried.response {
                Some(response) if is_answer => response.body = body(),
                _ => tried.request.body = body(),
            }
            let told = exchange::read(tried, &about);
            assert!(!told.is_empty(), "nothing was kept");
            for told in told {
                assert!(Event::read(&told.json).is_ok(), "{:?} of {}", Event::read(&told.json), String::from_utf8_lossy(&told.json));
            }
        }
    };
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let long = "я".repeat(300);
    let wrong = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5e300),
        json!(""),
        json!("\u{0}"),
        json!(long),
        json!([]),
        json!([[{}]]),
        json!({}),
        json!({"id": {}}),
        deep,
        json!(u64::MAX),
    ];
    for golden in golden {
        for pointer in pointers(golden) {
            for wrong in &wrong {
                let mut changed = golden.clone();
                if let Some(place) = changed.pointer_mut(&pointer) {
                    *place = wrong.clone();
                }
                try_all(changed.to_string().as_bytes());
            }
        }
        let bytes = golden.to_string().into_bytes();
        (0..bytes.len()).for_each(|end| try_all(&bytes[..end]));
    }
}

fn pointers(value: &Value) -> Vec<String> {
    let under = |name: &str, value: &Value| pointers(value).into_iter().map(move |rest| format!("/{name}{rest}")).collect::<Vec<_>>();
    let mut all = vec![String::new()];
    match value {
        Value::Object(parts) => all.extend(parts.iter().flat_map(|(name, part)| under(name, part))),
        Value::Array(items) => all.extend(items.iter().enumerate().flat_map(|(at, item)| under(&at.to_string(), item))),
        _ => {}
    }
    all
}
