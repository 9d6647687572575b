//! How a share changed against the period before: as a part of what it was, and in points. «−18 %» alone hides that a fifth of little is little,
//! and that it may be chance; so both stand together, each with its interval.

use serde::Serialize;
use statistics::Interval;
use statistics::difference::{self, Difference};
use statistics::proportion::relative_risk;

use crate::metrics::rate::Rate;

/// A share now and before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Changed {
    /// In the period before.
    pub before: Rate,
    /// In this one.
    pub now: Rate,
    /// As a part of what it was, −0.18 is 18 per cent less, with the interval of the logarithm of the ratio; none where nothing was before.
    pub relative: Option<Relative>,
    /// In points, with Newcombe's interval.
    pub points: Option<Difference>,
    /// Fewer than thirty in one of the two: nothing follows.
    pub is_few: bool,
}

/// A change as a part of what was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Relative {
    /// By so much.
    pub value: f64,
    /// Between which bounds; none where nothing is left.
    pub interval: Option<Interval>,
}

impl Changed {
    /// From one to the other.
    #[must_use]
    pub fn of(before: Rate, now: Rate) -> Self {
        let relative = relative_risk(before, now).map(|risk| Relative {
            value: risk.ratio - 1.0,
            interval: risk.interval.map(|bounds| Interval { low: bounds.low - 1.0, high: bounds.high - 1.0 }),
        });
        Self { before, now, relative, points: difference::newcombe(before, now), is_few: before.is_few() || now.is_few() }
    }

    /// Chance alone may have done it.
    #[must_use]
    pub fn may_be_chance(&self) -> bool {
        let bounds = self.relative.and_then(|relative| relative.interval).or(self.points.map(|points| points.interval));
        bounds.is_none_or(|bounds| bounds.contains(0.0))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn changed(before: (u64, u64), now: (u64, u64)) -> Changed {
        Changed::of(Rate { part: before.0, n: before.1 }, Rate { part: now.0, n: now.1 })
    }

    #[test]
    fn the_worked_change_is_not_sure() {
        let found = changed((44, 200), (36, 200));
        let relative = found.relative.unwrap();
        let bounds = relative.interval.unwrap();
        let printed = [relative.value, bounds.low, bounds.high].map(|part| format!("{:.2}", part * 100.0));
        assert_eq!(printed, ["-18.18", "-44.85", "21.38"]);
        assert_eq!(format!("{:.1}", found.points.unwrap().value * 100.0), "-4.0");
        assert!(found.may_be_chance() && !found.is_few);
        assert!(!changed((440, 2000), (300, 2000)).may_be_chance());
    }

    #[test]
    fn from_nothing_there_is_no_part_and_of_few_nothing_follows() {
        let (rose, fell, none) = (changed((0, 40), (5, 40)), changed((5, 40), (0, 40)), changed((0, 0), (1, 29)));
        assert_eq!((rose.relative, fell.relative.unwrap().interval, none.points), (None, None, None));
        assert_eq!((fell.relative.unwrap().value, none.is_few, none.may_be_chance()), (-1.0, true, true));
    }
}
