//! Verdicts on experiments in plain words, and what they stand on.

use charts::{Axis, Caption, Kind, Line, Moment, Slot};

use super::super::language::Texts;
use super::super::moments::Clock;
use super::super::numbers::drawing::{decimal, share, took};
use super::points::{self, Points};
use crate::journal::experiments::Kept;
use crate::metrics::experiments::{Arm, Comparison, Guards, Slowest, Standing, Verdict};
use crate::metrics::rate::FEW;

/// A wider interval says nothing yet, and would flatten the rest of the chart.
const WIDEST: f64 = 0.25;

/// What all of it comes to, in a sentence.
pub(super) fn verdict_of_all(t: &Texts, one: &Kept, standing: &Standing) -> String {
    let decisive = standing.comparisons.iter().find(|found| found.verdict == standing.verdict).or(standing.comparisons.first());
    match decisive {
        Some(found) => verdict(t, one, found),
        None => t.of("experiment-verdict", standing.verdict.as_str()),
    }
}

/// What one variant comes to.
pub(super) fn verdict(t: &Texts, one: &Kept, found: &Comparison) -> String {
    let difference = found.look.map(|look| look.difference);
    let (have, days) = match found.verdict {
        Verdict::Few { have, .. } => (have as i64, 0),
        Verdict::Week { days } => (0, days),
        _ => (0, 0),
    };
    let kind = match found.verdict {
        Verdict::Early { weeks: None } => "waiting",
        Verdict::Early { weeks: Some(0) } => "close",
        other => other.as_str(),
    };
    let weeks = if let Verdict::Early { weeks: Some(weeks) } = found.verdict { weeks as i64 } else { 0 };
    let values = [
        ("what", kind.into()),
        ("variant", found.variant.as_str().into()),
        ("control", one.what.control().into()),
        ("points", difference.map_or_else(String::new, |found| points::points(t, found.value)).into()),
        ("bounds", difference.map_or_else(String::new, |found| points::bounds(t, found.interval)).into()),
        ("effect", points::size(t, one.what.effect).into()),
        ("have", have.into()),
        ("days", days.into()),
        ("weeks", weeks.into()),
    ];
    t.with("experiment-verdict", &values)
}

/// A line of facts about one comparison.
pub(super) fn facts(t: &Texts, found: &Comparison) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |key: &str, value: Option<String>| facts.extend(value.map(|value| (t.say(key), value)));
    add("experiment-difference", found.look.map(|look| sentence(t, look.difference.value, look.difference.interval)));
    add("experiment-relative", found.relative.map(|part| t.of("per-cent", &decimal(t, part * 100.0, 0))));
    add("experiment-p", found.p.map(|p| points::chance(t, p)));
    add("experiment-needed", found.needed.map(|needed| decimal(t, needed as f64, 0)));
    add("experiment-weeks", found.weeks.map(|weeks| t.count("experiment-weeks-count", weeks)));
    let fixed = found.difference.zip(found.fixed);
    let fixed = fixed.map(|(difference, score)| {
        let said = sentence(t, difference.value, difference.interval);
        t.with("experiment-fixed-says", &[("said", said.into()), ("p", points::chance(t, score.p).into())])
    });
    add("experiment-fixed", fixed);
    facts
}

fn sentence(t: &Texts, value: f64, interval: statistics::Interval) -> String {
    format!("{} ({})", points::points(t, value), points::bounds(t, interval))
}

/// The difference day by day, with the interval that holds however often one looks.
pub(super) fn chart(t: &Texts, clock: &Clock, one: &Kept, found: &Comparison) -> String {
    let moment = |day: &crate::metrics::experiments::DayLook| Moment {
        label: clock.short_day(day.day_us),
        slot: day.look.map_or(Slot::Few(day.control.n + day.variant.n), |look| {
            points::slot(look.difference.value, look.difference.interval, day.control.n + day.variant.n, WIDEST)
        }),
        previous: Slot::Empty,
        changes: Vec::new(),
    };
    let values = [("variant", found.variant.as_str().into()), ("control", one.what.control().into())];
    Line {
        caption: Caption::new(t.with("experiment-chart", &values), verdict(t, one, found)).note(t.say("experiment-chart-note")),
        axis: Axis::new(t.say("experiment-chart-axis"), Kind::Amount),
        moments: found.looks.iter().map(moment).collect(),
    }
    .draw(&Points { t })
}

/// What must not get worse: its name, and where each variant stands.
pub(super) fn guards(t: &Texts, arms: &[Arm]) -> Vec<(String, Vec<String>)> {
    let row = |name: &str, of: &dyn Fn(&Guards) -> Option<String>| {
        let cells: Vec<String> = arms.iter().map(|arm| of(&arm.guards).unwrap_or_else(|| t.say("numbers-nothing"))).collect();
        (t.of("experiment-guard", name), cells)
    };
    let mut rows: Vec<_> = Guards::SHARES
        .iter()
        .filter(|guard| !["wrong", "complained"].contains(&guard.name) || arms.iter().any(|arm| (guard.of)(&arm.guards).n > 0))
        .map(|guard| row(guard.name, &|guards| Some(share(t, (guard.of)(guards)))))
        .collect();
    rows.push(row("answer", &|guards| guards.answer_p50_ms.map(|ms| took(t, ms))));
    rows.push(row("answer_p95", &|guards| guards.answer_p95.map(|found| slowest(t, found))));
    rows.push(row("within", &|guards| (guards.within_3s.n > 0).then(|| share(t, guards.within_3s))));
    if arms.iter().any(|arm| !arm.guards.costs.is_empty()) {
        rows.push(row("cost", &|guards| cost(t, guards)));
    }
    rows
}

/// «4,2 с (от 3,9 с до 5,0 с)».
fn slowest(t: &Texts, found: Slowest) -> String {
    if found.clients < FEW {
        return t.with("experiment-few", &[("n", (found.clients as i64).into())]);
    }
    if !found.value_ms.is_finite() {
        return t.say("numbers-never");
    }
    let (value, low) = (took(t, found.value_ms), took(t, found.low_ms));
    let high = found.high_ms.is_finite().then(|| took(t, found.high_ms));
    let key = if high.is_some() { "experiment-between" } else { "experiment-at-least" };
    t.with(key, &[("value", value.into()), ("low", low.into()), ("high", high.unwrap_or_default().into())])
}

/// «2,16 RUB за диалог (от 2,01 до 2,31)».
fn cost(t: &Texts, guards: &Guards) -> Option<String> {
    let said = guards.costs.iter().filter(|(_, cost)| cost.conversations > 0).map(|(currency, cost)| {
        let sum = |each: f64| decimal(t, each, 2);
        let Some((low, high)) = cost.low.zip(cost.high).filter(|_| cost.clients >= FEW) else {
            return t.with("experiment-few", &[("n", (cost.clients as i64).into())]);
        };
        let each = sum(cost.sum / cost.conversations as f64);
        let values = [("sum", each.into()), ("currency", currency.as_str().into()), ("low", sum(low).into()), ("high", sum(high).into())];
        t.with("experiment-cost", &values)
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| said.join(", "))
}
