//! Before and after another model, prompt or scenario answers: what the mix of clients explains, and what is left.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use charts::{Axis, Bar, Caption, Forest, Kind, Slot};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::frame::{Frame, Section, framed, page};
use super::super::journal::Choice;
use super::super::labels;
use super::super::language::Texts;
use super::super::moments::Clock;
use super::super::numbers::drawing::{decimal, share};
use super::super::visitor::Visitor;
use super::beside::{self, BesideRow};
use super::points::{self, Points};
use crate::access::Action;
use crate::console::period;
use crate::event::when::DAY_US;
use crate::metrics::changes::{Change, Compared, DEFAULT_WEEKS, Row, Verdict, change};
use crate::metrics::figures::Asker;
use crate::metrics::markers::{Marker, markers};

/// Changes that can be chosen are of so many days.
const BACK_US: i64 = 180 * DAY_US;
/// Two whole weeks after the day of a change.
const RIPE_US: i64 = 16 * DAY_US;
/// Strata that are drawn; all of them count.
const DRAWN: usize = 12;
/// A wider interval of a stratum is not drawn.
const WIDEST: f64 = 0.5;

#[derive(Template)]
#[template(path = "comparing/changes.html")]
struct ChangesPage {
    f: Frame,
    choices: Vec<Choice>,
    weeks: Vec<Choice>,
    shown: Option<Shown>,
    is_bad: bool,
}

framed!(ChangesPage);

/// One change.
struct Shown {
    title: String,
    days: String,
    verdict: String,
    tone: &'static str,
    facts: Vec<(String, String)>,
    chart: String,
    measures: Vec<MeasureRow>,
    beside: Vec<BesideRow>,
    notes: Vec<String>,
}

/// A measure in the table.
struct MeasureRow {
    name: String,
    before: String,
    after: String,
    adjusted: String,
}

/// `?at=2026-11-03&weeks=4`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    at: String,
    weeks: String,
}

/// `GET /changes`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    visitor.require(Action::ReadNumbers)?;
    let (business, timezone, now_us, clock) = (visitor.business.id, visitor.business.timezone.clone(), visitor.now_us, visitor.clock());
    let zone = clock.zone().clone();
    let at = (!asked.at.is_empty()).then(|| period::moment(&asked.at, &zone));
    let wanted = at.flatten();
    let weeks = asked.weeks.parse().ok();
    let read = desk.console.store.read(move |conn| {
        let known = markers(conn, business, now_us - BACK_US, now_us)?;
        let asker = Asker::of(conn, business, &timezone, now_us)?;
        // Without a word the newest change is shown of which something can be said.
        let is_ripe = |marker: &&Marker| marker.us < now_us - RIPE_US;
        let newest = known.iter().rev().find(is_ripe).or(known.last());
        let at_us = wanted.or(newest.map(|marker| marker.us));
        let found = at_us.map(|us| change(conn, &asker, us, weeks).map(|found| (us, found))).transpose()?;
        Ok::<_, PageError>((known, found))
    });
    let (known, found) = read.await?;
    let t = &visitor.t;
    let day = |us: i64| clock.field(us).chars().take(10).collect::<String>();
    let chosen = found.as_ref().map(|(us, _)| day(*us)).unwrap_or_default();
    let mut choices: Vec<Choice> = Vec::new();
    for marker in known.iter().rev() {
        let value = day(marker.us);
        let label = format!("{} · {}", clock.day(marker.us), told(t, marker));
        match choices.iter_mut().find(|choice| choice.value == value) {
            Some(choice) => choice.label = format!("{}; {}", choice.label, told(t, marker)),
            None => choices.push(Choice { chosen: value == chosen, value, label }),
        }
    }
    if !chosen.is_empty() && !choices.iter().any(|choice| choice.chosen) {
        choices.push(Choice {
            label: found.as_ref().map_or_else(String::new, |(us, _)| clock.day(*us)),
            value: chosen.clone(),
            chosen: true,
        });
    }
    let shown_weeks = found.as_ref().map_or(DEFAULT_WEEKS, |(_, found)| found.windows.weeks);
    let week =
        |weeks: i64| Choice { value: weeks.to_string(), label: t.count("experiment-weeks-count", weeks), chosen: weeks == shown_weeks };
    page(&ChangesPage {
        weeks: [2, 4, 8, 12].map(week).into(),
        shown: found.map(|(us, found)| draw(&visitor, &clock, us, &found, &known)),
        is_bad: at == Some(None),
        f: Frame::new(&desk, &visitor, Section::Comparing, t.say("changes-title")),
        choices,
    })
}

