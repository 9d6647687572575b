//! The week by hours as a heat map: when clients write, when they book, when leads are lost, when the bot is late.

use charts::{Axis, Caption, Heat, Kind, Slot};

use super::super::language::Texts;
use super::drawing::{Drawing, Unit, decimal, pieces, share, slot};
use crate::metrics::figures::heat::{Hour, Measure, Week};
use crate::metrics::rate::Rate;

/// Hours that are shown: the others are night.
const HOURS: std::ops::Range<usize> = 7..24;
/// Its rows, by the words of their message.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The week of one measure.
pub(super) fn heat(t: &Texts, measure: Measure, week: &Week) -> String {
    let of: fn(&Hour) -> Slot = match measure {
        Measure::Wrote => |hour| pieces(hour.conversations),
        Measure::Booked => |hour| slot(hour.booked),
        Measure::Lost => |hour| slot(hour.lost),
        Measure::Late => |hour| slot(hour.late),
    };
    let (finding, note) = match rate(measure) {
        None => counted(t, week),
        Some(rate) => (worst(t, measure, week, rate), t.of("numbers-heat-share-note", measure.as_str())),
    };
    let (kind, unit) = if measure == Measure::Wrote { (Kind::Amount, Unit::Pieces) } else { (Kind::Share, Unit::Share) };
    Heat {
        caption: Caption::new(t.of("numbers-heat-of", measure.as_str()), finding).note(note),
        axis: Axis::new(t.of("numbers-heat-unit", measure.as_str()), kind),
        hours: HOURS.map(|hour| hour.to_string()).collect(),
        days: DAYS.iter().zip(&week.0).map(|(day, hours)| (t.of("weekday", day), hours[HOURS].iter().map(of).collect())).collect(),
    }
    .draw(&Drawing { t, unit })
}

fn rate(measure: Measure) -> Option<fn(&Hour) -> Rate> {
    Some(match measure {
        Measure::Wrote => return None,
        Measure::Booked => |hour| hour.booked,
        Measure::Lost => |hour| hour.lost,
        Measure::Late => |hour| hour.late,
    })
}

/// The busiest hour, and how many wrote at night.
fn counted(t: &Texts, week: &Week) -> (String, String) {
    let at = |hour: usize| week.0.iter().map(|day| day[hour].conversations).sum::<u64>();
    let all: u64 = (0..24).map(at).sum();
    let night: u64 = (0..HOURS.start).map(at).sum();
    let busiest = (0..24).max_by_key(|hour| at(*hour)).unwrap_or(0);
    let finding = if all == 0 {
        t.say("numbers-nothing")
    } else {
        t.with("numbers-heat-finding", &[("hour", busiest.to_string().into()), ("next", (busiest + 1).to_string().into())])
    };
    let values = [("count", decimal(t, night as f64, 0).into()), ("n", decimal(t, all as f64, 0).into())];
    (finding, t.with("numbers-heat-note", &values))
}

/// The hour of the day, all weekdays together, in which the share is the highest. One weekday alone has seldom enough.
fn worst(t: &Texts, measure: Measure, week: &Week, rate: fn(&Hour) -> Rate) -> String {
    let at = |hour: usize| {
        let all = week.0.iter().map(|day| rate(&day[hour]));
        all.fold(Rate::default(), |sum, rate| Rate { part: sum.part + rate.part, n: sum.n + rate.n })
    };
    let hours = (0..24).map(|hour| (hour, at(hour))).filter(|(_, rate)| !rate.is_few());
    let highest = hours.max_by(|(_, one), (_, other)| one.share().unwrap_or(0.0).total_cmp(&other.share().unwrap_or(0.0)));
    let Some((hour, rate)) = highest else { return t.say("numbers-heat-few") };
    let values = [
        ("what", measure.as_str().into()),
        ("hour", hour.to_string().into()),
        ("next", (hour + 1).to_string().into()),
        ("share", share(t, rate).into()),
    ];
    t.with("numbers-heat-highest", &values)
}
