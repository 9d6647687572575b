//! The gate: is this item an event? Capture asks it for every item, and the answer decides between 202 and quarantine.
//!
//! One pass over the bytes builds a borrowed tree ([`super::node`]), one walk over its members applies the rule of each field
//! ([`super::fields`]). Nothing is normalised and nothing is derived here: what passes is stored verbatim, and [`super::Event::read`] never
//! fails on it. Unknown fields are not looked into (beyond the limits of JSON itself).

use std::borrow::Cow;

use super::fields::{Field, Present, Rule};
use super::invalid::{Code, Invalid, safe_value};
use super::kind::{Direction, EventType};
use super::money;
use super::node::{self, Members, Node};
use super::when::When;

/// Ids longer than this are mistakes.
const ID_CHARS: usize = 200;
/// A channel is a word.
const CHANNEL_CHARS: usize = 64;
/// Tags on one event.
const TAGS: usize = 100;

/// How large and how deep one item may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the item.
    pub item_bytes: usize,
    /// Levels of objects and lists, the item itself included; above 127 the JSON reader's own limit holds.
    pub depth: usize,
    /// Keys of one object.
    pub keys: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { item_bytes: 256 * 1024, depth: 32, keys: 256 }
    }
}

impl Limits {
    /// No limits: for items that passed the gate once.
    pub(super) const NONE: Self = Self { item_bytes: usize::MAX, depth: usize::MAX, keys: usize::MAX };
}

/// What capture needs to know of an item that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked<'a> {
    /// The id the sender gave.
    pub event_id: Option<Cow<'a, str>>,
    /// When it happened, by the sender's clock.
    pub timestamp: When,
}

/// Checks one item.
///
/// # Errors
/// The first fault found; what cannot be JSON comes before what fields mean.
pub fn check<'a>(item: &'a [u8], limits: &Limits) -> Result<Checked<'a>, Invalid> {
    outlined(node::parse(item, limits)?)
}

/// Checks one item of a body that is known to be UTF-8.
///
/// # Errors
/// As [`check`].
pub fn check_text<'a>(item: &'a str, limits: &Limits) -> Result<Checked<'a>, Invalid> {
    outlined(node::parse_text(item, limits)?)
}

/// The id of a refused item, if it can be made out: so that its sender knows which one it was.
#[must_use]
pub fn id_of(item: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        event_id: String,
    }
    serde_json::from_str::<Named>(item).ok().map(|named| named.event_id).filter(|id| !id.is_empty() && id.chars().count() <= ID_CHARS)
}

