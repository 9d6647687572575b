//! Two bounds. All intervals here are two-sided at 95 per cent, unless a name says otherwise: one level in the house, so that pages can be compared.

use serde::Serialize;

/// The normal quantile of 95 per cent, both sides.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Between which numbers the true one lies, 95 times of 100.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Not below this.
    pub low: f64,
    /// Not above this.
    pub high: f64,
}

impl Interval {
    /// Half its width: the «± so much» of a page.
    #[must_use]
    pub fn half_width(self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// Whether the number lies within.
    #[must_use]
    pub fn contains(self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }

    pub(crate) fn around(middle: f64, half: f64) -> Self {
        Self { low: middle - half, high: middle + half }
    }

    /// What of it can be at all.
    pub(crate) fn within(self, low: f64, high: f64) -> Self {
        Self { low: self.low.clamp(low, high), high: self.high.clamp(low, high) }
    }
}
