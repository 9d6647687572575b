//! `/api/v1/quarantine`: items that were refused, with the reason, oldest first; each can be sent again, corrected, or dropped.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::value::RawValue;

use super::asked::{Asked, keys};
use super::error::ApiError;
use super::moments::rfc3339;
use crate::access::Action;
use crate::console::Console;
use crate::journal::quarantine::{Refused, open};
use crate::journal::reading::{Cursor, Listed};

/// One refused item. Its bytes come as they came, so that they can be corrected and sent again.
#[derive(serde::Serialize)]
struct RefusedJson {
    id: i64,
    /// None for what was put aside after the queue.
    received_at: Option<String>,
    source: String,
    reason: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<String>,
    /// In place of `item`, when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    item_base64: Option<String>,
}

/// The list of open items.
pub(super) async fn list(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    let page = asked.page()?;
    let ready = asked.ready(&console).await?;
    let behind = page.after.map_or(0, |cursor| cursor.id);
    let keys = keys(&console, ready.business)?;
    let mut found = console.store.read(move |conn| Ok::<_, ApiError>(open(conn, &keys, behind, page.limit() as u32 + 1)?)).await?;
    let more = found.len() > page.limit();
    found.truncate(page.limit());
    let next = found.last().filter(|_| more).map(|last| Cursor { at: 0, id: last.id });
    Ok(ready.list(Listed { items: found.into_iter().map(RefusedJson::of).collect(), next }))
}

/// What came of an item that was sent again.
#[derive(serde::Serialize)]
struct Replayed {
    event_id: String,
}

/// `POST …/{id}/replay`: the body is the corrected item; an empty one sends it as it came.
pub(super) async fn replay(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    asked: Asked,
    body: Bytes,
) -> Result<Response, ApiError> {
    let (id, by) = change(&asked, &id)?;
    let ready = asked.ready(&console).await?;
    let corrected = Some(body).filter(|body| !body.is_empty());
    let event_id = console.replay.send(ready.business, id, corrected, &by, (console.now_us)()).await?;
    Ok(ready.json(&Replayed { event_id }))
}

/// `DELETE …/{id}`: nobody wants it.
pub(super) async fn discard(State(console): State<Arc<Console>>, Path(id): Path<String>, asked: Asked) -> Result<StatusCode, ApiError> {
    let (id, by) = change(&asked, &id)?;
    let ready = asked.ready(&console).await?;
    console.replay.discard(ready.business, id, &by, (console.now_us)()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which item, and under which name the decision about it is sealed.
fn change(asked: &Asked, id: &str) -> Result<(i64, String), ApiError> {
    asked.scope.require(Action::ReplayQuarantine)?;
    let id = id.parse().map_err(|_| ApiError::NoSuch("item in quarantine"))?;
    Ok((id, format!("key:{}", asked.key)))
}

impl RefusedJson {
    fn of(refused: Refused) -> Self {
        let (item, item_base64) = match String::from_utf8(refused.item) {
            Ok(text) => (Some(text), None),
            Err(e) => (None, Some(STANDARD.encode(e.as_bytes()))),
        };
        Self {
            id: refused.id,
            received_at: (refused.received_us != 0).then(|| rfc3339(refused.received_us)),
            source: refused.source,
            reason: RawValue::from_string(refused.reason).ok(),
            item,
            item_base64,
        }
    }
}
