//! The client behind a card, as the journal knows it or as it was found; and which finds the journal has not been told yet.
//!
//! A card found by a phone is known here and not in the journal: without an event that names both, what happens to the card would be of
//! nobody there. So every find is told once ([`unlinked`]) before anything that happens to the card.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::cards::reference;
use crate::event::CrmRef;
use crate::journal::projection::Mark;
use crate::privacy::BusinessKeys;

/// What `crm_cards.linked` says of a find: the journal was told, or cannot be.
const LINKED: i64 = 1;
const NOBODYS: i64 = 2;

/// A card whose client is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// By which card.
    pub card: CrmRef,
    /// The client's public id.
    pub client: String,
}

/// Whose the first of `cards` is that is anybody's.
///
/// # Errors
/// When the database says no.
pub fn owner(conn: &Connection, keys: &BusinessKeys, connection: &str, cards: &[CrmRef]) -> rusqlite::Result<Option<Owner>> {
    for card in cards {
        let known = match by_mark(conn, keys, *card)? {
            Some(client) => Some(client),
            None => by_find(conn, connection, *card)?,
        };
        if let Some(client) = known {
            return Ok(Some(Owner { card: *card, client }));
        }
    }
    Ok(None)
}

fn by_mark(conn: &Connection, keys: &BusinessKeys, card: CrmRef) -> rusqlite::Result<Option<String>> {
    let mark = Mark { kind: "crm", channel: None, value: card.to_string() };
    let sql = "SELECT root.pid FROM identities i JOIN clients c ON c.id = i.client JOIN clients root ON root.id = c.root
               WHERE i.business = ?1 AND i.pseudonym = ?2";
    let pseudonym = keys.pseudonym(&mark.parts());
    conn.prepare_cached(sql)?.query_row(params![keys.business().0, pseudonym], |row| row.get(0)).optional()
}

fn by_find(conn: &Connection, connection: &str, card: CrmRef) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT client FROM crm_cards WHERE connection = ?1 AND kind = ?2 AND card = ?3 AND state = 'found' AND linked = 1 ORDER BY asked_us LIMIT 1";
    conn.prepare_cached(sql)?.query_row(params![connection, card.kind.as_str(), card.id as i64], |row| row.get(0)).optional()
}

/// A find that the journal was not told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// The client's public id.
    pub client: String,
    /// Their card.
    pub card: CrmRef,
    /// How it was found.
    pub found_by: String,
    /// The journal knows the card as theirs already.
    pub is_known: bool,
    /// Else what it knows them by, the surest; nothing where it knows nobody any more.
    pub mark: Option<Mark>,
}

/// Finds that the journal was not told of.
///
/// # Errors
/// When the database says no.
pub fn unlinked(conn: &Connection, keys: &BusinessKeys, connection: &str, limit: u32) -> rusqlite::Result<Vec<Find>> {
    let sql = "SELECT client, kind, card, coalesce(found_by, '') FROM crm_cards
               WHERE connection = ?1 AND state = 'found' AND linked = 0 LIMIT ?2";
    let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, reference(row.get(1)?, row.get(2)?), row.get::<_, String>(3)?));
    let rows = conn.prepare_cached(sql)?.query_map(params![connection, limit], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut finds = Vec::with_capacity(rows.len());
    for (client, card, found_by) in rows {
        let Some(card) = card else { continue };
        let is_known = by_mark(conn, keys, card)?.is_some_and(|known| known == client);
        let mark = if is_known { None } else { surest(conn, keys, &client)? };
        finds.push(Find { client, card, found_by, is_known, mark });
    }
    Ok(finds)
}

