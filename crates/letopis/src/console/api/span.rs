//! The period that a question is about, as its parameters `from` and `to` say, and as its answer repeats.

use jiff::tz::TimeZone;
use rusqlite::Connection;
use serde::Serialize;

use super::asked::Asked;
use super::error::ApiError;
use super::moments::rfc3339;
use crate::access::business;
use crate::console::period::{self, Period};
use crate::event::BusinessId;

const PERIOD: &str = "a moment such as 2025-01-01T12:34:56Z, or a date, which begins at the business's midnight";

/// What is answered, and about when.
#[derive(Serialize)]
pub(super) struct Answer<T> {
    from: String,
    to: String,
    #[serde(flatten)]
    body: T,
}

/// What was asked of time, before the database is.
pub(super) struct Span {
    from: Option<String>,
    to: Option<String>,
}

impl Span {
    pub(super) fn take(asked: &mut Asked) -> Self {
        Self { from: asked.text("from"), to: asked.text("to") }
    }

    pub(super) fn period(self, conn: &Connection, business: BusinessId, now_us: i64) -> Result<(Period, TimeZone), ApiError> {
        let zone = business::by_id(conn, business)?.and_then(|found| TimeZone::get(&found.timezone).ok()).unwrap_or(TimeZone::UTC);
        let moment = |text: Option<String>, name| {
            text.map(|text| period::moment(&text, &zone).ok_or(ApiError::Parameter { name, rule: PERIOD })).transpose()
        };
        Ok((Period::given(moment(self.from, "from")?, moment(self.to, "to")?, &zone, now_us), zone))
    }
}

impl Period {
    pub(super) fn answer<T>(self, body: T) -> Answer<T> {
        Answer { from: rfc3339(self.from_us), to: rfc3339(self.to_us), body }
    }
}
