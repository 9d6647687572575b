//! How long clients waited for an answer: exact for what fits, and unanswered ones as infinitely long.
//!
//! Quantiles are of all bursts of the period, answered or not (linear, type 7): one that falls among the unanswered has no number. The share
//! within three seconds is the customer's own promise.

use serde::Serialize;

use crate::metrics::judge::NEVER;
use crate::metrics::rate::Rate;

/// What the customer promises.
const PROMISED_MS: u32 = 3_000;

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
        self.first.extend(first_ms.map(|ms| u32::try_from(ms.max(0)).unwrap_or(NEVER - 1)));
    }

    pub(super) fn finish(mut self) -> Answers {
        self.answers.sort_unstable();
        self.first.sort_unstable();
        let n = self.answers.len() as u64;
        let answered = self.answers.partition_point(|ms| *ms != NEVER);
        let within = self.answers.partition_point(|ms| *ms <= PROMISED_MS) as u64;
        let sum: u64 = self.answers[..answered].iter().map(|ms| u64::from(*ms)).sum();
        Answers {
            n,
            unanswered: n - answered as u64,
            p50_ms: quantile(&self.answers, 0.5),
            p90_ms: quantile(&self.answers, 0.9),
            p95_ms: quantile(&self.answers, 0.95),
            p99_ms: quantile(&self.answers, 0.99),
            mean_ms: (answered > 0).then(|| sum as f64 / answered as f64),
            within_3s: Rate { part: within, n },
            first_p50_ms: quantile(&self.first, 0.5),
        }
    }
}

/// Of sorted times the quantile of type 7; none where there are none, or where it falls among those that never came.
#[must_use]
pub fn quantile(sorted: &[u32], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = q.clamp(0.0, 1.0) * last as f64;
    let (low, share) = (at.floor() as usize, at.fract());
    let (from, to) = (sorted[low], sorted[(low + 1).min(last)]);
    if from == NEVER || share > 0.0 && to == NEVER {
        return None;
    }
    Some(f64::from(from) + share * (f64::from(to) - f64::from(from)))
}
