//! Numbers in words: the headline, waiting times, visits, and how each is counted.

use super::super::comparing::points;
use super::super::language::Texts;
use super::drawing::{decimal, figure, share, took};
use crate::metrics::figures::changed::Changed;
use crate::metrics::figures::visits::Visits;
use crate::metrics::figures::{Answers, PersonAnswers, Summary};
use crate::metrics::rate::Rate;

/// One number.
pub(in crate::console::pages) struct Fact {
    pub(in crate::console::pages) figure: String,
    pub(in crate::console::pages) label: String,
    /// Of how many, between which bounds; or what was before.
    pub(in crate::console::pages) more: Option<String>,
    pub(in crate::console::pages) before: Option<String>,
    pub(in crate::console::pages) tone: &'static str,
}

impl Fact {
    pub(in crate::console::pages) fn count(t: &Texts, key: &str, count: u64) -> Self {
        Self { figure: decimal(t, count as f64, 0), label: t.say(key), more: None, before: None, tone: "" }
    }

    pub(in crate::console::pages) fn rate(t: &Texts, key: &str, rate: Rate) -> Self {
        Self { figure: figure(t, rate), label: t.say(key), more: Some(share(t, rate)), before: None, tone: "" }
    }

    fn then(mut self, t: &Texts, before: Option<String>) -> Self {
        self.before = before.map(|before| t.of("numbers-before", &before));
        self
    }
}

/// A share of a set of conversations.
type Of = fn(&Summary) -> Rate;

/// The figures on top.
pub(in crate::console::pages) fn headline(t: &Texts, now: &Summary, before: Option<&Summary>, visits: &Came) -> Vec<Fact> {
    let rate = |key: &str, of: Of| Fact::rate(t, key, of(now)).then(t, before.map(|before| share(t, of(before))));
    let mut figures = vec![
        Fact::count(t, "numbers-clients", now.clients).then(t, before.map(|before| decimal(t, before.clients as f64, 0))),
        rate("numbers-cr-client", |summary| summary.conversion.client),
        rate("numbers-lost-rate", |summary| summary.lost.rate),
        rate("numbers-within", |summary| summary.answers.within_3s),
    ];
    if visits.now.no_show.n > 0 {
        figures.push(no_show(t, visits));
    }
    let more: [(&str, Of); 4] = [
        ("numbers-cr-session", |summary| summary.conversion.session),
        ("numbers-cr-intent", |summary| summary.conversion.intent),
        ("numbers-cr-lead", |summary| summary.conversion.lead),
        ("numbers-cr-bot", |summary| summary.conversion.bot_only),
    ];
    figures.extend(more.into_iter().filter(|(_, of)| of(now).n > 0).map(|(key, of)| rate(key, of)));
    figures
}

/// How long clients waited.
pub(super) fn answers(t: &Texts, answers: &Answers) -> Vec<Fact> {
    let time = |key: &str, ms: Option<f64>| Fact {
        figure: ms.map_or_else(|| "—".to_owned(), |ms| took(t, ms)),
        label: t.say(key),
        more: ms.is_none().then(|| t.say("numbers-never")),
        before: None,
        tone: "",
    };
    if answers.n == 0 {
        return Vec::new();
    }
    let mut facts = vec![
        time("numbers-p50", answers.p50_ms),
        time("numbers-p95", answers.p95_ms),
        Fact::rate(t, "numbers-within", answers.within_3s),
        Fact { tone: if answers.unanswered > 0 { "bad" } else { "" }, ..Fact::count(t, "numbers-unanswered", answers.unanswered) },
    ];
    if answers.first_p50_ms.is_some() {
        facts.push(time("numbers-first", answers.first_p50_ms));
    }
    facts
}

