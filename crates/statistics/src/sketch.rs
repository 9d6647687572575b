//! Percentiles of any number of days in a few hundred bytes a day: a histogram whose bins grow by two per cent.
//!
//! The idea is DDSketch's (Masson, Rim, Lee 2019): a value x goes to bin ⌈log x / log γ⌉ and is given back as the bin's middle, so every
//! value is known to (γ−1)/(γ+1), with γ = 1.02 that is 0.99 per cent. Merging adds counts: in any order, to the same sketch.
//! Values below a billionth count as nought; who was never answered is counted beside the bins and is +∞.
//!
//! # Bytes
//!
//! ```text
//! 01                  version
//! zeros censored bins three LEB128 numbers
//! index count …       per bin: the first index by zigzag, then gaps to the next; counts; ascending, none empty
//! ```

use std::collections::BTreeMap;

use thiserror::Error;

use crate::proportion::Rate;
use crate::quantile::interpolated;

const GAMMA: f64 = 1.02;
const VERSION: u8 = 1;
const LEAST: f64 = 1e-9;
const MOST: f64 = 1e300;

/// What a value cannot be: negative, or no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a time is nought or more")]
pub struct NoTime;

/// What no sketch is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("these bytes are no sketch of version {VERSION}")]
pub struct NoSketch;

/// Counts by size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sketch {
    zeros: u64,
    bins: BTreeMap<i32, u64>,
    censored: u64,
}

impl Sketch {
    /// Counts one value; +∞ is one that never ended.
    pub fn add(&mut self, value: f64) -> Result<(), NoTime> {
        if value.is_nan() || value < 0.0 {
            return Err(NoTime);
        }
        let count = match value {
            f64::INFINITY => &mut self.censored,
            small if small < LEAST => &mut self.zeros,
            _ => self.bins.entry(bin(value)).or_default(),
        };
        *count = count.saturating_add(1);
        Ok(())
    }

    /// Adds another's counts.
    pub fn merge(&mut self, other: &Self) {
        self.zeros = self.zeros.saturating_add(other.zeros);
        self.censored = self.censored.saturating_add(other.censored);
        for (index, count) in &other.bins {
            let ours = self.bins.entry(*index).or_default();
            *ours = ours.saturating_add(*count);
        }
    }

    /// How many were counted.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.bins.values().fold(self.zeros.saturating_add(self.censored), |sum, count| sum.saturating_add(*count))
    }

    /// How many never ended.
    #[must_use]
    pub fn censored(&self) -> u64 {
        self.censored
    }

    /// As `Values::quantile`, to one per cent of the value.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        interpolated(self.n(), share, |rank| self.at(rank))
    }

    /// How many took no longer than this; values within one per cent of it may be on either side.
    #[must_use]
    pub fn within(&self, limit: f64) -> Rate {
        let part = self.bins.iter().filter(|(index, _)| middle(**index) <= limit).map(|(_, count)| *count);
        let zeros = if limit >= 0.0 { self.zeros } else { 0 };
        Rate { part: part.fold(zeros, u64::saturating_add), n: self.n() }
    }

    /// For the store.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for number in [self.zeros, self.censored, self.bins.len() as u64] {
            write(&mut bytes, number);
        }
        let mut last = None;
        for (index, count) in &self.bins {
            write(&mut bytes, last.map_or_else(|| zigzag(*index), |last| (i64::from(*index) - i64::from(last)) as u64));
            write(&mut bytes, *count);
            last = Some(*index);
        }
        bytes
    }

    /// From the store; only what `to_bytes` writes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NoSketch> {
        let (version, mut rest) = bytes.split_first().ok_or(NoSketch)?;
        let (zeros, censored, bins) = (read(&mut rest)?, read(&mut rest)?, read(&mut rest)?);
        let mut sketch = Self { zeros, censored, ..Self::default() };
        let mut last: Option<i32> = None;
        for _ in 0..bins {
            let (step, count) = (read(&mut rest)?, read(&mut rest)?);
            let index = match last {
                None => i64::try_from(step).map(|step| (step >> 1) ^ -(step & 1)).ok(),
                Some(last) => i64::try_from(step).ok().filter(|gap| *gap > 0).and_then(|gap| gap.checked_add(i64::from(last))),
            };
            let index =
                index.and_then(|index| i32::try_from(index).ok()).filter(|index| (bin(LEAST)..=bin(MOST)).contains(index) && count > 0);
            last = Some(index.ok_or(NoSketch)?);
            sketch.bins.extend(last.map(|index| (index, count)));
        }
        (*version == VERSION && rest.is_empty() && sketch.to_bytes() == bytes).then_some(sketch).ok_or(NoSketch)
    }

    /// The value of this rank, counted from nought.
    fn at(&self, rank: u64) -> f64 {
        if rank < self.zeros {
            return 0.0;
        }
        let mut passed = self.zeros;
        for (index, count) in &self.bins {
            passed = passed.saturating_add(*count);
            if rank < passed {
                return middle(*index);
            }
        }
        f64::INFINITY
    }
}

