//! To-do items and configurable activities, and the old list of both.
use super::{Asked, Context, Outcome, Table, listing, timeline::owner};
use crate::access::CrmRight;
use crate::clock::Moment;
use crate::crm::{Activity, Kind};
use crate::error::ApiError;
use crate::events::What;
use crate::map;
use crate::php::{Map, Value};
use crate::portal::Portal;

/// `CRM_TODO`: the provider of to-do items.
const TODO: &str = "CRM_TODO";
const CONFIGURABLE: &str = "CONFIGURABLE_REST_APP";

pub(super) fn list(table: &mut Table) {
    table.crm("crm.activity.todo.add", CrmRight::Write, add_todo);
    table.crm("crm.activity.todo.update", CrmRight::Write, update_todo);
    table.crm("crm.activity.configurable.add", CrmRight::Write, add_configurable).context = Context::App;
    table.crm("crm.activity.configurable.update", CrmRight::Write, update_configurable).context = Context::App;
    table.crm("crm.activity.configurable.get", CrmRight::Read, get_configurable);
    table.crm("crm.activity.list", CrmRight::Read, find).old = true;
    table.crm("crm.activity.get", CrmRight::Read, get).old = true;
    table.crm("crm.activity.update", CrmRight::Write, update).old = true;
    table.crm("crm.activity.delete", CrmRight::Write, delete).old = true;
}

fn add_todo(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let (kind, card) = owner_of(portal, asked)?;
    let deadline = asked.args.get("deadline").ok_or_else(|| ApiError::missing("deadline"))?;
    let id = portal.crm.new_activity();
    let activity = Activity {
        id,
        owner_kind: kind,
        owner: card,
        provider: TODO,
        title: asked.args.text("title"),
        description: asked.args.text("description"),
        deadline: Some(moment(portal, deadline)?),
        responsible: asked.args.number("responsibleId").unwrap_or(asked.caller.user),
        author: asked.caller.user,
        created: asked.now,
        completed: false,
        rest: rest(asked),
        layout: Value::Null,
    };
    portal.crm.activities.insert(id, activity);
    portal.tell(What::Fields("ONCRMACTIVITYADD", id), asked.caller.user, asked.now);
    Outcome::ok(map! { "id" => id })
}

fn update_todo(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    owner_of(portal, asked)?;
    let id = asked.args.required("id")?;
    let deadline = moment(portal, asked.args.get("deadline").ok_or_else(|| ApiError::missing("deadline"))?)?;
    let activity = portal.crm.activities.get_mut(&id).filter(|activity| activity.provider == TODO).ok_or_else(not_found)?;
    activity.deadline = Some(deadline);
    if let Some(title) = asked.args.get("title") {
        activity.title = title.text();
    }
    if let Some(description) = asked.args.get("description") {
        activity.description = description.text();
    }
    activity.responsible = asked.args.number("responsibleId").unwrap_or(activity.responsible);
    portal.tell(What::Fields("ONCRMACTIVITYUPDATE", id), asked.caller.user, asked.now);
    Outcome::ok(map! { "id" => id })
}

fn add_configurable(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let (kind, card) = owner_of(portal, asked)?;
    let fields = asked.args.array("fields");
    let layout = asked.args.required_array("layout")?.clone();
    check_layout(&layout)?;
    let said = |name: &str| fields.get(name).is_some_and(Value::is_true);
    let deadline = fields.get("deadline").filter(|value| !value.is_blank()).map(|value| moment(portal, value)).transpose()?;
    if said("isIncomingChannel") && deadline.is_some() {
        return Err(ApiError::bad("INVALID_ARG_VALUE", "Incoming activity must not have a deadline"));
    }
    let id = portal.crm.new_activity();
    let title = layout.get("header").and_then(|header| header.get("title")).map(Value::text).unwrap_or_default();
    let responsible =
        fields.get("responsibleId").and_then(|id| u64::try_from(id.int()).ok()).filter(|&id| id > 0).unwrap_or(asked.caller.user);
    let activity = Activity {
        id,
        owner_kind: kind,
        owner: card,
        provider: CONFIGURABLE,
        title,
        description: String::new(),
        deadline,
        responsible,
        author: asked.caller.user,
        created: asked.now,
        completed: said("completed"),
        rest: fields,
        layout: layout.into(),
    };
    portal.crm.activities.insert(id, activity);
    portal.tell(What::Fields("ONCRMACTIVITYADD", id), asked.caller.user, asked.now);
    Outcome::ok(map! { "activity" => map! { "id" => id } })
}

