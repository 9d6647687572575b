//! One conversation, summed up from its events.
//!
//! [`Session::absorb`] and [`Session::merge`] give the same sum in whatever order events come: late ones, bridged gaps and a rebuild
//! agree. It deliberately does not decide which session an event belongs to: `sessions` does.

use super::projection::EventRow;
use crate::event::{BusinessId, Facets};

/// How a conversation ended, as far as its events tell. The first that holds, in this order.
pub const OUTCOMES: [&str; 8] = ["booked", "cancelled", "refused", "handoff", "failed", "lead", "unanswered", "open"];

/// A value and the event it was seen in; the latest wins, and of two at one moment the one recorded later.
#[derive(Debug, Clone, PartialEq)]
pub struct Latest {
    /// What was seen.
    pub value: String,
    /// When, by the event's own time.
    pub ts_us: i64,
    /// In which record.
    pub record: i64,
}

/// The read model of one conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Row number.
    pub id: i64,
    /// Whose.
    pub business: BusinessId,
    /// Public id.
    pub pid: String,
    /// As the bot sent it.
    pub given: Option<String>,
    /// Where it took place.
    pub channel: String,
    /// The identity that wrote.
    pub identity: Option<i64>,
    /// The client, before merges.
    pub client: Option<i64>,
    /// `dialogue` or `reminder_reply`.
    pub kind: String,
    /// First event.
    pub started_us: i64,
    /// Last event.
    pub last_us: i64,
    /// The record that opened it.
    pub first_record: i64,
    /// First word of the client.
    pub first_in_us: Option<i64>,
    /// First answer by anyone.
    pub first_out_us: Option<i64>,
    /// Events in it.
    pub events: i64,
    /// Of them by the client.
    pub inbound: i64,
    /// Of them answers.
    pub replies: i64,
    /// Everything that happened in it.
    pub facets: Facets,
    /// The lowest confidence of its events.
    pub confidence: Option<f64>,
    /// The last intent.
    pub intent: Option<Latest>,
    /// The last name the client went by.
    pub name: Option<Latest>,
    /// The last thing said.
    pub snippet: Option<Latest>,
    /// `booked` or `cancelled`, whichever came last.
    pub booking: Option<Latest>,
}

/// Longest snippet in a list, in characters.
const SNIPPET_CHARS: usize = 120;

impl Session {
    /// A session with nothing in it yet, opened by `row`.
    #[must_use]
    pub fn open(business: BusinessId, pid: String, given: Option<String>, row: &EventRow) -> Self {
        Self {
            id: 0,
            business,
            pid,
            given,
            channel: row.channel.clone(),
            identity: None,
            client: None,
            kind: "dialogue".into(),
            started_us: row.ts_us,
            last_us: row.ts_us,
            first_record: row.record,
            first_in_us: None,
            first_out_us: None,
            events: 0,
            inbound: 0,
            replies: 0,
            facets: Facets::default(),
            confidence: None,
            intent: None,
            name: None,
            snippet: None,
            booking: None,
        }
    }

    /// Adds one event.
    pub fn absorb(&mut self, row: &EventRow) {
        self.started_us = self.started_us.min(row.ts_us);
        self.last_us = self.last_us.max(row.ts_us);
        self.first_record = self.first_record.min(row.record);
        self.events += 1;
        if row.facets.has(Facets::INBOUND) {
            self.inbound += 1;
            self.first_in_us = earliest(self.first_in_us, Some(row.ts_us));
        }
        if row.facets.has(Facets::REPLY) || row.facets.has(Facets::OPERATOR) {
            self.replies += 1;
            self.first_out_us = earliest(self.first_out_us, Some(row.ts_us));
        }
        self.facets = self.facets | row.facets;
        self.confidence = lowest(self.confidence, row.confidence);
        let seen = |value: &Option<String>| {
            let value = value.clone()?;
            Some(Latest { value, ts_us: row.ts_us, record: row.record })
        };
        keep_latest(&mut self.intent, seen(&row.intent));
        keep_latest(&mut self.name, seen(&row.client_name));
        keep_latest(&mut self.snippet, seen(&row.last_words().map(shorten)));
        keep_latest(&mut self.booking, seen(&booking(row.facets).map(str::to_owned)));
    }

    /// Takes in another session that turned out to be the same conversation.
    pub fn merge(&mut self, other: &Session) {
        self.started_us = self.started_us.min(other.started_us);
        self.last_us = self.last_us.max(other.last_us);
        self.first_record = self.first_record.min(other.first_record);
        self.events += other.events;
        self.inbound += other.inbound;
        self.replies += other.replies;
        self.first_in_us = earliest(self.first_in_us, other.first_in_us);
        self.first_out_us = earliest(self.first_out_us, other.first_out_us);
        self.facets = self.facets | other.facets;
        self.confidence = lowest(self.confidence, other.confidence);
        self.identity = self.identity.or(other.identity);
        self.client = self.client.or(other.client);
        keep_latest(&mut self.intent, other.intent.clone());
        keep_latest(&mut self.name, other.name.clone());
        keep_latest(&mut self.snippet, other.snippet.clone());
        keep_latest(&mut self.booking, other.booking.clone());
    }

    /// How it ended so far.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        let facets = self.facets;
        let booking = self.booking.as_ref().map(|last| last.value.as_str());
        match () {
            () if booking == Some("booked") => "booked",
            () if booking == Some("cancelled") => "cancelled",
            () if facets.has(Facets::REFUSED) => "refused",
            () if facets.has(Facets::HANDOFF) => "handoff",
            () if facets.has(Facets::FAILURE) => "failed",
            () if facets.has(Facets::LEAD) => "lead",
            () if self.inbound > 0 && self.replies == 0 => "unanswered",
            () => "open",
        }
    }
}

/// What an event says about a booking.
fn booking(facets: Facets) -> Option<&'static str> {
    match () {
        () if facets.has(Facets::CANCELLED) => Some("cancelled"),
        () if facets.has(Facets::BOOKING) || facets.has(Facets::RESCHEDULED) => Some("booked"),
        () => None,
    }
}

fn earliest(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn lowest(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    match (one, other) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn keep_latest(kept: &mut Option<Latest>, seen: Option<Latest>) {
    let Some(seen) = seen else { return };
    let newer = kept.as_ref().is_none_or(|k| (k.ts_us, k.record) < (seen.ts_us, seen.record));
    if newer {
        *kept = Some(seen);
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(SNIPPET_CHARS).collect()
}
