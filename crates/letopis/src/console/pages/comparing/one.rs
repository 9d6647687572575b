//! One experiment: whether clients were divided as meant, what it comes to, and what that stands on.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::Posted;
use super::super::frame::{Frame, Section, framed, page};
use super::super::labels::Chip;
use super::super::language::Texts;
use super::super::numbers::drawing::{decimal, share};
use super::super::visitor::Visitor;
use super::{decide, points, problem, stage, tell, url};
use crate::access::Action;
use crate::console::comparing::Decided;
use crate::console::period;
use crate::journal::experiments::{self, Kept, State as Stage};
use crate::metrics::experiments::{Standing, standing};
use crate::metrics::figures::Asker;

/// A variant in the table.
struct ArmRow {
    name: String,
    weight: String,
    clients: String,
    rate: String,
    open: String,
    served: String,
}

/// A variant against the control.
struct Block {
    title: String,
    facts: Vec<(String, String)>,
    chart: String,
    harmed: Vec<String>,
}

#[derive(Template)]
#[template(path = "comparing/one.html")]
struct OnePage {
    f: Frame,
    name: String,
    url: String,
    hypothesis: String,
    stage: Chip,
    verdict: String,
    about: Vec<(String, String)>,
    /// Clients are not divided as meant, in words.
    mismatch: Option<String>,
    is_hidden: bool,
    arms: Vec<ArmRow>,
    metric: String,
    blocks: Vec<Block>,
    guards: Vec<(String, Vec<String>)>,
    notes: Vec<String>,
    variants: Vec<String>,
    may_start: bool,
    may_stop: bool,
    problem: Option<String>,
}

framed!(OnePage);

/// `?anyway=1&problem=…`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    anyway: String,
    problem: String,
}

/// Since when.
#[derive(Deserialize)]
pub(super) struct Started {
    #[serde(default)]
    from: String,
}

/// What is kept.
#[derive(Deserialize)]
pub(super) struct Stopped {
    #[serde(default)]
    keep: String,
}

/// `GET /experiments/{name}`
pub(super) async fn show(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(wish): Query<Wish>,
) -> Result<Response, PageError> {
    visitor.require(Action::ReadNumbers)?;
    let (business, zone, now_us) = (visitor.business.id, visitor.business.timezone.clone(), visitor.now_us);
    let read = desk.console.store.read(move |conn| {
        let one = experiments::one(conn, business, &name)?.ok_or(PageError::NotFound)?;
        let found = standing(conn, &Asker::of(conn, business, &zone, now_us)?, &one)?;
        Ok::<_, PageError>((one, found, period::uncounted(conn, business)?))
    });
    let (one, found, uncounted) = read.await?;
    page(&draw(&desk, &visitor, &one, &found, uncounted, &wish))
}

/// `POST /experiments/{name}/start`
pub(super) async fn start(State(desk): State<Desk>, Path(name): Path<String>, posted: Posted<Started>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::Decide)?;
    let back = url(&name);
    decide(&desk, &visitor, Decided::Start { name, from: Some(form.from) }, &back, &back).await
}

/// `POST /experiments/{name}/stop`
pub(super) async fn stop(State(desk): State<Desk>, Path(name): Path<String>, posted: Posted<Stopped>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::Decide)?;
    let back = url(&name);
    decide(&desk, &visitor, Decided::Stop { name, keep: Some(form.keep) }, &back, &back).await
}

