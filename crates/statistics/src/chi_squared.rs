//! Counts against what they should be, by Pearson's χ²: were arms filled as they were meant to be, did the mix of strata change?
//!
//! The first question comes before every experiment's result: where clients were not split as intended ("sample ratio mismatch"), something
//! but chance decides who is in which arm, and no difference means anything.

use serde::Serialize;

use crate::special::distribution::chi_squared_above;

/// Below this a split is not as it was meant. Strict, because it is looked at every day.
pub const MISMATCH: f64 = 0.001;

/// Σ (observed − expected)² / expected.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChiSquared {
    /// The sum.
    pub statistic: f64,
    /// Degrees of freedom.
    pub degrees: u64,
    /// How often chance alone gives as much.
    pub p: f64,
}

impl ChiSquared {
    /// Whether a split can no longer be called chance.
    #[must_use]
    pub fn is_mismatch(self) -> bool {
        self.p < MISMATCH
    }

    pub(crate) fn new(statistic: f64, degrees: u64) -> Self {
        Self { statistic, degrees, p: chi_squared_above(statistic, degrees) }
    }

    fn of(cells: impl Iterator<Item = (f64, f64)>, degrees: u64) -> Option<Self> {
        let statistic: f64 = cells.map(|(observed, expected)| (observed - expected).powi(2) / expected).sum();
        (degrees > 0 && statistic.is_finite()).then(|| Self::new(statistic, degrees))
    }
}

/// Were clients split into arms by these weights (any positive numbers: 1 and 1, or 90 and 10)?
#[must_use]
pub fn split(counts: &[u64], weights: &[f64]) -> Option<ChiSquared> {
    let fits = counts.len() == weights.len() && weights.iter().all(|weight| weight.is_finite() && *weight > 0.0);
    let (all, weight) = (counts.iter().map(|count| *count as f64).sum::<f64>(), weights.iter().sum::<f64>());
    if !fits || counts.len() < 2 || all <= 0.0 {
        return None;
    }
    let cells = counts.iter().zip(weights).map(|(count, share)| (*count as f64, all * share / weight));
    ChiSquared::of(cells, counts.len() as u64 - 1)
}

/// Is the mix of strata the same in two windows? Strata that neither has are left out.
#[must_use]
pub fn mix(before: &[u64], after: &[u64]) -> Option<ChiSquared> {
    let strata: Vec<(f64, f64)> = before.iter().zip(after).map(|(b, a)| (*b as f64, *a as f64)).filter(|(b, a)| b + a > 0.0).collect();
    let (earlier, later) = strata.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    if before.len() != after.len() || strata.len() < 2 || earlier <= 0.0 || later <= 0.0 {
        return None;
    }
    let all = earlier + later;
    let cells = strata.iter().flat_map(|&(b, a)| [(b, (b + a) * earlier / all), (a, (b + a) * later / all)]);
    ChiSquared::of(cells, strata.len() as u64 - 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::digits;

    #[test]
    fn splits_as_worked_by_hand() {
        let two = split(&[1000, 1100], &[1.0, 1.0]).unwrap();
        assert_eq!([digits(two.statistic, 4), digits(two.p, 6)], ["4.7619", "0.029096"]);
        assert!(!two.is_mismatch());
        let bad = split(&[1000, 1200], &[0.5, 0.5]).unwrap();
        assert_eq!([digits(bad.statistic, 4), format!("{:.3e}", bad.p)], ["18.1818", "2.008e-5"]);
        assert!(bad.is_mismatch());
        let three = split(&[500, 520, 430], &[1.0; 3]).unwrap();
        assert_eq!([digits(three.statistic, 4), digits(three.p, 6)], ["9.2414", "0.009846"]);
        let weighted = split(&[900, 100], &[9.0, 1.0]).unwrap();
        assert_eq!((weighted.statistic, weighted.p), (0.0, 1.0));
    }

    #[test]
    fn a_changed_mix_is_seen() {
        let changed = mix(&[400, 100], &[100, 400]).unwrap();
        assert_eq!((changed.statistic, changed.degrees), (360.0, 1));
        assert_eq!(format!("{:.4e}", changed.p), "2.8157e-80");
        assert_eq!(mix(&[400, 100, 0], &[40, 10, 0]).unwrap().p, 1.0);
    }

    #[test]
    fn nothing_to_compare_is_no_number() {
        assert_eq!((split(&[], &[]), split(&[5], &[1.0]), split(&[0, 0], &[1.0, 1.0])), (None, None, None));
        for weights in [[1.0, 0.0], [1.0, -1.0], [1.0, f64::NAN], [f64::INFINITY, 1.0]] {
            assert_eq!(split(&[5, 6], &weights), None);
        }
        assert_eq!((split(&[5, 6], &[1.0]), mix(&[1, 2], &[1])), (None, None));
        assert_eq!((mix(&[0, 0], &[1, 2]), mix(&[3, 0], &[1, 0])), (None, None));
    }
}
