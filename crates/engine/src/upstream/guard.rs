//! Which addresses a connection of a business may not point at: link-local ones, the metadata services of clouds, and our own door.
//!
//! Judged is the address that a name resolves to, so neither a name of somebody's own nor a number in an odd spelling gets around it. A
//! connection whose setting `link_local` allows it may ask the first two; our own door is never asked: that would go in circles.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

/// Metadata services outside the link-local block: Alibaba, Oracle, Azure.
const METADATA_V4: [Ipv4Addr; 3] = [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(192, 0, 0, 192), Ipv4Addr::new(168, 63, 129, 16)];
/// Amazon's, in IPv6.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Where this program listens; told once it does.
#[derive(Debug, Clone, Default)]
pub struct Own(Arc<OnceLock<SocketAddr>>);

impl Own {
    /// It listens there.
    pub fn listens(&self, address: SocketAddr) {
        let _ = self.0.set(address);
    }

    /// Whether a connection from `local` to `peer` came out at our own door. On all addresses of a machine one talks to oneself when both
    /// ends have the same one.
    pub(super) fn is(&self, local: SocketAddr, peer: SocketAddr) -> bool {
        self.0
            .get()
            .is_some_and(|own| own.port() == peer.port() && (own.ip() == peer.ip() || own.ip().is_unspecified() && local.ip() == peer.ip()))
    }
}

/// Whether it takes a connection's permission to ask there.
pub(super) fn is_local_service(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_local_v4(v4),
        IpAddr::V6(v6) => v6.is_unicast_link_local() || v6 == METADATA_V6 || embedded(v6).is_some_and(is_local_v4),
    }
}

fn is_local_v4(ip: Ipv4Addr) -> bool {
    ip.is_link_local() || METADATA_V4.contains(&ip)
}

/// The IPv4 address that an IPv6 one stands for: mapped, compatible, or behind the well-known prefix of NAT64.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, high, low] = ip.segments();
    let last = Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0xffff | 0] | [0x64, 0xff9b, 0, 0, 0, 0] => Some(last),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn metadata_and_link_local_addresses_are_known_in_every_spelling() {
        for bad in [
            "169.254.169.254",
            "169.254.0.1",
            "100.100.100.200",
            "168.63.129.16",
            "fe80::1",
            "febf::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::a9fe:a9fe",
        ] {
            assert!(is_local_service(bad.parse().unwrap()), "{bad}");
        }
        for good in ["127.0.0.1", "10.0.0.5", "192.168.1.1", "8.8.8.8", "::1", "2001:db8::1", "fd00::1", "::ffff:10.0.0.1"] {
            assert!(!is_local_service(good.parse().unwrap()), "{good}");
        }
    }

    #[test]
    fn our_own_door_is_known_on_one_address_and_on_all() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        let own = Own::default();
        assert!(!own.is(at("127.0.0.1:5"), at("127.0.0.1:8080")), "not told yet");
        own.listens(at("127.0.0.1:8080"));
        assert!(own.is(at("127.0.0.1:5"), at("127.0.0.1:8080")));
        assert!(!own.is(at("127.0.0.1:5"), at("127.0.0.1:8081")));
        let everywhere = Own::default();
        everywhere.listens(at("0.0.0.0:8080"));
        assert!(everywhere.is(at("10.0.0.7:5"), at("10.0.0.7:8080")), "to itself");
        assert!(!everywhere.is(at("10.0.0.7:5"), at("10.0.0.8:8080")), "to a neighbour");
    }
}
