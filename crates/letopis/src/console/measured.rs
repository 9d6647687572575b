//! What a business is set up to find out, and on which channels: asked of connections and of what was learnt, judged by `metrics`.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::access::connection::{self, Connection as Plugged};
use crate::access::{ConnectionKind, Result};
use crate::event::{BusinessId, Facets};
use crate::exchange::Known;
use crate::journal::known;
use crate::journal::session::Session;
use crate::metrics::measured::{self, Measured, Told, WINDOW_US, Ways};

/// Of one business.
#[derive(Debug, Clone, Default)]
pub(in crate::console) struct Picture {
    connections: Vec<Plugged>,
    classifier: bool,
    told: BTreeMap<String, Told>,
}

impl Picture {
    pub(in crate::console) fn of(conn: &Connection, business: BusinessId, now_us: i64) -> Result<Self> {
        Self::with(conn, business, measured::told(conn, business, now_us - WINDOW_US)?)
    }

    /// Of one channel: for the page of a conversation, which asks for no other.
    pub(in crate::console) fn of_channel(conn: &Connection, business: BusinessId, channel: &str, now_us: i64) -> Result<Self> {
        let told = measured::told_on(conn, business, now_us - WINDOW_US, channel)?;
        Self::with(conn, business, BTreeMap::from([(channel.to_owned(), told)]))
    }

    fn with(conn: &Connection, business: BusinessId, told: BTreeMap<String, Told>) -> Result<Self> {
        let connections = connection::all(conn, business)?.into_iter().filter(|known| known.revoked_us.is_none()).collect();
        let mut settled = Known::default();
        for (what, value) in known::of(conn, business)? {
            settled.take(&what, &value);
        }
        Ok(Self { connections, classifier: settled.classifier.is_some(), told })
    }

    /// On one channel.
    pub(in crate::console) fn on(&self, channel: &str) -> Measured {
        measured::measured(self.ways(channel), self.counts(channel))
    }

    /// What nobody could know about a conversation: what its channel does not measure, and it does not tell all the same.
    pub(in crate::console) fn missing(&self, session: &Session) -> Vec<&'static str> {
        let is_told = |name: &str| match name {
            "intent" => session.intent.is_some(),
            "confidence" => session.confidence.is_some(),
            "booking" => session.booking.is_some(),
            _ => session.facets.has(Facets::REFUSED),
        };
        let named = self.on(&session.channel).named().into_iter();
        named.filter(|(name, by)| by.is_none() && !is_told(name)).map(|(name, _)| name).collect()
    }

    /// On any of them.
    pub(in crate::console) fn anywhere(&self) -> Measured {
        self.channels().into_iter().fold(Measured::default(), |all, channel| all.or(self.on(channel)))
    }

    /// What was looked at there.
    pub(in crate::console) fn counts(&self, channel: &str) -> Told {
        self.told.get(channel).copied().unwrap_or_default()
    }

    /// Those that clients write in, connected or seen.
    pub(in crate::console) fn channels(&self) -> Vec<&str> {
        let connected = self.connections.iter().filter(|known| known.kind.is_channel() || known.kind.is_model()).map(channel_of);
        let mut all: Vec<&str> = connected.chain(self.told.keys().map(String::as_str)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What comes through a model or a CRM belongs to the conversation of whatever channel; what comes through a channel, to its own.
    fn ways(&self, channel: &str) -> Ways {
        let here = self.connections.iter().filter(|known| !known.kind.is_channel() || channel_of(known) == channel);
        let field = |names: &[&str]| {
            let leads =
                |known: &Plugged| known.settings.fields.keys().any(|field| names.iter().any(|name| field.split('.').next() == Some(name)));
            here.clone().any(leads)
        };
        Ways {
            intent: field(&["intent"]),
            confidence: field(&["confidence"]),
            booking: field(&["booking", "cancelled", "rescheduled"]),
            refusal: field(&["refusal"]),
            classifier: self.classifier,
            system: self.connections.iter().any(|known| matches!(known.kind, ConnectionKind::Yclients | ConnectionKind::Bitrix24)),
        }
    }
}

/// The channel under which a connection's messages are counted.
pub(in crate::console) fn channel_of(known: &Plugged) -> &str {
    known.settings.channel.as_deref().unwrap_or_else(|| known.kind.channel())
}
