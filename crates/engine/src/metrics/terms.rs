//! What a business has settled about its numbers, as it is decided and stored: the part `numbers` of what is known.
//!
//! Whatever is not settled has the default that the definitions name. It is people's word, so it is checked before it is decided.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::judge::Terms;
use crate::event::BusinessId;
use crate::event::when::DAY_US;
use crate::journal::known::{self, NUMBERS};

/// The settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settled {
    /// W: a booking so many days after a conversation began still counts for it.
    pub window_days: u32,
    /// When people begin to work, in minutes after midnight.
    pub opens_min: u32,
    /// When they stop.
    pub closes_min: u32,
    /// An average visit in minor units of the currency; none: as it was paid in the last 90 days.
    pub ticket_minor: Option<i64>,
    /// What the assistant saves a person, in minutes: for an answer.
    pub answer_min: f64,
    /// For a booking.
    pub booking_min: f64,
    /// For a reminder.
    pub reminder_min: f64,
    /// What people did without it, in minutes a month; none: nobody measured.
    pub baseline_min: Option<f64>,
    /// What looking at one of its answers takes.
    pub review_min: f64,
    /// What a conversation takes that a person had to take over.
    pub rework_min: f64,
    /// In which currency the money here is.
    pub currency: String,
    /// What a reminder costs, in minor units (an SMS); none: nobody said.
    pub reminder_minor: Option<i64>,
    /// What the assistant costs a month beside calls of models: the bot, the server, storage; none: nobody said.
    pub month_minor: Option<i64>,
    /// The first day of the weeks before the assistant, against which growth is measured; none: the weeks before the period.
    pub before_from: Option<Date>,
    /// Their last day.
    pub before_to: Option<Date>,
}

impl Default for Settled {
    fn default() -> Self {
        Self {
            window_days: 7,
            opens_min: 10 * 60,
            closes_min: 21 * 60,
            ticket_minor: None,
            answer_min: 1.5,
            booking_min: 4.0,
            reminder_min: 2.0,
            baseline_min: None,
            review_min: 1.0,
            rework_min: 3.0,
            currency: "RUB".into(),
            reminder_minor: None,
            month_minor: None,
            before_from: None,
            before_to: None,
        }
    }
}

impl Settled {
    /// What the business settled last; the defaults where nothing, or what a later version wrote.
    ///
    /// # Errors
    /// When the database says no.
    pub fn of(conn: &Connection, business: BusinessId) -> rusqlite::Result<Self> {
        let known = known::of(conn, business)?.into_iter().find(|(what, _)| what == NUMBERS);
        Ok(known.and_then(|(_, value)| serde_json::from_str(&value).ok()).unwrap_or_default())
    }

    /// What is wrong with it, in words.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let known = [self.answer_min, self.booking_min, self.reminder_min, self.review_min, self.rework_min];
        let mut minutes = known.into_iter().chain(self.baseline_min);
        let costs = [self.reminder_minor, self.month_minor];
        let letters = self.currency.len() == 3 && self.currency.bytes().all(|byte| byte.is_ascii_uppercase());
        let weeks = match (self.before_from, self.before_to) {
            (None, None) => true,
            (Some(from), Some(to)) => from.until(to).is_ok_and(|span| span.get_days() >= 6),
            _ => false,
        };
        match () {
            () if !(1..=90).contains(&self.window_days) => Some("the window is 1 to 90 days"),
            () if self.opens_min >= self.closes_min || self.closes_min > 24 * 60 => {
                Some("the working hours end after they begin, by midnight")
            }
            () if self.ticket_minor.is_some_and(|minor| minor <= 0) => Some("an average visit costs something"),
            () if minutes.any(|minutes| !minutes.is_finite() || minutes < 0.0) => Some("minutes are not negative"),
            () if costs.into_iter().flatten().any(|minor| minor < 0) => Some("a cost is not negative"),
            () if !letters => Some("name the currency by its three letters, like RUB"),
            () if !weeks => Some("the time before has a first and a last day, at least a week apart"),
            () => None,
        }
    }

    /// As the definitions take it.
    #[must_use]
    pub fn terms(&self, zone: TimeZone) -> Terms {
        Terms {
            window_us: i64::from(self.window_days) * DAY_US,
            zone,
            opens_min: i64::from(self.opens_min),
            closes_min: i64::from(self.closes_min),
            trials: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nonsense_is_refused_and_what_is_left_out_is_the_default() {
        let read = |text: &str| serde_json::from_str::<Settled>(text).unwrap();
        assert_eq!(read(r#"{"window_days":14}"#), Settled { window_days: 14, ..Settled::default() });
        for wrong in [
            r#"{"window_days":0}"#,
            r#"{"opens_min":1300}"#,
            r#"{"ticket_minor":-5}"#,
            r#"{"answer_min":-1}"#,
            r#"{"rework_min":-1}"#,
            r#"{"currency":"рубли"}"#,
            r#"{"month_minor":-1}"#,
            r#"{"before_from":"2025-01-06"}"#,
            r#"{"before_from":"2025-01-06","before_to":"2025-01-10"}"#,
        ] {
            assert!(read(wrong).fault().is_some(), "{wrong}");
        }
        assert_eq!(Settled::default().fault(), None);
        assert!(serde_json::from_str::<Settled>(r#"{"windowdays":1}"#).is_err());
    }
}
