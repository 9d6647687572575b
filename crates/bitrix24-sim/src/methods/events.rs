//! `event.*` and `event.offline.*`: for applications only.
use super::{Asked, Context, Outcome, Table, listing};
use crate::error::ApiError;
use crate::events::{Handler, NAMES, Record};
use crate::map;
use crate::php::{Map, Value};
use crate::portal::Portal;

/// How many records `event.offline.get` gives unless told otherwise.
const LIMIT: usize = 50;

pub(super) fn list(table: &mut Table) {
    let methods: [(&str, super::Run, bool); 9] = [
        ("events", |_, _| Outcome::ok(NAMES.map(str::to_string).to_vec()), false),
        ("event.bind", bind, false),
        ("event.unbind", unbind, false),
        ("event.get", get, false),
        ("event.test", |_, _| Outcome::ok(true), false),
        ("event.offline.get", offline_get, true),
        ("event.offline.list", offline_list, true),
        ("event.offline.clear", offline_clear, true),
        ("event.offline.error", offline_error, true),
    ];
    for (name, run, admin) in methods {
        let method = table.add(name, None, run);
        method.context = Context::App;
        method.admin = admin;
    }
}

fn app(asked: &Asked<'_>) -> String {
    asked.caller.app.clone().unwrap_or_default()
}

fn bind(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let event = asked.args.text("event").to_ascii_uppercase();
    if !NAMES.contains(&event.as_str()) {
        return Err(ApiError::bad("ERROR_EVENT_NOT_FOUND", "Event not found"));
    }
    let offline = asked.args.text("event_type") == "offline";
    let url = asked.args.text("handler");
    if !offline && !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(ApiError::bad("ERROR_ARGUMENT", "Wrong handler URL"));
    }
    let auth_type = asked.args.number("auth_type").unwrap_or(0);
    if !portal.access.is_admin(asked.caller.user) {
        if offline {
            return Err(ApiError::denied("Access denied! Offline events binding requires administrator access rights"));
        }
        if auth_type != 0 && auth_type != asked.caller.user {
            return Err(ApiError::denied("Access denied! Event binding with AUTH_TYPE requires administrator access rights"));
        }
    }
    let same = |handler: &&Handler| {
        handler.client_id == app(asked)
            && handler.event == event
            && handler.url == url
            && handler.auth_type == auth_type
            && handler.offline == offline
    };
    if portal.events.handlers.iter().find(same).is_some() {
        return Err(ApiError::bad("ERROR_HANDLER_ALREADY_EXIST", "Unable to set event handler: Handler already binded"));
    }
    portal.events.last_handler += 1;
    let id = portal.events.last_handler;
    let auth_connector = asked.args.text("auth_connector");
    portal.events.handlers.push(Handler { id, client_id: app(asked), event, url, auth_type, offline, auth_connector });
    Outcome::ok(true)
}

fn unbind(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let (event, url) = (asked.args.text("event").to_ascii_uppercase(), asked.args.text("handler"));
    let offline = asked.args.text("event_type") == "offline";
    if offline && !portal.access.is_admin(asked.caller.user) {
        return Err(ApiError::denied("Access denied! Offline events unbinding requires administrator access rights"));
    }
    // An empty auth_type means those without one; no auth_type at all means any.
    let auth_type = asked.args.get("auth_type").map(|value| u64::try_from(value.int()).unwrap_or(0));
    let before = portal.events.handlers.len();
    portal.events.handlers.retain(|handler| {
        !(handler.client_id == app(asked)
            && handler.event == event
            && handler.offline == offline
            && (url.is_empty() || handler.url == url)
            && auth_type.is_none_or(|wanted| wanted == handler.auth_type))
    });
    Outcome::ok(map! { "count" => before - portal.events.handlers.len() })
}

fn get(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let admin = portal.access.is_admin(asked.caller.user);
    let mine = |handler: &&Handler| handler.client_id == app(asked) && (admin || handler.auth_type == asked.caller.user);
    let row = |handler: &Handler| {
        map! { "event" => &handler.event, "handler" => &handler.url, "auth_type" => handler.auth_type.to_string(), "offline" => u64::from(handler.offline) }
    };
    Outcome::ok(portal.events.handlers.iter().filter(mine).map(row).collect::<Map>())
}

