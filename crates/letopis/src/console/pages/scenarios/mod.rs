//! What bots are told: scenarios, prompts and models by version, how each did, and the button that brings an earlier one back.
//!
//! * `one` – the versions of one scenario · `difference` – two of them side by side · `change` – put, made active

pub(super) mod change;
pub(super) mod difference;
pub(super) mod one;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::Desk;
use super::error::PageError;
use super::frame::{Frame, Section, framed, in_query, page};
use super::journal::line::in_path;
use super::numbers::drawing::share;
use super::visitor::Visitor;
use crate::access::Action;
use crate::metrics::registry::{self, Entry, Line};

/// Prompts without a name and models that are listed.
const LISTED: usize = 20;

/// One scenario in the list.
struct Shown {
    name: String,
    url: String,
    active: Option<String>,
    versions: String,
    seen: String,
    booked: String,
}

/// A version without a page of its own.
struct Loose {
    name: String,
    url: String,
    seen: String,
    booked: String,
}

#[derive(Template)]
#[template(path = "scenarios/list.html")]
struct ScenariosPage {
    f: Frame,
    entries: Vec<Shown>,
    prompts: Vec<Loose>,
    /// More prompts than anybody changes: something is put into each.
    many: bool,
    models: Vec<Loose>,
    may_decide: bool,
    form: Typed,
    problem: Option<String>,
}

framed!(ScenariosPage);

/// A version as it is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) text: String,
    pub(super) comment: String,
    pub(super) activate: String,
}

/// `?name=`: what the form begins with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    name: String,
}

/// `GET /scenarios`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let form = Typed { name: asked.name, ..Typed::default() };
    list(&desk, &visitor, form, None).await
}

/// The page, with what was typed where it could not be taken.
async fn list(desk: &Desk, visitor: &Visitor, form: Typed, problem: Option<String>) -> Result<Response, PageError> {
    visitor.require(Action::ReadNumbers)?;
    let business = visitor.business.id;
    let all = desk.console.store.read(move |conn| Ok::<_, PageError>(registry::registry(conn, business)?)).await?;
    let loose = |lines: Vec<Line>, cut: &str| lines.into_iter().take(LISTED).map(|line| loose(visitor, cut, &line)).collect();
    page(&ScenariosPage {
        f: Frame::new(desk, visitor, Section::Scenarios, visitor.t.say("scenarios-title")),
        entries: all.entries.iter().map(|entry| shown(visitor, entry)).collect(),
        many: all.prompts.len() > LISTED,
        prompts: loose(all.prompts, "prompt"),
        models: loose(all.models, "model"),
        may_decide: visitor.scope.can(Action::Decide),
        form,
        problem,
    })
}

fn shown(visitor: &Visitor, entry: &Entry) -> Shown {
    let t = &visitor.t;
    let active = entry.active.as_ref().map(|active| active.version.clone());
    let current = entry.lines.iter().find(|line| active.as_deref() == Some(&line.version)).or(entry.lines.first());
    Shown {
        url: url(&entry.name),
        versions: t.count("scenarios-versions", entry.lines.len() as i64),
        seen: current.map(|line| seen(visitor, line)).unwrap_or_default(),
        booked: current.map(|line| booked(visitor, line)).unwrap_or_default(),
        active,
        name: entry.name.clone(),
    }
}

fn loose(visitor: &Visitor, cut: &str, line: &Line) -> Loose {
    // Numbers of one model can be asked for; of a prompt they are a line of the table.
    let url = if cut == "model" { format!("/numbers?period=quarter&model={}", in_query(&line.version)) } else { String::new() };
    Loose { name: line.version.clone(), url, seen: seen(visitor, line), booked: booked(visitor, line) }
}

/// «с 12 мая по сегодня, 14:05».
fn seen(visitor: &Visitor, line: &Line) -> String {
    let (t, clock) = (&visitor.t, visitor.clock());
    line.seen.map_or_else(
        || t.say("scenarios-unseen"),
        |seen| t.with("scenarios-seen", &[("from", clock.when(seen.first_us).into()), ("to", clock.when(seen.last_us).into())]),
    )
}

fn booked(visitor: &Visitor, line: &Line) -> String {
    line.seen.map_or_else(|| "—".to_owned(), |seen| share(&visitor.t, seen.booked))
}

/// The page of a scenario.
pub(super) fn url(name: &str) -> String {
    format!("/scenarios/{}", in_path(name))
}