fn outlined(members: node::Members<'_>) -> Result<Checked<'_>, Invalid> {
    let outline = Outline::of(&members)?;
    let event_id = members.into_iter().find(|(key, _)| key == Field::EventId.name()).and_then(|(_, node)| label(node));
    Ok(Checked { event_id, timestamp: outline.timestamp })
}

/// What the walk over an item's members found.
pub(super) struct Outline {
    pub(super) timestamp: When,
}

impl Outline {
    /// Applies every rule.
    pub(super) fn of(members: &Members<'_>) -> Result<Self, Invalid> {
        let (mut seen, mut present) = (Present::default(), Present::default());
        let (mut timestamp, mut kind, mut direction) = (None, None, None);
        for (key, node) in members {
            let Some((field, rule)) = Field::named(key) else { continue };
            if !seen.add(field) {
                return Err(twice(field.name()));
            }
            if *node == Node::Null {
                continue;
            }
            if obey(field.name(), rule, node)? {
                present.add(field);
            }
            match (field, node) {
                (Field::Timestamp, Node::Text(text)) => timestamp = When::parse(text),
                (Field::Type, Node::Text(name)) => kind = EventType::parse(name),
                (Field::Direction, Node::Text(word)) => direction = Direction::parse(word),
                (Field::Payment, Node::Object(parts)) => {
                    check_parts(field, parts)?;
                    whole_payment(parts)?;
                }
                (_, Node::Object(parts)) if matches!(rule, Rule::Parts | Rule::TextOrParts) => check_parts(field, parts)?,
                _ => {}
            }
        }
        let timestamp = timestamp.ok_or_else(|| missing("timestamp", "say when it happened, like 2025-01-01T12:34:56+03:00"))?;
        if !present.any(&[Field::Channel]) {
            return Err(missing("channel", "say where it happened, like whatsapp or site"));
        }
        if let Some(kind) = &kind {
            requirements(kind, present)?;
            agree(kind, direction)?;
        }
        Ok(Self { timestamp })
    }
}

fn twice(name: &'static str) -> Invalid {
    Invalid::new(Code::DuplicateField, name, format!("{name} is given twice; keep one"))
}

fn missing(name: &'static str, advice: &str) -> Invalid {
    Invalid::new(Code::MissingField, name, format!("{name} is missing; {advice}"))
}

/// Applies the rules to the parts of an object (`client`, `booking`, …).
fn check_parts(field: Field, parts: &Members<'_>) -> Result<(), Invalid> {
    let mut seen: Vec<&'static str> = Vec::with_capacity(parts.len());
    for (key, node) in parts {
        let Some((name, rule)) = field.part(key) else { continue };
        if seen.contains(&name) {
            return Err(twice(name));
        }
        seen.push(name);
        if *node != Node::Null {
            obey(name, rule, node)?;
        }
    }
    Ok(())
}

/// A payment without an amount or a currency cannot be added up.
fn whole_payment(parts: &Members<'_>) -> Result<(), Invalid> {
    let has = |name| parts.iter().any(|(key, node)| key == name && *node != Node::Null);
    if !has("amount") {
        return Err(missing("payment.amount", "say how much was paid, like 1500 or \"1500.50\""));
    }
    if !has("currency") {
        return Err(missing("payment.currency", "name the currency, like RUB"));
    }
    Ok(())
}

/// Applies one rule. `Ok(false)`: nothing wrong, but nothing there (an empty label).
fn obey(name: &'static str, rule: Rule, node: &Node<'_>) -> Result<bool, Invalid> {
    match (rule, node) {
        (Rule::Text, Node::Text(_)) | (Rule::Free | Rule::Parts | Rule::TextOrParts, Node::Object(_)) => Ok(true),
        (Rule::Label | Rule::TextOrParts, Node::Text(text)) => Ok(!text.trim().is_empty()),
        (Rule::Id, Node::Text(text)) => {
            no_longer(name, text, ID_CHARS)?;
            let given = !text.trim().is_empty();
            if !given && name == Field::EventId.name() {
                return Err(Invalid::new(Code::MissingField, name, "event_id is empty; leave it out to have one given"));
            }
            Ok(given)
        }
        (Rule::Channel, Node::Text(text)) => no_longer(name, text, CHANNEL_CHARS).map(|()| !text.trim().is_empty()),
        (Rule::Label | Rule::Id, Node::Int(_) | Node::Big(_)) => Ok(true),
        (Rule::When, Node::Text(text)) => When::parse(text).map(|_| true).ok_or_else(|| bad_moment(name, text)),
        (Rule::LocalWhen, Node::Text(text)) => When::parse_near(text, 0).map(|_| true).ok_or_else(|| bad_moment(name, text)),
        (Rule::Type, Node::Text(text)) => EventType::parse(text).map(|_| true).ok_or_else(|| bad_type(text)),
        (Rule::Direction, Node::Text(text)) => Direction::parse(text).map(|_| true).ok_or_else(|| {
            let shown = safe_value(text, |c| c.is_ascii_alphabetic());
            Invalid::new(Code::BadValue, name, format!("direction {shown:?} is not known; write in, out or internal"))
        }),
        (Rule::Share, number) => in_range(name, number, 0.0, 1.0, "write a number from 0 to 1, without quotes"),
        (Rule::Cost, number) => in_range(name, number, 0.0, f64::MAX, "write a number from 0, without quotes"),
        (Rule::Count, Node::Int(number)) if *number >= 0 => Ok(true),
        (Rule::Count, Node::Int(number)) => {
            Err(Invalid::new(Code::OutOfRange, name, format!("{name} is {number}; write a whole number from 0")))
        }
        (Rule::Amount, amount) => check_amount(name, amount),
        (Rule::Currency, Node::Text(text)) => money::currency(text)
            .map(|_| true)
            .ok_or_else(|| Invalid::new(Code::BadValue, name, format!("{name} is not a currency; write its three letters, like RUB"))),
        (Rule::Tags, Node::List(tags)) => check_tags(name, tags),
        (Rule::Labels, Node::Object(labels)) => {
            let fits =
                |node: &Node<'_>| matches!(node, Node::Null | Node::Text(_) | Node::Int(_) | Node::Big(_) | Node::Bool(_) | Node::Float(_));
            if labels.iter().all(|(_, node)| fits(node)) { Ok(true) } else { Err(wrong_type(name, Rule::Labels)) }
        }
        (rule, _) => Err(wrong_type(name, rule)),
    }
}

fn no_longer(name: &'static str, text: &str, most: usize) -> Result<(), Invalid> {
    // Characters are counted only when there could be too many of them.
    if text.len() > most && text.chars().count() > most {
        return Err(Invalid::new(Code::TooLong, name, format!("{name} is longer than {most} characters; shorten it")));
    }
    Ok(())
}

fn in_range(name: &'static str, node: &Node<'_>, low: f64, high: f64, advice: &str) -> Result<bool, Invalid> {
    let number = match node {
        Node::Int(number) => *number as f64,
        Node::Big(number) => *number as f64,
        Node::Float(number) => *number,
        _ => return Err(Invalid::new(Code::WrongType, name, format!("{name} is not a number; {advice}"))),
    };
    if (low..=high).contains(&number) {
        return Ok(true);
    }
    Err(Invalid::new(Code::OutOfRange, name, format!("{name} is {number}; {advice}")))
}

fn check_amount(name: &'static str, node: &Node<'_>) -> Result<bool, Invalid> {
    match node {
        Node::Text(_) | Node::Int(_) | Node::Float(_) if money::amount(node).is_some() => Ok(true),
        Node::Text(_) | Node::Int(_) | Node::Float(_) | Node::Big(_) => Err(Invalid::new(
            Code::BadValue,
            name,
            format!("{name} is not an amount of money; write 1500 or \"1500.50\", at most 12 digits before the point"),
        )),
        _ => Err(wrong_type(name, Rule::Amount)),
    }
}

fn check_tags(name: &'static str, tags: &[Node<'_>]) -> Result<bool, Invalid> {
    if tags.len() > TAGS {
        return Err(Invalid::new(Code::TooLong, name, format!("{} tags, at most {TAGS} are allowed; send fewer", tags.len())));
    }
    let fits = |node: &Node<'_>| matches!(node, Node::Text(_) | Node::Int(_) | Node::Big(_));
    if tags.iter().all(fits) { Ok(!tags.is_empty()) } else { Err(wrong_type(name, Rule::Tags)) }
}

