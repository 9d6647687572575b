//! What an event says beyond its words: the type it has when the sender gave none, and its [`Facets`].
//!
//! One item may tell several things at once (the client's words, the answer and the lead that was created). Its *type* is the one that
//! matters most to the business, found by the first rule that fits; its *facets* are all of them. The rules, in order:
//!
//! | # | when | type |
//! |---|---|---|
//! | 1 | `payment` | `payment` |
//! | 2 | `booking.status` says that it failed | `error` |
//! | 3 | `action` is the name of a lead, booking, reminder, refusal, handoff, visit or consent type, or a usual word for one (`create_lead` only with a `crm_id`; without one the lead is claimed, not made) | that type |
//! | 4 | `booking.status` (`created`, `confirmed`, `rescheduled`, `cancelled`, `arrived`, `no_show`, …) | the booking or visit type |
//! | 5 | `error`, and nothing was said | `error` |
//! | 6 | `operator`, and something was said, not by the client | `operator_reply` |
//! | 7 | `bot_response` | `message_out` |
//! | 8 | `text` | `message_in`; `message_out` where `direction` is out |
//! | 9 | `action` | `action` |
//! | 10 | `model` or `provider`, with `latency_ms`, `tokens_in`, `tokens_out` or `cost` | `llm_call` |
//! | 11 | nothing of this | `other` |
//!
//! Where an item has both `text` and `bot_response`, `text` is what the client said.

use std::ops::BitOr;

use super::kind::{Direction, EventType};
use super::read::Event;

/// What an event says about its conversation: a set of marks that a session adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Facets(u32);

impl Facets {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The client spoke.
    pub const INBOUND: Self = Self(1);
    /// The assistant answered.
    pub const REPLY: Self = Self(1 << 1);
    /// A person of the business spoke.
    pub const OPERATOR: Self = Self(1 << 2);
    /// A booking was made.
    pub const BOOKING: Self = Self(1 << 3);
    /// A booking was cancelled.
    pub const CANCELLED: Self = Self(1 << 4);
    /// The client said no.
    pub const REFUSED: Self = Self(1 << 5);
    /// The conversation was handed to a person.
    pub const HANDOFF: Self = Self(1 << 6);
    /// A lead was created and has a card.
    pub const LEAD: Self = Self(1 << 7);
    /// The assistant says it created a lead, but names no card.
    pub const LEAD_CLAIMED: Self = Self(1 << 8);
    /// Something failed: an error, or a booking that did not come about.
    pub const FAILURE: Self = Self(1 << 9);
    /// Money was paid.
    pub const PAYMENT: Self = Self(1 << 10);
    /// A reminder went out; alone it does not open a session.
    pub const REMINDER: Self = Self(1 << 11);
    /// The client confirmed.
    pub const CONFIRMED: Self = Self(1 << 12);
    /// A booking was moved.
    pub const RESCHEDULED: Self = Self(1 << 13);
    /// The client came.
    pub const ARRIVED: Self = Self(1 << 14);
    /// The client did not come.
    pub const NO_SHOW: Self = Self(1 << 15);

    /// Whether all marks of `other` are in it.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// As stored.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    /// As stored.
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        Self(bits)
    }
}

