//! The bounded copy of a body: what passes is looked at once and never waited for.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use sha2::{Digest, Sha256};

use crate::exchange;

/// What was kept of a body so far. Up to the limit the bytes; beyond it the digest of everything goes on.
#[derive(Debug)]
pub(super) struct Copied {
    kept: Vec<u8>,
    limit: usize,
    length: u64,
    digest: Option<Sha256>,
}

impl Copied {
    pub(super) fn new(limit: usize) -> Self {
        Self { kept: Vec::new(), limit, length: 0, digest: None }
    }

    pub(super) fn add(&mut self, data: &[u8]) {
        self.length += data.len() as u64;
        if let Some(digest) = &mut self.digest {
            digest.update(data);
            return;
        }
        let room = self.limit - self.kept.len();
        if data.len() <= room {
            self.kept.extend_from_slice(data);
            return;
        }
        let mut digest = Sha256::new_with_prefix(&self.kept);
        digest.update(data);
        self.digest = Some(digest);
        self.kept.extend_from_slice(&data[..room]);
    }

    /// Its end: whether `data` is in it yet.
    pub(super) fn ends_with(&self, data: &[u8]) -> bool {
        self.digest.is_none() && self.kept.ends_with(data)
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn take(&mut self) -> exchange::Body {
        let sha256 = self.digest.take().map(|digest| digest.finalize().into());
        exchange::Body { bytes: Bytes::from(std::mem::take(&mut self.kept)), length: self.length, sha256 }
    }
}

/// A body that is copied while it passes.
pub(super) struct Copying {
    body: Body,
    copied: Arc<Mutex<Copied>>,
}

impl Copying {
    pub(super) fn new(body: Body, copied: Arc<Mutex<Copied>>) -> Self {
        Self { body, copied }
    }
}

impl hyper::body::Body for Copying {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            self.copied.lock().unwrap_or_else(PoisonError::into_inner).add(data);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_limit_the_length_and_the_digest_of_the_whole_are_kept() {
        let mut copied = Copied::new(4);
        for piece in [&b"ab"[..], b"cde", b"f"] {
            copied.add(piece);
        }
        let body = copied.take();
        assert_eq!((&body.bytes[..], body.length, body.is_cut()), (&b"abcd"[..], 6, true));
        assert_eq!(body.sha256, Some(Sha256::digest(b"abcdef").into()));
    }
}
