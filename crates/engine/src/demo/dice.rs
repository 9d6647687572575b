//! The demo's chance: the same seed gives the same month on every machine.
//!
//! SplitMix64 (Steele, Lea and Flood, 2014): one 64-bit counter and a mixing function. It is not for secrets; it is ours, because a
//! library may change its stream with any version and the demo must not.

/// A stream of chance.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    /// A stream for one purpose; streams of different purposes have nothing to do with each other.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        // FNV-1a spreads the purpose over the counter's starting point.
        let hash = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(seed ^ hash)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, but not including, 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something of this probability happens.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number from `low` to `high`, both possible.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.unit() * (high - low + 1).max(1) as f64) as i64
    }

    /// One of them, which must be some.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.between(0, of.len() as i64 - 1) as usize]
    }

    /// One of them by weight.
    pub(super) fn weighted<T: Copy>(&mut self, of: &[(T, f64)]) -> T {
        let total: f64 = of.iter().map(|(_, weight)| weight).sum();
        let mut left = self.unit() * total;
        for (choice, weight) in of {
            left -= weight;
            if left < 0.0 {
                return *choice;
            }
        }
        of[of.len() - 1].0
    }

    /// Around 0 with deviation 1: the sum of twelve draws, near enough to normal and free of functions that differ between platforms.
    pub(super) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// Skewed to the right as waiting times are; half lie under `median`.
    pub(super) fn skewed(&mut self, median: f64, spread: f64) -> f64 {
        median * 2_f64.powf(self.normal() * spread)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        // First outputs of SplitMix64 from state 0.
        let mut dice = Dice(0);
        assert_eq!([dice.next(), dice.next()], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4]);
    }

    #[test]
    fn draws_stay_in_their_range() {
        let mut dice = Dice::new(7, "test");
        for _ in 0..10_000 {
            assert!((3..=5).contains(&dice.between(3, 5)));
            assert!((0.0..1.0).contains(&dice.unit()));
            assert!(dice.skewed(1000.0, 0.5) > 0.0);
        }
        assert!((0..1000).all(|_| dice.weighted(&[(1, 0.0), (2, 1.0)]) == 2));
        let mean = (0..10_000).map(|_| dice.normal()).sum::<f64>() / 10_000.0;
        assert!(mean.abs() < 0.05, "{mean}");
    }
}
