//! `GET /api/v1/search?q=`: everywhere at once.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::asked::{Asked, ListJson, keys};
use super::clients::ClientNameJson;
use super::error::ApiError;
use super::moments::rfc3339;
use super::sessions::SessionJson;
use crate::console::Console;
use crate::event::RecordNo;
use crate::journal::reading::{self, ClientHit, Hit};

/// What was found.
#[derive(serde::Serialize)]
struct FoundJson {
    clients: Vec<ClientHitJson>,
    sessions: Vec<SessionJson>,
    #[serde(flatten)]
    hits: ListJson<HitJson>,
}

#[derive(serde::Serialize)]
struct ClientHitJson {
    #[serde(flatten)]
    client: ClientNameJson,
    by: &'static str,
    value: String,
}

/// An event in which the words were said.
#[derive(serde::Serialize)]
struct HitJson {
    event_id: String,
    record: u64,
    timestamp: String,
    #[serde(rename = "type")]
    kind: String,
    channel: String,
    session_id: Option<String>,
    client_id: Option<String>,
    client_name: Option<String>,
    /// Whose words: `said` by the client or the operator, or the assistant's `reply`.
    words_of: &'static str,
    snippet: String,
    /// Where the words stand in `snippet`: pairs of first and behind-the-last character.
    marks: Vec<[usize; 2]>,
}

/// The search.
pub(super) async fn search(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    let question = asked.text("q").ok_or(ApiError::Parameter { name: "q", rule: "what to look for" })?;
    let page = asked.page()?;
    let ready = asked.ready(&console).await?;
    let keys = keys(&console, ready.business)?;
    let found = console.store.read(move |conn| Ok::<_, ApiError>(reading::search(conn, &keys, &question, &page)?)).await?;
    let hits = found.hits.map(HitJson::of);
    Ok(ready.json(&FoundJson {
        clients: found.clients.into_iter().map(ClientHitJson::of).collect(),
        sessions: found.sessions.into_iter().map(SessionJson::of).collect(),
        hits: ListJson { items: hits.items, next: hits.next.map(|cursor| cursor.to_string()) },
    }))
}

impl ClientHitJson {
    fn of(hit: ClientHit) -> Self {
        Self { client: ClientNameJson::of(hit.client), by: hit.by, value: hit.value }
    }
}

impl HitJson {
    fn of(hit: Hit) -> Self {
        let (row, snippet) = (hit.line.row, hit.snippet);
        let characters = |bytes: usize| snippet.text[..bytes].chars().count();
        let marks = snippet.marks.iter().map(|mark| [characters(mark.start), characters(mark.end)]).collect();
        let (client_id, client_name) = hit.line.client.map_or((None, None), |client| (Some(client.pid), client.name));
        Self {
            event_id: row.event_id,
            record: RecordNo::from_i64(row.record).index(),
            timestamp: rfc3339(row.ts_us),
            kind: row.kind,
            channel: row.channel,
            session_id: hit.line.session,
            client_id,
            client_name,
            words_of: if hit.in_reply { "reply" } else { "said" },
            marks,
            snippet: snippet.text,
        }
    }
}
