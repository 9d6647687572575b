//! `/api/v1/requests`, `/api/v1/breaches`: what the law sets a time for, with the time that is left, and the decisions about it.
//!
//! Nobody is named: a request is the number under which the business files it. So an answer holds nothing of a person, and neither may a number.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::asked::{Asked, Ready};
use super::error::ApiError;
use super::moments::rfc3339;
use super::numbers::asker;
use crate::access::Action;
use crate::console::Console;
use crate::event::BusinessId;
use crate::event::duty::{BreachStep, Received, RequestKind, working_days_left};
use crate::event::record::Decision;
use crate::journal::duties::{self, Breach, Request};
use crate::journal::erasing::check_request;
use crate::journal::incidents;

/// Answered requests that one answer lists.
const CLOSED: usize = 200;

#[derive(Serialize)]
struct RequestJson {
    /// The record index of the decision: what the request is called here.
    request: u64,
    number: String,
    kind: RequestKind,
    received: Date,
    due: Date,
    state: &'static str,
    /// Working days until the deadline; null where it is over, or the request is answered.
    working_days_left: Option<u32>,
    entered_at: String,
    entered_by: String,
    answered_at: Option<String>,
    answered_by: Option<String>,
}

#[derive(Serialize)]
struct BreachJson {
    incident: u64,
    known_at: String,
    marked_by: String,
    first: StepJson,
    results: StepJson,
}

#[derive(Serialize)]
struct StepJson {
    due_at: String,
    told_at: Option<String>,
    is_late: bool,
}

/// A request as it is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    number: String,
    #[serde(default = "access")]
    kind: RequestKind,
    #[serde(default)]
    received: Option<Date>,
    #[serde(default)]
    due: Option<Date>,
}

/// Which message went out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    step: BreachStep,
}

/// Open requests by their deadline, then those that were answered last.
pub(super) async fn list(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadJournal)?;
    let state = asked.text("state");
    if state.as_deref().is_some_and(|state| !["open", "answered"].contains(&state)) {
        return Err(ApiError::Parameter { name: "state", rule: "open or answered" });
    }
    let (ready, now_us) = (asked.ready(&console).await?, (console.now_us)());
    let read = console.store.read(move |conn| {
        let today = today(conn, ready.business, now_us)?;
        Ok::<_, ApiError>((duties::requests(conn, ready.business, CLOSED)?, today))
    });
    let (requests, today) = read.await?;
    let mut items: Vec<RequestJson> = requests.into_iter().map(|one| request_json(one, today)).collect();
    items.retain(|one| state.as_deref().is_none_or(|state| one.state == state));
    Ok(ready.json(&json!({ "items": items })))
}

/// `POST /api/v1/requests`
pub(super) async fn add(State(console): State<Arc<Console>>, asked: Asked, body: Bytes) -> Result<Response, ApiError> {
    let (ready, by) = may_decide(&console, asked).await?;
    let rule = "one object with number, and kind, received, due where you like";
    let sent: Sent = serde_json::from_slice(&body).map_err(|_| ApiError::Parameter { name: "body", rule })?;
    check_request(&sent.number).map_err(|fault| ApiError::Unfit(fault.to_string()))?;
    let (business, now_us, number) = (ready.business, (console.now_us)(), sent.number.trim().to_owned());
    let read = console.store.read(move |conn| {
        let is_open = duties::requests(conn, business, 0)?.iter().any(|one| one.number == number);
        Ok::<_, ApiError>((today(conn, business, now_us)?, is_open))
    });
    let (today, is_open) = read.await?;
    if is_open {
        return Err(ApiError::Refused("a request of that number is open already".to_owned()));
    }
    let request =
        Received::of(&sent.number, sent.kind, sent.received, sent.due, today).map_err(|fault| ApiError::Unfit(fault.to_string()))?;
    decide(&console, business, &by, Decision::RequestReceived(request.clone())).await?;
    let made = console.store.read(move |conn| Ok::<_, ApiError>(duties::requests(conn, business, 0)?)).await?;
    // The newest of that number is the one that was just sealed.
    let made = made.into_iter().filter(|one| one.number == request.number).max_by_key(|one| one.id);
    let made = made.ok_or_else(|| ApiError::NotNow("the request is sealed and will be in the list in a moment".to_owned()))?;
    Ok((StatusCode::CREATED, ready.json(&request_json(made, today))).into_response())
}

/// `POST /api/v1/requests/{request}/close`
pub(super) async fn close(State(console): State<Arc<Console>>, Path(id): Path<u64>, asked: Asked) -> Result<Response, ApiError> {
    let (ready, by) = may_decide(&console, asked).await?;
    let (business, now_us) = (ready.business, (console.now_us)());
    let one = move |conn: &Connection| duties::request(conn, business, id)?.ok_or(ApiError::NoSuch("request"));
    if console.store.read(one).await?.closed.is_some() {
        return Err(ApiError::Refused("this request is answered already".to_owned()));
    }
    decide(&console, business, &by, Decision::RequestClosed { request: id }).await?;
    let read = console.store.read(move |conn| Ok::<_, ApiError>(request_json(one(conn)?, today(conn, business, now_us)?)));
    Ok(ready.json(&read.await?))
}

