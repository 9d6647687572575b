//! `GET /api/v1/clients/{client_id}`: one client with everything known of them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::asked::{Asked, keys};
use super::error::ApiError;
use super::events::EventJson;
use super::sessions::SessionJson;
use crate::console::Console;
use crate::journal::acts;
use crate::journal::reading::{self, ClientName, EventLine};

/// Who a client is shown as.
#[derive(serde::Serialize)]
pub(super) struct ClientNameJson {
    client_id: String,
    name: Option<String>,
}

/// A client.
#[derive(serde::Serialize)]
struct ClientJson {
    #[serde(flatten)]
    client: ClientNameJson,
    /// Ids that lead here since a merge.
    merged: Vec<ClientNameJson>,
    known_by: Vec<KnownJson>,
    sessions: Vec<SessionJson>,
    /// Where `/api/v1/sessions?client=` goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// Events that belong to no conversation, such as reminders.
    outside: Vec<EventJson>,
    /// Who may be the same person: people decide.
    alike: Vec<ClientNameJson>,
}

#[derive(serde::Serialize)]
struct KnownJson {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    value: String,
}

/// One client, by their id or by one that was merged into them.
pub(super) async fn one(State(console): State<Arc<Console>>, Path(pid): Path<String>, asked: Asked) -> Result<Response, ApiError> {
    let ready = asked.ready(&console).await?;
    let keys = keys(&console, ready.business)?;
    let found = console.store.read(move |conn| {
        let Some(found) = reading::client(conn, ready.business, &pid)? else {
            return Err(ApiError::absent(acts::erasing(conn, ready.business, &pid)?, ApiError::NoSuch("client")));
        };
        let outside = found
            .outside
            .into_iter()
            .map(|row| EventJson::of(conn, &keys, EventLine { row, session: None, client: Some(found.client.clone()) }));
        let known = found.known.into_iter().map(|known| KnownJson { kind: known.kind, channel: known.channel, value: known.value });
        Ok::<_, ApiError>(ClientJson {
            outside: outside.collect(),
            merged: found.merged.into_iter().map(ClientNameJson::of).collect(),
            known_by: known.collect(),
            next: found.sessions.next.map(|cursor| cursor.to_string()),
            sessions: found.sessions.items.into_iter().map(SessionJson::of).collect(),
            alike: found.likenesses.into_iter().map(|like| ClientNameJson::of(like.client)).collect(),
            client: ClientNameJson::of(found.client),
        })
    });
    Ok(ready.json(&found.await?))
}

impl ClientNameJson {
    pub(super) fn of(client: ClientName) -> Self {
        Self { client_id: client.pid, name: client.name }
    }
}
