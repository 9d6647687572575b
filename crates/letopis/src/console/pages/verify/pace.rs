//! How often one address may have something checked: a bucket that fills again, one token in so many seconds.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// At once.
const BURST: i64 = 20;
/// Then one in so long.
const EACH_US: i64 = 3_000_000;
/// Addresses remembered; when there are more, those that have waited longest are forgotten.
const ADDRESSES: usize = 10_000;

/// For each address the moment at which its bucket will be full.
#[derive(Default)]
pub(super) struct Pace(Mutex<HashMap<IpAddr, i64>>);

impl Pace {
    /// Takes one; an error is how many seconds to wait.
    pub(super) fn take(&self, address: IpAddr, now_us: i64) -> Result<(), u32> {
        let mut full_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= ADDRESSES {
            full_at.retain(|_, at| *at > now_us);
            if full_at.len() >= ADDRESSES {
                full_at.clear();
            }
        }
        let at = full_at.entry(network(address)).or_insert(now_us);
        let next = (*at).max(now_us) + EACH_US;
        let over = next - now_us - BURST * EACH_US;
        if over > 0 {
            return Err(u32::try_from(over / 1_000_000).unwrap_or(u32::MAX).max(1));
        }
        *at = next;
        Ok(())
    }
}

/// One customer has a whole /64 of IPv6 addresses.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_one_at_a_time() {
        let (pace, one, other) = (Pace::default(), IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        assert!((0..BURST).all(|_| pace.take(one, 0).is_ok()));
        assert_eq!(pace.take(one, 0), Err(3));
        assert_eq!(pace.take(other, 0), Ok(()));
        assert_eq!((pace.take(one, EACH_US), pace.take(one, EACH_US)), (Ok(()), Err(3)));
        let (a, b): (IpAddr, IpAddr) = ("2001:db8::1".parse().unwrap_or(one), "2001:db8::ffff:1".parse().unwrap_or(one));
        assert_eq!(network(a), network(b));
        assert!((0..ADDRESSES as u32 * 2).all(|n| pace.take(IpAddr::from(n.to_be_bytes()), 1).is_ok()));
    }
}
