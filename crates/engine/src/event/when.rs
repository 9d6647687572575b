//! A moment with the offset it was written in: `2025-01-01T12:34:56+03:00`.
//!
//! RFC 3339 with an offset or `Z`; a local time without one is ambiguous and is refused for an event. Microseconds since 1970 order events;
//! the offset is kept because it is what the sender's clock showed. No clock is read here.

use std::fmt;

/// A second in microseconds, as all moments and lengths of time are counted.
pub const SECOND_US: i64 = 1_000_000;
/// A minute.
pub const MINUTE_US: i64 = 60 * SECOND_US;
/// An hour.
pub const HOUR_US: i64 = 60 * MINUTE_US;
/// Twenty-four hours.
pub const DAY_US: i64 = 24 * HOUR_US;

/// A moment, and the offset of the clock that told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct When {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub utc_us: i64,
    /// Minutes east of UTC.
    pub offset_min: i16,
}

impl When {
    /// A moment on a clock at UTC.
    #[must_use]
    pub fn utc(utc_us: i64) -> Self {
        Self { utc_us, offset_min: 0 }
    }

    /// Reads RFC 3339 with an offset or `Z`, years 2000 to 2100. Finer than a microsecond is cut off.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut read = Cursor(text.as_bytes());
        let local_us = read.date_time(true)?;
        let offset_min = read.offset()?;
        read.0.is_empty().then(|| Self::at(local_us, offset_min))
    }

    /// Like [`When::parse`]; a time without an offset (`2025-01-02T15:00`, seconds optional) is taken on a clock at `offset_min`.
    #[must_use]
    pub fn parse_near(text: &str, offset_min: i16) -> Option<Self> {
        let mut read = Cursor(text.as_bytes());
        let local_us = read.date_time(false)?;
        let offset_min = if read.0.is_empty() { offset_min } else { read.offset()? };
        read.0.is_empty().then(|| Self::at(local_us, offset_min))
    }

    fn at(local_us: i64, offset_min: i16) -> Self {
        Self { utc_us: local_us - i64::from(offset_min) * MINUTE_US, offset_min }
    }

    /// What the sender's clock showed, as microseconds since its own 1970-01-01T00:00:00.
    #[must_use]
    pub fn local_us(self) -> i64 {
        self.utc_us + i64::from(self.offset_min) * MINUTE_US
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local_us();
        let (year, month, day) = civil(local.div_euclid(DAY_US));
        let in_day = local.rem_euclid(DAY_US);
        let (seconds, us) = (in_day / SECOND_US, in_day % SECOND_US);
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        match us {
            0 => {}
            _ if us % 1000 == 0 => write!(f, ".{:03}", us / 1000)?,
            _ => write!(f, ".{us:06}")?,
        }
        if self.offset_min == 0 {
            return f.write_str("Z");
        }
        let sign = if self.offset_min < 0 { '-' } else { '+' };
        let minutes = self.offset_min.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// What is left to read.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        head.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
    }

    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        wanted.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// Date and time of day, as microseconds since 1970 on that clock.
    fn date_time(&mut self, seconds_required: bool) -> Option<i64> {
        let year = self.digits(4)?;
        self.one_of(b"-")?;
        let month = self.digits(2)?;
        self.one_of(b"-")?;
        let day = self.digits(2)?;
        self.one_of(b"Tt ")?;
        let hour = self.digits(2)?;
        self.one_of(b":")?;
        let minute = self.digits(2)?;
        let (mut second, mut us) = (0, 0);
        if self.one_of(b":").is_some() {
            second = self.digits(2)?;
            us = self.fraction()?;
        } else if seconds_required {
            return None;
        }
        let sound = (2000..=2100).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second <= 60; // RFC 3339 knows the leap second; it becomes the first moment of the next minute
        sound.then(|| days_from_civil(year, month, day) * DAY_US + (hour * 3600 + minute * 60 + second) * SECOND_US + us)
    }

    /// `.123456789` as microseconds; nothing is 0.
    fn fraction(&mut self) -> Option<i64> {
        if self.one_of(b".").is_none() {
            return Some(0);
        }
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let used = count.min(6);
        let value = self.digits(used).filter(|_| count > 0)?;
        self.digits_skipped(count - used);
        Some(value * 10_i64.pow(6 - used as u32))
    }

    fn digits_skipped(&mut self, count: usize) {
        self.0 = self.0.get(count..).unwrap_or_default();
    }

    fn offset(&mut self) -> Option<i16> {
        let sign = self.one_of(b"Zz+-")?;
        if matches!(sign, b'Z' | b'z') {
            return Some(0);
        }
        let hours = self.digits(2)?;
        self.one_of(b":")?;
        let minutes = self.digits(2)?;
        let sound = hours < 24 && minutes < 60;
        let total = i16::try_from(hours * 60 + minutes).ok().filter(|_| sound)?;
        Some(if sign == b'-' { -total } else { total })
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date of the Gregorian calendar. Years are counted from March, so that the leap day comes last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = if month <= 2 { month + 9 } else { month - 3 };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719 468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leaps + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// The date that lies `days` after 1970-01-01; the inverse of [`days_from_civil`].
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    // 146 097 days make 400 years. The year is guessed a little too high and stepped back to the one that holds the day.
    let mut year = (days * 400).div_euclid(146_097) + 1;
    let start = |year: i64| year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    while start(year) > days {
        year -= 1;
    }
    let in_year = days - start(year);
    let month = (5 * in_year + 2) / 153;
    let day = in_year - (153 * month + 2) / 5 + 1;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moment_keeps_its_offset() {
        let when = When::parse("2025-01-01T12:34:56+03:00").unwrap();
        assert_eq!((when.utc_us, when.offset_min), (1_735_724_096_000_000, 180));
        assert_eq!(when.to_string(), "2025-01-01T12:34:56+03:00");
        for (text, shown) in [
            ("2025-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
            ("2025-01-01t00:00:00.5z", "2025-01-01T00:00:00.500Z"),
            ("2024-02-29 23:59:59.123456789-11:30", "2024-02-29T23:59:59.123456-11:30"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("2025-06-01T10:00:00-00:00", "2025-06-01T10:00:00Z"),
        ] {
            assert_eq!(When::parse(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_not_a_moment_with_an_offset_is_refused() {
        for text in [
            "",
            "2025-01-01",
            "2025-01-01T12:34:56",
            "2025-01-01T12:34+03:00",
            "2025-01-01T12:34:56+0300",
            "2025-01-01T12:34:56+03",
            "2025-02-29T00:00:00Z",
            "2025-13-01T00:00:00Z",
            "2025-01-32T00:00:00Z",
            "2025-01-01T24:00:00Z",
            "2025-01-01T12:60:00Z",
            "2025-01-01T12:34:61Z",
            "1999-12-31T23:59:59Z",
            "2101-01-01T00:00:00Z",
            "2025-01-01T12:34:56.Z",
            "2025-01-01T12:34:56Z ",
            "2025-01-01T12:34:56+24:00",
            "1735723996",
            "01.01.2025 12:34",
            "+2025-01-01T00:00:00Z",
            "2025-01-01T12:34:56+03:00[Europe/Moscow]",
            "２０２５-01-01T00:00:00Z",
        ] {
            assert_eq!(When::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_local_time_is_on_the_clock_that_is_given() {
        let given = When::parse("2025-01-02T15:00:00+03:00");
        assert_eq!(When::parse_near("2025-01-02T15:00", 180), given);
        assert_eq!(When::parse_near("2025-01-02 15:00:00", 180), given);
        assert_eq!(When::parse_near("2025-01-02T15:00:00+03:00", -60), given);
        assert_eq!(When::parse_near("2025-01-02", 180), None);
        assert_eq!(When::parse_near("15:00", 180), None);
    }

    proptest! {
        #[test]
        fn another_calendar_agrees(seconds in 946_684_800_i64..4_133_980_800, us in 0_i64..1_000_000, offset in -719_i16..720) {
            let when = When { utc_us: seconds * 1_000_000 + us, offset_min: offset };
            let text = when.to_string();
            let theirs: jiff::Timestamp = text.parse().unwrap();
            prop_assert_eq!(theirs.as_microsecond(), when.utc_us);
            if (2000..=2100).contains(&text[..4].parse::<i32>().unwrap()) {
                prop_assert_eq!(When::parse(&text), Some(when));
            }
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC*|[-0-9TZ:+. ]{0,40}") {
            let _ = When::parse(&text);
            let _ = When::parse_near(&text, 180);
        }
    }
}
