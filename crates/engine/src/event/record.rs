//! R, the record: the bytes that are sealed and proved.
//!
//! One line of JSON with what capture added, a line feed, then the client's bytes exactly as they came:
//!
//! ```text
//! {"letopis":1,"received_at":"2025-01-01T09:34:57.123456Z","source":"api"}
//! {"event_id":"evt_20250101_001","timestamp":"2025-01-01T12:34:56+03:00", …
//! ```
//! `connection` and `event_id` (when capture had to draw one) follow in the same line. Derived things (session, client, type) are
//! deliberately not here: they are read models and may change without touching the record.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use super::basis::Basis;
use super::duty::{BreachStep, Received};
use super::experiment::{ASSIGNED_SOURCE, Experiment, ExperimentStart, ExperimentStop};
use super::incident::{Growth, Opening, Resolution};
use super::lead_end::LeadEnd;
use super::retention::{HoldOn, Policy, Then};
use super::review::{Draw, Label, ReviewQueue};
use super::rulings::{Aside, Right};
use super::scenario::{Activation, Put};

/// What capture added to the client's bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The version of this format.
    #[serde(rename = "letopis")]
    pub version: u8,
    /// When it was accepted: RFC 3339, UTC, microseconds.
    pub received_at: jiff::Timestamp,
    /// Through which door.
    pub source: String,
    /// Which connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// The id that was drawn for an event that came without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
}

/// The source of records that hold a person's decision instead of an event.
pub const DECISION_SOURCE: &str = "decision";

/// Why bytes are not a record.
#[derive(Debug, thiserror::Error)]
#[error("record has no envelope line: {0}")]
pub struct NotARecord(String);

/// Sources of events that were read from what went over the wire (`exchange`), or served: several tellings of one thing differ in what is beside it.
const TOLD: [&str; 3] = ["proxy", "channel", ASSIGNED_SOURCE];

/// What of a client's bytes makes two of them the same event: all of them; of an event that was read from the wire its `meta.same`, where
/// it has one.
#[must_use]
pub fn essence<'a>(source: &str, client_bytes: &'a [u8]) -> Cow<'a, [u8]> {
    #[derive(Deserialize)]
    struct Event {
        meta: Meta,
    }
    #[derive(Deserialize)]
    struct Meta {
        same: String,
    }
    if !TOLD.contains(&source) || memchr::memmem::find(client_bytes, b"\"same\":").is_none() {
        return Cow::Borrowed(client_bytes);
    }
    serde_json::from_slice::<Event>(client_bytes).map_or(Cow::Borrowed(client_bytes), |event| Cow::Owned(event.meta.same.into_bytes()))
}

/// Writes R.
#[must_use]
pub fn write(envelope: &Envelope, client_bytes: &[u8]) -> Vec<u8> {
    let mut r = Vec::with_capacity(128 + client_bytes.len());
    // An envelope holds only strings and numbers: serialising it into memory cannot fail.
    let _ = serde_json::to_writer(&mut r, envelope);
    r.push(b'\n');
    r.extend_from_slice(client_bytes);
    r
}

/// Splits R into what capture added and the client's bytes.
///
/// # Errors
/// [`NotARecord`] when there is no readable first line.
pub fn split(r: &[u8]) -> Result<(Envelope, &[u8]), NotARecord> {
    let end = memchr::memchr(b'\n', r).ok_or_else(|| NotARecord("no line feed".into()))?;
    let envelope = serde_json::from_slice(&r[..end]).map_err(|e| NotARecord(e.to_string()))?;
    Ok((envelope, &r[end + 1..]))
}

/// A person's decision, as it is sealed: who, what, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The user's login, `cli`, or `key:<name>`.
    pub by: String,
    /// What was decided.
    #[serde(flatten)]
    pub decision: Decision,
}

