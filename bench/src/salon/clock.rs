//! The time of the stream: starts where it is told, goes forward by a fixed gap, and is written as RFC 3339 with Moscow's
//! offset. The calendar date is worked out once a day, not once an event.

use std::io::Write as _;

const MOSCOW_S: i64 = 3 * 3600;
const DAY_S: i64 = 86_400;

pub(super) struct Clock {
    /// Local milliseconds since 1970.
    local_ms: i64,
    gap_ms: i64,
    day: i64,
    /// `YYYY-MM-DD` of `day`.
    date: [u8; 10],
}

/// Bytes of a written time: `2025-01-01T12:34:56+03:00`.
pub(super) const TIME_BYTES: usize = 25;

impl Clock {
    pub(super) fn new(start_unix: i64, gap_ms: u32) -> Self {
        let local_s = start_unix + MOSCOW_S;
        let day = local_s.div_euclid(DAY_S);
        Self { local_ms: local_s * 1000, gap_ms: i64::from(gap_ms), day, date: date_of(day) }
    }

    pub(super) fn advance(&mut self) {
        self.local_ms += self.gap_ms;
        let day = self.local_ms.div_euclid(DAY_S * 1000);
        if day != self.day {
            self.day = day;
            self.date = date_of(day);
        }
    }

    /// Writes the time into exactly `TIME_BYTES` bytes.
    pub(super) fn write(&self, out: &mut [u8]) {
        let second = self.local_ms.rem_euclid(DAY_S * 1000) / 1000;
        out[..10].copy_from_slice(&self.date);
        out[10] = b'T';
        put_two(&mut out[11..13], second / 3600);
        out[13] = b':';
        put_two(&mut out[14..16], second / 60 % 60);
        out[16] = b':';
        put_two(&mut out[17..19], second % 60);
        out[19..25].copy_from_slice(b"+03:00");
    }

    /// The start of a booking made now: two days later, at a full hour between 10 and 19.
    pub(super) fn write_visit(&self, number: u64, out: &mut [u8]) {
        self.write(out);
        out[..10].copy_from_slice(&date_of(self.day + 2));
        put_two(&mut out[11..13], 10 + (number % 10) as i64);
        out[13..19].copy_from_slice(b":00:00");
    }
}

fn put_two(out: &mut [u8], value: i64) {
    out[0] = b'0' + (value / 10) as u8;
    out[1] = b'0' + (value % 10) as u8;
}

/// Days since 1970 to a calendar date. Counted in years that begin in March, so that the leap day comes last.
fn date_of(day: i64) -> [u8; 10] {
    // 719,468 days lie between 0000-03-01 and 1970-01-01; 146,097 days make 400 years.
    let since_march_0 = day + 719_468;
    let era = since_march_0.div_euclid(146_097);
    let day_of_era = since_march_0.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months of a year beginning in March repeat in fives of 153 days.
    let march_month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let mut text = [0; 10];
    // A year outside 0..=9999 cannot come from the command line's range; the text would only be cut.
    let _ = write!(&mut text[..], "{year:04}-{month:02}-{day_of_month:02}");
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn written(clock: &Clock) -> String {
        let mut out = [0; TIME_BYTES];
        clock.write(&mut out);
        String::from_utf8(out.to_vec()).unwrap()
    }

    #[test]
    fn known_moments() {
        for (unix, text) in [
            (0, "1970-01-01T03:00:00+03:00"),
            (951_771_599, "2000-02-28T23:59:59+03:00"),
            (951_771_600, "2000-02-29T00:00:00+03:00"),
            (1_735_724_096, "2025-01-01T12:34:56+03:00"),
        ] {
            assert_eq!(written(&Clock::new(unix, 1000)), text);
        }
    }

    #[test]
    fn the_date_changes_at_midnight() {
        let mut clock = Clock::new(951_771_599, 1500);
        clock.advance();
        assert_eq!(written(&clock), "2000-02-29T00:00:00+03:00");
    }
}
