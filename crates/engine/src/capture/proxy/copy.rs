//! The bounded copy of a body: what passes is looked at once and never waited for.
//!
//! Bounded twice: each copy by its connection's limit, all copies together by the room they share. Beyond either only the length and the
//! digest go on; the traffic does not notice.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use sha2::{Digest, Sha256};

use crate::exchange;

/// From this size on a piece is shared with whoever passes it on, not copied: the size of the buffers it is read into.
const WORTH_SHARING: usize = 8192;

/// Memory for all copies together.
#[derive(Debug)]
pub(super) struct Copies {
    limit: usize,
    taken: AtomicUsize,
    cut: AtomicU64,
}

impl Copies {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, taken: AtomicUsize::new(0), cut: AtomicU64::new(0) }
    }

    /// Bytes that copies hold now.
    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    /// Copies that were cut for lack of room.
    pub(super) fn cut(&self) -> u64 {
        self.cut.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) -> bool {
        let before = self.taken.fetch_add(bytes, Ordering::Relaxed);
        let has_room = before + bytes <= self.limit;
        if !has_room {
            self.taken.fetch_sub(bytes, Ordering::Relaxed);
            self.cut.fetch_add(1, Ordering::Relaxed);
        }
        has_room
    }
}

/// A part of that memory, given back when dropped.
#[derive(Debug)]
pub(super) struct Share {
    of: Arc<Copies>,
    bytes: usize,
}

impl Drop for Share {
    fn drop(&mut self) {
        self.of.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// What was kept of a body so far. Up to the limit the bytes; beyond it the digest of everything goes on.
#[derive(Debug)]
pub(super) struct Copied {
    kept: Kept,
    limit: usize,
    length: u64,
    digest: Option<Sha256>,
    share: Share,
}

/// Most bodies come in one piece, which is kept as it is.
#[derive(Debug)]
enum Kept {
    One(Bytes),
    Many(BytesMut),
}

impl Kept {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::One(bytes) => bytes,
            Self::Many(bytes) => bytes,
        }
    }

    fn add(&mut self, data: &Bytes) {
        match self {
            // A small piece of a read buffer would keep all of the buffer.
            Self::One(none) if none.is_empty() && data.len() < WORTH_SHARING => *self = Self::One(Bytes::copy_from_slice(data)),
            Self::One(none) if none.is_empty() => *self = Self::One(data.clone()),
            Self::One(first) => {
                let mut all = BytesMut::with_capacity(2 * (first.len() + data.len()));
                all.extend_from_slice(first);
                all.extend_from_slice(data);
                *self = Self::Many(all);
            }
            Self::Many(all) => all.extend_from_slice(data),
        }
    }
}

impl Copied {
    pub(super) fn new(limit: usize, copies: &Arc<Copies>) -> Self {
        let share = Share { of: Arc::clone(copies), bytes: 0 };
        Self { kept: Kept::One(Bytes::new()), limit, length: 0, digest: None, share }
    }

    pub(super) fn add(&mut self, data: &Bytes) {
        self.length += data.len() as u64;
        if let Some(digest) = &mut self.digest {
            digest.update(data);
            return;
        }
        let room = (self.limit - self.kept.bytes().len()).min(data.len());
        let fits = self.share.of.take(room);
        if fits {
            self.share.bytes += room;
            if room == data.len() {
                self.kept.add(data);
                return;
            }
        }
        let mut digest = Sha256::new_with_prefix(self.kept.bytes());
        digest.update(data);
        self.digest = Some(digest);
        if fits {
            self.kept.add(&data.slice(..room));
        }
    }

    /// Its end: whether `data` is in it yet.
    pub(super) fn ends_with(&self, data: &[u8]) -> bool {
        self.digest.is_none() && self.kept.bytes().ends_with(data)
    }

    /// Whether more came than is kept.
    pub(super) fn is_cut(&self) -> bool {
        self.digest.is_some()
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// What there is so far, with its share of the memory.
    pub(super) fn take(&mut self) -> (exchange::Body, Share) {
        let bytes = match std::mem::replace(&mut self.kept, Kept::One(Bytes::new())) {
            Kept::One(bytes) => bytes,
            Kept::Many(bytes) => bytes.freeze(),
        };
        let share = Share { of: Arc::clone(&self.share.of), bytes: std::mem::take(&mut self.share.bytes) };
        let sha256 = self.digest.take().map(|digest| digest.finalize().into());
        (exchange::Body { bytes, length: self.length, sha256 }, share)
    }

    /// The same, while more may come.
    pub(super) fn so_far(&self) -> exchange::Body {
        let sha256 = self.digest.clone().map(|digest| digest.finalize().into());
        exchange::Body { bytes: Bytes::copy_from_slice(self.kept.bytes()), length: self.length, sha256 }
    }
}

/// How far a request's body is, for whoever waits for its answer.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) copied: Copied,
    /// All of it has come.
    pub(super) is_whole: bool,
    /// It broke off.
    pub(super) is_broken: bool,
    /// The caller is waited for, not the system outside.
    pub(super) awaits_caller: bool,
    /// When a part of it came last.
    pub(super) moved: Instant,
}

