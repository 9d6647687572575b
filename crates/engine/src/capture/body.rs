//! Reading a body from a stranger: bounded in bytes, in time, and in memory for all of them together.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout_at};

use super::Config;
use super::room::{Room, Share};
use super::unpack::{Encoding, grow};

/// How much of a refused body is read and thrown away, so that the sender hears why: in bodies of the largest allowed size.
const DISCARDED_BODIES: usize = 4;

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadBody {
    /// 413.
    #[error("body is larger than {limit} bytes{after}; send it in parts")]
    TooLarge {
        /// How many may be.
        limit: usize,
        /// Says when it is meant after decompression.
        after: &'static str,
    },
    /// 415.
    #[error("content encoding is not known; use gzip, zstd or none")]
    Encoding,
    /// 415.
    #[error("content type is not known; use application/json or application/x-ndjson")]
    Type,
    /// 415.
    #[error("content type is not known; use application/x-protobuf or application/json")]
    OtlpType,
    /// 400.
    #[error("body is not valid {0}")]
    Compressed(&'static str),
    /// 408.
    #[error("body did not go on for {0} s")]
    Silent(u64),
    /// 408.
    #[error("body took longer than {0} s; send it in parts")]
    Slow(u64),
    /// 400: the sender went away.
    #[error("body ended before its end")]
    CutOff,
    /// 503.
    #[error("too many requests are being read; try again in a second")]
    NoRoom,
}

/// A body in memory, with its share of the room.
pub(super) struct Whole {
    /// Decompressed.
    pub bytes: Bytes,
    /// Whether the content type says one object a line.
    pub lines: bool,
    _share: Share,
}

/// Reads and decompresses a body.
///
/// # Errors
/// [`BadBody`]; nothing of it is kept.
pub(super) async fn read(headers: &HeaderMap, body: &mut Body, config: &Config, room: &Room) -> Result<Whole, BadBody> {
    let lines = is_lines(headers)?;
    let whole = read_any(headers, body, config, room).await?;
    Ok(Whole { lines, ..whole })
}

/// The same whatever the content type says.
///
/// # Errors
/// [`BadBody`]; nothing of it is kept.
pub(super) async fn read_any(headers: &HeaderMap, body: &mut Body, config: &Config, room: &Room) -> Result<Whole, BadBody> {
    let encoding = Encoding::of(headers)?;
    let mut share = room.share();
    let bytes = collect(body, config, &mut share).await?;
    let Some(encoding) = encoding else { return Ok(Whole { bytes, lines: false, _share: share }) };
    let place = room.unpacker().await;
    let limit = config.decompressed_bytes;
    // Decompression of megabytes must not hold up the other connections of this thread.
    let unpacked = tokio::task::spawn_blocking(move || {
        let bytes = encoding.unpack(&bytes, limit, &mut share)?;
        drop(place);
        Ok(Whole { bytes, lines: false, _share: share })
    });
    unpacked.await.unwrap_or(Err(BadBody::CutOff))
}

/// Reads a body as it is, whatever it is.
///
/// # Errors
/// [`BadBody`]; nothing of it is kept.
pub(super) async fn raw(body: &mut Body, config: &Config, room: &Room) -> Result<(Bytes, Share), BadBody> {
    let mut share = room.share();
    Ok((collect(body, config, &mut share).await?, share))
}

/// Reads on after a refusal, within bounds: a sender who is still writing when the connection closes never sees the answer.
pub(super) async fn discard(headers: &HeaderMap, body: &mut Body, config: &Config) {
    // Whoever waits for a word before sending has sent nothing yet.
    if headers.contains_key(header::EXPECT) {
        return;
    }
    let deadline = Instant::now() + Duration::from_secs(config.idle_seconds);
    let mut left = DISCARDED_BODIES * config.body_bytes;
    while let Ok(Some(Ok(frame))) = timeout_at(deadline, body.frame()).await {
        let Some(rest) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else { return };
        left = rest;
    }
}

async fn collect(body: &mut Body, config: &Config, share: &mut Share) -> Result<Bytes, BadBody> {
    let limit = config.body_bytes;
    let deadline = Instant::now() + Duration::from_secs(config.body_seconds);
    let mut whole = Vec::new();
    let mut first: Option<Bytes> = None;
    while let Some(frame) = next(body, config, deadline).await? {
        let Ok(data) = frame.into_data() else { continue };
        let length = whole.len() + first.as_ref().map_or(0, Bytes::len) + data.len();
        if length > limit {
            return Err(BadBody::TooLarge { limit, after: "" });
        }
        share.take(data.len())?;
        // Nearly every event comes in one piece, and is not copied then.
        if first.is_none() && whole.is_empty() {
            first = Some(data);
            continue;
        }
        for piece in first.take().iter().chain([&data]) {
            grow(&mut whole, piece.len());
            whole.extend_from_slice(piece);
        }
    }
    Ok(first.unwrap_or_else(|| Bytes::from(whole)))
}

async fn next(body: &mut Body, config: &Config, deadline: Instant) -> Result<Option<hyper::body::Frame<Bytes>>, BadBody> {
    let idle = Instant::now() + Duration::from_secs(config.idle_seconds);
    match timeout_at(idle.min(deadline), body.frame()).await {
        Err(_) if idle < deadline => Err(BadBody::Silent(config.idle_seconds)),
        Err(_) => Err(BadBody::Slow(config.body_seconds)),
        Ok(None) => Ok(None),
        Ok(Some(Ok(frame))) => Ok(Some(frame)),
        Ok(Some(Err(_))) => Err(BadBody::CutOff),
    }
}

/// Whether the content type says one object a line.
fn is_lines(headers: &HeaderMap) -> Result<bool, BadBody> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(false) };
    let value = value.to_str().map_err(|_| BadBody::Type)?;
    let essence = value.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines" | "application/jsonlines" => {
            Ok(true)
        }
        // curl -d says form; platforms that know no JSON say text.
        "" | "application/json" | "text/plain" | "text/json" | "application/octet-stream" | "application/x-www-form-urlencoded" => {
            Ok(false)
        }
        other if other.starts_with("application/") && other.ends_with("+json") => Ok(false),
        _ => Err(BadBody::Type),
    }
}
