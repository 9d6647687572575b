//! What was not accepted: the reason in plain words, the bytes as they came, and what can be done about it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Desk;
use super::error::PageError;
use super::form::{Nothing, Posted};
use super::frame::{Frame, Section, page};
use super::visitor::Visitor;
use crate::access::Action;
use crate::event::record::Decision;
use crate::journal::quarantine::{self, Refused};

/// Items on a page.
const LIMIT: u32 = 30;
/// Characters of an item that are shown.
const SHOWN: usize = 20_000;

/// Why an item was refused, as capture wrote it down.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Reason {
    code: String,
    field: String,
    message: String,
}

/// One refused item.
struct Item {
    id: i64,
    when: String,
    source: String,
    /// In plain words.
    reason: String,
    /// What to do about it.
    help: String,
    /// As the program said it, where there are no plain words.
    detail: String,
    body: String,
}

#[derive(Template)]
#[template(path = "quarantine.html")]
struct QuarantinePage {
    f: Frame,
    count: i64,
    items: Vec<Item>,
    next: Option<i64>,
}

/// `?after=`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct From {
    after: i64,
}

/// `GET /quarantine`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, Query(from): Query<From>) -> Result<Response, PageError> {
    visitor.require(Action::ReplayQuarantine)?;
    let business = visitor.business.id;
    let refused = desk.console.store.read(move |conn| Ok::<_, PageError>(quarantine::open(conn, business, from.after, LIMIT)?)).await?;
    let next = refused.last().filter(|_| refused.len() == LIMIT as usize).map(|last| last.id);
    let f = Frame::new(&desk, &visitor, Section::Quarantine, visitor.t.say("nav-quarantine"));
    let items = refused.iter().map(|refused| item(&visitor, refused)).collect();
    page(&QuarantinePage { f, count: visitor.quarantined, items, next })
}

/// `POST /quarantine/{id}/drop`: nobody wants it.
pub(super) async fn discard(State(desk): State<Desk>, Path(id): Path<i64>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    visitor.require(Action::ReplayQuarantine)?;
    let business = visitor.business.id;
    let known = desk.console.store.read(move |conn| Ok::<_, PageError>(quarantine::by_id(conn, business, id)?));
    let open = known.await?.filter(|refused| refused.closed_us.is_none()).ok_or(PageError::NotFound)?;
    let decision = Decision::QuarantineClosed { item: open.id, replaced_by: None };
    desk.console.decide.decide(business, visitor.by(), decision, visitor.now_us).await?;
    Ok(Redirect::to("/quarantine").into_response())
}

fn item(visitor: &Visitor, refused: &Refused) -> Item {
    let reason: Reason = serde_json::from_str(&refused.reason).unwrap_or_default();
    let plain = visitor.t.of("refused", &reason.code);
    let help = visitor.t.of("refused-help", &reason.code);
    // The last, general help only introduces what the program said.
    let detail = if help == visitor.t.of("refused-help", "other") { reason.message } else { String::new() };
    let text = String::from_utf8_lossy(&refused.item);
    // Laid out where it is JSON; shown as it came where it is not, because that is then the fault.
    let body = serde_json::from_str::<serde_json::Value>(&text)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| text.into_owned());
    Item {
        id: refused.id,
        when: visitor.clock().when(refused.received_us),
        source: visitor.t.of("door", &refused.source),
        reason: if reason.field.is_empty() { plain } else { format!("{plain}: {}", reason.field) },
        help,
        detail,
        body: body.chars().take(SHOWN).collect(),
    }
}
