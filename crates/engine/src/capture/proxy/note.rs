//! An exchange on its way into the queue: begun with the request's head, published once, whatever happens in between.

use std::sync::{Arc, Mutex};

use queue::{Lane, PublishError};
use uuid::Uuid;

use super::copy::{Asked, Share, locked};
use super::gaps::Begun;
use super::head::Head;
use super::line::Line;
use super::{Capture, Mode};
use crate::access::connection_health::Failure;
use crate::event::{Frame, Item, ItemKind};
use crate::exchange::{self, Ended, Exchange, Response, Way};

/// What is known of an exchange while it is under way. Dropped before it was published, it tells that the caller went away.
pub(super) struct Note {
    pub(super) capture: Arc<Capture>,
    pub(super) line: Arc<Line>,
    head: Head,
    id: String,
    started_us: i64,
    /// When the head of the answer had come.
    answered_us: Option<i64>,
    first_byte_us: Option<i64>,
    pub(super) asked: Arc<Mutex<Asked>>,
    response: Option<Response>,
    /// The memory of the answer's copy.
    share: Option<Share>,
    begun: Option<Begun>,
    is_told: bool,
}

/// An exchange that is over.
struct Finished {
    capture: Arc<Capture>,
    line: Arc<Line>,
    exchange: Exchange,
    begun: Option<Begun>,
    _shares: (Share, Option<Share>),
}

impl Note {
    pub(super) fn begin(capture: &Arc<Capture>, line: &Arc<Line>, head: Head, asked: Arc<Mutex<Asked>>) -> Self {
        Self {
            capture: Arc::clone(capture),
            line: Arc::clone(line),
            head,
            id: Uuid::now_v7().to_string(),
            started_us: (capture.now_us)(),
            answered_us: None,
            first_byte_us: None,
            asked,
            response: None,
            share: None,
            begun: line.slot.as_ref().map(super::gaps::Slot::begin),
            is_told: false,
        }
    }

    pub(super) fn answered(&mut self, status: u16, headers: Vec<(String, String)>) {
        self.answered_us = Some((self.capture.now_us)());
        self.response = Some(Response { status, headers, body: exchange::Body::default() });
    }

    /// The system outside answered with an error.
    pub(super) fn is_refused(&self) -> bool {
        self.response.as_ref().is_some_and(|response| response.status >= 400)
    }

    pub(super) fn first_byte(&mut self) {
        if self.first_byte_us.is_none() {
            self.first_byte_us = Some((self.capture.now_us)());
        }
    }

    pub(super) fn body(&mut self, (body, share): (exchange::Body, Share)) {
        self.share = Some(share);
        if let Some(response) = &mut self.response {
            response.body = body;
        }
    }

    /// The request alone, before anybody has answered; returns once it is durable.
    pub(super) async fn publish_asked(&mut self) -> Result<(), PublishError> {
        let asked = locked(&self.asked).copied.so_far();
        let request = exchange::Request {
            method: self.head.method.as_str().to_owned(),
            target: self.head.target.clone(),
            headers: self.head.headers.clone(),
            body: asked,
        };
        let (id, started_us) = (self.id.clone(), self.started_us);
        let ended_us = (self.capture.now_us)();
        let (first_byte_us, retry_of) = (None, None);
        let asked =
            Exchange { id, way: Way::Asked, started_us, first_byte_us, ended_us, ended: Ended::Whole, retry_of, request, response: None };
        publish(&self.capture, &self.line, &asked).await
    }

