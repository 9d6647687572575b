//! From R to the row that lists and filters read: a pure function, so that a row can be computed again from R and compared.
//!
//! [`Projected::of`] knows nothing of the database. What it cannot know (session, identity, a conflict of ids) is filled in by
//! `record` and is not part of the comparison.

use crate::event::experiment::EXPOSED;
use crate::event::record::Envelope;
use crate::event::{CrmKind, CrmRef, Event, Facets, Invalid, PhoneReading};

use super::deliveries::{self, Delivery};
use super::details::{self, Details};
use super::model_calls::{self, ModelCall};
use super::reviews::{self, Told};
use super::stems::stems;

/// The phone of the event is masked: it matches nobody.
pub const MASKED_PHONE: i64 = 1;
/// Another event with the same id and other bytes exists.
pub const CONFLICT: i64 = 2;
/// The sender's clock is off: the event is from the future by more than [`SKEW_US`].
pub const CLOCK_SKEW: i64 = 4;
/// The type of what is told of a message that left.
const DELIVERY_STATUS: &str = "delivery_status";
/// The door through which calls of models come.
const PROXY: &str = "proxy";
/// The door through which spans come.
const OTLP: &str = "otlp";
/// How a chain that is a trace begins; with the trace's id it is also the name of a conversation that nobody else names.
const TRACE: &str = "trace-";
/// The door through which comes what is read back from a CRM.
pub const READ_BACK: &str = "bitrix24";
/// A sender's clock may run ahead by this much before it is shown.
const SKEW_US: i64 = 120_000_000;

/// One row of `events`.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// Record number; zero until it has one.
    pub record: i64,
    /// The sender's time, µs UTC.
    pub ts_us: i64,
    /// The sender's offset, minutes.
    pub offset_min: i64,
    /// When capture had it.
    pub received_us: i64,
    /// [`MASKED_PHONE`], [`CONFLICT`], [`CLOCK_SKEW`].
    pub flags: i64,
    /// What it says about its conversation.
    pub facets: Facets,
    /// Type.
    pub kind: String,
    /// Channel.
    pub channel: String,
    /// Given or drawn.
    pub event_id: String,
    /// What the client or an operator wrote.
    pub said: Option<String>,
    /// What the assistant answered.
    pub reply: Option<String>,
    /// Intent.
    pub intent: Option<String>,
    /// How sure the assistant was.
    pub confidence: Option<f64>,
    /// What it did.
    pub action: Option<String>,
    /// The CRM card as given.
    pub crm: Option<String>,
    /// The client's name as given.
    pub client_name: Option<String>,
    /// Who of the staff.
    pub operator: Option<String>,
    /// Which model.
    pub model: Option<String>,
    /// Scenario and its version: `запись@7`.
    pub scenario: Option<String>,
    /// Experiment and variant: `greeting=B`.
    pub variant: Option<String>,
    /// How long the answer took.
    pub latency_ms: Option<i64>,
    /// What went wrong.
    pub error: Option<String>,
}

impl EventRow {
    /// What was said last in it.
    #[must_use]
    pub fn last_words(&self) -> Option<&str> {
        self.reply.as_deref().or(self.said.as_deref())
    }

    /// What the full-text index holds for it; none when nothing was said. The view `spoken` of the schema says the same in SQL.
    #[must_use]
    pub fn stems(&self) -> Option<String> {
        let (said, reply) = (self.said.as_deref(), self.reply.as_deref());
        said.or(reply)?;
        Some(stems(&format!("{} {}", said.unwrap_or(""), reply.unwrap_or(""))))
    }
}

/// Something a client is known by, in the plain.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mark {
    /// `channel`, `id`, `phone`, `email` or `crm`.
    pub kind: &'static str,
    /// For `channel`: which.
    pub channel: Option<String>,
    /// The value itself.
    pub value: String,
}

impl Mark {
    /// What its pseudonym is made of.
    #[must_use]
    pub fn parts(&self) -> [&str; 3] {
        [self.kind, self.channel.as_deref().unwrap_or(""), &self.value]
    }

    /// Last four digits of a phone.
    #[must_use]
    pub fn tail(&self) -> Option<&str> {
        (self.kind == "phone").then(|| &self.value[self.value.len().saturating_sub(4)..])
    }
}

/// Everything R says that the read models need.
#[derive(Debug, Clone, PartialEq)]
pub struct Projected {
    /// The row.
    pub row: EventRow,
    /// What the client is known by, the surest first.
    pub marks: Vec<Mark>,
    /// The session id as given.
    pub given_session: Option<String>,
    /// What it tells of a message that left.
    pub delivery: Option<Delivery>,
    /// What it tells of a call of a model.
    pub call: Option<ModelCall>,
    /// What it tells of a visit, of money, of where the client came from.
    pub details: Option<Details>,
    /// What it tells that somebody found.
    pub review: Option<Told>,
    /// Where it stands in a conversation with a model that nobody named.
    pub chain: Option<Chain>,
    /// Read back from a CRM: it belongs to the client, and to no conversation.
    pub is_read_back: bool,
    /// Another's line that it belongs to, where its chain leads there: identity and channel. Not said by R.
    pub line: Option<(i64, String)>,
}

/// Where a call of a model stands: digests, as `exchange/llm/chain` makes them. Of a span only its trace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chain {
    /// The exchange that told it.
    pub of: String,
    /// The exchange that it repeats.
    pub retry: Option<String>,
    /// Everything that was sent.
    pub asked: Option<String>,
    /// What it goes on from.
    pub follows: Option<String>,
    /// What goes on from it will follow.
    pub tip: Option<String>,
    /// The same by the provider's id.
    pub reply: Option<String>,
    /// The last question and its answer.
    pub pair: Option<String>,
    /// The last pair before.
    pub after: Option<String>,
    /// What the client said last.
    pub said: Option<String>,
}

