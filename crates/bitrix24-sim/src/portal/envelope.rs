//! What is around a result: `total`, `next`, `time` (section 1.4), and what is around a refusal, in the shapes of version 2 and 3 (section 1.5).
use super::Portal;
use crate::clock::Moment;
use crate::error::ApiError;
use crate::limits::Operating;
use crate::methods::Outcome;
use crate::php::{Map, Value};

/// Status and body of a refusal.
pub(super) fn refusal(error: &ApiError, v3: bool) -> (u16, Map) {
    if !v3 {
        return (error.status, error.body());
    }
    let mut inner = Map::new();
    inner.set("code", format!("BITRIX_REST_V3_EXCEPTION_{}", error.code.text().replace('_', "").to_ascii_uppercase() + "EXCEPTION"));
    inner.set("message", error.text.as_str());
    let mut body = Map::new();
    body.set("error", inner);
    (error.status, body)
}

/// The body around a result.
pub(super) fn success(outcome: Outcome, time: Value) -> Map {
    let mut body = Map::new();
    body.set("result", outcome.result);
    if let Some(next) = outcome.next {
        body.set("next", next);
    }
    if let Some(total) = outcome.total {
        body.set("total", total);
    }
    body.set("time", time);
    body
}

impl Portal {
    /// `time`: what a call took. The simulator works in no time; the cost is the configured one.
    pub(super) fn time(&self, started: Moment, seconds: f64, operating: Option<Operating>) -> Value {
        let finish = started.float() + seconds;
        let shown = self.iso(started);
        let mut time = Map::new();
        time.set("start", started.float());
        time.set("finish", finish);
        time.set("duration", seconds);
        time.set("processing", seconds);
        time.set("date_start", shown.as_str());
        time.set("date_finish", shown);
        // An on-premise portal without the limit says nothing of it.
        if let Some(operating) = operating.filter(|_| self.settings.allowed.operating_s.is_some()) {
            time.set("operating_reset_at", operating.reset_at);
            time.set("operating", operating.seconds);
        }
        time.into()
    }
}
