//! An event with meaning: what the recorder, the read models and the screens work with.
//!
//! Read from the client's bytes whenever it is needed and never stored in their place. What [`super::check`] accepted can always be read.
//! Nothing is dropped: fields that schema v1 does not know are kept in `meta` under their own (dotted) names.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Facets;
use super::check::{Limits, Outline, label};
use super::crm::CrmRef;
use super::derive;
use super::fields::Field;
use super::invalid::Invalid;
use super::kind::{Direction, EventType};
use super::money;
use super::node::{self, Members, Node};
use super::parts::{Booking, Client, Delivery, Failure, Payment};
use super::when::When;

/// Put before the name of an unknown field that `meta` already has with another value.
const CLASH_PREFIX: &str = "event.";

/// One event of schema v1.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The sender's id for it.
    pub event_id: Option<String>,
    /// When it happened, by the sender's clock.
    pub timestamp: When,
    /// Where: `whatsapp`, `site`, … in lower case.
    pub channel: String,
    /// What happened: as given, or derived.
    pub kind: EventType,
    /// Whether `kind` was derived because the sender gave none.
    pub kind_derived: bool,
    /// Which way it went: as given, or what its type implies.
    pub direction: Direction,
    /// What the client said, or what was said to them where `direction` is out.
    pub text: Option<String>,
    /// What the assistant answered.
    pub bot_response: Option<String>,
    /// Who the client is.
    pub client: Client,
    /// The sender's name for the conversation.
    pub session_id: Option<String>,
    /// What the client wanted, as the assistant understood it.
    pub intent: Option<String>,
    /// How sure the assistant was of the intent, 0 to 1.
    pub confidence: Option<f64>,
    /// What the assistant did.
    pub action: Option<String>,
    /// The card in the CRM, as written.
    pub crm_id: Option<String>,
    /// Free marks.
    pub tags: Vec<String>,
    /// The language model that answered.
    pub model: Option<String>,
    /// Who runs that model.
    pub provider: Option<String>,
    /// Version of the prompt.
    pub prompt_version: Option<String>,
    /// The scenario that ran.
    pub scenario: Option<String>,
    /// Version of the scenario.
    pub scenario_version: Option<String>,
    /// The experiment that the client is in.
    pub experiment: Option<String>,
    /// The arm of the experiment.
    pub variant: Option<String>,
    /// How long the answer took.
    pub latency_ms: Option<u64>,
    /// Tokens sent to the model.
    pub tokens_in: Option<u64>,
    /// Tokens that came back.
    pub tokens_out: Option<u64>,
    /// What the call cost, in the currency the sender counts in.
    pub cost: Option<f64>,
    /// The person of the business who acted.
    pub operator: Option<String>,
    /// The visit that it is about.
    pub booking: Option<Booking>,
    /// Money that was paid.
    pub payment: Option<Payment>,
    /// How the delivery of a message went.
    pub delivery: Option<Delivery>,
    /// What failed.
    pub error: Option<Failure>,
    /// Where the client came from.
    pub source: Option<String>,
    /// Marks of an advertising campaign, as given.
    pub utm: BTreeMap<String, String>,
    /// The sender's own fields: what `meta` held, and every field unknown to the schema.
    pub meta: Map<String, Value>,
}

impl Event {
    /// Reads an item.
    ///
    /// # Errors
    /// Only on items that [`super::check`] refuses for what their fields hold; the limits on size are not asked again.
    pub fn read(item: &[u8]) -> Result<Self, Invalid> {
        let members = node::parse(item, &Limits::NONE)?;
        let outline = Outline::of(&members)?;
        let mut event = Self::blank(outline.timestamp);
        let (mut kind, mut direction, mut unknown) = (None, None, Vec::new());
        for (key, node) in members {
            match (Field::named(&key), node) {
                (_, Node::Null) => {}
                (Some((Field::Type, _)), Node::Text(name)) => kind = EventType::parse(&name),
                (Some((Field::Direction, _)), Node::Text(word)) => direction = Direction::parse(&word),
                (Some((field, _)), node) => event.take(field, node, &mut unknown),
                (None, node) => unknown.push((key.into_owned(), node.into_value())),
            }
        }
        for (key, value) in unknown {
            event.keep(key, value);
        }
        event.kind_derived = kind.is_none();
        event.kind = kind.unwrap_or_else(|| derive::kind(&event, direction));
        event.direction = direction.unwrap_or_else(|| event.kind.direction());
        Ok(event)
    }

