//! What a caller asks first: who am I, what may I, does this method exist.
use super::{Asked, Context, Outcome, Table};
use crate::error::ApiError;
use crate::map;
use crate::php::{Map, Value};
use crate::portal::Portal;

pub(super) fn list(table: &mut Table) {
    table.add("profile", None, profile);
    table.add("scope", None, scope);
    table.add("methods", None, methods);
    table.add("method.get", None, method_get);
    table.add("app.info", None, app_info).context = Context::App;
    table.add("feature.get", None, feature);
    table.add("server.time", None, |portal, asked| Outcome::ok(portal.iso(asked.now)));
    table.add("user.current", Some("user_basic"), user_current);
    table.add("user.get", Some("user_basic"), user_get);
    table.add("user.admin", None, |portal, asked| Outcome::ok(portal.access.is_admin(asked.caller.user)));
}

fn profile(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let Some(user) = portal.access.users.get(&asked.caller.user) else { return Outcome::ok(Value::empty()) };
    Outcome::ok(map! {
        "ID" => asked.caller.user.to_string(), "ADMIN" => user.admin, "NAME" => &user.name, "LAST_NAME" => &user.last_name, "PERSONAL_GENDER" => "", "TIME_ZONE" => ""
    })
}

fn scope(_: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    Outcome::ok(asked.caller.scopes.clone())
}

fn methods(portal: &mut Portal, _: &Asked<'_>) -> Result<Outcome, ApiError> {
    let mut names: Vec<String> = portal.methods().map(str::to_string).collect();
    names.sort();
    Outcome::ok(names)
}

fn method_get(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let scope = portal.scope_of(&asked.args.text("name"));
    let available = scope.is_some_and(|scope| scope.is_none_or(|scope| asked.caller.scopes.iter().any(|has| has == scope)));
    Outcome::ok(map! { "isExisting" => scope.is_some(), "isAvailable" => available })
}

fn app_info(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let app = asked.caller.app.as_ref().and_then(|id| portal.access.apps.get(id));
    let app = app.ok_or_else(|| ApiError::denied("Access denied! Application context required"))?;
    Outcome::ok(map! {
        "ID" => app.id, "CODE" => &app.client_id, "VERSION" => 1, "STATUS" => &app.status, "INSTALLED" => app.installed, "PAYMENT_EXPIRED" => "N",
        "DAYS" => Value::Null, "LANGUAGE_ID" => &portal.settings.language, "LICENSE" => "ru_basic", "LICENSE_TYPE" => "basic", "LICENSE_FAMILY" => "basic"
    })
}

fn feature(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let has = asked.args.text("CODE") == "rest_offline_extended" && portal.settings.plan_has_offline_extended;
    Outcome::ok(map! { "value" => if has { "Y" } else { "N" } })
}

fn user_current(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    Outcome::ok(user(portal, asked.caller.user))
}

fn user_get(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let wanted = asked.args.get("ID").map(Value::int);
    // The hidden system user has the number 0 here and is in no list (section 1.2).
    let ids = portal.access.users.keys().copied().filter(|id| *id > 0 && wanted.is_none_or(|wanted| u64::try_from(wanted) == Ok(*id)));
    let rows: Map = ids.map(|id| user(portal, id)).collect();
    let total = rows.len();
    Ok(Outcome { result: rows.into(), total: Some(total), next: None })
}

fn user(portal: &Portal, id: u64) -> Value {
    let Some(user) = portal.access.users.get(&id) else { return Value::empty() };
    map! {
        "ID" => id.to_string(), "ACTIVE" => user.active, "NAME" => &user.name, "LAST_NAME" => &user.last_name, "EMAIL" => format!("user{id}@{}", portal.settings.domain()),
        "LAST_LOGIN" => "", "DATE_REGISTER" => "2024-01-10T03:00:00+03:00", "IS_ONLINE" => "Y", "LAST_ACTIVITY_DATE" => "", "PERSONAL_GENDER" => "",
        "PERSONAL_BIRTHDAY" => "", "WORK_POSITION" => "", "UF_EMPLOYMENT_DATE" => "", "UF_DEPARTMENT" => vec![1]
    }
}
