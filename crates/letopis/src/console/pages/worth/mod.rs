//! «Польза и цена»: what lost leads would have brought, what work was saved, what a booking costs, whether more leads come. For an owner who asks
//! whether the assistant pays off.
//!
//! Every number stands on norms and prices that the business settled, and on shares with their intervals; both are beside it. What is not
//! measured says so and where to settle it.
//!
//! * `words` – numbers as sentences and rows

mod words;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::tz::TimeZone;

use super::Desk;
use super::error::PageError;
use super::frame::{Frame, Section, framed, page};
use super::journal::Choice;
use super::language::Texts;
use super::numbers::asked::{Asked, PERIODS};
use super::visitor::Visitor;
use crate::access::Action;
use crate::console::period::uncounted;
use crate::metrics::figures::Asker;
use crate::metrics::terms::Settled;
use crate::metrics::worth::{self, Worth};
use words::{Kind, PartRow, StepRow};
pub(super) use words::{rounded, sum};

/// A number in words: the figure, what it is, and what it rests on.
pub(super) struct Said {
    pub(super) figure: String,
    pub(super) label: String,
    pub(super) more: String,
}

#[derive(Template)]
#[template(path = "worth.html")]
struct WorthPage {
    f: Frame,
    asked: Asked,
    periods: Vec<Choice>,
    uncounted: Option<String>,
    lost: Vec<Said>,
    steps: Vec<StepRow>,
    work: Option<Said>,
    kinds: Vec<Kind>,
    cost: Vec<Said>,
    lower_bound: Option<String>,
    channels: Vec<PartRow>,
    models: Vec<PartRow>,
    growth: Vec<Said>,
    drop: Said,
    may_set: bool,
    how: Vec<(String, String)>,
}

framed!(WorthPage);

/// `GET /numbers/worth`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    visitor.require(Action::ReadNumbers)?;
    let (business, now_us) = (visitor.business.id, visitor.now_us);
    let zone = TimeZone::get(&visitor.business.timezone).unwrap_or(TimeZone::UTC);
    let wanted = Asked { period: asked.period.clone(), from: asked.from.clone(), to: asked.to.clone(), ..Asked::default() };
    let period = wanted.period(&zone, now_us);
    let question = wanted.question(period);
    let settled = desk.console.store.read(move |conn| Ok::<_, PageError>(Settled::of(conn, business)?)).await?;
    let asker = Asker { business, window_us: settled.terms(zone.clone()).window_us, zone, now_us };
    let asked = Arc::new((asker, question, settled));
    let theirs = Arc::clone(&asked);
    let within = desk.console.store.read(move |conn| {
        let (asker, question, settled) = &*theirs;
        Ok::<_, PageError>((worth::within(conn, asker, question, settled)?, uncounted(conn, business)?))
    });
    let theirs = Arc::clone(&asked);
    let beside = desk.console.store.read(move |conn| {
        let (asker, question, settled) = &*theirs;
        Ok::<_, PageError>(worth::beside(conn, asker, question, settled)?)
    });
    // Side by side: neither waits for the other.
    let ((within, waiting), beside) = tokio::try_join!(within, beside)?;
    let worth = Worth { within, beside };
    page(&draw(&desk, &visitor, wanted, &worth, &asked.2, waiting))
}

fn draw(desk: &Desk, visitor: &Visitor, asked: Asked, worth: &Worth, settled: &Settled, waiting: u64) -> WorthPage {
    let t = &visitor.t;
    let Worth { within, beside } = worth;
    let named = asked.named();
    let period = |name: &str| Choice { value: name.to_owned(), label: t.of("numbers-period", name), chosen: name == named };
    let mut periods: Vec<Choice> = PERIODS.iter().map(|(name, _)| period(name)).collect();
    if named == "own" {
        periods.push(period("own"));
    }
    WorthPage {
        f: Frame::new(desk, visitor, Section::Numbers, t.say("worth-title")),
        periods,
        asked,
        uncounted: (waiting > 0).then(|| t.count("numbers-uncounted", waiting as i64)),
        lost: vec![words::value(t, "worth-waiting", &beside.waiting), words::value(t, "worth-lost", &within.lost)],
        steps: words::steps(t, &within.lost),
        work: within.work.as_ref().map(|work| words::work(t, work)),
        kinds: within.work.as_ref().map(|work| words::kinds(t, work)).unwrap_or_default(),
        cost: words::cost(t, &within.cost),
        lower_bound: words::lower_bound(t, &within.cost),
        channels: words::parts(t, "channel", &within.cost_by_channel),
        models: words::parts(t, "model", &within.cost_by_model),
        growth: vec![words::growth(t, "worth-leads", &beside.leads), words::growth(t, "worth-conversations", &beside.conversations)],
        drop: words::drop(t, &visitor.clock(), &beside.drop),
        may_set: visitor.scope.can(Action::ManageSettings),
        how: how(t, settled),
    }
}

fn how(t: &Texts, settled: &Settled) -> Vec<(String, String)> {
    let days = t.count("count-days", i64::from(settled.window_days));
    let names = ["value", "work", "cost", "growth", "drop"];
    names.map(|name| (t.of("worth-how-name", name), t.with("worth-how", &[("what", name.into()), ("days", days.clone().into())]))).into()
}