    fn blank(timestamp: When) -> Self {
        Self {
            event_id: None,
            timestamp,
            channel: String::new(),
            kind: EventType::Other,
            kind_derived: false,
            direction: Direction::Internal,
            text: None,
            bot_response: None,
            client: Client::default(),
            session_id: None,
            intent: None,
            confidence: None,
            action: None,
            crm_id: None,
            tags: Vec::new(),
            model: None,
            provider: None,
            prompt_version: None,
            scenario: None,
            scenario_version: None,
            experiment: None,
            variant: None,
            latency_ms: None,
            tokens_in: None,
            tokens_out: None,
            cost: None,
            operator: None,
            booking: None,
            payment: None,
            delivery: None,
            error: None,
            source: None,
            utm: BTreeMap::new(),
            meta: Map::new(),
        }
    }

    /// What the event says about its conversation.
    #[must_use]
    pub fn facets(&self) -> Facets {
        derive::facets(self)
    }

    /// Whether a platform tells of a message that left, beside whoever sent it: `meta.echo`.
    #[must_use]
    pub fn is_echo(&self) -> bool {
        self.kind == EventType::MessageOut && self.meta.get("echo") == Some(&Value::Bool(true))
    }

    /// The CRM card that `crm_id` names.
    #[must_use]
    pub fn crm_ref(&self) -> Option<CrmRef> {
        self.crm_id.as_deref().and_then(CrmRef::parse)
    }

    /// Moves one known field in. Types were checked before, so another type than expected is only passed over.
    fn take(&mut self, field: Field, node: Node<'_>, unknown: &mut Vec<(String, Value)>) {
        match field {
            Field::Timestamp | Field::Type | Field::Direction => {}
            Field::EventId => self.event_id = owned(node),
            Field::Channel => self.channel = owned(node).map(|name| name.trim().to_lowercase()).unwrap_or_default(),
            Field::Text => self.text = text(node),
            // Templates send it empty where the assistant said nothing.
            Field::BotResponse => self.bot_response = text(node).filter(|answer| !answer.trim().is_empty()),
            Field::SessionId => self.session_id = owned(node),
            Field::Intent => self.intent = owned(node),
            Field::Confidence => self.confidence = number(&node),
            Field::Action => self.action = owned(node),
            Field::CrmId => self.crm_id = owned(node),
            Field::Tags => self.tags = tags(node),
            Field::Model => self.model = owned(node),
            Field::Provider => self.provider = owned(node),
            Field::PromptVersion => self.prompt_version = owned(node),
            Field::Scenario => self.scenario = owned(node),
            Field::ScenarioVersion => self.scenario_version = owned(node),
            Field::Experiment => self.experiment = owned(node),
            Field::Variant => self.variant = owned(node),
            Field::LatencyMs => self.latency_ms = count(&node),
            Field::TokensIn => self.tokens_in = count(&node),
            Field::TokensOut => self.tokens_out = count(&node),
            Field::Cost => self.cost = number(&node),
            Field::Operator => self.operator = owned(node),
            Field::Source => self.source = owned(node),
            Field::Utm => self.utm = labels(node),
            Field::Error => self.take_error(node, unknown),
            Field::Client | Field::Booking | Field::Payment | Field::Delivery => {
                if let Node::Object(parts) = node {
                    self.take_parts(field, parts, unknown);
                }
            }
            Field::Meta => {
                if let Node::Object(members) = node {
                    self.meta = node::into_map(members);
                }
            }
        }
    }

    fn take_error(&mut self, node: Node<'_>, unknown: &mut Vec<(String, Value)>) {
        match node {
            Node::Object(parts) => self.take_parts(Field::Error, parts, unknown),
            node => self.error = owned(node).map(|message| Failure { code: None, message: Some(message) }),
        }
    }