/// «модель gpt-4o → gpt-5».
fn told(t: &Texts, marker: &Marker) -> String {
    let from = marker.from.as_deref().unwrap_or("—");
    t.with("change-told", &[("what", marker.what.as_str().into()), ("from", from.into()), ("to", marker.to.as_str().into())])
}

fn draw(visitor: &Visitor, clock: &Clock, at_us: i64, found: &Change, known: &[Marker]) -> Shown {
    let t = &visitor.t;
    let own: Vec<String> = known.iter().filter(|marker| clock.same_day(marker.us, at_us)).map(|marker| told(t, marker)).collect();
    let booked = &found.compared[0];
    let first = |day: crate::journal::days::Day| clock.day(day.span_us(clock.zone()).0);
    let days = [
        ("first", first(found.windows.first).into()),
        ("day", first(found.windows.day).into()),
        ("last", first(found.windows.last).into()),
    ];
    let tone = match found.verdict {
        Verdict::Better => "ok",
        Verdict::Worse => "bad",
        _ => "",
    };
    Shown {
        title: if own.is_empty() { first(found.windows.day) } else { own.join("; ") },
        days: if found.windows.weeks > 0 { t.with("change-days", &days) } else { String::new() },
        verdict: verdict(t, found),
        tone,
        facts: if found.windows.weeks > 0 { facts(t, booked) } else { Vec::new() },
        chart: if found.strata.is_empty() { String::new() } else { forest(t, found) },
        measures: found.compared.iter().map(|compared| measure(t, compared)).collect(),
        beside: found.beside.as_ref().map(|found| beside::rows(t, found)).unwrap_or_default(),
        notes: notes(t, clock, found),
    }
}

fn verdict(t: &Texts, found: &Change) -> String {
    let adjusted = found.compared[0].adjusted.map(|found| found.difference);
    let days = if let Verdict::TooEarly { days } = found.verdict { days } else { 0 };
    let values = [
        ("what", found.verdict.as_str().into()),
        ("points", adjusted.map_or_else(String::new, |found| points::points(t, found.value)).into()),
        ("bounds", adjusted.map_or_else(String::new, |found| points::bounds(t, found.interval)).into()),
        ("days", days.into()),
    ];
    t.with("change-verdict", &values)
}

fn facts(t: &Texts, booked: &Compared) -> Vec<(String, String)> {
    let sentence = |value: f64, interval| format!("{} ({})", points::points(t, value), points::bounds(t, interval));
    let mut facts = vec![(t.say("change-before"), share(t, booked.crude.before)), (t.say("change-after"), share(t, booked.crude.after))];
    if is_little(booked) {
        // Nothing follows from so few: no difference, no share with another mix, no chance.
        facts.push((t.say("change-adjusted"), t.say("few")));
        return facts;
    }
    let mut add = |key: &str, value: Option<String>| facts.extend(value.map(|value| (t.say(key), value)));
    add("change-crude", booked.difference.map(|found| sentence(found.value, found.interval)));
    add("change-adjusted", booked.adjusted.map(|found| sentence(found.difference.value, found.difference.interval)));
    add(
        "change-alike",
        booked.standardised.map(|alike| {
            let per_cent = |share: f64| t.of("per-cent", &decimal(t, share * 100.0, 1));
            format!("{} → {}", per_cent(alike.before), per_cent(alike.after))
        }),
    );
    add("change-p", booked.cmh.map(|score| points::chance(t, score.p)));
    facts
}

