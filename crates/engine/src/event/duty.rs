//! What the law gives a business days or hours for, as it is sealed: requests of persons about their data, and breaches.
//!
//! No name and no words of anybody: a request is its number and date, as the business files it; a breach is an incident. Working days are Monday to
//! Friday without the fixed holidays; days off that the government moves each year are not known here, so a deadline may be set by hand.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, ToSpan};
use serde::{Deserialize, Serialize};

/// What a person asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// What is known of them (152-FZ, art. 20 p. 1: ten working days).
    Access,
    /// Something is wrong (art. 20 p. 3: seven working days).
    Correct,
    /// To stop (art. 21 p. 5.1: ten working days).
    Stop,
    /// Consent is withdrawn (art. 21 p. 5: thirty days).
    Withdraw,
}

/// A request came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// Number and date, as the business files it.
    pub number: String,
    /// What is asked for.
    pub kind: RequestKind,
    /// The day on which it came.
    pub received: Date,
    /// The last day for an answer.
    pub due: Date,
}

/// Days that cannot be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a request cannot come tomorrow, nor its deadline before it or more than a year after it")]
pub struct WrongDay;

impl Received {
    /// Of what somebody says; without a day it came today, without a deadline the law's holds.
    ///
    /// # Errors
    /// When these days cannot be meant.
    pub fn of(number: &str, kind: RequestKind, received: Option<Date>, due: Option<Date>, today: Date) -> Result<Self, WrongDay> {
        let received = received.unwrap_or(today);
        let due = due.unwrap_or_else(|| kind.due(received));
        let is_meant = received <= today && is_plausible(received, due);
        is_meant.then(|| Self { number: number.trim().to_owned(), kind, received, due }).ok_or(WrongDay)
    }
}

/// Which message about a breach the regulator has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreachStep {
    /// That it happened: within 24 hours.
    First,
    /// What was found: within 72 hours.
    Results,
}

/// Days of a year on which nobody works, whatever the day of the week: month, first, last.
const HOLIDAYS: [(i8, i8, i8); 7] = [(1, 1, 8), (2, 23, 23), (3, 8, 8), (5, 1, 1), (5, 9, 9), (6, 12, 12), (11, 4, 4)];

impl RequestKind {
    /// All of them, as they are offered.
    pub const ALL: [Self; 4] = [Self::Access, Self::Correct, Self::Stop, Self::Withdraw];

    /// As it is sealed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Correct => "correct",
            Self::Stop => "stop",
            Self::Withdraw => "withdraw",
        }
    }

    /// The last day for an answer to what came that day; the day itself does not count.
    #[must_use]
    pub fn due(self, received: Date) -> Date {
        match self {
            Self::Access | Self::Stop => working_days_after(received, 10),
            Self::Correct => working_days_after(received, 7),
            Self::Withdraw => received.saturating_add(30.days()),
        }
    }
}

impl fmt::Display for RequestKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RequestKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or_else(|| format!("{text}: say access, correct, stop or withdraw"))
    }
}

impl BreachStep {
    /// Both, in their order.
    pub const ALL: [Self; 2] = [Self::First, Self::Results];

    /// As it is sealed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Results => "results",
        }
    }

    /// So long after it became known.
    #[must_use]
    pub fn within(self) -> SignedDuration {
        SignedDuration::from_hours(if self == Self::First { 24 } else { 72 })
    }
}

impl FromStr for BreachStep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|step| step.as_str() == text);
        known.ok_or_else(|| format!("{text}: say first or results"))
    }
}

/// Whether people work on that day.
#[must_use]
pub fn is_working(day: Date) -> bool {
    let free = HOLIDAYS.iter().any(|(month, first, last)| day.month() == *month && (*first..=*last).contains(&day.day()));
    !free && !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The day that so many working days later is.
#[must_use]
pub fn working_days_after(day: Date, days: u32) -> Date {
    let (mut at, mut left) = (day, days);
    while left > 0 {
        at = at.saturating_add(1.day());
        left -= u32::from(is_working(at));
    }
    at
}

/// More days are not counted one by one.
const FAR_DAYS: u32 = 400;

/// Whether a last day can be meant: not before the request, and within a year of it, whatever was mistyped.
#[must_use]
pub fn is_plausible(received: Date, due: Date) -> bool {
    due >= received && due <= received.saturating_add(366.days())
}

/// Working days from tomorrow to the last day; none where that is over.
#[must_use]
pub fn working_days_left(today: Date, due: Date) -> Option<u32> {
    if due < today {
        return None;
    }
    let (mut at, mut days) = (today, 0);
    while at < due && days < FAR_DAYS {
        at = at.saturating_add(1.day());
        days += u32::from(is_working(at));
    }
    Some(days)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn deadlines_are_counted_in_working_days() {
        // Monday 23 November 2026.
        assert_eq!(RequestKind::Access.due(date(2026, 11, 23)), date(2026, 12, 7));
        assert_eq!(RequestKind::Correct.due(date(2026, 11, 23)), date(2026, 12, 2));
        assert_eq!(RequestKind::Withdraw.due(date(2026, 11, 23)), date(2026, 12, 23));
        // Over the New Year: 29, 30, 31 December, then from 11 January (9 and 10 are a weekend).
        assert_eq!(RequestKind::Access.due(date(2026, 12, 28)), date(2027, 1, 19));
        assert!(!is_working(date(2026, 11, 4)) && !is_working(date(2026, 11, 22)) && is_working(date(2026, 11, 23)));
    }

    #[test]
    fn days_that_are_not_named_are_the_law_s_and_wrong_ones_are_refused() {
        let today = date(2026, 11, 23);
        let of = |received, due| Received::of(" вх. 1 ", RequestKind::Access, received, due, today);
        let usual = Received { number: "вх. 1".into(), kind: RequestKind::Access, received: today, due: date(2026, 12, 7) };
        assert_eq!(of(None, None), Ok(usual));
        assert_eq!(of(Some(date(2026, 11, 24)), None), Err(WrongDay));
        assert_eq!(of(None, Some(date(2026, 11, 22))), Err(WrongDay));
        assert_eq!(of(None, Some(date(2028, 1, 1))), Err(WrongDay));
    }

    #[test]
    fn what_is_left_counts_from_tomorrow() {
        let due = date(2026, 11, 30);
        for (today, left) in [
            (date(2026, 11, 26), Some(2)),
            (date(2026, 11, 27), Some(1)),
            (date(2026, 11, 28), Some(1)),
            (due, Some(0)),
            (date(2026, 12, 1), None),
        ] {
            assert_eq!(working_days_left(today, due), left, "{today}");
        }
    }
}
