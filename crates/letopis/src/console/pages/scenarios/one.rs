//! The versions of one scenario: who put them when, how they did, which one answers, and the way back to an earlier one.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::Desk;
use super::super::error::PageError;
use super::super::frame::{Frame, Section, framed, in_query, page};
use super::super::visitor::Visitor;
use super::{booked, seen, url};
use crate::access::Action;
use crate::journal::scenarios;
use crate::metrics::registry::{self, Entry, Line};

/// Changes that are listed.
const LISTED: usize = 30;

/// One version.
struct Version {
    version: String,
    label: String,
    is_active: bool,
    /// It can be made active: its text is here.
    is_put: bool,
    about: String,
    comment: String,
    seen: String,
    booked: String,
    numbers: String,
    /// What it is compared with: the version before it that has a text.
    before: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "scenarios/one.html")]
struct ScenarioPage {
    f: Frame,
    name: String,
    url: String,
    put_url: String,
    active: Option<String>,
    versions: Vec<Version>,
    /// The text of the version that answers.
    text: Option<String>,
    changes: Vec<String>,
    may_decide: bool,
}

framed!(ScenarioPage);

/// `GET /scenarios/{name}`
pub(in crate::console::pages) async fn show(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Response, PageError> {
    visitor.require(Action::ReadNumbers)?;
    let (business, wanted) = (visitor.business.id, name.clone());
    let read = desk.console.store.read(move |conn| {
        let all = registry::registry(conn, business)?;
        let entry = all.entries.into_iter().find(|entry| entry.name == wanted).ok_or(PageError::NotFound)?;
        let text = scenarios::served(conn, business, &wanted)?.map(|served| served.text);
        let mut made = scenarios::activations(conn, business)?;
        made.retain(|(active, _)| active.name == wanted);
        Ok::<_, PageError>((entry, text, made))
    });
    let (entry, text, made) = read.await?;
    let (t, clock) = (&visitor.t, visitor.clock());
    let change = |(active, _): &(scenarios::Active, Option<String>)| {
        let values =
            [("when", clock.when(active.since_us).into()), ("version", active.version.clone().into()), ("by", active.by.clone().into())];
        t.with("scenario-made-active", &values)
    };
    page(&ScenarioPage {
        f: Frame::new(&desk, &visitor, Section::Scenarios, t.of("scenario-title", &name)),
        url: url(&name),
        put_url: format!("/scenarios?name={}#put", in_query(&name)),
        active: entry.active.as_ref().map(|active| {
            let values = [
                ("version", active.version.clone().into()),
                ("when", clock.when(active.since_us).into()),
                ("by", active.by.clone().into()),
            ];
            t.with("scenario-active", &values)
        }),
        versions: versions(&visitor, &entry),
        text,
        changes: made.iter().rev().take(LISTED).map(change).collect(),
        may_decide: visitor.scope.can(Action::Decide),
        name,
    })
}

fn versions(visitor: &Visitor, entry: &Entry) -> Vec<Version> {
    let (t, clock) = (&visitor.t, visitor.clock());
    let is_active = |line: &Line| entry.active.as_ref().is_some_and(|active| active.version == line.version);
    let version = |(at, line): (usize, &Line)| Version {
        version: line.version.clone(),
        label: if line.version.is_empty() { t.say("scenario-no-version") } else { t.of("scenario-version", &line.version) },
        is_active: is_active(line),
        is_put: line.put.is_some(),
        about: line.put.as_ref().map_or_else(
            || t.say("scenario-only-seen"),
            |put| t.with("scenario-put", &[("when", clock.when(put.put_us).into()), ("by", put.put_by.clone().into())]),
        ),
        comment: line.put.as_ref().map(|put| put.comment.clone()).unwrap_or_default(),
        seen: seen(visitor, line),
        booked: booked(visitor, line),
        numbers: format!("/numbers?period=quarter&scenario={}", in_query(&format!("{}@{}", entry.name, line.version))),
        before: entry.lines[at + 1..].iter().find(|line| line.put.is_some()).map(|before| {
            let compared = format!("{}/difference?from={}&to={}", url(&entry.name), in_query(&before.version), in_query(&line.version));
            (before.version.clone(), compared)
        }),
    };
    entry.lines.iter().enumerate().map(version).collect()
}
