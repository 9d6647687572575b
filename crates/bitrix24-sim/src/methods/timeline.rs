//! `crm.timeline.*`: comments, log entries, notes (section 2.7).
use super::{Asked, Outcome, Table, listing};
use crate::access::CrmRight;
use crate::crm::{Kind, Note, Row, RowKind};
use crate::error::ApiError;
use crate::events::What;
use crate::map;
use crate::php::{Map, Value};
use crate::portal::Portal;

pub(super) fn list(table: &mut Table) {
    table.crm("crm.timeline.comment.add", CrmRight::Write, add_comment);
    table.crm("crm.timeline.comment.get", CrmRight::Read, get_comment);
    table.crm("crm.timeline.comment.list", CrmRight::Read, list_comments);
    table.crm("crm.timeline.comment.update", CrmRight::Write, update_comment);
    table.crm("crm.timeline.comment.delete", CrmRight::Write, delete_comment);
    table.crm("crm.timeline.logmessage.add", CrmRight::Write, add_log);
    table.crm("crm.timeline.logmessage.get", CrmRight::Read, get_log);
    table.crm("crm.timeline.logmessage.list", CrmRight::Read, list_logs);
    table.crm("crm.timeline.logmessage.delete", CrmRight::Write, delete_log);
    table.crm("crm.timeline.note.save", CrmRight::Write, save_note);
    table.crm("crm.timeline.note.get", CrmRight::Read, get_note);
    table.crm("crm.timeline.note.delete", CrmRight::Write, delete_note);
    table.crm("crm.timeline.bindings.bind", CrmRight::Write, bind);
    table.crm("crm.timeline.bindings.list", CrmRight::Read, bindings);
}

fn add_comment(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    // Only the lower-case name since crm 23.100 (section 1.1).
    let fields = asked.args.exact("fields").and_then(Value::array).ok_or_else(|| ApiError::missing("fields"))?;
    let text = |name: &str| fields.get(name).map(Value::text).unwrap_or_default();
    let id = fields.get("ENTITY_ID").map_or(0, Value::int);
    let kind = Kind::of_word(&text("ENTITY_TYPE")).ok_or_else(|| ApiError::bad("OWNER_NOT_FOUND", "Owner was not found"))?;
    let owner = owner(portal, kind, id)?;
    let comment = text("COMMENT");
    if comment.trim().is_empty() {
        return Err(ApiError::bad("INVALID_ARG_VALUE", "Empty comment message"));
    }
    let author = asked.caller.user;
    let id = portal.crm.add_row(RowKind::Comment, owner, author, asked.now, [String::new(), comment, String::new()]);
    portal.tell(What::Plain("ONCRMTIMELINECOMMENTADD", id), author, asked.now);
    Outcome::ok(id)
}

fn get_comment(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let row = row(portal, asked, RowKind::Comment)?;
    Outcome::ok(comment(portal, row, row.bindings[0]))
}

fn list_comments(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let filter = asked.args.array("filter");
    let kind = filter.get_any_case("ENTITY_TYPE").map(Value::text).and_then(|word| Kind::of_word(&word));
    let id = filter.get_any_case("ENTITY_ID").map_or(0, Value::int);
    let (Some(kind), Ok(id)) = (kind, u64::try_from(id)) else {
        return Err(ApiError::bad("INVALID_ARG_VALUE", "ENTITY_ID and ENTITY_TYPE are required"));
    };
    let comments = portal.crm.rows_of(kind, id).filter(|row| row.kind == RowKind::Comment);
    let mut rows: Vec<Value> = comments.map(|row| comment(portal, row, (kind, id))).collect();
    listing::sort_rows(&mut rows, &asked.args.array("order"));
    Ok(listing::rows(rows, asked.args))
}

fn update_comment(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let id = row(portal, asked, RowKind::Comment)?.id;
    let text = asked.args.required_array("fields")?.get("COMMENT").map(Value::text);
    if let (Some(row), Some(text)) = (portal.crm.row_mut(RowKind::Comment, id), text) {
        row.text = text;
    }
    portal.tell(What::Plain("ONCRMTIMELINECOMMENTUPDATE", id), asked.caller.user, asked.now);
    Outcome::ok(id)
}

fn delete_comment(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let id = row(portal, asked, RowKind::Comment)?.id;
    portal.crm.remove_row(id);
    portal.tell(What::Plain("ONCRMTIMELINECOMMENTDELETE", id), asked.caller.user, asked.now);
    Outcome::ok(Value::Null)
}

fn add_log(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let fields = asked.args.required_array("fields")?;
    let text = |name: &str| fields.get(name).map(Value::text).unwrap_or_default();
    for name in ["entityTypeId", "entityId", "title", "text", "iconCode"] {
        if text(name).is_empty() {
            return Err(ApiError::missing(name));
        }
    }
    let number = fields.get("entityTypeId").map_or(0, Value::int);
    let kind =
        u64::try_from(number).ok().and_then(Kind::of_number).ok_or_else(|| ApiError::bad("OWNER_NOT_FOUND", "Owner was not found"))?;
    let owner = owner(portal, kind, fields.get("entityId").map_or(0, Value::int))?;
    let said = [text("title"), text("text"), text("iconCode")];
    let id = portal.crm.add_row(RowKind::Log, owner, asked.caller.user, asked.now, said);
    portal.crm.row(RowKind::Log, id).map_or_else(|| Err(not_found()), |row| Outcome::ok(map! { "logMessage" => log(portal, row) }))
}

