//! How far one client's data reaches: what an erasure would destroy, counted before anybody decides, and found again when it is carried out.
//!
//! A client is everything that is shown under one name: all merged clients, all their identities. Theirs are the records under their
//! identities' keys, and in conversations that they took part in the records that name nobody, such as the assistant's answers. What
//! another person wrote in the same conversation is that person's and stays.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::naming::Wanted;
use super::projection::Mark;
use super::{clients, forwards, quarantine};
use crate::event::RecordNo;
use crate::privacy::{self, BusinessKeys};

/// What belongs to one client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extent {
    /// Public ids; the first is the one that the others are shown as.
    pub clients: Vec<String>,
    /// What they are known by, in the plain: never to be kept.
    pub marks: Vec<Mark>,
    /// Their records, ascending.
    pub records: Vec<RecordNo>,
    /// Conversations that they took part in.
    pub sessions: u64,
    /// Ids that the bot gave those of them in which nobody else wrote: never to be kept.
    pub given: Vec<String>,
    /// Of them those in which another person wrote too: their part stays.
    pub shared: u64,
    /// Refused items in quarantine that name them.
    pub quarantined: Vec<i64>,
    /// Deliveries still to be forwarded that name them.
    pub forwards: Vec<i64>,
    /// Clients who appeared in one event with them: an identity that both are known by stays as theirs.
    pub alike: Vec<String>,
    /// When the first of the records was received.
    pub first_us: Option<i64>,
    /// When the last was.
    pub last_us: Option<i64>,
}

impl Extent {
    /// How many identities of each kind.
    #[must_use]
    pub fn kinds(&self) -> BTreeMap<&'static str, u64> {
        let mut kinds = BTreeMap::new();
        for mark in &self.marks {
            *kinds.entry(mark.kind).or_default() += 1;
        }
        kinds
    }

    /// Last four digits of their phones: what an act may say of them.
    #[must_use]
    pub fn tails(&self) -> BTreeSet<&str> {
        self.marks.iter().filter_map(Mark::tail).collect()
    }
}

/// The extent of the client of that public id, or of the one they are shown as.
///
/// # Errors
/// When the database says no.
pub fn of_client(conn: &Connection, keys: &BusinessKeys, pid: &str) -> rusqlite::Result<Option<Extent>> {
    let Some(found) = clients::by_pid(conn, keys.business(), pid)? else { return Ok(None) };
    let sql = "SELECT id, pid FROM clients WHERE root = ?1 ORDER BY id <> ?1, id";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?));
    let group: Vec<(i64, String)> = conn.prepare_cached(sql)?.query_map([found.root], read)?.collect::<Result<_, _>>()?;
    let mut extent = Extent::default();
    let (mut records, mut alike) = (BTreeSet::new(), BTreeSet::new());
    for (id, pid) in group {
        for (mark, pseudonym) in marks(conn, id)? {
            for key in privacy::data_keys_of(conn, keys, &pseudonym)? {
                let mut under = conn.prepare_cached("SELECT record FROM blobs WHERE data_key = ?1")?;
                records.extend(under.query_map([key.0], |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?);
            }
            extent.marks.push(mark);
        }
        alike.extend(alike_to(conn, id, found.root)?);
        extent.clients.push(pid);
    }
    extent.alike = alike.into_iter().collect();
    conversations(conn, &mut records, &mut extent)?;
    moments(conn, &records, &mut extent)?;
    let wanted = Wanted::new(&extent.marks, &extent.given);
    extent.quarantined = quarantine::those(conn, keys, |item| wanted.is_in(item))?;
    extent.forwards = forwards::those(conn, keys, |delivery| wanted.is_in(delivery))?;
    extent.records = records.into_iter().map(RecordNo::from_i64).collect();
    Ok(Some(extent))
}

/// Clients by something that they are known by, as it is stored: a phone in E.164, an e-mail in lower case.
///
/// # Errors
/// When the database says no.
pub fn known_by(conn: &Connection, keys: &BusinessKeys, kind: &str, value: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT r.pid FROM identities i JOIN clients c ON c.id = i.client JOIN clients r ON r.id = c.root
               WHERE i.business = ?1 AND i.pseudonym = ?2";
    let pseudonym = keys.pseudonym(&[kind, "", value]);
    let mut rows = conn.prepare_cached(sql)?;
    let mut found = rows.query_map(params![keys.business().0, pseudonym], |row| row.get(0))?;
    found.next().transpose()
}

fn marks(conn: &Connection, client: i64) -> rusqlite::Result<Vec<(Mark, [u8; 16])>> {
    let mut all = conn.prepare_cached("SELECT kind, channel, value, pseudonym FROM identities WHERE client = ?1 ORDER BY id")?;
    let read = |row: &rusqlite::Row<'_>| {
        let kind: String = row.get(0)?;
        let known = ["channel", "id", "phone", "email", "crm"].into_iter().find(|known| *known == kind);
        Ok((Mark { kind: known.unwrap_or("unknown"), channel: row.get(1)?, value: row.get(2)? }, row.get(3)?))
    };
    all.query_map([client], read)?.collect()
}

fn alike_to(conn: &Connection, client: i64, root: i64) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT r.pid FROM (SELECT other AS id FROM likenesses WHERE one = ?1 UNION SELECT one FROM likenesses WHERE other = ?1) l
               JOIN clients c ON c.id = l.id JOIN clients r ON r.id = c.root WHERE r.id <> ?2";
    conn.prepare_cached(sql)?.query_map([client, root], |row| row.get(0))?.collect()
}

/// Counts their conversations and takes in what nobody in particular said there.
fn conversations(conn: &Connection, records: &mut BTreeSet<i64>, extent: &mut Extent) -> rusqlite::Result<()> {
    let mut sessions = BTreeSet::new();
    let mut of = conn.prepare_cached("SELECT session FROM events WHERE record = ?1 AND session IS NOT NULL")?;
    for record in records.iter() {
        sessions.extend(of.query_map([record], |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?);
    }
    let mut given = conn.prepare_cached("SELECT given FROM sessions WHERE id = ?1")?;
    let mut members = conn.prepare_cached("SELECT record, identity FROM events WHERE session = ?1")?;
    for session in &sessions {
        let mut shared = false;
        let rows = members.query_map([session], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)))?;
        for (record, identity) in rows.collect::<Result<Vec<_>, _>>()? {
            match identity {
                None => drop(records.insert(record)),
                Some(_) => shared |= !records.contains(&record),
            }
        }
        extent.shared += u64::from(shared);
        if !shared {
            extent.given.extend(given.query_row([session], |row| row.get::<_, Option<String>>(0)).optional()?.flatten());
        }
    }
    extent.sessions = sessions.len() as u64;
    Ok(())
}

fn moments(conn: &Connection, records: &BTreeSet<i64>, extent: &mut Extent) -> rusqlite::Result<()> {
    let mut received = conn.prepare_cached("SELECT received_us FROM events WHERE record = ?1")?;
    for record in records.first().into_iter().chain(records.last()) {
        for moment in received.query_map([record], |row| row.get::<_, i64>(0))? {
            let moment_us = moment?;
            extent.first_us.get_or_insert(moment_us);
            extent.last_us = Some(moment_us);
        }
    }
    Ok(())
}