    /// Into the queue; done once it is durable. The first poll hands it over: dropped after that, it is published all the same.
    pub(super) fn publish(mut self, ended: Ended) -> impl Future<Output = Result<(), PublishError>> + Send + 'static {
        self.finish(ended).publish()
    }

    /// Where there is no answer to hold back: waits for the publish as the mode says.
    pub(super) async fn settle(self, ended: Ended) {
        if self.line.mode == Mode::Observe {
            self.later(ended);
        } else if let Err(e) = self.publish(ended).await {
            tracing::error!(error = %e, "exchange not recorded");
        }
    }

    /// Publishes beside everything else; what cannot be published is a gap.
    pub(super) fn later(mut self, ended: Ended) {
        self.finish(ended).later();
    }

    fn finish(&mut self, ended: Ended) -> Finished {
        self.is_told = true;
        let ended_us = (self.capture.now_us)();
        let (body, share) = locked(&self.asked).copied.take();
        let head = std::mem::take(&mut self.head);
        let request = exchange::Request { method: head.method.as_str().to_owned(), target: head.target, headers: head.headers, body };
        let (response, first_byte_us, started_us) = (self.response.take(), self.first_byte_us, self.started_us);
        let (id, way, retry_of) = (std::mem::take(&mut self.id), Way::Proxy, None);
        let mut exchange = Exchange { id, way, started_us, first_byte_us, ended_us, ended, retry_of, request, response };
        exchange.retry_of = self.capture.proxying.retries.look_at(self.line.known.connection, &exchange);
        self.line.pulse.call(ended_us, self.answered_us.map(|us| us - started_us), failure(&exchange));
        let (capture, line) = (Arc::clone(&self.capture), Arc::clone(&self.line));
        Finished { capture, line, exchange, begun: self.begun.take(), _shares: (share, self.share.take()) }
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        if !self.is_told {
            let is_whole = locked(&self.asked).is_whole;
            self.finish(if is_whole { Ended::CallerGone } else { Ended::RequestBroken }).later();
        }
    }
}

impl Finished {
    async fn publish(self) -> Result<(), PublishError> {
        let published = publish(&self.capture, &self.line, &self.exchange).await;
        match (&published, self.begun) {
            (Ok(()), Some(begun)) => begun.settle(),
            // Counted here, so not once more after the next start.
            (Err(_), Some(begun)) => (self.line.pulse.gap(1), begun.settle()).1,
            (Err(e), None) => {
                tracing::debug!(error = %e, "not recorded");
                self.line.pulse.not_recorded((self.capture.now_us)());
            }
            (Ok(()), None) => {}
        }
        published
    }

    fn later(self) {
        let capture = Arc::clone(&self.capture);
        let bodies = [Some(&self.exchange.request.body), self.exchange.response.as_ref().map(|response| &response.body)];
        let bytes = bodies.into_iter().flatten().map(|body| body.bytes.len()).sum();
        capture.proxying.settling.push(bytes, Box::pin(self.publish()));
    }
}

async fn publish(capture: &Capture, line: &Line, exchange: &Exchange) -> Result<(), PublishError> {
    let body = exchange.encode();
    let item = Item { kind: ItemKind::Exchange, offset: 0, length: body.len() as u32 };
    let business = line.known.business;
    let (received_us, connection) = (exchange.ended_us, Some(line.name.clone()));
    let frame = Frame { business, received_us, source: "proxy".into(), connection, items: vec![item], body };
    capture.queue.publish(Lane(business.0), frame.encode()).await.map(drop)
}

/// What went wrong, for the connection's health.
fn failure(exchange: &Exchange) -> Option<(Failure, String)> {
    let status = exchange.response.as_ref().map_or(0, |response| response.status);
    Some(match &exchange.ended {
        Ended::Broken(why) if exchange.response.is_none() => (Failure::Unreachable, why.clone()),
        Ended::Broken(why) => (Failure::Broken, why.clone()),
        Ended::TimedOut(phase) => (Failure::Slow, format!("too slow ({phase})")),
        Ended::CallerGone => (Failure::CallerGone, "the caller went away before the answer ended".into()),
        Ended::RequestBroken => (Failure::CallerGone, "the caller broke off in its request".into()),
        Ended::Whole if status >= 500 => (Failure::Failed, format!("answered with status {status}")),
        Ended::Whole if status >= 400 => (Failure::Refused, format!("answered with status {status}")),
        Ended::Whole => return None,
    })
}