impl BitOr for Facets {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The type of an event whose sender gave none; the rules are in the module's header.
pub(super) fn kind(event: &Event, direction: Option<Direction>) -> EventType {
    let said = event.bot_response.is_some() || event.text.is_some();
    let status = event.booking.as_ref().and_then(|booking| booking.status.as_deref());
    if event.payment.is_some() {
        return EventType::Payment;
    }
    if status.is_some_and(failed) {
        return EventType::Error;
    }
    if let Some(kind) = event.action.as_deref().and_then(|action| by_action(action, event)).or_else(|| status.and_then(by_status)) {
        return kind;
    }
    if event.error.is_some() && !said {
        return EventType::Error;
    }
    if event.operator.is_some() && said && direction != Some(Direction::In) {
        return EventType::OperatorReply;
    }
    if event.bot_response.is_some() && direction != Some(Direction::In) {
        return EventType::MessageOut;
    }
    if said {
        return if direction == Some(Direction::Out) { EventType::MessageOut } else { EventType::MessageIn };
    }
    if event.action.is_some() {
        return EventType::Action;
    }
    let measured = event.latency_ms.is_some() || event.tokens_in.is_some() || event.tokens_out.is_some() || event.cost.is_some();
    if measured && (event.model.is_some() || event.provider.is_some()) {
        return EventType::LlmCall;
    }
    EventType::Other
}

/// The type that an action stands for.
fn by_action(action: &str, event: &Event) -> Option<EventType> {
    let kind = match action.trim().to_lowercase().as_str() {
        "create_lead" | "new_lead" | "add_lead" | "lead_created" => return event.crm_id.is_some().then_some(EventType::LeadCreated),
        "create_booking" | "book" | "booking" | "create_appointment" | "book_appointment" | "booking_created" => EventType::BookingCreated,
        "confirm_booking" | "confirm_appointment" | "booking_confirmed" => EventType::BookingConfirmed,
        "reschedule_booking" | "reschedule" | "move_booking" | "reschedule_appointment" | "booking_rescheduled" => {
            EventType::BookingRescheduled
        }
        "cancel_booking" | "cancel_appointment" | "booking_cancelled" => EventType::BookingCancelled,
        "send_reminder" | "reminder_sent" => EventType::ReminderSent,
        "handoff" | "transfer_to_operator" | "call_operator" | "escalate" => EventType::Handoff,
        "reminder_delivered" => EventType::ReminderDelivered,
        "reminder_confirmed" => EventType::ReminderConfirmed,
        "client_refused" => EventType::ClientRefused,
        "visit_arrived" => EventType::VisitArrived,
        "visit_no_show" => EventType::VisitNoShow,
        "consent_given" => EventType::ConsentGiven,
        "consent_withdrawn" => EventType::ConsentWithdrawn,
        _ => return None,
    };
    Some(kind)
}

/// The type that the status of a booking stands for.
fn by_status(status: &str) -> Option<EventType> {
    Some(match status.trim().to_lowercase().as_str() {
        "created" | "new" | "booked" | "scheduled" => EventType::BookingCreated,
        "confirmed" => EventType::BookingConfirmed,
        "rescheduled" | "moved" => EventType::BookingRescheduled,
        "cancelled" | "canceled" => EventType::BookingCancelled,
        "arrived" | "visited" | "completed" => EventType::VisitArrived,
        "no_show" => EventType::VisitNoShow,
        _ => return None,
    })
}

/// Whether the status of a booking says that it did not come about.
fn failed(status: &str) -> bool {
    matches!(status.trim().to_lowercase().as_str(), "failed" | "failure" | "error" | "rejected" | "declined")
}

/// All that the event says about its conversation.
pub(super) fn facets(event: &Event) -> Facets {
    // Its sending counted already, or passed by; `journal::deliveries` knows which.
    if event.is_echo() {
        return Facets::NONE;
    }
    let status = event.booking.as_ref().and_then(|booking| booking.status.as_deref());
    let mut found = by_kind(&event.kind);
    if let Some(kind) = event.action.as_deref().and_then(|action| by_action(action, event)).filter(|_| !status.is_some_and(failed)) {
        found = found | by_kind(&kind);
    }
    if client_spoke(event) {
        found = found | Facets::INBOUND;
    }
    if event.bot_response.is_some() {
        found = found
            | match event.kind {
                EventType::OperatorReply => Facets::OPERATOR,
                // Its words are the reminder itself; nobody asked.
                EventType::ReminderSent | EventType::ReminderDelivered => Facets::REMINDER,
                _ => Facets::REPLY,
            };
    }
    if event.error.is_some() || status.is_some_and(failed) {
        found = found | Facets::FAILURE;
    }
    if event.payment.is_some() {
        found = found | Facets::PAYMENT;
    }
    let claimed = event.crm_id.is_none() && event.action.as_deref().is_some_and(|action| action.trim().eq_ignore_ascii_case("create_lead"));
    if claimed {
        found = found | Facets::LEAD_CLAIMED;
    }
    if status.is_some_and(failed) { Facets(found.0 & !Facets::BOOKING.0) } else { found }
}

/// Whether `text` holds the client's words. Beside an answer it does; alone it depends on the way the event goes.
fn client_spoke(event: &Event) -> bool {
    if event.text.as_deref().is_none_or(|text| text.trim().is_empty()) || event.operator.is_some() {
        return false;
    }
    match event.kind {
        EventType::OperatorReply | EventType::ReminderSent | EventType::ReminderDelivered => false,
        EventType::Error => event.bot_response.is_some() || event.direction == Direction::In,
        _ => event.bot_response.is_some() || event.direction != Direction::Out,
    }
}

fn by_kind(kind: &EventType) -> Facets {
    match kind {
        EventType::MessageIn => Facets::INBOUND,
        EventType::MessageOut => Facets::REPLY,
        EventType::OperatorReply => Facets::OPERATOR,
        EventType::LeadCreated => Facets::LEAD,
        EventType::BookingCreated => Facets::BOOKING,
        EventType::BookingConfirmed => Facets::CONFIRMED,
        EventType::BookingRescheduled => Facets::RESCHEDULED,
        EventType::BookingCancelled => Facets::CANCELLED,
        EventType::ReminderSent | EventType::ReminderDelivered => Facets::REMINDER,
        EventType::ReminderConfirmed => Facets::INBOUND | Facets::CONFIRMED,
        EventType::ClientRefused => Facets::REFUSED,
        EventType::Handoff => Facets::HANDOFF,
        EventType::Payment => Facets::PAYMENT,
        EventType::Error => Facets::FAILURE,
        EventType::VisitArrived => Facets::ARRIVED,
        EventType::VisitNoShow => Facets::NO_SHOW,
        _ => Facets::NONE,
    }
}
