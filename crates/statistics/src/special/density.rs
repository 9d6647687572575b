//! The binomial and the Poisson density for real arguments, to nearly all digits at any size.
//!
//! Loader's way («Fast and accurate computation of binomial probabilities», 2000): the error of Stirling's formula and a deviance are both small
//! where differences of large logarithms of Γ would cancel. Both incomplete functions take their leading factor from here.

use std::f64::consts::TAU;

/// What Stirling's formula lacks: ln Γ(n+1) − [(n+½) ln n − n + ½ ln 2π], for n > 0.
fn stirling_error(n: f64) -> f64 {
    // The series needs a large n: step up to it by δ(n) − δ(n+1) = (n+½) ln(1+1/n) − 1.
    let (mut n, mut steps) = (n, 0.0);
    while n < 15.0 {
        steps += (n + 0.5) * n.recip().ln_1p() - 1.0;
        n += 1.0;
    }
    let square = n * n;
    let series = 1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / square) / square) / square) / square;
    steps + series / n
}

/// x ln(x/m) + m − x, which is never negative; by its series where x and m are near.
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() + m - x;
    }
    let v = (x - m) / (x + m);
    let (mut sum, mut power) = ((x - m) * v, 2.0 * x * v);
    for odd in (3..2000).step_by(2) {
        power *= v * v;
        let next = sum + power / f64::from(odd);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// Γ(n+1) / (Γ(x+1) Γ(n−x+1)) · pˣ qⁿ⁻ˣ, where q = 1 − p is given beside p so that neither loses its digits.
pub(super) fn binomial(x: f64, n: f64, (p, q): (f64, f64)) -> f64 {
    let power = |base: f64, other: f64| if base > 0.5 { (n * (-other).ln_1p()).exp() } else { base.powf(n) };
    if x <= 0.0 {
        return power(q, p);
    }
    if x >= n {
        return power(p, q);
    }
    if p <= 0.0 || q <= 0.0 {
        return 0.0;
    }
    let exponent = stirling_error(n) - stirling_error(x) - stirling_error(n - x) - deviance(x, n * p) - deviance(n - x, n * q);
    exponent.exp() * (n / (TAU * x * (n - x))).sqrt()
}

/// mˣ e⁻ᵐ / Γ(x+1).
pub(super) fn poisson(x: f64, m: f64) -> f64 {
    if x <= 0.0 {
        return (-m).exp();
    }
    if m <= 0.0 {
        return 0.0;
    }
    (-stirling_error(x) - deviance(x, m)).exp() / (TAU * x).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_have_their_digits() {
        let near = |value: f64, expected: f64| assert!((value / expected - 1.0).abs() < 1e-13, "{value} {expected}");
        near(binomial(3.0, 10.0, (0.5, 0.5)), 120.0 / 1024.0);
        near(binomial(0.0, 20.0, (1e-9, 1.0 - 1e-9)), (-20.0 * 1.000_000_000_5e-9_f64).exp());
        near(binomial(5.0, 5.0, (0.3, 0.7)), 0.3_f64.powi(5));
        near(poisson(4.0, 2.5), 2.5_f64.powi(4) / 24.0 * (-2.5_f64).exp());
        // Γ(3/2) = √π / 2.
        near(poisson(0.5, 1.0), (-1.0_f64).exp() * 2.0 / std::f64::consts::PI.sqrt());
        // The middle of a large symmetric binomial: 1/√(πm) · (1 − 1/(8m) + …), with n = 2m.
        let m = 5e7_f64;
        near(binomial(m, 2.0 * m, (0.5, 0.5)), (1.0 - 1.0 / (8.0 * m)) / (std::f64::consts::PI * m).sqrt());
    }
}
