//! `/sim/…`: a look into the portal and a hand in it, for demos and for scripts in other languages. No real portal has it, and no client may use it to
//! find anything out.
//!
//! | call | what |
//! |---|---|
//! | `GET /sim/state` | numbers: requests, calls by method, faults, doubles, and every card with its timeline |
//! | `POST /sim/faults?probability=0.3` | from now on so many calls fail |
//! | `POST /sim/fail?method=crm.lead.add&fault=LostAnswer` | the next such call fails so |
//! | `POST /sim/advance?seconds=60` | the clock is set forward |
//! | `POST /sim/move?kind=deal&id=1&stage=WON` | somebody moves a card |
//! | `POST /sim/app?client_id=…&client_secret=…&handler=…&scope=crm,placement` | registers an application and installs it |
use std::sync::Arc;
use std::time::Duration;

use super::Shared;
use crate::crm::{Card, Kind};
use crate::faults::{Fault, PASSING};
use crate::map;
use crate::php::{Map, Value, parse_query, to_json};
use crate::portal::{Portal, Reply};
use crate::request::Request;

pub(super) fn answer(request: &Request, shared: &Arc<Shared>) -> Reply {
    let args = parse_query(&request.query);
    let text = |name: &str| args.get(name).map(Value::text).unwrap_or_default();
    let number = |name: &str| text(name).parse::<u64>().unwrap_or(0);
    let done = shared.with(|portal| match (request.verb.as_str(), request.path.as_str()) {
        ("GET", "/sim/state") => Some(state(portal)),
        ("POST", "/sim/faults") => {
            portal.faults.probability = text("probability").parse().unwrap_or(0.0);
            Some(Value::Bool(true))
        }
        ("POST", "/sim/fail") => {
            let fault = fault(&text("fault"))?;
            portal.faults.order(Some(text("method").as_str()).filter(|name| !name.is_empty()), fault);
            Some(Value::Bool(true))
        }
        ("POST", "/sim/advance") => {
            portal.clock.advance(Duration::from_secs(number("seconds")));
            Some(Value::Bool(true))
        }
        ("POST", "/sim/move") => Some(Value::Bool(portal.move_card(Kind::of_word(&text("kind"))?, number("id"), &text("stage"), 1))),
        ("POST", "/sim/app") => {
            let scopes = text("scope");
            let scopes: Vec<&str> = scopes.split(',').filter(|scope| !scope.is_empty()).collect();
            let app = portal.add_app(&text("client_id"), &text("client_secret"), &text("handler"), &text("install_handler"), &scopes);
            portal.install(&app.client_id, 1);
            Some(map! { "application_token" => app.application_token })
        }
        _ => None,
    });
    let status = if done.is_some() { 200 } else { 404 };
    Reply::Answer { status, content_type: "application/json; charset=utf-8", location: None, body: to_json(&done.unwrap_or(Value::Null)) }
}

/// A fault by the name of its variant.
fn fault(name: &str) -> Option<Fault> {
    PASSING.into_iter().chain([Fault::Overload]).find(|fault| format!("{fault:?}").eq_ignore_ascii_case(name))
}

fn state(portal: &Portal) -> Value {
    let counts: Map = portal.counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    let faults: Map = portal.faults.injected.iter().map(|(fault, count)| (format!("{fault:?}"), *count)).collect();
    let cards: Map =
        Kind::ALL.into_iter().map(|kind| (kind.word(), portal.crm.all(kind).map(|card| show(portal, card)).collect::<Map>())).collect();
    let doubles: Map =
        Kind::ALL.into_iter().flat_map(|kind| portal.crm.doubles(kind)).map(|(origin, ids)| (origin, Value::from(ids))).collect();
    let activities: Map = portal.crm.activities.values().map(|activity| {
        map! { "id" => activity.id, "owner" => format!("{}:{}", activity.owner_kind.word(), activity.owner), "title" => &activity.title, "description" => &activity.description }
    }).collect();
    map! { "requests" => portal.requests, "counts" => counts, "faults" => faults, "doubles" => doubles, "cards" => cards, "activities" => activities }
}

fn show(portal: &Portal, card: &Card) -> Value {
    let rows: Map =
        portal.crm.rows_of(card.kind, card.id).map(|row| map! { "id" => row.id, "title" => &row.title, "text" => &row.text }).collect();
    let reach: Map = card.multi.iter().map(|multi| Value::from(&multi.value)).collect();
    map! {
        "id" => card.id, "title" => card.text("TITLE"), "name" => card.text("NAME"), "stage" => card.kind.stage_field().map(|field| card.text(field)),
        "origin" => card.text("ORIGIN_ID"), "reach" => reach, "contacts" => card.contacts.iter().map(|binding| Value::from(binding.contact)).collect::<Map>(), "timeline" => rows
    }
}
