//! Forms of «Отчёты»: where they go, a test, a report now, once more what was not delivered.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::{Nothing, Posted};
use super::super::visitor::Visitor;
use crate::access::trail::{About, What, audit};
use crate::access::{AccessError, Action};
use crate::console::routing::{Routing, RoutingError};
use crate::journal::reports::{Kind, Route, outbox};
use crate::post::NotMade;

/// A route as it is typed: a box that is not ticked sends nothing.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Typed {
    digest: String,
    weekly: String,
    audit: String,
    alert: String,
    way: String,
    to: String,
    secret: String,
    language: String,
    hour: String,
    weekday: String,
}

/// Which report to send now.
#[derive(Deserialize)]
pub(super) struct Which {
    kind: String,
}

impl From<RoutingError> for PageError {
    fn from(error: RoutingError) -> Self {
        match error {
            RoutingError::Wrong(rule) => AccessError::Invalid { what: "route", rule }.into(),
            RoutingError::Unknown => Self::NotFound,
            RoutingError::Store(e) => e.into(),
            RoutingError::Decide(e) => e.into(),
            RoutingError::NoKeys => Self::Broken(error.to_string()),
        }
    }
}

impl From<NotMade> for PageError {
    fn from(error: NotMade) -> Self {
        match error {
            NotMade::Store(e) => e.into(),
            NotMade::NoRoute | NotMade::Alert => Self::NotFound,
            other => Self::Broken(other.to_string()),
        }
    }
}

/// `POST /reports/routes`
pub(super) async fn add(State(desk): State<Desk>, posted: Posted<Typed>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::ManageSettings)?;
    let ticked = [(Kind::Digest, &form.digest), (Kind::Weekly, &form.weekly), (Kind::Audit, &form.audit), (Kind::Alert, &form.alert)];
    let wrong = |rule| PageError::Access(AccessError::Invalid { what: "route", rule });
    let route = Route {
        kinds: ticked.into_iter().filter(|(_, tick)| !tick.is_empty()).map(|(kind, _)| kind).collect(),
        way: form.way.parse().map_err(|_| wrong("mail, telegram or max"))?,
        to: form.to.trim().to_owned(),
        language: form.language,
        hour: form.hour.parse().map_err(|_| wrong("hours are 0 to 23"))?,
        weekday: form.weekday.parse().map_err(|_| wrong("the day of the week is 1 (Monday) to 7"))?,
        quiet_from: 22,
        quiet_to: 8,
        url: None,
    };
    let id = routing(&desk, &visitor).set(None, route, Some(form.secret)).await?;
    note(&desk, &visitor, format!("route {id} set"));
    Ok(back())
}

/// `POST /reports/routes/{id}/remove`
pub(super) async fn remove(State(desk): State<Desk>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let visitor = posted.visitor;
    visitor.require(Action::ManageSettings)?;
    routing(&desk, &visitor).remove(id.clone()).await?;
    note(&desk, &visitor, format!("route {id} removed"));
    Ok(back())
}

/// `POST /reports/routes/{id}/test`: a few words.
pub(super) async fn test(State(desk): State<Desk>, Path(id): Path<String>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let visitor = posted.visitor;
    visitor.require(Action::ManageSettings)?;
    desk.console.post.send_trial(visitor.business.id, &id).await?;
    Ok(back())
}

/// `POST /reports/routes/{id}/send`: the last report of a kind.
pub(super) async fn send(State(desk): State<Desk>, Path(id): Path<String>, posted: Posted<Which>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::ManageSettings)?;
    let kind = form.kind.parse().map_err(|_| PageError::NotFound)?;
    desk.console.post.send_now(visitor.business.id, &id, kind).await?;
    note(&desk, &visitor, format!("{} report sent by route {id}", form.kind));
    Ok(back())
}

/// `POST /reports/deliveries/{id}/retry`
pub(super) async fn retry(State(desk): State<Desk>, Path(id): Path<i64>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let visitor = posted.visitor;
    visitor.require(Action::ManageSettings)?;
    let (business, now_us) = (visitor.business.id, visitor.now_us);
    let there = desk.console.store.write(move |tx| Ok::<_, PageError>(outbox::retry(tx, business, id, now_us)?)).await?;
    if there { Ok(back()) } else { Err(PageError::NotFound) }
}

fn routing<'a>(desk: &'a Desk, visitor: &'a Visitor) -> Routing<'a> {
    let console = &desk.console;
    Routing {
        store: &console.store,
        vault: &console.vault,
        decide: &console.decide,
        business: visitor.business.id,
        by: visitor.by(),
        now_us: visitor.now_us,
    }
}

/// In the trail, beside the answer.
fn note(desk: &Desk, visitor: &Visitor, target: String) {
    let (who, business, now_us) = (visitor.signed_in.who(), visitor.business.id, visitor.now_us);
    let noted =
        move |tx: &rusqlite::Transaction<'_>| Ok::<_, PageError>(audit(tx, About::Business(business), who, What::Changed, target, now_us)?);
    if let Err(e) = desk.console.store.submit(noted) {
        tracing::error!(error = %e, "a change of routes was not noted");
    }
}

fn back() -> Response {
    Redirect::to("/reports#routes").into_response()
}
