//! `GET /api/v1/metrics/worth`: what lost leads would have brought, what work was saved, what a booking costs, whether more leads come.
//! `…/hours`: the week by hours.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::json;

use super::asked::Asked;
use super::error::ApiError;
use super::numbers::{Answer, Wanted};
use crate::console::Console;
use crate::metrics::figures::heat::{self, Hour};
use crate::metrics::terms::Settled;
use crate::metrics::worth::worth;

/// What it is worth.
pub(super) async fn of_worth(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    let wanted = Wanted::take(&mut asked)?;
    if !wanted.only.is_empty() {
        return Err(ApiError::Parameters);
    }
    let ready = asked.ready(&console).await?;
    let now_us = (console.now_us)();
    let read = console.store.read(move |conn| {
        let settled = Settled::of(conn, ready.business)?;
        let (asker, question, about) = wanted.question(conn, ready.business, now_us)?;
        let body = worth(conn, &asker, &question, &settled)?;
        Ok::<_, ApiError>(Answer { about, body: json!({ "worth": body, "settled": settled }) })
    });
    Ok(ready.json(&read.await?))
}

/// One hour of the week.
#[derive(Serialize)]
struct Cell {
    /// Monday is 0.
    weekday: usize,
    hour: usize,
    #[serde(flatten)]
    of: Hour,
}

/// The week by hours.
pub(super) async fn of_hours(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    let wanted = Wanted::take(&mut asked)?;
    let ready = asked.ready(&console).await?;
    let now_us = (console.now_us)();
    let read = console.store.read(move |conn| {
        let (asker, question, about) = wanted.question(conn, ready.business, now_us)?;
        let week = heat::week(conn, &asker, &question)?;
        let hours = week
            .0
            .iter()
            .enumerate()
            .flat_map(|(weekday, day)| day.iter().enumerate().map(move |(hour, of)| Cell { weekday, hour, of: *of }));
        let items: Vec<Cell> = hours.filter(|cell| cell.of.conversations > 0).collect();
        Ok::<_, ApiError>(Answer { about, body: json!({ "items": items }) })
    });
    Ok(ready.json(&read.await?))
}
