//! The fields that schema v1 knows, and the rule for each: the one list that checking, reading and the published schema agree on.

/// A top-level field. The number is its bit in [`Present`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Field {
    EventId,
    Timestamp,
    Channel,
    Type,
    Direction,
    Text,
    BotResponse,
    Client,
    SessionId,
    Intent,
    Confidence,
    Action,
    CrmId,
    Tags,
    Model,
    Provider,
    PromptVersion,
    Scenario,
    ScenarioVersion,
    Experiment,
    Variant,
    LatencyMs,
    TokensIn,
    TokensOut,
    Cost,
    Operator,
    Booking,
    Payment,
    Delivery,
    Error,
    Source,
    Utm,
    Meta,
}

/// What a field's value must be. `null` is always the same as a missing field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// A string; may be empty (a photo has no text).
    Text,
    /// A string, or a whole number that stands for one.
    Label,
    /// A label of at most 200 characters.
    Id,
    /// A label of 1 to 64 characters.
    Channel,
    /// A moment with an offset.
    When,
    /// A moment; without an offset it is on the event's own clock.
    LocalWhen,
    Type,
    Direction,
    /// A number from 0 to 1.
    Share,
    /// A whole number from 0.
    Count,
    /// A number from 0.
    Cost,
    /// A number, or a decimal number in a string.
    Amount,
    Currency,
    /// A list of labels.
    Tags,
    /// An object whose values are labels.
    Labels,
    /// A string, or an object with parts of its own.
    TextOrParts,
    /// An object with parts of its own.
    Parts,
    /// An object with anything in it.
    Free,
}

impl Field {
    /// The field of that name.
    pub(super) fn named(name: &str) -> Option<(Self, Rule)> {
        Some(match name {
            "event_id" => (Self::EventId, Rule::Id),
            "timestamp" => (Self::Timestamp, Rule::When),
            "channel" => (Self::Channel, Rule::Channel),
            "type" => (Self::Type, Rule::Type),
            "direction" => (Self::Direction, Rule::Direction),
            "text" => (Self::Text, Rule::Text),
            "bot_response" => (Self::BotResponse, Rule::Text),
            "client" => (Self::Client, Rule::Parts),
            "session_id" => (Self::SessionId, Rule::Id),
            "intent" => (Self::Intent, Rule::Label),
            "confidence" => (Self::Confidence, Rule::Share),
            "action" => (Self::Action, Rule::Label),
            "crm_id" => (Self::CrmId, Rule::Id),
            "tags" => (Self::Tags, Rule::Tags),
            "model" => (Self::Model, Rule::Label),
            "provider" => (Self::Provider, Rule::Label),
            "prompt_version" => (Self::PromptVersion, Rule::Label),
            "scenario" => (Self::Scenario, Rule::Label),
            "scenario_version" => (Self::ScenarioVersion, Rule::Label),
            "experiment" => (Self::Experiment, Rule::Label),
            "variant" => (Self::Variant, Rule::Label),
            "latency_ms" => (Self::LatencyMs, Rule::Count),
            "tokens_in" => (Self::TokensIn, Rule::Count),
            "tokens_out" => (Self::TokensOut, Rule::Count),
            "cost" => (Self::Cost, Rule::Cost),
            "operator" => (Self::Operator, Rule::Label),
            "booking" => (Self::Booking, Rule::Parts),
            "payment" => (Self::Payment, Rule::Parts),
            "delivery" => (Self::Delivery, Rule::Parts),
            "error" => (Self::Error, Rule::TextOrParts),
            "source" => (Self::Source, Rule::Label),
            "utm" => (Self::Utm, Rule::Labels),
            "meta" => (Self::Meta, Rule::Free),
            _ => return None,
        })
    }

    /// The rule for a part of this field, and its dotted name.
    pub(super) fn part(self, name: &str) -> Option<(&'static str, Rule)> {
        Some(match (self, name) {
            (Self::Client, "id") => ("client.id", Rule::Id),
            (Self::Client, "name") => ("client.name", Rule::Text),
            (Self::Client, "phone") => ("client.phone", Rule::Id),
            (Self::Client, "email") => ("client.email", Rule::Id),
            (Self::Client, "channel_id") => ("client.channel_id", Rule::Id),
            (Self::Client, "crm_id") => ("client.crm_id", Rule::Id),
            (Self::Booking, "id") => ("booking.id", Rule::Id),
            (Self::Booking, "starts_at") => ("booking.starts_at", Rule::LocalWhen),
            (Self::Booking, "service") => ("booking.service", Rule::Label),
            (Self::Booking, "staff") => ("booking.staff", Rule::Label),
            (Self::Booking, "status") => ("booking.status", Rule::Label),
            (Self::Payment, "amount") => ("payment.amount", Rule::Amount),
            (Self::Payment, "currency") => ("payment.currency", Rule::Currency),
            (Self::Delivery, "status") => ("delivery.status", Rule::Label),
            (Self::Delivery, "provider") => ("delivery.provider", Rule::Label),
            (Self::Delivery, "message_id") => ("delivery.message_id", Rule::Id),
            (Self::Error, "code") => ("error.code", Rule::Label),
            (Self::Error, "message") => ("error.message", Rule::Text),
            _ => return None,
        })
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        NAMES[self as usize]
    }
}

/// Names by number.
pub(super) const NAMES: [&str; 33] = [
    "event_id",
    "timestamp",
    "channel",
    "type",
    "direction",
    "text",
    "bot_response",
    "client",
    "session_id",
    "intent",
    "confidence",
    "action",
    "crm_id",
    "tags",
    "model",
    "provider",
    "prompt_version",
    "scenario",
    "scenario_version",
    "experiment",
    "variant",
    "latency_ms",
    "tokens_in",
    "tokens_out",
    "cost",
    "operator",
    "booking",
    "payment",
    "delivery",
    "error",
    "source",
    "utm",
    "meta",
];

/// How many parts [`Field::part`] knows; the schema must list as many.
#[cfg(test)]
pub(super) const PARTS: usize = 18;

/// Which fields an item has (and has not only as `null` or empty).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Present(u64);

impl Present {
    pub(super) fn of(fields: &[Field]) -> Self {
        Self(fields.iter().fold(0, |bits, field| bits | 1 << *field as u8))
    }

    /// Adds a field; `false` when it was there already.
    pub(super) fn add(&mut self, field: Field) -> bool {
        let before = self.0;
        self.0 |= 1 << field as u8;
        self.0 != before
    }

    pub(super) fn any(self, wanted: &[Field]) -> bool {
        self.0 & Self::of(wanted).0 != 0
    }
}
