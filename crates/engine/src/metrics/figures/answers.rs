//! How long clients waited for an answer: exact for what fits, and unanswered ones as infinitely long.
//!
//! Quantiles are of all bursts of the period, answered or not (linear, type 7): one that falls among the unanswered has no number. The share
//! within three seconds is the customer's own promise.

use serde::Serialize;
use statistics::Values;

use crate::metrics::judge::NEVER;
use crate::metrics::rate::Rate;

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
}

/// Times while they are gathered.
#[derive(Default)]
pub(super) struct Times {
    answers: Vec<u32>,
    first: Vec<u32>,
}

impl Times {
    pub(super) fn add(&mut self, answers: &[u8], first_ms: Option<i64>) {
        self.answers.extend(answers.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes)));
        self.first.extend(first_ms.map(|ms| u32::try_from(ms.max(0)).unwrap_or(NEVER)));
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.answers.extend_from_slice(&other.answers);
        self.first.extend_from_slice(&other.first);
    }

    pub(super) fn finish(self) -> Answers {
        let (answers, first) = (values(self.answers), values(self.first));
        let share = |share: f64| answers.as_ref().and_then(|values| values.quantile(share)).filter(|ms| ms.is_finite());
        let n = answers.as_ref().map_or(0, Values::n);
        let answered = answers.as_ref().and_then(Values::ended_mean);
        Answers {
            n,
            unanswered: answers.as_ref().map_or(0, Values::censored),
            p50_ms: share(0.5),
            p90_ms: share(0.9),
            p95_ms: share(0.95),
            p99_ms: share(0.99),
            mean_ms: answered,
            within_3s: answers.as_ref().map_or(Rate { part: 0, n }, |values| values.within(PROMISED_MS)),
            first_p50_ms: first.and_then(|values| values.median()).filter(|ms| ms.is_finite()),
        }
    }
}

/// Sorted as whole numbers, which is faster than as fractions; who was never answered waited for ever.
fn values(mut times: Vec<u32>) -> Option<Values> {
    times.sort_unstable();
    Values::of(times.into_iter().map(|ms| if ms == NEVER { f64::INFINITY } else { f64::from(ms) }))
}
