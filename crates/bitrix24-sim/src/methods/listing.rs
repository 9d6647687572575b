//! What all lists do alike: filter, order, fifty rows, `total` and `next`, and no counting with `start=-1` (section 1.6).
use std::cmp::Ordering;

use super::{Outcome, PAGE};
use crate::crm::{Card, Crm, Kind, Names, Sort, Test};
use crate::error::ApiError;
use crate::php::{Map, Value};
use crate::portal::Portal;
use crate::request::Args;

/// The cards of one page with what goes around them.
pub(super) struct Page<'a> {
    pub(super) cards: Vec<&'a Card>,
    pub(super) total: Option<usize>,
    pub(super) next: Option<usize>,
}

/// Finds the cards that a list method asks for.
pub(super) fn cards<'a>(portal: &'a Portal, kind: Kind, names: Names, args: &Args) -> Result<Page<'a>, ApiError> {
    let crm = &portal.crm;
    let refused = |what: &str, name: &str| match what {
        "filter" => ApiError::bad("INVALID_ARG_VALUE", format!("Invalid filter: field '{name}' is not allowed in filter")),
        _ => ApiError::bad("INVALID_ARG_VALUE", format!("Invalid order: field '{name}' is not allowed in order")),
    };
    let test = crm.read_filter(kind, names, &args.array("filter")).map_err(|name| refused("filter", &name))?;
    let sorts = crm.read_order(kind, names, &args.array("order")).map_err(|name| refused("order", &name))?;
    let zone = &portal.settings.zone;
    let passing = candidates(crm, kind, &test).filter(|card| test.passes(card, zone));
    let start = args.start();
    // Without counting, and in the order in which cards are stored, fifty are enough.
    if start.is_none() && Sort::by_id_ascending(&sorts) {
        return Ok(Page { cards: passing.take(PAGE).collect(), total: None, next: None });
    }
    let mut found: Vec<&Card> = passing.collect();
    if !Sort::by_id_ascending(&sorts) {
        found.sort_by(|a, b| {
            sorts.iter().map(|sort| sort.compare(a, b, zone)).find(|order| order.is_ne()).unwrap_or_else(|| a.id.cmp(&b.id))
        });
    }
    let total = found.len();
    let from = start.unwrap_or(0);
    let cards: Vec<&Card> = found.into_iter().skip(from).take(PAGE).collect();
    let next = (start.is_some() && from + PAGE < total).then_some(from + PAGE);
    Ok(Page { cards, total: start.map(|_| total), next })
}

/// The cards that can pass at all, by an index where there is one.
fn candidates<'a>(crm: &'a Crm, kind: Kind, test: &Test) -> Box<dyn Iterator<Item = &'a Card> + 'a> {
    let sorted = |mut cards: Vec<&'a Card>| {
        cards.sort_by_key(|card| card.id);
        cards.dedup_by_key(|card| card.id);
        Box::new(cards.into_iter())
    };
    if let Some(ids) = test.pinned("ID") {
        return sorted(ids.iter().filter_map(|id| crm.get(kind, u64::try_from(id.int()).ok()?)).collect());
    }
    if let Some(origins) = test.pinned("ORIGIN_ID") {
        return sorted(origins.iter().flat_map(|origin| crm.with_origin(kind, &origin.text())).collect());
    }
    match test.after() {
        Some(id) => Box::new(crm.after(kind, id)),
        None => Box::new(crm.all(kind)),
    }
}

/// One page of rows that are already written, newest conditions first; for the small lists that are no cards.
pub(super) fn rows(rows: Vec<Value>, args: &Args) -> Outcome {
    let total = rows.len();
    let start = args.start();
    let from = start.unwrap_or(0);
    let page: Map = rows.into_iter().skip(from).take(PAGE).collect();
    Outcome { result: page.into(), total: start.map(|_| total), next: (start.is_some() && from + PAGE < total).then_some(from + PAGE) }
}

/// Whether a small row passes a filter of plain names: equal, one of a list, or compared with a prefix, as numbers where both are.
pub(super) fn row_passes(row: &Map, filter: &Map) -> bool {
    filter.iter().all(|(key, wanted)| {
        let key = key.text();
        let at = key.find(|letter: char| !matches!(letter, '>' | '<' | '=' | '!' | '@' | '%')).unwrap_or(0);
        let (prefix, name) = key.split_at(at);
        let Some(value) = row.get_any_case(name) else { return true };
        let wanted: Vec<&Value> = wanted.array().map_or_else(|| vec![wanted], |list| list.values().collect());
        let order = |other: &Value| order_of(value, other);
        let any = |test: &dyn Fn(Ordering) -> bool| wanted.iter().any(|other| test(order(other)));
        match prefix {
            ">" => any(&|order| order.is_gt()),
            ">=" => any(&|order| order.is_ge()),
            "<" => any(&|order| order.is_lt()),
            "<=" => any(&|order| order.is_le()),
            "!" | "!=" | "!@" => !any(&|order| order.is_eq()),
            "%" => wanted.iter().any(|other| value.text().to_lowercase().contains(&other.text().to_lowercase())),
            _ => any(&|order| order.is_eq()),
        }
    })
}

/// Orders small rows by the first key of `order`.
pub(super) fn sort_rows(rows: &mut [Value], order: &Map) {
    let Some((key, direction)) = order.iter().next() else { return };
    let name = key.text();
    let of = |row: &Value| row.array().and_then(|map| map.get_any_case(&name)).cloned().unwrap_or(Value::Null);
    rows.sort_by(|a, b| order_of(&of(a), &of(b)));
    if direction.text().eq_ignore_ascii_case("DESC") {
        rows.reverse();
    }
}

/// As numbers where both are, as moments where both are (their offsets may differ), else as text without case.
fn order_of(a: &Value, b: &Value) -> Ordering {
    let (a, b) = (a.text(), b.text());
    if let (Ok(a), Ok(b)) = (a.parse::<f64>(), b.parse::<f64>()) {
        return a.total_cmp(&b);
    }
    match (a.parse::<jiff::Timestamp>(), b.parse::<jiff::Timestamp>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => a.to_lowercase().cmp(&b.to_lowercase()),
    }
}

/// The names in `select`.
pub(super) fn select(args: &Args) -> Vec<String> {
    args.get("select").map_or_else(Vec::new, |value| match value {
        Value::Array(list) => list.values().map(Value::text).collect(),
        other => vec![other.text()],
    })
}
