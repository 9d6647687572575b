//! The clients of a card: whom it was found for, and whom events of it named.

use rusqlite::{Connection, Row, params};

use crate::event::CrmRef;
use crate::privacy::BusinessKeys;

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
