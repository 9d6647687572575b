//! The regularised incomplete gamma functions P(a, x) and Q(a, x).
//!
//! A series below the mean (DLMF 8.11.4) and a continued fraction above it (DLMF 8.9.2, Lentz's method); the leading factor is a Poisson density.

use super::{Tails, density};

const STEPS: u32 = 100_000;
const TINY: f64 = 1e-300;

/// P(X ≤ x) and P(X > x) of a gamma distribution of shape a > 0 and scale 1.
pub(super) fn tails(a: f64, x: f64) -> Tails {
    if x <= 0.0 {
        return Tails::from_below(0.0);
    }
    if x == f64::INFINITY {
        return Tails::from_above(0.0);
    }
    let leading = density::poisson(a, x);
    if x < a + 1.0 { Tails::from_below(leading * series(a, x)) } else { Tails::from_above(leading * a * fraction(a, x)) }
}

/// 1 + x/(a+1) + x²/((a+1)(a+2)) + …
fn series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for step in 1..STEPS {
        term *= x / (a + f64::from(step));
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

/// 1/(x+1−a− 1(1−a)/(x+3−a− 2(2−a)/(x+5−a− …)))
fn fraction(a: f64, x: f64) -> f64 {
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (TINY.recip(), away(b).recip());
    let mut fraction = d;
    for step in 1..STEPS {
        let m = f64::from(step);
        let numerator = -m * (m - a);
        b += 2.0;
        d = away(numerator * d + b).recip();
        c = away(b + numerator / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tails_have_their_digits() {
        let near = |value: f64, expected: f64| assert!((value / expected - 1.0).abs() < 1e-12, "{value} {expected}");
        near(tails(1.0, 0.3).above, (-0.3_f64).exp());
        near(tails(1.0, 30.0).above, (-30.0_f64).exp());
        near(tails(3.0, 2.0).above, (-2.0_f64).exp() * 5.0);
        // erf(1) and erfc(3)
        near(tails(0.5, 1.0).below, 0.842_700_792_949_714_9);
        near(tails(0.5, 9.0).above, 2.209_049_699_858_544e-5);
    }
}
