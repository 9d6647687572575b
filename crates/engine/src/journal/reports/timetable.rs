//! When a route is due, by the business's own clock: pure, so that a night of changing clocks is a test and no surprise.
//!
//! A report that a sleeping server missed goes out later, but not so late that it is nobody's morning any more.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};

use super::{Kind, Route, Routed};
use crate::event::when::{HOUR_US, MINUTE_US};

/// A weekly or monthly report still goes out so long after its moment.
const LATE_DAYS: i32 = 6;

/// A report that a route is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What.
    pub kind: Kind,
    /// The first day of its period.
    pub from: Date,
    /// The first day after it.
    pub to: Date,
    /// Its moment.
    pub at_us: i64,
}

impl Due {
    /// The name of its period: one report for each.
    #[must_use]
    pub fn period(&self) -> String {
        period(self.from, self.to)
    }

    /// The same as moments.
    #[must_use]
    pub fn span_us(&self, zone: &TimeZone) -> (i64, i64) {
        (midnight_us(self.from, zone), midnight_us(self.to, zone))
    }
}

/// The name of a period: its first day and the first after it.
#[must_use]
pub fn period(from: Date, to: Date) -> String {
    format!("{from}/{to}")
}

/// What a route is to have by now, and was to have after it was set.
#[must_use]
pub fn due(routed: &Routed, zone: &TimeZone, now_us: i64) -> Vec<Due> {
    let all = routed.route.kinds.iter().filter_map(|kind| latest(*kind, &routed.route, zone, now_us));
    all.filter(|due| due.at_us >= routed.set_us).collect()
}

/// The last period of a kind that was over before `now_us`.
#[must_use]
pub fn last_period(kind: Kind, route_weekday: u8, zone: &TimeZone, now_us: i64) -> Option<(Date, Date)> {
    let today = local(now_us, zone).date();
    let to = match kind {
        Kind::Digest => today,
        Kind::Weekly => today.checked_sub(i64::from(days_since(today, route_weekday)).days()).ok()?,
        Kind::Audit => today.first_of_month(),
        Kind::Alert => return None,
    };
    let from = match kind {
        Kind::Digest => to.yesterday().ok()?,
        Kind::Weekly => to.checked_sub(7.days()).ok()?,
        _ => to.checked_sub(1.month()).ok()?,
    };
    Some((from, to))
}

/// The last moment of a kind that has come, with its period; none where that is too long ago.
fn latest(kind: Kind, route: &Route, zone: &TimeZone, now_us: i64) -> Option<Due> {
    let today = local(now_us, zone).date();
    let days = if kind == Kind::Digest { 0 } else { LATE_DAYS };
    for back in 0..=days {
        let day = today.checked_sub(back.days()).ok()?;
        let at_us = at(day, route.hour, zone);
        let is_day = match kind {
            Kind::Digest => true,
            Kind::Weekly => days_since(day, route.weekday) == 0,
            Kind::Audit => day.day() == 1,
            Kind::Alert => false,
        };
        if is_day && at_us <= now_us {
            // Told from the day itself: at another hour of it, the period is the same.
            let (from, to) = last_period(kind, route.weekday, zone, at(day, 23, zone))?;
            return Some(Due { kind, from, to, at_us });
        }
    }
    None
}

/// When something may go by a route that wants to go at `at_us`: at once where it is urgent or nobody sleeps, else when quiet hours end.
#[must_use]
pub fn not_before(route: &Route, zone: &TimeZone, at_us: i64, is_urgent: bool) -> i64 {
    let mut at_us = at_us;
    if is_urgent || (0..24).all(|hour| route.is_quiet(hour)) {
        return at_us;
    }
    // At most a day of hours; half hours too, because some clocks are set so.
    for _ in 0..50 {
        let here = local(at_us, zone);
        if !route.is_quiet(u8::try_from(here.hour()).unwrap_or(0)) {
            return at_us;
        }
        let into_us =
            i64::from(here.minute()) * MINUTE_US + i64::from(here.second()) * 1_000_000 + i64::from(here.subsec_nanosecond()) / 1000;
        at_us += HOUR_US - into_us;
    }
    at_us
}

/// A day's first moment.
#[must_use]
pub fn midnight_us(day: Date, zone: &TimeZone) -> i64 {
    day.to_zoned(zone.clone()).map_or(0, |start| start.timestamp().as_microsecond())
}

fn at(day: Date, hour: u8, zone: &TimeZone) -> i64 {
    let moment = day.at(i8::try_from(hour).unwrap_or(0), 0, 0, 0).to_zoned(zone.clone());
    moment.map_or(i64::MAX, |moment| moment.timestamp().as_microsecond())
}

