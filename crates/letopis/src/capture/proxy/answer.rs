//! The answer on its way back: every frame at once, the last one as the mode says.
//!
//! In *confirm* and *strict* the frame that ends the answer is held until the exchange is durable: the last bytes of a counted body, the
//! `[DONE]` of a stream, or the end itself. A caller that saw the end of an answer can rely on its record. If it cannot be made durable the
//! answer breaks off instead.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use queue::PublishError;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep};

use super::copy::Copied;
use super::note::Note;
use super::{Mode, head};
use crate::exchange::{Ended, Way};

/// Silence inside an answer, where the connection does not say otherwise.
const IDLE: Duration = Duration::from_secs(120);
/// How the streams of models end.
const LAST_WORDS: [&[u8]; 2] = [b"data: [DONE]\n\n", b"data: [DONE]\r\n\r\n"];

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The answer with its copying body.
pub(super) async fn back(mut note: Note, answer: hyper::Response<Incoming>, keep: usize) -> Response {
    let (mut parts, body) = answer.into_parts();
    note.answered(parts.status.as_u16(), head::kept(&parts.headers));
    head::end_to_end(&mut parts.headers);
    if body.is_end_stream() {
        note.settle(Ended::Whole).await;
        return Response::from_parts(parts, Body::new(body));
    }
    let is_stream = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    let holds = note.mode() != Mode::Observe;
    let idle = Box::pin(tokio::time::sleep(IDLE));
    let back =
        Back { length: body.size_hint().exact(), body, copied: Copied::new(keep), note: Some(note), holding: None, is_stream, holds, idle };
    Response::from_parts(parts, Body::new(back))
}

/// A frame that waits, or the end.
struct Holding {
    publishing: JoinHandle<Result<(), PublishError>>,
    frame: Option<Frame<Bytes>>,
}

struct Back {
    body: Incoming,
    /// Of a counted body.
    length: Option<u64>,
    copied: Copied,
    /// Until the exchange is published.
    note: Option<Note>,
    holding: Option<Holding>,
    is_stream: bool,
    holds: bool,
    idle: Pin<Box<Sleep>>,
}

impl Back {
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
    fn hold(&mut self, frame: Option<Frame<Bytes>>) -> Result<(), Option<Frame<Bytes>>> {
        let Some(note) = self.finish(Ended::Whole) else { return Err(frame) };
        // A task of its own: a caller that goes away now does not take the record with it.
        let publishing = tokio::spawn(async move { note.publish(Way::Proxy, Ended::Whole).await });
        self.holding = Some(Holding { publishing, frame });
        Ok(())
    }

    fn release(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        let Some(holding) = &mut self.holding else { return Poll::Ready(None) };
        let published = std::task::ready!(Pin::new(&mut holding.publishing).poll(cx));
        let frame = self.holding.take().and_then(|holding| holding.frame);
        match published {
            Ok(Ok(())) => Poll::Ready(frame.map(Ok)),
            Ok(Err(e)) => {
                tracing::error!(error = %e, "exchange not recorded: its answer breaks off");
                Poll::Ready(Some(Err("not recorded".into())))
            }
            Err(_) => Poll::Ready(Some(Err("not recorded".into()))),
        }
    }

    fn pass(&mut self, frame: Frame<Bytes>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        self.idle.as_mut().reset(Instant::now() + IDLE);
        let Some(note) = &mut self.note else { return Poll::Ready(Some(Ok(frame))) };
        note.first_byte();
        if let Some(data) = frame.data_ref() {
            self.copied.add(data);
        }
        if !self.ends() {
            return Poll::Ready(Some(Ok(frame)));
        }
        match self.hold(Some(frame)) {
            Ok(()) => self.release(cx),
            Err(frame) => Poll::Ready(frame.map(Ok)),
        }
    }
}

impl hyper::body::Body for Back {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        if self.holding.is_some() {
            return self.release(cx);
        }
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => self.pass(frame, cx),
            Poll::Ready(Some(Err(e))) => {
                self.finish(Ended::Broken("broke off".to_owned()));
                Poll::Ready(Some(Err(Box::new(e))))
            }
            Poll::Ready(None) => match self.hold(None) {
                Ok(()) => self.release(cx),
                Err(_) => Poll::Ready(None),
            },
            Poll::Pending => {
                std::task::ready!(self.idle.as_mut().poll(cx));
                self.finish(Ended::TimedOut("idle".to_owned()));
                Poll::Ready(Some(Err("the system outside fell silent".into())))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Back {
    fn drop(&mut self) {
        // Whoever asked did not wait for the end.
        self.finish(Ended::CallerGone);
    }
}
