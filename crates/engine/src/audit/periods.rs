//! Weeks and months of a business's own calendar: `2026-W46`, `2026-11`.

use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Its name.
    pub name: String,
    /// Its first moment, µs.
    pub from_us: i64,
    /// The first moment after it.
    pub to_us: i64,
}

/// The month of that name; none where it is not a month.
#[must_use]
pub fn month(zone: &TimeZone, name: &str) -> Option<Period> {
    let first: Date = format!("{name}-01").parse().ok().filter(|_| name.len() == 7)?;
    Some(Period { name: name.to_owned(), from_us: start(zone, first), to_us: start(zone, first.checked_add(1.month()).ok()?) })
}

/// The week of that name (ISO: from Monday, 1 is the one with 4 January); none where it is not a week.
#[must_use]
pub fn week(zone: &TimeZone, name: &str) -> Option<Period> {
    let (year, week) = name.split_once("-W")?;
    let monday = ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, Weekday::Monday).ok()?.date();
    let name = week_name(monday);
    Some(Period { name, from_us: start(zone, monday), to_us: start(zone, monday.checked_add(7.days()).ok()?) })
}

/// The last whole months before a moment, the newest first.
#[must_use]
pub fn last_months(zone: &TimeZone, now_us: i64, many: usize) -> Vec<Period> {
    let first = today(zone, now_us).first_of_month();
    let names = (1..=many as i64).filter_map(|back| first.checked_sub(back.months()).ok());
    names.filter_map(|first| month(zone, &first.strftime("%Y-%m").to_string())).collect()
}

/// The last whole weeks before a moment, the newest first.
#[must_use]
pub fn last_weeks(zone: &TimeZone, now_us: i64, many: usize) -> Vec<Period> {
    let today = today(zone, now_us);
    let back = i64::from(today.weekday().to_monday_zero_offset());
    let mondays = (1..=many as i64).filter_map(|weeks| today.checked_sub((back + 7 * weeks).days()).ok());
    mondays.filter_map(|monday| week(zone, &week_name(monday))).collect()
}

fn week_name(day: Date) -> String {
    let week = day.iso_week_date();
    format!("{}-W{:02}", week.year(), week.week())
}

fn today(zone: &TimeZone, now_us: i64) -> Date {
    Timestamp::from_microsecond(now_us).unwrap_or_default().to_zoned(zone.clone()).date()
}

fn start(zone: &TimeZone, day: Date) -> i64 {
    day.to_zoned(zone.clone()).map_or(0, |start| start.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn weeks_and_months_are_the_businesss_own() {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        let us = |text: &str| text.parse::<Timestamp>().unwrap().as_microsecond();
        // Already February there.
        let now = us("2025-01-31T22:30:00Z");
        let names = |periods: Vec<Period>| periods.into_iter().map(|period| period.name).collect::<Vec<_>>();
        assert_eq!(names(last_months(&zone, now, 2)), ["2025-01", "2024-12"]);
        assert_eq!(names(last_weeks(&zone, now, 5)), ["2025-W04", "2025-W03", "2025-W02", "2025-W01", "2024-W52"]);
        let january = month(&zone, "2025-01").unwrap();
        assert_eq!((january.from_us, january.to_us), (us("2024-12-31T21:00:00Z"), us("2025-01-31T21:00:00Z")));
        let first = week(&zone, "2025-W01").unwrap();
        assert_eq!((first.from_us, first.to_us), (us("2024-12-29T21:00:00Z"), us("2025-01-05T21:00:00Z")));
        for wrong in ["2025-13", "2025", "2025-1", "", "2025-01-01"] {
            assert_eq!(month(&zone, wrong), None, "{wrong}");
        }
        for wrong in ["2025-W54", "2025-W0", "W1", "2025-01"] {
            assert_eq!(week(&zone, wrong), None, "{wrong}");
        }
    }
}
