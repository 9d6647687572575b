//! `placement.*`: an administrator's application binds its pages into the portal's.
use super::{Asked, Context, Outcome, Table};
use crate::error::ApiError;
use crate::map;
use crate::php::{Map, Value};
use crate::placement::{PLACES, Widget};
use crate::portal::Portal;

/// How many handlers one place takes.
const MOST: usize = 100;

pub(super) fn list(table: &mut Table) {
    let methods: [(&str, super::Run, bool, Option<&'static str>); 4] = [
        ("placement.bind", bind, true, Some("placement")),
        ("placement.unbind", unbind, true, Some("placement")),
        ("placement.get", get, true, None),
        ("placement.list", places, false, Some("placement")),
    ];
    for (name, run, admin, scope) in methods {
        let method = table.add(name, scope, run);
        method.context = Context::App;
        method.admin = admin;
    }
}

fn bind(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let (placement, handler) = (asked.args.text("PLACEMENT").to_ascii_uppercase(), asked.args.text("HANDLER"));
    for (name, value) in [("PLACEMENT", &placement), ("HANDLER", &handler)] {
        if value.is_empty() {
            return Err(argument(ApiError::bad("ERROR_ARGUMENT", format!("Argument '{name}' is null or empty")), name));
        }
    }
    if !PLACES.contains(&placement.as_str()) || placement == "DEFAULT" {
        return Err(argument(ApiError::bad("ERROR_PLACEMENT_NOT_FOUND", "Placement not found"), "PLACEMENT"));
    }
    match handler.split_once("://") {
        Some(("https" | "http", rest)) if !rest.is_empty() => {}
        Some(_) => return Err(ApiError::bad("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported event handler protocol")),
        None => return Err(ApiError::bad("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")),
    }
    let app = asked.caller.app.clone().unwrap_or_default();
    let mine = |widget: &&Widget| widget.client_id == app && widget.placement == placement;
    if portal.placements.0.iter().filter(mine).any(|widget| widget.handler == handler) {
        // Among the refusals that come with status 200 (section 1.5).
        return Err(ApiError::new(200, "ERROR_CORE", "Unable to set placement handler: Handler already binded"));
    }
    if portal.placements.0.iter().filter(mine).count() >= MOST {
        return Err(ApiError::new(200, "ERROR_PLACEMENT_MAX_COUNT", "Placement max count"));
    }
    let title = asked.args.text("TITLE");
    let rest = ["LANG_ALL", "DESCRIPTION", "OPTIONS", "GROUP_NAME"]
        .into_iter()
        .filter_map(|name| Some((name, asked.args.get(name)?.clone())))
        .collect();
    portal.placements.0.push(Widget { client_id: app, placement, handler, title, rest });
    Outcome::ok(true)
}

fn unbind(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let (placement, handler) = (asked.args.text("PLACEMENT").to_ascii_uppercase(), asked.args.text("HANDLER"));
    let app = asked.caller.app.clone().unwrap_or_default();
    let before = portal.placements.0.len();
    portal.placements.0.retain(|widget| {
        !(widget.client_id == app
            && (placement.is_empty() || widget.placement == placement)
            && (handler.is_empty() || widget.handler == handler))
    });
    Outcome::ok(map! { "count" => before - portal.placements.0.len() })
}

fn get(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let app = asked.caller.app.clone().unwrap_or_default();
    let row = |widget: &Widget| {
        let kept = |name: &str| widget.rest.get(name).cloned().unwrap_or_else(Value::empty);
        map! {
            "placement" => &widget.placement, "userId" => 0, "handler" => &widget.handler, "options" => kept("OPTIONS"), "title" => &widget.title,
            "description" => widget.rest.get("DESCRIPTION").map(Value::text).unwrap_or_default(), "langAll" => kept("LANG_ALL")
        }
    };
    Outcome::ok(portal.placements.0.iter().filter(|widget| widget.client_id == app).map(row).collect::<Map>())
}

fn places(_: &mut Portal, _: &Asked<'_>) -> Result<Outcome, ApiError> {
    Outcome::ok(PLACES.iter().filter(|place| **place != "DEFAULT").map(|place| (*place).to_string()).collect::<Vec<String>>())
}

fn argument(mut error: ApiError, name: &str) -> ApiError {
    error.extra.set("argument", name);
    error
}
