//! `GET /api/v1/promises`: what the assistant said it did or would do, against what was done; `/api/v1/metrics/promises`: how many of each.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use rusqlite::Connection;

use super::asked::Asked;
use super::error::ApiError;
use super::moments::rfc3339;
use crate::console::Console;
use crate::event::{BusinessId, PromiseKind, When};
use crate::journal::promises::{self, Filter, Judged, Line, State as Standing};
use crate::journal::reading;

/// How a promise can stand.
const STATES: [&str; 4] = ["open", "waiting", "kept", "unchecked"];

/// An answer with what it promises.
#[derive(serde::Serialize)]
struct PromisesJson {
    event_id: String,
    record: u64,
    timestamp: String,
    session_id: Option<String>,
    client_id: Option<String>,
    channel: String,
    promises: Vec<PromiseJson>,
}

/// One promise.
#[derive(serde::Serialize)]
struct PromiseJson {
    kind: &'static str,
    modality: &'static str,
    /// The part of the answer that says it.
    words: Option<String>,
    /// The hour of a visit, as said: `15:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    hour: Option<String>,
    state: &'static str,
    /// The record that kept it.
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_by: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_at: Option<String>,
}

/// The list.
pub(super) async fn list(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    let mut filter = filter(&mut asked)?;
    filter.state = asked.text("state");
    if filter.state.as_deref().is_some_and(|state| !STATES.contains(&state)) {
        return Err(ApiError::Parameter { name: "state", rule: "open, waiting, kept or unchecked" });
    }
    let page = asked.page()?;
    let (ready, now_us) = (asked.ready(&console).await?, (console.now_us)());
    let listed = console.store.read(move |conn| {
        let listed = promises::list(conn, ready.business, &filter, &page, now_us)?;
        let next = listed.next;
        let mut items = Vec::with_capacity(listed.items.len());
        for line in listed.items {
            items.extend(told(conn, ready.business, line)?);
        }
        Ok::<_, ApiError>(reading::Listed { items, next })
    });
    Ok(ready.list(listed.await?))
}

/// How many there are of each.
pub(super) async fn tally(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    let filter = filter(&mut asked)?;
    let (ready, now_us) = (asked.ready(&console).await?, (console.now_us)());
    let tally = console.store.read(move |conn| Ok::<_, ApiError>(promises::tally(conn, ready.business, &filter, now_us)?));
    Ok(ready.json(&tally.await?))
}

fn filter(asked: &mut Asked) -> Result<Filter, ApiError> {
    let unknown = ApiError::Parameter { name: "kind", rule: "a kind of promise, such as booked or reminder_sent" };
    let kind = asked.text("kind").map(|name| PromiseKind::parse(&name).ok_or(unknown)).transpose()?;
    Ok(Filter { kind, state: None, from_us: asked.moment("from")?, to_us: asked.moment("to")? })
}

fn told(conn: &Connection, business: BusinessId, line: Line) -> rusqlite::Result<Option<PromisesJson>> {
    let Some(event) = reading::event(conn, business, line.record)? else { return Ok(None) };
    let found = promises::found(&event.row);
    let one = |Judged { said, state }: Judged| {
        let words = found.iter().find(|(_, promise)| (promise.kind, promise.modality) == (said.kind, said.modality));
        let kept = if let Standing::Kept(record, at_us) = state { Some((record, at_us)) } else { None };
        PromiseJson {
            kind: said.kind.as_str(),
            modality: said.modality.as_str(),
            words: words.map(|(words, _)| (*words).to_owned()),
            hour: said.hour.map(|hour| hour.to_string()),
            state: state.as_str(),
            kept_by: kept.map(|(record, _)| record.index()),
            kept_at: kept.map(|(_, at_us)| rfc3339(at_us)),
        }
    };
    Ok(Some(PromisesJson {
        promises: line.promises.into_iter().map(one).collect(),
        record: line.record.index(),
        timestamp: When { utc_us: event.row.ts_us, offset_min: event.row.offset_min as i16 }.to_string(),
        session_id: event.session,
        client_id: event.client.map(|client| client.pid),
        event_id: event.row.event_id,
        channel: event.row.channel,
    }))
}
