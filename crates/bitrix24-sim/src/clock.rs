//! What time it is in the portal. Real by default; it can be set forward, so that a test of limits, expiry or delays does not wait for them.
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::php::Value;

const MICROS_A_SECOND: i64 = 1_000_000;

/// A moment, in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(pub i64);

/// A clock that all its clones share.
#[derive(Debug, Clone)]
pub struct Clock {
    real: bool,
    offset_us: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's time.
    pub fn real() -> Clock {
        Clock { real: true, offset_us: Arc::default() }
    }

    /// A clock that stands at a second since 1970 and moves only when it is told to.
    pub fn standing_at(second: i64) -> Clock {
        Clock { real: false, offset_us: Arc::new(AtomicI64::new(second * MICROS_A_SECOND)) }
    }

    /// Now.
    pub fn now(&self) -> Moment {
        let offset = self.offset_us.load(Ordering::Relaxed);
        let real = if self.real { SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros() } else { 0 };
        Moment(offset + i64::try_from(real).unwrap_or(i64::MAX))
    }

    /// Sets the clock forward.
    pub fn advance(&self, by: Duration) {
        self.offset_us.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::Relaxed);
    }
}

impl Moment {
    /// Whole seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS_A_SECOND)
    }

    /// Seconds with their fraction, as in `time.start`.
    #[allow(clippy::cast_precision_loss)]
    pub fn float(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Some seconds later (or earlier).
    pub fn plus_s(self, seconds: i64) -> Moment {
        Moment(self.0.saturating_add(seconds.saturating_mul(MICROS_A_SECOND)))
    }

    /// `2026-11-23T05:00:00+03:00`, in the portal's zone.
    pub fn iso(self, zone: &TimeZone) -> String {
        let at = Timestamp::from_second(self.seconds()).unwrap_or(Timestamp::UNIX_EPOCH);
        let offset = zone.to_offset(at);
        let civil = offset.to_datetime(at);
        let seconds = offset.seconds();
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.abs() / 60;
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
            civil.year(),
            civil.month(),
            civil.day(),
            civil.hour(),
            civil.minute(),
            civil.second(),
            minutes / 60,
            minutes % 60
        )
    }

    /// Reads what callers write: ISO 8601 with or without an offset, a bare date, `23.11.2026 05:00:00`; without an offset it is the portal's time.
    pub fn read(text: &str, zone: &TimeZone) -> Option<Moment> {
        let text = text.trim();
        if let Ok(at) = text.parse::<Timestamp>() {
            return Some(Moment(at.as_microsecond()));
        }
        let civil = text.parse::<jiff::civil::DateTime>().ok().or_else(|| {
            let (date, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
            let mut parts = date.split('.');
            let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
            let time = if time.len() == 5 { format!("{time}:00") } else { time.to_string() };
            format!("{year}-{month:0>2}-{day:0>2}T{time}").parse().ok()
        })?;
        Some(Moment(zone.to_ambiguous_zoned(civil).compatible().ok()?.timestamp().as_microsecond()))
    }
}

/// A date without time is stored as text and shown as midnight in UTC told in the portal's zone (`2024-08-30T03:00:00+03:00`): so the documentation's
/// own examples of `BEGINDATE` and `BIRTHDATE`.
pub(crate) fn show_date(date: &str, zone: &TimeZone) -> String {
    Moment::read(&format!("{date}T00:00:00Z"), zone).map_or_else(|| date.to_string(), |at| at.iso(zone))
}

/// `2026-11-23` out of whatever was given as a date; empty if it is none.
pub(crate) fn read_date(value: &Value, zone: &TimeZone) -> String {
    let text = value.text();
    let plain = text.get(..10).filter(|date| date.parse::<jiff::civil::Date>().is_ok());
    plain.map(str::to_string).or_else(|| Moment::read(&text, zone).map(|at| at.iso(zone)[..10].to_string())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_the_portals() {
        let zone = TimeZone::get("Europe/Moscow").unwrap();
        let at = Moment::read("2026-11-23T02:00:00Z", &zone).unwrap();
        assert_eq!(at.iso(&zone), "2026-11-23T05:00:00+03:00");
        for same in ["2026-11-23T05:00:00", "2026-11-23 05:00:00", "23.11.2026 05:00:00", "23.11.2026 05:00", "2026-11-22T20:00:00-06:00"] {
            assert_eq!(Moment::read(same, &zone), Some(at), "{same}");
        }
        assert_eq!(Moment::read("завтра", &zone), None);
        assert_eq!(show_date("2024-08-30", &zone), "2024-08-30T03:00:00+03:00");
    }

    #[test]
    fn a_standing_clock_moves_when_told() {
        let clock = Clock::standing_at(100);
        clock.clone().advance(Duration::from_millis(1500));
        assert_eq!(clock.now(), Moment(101_500_000));
    }
}
