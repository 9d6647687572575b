//! Questions about conversations of a period, answered from `cases` and `visits`: one walk over the period's [`sheets`](super::sheets), added up.
//!
//! A [`Question`] says which ones; [`Cut`] by what they are told apart. The answer is a [`Summary`] each: every share with its n, every
//! denominator named. What is in no number is counted apart, by reason. Rows without detail count as they did before.
//!
//! * `fold` – adding up, `counts` – people and times · `answers` – waiting times · `persons` – the same of people · `spending` – what models cost · `heat` – at which hours
//! * `visits` – who came · `changed` – a share against the period before · `overall` – from end to end of the funnel
//! * `lost` – leads that wait for a person, `queue` – how many · `rebook` – visits that fell through and were not booked again (R13)

mod answers;
pub mod changed;
mod counts;
mod fold;
pub mod heat;
pub mod lost;
mod overall;
mod persons;
mod queue;
pub mod rebook;
mod spending;
#[cfg(test)]
mod tests;
pub mod visits;

pub use answers::Answers;
pub use fold::{Conversion, LostSummary, StepCount, Summary};
pub use overall::Overall;
pub use persons::PersonAnswers;
pub use spending::{Share, Spending, Spread, spread};

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use rusqlite::Connection;

use crate::event::BusinessId;
use crate::event::when::{DAY_US, HOUR_US};
use crate::journal::days::Day;
use crate::metrics::rate::Rate;
use crate::metrics::sheets::{self, Line, Name};
use crate::metrics::terms::Settled;
use fold::Fold;
use heat::Week;

/// Which conversations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Question {
    /// Begun at or after this.
    pub from_us: i64,
    /// Begun before this.
    pub to_us: i64,
    /// What they must have in common: column and value.
    pub only: Vec<(Cut, String)>,
}

/// By what conversations are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cut {
    /// Messenger or site.
    Channel,
    /// The last intent.
    Intent,
    /// Scenario and version.
    Scenario,
    /// Model.
    Model,
    /// Version of the prompt.
    Prompt,
    /// Experiment and variant.
    Variant,
    /// `utm_source`.
    Source,
    /// `utm_campaign`.
    Campaign,
    /// Who of the staff spoke.
    Staff,
    /// The business's own hour of the day.
    Hour,
    /// Day of the week, Monday first.
    Weekday,
    /// The business's own day.
    Day,
    /// New clients and those who had written before.
    Returning,
}

impl Cut {
    /// All of them, as in the API.
    pub const ALL: [(Self, &'static str); 13] = [
        (Self::Channel, "channel"),
        (Self::Intent, "intent"),
        (Self::Scenario, "scenario"),
        (Self::Model, "model"),
        (Self::Prompt, "prompt"),
        (Self::Variant, "variant"),
        (Self::Source, "utm_source"),
        (Self::Campaign, "utm_campaign"),
        (Self::Staff, "staff"),
        (Self::Hour, "hour"),
        (Self::Weekday, "weekday"),
        (Self::Day, "day"),
        (Self::Returning, "returning"),
    ];

    /// The cut of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map(|(cut, _)| cut)
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(cut, _)| *cut == self).map_or("", |(_, name)| name)
    }

    /// Its value in one conversation; empty where it has none.
    fn with<T>(self, line: &Line<'_>, clock: &mut Clock<'_>, then: impl FnOnce(&str) -> T) -> T {
        let name = match self {
            Self::Channel => Name::Channel,
            Self::Intent => Name::Intent,
            Self::Scenario => Name::Scenario,
            Self::Model => Name::Model,
            Self::Prompt => Name::Prompt,
            Self::Variant => Name::Variant,
            Self::Source => Name::Source,
            Self::Campaign => Name::Campaign,
            Self::Staff => Name::Staff,
            Self::Returning => return then(if line.is_returning() { "returning" } else { "new" }),
            Self::Hour => return then(&clock.hour(line.started_us()).to_string()),
            Self::Weekday => return then(&clock.weekday(line.started_us()).to_string()),
            Self::Day => return then(&clock.day(line.started_us()).to_string()),
        };
        then(line.name(name).unwrap_or_default())
    }
}

/// By whose clock, at which moment, with which window it is asked.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Whose.
    pub business: BusinessId,
    /// Its clock.
    pub zone: TimeZone,
    /// Now.
    pub now_us: i64,
    /// W.
    pub window_us: i64,
}

impl Asker {
    /// As the business has settled it.
    ///
    /// # Errors
    /// When the database says no.
    pub fn of(conn: &Connection, business: BusinessId, timezone: &str, now_us: i64) -> rusqlite::Result<Self> {
        let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
        let window_us = Settled::of(conn, business)?.terms(zone.clone()).window_us;
        Ok(Self { business, zone, now_us, window_us })
    }
}

