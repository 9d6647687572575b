//! What people are to look at: unsure intents, drawn conversations, answers against the facts, complaints; and what follows from what they found.
//!
//! * this file – the overview · `listed` – one queue and who does it · `one` – one thing to look at, with keys · `label` – what is decided then
//! * `numbers` – shares with their bounds

mod label;
mod listed;
mod numbers;
mod one;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::Desk;
use super::error::PageError;
use super::form::Posted;
use super::frame::{Frame, Section, framed, page};
use super::language::Texts;
use super::visitor::Visitor;
use crate::access::{AccessError, Action, trail::What};
use crate::audit::ReviewsError;
use crate::audit::periods;
use crate::audit::reviews::{Wish, settled_sessions};
use crate::event::record::Decision;
use crate::event::review::ReviewQueue;
use crate::journal::known;
use crate::journal::reviews::{self, Tally};
use crate::metrics::intents;
use numbers::Numbers;

/// A queue on the overview.
struct QueueCard {
    url: String,
    name: String,
    about: String,
    /// «7 из 12 диалогов»; none while there is nothing.
    progress: Option<String>,
    all: usize,
    done: usize,
    /// What waits for a second person.
    second: Option<String>,
    is_done: bool,
}

#[derive(Template)]
#[template(path = "reviews/overview.html")]
struct Overview {
    f: Frame,
    queues: Vec<QueueCard>,
    numbers: Numbers,
    /// Weeks and months that may be drawn by hand: name, and what it is called.
    periods: Vec<(String, String)>,
    sessions: i64,
    may_draw: bool,
    may_set: bool,
    may_export: bool,
}

framed!(Overview);

/// What is drawn by hand.
#[derive(Deserialize)]
struct Drawing {
    period: String,
    #[serde(default)]
    sessions: String,
}

/// How many a month.
#[derive(Deserialize)]
struct Number {
    sessions: String,
}

/// The routes of this room.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reviews", get(show))
        .route("/reviews/draw", post(draw))
        .route("/reviews/number", post(set_number))
        .route("/reviews/examples.jsonl", get(take_examples))
        .route("/reviews/{queue}", get(listed::show))
        .route("/reviews/{queue}/assign", post(listed::assign))
        .route("/reviews/{queue}/{record}", get(one::show).post(label::decide))
        .route("/sessions/{pid}/complain", post(label::complain))
}

/// `GET /reviews`
async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.require(Action::ReadJournal)?;
    let (business, t, clock) = (visitor.business.id, visitor.t.clone(), visitor.clock());
    let read = desk.console.store.read(move |conn| {
        let queues = reviews::tallies(conn, business)?;
        let numbers = numbers::of(&t, &clock, &intents::measure(conn, business, None, None)?);
        Ok::<_, PageError>((queues, numbers, settled_sessions(conn, business)?))
    });
    let (queues, numbers, sessions) = read.await?;
    let t = &visitor.t;
    page(&Overview {
        f: Frame::new(&desk, &visitor, Section::Reviews, t.say("reviews-title")),
        queues: queues.into_iter().map(|(queue, tally)| card(t, queue, tally)).collect(),
        numbers,
        periods: periods_of(&visitor),
        sessions: i64::from(sessions),
        may_draw: visitor.scope.can(Action::Decide),
        may_set: visitor.scope.can(Action::ManageSettings),
        may_export: visitor.scope.can(Action::Export),
    })
}

