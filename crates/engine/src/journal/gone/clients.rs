//! Identities and clients after records went: what no living record names goes, the rest says what the living records say.
//!
//! A record belongs to its surest identity, under whose key it is sealed, so the records of a client are found by its identities' keys.
//! What else a record names is known only from the record itself: where an identity never wrote, records are opened, the newest first,
//! until one names it. Clients that share an identity are joined by a likeness; only then records of others are looked at.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::super::clients::{self, fold};
use super::named::Records;
use super::{Settled, Touched};
use crate::event::Facets;
use crate::privacy::{self, BusinessKeys};

/// An identity's row.
struct Identity {
    id: i64,
    pseudonym: [u8; 16],
    /// It has records of its own.
    writes: bool,
}

struct Desk<'a> {
    tx: &'a Transaction<'a>,
    keys: &'a BusinessKeys,
    /// Living records of clients, opened as far as was needed.
    records: HashMap<i64, Records>,
}

pub(super) fn settle(tx: &Transaction<'_>, keys: &BusinessKeys, touched: &Touched, settled: &mut Settled) -> rusqlite::Result<()> {
    let mut desk = Desk { tx, keys, records: HashMap::new() };
    let mut theirs = BTreeSet::new();
    for identity in &touched.identities {
        let sql = "SELECT client FROM identities WHERE id = ?1";
        theirs.extend(tx.prepare_cached(sql)?.query_row([identity], |row| row.get::<_, i64>(0)).optional()?);
    }
    let mut affected = theirs.clone();
    for &client in &theirs {
        affected.extend(desk.like(client)?);
    }
    let mut alive = BTreeSet::new();
    for &client in &affected {
        let identities = desk.identities(client)?;
        if identities.iter().any(|identity| identity.writes) {
            alive.insert(client);
            settled.identities += desk.drop_unnamed(client, &identities)?;
        } else {
            settled.identities += desk.bury(client, &identities)?;
            settled.clients += 1;
        }
    }
    for &client in &alive {
        desk.renew_likenesses(client)?;
    }
    for &client in &alive {
        renew(tx, keys, client, theirs.contains(&client))?;
    }
    for &identity in &touched.reminded {
        let reminded_us = reminders(tx, identity, Facets::REMINDER)?.into_iter().map(|(_, moment_us)| moment_us).max();
        tx.prepare_cached("UPDATE identities SET reminded_us = ?1 WHERE id = ?2")?.execute(params![reminded_us, identity])?;
    }
    Ok(())
}

impl Desk<'_> {
    /// Identities of a living client that no living record names go.
    fn drop_unnamed(&mut self, client: i64, identities: &[Identity]) -> rusqlite::Result<u64> {
        let mut dropped = 0;
        for identity in identities.iter().filter(|identity| !identity.writes) {
            if !self.names(client, identity)? && self.first_naming(client, identity)?.is_none() {
                self.drop_identity(identity)?;
                dropped += 1;
            }
        }
        Ok(dropped)
    }

    /// A client without records goes. An identity that another client's records name too stays, as that client's.
    fn bury(&mut self, client: i64, identities: &[Identity]) -> rusqlite::Result<u64> {
        let mut dropped = 0;
        for identity in identities {
            match self.first_naming(client, identity)? {
                Some((_, heir)) => self.inherit(client, identity, heir)?,
                None => {
                    self.drop_identity(identity)?;
                    dropped += 1;
                }
            }
        }
        self.tx.prepare_cached("DELETE FROM likenesses WHERE one = ?1")?.execute([client])?;
        self.tx.prepare_cached("DELETE FROM likenesses WHERE other = ?1")?.execute([client])?;
        clients::bury(self.tx, self.keys.business(), client)?;
        Ok(dropped)
    }

    fn inherit(&mut self, client: i64, identity: &Identity, heir: i64) -> rusqlite::Result<()> {
        self.tx.prepare_cached("UPDATE identities SET client = ?1 WHERE id = ?2")?.execute([heir, identity.id])?;
        let relink = "UPDATE links SET pid = (SELECT pid FROM clients WHERE id = ?1) WHERE business = ?2 AND pseudonym = ?3";
        self.tx.prepare_cached(relink)?.execute(params![heir, self.keys.business().0, identity.pseudonym])?;
        for other in self.like(client)?.into_iter().filter(|other| *other != heir) {
            if let Some(record) = self.records(other)?.first_naming(&identity.pseudonym) {
                like(self.tx, heir, other, record)?;
            }
        }
        Ok(())
    }

    fn drop_identity(&self, identity: &Identity) -> rusqlite::Result<()> {
        self.tx.prepare_cached("DELETE FROM identities WHERE id = ?1")?.execute([identity.id])?;
        Ok(())
    }

    /// Pairs that were noted in a record that is gone: in the next one that shows both, or not at all.
    fn renew_likenesses(&mut self, client: i64) -> rusqlite::Result<()> {
        let sql = "SELECT one, other FROM likenesses l WHERE (one = ?1 OR other = ?1) AND NOT EXISTS (SELECT 1 FROM blobs b WHERE b.record = l.record)";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let stale: Vec<(i64, i64)> = self.tx.prepare_cached(sql)?.query_map([client], read)?.collect::<Result<_, _>>()?;
        for (one, other) in stale {
            self.tx.prepare_cached("DELETE FROM likenesses WHERE one = ?1 AND other = ?2")?.execute([one, other])?;
            let names = |all: Vec<Identity>| all.into_iter().map(|identity| identity.pseudonym).collect::<Vec<_>>();
            let (ones, others) = (names(self.identities(one)?), names(self.identities(other)?));
            let in_ones = self.records(one)?.first_naming_any(&others);
            let in_others = self.records(other)?.first_naming_any(&ones);
            if let Some(record) = in_ones.into_iter().chain(in_others).min() {
                like(self.tx, one, other, record)?;
            }
        }
        Ok(())
    }

    /// Whether a living record of the client names that identity.
    fn names(&mut self, client: i64, identity: &Identity) -> rusqlite::Result<bool> {
        let (tx, keys) = (self.tx, self.keys);
        self.unopened(client)?.names(tx, keys, &identity.pseudonym)
    }

    /// The first living record of another client that names that identity, and whose it is.
    fn first_naming(&mut self, client: i64, identity: &Identity) -> rusqlite::Result<Option<(i64, i64)>> {
        let mut first = None;
        for other in self.like(client)? {
            let found = self.records(other)?.first_naming(&identity.pseudonym).map(|record| (record, other));
            first = [first, found].into_iter().flatten().min();
        }
        Ok(first)
    }

    fn unopened(&mut self, client: i64) -> rusqlite::Result<&mut Records> {
        if !self.records.contains_key(&client) {
            let records = Records::of(self.tx, client)?;
            self.records.insert(client, records);
        }
        Ok(self.records.entry(client).or_default())
    }

    /// All living records of a client, opened.
    fn records(&mut self, client: i64) -> rusqlite::Result<&Records> {
        let (tx, keys) = (self.tx, self.keys);
        let records = self.unopened(client)?;
        records.open_all(tx, keys)?;
        Ok(records)
    }

    fn identities(&self, client: i64) -> rusqlite::Result<Vec<Identity>> {
        let mut all = self.tx.prepare_cached("SELECT id, pseudonym FROM identities WHERE client = ?1")?;
        let rows = all.query_map([client], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 16]>(1)?)))?;
        let mut identities = Vec::new();
        for row in rows {
            let (id, pseudonym) = row?;
            let writes = !privacy::data_keys_of(self.tx, self.keys, &pseudonym)?.is_empty();
            identities.push(Identity { id, pseudonym, writes });
        }
        Ok(identities)
    }

    fn like(&self, client: i64) -> rusqlite::Result<Vec<i64>> {
        let sql = "SELECT other FROM likenesses WHERE one = ?1 UNION SELECT one FROM likenesses WHERE other = ?1";
        self.tx.prepare_cached(sql)?.query_map([client], |row| row.get(0))?.collect()
    }
}

