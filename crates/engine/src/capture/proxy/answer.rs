//! The answer on its way back: every frame at once, the last one as the mode says.
//!
//! In *confirm* and *strict* the frame that ends the answer is held until the exchange is durable: the last bytes of a counted body, the
//! `[DONE]` of a stream, or the end itself. A caller that saw the end of an answer can rely on its record. If it cannot be made durable the
//! answer breaks off instead; a short answer that came whole with its head becomes a 503.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::Body;
use axum::http::{Version, header};
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Body as _, Frame, SizeHint};
use tokio::time::Sleep;

use super::copy::{Copied, Copying};
use super::note::Note;
use super::settling::{HEARD_OUT, Publishing};
use super::{Mode, Refused, head};
use crate::exchange::Ended;
use crate::upstream::Arriving;

/// A counted body up to here is looked for at once: nearly always it came with its head.
const AT_HAND: u64 = 64 << 10;
/// How the streams of models end.
const LAST_WORDS: [&[u8]; 2] = [b"data: [DONE]\n\n", b"data: [DONE]\r\n\r\n"];

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The answer with its copying body.
pub(super) async fn back(mut note: Note, answer: hyper::Response<Arriving<Copying>>) -> Result<Response, Refused> {
    let (mut parts, mut body) = answer.into_parts();
    note.answered(parts.status.as_u16(), head::kept(&parts.headers));
    if parts.headers.contains_key(header::TRANSFER_ENCODING) {
        parts.headers.remove(header::CONTENT_LENGTH);
    }
    head::end_to_end(&mut parts.headers);
    // A system outside that speaks HTTP/1.0 ends its own connection, not the caller's.
    parts.version = Version::HTTP_11;
    let mut back = Back {
        length: body.size_hint().exact(),
        before: VecDeque::new(),
        copied: Copied::new(note.line.keep, &note.capture.proxying.copies),
        is_stream: parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream")),
        holds: note.line.mode != Mode::Observe,
        holding: None,
        idle: None,
        moved: Instant::now(),
        broken: None,
        body: None,
        note: None,
    };
    if body.is_end_stream() {
        // Also the answer to HEAD, and 204 and 304, whose length is that of another answer.
        drop(body);
        return told(note, Response::from_parts(parts, Body::empty())).await;
    }
    if let Some(whole) = back.at_hand(&mut body) {
        drop(body);
        note.first_byte();
        note.body(back.copied.take());
        return told(note, Response::from_parts(parts, Body::from(whole))).await;
    }
    (back.body, back.note) = (Some(body), Some(note));
    Ok(Response::from_parts(parts, Body::new(back)))
}

/// An answer that is whole already.
async fn told(note: Note, answer: Response) -> Result<Response, Refused> {
    if note.line.mode == Mode::Observe {
        note.later(Ended::Whole);
        return Ok(answer);
    }
    match note.publish(Ended::Whole).await {
        Ok(()) => Ok(answer),
        Err(e) => {
            tracing::error!(error = %e, "exchange not recorded: its answer is withheld");
            Err(Refused::NotStored)
        }
    }
}

/// A frame that waits, or the end.
struct Holding {
    publishing: Publishing,
    frame: Option<Frame<Bytes>>,
}

struct Back {
    body: Option<Arriving<Copying>>,
    /// What was read before the head went back.
    before: VecDeque<Frame<Bytes>>,
    /// Of a counted body.
    length: Option<u64>,
    copied: Copied,
    /// Until the exchange is published.
    note: Option<Note>,
    holding: Option<Holding>,
    is_stream: bool,
    holds: bool,
    /// Set once there is silence, and put forward when it fires too early: most answers never need it.
    idle: Option<Pin<Box<Sleep>>>,
    moved: Instant,
    /// How the body broke off, until it is said.
    broken: Option<Failure>,
}

impl Back {
    /// A whole short body, if it is there; what is there of it otherwise goes first.
    fn at_hand(&mut self, body: &mut Arriving<Copying>) -> Option<Bytes> {
        let length = self.length.filter(|length| *length <= AT_HAND)?;
        let mut gathered = 0;
        while gathered < length {
            let Poll::Ready(Some(Ok(frame))) = body.at_hand() else { break };
            gathered += frame.data_ref().map_or(0, |data| data.len() as u64);
            self.before.push_back(frame);
        }
        if gathered < length {
            return None;
        }
        let mut pieces = std::mem::take(&mut self.before).into_iter().filter_map(|frame| frame.into_data().ok());
        let first = pieces.next().unwrap_or_default();
        let whole = match pieces.next() {
            None => first,
            Some(second) => [first, second].into_iter().chain(pieces).collect::<Vec<_>>().concat().into(),
        };
        self.copied.add(&whole);
        Some(whole)
    }

