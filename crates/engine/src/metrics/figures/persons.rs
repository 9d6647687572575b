//! How long people take after a hand-over, counted only while they work. The unit is a conversation: its first hand-over, and a person's first
//! word after it. Nobody came is infinitely long, as with the bot; below thirty conversations quantiles say nothing.

use serde::Serialize;
use statistics::FEW;

use super::counts::Waits;
use crate::metrics::rate::Rate;

/// Who comes within a quarter of an hour of working time is in time here. R5 is kinder at night: half an hour after opening.
const ALLOWED_MS: f64 = 15.0 * 60_000.0;

/// Of a set of conversations; milliseconds of working hours.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonAnswers {
    /// Conversations that were handed over, and whose person came or is overdue.
    pub n: u64,
    /// Of them nobody came.
    pub unanswered: u64,
    /// Half waited no longer.
    pub p50_ms: Option<f64>,
    /// Nine of ten.
    pub p90_ms: Option<f64>,
    /// Nineteen of twenty.
    pub p95_ms: Option<f64>,
    /// Within a quarter of an hour, of all.
    pub within_15min: Rate,
    /// Fewer than thirty: quantiles of so few mean nothing.
    pub is_few: bool,
}

/// Times while they are gathered.
#[derive(Default)]
pub(super) struct PersonTimes(Waits);

impl PersonTimes {
    pub(super) fn add(&mut self, ms: Option<u32>) {
        ms.into_iter().for_each(|ms| self.0.add(ms));
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }

    pub(super) fn finish(self) -> PersonAnswers {
        let waits = self.0.sorted();
        PersonAnswers {
            n: waits.n(),
            unanswered: waits.unanswered(),
            p50_ms: waits.quantile_ms(0.5),
            p90_ms: waits.quantile_ms(0.9),
            p95_ms: waits.quantile_ms(0.95),
            within_15min: waits.within(ALLOWED_MS),
            is_few: waits.n() < FEW,
        }
    }
}
