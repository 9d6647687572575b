//! Whose card a client has in a CRM.
//!
//! ```text
//! sought ──found──▶ found          sought ──made──▶ making ──answered──▶ found
//!    ▲                                                  └──no answer──▶ sought: by its origin id, once the CRM is done with it
//! ```

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::Serialize;

use crate::event::{BusinessId, CrmKind, CrmRef, Phone};

/// A client whose card is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// By public id.
    pub client: String,
    /// When it was first wanted.
    pub asked_us: i64,
    /// How often it was looked for.
    pub attempts: u32,
    /// A card of theirs was being made when the last answer stayed away.
    pub is_making: bool,
    /// A person wants one made, whatever the settings say.
    pub is_ordered: bool,
    /// As they call themselves.
    pub name: Option<String>,
    /// Where they wrote last.
    pub channel: String,
    /// Cards that events named, the newest first.
    pub cards: Vec<CrmRef>,
    /// Accounts in channels.
    pub accounts: Vec<String>,
    /// Phones.
    pub phones: Vec<Phone>,
    /// E-mail addresses.
    pub emails: Vec<String>,
}

/// What came of looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This one; how, and which others there are.
    Found(CrmRef, &'static str, Vec<CrmRef>),
    /// None yet: again at that time.
    Again(i64, Option<String>),
    /// One is being made: noted before the request leaves, looked up after that time if nothing comes back.
    Making(i64),
    /// The CRM refuses for good.
    Buried(String),
}

/// A client and their card, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    /// Whose connection.
    pub connection: String,
    /// `sought`, `found`, `making`, `buried`.
    pub state: String,
    /// `lead`, `deal`, `contact`, `company`.
    pub kind: Option<String>,
    /// Its number.
    pub card: Option<u64>,
    /// `given`, `origin`, `line`, `phone`, `email`, `made`.
    pub found_by: Option<String>,
    /// Why there is none.
    pub problem: Option<String>,
}

/// Those whose time has come, the longest waiting first.
///
/// # Errors
/// When the database says no.
pub fn due(conn: &Connection, business: BusinessId, connection: &str, now_us: i64, limit: u32) -> rusqlite::Result<Vec<Sought>> {
    let sql = "SELECT client, asked_us, attempts, state, ordered FROM crm_cards
               WHERE connection = ?1 AND business = ?2 AND state IN ('sought', 'making') AND due_us <= ?3 ORDER BY due_us LIMIT ?4";
    let read = |row: &Row<'_>| {
        Ok(Sought {
            client: row.get(0)?,
            asked_us: row.get(1)?,
            attempts: row.get(2)?,
            is_making: row.get::<_, String>(3)? == "making",
            is_ordered: row.get(4)?,
            name: None,
            channel: String::new(),
            cards: Vec::new(),
            accounts: Vec::new(),
            phones: Vec::new(),
            emails: Vec::new(),
        })
    };
    let mut select = conn.prepare_cached(sql)?;
    let mut all: Vec<Sought> = select.query_map(params![connection, business.0, now_us, limit], read)?.collect::<rusqlite::Result<_>>()?;
    for sought in &mut all {
        know(conn, business, sought)?;
    }
    Ok(all)
}

