//! What is compared: experiments, and before and after another version answers. A verdict in words first, then what it stands on.
//!
//! * here – the list, adding one · `one` – one experiment, starting and stopping it · `tell` – verdicts in words · `points` – differences as charts write them
//! * `changes` – before and after a change of model, prompt or scenario · `beside` – what else is looked at there

mod beside;
mod changes;
mod one;
pub(super) mod points;
mod tell;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use rusqlite::{Connection, params};
use serde::Deserialize;

use super::Desk;
use super::error::PageError;
use super::form::Posted;
use super::frame::{Frame, Section, framed, in_query, page};
use super::journal::Choice;
use super::labels::Chip;
use super::language::Texts;
use super::visitor::Visitor;
use crate::access::Action;
use crate::console::comparing::{self, Decided, Unfit};
use crate::event::BusinessId;
use crate::event::experiment::{Experiment, Metric, Variant};
use crate::event::when::DAY_US;
use crate::journal::experiments::{self, Kept, State as Stage};
use crate::metrics::experiments::{Standing, outcome};
use crate::metrics::figures::Asker;

/// Bots tell of experiments that nobody defined: of so many days.
const TOLD_US: i64 = 90 * DAY_US;

/// One in the list.
struct Line {
    url: String,
    name: String,
    hypothesis: String,
    stage: Chip,
    verdict: String,
    clients: String,
}

#[derive(Template)]
#[template(path = "comparing/list.html")]
struct ListPage {
    f: Frame,
    lines: Vec<Line>,
    /// Named by bots, defined by nobody: name and variants.
    unknown: Vec<(String, String)>,
    metrics: Vec<Choice>,
    may_decide: bool,
    problem: Option<String>,
}

framed!(ListPage);

/// `?problem=…`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct From {
    problem: String,
}

/// A definition, as a form sends it.
#[derive(Deserialize)]
struct Defined {
    name: String,
    hypothesis: String,
    variants: String,
    metric: String,
    effect: String,
}

/// An experiment that runs, and how it stands.
pub(super) struct Told(Kept, Standing);

impl Told {
    pub(super) fn name(&self) -> &str {
        &self.0.what.name
    }

    pub(super) fn url(&self) -> String {
        url(&self.0.what.name)
    }

    pub(super) fn verdict(&self, t: &Texts) -> String {
        tell::verdict_of_all(t, &self.0, &self.1)
    }
}

/// Those that run now.
pub(super) fn running(conn: &Connection, business: BusinessId, asker: &Asker) -> rusqlite::Result<Vec<Told>> {
    let running = experiments::all(conn, business)?.into_iter().filter(|one| one.state() == Stage::Running);
    running.map(|one| outcome(conn, asker, &one).map(|found| Told(one, found))).collect()
}

/// Their routes.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/experiments", get(show).post(add))
        .route("/experiments/{name}", get(one::show))
        .route("/experiments/{name}/start", post(one::start))
        .route("/experiments/{name}/stop", post(one::stop))
        .route("/changes", get(changes::show))
}

/// `GET /experiments`
async fn show(State(desk): State<Desk>, visitor: Visitor, Query(from): Query<From>) -> Result<Response, PageError> {
    visitor.require(Action::ReadNumbers)?;
    let (business, zone, now_us) = (visitor.business.id, visitor.business.timezone.clone(), visitor.now_us);
    let read = desk.console.store.read(move |conn| {
        let asker = Asker::of(conn, business, &zone, now_us)?;
        let all = experiments::all(conn, business)?;
        let unknown = unknown(conn, business, now_us, &all)?;
        let all = all.into_iter().map(|one| Ok((outcome(conn, &asker, &one)?, one))).collect::<rusqlite::Result<Vec<_>>>()?;
        Ok::<_, PageError>((all, unknown))
    });
    let (all, unknown) = read.await?;
    let t = &visitor.t;
    let lines = all.iter().map(|(found, one)| Line {
        url: url(&one.what.name),
        name: one.what.name.clone(),
        hypothesis: one.what.hypothesis.clone(),
        stage: stage(t, one.state()),
        verdict: tell::verdict_of_all(t, one, found),
        clients: t.count("experiment-clients", found.arms.iter().map(|arm| arm.rate.n).sum::<u64>()),
    });
    page(&ListPage {
        lines: lines.collect(),
        unknown,
        metrics: metrics(t),
        may_decide: visitor.scope.can(Action::Decide),
        problem: problem(t, &from.problem),
        f: Frame::new(&desk, &visitor, Section::Comparing, t.say("experiments-title")),
    })
}

