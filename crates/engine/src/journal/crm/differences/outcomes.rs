//! A card ended one way, and others tell another: lost, though the till told a payment; won, though the client did not come.
//!
//! What the CRM says of a card is the newest end that was read of it; what others say is the newest of the same client that was told by anybody else
//! while the card was there, and a week longer.

use std::collections::HashMap;

use rusqlite::{Row, params};

use super::{BACK_US, Desk, Difference, What};
use crate::event::RecordNo;
use crate::event::when::DAY_US;

/// Ends and what they come to.
const GOOD: [&str; 3] = ["deal_won", "visit_arrived", "payment"];
const BAD: [&str; 3] = ["deal_lost", "lead_lost", "visit_no_show"];
/// Of others also: the client said no.
const REFUSED: &str = "client_refused";
/// So long after the CRM others may tell of the same.
const AFTER_US: i64 = 7 * DAY_US;

/// An end that somebody told.
#[derive(Clone)]
struct End {
    record: i64,
    at_us: i64,
    kind: String,
}

/// An end of a card.
struct OfCard {
    card: String,
    client: String,
    created_us: i64,
    responsible: Option<u64>,
    end: End,
}

pub(super) fn of(desk: &Desk<'_>) -> rusqlite::Result<Vec<Difference>> {
    let cards = told(desk)?;
    if cards.is_empty() {
        return Ok(Vec::new());
    }
    let own = own(desk)?;
    Ok(cards.into_iter().filter_map(|card| judge(desk, card, &own)).collect())
}

fn judge(desk: &Desk<'_>, card: OfCard, own: &HashMap<String, Vec<End>>) -> Option<Difference> {
    let within = card.created_us..=card.end.at_us + AFTER_US;
    let said = own.get(&card.client)?.iter().rev().find(|end| within.contains(&end.at_us))?;
    let differs = BAD.contains(&card.end.kind.as_str()) && is_good(&said.kind) || is_good(&card.end.kind) && !is_good(&said.kind);
    let [told, own] = [card.end.record, said.record].map(|record| RecordNo::from_i64(record).index());
    if !differs || desk.rulings.settled.contains(&(card.card.clone(), told, own)) {
        return None;
    }
    let OfCard { card, client, responsible, end: End { kind: crm, at_us: told_us, .. }, .. } = card;
    let what = What::Outcome { card, crm, told, told_us, journal: said.kind.clone(), own, own_us: said.at_us };
    Some(desk.difference(told_us.max(said.at_us), Some(client), responsible, what))
}

fn is_good(kind: &str) -> bool {
    GOOD.contains(&kind)
}

/// The newest end of every card that is there.
fn told(desk: &Desk<'_>) -> rusqlite::Result<Vec<OfCard>> {
    let kinds = listed(GOOD.iter().chain(&BAD));
    let sql = format!(
        "SELECT e.crm, r.pid, i.created_us, i.responsible, e.ts_us, e.record, e.type FROM events e
         JOIN identities n ON n.id = e.identity JOIN clients c ON c.id = n.client JOIN clients r ON r.id = c.root
         JOIN crm_items i ON i.connection = ?2 AND i.kind || ':' || i.item = e.crm AND i.kind = substr(e.crm, 1, 4)
           AND i.item = CAST(substr(e.crm, 6) AS INTEGER)
         WHERE e.business = ?1 AND e.type IN ({kinds}) AND e.ts_us > ?3 AND e.channel = 'crm' AND e.crm IS NOT NULL
           AND i.created_us IS NOT NULL AND i.gone_us IS NULL ORDER BY e.ts_us, e.record"
    );
    let read = |row: &Row<'_>| {
        let end = End { at_us: row.get(4)?, record: row.get(5)?, kind: row.get(6)? };
        let responsible = row.get::<_, Option<i64>>(3)?.map(|id| id as u64);
        Ok(OfCard { card: row.get(0)?, client: row.get(1)?, created_us: row.get(2)?, responsible, end })
    };
    let values = params![desk.business.0, desk.portal.connection, desk.asked.now_us - BACK_US];
    let rows = desk.conn.prepare_cached(&sql)?.query_map(values, read)?.collect::<rusqlite::Result<Vec<OfCard>>>()?;
    let newest: HashMap<String, OfCard> = rows.into_iter().map(|of_card| (of_card.card.clone(), of_card)).collect();
    Ok(newest.into_values().collect())
}

/// What others told of each client, in the order of time.
fn own(desk: &Desk<'_>) -> rusqlite::Result<HashMap<String, Vec<End>>> {
    let kinds = listed(["visit_arrived", "payment", "visit_no_show", REFUSED].iter());
    let sql = format!(
        "SELECT r.pid, e.record, e.ts_us, e.type FROM events e
         JOIN identities n ON n.id = e.identity JOIN clients c ON c.id = n.client JOIN clients r ON r.id = c.root
         WHERE e.business = ?1 AND e.type IN ({kinds}) AND e.ts_us > ?2 AND e.channel <> 'crm' ORDER BY e.ts_us, e.record"
    );
    let mut own: HashMap<String, Vec<End>> = HashMap::new();
    let mut select = desk.conn.prepare_cached(&sql)?;
    let mut rows = select.query(params![desk.business.0, desk.asked.now_us - BACK_US])?;
    while let Some(row) = rows.next()? {
        own.entry(row.get(0)?).or_default().push(End { record: row.get(1)?, at_us: row.get(2)?, kind: row.get(3)? });
    }
    Ok(own)
}

fn listed<'a>(kinds: impl Iterator<Item = &'a &'a str>) -> String {
    kinds.map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ")
}
