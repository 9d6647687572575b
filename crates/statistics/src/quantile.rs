//! How long people wait: percentiles of values that are all at hand. Counted by value they add up over any days, exactly.
//!
//! Who was never answered is censored: counted, and longer than any time (+∞). So a p95 is infinite where one of ten got no answer, instead of
//! looking good because the worst cases are missing.

use crate::proportion::Rate;

/// Values in ascending order, the censored last: each once, with how many there are up to it. A million waiting times in whole milliseconds are
/// some thousands of different ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    sorted: Vec<(f64, u64)>,
}

impl Values {
    /// Takes values in any order; +∞ is a censored one. None where one is not a number.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        Self::counted(values.into_iter().map(|value| (value, 1)))
    }

    /// The same of values with how often each occurs.
    #[must_use]
    pub fn counted(values: impl IntoIterator<Item = (f64, u64)>) -> Option<Self> {
        let mut sorted: Vec<(f64, u64)> = values.into_iter().filter(|(_, count)| *count > 0).collect();
        sorted.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        sorted.dedup_by(|(value, count), (kept, all)| {
            let same = value == kept;
            *all += if same { *count } else { 0 };
            same
        });
        let mut upto = 0;
        for (_, count) in &mut sorted {
            upto += *count;
            *count = upto;
        }
        (!sorted.iter().any(|(value, _)| value.is_nan())).then_some(Self { sorted })
    }

    /// How many there are.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.sorted.last().map_or(0, |(_, upto)| *upto)
    }

    /// How many never ended.
    #[must_use]
    pub fn censored(&self) -> u64 {
        self.n() - self.at_most(f64::MAX)
    }

    /// Linear between neighbours: type 7 of Hyndman and Fan (1996), what R and spreadsheets give. +∞ where it falls among the censored.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        interpolated(self.n(), share, |rank| self.ranked(rank))
    }

    /// The least value that at least this share does not exceed: always one that occurred.
    #[must_use]
    pub fn nearest_rank(&self, share: f64) -> Option<f64> {
        let n = self.n();
        if n == 0 || !(0.0..=1.0).contains(&share) {
            return None;
        }
        // Rounding must not turn a rank of exactly 9 into 10.
        let rank = (share * n as f64 * (1.0 - f64::EPSILON)).ceil() as u64;
        Some(self.ranked(rank.clamp(1, n) - 1))
    }

    /// The middle one.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// The mean; none where one never ended.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        self.ended_mean().filter(|_| self.censored() == 0)
    }

    /// The mean of those that ended: to be shown with how many did not.
    #[must_use]
    pub fn ended_mean(&self) -> Option<f64> {
        let (mut sum, mut before) = (0.0, 0);
        for (value, upto) in self.sorted.iter().filter(|(value, _)| value.is_finite()) {
            sum += value * (upto - before) as f64;
            before = *upto;
        }
        (before > 0).then(|| sum / before as f64)
    }

    /// How many took no longer than promised.
    #[must_use]
    pub fn within(&self, limit: f64) -> Rate {
        Rate { part: self.at_most(limit), n: self.n() }
    }

    fn at_most(&self, limit: f64) -> u64 {
        let upto = self.sorted.partition_point(|(value, _)| *value <= limit);
        upto.checked_sub(1).map_or(0, |last| self.sorted[last].1)
    }

    /// The value of that rank, from 0; there must be one.
    fn ranked(&self, rank: u64) -> f64 {
        let at = self.sorted.partition_point(|(_, upto)| *upto <= rank);
        self.sorted[at].0
    }
}

/// Type 7 over values known by rank: x₍ₕ₎ + (h − ⌊h⌋)(x₍ₕ₊₁₎ − x₍ₕ₎) with h = (n−1)·share.
pub(crate) fn interpolated(n: u64, share: f64, at: impl Fn(u64) -> f64) -> Option<f64> {
    if n == 0 || !(0.0..=1.0).contains(&share) {
        return None;
    }
    let place = (n - 1) as f64 * share;
    let (rank, rest) = (place.floor() as u64, place.fract());
    let low = at(rank.min(n - 1));
    if rest == 0.0 || low.is_infinite() {
        return Some(low);
    }
    Some(low + rest * (at((rank + 1).min(n - 1)) - low))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::digits;

    fn waits() -> Values {
        Values::of([31.0, 0.8, 1.2, 1.5, 2.0, 2.4, 2.9, 3.1, 4.0, 7.5]).unwrap()
    }

    #[test]
    fn percentiles_as_worked_by_hand() {
        let shares = [0.5, 0.9, 0.95, 0.99];
        assert_eq!(shares.map(|share| digits(waits().quantile(share).unwrap(), 3)), ["2.650", "9.850", "20.425", "28.885"]);
        assert_eq!(shares.map(|share| waits().nearest_rank(share).unwrap()), [2.4, 7.5, 31.0, 31.0]);
        assert_eq!(digits(waits().mean().unwrap(), 2), "5.64");
        assert_eq!(waits().within(3.0), Rate { part: 6, n: 10 });
    }

    #[test]
    fn incidents_as_worked_by_hand() {
        let minutes = [(0.0, 30.0, 120.0), (0.0, 5.0, 50.0), (0.0, 840.0, 960.0)];
        let of = |span: fn(&(f64, f64, f64)) -> f64| Values::of(minutes.iter().map(span)).unwrap();
        let (detect, recover, total) = (of(|i| i.1 - i.0), of(|i| i.2 - i.1), of(|i| i.2 - i.0));
        assert_eq!([&detect, &recover, &total].map(|values| digits(values.mean().unwrap(), 2)), ["291.67", "85.00", "376.67"]);
        assert_eq!([&recover, &total].map(|values| values.median().unwrap()), [90.0, 120.0]);
    }

    #[test]
    fn who_was_never_answered_is_the_slowest() {
        let values = Values::of([1.0, f64::INFINITY, 2.0, 3.0]).unwrap();
        assert_eq!((values.censored(), values.mean()), (1, None));
        assert_eq!(
            (values.quantile(0.5), values.quantile(0.9), values.quantile(1.0)),
            (Some(2.5), Some(f64::INFINITY), Some(f64::INFINITY))
        );
        assert_eq!(values.within(f64::MAX), Rate { part: 3, n: 4 });
        let nobody = Values::of([f64::INFINITY; 3]).unwrap();
        assert_eq!((nobody.quantile(0.3), nobody.nearest_rank(0.0)), (Some(f64::INFINITY), Some(f64::INFINITY)));
    }

    #[test]
    fn nothing_and_nonsense() {
        let empty = Values::of([]).unwrap();
        assert_eq!((empty.quantile(0.5), empty.nearest_rank(0.5), empty.mean(), empty.within(1.0).share()), (None, None, None, None));
        assert_eq!(Values::of([1.0, f64::NAN]), None);
        for share in [-0.1, 1.1, f64::NAN] {
            assert_eq!((waits().quantile(share), waits().nearest_rank(share)), (None, None));
        }
        assert_eq!(waits().within(f64::NAN).part, 0);
        assert_eq!(Values::of([7.0]).unwrap().quantile(0.95), Some(7.0));
    }
}
