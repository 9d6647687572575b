//! Cards as `crm.item.*` writes them: camelCase names, typed values, multifields both as `fm` and flat.
use jiff::tz::TimeZone;

use super::names::{FLAT, item_name, upper_of};
use super::old::{description, user_value};
use crate::clock::{Moment, show_date};
use crate::crm::{Card, Crm, Field, FieldType, Kind, UserField, fields};
use crate::map;
use crate::php::{Map, Value};

/// Names that every item has and that nothing here fills.
const EMPTY_LEAD: [&str; 9] =
    ["dateCreateShort", "dateModifyShort", "isConvert", "productId", "shortName", "address", "login", "skype", "icq"];
const EMPTY_DEAL: [&str; 16] = [
    "dateCreateShort",
    "dateModifyShort",
    "productId",
    "begindateShort",
    "closedateShort",
    "eventDate",
    "eventDateShort",
    "eventId",
    "eventDescription",
    "orderStage",
    "isWork",
    "isWon",
    "isLose",
    "receivedAmount",
    "lostAmount",
    "hasProducts",
];

/// A whole item.
pub(crate) fn item(crm: &Crm, card: &Card, original_names: bool, zone: &TimeZone) -> Map {
    let mut out: Map = item_fields(card.kind).map(|field| (field.camel, value(card, field, zone))).collect();
    let empty: &[&str] = if card.kind == Kind::Deal { &EMPTY_DEAL } else { &EMPTY_LEAD };
    for name in empty {
        out.set(*name, Value::Null);
    }
    out.set("searchContent", Value::Null);
    if card.kind.has_multifields() {
        for (flat, type_id, value_type) in FLAT {
            out.set(flat, flat_value(card, type_id, value_type));
        }
        out.set("fm", fm(card));
    }
    for field in crm.user_fields_of(card.kind) {
        out.set(user_name(field, original_names), item_user_value(card, field, zone));
    }
    out.set("observers", Value::empty());
    out.set("entityTypeId", card.kind.number());
    out
}

/// An item of a list. `fm` cannot be named; it comes without `select` or with `*` (section 2.3).
pub(crate) fn selected(crm: &Crm, card: &Card, select: &[String], original_names: bool, trap: bool, zone: &TimeZone) -> Map {
    if select.is_empty() || select.iter().any(|name| name == "*") {
        return item(crm, card, original_names, zone);
    }
    let mut out = Map::new();
    for name in select {
        // Seen on live portals: with original names, a camelCase name is not found, and an item of such names alone is `[]`.
        let upper = name.bytes().all(|byte| !byte.is_ascii_lowercase());
        if original_names && trap && !upper {
            continue;
        }
        if let Some(field) = Field::by_item_name(card.kind, name) {
            out.set(field.camel, value(card, field, zone));
        } else if let Some((flat, type_id, value_type)) = FLAT.iter().find(|(flat, _, _)| flat == name) {
            out.set(*flat, flat_value(card, type_id, *value_type));
        } else if let Some(field) = crm.user_field_by_item_name(card.kind, name) {
            out.set(user_name(field, original_names), item_user_value(card, field, zone));
        }
    }
    // The id comes along with anything that was found.
    if !out.is_empty() && out.get("id").is_none() {
        let mut with_id = Map::new();
        with_id.set("id", card.id);
        out.iter().for_each(|(key, value)| with_id.set(key.clone(), value.clone()));
        return with_id;
    }
    out
}

/// `crm.item.fields`
pub(crate) fn describe(crm: &Crm, kind: Kind, original_names: bool) -> Value {
    let mut out = Map::new();
    for field in item_fields(kind) {
        let type_name = match field.type_name() {
            "char" => "boolean",
            other => other,
        };
        let mut row = description(type_name, field.read_only, field.kind == FieldType::Contacts, false);
        if let FieldType::Status(directory) = field.kind {
            row.set("statusType", directory);
        }
        row.set("title", field.title);
        row.set("upperName", upper_of(field.camel));
        out.set(field.camel, row);
    }
    for field in crm.user_fields_of(kind) {
        let mut row = description(&field.type_id, false, field.multiple, true);
        row.set("title", field.rest.get_any_case("LABEL").map_or_else(|| field.name.clone(), Value::text));
        row.set("upperName", field.name.as_str());
        out.set(user_name(field, original_names), row);
    }
    out.into()
}

fn item_fields(kind: Kind) -> impl Iterator<Item = &'static Field> {
    fields(kind).filter(|field| !field.camel.is_empty())
}

fn user_name(field: &UserField, original: bool) -> String {
    if original { field.name.clone() } else { item_name(&field.name) }
}

fn value(card: &Card, field: &Field, zone: &TimeZone) -> Value {
    let stored = match field.upper {
        "ID" => return card.id.into(),
        "CONTACT_ID" if matches!(card.kind, Kind::Lead | Kind::Deal) => return card.contact().unwrap_or(0).into(),
        "CONTACT_IDS" => return card.contacts.iter().map(|binding| binding.contact).collect::<Map>().into(),
        name => card.values.get(name).unwrap_or(&Value::Null),
    };
    match (field.kind, stored) {
        // References are 0 when nothing is there, other numbers null: so the documentation's examples.
        (FieldType::Ref, Value::Null) => 0.into(),
        (FieldType::Date, stored) if stored.is_blank() => Value::Null,
        (FieldType::Date, stored) => show_date(&stored.text(), zone).into(),
        (FieldType::Datetime, Value::Int(micros)) => Moment(*micros).iso(zone).into(),
        (_, stored) => stored.clone(),
    }
}

fn item_user_value(card: &Card, field: &UserField, zone: &TimeZone) -> Value {
    match (field.type_id.as_str(), card.values.get(&field.name)) {
        ("boolean", value) => Value::from(if value.is_some_and(Value::is_true) { "Y" } else { "N" }),
        (_, None) if field.multiple => Value::empty(),
        ("date" | "datetime", _) => user_value(card, field, zone),
        (_, stored) => stored.cloned().unwrap_or(Value::Null),
    }
}

/// The first value only, an empty string without one.
fn flat_value(card: &Card, type_id: &str, value_type: Option<&str>) -> Value {
    card.multi_of(type_id)
        .find(|multi| value_type.is_none_or(|wanted| wanted == multi.value_type))
        .map(|multi| multi.value.clone())
        .unwrap_or_default()
        .into()
}

fn fm(card: &Card) -> Value {
    let row = |multi: &crate::crm::Multi| map! { "id" => multi.id, "valueType" => &multi.value_type, "value" => &multi.value, "typeId" => &multi.type_id };
    card.multi.iter().map(row).collect::<Map>().into()
}
