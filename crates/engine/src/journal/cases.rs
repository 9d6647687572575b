//! What numbers say of conversations and visits, as rows: clustered by time, because numbers are asked by period.
//!
//! Rows are replaced whenever their client is judged anew (room `tally`). When the detail of a conversation goes they stay, but are
//! *detached*: no session, no evidence, no number of a visit, moments cut to the hour, and whose they were is forgotten. So a month's numbers
//! outlive its dialogues, and lead back to nobody. [`People`](case_people) ties a drawn number to a client while the client lives: it counts
//! people, and names none.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::experiments::exposures;
use crate::event::BusinessId;
use crate::event::when::HOUR_US;

/// Whose conversations are judged together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A client, as shown: the root of their merges.
    Client(i64),
    /// A conversation of nobody.
    Session(i64),
}

impl Owner {
    pub(super) fn columns(self) -> (Option<i64>, Option<i64>) {
        match self {
            Self::Client(id) => (Some(id), None),
            Self::Session(id) => (None, Some(id)),
        }
    }
}

/// How far the journal has been counted; none: not begun.
///
/// # Errors
/// When the database says no.
pub fn cursor(conn: &Connection, business: BusinessId) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT record FROM case_cursors WHERE business = ?1")?.query_row([business.0], |row| row.get(0)).optional()
}

/// It has been counted so far.
///
/// # Errors
/// When the database says no.
pub fn advance(tx: &Transaction<'_>, business: BusinessId, record: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO case_cursors (business, record) VALUES (?1, ?2) ON CONFLICT (business) DO UPDATE SET record = excluded.record";
    tx.prepare_cached(sql)?.execute(params![business.0, record]).map(drop)
}

/// Everything is to be counted again, of one business or of all: after a rebuild, and when it is counted otherwise from now on. What is
/// detached stays as it was counted.
///
/// # Errors
/// When the database says no.
pub fn begin_anew(tx: &Transaction<'_>, business: Option<BusinessId>) -> rusqlite::Result<()> {
    let business = business.map(|business| business.0);
    tx.prepare_cached("DELETE FROM case_cursors WHERE business = coalesce(?1, business)")?.execute([business])?;
    tx.prepare_cached("UPDATE case_people SET due_us = 0, upto = NULL WHERE business = coalesce(?1, business)")?
        .execute([business])
        .map(drop)
}