fn offline_get(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let clear = asked.args.get("clear").is_none_or(Value::is_true);
    if !clear && !portal.settings.plan_has_offline_extended {
        return Err(ApiError::denied("Access denied! Safe mode requires the feature rest_offline_extended"));
    }
    let process = asked.args.text("process_id");
    let failed = asked.args.get("error").is_some_and(Value::is_true);
    let (client, filter) = (app(asked), asked.args.array("filter"));
    let limit = asked.args.number("limit").map_or(LIMIT, |limit| usize::try_from(limit).unwrap_or(LIMIT));
    let passes = |row: &Value| row.array().is_some_and(|row| listing::row_passes(row, &filter));
    let mut rows: Vec<Value> =
        portal.events.queue.open(&client, &process, failed, asked.now).map(|record| show(portal, record)).filter(passes).collect();
    listing::sort_rows(&mut rows, &asked.args.array("order"));
    rows.truncate(limit);
    let ids: Vec<u64> = rows.iter().filter_map(|row| u64::try_from(row.get("ID")?.int()).ok()).collect();
    if clear {
        portal.events.queue.records.retain(|record| !ids.contains(&record.id));
        return Outcome::ok(map! { "process_id" => Value::Null, "events" => rows });
    }
    let process = if process.is_empty() { portal.random.token()[..32].to_string() } else { process };
    for record in portal.events.queue.records.iter_mut().filter(|record| ids.contains(&record.id)) {
        record.process = Some((process.clone(), asked.now));
    }
    Outcome::ok(map! { "process_id" => process, "events" => rows })
}

fn offline_list(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let filter = asked.args.array("filter");
    let client = app(asked);
    let row = |record: &Record| {
        let mut row = show(portal, record);
        if let Value::Array(row) = &mut row {
            row.set("PROCESS_ID", record.process.as_ref().map_or("", |(process, _)| process));
            row.set("ERROR", if record.failed { "1" } else { "0" });
        }
        row
    };
    let passes = |row: &Value| row.array().is_some_and(|row| listing::row_passes(row, &filter));
    let mut rows: Vec<Value> =
        portal.events.queue.records.iter().filter(|record| record.client_id == client).map(row).filter(passes).collect();
    listing::sort_rows(&mut rows, &asked.args.array("order"));
    Ok(listing::rows(rows, asked.args))
}

fn offline_clear(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let chosen = chosen(asked)?;
    portal.events.queue.records.retain(|record| !chosen(record));
    Outcome::ok(true)
}

fn offline_error(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let chosen = chosen(asked)?;
    for record in portal.events.queue.records.iter_mut().filter(|record| chosen(record)) {
        record.failed = true;
        record.process = None;
    }
    Outcome::ok(true)
}

/// Records of a process, all of them or those whose number or message is named.
fn chosen(asked: &Asked<'_>) -> Result<impl Fn(&Record) -> bool, ApiError> {
    let process = asked.args.text("process_id");
    if process.is_empty() {
        return Err(ApiError::bad("ERROR_ARGUMENT", "Argument 'process_id' is null or empty"));
    }
    let ids = |name: &str| asked.args.array(name).values().map(Value::text).collect::<Vec<String>>();
    let named: Vec<String> = ids("id").into_iter().chain(ids("message_id")).collect();
    let client = app(asked);
    Ok(move |record: &Record| {
        let own = record.client_id == client && record.process.as_ref().is_some_and(|(by, _)| *by == process);
        own && (named.is_empty() || named.contains(&record.id.to_string()))
    })
}

fn show(portal: &Portal, record: &Record) -> Value {
    map! {
        "ID" => record.id.to_string(), "TIMESTAMP_X" => portal.iso(record.at), "EVENT_NAME" => &record.event, "EVENT_DATA" => record.data.clone(),
        "EVENT_ADDITIONAL" => false, "MESSAGE_ID" => record.id.to_string()
    }
}
