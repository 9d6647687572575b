//! `GET /api/v1/metrics/…`: numbers with their denominators.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::asked::Asked;
use super::error::ApiError;
use crate::access::Action;
use crate::console::Console;
use crate::metrics::retention;

/// What share of the events accepted in the last 30, 90 and 365 days is available.
pub(super) async fn of_retention(State(console): State<Arc<Console>>, asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadNumbers)?;
    let ready = asked.ready(&console).await?;
    let now_us = (console.now_us)();
    let measured = console.store.read(move |conn| Ok::<_, ApiError>(retention::measure(conn, ready.business, now_us)?)).await?;
    Ok(ready.json(&measured))
}
