//! What people decided about differences between the journal and a CRM, and what follows for the outbox.
//!
//! Nothing of it is stored twice: the decisions are asked, the newest of each card counts. So an erasure has nothing to reach here: a link to a client
//! who is gone is a link to nobody.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, Transaction, params};

use crate::event::record::Decision;
use crate::event::{BusinessId, CrmRef};

/// What was decided about one connection's cards; cards as `lead:12`.
#[derive(Debug, Default)]
pub(super) struct Rulings {
    /// Cards that were seen and said to be whose they are: the chosen one, and those beside it.
    pub(super) linked: HashMap<String, Linked>,
    /// Cards of nobody whom the assistant serves.
    pub(super) aside: HashSet<String>,
    /// Records of claims that nobody looks for.
    pub(super) claims: HashSet<u64>,
    /// Cards, with the two records that told different ends.
    pub(super) settled: HashSet<(String, u64, u64)>,
}

/// A card that a person chose for a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Linked {
    /// By public id.
    pub(super) client: String,
    /// What stood beside it.
    pub(super) beside: Vec<String>,
}

impl Rulings {
    /// All of a connection.
    pub(super) fn of(conn: &Connection, business: BusinessId, connection: &str) -> rusqlite::Result<Self> {
        let sql = "SELECT body FROM decisions WHERE business = ?1
                   AND kind IN ('card_linked', 'card_set_aside', 'claim_set_aside', 'outcome_settled') ORDER BY record";
        let mut all = conn.prepare_cached(sql)?;
        let mut rulings = Self::default();
        let mut rows = all.query(params![business.0])?;
        while let Some(row) = rows.next()? {
            // Only this program writes here.
            if let Ok(decision) = serde_json::from_str(row.get_ref(0)?.as_str()?) {
                rulings.take(decision, connection);
            }
        }
        Ok(rulings)
    }

    fn take(&mut self, decision: Decision, of: &str) {
        match decision {
            Decision::CardLinked { connection, card, client, beside } if connection == of => {
                self.aside.remove(&card);
                self.linked.insert(card, Linked { client, beside });
            }
            Decision::CardSetAside { connection, card, .. } if connection == of => {
                self.linked.remove(&card);
                self.aside.insert(card);
            }
            Decision::ClaimSetAside { connection, record, .. } if connection == of => drop(self.claims.insert(record)),
            Decision::OutcomeSettled { connection, card, told, own, .. } if connection == of => {
                self.settled.insert((card, told, own));
            }
            _ => {}
        }
    }
}

/// What a decision that was just sealed does to the outbox; a rebuild does not repeat it, because the outbox is not rebuilt.
///
/// # Errors
/// When the database says no.
pub fn apply(tx: &Transaction<'_>, business: BusinessId, decision: &Decision, now_us: i64) -> rusqlite::Result<()> {
    match decision {
        Decision::CardLinked { connection, card, client, beside } => match CrmRef::parse(card) {
            Some(card) => link(tx, business, connection, (client, card), beside, now_us),
            None => Ok(()),
        },
        Decision::CardOrdered { connection, client } => seek_now(tx, business, connection, (client, true), now_us).map(drop),
        _ => Ok(()),
    }
}

/// A person says whose a card is. Does nothing for a client who is not here.
fn link(
    tx: &Transaction<'_>,
    business: BusinessId,
    connection: &str,
    (client, card): (&str, CrmRef),
    beside: &[String],
    now_us: i64,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO crm_cards (business, connection, client, state, kind, card, found_by, others, asked_us, due_us, attempts)
               SELECT ?1, ?2, root.pid, 'found', ?4, ?5, 'person', ?6, ?7, ?7, 0
               FROM clients c JOIN clients root ON root.id = c.root WHERE c.business = ?1 AND c.pid = ?3
               ON CONFLICT (business, connection, client) DO UPDATE SET state = 'found', kind = ?4, card = ?5, found_by = 'person',
                 others = ?6, problem = NULL, attempts = 0, linked = 0, ordered = 0";
    let others = (!beside.is_empty()).then(|| serde_json::json!(beside).to_string());
    tx.prepare_cached(sql)?.execute(params![business.0, connection, client, card.kind.as_str(), card.id as i64, others, now_us])?;
    Ok(())
}

/// A person wants a client's card looked for now, and made where there is none.
///
/// # Errors
/// When the database says no.
pub fn seek_now(
    tx: &Transaction<'_>,
    business: BusinessId,
    connection: &str,
    (client, is_ordered): (&str, bool),
    now_us: i64,
) -> rusqlite::Result<bool> {
    // What is being made is looked for by its origin first, in its own time.
    let sql = "INSERT INTO crm_cards (business, connection, client, state, asked_us, due_us, attempts, ordered)
               SELECT ?1, ?2, root.pid, 'sought', ?4, ?4, 0, ?5 FROM clients c JOIN clients root ON root.id = c.root
               WHERE c.business = ?1 AND c.pid = ?3
               ON CONFLICT (business, connection, client) DO UPDATE SET ordered = max(ordered, ?5), attempts = 0, problem = NULL,
                 state = iif(state = 'making', state, 'sought'), due_us = iif(state = 'making', due_us, ?4)";
    Ok(tx.prepare_cached(sql)?.execute(params![business.0, connection, client, now_us, is_ordered])? > 0)
}
