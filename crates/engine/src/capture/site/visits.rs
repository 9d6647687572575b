//! How many messages visitors may send: some a minute from one address, and all together no more than a chat can have.
//!
//! Behind a reverse proxy everybody has the proxy's address. So where a request comes from this machine or its own network, the last
//! word of `X-Forwarded-For` counts, which that proxy wrote; where it wrote none nobody can be told apart, and only the whole is bounded.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;

use super::super::often::{Often, network};
use crate::access::ConnectionId;

/// A minute, from one address: an office or a mobile operator puts several visitors behind it.
const BY_ADDRESS: u32 = 60;
/// A minute, through one connection: ten a second are no chat of a small business.
const BY_CHAT: u32 = 600;

/// Messages of the last minute.
#[derive(Debug)]
pub(in crate::capture) struct Visits {
    by_address: Often<IpAddr>,
    by_chat: Often<ConnectionId>,
}

impl Default for Visits {
    fn default() -> Self {
        Self { by_address: Often::new(BY_ADDRESS), by_chat: Often::new(BY_CHAT) }
    }
}

impl Visits {
    /// Notes a message; how many seconds to wait, if it was one too many.
    pub(super) fn note(&self, chat: ConnectionId, peer: Option<IpAddr>, headers: &HeaderMap, now_us: i64) -> Option<u32> {
        let wait_s = visitor(peer, headers).and_then(|address| self.by_address.note(network(address), now_us));
        // Whoever is told to wait takes nothing from the others.
        wait_s.or_else(|| self.by_chat.note(chat, now_us))
    }

    /// How often somebody was told to wait.
    pub(in crate::capture) fn refused(&self) -> u64 {
        self.by_address.refused() + self.by_chat.refused()
    }
}

/// Where a message comes from, as far as it can be known.
fn visitor(peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = peer?.to_canonical();
    if !is_near(peer) {
        return Some(peer);
    }
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
    last.parse().ok().or_else(|| Some(last.parse::<SocketAddr>().ok()?.ip()))
}

/// This machine or a network of its own, where a reverse proxy stands.
fn is_near(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn behind(said: &[&str]) -> HeaderMap {
        said.iter().map(|said| (axum::http::HeaderName::from_static("x-forwarded-for"), said.parse().unwrap())).collect()
    }

    #[test]
    fn a_visitor_is_who_the_nearest_proxy_says() {
        let of = |peer: &str, said: &[&str]| visitor(Some(peer.parse().unwrap()), &behind(said)).map(|ip| ip.to_string());
        assert_eq!(of("127.0.0.1", &["192.0.2.9, 198.51.100.1"]).unwrap(), "198.51.100.1", "what the visitor said first is not believed");
        assert_eq!(of("127.0.0.1", &["192.0.2.9", "198.51.100.1"]).unwrap(), "198.51.100.1");
        assert_eq!(of("::ffff:10.0.0.1", &["198.51.100.1:4711"]).unwrap(), "198.51.100.1");
        assert_eq!(of("::1", &["2001:db8::1"]).unwrap(), "2001:db8::1");
        assert_eq!(of("198.51.100.7", &["192.0.2.9"]).unwrap(), "198.51.100.7", "whoever comes from outside is believed nothing");
        assert_eq!((of("127.0.0.1", &[]), of("127.0.0.1", &["unknown"])), (None, None));
    }

    #[test]
    fn one_address_and_all_together_are_bounded() {
        let (visits, chat, other) = (Visits::default(), ConnectionId::draw(&mut rand::rng()), ConnectionId::draw(&mut rand::rng()));
        let from = |number: u32| Some(IpAddr::from((0xC633_6400 + number).to_be_bytes()));
        let note = |chat, from| visits.note(chat, from, &HeaderMap::new(), 0);
        for _ in 0..BY_ADDRESS {
            assert_eq!(note(chat, from(0)), None);
        }
        assert!(note(chat, from(0)).is_some());
        for number in BY_ADDRESS..BY_CHAT {
            assert_eq!(note(chat, from(number)), None);
        }
        assert!(note(chat, from(9_999)).is_some(), "with an address of one's own each time");
        assert_eq!((note(other, from(9_998)), visits.refused()), (None, 2), "another chat is another business");
    }
}
