//! What can be computed before the transaction: frames read, R written, rows projected, digests drawn.
//!
//! Runs on the recorder's own thread while the writer is busy with the batch before.

use std::sync::Arc;

use bytes::Bytes;
use queue::{Delivery, Lane, Position};

use super::Shelf;
use crate::access::{ConnectionId, ConnectionKind, ConnectionRing};
use crate::event::record::{self, DECISION_SOURCE, Decided, Envelope};
use crate::event::{BusinessId, Frame, FrameError, Item, ItemKind};
use crate::exchange::{self, About, Ended, Exchange, NotAnExchange, Way, channels};
use crate::journal::forwards;
use crate::journal::projection::Projected;
use crate::journal::promises::{self, Said};
use crate::privacy::{BusinessKeys, Packed, Packer, Vault};

/// One frame, ready to be recorded.
pub(super) struct Arrival {
    pub lane: Lane,
    pub position: Position,
    /// Its items; or why it has none, and its bytes, which are kept.
    pub content: Result<Vec<Prepared>, (Unreadable, Bytes)>,
    pub business: BusinessId,
    pub received_us: i64,
    /// Through which connection it came.
    pub connection: Option<ConnectionId>,
}

/// One item of it.
pub(super) enum Prepared {
    /// To be sealed and projected.
    Event(Box<NewEvent>),
    /// To be sealed and applied.
    Decision { sealable: Sealable, decided: Decided },
    /// To be forwarded later: the bot did not take it.
    Deferred(Box<forwards::Delivery>),
    /// To be kept in quarantine.
    Rejected { source: String, reason: String, item: Vec<u8> },
}

/// An event with everything computed that needs no database.
pub(super) struct NewEvent {
    pub sealable: Sealable,
    pub projected: Projected,
    /// For the full-text index; none when nothing was said.
    pub stems: Option<String>,
    /// What the assistant says in it that was done or will be.
    pub promises: Vec<Said>,
    pub id_digest: [u8; 16],
    pub body_digest: [u8; 8],
}

/// R, and R as it will be encrypted.
pub(super) struct Sealable {
    pub r: Vec<u8>,
    pub packed: Packed,
}

impl Sealable {
    fn new(r: Vec<u8>, packer: &mut Packer) -> Self {
        let packed = packer.pack(&r);
        Self { r, packed }
    }
}

/// A frame that this program cannot read: of a later version, of an unknown business, or damaged before it was queued.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("business {} has no keys here", .0.0)]
    Business(BusinessId),
    #[error("decision: {0}")]
    Decision(String),
    #[error(transparent)]
    Exchange(#[from] NotAnExchange),
}

impl Arrival {
    /// Through which connection an event came, and when.
    pub(super) fn heard(&self) -> Option<(BusinessId, ConnectionId, i64)> {
        let has_event = self.content.as_ref().is_ok_and(|items| items.iter().any(|item| matches!(item, Prepared::Event(_))));
        self.connection.filter(|_| has_event).map(|connection| (self.business, connection, self.received_us))
    }

    pub(super) fn of(delivery: &Delivery, vault: &Vault, (connections, known): (&ConnectionRing, &Shelf), packer: &mut Packer) -> Self {
        let (mut business, mut received_us, mut connection) = (BusinessId(delivery.lane.0), 0, None);
        let content = Frame::decode(&delivery.frame).map_err(Unreadable::from).and_then(|frame| {
            (business, received_us) = (frame.business, frame.received_us);
            connection = frame.connection.as_deref().and_then(|id| id.parse().ok());
            let keys = vault.keys(frame.business).ok_or(Unreadable::Business(frame.business))?;
            let mut items = Vec::with_capacity(frame.items.len());
            for item in &frame.items {
                prepare(&frame, item, &Tools { keys: &keys, connections, known }, packer, &mut items)?;
            }
            Ok(items)
        });
        let content = content.map_err(|unreadable| (unreadable, delivery.frame.clone()));
        Self { lane: delivery.lane, position: delivery.position, content, business, received_us, connection }
    }
}

/// What an item is prepared with.
struct Tools<'a> {
    keys: &'a BusinessKeys,
    connections: &'a ConnectionRing,
    known: &'a Shelf,
}

