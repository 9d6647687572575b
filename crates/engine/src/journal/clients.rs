//! Who wrote: identities and the clients they belong to.
//!
//! Everything a client is known by (account in a channel, phone, e-mail, CRM card) is an identity. Identities that appear for the first
//! time together with a known one join its client. Two known ones of different clients do *not* merge by themselves, because a
//! family shares a phone: the pair is noted as a likeness and a person decides. `links` keeps which identity is whose under keyed
//! names, so that neither a rebuild nor a client's return after expiry makes a second client of one.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::cache::Generations;
use super::cases;
use super::merges;
use super::projection::{Mark, Projected};
use super::sessions::hex;
use crate::event::{BusinessId, Facets};
use crate::privacy::BusinessKeys;

/// Identities and names kept in memory, about 200 and 80 bytes each.
const CACHED: usize = 30_000;

/// One thing a client is known by, as the recorder needs it.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Row number.
    pub id: i64,
    /// The client it belongs to, before merges.
    pub client: i64,
    /// Its keyed name: owner of the data key.
    pub pseudonym: [u8; 16],
    /// The last reminder to it.
    pub reminded_us: Option<i64>,
}

/// Finds and makes identities; remembers the recent ones.
pub struct Clients {
    known: Generations<(BusinessId, [u8; 16]), Identity>,
    /// The name that each client's row bears, as far as it was written here: nearly every event brings it again.
    names: Generations<i64, String>,
}

impl Default for Clients {
    fn default() -> Self {
        Self { known: Generations::new(CACHED), names: Generations::new(CACHED) }
    }
}

impl Clients {
    /// The surest identity of an event; makes what is new and notes likenesses.
    ///
    /// # Errors
    /// When the database says no.
    pub fn resolve(&mut self, tx: &Transaction<'_>, keys: &BusinessKeys, event: &Projected) -> rusqlite::Result<Option<Identity>> {
        let mut found = Vec::with_capacity(event.marks.len());
        for (place, mark) in event.marks.iter().enumerate() {
            let pseudonym = keys.pseudonym(&mark.parts());
            let identity = self.find(tx, keys.business(), pseudonym)?;
            let client = match &identity {
                Some(identity) => Some(identity.client),
                None => linked_client(tx, keys.business(), &pseudonym, event, place == 0)?,
            };
            found.push((mark, pseudonym, identity, client));
        }
        let Some(surest_mark) = found.first() else { return Ok(None) };
        let home = match found.iter().find_map(|(_, _, _, client)| *client) {
            Some(client) => client,
            None => client_named(tx, keys.business(), &public_id(&surest_mark.1), event, true)?,
        };
        let mut surest = None;
        for (mark, pseudonym, identity, client) in found {
            let identity = match identity {
                Some(identity) => identity,
                None => self.add(tx, keys.business(), mark, pseudonym, client.unwrap_or(home))?,
            };
            if identity.client != home {
                note_likeness(tx, home, identity.client, event.row.record)?;
            }
            surest.get_or_insert(identity);
        }
        if let (Some(identity), Some(name)) = (&surest, &event.row.client_name) {
            self.rename(tx, identity.client, name)?;
        }
        if let Some(identity) = &mut surest
            && event.row.facets.has(Facets::REMINDER)
        {
            self.remind(tx, keys.business(), identity, event.row.ts_us)?;
        }
        Ok(surest)
    }

    /// After a transaction was rolled back, or rows were changed by others.
    pub fn forget(&mut self) {
        self.known.clear();
        self.names.clear();
    }

    /// The identity of that keyed name.
    pub(super) fn find(&mut self, tx: &Transaction<'_>, business: BusinessId, pseudonym: [u8; 16]) -> rusqlite::Result<Option<Identity>> {
        if let Some(identity) = self.known.get_mut(&(business, pseudonym)) {
            return Ok(Some(identity.clone()));
        }
        let mut statement = tx.prepare_cached("SELECT id, client, reminded_us FROM identities WHERE business = ?1 AND pseudonym = ?2")?;
        let read = |row: &rusqlite::Row<'_>| Ok(Identity { id: row.get(0)?, client: row.get(1)?, pseudonym, reminded_us: row.get(2)? });
        let found = statement.query_row(params![business.0, pseudonym], read).optional()?;
        if let Some(identity) = &found {
            self.known.insert((business, pseudonym), identity.clone());
        }
        Ok(found)
    }

