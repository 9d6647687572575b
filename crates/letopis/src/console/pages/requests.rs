//! What the law sets a time for: requests of persons about their data, each with the working days that are left, and breaches with their hours.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;

use super::Desk;
use super::error::PageError;
use super::form::{Nothing, Posted};
use super::frame::{Frame, Section, framed, page};
use super::journal::Choice;
use super::labels::Chip;
use super::visitor::Visitor;
use crate::access::Action;
use crate::event::duty::{BreachStep, Received, RequestKind, working_days_left};
use crate::event::record::Decision;
use crate::event::when::DAY_US;
use crate::journal::duties::{self, Breach, Request};
use crate::journal::erasing::check_request;
use crate::journal::incidents;

/// Closed ones that are listed.
const CLOSED: usize = 50;
/// Breaches stay here so long after everything was told.
const BREACHES_US: i64 = 90 * DAY_US;

pub(super) struct Shown {
    id: u64,
    pub(super) number: String,
    pub(super) kind: String,
    pub(super) about: String,
    pub(super) left: Option<Chip>,
    /// Where it is done.
    erases: bool,
}

pub(super) struct Leaked {
    pub(super) incident: u64,
    known: String,
    pub(super) steps: Vec<Step>,
}

pub(super) struct Step {
    name: &'static str,
    pub(super) label: String,
    pub(super) state: Chip,
    pub(super) is_open: bool,
}

#[derive(Template)]
#[template(path = "requests.html")]
struct RequestsPage {
    f: Frame,
    open: Vec<Shown>,
    closed: Vec<Shown>,
    breaches: Vec<Leaked>,
    kinds: Vec<Choice>,
    today: String,
    may_decide: bool,
    number: String,
    problem: Option<String>,
}

framed!(RequestsPage);

/// A request as it is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    number: String,
    kind: String,
    received: String,
    /// Empty: as the law says.
    due: String,
}

/// Which message went out.
#[derive(Debug, Deserialize)]
pub(super) struct Told {
    step: String,
}

/// `GET /requests`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    list(&desk, &visitor, String::new(), None).await
}

async fn list(desk: &Desk, visitor: &Visitor, number: String, problem: Option<String>) -> Result<Response, PageError> {
    visitor.require(Action::ReadJournal)?;
    let (business, since_us) = (visitor.business.id, visitor.now_us - BREACHES_US);
    let read = desk
        .console
        .store
        .read(move |conn| Ok::<_, PageError>((duties::requests(conn, business, CLOSED)?, duties::breaches(conn, business, since_us)?)));
    let (requests, breaches) = read.await?;
    let (open, closed): (Vec<Request>, Vec<Request>) = requests.into_iter().partition(|request| request.closed.is_none());
    let t = &visitor.t;
    let kind = |kind: &RequestKind| Choice {
        value: kind.to_string(),
        label: t.of("request-kind", kind.as_str()),
        chosen: *kind == RequestKind::Access,
    };
    page(&RequestsPage {
        f: Frame::new(desk, visitor, Section::Requests, t.say("requests-title")),
        open: open.iter().map(|request| shown(visitor, request)).collect(),
        closed: closed.iter().map(|request| shown(visitor, request)).collect(),
        breaches: breaches.iter().map(|breach| leaked(visitor, breach)).collect(),
        kinds: RequestKind::ALL.iter().map(kind).collect(),
        today: today(visitor).to_string(),
        may_decide: visitor.scope.can(Action::Decide),
        number,
        problem,
    })
}

fn today(visitor: &Visitor) -> Date {
    jiff::Timestamp::from_microsecond(visitor.now_us).unwrap_or_default().to_zoned(visitor.clock().zone().clone()).date()
}

pub(super) fn shown(visitor: &Visitor, request: &Request) -> Shown {
    let (t, clock) = (&visitor.t, visitor.clock());
    let day = |day: Date| day.strftime("%d.%m.%Y").to_string();
    let left = match (&request.closed, working_days_left(today(visitor), request.due)) {
        (Some(_), _) => None,
        (None, None) => Some(Chip::new("bad", t.say("request-late"))),
        (None, Some(left)) => Some(Chip::new(if left < 2 { "warn" } else { "" }, t.count("request-left", i64::from(left)))),
    };
    let about = match &request.closed {
        Some((us, by)) => t.with("request-closed", &[("when", clock.when(*us).into()), ("by", by.clone().into())]),
        None => t.with("request-about", &[("received", day(request.received).into()), ("due", day(request.due).into())]),
    };
    let erases = request.kind == RequestKind::Withdraw && request.closed.is_none();
    Shown { id: request.id, number: request.number.clone(), kind: t.of("request-kind", request.kind.as_str()), about, left, erases }
}