/// All of them together.
///
/// # Errors
/// When the database says no.
pub fn summary(conn: &Connection, asker: &Asker, question: &Question) -> rusqlite::Result<Summary> {
    let mut fold = Fold::default();
    walk(conn, asker, question, |line| fold.add(line))?;
    Ok(fold.finish(asker, question))
}

/// Told apart by `cut`; what has no value of it stands under an empty name.
///
/// # Errors
/// When the database says no.
pub fn by(conn: &Connection, asker: &Asker, question: &Question, cut: Cut) -> rusqlite::Result<BTreeMap<String, Summary>> {
    let (mut folds, mut clock) = (BTreeMap::new(), Clock::new(&asker.zone));
    walk(conn, asker, question, |line| cut.with(line, &mut clock, |name| under(&mut folds, name, |fold: &mut Fold| fold.add(line))))?;
    Ok(folds.into_iter().map(|(key, fold)| (key, fold.finish(asker, question))).collect())
}

/// What stands under that name, also when it is the first.
pub(super) fn under<V: Default>(all: &mut BTreeMap<String, V>, name: &str, then: impl FnOnce(&mut V)) {
    match all.get_mut(name) {
        Some(known) => then(known),
        None => then(all.entry(name.to_owned()).or_default()),
    }
}

/// Everything that a page of one question shows, in one walk over the rows.
#[derive(Debug)]
pub struct Picture {
    /// All of them together.
    pub whole: Summary,
    /// Told apart.
    pub groups: BTreeMap<String, Summary>,
    /// Conversations with a booking, by the business's own days.
    pub days: BTreeMap<Day, Rate>,
    /// The same by hours of the week.
    pub week: Week,
}

/// One question's picture, told apart by a cut.
///
/// # Errors
/// When the database says no.
pub fn picture(conn: &Connection, asker: &Asker, question: &Question, cut: Cut) -> rusqlite::Result<Picture> {
    let mut folds: BTreeMap<String, Fold> = BTreeMap::new();
    let (mut days, mut week, mut clock) = (BTreeMap::<Day, Rate>::new(), Week::default(), Clock::new(&asker.zone));
    walk(conn, asker, question, |line| {
        cut.with(line, &mut clock, |name| under(&mut folds, name, |fold: &mut Fold| fold.add(line)));
        if line.is_counted() {
            let rate = days.entry(clock.day(line.started_us())).or_default();
            rate.n += 1;
            rate.part += u64::from(line.is_booked());
            week.add(&mut clock, line);
        }
    })?;
    let mut whole = Fold::default();
    folds.values().for_each(|fold| whole.merge(fold));
    let groups = folds.into_iter().map(|(key, fold)| (key, fold.finish(asker, question))).collect();
    Ok(Picture { whole: whole.finish(asker, question), groups, days, week })
}

/// Every conversation of the question, once.
fn walk(conn: &Connection, asker: &Asker, question: &Question, mut take: impl FnMut(&Line<'_>)) -> rusqlite::Result<()> {
    let mut clock = Clock::new(&asker.zone);
    sheets::walk(conn, asker.business, question.from_us, question.to_us, |line| {
        if question.only.iter().all(|(cut, wanted)| cut.with(line, &mut clock, |value| value == wanted)) {
            take(line);
        }
    })
}

/// Days and hours of moments that come in their order: the clock is asked once a day, not once a row.
struct Clock<'a> {
    zone: &'a TimeZone,
    day: Day,
    span_us: (i64, i64),
}

impl<'a> Clock<'a> {
    fn new(zone: &'a TimeZone) -> Self {
        Self { zone, day: Day(0), span_us: (0, 0) }
    }

    fn day(&mut self, us: i64) -> Day {
        if !(self.span_us.0..self.span_us.1).contains(&us) {
            self.day = Day::of(us, self.zone);
            self.span_us = self.day.span_us(self.zone);
        }
        self.day
    }

    /// Monday is 0.
    fn weekday(&mut self, us: i64) -> i64 {
        (self.day(us).0 + 3).rem_euclid(7)
    }

    /// By the clock on the wall; on the two days a year when clocks change it is asked anew.
    fn hour(&mut self, us: i64) -> i64 {
        self.day(us);
        if self.span_us.1 - self.span_us.0 == DAY_US {
            return (us - self.span_us.0) / HOUR_US;
        }
        i64::from(jiff::Timestamp::from_microsecond(us).unwrap_or_default().to_zoned(self.zone.clone()).hour())
    }
}