fn update_configurable(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let id = asked.args.required("id")?;
    let activity = portal.crm.activities.get_mut(&id).filter(|activity| activity.provider == CONFIGURABLE).ok_or_else(not_found)?;
    if let Some(layout) = asked.args.get("layout").and_then(Value::array) {
        check_layout(layout)?;
        activity.layout = layout.clone().into();
    }
    for (key, value) in asked.args.array("fields").iter() {
        activity.rest.set(key.clone(), value.clone());
    }
    activity.completed = activity.rest.get("completed").is_some_and(Value::is_true);
    portal.tell(What::Fields("ONCRMACTIVITYUPDATE", id), asked.caller.user, asked.now);
    Outcome::ok(map! { "activity" => map! { "id" => id } })
}

fn get_configurable(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let id = asked.args.required("id")?;
    let activity = portal.crm.activities.get(&id).filter(|activity| activity.provider == CONFIGURABLE).ok_or_else(not_found)?;
    Outcome::ok(map! { "activity" => map! {
        "id" => id, "ownerTypeId" => activity.owner_kind.number(), "ownerId" => activity.owner, "fields" => activity.rest.clone(), "layout" => activity.layout.clone()
    } })
}

fn find(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let filter = asked.args.array("filter");
    let passes = |row: &Value| row.array().is_some_and(|row| listing::row_passes(row, &filter));
    let mut rows: Vec<Value> = portal.crm.activities.values().map(|activity| show(portal, activity)).filter(passes).collect();
    listing::sort_rows(&mut rows, &asked.args.array("order"));
    Ok(listing::rows(rows, asked.args))
}

fn get(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let activity = portal.crm.activities.get(&asked.args.old_id()?).ok_or_else(|| ApiError::old("Not found"))?;
    Outcome::ok(show(portal, activity))
}

fn update(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let id = asked.args.old_id()?;
    let activity = portal.crm.activities.get_mut(&id).ok_or_else(|| ApiError::old("Not found"))?;
    if let Some(done) = asked.args.array("fields").get("COMPLETED") {
        activity.completed = done.is_true();
    }
    portal.tell(What::Fields("ONCRMACTIVITYUPDATE", id), asked.caller.user, asked.now);
    Outcome::ok(true)
}

fn delete(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let id = asked.args.old_id()?;
    portal.crm.activities.remove(&id).ok_or_else(|| ApiError::old("Not found"))?;
    portal.tell(What::Fields("ONCRMACTIVITYDELETE", id), asked.caller.user, asked.now);
    Outcome::ok(true)
}

fn show(portal: &Portal, activity: &Activity) -> Value {
    map! {
        "ID" => activity.id.to_string(), "OWNER_ID" => activity.owner.to_string(), "OWNER_TYPE_ID" => activity.owner_kind.number().to_string(),
        "TYPE_ID" => "6", "PROVIDER_ID" => activity.provider, "SUBJECT" => &activity.title, "DESCRIPTION" => &activity.description,
        "COMPLETED" => if activity.completed { "Y" } else { "N" }, "RESPONSIBLE_ID" => activity.responsible.to_string(), "AUTHOR_ID" => activity.author.to_string(),
        "DEADLINE" => activity.deadline.map(|at| portal.iso(at)), "CREATED" => portal.iso(activity.created)
    }
}

fn owner_of(portal: &Portal, asked: &Asked<'_>) -> Result<(Kind, u64), ApiError> {
    let (number, id) = (asked.args.required("ownerTypeId")?, asked.args.required("ownerId")?);
    let kind = Kind::of_number(number).ok_or_else(|| ApiError::bad("OWNER_NOT_FOUND", "Owner was not found"))?;
    owner(portal, kind, i64::try_from(id).unwrap_or(0))
}

fn moment(portal: &Portal, value: &Value) -> Result<Moment, ApiError> {
    Moment::read(&value.text(), &portal.settings.zone).ok_or_else(|| ApiError::bad("WRONG_DATETIME_FORMAT", "Wrong datetime format"))
}

/// No more than two tags and two buttons (section 2.7).
fn check_layout(layout: &Map) -> Result<(), ApiError> {
    let count = |part: &str, list: &str| layout.get(part).and_then(|part| part.get(list)).and_then(Value::array).map_or(0, Map::len);
    if count("header", "tags") > 2 || count("footer", "buttons") > 2 {
        return Err(ApiError::bad("TOO_MANY_ITEMS", "Too many items"));
    }
    Ok(())
}

fn rest(asked: &Asked<'_>) -> Map {
    ["pingOffsets", "colorId", "parentActivityId"].into_iter().filter_map(|name| Some((name, asked.args.get(name)?.clone()))).collect()
}

fn not_found() -> ApiError {
    ApiError::bad("NOT_FOUND", "Not found.")
}
