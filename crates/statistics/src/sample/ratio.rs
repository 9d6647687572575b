//! For one intent: how often it is named where it was not meant, and missed where it was, estimated for all messages.
//!
//! Weighted counts divided by weighted counts (Hájek 1971), because the denominator is estimated too. The variance is the linearised one:
//! V = Σ M²(1−f)s²_u/m / X̂² with u = y − R̂x per unit drawn, so the same lines serve messages drawn one by one and sessions drawn whole.

use std::ops::Add;

use serde::Serialize;

use crate::interval::Interval;
use crate::proportion::wilson;
use crate::special::distribution::student_95;

/// What the assistant understood against what the reviewer says, for one intent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// Named and meant.
    pub right: u64,
    /// Named and not meant.
    pub wrongly_named: u64,
    /// Meant and not named.
    pub missed: u64,
    /// Neither.
    pub neither: u64,
}

impl Confusion {
    /// The messages one by one, as the units of a draw of messages.
    #[must_use]
    pub fn messages(self) -> Vec<Self> {
        let none = Self::default();
        let many = |n: u64, one: Self| std::iter::repeat_n(one, n as usize);
        many(self.right, Self { right: 1, ..none })
            .chain(many(self.wrongly_named, Self { wrongly_named: 1, ..none }))
            .chain(many(self.missed, Self { missed: 1, ..none }))
            .chain(many(self.neither, Self { neither: 1, ..none }))
            .collect()
    }
}

impl Add for Confusion {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            right: self.right.saturating_add(other.right),
            wrongly_named: self.wrongly_named.saturating_add(other.wrongly_named),
            missed: self.missed.saturating_add(other.missed),
            neither: self.neither.saturating_add(other.neither),
        }
    }
}

/// Units (messages, or sessions) that were reviewed, of so many that could have been. All of them is a census.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn<'a> {
    /// Those reviewed.
    pub units: &'a [Confusion],
    /// How many there are.
    pub of: u64,
}

impl Drawn<'_> {
    fn is_census(&self) -> bool {
        self.units.len() as u64 == self.of
    }

    fn weight(&self) -> f64 {
        if self.units.is_empty() { 0.0 } else { self.of as f64 / self.units.len() as f64 }
    }
}

/// A confusion table of all messages, estimated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimated {
    /// Named and meant.
    pub right: f64,
    /// Named and not meant.
    pub wrongly_named: f64,
    /// Meant and not named.
    pub missed: f64,
    /// Neither.
    pub neither: f64,
}

/// A ratio of two estimated counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ratio {
    /// The ratio.
    pub value: f64,
    /// Its standard error; none where too little was drawn to know one.
    pub se: Option<f64>,
    /// value ± t·SE, from nought to one; where no error was found Wilson's for the units that could have shown one.
    pub interval: Option<Interval>,
}