impl Asked {
    pub(super) fn new(body: &Incoming, limit: usize, copies: &Arc<Copies>) -> Arc<Mutex<Self>> {
        let (copied, is_whole) = (Copied::new(limit, copies), body.is_end_stream());
        Arc::new(Mutex::new(Self { copied, is_whole, is_broken: false, awaits_caller: false, moved: Instant::now() }))
    }
}

/// Locks it; a panic elsewhere leaves a copy that is as good as it was.
pub(super) fn locked(asked: &Mutex<Asked>) -> MutexGuard<'_, Asked> {
    asked.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request's body that is copied while it passes; what was read of it before goes first.
pub(super) struct Copying {
    pub(super) before: std::collections::VecDeque<Frame<Bytes>>,
    pub(super) body: Incoming,
    pub(super) asked: Arc<Mutex<Asked>>,
}

impl Copying {
    pub(super) fn new(body: Incoming, asked: Arc<Mutex<Asked>>) -> Self {
        Self { before: std::collections::VecDeque::new(), body, asked }
    }

    /// Reads until the copy is full (or may not grow) or the body is over, so that it can be stored before anybody sees it.
    pub(super) async fn read_ahead(&mut self, limit: usize) -> Result<(), hyper::Error> {
        let mut read = 0;
        while read < limit && !locked(&self.asked).copied.is_cut() {
            let Some(frame) = std::future::poll_fn(|cx| self.poll_body(cx)).await else { break };
            let frame = frame?;
            read += frame.data_ref().map_or(0, Bytes::len);
            self.before.push_back(frame);
        }
        Ok(())
    }

    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        let mut asked = locked(&self.asked);
        asked.awaits_caller = polled.is_pending();
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                asked.moved = Instant::now();
                if let Some(data) = frame.data_ref() {
                    asked.copied.add(data);
                }
                asked.is_whole = self.body.is_end_stream();
            }
            Poll::Ready(Some(Err(_))) => asked.is_broken = true,
            Poll::Ready(None) => asked.is_whole = true,
            Poll::Pending => {}
        }
        polled
    }
}

impl Body for Copying {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.before.pop_front() {
            Some(frame) => Poll::Ready(Some(Ok(frame))),
            None => self.poll_body(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.before.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let read: usize = self.before.iter().filter_map(Frame::data_ref).map(Bytes::len).sum();
        let rest = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower() + read as u64);
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + read as u64);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(limit: usize, copies: &Arc<Copies>, pieces: &[&'static [u8]]) -> (exchange::Body, Share) {
        let mut copied = Copied::new(limit, copies);
        pieces.iter().for_each(|piece| copied.add(&Bytes::from_static(piece)));
        copied.take()
    }

    #[test]
    fn beyond_the_limit_the_length_and_the_digest_of_the_whole_are_kept() {
        let copies = Arc::new(Copies::new(100));
        for limit in 0..7 {
            let (body, _) = copied(limit, &copies, &[b"ab", b"cde", b"f"]);
            assert_eq!((&body.bytes[..], body.length, body.is_cut()), (&b"abcdef"[..limit.min(6)], 6, limit < 6));
            assert_eq!(body.sha256, (limit < 6).then(|| Sha256::digest(b"abcdef").into()));
        }
        assert_eq!((copies.taken(), copies.cut()), (0, 0));
    }

    #[test]
    fn all_copies_together_stay_within_their_room() {
        let copies = Arc::new(Copies::new(5));
        let first = copied(100, &copies, &[b"abcd"]);
        let second = copied(100, &copies, &[b"a", b"bcd", b"e"]);
        assert_eq!((copies.taken(), copies.cut()), (5, 1));
        assert_eq!((&second.0.bytes[..], second.0.length), (&b"a"[..], 5));
        assert_eq!(second.0.sha256, Some(Sha256::digest(b"abcde").into()));
        drop((first, second));
        assert_eq!(copies.taken(), 0);
    }
}
