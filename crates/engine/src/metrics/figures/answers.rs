//! How long clients waited for an answer: exact for what fits, and unanswered ones as infinitely long.
//!
//! Quantiles are of all bursts of the period, answered or not (linear, type 7): one that falls among the unanswered has no number. The share
//! within three seconds is the customer's own promise.

use super::counts::Waits;
use super::persons::{PersonAnswers, PersonTimes};
use serde::Serialize;

use crate::metrics::rate::Rate;
use crate::metrics::sheets::Line;

/// What the customer promises.
pub(super) const PROMISED_MS: f64 = 3_000.0;

/// Waiting times of a set of conversations; moments in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answers {
    /// Bursts of clients that waited for the bot.
    pub n: u64,
    /// Of them never answered.
    pub unanswered: u64,
    /// Half waited no longer.
    pub p50_ms: Option<f64>,
    /// Nine of ten.
    pub p90_ms: Option<f64>,
    /// Nineteen of twenty.
    pub p95_ms: Option<f64>,
    /// Ninety-nine of a hundred.
    pub p99_ms: Option<f64>,
    /// Of those that were answered.
    pub mean_ms: Option<f64>,
    /// Answered within three seconds, of all.
    pub within_3s: Rate,
    /// Half of the conversations had a first answer by anyone within this.
    pub first_p50_ms: Option<f64>,
    /// How long people took after a hand-over.
    pub person: PersonAnswers,
}

/// Times while they are gathered.
#[derive(Default)]
pub(super) struct Times {
    answers: Waits,
    first: Waits,
    person: PersonTimes,
}

impl Times {
    pub(super) fn add(&mut self, line: &Line<'_>) {
        line.waits().iter().for_each(|ms| self.answers.add(*ms));
        line.first_answer_ms().into_iter().for_each(|ms| self.first.add(ms));
        self.person.add(line.person_answer_ms());
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.answers.merge(&other.answers);
        self.first.merge(&other.first);
        self.person.merge(&other.person);
    }

    pub(super) fn finish(self) -> Answers {
        let waits = self.answers.sorted();
        Answers {
            n: waits.n(),
            unanswered: waits.unanswered(),
            p50_ms: waits.quantile_ms(0.5),
            p90_ms: waits.quantile_ms(0.9),
            p95_ms: waits.quantile_ms(0.95),
            p99_ms: waits.quantile_ms(0.99),
            mean_ms: waits.mean_ms(),
            within_3s: waits.within(PROMISED_MS),
            person: self.person.finish(),
            first_p50_ms: self.first.sorted().quantile_ms(0.5),
        }
    }
}