/// `POST /experiments`
async fn add(State(desk): State<Desk>, posted: Posted<Defined>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::Decide)?;
    let Some(what) = defined(&form) else { return Ok(Redirect::to("/experiments?problem=form").into_response()) };
    let to = url(&what.name);
    decide(&desk, &visitor, Decided::Add(what), "/experiments", &to).await
}

fn defined(form: &Defined) -> Option<Experiment> {
    let variants = form.variants.split([',', ';']).map(str::trim).filter(|name| !name.is_empty());
    let variants = variants.map(str::parse::<Variant>).collect::<Result<_, _>>().ok()?;
    let metric: Metric = form.metric.parse().ok()?;
    let effect: f64 = form.effect.trim().replace(',', ".").parse().ok()?;
    let (name, hypothesis) = (form.name.trim().to_owned(), form.hypothesis.trim().to_owned());
    Some(Experiment { name, hypothesis, variants, metric, aim: metric.aim(), effect: effect / 100.0 })
}

/// Decides, and goes on; back with what is wrong.
async fn decide(desk: &Desk, visitor: &Visitor, wanted: Decided, back: &str, on: &str) -> Result<Response, PageError> {
    let console = &desk.console;
    let made = comparing::decide(&console.store, &console.decide, (visitor.business.id, visitor.by()), wanted, visitor.now_us).await;
    let problem = match made {
        Ok(_) => return Ok(Redirect::to(on).into_response()),
        Err(Unfit::NoSuch) => return Err(PageError::NotFound),
        Err(Unfit::Store(e)) => return Err(e.into()),
        Err(Unfit::Decide(e)) => return Err(e.into()),
        Err(Unfit::Taken) => "taken",
        Err(Unfit::Moment) => "moment",
        Err(Unfit::Fault(_)) => "form",
        Err(Unfit::State(_) | Unfit::Variant(_)) => "state",
    };
    Ok(Redirect::to(&format!("{back}?problem={problem}")).into_response())
}

/// What went wrong, in words; nothing for what no page of ours says.
fn problem(t: &Texts, name: &str) -> Option<String> {
    ["form", "taken", "moment", "state"].contains(&name).then(|| t.of("experiment-problem", name))
}

fn url(name: &str) -> String {
    format!("/experiments/{}", in_query(name))
}

fn metrics(t: &Texts) -> Vec<Choice> {
    let choice = |metric: Metric| Choice {
        value: metric.as_str().to_owned(),
        label: t.of("experiment-metric", metric.as_str()),
        chosen: metric == Metric::Booked,
    };
    Metric::ALL.map(choice).into()
}

fn stage(t: &Texts, stage: Stage) -> Chip {
    let tone = if stage == Stage::Running { "accent" } else { "" };
    Chip::new(tone, t.of("experiment-state", stage.as_str()))
}

/// Experiments that bots told of lately and nobody defined.
fn unknown(conn: &Connection, business: BusinessId, now_us: i64, known: &[Kept]) -> rusqlite::Result<Vec<(String, String)>> {
    let sql =
        "SELECT DISTINCT variant FROM cases WHERE business = ?1 AND started_us >= ?2 AND variant IS NOT NULL ORDER BY variant LIMIT 100";
    let mut find = conn.prepare_cached(sql)?;
    let mut found: Vec<(String, String)> = Vec::new();
    for label in find.query_map(params![business.0, now_us - TOLD_US], |row| row.get::<_, String>(0))? {
        let label = label?;
        let Some((name, variant)) = label.split_once('=').filter(|(name, _)| !known.iter().any(|one| one.what.name == *name)) else {
            continue;
        };
        match found.iter_mut().find(|(other, _)| other == name) {
            Some((_, variants)) => *variants = format!("{variants}, {variant}"),
            None => found.push((name.to_owned(), variant.to_owned())),
        }
    }
    Ok(found)
}