/// In the order in which events name them.
fn surest(conn: &Connection, keys: &BusinessKeys, client: &str) -> rusqlite::Result<Option<Mark>> {
    let sql = "SELECT i.kind, i.channel, i.value FROM clients root CROSS JOIN clients c CROSS JOIN identities i
               WHERE root.business = ?1 AND root.pid = ?2 AND c.root = root.id AND i.client = c.id
               ORDER BY CASE i.kind WHEN 'channel' THEN 0 WHEN 'id' THEN 1 WHEN 'phone' THEN 2 WHEN 'email' THEN 3 ELSE 4 END, i.id LIMIT 1";
    let read = |row: &Row<'_>| {
        let kind = match row.get::<_, String>(0)?.as_str() {
            "channel" => "channel",
            "id" => "id",
            "phone" => "phone",
            "email" => "email",
            _ => "crm",
        };
        Ok(Mark { kind, channel: row.get(1)?, value: row.get(2)? })
    };
    conn.prepare_cached(sql)?.query_row(params![keys.business().0, client], read).optional()
}

/// The journal knows now, where it can be told; another find of people whom it does not know any more is nobody's.
///
/// # Errors
/// When the database says no.
pub fn linked(tx: &Transaction<'_>, connection: &str, finds: &[Find]) -> rusqlite::Result<()> {
    let mut update =
        tx.prepare_cached("UPDATE crm_cards SET linked = ?5 WHERE connection = ?1 AND client = ?2 AND kind = ?3 AND card = ?4")?;
    for find in finds {
        let linked = if find.is_known || find.mark.is_some() { LINKED } else { NOBODYS };
        update.execute(params![connection, find.client, find.card.kind.as_str(), find.card.id as i64, linked])?;
    }
    Ok(())
}

/// A deal came of a lead: it is the client's card from now on.
///
/// # Errors
/// When the database says no.
pub fn converted(tx: &Transaction<'_>, connection: &str, lead: u64, deal: u64) -> rusqlite::Result<()> {
    let sql = "UPDATE crm_cards SET kind = 'deal', card = ?3, found_by = 'converted', linked = 0
               WHERE connection = ?1 AND kind = 'lead' AND card = ?2 AND state = 'found'";
    tx.prepare_cached(sql)?.execute(params![connection, lead as i64, deal as i64])?;
    Ok(())
}

/// A card is not there any more: who had it has none, and another is looked for.
///
/// # Errors
/// When the database says no.
pub fn vanished(tx: &Transaction<'_>, connection: &str, card: CrmRef, now_us: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE crm_cards SET state = 'sought', due_us = ?4, attempts = 0, linked = 0
               WHERE connection = ?1 AND kind = ?2 AND card = ?3 AND state = 'found'";
    tx.prepare_cached(sql)?.execute(params![connection, card.kind.as_str(), card.id as i64, now_us])?;
    Ok(())
}

/// Public ids of those who are shown, in the order in which the cards are given; nobody twice.
///
/// # Errors
/// When the database says no.
pub fn clients(conn: &Connection, keys: &BusinessKeys, connection: &str, cards: &[CrmRef]) -> rusqlite::Result<Vec<String>> {
    let found =
        "SELECT r.pid FROM crm_cards k JOIN clients c ON c.business = k.business AND c.pid = k.client JOIN clients r ON r.id = c.root
                 WHERE k.business = ?1 AND k.connection = ?2 AND k.kind = ?3 AND k.card = ?4 AND k.state = 'found' ORDER BY r.id";
    let named = "SELECT r.pid FROM identities i JOIN clients c ON c.id = i.client JOIN clients r ON r.id = c.root
                 WHERE i.business = ?1 AND i.pseudonym = ?2 ORDER BY r.id";
    let business = keys.business();
    let mut all: Vec<String> = Vec::new();
    let mut add = |pid: String| {
        if !all.contains(&pid) {
            all.push(pid);
        }
    };
    for card in cards {
        let text = |row: &Row<'_>| row.get::<_, String>(0);
        let mut asked = conn.prepare_cached(found)?;
        let rows = asked.query_map(params![business.0, connection, card.kind.as_str(), card.id as i64], text)?;
        rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().for_each(&mut add);
        let mut asked = conn.prepare_cached(named)?;
        let rows = asked.query_map(params![business.0, keys.pseudonym(&["crm", "", &card.to_string()])], text)?;
        rows.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().for_each(&mut add);
    }
    Ok(all)
}
