//! `GET /api/v1/metrics/…`: numbers with their denominators.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::asked::Asked;
use super::error::ApiError;
use super::moments::rfc3339;
use super::numbers::asker;
use super::span::Span;
use crate::access::Action;
use crate::console::Console;
use crate::console::measured::Picture;
use crate::event::when::DAY_US;
use crate::metrics::completeness;
use crate::metrics::measured::{Measured, Told, WINDOW_US};
use crate::metrics::retention::{self, Availability};

/// What share of the events accepted in the last 30, 90 and 365 days is available.
pub(super) async fn of_retention(State(console): State<Arc<Console>>, asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadNumbers)?;
    let ready = asked.ready(&console).await?;
    let now_us = (console.now_us)();
    let read = console.store.read(move |conn| {
        let zone = asker(conn, ready.business, now_us)?.zone;
        Ok::<_, ApiError>(retention::measure(conn, ready.business, &zone, now_us)?)
    });
    let Availability { audited_us, windows, bands } = read.await?;
    Ok(ready.json(&json!({ "audited_at": audited_us.map(rfc3339), "windows": windows, "bands": bands })))
}

/// What can be known on one channel; what cannot is null, and no number of it means anything.
#[derive(serde::Serialize)]
struct OnChannel {
    channel: String,
    #[serde(flatten)]
    by: Measured,
    /// What its conversations told by themselves.
    told: Told,
}

/// On which channels intent, confidence, bookings and refusals are measured, and by what.
pub(super) async fn of_measured(State(console): State<Arc<Console>>, asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadNumbers)?;
    let ready = asked.ready(&console).await?;
    let now_us = (console.now_us)();
    let picture = console.store.read(move |conn| Ok::<_, ApiError>(Picture::of(conn, ready.business, now_us)?)).await?;
    let on = |channel: &str| OnChannel { channel: channel.to_owned(), by: picture.on(channel), told: picture.counts(channel) };
    let channels: Vec<OnChannel> = picture.channels().into_iter().map(on).collect();
    Ok(ready.json(&json!({ "window_days": WINDOW_US / DAY_US, "channels": channels })))
}

/// What events lack, by channel.
pub(super) async fn of_completeness(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    asked.scope.require(Action::ReadOperations)?;
    let span = Span::take(&mut asked);
    let (ready, now_us) = (asked.ready(&console).await?, (console.now_us)());
    let read = console.store.read(move |conn| {
        let (about, _) = span.period(conn, ready.business, now_us)?;
        let found = completeness::completeness(conn, ready.business, about.from_us, about.to_us)?;
        Ok::<_, ApiError>(about.answer(found))
    });
    Ok(ready.json(&read.await?))
}
