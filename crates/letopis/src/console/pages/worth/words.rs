//! What it is worth, as sentences and rows. A sum of money is an estimate and says between which bounds; what cannot be said names what is lacking.

use std::collections::BTreeMap;

use super::super::labels;
use super::super::language::Texts;
use super::super::moments::Clock;
use super::super::money::{self, amounts};
use super::super::numbers::drawing::{decimal, share};
use super::Said;
use crate::metrics::alerts::drop::Evaluation;
use crate::metrics::worth::Part;
use crate::metrics::worth::cost::Cost;
use crate::metrics::worth::growth::Growth;
use crate::metrics::worth::value::{Sum, Value};
use crate::metrics::worth::work::Work;

/// Leads that came equally far.
pub(super) struct StepRow {
    pub(super) step: String,
    pub(super) leads: u64,
    pub(super) share: String,
}

/// Work of one kind.
pub(super) struct Kind {
    pub(super) name: String,
    pub(super) count: String,
    pub(super) each: String,
    pub(super) minutes: String,
}

/// What one channel or model costs.
pub(super) struct PartRow {
    pub(super) name: String,
    pub(super) conversations: String,
    pub(super) bookings: String,
    pub(super) money: String,
    pub(super) per_booking: String,
}

/// «≈ 45 000 ₽».
pub(in crate::console::pages) fn sum(t: &Texts, sum: &Sum) -> String {
    t.of("worth-about", &rounded(t, sum.minor, &sum.currency))
}

/// Whole units: an estimate has no kopecks.
pub(in crate::console::pages) fn rounded(t: &Texts, minor: i64, currency: &str) -> String {
    money::named(t, decimal(t, (minor as f64 / 100.0).round(), 0), currency)
}

/// What leads would have brought.
pub(super) fn value(t: &Texts, key: &str, value: &Value) -> Said {
    let label = t.count(key, value.leads as i64);
    let Some(found) = &value.sum else {
        let lacking = t.of("worth-lacking", value.lacking.unwrap_or("few"));
        return Said { figure: "—".into(), label, more: lacking };
    };
    let mut more = t.with(
        "worth-bounds",
        &[("low", rounded(t, found.low_minor, &found.currency).into()), ("high", rounded(t, found.high_minor, &found.currency).into())],
    );
    if let Some(ticket) = &value.ticket {
        let money = rounded(t, ticket.minor, &ticket.currency);
        let key = if ticket.source == "settled" { "worth-ticket-settled" } else { "worth-ticket-paid" };
        more.push_str(&t.with(key, &[("money", money.into()), ("count", (ticket.n as i64).into())]));
        if ticket.is_few {
            more.push_str(&t.say("worth-ticket-few"));
        }
    }
    Said { figure: sum(t, found), label, more }
}

/// By how far they came.
pub(super) fn steps(t: &Texts, value: &Value) -> Vec<StepRow> {
    let row = |step: &crate::metrics::worth::value::Step| {
        let share = share(t, step.booked);
        let by = (step.by_step != step.step).then(|| t.of("worth-by-step", &t.of("funnel-step", step.by_step).to_lowercase()));
        let share = by.map_or_else(|| share.clone(), |by| format!("{share} {by}"));
        StepRow { step: t.of("funnel-step", step.step), leads: step.leads, share }
    };
    value.steps.iter().map(row).collect()
}

/// Hours saved, and of what.
pub(super) fn work(t: &Texts, work: &Work) -> Said {
    let more = match work.share.zip(work.baseline_minutes) {
        Some((share, baseline)) => {
            let values = [("share", decimal(t, share * 100.0, 1).into()), ("hours", decimal(t, baseline / 60.0, 1).into())];
            t.with("worth-work-share", &values)
        }
        None => t.say("worth-work-no-baseline"),
    };
    Said { figure: t.of("worth-hours", &decimal(t, work.hours, 2)), label: t.say("worth-work-label"), more }
}

/// What that is made of.
pub(super) fn kinds(t: &Texts, work: &Work) -> Vec<Kind> {
    let kinds = [("answers", work.answers, 1.0), ("bookings", work.bookings, 1.0), ("reminders", work.reminders, 1.0)];
    let taken = [("reviewed", work.reviewed, -1.0), ("handed", work.handed, -1.0)];
    let row = |(name, kind, sign): (&str, crate::metrics::worth::work::Kind, f64)| Kind {
        name: t.of("worth-kind", name),
        count: decimal(t, kind.count as f64, 0),
        each: t.of("worth-minutes", &decimal(t, kind.each_min, 1)),
        minutes: t.of("worth-minutes", &decimal(t, sign * kind.minutes, 0)),
    };
    kinds.into_iter().chain(taken).map(row).collect()
}

