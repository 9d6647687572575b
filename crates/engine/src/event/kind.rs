//! The types an event can have, and which way it goes.
//!
//! A business may use types of its own (`[a-z0-9_.]{1,64}`); they are kept as [`EventType::Custom`] and counted, but mean nothing here.

use std::fmt;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EventType {
    /// The client wrote or said something.
    MessageIn,
    /// The assistant answered.
    MessageOut,
    /// A lead came into being in the CRM.
    LeadCreated,
    /// A visit was booked.
    BookingCreated,
    /// The client or the business confirmed a booking.
    BookingConfirmed,
    /// A booking was moved to another time.
    BookingRescheduled,
    /// A booking was cancelled.
    BookingCancelled,
    /// A reminder went out.
    ReminderSent,
    /// A reminder reached the client.
    ReminderDelivered,
    /// The client confirmed on a reminder.
    ReminderConfirmed,
    /// The client said no.
    ClientRefused,
    /// The assistant handed the conversation to a person.
    Handoff,
    /// A person of the business wrote.
    OperatorReply,
    /// Money was paid (or, negative, given back).
    Payment,
    /// The client came.
    VisitArrived,
    /// The client did not come.
    VisitNoShow,
    /// Something failed.
    Error,
    /// Another model answers from now on.
    ModelChanged,
    /// Another scenario or prompt is in use from now on.
    ScenarioChanged,
    /// A person judged an answer or an intent.
    ReviewLabelled,
    /// The client consented to the processing of their data.
    ConsentGiven,
    /// The client withdrew consent.
    ConsentWithdrawn,
    /// One call of a language model.
    LlmCall,
    /// One call of a CRM.
    CrmCall,
    /// What became of a message that was sent.
    DeliveryStatus,
    /// The assistant did something that has no type of its own; `action` names it.
    Action,
    /// Nothing above; the event is kept and shown.
    Other,
    /// A type of the business's own.
    Custom(String),
}

/// The known types by name.
const NAMES: [(EventType, &str); 27] = [
    (EventType::MessageIn, "message_in"),
    (EventType::MessageOut, "message_out"),
    (EventType::LeadCreated, "lead_created"),
    (EventType::BookingCreated, "booking_created"),
    (EventType::BookingConfirmed, "booking_confirmed"),
    (EventType::BookingRescheduled, "booking_rescheduled"),
    (EventType::BookingCancelled, "booking_cancelled"),
    (EventType::ReminderSent, "reminder_sent"),
    (EventType::ReminderDelivered, "reminder_delivered"),
    (EventType::ReminderConfirmed, "reminder_confirmed"),
    (EventType::ClientRefused, "client_refused"),
    (EventType::Handoff, "handoff"),
    (EventType::OperatorReply, "operator_reply"),
    (EventType::Payment, "payment"),
    (EventType::VisitArrived, "visit_arrived"),
    (EventType::VisitNoShow, "visit_no_show"),
    (EventType::Error, "error"),
    (EventType::ModelChanged, "model_changed"),
    (EventType::ScenarioChanged, "scenario_changed"),
    (EventType::ReviewLabelled, "review_labelled"),
    (EventType::ConsentGiven, "consent_given"),
    (EventType::ConsentWithdrawn, "consent_withdrawn"),
    (EventType::LlmCall, "llm_call"),
    (EventType::CrmCall, "crm_call"),
    (EventType::DeliveryStatus, "delivery_status"),
    (EventType::Action, "action"),
    (EventType::Other, "other"),
];

impl EventType {
    /// The type of that name; `None` when it is neither known nor well formed.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if let Some((known, _)) = NAMES.iter().find(|(_, known)| *known == name) {
            return Some(known.clone());
        }
        let formed = (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.'));
        formed.then(|| Self::Custom(name.to_owned()))
    }

    /// Its name, as in the API, the database and metrics.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Custom(name) => name,
            known => NAMES.iter().find(|(kind, _)| kind == known).map_or("other", |(_, name)| name),
        }
    }

    /// Every known type, in the order of the documentation.
    pub fn known() -> impl Iterator<Item = &'static Self> {
        NAMES.iter().map(|(kind, _)| kind)
    }

    /// Which way an event of this type goes when it does not say so itself.
    #[must_use]
    pub fn direction(&self) -> Direction {
        match self {
            Self::MessageIn | Self::ClientRefused | Self::ReminderConfirmed | Self::ConsentGiven | Self::ConsentWithdrawn => Direction::In,
            Self::MessageOut | Self::OperatorReply | Self::ReminderSent | Self::ReminderDelivered => Direction::Out,
            _ => Direction::Internal,
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which way an event goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the client.
    In,
    /// To the client.
    Out,
    /// Neither: something that happened inside the business.
    Internal,
}

impl Direction {
    /// Reads `in`, `out`, `internal` and the usual longer words.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "in" | "inbound" | "incoming" => Some(Self::In),
            "out" | "outbound" | "outgoing" => Some(Self::Out),
            "internal" => Some(Self::Internal),
            _ => None,
        }
    }

    /// `in`, `out` or `internal`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Internal => "internal",
        }
    }
}
