//! How complete events are: with the conversation as its sender names it, with a client, with an intent, and whether a card in the CRM stands
//! behind them. What is missing here is missing in every other number, so an integrator sees it by channel.
//!
//! | share | of | counts |
//! |---|---|---|
//! | conversation named | events | those whose conversation has an id of the sender's |
//! | client | events | those whose client is known, by themselves or by their conversation |
//! | card | events | those that name a card, or whose client has one |
//! | intent | messages of clients | those that say what is wanted |
//!
//! Not counted: what a CRM told by itself, what became of messages, changes of versions, exposures, reviews. None of it can have these.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};
use serde::Serialize;

use crate::event::{BusinessId, Facets};
use crate::metrics::rate::{FEW, Rate};

/// Events that are looked at, the newest of the period: so many take a moment.
const MOST: i64 = 50_000;
/// What is told outside of any conversation, or by the CRM itself.
const ELSEWHERE: &str = "'delivery_status', 'experiment_exposed', 'review_labelled', 'model_changed', 'scenario_changed', 'card_linked'";

/// What an event may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The sender's id of the conversation.
    Session,
    /// The client.
    Client,
    /// What the client wants.
    Intent,
    /// The card in the CRM.
    Card,
}

/// The shares of one channel, or of all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shares {
    /// Conversation named.
    pub session: Rate,
    /// Client known.
    pub client: Rate,
    /// Intent told, of messages of clients.
    pub intent: Rate,
    /// Card known.
    pub card: Rate,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Completeness {
    /// Of all channels.
    pub all: Shares,
    /// By channel.
    pub channels: BTreeMap<String, Shares>,
    /// There are more events than were looked at: the newest of the period were.
    pub is_cut: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    events: u64,
    session: u64,
    client: u64,
    card: u64,
    messages: u64,
    intent: u64,
}

impl What {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Session, Self::Client, Self::Intent, Self::Card];

    /// Its name, as in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Client => "client",
            Self::Intent => "intent",
            Self::Card => "card",
        }
    }

    /// A smaller share is worth seeing to. Cards are made for those who want to come, not for everybody who asks.
    #[must_use]
    pub fn enough(self) -> f64 {
        match self {
            Self::Client => 0.9,
            Self::Session | Self::Intent => 0.8,
            Self::Card => 0.5,
        }
    }
}

impl Shares {
    /// One of them.
    #[must_use]
    pub fn of(&self, what: What) -> Rate {
        match what {
            What::Session => self.session,
            What::Client => self.client,
            What::Intent => self.intent,
            What::Card => self.card,
        }
    }

    /// Whether one of them is worth seeing to; of few events nothing is said.
    #[must_use]
    pub fn is_low(&self, what: What) -> bool {
        let rate = self.of(what);
        rate.n >= FEW && (rate.part as f64) < rate.n as f64 * what.enough()
    }
}

impl Counts {
    fn plus(self, other: Self) -> Self {
        Self {
            events: self.events + other.events,
            session: self.session + other.session,
            client: self.client + other.client,
            card: self.card + other.card,
            messages: self.messages + other.messages,
            intent: self.intent + other.intent,
        }
    }

    fn shares(self) -> Shares {
        Shares {
            session: Rate { part: self.session, n: self.events },
            client: Rate { part: self.client, n: self.events },
            intent: Rate { part: self.intent, n: self.messages },
            card: Rate { part: self.card, n: self.events },
        }
    }
}