/// By booking, by conversation, together.
pub(super) fn cost(t: &Texts, cost: &Cost) -> Vec<Said> {
    let unmeasured = || if cost.spending.calls > 0 { t.say("worth-cost-unpriced") } else { t.say("worth-cost-none") };
    let said = |key: &str, by: &BTreeMap<String, f64>, n: u64| {
        let more = match () {
            () if cost.money.is_empty() => unmeasured(),
            () if n == 0 => t.say("numbers-nothing"),
            () => t.of("worth-cost-of", &decimal(t, n as f64, 0)),
        };
        Said { figure: amounts(t, by), label: t.say(key), more }
    };
    let mut all = vec![
        said("worth-per-booking", &cost.per_booking, cost.bookings),
        said("worth-per-conversation", &cost.per_conversation, cost.conversations),
    ];
    if !cost.money.is_empty() {
        let other = |what: &str, sum: Option<f64>| {
            let sum = sum.map_or_else(|| t.say("worth-not-said"), |sum| decimal(t, sum, 2));
            t.with("worth-cost-part", &[("what", what.into()), ("sum", sum.into())])
        };
        let parts = [
            t.of("worth-cost-models", &amounts(t, &cost.spending.money)),
            other("reminders", cost.reminders),
            other("monthly", cost.monthly),
        ];
        all.push(Said { figure: amounts(t, &cost.money), label: t.say("worth-cost-all"), more: parts.join(" · ") });
    }
    all
}

/// That some calls have no price.
pub(super) fn lower_bound(t: &Texts, cost: &Cost) -> Option<String> {
    (cost.is_lower_bound && !cost.money.is_empty()).then(|| t.count("worth-lower-bound", cost.spending.unpriced as i64))
}

/// One row a channel or model.
pub(super) fn parts(t: &Texts, cut: &str, parts: &[Part]) -> Vec<PartRow> {
    let name = |value: &str| match value {
        "" => t.say("numbers-unnamed"),
        value if cut == "channel" => labels::channel(t, value).name,
        value => value.to_owned(),
    };
    let known = |money: &BTreeMap<String, f64>| if money.is_empty() { t.say("worth-unmeasured") } else { amounts(t, money) };
    let row = |part: &Part| PartRow {
        name: name(&part.value),
        conversations: decimal(t, part.cost.conversations as f64, 0),
        bookings: decimal(t, part.cost.bookings as f64, 0),
        money: known(&part.cost.money),
        per_booking: if part.cost.bookings == 0 { "—".into() } else { known(&part.cost.per_booking) },
    };
    parts.iter().map(row).collect()
}

/// «+28 % (от −5 до +71 %)».
pub(super) fn growth(t: &Texts, key: &str, growth: &Growth) -> Said {
    let counts = [
        ("now", decimal(t, growth.now as f64, 0).into()),
        ("before", decimal(t, growth.before as f64, 0).into()),
        ("days", decimal(t, growth.days, 0).into()),
        ("days_before", decimal(t, growth.days_before, 0).into()),
        ("from", growth.before_from.clone().into()),
    ];
    let label = t.say(key);
    let counted = t.with("worth-growth-counts", &counts);
    let (Some(change), None) = (growth.change, growth.lacking) else {
        return Said { figure: "—".into(), label, more: t.of("worth-growth-lacking", growth.lacking.unwrap_or("young")) };
    };
    let signed = |ratio: f64| {
        let text = decimal(t, (ratio - 1.0) * 100.0, 0);
        if ratio > 1.0 && text != "0" { format!("+{text}") } else { text }
    };
    let Some((ratio, high)) = change.ratio.zip(change.high) else { return Said { figure: "—".into(), label, more: counted } };
    let values = [("low", signed(change.low).into()), ("high", signed(high).into()), ("counted", counted.into())];
    let key = if change.low <= 1.0 && high >= 1.0 { "worth-growth-chance" } else { "worth-growth-sure" };
    Said { figure: t.of("per-cent", &signed(ratio)), label, more: t.with(key, &values) }
}

/// The last day against the same weekdays.
pub(super) fn drop(t: &Texts, clock: &Clock, found: &Evaluation) -> Said {
    let more = match found.chance {
        None => t.say("worth-drop-few"),
        Some(chance) => {
            let values = [
                ("before", share(t, found.before).into()),
                ("chance", t.of("per-cent", &decimal(t, chance * 100.0, if chance < 0.1 { 1 } else { 0 })).into()),
            ];
            t.with(if chance < 0.02 { "worth-drop-bad" } else { "worth-drop-well" }, &values)
        }
    };
    let is_told = found.chance.is_some() && !found.now.is_few();
    let figure = found.now.share().filter(|_| is_told).map(|share| t.of("per-cent", &decimal(t, share * 100.0, 0)));
    let (figure, more) = (figure.unwrap_or_else(|| "—".to_owned()), format!("{}. {more}", share(t, found.now)));
    let label = t.of("worth-drop", &clock.when(found.ends_us));
    Said { figure, label, more }
}