fn bin(value: f64) -> i32 {
    (value.min(MOST).ln() / GAMMA.ln()).ceil() as i32
}

/// 2γⁱ/(γ+1): as far from the bin's lower bound as from the upper one, by ratio.
fn middle(index: i32) -> f64 {
    2.0 * (f64::from(index) * GAMMA.ln()).exp() / (GAMMA + 1.0)
}

fn zigzag(index: i32) -> u64 {
    let index = i64::from(index);
    ((index << 1) ^ (index >> 63)) as u64
}

fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read(bytes: &mut &[u8]) -> Result<u64, NoSketch> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(NoSketch)?;
        *bytes = rest;
        let part = u64::from(byte & 0x7f);
        number |= part.checked_mul(1 << shift).ok_or(NoSketch)?;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(NoSketch)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sketch(values: &[f64]) -> Sketch {
        let mut sketch = Sketch::default();
        values.iter().for_each(|value| sketch.add(*value).unwrap());
        sketch
    }

    #[test]
    fn percentiles_to_one_per_cent() {
        let waits = sketch(&[0.8, 1.2, 1.5, 2.0, 2.4, 2.9, 3.1, 4.0, 7.5, 31.0]);
        for (share, exact) in [(0.5, 2.65), (0.9, 9.85), (0.95, 20.425), (0.99, 28.885)] {
            let found = waits.quantile(share).unwrap();
            assert!((found / exact - 1.0).abs() <= 0.01, "{share} {found}");
        }
        assert_eq!(waits.within(3.0), Rate { part: 6, n: 10 });
        assert_eq!(sketch(&[0.0, 0.0, 5.0]).quantile(0.4), Some(0.0));
    }

    #[test]
    fn who_was_never_answered_is_the_slowest() {
        let waits = sketch(&[1.0, f64::INFINITY, 2.0]);
        assert_eq!((waits.n(), waits.censored(), waits.quantile(0.9), waits.within(f64::MAX).part), (3, 1, Some(f64::INFINITY), 2));
        assert_eq!((Sketch::default().quantile(0.5), Sketch::default().within(1.0).share()), (None, None));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let mut sketch = Sketch::default();
        assert_eq!([-1.0, f64::NAN, f64::NEG_INFINITY].map(|value| sketch.add(value)), [Err(NoTime); 3]);
        assert_eq!(sketch, Sketch::default());
        sketch.add(f64::MAX).unwrap();
        sketch.add(f64::MIN_POSITIVE).unwrap();
        assert_eq!((sketch.n(), sketch.zeros), (2, 1));
        assert!(sketch.quantile(1.0).unwrap().is_finite());
        assert_eq!((sketch.quantile(f64::NAN), sketch.within(f64::NAN).part), (None, 0));
    }

    #[test]
    fn bytes_are_short_and_checked() {
        // Bin 35 is (1.9607, 1.9999]; the zigzag of 35 is 70.
        assert_eq!(sketch(&[2.0 / 1.001, 0.0, 2.0 / 1.001, f64::INFINITY]).to_bytes(), [1, 1, 1, 1, 70, 2]);
        let day: Vec<f64> = (0..2000).map(|i| 0.5 + f64::from(i % 400) / 10.0).collect();
        assert!(sketch(&day).to_bytes().len() < 600);
        let good = sketch(&[0.3, 4.0, 4.1]).to_bytes();
        assert_eq!(Sketch::from_bytes(&good).unwrap().to_bytes(), good);
        let mut long = good.clone();
        long.push(0);
        let huge = [1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 1];
        for bad in [
            &[][..],
            &[2, 0, 0, 0],
            &good[..good.len() - 1],
            &long,
            &[1, 0, 0, 1, 70, 0],
            &[1, 0, 0, 2, 70, 1, 0, 1],
            &[1, 0x80, 0, 0, 0],
            &huge,
        ] {
            assert_eq!(Sketch::from_bytes(bad), Err(NoSketch), "{bad:?}");
        }
    }
}
