//! How the CRM is set up: its mode, directories, pipelines; and the history of moves.
use super::{Asked, Outcome, Table, listing};
use crate::access::CrmRight;
use crate::crm::{Kind, Semantics, Status};
use crate::error::ApiError;
use crate::map;
use crate::php::{Map, Value};
use crate::portal::{Mode, Portal};

pub(super) fn list(table: &mut Table) {
    table.crm("crm.settings.mode.get", CrmRight::Nothing, |portal, _| {
        Outcome::ok(if portal.settings.mode == Mode::Classic { 1 } else { 2 })
    });
    table.crm("crm.status.list", CrmRight::Nothing, statuses);
    table.crm("crm.status.entity.items", CrmRight::Nothing, entity_items);
    table.crm("crm.status.add", CrmRight::Admin, add_status).old = true;
    table.crm("crm.category.list", CrmRight::Nothing, categories);
    table.crm("crm.stagehistory.list", CrmRight::Read, history);
}

fn statuses(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let filter = asked.args.array("filter");
    let mut rows: Vec<Value> =
        portal.crm.statuses.iter().map(status).filter(|row| row.array().is_some_and(|row| listing::row_passes(row, &filter))).collect();
    listing::sort_rows(&mut rows, &asked.args.array("order"));
    // This list knows no pages: all rows at once, and their number (documentation of crm.status.list).
    let total = rows.len();
    Ok(Outcome { result: rows.into(), total: Some(total), next: None })
}

fn status(status: &Status) -> Value {
    let category = status.entity_id.strip_prefix("DEAL_STAGE_").map(str::to_string);
    let color = match status.semantics {
        Some(Semantics::Success) => "#7BD500",
        Some(Semantics::Failure) => "#FF5752",
        _ => "#39A8EF",
    };
    let mut row = map! {
        "ID" => status.id.to_string(), "ENTITY_ID" => &status.entity_id, "STATUS_ID" => &status.status_id, "NAME" => &status.name,
        "NAME_INIT" => if status.system { status.name.as_str() } else { "" }, "SORT" => status.sort.to_string(),
        "SYSTEM" => if status.system { "Y" } else { "N" }, "CATEGORY_ID" => category, "COLOR" => color,
        "SEMANTICS" => status.semantics.filter(|semantics| *semantics != Semantics::Process).map(Semantics::letter)
    };
    if let (Some(semantics), Value::Array(row)) = (status.semantics, &mut row) {
        let word = match semantics {
            Semantics::Process => "process",
            Semantics::Success => "success",
            Semantics::Failure if status.status_id.ends_with("APOLOGY") => "apology",
            Semantics::Failure => "failure",
        };
        row.set("EXTRA", map! { "SEMANTICS" => word, "COLOR" => color });
    }
    row
}

fn entity_items(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let wanted = asked.args.get("entityId").ok_or_else(|| ApiError::missing("entityId"))?.text();
    let rows = portal.crm.statuses.iter().filter(|status| status.entity_id == wanted);
    Outcome::ok(
        rows.map(|status| map! { "NAME" => &status.name, "SORT" => status.sort, "STATUS_ID" => &status.status_id }).collect::<Map>(),
    )
}

fn add_status(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let fields = asked.args.old_fields()?;
    let text = |name: &str| fields.get(name).map(Value::text).unwrap_or_default();
    for name in ["ENTITY_ID", "STATUS_ID", "NAME"] {
        if text(name).is_empty() {
            return Err(ApiError::old(format!("The field {name} is required.")));
        }
    }
    let (entity, mut stage) = (text("ENTITY_ID"), text("STATUS_ID"));
    // Stages of other pipelines carry its prefix, given or not.
    if let Some(category) = entity.strip_prefix("DEAL_STAGE_")
        && !stage.starts_with(&format!("C{category}:"))
    {
        stage = format!("C{category}:{stage}");
    }
    let semantics = match text("SEMANTICS").as_str() {
        "S" => Semantics::Success,
        "F" => Semantics::Failure,
        _ => Semantics::Process,
    };
    let is_stage = entity == "STATUS" || entity.starts_with("DEAL_STAGE");
    Outcome::ok(portal.crm.add_status(&entity, &stage, &text("NAME"), is_stage.then_some(semantics), false))
}

fn categories(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let number = asked.args.required("entityTypeId")?;
    let rows: Map = portal
        .crm
        .categories
        .iter()
        .filter(|_| number == Kind::Deal.number())
        .map(|category| {
            let default = if category.id == 0 { "Y" } else { "N" };
            map! { "id" => category.id, "name" => &category.name, "sort" => category.sort, "entityTypeId" => number, "isDefault" => default, "originId" => "", "originatorId" => "" }
        })
        .collect();
    let total = rows.len();
    Ok(Outcome { result: map! { "categories" => rows }, total: Some(total), next: None })
}

fn history(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let number = asked.args.required("entityTypeId")?;
    let kind = Kind::of_number(number).filter(|kind| kind.stage_field().is_some());
    let kind = kind.ok_or_else(|| ApiError::bad("NOT_FOUND", "Entity type is not supported"))?;
    let filter = asked.args.array("filter");
    let select = listing::select(asked.args);
    let row = |step: &crate::crm::Move| {
        let mut row = map! {
            "ID" => step.id, "TYPE_ID" => step.type_id, "OWNER_ID" => step.owner, "CREATED_TIME" => portal.iso(step.at)
        };
        if let Value::Array(row) = &mut row {
            // Leads have no pipelines, and other names for the same.
            let (stage, semantics) =
                if kind == Kind::Lead { ("STATUS_ID", "STATUS_SEMANTIC_ID") } else { ("STAGE_ID", "STAGE_SEMANTIC_ID") };
            if kind == Kind::Deal {
                row.set("CATEGORY_ID", step.category);
            }
            row.set(semantics, step.semantics.letter());
            row.set(stage, step.stage.as_str());
        }
        row
    };
    let passes = |row: &Value| row.array().is_some_and(|row| listing::row_passes(row, &filter));
    let mut rows: Vec<Value> = portal.crm.history.iter().filter(|step| step.kind == kind).map(row).filter(passes).collect();
    listing::sort_rows(&mut rows, &asked.args.array("order"));
    let mut outcome = listing::rows(rows, asked.args);
    let chosen = outcome.result.array().into_iter().flat_map(Map::values).map(|row| choose(row, &select)).collect::<Map>();
    outcome.result = map! { "items" => chosen };
    Ok(outcome)
}

fn choose(row: &Value, select: &[String]) -> Value {
    if select.is_empty() || select.iter().any(|name| name == "*") {
        return row.clone();
    }
    let Some(row) = row.array() else { return Value::Null };
    row.iter().filter(|(key, _)| select.contains(&key.text())).map(|(key, value)| (key.clone(), value.clone())).collect::<Map>().into()
}
