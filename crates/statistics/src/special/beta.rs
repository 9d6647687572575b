//! The regularised incomplete beta function I_x(a, b), both tails.
//!
//! The continued fraction of DLMF 8.17.22 by Lentz's method, on the side where it converges fast (x below the mean); the leading
//! factor is a binomial density. The number of steps grows as √max(a, b).

use super::{Tails, density};

const STEPS: u32 = 100_000;
const TINY: f64 = 1e-300;

/// P(X ≤ x) and P(X > x) of a beta distribution; a, b > 0. y = 1 − x is given beside x, so that neither loses its digits.
pub(super) fn tails(a: f64, b: f64, (x, y): (f64, f64)) -> Tails {
    if x <= 0.0 {
        return Tails::from_below(0.0);
    }
    if y <= 0.0 {
        return Tails::from_above(0.0);
    }
    if x <= (a + 1.0) / (a + b + 2.0) { Tails::from_below(lower(a, b, (x, y))) } else { Tails::from_above(lower(b, a, (y, x))) }
}

/// I_x(a, b) for x below about a / (a + b).
fn lower(a: f64, b: f64, (x, y): (f64, f64)) -> f64 {
    // xᵃ yᵇ / (a B(a, b)) = Γ(a+b) / (Γ(a+1) Γ(b)) xᵃ yᵇ
    let leading = density::binomial(a, a + b, (x, y)) * b / (a + b);
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let (mut c, mut d) = (1.0, away(1.0 - (a + b) * x / (a + 1.0)).recip());
    let mut fraction = d;
    for step in 1..STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = away(1.0 + even * d).recip();
        c = away(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = away(1.0 + odd * d).recip();
        c = away(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    leading * fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tails_have_their_digits() {
        let near = |value: f64, expected: f64| assert!((value / expected - 1.0).abs() < 1e-11, "{value} {expected}");
        near(tails(2.0, 3.0, (0.4, 0.6)).below, 0.5248);
        near(tails(5.0, 1.0, (0.9, 0.1)).above, 1.0 - 0.9_f64.powi(5));
        // I_x(½, ½) = 2/π · arcsin √x
        near(tails(0.5, 0.5, (0.25, 0.75)).below, 1.0 / 3.0);
        // Half by symmetry, where other programs lose everything.
        for size in [1e2, 1e4, 1e6, 1e8] {
            assert!((tails(size, size, (0.5, 0.5)).below - 0.5).abs() < 1e-10, "{size}");
        }
        near(tails(200.0, 2.0, (0.5, 0.5)).below, 201.0 * 0.5_f64.powi(200) - 200.0 * 0.5_f64.powi(201));
    }
}
