//! Moscow time in the demo: when people write, and how a day is said.
//!
//! Moscow has had one offset since 2014, so a fixed +03:00 is right for every month this can show.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Weekday},
    tz::Offset,
};

use super::{dice::Dice, shops::Kind};

const MOSCOW: Offset = Offset::constant(3);

/// How many dialogues begin in each hour of the day, relative to one another: lunch and the evening lead, a few never sleep.
const SALON_HOURS: [f64; 24] =
    [1.2, 0.6, 0.3, 0.2, 0.2, 0.3, 0.8, 2.0, 3.5, 5.5, 7.5, 8.5, 8.8, 7.6, 6.4, 6.0, 6.2, 6.8, 7.6, 8.6, 8.4, 6.6, 4.2, 2.4];
const CLINIC_HOURS: [f64; 24] =
    [0.5, 0.3, 0.2, 0.1, 0.1, 0.4, 1.4, 4.5, 8.0, 9.5, 9.2, 8.6, 7.4, 6.8, 6.6, 6.2, 5.8, 5.6, 5.8, 5.6, 4.6, 3.0, 1.8, 0.9];

/// Dialogues of each weekday from Monday, relative to the average.
const SALON_WEEK: [f64; 7] = [1.08, 1.0, 1.0, 1.06, 1.12, 0.94, 0.8];
const CLINIC_WEEK: [f64; 7] = [1.12, 1.06, 1.02, 1.02, 0.98, 0.88, 0.84];

const WEEKDAYS: [&str; 7] = ["в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу", "в воскресенье"];
const MONTHS: [&str; 12] =
    ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"];

/// The date in Moscow.
pub(super) fn date(at: Timestamp) -> Date {
    MOSCOW.to_datetime(at).date()
}

/// The hour of the day in Moscow.
pub(super) fn hour(at: Timestamp) -> i8 {
    MOSCOW.to_datetime(at).hour()
}

/// `days` later, or earlier.
pub(super) fn plus_days(date: Date, days: i64) -> Date {
    date.saturating_add(SignedDuration::from_hours(24 * days))
}

/// A wall-clock time in Moscow.
pub(super) fn at(date: Date, hour: i8, minute: i8) -> Timestamp {
    moment(date.at(hour, minute, 0, 0))
}

fn moment(local: DateTime) -> Timestamp {
    MOSCOW.to_timestamp(local).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// As it stands in an event.
pub(super) fn written(at: Timestamp) -> String {
    at.display_with_offset(MOSCOW).to_string()
}

/// `15:00`.
pub(super) fn clock(at: Timestamp) -> String {
    let local = MOSCOW.to_datetime(at);
    format!("{}:{:02}", local.hour(), local.minute())
}

/// How one says the day of a visit today: «сегодня», «завтра», «в субботу, 14 ноября».
pub(super) fn day(of: Date, today: Date) -> String {
    if of == today {
        return "сегодня".to_owned();
    }
    if of == plus_days(today, 1) {
        return "завтра".to_owned();
    }
    let weekday = WEEKDAYS[weekday(of)];
    format!("{weekday}, {} {}", of.day(), MONTHS[of.month() as usize - 1])
}

/// Monday is 0.
fn weekday(date: Date) -> usize {
    date.weekday().to_monday_zero_offset() as usize
}

/// Whether nobody works.
pub(super) fn is_closed(kind: Kind, date: Date) -> bool {
    kind == Kind::Clinic && date.weekday() == Weekday::Sunday
}

/// The moments at which the dialogues of a day begin, in order.
pub(super) fn beginnings(kind: Kind, date: Date, dice: &mut Dice) -> Vec<Timestamp> {
    let (hours, week, usual) = match kind {
        Kind::Salon => (&SALON_HOURS, &SALON_WEEK, 32.0),
        Kind::Clinic => (&CLINIC_HOURS, &CLINIC_WEEK, 17.6),
    };
    let count = (usual * week[weekday(date)] * (1.0 + 0.07 * dice.normal())).round() as usize;
    let curve: Vec<(i8, f64)> = (0..24).zip(hours.iter().copied()).collect();
    let midnight = at(date, 0, 0);
    let mut moments: Vec<Timestamp> = (0..count)
        .map(|_| i64::from(dice.weighted(&curve)) * 3_600_000 + dice.between(0, 3_599_999))
        .map(|ms| midnight + SignedDuration::from_millis(ms))
        .collect();
    moments.sort_unstable();
    moments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_said_as_people_say_them() {
        let today = Date::constant(2025, 11, 11);
        assert_eq!(day(today, today), "сегодня");
        assert_eq!(day(Date::constant(2025, 11, 12), today), "завтра");
        assert_eq!(day(Date::constant(2025, 11, 15), today), "в субботу, 15 ноября");
        assert_eq!(written(at(today, 9, 5)), "2025-11-11T09:05:00+03:00");
        assert_eq!(clock(at(today, 9, 5)), "9:05");
        assert_eq!(plus_days(today, -11), Date::constant(2025, 10, 31));
    }
}