fn bad_moment(name: &'static str, text: &str) -> Invalid {
    let shown = safe_value(text, |c| c.is_ascii_digit() || "TtZz:+-. ".contains(c));
    Invalid::new(
        Code::BadTimestamp,
        name,
        format!("{name} {shown:?} is not RFC 3339 with an offset in 2000–2100; write it like 2025-01-01T12:34:56+03:00"),
    )
}

fn bad_type(text: &str) -> Invalid {
    let shown = safe_value(text, |c| c.is_ascii_alphanumeric() || "_-. ".contains(c));
    Invalid::new(
        Code::BadType,
        "type",
        format!("type {shown:?} is not well formed; write a known type, or 1 to 64 of a-z, 0-9, _ and . for one of your own"),
    )
}

fn wrong_type(name: &'static str, rule: Rule) -> Invalid {
    let wanted = match rule {
        Rule::Text | Rule::Channel | Rule::Type | Rule::Direction | Rule::Currency => "a string",
        Rule::Label | Rule::Id => "a string or a whole number",
        Rule::When | Rule::LocalWhen => "a string like \"2025-01-01T12:34:56+03:00\"",
        Rule::Share => "a number from 0 to 1, without quotes",
        Rule::Count => "a whole number from 0, without quotes",
        Rule::Cost => "a number from 0, without quotes",
        Rule::Amount => "a number, or a decimal number in quotes",
        Rule::Tags => "a list of strings",
        Rule::Labels => "an object whose values are strings or numbers",
        Rule::TextOrParts => "a string or an object",
        Rule::Parts | Rule::Free => "an object",
    };
    Invalid::new(Code::WrongType, name, format!("{name} has another type; write {wanted}"))
}

