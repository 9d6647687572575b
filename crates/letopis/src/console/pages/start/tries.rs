//! The buttons of the first steps: connections are tried, a message goes by every route, a dialogue goes the whole way.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::future::join_all;
use serde_json::json;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::{Nothing, Posted};
use super::super::visitor::Visitor;
use super::facts::Tried;
use super::{chain, keep, read, require_look};
use crate::access::connection::Connection;
use crate::access::{Action, connection_trial};
use crate::journal::reports::{Kind, outbox};

/// Connections that are tried, and routes that get a message, by one press: each asks somebody outside.
const MOST: usize = 12;
/// So long somebody waits for a message to arrive before the page says that it is on its way.
const DELIVERY: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(200);

/// `POST /start/test/{what}`
pub(super) async fn test(State(desk): State<Desk>, Path(what): Path<String>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let visitor = posted.visitor;
    require_look(&visitor)?;
    let place = match what.as_str() {
        "connections" => connections(&desk, &visitor).await?,
        "chain" => whole_way(&desk, &visitor).await?,
        "report" => report(&desk, &visitor).await?,
        _ => return Err(PageError::NotFound),
    };
    Ok(Redirect::to(&format!("/start#{place}")).into_response())
}

async fn connections(desk: &Desk, visitor: &Visitor) -> Result<&'static str, PageError> {
    visitor.require(Action::ManageConnections)?;
    let facts = read(desk, visitor).await?;
    let business = visitor.business.id;
    let one = |known: &Connection| {
        let (id, kind, last_us) = (known.id, known.kind, known.last_event_us);
        async move {
            let mut steps = desk.console.trials.try_out(business, id, false).await?;
            steps.extend(connection_trial::inside(kind, &visitor.origin, last_us, visitor.now_us));
            Some((id, steps))
        }
    };
    let found = join_all(facts.connections.iter().take(MOST).map(one)).await;
    let tried = Tried { connections: found.into_iter().flatten().collect() };
    keep(desk, visitor, "tested-connections", json!(tried)).await?;
    Ok("connected")
}

async fn whole_way(desk: &Desk, visitor: &Visitor) -> Result<&'static str, PageError> {
    // One at a time is left behind: the one before goes first, where the person may do that.
    let before = read(desk, visitor).await?;
    if let Some(test) = before.chained.filter(|_| before.chained_is_there && visitor.scope.can(Action::Erase))
        && let Err(e) = chain::remove(desk, visitor, &test.found).await
    {
        tracing::warn!(error = %e, "the earlier test dialogue stays");
    }
    let chained = chain::run(desk, visitor).await?;
    keep(desk, visitor, "tested-chain", json!(chained)).await?;
    Ok("chain")
}

/// A few words by every route, and a moment for them to arrive.
async fn report(desk: &Desk, visitor: &Visitor) -> Result<&'static str, PageError> {
    visitor.require(Action::ManageSettings)?;
    let facts = read(desk, visitor).await?;
    let wanted = facts.routes.iter().filter(|routed| routed.route.kinds.iter().any(|kind| matches!(kind, Kind::Weekly | Kind::Alert)));
    let routes: Vec<String> = wanted.take(MOST).map(|routed| routed.id.clone()).collect();
    for route in &routes {
        desk.console.post.send_trial(visitor.business.id, route).await?;
    }
    let (business, since_us, began) = (visitor.business.id, visitor.now_us, std::time::Instant::now());
    while began.elapsed() < DELIVERY {
        let read = desk.console.store.read(move |conn| Ok::<_, PageError>(outbox::newest(conn, business, 2 * MOST as u32)?));
        let ours = read.await?.into_iter().filter(|delivery| delivery.made_us >= since_us).collect::<Vec<_>>();
        let is_told = |route: &String| ours.iter().any(|one| one.route == *route && (one.sent_us.is_some() || one.problem.is_some()));
        if routes.iter().all(is_told) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok("report")
}

/// `POST /start/chain/remove`: the test dialogue's client is erased, as anybody would be.
pub(super) async fn remove(State(desk): State<Desk>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let visitor = posted.visitor;
    let facts = read(&desk, &visitor).await?;
    let test = facts.chained.filter(|_| facts.chained_is_there).ok_or(PageError::NotFound)?;
    chain::remove(&desk, &visitor, &test.found).await?;
    Ok(Redirect::to("/start#chain").into_response())
}
