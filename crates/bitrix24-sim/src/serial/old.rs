//! Cards as `crm.lead.*`, `crm.contact.*`, `crm.deal.*` write them: every scalar is a string or `null`.
use jiff::tz::TimeZone;

use crate::clock::{Moment, show_date};
use crate::crm::{Card, Crm, Field, FieldType, Kind, UserField, fields};
use crate::map;
use crate::php::{Map, Value};

/// A whole card, as `get` gives it: with multifields that have values.
pub(crate) fn old(crm: &Crm, card: &Card, zone: &TimeZone) -> Map {
    let mut out = plain(card, zone);
    for field in crm.user_fields_of(card.kind) {
        out.set(field.name.as_str(), user_value(card, field, zone));
    }
    for field in multifields(card.kind) {
        if card.multi_of(field.upper).next().is_some() {
            out.set(field.upper, multi(card, field.upper));
        }
    }
    out
}

/// A card of a list: `*` is everything that is neither custom nor a multifield, `UF_*` what is custom; multifields only by name. The id is always there.
pub(crate) fn selected(crm: &Crm, card: &Card, select: &[String], zone: &TimeZone) -> Map {
    if select.is_empty() {
        return plain(card, zone);
    }
    let mut out = Map::new();
    out.set("ID", card.id.to_string());
    for name in select {
        match name.as_str() {
            "*" => plain(card, zone).iter().for_each(|(key, value)| out.set(key.clone(), value.clone())),
            "UF_*" => crm.user_fields_of(card.kind).for_each(|field| out.set(field.name.as_str(), user_value(card, field, zone))),
            name => match (Field::by_upper(card.kind, name), crm.user_field(card.kind, name)) {
                (Some(field), _) if field.kind == FieldType::Multi => {
                    if card.multi_of(field.upper).next().is_some() {
                        out.set(name, multi(card, field.upper));
                    }
                }
                (Some(field), _) => out.set(name, value(card, field, zone)),
                (None, Some(field)) => out.set(name, user_value(card, field, zone)),
                (None, None) => {}
            },
        }
    }
    out
}

/// `crm.lead.fields`
pub(crate) fn describe(crm: &Crm, kind: Kind) -> Value {
    let mut out = Map::new();
    for field in fields(kind) {
        let mut row =
            description(field.type_name(), field.read_only, field.kind == FieldType::Multi || field.kind == FieldType::Contacts, false);
        if let FieldType::Status(directory) = field.kind {
            row.set("statusType", directory);
        }
        row.set("title", field.title);
        // Where a field leads to a card of another kind, its description says to which.
        if let Some(parent) = [("COMPANY_ID", 4), ("LEAD_ID", 1), ("QUOTE_ID", 7)].iter().find(|(name, _)| *name == field.upper) {
            row.set("settings", map! { "parentEntityTypeId" => parent.1 });
        }
        if field.upper == "CONTACT_ID" {
            row.set("isDeprecated", true);
        }
        out.set(field.upper, row);
    }
    for field in crm.user_fields_of(kind) {
        let mut row = description(&field.type_id, false, field.multiple, true);
        let label = field.rest.get_any_case("LABEL").map_or_else(|| field.name.clone(), Value::text);
        row.set("title", field.name.as_str());
        row.set("listLabel", label.as_str());
        row.set("formLabel", label.as_str());
        row.set("filterLabel", label);
        out.set(field.name.as_str(), row);
    }
    out.into()
}

/// The part of a description that both interfaces share.
pub(super) fn description(kind: &str, read_only: bool, multiple: bool, dynamic: bool) -> Map {
    [
        ("type", Value::from(kind)),
        ("isRequired", false.into()),
        ("isReadOnly", read_only.into()),
        ("isImmutable", false.into()),
        ("isMultiple", multiple.into()),
        ("isDynamic", dynamic.into()),
    ]
    .into_iter()
    .collect()
}

fn plain(card: &Card, zone: &TimeZone) -> Map {
    let shown =
        fields(card.kind).filter(|field| !matches!(field.kind, FieldType::Multi | FieldType::Contacts) && field.upper != "WEBFORM_ID");
    shown.map(|field| (field.upper, value(card, field, zone))).collect()
}

fn multifields(kind: Kind) -> impl Iterator<Item = &'static Field> {
    fields(kind).filter(|field| field.kind == FieldType::Multi)
}

fn value(card: &Card, field: &Field, zone: &TimeZone) -> Value {
    let stored = match field.upper {
        "ID" => return card.id.to_string().into(),
        "CONTACT_ID" if matches!(card.kind, Kind::Lead | Kind::Deal) => return card.contact().map(|id| id.to_string()).into(),
        name => card.values.get(name).unwrap_or(&Value::Null),
    };
    match (field.kind, stored) {
        // Unset dates are an empty string, everything else unset is null: so `crm.lead.get` in the documentation.
        (FieldType::Date | FieldType::Datetime, stored) if stored.is_blank() => "".into(),
        (_, Value::Null) => Value::Null,
        (FieldType::Double, stored) => format!("{:.2}", stored.float()).into(),
        (FieldType::Date, stored) => show_date(&stored.text(), zone).into(),
        (FieldType::Datetime, Value::Int(micros)) => Moment(*micros).iso(zone).into(),
        (_, stored) => stored.text().into(),
    }
}

pub(super) fn user_value(card: &Card, field: &UserField, zone: &TimeZone) -> Value {
    let one = |value: &Value| match (field.type_id.as_str(), value) {
        ("datetime", Value::Str(text)) => Moment::read(text, zone).map_or_else(|| text.clone(), |at| at.iso(zone)).into(),
        ("date", Value::Str(text)) => show_date(text.get(..10).unwrap_or(text), zone).into(),
        ("boolean", value) => Value::from(if value.is_true() { "1" } else { "0" }),
        (_, Value::Null) => Value::Null,
        (_, value) => value.text().into(),
    };
    match card.values.get(&field.name) {
        None | Some(Value::Null) if field.multiple => false.into(),
        None | Some(Value::Null) => Value::Null,
        Some(Value::Array(list)) => list.values().map(one).collect::<Map>().into(),
        Some(value) => one(value),
    }
}

fn multi(card: &Card, type_id: &str) -> Value {
    let row = |multi: &crate::crm::Multi| map! { "ID" => multi.id.to_string(), "VALUE_TYPE" => &multi.value_type, "VALUE" => &multi.value, "TYPE_ID" => &multi.type_id };
    card.multi_of(type_id).map(row).collect::<Map>().into()
}