/// What a person can decide. Named by stable public ids, never by personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// Two clients are one person.
    ClientsMerged {
        /// The client that stays.
        into: String,
        /// The client that is shown under it from now on.
        from: String,
    },
    /// A merge was wrong: `from` is a client of its own again.
    ClientsUnmerged {
        /// The client it was shown under.
        into: String,
        /// The client that is itself again.
        from: String,
    },
    /// A quarantined item was corrected and sent again, or thrown away.
    QuarantineClosed {
        /// Its number.
        item: i64,
        /// The event that replaces it; none when it was thrown away.
        replaced_by: Option<String>,
    },
    /// Everything of one client is destroyed; the act follows in the tree.
    ClientErased {
        /// Who.
        client: String,
        /// On what ground.
        basis: Basis,
        /// The request it answers: number and date, as the business files it. Not who asked.
        request: String,
    },
    /// Somebody cosigns the business's checkpoints from now on.
    WitnessJoined {
        /// Of its key.
        name: String,
        /// The key by which its word is known.
        vkey: String,
        /// Where it is asked.
        url: String,
    },
    /// Nobody asks this witness any more.
    WitnessLeft {
        /// Of its key.
        name: String,
    },
    /// So many witnesses must agree.
    WitnessQuorumSet {
        /// How many.
        quorum: u32,
    },
    /// How long the business keeps what, from now on.
    RetentionSet {
        /// The whole policy.
        #[serde(flatten)]
        policy: Policy,
    },
    /// What exchanges say is read so from now on: what calls of models cost, which words mean which intent.
    KnownSet {
        /// Which part of `exchange::Known`.
        what: String,
        /// The whole part, as that room wrote it.
        value: serde_json::Value,
    },
    /// Reports and alerts go this way from now on.
    RouteSet {
        /// Which route.
        route: String,
        /// All of it, as `journal/reports` wrote it; no secret.
        to: serde_json::Value,
    },
    /// Nothing goes this way any more.
    RouteRemoved {
        /// Which route.
        route: String,
    },
    /// Something must not expire, whatever the policy says.
    HoldPlaced {
        /// A client or a conversation.
        on: HoldOn,
        /// Its public id.
        pid: String,
        /// The dispute or request, by its number.
        reason: String,
        /// When the hold ends by itself.
        until_us: Option<i64>,
    },
    /// It may expire again.
    HoldLifted {
        /// A client or a conversation.
        on: HoldOn,
        /// Its public id.
        pid: String,
    },
    /// Somebody sees to a lost lead.
    LeadTaken {
        /// The conversation's public id.
        session: String,
    },
    /// Nobody needs to see to it any more.
    LeadEnded {
        /// The conversation's public id.
        session: String,
        /// How it ended.
        how: LeadEnd,
    },
    /// A slice of a retention run: whole conversations whose time is over, and events that belong to none.
    Expired {
        /// Which run.
        run: String,
        /// What comes after the detail.
        then: Then,
        /// Everything in it ended before this moment.
        before_us: i64,
        /// Record indexes: `0-41,44`.
        records: String,
    },
    /// The end of a retention run: what it did, also when that was nothing.
    RetentionRan {
        /// Which run.
        run: String,
        /// The policy it followed.
        #[serde(flatten)]
        policy: Policy,
        /// Detail of before this moment was over.
        before_us: i64,
        /// Sums and anonymised rows of before this moment were over.
        aggregates_before_us: i64,
        /// Conversations that it named.
        conversations: u64,
        /// Events that it named.
        events: u64,
        /// Conversations that stay because of a hold.
        held: u64,
    },
    /// Something goes wrong.
    IncidentOpened(Opening),
    /// There is more of it.
    IncidentGrew(Growth),
    /// Somebody has seen it.
    IncidentAcknowledged {
        /// Which.
        incident: u64,
    },
    /// It is over.
    IncidentResolved(Resolution),
    /// A card of a CRM is this client's.
    CardLinked {
        /// In whose portal.
        connection: String,
        /// `lead:12`.
        card: String,
        /// By public id.
        client: String,
        /// Cards that stood beside it when it was chosen: they were seen and are not it.
        beside: Vec<String>,
    },
    /// A card is to be made for a client who has none, whatever the settings say.
    CardOrdered {
        /// In whose portal.
        connection: String,
        /// By public id.
        client: String,
    },
    /// A card of a CRM is of nobody whom the assistant serves.
    CardSetAside {
        /// In whose portal.
        connection: String,
        /// `lead:12`.
        card: String,
        /// Why.
        why: Aside,
    },
    /// The assistant said that it made a lead, and nobody looks for it any more.
    ClaimSetAside {
        /// In whose portal.
        connection: String,
        /// The record that says it.
        record: u64,
        /// Why.
        why: Aside,
    },
    /// CRM and journal tell different ends of the same.
    OutcomeSettled {
        /// In whose portal.
        connection: String,
        /// `deal:9`.
        card: String,
        /// Which of them is right.
        right: Right,
        /// The record of what the CRM says.
        told: u64,
        /// The record of what others say.
        own: u64,
    },
    /// These are to be looked at; how they were chosen stands in it.
    ReviewsDrawn(Draw),
    /// A conversation is to be looked at because somebody complained.
    ReviewWanted {
        /// The number of its first record.
        record: u64,
    },
    /// Who is to look at these.
    ReviewsAssigned {
        /// Of which queue.
        queue: ReviewQueue,
        /// Record numbers: `0-41,44`.
        records: String,
        /// The person's login; none: whoever comes first.
        to: Option<String>,
    },
    /// What a person found.
    ReviewLabelled(Label),
    /// A version of a scenario or prompt.
    ScenarioPut(Put),
    /// It answers from now on.
    ScenarioActivated(Activation),
    /// A person asks something about their data.
    RequestReceived(Received),
    /// It was answered.
    #[allow(missing_docs, reason = "the record index of the request")]
    RequestClosed { request: u64 },
    /// An incident by which personal data may have come to others; since when that is known.
    #[allow(missing_docs, reason = "said above")]
    BreachMarked { incident: u64, known_us: i64 },
    /// The regulator has that message about it.
    #[allow(missing_docs, reason = "said above")]
    BreachTold { incident: u64, step: BreachStep },
    /// Something is to be compared.
    ExperimentAdded(Experiment),
    /// Clients are shown its variants from then on.
    ExperimentStarted(ExperimentStart),
    /// Nobody is shown a variant any more.
    ExperimentStopped(ExperimentStop),
    /// Keys, users, roles, connections, businesses: a change of room `access`.
    Access {
        /// The change as that room wrote it.
        change: serde_json::Value,
    },
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_clients_bytes_come_back_untouched() {
        let client = b"{ \"a\" : 1,\n \"b\":\t2 }\n";
        let envelope = Envelope {
            version: 1,
            received_at: "2025-01-01T09:34:57.123456Z".parse().unwrap(),
            source: "api".into(),
            connection: None,
            event_id: None,
        };
        let r = write(&envelope, client);
        assert!(r.starts_with(b"{\"letopis\":1,\"received_at\":\"2025-01-01T09:34:57.123456Z\",\"source\":\"api\"}\n"));
        let (read, bytes) = split(&r).unwrap();
        assert_eq!((read, bytes), (envelope, &client[..]));
    }
}
