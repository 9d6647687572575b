//! What follows from what reviewers found, in words: a share is never without its bounds and of how many, and under thirty it is none.

use statistics::Interval;
use statistics::sample::ratio::Ratio;

use super::super::labels;
use super::super::language::Texts;
use super::super::moments::Clock;
use crate::metrics::intents::{Intents, OfIntent, OfMonth};

/// Intents and cells that the page lists.
const LISTED: usize = 20;

/// The numbers of the overview.
pub(super) struct Numbers {
    /// «9,8 %».
    pub(super) wrong: Option<String>,
    /// «от 3,9 % до 15,7 %».
    pub(super) bounds: Option<String>,
    /// «по 160 оценкам; всего 1000 сообщений с намерением».
    pub(super) of: String,
    pub(super) few: bool,
    /// «10 диалогов в месяц дают примерно ± 9 п. п.»
    pub(super) margins: Vec<String>,
    pub(super) months: Vec<Month>,
    pub(super) intents: Vec<Row>,
    pub(super) confusion: Vec<Mixed>,
    /// κ and what it means.
    pub(super) agreement: Option<String>,
}

/// How far a month is, and how to repeat its draw.
pub(super) struct Month {
    pub(super) name: String,
    pub(super) progress: String,
    pub(super) draw: String,
}

/// One intent.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) n: u64,
    pub(super) wrongly_named: Share,
    pub(super) missed: Share,
}

/// A share in a table.
pub(super) struct Share {
    pub(super) share: String,
    pub(super) bounds: String,
}

/// What was taken for something else.
pub(super) struct Mixed {
    pub(super) assigned: String,
    pub(super) truth: String,
    pub(super) n: u64,
    pub(super) units: String,
}

/// In words.
pub(super) fn of(t: &Texts, clock: &Clock, measured: &Intents) -> Numbers {
    let share = measured.wrong.filter(|_| !measured.few);
    let months = measured.months.iter().map(|month| of_month(t, clock, month)).collect();
    let mut mixed: Vec<_> = measured.confusion.iter().filter(|cell| cell.truth.as_ref() != Some(&cell.assigned)).collect();
    mixed.sort_by(|one, other| other.units.total_cmp(&one.units));
    let mix = |cell: &&crate::metrics::intents::Cell| Mixed {
        assigned: labels::intent(&cell.assigned),
        truth: cell.truth.as_deref().map_or_else(|| t.say("review-unknown"), labels::intent),
        n: cell.n,
        units: t.of("about", &(cell.units.round() as i64).to_string()),
    };
    let margin = |of: &crate::metrics::intents::Margin| {
        t.with("reviews-margin", &[("sessions", of.sessions.into()), ("points", decimal(t, of.margin * 100.0, 0).into())])
    };
    Numbers {
        wrong: share.map(|share| percent(t, share.share)),
        bounds: share.and_then(|share| share.interval).map(|interval| bounds(t, interval)),
        of: if measured.n == 0 {
            t.say("reviews-of-none")
        } else {
            t.with("reviews-of", &[("n", measured.n.into()), ("units", measured.units.into())])
        },
        few: measured.few,
        margins: measured.margins.iter().map(margin).collect(),
        months,
        intents: measured.intents.iter().take(LISTED).map(|intent| row(t, intent)).collect(),
        confusion: mixed.iter().take(LISTED).map(mix).collect(),
        agreement: measured.agreement.map(|agreement| {
            let values = [("kappa", decimal(t, agreement.kappa, 2).into()), ("n", agreement.n.into())];
            t.with("reviews-kappa", &values)
        }),
    }
}

fn of_month(t: &Texts, clock: &Clock, month: &OfMonth) -> Month {
    let values = [
        ("low", month.low.into()),
        ("low_labelled", month.low_labelled.into()),
        ("drawn", month.drawn.into()),
        ("labelled", month.labelled.into()),
        ("sessions", month.sessions.into()),
    ];
    let draw = [("draw", month.draw.to_string().into()), ("seed", month.seed.to_string().into())];
    Month {
        name: clock.month_named(&month.month),
        progress: t.with("reviews-month-progress", &values),
        draw: t.with("reviews-month-draw", &draw),
    }
}

fn row(t: &Texts, intent: &OfIntent) -> Row {
    Row {
        name: labels::intent(&intent.intent),
        n: intent.n,
        wrongly_named: share(t, intent.wrongly_named, intent.n),
        missed: share(t, intent.missed, intent.n),
    }
}

/// Too few labels are no share.
fn share(t: &Texts, ratio: Option<Ratio>, n: u64) -> Share {
    match ratio {
        Some(ratio) if n >= statistics::FEW => {
            let bounds = ratio.interval.map(|interval| bounds(t, interval)).unwrap_or_default();
            Share { share: percent(t, ratio.value), bounds }
        }
        _ => Share { share: t.say("few"), bounds: String::new() },
    }
}

fn bounds(t: &Texts, interval: Interval) -> String {
    t.with("bounds", &[("low", decimal(t, interval.low * 100.0, 1).into()), ("high", decimal(t, interval.high * 100.0, 1).into())])
}

fn percent(t: &Texts, share: f64) -> String {
    t.of("percent-of", &decimal(t, share * 100.0, 1))
}

fn decimal(t: &Texts, number: f64, digits: usize) -> String {
    format!("{number:.digits$}").replace('.', &t.say("decimal"))
}