    fn add(
        &mut self,
        tx: &Transaction<'_>,
        business: BusinessId,
        mark: &Mark,
        pseudonym: [u8; 16],
        client: i64,
    ) -> rusqlite::Result<Identity> {
        let mut insert = tx.prepare_cached(
            "INSERT INTO identities (business, pseudonym, kind, channel, value, tail, client) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let id = insert.insert(params![business.0, pseudonym, mark.kind, mark.channel, mark.value, mark.tail(), client])?;
        // Not `INSERT … SELECT`: a statement that may write several rows opens a savepoint, and at every savepoint the full-text index
        // writes what it has gathered as a segment of its own.
        let pid: String = tx.prepare_cached("SELECT pid FROM clients WHERE id = ?1")?.query_row([client], |row| row.get(0))?;
        let link = "INSERT INTO links (business, pseudonym, pid) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        tx.prepare_cached(link)?.execute(params![business.0, pseudonym, pid])?;
        let identity = Identity { id, client, pseudonym, reminded_us: None };
        self.known.insert((business, pseudonym), identity.clone());
        Ok(identity)
    }

    fn rename(&mut self, tx: &Transaction<'_>, client: i64, name: &str) -> rusqlite::Result<()> {
        if self.names.get_mut(&client).is_some_and(|known| known == name) {
            return Ok(());
        }
        let mut update = tx.prepare_cached("UPDATE clients SET name = ?1, name_folded = ?2 WHERE id = ?3 AND name IS NOT ?1")?;
        update.execute(params![name, fold(name), client])?;
        self.names.insert(client, name.to_owned());
        Ok(())
    }

    fn remind(&mut self, tx: &Transaction<'_>, business: BusinessId, identity: &mut Identity, ts_us: i64) -> rusqlite::Result<()> {
        identity.reminded_us = identity.reminded_us.max(Some(ts_us));
        tx.prepare_cached("UPDATE identities SET reminded_us = ?1 WHERE id = ?2")?.execute(params![identity.reminded_us, identity.id])?;
        self.known.insert((business, identity.pseudonym), identity.clone());
        Ok(())
    }
}

/// The client that an identity without a row belongs to all the same: its row went with its records, or is yet to be rebuilt.
fn linked_client(
    tx: &Transaction<'_>,
    business: BusinessId,
    pseudonym: &[u8; 16],
    event: &Projected,
    is_surest: bool,
) -> rusqlite::Result<Option<i64>> {
    let mut find = tx.prepare_cached("SELECT pid FROM links WHERE business = ?1 AND pseudonym = ?2")?;
    let pid: Option<String> = find.query_row(params![business.0, pseudonym], |row| row.get(0)).optional()?;
    pid.map(|pid| client_named(tx, business, &pid, event, is_surest)).transpose()
}

/// The client of that public id; made by this event if there is none.
fn client_named(tx: &Transaction<'_>, business: BusinessId, pid: &str, event: &Projected, is_surest: bool) -> rusqlite::Result<i64> {
    if let Some(known) = by_pid(tx, business, pid)? {
        return Ok(known.id);
    }
    let name = event.row.client_name.as_deref().filter(|_| is_surest);
    let mut insert =
        tx.prepare_cached("INSERT INTO clients (business, pid, root, name, name_folded, first_record) VALUES (?1, ?2, 0, ?3, ?4, ?5)")?;
    let id = insert.insert(params![business.0, pid, name, name.map(fold), event.row.record])?;
    tx.prepare_cached("UPDATE clients SET root = ?1 WHERE id = ?1")?.execute([id])?;
    merges::show(tx, business, pid)?;
    Ok(id)
}

/// The public id of a client, from the first identity that was seen of it.
pub(super) fn public_id(pseudonym: &[u8; 16]) -> String {
    format!("c_{}", hex(&pseudonym[..8]))
}

fn note_likeness(tx: &Transaction<'_>, one: i64, other: i64, record: i64) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached("INSERT INTO likenesses (one, other, record) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
    insert.execute(params![one.min(other), one.max(other), record])?;
    Ok(())
}

/// Lower case with ё as е: how names are compared.
#[must_use]
pub fn fold(text: &str) -> String {
    text.to_lowercase().replace('ё', "е")
}

/// Removes a client that has no record any more, with its links; whoever was merged into it is shown under the next one.
///
/// # Errors
/// When the database says no.
pub fn bury(tx: &Transaction<'_>, business: BusinessId, client: i64) -> rusqlite::Result<()> {
    let pid: String = tx.prepare_cached("SELECT pid FROM clients WHERE id = ?1")?.query_row([client], |row| row.get(0))?;
    tx.prepare_cached("DELETE FROM links WHERE business = ?1 AND pid = ?2")?.execute(params![business.0, pid])?;
    cases::forget(tx, client)?;
    tx.prepare_cached("DELETE FROM clients WHERE id = ?1")?.execute([client])?;
    merges::show(tx, business, &pid)
}

/// A client's two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientRow {
    /// Its own.
    pub id: i64,
    /// Who it is shown as.
    pub root: i64,
}

/// The client of that public id.
///
/// # Errors
/// When the database says no.
pub fn by_pid(conn: &Connection, business: BusinessId, pid: &str) -> rusqlite::Result<Option<ClientRow>> {
    let mut find = conn.prepare_cached("SELECT id, root FROM clients WHERE business = ?1 AND pid = ?2")?;
    find.query_row(params![business.0, pid], |row| Ok(ClientRow { id: row.get(0)?, root: row.get(1)? })).optional()
}

/// Whether somebody is known by that phone (E.164) or e-mail (lower case).
///
/// # Errors
/// When the database says no.
pub fn known_contact(conn: &Connection, business: BusinessId, kind: &str, value: &str) -> rusqlite::Result<bool> {
    let tail = (kind == "phone").then(|| &value[value.len().saturating_sub(4)..]);
    let sql = match tail {
        Some(_) => "SELECT 1 FROM identities WHERE business = ?1 AND tail = ?4 AND kind = ?2 AND value = ?3",
        None => "SELECT 1 FROM identities WHERE business = ?1 AND kind = ?2 AND value = ?3 AND ?4 IS NULL",
    };
    conn.prepare_cached(sql)?.exists(params![business.0, kind, value, tail])
}
