//! `GET /api/v1/events/{event_id}/proof`: what a stranger needs to check one record offline.
//!
//! The bundle is JSON; `?format=tlog-proof` gives the C2SP text alone. Of an id that came with other bytes, the newest record is proved
//! unless `?record=` names another.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::asked::{Asked, keys};
use super::error::ApiError;
use super::events;
use crate::access::Action;
use crate::console::Console;
use crate::journal::evidence::{self, EvidenceError};
use crate::journal::reading;

/// The form of a proof.
#[derive(Clone, Copy)]
enum Format {
    Bundle,
    TlogProof,
}

/// The proof of one event.
pub(super) async fn of_event(
    State(console): State<Arc<Console>>,
    Path(event_id): Path<String>,
    mut asked: Asked,
) -> Result<Response, ApiError> {
    asked.scope.require(Action::Prove)?;
    let format = match asked.text("format").as_deref() {
        None | Some("json") => Format::Bundle,
        Some("tlog-proof") => Format::TlogProof,
        Some(_) => return Err(ApiError::Parameter { name: "format", rule: "json or tlog-proof" }),
    };
    let index: Option<u64> = asked.read("record", "a record number of this event")?;
    let ready = asked.ready(&console).await?;
    let (keys, log) = (keys(&console, ready.business)?, console.logs.of(ready.business).ok_or(ApiError::NoKeys)?);
    let bundle = console.store.read(move |conn| {
        let records = reading::event_by_id(conn, &keys, &event_id)?;
        let wanted = |record: &&crate::event::RecordNo| index.is_none_or(|index| record.index() == index);
        let record = *records.iter().rfind(wanted).ok_or(ApiError::NoSuch("event"))?;
        match evidence::proof_bundle(conn, &keys, &log, record) {
            Err(EvidenceError::NoBlob(record)) => Err(events::gone(conn, &[record])?),
            bundle => Ok::<_, ApiError>(bundle?.with_event_id(event_id)),
        }
    });
    let bundle = bundle.await?;
    Ok(match format {
        Format::Bundle => ready.json(&bundle),
        Format::TlogProof => {
            let text = HeaderValue::from_static("text/plain; charset=utf-8");
            ([(header::CONTENT_TYPE, text), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], bundle.proof.to_string())
                .into_response()
        }
    })
}
