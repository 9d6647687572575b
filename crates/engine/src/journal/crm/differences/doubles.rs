//! One client, several open cards of a kind. A lead that is closed beside an open one is the past of somebody who came back, and no double.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, params};

use super::{Desk, Difference, What};
use crate::event::CrmRef;

/// A client's card and those that answered the same question.
struct Group {
    client: String,
    card: CrmRef,
    others: Vec<CrmRef>,
    found_by: Option<String>,
    asked_us: i64,
}

/// What was last seen of a card; of one that was never read nothing.
#[derive(Default)]
struct Seen {
    is_closed: bool,
    created_us: Option<i64>,
    responsible: Option<u64>,
}

pub(super) fn of(desk: &Desk<'_>) -> rusqlite::Result<Vec<Difference>> {
    let mut all = Vec::new();
    for group in groups(desk)? {
        all.extend(judge(desk, group)?);
    }
    Ok(all)
}

fn judge(desk: &Desk<'_>, group: Group) -> rusqlite::Result<Option<Difference>> {
    let own = seen(desk, group.card)?;
    let (mut others, mut since_us) = (Vec::new(), group.asked_us);
    for card in &group.others {
        let seen = seen(desk, *card)?;
        if !seen.is_closed && !desk.rulings.aside.contains(&card.to_string()) {
            since_us = since_us.max(seen.created_us.unwrap_or(since_us));
            others.push(*card);
        }
    }
    let mut open: HashMap<&str, usize> = HashMap::new();
    let whole = others.iter().chain((!own.is_closed).then_some(&group.card));
    whole.for_each(|card| *open.entry(card.kind.as_str()).or_default() += 1);
    // A kind of which there is one open card has no doubles.
    others.retain(|card| open.get(card.kind.as_str()).is_some_and(|count| *count > 1));
    let others: Vec<String> = others.iter().map(ToString::to_string).collect();
    let card = group.card.to_string();
    let is_settled = desk.rulings.linked.get(&card).is_some_and(|linked| others.iter().all(|other| linked.beside.contains(other)));
    if others.is_empty() || is_settled {
        return Ok(None);
    }
    let what = What::Double { card, others, found_by: group.found_by };
    Ok(Some(desk.difference(since_us, Some(group.client), own.responsible, what)))
}

fn groups(desk: &Desk<'_>) -> rusqlite::Result<Vec<Group>> {
    let sql = "SELECT r.pid, k.kind || ':' || k.card, k.others, k.found_by, k.asked_us FROM crm_cards k
               JOIN clients c ON c.business = k.business AND c.pid = k.client JOIN clients r ON r.id = c.root
               WHERE k.business = ?1 AND k.connection = ?2 AND k.state = 'found' AND k.others IS NOT NULL";
    let read = |row: &Row<'_>| {
        let card = CrmRef::parse(row.get_ref(1)?.as_str()?);
        let others: Vec<String> = serde_json::from_str(row.get_ref(2)?.as_str()?).unwrap_or_default();
        let others = others.iter().filter_map(|other| CrmRef::parse(other)).collect();
        let (client, found_by, asked_us) = (row.get(0)?, row.get(3)?, row.get(4)?);
        Ok(card.map(|card| Group { client, card, others, found_by, asked_us }))
    };
    let mut select = desk.conn.prepare_cached(sql)?;
    let rows = select.query_map(params![desk.business.0, desk.portal.connection], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(rows.into_iter().flatten().collect())
}

fn seen(desk: &Desk<'_>, card: CrmRef) -> rusqlite::Result<Seen> {
    let sql = "SELECT gone_us IS NOT NULL OR (kind IN ('lead', 'deal') AND coalesce(semantics, 'P') IN ('S', 'F')), created_us, responsible
               FROM crm_items WHERE connection = ?1 AND kind = ?2 AND item = ?3";
    let read = |row: &Row<'_>| {
        let responsible = row.get::<_, Option<i64>>(2)?.map(|id| id as u64);
        Ok(Seen { is_closed: row.get(0)?, created_us: row.get(1)?, responsible })
    };
    let values = params![desk.portal.connection, card.kind.as_str(), card.id as i64];
    Ok(desk.conn.prepare_cached(sql)?.query_row(values, read).optional()?.unwrap_or_default())
}
