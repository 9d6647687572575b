//! The hours in which people work, by the business's own clock: by when one of them must have spoken, and how much of a wait was theirs.
//!
//! The same hours every day; a night, and the hour that a change of clocks takes or gives, are measured as the clock on the wall shows them.

use jiff::Timestamp;

use super::{DAY_US, MINUTE_US, Terms};
use crate::journal::days::Day;

/// A person has so long during working hours, and so long after they begin.
pub(super) const PERSON_US: i64 = 15 * MINUTE_US;
const AFTER_OPENING_US: i64 = 30 * MINUTE_US;

impl Terms {
    /// A person must have spoken by then.
    pub(super) fn person_by(&self, us: i64) -> i64 {
        let moment = Timestamp::from_microsecond(us).unwrap_or_default().to_zoned(self.zone.clone());
        let minute = i64::from(moment.hour()) * 60 + i64::from(moment.minute());
        let opening = |days: i64| us - (minute - self.opens_min) * MINUTE_US + days * DAY_US + AFTER_OPENING_US;
        match minute {
            _ if minute < self.opens_min => opening(0),
            _ if minute < self.closes_min => us + PERSON_US,
            _ => opening(1),
        }
    }

    /// How much of `[from, to)` lies within working hours.
    pub(super) fn worked_us(&self, from_us: i64, to_us: i64) -> i64 {
        let days = Day::of(from_us, &self.zone).0..=Day::of(to_us, &self.zone).0;
        days.map(|day| (self.moment(Day(day), self.closes_min).min(to_us) - self.moment(Day(day), self.opens_min).max(from_us)).max(0))
            .sum()
    }

    /// When the clock shows that many minutes after midnight.
    fn moment(&self, day: Day, minute: i64) -> i64 {
        let clock = i8::try_from(minute / 60).ok().zip(i8::try_from(minute % 60).ok());
        let shown = clock.and_then(|(hour, minute)| jiff::civil::Time::new(hour, minute, 0, 0).ok());
        let moment = shown.and_then(|time| day.date().to_datetime(time).to_zoned(self.zone.clone()).ok());
        // Midnight that ends the day is no time of it.
        moment.map_or_else(|| day.span_us(&self.zone).1, |moment| moment.timestamp().as_microsecond())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use jiff::tz::TimeZone;

    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn worked(terms: &Terms, from: &str, to: &str) -> i64 {
        terms.worked_us(at(from), at(to)) / MINUTE_US
    }

    #[test]
    fn only_hours_in_which_people_work_are_counted() {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        let salon = Terms { zone: zone.clone(), ..Terms::default() };
        for (from, to, minutes) in [
            ("2025-01-01T12:00:00+03:00", "2025-01-01T12:07:00+03:00", 7),
            ("2025-01-01T22:00:00+03:00", "2025-01-02T09:59:00+03:00", 0),
            ("2025-01-01T20:50:00+03:00", "2025-01-02T10:05:00+03:00", 15),
            ("2025-01-02T02:00:00+03:00", "2025-01-02T10:20:00+03:00", 20),
            ("2025-01-01T20:00:00+03:00", "2025-01-04T11:00:00+03:00", 60 + 2 * 11 * 60 + 60),
            ("2025-01-01T12:00:00+03:00", "2025-01-01T12:00:00+03:00", 0),
        ] {
            assert_eq!(worked(&salon, from, to), minutes, "{from} to {to}");
        }
        let whole_day = Terms { opens_min: 0, closes_min: 24 * 60, zone, ..Terms::default() };
        assert_eq!(worked(&whole_day, "2025-01-01T12:00:00+03:00", "2025-01-03T12:00:00+03:00"), 2 * 24 * 60);
    }

    #[test]
    fn a_night_in_which_clocks_change_is_as_long_as_it_was() {
        let berlin = Terms { opens_min: 0, closes_min: 24 * 60, zone: TimeZone::get("Europe/Berlin").unwrap(), ..Terms::default() };
        assert_eq!(worked(&berlin, "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z"), 23 * 60);
    }
}
