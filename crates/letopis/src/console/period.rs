//! The period that numbers are asked of: half-open, by the business's own clock. In the URL, so that a page and its numbers are a link.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{Connection, params};

use crate::event::{BusinessId, RecordNo, When};
use crate::journal::cases;
use crate::journal::days::Day;

/// Days of a period that nobody named.
const DAYS: i64 = 30;
/// More are not counted one by one.
const MOST_UNCOUNTED: i64 = 100_000;

/// `[from, to)`, µs UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) from_us: i64,
    pub(super) to_us: i64,
}

impl Period {
    /// What was given; what was not is the last thirty days, today included.
    pub(super) fn given(from_us: Option<i64>, to_us: Option<i64>, zone: &TimeZone, now_us: i64) -> Self {
        let to_us = to_us.unwrap_or_else(|| Day::of(now_us, zone).span_us(zone).1);
        let from_us = from_us.unwrap_or_else(|| Day(Day::of(to_us.saturating_sub(1), zone).0 - DAYS + 1).span_us(zone).0);
        Self { from_us, to_us: to_us.max(from_us) }
    }

    /// The whole days before it, as many as it has.
    pub(super) fn before(self, zone: &TimeZone) -> Self {
        let days = Day::of(self.to_us.saturating_sub(1), zone).0 - Day::of(self.from_us, zone).0 + 1;
        let from_us = Day(Day::of(self.from_us, zone).0 - days).span_us(zone).0;
        Self { from_us, to_us: self.from_us }
    }
}

/// A moment, or a date, which begins at the business's midnight. A plus that nobody encoded arrives as a space.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<i64> {
    if let Ok(date) = text.parse::<Date>().map_err(drop).and_then(|date| if text.len() == 10 { Ok(date) } else { Err(()) }) {
        return date.to_zoned(zone.clone()).ok().map(|start| start.timestamp().as_microsecond());
    }
    When::parse(&text.replace(' ', "+")).map(|when| when.utc_us)
}

/// Events that are recorded and not counted yet.
pub(super) fn uncounted(conn: &Connection, business: BusinessId) -> rusqlite::Result<u64> {
    let from = cases::cursor(conn, business)?.unwrap_or(RecordNo::new(business, 0).as_i64() - 1);
    let end = RecordNo::new(BusinessId(business.0 + 1), 0).as_i64();
    let sql = "SELECT count(*) FROM (SELECT 1 FROM events WHERE record > ?1 AND record < ?2 LIMIT ?3)";
    conn.prepare_cached(sql)?.query_row(params![from, end, MOST_UNCOUNTED], |row| row.get::<_, i64>(0)).map(|count| count as u64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_date_begins_at_the_business_s_midnight() {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        let at = |text: &str| moment(text, &zone);
        assert_eq!(at("2025-02-01"), at("2025-01-31T21:00:00Z"));
        assert_eq!(at("2025-02-01T00:00:00 03:00"), at("2025-02-01"));
        assert_eq!((at("yesterday"), at("2025-13-01"), at("")), (None, None, None));
    }

    #[test]
    fn what_is_not_given_is_thirty_days_and_before_them_as_many() {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        let at = |text: &str| moment(text, &zone).unwrap();
        let now = at("2025-03-15T12:00:00+03:00");
        let period = Period::given(None, None, &zone, now);
        assert_eq!(period, Period { from_us: at("2025-02-14"), to_us: at("2025-03-16") });
        assert_eq!(period.before(&zone), Period { from_us: at("2025-01-15"), to_us: at("2025-02-14") });
        let week = Period::given(Some(at("2025-03-03")), Some(at("2025-03-10")), &zone, now);
        assert_eq!(week.before(&zone), Period { from_us: at("2025-02-24"), to_us: at("2025-03-03") });
    }
}
