//! How surprising a count is: the alert "conversion has dropped" compares today's bookings with the share of the same weekdays before.

use crate::proportion::Rate;
use crate::special::distribution::beta_tails;

/// P(X ≤ part) of n tries at the share `expected`: how often so few would come without any change. I₁₋ₚ(n−x, x+1).
#[must_use]
pub fn chance_of_so_few(found: Rate, expected: f64) -> Option<f64> {
    found.share()?;
    if !(0.0..=1.0).contains(&expected) {
        return None;
    }
    if found.part == found.n {
        return Some(1.0);
    }
    Some(beta_tails(found.part as f64 + 1.0, (found.n - found.part) as f64, expected).above)
}

/// P(X ≥ part): how often so many would come without any change.
#[must_use]
pub fn chance_of_so_many(found: Rate, expected: f64) -> Option<f64> {
    found.share()?;
    chance_of_so_few(Rate { part: found.n - found.part, n: found.n }, 1.0 - expected)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::digits;

    #[test]
    fn tails_as_worked_by_hand() {
        let few = |part, n, expected| chance_of_so_few(Rate { part, n }, expected).unwrap();
        assert_eq!(digits(few(4, 40, 0.25), 6), "0.016042");
        assert_eq!(digits(few(2, 20, 0.25), 6), "0.091260");
        // 1 + 3 + 3 of the eight ways in which three coins fall; all eight; one.
        assert_eq!(
            [digits(few(2, 3, 0.5), 12), digits(few(3, 3, 0.5), 12), digits(few(0, 3, 0.5), 12)],
            ["0.875000000000", "1.000000000000", "0.125000000000"]
        );
        assert_eq!(digits(chance_of_so_many(Rate { part: 1, n: 3 }, 0.5).unwrap(), 12), "0.875000000000");
    }

    #[test]
    fn ends_and_nonsense() {
        let half = Rate { part: 1, n: 2 };
        assert_eq!((chance_of_so_few(half, 0.0), chance_of_so_few(half, 1.0)), (Some(1.0), Some(0.0)));
        assert_eq!((chance_of_so_many(half, 0.0), chance_of_so_many(half, 1.0)), (Some(0.0), Some(1.0)));
        for (found, expected) in [(Rate { part: 0, n: 0 }, 0.5), (Rate { part: 3, n: 2 }, 0.5), (half, f64::NAN), (half, -0.1), (half, 1.1)]
        {
            assert_eq!((chance_of_so_few(found, expected), chance_of_so_many(found, expected)), (None, None));
        }
    }
}