/// The fields of which an event of a given type needs at least one.
pub(super) fn needs(kind: &EventType) -> &'static [Field] {
    use Field as F;
    /// Enough to say whom or what it was about.
    const ABOUT: &[Field] = &[F::SessionId, F::Client, F::CrmId, F::Booking];
    match kind {
        EventType::MessageIn => &[F::Text],
        EventType::MessageOut | EventType::OperatorReply => &[F::BotResponse, F::Text],
        EventType::LeadCreated
        | EventType::BookingCreated
        | EventType::BookingConfirmed
        | EventType::BookingRescheduled
        | EventType::BookingCancelled
        | EventType::ReminderSent
        | EventType::ReminderDelivered
        | EventType::ReminderConfirmed
        | EventType::ClientRefused
        | EventType::Handoff
        | EventType::VisitArrived
        | EventType::VisitNoShow => ABOUT,
        EventType::Payment => &[F::Payment],
        EventType::Error => &[F::Error, F::Text, F::Booking],
        EventType::ModelChanged => &[F::Model],
        EventType::ScenarioChanged => &[F::Scenario, F::ScenarioVersion, F::PromptVersion],
        EventType::ConsentGiven | EventType::ConsentWithdrawn => &[F::Client, F::SessionId, F::CrmId],
        EventType::LlmCall => &[F::Model, F::Provider],
        EventType::CrmCall => &[F::Action, F::CrmId, F::Error],
        EventType::DeliveryStatus => &[F::Delivery],
        EventType::Action => &[F::Action],
        EventType::ReviewLabelled | EventType::Other | EventType::Custom(_) => &[],
    }
}

fn requirements(kind: &EventType, present: Present) -> Result<(), Invalid> {
    let needed = needs(kind);
    if needed.is_empty() || present.any(needed) {
        return Ok(());
    }
    let names: Vec<_> = needed.iter().map(|field| field.name()).collect();
    let message = format!("an event of type {kind} needs {}; add it, or leave type out", names.join(" or "));
    Err(Invalid::new(Code::MissingField, needed[0].name(), message))
}

/// A message from the client cannot go to the client.
fn agree(kind: &EventType, direction: Option<Direction>) -> Result<(), Invalid> {
    let clash = matches!(
        (kind, direction),
        (EventType::MessageIn, Some(Direction::Out)) | (EventType::MessageOut | EventType::OperatorReply, Some(Direction::In))
    );
    if clash {
        return Err(Invalid::new(Code::BadValue, "direction", format!("direction contradicts type {kind}; leave one of them out")));
    }
    Ok(())
}

/// The string that a label is.
pub(super) fn label(node: Node<'_>) -> Option<Cow<'_, str>> {
    match node {
        Node::Text(text) if !text.trim().is_empty() => Some(text),
        Node::Int(number) => Some(Cow::Owned(number.to_string())),
        Node::Big(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}
