//! What is done too often: more than so many times a minute by one address, or through one connection, and it is told to wait.
//!
//! Counted so are tokens that nobody has, and messages of visitors of sites (`site/visits`). A token is 256 random bits, so counting
//! guesses stops noise rather than success; tokens that work go on working whatever others at the same address try: a proxy before the
//! server gives all callers one address.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::event::when::MINUTE_US;

/// Doers that are remembered; whoever has more addresses to try from is not stopped by this.
const DOERS: usize = 4096;

/// Who did it how often.
#[derive(Debug)]
pub(super) struct Often<Doer> {
    free: u32,
    by_doer: Mutex<HashMap<Doer, (i64, u32)>>,
    refused: AtomicU64,
}

impl<Doer: Eq + Hash> Often<Doer> {
    /// `free` times a minute are no trouble.
    pub(super) fn new(free: u32) -> Self {
        Self { free, by_doer: Mutex::default(), refused: AtomicU64::new(0) }
    }

    /// Notes that it was done; how many seconds to wait, if it was once too often.
    pub(super) fn note(&self, doer: Doer, now_us: i64) -> Option<u32> {
        let mut by_doer = self.by_doer.lock().unwrap_or_else(PoisonError::into_inner);
        if by_doer.len() >= DOERS && !by_doer.contains_key(&doer) {
            by_doer.retain(|_, (since_us, _)| now_us - *since_us < MINUTE_US);
            if by_doer.len() >= DOERS {
                by_doer.clear();
            }
        }
        let (since_us, count) = by_doer.entry(doer).or_insert((now_us, 0));
        if !(0..MINUTE_US).contains(&(now_us - *since_us)) {
            (*since_us, *count) = (now_us, 0);
        }
        *count += 1;
        if *count <= self.free {
            return None;
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
        let wait_us = *since_us + MINUTE_US - now_us;
        Some((wait_us / 1_000_000) as u32 + 1)
    }

    /// How often somebody was told to wait.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

/// Who an address stands for: one household has 2^64 addresses of IPv6.
pub(super) fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn once_too_often_waits_until_the_minute_is_over() {
        let often = Often::new(30);
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..30 {
            assert_eq!(often.note(one, 1_000_000), None);
        }
        assert_eq!(often.note(one, 31_000_000), Some(31));
        assert_eq!(often.note(other, 31_000_000), None);
        assert_eq!(often.note(one, 61_000_000), None, "a new minute");
        assert_eq!(often.refused(), 1);
    }

    #[test]
    fn one_household_is_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::a"), of("2001:db8:1:2:ffff::b"));
        assert_ne!(of("2001:db8:1:2::a"), of("2001:db8:1:3::a"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("::ffff:192.0.2.1"), of("::ffff:192.0.2.2"));
    }

    #[test]
    fn memory_is_bounded() {
        let often = Often::new(1);
        for number in 0..3 * DOERS {
            often.note(number, 0);
        }
        assert!(often.by_doer.lock().unwrap().len() <= DOERS);
    }
}
