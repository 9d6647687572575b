//! Before and after, told apart by channel, intent and whatever else changed meanwhile.
//!
//! A crude difference mixes two things: what the assistant does now, and who writes to it now. Within a stratum only the first is
//! left; the Mantel–Haenszel difference averages the strata, and where it and the crude one differ, the mix explains the rest (Simpson's paradox).

use serde::Serialize;

use crate::chi_squared::{self, ChiSquared};
use crate::difference::{Difference, Score};
use crate::interval::{Interval, Z95};
use crate::proportion::Rate;

/// One channel, intent group and kind of client: its share in both windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Stratum {
    /// In the earlier window.
    pub before: Rate,
    /// In the later window.
    pub after: Rate,
}

/// A difference with its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Weighted {
    /// The difference and its interval.
    pub difference: Difference,
    /// Its standard error.
    pub se: f64,
}

/// A share of each window, with equal strata.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Standardised {
    /// What the earlier share would be.
    pub before: f64,
    /// What the later share would be.
    pub after: f64,
}

/// The two windows without strata.
#[must_use]
pub fn crude(strata: &[Stratum]) -> Stratum {
    let add = |sum: Rate, one: Rate| Rate { part: sum.part.saturating_add(one.part), n: sum.n.saturating_add(one.n) };
    let none = Rate { part: 0, n: 0 };
    strata.iter().fold(Stratum { before: none, after: none }, |sum, one| Stratum {
        before: add(sum.before, one.before),
        after: add(sum.after, one.after),
    })
}

/// Mantel and Haenszel's risk difference: Σ wₖdₖ / Σ wₖ with w = n₁n₀/(n₁+n₀); variance of Greenland and Robins (1985),
/// Σ (x₁(n₁−x₁)n₀³ + x₀(n₀−x₀)n₁³) / (n₁n₀(n₁+n₀)²) / (Σ w)². Strata that one window lacks compare nothing and weigh nothing.
///
/// None where no stratum has both windows, a count is impossible, or nothing varies.
#[must_use]
pub fn mantel_haenszel(strata: &[Stratum]) -> Option<Weighted> {
    let (mut sum, mut weights, mut spread) = (0.0, 0.0, 0.0);
    for one in compared(strata)? {
        let weight = one.n1 * one.n0 / one.n();
        weights += weight;
        sum += weight * (one.x1 / one.n1 - one.x0 / one.n0);
        spread += (one.x1 * (one.n1 - one.x1) * one.n0.powi(3) + one.x0 * (one.n0 - one.x0) * one.n1.powi(3))
            / (one.n1 * one.n0 * one.n().powi(2));
    }
    let (value, se) = (sum / weights, spread.sqrt() / weights);
    let interval = Interval::around(value, Z95 * se).within(-1.0, 1.0);
    (weights > 0.0 && se > 0.0).then_some(Weighted { difference: Difference { value, interval }, se })
}

/// Is there any difference within strata? Cochran, Mantel and Haenszel's test without correction for continuity:
/// z = Σ(x₁ − E) / √Σ Var, each stratum hypergeometric.
#[must_use]
pub fn cmh(strata: &[Stratum]) -> Option<Score> {
    let (mut excess, mut variance) = (0.0, 0.0);
    for one in compared(strata)? {
        let (n, x) = (one.n(), one.x1 + one.x0);
        excess += one.x1 - x * one.n1 / n;
        variance += x * (n - x) * one.n1 * one.n0 / (n * n * (n - 1.0));
    }
    (variance > 0.0).then(|| Score::of(excess / variance.sqrt()))
}

/// Both shares with the strata of both windows together as weights. None where a window lacks a stratum: its share there is unknown.
#[must_use]
pub fn standardised(strata: &[Stratum]) -> Option<Standardised> {
    let (mut before, mut after, mut all) = (0.0, 0.0, 0.0);
    for stratum in strata.iter().filter(|stratum| stratum.before.n > 0 || stratum.after.n > 0) {
        let weight = stratum.before.n as f64 + stratum.after.n as f64;
        before += weight * stratum.before.share()?;
        after += weight * stratum.after.share()?;
        all += weight;
    }
    (all > 0.0).then(|| Standardised { before: before / all, after: after / all })
}

/// Did the mix of strata change between the windows?
#[must_use]
pub fn mix(strata: &[Stratum]) -> Option<ChiSquared> {
    let of = |window: fn(&Stratum) -> u64| strata.iter().map(window).collect::<Vec<_>>();
    chi_squared::mix(&of(|stratum| stratum.before.n), &of(|stratum| stratum.after.n))
}

/// Is the difference the same in all strata? Cochran's Q: Σ (dₖ − d̄)²/vₖ with d̄ = Σ dₖ/vₖ / Σ 1/vₖ and v = p₁q₁/n₁ + p₀q₀/n₀, on one degree less
/// than there are strata in which anything varies. None below two of these: there is nothing to compare.
#[must_use]
pub fn heterogeneity(strata: &[Stratum]) -> Option<ChiSquared> {
    let spread = |x: f64, n: f64| x * (n - x) / n.powi(3);
    let each: Vec<(f64, f64)> = compared(strata)?
        .map(|one| (one.x1 / one.n1 - one.x0 / one.n0, spread(one.x1, one.n1) + spread(one.x0, one.n0)))
        .filter(|(_, variance)| *variance > 0.0)
        .collect();
    let weights: f64 = each.iter().map(|(_, variance)| variance.recip()).sum();
    let middle = each.iter().map(|(difference, variance)| difference / variance).sum::<f64>() / weights;
    let degrees = (each.len() as u64).checked_sub(1).filter(|degrees| *degrees > 0)?;
    let statistic = each.iter().map(|(difference, variance)| (difference - middle).powi(2) / variance).sum();
    Some(ChiSquared::new(statistic, degrees))
}

