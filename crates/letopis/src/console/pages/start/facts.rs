//! What the first steps are judged by: facts of the journal, of connections and of settings, and what people said. Nothing here is a tick.

use std::collections::BTreeMap;

use rusqlite::{Connection as Database, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::super::error::PageError;
use super::chain::{CHANNEL, Chained};
use crate::access::connection::{self, Connection};
use crate::access::connection_trial::Finding;
use crate::access::{ConnectionId, Role, member};
use crate::console::period::uncounted;
use crate::event::when::DAY_US;
use crate::event::{BusinessId, Facets};
use crate::journal::clients;
use crate::journal::copies::{CopyState, copies_of};
use crate::journal::known::{self, Statement};
use crate::journal::reports::Kind;
use crate::journal::reports::outbox::{self, Delivery};
use crate::journal::reports::routes::{self, Routed};
use crate::journal::witnesses::{self, Witnesses};
use crate::metrics::sheets;

/// Events so old still show that a kind of event comes.
const SEEN_DAYS: i64 = 90;
/// Conversations of so many days are counted.
const COUNTED_DAYS: i64 = 30;
/// Deliveries that are looked at for the last one of each route.
const DELIVERIES: u32 = 100;

/// The customer's critical events, in the order of the page.
pub(super) const CRITICAL: [&str; 5] = ["inbound", "lead", "booking", "reminder", "refusal"];

/// What somebody said, or what a test found, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) word: String,
    pub(super) by: String,
    pub(super) at_us: i64,
}

/// What the test of connections found, as it is sealed: words and numbers, no address.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Tried {
    pub(super) connections: Vec<(ConnectionId, Vec<Finding>)>,
}

/// A test and when it was made.
#[derive(Debug, Clone)]
pub(super) struct Test<T> {
    pub(super) found: T,
    pub(super) at_us: i64,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// When each critical event came last, of those of the last ninety days.
    pub(super) seen: [Option<i64>; 5],
    /// When the assistant's last answer came.
    pub(super) replied_us: Option<i64>,
    /// When anything came last that is no test, and on which channel.
    pub(super) last: Option<(i64, String)>,
    /// Connections that work.
    pub(super) connections: Vec<Connection>,
    pub(super) tried: Option<Test<Tried>>,
    pub(super) chained: Option<Test<Chained>>,
    /// The test dialogue's client is still there.
    pub(super) chained_is_there: bool,
    pub(super) witnesses: Option<Witnesses>,
    pub(super) copies: Vec<CopyState>,
    /// Backups are made by themselves.
    pub(super) has_backup: bool,
    /// Conversations that numbers know.
    pub(super) counted: u64,
    pub(super) uncounted: u64,
    pub(super) routes: Vec<Routed>,
    pub(super) deliveries: Vec<Delivery>,
    /// Who decided how long what is kept.
    pub(super) retention: Option<Said>,
    pub(super) roles: Vec<Role>,
    /// When somebody last labelled a conversation.
    pub(super) labelled_us: Option<i64>,
    /// What people said, by check.
    pub(super) said: BTreeMap<String, Said>,
    /// Nobody wants to be reminded of it.
    pub(super) is_dismissed: bool,
}

/// A test's result and a word are JSON in the same place; each is read as what it is.
fn read_said(statement: Statement) -> (String, Said) {
    let word = serde_json::from_str(&statement.value).unwrap_or_default();
    (statement.name, Said { word, by: statement.by, at_us: statement.at_us })
}

fn test<T: serde::de::DeserializeOwned>(all: &[Statement], name: &str) -> Option<Test<T>> {
    let known = all.iter().find(|known| known.name == name)?;
    Some(Test { found: serde_json::from_str(&known.value).ok()?, at_us: known.at_us })
}