/// The whole table, every unit with its weight. None where a stratum was not looked at, or more was drawn than there is.
#[must_use]
pub fn estimated(strata: &[Drawn<'_>]) -> Option<Estimated> {
    let sum = |count: fn(&Confusion) -> u64| {
        strata.iter().map(|one| one.weight() * one.units.iter().map(|unit| count(unit) as f64).sum::<f64>()).sum()
    };
    is_possible(strata).then(|| Estimated {
        right: sum(|unit| unit.right),
        wrongly_named: sum(|unit| unit.wrongly_named),
        missed: sum(|unit| unit.missed),
        neither: sum(|unit| unit.neither),
    })
}

/// FDR = FP / (TP + FP): of the messages where the intent was named, the share where it was not meant.
#[must_use]
pub fn wrongly_named(strata: &[Drawn<'_>]) -> Option<Ratio> {
    ratio(strata, |unit| (unit.wrongly_named, unit.right.saturating_add(unit.wrongly_named)))
}

/// FNR = FN / (FN + TP): of the messages where the intent was meant, the share where it was not named.
#[must_use]
pub fn missed(strata: &[Drawn<'_>]) -> Option<Ratio> {
    ratio(strata, |unit| (unit.missed, unit.missed.saturating_add(unit.right)))
}

/// FPR = FP / (FP + TN): of the messages where the intent was not meant, the share where it was named.
#[must_use]
pub fn false_positive(strata: &[Drawn<'_>]) -> Option<Ratio> {
    ratio(strata, |unit| (unit.wrongly_named, unit.wrongly_named.saturating_add(unit.neither)))
}

fn is_possible(strata: &[Drawn<'_>]) -> bool {
    strata.iter().all(|one| one.units.len() as u64 <= one.of && (one.of == 0 || !one.units.is_empty()))
}

fn ratio(strata: &[Drawn<'_>], of: impl Fn(&Confusion) -> (u64, u64)) -> Option<Ratio> {
    let of = |unit: &Confusion| (of(unit).0 as f64, of(unit).1 as f64);
    let sums = strata.iter().flat_map(|one| one.units.iter().map(|unit| (one.weight(), of(unit))));
    let (y, x) = sums.fold((0.0, 0.0), |sum, (weight, (y, x))| (sum.0 + weight * y, sum.1 + weight * x));
    if !is_possible(strata) || x <= 0.0 {
        return None;
    }
    let value = y / x;
    let left: Vec<&Drawn<'_>> = strata.iter().filter(|one| !one.is_census()).collect();
    let se = left.iter().map(|one| variance(one, |unit| of(unit).0 - value * of(unit).1)).sum::<Option<f64>>().map(|sum| sum.sqrt() / x);
    let interval = match se {
        _ if left.is_empty() => Some(Interval::around(value, 0.0)),
        Some(se) if se > 0.0 => {
            let degrees = left.iter().map(|one| one.units.len() as u64 - 1).sum::<u64>().max(1);
            Some(Interval::around(value, student_95(degrees) * se).within(0.0, 1.0))
        }
        _ => wilson(value, left.iter().flat_map(|one| one.units).filter(|unit| of(unit).1 > 0.0).count() as f64),
    };
    Some(Ratio { value, se, interval })
}

/// M²(1−f)s²_u/m
fn variance(drawn: &Drawn<'_>, u: impl Fn(&Confusion) -> f64) -> Option<f64> {
    let (m, all) = (drawn.units.len() as f64, drawn.of as f64);
    let mean = drawn.units.iter().map(&u).sum::<f64>() / m;
    let squares: f64 = drawn.units.iter().map(|unit| (u(unit) - mean).powi(2)).sum();
    (drawn.units.len() > 1).then(|| all * all * (1.0 - m / all) * squares / (m - 1.0) / m)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::digits;

    const DOUBTFUL: Confusion = Confusion { right: 30, wrongly_named: 25, missed: 12, neither: 53 };
    const REST: Confusion = Confusion { right: 24, wrongly_named: 1, missed: 1, neither: 14 };

    #[test]
    fn an_intent_as_worked_by_hand() {
        let (doubtful, rest) = (DOUBTFUL.messages(), REST.messages());
        let strata = [Drawn { units: &doubtful, of: 120 }, Drawn { units: &rest, of: 880 }];
        assert_eq!(estimated(&strata), Some(Estimated { right: 558.0, wrongly_named: 47.0, missed: 34.0, neither: 361.0 }));
        let shown = |found: Option<Ratio>| [digits(found.unwrap().value * 100.0, 3), digits(found.unwrap().se.unwrap(), 6)];
        assert_eq!(shown(wrongly_named(&strata)), ["7.769", "0.035497"]);
        assert_eq!(shown(missed(&strata)), ["5.743", "0.036081"]);
        assert_eq!(shown(false_positive(&strata)), ["11.520", "0.052150"]);
        let interval = wrongly_named(&strata).unwrap().interval.unwrap();
        // 0.07769 ± t₃₉ (2.0227) · 0.035497, of which what is below nought is cut off for FNR.
        assert_eq!([digits(interval.low, 4), digits(interval.high, 4)], ["0.0059", "0.1495"]);
        assert_eq!(missed(&strata).unwrap().interval.unwrap().low, 0.0);
    }

    #[test]
    fn sessions_drawn_whole_are_units_too() {
        let (doubtful, sessions) = (
            DOUBTFUL.messages(),
            [
                Confusion { right: 6, wrongly_named: 1, ..Confusion::default() },
                Confusion { right: 7, ..Confusion::default() },
                Confusion { right: 5, missed: 1, neither: 2, ..Confusion::default() },
            ],
        );
        let strata = [Drawn { units: &doubtful, of: 120 }, Drawn { units: &sessions, of: 60 }];
        let found = wrongly_named(&strata).unwrap();
        // (25 + 20·1) / (55 + 20·19)
        assert!((found.value - 45.0 / 435.0).abs() < 1e-12 && found.se.unwrap() > 0.0);
        assert_eq!(sessions[0] + sessions[1], Confusion { right: 13, wrongly_named: 1, missed: 0, neither: 0 });
    }

    #[test]
    fn no_error_found_is_not_no_errors() {
        let rest = Confusion { right: 20, neither: 20, ..Confusion::default() }.messages();
        let found = wrongly_named(&[Drawn { units: &rest, of: 880 }]).unwrap();
        assert_eq!((found.value, found.se, digits(found.interval.unwrap().high, 3)), (0.0, Some(0.0), "0.161".to_owned()));
        let doubtful = DOUBTFUL.messages();
        let none = Confusion { neither: 9, ..Confusion::default() }.messages();
        let unseen = wrongly_named(&[Drawn { units: &doubtful, of: 120 }, Drawn { units: &none, of: 880 }]).unwrap();
        assert_eq!(unseen.interval, None, "the rest could hold anything");
    }

    #[test]
    fn nothing_and_nonsense() {
        let (doubtful, rest) = (DOUBTFUL.messages(), REST.messages());
        assert_eq!((wrongly_named(&[]), wrongly_named(&[Drawn { units: &rest, of: 39 }])), (None, None));
        assert_eq!(estimated(&[Drawn { units: &doubtful, of: 120 }, Drawn { units: &[], of: 880 }]), None);
        assert_eq!(wrongly_named(&[Drawn { units: &Confusion { missed: 3, ..Confusion::default() }.messages(), of: 3 }]), None);
        let census = wrongly_named(&[Drawn { units: &doubtful, of: 120 }]).unwrap();
        assert_eq!((census.se, census.interval.unwrap().half_width()), (Some(0.0), 0.0));
        let one = wrongly_named(&[Drawn { units: &rest[..1], of: 880 }]).unwrap();
        assert!(one.se.is_none() && one.interval.unwrap().high > 0.7);
    }
}
