//! «Отчёты»: made now or as it was sent, where they go by themselves, and what is still on its way.
//!
//! * `routing` – the forms that change where they go and send something · this file – what is shown

mod routing;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use jiff::civil::Date;
use serde::Deserialize;

use super::Desk;
use super::error::PageError;
use super::frame::{Frame, Section, framed, page};
use super::headers::SelfContained;
use super::moments::Clock;
use super::visitor::Visitor;
use crate::access::trail::What;
use crate::access::{AccessError, Action};
use crate::console::report::{Asked, ReportError, zone_of};
use crate::journal::reports::letters::{self, Letter};
use crate::journal::reports::routes::{self, Routed};
use crate::journal::reports::timetable::{last_period, midnight_us};
use crate::journal::reports::{Delivery, Kind, Way, outbox};

/// A year of weekly, monthly and daily ones.
const MOST: u32 = 430;
/// Deliveries that are looked at for what still waits.
const DELIVERIES: u32 = 200;

/// A report of the archive.
struct Kept {
    url: String,
    name: String,
    about: String,
}

/// A route.
struct RouteRow {
    id: String,
    to: String,
    way: String,
    about: String,
    problem: Option<String>,
    kinds: Vec<(&'static str, String)>,
}

/// A delivery.
struct OnItsWay {
    id: i64,
    name: String,
    tone: &'static str,
    word: String,
    about: String,
    problem: Option<String>,
    may_retry: bool,
}

/// A word of a select box.
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage {
    f: Frame,
    kept: Vec<Kept>,
    made: Vec<(&'static str, String)>,
    /// None for who may not change where they go.
    routes: Option<Vec<RouteRow>>,
    deliveries: Vec<OnItsWay>,
    ways: Vec<Choice>,
    kinds: Vec<(&'static str, String)>,
    weekdays: Vec<Choice>,
    hours: Vec<Choice>,
    has_mail: bool,
}

framed!(ReportsPage);

/// Their routes.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/reports", get(show))
        .route("/reports/make/{kind}", get(make))
        .route("/reports/{id}", get(one))
        .route("/reports/routes", post(routing::add))
        .route("/reports/routes/{id}/remove", post(routing::remove))
        .route("/reports/routes/{id}/test", post(routing::test))
        .route("/reports/routes/{id}/send", post(routing::send))
        .route("/reports/deliveries/{id}/retry", post(routing::retry))
}

impl From<ReportError> for PageError {
    fn from(error: ReportError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// `GET /reports`
async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    visitor.require(Action::ReadNumbers)?;
    let (business, t, clock) = (visitor.business.id, &visitor.t, visitor.clock());
    let (sets, sees_access) = (visitor.scope.can(Action::ManageSettings), visitor.scope.can(Action::ReadTrail));
    let read = desk.console.store.read(move |conn| {
        Ok::<_, PageError>((
            letters::newest(conn, business, MOST)?,
            routes::of(conn, business)?,
            outbox::newest(conn, business, DELIVERIES)?,
        ))
    });
    let (kept, known, deliveries) = read.await?;
    let kinds = || Kind::ALL.map(|kind| (kind.as_str(), t.of("report-kind", kind.as_str())));
    let choice = |value: String, label: String, chosen: bool| Choice { value, label, chosen };
    let is_shown = |delivery: &&Delivery| sets && (delivery.sent_us.is_none() || delivery.unclear > 0);
    page(&ReportsPage {
        f: Frame::new(&desk, &visitor, Section::Reports, t.say("nav-reports")),
        kept: kept
            .iter()
            .filter(|letter| sees_access || letter.kind != Kind::Audit)
            .map(|letter| of_letter(&visitor, &clock, letter))
            .collect(),
        made: kinds().into_iter().filter(|(kind, _)| *kind != "alert").collect(),
        routes: sets.then(|| known.iter().map(|routed| of_route(&visitor, routed)).collect()),
        deliveries: deliveries.iter().filter(is_shown).map(|delivery| of_delivery(&visitor, &clock, delivery, &known)).collect(),
        ways: Way::ALL.iter().map(|way| choice(way.as_str().into(), t.of("reports-way", way.as_str()), *way == Way::Mail)).collect(),
        kinds: kinds().into(),
        weekdays: (1..=7).map(|day| choice(day.to_string(), weekday(&visitor, day), day == 1)).collect(),
        hours: (0..24).map(|hour| choice(hour.to_string(), format!("{hour}:00"), hour == 9)).collect(),
        has_mail: desk.console.post.config.mail.is_some(),
    })
}

fn of_letter(visitor: &Visitor, clock: &Clock, letter: &Letter) -> Kept {
    Kept {
        url: format!("/reports/{}", letter.id),
        name: format!("{}: {}", visitor.t.of("report-kind", letter.kind.as_str()), spoken(visitor, clock, &letter.period)),
        about: format!("{} · {}", clock.when(letter.made_us), letter.language),
    }
}

/// `2025-01-06/2025-01-13` → «6 января – 12 января».
fn spoken(visitor: &Visitor, clock: &Clock, period: &str) -> String {
    let dates = period.split('#').next().and_then(|dates| dates.split_once('/'));
    let Some((from, to)) = dates.and_then(|(from, to)| Some((from.parse::<Date>().ok()?, to.parse::<Date>().ok()?))) else {
        return period.to_owned();
    };
    let zone = zone_of(&visitor.business.timezone);
    let (first, last) = (clock.day(midnight_us(from, &zone)), clock.day(midnight_us(to, &zone) - 1));
    if first == last { first } else { format!("{first} – {last}") }
}

fn of_route(visitor: &Visitor, routed: &Routed) -> RouteRow {
    let (t, route) = (&visitor.t, &routed.route);
    let name = |kind: &Kind| t.of("report-kind", kind.as_str());
    let hour = t.with("reports-route-when", &[("day", weekday(visitor, route.weekday).into()), ("hour", i64::from(route.hour).into())]);
    let quiet = (route.quiet_from != route.quiet_to)
        .then(|| t.with("reports-route-quiet", &[("from", i64::from(route.quiet_from).into()), ("to", i64::from(route.quiet_to).into())]));
    let kinds = route.kinds.iter().map(name).collect::<Vec<_>>().join(", ");
    let when = [Some(hour), quiet, Some(route.language.clone())].into_iter().flatten().collect::<Vec<_>>().join(", ");
    RouteRow {
        id: routed.id.clone(),
        to: route.to.clone(),
        way: t.of("reports-way", route.way.as_str()),
        about: t.with("reports-route-about", &[("kinds", kinds.into()), ("when", when.into())]),
        problem: (route.way != Way::Mail && !routed.has_secret).then(|| t.say("reports-no-secret")),
        kinds: route.kinds.iter().filter(|kind| **kind != Kind::Alert).map(|kind| (kind.as_str(), name(kind))).collect(),
    }
}

fn of_delivery(visitor: &Visitor, clock: &Clock, delivery: &Delivery, known: &[Routed]) -> OnItsWay {
    let t = &visitor.t;
    let (tone, word) = match (delivery.sent_us, delivery.failed_us) {
        (Some(_), _) if delivery.unclear > 0 => ("warn", "twice"),
        (Some(_), _) => ("ok", "sent"),
        (None, Some(_)) => ("bad", "failed"),
        (None, None) => ("", "waiting"),
    };
    let to = known.iter().find(|routed| routed.id == delivery.route).map_or(delivery.route.as_str(), |routed| routed.route.to.as_str());
    OnItsWay {
        id: delivery.id,
        name: format!("{}: {} → {to}", t.of("report-kind", delivery.kind.as_str()), spoken(visitor, clock, &delivery.period)),
        tone,
        word: t.of("reports-state", word),
        about: format!("{} · {}", clock.when(delivery.made_us), t.of("reports-attempts", &delivery.attempts.to_string())),
        problem: delivery.problem.clone(),
        may_retry: delivery.sent_us.is_none(),
    }
}

fn weekday(visitor: &Visitor, day: u8) -> String {
    visitor.t.of("reports-weekday-name", &format!("day-{day}"))
}

/// `GET /reports/{id}`: a kept one, as it was sent.
async fn one(State(desk): State<Desk>, visitor: Visitor, Path(id): Path<i64>) -> Result<Response, PageError> {
    visitor.require(Action::ReadNumbers)?;
    let keys = desk.keys(visitor.business.id)?;
    let found = desk.console.store.read(move |conn| Ok::<_, PageError>(letters::open(conn, &keys, id)?)).await?;
    let (letter, words) = found.filter(|(letter, _)| letter.kind != Kind::Alert).ok_or(PageError::NotFound)?;
    if letter.kind == Kind::Audit {
        visitor.require(Action::ReadTrail)?;
        desk.looked.at(&desk.console.store, &visitor, What::Viewed, &format!("audit report {}", letter.period));
    }
    Ok(alone(words.html, &words.text))
}

/// `?from=2025-01-06&to=2025-01-12`, both days included, as people say it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Days {
    from: String,
    to: String,
}

/// `GET /reports/make/{kind}`: one of any days, for who asks; without days the last one.
async fn make(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(kind): Path<String>,
    Query(days): Query<Days>,
) -> Result<Response, PageError> {
    visitor.require(Action::ReadNumbers)?;
    let kind = kind.parse().ok().filter(|kind| *kind != Kind::Alert).ok_or(PageError::NotFound)?;
    let (business, now_us, zone) = (visitor.business.clone(), visitor.now_us, zone_of(&visitor.business.timezone));
    let given = days.from.parse::<Date>().ok().zip(days.to.parse::<Date>().ok().and_then(|last| last.tomorrow().ok()));
    if given.is_none() && !(days.from.is_empty() && days.to.is_empty()) {
        return Err(AccessError::Invalid { what: "days", rule: "both, as 2025-01-06" }.into());
    }
    let (from, to) = given.or_else(|| last_period(kind, 1, &zone, now_us)).ok_or(PageError::NotFound)?;
    if from >= to {
        return Err(AccessError::Invalid { what: "days", rule: "the first before the last" }.into());
    }
    let with_access = visitor.scope.can(Action::ReadTrail);
    let language = visitor.t.language().code().to_owned();
    let asked = Asked { kind, language, from_us: midnight_us(from, &zone), to_us: midnight_us(to, &zone), with_access };
    let (reports, log) = (std::sync::Arc::clone(&desk.console.reports), desk.console.logs.of(business.id));
    let made =
        desk.console.store.read(move |conn| Ok::<_, PageError>(reports.make(conn, &business, log.as_deref(), &asked, now_us)?)).await?;
    if kind == Kind::Audit && with_access {
        desk.looked.at(&desk.console.store, &visitor, What::Viewed, &format!("audit report {from}/{to}"));
    }
    Ok(alone(made.html, &made.text))
}

/// A page of its own, with a policy of its own; a text as text.
fn alone(html: Option<String>, text: &str) -> Response {
    let mut response = match html {
        Some(html) => Html(html).into_response(),
        None => text.to_owned().into_response(),
    };
    response.extensions_mut().insert(SelfContained);
    response
}
