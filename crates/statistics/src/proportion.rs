//! A share with what makes it honest: of how many, and between which bounds the true one lies.
//!
//! The interval is Wilson's: it holds for small counts and for shares near zero, where the textbook's one does not. Below thirty there is too
//! little to call it a share at all. A change of a share is told as a ratio too («на 18 % меньше»), with the interval on the logarithm's scale.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::interval::{Interval, Z95};
use crate::special::distribution::beta_quantile;

/// Fewer than these are "little data".
pub const FEW: u64 = 30;

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// Those that are meant.
    pub part: u64,
    /// Of all these.
    pub n: u64,
}

impl Rate {
    /// As a share; none where there is nothing to divide by, or more are meant than there are.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.n > 0 && self.part <= self.n).then(|| self.part as f64 / self.n as f64)
    }

    /// Wilson's score interval (Wilson 1927).
    #[must_use]
    pub fn interval(self) -> Option<Interval> {
        wilson(self.share()?, self.n as f64)
    }

    /// Clopper and Pearson's exact interval (1934): never too narrow, mostly too wide.
    #[must_use]
    pub fn exact(self) -> Option<Interval> {
        self.share()?;
        let (part, rest) = (self.part as f64, (self.n - self.part) as f64);
        Some(Interval {
            low: if self.part == 0 { 0.0 } else { beta_quantile(part, rest + 1.0, 0.025) },
            high: if self.part == self.n { 1.0 } else { beta_quantile(part + 1.0, rest, 0.975) },
        })
    }

    /// Too little to say a share.
    #[must_use]
    pub fn is_few(self) -> bool {
        self.n < FEW
    }
}

/// With all that makes it honest: `{"part":4,"n":7,"share":0.57,"low":0.25,"high":0.84,"is_few":true}`.
impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let interval = self.interval();
        let mut fields = to.serialize_struct("Rate", 6)?;
        fields.serialize_field("part", &self.part)?;
        fields.serialize_field("n", &self.n)?;
        fields.serialize_field("share", &self.share())?;
        fields.serialize_field("low", &interval.map(|interval| interval.low))?;
        fields.serialize_field("high", &interval.map(|interval| interval.high))?;
        fields.serialize_field("is_few", &self.is_few())?;
        fields.end()
    }
}

/// c ± h with c = (p + z²/2n) / (1 + z²/n) and h = z / (1 + z²/n) · √(p(1−p)/n + z²/4n²). `n` need not be whole: a design may be
/// worth more or fewer than it drew.
#[must_use]
pub fn wilson(share: f64, n: f64) -> Option<Interval> {
    if !(0.0..=1.0).contains(&share) || n <= 0.0 || !n.is_finite() {
        return None;
    }
    let square = Z95 * Z95 / n;
    let middle = (share + square / 2.0) / (1.0 + square);
    let half = Z95 / (1.0 + square) * (share * (1.0 - share) / n + square / (4.0 * n)).sqrt();
    let Interval { low, high } = Interval::around(middle, half).within(0.0, 1.0);
    // At the ends the bound is the share itself; rounding must not move it.
    Some(Interval { low: low.min(share), high: high.max(share) })
}

/// How a share changed, as a ratio.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RelativeRisk {
    /// The later share by the earlier one: 0.82 is 18 % less.
    pub ratio: f64,
    /// Its interval; none where nothing is left to take a logarithm of.
    pub interval: Option<Interval>,
}

