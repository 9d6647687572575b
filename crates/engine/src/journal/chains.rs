//! Which conversation a call of a model belongs to when nobody names it.
//!
//! A call tells digests of where it stands (`meta.chain`, made by `exchange/llm/chain`): what it goes on from, and what whoever goes on from it
//! will send. They are kept keyed, one row a record, with the *home* that was found; a row goes with its record. In this order:
//!
//! 1. what the same exchange told before, or the one that it repeats · 2. the call whose answer this one repeats, unless others went on from it with other words: two
//!    conversations that begin alike stay apart, a question asked again joins the first · 3. of a history that was cut, the only one that
//!    ended with its last pair · 4. a call that failed a moment ago and asked the same
//! 5. the conversation of the only client who just wrote these words in a channel: then the calls are theirs, and go when they are erased
//! 6. a new one, `llm-` and twelve digits.
//!
//! A span of OpenTelemetry stands in its trace alone: it belongs to the only conversation that spans of the trace named before it came, or to `trace-` and the trace's
//! id. What names its conversation itself is kept too, for those that come after it; what came before it stays where it is.
//!
//! Homes are primary rows, as `openings` are: what a later call found does not change when an earlier one is gone.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::clients::{Clients, Identity};
use super::projection::{Chain, Projected};
use super::sessions::hex;
use crate::event::RecordNo;
use crate::event::when::SECOND_US;
use crate::privacy::BusinessKeys;

/// The client's words come to a channel this long before the model is asked.
const WORDS_US: i64 = 120 * SECOND_US;
/// A program asks again this soon.
const RETRY_US: i64 = 120 * SECOND_US;
/// A history that was cut goes on from one that ended within this time.
const PAIR_US: i64 = 24 * 3_600 * SECOND_US;
/// Messages of the last two minutes that are compared; a busy chain of salons has dozens.
const NEAR: i64 = 1_000;
/// A question that stands inside a longer one is known from here on; shorter ones stand in too many.
const INSIDE_CHARS: usize = 16;
/// Spans of a trace that are asked for the conversation's name: the last ones have taken over what those before them knew.
const SPANS: i64 = 64;

/// Where a call belongs: a named conversation, or a client's in a channel, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The session id it is given.
    pub given: Option<String>,
    /// The keyed name of the identity whose conversation it is.
    pub who: Option<[u8; 16]>,
    /// The channel of that conversation.
    pub channel: Option<String>,
}

/// The home of an event that names neither session nor client, or stands in a trace; none where it is no part of a chain.
///
/// # Errors
/// When the database says no.
pub fn find(tx: &Transaction<'_>, keys: &BusinessKeys, event: &Projected) -> rusqlite::Result<Option<Home>> {
    let Some(chain) = event.chain.as_ref().filter(|chain| chain.is_trace() || event.given_session.is_none()) else { return Ok(None) };
    let search = Search { tx, keys, business: keys.business().0, chain, event };
    if chain.is_trace() {
        return search.traced().map(Some);
    }
    let found = match search.sibling()? {
        Some(home) => Some(home),
        None => search.followed()?.or(search.cut()?).or(search.retried()?).or(search.spoken()?),
    };
    Ok(Some(found.unwrap_or_else(|| named(keys, chain))))
}

/// Leads an event home: from now on it is given that session, or belongs to that client's line.
///
/// # Errors
/// When the database says no.
pub fn lead(
    tx: &Transaction<'_>,
    keys: &BusinessKeys,
    clients: &mut Clients,
    event: &mut Projected,
    home: &Home,
) -> rusqlite::Result<Option<Identity>> {
    let identity = match &home.who {
        Some(who) => clients.find(tx, keys.business(), *who)?,
        None => None,
    };
    event.given_session.clone_from(&home.given);
    event.line = identity.as_ref().zip(home.channel.clone()).map(|(identity, channel)| (identity.id, channel));
    if event.given_session.is_none() && event.line.is_none() {
        event.given_session = event.chain.as_ref().and_then(|chain| named(keys, chain).given);
    }
    Ok(identity)
}

/// Keeps where an event stands.
///
/// # Errors
/// When the database says no.
pub fn remember(tx: &Transaction<'_>, keys: &BusinessKeys, record: RecordNo, chain: &Chain, home: &Home) -> rusqlite::Result<()> {
    let sql = "INSERT INTO chains (record, business, exchange, asked, follows, tip, reply, pair, after, given, who, channel)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let [exchange, asked, follows, tip, reply, pair, after] = keyed(keys, chain);
    let values =
        params![record.as_i64(), keys.business().0, exchange, asked, follows, tip, reply, pair, after, home.given, home.who, home.channel];
    tx.prepare_cached(sql)?.execute(values).map(drop)
}