fn prepare(frame: &Frame, item: &Item, tools: &Tools<'_>, packer: &mut Packer, out: &mut Vec<Prepared>) -> Result<(), Unreadable> {
    let bytes = frame.bytes(item);
    match &item.kind {
        ItemKind::Event { drawn_id } => {
            let envelope = envelope(frame, frame.source.clone(), drawn_id.clone());
            out.push(event_or_rejected(frame, &envelope, bytes, tools.keys, packer));
        }
        ItemKind::Rejected { reason } => out.push(rejected(frame, reason.clone(), bytes)),
        ItemKind::Decision => {
            let decided = serde_json::from_slice(bytes).map_err(|e| Unreadable::Decision(e.to_string()))?;
            let r = record::write(&envelope(frame, DECISION_SOURCE.into(), None), bytes);
            out.push(Prepared::Decision { sealable: Sealable::new(r, packer), decided });
        }
        ItemKind::Exchange => {
            let start = item.offset as usize;
            let exchange = Exchange::decode(&frame.body.slice(start..start + item.length as usize))?;
            let envelope = envelope(frame, frame.source.clone(), None);
            if exchange.way == Way::Deferred {
                out.push(Prepared::Deferred(Box::new(deferred(&exchange, frame, bytes, tools))));
            }
            for told in events_of(exchange, frame, tools) {
                out.push(event_or_rejected(frame, &envelope, &told.json, tools.keys, packer));
            }
        }
    }
    Ok(())
}

/// A delivery that the bot did not take, as it is kept for later.
fn deferred(exchange: &Exchange, frame: &Frame, bytes: &[u8], tools: &Tools<'_>) -> forwards::Delivery {
    let connection = frame.connection.clone().unwrap_or_default();
    let known = connection.parse().ok().and_then(|id| tools.connections.named(id));
    let chat = known.and_then(|known| channels::chat(known.kind, &exchange.request));
    let chat = chat.map(|chat| tools.keys.pseudonym(&["chat", &connection, &chat]));
    let problem = match &exchange.ended {
        Ended::Broken(why) => why.clone(),
        _ => "gave no answer in time".to_owned(),
    };
    forwards::Delivery {
        connection,
        exchange: exchange.id.clone(),
        chat,
        delivered_us: exchange.started_us,
        problem,
        bytes: bytes.to_vec(),
    }
}

/// What an exchange tells, as its connection is set now; of one that was revoked meanwhile, as if nothing were set.
fn events_of(exchange: Exchange, frame: &Frame, Tools { connections, known, .. }: &Tools<'_>) -> Vec<exchange::Told> {
    let settled = known.of(frame.business);
    let connection = frame.connection.as_deref().unwrap_or_default();
    let named = connection.parse().ok().and_then(|id| connections.named(id));
    let (kind, settings) = named.map_or((ConnectionKind::Http, Arc::default()), |named| (named.kind, Arc::clone(&named.settings)));
    let speaks = settings.speaks.unwrap_or_else(|| !connections.has_channel(frame.business));
    exchange::read(exchange, &About { connection, kind, settings: &settings, speaks, known: &settled })
}

/// An event that capture accepted can be read; should it not be, it is kept in quarantine with the reason, never dropped.
fn event_or_rejected(frame: &Frame, envelope: &Envelope, bytes: &[u8], keys: &BusinessKeys, packer: &mut Packer) -> Prepared {
    new_event(envelope, bytes, keys, packer).unwrap_or_else(|reason| rejected(frame, reason, bytes))
}

fn new_event(envelope: &Envelope, bytes: &[u8], keys: &BusinessKeys, packer: &mut Packer) -> Result<Prepared, String> {
    let projected = Projected::of(envelope, bytes).map_err(|e| serde_json::to_string(&e).unwrap_or_default())?;
    let id_digest = keys.id_digest(&projected.row.event_id);
    let sealable = Sealable::new(record::write(envelope, bytes), packer);
    let body_digest = keys.body_digest(&record::essence(&envelope.source, bytes));
    let (stems, promises) = (projected.row.stems(), promises::said(&projected.row));
    let event = NewEvent { sealable, stems, promises, projected, id_digest, body_digest };
    Ok(Prepared::Event(Box::new(event)))
}

fn rejected(frame: &Frame, reason: String, bytes: &[u8]) -> Prepared {
    Prepared::Rejected { source: frame.source.clone(), reason, item: bytes.to_vec() }
}

fn envelope(frame: &Frame, source: String, event_id: Option<String>) -> Envelope {
    let received_at = jiff::Timestamp::from_microsecond(frame.received_us).unwrap_or_default();
    Envelope { version: 1, received_at, source, connection: frame.connection.clone(), event_id }
}
