//! What people do about incidents: they have seen it, it is over, here is one. All of it is sealed.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::{Nothing, Posted};
use super::super::visitor::Visitor;
use crate::access::Action;
use crate::event::RecordNo;
use crate::event::incident::{Ending, Matter, Opening, Resolution, Severity};
use crate::event::record::Decision;
use crate::journal::incidents::{self, Incident};
use crate::journal::reading;

/// A larger number would be a record of another business.
const INDEXES: u64 = 1 << 40;

/// How it ended.
#[derive(Deserialize)]
pub(crate) struct Ended {
    how: String,
    /// `2025-01-01T14:05` by the business's clock; empty: as the rule says.
    #[serde(default)]
    began: String,
    /// Empty: now.
    #[serde(default)]
    recovered: String,
}

/// What is the matter, and which record shows it.
#[derive(Deserialize)]
pub(crate) struct Reported {
    matter: String,
    record: String,
}

/// `POST /incidents/{number}/seen`
pub(crate) async fn seen(State(desk): State<Desk>, Path(number): Path<u64>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    let incident = open_one(&desk, &visitor, number).await?;
    decide(&desk, &visitor, Decision::IncidentAcknowledged { incident: incident.number }).await
}

/// `POST /incidents/{number}/resolve`
pub(crate) async fn resolve(State(desk): State<Desk>, Path(number): Path<u64>, posted: Posted<Ended>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let incident = open_one(&desk, &visitor, number).await?;
    let how: Ending = form.how.parse().map_err(|_| PageError::NotFound)?;
    if how == Ending::Passed {
        return Err(PageError::NotFound);
    }
    let clock = visitor.clock();
    let moment = |text: &str| if text.is_empty() { Some(None) } else { clock.typed(text).map(Some) };
    let (Some(began_us), Some(recovered_us)) = (moment(&form.began), moment(&form.recovered)) else {
        return Ok(Redirect::to("/incidents?problem=time").into_response());
    };
    let recovered_us = recovered_us.unwrap_or(visitor.now_us);
    let began = began_us.unwrap_or(incident.began_us);
    if began > recovered_us || recovered_us > visitor.now_us {
        return Ok(Redirect::to("/incidents?problem=time").into_response());
    }
    // The field shows minutes: what nobody touched stays as exact as it was.
    let began_us = began_us.filter(|_| form.began != clock.field(incident.began_us));
    let resolution = Resolution { incident: incident.number, how, began_us, recovered_us };
    decide(&desk, &visitor, Decision::IncidentResolved(resolution)).await
}

/// `POST /incidents`: by hand, from a conversation.
pub(crate) async fn open(State(desk): State<Desk>, posted: Posted<Reported>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::Decide)?;
    visitor.require(Action::ReadJournal)?;
    let matter: Matter = form.matter.parse().map_err(|_| PageError::NotFound)?;
    let index = form.record.parse().ok().filter(|index: &u64| *index < INDEXES).ok_or(PageError::NotFound)?;
    let business = visitor.business.id;
    let read = desk.console.store.read(move |conn| Ok::<_, PageError>(reading::event(conn, business, RecordNo::new(business, index))?));
    let event = read.await?.ok_or(PageError::NotFound)?;
    let opening = Opening {
        rule: "hand".into(),
        key: format!("hand:{matter}:{index}"),
        severity: Severity::Warning,
        began_us: event.row.ts_us,
        records: index.to_string(),
        count: 1,
        facts: BTreeMap::from([("what".to_owned(), matter.to_string())]),
    };
    decide(&desk, &visitor, Decision::IncidentOpened(opening)).await
}

/// One that may still be changed; whose business it is, is in its number.
async fn open_one(desk: &Desk, visitor: &Visitor, number: u64) -> Result<Incident, PageError> {
    visitor.require(Action::Decide)?;
    let business = visitor.business.id;
    let read = desk.console.store.read(move |conn| Ok::<_, PageError>(incidents::one(conn, business, number)?));
    read.await?.ok_or(PageError::NotFound)
}

async fn decide(desk: &Desk, visitor: &Visitor, decision: Decision) -> Result<Response, PageError> {
    desk.console.decide.decide(visitor.business.id, visitor.by(), decision, visitor.now_us).await?;
    Ok(Redirect::to("/incidents").into_response())
}