/// One table of counts, as the formulas name them: 1 is after, 0 is before.
struct Table {
    x1: f64,
    n1: f64,
    x0: f64,
    n0: f64,
}

impl Table {
    fn n(&self) -> f64 {
        self.n1 + self.n0
    }
}

/// The strata that both windows have; none at all where one has more cases than clients.
fn compared(strata: &[Stratum]) -> Option<impl Iterator<Item = Table>> {
    let possible = |rate: Rate| rate.part <= rate.n;
    strata.iter().all(|one| possible(one.before) && possible(one.after)).then(|| {
        strata.iter().filter(|one| one.before.n > 0 && one.after.n > 0).map(|one| Table {
            x1: one.after.part as f64,
            n1: one.after.n as f64,
            x0: one.before.part as f64,
            n0: one.before.n as f64,
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::difference::chance_lower;
    use crate::testing::{bounds, digits};

    fn stratum(before: (u64, u64), after: (u64, u64)) -> Stratum {
        Stratum { before: Rate { part: before.0, n: before.1 }, after: Rate { part: after.0, n: after.1 } }
    }

    /// Simpson: better in each channel, worse in all, because the channels' weights changed places.
    fn simpson() -> [Stratum; 2] {
        [stratum((100, 400), (30, 100)), stratum((10, 100), (52, 400))]
    }

    #[test]
    fn simpsons_paradox_whole() {
        let all = crude(&simpson());
        let percent = |share: f64| digits(share * 100.0, 1);
        assert_eq!([percent(all.before.share().unwrap()), percent(all.after.share().unwrap())], ["22.0", "16.4"]);
        assert_eq!(digits(chance_lower(all.before, all.after).unwrap(), 3), "0.988");

        let found = mantel_haenszel(&simpson()).unwrap();
        assert_eq!([percent(found.difference.value), digits(found.se, 6)], ["4.0", "0.030625"]);
        let Interval { low, high } = found.difference.interval;
        assert_eq!([digits(low * 100.0, 2), digits(high * 100.0, 2)], ["-2.00", "10.00"]);

        let test = cmh(&simpson()).unwrap();
        assert_eq!([digits(test.z, 6), digits(test.p, 6)], ["1.302866", "0.192621"]);
        let even = standardised(&simpson()).unwrap();
        assert_eq!([percent(even.before), percent(even.after)], ["17.5", "21.5"]);
        assert_eq!(mix(&simpson()).unwrap().statistic, 360.0);
    }

    #[test]
    fn one_stratum_is_the_crude_difference() {
        let found = mantel_haenszel(&[stratum((44, 200), (36, 200))]).unwrap();
        assert_eq!(digits(found.difference.value, 6), "-0.040000");
        // Wald's interval: √(0.22·0.78/200 + 0.18·0.82/200).
        assert_eq!(bounds(found.difference.interval, 4), "-0.1183…0.0383");
    }

    #[test]
    fn a_stratum_of_one_window_compares_nothing() {
        let with = [simpson()[0], simpson()[1], stratum((5, 50), (0, 0))];
        assert_eq!((mantel_haenszel(&with), cmh(&with)), (mantel_haenszel(&simpson()), cmh(&simpson())));
        assert_eq!(standardised(&with), None);
        assert_eq!(standardised(&[simpson()[0], stratum((0, 0), (0, 0))]), standardised(&simpson()[..1]));
    }

    #[test]
    fn a_difference_that_is_not_the_same_everywhere_is_seen() {
        // By hand: d 0.5 and −0.1, v 0.0021 + 0.0016 and 0.0016 + 0.0021: middle 0.2, Q = 2 · 0.3² / 0.0037.
        let found = heterogeneity(&[stratum((30, 100), (80, 100)), stratum((80, 100), (70, 100))]).unwrap();
        assert_eq!((digits(found.statistic, 4), found.degrees), ("48.6486".to_owned(), 1));
        let same = heterogeneity(&[stratum((10, 100), (20, 100)), stratum((10, 100), (20, 100))]).unwrap();
        assert_eq!((same.statistic, same.p), (0.0, 1.0));
        assert_eq!(heterogeneity(&[stratum((10, 100), (20, 100)), stratum((0, 9), (0, 9))]), None);
    }

    #[test]
    fn nothing_to_compare_is_no_number() {
        for strata in [vec![], vec![stratum((0, 0), (0, 0))], vec![stratum((3, 9), (0, 0))], vec![stratum((10, 9), (1, 9)), simpson()[0]]] {
            assert_eq!((mantel_haenszel(&strata), cmh(&strata), standardised(&strata)), (None, None, None));
        }
        // Nobody in either window: nothing varies.
        assert_eq!((mantel_haenszel(&[stratum((0, 9), (0, 8))]), cmh(&[stratum((0, 9), (0, 8))])), (None, None));
        assert_eq!(cmh(&[stratum((1, 1), (0, 0))]), None);
        assert_eq!(mix(&[]), None);
    }
}
