//! One delivery: from the door to the platform's answer.
//!
//! ```text
//! known sender? ─▶ durable ─▶ earlier ones of the chat wait? ──yes──▶ deferred, the platform's success
//!                                   └─no─▶ the bot: answers in time ──▶ its own answer
//!                                                   does not ──▶ deferred, the platform's success
//! ```

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use queue::{Lane, PublishError};
use uuid::Uuid;

use super::super::accept::Refusal;
use super::super::api::DoorError;
use super::super::body;
use super::super::proxy::head;
use super::super::{Capture, Counters};
use super::forward::{self, Answered, NotTaken};
use super::greet::{self, Greeting};
use super::{Chat, discard, sender, success};
use crate::access::{ConnectionIdentity, Mode, SecretName};
use crate::event::{Frame, Item, ItemKind};
use crate::exchange::{self, Ended, Exchange, Way, channels};

/// Through which door, in records.
const SOURCE: &str = "channel";
/// After a start: until it is known what waited before.
const LOADING: Duration = Duration::from_secs(5);

/// What was delivered, and on whose account.
#[derive(Clone)]
struct Delivery {
    capture: Arc<Capture>,
    known: Arc<ConnectionIdentity>,
    id: String,
    started_us: i64,
    /// With every header that goes on.
    request: exchange::Request,
    /// Those that are kept.
    kept: Vec<(String, String)>,
}

/// Takes a delivery and answers the platform.
pub(in crate::capture) async fn take(
    capture: &Arc<Capture>,
    known: &Arc<ConnectionIdentity>,
    request: Request,
) -> Result<Response, DoorError> {
    let (head, mut rest) = request.into_parts();
    // It came from a Letopis: a forward URL that points at a hook would go in circles.
    if head.headers.contains_key(forward::DELIVERY) {
        discard(capture, &head, &mut rest).await;
        return Err(DoorError::Loop);
    }
    let keys = capture.vault.keys(known.business).ok_or(DoorError::Hook)?;
    let word = known.secret(&keys, SecretName::Verify);
    let greeting = greet::at_head(known.kind, &head, word.as_ref().map(|word| word.as_str()));
    if let Some(Greeting::Answer(answer)) = greeting {
        discard(capture, &head, &mut rest).await;
        return Ok(answer);
    }
    let read = body::raw(&mut rest, &capture.config, &capture.room).await;
    if read.is_err() {
        discard(capture, &head, &mut rest).await;
    }
    let (bytes, share) = read?;
    let greeting = greeting.or_else(|| greet::at_body(known.kind, &bytes, word.as_ref().map(|word| word.as_str())));
    let query = head.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let delivery = Delivery {
        capture: Arc::clone(capture),
        known: Arc::clone(known),
        id: Uuid::now_v7().to_string(),
        started_us: (capture.now_us)(),
        request: exchange::Request {
            method: head.method.as_str().to_owned(),
            target: query,
            headers: forward::onward_headers(&head.headers),
            body: exchange::Body::whole(bytes),
        },
        kept: head::kept(&head.headers),
    };
    match greeting {
        Some(Greeting::Answer(answer)) => return Ok(answer),
        Some(Greeting::AskTheBot) => return Ok(delivery.greet().await),
        None => {}
    }
    let secret = known.secret(&keys, SecretName::Sender);
    sender::check(known.kind, &known.settings, &head.headers, &delivery.request.body.bytes, secret.as_ref().map(|secret| secret.as_str()))?;
    // A platform that hangs up does not stop what has begun.
    let through = tokio::spawn(async move {
        let _share = share;
        delivery.through().await
    });
    through.await.unwrap_or(Err(DoorError::Refused(Refusal::Queue(PublishError::Closed))))
}

impl Delivery {
    async fn through(self) -> Result<Response, DoorError> {
        let hook =
            Exchange { request: exchange::Request { headers: self.kept.clone(), ..self.request.clone() }, ..self.exchange(Way::Hook) };
        self.publish(&hook).await?;
        Counters::add(&self.capture.counters.deliveries);
        if !self.known.secrets.contains_key(&SecretName::Forward) {
            return Ok(success::answer(self.known.kind));
        }
        let waiting = &self.capture.waiting;
        waiting.is_loaded(LOADING).await;
        let connection = self.known.connection;
        if waiting.any(connection) {
            let chat = self.chat();
            if waiting.blocks(connection, chat) {
                return self.defer(chat, &NotTaken::Behind).await;
            }
        }
        let sending = self.clone();
        let mut sending = tokio::spawn(async move { sending.capture.forward(&sending.known, &sending.request, &sending.id, 1).await });
        let patience = success::patience(self.known.kind, &self.known.settings);
        match tokio::time::timeout(patience, &mut sending).await {
            Ok(Ok(Ok(answer))) => self.answered(answer).await,
            Ok(Ok(Err(not_taken))) => self.defer(self.chat(), &not_taken).await,
            Ok(Err(_)) => self.defer(self.chat(), &NotTaken::Unreachable("the attempt was broken off".to_owned())).await,
            Err(_) => {
                waiting.fly(&self.id);
                let deferred = self.defer(self.chat(), &NotTaken::Slow(patience)).await;
                tokio::spawn(async move { self.land(sending.await).await });
                deferred
            }
        }
    }