/// The home that was found for a record.
///
/// # Errors
/// When the database says no.
pub fn home_of(conn: &Connection, record: i64) -> rusqlite::Result<Option<Home>> {
    conn.prepare_cached("SELECT given, who, channel FROM chains WHERE record = ?1")?.query_row([record], home).optional()
}

/// Whether the row of a record is the one that its chain makes.
///
/// # Errors
/// When the database says no.
pub fn is_kept(conn: &Connection, keys: &BusinessKeys, record: RecordNo, chain: &Chain) -> rusqlite::Result<bool> {
    let sql = "SELECT exchange, asked, follows, tip, reply, pair, after FROM chains WHERE record = ?1 AND business = ?2";
    let read = |row: &Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?]);
    let kept: Option<[Option<[u8; 16]>; 7]> =
        conn.prepare_cached(sql)?.query_row(params![record.as_i64(), keys.business().0], read).optional()?;
    Ok(kept == Some(keyed(keys, chain)))
}

/// A conversation of its own, named after its first exchange.
fn named(keys: &BusinessKeys, chain: &Chain) -> Home {
    let given = format!("llm-{}", hex(&keys.pseudonym(&["llm", &chain.of])[..6]));
    Home { given: Some(given), who: None, channel: None }
}

fn keyed(keys: &BusinessKeys, chain: &Chain) -> [Option<[u8; 16]>; 7] {
    let key = |digest: &Option<String>| digest.as_ref().map(|digest| keys.pseudonym(&["chain", digest]));
    let Chain { asked, follows, tip, reply, pair, after, .. } = chain;
    [Some(keys.pseudonym(&["exchange", &chain.of])), key(asked), key(follows), key(tip), key(reply), key(pair), key(after)]
}

fn home(row: &Row<'_>) -> rusqlite::Result<Home> {
    Ok(Home { given: row.get(0)?, who: row.get(1)?, channel: row.get(2)? })
}

struct Search<'a> {
    tx: &'a Transaction<'a>,
    keys: &'a BusinessKeys,
    business: u32,
    chain: &'a Chain,
    event: &'a Projected,
}

