//! Tails and quantiles of the distributions that the formulas name: normal, Student's t, χ², gamma, beta.
//!
//! A quantile is the bisection of its own tail: slower than a clever start with Newton's steps, and it always ends.

use super::{Tails, beta, boundary, gamma};

/// P(|Z| > z) of the standard normal.
pub(crate) fn normal_both_sides(z: f64) -> f64 {
    gamma::tails(0.5, z * z / 2.0).above
}

/// P(X > x) of χ² with so many degrees of freedom.
pub(crate) fn chi_squared_above(x: f64, degrees: u64) -> f64 {
    gamma::tails(degrees as f64 / 2.0, x / 2.0).above
}

/// The t with |T| ≤ t in 95 of 100 cases; degrees ≥ 1.
pub(crate) fn student_95(degrees: u64) -> f64 {
    let degrees = degrees as f64;
    boundary(0.0, 20.0, |t| {
        let whole = degrees + t * t;
        beta::tails(degrees / 2.0, 0.5, (degrees / whole, t * t / whole)).below > 0.05
    })
}

/// Tails of the beta distribution.
pub(crate) fn beta_tails(a: f64, b: f64, x: f64) -> Tails {
    beta::tails(a, b, (x, 1.0 - x))
}

/// Where the beta distribution has the share `p` below it.
pub(crate) fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    if p > 0.5 {
        boundary(0.0, 1.0, |x| beta_tails(a, b, x).above > 1.0 - p)
    } else {
        boundary(0.0, 1.0, |x| beta_tails(a, b, x).below < p)
    }
}

/// Where the gamma distribution of this shape and scale 1 has the share `p` below it.
pub(crate) fn gamma_quantile(shape: f64, p: f64) -> f64 {
    // Forty standard deviations and forty more above the mean: nothing of interest is beyond.
    let high = shape + 40.0 * shape.sqrt() + 40.0;
    if p > 0.5 {
        boundary(0.0, high, |x| gamma::tails(shape, x).above > 1.0 - p)
    } else {
        boundary(0.0, high, |x| gamma::tails(shape, x).below < p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Z95;
    use crate::testing::digits;

    #[test]
    fn quantiles_are_the_published_ones() {
        assert!((normal_both_sides(Z95) - 0.05).abs() < 1e-15 && normal_both_sides(0.0) == 1.0);
        assert_eq!(format!("{:.6e}", normal_both_sides(8.0)), "1.244192e-15");
        assert_eq!(digits(student_95(9), 6), "2.262157");
        assert_eq!(digits(student_95(1), 6), "12.706205");
        assert_eq!(digits(student_95(1_000_000), 5), "1.95997");
        assert_eq!(digits(chi_squared_above(3.841_458_820_694_124, 1), 9), "0.050000000");
        assert_eq!(digits(chi_squared_above(5.991_464_547_107_979, 2), 9), "0.050000000");
        assert_eq!(digits(2.0 * gamma_quantile(1.0, 0.95), 6), "5.991465");
        assert_eq!(digits(beta_quantile(2.0, 3.0, 0.5248), 9), "0.400000000");
        assert_eq!(digits(beta_quantile(0.5, 0.5, 0.9), 9), "0.975528258");
    }

    #[test]
    fn inverses_end_where_others_do_not() {
        for p in [1e-165, 1e-60, 1e-40, 1e-12] {
            let x = beta_quantile(200.0, 2.0, p);
            assert!((beta_tails(200.0, 2.0, x).below / p - 1.0).abs() < 1e-9, "{p} {x}");
        }
    }
}