/// after / before, with exp(ln RR ± z·√(1/a − 1/n₁ + 1/b − 1/n₂)) (Katz et al. 1978). None where there was nothing before.
#[must_use]
pub fn relative_risk(before: Rate, after: Rate) -> Option<RelativeRisk> {
    let (earlier, later) = (before.share()?, after.share()?);
    if before.part == 0 {
        return None;
    }
    let ratio = later / earlier;
    let variance = |rate: Rate| (rate.part as f64).recip() - (rate.n as f64).recip();
    let half = Z95 * (variance(before) + variance(after)).sqrt();
    let interval = (after.part > 0).then(|| Interval { low: ratio * (-half).exp(), high: ratio * half.exp() });
    Some(RelativeRisk { ratio, interval })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{bounds, digits};

    #[test]
    fn the_interval_is_wilsons() {
        for (part, n, share, low, high) in [
            (0, 10, "0.000000", "0.000000", "0.277533"),
            (10, 10, "1.000000", "0.722467", "1.000000"),
            (4, 7, "0.571429", "0.250458", "0.841780"),
            (4, 6, "0.666667", "0.299993", "0.903229"),
            (2, 40, "0.050000", "0.013821", "0.165039"),
            (5, 41, "0.121951", "0.053233", "0.255442"),
            (25, 38, "0.657895", "0.498921", "0.787876"),
            (120, 1000, "0.120000", "0.101299", "0.141609"),
            (151, 1000, "0.151000", "0.130146", "0.174525"),
            (3, 7, "0.428571", "0.158220", "0.749542"),
        ] {
            let rate = Rate { part, n };
            assert_eq!(digits(rate.share().unwrap(), 6), share);
            assert_eq!(bounds(rate.interval().unwrap(), 6), format!("{low}…{high}"));
        }
        assert_eq!(Rate { part: 0, n: 10 }.interval().unwrap().low, 0.0);
        assert_eq!(Rate { part: 10, n: 10 }.interval().unwrap().high, 1.0);
        assert!(Rate { part: 3, n: 29 }.is_few() && !Rate { part: 3, n: 30 }.is_few());
    }

    #[test]
    fn the_exact_interval_is_clopper_and_pearsons() {
        assert_eq!(bounds(Rate { part: 2, n: 40 }.exact().unwrap(), 6), "0.006114…0.169197");
        // At the ends by hand: 1 − 0.025^(1/n).
        assert_eq!(bounds(Rate { part: 0, n: 10 }.exact().unwrap(), 6), format!("0.000000…{:.6}", 1.0 - 0.025_f64.powf(0.1)));
        assert_eq!(bounds(Rate { part: 10, n: 10 }.exact().unwrap(), 6), format!("{:.6}…1.000000", 0.025_f64.powf(0.1)));
    }

    #[test]
    fn no_shows_and_reminders_as_worked_by_hand() {
        let percent = |part, n| digits(Rate { part, n }.share().unwrap() * 100.0, 2);
        assert_eq!([percent(5, 41), percent(7, 43), percent(1, 50)], ["12.20", "16.28", "2.00"]);
        assert_eq!([percent(38, 40), percent(25, 38), percent(32, 38)], ["95.00", "65.79", "84.21"]);
        assert_eq!(
            [percent(4, 7), percent(4, 6), percent(3, 7), percent(5, 7), percent(5, 6)],
            ["57.14", "66.67", "42.86", "71.43", "83.33"]
        );
        // What of 10 000 accepted events is available, with and without those that were lawfully erased; what is missing.
        assert_eq!([percent(9_900, 10_000), percent(40, 10_000)], ["99.00", "0.40"]);
        assert_eq!(digits(Rate { part: 9_900, n: 9_940 }.share().unwrap() * 100.0, 3), "99.598");
    }

    #[test]
    fn eighteen_per_cent_fewer_may_be_nothing() {
        let (before, after) = (Rate { part: 44, n: 200 }, Rate { part: 36, n: 200 });
        let change = relative_risk(before, after).unwrap();
        assert_eq!(digits(change.ratio, 4), "0.8182");
        assert_eq!(digits((change.ratio - 1.0) * 100.0, 2), "-18.18");
        let Interval { low, high } = change.interval.unwrap();
        assert_eq!([digits((low - 1.0) * 100.0, 2), digits((high - 1.0) * 100.0, 2)], ["-44.85", "21.38"]);
        assert_eq!(digits((after.share().unwrap() - before.share().unwrap()) * 100.0, 1), "-4.0");
        let lift = relative_risk(Rate { part: 120, n: 1000 }, Rate { part: 151, n: 1000 }).unwrap();
        assert_eq!(digits((lift.ratio - 1.0) * 100.0, 2), "25.83");
    }

    #[test]
    fn nothing_to_divide_by_is_no_number() {
        for nobody in [Rate { part: 0, n: 0 }, Rate { part: 3, n: 0 }, Rate { part: 3, n: 2 }] {
            assert_eq!((nobody.share(), nobody.interval(), nobody.exact()), (None, None, None));
            assert_eq!(relative_risk(nobody, Rate { part: 1, n: 2 }), None);
            assert_eq!(relative_risk(Rate { part: 1, n: 2 }, nobody), None);
        }
        for (share, n) in [(f64::NAN, 3.0), (0.5, f64::NAN), (0.5, 0.0), (0.5, -1.0), (1.5, 3.0), (0.5, f64::INFINITY)] {
            assert_eq!(wilson(share, n), None);
        }
        assert_eq!(relative_risk(Rate { part: 0, n: 9 }, Rate { part: 1, n: 9 }), None);
        assert_eq!(relative_risk(Rate { part: 1, n: 9 }, Rate { part: 0, n: 9 }), Some(RelativeRisk { ratio: 0.0, interval: None }));
    }
}