fn get_log(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    Outcome::ok(map! { "logMessage" => log(portal, row(portal, asked, RowKind::Log)?) })
}

fn list_logs(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let (number, id) = (asked.args.required("entityTypeId")?, asked.args.required("entityId")?);
    let kind = Kind::of_number(number).ok_or_else(|| ApiError::bad("OWNER_NOT_FOUND", "Owner was not found"))?;
    let owner = owner(portal, kind, i64::try_from(id).unwrap_or(0))?;
    let logs = portal.crm.rows_of(owner.0, owner.1).filter(|row| row.kind == RowKind::Log);
    let mut rows: Vec<Value> = logs.rev().map(|row| log(portal, row)).collect();
    listing::sort_rows(&mut rows, &asked.args.array("order"));
    Ok(listing::rows(rows, asked.args))
}

fn delete_log(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let id = row(portal, asked, RowKind::Log)?.id;
    portal.crm.remove_row(id);
    Outcome::ok(true)
}

fn save_note(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let (place, text) = (note_place(portal, asked)?, asked.args.text("text"));
    if text.is_empty() {
        return Err(ApiError::missing("text"));
    }
    let by = (asked.caller.user, asked.now);
    let note = portal.crm.notes.entry(place).or_insert_with(|| Note { text: String::new(), created: by, updated: by });
    note.text = text;
    note.updated = by;
    Outcome::ok(true)
}

fn get_note(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let place = note_place(portal, asked)?;
    let note = portal.crm.notes.get(&place).ok_or_else(not_found)?;
    Outcome::ok(map! {
        "text" => &note.text, "createdById" => note.created.0, "createdTime" => portal.iso(note.created.1),
        "updatedById" => note.updated.0, "updatedTime" => portal.iso(note.updated.1)
    })
}

fn delete_note(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let place = note_place(portal, asked)?;
    portal.crm.notes.remove(&place).ok_or_else(not_found)?;
    Outcome::ok(true)
}

fn bind(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let fields = asked.args.required_array("fields")?;
    let number = |name: &str| fields.get(name).map_or(0, |value| u64::try_from(value.int()).unwrap_or(0));
    let kind = fields.get("ENTITY_TYPE").and_then(|word| Kind::of_word(&word.text())).ok_or_else(not_found)?;
    let owner = owner(portal, kind, i64::try_from(number("ENTITY_ID")).unwrap_or(0))?;
    if portal.crm.bind_row(number("OWNER_ID"), owner) { Outcome::ok(true) } else { Err(not_found()) }
}

fn bindings(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let id = asked.args.array("filter").get_any_case("OWNER_ID").map_or(0, |id| u64::try_from(id.int()).unwrap_or(0));
    let row = portal.crm.row(RowKind::Comment, id).or_else(|| portal.crm.row(RowKind::Log, id)).ok_or_else(not_found)?;
    let rows: Vec<Value> = row
        .bindings
        .iter()
        .map(|(kind, card)| map! { "OWNER_ID" => id.to_string(), "ENTITY_ID" => card.to_string(), "ENTITY_TYPE" => kind.word() })
        .collect();
    Ok(listing::rows(rows, asked.args))
}

/// The card that something is put on.
pub(super) fn owner(portal: &Portal, kind: Kind, id: i64) -> Result<(Kind, u64), ApiError> {
    let id = u64::try_from(id).unwrap_or(0);
    portal.crm.get(kind, id).map(|card| (kind, card.id)).ok_or_else(|| ApiError::bad("OWNER_NOT_FOUND", "Owner was not found"))
}

fn row<'a>(portal: &'a Portal, asked: &Asked<'_>, kind: RowKind) -> Result<&'a Row, ApiError> {
    portal.crm.row(kind, asked.args.required("id")?).ok_or_else(not_found)
}

fn note_place(portal: &Portal, asked: &Asked<'_>) -> Result<(u64, u64, u64, u64), ApiError> {
    let number = |name: &str| asked.args.required(name);
    let (owner_type, owner_id, item_type, item) = (number("ownerTypeId")?, number("ownerId")?, number("itemType")?, number("itemId")?);
    let kind = Kind::of_number(owner_type).ok_or_else(not_found)?;
    owner(portal, kind, i64::try_from(owner_id).unwrap_or(0))?;
    // 1 is a row of the timeline, 2 an activity.
    let known = match item_type {
        1 => portal.crm.rows_of(kind, owner_id).any(|row| row.id == item),
        2 => portal.crm.activities.contains_key(&item),
        _ => false,
    };
    if known { Ok((owner_type, owner_id, item_type, item)) } else { Err(not_found()) }
}

fn not_found() -> ApiError {
    ApiError::bad("NOT_FOUND", "Not found.")
}

fn comment(portal: &Portal, row: &Row, owner: (Kind, u64)) -> Value {
    map! {
        "ID" => row.id.to_string(), "ENTITY_ID" => owner.1.to_string(), "ENTITY_TYPE" => owner.0.word(), "CREATED" => portal.iso(row.created),
        "COMMENT" => &row.text, "AUTHOR_ID" => row.author.to_string(), "FILES" => Map::new()
    }
}

fn log(portal: &Portal, row: &Row) -> Value {
    map! { "id" => row.id, "created" => portal.iso(row.created), "authorId" => row.author, "title" => &row.title, "text" => &row.text, "iconCode" => &row.icon }
}
