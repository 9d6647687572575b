//! Tokens that nobody has: more than a few a minute from one address, and it is told to wait.
//!
//! A token is 256 random bits, so this stops noise rather than success. Tokens that work go on working whatever others at the same
//! address try: a proxy before the server gives all callers one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

const MINUTE_US: i64 = 60_000_000;
/// Unknown tokens a minute that are answered plainly: a mistyped URL is retried.
const FREE: u32 = 30;
/// Addresses that are remembered; whoever has more to try from is not stopped by this.
const ADDRESSES: usize = 4096;

/// Who guessed.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    by_address: Mutex<HashMap<IpAddr, (i64, u32)>>,
    refused: AtomicU64,
}

impl Guesses {
    /// Notes an unknown token; how many seconds to wait, if it was one too many.
    pub(super) fn note(&self, address: Option<IpAddr>, now_us: i64) -> Option<u32> {
        let address = network(address?);
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if by_address.len() >= ADDRESSES && !by_address.contains_key(&address) {
            by_address.retain(|_, (since_us, _)| now_us - *since_us < MINUTE_US);
            if by_address.len() >= ADDRESSES {
                by_address.clear();
            }
        }
        let (since_us, count) = by_address.entry(address).or_insert((now_us, 0));
        if !(0..MINUTE_US).contains(&(now_us - *since_us)) {
            (*since_us, *count) = (now_us, 0);
        }
        *count += 1;
        if *count <= FREE {
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

/// One household has 2^64 addresses of IPv6.
fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_thirty_first_waits_until_the_minute_is_over() {
        let guesses = Guesses::default();
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..FREE {
            assert_eq!(guesses.note(Some(one), 1_000_000), None);
        }
        assert_eq!(guesses.note(Some(one), 31_000_000), Some(31));
        assert_eq!(guesses.note(Some(other), 31_000_000), None);
        assert_eq!(guesses.note(Some(one), 61_000_000), None, "a new minute");
        assert_eq!(guesses.refused(), 1);
    }

    #[test]
    fn memory_is_bounded() {
        let guesses = Guesses::default();
        for number in 0..3 * ADDRESSES as u32 {
            guesses.note(Some(IpAddr::from(number.to_be_bytes())), 0);
        }
        assert!(guesses.by_address.lock().unwrap().len() <= ADDRESSES);
    }
}
