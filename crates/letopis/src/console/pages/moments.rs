//! Times and lengths of time in words, by the business's own clock: «сегодня, 14:05», «через 2 с».
//!
//! The moment "now" comes in from outside. A zone that this machine does not know is shown as Moscow time, which most of the people
//! this is for live by; the zone was checked when it was set, so that happens only where the system has no zone files at all.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};

use super::language::Texts;
use crate::event::when::SECOND_US;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

/// The clock of a page: where, when, in which language.
#[derive(Debug, Clone)]
pub(in crate::console) struct Clock {
    t: Texts,
    zone: TimeZone,
    now_us: i64,
}

impl Clock {
    /// The clock of a business.
    pub(in crate::console) fn new(t: Texts, timezone: &str, now_us: i64) -> Self {
        let zone = TimeZone::get(timezone).unwrap_or_else(|_| TimeZone::fixed(Offset::constant(3)));
        Self { t, zone, now_us }
    }

    /// By which clock.
    pub(super) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// «ноябрь 2026».
    pub(super) fn month(&self, us: i64) -> String {
        let date = self.local(us).date();
        self.t.with("month-year", &[("month", i64::from(date.month()).into()), ("year", date.year().to_string().into())])
    }

    /// The same of `2026-11`.
    pub(super) fn month_named(&self, name: &str) -> String {
        let first: Option<Date> = format!("{name}-01").parse().ok();
        first.map_or_else(|| name.to_owned(), |first| self.month(self.start_of(first)))
    }

    /// Now, µs.
    pub(super) fn now_us(&self) -> i64 {
        self.now_us
    }

    /// «сегодня, 14:05», «вчера, 9:30», «12 марта, 9:30», «12 марта 2024, 9:30».
    pub(in crate::console) fn when(&self, us: i64) -> String {
        let at = self.local(us);
        let day = self.day_of(at.date());
        self.t.with("moment-day-time", &[("day", day.into()), ("time", time_of(&at).into())])
    }

    /// For lists: the time if it was today, the day otherwise.
    pub(super) fn brief(&self, us: i64) -> String {
        let at = self.local(us);
        if at.date() == self.local(self.now_us).date() { time_of(&at) } else { self.day_of(at.date()) }
    }

    /// «14:05».
    pub(super) fn time(&self, us: i64) -> String {
        time_of(&self.local(us))
    }

    /// «сегодня», «12 марта».
    pub(super) fn day(&self, us: i64) -> String {
        self.day_of(self.local(us).date())
    }

    /// «12.03», for the axis of a chart.
    pub(super) fn short_day(&self, us: i64) -> String {
        self.local(us).strftime(&self.t.say("moment-short-day")).to_string()
    }

    /// The whole moment, for `title` attributes and disputes: `2025-01-01 12:34:56.123 +03`.
    pub(super) fn exact(&self, us: i64) -> String {
        self.local(us).strftime("%Y-%m-%d %H:%M:%S%.3f %:::z").to_string()
    }

