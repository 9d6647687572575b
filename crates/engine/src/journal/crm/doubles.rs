//! Who is to be asked about for doubles, and what was found: cards that bear the same phones or addresses as a client's own.

use rusqlite::{Connection, Row, Transaction, params};

use super::cards::reference;
use crate::event::{BusinessId, CrmRef, Phone};

/// A client whose card was found, for whoever looks for doubles of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Its number here: where to go on.
    pub at: i64,
    /// By public id.
    pub client: String,
    /// Their card.
    pub card: CrmRef,
    /// Their phones.
    pub phones: Vec<Phone>,
    /// Their addresses.
    pub emails: Vec<String>,
}

/// Those after number `after`, in the order of their numbers; who left nothing to be reached by is among them.
///
/// # Errors
/// When the database says no.
pub fn reached(conn: &Connection, business: BusinessId, connection: &str, after: i64, limit: u32) -> rusqlite::Result<Vec<Reached>> {
    let sql = "SELECT c.id, k.client, k.kind, k.card FROM crm_cards k JOIN clients c ON c.business = k.business AND c.pid = k.client
               WHERE k.business = ?1 AND k.connection = ?2 AND k.state = 'found' AND c.id > ?3 ORDER BY c.id LIMIT ?4";
    let read = |row: &Row<'_>| {
        let card = reference(row.get(2)?, row.get(3)?);
        let (at, client) = (row.get(0)?, row.get(1)?);
        Ok(card.map(|card| Reached { at, client, card, phones: Vec::new(), emails: Vec::new() }))
    };
    let mut select = conn.prepare_cached(sql)?;
    let rows = select.query_map(params![business.0, connection, after, limit], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut all: Vec<Reached> = rows.into_iter().flatten().collect();
    let sql = "SELECT kind, value FROM identities WHERE kind IN ('phone', 'email') AND client IN (SELECT id FROM clients WHERE root = ?1)
               ORDER BY id DESC";
    let mut marks = conn.prepare_cached(sql)?;
    for reached in &mut all {
        let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        for (kind, value) in marks.query_map([reached.at], read)?.collect::<rusqlite::Result<Vec<_>>>()? {
            match kind.as_str() {
                "phone" => reached.phones.extend(Phone::parse(&value).e164().cloned()),
                _ => reached.emails.push(value),
            }
        }
    }
    Ok(all)
}

/// Which other cards there are, as long as the client's own is still that one.
///
/// # Errors
/// When the database says no.
pub fn beside(tx: &Transaction<'_>, business: BusinessId, connection: &str, reached: &Reached, others: &[CrmRef]) -> rusqlite::Result<()> {
    let others = others.iter().map(ToString::to_string).collect::<Vec<_>>();
    let others = (!others.is_empty()).then(|| serde_json::json!(others).to_string());
    let sql = "UPDATE crm_cards SET others = ?6 WHERE business = ?1 AND connection = ?2 AND client = ?3 AND state = 'found' AND kind = ?4 AND card = ?5";
    let Reached { client, card, .. } = reached;
    tx.prepare_cached(sql)?.execute(params![business.0, connection, client, card.kind.as_str(), card.id as i64, others])?;
    Ok(())
}