/// What the client is known by, under whoever they are shown as.
fn know(conn: &Connection, business: BusinessId, sought: &mut Sought) -> rusqlite::Result<()> {
    let sql = "SELECT id, name FROM clients WHERE business = ?1 AND pid = ?2";
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
    let Some((root, name)) = conn.prepare_cached(sql)?.query_row(params![business.0, sought.client], read).optional()? else {
        return Ok(());
    };
    sought.name = name;
    let sql = "SELECT channel FROM sessions WHERE client IN (SELECT id FROM clients WHERE root = ?1) ORDER BY last_us DESC LIMIT 1";
    sought.channel = conn.prepare_cached(sql)?.query_row([root], |row| row.get(0)).optional()?.unwrap_or_default();
    let sql = "SELECT kind, value FROM identities WHERE client IN (SELECT id FROM clients WHERE root = ?1) ORDER BY id DESC";
    let rows = conn
        .prepare_cached(sql)?
        .query_map([root], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for (kind, value) in rows {
        match kind.as_str() {
            "crm" => sought.cards.extend(CrmRef::parse(&value)),
            "channel" => sought.accounts.push(value),
            "phone" => sought.phones.extend(Phone::parse(&value).e164().cloned()),
            "email" => sought.emails.push(value),
            _ => {}
        }
    }
    Ok(())
}

/// What came of looking for each.
///
/// # Errors
/// When the database says no.
pub fn settle(tx: &Transaction<'_>, business: BusinessId, connection: &str, rows: &[(String, Outcome)]) -> rusqlite::Result<()> {
    for (client, outcome) in rows {
        match outcome {
            Outcome::Found(card, by, others) => {
                let others = others.iter().map(ToString::to_string).collect::<Vec<_>>();
                let others = (!others.is_empty()).then(|| serde_json::json!(others).to_string());
                let sql = "UPDATE crm_cards SET state = 'found', kind = ?4, card = ?5, found_by = ?6, others = ?7, problem = NULL, attempts = 0, linked = 0, ordered = 0
                           WHERE business = ?1 AND connection = ?2 AND client = ?3";
                let values = params![business.0, connection, client, card.kind.as_str(), card.id as i64, by, others];
                tx.prepare_cached(sql)?.execute(values)?;
            }
            Outcome::Again(due_us, why) => wait(tx, business, connection, (client, "sought"), *due_us, why.as_deref())?,
            Outcome::Making(due_us) => wait(tx, business, connection, (client, "making"), *due_us, None)?,
            Outcome::Buried(why) => wait(tx, business, connection, (client, "buried"), 0, Some(why))?,
        }
    }
    Ok(())
}

fn wait(
    tx: &Transaction<'_>,
    business: BusinessId,
    connection: &str,
    (client, state): (&str, &str),
    due_us: i64,
    why: Option<&str>,
) -> rusqlite::Result<()> {
    let sql = "UPDATE crm_cards SET state = ?4, due_us = ?5, problem = ?6, attempts = attempts + 1
               WHERE business = ?1 AND connection = ?2 AND client = ?3";
    tx.prepare_cached(sql)?.execute(params![business.0, connection, client, state, due_us, why])?;
    Ok(())
}

/// The card of an entry is gone: another one is looked for.
pub(super) fn seek_again(tx: &Transaction<'_>, entry: i64, now_us: i64) -> rusqlite::Result<()> {
    let sql = "UPDATE crm_cards SET state = 'sought', due_us = ?2, attempts = 0
               WHERE (business, connection, client) IN (SELECT business, connection, client FROM crm_entries WHERE id = ?1) AND state = 'found'";
    tx.prepare_cached(sql)?.execute(params![entry, now_us])?;
    Ok(())
}

/// The cards of a client.
///
/// # Errors
/// When the database says no.
pub fn of(conn: &Connection, business: BusinessId, client: &str) -> rusqlite::Result<Vec<Card>> {
    let sql =
        "SELECT connection, state, kind, card, found_by, problem FROM crm_cards WHERE business = ?1 AND client = ?2 ORDER BY connection";
    let read = |row: &Row<'_>| {
        let card = row.get::<_, Option<i64>>(3)?.map(|id| id as u64);
        Ok(Card { connection: row.get(0)?, state: row.get(1)?, kind: row.get(2)?, card, found_by: row.get(4)?, problem: row.get(5)? })
    };
    conn.prepare_cached(sql)?.query_map(params![business.0, client], read)?.collect()
}

/// As the tables hold a card.
#[must_use]
pub(super) fn reference(kind: Option<String>, id: Option<i64>) -> Option<CrmRef> {
    let kind = match kind?.as_str() {
        "lead" => CrmKind::Lead,
        "deal" => CrmKind::Deal,
        "contact" => CrmKind::Contact,
        "company" => CrmKind::Company,
        _ => return None,
    };
    Some(CrmRef { kind, id: id? as u64 })
}
