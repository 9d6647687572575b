//! How much is needed to see an effect, how small an effect what there is can show, and how many weeks are still to go.
//!
//! For two arms of equal size, a two-sided test at 5 per cent that finds the effect in 80 cases of 100.

use crate::interval::Z95;
use crate::special::boundary;

/// The normal quantile of 80 per cent.
const Z_POWER: f64 = 0.841_621_233_572_914_2;

/// Clients in each arm to see that the share went from `base` to `target`:
/// n = (z₁√(2p̄q̄) + z₂√(p₁q₁ + p₂q₂))² / d² (Fleiss, Levin, Paik 2003). None where there is no difference, or no such shares.
#[must_use]
pub fn needed_per_arm(base: f64, target: f64) -> Option<u64> {
    let is_share = |share| (0.0..=1.0).contains(&share);
    if !is_share(base) || !is_share(target) || base == target {
        return None;
    }
    Some(needed(base, target).ceil() as u64)
}

fn needed(base: f64, target: f64) -> f64 {
    let middle = f64::midpoint(base, target);
    let spread = |share: f64| share * (1.0 - share);
    let root = Z95 * (2.0 * spread(middle)).sqrt() + Z_POWER * (spread(base) + spread(target)).sqrt();
    (root / (target - base)).powi(2)
}

/// The smallest rise over `base` that so many clients in each arm would show. None where even a rise to 1 would not be seen.
#[must_use]
pub fn detectable_rise(base: f64, per_arm: u64) -> Option<f64> {
    if !(0.0..1.0).contains(&base) || needed(base, 1.0) > per_arm as f64 {
        return None;
    }
    Some(boundary(base, 1.0, |target| needed(base, target) > per_arm as f64) - base)
}

/// Weeks until each arm has what is needed, at so many clients an arm a week; none where nobody comes.
#[must_use]
pub fn weeks_to_go(needed_per_arm: u64, have_per_arm: u64, weekly_per_arm: f64) -> Option<u64> {
    let missing = needed_per_arm.saturating_sub(have_per_arm);
    if missing == 0 {
        return Some(0);
    }
    (weekly_per_arm > 0.0 && weekly_per_arm.is_finite()).then(|| (missing as f64 / weekly_per_arm).ceil() as u64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::special::distribution::normal_both_sides;
    use crate::testing::digits;

    #[test]
    fn as_worked_by_hand() {
        assert!((normal_both_sides(Z_POWER) - 0.4).abs() < 1e-15);
        let needed = [(0.12, 0.15), (0.25, 0.30), (0.20, 0.25), (0.50, 0.60)].map(|(base, target)| needed_per_arm(base, target).unwrap());
        assert_eq!(needed, [2036, 1251, 1094, 388]);
        assert_eq!([150, 300].map(|n| digits(detectable_rise(0.25, n).unwrap() * 100.0, 1)), ["15.1", "10.5"]);
        // Three hundred chats a month, a quarter of them books: a rise to 30 % takes 34 weeks more, and the screen must say so.
        assert_eq!(weeks_to_go(1251, 150, 300.0 / 2.0 * 7.0 / 30.5), Some(32));
        assert_eq!((weeks_to_go(100, 100, 0.0), weeks_to_go(100, 120, 5.0)), (Some(0), Some(0)));
    }

    #[test]
    fn a_detectable_rise_needs_what_there_is() {
        for (base, n) in [(0.05, 400), (0.25, 150), (0.6, 90)] {
            let rise = detectable_rise(base, n).unwrap();
            assert!(needed_per_arm(base, base + rise * 1.000_001).unwrap() <= n && needed_per_arm(base, base + rise * 0.99).unwrap() > n);
        }
    }

    #[test]
    fn nonsense_is_no_number() {
        for (base, target) in [(0.2, 0.2), (f64::NAN, 0.2), (0.2, f64::NAN), (-0.1, 0.2), (0.2, 1.1)] {
            assert_eq!(needed_per_arm(base, target), None);
        }
        assert_eq!(
            (detectable_rise(0.25, 0), detectable_rise(0.25, 2), detectable_rise(1.0, 99), detectable_rise(f64::NAN, 99)),
            (None, None, None, None)
        );
        assert_eq!((weeks_to_go(10, 0, 0.0), weeks_to_go(10, 0, f64::NAN), weeks_to_go(10, 0, -1.0)), (None, None, None));
    }
}