/// How long people took after a hand-over; times of a few say nothing.
pub(super) fn persons(t: &Texts, waits: &PersonAnswers) -> Vec<Fact> {
    if waits.n == 0 {
        return Vec::new();
    }
    let time = |key: &str, ms: Option<f64>| {
        let (shown, why) = match ms {
            _ if waits.is_few => (None, Some(t.of("numbers-persons-few", &decimal(t, waits.n as f64, 0)))),
            None => (None, Some(t.say("numbers-never"))),
            Some(ms) => (Some(took(t, ms)), None),
        };
        Fact { figure: shown.unwrap_or_else(|| "—".to_owned()), label: t.say(key), more: why, before: None, tone: "" }
    };
    vec![
        time("numbers-p50", waits.p50_ms),
        time("numbers-p90", waits.p90_ms),
        Fact::rate(t, "numbers-persons-within", waits.within_15min),
        Fact { tone: if waits.unanswered > 0 { "bad" } else { "" }, ..Fact::count(t, "numbers-persons-nobody", waits.unanswered) },
    ]
}

/// Visits of the period, and of the one before where it was asked for.
pub(in crate::console::pages) struct Came {
    pub(in crate::console::pages) now: Visits,
    pub(in crate::console::pages) before: Option<Visits>,
    /// More is asked of conversations than visits know of: these are all of the channel.
    pub(in crate::console::pages) is_wider: bool,
}

/// Who did not come, with how that changed: as a part of what it was, and in points.
fn no_show(t: &Texts, visits: &Came) -> Fact {
    let fact = Fact::rate(t, "numbers-no-show", visits.now.no_show);
    let label = if visits.is_wider { format!("{} {}", fact.label, t.say("numbers-visits-all")) } else { fact.label };
    let Some(before) = &visits.before else { return Fact { label, ..fact } };
    let found = Changed::of(before.no_show, visits.now.no_show);
    let was = t.of("numbers-before", &share(t, before.no_show));
    let said = match found.relative.and_then(|relative| Some((relative.value, relative.interval?))).zip(found.points) {
        _ if found.is_few => t.say("numbers-changed-few"),
        None => t.say("numbers-changed-nothing"),
        Some(((value, bounds), by)) => {
            let values = [
                ("relative", points::signed(t, value, 1).into()),
                ("low", points::signed(t, bounds.low, 1).into()),
                ("high", points::signed(t, bounds.high, 1).into()),
                ("points", points::points(t, by.value).into()),
                ("bounds", points::bounds(t, by.interval).into()),
            ];
            t.with(if found.may_be_chance() { "numbers-changed-chance" } else { "numbers-changed-sure" }, &values)
        }
    };
    Fact { label, before: Some(format!("{was}. {said}")), ..fact }
}

/// Who came.
pub(super) fn visits(t: &Texts, came: &Came) -> Vec<Fact> {
    let visits = &came.now;
    if visits.by_outcome.is_empty() {
        return Vec::new();
    }
    let reminders = visits.reminders;
    let mut facts = vec![
        Fact::count(t, "numbers-visits", visits.by_outcome.values().sum()),
        Fact { label: t.say("numbers-no-show"), ..no_show(t, came) },
        Fact::rate(t, "numbers-no-show-strict", visits.no_show_strict),
        Fact::rate(t, "numbers-unknown", visits.unknown),
    ];
    if reminders.sent > 0 {
        facts.push(Fact::rate(t, "numbers-delivery", reminders.delivery));
        facts.push(Fact::rate(t, "numbers-confirmation", reminders.confirmation));
    }
    facts.extend(
        visits
            .no_show_by_reminder
            .iter()
            .map(|(group, rate)| Fact { label: t.of("numbers-no-show-of", group), ..Fact::rate(t, "numbers-no-show", *rate) }),
    );
    facts
}

/// What each number means, in the order of the page.
pub(in crate::console::pages) fn how(t: &Texts, window_days: u32) -> Vec<(String, String)> {
    let names = [
        "clients",
        "cr-client",
        "cr-session",
        "cr-intent",
        "cr-lead",
        "cr-bot",
        "lost",
        "within",
        "person",
        "no-show",
        "interval",
        "left-out",
    ];
    let days = t.count("count-days", i64::from(window_days));
    names
        .iter()
        .map(|name| (t.of("numbers-how-name", name), t.with("numbers-how", &[("what", (*name).into()), ("days", days.clone().into())])))
        .collect()
}
