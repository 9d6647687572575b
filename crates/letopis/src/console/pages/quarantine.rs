//! What was not accepted: the reason in plain words, the bytes as they came, and a field to correct them in and send them again.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use serde::Deserialize;

use super::Desk;
use super::error::PageError;
use super::form::{Nothing, Posted};
use super::frame::{Frame, Section, framed, page};
use super::indent::laid_out;
use super::journal::line;
use super::visitor::Visitor;
use crate::access::Action;
use crate::console::replay::{NotTaken, ReplayError};
use crate::event::{BusinessId, Invalid, RecordNo};
use crate::journal::quarantine::{self, Refused};
use crate::journal::reading;

/// Items on a page.
const LIMIT: u32 = 30;
/// Characters of an item that are shown; a longer one cannot be corrected here, because a cut one would be sent.
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
    rows: usize,
    whole: bool,
}

/// What became of the item that was sent last.
struct Sent {
    event_id: String,
    /// Where the event is shown.
    url: Option<String>,
}

#[derive(Template)]
#[template(path = "quarantine.html")]
struct QuarantinePage {
    f: Frame,
    count: i64,
    items: Vec<Item>,
    next: Option<i64>,
    sent: Option<Sent>,
    /// Why the one item on the page, just sent, is still here.
    problem: Option<String>,
}

framed!(QuarantinePage);

/// `?after=&sent=`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct From {
    after: i64,
    sent: Option<i64>,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Corrected {
    item: String,
}

/// `GET /quarantine`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, Query(from): Query<From>) -> Result<Response, PageError> {
    visitor.require(Action::ReplayQuarantine)?;
    let business = visitor.business.id;
    let keys = desk.keys(business)?;
    let refused = desk.console.store.read(move |conn| Ok::<_, PageError>(quarantine::open(conn, &keys, from.after, LIMIT)?)).await?;
    let next = refused.last().filter(|_| refused.len() == LIMIT as usize).map(|last| last.id);
    let sent = match from.sent {
        Some(number) => sent(&desk, business, number).await?,
        None => None,
    };
    let f = Frame::new(&desk, &visitor, Section::Quarantine, visitor.t.say("nav-quarantine"));
    let items = refused.iter().map(|refused| item(&visitor, refused)).collect();
    page(&QuarantinePage { f, count: visitor.quarantined, items, next, sent, problem: None })
}

/// `POST /quarantine/{id}/send`: corrected. What is refused again comes back with the text as it was typed.
pub(super) async fn send(State(desk): State<Desk>, Path(id): Path<i64>, posted: Posted<Corrected>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::ReplayQuarantine)?;
    // Browsers send line breaks of forms as CR LF, whatever they were.
    let text = form.item.replace("\r\n", "\n").trim().to_owned();
    let corrected = Bytes::from(text.clone());
    match desk.console.replay.send(visitor.business.id, id, Some(corrected), visitor.by(), visitor.now_us).await {
        Ok(_) => Ok(Redirect::to(&format!("/quarantine?sent={id}")).into_response()),
        Err(ReplayError::NotTaken(refusal)) => refused_again(&desk, &visitor, id, text, refusal).await,
        Err(other) => Err(other.into()),
    }
}

/// `POST /quarantine/{id}/drop`: nobody wants it.
pub(super) async fn discard(State(desk): State<Desk>, Path(id): Path<i64>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    visitor.require(Action::ReplayQuarantine)?;
    desk.console.replay.discard(visitor.business.id, id, visitor.by(), visitor.now_us).await?;
    Ok(Redirect::to("/quarantine").into_response())
}

async fn refused_again(desk: &Desk, visitor: &Visitor, id: i64, text: String, refusal: NotTaken) -> Result<Response, PageError> {
    let keys = desk.keys(visitor.business.id)?;
    let refused = desk.console.store.read(move |conn| Ok::<_, PageError>(quarantine::by_id(conn, &keys, id)?)).await?;
    let refused = refused.ok_or(PageError::NotFound)?;
    let (status, problem, reason) = match refusal {
        NotTaken::Invalid(invalid) => (StatusCode::UNPROCESSABLE_ENTITY, "quarantine-again", Reason::of(invalid)),
        NotTaken::Unavailable(why) => {
            tracing::warn!(%why, "corrected item not accepted");
            (StatusCode::SERVICE_UNAVAILABLE, "error-busy-help", Reason::read(&refused.reason))
        }
    };
    let again = Item { rows: rows(&text), body: text, whole: true, ..described(visitor, &refused, reason) };
    let f = Frame::new(desk, visitor, Section::Quarantine, visitor.t.say("nav-quarantine"));
    let problem = Some(visitor.t.say(problem));
    let mut response = page(&QuarantinePage { f, count: visitor.quarantined, items: vec![again], next: None, sent: None, problem })?;
    *response.status_mut() = status;
    Ok(response)
}

/// The event that replaced item `number`, found by what was sealed, not by what an address says.
async fn sent(desk: &Desk, business: BusinessId, number: i64) -> Result<Option<Sent>, PageError> {
    let keys = desk.keys(business)?;
    let found = desk.console.store.read(move |conn| {
        let replaced_by = quarantine::by_id(conn, &keys, number)?.and_then(|item| item.replaced_by);
        let Some(event_id) = replaced_by else { return Ok(None) };
        let record = reading::event_by_id(conn, &keys, &event_id)?.last().copied();
        let event = record.map(|record| reading::event(conn, business, record)).transpose()?.flatten();
        let url = event.and_then(|event| {
            let number = RecordNo::from_i64(event.row.record).index();
            event.session.map(|pid| format!("{}#e{number}", line::url(&pid)))
        });
        Ok::<_, PageError>(Some(Sent { event_id, url }))
    });
    found.await
}

fn item(visitor: &Visitor, refused: &Refused) -> Item {
    let text = String::from_utf8_lossy(&refused.item);
    let whole = text.chars().nth(SHOWN).is_none();
    let body = if whole { laid_out(&text) } else { text.chars().take(SHOWN).collect() };
    Item { rows: rows(&body), body, whole, ..described(visitor, refused, Reason::read(&refused.reason)) }
}

/// Everything but the text.
fn described(visitor: &Visitor, refused: &Refused, reason: Reason) -> Item {
    let plain = visitor.t.of("refused", &reason.code);
    let help = visitor.t.of("refused-help", &reason.code);
    // The last, general help only introduces what the program said.
    let detail = if help == visitor.t.of("refused-help", "other") { reason.message } else { String::new() };
    Item {
        id: refused.id,
        when: visitor.clock().when(refused.received_us),
        source: visitor.t.of("door", &refused.source),
        reason: if reason.field.is_empty() { plain } else { format!("{plain}: {}", reason.field) },
        help,
        detail,
        body: String::new(),
        rows: 0,
        whole: false,
    }
}

/// Lines of the field: all of a usual event, but not a screen full.
fn rows(text: &str) -> usize {
    (text.lines().count() + 1).clamp(4, 20)
}

impl Reason {
    fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    fn of(invalid: Invalid) -> Self {
        Self { code: invalid.code.as_str().to_owned(), field: invalid.field.into_owned(), message: invalid.message }
    }
}
