//! The routes of OTLP/HTTP: authenticate, read within the limits of every door, turn into events, publish, answer.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;

use super::answer::{self, Partial};
use super::batch::{Batch, Encoding, Unreadable};
use super::{logs, traces};
use crate::capture::Capture;
use crate::capture::accept::Sender;
use crate::capture::api::{self, DoorError};
use crate::capture::body::{self, BadBody};
use crate::event::Limits;

/// Which signal is sent.
#[derive(Debug, Clone, Copy)]
enum Signal {
    Traces,
    Logs,
}

impl Signal {
    /// What its items are called in an answer: for people, and as a field.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Traces => ("spans", "rejectedSpans"),
            Self::Logs => ("log records", "rejectedLogRecords"),
        }
    }

    fn read(self, encoding: Encoding, body: &[u8], limits: &Limits, most: usize) -> Result<Batch, Unreadable> {
        match self {
            Self::Traces => traces(encoding, body, limits, most),
            Self::Logs => logs(encoding, body, limits, most),
        }
    }
}

pub(in crate::capture) fn routes() -> Router<Arc<Capture>> {
    let spans = || post(|State(capture): State<Arc<Capture>>, request: Request| export(capture, Signal::Traces, request));
    Router::new()
        .route("/v1/traces", spans())
        .route("/api/public/otel/v1/traces", spans())
        .route("/v1/logs", post(|State(capture): State<Arc<Capture>>, request: Request| export(capture, Signal::Logs, request)))
}

async fn export(capture: Arc<Capture>, signal: Signal, request: Request) -> Response {
    let encoding = encoding(request.headers());
    match take(&capture, signal, encoding, request).await {
        Ok(partial) => answer::accepted(encoding.unwrap_or(Encoding::Json), &partial, signal.names().1),
        Err(error) => answer::refused(encoding.unwrap_or(Encoding::Json), capture.said(&error)),
    }
}

async fn take(capture: &Arc<Capture>, signal: Signal, encoding: Option<Encoding>, request: Request) -> Result<Partial, DoorError> {
    let sender = api::authenticate(capture, &request);
    let (head, mut body) = request.into_parts();
    let read = match (sender, encoding) {
        (Err(refused), _) => Err(refused),
        (Ok(_), None) => Err(DoorError::Body(BadBody::OtlpType)),
        (Ok(sender), Some(encoding)) => {
            let whole = body::read_any(&head.headers, &mut body, &capture.config, &capture.room).await;
            whole.map(|whole| (sender, encoding, whole)).map_err(DoorError::from)
        }
    };
    if read.is_err() {
        body::discard(&head.headers, &mut body, &capture.config).await;
    }
    let (sender, encoding, whole) = read?;
    let (limits, most) = (capture.limits(), capture.config.decompressed_bytes);
    let place = capture.room.unpacker().await;
    // Megabytes of spans must not hold up the other connections of this thread; the body keeps its share of the room meanwhile.
    let batch = tokio::task::spawn_blocking(move || {
        let batch = signal.read(encoding, &whole.bytes, &limits, most);
        drop(place);
        batch
    });
    let batch = batch.await.map_err(|_| BadBody::CutOff)??;
    publish(capture, sender, signal, batch).await
}

/// More events than one frame may hold go in several. When one of them is not taken, nothing of the request was, to the exporter: it sends all of it
/// again, and what was published before is known by its ids.
async fn publish(capture: &Capture, sender: Sender, signal: Signal, mut batch: Batch) -> Result<Partial, DoorError> {
    let lines = Bytes::from(std::mem::take(&mut batch.lines));
    let mut refused = Vec::new();
    // Nothing to keep is no error: exporters send what they have.
    for part in parts(&lines, capture.config.items) {
        refused.extend(capture.accept(Sender { source: "otlp", ..sender.clone() }, part, true).await?.rejected);
    }
    let not_kept = batch.ignored + batch.nameless + batch.over;
    capture.counters.otlp_ignored.fetch_add(not_kept as u64, Ordering::Relaxed);
    Ok(Partial::of(&batch, &refused, signal.names().0))
}

/// Lines in parts of at most `most`.
fn parts(lines: &Bytes, most: usize) -> Vec<Bytes> {
    let (mut parts, mut start, mut held) = (Vec::new(), 0, 0);
    for (at, _) in lines.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
        held += 1;
        if held == most || at + 1 == lines.len() {
            parts.push(lines.slice(start..=at));
            (start, held) = (at + 1, 0);
        }
    }
    parts
}

/// As the content type says; none when it is neither of the two.
fn encoding(headers: &HeaderMap) -> Option<Encoding> {
    let named = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    match named.split(';').next().unwrap_or("").trim().to_ascii_lowercase().as_str() {
        "application/x-protobuf" | "application/protobuf" => Some(Encoding::Protobuf),
        "application/json" => Some(Encoding::Json),
        _ => None,
    }
}
