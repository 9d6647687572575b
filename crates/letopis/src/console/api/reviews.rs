//! `GET /api/v1/reviews`: what people are to look at and what they found; `/api/v1/metrics/intents`: what follows from it for all.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use rusqlite::Connection;

use super::asked::Asked;
use super::error::ApiError;
use super::moments::rfc3339;
use crate::access::Action;
use crate::console::Console;
use crate::event::RecordNo;
use crate::event::review::{Fault, ReviewQueue};
use crate::journal::reading::{self, Cursor, Listed};
use crate::journal::reviews::{self, Item, Opinion};
use crate::metrics::intents;

/// One thing to look at.
#[derive(serde::Serialize)]
struct ItemJson {
    queue: &'static str,
    event_id: String,
    record: u64,
    timestamp: String,
    session_id: Option<String>,
    channel: String,
    /// First record of the drawn conversation.
    conversation: Option<u64>,
    /// The record of the draw.
    draw: u64,
    intent: Option<String>,
    confidence: Option<f64>,
    assignee: Option<String>,
    /// Another person is to look at it too.
    second: bool,
    labels: Vec<LabelJson>,
}

/// What one person found.
#[derive(serde::Serialize)]
struct LabelJson {
    reviewer: String,
    labelled_at: String,
    right: Option<bool>,
    intent: Option<String>,
    faults: Vec<Fault>,
}

/// The queues, item by item, in the order in which they are worked through.
pub(super) async fn list(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    let unknown = ApiError::Parameter { name: "queue", rule: "low, random, facts or complaint" };
    let queue = asked.text("queue").map(|name| ReviewQueue::parse(&name).ok_or(unknown)).transpose()?;
    let is_open = match asked.text("state").as_deref() {
        None => None,
        Some("open") => Some(true),
        Some("done") => Some(false),
        Some(_) => return Err(ApiError::Parameter { name: "state", rule: "open or done" }),
    };
    let page = asked.page()?;
    let ready = asked.ready(&console).await?;
    let listed = console.store.read(move |conn| {
        let mut all = Vec::new();
        for queue in queue.map_or(ReviewQueue::ALL.to_vec(), |queue| vec![queue]) {
            all.extend(reviews::items(conn, ready.business, queue)?);
        }
        // Queues are short and only grow at their end: a place in them is what a cursor says.
        let from = page.after.map_or(0, |after| after.id.max(0) as usize);
        let fits = |item: &Item| is_open.is_none_or(|open| item.opinions.is_empty() == open);
        let wanted: Vec<(usize, Item)> = all.into_iter().enumerate().skip(from).filter(|(_, item)| fits(item)).take(page.limit()).collect();
        let last = wanted.last().filter(|_| wanted.len() == page.limit()).map(|(at, _)| *at as i64);
        let items = wanted.into_iter().map(|(_, item)| told(conn, item)).collect::<Result<Vec<_>, ApiError>>()?;
        Ok::<_, ApiError>(Listed { items, next: last.map(|at| Cursor { at: 0, id: at + 1 }) })
    });
    Ok(ready.list(listed.await?))
}

/// How often intents are wrong, of all units of the last three months, or of those that `from..to` touches.
pub(super) async fn of_intents(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadNumbers)?;
    let (from_us, to_us) = (asked.moment("from")?, asked.moment("to")?);
    let ready = asked.ready(&console).await?;
    let measured = console.store.read(move |conn| Ok::<_, ApiError>(intents::measure(conn, ready.business, from_us, to_us)?));
    let measured = measured.await?;
    let mut told = serde_json::json!(measured);
    told["denominator"] = "events with an intent, in conversations that began in these months".into();
    Ok(ready.json(&told))
}

fn told(conn: &Connection, item: Item) -> Result<ItemJson, ApiError> {
    let event = reading::event(conn, item.record.business(), item.record)?;
    let label = |opinion: Opinion| LabelJson {
        reviewer: opinion.reviewer,
        labelled_at: rfc3339(opinion.made_us),
        right: opinion.right,
        intent: opinion.truth,
        faults: opinion.faults,
    };
    Ok(ItemJson {
        queue: item.queue.as_str(),
        event_id: event.map(|event| event.row.event_id).unwrap_or_default(),
        record: item.record.index(),
        timestamp: rfc3339(item.ts_us),
        session_id: item.session,
        channel: item.channel,
        conversation: item.cluster.map(RecordNo::index),
        draw: item.draw.index(),
        intent: item.intent,
        confidence: item.confidence,
        assignee: item.assignee,
        second: item.second,
        labels: item.opinions.into_iter().map(label).collect(),
    })
}
