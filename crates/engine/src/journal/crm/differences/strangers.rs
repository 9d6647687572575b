//! A lead or deal that came into being since reading began, and leads to nobody whom the journal knows: not by its own number, not by its lead's,
//! not by its contact's. Of a lead and its deal only the lead is named.

use std::collections::HashSet;

use rusqlite::{Row, params};

use super::{Desk, Difference, What};
use crate::journal::clients::by_pid;

pub(super) fn of(desk: &Desk<'_>) -> rusqlite::Result<Vec<Difference>> {
    let (Some(leads_us), Some(deals_us)) = (desk.leads_us, desk.deals_us) else { return Ok(Vec::new()) };
    if !desk.portal.reads {
        return Ok(Vec::new());
    }
    let known = "SELECT 1 FROM identities n WHERE n.business = ?1 AND n.kind = 'crm' AND n.value IN
                   (i.kind || ':' || i.item, 'lead:' || i.lead, 'contact:' || i.contact)";
    let found = |kind: &str, card: &str| {
        format!("EXISTS (SELECT 1 FROM crm_cards k WHERE k.connection = ?2 AND k.kind = {kind} AND k.card = {card} AND k.state = 'found')")
    };
    let found = [found("i.kind", "i.item"), found("'lead'", "i.lead"), found("'contact'", "i.contact")].join(" OR ");
    let its_lead = "SELECT 1 FROM crm_items l WHERE l.connection = ?2 AND l.kind = 'lead' AND l.item = i.lead AND l.created_us >= ?3
                      AND l.gone_us IS NULL";
    // Doubles of a client's card are named as such.
    let doubles =
        "SELECT o.value FROM crm_cards k, json_each(k.others) o WHERE k.connection = ?2 AND k.others IS NOT NULL AND k.state = 'found'";
    let sql = format!(
        "SELECT i.kind || ':' || i.item, i.created_us, i.responsible, i.source, i.stage FROM crm_items i
         WHERE i.connection = ?2 AND i.kind IN ('lead', 'deal') AND i.gone_us IS NULL AND i.created_us <= ?5
           AND i.created_us >= iif(i.kind = 'lead', ?3, ?4)
           AND NOT EXISTS ({known}) AND NOT ({found}) AND NOT (i.kind = 'deal' AND EXISTS ({its_lead}))
           AND i.kind || ':' || i.item NOT IN ({doubles})"
    );
    let read = |row: &Row<'_>| {
        let responsible = row.get::<_, Option<i64>>(2)?.map(|id| id as u64);
        let what = What::Stranger { card: row.get(0)?, source: row.get(3)?, stage: row.get(4)? };
        Ok(desk.difference(row.get(1)?, None, responsible, what))
    };
    let values = params![desk.business.0, desk.portal.connection, leads_us, deals_us, desk.asked.now_us - desk.asked.grace_us];
    let mut all = desk.conn.prepare_cached(&sql)?.query_map(values, read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let seen = seen(desk)?;
    all.retain(|difference| is_meant(desk, &seen, &difference.what));
    Ok(all)
}

/// Cards that stood beside the one that was chosen for a client who is here: a person saw them.
fn seen<'a>(desk: &'a Desk<'_>) -> rusqlite::Result<HashSet<&'a str>> {
    let mut seen = HashSet::new();
    for linked in desk.rulings.linked.values() {
        if by_pid(desk.conn, desk.business, &linked.client)?.is_some() {
            seen.extend(linked.beside.iter().map(String::as_str));
        }
    }
    Ok(seen)
}

fn is_meant(desk: &Desk<'_>, seen: &HashSet<&str>, what: &What) -> bool {
    let What::Stranger { card, source, .. } = what else { return false };
    let sources = &desk.portal.sources;
    let is_served = sources.is_empty() || source.as_ref().is_some_and(|source| sources.contains(source));
    is_served && !seen.contains(card.as_str()) && !desk.rulings.aside.contains(card)
}
