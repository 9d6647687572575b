//! What is counted while a period is walked: different people, and how often each waiting time occurred. Both add up exactly, whatever the parts.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use statistics::Values;

use crate::metrics::judge::NEVER;
use crate::metrics::rate::Rate;

/// Different people.
pub(super) type People = HashSet<i64, BuildHasherDefault<Spread>>;

/// All of both: into the larger one, because each that is put in costs.
pub(super) fn join(into: &mut People, other: &People) {
    if into.len() < other.len() {
        let smaller = std::mem::replace(into, other.clone());
        into.extend(smaller);
    } else {
        into.extend(other);
    }
}

/// Waiting times in milliseconds, each with how often it occurred: a million of them are some thousands of different ones.
#[derive(Default)]
pub(super) struct Waits(HashMap<u32, u64, BuildHasherDefault<Spread>>);

/// One multiplication is enough for drawn numbers and for times.
#[derive(Default)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    /// The low bits choose the place, and of whole seconds they are all alike.
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_i64(&mut self, number: i64) {
        self.write_u64(number as u64);
    }
}

impl Waits {
    pub(super) fn add(&mut self, ms: u32) {
        *self.0.entry(ms).or_default() += 1;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (ms, count) in &other.0 {
            *self.0.entry(*ms).or_default() += count;
        }
    }

    /// In order. Who was never answered waited for ever.
    pub(super) fn sorted(&self) -> Sorted {
        Sorted(Values::counted(self.0.iter().map(|(ms, count)| (if *ms == NEVER { f64::INFINITY } else { f64::from(*ms) }, *count))))
    }
}

/// Waiting times in order; none: nobody waited.
pub(super) struct Sorted(Option<Values>);

impl Sorted {
    /// Who waited.
    pub(super) fn n(&self) -> u64 {
        self.0.as_ref().map_or(0, Values::n)
    }

    /// Of them, who was never answered.
    pub(super) fn unanswered(&self) -> u64 {
        self.0.as_ref().map_or(0, Values::censored)
    }

    /// This share waited no longer, in milliseconds; none where that one was never answered.
    pub(super) fn quantile_ms(&self, share: f64) -> Option<f64> {
        self.0.as_ref().and_then(|values| values.quantile(share)).filter(|ms| ms.is_finite())
    }

    /// Of those that were answered.
    pub(super) fn mean_ms(&self) -> Option<f64> {
        self.0.as_ref().and_then(Values::ended_mean)
    }

    /// How many of all waited at most so long.
    pub(super) fn within(&self, ms: f64) -> Rate {
        self.0.as_ref().map_or(Rate { part: 0, n: 0 }, |values| values.within(ms))
    }
}