/// Of the events of `[from_us, to_us)`.
///
/// # Errors
/// When the database says no.
pub fn completeness(conn: &Connection, business: BusinessId, from_us: i64, to_us: i64) -> rusqlite::Result<Completeness> {
    let sql = format!(
        "WITH carded AS (SELECT DISTINCT c.root AS root FROM identities i JOIN clients c ON c.id = i.client WHERE i.business = ?1 AND i.kind = 'crm'
                         UNION SELECT c.root FROM crm_cards k JOIN clients c ON c.business = k.business AND c.pid = k.client
                         WHERE k.business = ?1 AND k.state = 'found'),
              told AS (SELECT session, identity, channel, facets & ?4 <> 0 AS is_message, intent, crm FROM events
                       WHERE business = ?1 AND ts_us >= ?2 AND ts_us < ?3 AND channel <> 'crm' AND type NOT IN ({ELSEWHERE})
                       ORDER BY ts_us DESC LIMIT ?5),
              known AS (SELECT t.channel, t.is_message, t.intent, t.crm, s.given, coalesce(i.client, s.client) AS client FROM told t
                        LEFT JOIN sessions s ON s.id = t.session LEFT JOIN identities i ON i.id = t.identity)
         SELECT k.channel, count(*), count(k.given), count(k.client), sum(k.crm IS NOT NULL OR c.root IN carded),
                sum(k.is_message), sum(k.is_message AND k.intent IS NOT NULL)
         FROM known k LEFT JOIN clients c ON c.id = k.client GROUP BY k.channel"
    );
    let read = |row: &Row<'_>| {
        let number = |at: usize| row.get::<_, Option<i64>>(at).map(|count| count.unwrap_or(0) as u64);
        let counts = Counts {
            events: number(1)?,
            session: number(2)?,
            client: number(3)?,
            card: number(4)?,
            messages: number(5)?,
            intent: number(6)?,
        };
        Ok((row.get::<_, String>(0)?, counts))
    };
    let values = params![business.0, from_us, to_us, Facets::INBOUND.bits(), MOST];
    let counted: Vec<(String, Counts)> = conn.prepare_cached(&sql)?.query_map(values, read)?.collect::<rusqlite::Result<_>>()?;
    let all = counted.iter().fold(Counts::default(), |all, (_, counts)| all.plus(*counts));
    let channels = counted.into_iter().map(|(channel, counts)| (channel, counts.shares())).collect();
    Ok(Completeness { all: all.shares(), channels, is_cut: all.events >= MOST as u64 })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::when::DAY_US;
    use crate::journal::testing::{NOON, Pen, empty};

    #[test]
    fn what_is_missing_is_seen_by_channel() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let mut pen = Pen::new(&tx, BusinessId(1));
        let at = r#""timestamp":"2025-01-01T12:00:00Z""#;
        for event in [
            format!(
                r#"{{"event_id":"a",{at},"channel":"telegram","session_id":"s","client":{{"channel_id":"1"}},"text":"да","intent":"цена"}}"#
            ),
            format!(
                r#"{{"event_id":"b",{at},"channel":"telegram","session_id":"s","client":{{"channel_id":"1"}},"bot_response":"Сейчас","crm_id":"BX_LEAD_7"}}"#
            ),
            format!(r#"{{"event_id":"c",{at},"channel":"vk","text":"да"}}"#),
            format!(r#"{{"event_id":"d",{at},"channel":"vk","client":{{"channel_id":"9"}},"text":"нет"}}"#),
            format!(r#"{{"event_id":"e",{at},"channel":"system","type":"model_changed","model":"m"}}"#),
        ] {
            pen.event(&tx, &event).unwrap();
        }
        pen.flush(&tx);
        let found = completeness(&tx, BusinessId(1), NOON - DAY_US, NOON + DAY_US).unwrap();
        let parts = |shares: &Shares| What::ALL.map(|what| (shares.of(what).part, shares.of(what).n));
        assert_eq!(found.channels.keys().collect::<Vec<_>>(), ["telegram", "vk"], "a change of the model is no part of a conversation");
        assert_eq!(parts(&found.channels["telegram"]), [(2, 2), (2, 2), (1, 1), (2, 2)]);
        assert_eq!(parts(&found.channels["vk"]), [(0, 2), (1, 2), (0, 2), (0, 2)]);
        assert_eq!(parts(&found.all), [(2, 4), (3, 4), (1, 3), (2, 4)]);
        assert!(!found.is_cut && !found.all.is_low(What::Intent), "of few nothing is said");
        assert!(completeness(&tx, BusinessId(1), NOON + DAY_US, NOON + 2 * DAY_US).unwrap().channels.is_empty());
        assert!(completeness(&tx, BusinessId(2), 0, i64::MAX).unwrap().channels.is_empty(), "another business");
    }

    #[test]
    fn a_low_share_is_said_of_enough_events() {
        let shares = |part, n| Shares { client: Rate { part, n }, ..Counts::default().shares() };
        assert!(shares(26, 30).is_low(What::Client) && !shares(27, 30).is_low(What::Client));
        assert!(!shares(0, 29).is_low(What::Client) && !shares(0, 0).is_low(What::Session));
    }
}
