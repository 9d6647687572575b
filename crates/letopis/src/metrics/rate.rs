//! A share with what makes it honest: of how many, and between which bounds the true one lies.
//!
//! The interval is Wilson's at 95 per cent: it holds for small counts and for shares near zero, where the textbook's one does not. Below
//! thirty there is too little to call it a share at all.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// Fewer than these are "little data".
pub const FEW: u64 = 30;
/// The normal quantile of 95 per cent, both sides.
const Z: f64 = 1.959_963_984_540_054;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rate {
    /// Those that are meant.
    pub part: u64,
    /// Of all these.
    pub n: u64,
}

impl Rate {
    /// As a share; none where there is nothing to divide by.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.n > 0).then(|| self.part.min(self.n) as f64 / self.n as f64)
    }

    /// Between which shares the true one lies, 95 times of 100.
    #[must_use]
    pub fn interval(self) -> Option<(f64, f64)> {
        let (share, n) = (self.share()?, self.n as f64);
        let square = Z * Z / n;
        let middle = (share + square / 2.0) / (1.0 + square);
        let half = Z * (share * (1.0 - share) / n + square / (4.0 * n)).sqrt() / (1.0 + square);
        Some(((middle - half).max(0.0), (middle + half).min(1.0)))
    }

    /// Too little to say a share.
    #[must_use]
    pub fn is_few(self) -> bool {
        self.n < FEW
    }
}

/// With all that makes it honest: `{"part":4,"n":7,"share":0.57,"low":0.25,"high":0.84,"is_few":true}`.
impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (low, high) = self.interval().unzip();
        let mut fields = to.serialize_struct("Rate", 6)?;
        fields.serialize_field("part", &self.part)?;
        fields.serialize_field("n", &self.n)?;
        fields.serialize_field("share", &self.share())?;
        fields.serialize_field("low", &low)?;
        fields.serialize_field("high", &high)?;
        fields.serialize_field("is_few", &self.is_few())?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_interval_is_wilsons() {
        // Worked by hand: 10 of 100 → (0.1 + 0.019207) / 1.038415 ± 0.059752.
        let (low, high) = Rate { part: 10, n: 100 }.interval().unwrap();
        assert!((low - 0.055_229).abs() < 1e-5 && (high - 0.174_367).abs() < 1e-5, "{low} {high}");
        let (low, high) = Rate { part: 0, n: 50 }.interval().unwrap();
        assert!(low < 1e-12 && (high - 0.071_348).abs() < 1e-5, "{low} {high}");
        assert_eq!((Rate { part: 0, n: 0 }.share(), Rate { part: 0, n: 0 }.interval()), (None, None));
        assert!(Rate { part: 3, n: 29 }.is_few() && !Rate { part: 3, n: 30 }.is_few());
    }
}
