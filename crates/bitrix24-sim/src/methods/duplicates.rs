//! `crm.duplicate.findbycomm` and `crm.entity.mergeBatch`.
use super::{Asked, Outcome, Table};
use crate::access::CrmRight;
use crate::crm::{Kind, Merged};
use crate::error::ApiError;
use crate::events::What;
use crate::map;
use crate::php::{Map, Value};
use crate::portal::Portal;

/// The most values in one search.
const MOST_VALUES: usize = 20;

pub(super) fn list(table: &mut Table) {
    table.crm("crm.duplicate.findbycomm", CrmRight::Read, find).old = true;
    table.crm("crm.entity.mergeBatch", CrmRight::Write, merge);
}

fn find(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let type_id = asked.args.text("type").to_ascii_uppercase();
    if !matches!(type_id.as_str(), "PHONE" | "EMAIL") {
        return Err(ApiError::old("Communication type is not defined"));
    }
    let values: Vec<String> =
        asked.args.array("values").values().map(Value::text).filter(|value| !value.is_empty()).take(MOST_VALUES).collect();
    if values.is_empty() {
        return Err(ApiError::old("Communication values is not defined"));
    }
    let only = Kind::of_word(&asked.args.text("entity_type"));
    let found = portal.crm.find_by_comm(&type_id, &values, only);
    // Nothing found is an empty array, hence `[]` and no object (section 2.6).
    Outcome::ok(found.into_iter().map(|(kind, ids)| (kind.upper(), Value::from(ids))).collect::<Map>())
}

fn merge(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    // The documentation wraps both in `params`; at the top level they are taken too.
    let inner = asked.args.get("params").and_then(Value::array).unwrap_or(&asked.args.0);
    let number = inner.get("entityTypeId").map_or(0, Value::int);
    let kind =
        u64::try_from(number).ok().and_then(Kind::of_number).ok_or_else(|| ApiError::bad(0, "The parameter entityTypeId is required."))?;
    let ids: Vec<u64> = inner
        .get("entityIds")
        .and_then(Value::array)
        .into_iter()
        .flat_map(Map::values)
        .filter_map(|id| u64::try_from(id.int()).ok())
        .collect();
    if ids.len() < 2 {
        return Err(ApiError::bad(0, "The parameter entityIds must contains at least two elements."));
    }
    let merged =
        portal.crm.merge(kind, &ids).ok_or_else(|| ApiError::bad(0, "The parameter entityIds does not contains valid elements."))?;
    let Merged::Done(gone) = merged else { return Outcome::ok(map! { "STATUS" => "CONFLICT", "ENTITY_IDS" => Value::empty() }) };
    for id in &gone {
        portal.tell(What::Card(kind, "DELETE", *id), asked.caller.user, asked.now);
    }
    portal.tell(What::Card(kind, "UPDATE", ids[0]), asked.caller.user, asked.now);
    Outcome::ok(map! { "STATUS" => "SUCCESS", "ENTITY_IDS" => gone })
}
