//! Whether a number can be known at all. Where it cannot, whoever shows it says «не измеряется», never zero.
//!
//! *Measured* on a channel is what one of these tells: a field of a connection (a JSON path), a classifier that people's labels taught, a
//! system of record that is connected (bookings), or the sender itself, if a conversation of the last thirty days has it. The dictionary of
//! intents measures nothing: it only gives one name to what was measured.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde::Serialize;

use crate::event::when::DAY_US;
use crate::event::{BusinessId, Facets};

/// How far back a sender's own words count.
pub const WINDOW_US: i64 = 30 * DAY_US;
/// Conversations that are looked at, the newest first: the index gives so many in a few milliseconds.
const MOST: i64 = 20_000;

/// Conversations of one channel that are enough to know what it tells.
const ENOUGH: i64 = 500;

/// By what something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A field of a connection.
    Field,
    /// What people's labels taught.
    Classifier,
    /// A connected system of record.
    System,
    /// Whoever sends the events.
    Sender,
}

impl By {
    /// Its name, as in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Classifier => "classifier",
            Self::System => "system",
            Self::Sender => "sender",
        }
    }
}

/// What a business is set up to find out, on one channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ways {
    /// A field leads to the intent.
    pub intent: bool,
    /// One leads to how sure the model is.
    pub confidence: bool,
    /// One leads to bookings.
    pub booking: bool,
    /// One leads to refusals.
    pub refusal: bool,
    /// A classifier is in force.
    pub classifier: bool,
    /// A system that keeps bookings is connected.
    pub system: bool,
}

/// What conversations of one channel told by themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// How many were looked at.
    pub conversations: i64,
    /// With an intent.
    pub intent: i64,
    /// With a confidence.
    pub confidence: i64,
    /// With a booking, made, moved or cancelled.
    pub booking: i64,
    /// In which the client said no.
    pub refusal: i64,
}

/// What is known and by what; none: «не измеряется».
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// What clients want.
    pub intent: Option<By>,
    /// How sure the assistant is.
    pub confidence: Option<By>,
    /// Bookings.
    pub booking: Option<By>,
    /// Refusals.
    pub refusal: Option<By>,
}

/// The definition.
#[must_use]
pub fn measured(ways: Ways, told: Told) -> Measured {
    let by = |field: bool, other: Option<By>, told: i64| {
        let field = field.then_some(By::Field);
        field.or(other).or((told > 0).then_some(By::Sender))
    };
    let classifier = ways.classifier.then_some(By::Classifier);
    Measured {
        intent: by(ways.intent, classifier, told.intent),
        confidence: by(ways.confidence, classifier, told.confidence),
        booking: by(ways.booking, ways.system.then_some(By::System), told.booking),
        refusal: by(ways.refusal, None, told.refusal),
    }
}

impl Measured {
    /// What either of two knows.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            intent: self.intent.or(other.intent),
            confidence: self.confidence.or(other.confidence),
            booking: self.booking.or(other.booking),
            refusal: self.refusal.or(other.refusal),
        }
    }

    /// With their names, as in the API.
    #[must_use]
    pub fn named(self) -> [(&'static str, Option<By>); 4] {
        [("intent", self.intent), ("confidence", self.confidence), ("booking", self.booking), ("refusal", self.refusal)]
    }
}

/// What the conversations since then told, by channel.
///
/// # Errors
/// When the database says no.
pub fn told(conn: &Connection, business: BusinessId, since_us: i64) -> rusqlite::Result<BTreeMap<String, Told>> {
    let sql = "SELECT channel, count(*), count(intent), count(confidence), sum(facets & ?3 <> 0), sum(facets & ?4 <> 0)
               FROM (SELECT channel, intent, confidence, facets FROM sessions
                     WHERE business = ?1 AND last_us >= ?2 ORDER BY last_us DESC LIMIT ?5) GROUP BY channel";
    let bookings = (Facets::BOOKING | Facets::CANCELLED | Facets::RESCHEDULED).bits();
    let mut counted = conn.prepare_cached(sql)?;
    let rows = counted.query_map(params![business.0, since_us, bookings, Facets::REFUSED.bits(), MOST], |row| {
        let told =
            Told { conversations: row.get(1)?, intent: row.get(2)?, confidence: row.get(3)?, booking: row.get(4)?, refusal: row.get(5)? };
        Ok((row.get(0)?, told))
    })?;
    rows.collect()
}

/// The same of one channel, by its newest conversations: what the page of one conversation needs.
///
/// # Errors
/// When the database says no.
pub fn told_on(conn: &Connection, business: BusinessId, since_us: i64, channel: &str) -> rusqlite::Result<Told> {
    let sql = "SELECT count(*), count(intent), count(confidence), coalesce(sum(facets & ?3 <> 0), 0), coalesce(sum(facets & ?4 <> 0), 0)
               FROM (SELECT intent, confidence, facets FROM (
                       SELECT channel, intent, confidence, facets FROM sessions
                       WHERE business = ?1 AND last_us >= ?2 ORDER BY last_us DESC LIMIT ?5)
                     WHERE channel = ?6 LIMIT ?7)";
    let bookings = (Facets::BOOKING | Facets::CANCELLED | Facets::RESCHEDULED).bits();
    let values = params![business.0, since_us, bookings, Facets::REFUSED.bits(), MOST, channel, ENOUGH];
    conn.prepare_cached(sql)?.query_row(values, |row| {
        Ok(Told { conversations: row.get(0)?, intent: row.get(1)?, confidence: row.get(2)?, booking: row.get(3)?, refusal: row.get(4)? })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::journal::testing::{NOON, Pen, empty};

    #[test]
    fn what_nothing_tells_is_not_measured_and_never_zero() {
        let nothing = measured(Ways::default(), Told { conversations: 500, ..Told::default() });
        assert_eq!(nothing, Measured::default());
        let ways = Ways { intent: true, classifier: true, system: true, ..Ways::default() };
        let known = measured(ways, Told { refusal: 1, ..Told::default() });
        assert_eq!(known.named().map(|(_, by)| by), [Some(By::Field), Some(By::Classifier), Some(By::System), Some(By::Sender)]);
    }

    #[test]
    fn a_channel_s_own_words_count_for_thirty_days() {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let mut pen = Pen::new(&tx, BusinessId(1));
        for (id, channel, more) in [("a", "telegram", r#","intent":"цена""#), ("b", "vk", ""), ("c", "vk", r#","type":"booking_created""#)]
        {
            let event = format!(
                r#"{{"event_id":"{id}","timestamp":"2025-01-01T12:00:00Z","channel":"{channel}","session_id":"{id}","text":"да"{more}}}"#
            );
            pen.event(&tx, &event).unwrap();
        }
        pen.flush(&tx);
        let known = told(&tx, BusinessId(1), NOON - WINDOW_US).unwrap();
        assert_eq!(known["telegram"], Told { conversations: 1, intent: 1, ..Told::default() });
        assert_eq!((known["vk"].conversations, known["vk"].booking, known["vk"].intent), (2, 1, 0));
        for channel in ["telegram", "vk", "max"] {
            let alone = told_on(&tx, BusinessId(1), NOON - WINDOW_US, channel).unwrap();
            assert_eq!(alone, known.get(channel).copied().unwrap_or_default(), "{channel}");
        }
        assert!(told(&tx, BusinessId(1), NOON + WINDOW_US).unwrap().is_empty());
        assert!(told(&tx, BusinessId(2), 0).unwrap().is_empty(), "another business");
    }
}