/// Whose answer changes by time alone, the most overdue first.
///
/// # Errors
/// When the database says no.
pub fn due(conn: &Connection, business: BusinessId, now_us: i64, most: i64) -> rusqlite::Result<Vec<Owner>> {
    let sql = "SELECT client, session FROM case_people WHERE business = ?1 AND due_us <= ?2 ORDER BY due_us LIMIT ?3";
    let mut find = conn.prepare_cached(sql)?;
    let rows = find.query_map(params![business.0, now_us, most], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let owners = rows.filter_map(|row| match row {
        Ok((Some(client), _)) => Some(Ok(Owner::Client(client))),
        Ok((None, Some(session))) => Some(Ok(Owner::Session(session))),
        Ok((None, None)) => None,
        Err(e) => Some(Err(e)),
    });
    owners.collect()
}

/// Judge them as soon as there is time: something changed that no new event tells.
///
/// # Errors
/// When the database says no.
pub fn mark(tx: &Transaction<'_>, business: BusinessId, owner: Owner) -> rusqlite::Result<()> {
    let (client, session) = owner.columns();
    let sql = "UPDATE case_people SET due_us = 0 WHERE client = ?1 OR session = ?2";
    if tx.prepare_cached(sql)?.execute(params![client, session])? == 0 {
        let sql = "INSERT INTO case_people (person, business, client, session, due_us) VALUES (abs(random()), ?1, ?2, ?3, 0)";
        tx.prepare_cached(sql)?.execute(params![business.0, client, session])?;
    }
    Ok(())
}

/// The record up to which everything of an owner has been judged.
///
/// # Errors
/// When the database says no.
pub fn upto(conn: &Connection, owner: Owner) -> rusqlite::Result<Option<i64>> {
    let (client, session) = owner.columns();
    let mut find = conn.prepare_cached("SELECT upto FROM case_people WHERE client = ?1 OR session = ?2")?;
    Ok(find.query_row(params![client, session], |row| row.get(0)).optional()?.flatten())
}

/// The drawn number of an owner, who was judged with everything up to the record `upto` and is judged again at `due_us`.
///
/// # Errors
/// When the database says no.
pub fn person(tx: &Transaction<'_>, business: BusinessId, owner: Owner, upto: i64, due_us: Option<i64>) -> rusqlite::Result<i64> {
    let (client, session) = owner.columns();
    let sql = "UPDATE case_people SET due_us = ?3, upto = ?4 WHERE client = ?1 OR session = ?2 RETURNING person";
    let mut known = tx.prepare_cached(sql)?;
    if let Some(person) = known.query_row(params![client, session, due_us, upto], |row| row.get(0)).optional()? {
        return Ok(person);
    }
    let sql = "INSERT INTO case_people (person, business, client, session, due_us, upto) VALUES (abs(random()), ?1, ?2, ?3, ?4, ?5) RETURNING person";
    tx.prepare_cached(sql)?.query_row(params![business.0, client, session, due_us, upto], |row| row.get(0))
}

/// Whether earlier conversations of theirs are counted whose detail is gone.
///
/// # Errors
/// When the database says no.
pub fn was_here(conn: &Connection, owner: Owner) -> rusqlite::Result<bool> {
    let (client, session) = owner.columns();
    let sql = "SELECT 1 FROM case_people p JOIN cases c ON c.person = p.person WHERE (p.client = ?1 OR p.session = ?2) AND c.session IS NULL LIMIT 1";
    conn.prepare_cached(sql)?.exists(params![client, session])
}

/// What was said of a person before they were judged anew goes, but for what is detached and for conversations of which the same is said again
/// (`judged`: a digest each). Gives those: a returning client's earlier days are not written again with every word.
///
/// # Errors
/// When the database says no.
pub fn clear(
    tx: &Transaction<'_>,
    person: i64,
    judged: &BTreeMap<i64, i64>,
    was_anothers: impl Fn(&i64) -> bool,
) -> rusqlite::Result<BTreeSet<i64>> {
    let known: Vec<(i64, Option<i64>)> = tx
        .prepare_cached("SELECT session, digest FROM cases WHERE person = ?1 AND session IS NOT NULL")?
        .query_map([person], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let (same, other): (Vec<_>, Vec<_>) =
        known.into_iter().partition(|(session, digest)| digest.is_some() && judged.get(session) == digest.as_ref());
    let same: BTreeSet<i64> = same.into_iter().map(|(session, _)| session).collect();
    // Also conversations that came over from another client, or were nobody's until now.
    let gone: BTreeSet<i64> = other.into_iter().map(|(session, _)| session).chain(judged.keys().copied()).collect();
    for session in gone.difference(&same) {
        tx.prepare_cached("DELETE FROM cases WHERE session = ?1")?.execute([session])?;
    }
    for session in judged.keys().filter(|session| was_anothers(session)) {
        tx.prepare_cached("DELETE FROM case_people WHERE session = ?1")?.execute([session])?;
    }
    tx.prepare_cached("DELETE FROM visits WHERE person = ?1 AND detached = 0")?.execute([person])?;
    Ok(same)
}

/// They are shown as somebody else now, who is judged with their conversations; or they are not there any more.
///
/// # Errors
/// When the database says no.
pub fn set_aside(tx: &Transaction<'_>, owner: Owner) -> rusqlite::Result<()> {
    let (client, session) = owner.columns();
    let sql = "UPDATE case_people SET due_us = NULL, upto = NULL WHERE client = ?1 OR session = ?2 RETURNING person";
    exposures::unsay(tx, owner)?;
    let person: Option<i64> = tx.prepare_cached(sql)?.query_row(params![client, session], |row| row.get(0)).optional()?;
    person.map_or(Ok(()), |person| clear(tx, person, &BTreeMap::new(), |_| false).map(drop))
}

/// The detail of a conversation goes: what numbers say of it stays, and leads nowhere.
///
/// # Errors
/// When the database says no.
pub fn detach(tx: &Transaction<'_>, session: i64) -> rusqlite::Result<()> {
    exposures::detach(tx, session)?;
    let cut = format!("started_us - started_us % {HOUR_US}");
    let hour = |column: &str| format!("{column} = {column} - {column} % {HOUR_US}");
    let cases = format!(
        "UPDATE cases SET started_us = {cut}, {}, {}, {}, {}, session = NULL, evidence = NULL, operator = NULL WHERE session = ?1",
        hour("booked_us"),
        hour("lost_since_us"),
        hour("lost_us"),
        hour("recovered_us"),
    );
    tx.prepare_cached(&cases)?.execute([session])?;
    let visits = format!(
        "UPDATE visits SET {}, {}, {}, {}, session = NULL, booking = NULL, service = NULL, detached = 1 WHERE session = ?1",
        hour("at_us"),
        hour("made_us"),
        hour("starts_us"),
        hour("ended_us"),
    );
    tx.prepare_cached(&visits)?.execute([session])?;
    tx.prepare_cached("DELETE FROM case_people WHERE session = ?1")?.execute([session]).map(drop)
}

/// A client is no more: nothing says any longer whose conversations these were.
///
/// # Errors
/// When the database says no.
pub fn forget(tx: &Transaction<'_>, client: i64) -> rusqlite::Result<()> {
    exposures::forget(tx, client)?;
    let sql = format!(
        "UPDATE visits SET at_us = at_us - at_us % {HOUR_US}, made_us = made_us - made_us % {HOUR_US}, starts_us = starts_us - starts_us % {HOUR_US},
           ended_us = ended_us - ended_us % {HOUR_US}, session = NULL, booking = NULL, service = NULL, detached = 1
         WHERE person IN (SELECT person FROM case_people WHERE client = ?1)"
    );
    tx.prepare_cached(&sql)?.execute([client])?;
    tx.prepare_cached("DELETE FROM case_people WHERE client = ?1")?.execute([client]).map(drop)
}

/// Rows of days whose time is over altogether go.
///
/// # Errors
/// When the database says no.
pub fn forget_before(tx: &Transaction<'_>, business: BusinessId, before_us: i64) -> rusqlite::Result<usize> {
    let cases = tx
        .prepare_cached("DELETE FROM cases WHERE business = ?1 AND started_us < ?2 AND session IS NULL")?
        .execute(params![business.0, before_us])?;
    let visits = tx
        .prepare_cached("DELETE FROM visits WHERE business = ?1 AND at_us < ?2 AND detached = 1")?
        .execute(params![business.0, before_us])?;
    Ok(cases + visits + exposures::forget_before(tx, business.0, before_us)?)
}
