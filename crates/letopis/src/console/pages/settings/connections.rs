//! Connections: an address for a platform that can store nothing but a URL.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::{Nothing, Posted};
use super::super::visitor::Visitor;
use super::{Fresh, change, draw};
use crate::access::{ConnectionId, ConnectionKind, Name, Settings, connection};

/// A connection in the list.
pub(super) struct ConnectionRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) used: String,
    pub(super) revoked: Option<String>,
}

/// What the form sends.
#[derive(Deserialize)]
pub(in crate::console::pages) struct Wish {
    name: String,
}

/// All connections, those that work first.
pub(super) async fn rows(desk: &Desk, visitor: &Visitor) -> Result<Vec<ConnectionRow>, PageError> {
    let business = visitor.business.id;
    let mut all = desk.console.store.read(move |conn| Ok::<_, PageError>(connection::all(conn, business)?)).await?;
    all.sort_by_key(|connection| connection.revoked_us.is_some());
    let (t, clock) = (&visitor.t, visitor.clock());
    let row = |known: connection::Connection| ConnectionRow {
        id: known.id.to_string(),
        name: known.name.to_string(),
        used: known.last_event_us.map_or_else(|| t.say("connection-silent"), |us| t.of("connection-last", &clock.when(us))),
        revoked: known.revoked_us.map(|us| t.of("revoked-when", &clock.when(us))),
    };
    Ok(all.into_iter().map(row).collect())
}

/// `POST /settings/connections`
pub(in crate::console::pages) async fn add(State(desk): State<Desk>, posted: Posted<Wish>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let name: Name = form.name.parse()?;
    let draft = connection::Draft { kind: ConnectionKind::Events, name: name.clone(), settings: Settings::default() };
    let (decided, token) = connection::add(&visitor.scope, draft, visitor.now_us, &mut rand::rng())?;
    change(&desk, &visitor, &decided).await?;
    let (t, secret) = (&visitor.t, format!("{}/hooks/{}", visitor.origin, token.reveal()));
    let fresh = Fresh { title: t.of("connection-fresh", name.as_str()), secret, note: t.say("fresh-once") };
    draw(&desk, &visitor, Some(fresh)).await
}

/// `POST /settings/connections/{id}/revoke`
pub(in crate::console::pages) async fn revoke(
    State(desk): State<Desk>,
    Path(id): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    let (id, scope, now_us): (ConnectionId, _, _) = (id.parse()?, visitor.scope, visitor.now_us);
    let decided = desk.console.store.read(move |conn| Ok::<_, PageError>(connection::revoke(conn, &scope, id, now_us)?)).await?;
    change(&desk, &visitor, &decided).await?;
    Ok(Redirect::to("/settings#connections").into_response())
}