    /// `2025-01-01T12:34:56+03:00`, for examples.
    pub(super) fn rfc3339(&self, us: i64) -> String {
        self.local(us).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// `2025-01-01T14:05`, as a field for a moment takes it.
    pub(super) fn field(&self, us: i64) -> String {
        self.local(us).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// What such a field sends, µs.
    pub(super) fn typed(&self, text: &str) -> Option<i64> {
        let typed: jiff::civil::DateTime = text.parse().ok()?;
        typed.to_zoned(self.zone.clone()).ok().map(|at| at.timestamp().as_microsecond())
    }

    /// The first moment of the day that lies `back` days ago, µs.
    pub(super) fn day_start(&self, back: i32) -> i64 {
        let today = self.local(self.now_us).date();
        let day = today.saturating_sub(jiff::Span::new().days(back.clamp(0, 10_000)));
        self.start_of(day)
    }

    /// «2 с», «3 мин», «1 ч 20 мин», «2 дня».
    pub(super) fn took(&self, us: i64) -> String {
        let seconds = (us.max(0) + SECOND_US / 2) / SECOND_US;
        let say = |key: &str, first: i64, rest: i64| self.t.with(key, &[("count", first.into()), ("rest", rest.into())]);
        match seconds {
            ..1 => self.t.say("took-instant"),
            1..MINUTE_S => say("took-seconds", seconds, 0),
            MINUTE_S..HOUR_S => say("took-minutes", seconds / MINUTE_S, 0),
            HOUR_S..DAY_S if seconds % HOUR_S / MINUTE_S == 0 => say("took-hours", seconds / HOUR_S, 0),
            HOUR_S..DAY_S => say("took-hours-minutes", seconds / HOUR_S, seconds % HOUR_S / MINUTE_S),
            _ => say("took-days", seconds / DAY_S, 0),
        }
    }

    /// «ответ через 2 с», «ответ сразу».
    pub(super) fn answered_in(&self, us: i64) -> String {
        if us < SECOND_US / 2 { self.t.say("answered-at-once") } else { self.t.of("answered-in", &self.took(us)) }
    }

    /// Whether both moments are of one day here.
    pub(super) fn same_day(&self, one: i64, other: i64) -> bool {
        self.local(one).date() == self.local(other).date()
    }

    fn local(&self, us: i64) -> Zoned {
        Timestamp::from_microsecond(us).unwrap_or_default().to_zoned(self.zone.clone())
    }

    fn start_of(&self, day: Date) -> i64 {
        day.to_zoned(self.zone.clone()).map_or(0, |start| start.timestamp().as_microsecond())
    }

    fn day_of(&self, day: Date) -> String {
        let today = self.local(self.now_us).date();
        if day == today {
            return self.t.say("day-today");
        }
        if today.yesterday().is_ok_and(|yesterday| day == yesterday) {
            return self.t.say("day-yesterday");
        }
        if today.tomorrow().is_ok_and(|tomorrow| day == tomorrow) {
            return self.t.say("day-tomorrow");
        }
        // As text: Fluent would write the year as 2,025.
        let year = day.year().to_string();
        let values = [("day", i64::from(day.day()).into()), ("month", i64::from(day.month()).into()), ("year", year.into())];
        self.t.with(if day.year() == today.year() { "day-month" } else { "day-month-year" }, &values)
    }
}

fn time_of(at: &Zoned) -> String {
    format!("{}:{:02}", at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::super::language::{Language, Library};
    use super::*;
    use crate::event::when::{DAY_US, HOUR_US, MINUTE_US};

    /// 2025-03-12T14:05:00+03:00.
    const NOW: i64 = 1_741_777_500_000_000;

    fn clock(language: Language) -> Clock {
        Clock::new(Library::default().texts(language), "Europe/Moscow", NOW)
    }

    #[test]
    fn days_are_words() {
        let ru = clock(Language::Ru);
        let said = [0, -10, -15, -24 * 5, -24 * 100, 24].map(|hours| ru.when(NOW + hours * HOUR_US));
        assert_eq!(said, ["сегодня, 14:05", "сегодня, 4:05", "вчера, 23:05", "7 марта, 14:05", "2 декабря 2024, 14:05", "завтра, 14:05"]);
        assert_eq!(clock(Language::En).when(NOW - 24 * 5 * HOUR_US), "7 March, 14:05");
        assert_eq!((ru.brief(NOW), ru.brief(NOW - DAY_US)), ("14:05".into(), "вчера".into()));
        assert_eq!(ru.exact(NOW), "2025-03-12 14:05:00.000 +03");
    }

    #[test]
    fn lengths_are_words() {
        let ru = clock(Language::Ru);
        let said = [300_000, 2_400_000, 185_000_000, 2 * HOUR_US, 80 * MINUTE_US, 49 * HOUR_US].map(|us| ru.took(us));
        assert_eq!(said, ["сразу", "2 с", "3 мин", "2 ч", "1 ч 20 мин", "2 дня"]);
    }

    #[test]
    fn days_begin_at_the_businesss_midnight() {
        let clock = clock(Language::Ru);
        assert_eq!(clock.day_start(0), NOW - 14 * HOUR_US - 300_000_000);
        let unknown = Clock::new(Library::default().texts(Language::Ru), "Mars/Olympus", NOW);
        assert_eq!(unknown.time(NOW), "14:05");
    }
}