impl Facts {
    /// As they are now.
    pub(super) fn read(conn: &Database, business: BusinessId, has_backup: bool, now_us: i64) -> Result<Self, PageError> {
        let all = known::under(conn, business, known::START)?;
        let chained: Option<Test<Chained>> = test(&all, "tested-chain");
        let tried = test(&all, "tested-connections");
        let mut said: BTreeMap<String, Said> = all.into_iter().map(read_said).filter(|(_, said)| !said.word.is_empty()).collect();
        let chained_is_there = match chained.as_ref().and_then(|chained| chained.found.client.as_deref()) {
            Some(pid) => clients::by_pid(conn, business, pid)?.is_some(),
            None => false,
        };
        Ok(Self {
            is_dismissed: said.remove("dismissed").is_some(),
            seen: seen(conn, business, now_us)?,
            replied_us: talked(conn, business, Facets::REPLY, 0)?,
            last: last(conn, business)?,
            connections: connection::all(conn, business)?.into_iter().filter(|known| known.revoked_us.is_none()).collect(),
            tried,
            chained,
            chained_is_there,
            witnesses: Some(witnesses::of(conn, business)?),
            copies: copies_of(conn, business)?,
            has_backup,
            counted: sheets::sums(conn, business, now_us - COUNTED_DAYS * DAY_US, i64::MAX)?.counted,
            uncounted: uncounted(conn, business)?,
            routes: routes::of(conn, business)?,
            deliveries: outbox::newest(conn, business, DELIVERIES)?,
            retention: decided(conn, business, "retention_set")?,
            roles: member::all(conn, business)?.into_iter().map(|member| member.role).collect(),
            labelled_us: labelled(conn, business)?,
            said,
        })
    }

    /// Routes by which reports of a kind go.
    pub(super) fn routes_of(&self, kind: Kind) -> impl Iterator<Item = &Routed> {
        self.routes.iter().filter(move |routed| routed.route.kinds.contains(&kind))
    }

    /// When something last arrived by a route; else what went wrong since.
    pub(super) fn arrived(&self, route: &Routed) -> Option<Result<i64, String>> {
        let mut of_it: Vec<&Delivery> = self.deliveries.iter().filter(|delivery| delivery.route == route.id).collect();
        of_it.sort_by_key(|delivery| std::cmp::Reverse(delivery.made_us));
        of_it.into_iter().find_map(|delivery| match (delivery.sent_us, &delivery.problem) {
            (Some(us), _) => Some(Ok(us)),
            (None, Some(problem)) => Some(Err(problem.clone())),
            (None, None) => None,
        })
    }
}

fn seen(conn: &Database, business: BusinessId, now_us: i64) -> rusqlite::Result<[Option<i64>; 5]> {
    let since_us = now_us - SEEN_DAYS * DAY_US;
    Ok([
        talked(conn, business, Facets::INBOUND, since_us)?,
        talked(conn, business, Facets::LEAD | Facets::LEAD_CLAIMED, since_us)?,
        talked(conn, business, Facets::BOOKING, since_us)?.max(came(conn, business, &["booking_created", "booking_confirmed"], since_us)?),
        came(conn, business, &["reminder_sent", "reminder_delivered", "reminder_confirmed"], since_us)?,
        talked(conn, business, Facets::REFUSED, since_us)?.max(came(conn, business, &["client_refused"], since_us)?),
    ])
}

/// When the newest conversation was in which something of that sort happened; tests are none.
fn talked(conn: &Database, business: BusinessId, facet: Facets, since_us: i64) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT last_us FROM sessions WHERE business = ?1 AND last_us >= ?2 AND facets & ?3 <> 0 AND channel <> ?4
               ORDER BY last_us DESC LIMIT 1";
    let values = params![business.0, since_us, facet.bits(), CHANNEL];
    conn.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()
}

/// The same of events that belong to no conversation.
fn came(conn: &Database, business: BusinessId, kinds: &[&str], since_us: i64) -> rusqlite::Result<Option<i64>> {
    let mut newest = None;
    let mut find = conn.prepare_cached("SELECT max(ts_us) FROM events WHERE business = ?1 AND type = ?2 AND ts_us >= ?3")?;
    for kind in kinds {
        newest = newest.max(find.query_row(params![business.0, kind, since_us], |row| row.get(0))?);
    }
    Ok(newest)
}

fn last(conn: &Database, business: BusinessId) -> rusqlite::Result<Option<(i64, String)>> {
    let sql = "SELECT ts_us, channel FROM events WHERE business = ?1 AND channel <> ?2 ORDER BY ts_us DESC LIMIT 1";
    conn.prepare_cached(sql)?.query_row(params![business.0, CHANNEL], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// Who decided something of that kind last.
fn decided(conn: &Database, business: BusinessId, kind: &str) -> rusqlite::Result<Option<Said>> {
    let sql = "SELECT made_by, made_us FROM decisions WHERE business = ?1 AND kind = ?2 ORDER BY record DESC LIMIT 1";
    let read = |row: &rusqlite::Row<'_>| Ok(Said { word: kind.to_owned(), by: row.get(0)?, at_us: row.get(1)? });
    conn.prepare_cached(sql)?.query_row(params![business.0, kind], read).optional()
}

fn labelled(conn: &Database, business: BusinessId) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT max(made_us) FROM reviews WHERE business = ?1")?.query_row([business.0], |row| row.get(0))
}
