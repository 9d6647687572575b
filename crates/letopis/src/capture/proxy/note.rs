//! An exchange on its way into the queue.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Request;
use queue::{Lane, PublishError};
use uuid::Uuid;

use super::copy::Copied;
use super::{Capture, ConnectionIdentity, Mode, head};
use crate::event::{Frame, Item, ItemKind};
use crate::exchange::{self, Ended, Exchange, Response, Way};

/// What is known of an exchange while it is under way.
#[derive(Clone)]
pub(super) struct Note {
    capture: Arc<Capture>,
    known: Arc<ConnectionIdentity>,
    id: String,
    started_us: i64,
    first_byte_us: Option<i64>,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    asked: Arc<Mutex<Copied>>,
    response: Option<Response>,
}

impl Note {
    pub(super) fn begin(
        capture: &Arc<Capture>,
        known: &Arc<ConnectionIdentity>,
        request: &Request,
        target: &str,
        asked: Arc<Mutex<Copied>>,
    ) -> Self {
        Self {
            capture: Arc::clone(capture),
            known: Arc::clone(known),
            id: Uuid::now_v7().to_string(),
            started_us: (capture.now_us)(),
            first_byte_us: None,
            method: request.method().as_str().to_owned(),
            target: target.to_owned(),
            headers: head::kept(request.headers()),
            asked,
            response: None,
        }
    }

    pub(super) fn mode(&self) -> Mode {
        self.known.settings.mode()
    }

    pub(super) fn answered(&mut self, status: u16, headers: Vec<(String, String)>) {
        self.response = Some(Response { status, headers, body: exchange::Body::default() });
    }

    pub(super) fn first_byte(&mut self) {
        if self.first_byte_us.is_none() {
            self.first_byte_us = Some((self.capture.now_us)());
        }
    }

    pub(super) fn body(&mut self, body: exchange::Body) {
        if let Some(response) = &mut self.response {
            response.body = body;
        }
    }

    /// Into the queue; returns once it is durable.
    pub(super) async fn publish(&self, way: Way, ended: Ended) -> Result<(), PublishError> {
        let copied = self.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
        let exchange = Exchange {
            id: self.id.clone(),
            way,
            started_us: self.started_us,
            first_byte_us: self.first_byte_us,
            ended_us: (self.capture.now_us)(),
            ended,
            retry_of: None,
            request: exchange::Request {
                method: self.method.clone(),
                target: self.target.clone(),
                headers: self.headers.clone(),
                body: copied,
            },
            response: self.response.clone(),
        };
        let body = exchange.encode();
        let item = Item { kind: ItemKind::Exchange, offset: 0, length: body.len() as u32 };
        let business = self.known.business;
        let frame = Frame {
            business,
            received_us: exchange.ended_us,
            source: "proxy".into(),
            connection: Some(self.known.connection.to_string()),
            items: vec![item],
            body,
        };
        self.capture.queue.publish(Lane(business.0), frame.encode()).await.map(drop)
    }

    /// Where there is no answer to hold back: waits for the publish as the mode says.
    pub(super) async fn settle(self, ended: Ended) {
        if self.mode() == Mode::Observe {
            self.later(ended);
        } else if let Err(e) = self.publish(Way::Proxy, ended).await {
            tracing::error!(error = %e, "exchange not recorded");
        }
    }

    /// Publishes beside everything else; what cannot be published is a gap.
    pub(super) fn later(self, ended: Ended) {
        tokio::spawn(async move {
            if let Err(e) = self.publish(Way::Proxy, ended).await {
                tracing::warn!(error = %e, "exchange not recorded");
            }
        });
    }
}
