//! Decompression of a stranger's body: what comes out is bounded before it is kept.

use std::io::{ErrorKind, Read};

use axum::http::{HeaderMap, header};
use bytes::Bytes;

use super::body::BadBody;
use super::room::Share;

/// A zstd frame may ask for gigabytes of window; 2^23 = 8 MiB is what every compressor uses up to level 19.
const ZSTD_WINDOW_LOG: u32 = 23;
/// What is taken from the decoder at once.
const PIECE_BYTES: usize = 64 << 10;

/// How a body is packed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Encoding {
    Gzip,
    Zstd,
}

impl Encoding {
    /// What the header says; none when the body is plain.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, BadBody> {
        let Some(name) = headers.get(header::CONTENT_ENCODING) else { return Ok(None) };
        match name.as_bytes().to_ascii_lowercase().as_slice() {
            b"" | b"identity" => Ok(None),
            b"gzip" | b"x-gzip" => Ok(Some(Self::Gzip)),
            b"zstd" => Ok(Some(Self::Zstd)),
            _ => Err(BadBody::Encoding),
        }
    }

    /// Decompresses up to `limit` bytes, each of which is taken from `share` first.
    ///
    /// # Errors
    /// When it is broken, too large, or there is no room for it.
    pub(super) fn unpack(self, packed: &[u8], limit: usize, share: &mut Share) -> Result<Bytes, BadBody> {
        match self {
            Self::Gzip => drain(flate2::read::MultiGzDecoder::new(packed), "gzip", limit, share),
            Self::Zstd => {
                let broken = |_| BadBody::Compressed("zstd");
                let mut decoder = zstd::Decoder::new(packed).map_err(broken)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(broken)?;
                drain(decoder, "zstd", limit, share)
            }
        }
    }
}

fn drain(mut decoder: impl Read, name: &'static str, limit: usize, share: &mut Share) -> Result<Bytes, BadBody> {
    let mut plain = Vec::new();
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match decoder.read(&mut piece) {
            Ok(0) => return Ok(Bytes::from(plain)),
            Ok(length) if plain.len() + length > limit => return Err(BadBody::TooLarge { limit, after: " after decompression" }),
            Ok(length) => {
                share.take(length)?;
                grow(&mut plain, length);
                plain.extend_from_slice(&piece[..length]);
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(_) => return Err(BadBody::Compressed(name)),
        }
    }
}

/// Makes room by half, not by doubling: what is allocated stays near what the share counts.
pub(super) fn grow(bytes: &mut Vec<u8>, more: usize) {
    if bytes.capacity() - bytes.len() < more {
        bytes.reserve_exact(more + bytes.len() / 2);
    }
}
