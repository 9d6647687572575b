//! Two shares side by side: by how much they differ, whether that can be chance, and which is likely the lower one.
//!
//! The order is always (before, after), or (first arm, second arm); a positive difference means that the second is larger. Looking at
//! these p-values again and again while data come in makes them false: that is what `sequential` is for.

use serde::Serialize;

use crate::interval::Interval;
use crate::proportion::Rate;
use crate::special::distribution::normal_both_sides;
use crate::special::hypergeometric;

/// By how much two numbers differ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// The second less the first.
    pub value: f64,
    /// Between which bounds the true difference lies.
    pub interval: Interval,
}

/// Newcombe's hybrid score interval (1998, method 10), d = p₂ − p₁: L = d − √((p₂−l₂)² + (u₁−p₁)²), U = d + √((u₂−p₂)² + (p₁−l₁)²).
#[must_use]
pub fn newcombe(first: Rate, second: Rate) -> Option<Difference> {
    let (p1, p2) = (first.share()?, second.share()?);
    let (one, two) = (first.interval()?, second.interval()?);
    let value = p2 - p1;
    let interval = Interval { low: value - (p2 - two.low).hypot(one.high - p1), high: value + (two.high - p2).hypot(p1 - one.low) };
    Some(Difference { value, interval: interval.within(-1.0, 1.0) })
}

/// A test by a normal score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// So many standard errors from nothing; its square is χ² of one degree of freedom.
    pub z: f64,
    /// How often chance alone is as far away, on both sides.
    pub p: f64,
}

impl Score {
    pub(crate) fn of(z: f64) -> Self {
        Self { z, p: normal_both_sides(z) }
    }
}

/// z = d / √(p̄(1−p̄)(1/n₁ + 1/n₂)) with the pooled share p̄. None where nobody or everybody is meant: there is nothing to compare.
#[must_use]
pub fn pooled_z(first: Rate, second: Rate) -> Option<Score> {
    let difference = second.share()? - first.share()?;
    let pooled = (first.part as f64 + second.part as f64) / (first.n as f64 + second.n as f64);
    let variance = pooled * (1.0 - pooled) * ((first.n as f64).recip() + (second.n as f64).recip());
    (variance > 0.0).then(|| Score::of(difference / variance.sqrt()))
}

/// Fisher's exact p on both sides: all tables with these sums that are no likelier than this one. For counts too small for `pooled_z`.
#[must_use]
pub fn fisher(first: Rate, second: Rate) -> Option<f64> {
    first.share().zip(second.share())?;
    let (all, marked) = (first.n.checked_add(second.n)?, first.part.checked_add(second.part)?);
    let tables = hypergeometric::probabilities(all, marked, first.n);
    let ours = tables.iter().find(|(k, _)| *k == first.part).map_or(0.0, |(_, p)| *p);
    // Tables that are equally likely must count in spite of rounding.
    let limit = ours * (1.0 + 1e-9);
    Some(tables.iter().map(|(_, p)| *p).filter(|p| *p <= limit).sum::<f64>().clamp(ours, 1.0))
}

/// How probable it is that the second's true share is below the first's, where before counting every share was as likely as any other (Beta(1,1)).
///
/// Exact: a beta variable of whole parameters is an order statistic of uniform ones, so "X below Y" is a question about which of two mixed
/// samples the first so many came from: the hypergeometric tail P(H > x₂), of n₁+n₂+2 with n₂+1 marked and x₁+x₂+1 drawn.
#[must_use]
pub fn chance_lower(first: Rate, second: Rate) -> Option<f64> {
    first.share().zip(second.share())?;
    let all = first.n.checked_add(second.n)?.checked_add(2)?;
    let counts = hypergeometric::probabilities(all, second.n + 1, first.part + second.part + 1);
    Some(counts.iter().filter(|(k, _)| *k > second.part).map(|(_, p)| *p).sum::<f64>().clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{bounds, digits};

    const A: Rate = Rate { part: 120, n: 1000 };
    const B: Rate = Rate { part: 151, n: 1000 };

    #[test]
    fn newcombe_as_published_in_1998() {
        let found = newcombe(A, B).unwrap();
        assert_eq!(digits(found.value, 3), "0.031");
        assert_eq!(bounds(found.interval, 6), "0.000969…0.061052");
        let of = |a, n, b, m| bounds(newcombe(Rate { part: b, n: m }, Rate { part: a, n }).unwrap().interval, 4);
        assert_eq!(of(56, 70, 48, 80), "0.0524…0.3339");
        assert_eq!(of(9, 10, 3, 10), "0.1705…0.8090");
        assert_eq!(of(0, 10, 0, 20), "-0.1611…0.2775");
    }

    #[test]
    fn tests_of_two_shares() {
        let score = pooled_z(A, B).unwrap();
        assert_eq!([digits(score.z, 6), digits(score.p, 6), digits(score.z.powi(2), 6)], ["2.025324", "0.042834", "4.101938"]);
        assert_eq!(digits(fisher(Rate { part: 3, n: 40 }, Rate { part: 9, n: 41 }).unwrap(), 6), "0.115667");
        // The lady tasting tea: 3 of 4 and 1 of 4.
        assert_eq!(digits(fisher(Rate { part: 3, n: 4 }, Rate { part: 1, n: 4 }).unwrap(), 6), "0.485714");
        assert_eq!(fisher(Rate { part: 0, n: 4 }, Rate { part: 0, n: 9 }), Some(1.0));
    }

    #[test]
    fn which_is_likely_lower() {
        let (before, after) = (Rate { part: 110, n: 500 }, Rate { part: 82, n: 500 });
        assert_eq!(digits(chance_lower(before, after).unwrap(), 3), "0.988");
        // By hand: of four uniform numbers, the larger of two is below the smaller of the other two in one of six ways.
        assert!((chance_lower(Rate { part: 0, n: 1 }, Rate { part: 1, n: 1 }).unwrap() - 1.0 / 6.0).abs() < 1e-15);
    }

    #[test]
    fn nothing_to_compare_is_no_number() {
        for nobody in [Rate { part: 0, n: 0 }, Rate { part: 5, n: 4 }] {
            assert_eq!((newcombe(nobody, A), newcombe(A, nobody)), (None, None));
            assert_eq!((pooled_z(nobody, A), pooled_z(A, nobody)), (None, None));
            assert_eq!((fisher(nobody, A), chance_lower(A, nobody)), (None, None));
        }
        assert_eq!(pooled_z(Rate { part: 0, n: 9 }, Rate { part: 0, n: 8 }), None);
        assert_eq!(pooled_z(Rate { part: 9, n: 9 }, Rate { part: 8, n: 8 }), None);
    }
}
