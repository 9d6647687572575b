//! A4: fewer bookings than on the same weekdays of the four weeks before.
//!
//! An evaluation is due at midnight, six, noon and six of the business's clock, and looks at conversations of 24 hours. A booking counts when it
//! came within three hours, in the new day as in the old ones: otherwise yesterday would always look worse than last month, whose bookings have
//! had the time to come. It fires when so few come with a chance below 0.001, or twice running below 0.02.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rusqlite::Connection;
use serde::Serialize;
use statistics::Rate;
use statistics::binomial::chance_of_so_few;

use super::{DAY_US, Finding, Ground, HOUR_US, Looked, percent};
use crate::event::BusinessId;
use crate::event::incident::Severity;
use crate::metrics::sheets;

const WEEKS: i64 = 4;
/// A booking has so long.
const BOOKED_US: i64 = 3 * HOUR_US;
/// Conversations of which a share says something.
const ENOUGH: u64 = 20;
/// So few by chance, in two evaluations running.
const TWICE: f64 = 0.02;
/// In one.
const ONCE: f64 = 0.001;

/// One evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Evaluation {
    /// The conversations of these hours end here.
    pub ends_us: i64,
    /// Booked within three hours, of the conversations of 24.
    pub now: Rate,
    /// The same of four weeks.
    pub before: Rate,
    /// How often so few come without any change; none where there are too few to ask.
    pub chance: Option<f64>,
}

/// What two evaluations running say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Drop,
    /// Enough conversations, and as many bookings as could be.
    Well,
    /// Too few to say anything, or a first strike.
    Unknown,
}

impl Evaluation {
    fn new(ends_us: i64, now: Rate, before: Rate) -> Self {
        let expected = before.share().filter(|_| before.n >= ENOUGH);
        let chance = expected.and_then(|expected| chance_of_so_few(now, expected)).filter(|_| now.n >= ENOUGH);
        Self { ends_us, now, before, chance }
    }
}

pub(super) fn verdict(last: &Evaluation, before: &Evaluation) -> Verdict {
    let Some(chance) = last.chance else { return Verdict::Unknown };
    let is_second = before.chance.is_some_and(|chance| chance < TWICE);
    match () {
        () if chance < ONCE || chance < TWICE && is_second => Verdict::Drop,
        () if chance < TWICE => Verdict::Unknown,
        () => Verdict::Well,
    }
}

pub(super) fn look(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    let due_us = due(&ground.zone, ground.now_us);
    let last = evaluation(ground.conn, ground.business, due_us - BOOKED_US)?;
    let before = evaluation(ground.conn, ground.business, due_us - BOOKED_US - 6 * HOUR_US)?;
    match verdict(&last, &before) {
        Verdict::Unknown => {}
        Verdict::Well => drop(looked.well.insert("A4".into(), last.ends_us)),
        Verdict::Drop => {
            let finding = Finding::new("A4", Severity::Critical, last.ends_us - DAY_US).counting(last.now.n - last.now.part);
            let chance = last.chance.unwrap_or_default();
            let finding = finding.fact("booked", last.now.part).fact("conversations", last.now.n);
            let finding = finding.fact("percent", percent(last.now.part, last.now.n)).fact("chance", format!("{chance:.6}"));
            looked.findings.push(finding.fact("before_percent", percent(last.before.part, last.before.n)).fact("before_n", last.before.n));
        }
    }
    Ok(())
}

/// The newest evaluation that was due, for whoever shows it: the rule and the page count the same.
///
/// # Errors
/// When the database says no.
pub fn latest(conn: &Connection, business: BusinessId, zone: &TimeZone, now_us: i64) -> rusqlite::Result<Evaluation> {
    evaluation(conn, business, due(zone, now_us) - BOOKED_US)
}

/// The last moment at which an evaluation was due.
fn due(zone: &TimeZone, now_us: i64) -> i64 {
    let now = Timestamp::from_microsecond(now_us).unwrap_or_default().to_zoned(zone.clone());
    let back = (i64::from(now.hour() % 6)).hours();
    let whole = now.with().minute(0).second(0).subsec_nanosecond(0).build().and_then(|whole| whole.checked_sub(back));
    whole.map_or(now_us, |whole| whole.timestamp().as_microsecond())
}

/// Conversations of the 24 hours before a moment, and of the same hours four times a week earlier.
fn evaluation(conn: &Connection, business: BusinessId, ends_us: i64) -> rusqlite::Result<Evaluation> {
    let mut before = Rate { part: 0, n: 0 };
    for week in 1..=WEEKS {
        let found = rate(conn, business, ends_us - week * 7 * DAY_US)?;
        before = Rate { part: before.part + found.part, n: before.n + found.n };
    }
    Ok(Evaluation::new(ends_us, rate(conn, business, ends_us)?, before))
}

fn rate(conn: &Connection, business: BusinessId, ends_us: i64) -> rusqlite::Result<Rate> {
    let mut rate = Rate::default();
    sheets::walk(conn, business, ends_us - DAY_US, ends_us, |line| {
        let soon = |booked_us: i64| booked_us - line.started_us() <= BOOKED_US;
        if line.is_counted() {
            rate.n += 1;
            rate.part += u64::from(line.booked_us().is_some_and(soon));
        }
    })?;
    Ok(rate)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// `part` of `n` against a quarter.
    fn seen(part: u64, n: u64) -> Evaluation {
        Evaluation::new(0, Rate { part, n }, Rate { part: 25, n: 100 })
    }

    #[test]
    fn the_worked_numbers() {
        assert_eq!(format!("{:.6}", seen(4, 40).chance.unwrap()), "0.016042");
        assert_eq!(format!("{:.6}", seen(2, 20).chance.unwrap()), "0.091260");
        assert_eq!(verdict(&seen(4, 40), &seen(10, 40)), Verdict::Unknown, "a first strike");
        assert_eq!(verdict(&seen(4, 40), &seen(4, 40)), Verdict::Drop, "two running");
        assert_eq!(verdict(&seen(2, 20), &seen(4, 40)), Verdict::Well, "two of twenty may be chance");
        assert_eq!(verdict(&seen(0, 40), &seen(10, 40)), Verdict::Drop, "none of forty is not: once is enough");
    }

    #[test]
    fn few_conversations_say_nothing() {
        assert_eq!(verdict(&seen(0, 19), &seen(0, 19)), Verdict::Unknown);
        let new = Evaluation::new(0, Rate { part: 0, n: 40 }, Rate { part: 5, n: 19 });
        assert_eq!(verdict(&new, &new), Verdict::Unknown);
        assert_eq!(verdict(&seen(4, 40), &seen(0, 19)), Verdict::Unknown, "a strike needs enough of its own");
    }
}
