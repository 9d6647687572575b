//! What OTLP/HTTP answers, in the content type of the request.
//!
//! ```text
//! 200  ExportTraceServiceResponse { 1 partial_success { 1 rejected_spans 2 error_message } }    empty when all was kept
//! 4xx, 503  google.rpc.Status { 1 code 2 message 3 details }    of a 400 a google.rpc.BadRequest { 1 { 2 description } }
//! ```
//! The messages are small, so they are written by hand, with prost's encoders. Whoever may come again is told so by 503 and Retry-After, never by
//! 408 (exporters must not send again after it) and never by 429 (Python's up to the summer of 2026 drop what they hold then, though the protocol says otherwise).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use prost::encoding::{int64, string};
use serde_json::json;

use super::batch::{Batch, Encoding};
use crate::capture::accept::Rejected;
use crate::capture::api::Said;

/// Reasons that are told; the rest is only counted.
const REASONS: usize = 3;
/// The kind of details of a 400.
const BAD_REQUEST: &str = "type.googleapis.com/google.rpc.BadRequest";

/// How much of a request was not kept, and why.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Partial {
    pub rejected: usize,
    pub message: String,
}

impl Partial {
    /// What is to be said of a batch. `items` are spans or log records.
    pub(super) fn of(batch: &Batch, refused: &[Rejected], items: &str) -> Self {
        let mut parts = Vec::new();
        if batch.ignored > 0 {
            parts.push(format!("{} {items} are not about an assistant and were not kept", batch.ignored));
        }
        if batch.nameless > 0 {
            parts.push(format!("{} {items} have no valid trace and span id and were not kept", batch.nameless));
        }
        if batch.over > 0 {
            parts.push(format!(
                "{} events were over the {} bytes of one request and were not kept; send smaller batches",
                batch.over, batch.most
            ));
        }
        if let Some(first) = refused.first() {
            let reasons = refused.iter().take(REASONS).map(|refused| refused.error.message.as_str()).collect::<Vec<_>>().join("; ");
            let noun = if refused.len() == 1 { "event was" } else { "events were" };
            let id = first.event_id.as_deref().unwrap_or("no id");
            parts.push(format!("{} {noun} put into quarantine ({id}): {reasons}", refused.len()));
        }
        // One span may become several events, of which each may be refused: never more than were sent.
        let rejected = batch.ignored + batch.nameless + batch.over + refused.len();
        Self { rejected: rejected.min(batch.seen), message: parts.join(". ") }
    }
}

/// 200.
pub(super) fn accepted(encoding: Encoding, partial: &Partial, counted: &'static str) -> Response {
    let body = match encoding {
        Encoding::Json if partial.rejected == 0 => json!({}).to_string().into_bytes(),
        // 64-bit numbers are strings in JSON of protobuf.
        Encoding::Json => {
            let inner = json!({ counted: partial.rejected.to_string(), "errorMessage": partial.message });
            json!({ "partialSuccess": inner }).to_string().into_bytes()
        }
        Encoding::Protobuf if partial.rejected == 0 => Vec::new(),
        Encoding::Protobuf => {
            let mut inner = Vec::new();
            int64::encode(1, &(partial.rejected as i64), &mut inner);
            string::encode(2, &partial.message, &mut inner);
            nested(1, &inner)
        }
    };
    typed(StatusCode::OK, encoding, body)
}

/// An error of the door as a `google.rpc.Status`.
pub(super) fn refused(encoding: Encoding, said: Said) -> Response {
    let (status, retry_s) = match said.status {
        StatusCode::REQUEST_TIMEOUT => (StatusCode::SERVICE_UNAVAILABLE, Some(1)),
        status => (status, said.retry_s),
    };
    let (code, is_bad) = (code(status), status == StatusCode::BAD_REQUEST);
    let body = match encoding {
        Encoding::Json if is_bad => {
            let details = json!([{ "@type": BAD_REQUEST, "fieldViolations": [{ "description": said.message }] }]);
            json!({ "code": code, "message": said.message, "details": details }).to_string().into_bytes()
        }
        Encoding::Json => json!({ "code": code, "message": said.message }).to_string().into_bytes(),
        Encoding::Protobuf => {
            let mut body = Vec::new();
            int64::encode(1, &code, &mut body);
            string::encode(2, &said.message, &mut body);
            if is_bad {
                body.extend_from_slice(&nested(3, &bad_request(&said.message)));
            }
            body
        }
    };
    let mut response = typed(status, encoding, body);
    if let Some(seconds) = retry_s {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        // Both ways in which exporters send a key.
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer, Basic realm=\"letopis\""));
    }
    response
}

/// What is wrong with the data, as a `google.protobuf.Any`.
fn bad_request(description: &str) -> Vec<u8> {
    let (mut violation, mut any) = (Vec::new(), Vec::new());
    string::encode(2, &description.to_owned(), &mut violation);
    string::encode(1, &BAD_REQUEST.to_owned(), &mut any);
    any.extend_from_slice(&nested(2, &nested(1, &violation)));
    any
}

fn typed(status: StatusCode, encoding: Encoding, body: Vec<u8>) -> Response {
    let kind = match encoding {
        Encoding::Protobuf => "application/x-protobuf",
        Encoding::Json => "application/json",
    };
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(kind))], body).into_response()
}

/// The code of gRPC that stands for a status of HTTP.
fn code(status: StatusCode) -> i64 {
    match status.as_u16() {
        401 => 16,
        403 => 7,
        404 => 5,
        408 => 4,
        429 => 8,
        503 => 14,
        _ => 3,
    }
}

/// A message inside a message.
fn nested(tag: u32, inner: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    prost::encoding::encode_key(tag, prost::encoding::WireType::LengthDelimited, &mut body);
    prost::encoding::encode_varint(inner.len() as u64, &mut body);
    body.extend_from_slice(inner);
    body
}
