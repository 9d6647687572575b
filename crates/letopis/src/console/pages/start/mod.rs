//! «Первые шаги»: the customer's plan as a list of checks, each of which is looked up or really tried. Once all is done, or nobody wants to be
//! reminded, the first page says nothing of it any more; the list stays.
//!
//! What a test found and what people said are sealed decisions under `start/…`, so who and when is known. Owners say and test; integrators
//! test what they connected.
//!
//! * `facts` – what is known · `checks` – how far each thing is (pure) · `chain` – the test dialogue · `tries` – buttons · `shown` – lines of the page

mod chain;
mod checks;
mod facts;
mod shown;
mod tries;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::Value;

use super::Desk;
use super::error::PageError;
use super::form::Posted;
use super::frame::{Frame, Section, framed, page};
use super::visitor::Visitor;
use crate::access::Action;
use crate::event::record::Decision;
use crate::journal::known;
use checks::{CHECKS, State as Standing, judge};
use facts::Facts;
use shown::Step;

#[derive(Template)]
#[template(path = "start/start.html")]
struct StartPage {
    f: Frame,
    steps: Vec<Step>,
    done: usize,
    all: usize,
    progress: String,
    is_dismissed: bool,
    may_say: bool,
    /// The test dialogue that is still there, for whoever may remove it.
    may_remove: bool,
}

framed!(StartPage);

/// What the first page says of it.
pub(super) struct Reminder {
    pub(super) done: usize,
    pub(super) all: usize,
    pub(super) progress: String,
    pub(super) next: String,
    pub(super) may_dismiss: bool,
}

/// What a button says.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Word {
    word: String,
}

/// Their routes.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/start", get(show))
        .route("/start/say/{check}", post(say))
        .route("/start/test/{what}", post(tries::test))
        .route("/start/chain/remove", post(tries::remove))
        .route("/start/dismiss", post(dismiss))
}

/// Whoever sets up sees it: owners and integrators.
pub(super) fn may_look(visitor: &Visitor) -> bool {
    visitor.scope.can(Action::ManageSettings) || visitor.scope.can(Action::ManageConnections)
}

/// Whether no event was ever recorded.
pub(super) async fn is_empty(desk: &Desk, visitor: &Visitor) -> Result<bool, PageError> {
    let business = visitor.business.id;
    let sql = "SELECT 1 FROM events WHERE business = ?1 UNION ALL SELECT 1 FROM acts WHERE business = ?1 LIMIT 1";
    desk.console.store.read(move |conn| Ok(!conn.prepare_cached(sql)?.exists([business.0])?)).await
}

fn require_look(visitor: &Visitor) -> Result<(), PageError> {
    if may_look(visitor) { Ok(()) } else { visitor.require(Action::ManageConnections) }
}

async fn read(desk: &Desk, visitor: &Visitor) -> Result<Facts, PageError> {
    let (business, now_us, has_backup) = (visitor.business.id, visitor.now_us, desk.console.has_backup);
    desk.console.store.read(move |conn| Facts::read(conn, business, has_backup, now_us)).await
}

/// `GET /start`
async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    require_look(&visitor)?;
    let facts = read(&desk, &visitor).await?;
    let verdicts = judge(&facts, visitor.now_us);
    let done = verdicts.iter().filter(|one| one.state == Standing::Done).count();
    let t = &visitor.t;
    page(&StartPage {
        f: Frame::new(&desk, &visitor, Section::Start, t.say("start-title")),
        steps: shown::steps(&visitor, &facts, &verdicts),
        progress: progress(&visitor, done),
        done,
        all: CHECKS.len(),
        is_dismissed: facts.is_dismissed,
        may_say: visitor.scope.can(Action::ManageSettings),
        may_remove: visitor.scope.can(Action::Erase) && facts.chained_is_there,
    })
}

fn progress(visitor: &Visitor, done: usize) -> String {
    visitor.t.with("start-progress", &[("done", (done as i64).into()), ("all", (CHECKS.len() as i64).into())])
}

/// What the first page says of it; nothing once it is done or nobody wants to hear.
pub(super) async fn reminder(desk: &Desk, visitor: &Visitor) -> Result<Option<Reminder>, PageError> {
    if !may_look(visitor) {
        return Ok(None);
    }
    let facts = read(desk, visitor).await?;
    let verdicts = judge(&facts, visitor.now_us);
    let done = verdicts.iter().filter(|one| one.state == Standing::Done).count();
    let next = CHECKS.iter().zip(&verdicts).find(|(_, verdict)| verdict.state != Standing::Done);
    Ok(next.filter(|_| !facts.is_dismissed).map(|(check, _)| Reminder {
        done,
        all: CHECKS.len(),
        progress: progress(visitor, done),
        next: visitor.t.of("start-check", check.name),
        may_dismiss: visitor.scope.can(Action::ManageSettings),
    }))
}

/// `POST /start/say/{check}`: what people alone know, or do without; an empty word takes it back.
async fn say(State(desk): State<Desk>, Path(check): Path<String>, posted: Posted<Word>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::ManageSettings)?;
    let check = CHECKS.iter().find(|known| known.name == check).ok_or(PageError::NotFound)?;
    if !form.word.is_empty() && !check.words.contains(&form.word.as_str()) {
        return Err(PageError::Form("a word that nobody offered"));
    }
    let value = if form.word.is_empty() { Value::Null } else { form.word.into() };
    keep(&desk, &visitor, check.name, value).await?;
    Ok(Redirect::to(&format!("/start#{}", check.name)).into_response())
}

/// `POST /start/dismiss`: the first page is silent about it, or speaks again.
async fn dismiss(State(desk): State<Desk>, posted: Posted<Word>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::ManageSettings)?;
    let value = if form.word.is_empty() { Value::Null } else { "yes".into() };
    keep(&desk, &visitor, "dismissed", value).await?;
    Ok(Redirect::to(if form.word.is_empty() { "/start" } else { "/today" }).into_response())
}

/// Seals what was said or found.
async fn keep(desk: &Desk, visitor: &Visitor, name: &str, value: Value) -> Result<(), PageError> {
    let decision = Decision::KnownSet { what: format!("{}{name}", known::START), value };
    desk.console.decide.decide(visitor.business.id, visitor.by(), decision, visitor.now_us).await?;
    Ok(())
}
