//! Numbers as charts: each with its finding in words, what it is a share of, and the table behind it.

use charts::{Axis, Bar, Bars, Caption, Funnel, Kind, Line, Measure, Moment, Slot, Step};

use super::super::changes;
use super::super::labels;
use super::super::language::Texts;
use super::super::moments::Clock;
use super::drawing::{Drawing, Unit, pieces, share, slot};
use crate::metrics::figures::{Cut, Summary};
use crate::metrics::markers::Marker;
use crate::metrics::rate::Rate;

/// Rows of a chart of bars; the rest is in the table of the page.
const BARS: usize = 12;

/// Days or weeks of conversion, with the period before behind them.
pub(super) fn line(t: &Texts, clock: &Clock, days: &[(i64, Rate)], before: &[(i64, Rate)], markers: &[Marker], all: Rate) -> String {
    let ends = |index: usize| days.get(index + 1).map_or(i64::MAX, |(us, _)| *us);
    let moment = |(index, (us, rate)): (usize, &(i64, Rate))| Moment {
        label: clock.short_day(*us),
        slot: slot(*rate),
        previous: before.get(index).map_or(Slot::Empty, |(_, rate)| slot(*rate)),
        changes: markers.iter().filter(|marker| (*us..ends(index)).contains(&marker.us)).map(|marker| changes::mark(t, marker)).collect(),
    };
    Line {
        caption: Caption::new(t.say("numbers-line"), t.of("numbers-line-finding", &share(t, all))).note(t.say("numbers-line-note")),
        axis: Axis::new(t.say("numbers-line-axis"), Kind::Share),
        moments: days.iter().enumerate().map(moment).collect(),
    }
    .draw(&Drawing { t, unit: Unit::Share })
}

/// The funnel; what nobody tells of is left out of it and named below.
pub(in crate::console::pages) fn funnel(t: &Texts, summary: &Summary) -> String {
    let known = summary.funnel.iter().filter_map(|step| step.count.map(|reached| Step { label: t.of("funnel-step", step.step), reached }));
    let unknown: Vec<String> =
        summary.funnel.iter().filter(|step| step.count.is_none()).map(|step| t.of("funnel-step", step.step)).collect();
    let leak = summary.funnel.iter().find(|step| step.is_largest_leak);
    let finding = match leak.and_then(|step| step.lost.map(|lost| (step, lost))) {
        Some((step, lost)) => {
            let values = [("count", (lost as i64).into()), ("step", t.of("funnel-step", step.step).to_lowercase().into())];
            t.with("funnel-leak", &values)
        }
        None => t.say("funnel-no-leak"),
    };
    let overall = summary.funnel_overall.map(|whole| {
        let values = [("step", t.of("funnel-step", whole.step).to_lowercase().into()), ("share", share(t, whole.rate).into())];
        t.with("funnel-overall", &values)
    });
    let unmeasured = (!unknown.is_empty()).then(|| t.of("funnel-unmeasured", &unknown.join(", ").to_lowercase()));
    let notes: Vec<String> = overall.into_iter().chain(unmeasured).collect();
    let mut caption = Caption::new(t.say("numbers-funnel"), finding);
    if !notes.is_empty() {
        caption = caption.note(notes.join(" "));
    }
    Funnel { caption, steps: known.collect() }.draw(&Drawing { t, unit: Unit::Pieces })
}

/// The name of a value of a cut.
pub(in crate::console::pages) fn value(t: &Texts, cut: Cut, value: &str) -> String {
    match cut {
        _ if value.is_empty() => t.say("numbers-unnamed"),
        Cut::Channel => labels::channel(t, value).name,
        Cut::Intent => labels::intent(value),
        Cut::Returning => t.of("numbers-returning", value),
        _ => value.to_owned(),
    }
}

/// Conversion by a cut, the largest groups first.
pub(super) fn bars(t: &Texts, cut: Cut, groups: &[(&String, &Summary)], all: Rate) -> String {
    let bar = |(name, summary): &(&String, &Summary)| Bar { label: value(t, cut, name), slot: slot(summary.conversion.session) };
    let best = groups.iter().filter(|(_, summary)| !summary.conversion.session.is_few());
    let best = best.max_by(|one, other| share_of(one.1).total_cmp(&share_of(other.1)));
    let finding = match best {
        Some((name, summary)) => {
            let values = [("what", value(t, cut, name).into()), ("share", share(t, summary.conversion.session).into())];
            t.with("numbers-bars-finding", &values)
        }
        None => t.say("numbers-bars-few"),
    };
    let reference = all.share().and_then(Measure::new).map(|known| (t.say("numbers-average"), known));
    Bars {
        caption: Caption::new(t.with("numbers-bars", &[("what", t.of("cut", cut.as_str()).into())]), finding),
        axis: Axis::new(t.say("numbers-line-axis"), Kind::Share),
        bars: groups.iter().take(BARS).map(bar).collect(),
        reference,
    }
    .draw(&Drawing { t, unit: Unit::Share })
}

fn share_of(summary: &Summary) -> f64 {
    summary.conversion.session.share().unwrap_or(0.0)
}

/// Lost leads by their first reason.
pub(super) fn lost(t: &Texts, summary: &Summary) -> String {
    let mut reasons: Vec<_> = summary.lost.by_reason.iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let finding = match reasons.first() {
        Some((reason, count)) => {
            let values = [("what", t.of("lost-reason", reason).into()), ("count", (**count as i64).into())];
            t.with("numbers-lost-finding", &values)
        }
        None => t.say("numbers-lost-none"),
    };
    let bar = |(reason, count): (&&str, &u64)| Bar { label: t.of("lost-reason", reason), slot: pieces(*count) };
    Bars {
        caption: Caption::new(t.say("numbers-lost"), finding).note(t.of("numbers-lost-note", &share(t, summary.lost.rate))),
        axis: Axis::new(t.say("numbers-lost-axis"), Kind::Amount),
        bars: reasons.into_iter().map(bar).collect(),
        reference: None,
    }
    .draw(&Drawing { t, unit: Unit::Pieces })
}