fn draw(desk: &Desk, visitor: &Visitor, one: &Kept, found: &Standing, uncounted: u64, wish: &Wish) -> OnePage {
    let t = &visitor.t;
    let is_hidden = found.is_mismatch && wish.anyway.is_empty();
    let blocks = found.comparisons.iter().filter(|_| !is_hidden && one.state() != Stage::Draft).map(|compared| Block {
        title: t.with("experiment-against", &[("variant", compared.variant.as_str().into()), ("control", one.what.control().into())]),
        facts: tell::facts(t, compared),
        chart: tell::chart(t, &visitor.clock(), one, compared),
        harmed: compared.harmed.iter().map(|name| t.of("experiment-guard", name)).collect(),
    });
    let split = found.split.filter(|_| found.is_mismatch);
    let may_decide = visitor.scope.can(Action::Decide);
    OnePage {
        f: Frame::new(desk, visitor, Section::Comparing, one.what.name.clone()),
        name: one.what.name.clone(),
        url: url(&one.what.name),
        hypothesis: one.what.hypothesis.clone(),
        stage: stage(t, one.state()),
        verdict: if found.is_mismatch { t.of("experiment-verdict", "mismatch") } else { tell::verdict_of_all(t, one, found) },
        about: about(visitor, one, found),
        mismatch: split.map(|split| {
            t.with("experiment-mismatch", &[("chi", decimal(t, split.statistic, 1).into()), ("p", points::chance(t, split.p).into())])
        }),
        arms: arms(t, one, found, is_hidden),
        metric: t.of("experiment-metric", one.what.metric.as_str()),
        blocks: blocks.collect(),
        guards: if is_hidden { Vec::new() } else { tell::guards(t, &found.arms) },
        notes: notes(t, found, uncounted),
        variants: one.what.variants.iter().map(|variant| variant.name.clone()).collect(),
        may_start: may_decide && one.state() == Stage::Draft,
        may_stop: may_decide && one.state() != Stage::Stopped,
        problem: problem(t, &wish.problem),
        is_hidden,
    }
}

fn arms(t: &Texts, one: &Kept, found: &Standing, is_hidden: bool) -> Vec<ArmRow> {
    let all: u32 = one.what.variants.iter().map(|variant| variant.weight).sum();
    let number = |count: u64| decimal(t, count as f64, 0);
    let row = |arm: &crate::metrics::experiments::Arm| ArmRow {
        name: arm.variant.clone(),
        weight: t.of("per-cent", &decimal(t, f64::from(arm.weight) * 100.0 / f64::from(all.max(1)), 0)),
        clients: number(arm.rate.n),
        rate: if is_hidden { "—".to_owned() } else { share(t, arm.rate) },
        open: number(arm.open),
        served: number(arm.served),
    };
    found.arms.iter().map(row).collect()
}

/// Since when, by whom, what is counted.
fn about(visitor: &Visitor, one: &Kept, found: &Standing) -> Vec<(String, String)> {
    let (t, clock) = (&visitor.t, visitor.clock());
    let moment = |told: &Option<(i64, String)>| told.as_ref().map(|(us, by)| format!("{} · {by}", clock.when(*us)));
    let mut facts = vec![
        (t.say("experiment-counted"), t.of("experiment-metric", one.what.metric.as_str())),
        (t.say("experiment-aim"), t.of("experiment-aim-is", one.what.aim.as_str())),
        (t.say("experiment-effect"), points::size(t, one.what.effect)),
    ];
    facts.extend(moment(&one.started).map(|said| (t.say("experiment-started"), said)));
    facts.extend(moment(&one.stopped).map(|said| (t.say("experiment-stopped"), said)));
    if one.stopped.is_some() {
        facts.push((t.say("experiment-kept"), one.keep.clone().unwrap_or_else(|| one.what.control().to_owned())));
    }
    if one.state() == Stage::Running {
        facts.push((t.say("experiment-pace"), t.count("experiment-weekly", found.weekly.round() as i64)));
    }
    facts
}

/// What a reader must know beside the numbers.
fn notes(t: &Texts, found: &Standing, uncounted: u64) -> Vec<String> {
    let note = |key: &str, count: u64| (count > 0).then(|| t.count(key, count));
    let left_out = found
        .left_out
        .iter()
        .map(|(why, count)| t.with("experiment-left-out", &[("why", t.of("left-out", why).into()), ("count", (*count as i64).into())]));
    let notes = [
        note("experiment-open", found.open),
        note("experiment-crossed", found.crossed),
        note("experiment-contradicted", found.contradicted),
        note("numbers-uncounted", uncounted),
    ];
    notes.into_iter().flatten().chain(left_out).collect()
}