    fn take_parts(&mut self, field: Field, parts: Members<'_>, unknown: &mut Vec<(String, Value)>) {
        match field {
            Field::Booking => self.booking = Some(Booking::default()),
            Field::Delivery => self.delivery = Some(Delivery::default()),
            Field::Error => self.error = Some(Failure::default()),
            _ => {}
        }
        let (mut amount, mut currency) = (None, None);
        for (key, node) in parts {
            match (field.part(&key), node) {
                (_, Node::Null) => {}
                (Some(("payment.amount", _)), node) => amount = money::amount(&node),
                (Some(("payment.currency", _)), Node::Text(text)) => currency = money::currency(&text),
                (Some((name, _)), node) => self.take_part(name, node),
                (None, node) => unknown.push((format!("{}.{key}", field.name()), node.into_value())),
            }
        }
        if let (Some(amount), Some(currency)) = (amount, currency) {
            self.payment = Some(Payment { minor: amount.minor(&currency), currency });
        }
    }

    fn take_part(&mut self, name: &str, node: Node<'_>) {
        let offset_min = self.timestamp.offset_min;
        let client = &mut self.client;
        match (name, &mut self.booking, &mut self.delivery, &mut self.error) {
            ("client.id", ..) => client.id = owned(node),
            ("client.name", ..) => client.name = owned(node),
            ("client.phone", ..) => client.phone = owned(node),
            ("client.email", ..) => client.email = owned(node),
            ("client.channel_id", ..) => client.channel_id = owned(node),
            ("client.crm_id", ..) => client.crm_id = owned(node),
            ("booking.id", Some(booking), ..) => booking.id = owned(node),
            ("booking.starts_at", Some(booking), ..) => {
                booking.starts_at = owned(node).and_then(|text| When::parse_near(&text, offset_min))
            }
            ("booking.service", Some(booking), ..) => booking.service = owned(node),
            ("booking.staff", Some(booking), ..) => booking.staff = owned(node),
            ("booking.status", Some(booking), ..) => booking.status = owned(node),
            ("delivery.status", _, Some(delivery), _) => delivery.status = owned(node),
            ("delivery.provider", _, Some(delivery), _) => delivery.provider = owned(node),
            ("delivery.message_id", _, Some(delivery), _) => delivery.message_id = owned(node),
            ("error.code", _, _, Some(error)) => error.code = owned(node),
            ("error.message", _, _, Some(error)) => error.message = owned(node),
            _ => {}
        }
    }

    /// Keeps a field that the schema does not know.
    fn keep(&mut self, key: String, value: Value) {
        let mut name = key;
        while self.meta.get(&name).is_some_and(|there| *there != value) {
            name.insert_str(0, CLASH_PREFIX);
        }
        self.meta.insert(name, value);
    }
}

fn owned(node: Node<'_>) -> Option<String> {
    label(node).map(std::borrow::Cow::into_owned)
}

fn text(node: Node<'_>) -> Option<String> {
    match node {
        Node::Text(text) => Some(text.into_owned()),
        _ => None,
    }
}

fn number(node: &Node<'_>) -> Option<f64> {
    match node {
        Node::Int(number) => Some(*number as f64),
        Node::Big(number) => Some(*number as f64),
        Node::Float(number) => Some(*number),
        _ => None,
    }
}

fn count(node: &Node<'_>) -> Option<u64> {
    match node {
        Node::Int(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

fn tags(node: Node<'_>) -> Vec<String> {
    match node {
        Node::List(tags) => tags.into_iter().filter_map(owned).collect(),
        _ => Vec::new(),
    }
}

fn labels(node: Node<'_>) -> BTreeMap<String, String> {
    let Node::Object(members) = node else { return BTreeMap::new() };
    let word = |node| match node {
        Node::Bool(yes) => Some(yes.to_string()),
        Node::Float(number) => Some(number.to_string()),
        node => owned(node),
    };
    members.into_iter().filter_map(|(key, node)| Some((key.into_owned(), word(node)?))).collect()
}
