//! `crm.lead.userfield.*` and `userfieldconfig.*`: custom fields, for CRM administrators (section 2.8).
use super::{Asked, Outcome, Table, listing};
use crate::access::CrmRight;
use crate::crm::{Kind, UserField};
use crate::error::ApiError;
use crate::map;
use crate::php::{Map, Value};
use crate::portal::Portal;

pub(super) fn list(table: &mut Table) {
    for kind in Kind::ALL {
        let methods: [(&str, CrmRight, super::Run); 5] = [
            ("add", CrmRight::Admin, add),
            ("list", CrmRight::Read, find),
            ("get", CrmRight::Read, get),
            ("update", CrmRight::Admin, update),
            ("delete", CrmRight::Admin, delete),
        ];
        for (verb, right, run) in methods {
            let method = table.crm(&format!("crm.{}.userfield.{verb}", kind.word()), right, run);
            method.kind = Some(kind);
            method.old = true;
        }
    }
    for (verb, right, run) in
        [("add", CrmRight::Admin, config_add as super::Run), ("list", CrmRight::Read, config_list), ("get", CrmRight::Read, config_get)]
    {
        let method = table.add(&format!("userfieldconfig.{verb}"), Some("userfieldconfig"), run);
        method.crm = right;
    }
}

fn add(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let fields = asked.args.old_fields()?;
    let text = |name: &str| fields.get(name).map(Value::text).unwrap_or_default();
    let (name, type_id) = (text("FIELD_NAME"), text("USER_TYPE_ID"));
    for (field, value) in [("USER_TYPE_ID", &type_id), ("FIELD_NAME", &name)] {
        if value.is_empty() {
            return Err(ApiError::old(format!("The '{field}' field is not found.")));
        }
    }
    let added = portal.crm.add_user_field(asked.kind()?, &name, &type_id, fields);
    Outcome::ok(added.map_err(|text| ApiError::bad("ERROR_CORE", text))?)
}

fn find(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let filter = asked.args.array("filter");
    let passes = |row: &Value| row.array().is_some_and(|row| listing::row_passes(row, &filter));
    let mut rows: Vec<Value> = portal.crm.user_fields_of(asked.kind()?).map(show).filter(passes).collect();
    listing::sort_rows(&mut rows, &asked.args.array("order"));
    let total = rows.len();
    Ok(Outcome { result: rows.into(), total: Some(total), next: None })
}

fn get(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    Outcome::ok(show(&portal.crm.user_fields[place(portal, asked)?]))
}

fn update(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let fields = asked.args.old_fields()?;
    let at = place(portal, asked)?;
    let field = &mut portal.crm.user_fields[at];
    for (key, value) in fields.iter().filter(|(key, _)| !matches!(key.text().as_str(), "FIELD_NAME" | "USER_TYPE_ID" | "MULTIPLE")) {
        field.rest.set(key.clone(), value.clone());
    }
    Outcome::ok(true)
}

fn delete(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let at = place(portal, asked)?;
    portal.crm.user_fields.remove(at);
    Outcome::ok(true)
}

fn place(portal: &Portal, asked: &Asked<'_>) -> Result<usize, ApiError> {
    let (kind, id) = (asked.kind()?, asked.args.old_id()?);
    portal.crm.user_fields.iter().position(|field| field.kind == kind && field.id == id).ok_or_else(|| ApiError::old("Not found"))
}

/// The labels that a caller gave, under the names of the answer.
fn label(field: &UserField, name: &str) -> Value {
    let own = field.rest.get(name).or_else(|| field.rest.get("LABEL")).cloned().unwrap_or(Value::Null);
    own.get("ru").cloned().unwrap_or(own)
}

fn show(field: &UserField) -> Value {
    let said = |name: &str, default: &str| field.rest.get(name).map_or_else(|| default.to_string(), |value| yes_or_no(value.is_true()));
    let mut row = map! {
        "ID" => field.id.to_string(), "ENTITY_ID" => format!("CRM_{}", field.kind.upper()), "FIELD_NAME" => &field.name, "USER_TYPE_ID" => &field.type_id,
        "XML_ID" => field.rest.get("XML_ID").cloned().unwrap_or(Value::Null), "SORT" => field.rest.get("SORT").map_or("100".to_string(), Value::text),
        "MULTIPLE" => yes_or_no(field.multiple), "MANDATORY" => yes_or_no(field.mandatory), "SHOW_FILTER" => said("SHOW_FILTER", "N"),
        "SHOW_IN_LIST" => said("SHOW_IN_LIST", "Y"), "EDIT_IN_LIST" => said("EDIT_IN_LIST", "Y"), "IS_SEARCHABLE" => said("IS_SEARCHABLE", "N"),
        "SETTINGS" => field.rest.get("SETTINGS").cloned().unwrap_or_else(Value::empty), "EDIT_FORM_LABEL" => label(field, "EDIT_FORM_LABEL"),
        "LIST_COLUMN_LABEL" => label(field, "LIST_COLUMN_LABEL"), "LIST_FILTER_LABEL" => label(field, "LIST_FILTER_LABEL"),
        "ERROR_MESSAGE" => Value::Null, "HELP_MESSAGE" => Value::Null
    };
    if let (Some(list), Value::Array(row)) = (field.rest.get("LIST").and_then(Value::array), &mut row) {
        let rows = list.values().enumerate().map(|(at, given)| {
            let text = |name: &str| given.get(name).map(Value::text).unwrap_or_default();
            // A list value has a number of its own, which is what a card stores.
            map! { "ID" => (field.id * 1000 + at as u64 + 1).to_string(), "SORT" => ((at + 1) * 10).to_string(), "VALUE" => text("VALUE"), "DEF" => yes_or_no(text("DEF") == "Y"), "XML_ID" => text("XML_ID") }
        });
        row.set("LIST", rows.collect::<Map>());
    }
    row
}

