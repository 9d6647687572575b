//! An experiment that is looked at while it runs: p-values and intervals that stay true however often one looks.
//!
//! With a fixed-size test, looking after every client finds a "winner" between equal arms in four runs of ten. The mixture sequential
//! probability ratio test (Robbins 1970; Johari, Pekelis, Walsh 2015) weighs the difference against all effects of the size one cares
//! about, τ: Λ = √(V/(V+τ²)) · exp(τ²d² / (2V(V+τ²))) with V = p₁q₁/n₁ + p₂q₂/n₂. Under no difference Λ ever exceeds 1/α
//! with a chance of at most α; so 1/Λ, or the smallest of it so far, is a p-value at any time.

use serde::Serialize;

use crate::difference::Difference;
use crate::interval::Interval;
use crate::proportion::Rate;

/// V is itself estimated: with fewer in an arm than this it is not worth a look.
pub const FIRST_LOOK: u64 = 20;
/// How often a difference is found where there is none.
pub const ALPHA: f64 = 0.05;

/// The test as it stands: the size of effect one cares about, and the smallest p so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sequential {
    tau: f64,
    p: f64,
}

/// What one look shows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Look {
    /// Λ of this look; at most the largest number there is.
    pub likelihood_ratio: f64,
    /// Always valid: the smallest 1/Λ of all looks so far.
    pub p: f64,
    /// The second less the first, with d ± √(V(V+τ²)/τ² · (ln((V+τ²)/V) + 2 ln(1/α))), which holds at all looks together.
    pub difference: Difference,
}

impl Look {
    /// One may stop: the arms differ.
    #[must_use]
    pub fn is_decided(self) -> bool {
        self.p <= ALPHA
    }
}

impl Sequential {
    /// `tau` is about the effect one cares about as a share: 0.03 to 0.05 for conversions. It must stay what it was when the experiment began.
    #[must_use]
    pub fn new(tau: f64) -> Option<Self> {
        Self::resumed(tau, 1.0)
    }

    /// Goes on from the p of the last look.
    #[must_use]
    pub fn resumed(tau: f64, p: f64) -> Option<Self> {
        (tau > 0.0 && tau.is_finite() && (0.0..=1.0).contains(&p)).then_some(Self { tau, p })
    }

    /// Looks at the arms as they are now. None where there is too little, or everybody in both arms did the same.
    #[must_use]
    pub fn look(&mut self, first: Rate, second: Rate) -> Option<Look> {
        let (p1, p2) = first.share().zip(second.share())?;
        let v = p1 * (1.0 - p1) / first.n as f64 + p2 * (1.0 - p2) / second.n as f64;
        if first.n < FIRST_LOOK || second.n < FIRST_LOOK || v <= 0.0 {
            return None;
        }
        let (d, square) = (p2 - p1, self.tau * self.tau);
        let log_ratio = 0.5 * (v / (v + square)).ln() + square * d * d / (2.0 * v * (v + square));
        self.p = self.p.min((-log_ratio).exp());
        let half = (v * (v + square) / square * (((v + square) / v).ln() - 2.0 * ALPHA.ln())).sqrt();
        let interval = Interval::around(d, half).within(-1.0, 1.0);
        Some(Look { likelihood_ratio: log_ratio.exp().min(f64::MAX), p: self.p, difference: Difference { value: d, interval } })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::digits;

    fn rate(part: u64, n: u64) -> Rate {
        Rate { part, n }
    }

    #[test]
    fn four_looks_as_worked_by_hand() {
        let mut test = Sequential::new(0.03).unwrap();
        for (first, second, ratio, p) in [
            (rate(24, 200), rate(33, 200), "1.07996", "0.92596"),
            (rate(60, 500), rate(80, 500), "1.74880", "0.57182"),
            (rate(120, 1000), rate(151, 1000), "2.32090", "0.43087"),
            (rate(240, 2000), rate(302, 2000), "12.88745", "0.07759"),
        ] {
            let look = test.look(first, second).unwrap();
            assert_eq!([digits(look.likelihood_ratio, 5), digits(look.p, 5)], [ratio, p]);
            assert!(!look.is_decided());
            if first.n == 1000 {
                assert_eq!([digits(look.difference.value, 3), digits(look.difference.interval.half_width(), 6)], ["0.031", "0.047220"]);
            }
        }
    }

    #[test]
    fn p_never_rises_and_a_test_goes_on_where_it_was() {
        let mut test = Sequential::new(0.03).unwrap();
        let low = test.look(rate(240, 2000), rate(302, 2000)).unwrap();
        let calm = test.look(rate(300, 2500), rate(302, 2500)).unwrap();
        assert!(calm.likelihood_ratio < low.likelihood_ratio && calm.p == low.p);
        let mut resumed = Sequential::resumed(0.03, low.p).unwrap();
        assert_eq!(resumed.look(rate(300, 2500), rate(302, 2500)), Some(calm));
        let sure = test.look(rate(100_000, 2_000_000), rate(1_900_000, 2_000_000)).unwrap();
        assert!(sure.is_decided() && sure.p == 0.0 && sure.likelihood_ratio.is_finite());
    }

    #[test]
    fn too_little_is_no_look() {
        for tau in [0.0, -0.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Sequential::new(tau), None);
        }
        assert_eq!((Sequential::resumed(0.03, f64::NAN), Sequential::resumed(0.03, 1.5)), (None, None));
        let mut test = Sequential::new(0.03).unwrap();
        for (first, second) in
            [(rate(0, 0), rate(5, 50)), (rate(5, 19), rate(5, 50)), (rate(60, 50), rate(5, 50)), (rate(0, 50), rate(0, 50))]
        {
            assert_eq!(test.look(first, second), None);
        }
    }
}
