//! Reading a body from a stranger: bounded in bytes, in time, and in memory for all of them together.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Config;

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
    /// 400.
    #[error("body is not valid {0}")]
    Compressed(&'static str),
    /// 408.
    #[error("body did not go on for {0} s")]
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
    _room: Room,
}

/// Reads and decompresses a body.
///
/// # Errors
/// [`BadBody`]; nothing of it is kept.
pub(super) async fn read(headers: &HeaderMap, body: Body, config: &Config, room: &Arc<Semaphore>) -> Result<Whole, BadBody> {
    let lines = is_lines(headers)?;
    let encoding = Encoding::of(headers)?;
    let mut share = Room::new(Arc::clone(room));
    let bytes = collect(body, config, &mut share).await?;
    let bytes = match encoding {
        Encoding::Identity => bytes,
        encoding => {
            let limit = config.decompressed_bytes;
            // Decompression of megabytes must not hold up the other connections of this thread.
            let done = tokio::task::spawn_blocking(move || encoding.decompress(&bytes, limit)).await;
            let bytes = done.unwrap_or(Err(BadBody::CutOff))?;
            share.take(bytes.len())?;
            bytes
        }
    };
    Ok(Whole { bytes, lines, _room: share })
}

async fn collect(mut body: Body, config: &Config, share: &mut Room) -> Result<Bytes, BadBody> {
    let limit = config.body_bytes;
    let mut whole = BytesMut::new();
    let mut first = None;
    while let Some(frame) = next(&mut body, config.idle_seconds).await? {
        let Ok(data) = frame.into_data() else { continue };
        let length = whole.len() + first.as_ref().map_or(0, Bytes::len) + data.len();
        if length > limit {
            return Err(BadBody::TooLarge { limit, after: "" });
        }
        share.take(data.len())?;
        // Nearly every event comes in one piece, and is not copied then.
        match first.take() {
            None if whole.is_empty() => first = Some(data),
            None => whole.extend_from_slice(&data),
            Some(before) => {
                whole.reserve(before.len() + data.len());
                whole.extend_from_slice(&before);
                whole.extend_from_slice(&data);
            }
        }
    }
    Ok(first.unwrap_or_else(|| whole.freeze()))
}

async fn next(body: &mut Body, idle_seconds: u64) -> Result<Option<hyper::body::Frame<Bytes>>, BadBody> {
    let idle = Duration::from_secs(idle_seconds);
    match tokio::time::timeout(idle, body.frame()).await {
        Err(_) => Err(BadBody::Slow(idle_seconds)),
        Ok(None) => Ok(None),
        Ok(Some(Ok(frame))) => Ok(Some(frame)),
        Ok(Some(Err(_))) => Err(BadBody::CutOff),
    }
}

#[derive(Clone, Copy)]
enum Encoding {
    Identity,
    Gzip,
    Zstd,
}

impl Encoding {
    fn of(headers: &HeaderMap) -> Result<Self, BadBody> {
        let Some(name) = headers.get(header::CONTENT_ENCODING) else { return Ok(Self::Identity) };
        match name.as_bytes().to_ascii_lowercase().as_slice() {
            b"" | b"identity" => Ok(Self::Identity),
            b"gzip" | b"x-gzip" => Ok(Self::Gzip),
            b"zstd" => Ok(Self::Zstd),
            _ => Err(BadBody::Encoding),
        }
    }

    fn decompress(self, bytes: &[u8], limit: usize) -> Result<Bytes, BadBody> {
        let mut plain = Vec::new();
        let most = limit as u64 + 1;
        let read = match self {
            Self::Identity => return Ok(Bytes::copy_from_slice(bytes)),
            Self::Gzip => flate2::read::MultiGzDecoder::new(bytes).take(most).read_to_end(&mut plain).map_err(|_| BadBody::Compressed("gzip")),
            Self::Zstd => zstd::Decoder::new(bytes)
                .and_then(|mut decoder| {
                    // A frame may ask for gigabytes of window; 8 MiB is what every compressor uses up to level 19.
                    decoder.window_log_max(23)?;
                    decoder.take(most).read_to_end(&mut plain)
                })
                .map_err(|_| BadBody::Compressed("zstd")),
        };
        read?;
        if plain.len() > limit {
            return Err(BadBody::TooLarge { limit, after: " after decompression" });
        }
        Ok(Bytes::from(plain))
    }
}

/// Whether the content type says one object a line.
fn is_lines(headers: &HeaderMap) -> Result<bool, BadBody> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(false) };
    let value = value.to_str().map_err(|_| BadBody::Type)?;
    let essence = value.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines" | "application/jsonlines" => Ok(true),
        // curl -d says form; platforms that know no JSON say text.
        "" | "application/json" | "text/plain" | "text/json" | "application/octet-stream" | "application/x-www-form-urlencoded" => Ok(false),
        other if other.starts_with("application/") && other.ends_with("+json") => Ok(false),
        _ => Err(BadBody::Type),
    }
}

/// A share of the memory for bodies, given back when dropped.
struct Room {
    from: Arc<Semaphore>,
    taken: Vec<OwnedSemaphorePermit>,
}

impl Room {
    fn new(from: Arc<Semaphore>) -> Self {
        Self { from, taken: Vec::new() }
    }

    fn take(&mut self, bytes: usize) -> Result<(), BadBody> {
        let kib = bytes.div_ceil(1024) as u32;
        let permit = Arc::clone(&self.from).try_acquire_many_owned(kib).map_err(|_| BadBody::NoRoom)?;
        match self.taken.first_mut() {
            Some(first) => first.merge(permit),
            None => self.taken.push(permit),
        }
        Ok(())
    }
}