fn yes_or_no(yes: bool) -> String {
    if yes { "Y" } else { "N" }.to_string()
}

/// `CRM_LEAD` → the kind of card.
fn entity(text: &str) -> Option<Kind> {
    Kind::of_word(text.strip_prefix("CRM_")?)
}

fn config_add(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    crm_module(asked)?;
    let field = asked.args.required_array("field")?;
    let text = |name: &str| field.get(name).map(Value::text).unwrap_or_default();
    let kind = entity(&text("entityId")).ok_or_else(|| ApiError::denied("Access denied"))?;
    let name = text("fieldName");
    // This family takes the name as it is, and it must carry the prefix itself.
    if !name.starts_with("UF_CRM_") {
        return Err(ApiError::bad("ERROR_CORE", format!("fieldName must begin with UF_{}_", text("entityId"))));
    }
    let mut rest = Map::new();
    for (ours, theirs) in [
        ("XML_ID", "xmlId"),
        ("SORT", "sort"),
        ("MULTIPLE", "multiple"),
        ("MANDATORY", "mandatory"),
        ("SHOW_FILTER", "showFilter"),
        ("SETTINGS", "settings"),
        ("EDIT_FORM_LABEL", "editFormLabel"),
    ] {
        if let Some(value) = field.get(theirs) {
            rest.set(ours, value.clone());
        }
    }
    let id = portal.crm.add_user_field(kind, &name, &text("userTypeId"), rest).map_err(|text| ApiError::bad("ERROR_CORE", text))?;
    shown(portal, id)
}

fn config_list(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    crm_module(asked)?;
    let filter = asked.args.array("filter");
    let passes = |row: &Value| row.array().is_some_and(|row| listing::row_passes(row, &filter));
    let rows: Vec<Value> = portal.crm.user_fields.iter().map(config).filter(passes).collect();
    let mut outcome = listing::rows(rows, asked.args);
    outcome.result = map! { "fields" => outcome.result };
    Ok(outcome)
}

fn config_get(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    crm_module(asked)?;
    shown(portal, asked.args.required("id")?)
}

fn shown(portal: &Portal, id: u64) -> Result<Outcome, ApiError> {
    let field = portal.crm.user_fields.iter().find(|field| field.id == id).ok_or_else(|| ApiError::bad("NOT_FOUND", "Not found"))?;
    Outcome::ok(map! { "field" => config(field) })
}

fn crm_module(asked: &Asked<'_>) -> Result<(), ApiError> {
    let crm = asked.args.text("moduleId") == "crm" && asked.caller.scopes.iter().any(|scope| scope == "crm");
    if crm { Ok(()) } else { Err(ApiError::denied("Access denied")) }
}

fn config(field: &UserField) -> Value {
    let label = label(field, "EDIT_FORM_LABEL");
    map! {
        "id" => field.id.to_string(), "entityId" => format!("CRM_{}", field.kind.upper()), "fieldName" => &field.name, "userTypeId" => &field.type_id,
        "xmlId" => field.rest.get("XML_ID").cloned().unwrap_or(Value::Null), "sort" => field.rest.get("SORT").map_or("100".to_string(), Value::text),
        "multiple" => yes_or_no(field.multiple), "mandatory" => yes_or_no(field.mandatory), "showFilter" => "N", "showInList" => "Y", "editInList" => "Y",
        "isSearchable" => "N", "settings" => field.rest.get("SETTINGS").cloned().unwrap_or_else(Value::empty), "languageId" => map! { "ru" => "ru" },
        "editFormLabel" => map! { "ru" => label }, "listColumnLabel" => Value::Null, "listFilterLabel" => Value::Null, "errorMessage" => Value::Null, "helpMessage" => Value::Null
    }
}
