//! `GET /api/v1/incidents`: what went wrong; `/api/v1/metrics/incidents`: how fast it is found and put right; `/api/v1/metrics/markers`: since
//! when another model, prompt or scenario answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use rusqlite::Connection;
use serde::Serialize;

use super::asked::Asked;
use super::error::ApiError;
use super::moments::rfc3339;
use super::span::Span;
use crate::access::Action;
use crate::console::Console;
use crate::journal::incidents::{self, Incident};
use crate::metrics::incidents::{Figures, figures};
use crate::metrics::markers;

/// Incidents that one answer lists.
const MOST: usize = 500;
/// Incidents that are summed up: a year of several a day.
const SUMMED: usize = 5_000;

#[derive(Serialize)]
struct IncidentJson {
    incident: u64,
    rule: String,
    severity: &'static str,
    state: &'static str,
    began_at: String,
    detected_at: String,
    opened_by: String,
    acknowledged_at: Option<String>,
    acknowledged_by: Option<String>,
    resolved_at: Option<String>,
    resolved_by: Option<String>,
    ending: Option<&'static str>,
    recovered_at: Option<String>,
    /// Record indexes.
    evidence: Vec<u64>,
    count: u64,
    /// Conversations that the living evidence belongs to.
    affected_sessions: u64,
    facts: BTreeMap<String, String>,
}

#[derive(Serialize)]
pub(super) struct MarkerJson {
    at: String,
    what: &'static str,
    from: Option<String>,
    to: String,
    /// The first record with it; none where it is gone.
    record: Option<u64>,
    /// Who made the version active here; none where it is only seen in traffic.
    by: Option<String>,
}

/// The list: open ones, and those opened in a period, the newest first.
pub(super) async fn list(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadOperations)?;
    let state = asked.text("state");
    if state.as_deref().is_some_and(|state| !["open", "resolved"].contains(&state)) {
        return Err(ApiError::Parameter { name: "state", rule: "open or resolved" });
    }
    let span = Span::take(&mut asked);
    let (ready, now_us) = (asked.ready(&console).await?, (console.now_us)());
    let read = console.store.read(move |conn| {
        let (about, _) = span.period(conn, ready.business, now_us)?;
        let mut all = match state.as_deref() {
            Some("open") => incidents::open(conn, ready.business)?,
            _ => incidents::opened_in(conn, ready.business, about.from_us, about.to_us, MOST)?,
        };
        all.retain(|incident| state.as_deref() != Some("resolved") || !incident.is_open());
        let items = all.iter().map(|incident| one(conn, incident)).collect::<rusqlite::Result<Vec<_>>>()?;
        Ok::<_, ApiError>(about.answer(serde_json::json!({ "items": items })))
    });
    Ok(ready.json(&read.await?))
}

/// Means and medians of those that were opened in a period.
pub(super) async fn summed(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadOperations)?;
    let span = Span::take(&mut asked);
    let (ready, now_us) = (asked.ready(&console).await?, (console.now_us)());
    let read = console.store.read(move |conn| {
        let (about, _) = span.period(conn, ready.business, now_us)?;
        let all = incidents::opened_in(conn, ready.business, about.from_us, about.to_us, SUMMED)?;
        let body: Figures = figures(&all, now_us);
        Ok::<_, ApiError>(about.answer(body))
    });
    Ok(ready.json(&read.await?))
}

/// Changes of versions in a period.
pub(super) async fn of_markers(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadNumbers)?;
    let span = Span::take(&mut asked);
    let (ready, now_us) = (asked.ready(&console).await?, (console.now_us)());
    let read = console.store.read(move |conn| {
        let (about, _) = span.period(conn, ready.business, now_us)?;
        let found = markers::markers(conn, ready.business, about.from_us, about.to_us)?;
        let items: Vec<MarkerJson> = found.into_iter().map(marker).collect();
        Ok::<_, ApiError>(about.answer(serde_json::json!({ "items": items })))
    });
    Ok(ready.json(&read.await?))
}

fn one(conn: &Connection, incident: &Incident) -> rusqlite::Result<IncidentJson> {
    let (acknowledged, resolved) = (incident.acknowledged.clone(), incident.resolved.clone());
    Ok(IncidentJson {
        incident: incident.number,
        rule: incident.rule.clone(),
        severity: incident.severity.as_str(),
        state: match (&acknowledged, &resolved) {
            (_, Some(_)) => "resolved",
            (Some(_), None) => "acknowledged",
            (None, None) => "open",
        },
        began_at: rfc3339(incident.began_us),
        detected_at: rfc3339(incident.opened_us),
        opened_by: incident.opened_by.clone(),
        acknowledged_at: acknowledged.as_ref().map(|(us, _)| rfc3339(*us)),
        acknowledged_by: acknowledged.map(|(_, by)| by),
        resolved_at: resolved.as_ref().map(|(us, _, _)| rfc3339(*us)),
        ending: resolved.as_ref().map(|(_, _, how)| how.as_str()),
        resolved_by: resolved.map(|(_, by, _)| by),
        recovered_at: incident.recovered_us.map(rfc3339),
        evidence: incident.records.iter().collect(),
        count: incident.count,
        affected_sessions: incidents::affected(conn, incident)?,
        facts: incident.facts.clone(),
    })
}

pub(super) fn marker(found: markers::Marker) -> MarkerJson {
    MarkerJson { at: rfc3339(found.us), what: found.what.as_str(), from: found.from, to: found.to, record: found.record, by: found.by }
}