impl Search<'_> {
    fn key(&self, digest: &Option<String>) -> Option<[u8; 16]> {
        digest.as_ref().map(|digest| self.keys.pseudonym(&["chain", digest]))
    }

    fn traced(&self) -> rusqlite::Result<Home> {
        let given = match &self.event.given_session {
            Some(given) => Some(given.clone()),
            None => self.named_in_trace()?,
        };
        Ok(Home { given: given.or_else(|| Some(self.chain.of.clone())), who: None, channel: None })
    }

    /// Two names in one trace are none.
    fn named_in_trace(&self) -> rusqlite::Result<Option<String>> {
        let sql = "SELECT DISTINCT given FROM
               (SELECT given FROM chains WHERE business = ?1 AND exchange = ?2 ORDER BY record DESC LIMIT ?4) WHERE given <> ?3 LIMIT 2";
        let trace = self.keys.pseudonym(&["exchange", &self.chain.of]);
        let values = params![self.business, trace, self.chain.of, SPANS];
        let found: Vec<String> = self.tx.prepare_cached(sql)?.query_map(values, |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(<[String; 1]>::try_from(found).ok().map(|[only]| only))
    }

    fn sibling(&self) -> rusqlite::Result<Option<Home>> {
        let sql = "SELECT given, who, channel FROM chains WHERE business = ?1 AND exchange = ?2 LIMIT 1";
        for exchange in [Some(&self.chain.of), self.chain.retry.as_ref()].into_iter().flatten() {
            let exchange = self.keys.pseudonym(&["exchange", exchange]);
            let found = self.tx.prepare_cached(sql)?.query_row(params![self.business, exchange], home).optional()?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn followed(&self) -> rusqlite::Result<Option<Home>> {
        let (Some(follows), asked) = (self.key(&self.chain.follows), self.key(&self.chain.asked)) else { return Ok(None) };
        let free = "SELECT c.given, c.who, c.channel FROM chains c
             WHERE c.business = ?1 AND (c.tip = ?2 OR c.reply = ?2) AND NOT EXISTS (
               SELECT 1 FROM chains n WHERE n.business = ?1 AND n.follows = ?2 AND n.record > c.record AND n.asked IS NOT ?3
                 AND (n.given, n.who, n.channel) IS (c.given, c.who, c.channel))
             ORDER BY c.record DESC LIMIT 1";
        let found = self.tx.prepare_cached(free)?.query_row(params![self.business, follows, asked], home).optional()?;
        if found.is_some() {
            return Ok(found);
        }
        let again = "SELECT given, who, channel FROM chains WHERE business = ?1 AND follows = ?2 AND asked = ?3 ORDER BY record LIMIT 1";
        self.tx.prepare_cached(again)?.query_row(params![self.business, follows, asked], home).optional()
    }

    fn cut(&self) -> rusqlite::Result<Option<Home>> {
        let Some(after) = self.key(&self.chain.after) else { return Ok(None) };
        let sql = "SELECT DISTINCT c.given, c.who, c.channel FROM chains c JOIN events e ON e.record = c.record
             WHERE c.business = ?1 AND c.pair = ?2 AND e.ts_us >= ?3 AND NOT EXISTS (
               SELECT 1 FROM chains n WHERE n.business = ?1 AND n.record > c.record AND (n.follows = c.tip OR n.after = c.pair)
                 AND n.asked IS NOT ?4 AND (n.given, n.who, n.channel) IS (c.given, c.who, c.channel))
             LIMIT 2";
        let values = params![self.business, after, self.event.row.ts_us - PAIR_US, self.key(&self.chain.asked)];
        let found: Vec<Home> = self.tx.prepare_cached(sql)?.query_map(values, home)?.collect::<Result<_, _>>()?;
        Ok(<[Home; 1]>::try_from(found).ok().map(|[only]| only))
    }

    /// Only what got no answer yet is asked again in the same words from the same place.
    fn retried(&self) -> rusqlite::Result<Option<Home>> {
        if self.chain.follows.is_some() {
            return Ok(None);
        }
        let sql = "SELECT c.given, c.who, c.channel FROM chains c JOIN events e ON e.record = c.record
             WHERE c.business = ?1 AND c.asked = ?2 AND c.follows IS NULL AND c.tip IS NULL AND e.ts_us BETWEEN ?3 AND ?4 AND NOT EXISTS (
               SELECT 1 FROM chains n WHERE n.business = ?1 AND n.asked = ?2 AND n.tip IS NOT NULL AND n.record > c.record
                 AND (n.given, n.who, n.channel) IS (c.given, c.who, c.channel))
             ORDER BY c.record DESC LIMIT 1";
        let (ts, asked) = (self.event.row.ts_us, self.key(&self.chain.asked));
        self.tx.prepare_cached(sql)?.query_row(params![self.business, asked, ts - RETRY_US, ts], home).optional()
    }

    /// The only client who wrote these words; or whose words stand inside what the model was asked.
    fn spoken(&self) -> rusqlite::Result<Option<Home>> {
        let Some(asked) = self.chain.said.as_deref().map(plain).filter(|asked| !asked.is_empty()) else { return Ok(None) };
        // Named, because the index by type looks better to SQLite, and holds every message of a model that no channel tells: thousands a minute.
        let sql =
            "SELECT e.said, e.channel, i.pseudonym, s.given FROM events e INDEXED BY events_spoken JOIN identities i ON i.id = e.identity
             LEFT JOIN sessions s ON s.id = e.session
             WHERE e.business = ?1 AND e.type = 'message_in' AND e.identity IS NOT NULL AND e.ts_us BETWEEN ?2 AND ?3 AND e.said IS NOT NULL
             ORDER BY e.ts_us DESC LIMIT ?4";
        let started_us = self.event.row.ts_us - self.event.row.latency_ms.unwrap_or(0).saturating_mul(1_000);
        let read = |row: &Row<'_>| {
            let said: String = row.get(0)?;
            Ok((plain(&said), Home { given: row.get(3)?, who: row.get(2)?, channel: row.get(1)? }))
        };
        let values = params![self.business, started_us - WORDS_US, self.event.row.ts_us, NEAR];
        let near: Vec<(String, Home)> = self.tx.prepare_cached(sql)?.query_map(values, read)?.collect::<Result<_, _>>()?;
        let equal = only(near.iter().filter(|(said, _)| *said == asked));
        let inside = |said: &str| said.chars().count() >= INSIDE_CHARS && asked.contains(said);
        Ok(match equal {
            Writers::None => only(near.iter().filter(|(said, _)| inside(said))).home(),
            equal => equal.home(),
        })
    }
}

/// Who wrote certain words.
enum Writers {
    None,
    One(Home),
    Many,
}

impl Writers {
    fn home(self) -> Option<Home> {
        match self {
            Self::One(home) => Some(home),
            Self::None | Self::Many => None,
        }
    }
}

/// The newest home, if all of them are one client's.
fn only<'a>(mut homes: impl Iterator<Item = &'a (String, Home)>) -> Writers {
    let Some((_, newest)) = homes.next() else { return Writers::None };
    if homes.all(|(_, other)| other.who == newest.who) { Writers::One(newest.clone()) } else { Writers::Many }
}

/// As words are compared: one space between them, no case.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
