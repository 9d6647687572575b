//! What people reviewed, and what follows for all that nobody looked at.
//!
//! The design: messages with low confidence are all looked at, of the rest only those in some sessions drawn by chance. The plain share of
//! wrong ones among the reviewed says nothing, because the doubtful are over-represented; every reviewed message counts for 1/π of its kind
//! (Horvitz, Thompson 1952), where π is its chance to be drawn. Reviews that a complaint led to have no π and stay out.
//!
//! * `draw` – which sessions, so that anybody can draw them again · `messages` – drawn one by one · `sessions` – drawn as whole sessions, over
//!   months · `ratio` – false and missed intents · `agreement` – whether two reviewers mean the same
//!
//! Nowhere does "no error found" become "no errors": what was only sampled always has an upper bound.

pub mod agreement;
pub mod draw;
pub mod messages;
pub mod ratio;
pub mod sessions;

use serde::Serialize;

use crate::interval::{Interval, Z95};
use crate::proportion::{Rate, wilson};

/// What a sample says of all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The share in all, reviewed or not.
    pub share: f64,
    /// Its standard error; none where too little was drawn to know one.
    pub se: Option<f64>,
    /// The interval to show; none where too little was drawn to know one.
    pub interval: Option<Interval>,
}

impl Estimate {
    /// share ± z·SE, for comparison with textbooks: too narrow where few errors were found, and of no width where none was.
    #[must_use]
    pub fn normal(self) -> Option<Interval> {
        self.se.map(|se| Interval::around(self.share, Z95 * se).within(0.0, 1.0))
    }
}

/// Messages of one kind, how many of them were reviewed, how many of those are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Part {
    /// All there are.
    pub total: u64,
    /// Those reviewed: all of them, or a random sample.
    pub reviewed: u64,
    /// The wrong ones among the reviewed.
    pub wrong: u64,
}

impl Part {
    /// The reviewed as a rate. Of a sample only: the doubtful are not all.
    #[must_use]
    pub fn rate(self) -> Rate {
        Rate { part: self.wrong, n: self.reviewed }
    }

    /// Everything was looked at, so nothing is left to chance.
    #[must_use]
    pub fn is_census(self) -> bool {
        self.reviewed == self.total
    }

    /// Wilson's interval as if the sample had n(N−1)/(N−n) messages: what was reviewed of a finite number is known for certain.
    #[must_use]
    pub fn wilson(self) -> Option<Interval> {
        let share = self.rate().share()?;
        if self.is_census() {
            return Some(Interval::around(share, 0.0));
        }
        wilson(share, effective(self.reviewed, self.total)?)
    }

    /// (1−f)·p(1−p)/(n−1)
    fn variance(self) -> Option<f64> {
        let share = self.rate().share()?;
        if self.is_census() {
            return Some(0.0);
        }
        let (n, all) = (self.reviewed as f64, self.total as f64);
        (self.reviewed > 1).then(|| (1.0 - n / all) * share * (1.0 - share) / (n - 1.0))
    }

    fn is_possible(self) -> bool {
        self.wrong <= self.reviewed && self.reviewed <= self.total && (self.reviewed > 0 || self.total == 0)
    }
}

/// n(N−1)/(N−n)
fn effective(n: u64, all: u64) -> Option<f64> {
    (n > 0 && n < all).then(|| n as f64 * (all as f64 - 1.0) / (all as f64 - n as f64))
}

/// One estimate with its own bounds, as a share of all.
#[derive(Debug, Clone, Copy)]
struct Piece {
    value: f64,
    bounds: Interval,
}

impl Piece {
    fn of(share: f64, bounds: Interval, weight: f64) -> Self {
        Self { value: share * weight, bounds: Interval { low: bounds.low * weight, high: bounds.high * weight } }
    }
}

/// The bounds of a sum of independent estimates from their own: Σv − √Σ(v−l)² and Σv + √Σ(u−v)² (Zou, Donner 2008). With one piece left to
/// chance it is that piece's interval, shifted.
fn together(pieces: &[Piece]) -> Interval {
    let value: f64 = pieces.iter().map(|piece| piece.value).sum();
    let root = |distance: fn(&Piece) -> f64| pieces.iter().map(|piece| distance(piece).powi(2)).sum::<f64>().sqrt();
    let low = value - root(|piece| piece.value - piece.bounds.low);
    Interval { low, high: value + root(|piece| piece.bounds.high - piece.value) }.within(0.0, 1.0)
}
