//! Which exchange repeats an earlier one that failed.
//!
//! A client that retries sends the same method, target and body through the same connection. Remembered is what failed in the last two
//! minutes, a few hundred at most; as long as nothing fails, nothing is computed.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::access::ConnectionId;
use crate::exchange::{Ended, Exchange, Way};

const MEMORY_US: i64 = 120_000_000;
const REMEMBERED: usize = 512;
/// What the SDKs of OpenAI and Anthropic say of themselves.
const RETRY_COUNT: &str = "x-stainless-retry-count";
/// The earlier exchange, where the client says that there was one and we have not seen it.
const UNKNOWN: &str = "unknown";

/// What failed lately.
#[derive(Debug, Default)]
pub(super) struct Retries {
    hasher: RandomState,
    any: AtomicBool,
    failed: Mutex<HashMap<u64, (i64, String)>>,
}

impl Retries {
    /// Says what `exchange` repeats, and remembers it if it failed itself.
    pub(super) fn look_at(&self, connection: ConnectionId, exchange: &Exchange) -> Option<String> {
        let says_so = exchange.request.headers.iter().any(|(name, value)| name == RETRY_COUNT && value != "0");
        let earlier = self.find(connection, exchange);
        earlier.or_else(|| says_so.then(|| UNKNOWN.to_owned()))
    }

    fn find(&self, connection: ConnectionId, exchange: &Exchange) -> Option<String> {
        let has_failed = has_failed(exchange);
        if !has_failed && !self.any.load(Ordering::Relaxed) {
            return None;
        }
        let body = &exchange.request.body;
        let key = (connection, &exchange.request.method, &exchange.request.target, &body.bytes[..], body.length, body.sha256);
        let key = self.hasher.hash_one(key);
        let now_us = exchange.ended_us;
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.retain(|_, (at_us, _)| now_us - *at_us < MEMORY_US);
        // A retry that succeeds ends the row; one that fails is the next one's earlier exchange.
        let earlier = failed.remove(&key).map(|(_, id)| id);
        if has_failed && failed.len() < REMEMBERED {
            failed.insert(key, (now_us, exchange.id.clone()));
        }
        self.any.store(!failed.is_empty(), Ordering::Relaxed);
        earlier
    }
}

/// What clients retry.
fn has_failed(exchange: &Exchange) -> bool {
    let status = exchange.response.as_ref().map(|response| response.status);
    let is_refused = matches!(status, Some(408 | 409 | 425 | 429 | 500..));
    exchange.way == Way::Proxy && (is_refused || exchange.ended != Ended::Whole || status.is_none())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::exchange::{Body, Request, Response};
    use bytes::Bytes;

    fn exchange(id: &str, body: &'static str, status: u16, ended_us: i64) -> Exchange {
        let body = Body::whole(Bytes::from_static(body.as_bytes()));
        Exchange {
            id: id.into(),
            way: Way::Proxy,
            started_us: 0,
            first_byte_us: None,
            ended_us,
            ended: Ended::Whole,
            retry_of: None,
            request: Request { method: "POST".into(), target: "/v1".into(), body, ..Request::default() },
            response: Some(Response { status, ..Response::default() }),
        }
    }

    #[test]
    fn each_retry_names_the_one_before_until_one_succeeds() {
        let (retries, here) = (Retries::default(), ConnectionId::from_number(1).unwrap());
        let look = |id: &str, body, status, us| retries.look_at(here, &exchange(id, body, status, us));
        assert_eq!(look("a", "x", 500, 0), None);
        assert_eq!(look("b", "x", 429, 1), Some("a".into()));
        assert_eq!(look("other", "y", 200, 2), None);
        assert_eq!(look("c", "x", 200, 3), Some("b".into()));
        assert_eq!(look("d", "x", 200, 4), None);
        assert_eq!(look("e", "x", 503, 5), None);
        assert_eq!(look("f", "x", 200, 5 + MEMORY_US), None, "too long ago");
    }

    #[test]
    fn a_client_that_says_so_is_believed_and_memory_is_bounded() {
        let (retries, here) = (Retries::default(), ConnectionId::from_number(1).unwrap());
        let mut said = exchange("a", "x", 200, 0);
        said.request.headers.push((RETRY_COUNT.into(), "1".into()));
        assert_eq!(retries.look_at(here, &said), Some(UNKNOWN.into()));
        for number in 0..2000 {
            let mut failed = exchange("a", "x", 500, 0);
            failed.request.target = format!("/{number}");
            retries.look_at(here, &failed);
        }
        assert_eq!(retries.failed.lock().unwrap().len(), REMEMBERED);
    }
}