    /// The bot's own answer goes back; what it says is recorded first.
    async fn answered(&self, answer: Answered) -> Result<Response, DoorError> {
        let failed = answer.is_failure();
        if failed {
            Counters::add(&self.capture.counters.bot_failures);
        }
        if failed || channels::speaks(self.known.kind, &self.known.settings, &answer.body) {
            let published = self.publish(&self.tells(Way::Answer, &answer)).await;
            // The platform would deliver again, and the bot answer again: only where the record counts for more.
            if self.known.settings.mode() != Mode::Observe {
                published?;
            }
        }
        Ok(answer.into_response())
    }

    /// Durable first, then the platform hears that all is well.
    async fn defer(&self, chat: Chat, not_taken: &NotTaken) -> Result<Response, DoorError> {
        Counters::add(&self.capture.counters.deferred);
        self.capture.waiting.add(self.known.connection, chat, &self.id);
        let deferred = Exchange { ended: not_taken.ended(), ..self.exchange(Way::Deferred) };
        if let Err(e) = self.publish(&deferred).await {
            self.capture.waiting.remove(self.known.connection, chat, &self.id);
            return Err(e);
        }
        Ok(success::answer(self.known.kind))
    }

    /// The bot came to an end after all, when nobody waited any more.
    async fn land(&self, done: Result<Result<Answered, NotTaken>, tokio::task::JoinError>) {
        let answer = done.ok().and_then(Result::ok).filter(|answer| !answer.status.is_server_error());
        if let Some(answer) = &answer {
            self.capture.late(&self.known, &self.exchange(Way::Late), answer).await;
        }
        self.capture.waiting.land(&self.id, answer.is_some());
    }

    /// A handshake that only the bot can answer; nothing of it is recorded.
    async fn greet(&self) -> Response {
        match self.capture.forward(&self.known, &self.request, &self.id, 1).await {
            Ok(answer) => answer.into_response(),
            Err(e) => (StatusCode::BAD_GATEWAY, format!("the bot must answer this handshake, but it {e}\n")).into_response(),
        }
    }

    fn chat(&self) -> Chat {
        self.capture.chat(&self.known, &self.request)
    }

    fn tells(&self, way: Way, answer: &Answered) -> Exchange {
        let request = exchange::Request { headers: self.kept.clone(), ..self.request.clone() };
        Exchange { request, response: Some(answer.recorded()), ..self.exchange(way) }
    }

    fn exchange(&self, way: Way) -> Exchange {
        Exchange {
            id: self.id.clone(),
            way,
            started_us: self.started_us,
            first_byte_us: None,
            ended_us: (self.capture.now_us)(),
            ended: Ended::Whole,
            retry_of: None,
            request: self.request.clone(),
            response: None,
        }
    }

    async fn publish(&self, exchange: &Exchange) -> Result<(), DoorError> {
        self.capture.tell(&self.known, exchange).await.map_err(|e| DoorError::Refused(Refusal::Queue(e)))
    }
}

impl Capture {
    /// Frames that are accepted and not recorded yet.
    #[must_use]
    pub fn unrecorded(&self) -> u64 {
        self.queue.stats().pending_frames
    }

    /// The chat that a delivery belongs to, as it is known in the database.
    #[must_use]
    pub fn chat(&self, known: &ConnectionIdentity, request: &exchange::Request) -> Chat {
        let chat = channels::chat(known.kind, request)?;
        let keys = self.vault.keys(known.business)?;
        Some(keys.pseudonym(&["chat", &known.connection.to_string(), &chat]))
    }

    /// What became of a deferred delivery, if that is worth telling.
    pub async fn late(&self, known: &ConnectionIdentity, delivered: &Exchange, answer: &Answered) {
        if !answer.is_failure() && !channels::speaks(known.kind, &known.settings, &answer.body) {
            return;
        }
        let ended_us = (self.now_us)();
        let told = Exchange { way: Way::Late, ended_us, ended: Ended::Whole, response: Some(answer.recorded()), ..delivered.clone() };
        if let Err(e) = self.tell(known, &told).await {
            tracing::warn!(error = %e, "late answer of a bot not recorded");
        }
    }

    /// An exchange of a hook into the queue; returns once it is durable.
    ///
    /// # Errors
    /// When the queue does not take it.
    pub async fn tell(&self, known: &ConnectionIdentity, exchange: &Exchange) -> Result<(), PublishError> {
        let body = exchange.encode();
        let business = known.business;
        let frame = Frame {
            business,
            received_us: exchange.ended_us,
            source: SOURCE.into(),
            connection: Some(known.connection.to_string()),
            items: vec![Item { kind: ItemKind::Exchange, offset: 0, length: body.len() as u32 }],
            body,
        };
        self.queue.publish(Lane(business.0), frame.encode()).await.map(drop)
    }
}