/// Notes a likeness, in the earlier of two records.
fn like(tx: &Transaction<'_>, one: i64, other: i64, record: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO likenesses (one, other, record) VALUES (?1, ?2, ?3)
               ON CONFLICT DO UPDATE SET record = min(record, excluded.record)";
    tx.prepare_cached(sql)?.execute(params![one.min(other), one.max(other), record])?;
    Ok(())
}

/// First record and name of a client that lives on.
fn renew(tx: &Transaction<'_>, keys: &BusinessKeys, client: i64, name_too: bool) -> rusqlite::Result<()> {
    let sql = "SELECT min(first) FROM (
        SELECT (SELECT min(b.record) FROM blobs b WHERE b.data_key = k.id) AS first
          FROM identities i CROSS JOIN data_keys k WHERE i.client = ?1 AND k.business = ?2 AND k.owner = i.pseudonym
        UNION ALL SELECT min(record) FROM likenesses WHERE one = ?1 UNION ALL SELECT min(record) FROM likenesses WHERE other = ?1)";
    let business = keys.business().0;
    let first: Option<i64> = tx.prepare_cached(sql)?.query_row(params![client, business], |row| row.get(0))?;
    if let Some(first) = first {
        tx.prepare_cached("UPDATE clients SET first_record = ?1 WHERE id = ?2 AND first_record <> ?1")?.execute([first, client])?;
    }
    if name_too {
        let sql = "SELECT e.client_name FROM identities i CROSS JOIN data_keys k CROSS JOIN blobs b CROSS JOIN events e
                   WHERE i.client = ?1 AND k.business = ?2 AND k.owner = i.pseudonym AND b.data_key = k.id AND e.record = b.record
                     AND e.client_name IS NOT NULL ORDER BY b.record DESC LIMIT 1";
        let name: Option<String> = tx.prepare_cached(sql)?.query_row(params![client, business], |row| row.get(0)).optional()?;
        let sql = "UPDATE clients SET name = ?1, name_folded = ?2 WHERE id = ?3 AND name IS NOT ?1";
        tx.prepare_cached(sql)?.execute(params![name, name.as_deref().map(fold), client])?;
    }
    Ok(())
}

/// The living events of an identity that have a facet: record and moment.
pub(super) fn reminders(conn: &Connection, identity: i64, facet: Facets) -> rusqlite::Result<Vec<(i64, i64)>> {
    let sql = "SELECT e.record, e.ts_us FROM identities i CROSS JOIN data_keys k CROSS JOIN blobs b CROSS JOIN events e
               WHERE i.id = ?1 AND k.business = i.business AND k.owner = i.pseudonym AND b.data_key = k.id AND e.record = b.record
                 AND e.identity = i.id AND e.facets & ?2 <> 0";
    conn.prepare_cached(sql)?.query_map(params![identity, facet.bits()], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
