//! Deliveries of a connection that its bot did not take: shown on its page, tried again or dropped by a person.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use rusqlite::Transaction;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::{Nothing, Posted};
use super::super::visitor::Visitor;
use super::health::{Behind, Problem};
use crate::access::trail::{About, What, audit};
use crate::access::{Action, ConnectionId};
use crate::event::BusinessId;
use crate::journal::forwards;

/// On the page; the rest is counted.
const SHOWN: u32 = 20;

/// One delivery: never what is in it.
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) when: String,
    pub(super) state: String,
    pub(super) tries: String,
    pub(super) problem: Problem,
    pub(super) failed: bool,
}

/// The first of them, and how many more there are.
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) rows: Vec<Row>,
    pub(super) more: Option<String>,
    /// How many there are, and since when the oldest waits.
    pub(super) behind: Behind,
}

/// Those of a connection.
pub(super) async fn of(desk: &Desk, visitor: &Visitor, id: ConnectionId) -> Result<Waiting, PageError> {
    let (business, connection) = (visitor.business.id, id.to_string());
    let read = desk.console.store.read(move |conn| Ok::<_, PageError>(forwards::of_connection(conn, business, &connection, SHOWN)?));
    let (first, count) = read.await?;
    let (t, clock) = (&visitor.t, visitor.clock());
    let behind = (count, first.iter().map(|forward| forward.delivered_us).min());
    let more = (count > i64::from(SHOWN)).then(|| t.with("connection-forwards-more", &[("count", (count - i64::from(SHOWN)).into())]));
    let row = |forward: forwards::Forward| Row {
        id: forward.id,
        when: clock.when(forward.delivered_us),
        state: t.of("connection-forward-state", if forward.failed_us.is_some() { "failed" } else { "waiting" }),
        tries: t.with("connection-forward-tries", &[("count", i64::from(forward.attempts).into())]),
        problem: Problem::of(t, &forward.problem),
        failed: forward.failed_us.is_some(),
    };
    Ok(Waiting { rows: first.into_iter().map(row).collect(), more, behind })
}

/// `POST /settings/connections/{id}/forwards/{number}/retry`
pub(in crate::console::pages) async fn retry(
    State(desk): State<Desk>,
    Path(which): Path<(String, i64)>,
    posted: Posted<Nothing>,
) -> Result<Response, PageError> {
    let now_us = posted.visitor.now_us;
    change(&desk, which, posted, "retried", move |tx, business, number| forwards::retry(tx, business, number, now_us)).await
}

/// `POST /settings/connections/{id}/forwards/{number}/drop`
pub(in crate::console::pages) async fn discard(
    State(desk): State<Desk>,
    Path(which): Path<(String, i64)>,
    posted: Posted<Nothing>,
) -> Result<Response, PageError> {
    change(&desk, which, posted, "dropped", forwards::remove).await
}

async fn change(
    desk: &Desk,
    (id, number): (String, i64),
    posted: Posted<Nothing>,
    how: &'static str,
    apply: impl FnOnce(&Transaction<'_>, BusinessId, i64) -> rusqlite::Result<bool> + Send + 'static,
) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    visitor.require(Action::ManageConnections)?;
    let id: ConnectionId = id.parse()?;
    let (business, who, now_us) = (visitor.business.id, visitor.signed_in.who(), visitor.now_us);
    let changed = desk.console.store.write(move |tx| {
        // The bot may have taken it meanwhile: then there is nothing to do, and nothing to say.
        if apply(tx, business, number)? {
            audit(tx, About::Business(business), who, What::Changed, format!("delivery {number} {how}"), now_us)?;
        }
        Ok::<_, PageError>(())
    });
    changed.await?;
    Ok(Redirect::to(&format!("/settings/connections/{id}#forwards")).into_response())
}
