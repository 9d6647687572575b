//! `GET /api/v1/metrics/change`: before and after another model, prompt or scenario answers.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::asked::Asked;
use super::error::ApiError;
use super::incidents::{MarkerJson, marker};
use super::numbers::asker;
use crate::access::Action;
use crate::console::{Console, period};
use crate::metrics::changes::{self, Change};

const MOMENT: &str = "the day of the change: a date, or a moment such as 2025-01-01T12:34:56Z";

#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    change: Change,
    /// What else changed in these days.
    others: Vec<MarkerJson>,
    /// Events that came a moment ago.
    uncounted: u64,
}

/// The windows before and after `at`.
pub(super) async fn of_change(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadNumbers)?;
    let missing = || ApiError::Parameter { name: "at", rule: MOMENT };
    let at = asked.text("at").ok_or_else(missing)?;
    let weeks: Option<i64> = asked.read("weeks", "a number of weeks, 1 to 12")?;
    let (ready, now_us) = (asked.ready(&console).await?, (console.now_us)());
    let read = console.store.read(move |conn| {
        let asker = asker(conn, ready.business, now_us)?;
        let at_us = period::moment(&at, &asker.zone).ok_or(ApiError::Parameter { name: "at", rule: MOMENT })?;
        let mut change = changes::change(conn, &asker, at_us, weeks)?;
        let others = std::mem::take(&mut change.others).into_iter().map(marker).collect();
        Ok::<_, ApiError>(Answer { change, others, uncounted: period::uncounted(conn, ready.business)? })
    });
    Ok(ready.json(&read.await?))
}