    fn ends(&self) -> bool {
        self.length == Some(self.copied.length()) || self.is_stream && LAST_WORDS.iter().any(|last| self.copied.ends_with(last))
    }

    fn finish(&mut self, ended: Ended) -> Option<Note> {
        let mut note = self.note.take()?;
        note.body(self.copied.take());
        if self.holds && ended == Ended::Whole {
            return Some(note);
        }
        note.later(ended);
        None
    }

    /// The exchange is over with this frame, or with the end.
    fn hold(&mut self, frame: Option<Frame<Bytes>>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        let Some(note) = self.finish(Ended::Whole) else { return Poll::Ready(frame.map(Ok)) };
        self.holding = Some(Holding { publishing: Box::pin(note.publish(Ended::Whole)), frame });
        // This first poll hands it over: a caller that goes away now does not take the record with it.
        self.release(cx)
    }

    fn release(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        let Some(holding) = &mut self.holding else { return Poll::Ready(None) };
        let published = ready!(holding.publishing.as_mut().poll(cx));
        let frame = self.holding.take().and_then(|holding| holding.frame);
        if let Err(e) = published {
            tracing::error!(error = %e, "exchange not recorded: its answer breaks off");
            return Poll::Ready(Some(Err("not recorded".into())));
        }
        Poll::Ready(frame.map(Ok))
    }

    fn pass(&mut self, frame: Frame<Bytes>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        self.moved = Instant::now();
        let Some(note) = &mut self.note else { return Poll::Ready(Some(Ok(frame))) };
        note.first_byte();
        if let Some(data) = frame.data_ref() {
            self.copied.add(data);
        }
        if self.ends() { self.hold(Some(frame), cx) } else { Poll::Ready(Some(Ok(frame))) }
    }

    /// Ready once the silence is too long.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(note) = &self.note else { return Poll::Pending };
        let end = tokio::time::Instant::from_std(self.moved + note.line.idle);
        let idle = self.idle.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        loop {
            ready!(idle.as_mut().poll(cx));
            if end <= tokio::time::Instant::now() {
                return Poll::Ready(());
            }
            idle.as_mut().reset(end);
        }
    }
}

impl hyper::body::Body for Back {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        let this = &mut *self;
        if this.holding.is_some() {
            return this.release(cx);
        }
        if let Some(frame) = this.before.pop_front() {
            return this.pass(frame, cx);
        }
        let Some(body) = &mut this.body else { return Poll::Ready(this.broken.take().map(Err)) };
        match Pin::new(body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => this.pass(frame, cx),
            Poll::Ready(Some(Err(e))) => {
                this.finish(Ended::Broken("broke off".to_owned()));
                // What came before goes out first: an error now would end the caller's connection with it still in the buffer.
                this.body = None;
                this.broken = Some(Box::new(e));
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Ready(None) => {
                // Its connection can serve somebody else from here on.
                this.body = None;
                this.hold(None, cx)
            }
            Poll::Pending => {
                ready!(this.poll_silence(cx));
                this.finish(Ended::TimedOut("idle".to_owned()));
                Poll::Ready(Some(Err("the system outside fell silent".into())))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        // What was read before counts too: the whole length, said in the head.
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Drop for Back {
    fn drop(&mut self) {
        let refused = self.note.take_if(|note| note.is_refused());
        let hearing = refused.as_ref().and_then(|note| note.capture.proxying.settling.hearing());
        match (refused, self.body.take(), hearing) {
            (Some(note), Some(body), Some(hearing)) => {
                let unused = Copied::new(0, &note.capture.proxying.copies);
                let copied = std::mem::replace(&mut self.copied, unused);
                let heard = hear_out(note, copied, std::mem::take(&mut self.before), body);
                drop(tokio::spawn(async { (heard.await, drop(hearing)) }));
            }
            (note, _, _) => {
                self.note = note.or(self.note.take());
                // Whoever asked did not wait for the end.
                self.finish(Ended::CallerGone);
            }
        }
    }
}

/// A caller that retries reads the status and leaves; why it was refused is recorded all the same.
async fn hear_out(mut note: Note, mut copied: Copied, before: VecDeque<Frame<Bytes>>, mut body: Arriving<Copying>) {
    before.iter().filter_map(Frame::data_ref).for_each(|data| copied.add(data));
    let heard = async {
        while copied.length() <= AT_HAND {
            match std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
                Some(Ok(frame)) => frame.data_ref().into_iter().for_each(|data| copied.add(data)),
                Some(Err(_)) => return false,
                None => return true,
            }
        }
        false
    };
    let is_whole = tokio::time::timeout(HEARD_OUT, heard).await.unwrap_or(false);
    note.body(copied.take());
    note.later(if is_whole { Ended::Whole } else { Ended::CallerGone });
}
