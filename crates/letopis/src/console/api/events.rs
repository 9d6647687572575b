//! `GET /api/v1/events`, `/api/v1/events/{event_id}`: events with the sender's own bytes, out of the sealed record.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use rusqlite::Connection;
use serde_json::value::RawValue;

use super::asked::{Asked, keys};
use super::error::ApiError;
use super::moments::rfc3339;
use crate::console::Console;
use crate::event::{RecordNo, When, record};
use crate::journal::acts;
use crate::journal::evidence::{self, EvidenceError};
use crate::journal::projection::{CLOCK_SKEW, CONFLICT, MASKED_PHONE};
use crate::journal::reading::{self, EventFilter, EventLine};
use crate::privacy::BusinessKeys;

/// One event. What stands beside `event` is derived or added by capture; `event` is what was sent, byte for byte.
#[derive(serde::Serialize)]
pub(super) struct EventJson {
    event_id: String,
    record: u64,
    timestamp: String,
    received_at: String,
    #[serde(rename = "type")]
    kind: String,
    /// The sender gave no type.
    #[serde(skip_serializing_if = "Option::is_none")]
    type_derived: Option<bool>,
    session_id: Option<String>,
    client_id: Option<String>,
    channel: String,
    flags: Flags,
    event: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<String>,
    /// Why there is no `event`.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

#[derive(serde::Serialize)]
struct Flags {
    masked_phone: bool,
    conflict: bool,
    clock_skew: bool,
}

/// What R says beyond the row.
struct Sent {
    event: Box<RawValue>,
    type_derived: bool,
    source: String,
    connection: Option<String>,
}

/// The list.
pub(super) async fn list(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    let filter = EventFilter {
        kind: asked.text("type"),
        channel: asked.text("channel"),
        session: asked.text("session"),
        client: asked.text("client"),
        intent: asked.text("intent"),
        from_us: asked.moment("from")?,
        to_us: asked.moment("to")?,
    };
    let page = asked.page()?;
    let ready = asked.ready(&console).await?;
    let keys = keys(&console, ready.business)?;
    let listed = console.store.read(move |conn| {
        let listed = reading::events(conn, ready.business, &filter, &page)?;
        Ok::<_, ApiError>(listed.map(|line| EventJson::of(conn, &keys, line)))
    });
    Ok(ready.list(listed.await?))
}

/// The newest record of one event id; `conflicts` names the others.
pub(super) async fn one(State(console): State<Arc<Console>>, Path(event_id): Path<String>, asked: Asked) -> Result<Response, ApiError> {
    let ready = asked.ready(&console).await?;
    let keys = keys(&console, ready.business)?;
    let found = console.store.read(move |conn| {
        let records = reading::event_by_id(conn, &keys, &event_id)?;
        let lines = records.iter().map(|&record| reading::event(conn, ready.business, record)).collect::<rusqlite::Result<Vec<_>>>()?;
        let mut found: Vec<EventJson> = lines.into_iter().flatten().map(|line| EventJson::of(conn, &keys, line)).collect();
        let Some(newest) = found.pop() else { return Err(gone(conn, &records)?) };
        Ok::<_, ApiError>(WithConflicts { event: newest, conflicts: found })
    });
    Ok(ready.json(&found.await?))
}

/// Why records of a known id are not shown: erased, expired, or deleted by hand, which is an alarm.
pub(super) fn gone(conn: &Connection, records: &[RecordNo]) -> rusqlite::Result<ApiError> {
    let Some(newest) = records.last() else { return Ok(ApiError::NoSuch("event")) };
    let act = acts::naming(conn, *newest)?;
    Ok(ApiError::absent(act, ApiError::Evidence(EvidenceError::NoBlob(*newest))))
}

/// An event, and the records that came before it with the same id and other bytes.
#[derive(serde::Serialize)]
struct WithConflicts {
    #[serde(flatten)]
    event: EventJson,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflicts: Vec<EventJson>,
}

impl EventJson {
    /// Opens the record. One that does not open is shown with the reason: the rest of the list is still true.
    pub(super) fn of(conn: &Connection, keys: &BusinessKeys, line: EventLine) -> Self {
        let number = RecordNo::from_i64(line.row.record);
        let (sent, problem) = match sent(conn, keys, number) {
            Ok(sent) => (Some(sent), None),
            Err(e) => (None, Some(e.to_string())),
        };
        let row = line.row;
        let has = |flag: i64| row.flags & flag != 0;
        let flags = Flags { masked_phone: has(MASKED_PHONE), conflict: has(CONFLICT), clock_skew: has(CLOCK_SKEW) };
        let (event, type_derived, source, connection) = match sent {
            Some(sent) => (Some(sent.event), Some(sent.type_derived), Some(sent.source), sent.connection),
            None => (None, None, None, None),
        };
        Self {
            event_id: row.event_id,
            record: number.index(),
            timestamp: When { utc_us: row.ts_us, offset_min: row.offset_min as i16 }.to_string(),
            received_at: rfc3339(row.received_us),
            kind: row.kind,
            type_derived,
            session_id: line.session,
            client_id: line.client.map(|client| client.pid),
            channel: row.channel,
            flags,
            event,
            source,
            connection,
            problem,
        }
    }
}

fn sent(conn: &Connection, keys: &BusinessKeys, number: RecordNo) -> Result<Sent, EvidenceError> {
    #[derive(serde::Deserialize)]
    struct Given {
        #[serde(rename = "type", default)]
        kind: Option<serde::de::IgnoredAny>,
    }
    let opened = evidence::open_record(conn, keys, number)?;
    let unreadable = |e: String| EvidenceError::Record(number, e);
    let (envelope, bytes) = record::split(&opened.r).map_err(|e| unreadable(e.to_string()))?;
    // The text of a JSON error names places, not contents.
    let given: Given = serde_json::from_slice(bytes).map_err(|e| unreadable(e.to_string()))?;
    let event = serde_json::from_slice::<Box<RawValue>>(bytes).map_err(|e| unreadable(e.to_string()))?;
    Ok(Sent { event, type_derived: given.kind.is_none(), source: envelope.source, connection: envelope.connection })
}