impl Chain {
    /// Whether it is a trace of OpenTelemetry: what else is told of the same trace belongs to the same conversation.
    #[must_use]
    pub fn is_trace(&self) -> bool {
        self.of.starts_with(TRACE)
    }
}

impl Projected {
    /// Computes it from the two parts of R.
    ///
    /// # Errors
    /// When the client's bytes are not an event: impossible for what capture accepted.
    pub fn of(envelope: &Envelope, client_bytes: &[u8]) -> Result<Self, Invalid> {
        let event = Event::read(client_bytes)?;
        let received_us = envelope.received_at.as_microsecond();
        let phone = event.client.phone_reading(None);
        let mut flags = 0;
        if matches!(phone, Some(PhoneReading::Masked(_))) {
            flags |= MASKED_PHONE;
        }
        if event.timestamp.utc_us > received_us + SKEW_US {
            flags |= CLOCK_SKEW;
        }
        let marks = marks(&event, phone.as_ref());
        let chain = match envelope.source.as_str() {
            PROXY => chain(&event),
            OTLP => traced(&event),
            _ => None,
        };
        let (facets, delivery, call) = (event.facets(), deliveries::of(&event), model_calls::of(envelope, &event));
        let details = details::of(&event);
        let review = reviews::told(&event);
        let versioned = |name: Option<String>, version: Option<String>, by: char| match (name, version) {
            (Some(name), Some(version)) => Some(format!("{name}{by}{version}")),
            (name, version) => name.or(version),
        };
        let row = EventRow {
            record: 0,
            ts_us: event.timestamp.utc_us,
            offset_min: i64::from(event.timestamp.offset_min),
            received_us,
            flags,
            facets,
            kind: event.kind.as_str().to_owned(),
            channel: event.channel,
            event_id: event.event_id.or_else(|| envelope.event_id.clone()).unwrap_or_default(),
            said: event.text,
            reply: event.bot_response,
            intent: event.intent,
            confidence: event.confidence,
            action: event.action,
            crm: event.crm_id,
            client_name: event.client.name,
            operator: event.operator,
            model: event.model,
            scenario: versioned(event.scenario, event.scenario_version, '@'),
            variant: versioned(event.experiment, event.variant, '='),
            latency_ms: event.latency_ms.map(|ms| ms.min(i64::MAX as u64) as i64),
            error: event.error.map(|failure| failure.message.or(failure.code).unwrap_or_default()),
        };
        let is_read_back = envelope.source == READ_BACK;
        Ok(Self { row, marks, given_session: event.session_id, chain, line: None, delivery, call, details, review, is_read_back })
    }

    /// Whether it is part of a conversation: what became of a message, or of a lead, is told hours or weeks later, when another may have begun;
    /// what is decided to be shown may come before the first word; and what a reviewer found is said about it, not in it.
    #[must_use]
    pub fn is_talk(&self) -> bool {
        ![DELIVERY_STATUS, EXPOSED].contains(&self.row.kind.as_str()) && !self.is_read_back && self.review.is_none()
    }

    /// Whether it may open a session: a reminder alone does not.
    #[must_use]
    pub fn opens_session(&self) -> bool {
        self.is_talk() && (!self.row.facets.has(Facets::REMINDER) || self.row.facets.has(Facets::INBOUND))
    }
}

/// A span, or a log record beside one.
fn traced(event: &Event) -> Option<Chain> {
    let trace = event.meta.get("otel")?["trace"].as_str()?;
    Some(Chain { of: format!("{TRACE}{trace}"), ..Chain::default() })
}

/// Only what our own reader wrote is believed.
fn chain(event: &Event) -> Option<Chain> {
    let chain = event.meta.get("chain")?;
    let text = |name: &str| chain[name].as_str().map(str::to_owned);
    let said = || event.meta.get("llm")?["said"].as_str().map(str::to_owned);
    Some(Chain {
        of: text("of")?,
        retry: text("retry"),
        asked: text("asked"),
        follows: text("follows"),
        tip: text("tip"),
        reply: text("reply"),
        pair: text("pair"),
        after: text("after"),
        said: said(),
    })
}

/// The surest first: the account in the channel, the bot's own id, phone, e-mail, CRM cards.
fn marks(event: &Event, phone: Option<&PhoneReading>) -> Vec<Mark> {
    let client = &event.client;
    let mut marks = Vec::with_capacity(2);
    let mut add = |kind, channel: Option<&str>, value: Option<String>| {
        if let Some(value) = value {
            marks.push(Mark { kind, channel: channel.map(str::to_owned), value });
        }
    };
    add("channel", Some(&event.channel), client.channel_id.clone());
    add("id", None, client.id.clone());
    if let Some(PhoneReading::E164(phone)) = phone {
        add("phone", None, Some(phone.as_str().to_owned()));
    }
    add("email", None, client.email_key());
    // A card that is known already is surer than one that comes up now.
    let known = client.crm_id.as_deref().and_then(CrmRef::parse);
    let personal = |card: &CrmRef| matches!(card.kind, CrmKind::Lead | CrmKind::Deal | CrmKind::Contact);
    for card in known.into_iter().chain(event.crm_ref().filter(|card| known != Some(*card))).filter(personal) {
        add("crm", None, Some(card.to_string()));
    }
    marks
}
