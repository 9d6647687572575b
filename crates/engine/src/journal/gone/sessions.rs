//! Conversations of which records went: removed, or placed anew from what is left.
//!
//! A conversation is a connected part of a line of moments, so taking moments away can only cut it, never join it with another. What
//! is left is therefore placed again in the order of its records by the code that placed it at first, and comes out as a rebuild
//! would place it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use rusqlite::{OptionalExtension, Transaction, params};

use super::super::cases::{self, Owner};
use super::super::clients::Identity;
use super::super::event_rows::{self, Stored};
use super::super::lead_work;
use super::super::projection::Projected;
use super::super::sessions::{Gaps, Sessions, kind_of};
use super::{Settled, Touched};
use crate::event::Facets;
use crate::privacy::BusinessKeys;

pub(super) fn settle(
    tx: &Transaction<'_>,
    keys: &BusinessKeys,
    gaps: Gaps,
    touched: &Touched,
    settled: &mut Settled,
) -> rusqlite::Result<()> {
    let mut people = People::default();
    let mut left: Vec<(Stored, Option<String>)> = Vec::new();
    for &session in &touched.sessions {
        let before = left.len();
        // While it stands: what numbers say of it stays.
        if !tx.prepare_cached("SELECT 1 FROM events WHERE session = ?1 LIMIT 1")?.exists([session])? {
            cases::detach(tx, session)?;
            lead_work::forget(tx, session)?;
        }
        take_apart(tx, session, &mut left)?;
        settled.sessions += u64::from(left.len() == before);
    }
    left.sort_by_key(|(stored, _)| stored.row.record);
    let mut sessions = Sessions::new(gaps);
    let mut again = BTreeSet::new();
    for (stored, given_session) in left {
        let record = stored.row.record;
        let identity = stored.identity.map(|id| people.as_of(tx, id, record)).transpose()?.flatten();
        let line = line(tx, record)?;
        let event = Projected {
            row: stored.row,
            marks: Vec::new(),
            given_session,
            chain: None,
            line,
            delivery: None,
            call: None,
            details: None,
            review: None,
            is_read_back: false,
        };
        let placed = sessions.place(tx, keys, &event, identity.as_ref())?;
        tx.prepare_cached("UPDATE events SET session = ?1 WHERE record = ?2")?.execute(params![placed, record])?;
        if let Some(session) = placed {
            again.insert(session);
        }
    }
    sessions.flush(tx)?;
    for session in again {
        count_anew(tx, keys, session)?;
    }
    for &identity in &touched.reminded {
        rename_kinds(tx, &mut people, identity)?;
    }
    Ok(())
}

/// No new event tells that it is another conversation now.
fn count_anew(tx: &Transaction<'_>, keys: &BusinessKeys, session: i64) -> rusqlite::Result<()> {
    let sql = "SELECT c.root FROM sessions s LEFT JOIN clients c ON c.id = s.client WHERE s.id = ?1";
    let root: Option<Option<i64>> = tx.prepare_cached(sql)?.query_row([session], |row| row.get(0)).optional()?;
    let Some(root) = root else { return Ok(()) };
    cases::mark(tx, keys.business(), root.map_or(Owner::Session(session), Owner::Client))
}

/// The line of another that a call of a model was led to.
fn line(tx: &Transaction<'_>, record: i64) -> rusqlite::Result<Option<(i64, String)>> {
    let sql = "SELECT i.id, c.channel FROM chains c JOIN identities i ON i.business = c.business AND i.pseudonym = c.who
               WHERE c.record = ?1 AND c.channel IS NOT NULL";
    tx.prepare_cached(sql)?.query_row([record], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// Removes a conversation and gives what is left of its events, with the id that the bot gave it.
fn take_apart(tx: &Transaction<'_>, session: i64, left: &mut Vec<(Stored, Option<String>)>) -> rusqlite::Result<()> {
    let mut find = tx.prepare_cached("SELECT given FROM sessions WHERE id = ?1")?;
    let given: Option<String> = find.query_row([session], |row| row.get(0)).optional()?.flatten();
    let sql = format!("SELECT {} FROM events WHERE session = ?1", event_rows::COLUMNS);
    for stored in tx.prepare_cached(&sql)?.query_map([session], event_rows::from_row)? {
        left.push((stored?, given.clone()));
    }
    tx.prepare_cached("DELETE FROM session_names WHERE session = ?1")?.execute([session])?;
    tx.prepare_cached("DELETE FROM sessions WHERE id = ?1")?.execute([session])?;
    tx.prepare_cached("UPDATE events SET session = NULL WHERE session = ?1")?.execute([session])?;
    Ok(())
}

/// A reminder that is gone reminded nobody: conversations that answered it are dialogues now.
fn rename_kinds(tx: &Transaction<'_>, people: &mut People, identity: i64) -> rusqlite::Result<()> {
    let sql = "SELECT s.id, s.kind, s.first_record FROM identities i CROSS JOIN sessions s
               WHERE i.id = ?1 AND s.client = i.client AND s.identity = i.id";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let theirs: Vec<(i64, String, i64)> = tx.prepare_cached(sql)?.query_map([identity], read)?.collect::<Result<_, _>>()?;
    let opener = format!("SELECT {} FROM events WHERE record = ?1", event_rows::COLUMNS);
    for (session, kind, first_record) in theirs {
        let opener = tx.prepare_cached(&opener)?.query_row([first_record], event_rows::from_row).optional()?;
        let Some(opener) = opener else { continue };
        let who = opener.identity.map(|id| people.as_of(tx, id, first_record)).transpose()?.flatten();
        let now = kind_of(&opener.row, who.and_then(|who| who.reminded_us));
        if now != kind {
            tx.prepare_cached("UPDATE sessions SET kind = ?1 WHERE id = ?2")?.execute(params![now, session])?;
        }
    }
    Ok(())
}

/// An identity with its reminders that are still there.
struct Person {
    identity: Identity,
    /// Record and moment.
    reminders: Vec<(i64, i64)>,
}

/// Identities as they were when an earlier record came in.
#[derive(Default)]
struct People(HashMap<i64, Option<Person>>);

impl People {
    fn as_of(&mut self, tx: &Transaction<'_>, id: i64, record: i64) -> rusqlite::Result<Option<Identity>> {
        let known = match self.0.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(read(tx, id)?),
        };
        let Some(Person { identity, reminders }) = known else { return Ok(None) };
        let reminded_us = reminders.iter().filter(|(at, _)| *at <= record).map(|(_, moment_us)| *moment_us).max();
        Ok(Some(Identity { reminded_us, ..identity.clone() }))
    }
}

fn read(tx: &Transaction<'_>, id: i64) -> rusqlite::Result<Option<Person>> {
    let sql = "SELECT client, pseudonym FROM identities WHERE id = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok(Identity { id, client: row.get(0)?, pseudonym: row.get(1)?, reminded_us: None });
    let Some(identity) = tx.prepare_cached(sql)?.query_row([id], read).optional()? else { return Ok(None) };
    Ok(Some(Person { identity, reminders: super::clients::reminders(tx, id, Facets::REMINDER)? }))
}
