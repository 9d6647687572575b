//! What is wrong now, in plain words: since when, how many dialogues, what showed it first, what to do; and what was, with how long it took.
//!
//! * `tell` – an incident in words · `act` – seen, resolved, opened by hand

pub(super) mod act;
mod tell;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::Desk;
use super::changes::{self, Listed};
use super::error::PageError;
use super::frame::{Frame, Section, framed, page};
use super::journal::Choice;
use super::labels::Chip;
use super::language::Texts;
use super::visitor::Visitor;
use crate::access::Action;
use crate::event::incident::{Ending, Matter};
use crate::event::when::DAY_US;
use crate::journal::incidents;
use crate::metrics::incidents::{Figures, Took, figures};
use crate::metrics::markers::markers;
use tell::{Shown, Teller};

/// Past incidents are of so many days.
const BACK_US: i64 = 90 * DAY_US;
/// Changes of versions are of so many days: what a fall is held against first.
const CHANGES_US: i64 = 30 * DAY_US;
/// Past incidents that are listed.
const LISTED: usize = 100;
/// That are summed up.
const SUMMED: usize = 5_000;

/// A length of time on top of the history.
struct Figure {
    value: String,
    label: String,
    /// «медиана 1 ч · по 3 инцидентам»
    about: String,
}

#[derive(Template)]
#[template(path = "incidents.html")]
struct IncidentsPage {
    f: Frame,
    open: Vec<Shown>,
    over: Vec<Shown>,
    figures: Vec<Figure>,
    false_alarms: String,
    endings: Vec<Choice>,
    may_decide: bool,
    problem: Option<String>,
    changes: Vec<Listed>,
}

framed!(IncidentsPage);

/// `?problem=time`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct From {
    problem: String,
}

/// `GET /incidents`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, Query(from): Query<From>) -> Result<Response, PageError> {
    visitor.require(Action::ReadOperations)?;
    let (business, now_us) = (visitor.business.id, visitor.now_us);
    let teller = Teller { t: visitor.t.clone(), clock: visitor.clock(), links: visitor.scope.can(Action::ReadJournal) };
    let read = desk.console.store.read(move |conn| {
        let open = incidents::open(conn, business)?;
        let past = incidents::opened_in(conn, business, now_us - BACK_US, now_us.saturating_add(1), SUMMED)?;
        let summed = figures(&past, now_us);
        let over = past.iter().filter(|incident| !incident.is_open()).take(LISTED);
        let over = over.map(|incident| teller.show(conn, incident)).collect::<rusqlite::Result<Vec<_>>>()?;
        let open = open.iter().map(|incident| teller.show(conn, incident)).collect::<rusqlite::Result<Vec<_>>>()?;
        let changes = markers(conn, business, now_us - CHANGES_US, now_us.saturating_add(1))?;
        Ok::<_, PageError>((open, over, summed, changes))
    });
    let (open, over, summed, changes) = read.await?;
    let t = &visitor.t;
    let ending =
        |how: &Ending| Choice { value: how.to_string(), label: t.of("incident-ending", how.as_str()), chosen: *how == Ending::Fix };
    page(&IncidentsPage {
        f: Frame::new(&desk, &visitor, Section::Incidents, t.say("incidents-title")),
        figures: lengths(&visitor, &summed),
        false_alarms: t.count("incidents-false", summed.false_alarms as i64),
        endings: Ending::ALL.iter().filter(|how| **how != Ending::Passed).map(ending).collect(),
        may_decide: visitor.scope.can(Action::Decide),
        problem: (from.problem == "time").then(|| t.say("incident-bad-time")),
        changes: changes::listed(t, &visitor.clock(), &changes),
        open,
        over,
    })
}

/// The choices of a person who opens one by hand.
pub(super) fn matters(t: &Texts) -> Vec<Choice> {
    let choice = |matter: &Matter| Choice { value: matter.to_string(), label: t.of("incident-matter", matter.as_str()), chosen: false };
    Matter::ALL.iter().map(choice).collect()
}

fn lengths(visitor: &Visitor, summed: &Figures) -> Vec<Figure> {
    let (t, clock) = (&visitor.t, visitor.clock());
    let figure = |name: &str, took: Took| {
        let minutes = |minutes: f64| clock.took((minutes * 60e6) as i64);
        let mean = took.mean_min.map_or_else(|| "–".to_owned(), minutes);
        let about = took
            .median_min
            .map(|median| t.with("incidents-about", &[("median", minutes(median).into()), ("count", (took.n as i64).into())]));
        Figure { value: mean, label: t.of("incidents-figure", name), about: about.unwrap_or_default() }
    };
    if summed.total.n == 0 {
        return Vec::new();
    }
    vec![
        figure("detect", summed.detect),
        figure("recover", summed.recover),
        figure("total", summed.total),
        figure("acknowledge", summed.acknowledge),
    ]
}

/// The colour of an urgency.
fn urgency(t: &Texts, severity: crate::event::incident::Severity) -> Chip {
    use crate::event::incident::Severity;
    let tone = match severity {
        Severity::Critical => "bad",
        Severity::Warning => "warn",
        Severity::Info => "info",
    };
    Chip::new(tone, t.of("incident-severity", severity.as_str()))
}

/// An incident as people are told of it elsewhere: one line and one sentence.
pub(in crate::console) fn in_words(
    t: &super::language::Texts,
    clock: &super::moments::Clock,
    incident: &crate::journal::incidents::Incident,
) -> (String, String) {
    Teller { t: t.clone(), clock: clock.clone(), links: false }.brief(incident)
}