/// Days since the last such day of the week; none passed on the day itself.
fn days_since(day: Date, weekday: u8) -> i8 {
    let wanted = i8::try_from(weekday.clamp(1, 7)).unwrap_or(1);
    (day.weekday().to_monday_one_offset() - wanted).rem_euclid(7)
}

fn local(us: i64, zone: &TimeZone) -> Zoned {
    Timestamp::from_microsecond(us).unwrap_or_default().to_zoned(zone.clone())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Way;
    use super::*;
    use crate::event::BusinessId;

    fn us(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn routed(kinds: &[Kind]) -> Routed {
        let route = Route {
            kinds: kinds.to_vec(),
            way: Way::Mail,
            to: "a@b.example".into(),
            language: "ru".into(),
            hour: 9,
            weekday: 1,
            quiet_from: 22,
            quiet_to: 8,
            url: None,
        };
        Routed { business: BusinessId(1), id: "r_1".into(), set_us: us("2024-12-01T00:00:00Z"), route, has_secret: false }
    }

    fn periods(routed: &Routed, now: &str) -> Vec<String> {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        due(routed, &zone, us(now)).iter().map(|due| format!("{} {}", due.kind.as_str(), due.period())).collect()
    }

    #[test]
    fn a_week_ends_at_the_midnight_before_its_report() {
        let weekly = routed(&[Kind::Weekly]);
        // Monday, 13 January 2025, 8:59 and 9:00 in Moscow; then until Sunday, and not longer.
        assert_eq!(periods(&weekly, "2025-01-13T05:59:59Z"), Vec::<String>::new(), "the week before is too long ago");
        let week = ["weekly 2025-01-06/2025-01-13"];
        for now in ["2025-01-13T06:00:00Z", "2025-01-15T12:00:00Z", "2025-01-19T20:59:59Z"] {
            assert_eq!(periods(&weekly, now), week, "{now}");
        }
        let mut friday = weekly;
        friday.route.weekday = 5;
        assert_eq!(periods(&friday, "2025-01-17T06:00:00Z"), ["weekly 2025-01-10/2025-01-17"]);
    }

    #[test]
    fn a_month_is_reported_on_its_first_and_yesterday_every_morning() {
        let both = routed(&[Kind::Audit, Kind::Digest]);
        assert_eq!(periods(&both, "2025-03-01T06:00:00Z"), ["audit 2025-02-01/2025-03-01", "digest 2025-02-28/2025-03-01"]);
        assert_eq!(periods(&both, "2025-03-01T05:00:00Z"), Vec::<String>::new());
        assert_eq!(periods(&both, "2025-03-01T20:59:00Z").len(), 2, "a digest goes out on its own day, however late");
        assert_eq!(periods(&both, "2025-03-09T06:00:00Z"), ["digest 2025-03-08/2025-03-09"], "an audit report is not due for ever");
    }

    #[test]
    fn nothing_is_due_from_before_the_route_was_set() {
        let mut weekly = routed(&[Kind::Weekly]);
        weekly.set_us = us("2025-01-13T06:00:01Z");
        assert_eq!(periods(&weekly, "2025-01-13T12:00:00Z"), Vec::<String>::new());
        assert_eq!(periods(&weekly, "2025-01-20T12:00:00Z"), ["weekly 2025-01-13/2025-01-20"]);
    }

    #[test]
    fn changing_clocks_move_no_day() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let mut night = routed(&[Kind::Digest]);
        // 2025-03-30: at 2:00 it is 3:00.
        night.route.hour = 2;
        let found = due(&night, &berlin, us("2025-03-30T01:30:00Z"));
        assert_eq!(found[0].period(), "2025-03-29/2025-03-30");
        assert_eq!(found[0].span_us(&berlin), (us("2025-03-28T23:00:00Z"), us("2025-03-29T23:00:00Z")));
    }

    #[test]
    fn quiet_hours_put_off_what_is_not_urgent() {
        let (zone, route) = (TimeZone::get("Europe/Moscow").unwrap(), routed(&[Kind::Alert]).route);
        let later = |at: &str, urgent| Timestamp::from_microsecond(not_before(&route, &zone, us(at), urgent)).unwrap().to_string();
        assert_eq!(later("2025-01-13T20:15:30Z", false), "2025-01-14T05:00:00Z");
        assert_eq!(later("2025-01-13T20:15:30Z", true), "2025-01-13T20:15:30Z");
        assert_eq!(later("2025-01-13T18:59:59Z", false), "2025-01-13T18:59:59Z");
    }
}
