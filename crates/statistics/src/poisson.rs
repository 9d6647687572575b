//! Events in a time: leads a day, incidents a month. Whether more come than before, as a ratio of rates with an exact interval.
//!
//! Given how many came in both windows together, the later ones are binomial (Przyborowski, Wilenski 1940), so the interval of their share
//! (Clopper, Pearson) becomes one of the ratio. Windows are compared with equal weekdays; `exposure` is their length in any one unit.

use serde::Serialize;

use crate::binomial::{chance_of_so_few, chance_of_so_many};
use crate::interval::Interval;
use crate::proportion::Rate;
use crate::special::distribution::gamma_quantile;

/// So many events in so long a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Count {
    /// How many came.
    pub events: u64,
    /// In how many days (or hours, or chats).
    pub exposure: f64,
}

impl Count {
    /// Events per unit of exposure.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        self.is_real().then(|| self.events as f64 / self.exposure)
    }

    /// Garwood's exact interval of the rate (1936).
    #[must_use]
    pub fn interval(self) -> Option<Interval> {
        let events = self.events as f64;
        let low = if self.events == 0 { 0.0 } else { gamma_quantile(events, 0.025) };
        self.is_real().then(|| Interval { low: low / self.exposure, high: gamma_quantile(events + 1.0, 0.975) / self.exposure })
    }

    fn is_real(self) -> bool {
        self.exposure > 0.0 && self.exposure.is_finite()
    }
}

/// How the rate changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RateRatio {
    /// The later rate by the earlier one; none where nothing came before.
    pub ratio: Option<f64>,
    /// Not below this.
    pub low: f64,
    /// Not above this; none where nothing came before, and no bound can be given.
    pub high: Option<f64>,
    /// How often chance alone is as far away: twice the smaller tail, so that it agrees with the interval.
    pub p: f64,
}

/// after / before. None where nothing came in either window, or a window has no length.
#[must_use]
pub fn rate_ratio(before: Count, after: Count) -> Option<RateRatio> {
    let (earlier, later) = (before.rate()?, after.rate()?);
    let found = Rate { part: after.events, n: after.events.checked_add(before.events)? };
    let Interval { low, high } = found.exact()?;
    let lengths = before.exposure / after.exposure;
    let expected = (1.0 + lengths).recip();
    let p = 2.0 * chance_of_so_few(found, expected)?.min(chance_of_so_many(found, expected)?);
    let came = before.events > 0;
    Some(RateRatio {
        ratio: came.then(|| later / earlier),
        low: low / (1.0 - low) * lengths,
        high: came.then(|| high / (1.0 - high) * lengths),
        p: p.min(1.0),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{bounds, digits};

    fn count(events: u64, exposure: f64) -> Count {
        Count { events, exposure }
    }

    #[test]
    fn ratios_with_exact_bounds() {
        // Reference values: Clopper–Pearson bounds of the binomial share, worked with another program.
        for (before, after, expected) in [
            (count(120, 14.0), count(151, 14.0), ["1.2583", "0.9836", "1.6128", "0.068201"]),
            (count(21, 3011.0), count(11, 800.0), ["1.9715", "0.8584", "4.2773", "0.112017"]),
        ] {
            let found = rate_ratio(before, after).unwrap();
            let shown = [digits(found.ratio.unwrap(), 4), digits(found.low, 4), digits(found.high.unwrap(), 4), digits(found.p, 6)];
            assert_eq!(shown, expected);
        }
        let gone = rate_ratio(count(5, 1.0), count(0, 1.0)).unwrap();
        assert_eq!((gone.ratio, gone.low), (Some(0.0), 0.0));
        assert_eq!([digits(gone.high.unwrap(), 6), digits(gone.p, 6)], ["1.091279", "0.062500"]);
        let new = rate_ratio(count(0, 1.0), count(5, 1.0)).unwrap();
        assert_eq!((new.ratio, new.high, digits(new.low.recip(), 6)), (None, None, "1.091279".to_owned()));
    }

    #[test]
    fn one_rate_with_exact_bounds() {
        assert_eq!(bounds(count(10, 1.0).interval().unwrap(), 6), "4.795389…18.390356");
        assert_eq!(bounds(count(0, 2.0).interval().unwrap(), 6), format!("0.000000…{:.6}", -0.025_f64.ln() / 2.0));
        assert_eq!(count(10, 4.0).rate(), Some(2.5));
    }

    #[test]
    fn nothing_to_divide_by_is_no_number() {
        for exposure in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!((count(3, exposure).rate(), count(3, exposure).interval()), (None, None));
            assert_eq!((rate_ratio(count(3, exposure), count(3, 1.0)), rate_ratio(count(3, 1.0), count(3, exposure))), (None, None));
        }
        assert_eq!(rate_ratio(count(0, 1.0), count(0, 1.0)), None);
    }
}
