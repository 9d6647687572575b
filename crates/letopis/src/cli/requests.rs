//! `letopis requests`: what persons ask about their data, with the days that are left; and breaches, with the hours.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use clap::Subcommand;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::control::{BY, ControlError, OfBusiness, Told, choose};
use super::house::House;
use super::voice::{Voice, out};
use crate::access::{Business, Slug};
use crate::app::{App, now_us};
use crate::event::duty::{BreachStep, Received, RequestKind, working_days_left};
use crate::event::record::Decision;
use crate::journal::erasing::check_request;
use crate::journal::{duties, incidents};

/// Answered ones that are listed.
const CLOSED: usize = 20;

/// What the law sets a time for.
#[derive(Debug, Subcommand)]
pub(super) enum RequestsCommand {
    /// Requests and breaches, with the time that is left.
    List {
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// A request came.
    Add(AddArgs),
    /// A request was answered.
    Close {
        /// As `list` calls it.
        request: u64,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
    /// An incident is a breach of personal data: from now on the hours count.
    Breach {
        /// Which incident.
        incident: u64,
        /// The regulator was told: first or results.
        #[arg(long)]
        told: Option<BreachStep>,
        /// Whose; may be left out where there is one business.
        #[arg(long)]
        business: Option<Slug>,
    },
}

/// A request.
#[derive(Debug, clap::Args, Serialize, Deserialize)]
pub(super) struct AddArgs {
    /// Its number and date, as the business files it: «вх. № 12 от 22.11.2026». Not who asked.
    number: String,
    /// access, correct, stop or withdraw.
    #[arg(long, default_value = "access")]
    kind: RequestKind,
    /// The day on which it came; today where none is named.
    #[arg(long)]
    received: Option<Date>,
    /// The last day for an answer; as the law says where none is named.
    #[arg(long)]
    due: Option<Date>,
    /// Whose; may be left out where there is one business.
    #[arg(long)]
    business: Option<Slug>,
}

#[derive(Serialize, Deserialize)]
struct Close {
    business: Option<Slug>,
    request: u64,
}

#[derive(Serialize, Deserialize)]
struct Breach {
    business: Option<Slug>,
    incident: u64,
    told: Option<BreachStep>,
}

pub(super) async fn run(house: &House, command: RequestsCommand, voice: Voice) -> anyhow::Result<()> {
    match command {
        RequestsCommand::List { business } => {
            let told: Value = house.ask("requests/list", &OfBusiness { business }).await?;
            voice.say(&told, show);
        }
        RequestsCommand::Add(args) => {
            let told: Value = house.ask("requests/add", &args).await?;
            voice.pairs(&told);
        }
        RequestsCommand::Close { request, business } => {
            let told: Value = house.ask("requests/close", &Close { business, request }).await?;
            voice.pairs(&told);
        }
        RequestsCommand::Breach { incident, told, business } => {
            let told: Value = house.ask("requests/breach", &Breach { business, incident, told }).await?;
            voice.pairs(&told);
        }
    }
    Ok(())
}

fn show(told: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for one in told["requests"].as_array().into_iter().flatten() {
        let left = match (&one["closed"], one["left"].as_u64()) {
            (Value::Bool(true), _) => "answered".to_owned(),
            (_, Some(left)) => format!("{left} working days left"),
            (_, None) => "overdue".to_owned(),
        };
        out!("{} {}: {}, due {}, {left}", one["request"], text(&one["number"]), text(&one["kind"]), text(&one["due"]));
    }
    for one in told["breaches"].as_array().into_iter().flatten() {
        let step = |name: &str| if one[name] == true { "told" } else { "not told yet" };
        out!("incident {} is a breach: first word {}, results {}", one["incident"], step("first"), step("results"));
    }
}

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/requests/list", post(list))
        .route("/requests/add", post(add))
        .route("/requests/close", post(close))
        .route("/requests/breach", post(breach))
}

fn today(business: &Business) -> Date {
    let zone = TimeZone::get(&business.timezone).unwrap_or(TimeZone::UTC);
    jiff::Timestamp::from_microsecond(now_us()).unwrap_or_default().to_zoned(zone).date()
}

async fn list(State(app): State<Arc<App>>, Json(about): Json<OfBusiness>) -> Told<Value> {
    let business = choose(&app, about.business).await?;
    let (id, today) = (business.id, today(&business));
    let read = app.store.read(move |conn| Ok::<_, ControlError>((duties::requests(conn, id, CLOSED)?, duties::breaches(conn, id, 0)?)));
    let (requests, breaches) = read.await?;
    let request = |one: duties::Request| {
        json!({ "request": one.id, "number": one.number, "kind": one.kind, "received": one.received, "due": one.due,
                "left": working_days_left(today, one.due), "closed": one.closed.is_some() })
    };
    let breach =
        |one: duties::Breach| json!({ "incident": one.incident, "first": one.first_us.is_some(), "results": one.results_us.is_some() });
    let (requests, breaches): (Vec<Value>, Vec<Value>) =
        (requests.into_iter().map(request).collect(), breaches.into_iter().map(breach).collect());
    Ok(Json(json!({ "requests": requests, "breaches": breaches })))
}

async fn add(State(app): State<Arc<App>>, Json(args): Json<AddArgs>) -> Told<Value> {
    let business = choose(&app, args.business).await?;
    check_request(&args.number).map_err(anyhow::Error::msg)?;
    let today = today(&business);
    let request = Received::of(&args.number, args.kind, args.received, args.due, today).map_err(anyhow::Error::from)?;
    app.decide.decide(business.id, BY, Decision::RequestReceived(request.clone()), now_us()).await?;
    Ok(Json(json!({ "number": request.number, "due": request.due, "left": working_days_left(today, request.due) })))
}

async fn close(State(app): State<Arc<App>>, Json(Close { business, request }): Json<Close>) -> Told<Value> {
    let business = choose(&app, business).await?;
    let id = business.id;
    let known = app.store.read(move |conn| Ok::<_, ControlError>(duties::request(conn, id, request)?)).await?;
    let name = request.to_string();
    known.ok_or(ControlError::Unknown { what: "request", name, business: business.slug.clone() })?;
    app.decide.decide(id, BY, Decision::RequestClosed { request }, now_us()).await?;
    Ok(Json(json!({ "request": request, "answered": true })))
}

async fn breach(State(app): State<Arc<App>>, Json(Breach { business, incident, told }): Json<Breach>) -> Told<Value> {
    let business = choose(&app, business).await?;
    let id = business.id;
    let known = app.store.read(move |conn| Ok::<_, ControlError>(incidents::one(conn, id, incident)?)).await?;
    let name = incident.to_string();
    known.ok_or(ControlError::Unknown { what: "incident", name, business: business.slug.clone() })?;
    let decision = match told {
        Some(step) => Decision::BreachTold { incident, step },
        None => Decision::BreachMarked { incident, known_us: now_us() },
    };
    app.decide.decide(id, BY, decision, now_us()).await?;
    Ok(Json(json!({ "incident": incident, "told": told.map(BreachStep::as_str) })))
}