/// All of them: few, it is to be hoped.
pub(super) async fn breaches(State(console): State<Arc<Console>>, asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadJournal)?;
    let (ready, now_us) = (asked.ready(&console).await?, (console.now_us)());
    let read = console.store.read(move |conn| Ok::<_, ApiError>(duties::breaches(conn, ready.business, 0)?));
    let items: Vec<BreachJson> = read.await?.iter().map(|breach| breach_json(breach, now_us)).collect();
    Ok(ready.json(&json!({ "items": items })))
}

/// `POST /api/v1/incidents/{incident}/breach`: from now on the hours count.
pub(super) async fn mark(State(console): State<Arc<Console>>, Path(incident): Path<u64>, asked: Asked) -> Result<Response, ApiError> {
    let (ready, by) = may_decide(&console, asked).await?;
    let (business, known_us) = (ready.business, (console.now_us)());
    let known = console.store.read(move |conn| {
        incidents::one(conn, business, incident)?.ok_or(ApiError::NoSuch("incident"))?;
        breach(conn, business, incident)
    });
    if known.await?.is_some() {
        return Err(ApiError::Refused("this incident is marked as a breach already".to_owned()));
    }
    decide(&console, business, &by, Decision::BreachMarked { incident, known_us }).await?;
    shown(&console, ready, incident).await
}

/// `POST /api/v1/breaches/{incident}/told`
pub(super) async fn told(
    State(console): State<Arc<Console>>,
    Path(incident): Path<u64>,
    asked: Asked,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (ready, by) = may_decide(&console, asked).await?;
    let rule = "one object with step, which is first or results";
    let Told { step } = serde_json::from_slice(&body).map_err(|_| ApiError::Parameter { name: "body", rule })?;
    let business = ready.business;
    let known = console.store.read(move |conn| breach(conn, business, incident)).await?.ok_or(ApiError::NoSuch("breach"))?;
    if known.step(step).1.is_some() {
        return Err(ApiError::Refused("this message is told already".to_owned()));
    }
    decide(&console, business, &by, Decision::BreachTold { incident, step }).await?;
    shown(&console, ready, incident).await
}

/// Whoever may decide, by the name of their key.
async fn may_decide(console: &Console, asked: Asked) -> Result<(Ready, String), ApiError> {
    asked.scope.require(Action::Decide)?;
    let by = format!("key:{}", asked.key);
    Ok((asked.ready(console).await?, by))
}

async fn decide(console: &Console, business: BusinessId, by: &str, decision: Decision) -> Result<(), ApiError> {
    let decided = console.decide.decide(business, by, decision, (console.now_us)()).await;
    decided.map(drop).map_err(|e| ApiError::NotNow(e.to_string()))
}

/// The breach as it stands after a decision.
async fn shown(console: &Console, ready: Ready, incident: u64) -> Result<Response, ApiError> {
    let (business, now_us) = (ready.business, (console.now_us)());
    let found = console.store.read(move |conn| breach(conn, business, incident)).await?.ok_or(ApiError::NoSuch("breach"))?;
    Ok(ready.json(&breach_json(&found, now_us)))
}

fn breach(conn: &Connection, business: BusinessId, incident: u64) -> Result<Option<Breach>, ApiError> {
    Ok(duties::breaches(conn, business, 0)?.into_iter().find(|breach| breach.incident == incident))
}

/// The day that it is for the business.
fn today(conn: &Connection, business: BusinessId, now_us: i64) -> Result<Date, ApiError> {
    let zone = asker(conn, business, now_us)?.zone;
    Ok(jiff::Timestamp::from_microsecond(now_us).unwrap_or_default().to_zoned(zone).date())
}

fn access() -> RequestKind {
    RequestKind::Access
}

fn request_json(one: Request, today: Date) -> RequestJson {
    let (answered_us, answered_by) = one.closed.unzip();
    RequestJson {
        request: one.id,
        number: one.number,
        kind: one.kind,
        received: one.received,
        due: one.due,
        state: if answered_us.is_some() { "answered" } else { "open" },
        working_days_left: working_days_left(today, one.due).filter(|_| answered_us.is_none()),
        entered_at: rfc3339(one.made_us),
        entered_by: one.made_by,
        answered_at: answered_us.map(rfc3339),
        answered_by,
    }
}

fn breach_json(breach: &Breach, now_us: i64) -> BreachJson {
    let step = |step: BreachStep| {
        let (due_us, told_us) = breach.step(step);
        StepJson { due_at: rfc3339(due_us), told_at: told_us.map(rfc3339), is_late: told_us.unwrap_or(now_us) > due_us }
    };
    BreachJson {
        incident: breach.incident,
        known_at: rfc3339(breach.known_us),
        marked_by: breach.marked_by.clone(),
        first: step(BreachStep::First),
        results: step(BreachStep::Results),
    }
}