/// Fewer than thirty before, or after.
fn is_little(compared: &Compared) -> bool {
    compared.crude.before.is_few() || compared.crude.after.is_few()
}

/// Each stratum, and all of them together.
fn forest(t: &Texts, found: &Change) -> String {
    let bar = |row: &Row| {
        let n = row.booked.before.n + row.booked.after.n;
        let little = row.booked.before.is_few() || row.booked.after.is_few();
        let slot = row.difference.filter(|_| !little).map_or(Slot::Few(n), |found| points::slot(found.value, found.interval, n, WIDEST));
        Bar { label: stratum(t, row), slot }
    };
    let all = found.compared[0].adjusted.map(|found| found.difference);
    let (crude, little) = (found.compared[0].crude, is_little(&found.compared[0]));
    let n = crude.before.n + crude.after.n;
    Forest {
        caption: Caption::new(t.say("change-chart"), verdict(t, found)).note(t.say("change-chart-note")),
        axis: Axis::new(t.say("change-chart-axis"), Kind::Amount),
        strata: found.strata.iter().take(DRAWN).map(bar).collect(),
        total: all.map_or(Slot::Empty, |all| if little { Slot::Few(n) } else { points::slot(all.value, all.interval, 0, 1.0) }),
        sides: (t.say("change-worse"), t.say("change-better")),
    }
    .draw(&Points { t })
}

/// «WhatsApp · запись · новые».
fn stratum(t: &Texts, row: &Row) -> String {
    let intent = if row.intent.is_empty() { t.say("numbers-unnamed") } else { labels::intent(&row.intent) };
    let who = t.of("numbers-returning", if row.is_returning { "returning" } else { "new" });
    format!("{} · {intent} · {}", labels::channel(t, &row.channel).name, who.to_lowercase())
}

fn measure(t: &Texts, compared: &Compared) -> MeasureRow {
    let adjusted = compared.adjusted.map(|found| found.difference).filter(|_| !is_little(compared));
    let nothing = if is_little(compared) { "few" } else { "numbers-nothing" };
    MeasureRow {
        name: t.of("change-measure", compared.measure.as_str()),
        before: share(t, compared.crude.before),
        after: share(t, compared.crude.after),
        adjusted: adjusted
            .map_or_else(|| t.say(nothing), |found| format!("{} ({})", points::points(t, found.value), points::bounds(t, found.interval))),
    }
}

/// What a reader must know beside the numbers.
fn notes(t: &Texts, clock: &Clock, found: &Change) -> Vec<String> {
    let mut notes = vec![t.say("change-no-experiment")];
    if found.mix.is_some_and(|mix| mix.p < 0.05) {
        notes.push(t.of("change-mix", &points::chance(t, found.mix.map_or(1.0, |mix| mix.p))));
    }
    if let Some(varied) = found.compared[0].heterogeneity.filter(|found| found.p < 0.05) {
        notes.push(t.of("change-varied", &points::chance(t, varied.p)));
    }
    if !found.others.is_empty() {
        let others: Vec<String> = found.others.iter().map(|marker| format!("{} — {}", clock.day(marker.us), told(t, marker))).collect();
        notes.push(t.of("change-others", &others.join("; ")));
    }
    if !found.holidays.is_empty() {
        let days: Vec<String> = found.holidays.iter().map(|(month, day)| format!("{day:02}.{month:02}")).collect();
        notes.push(t.of("change-holidays", &days.join(", ")));
    }
    match found.placebo.as_ref().filter(|placebo| !is_little(placebo)).and_then(|placebo| placebo.adjusted) {
        Some(placebo) => {
            let said = format!("{} ({})", points::points(t, placebo.difference.value), points::bounds(t, placebo.difference.interval));
            notes.push(t.of("change-placebo", &said));
        }
        None => notes.push(t.say("change-placebo-none")),
    }
    if found.is_provisional {
        notes.push(t.say("numbers-provisional"));
    }
    notes
}