/// `POST /reviews/draw`
async fn draw(State(desk): State<Desk>, posted: Posted<Drawing>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::Decide)?;
    let sessions = Some(form.sessions.trim()).filter(|text| !text.is_empty()).map(number).transpose()?;
    let wish = Wish { period: form.period.trim().to_owned(), sessions, seed: None };
    match desk.console.reviews.draw(&visitor.business, visitor.by(), wish).await {
        Ok(report) => Ok(Redirect::to(&format!("/reviews/{}", report.queue.as_str())).into_response()),
        Err(ReviewsError::Store(e)) => Err(e.into()),
        Err(ReviewsError::Decide(e)) => Err(e.into()),
        Err(ReviewsError::Nothing(_)) => Err(invalid("nothing to look at in that period")),
        Err(ReviewsError::Drawn(_)) => Err(invalid("drawn already: a higher number draws further")),
        Err(ReviewsError::NoPeriod(_) | ReviewsError::NotOver(_)) => Err(invalid("a week or month that is over")),
    }
}

/// `POST /reviews/number`
async fn set_number(State(desk): State<Desk>, posted: Posted<Number>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::ManageSettings)?;
    let value = serde_json::json!({ "sessions": number(form.sessions.trim())? });
    let decision = Decision::KnownSet { what: known::REVIEWS.to_owned(), value };
    desk.console.decide.decide(visitor.business.id, visitor.by(), decision, visitor.now_us).await?;
    Ok(Redirect::to("/reviews").into_response())
}

/// `GET /reviews/examples.jsonl`: what was found, without persons.
async fn take_examples(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.require(Action::Export)?;
    let (business, shared) = (visitor.business.id, desk.clone());
    let examples = desk.console.store.read(move |conn| Ok::<_, PageError>(reviews::examples(conn, shared.masker(), business)?)).await?;
    desk.looked.at(&desk.console.store, &visitor, What::Exported, &format!("{} reviewed examples without persons", examples.len()));
    let mut lines = String::new();
    for example in &examples {
        lines.push_str(&serde_json::to_string(example).map_err(|e| PageError::Broken(e.to_string()))?);
        lines.push('\n');
    }
    let name = format!("attachment; filename=\"letopis-examples-{}.jsonl\"", visitor.business.slug);
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson".to_owned()), (header::CONTENT_DISPOSITION, name)], lines).into_response())
}

fn number(text: &str) -> Result<u32, PageError> {
    text.parse().ok().filter(|number| (1..=1000).contains(number)).ok_or_else(|| invalid("1 to 1000 conversations"))
}

fn invalid(rule: &'static str) -> PageError {
    PageError::Access(AccessError::Invalid { what: "reviews", rule })
}

fn card(t: &Texts, queue: ReviewQueue, tally: Tally) -> QueueCard {
    let Tally { all, done, second } = tally;
    let unit = if queue == ReviewQueue::Random || queue == ReviewQueue::Complaint { "reviews-progress-talks" } else { "reviews-progress" };
    QueueCard {
        url: format!("/reviews/{}", queue.as_str()),
        name: t.of("review-queue", queue.as_str()),
        about: t.of("review-queue-about", queue.as_str()),
        progress: (all > 0).then(|| t.with(unit, &[("done", done.into()), ("all", all.into())])),
        all,
        done,
        second: (second > 0).then(|| t.count("reviews-second-waits", second as i64)),
        is_done: all > 0 && done == all,
    }
}

/// The last weeks and months, as the select box offers them.
fn periods_of(visitor: &Visitor) -> Vec<(String, String)> {
    let (clock, t) = (visitor.clock(), &visitor.t);
    let zone = clock.zone();
    let months = periods::last_months(zone, visitor.now_us, 3).into_iter();
    let weeks = periods::last_weeks(zone, visitor.now_us, 5).into_iter();
    let months = months.map(|month| (month.name.clone(), t.of("reviews-month", &clock.month(month.from_us))));
    let days = |from_us, to_us: i64| [("from", clock.day(from_us).into()), ("to", clock.day(to_us - 1).into())];
    let weeks = weeks.map(|week| (week.name.clone(), t.with("reviews-week", &days(week.from_us, week.to_us))));
    months.chain(weeks).collect()
}

/// The queue that an address names.
fn named(queue: &str) -> Result<ReviewQueue, PageError> {
    ReviewQueue::parse(queue).ok_or(PageError::NotFound)
}