pub(super) fn leaked(visitor: &Visitor, breach: &Breach) -> Leaked {
    let (t, clock) = (&visitor.t, visitor.clock());
    let step = |step: BreachStep| {
        let (due_us, told_us) = breach.step(step);
        let state = match told_us {
            Some(us) => Chip::new("ok", t.of("breach-told", &clock.when(us))),
            None if due_us < visitor.now_us => Chip::new("bad", t.of("breach-late", &clock.when(due_us))),
            None => Chip::new("warn", t.of("breach-due", &clock.when(due_us))),
        };
        Step { name: step.as_str(), label: t.of("breach-step", step.as_str()), state, is_open: told_us.is_none() }
    };
    let known = t.with("breach-known", &[("when", clock.when(breach.known_us).into()), ("by", breach.marked_by.clone().into())]);
    Leaked { incident: breach.incident, known, steps: BreachStep::ALL.map(step).into() }
}

/// `POST /requests`
pub(super) async fn add(State(desk): State<Desk>, posted: Posted<Typed>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::Decide)?;
    let (today, number) = (today(&visitor), form.number.trim().to_owned());
    let kind: Option<RequestKind> = form.kind.parse().ok();
    // An empty field is one that nobody filled in; anything else must be a day.
    let day = |text: &str| if text.is_empty() { Ok(None) } else { text.parse::<Date>().map(Some) };
    let days = kind.zip(day(&form.received).ok().zip(day(&form.due).ok()));
    let read = days.and_then(|(kind, (received, due))| Received::of(&number, kind, received, due, today).ok());
    let Some(request) = read else { return list(&desk, &visitor, number, Some(visitor.t.say("request-wrong-day"))).await };
    if check_request(&request.number).is_err() {
        return list(&desk, &visitor, number, Some(visitor.t.say("erase-request-wrong"))).await;
    }
    decide(&desk, &visitor, Decision::RequestReceived(request)).await
}

/// `POST /requests/{id}/close`
pub(super) async fn close(State(desk): State<Desk>, Path(id): Path<u64>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    visitor.require(Action::Decide)?;
    let business = visitor.business.id;
    let known = desk.console.store.read(move |conn| Ok::<_, PageError>(duties::request(conn, business, id)?)).await?;
    known.ok_or(PageError::NotFound)?;
    decide(&desk, &visitor, Decision::RequestClosed { request: id }).await
}

/// `POST /incidents/{number}/breach`: from now on the hours count.
pub(super) async fn mark(State(desk): State<Desk>, Path(number): Path<u64>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    visitor.require(Action::Decide)?;
    let business = visitor.business.id;
    let known = desk.console.store.read(move |conn| Ok::<_, PageError>(incidents::one(conn, business, number)?)).await?;
    let incident = known.ok_or(PageError::NotFound)?;
    decide(&desk, &visitor, Decision::BreachMarked { incident: incident.number, known_us: visitor.now_us }).await
}

/// `POST /incidents/{number}/told`
pub(super) async fn told(State(desk): State<Desk>, Path(number): Path<u64>, posted: Posted<Told>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::Decide)?;
    let step: BreachStep = form.step.parse().map_err(|_| PageError::NotFound)?;
    let (business, since_us) = (visitor.business.id, visitor.now_us - BREACHES_US);
    let known = desk.console.store.read(move |conn| Ok::<_, PageError>(duties::breaches(conn, business, since_us)?)).await?;
    known.iter().find(|breach| breach.incident == number).ok_or(PageError::NotFound)?;
    decide(&desk, &visitor, Decision::BreachTold { incident: number, step }).await
}

async fn decide(desk: &Desk, visitor: &Visitor, decision: Decision) -> Result<Response, PageError> {
    desk.console.decide.decide(visitor.business.id, visitor.by(), decision, visitor.now_us).await?;
    Ok(Redirect::to("/requests").into_response())
}
