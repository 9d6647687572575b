//! Which days are compared: whole weeks before the day of a change, and as many after it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use crate::journal::days::Day;
use crate::metrics::figures::Asker;

/// Weeks on each side when nobody says how many, if there are so many.
pub const DEFAULT_WEEKS: i64 = 4;
/// Weeks on each side at most: what is longer ago has other reasons.
pub const MOST_WEEKS: i64 = 12;
/// With fewer nothing is said: weekdays differ, and so do weeks.
pub(super) const LEAST_WEEKS: i64 = 2;
/// Days off in the whole country: month and day.
const HOLIDAYS: [(i8, i8); 14] =
    [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)];

/// Two windows around a day that is in neither.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Windows {
    /// The day of the change.
    #[serde(serialize_with = "shown")]
    pub day: Day,
    /// Weeks on each side.
    pub weeks: i64,
    /// The first day of the earlier window.
    #[serde(serialize_with = "shown")]
    pub first: Day,
    /// The last day of the later one.
    #[serde(serialize_with = "shown")]
    pub last: Day,
    /// Days until two weeks after the change are over.
    pub missing_days: i64,
    /// The day of the change is left out; of a placebo there is none.
    #[serde(skip)]
    gap: i64,
}

fn shown<S: serde::Serializer>(day: &Day, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(day)
}

impl Windows {
    /// As many weeks as were asked, or four; fewer where there are no more.
    pub(super) fn around(conn: &Connection, asker: &Asker, at_us: i64, weeks: Option<i64>) -> rusqlite::Result<Self> {
        let day = Day::of(at_us, &asker.zone);
        let today = Day::of(asker.now_us, &asker.zone).0;
        let after_days = today - day.0 - 1;
        let before_days = first_day(conn, asker)?.map_or(0, |first| day.0 - first.0);
        let weeks = weeks.unwrap_or(DEFAULT_WEEKS).clamp(1, MOST_WEEKS).min(after_days.min(before_days).max(0) / 7);
        Ok(Self {
            day,
            weeks,
            first: Day(day.0 - 7 * weeks),
            last: Day(day.0 + 7 * weeks),
            missing_days: (7 * LEAST_WEEKS - after_days).max(0),
            gap: 1,
        })
    }

    /// The two windows just before, in which nothing changed; none where numbers do not go back so far.
    pub(super) fn earlier(&self, conn: &Connection, asker: &Asker) -> rusqlite::Result<Option<Self>> {
        let first = Day(self.first.0 - 7 * self.weeks);
        let known = first_day(conn, asker)?.is_some_and(|known| known.0 <= first.0);
        let before = Self { day: self.first, first, last: Day(self.day.0 - 1), gap: 0, ..self.clone() };
        Ok((known && self.weeks > 0).then_some(before))
    }

    /// From the first moment to the last.
    pub(super) fn span_us(&self, zone: &TimeZone) -> (i64, i64) {
        (self.first.span_us(zone).0, self.last.span_us(zone).1)
    }

    /// Moments: the earlier window's beginning and end, the later one's.
    pub(super) fn bounds_us(&self, zone: &TimeZone) -> [i64; 4] {
        let (from_us, to_us) = self.span_us(zone);
        [from_us, self.day.span_us(zone).0, Day(self.day.0 + self.gap).span_us(zone).0, to_us]
    }

    /// Public holidays in them.
    pub(super) fn holidays(&self) -> Vec<(i8, i8)> {
        let days = (self.first.0..=self.last.0).filter_map(|day| Day(day).to_string().parse::<Date>().ok());
        days.map(|date| (date.month(), date.day())).filter(|day| HOLIDAYS.contains(day)).collect()
    }
}

/// The first day that numbers know of.
fn first_day(conn: &Connection, asker: &Asker) -> rusqlite::Result<Option<Day>> {
    let sql = "SELECT started_us FROM cases WHERE business = ?1 AND left_out IS NULL ORDER BY started_us LIMIT 1";
    let first: Option<i64> = conn.prepare_cached(sql)?.query_row(params![asker.business.0], |row| row.get(0)).optional()?;
    Ok(first.map(|us| Day::of(us, &asker.zone)))
}
