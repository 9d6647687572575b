//! Two limits (section 1.6 of the reference).
//!
//! * **Rate**: a leaky bucket per source address. Every HTTP request adds one, a batch too; so many a second run out; above the brim the answer is 503.
//! * **Operating**: what a method has cost one caller in ten one-minute baskets. It is looked at *before* a call, so the call that goes over the limit
//!   still succeeds, and the next one is refused with 429 until the oldest basket leaves.
use std::collections::HashMap;

use crate::clock::Moment;

const BASKET_S: i64 = 60;
const BASKETS_S: i64 = 10 * BASKET_S;

/// How much is allowed.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// the brim of the bucket (X): 50, Enterprise 250; `None` switches the limit off
    pub burst: Option<f64>,
    /// what runs out in a second (Y): 2, Enterprise 5
    pub per_second: f64,
    /// seconds of work a method may have cost one caller in ten minutes; `None` for an on-premise portal
    pub operating_s: Option<f64>,
}

impl Default for Allowed {
    fn default() -> Allowed {
        Allowed { burst: Some(50.0), per_second: 2.0, operating_s: Some(480.0) }
    }
}

/// What has been used.
#[derive(Debug, Default)]
pub(crate) struct Used {
    buckets: HashMap<String, (f64, Moment)>,
    work: HashMap<(String, String), Vec<(Moment, f64)>>,
}

/// `time.operating` and `time.operating_reset_at`
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Operating {
    pub(crate) seconds: f64,
    pub(crate) reset_at: i64,
}

impl Used {
    /// Counts a request; `false` if it is one too many (which then counts for nothing).
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn request(&mut self, from: &str, now: Moment, allowed: &Allowed) -> bool {
        let Some(burst) = allowed.burst else { return true };
        let (level, since) = self.buckets.entry(from.to_string()).or_insert((0.0, now));
        let passed_s = (now.0 - since.0).max(0) as f64 / 1e6;
        *level = (*level - passed_s * allowed.per_second).max(0.0);
        *since = now;
        if *level + 1.0 > burst {
            return false;
        }
        *level += 1.0;
        true
    }

    /// Whether the caller may still run the method.
    pub(crate) fn may_run(&mut self, caller: &str, method: &str, now: Moment, allowed: &Allowed) -> bool {
        allowed.operating_s.is_none_or(|limit| self.operating(caller, method, now).seconds <= limit)
    }

    /// Adds what a call cost.
    pub(crate) fn worked(&mut self, caller: &str, method: &str, now: Moment, seconds: f64) -> Operating {
        let baskets = self.work.entry((caller.to_string(), method.to_string())).or_default();
        match baskets.last_mut() {
            Some((began, sum)) if now < began.plus_s(BASKET_S) => *sum += seconds,
            _ => baskets.push((now, seconds)),
        }
        self.operating(caller, method, now)
    }

    fn operating(&mut self, caller: &str, method: &str, now: Moment) -> Operating {
        let Some(baskets) = self.work.get_mut(&(caller.to_string(), method.to_string())) else {
            return Operating { seconds: 0.0, reset_at: now.plus_s(BASKETS_S).seconds() };
        };
        baskets.retain(|(began, _)| now < began.plus_s(BASKETS_S));
        let oldest = baskets.first().map_or(now, |(began, _)| *began);
        Operating { seconds: baskets.iter().map(|(_, sum)| sum).sum(), reset_at: oldest.plus_s(BASKETS_S).seconds() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_runs_out_by_two_a_second_and_is_one_for_each_address() {
        let (mut used, allowed, now) = (Used::default(), Allowed::default(), Moment(0));
        assert!((0..50).all(|_| used.request("a", now, &allowed)));
        assert!(!used.request("a", now, &allowed) && used.request("b", now, &allowed));
        assert!(
            used.request("a", now.plus_s(1), &allowed)
                && used.request("a", now.plus_s(1), &allowed)
                && !used.request("a", now.plus_s(1), &allowed)
        );
    }

    #[test]
    fn the_documentations_own_example_of_operating() {
        let (mut used, allowed) = (Used::default(), Allowed::default());
        // Twenty calls of 20 s within ten minutes: 400 s; five more: 500 s; the next is refused.
        let at = |call: i64| Moment(0).plus_s(call * 24);
        for call in 0..25 {
            assert!(used.may_run("w", "crm.item.list", at(call), &allowed), "call {call}");
            used.worked("w", "crm.item.list", at(call), 20.0);
        }
        assert!(!used.may_run("w", "crm.item.list", at(24), &allowed));
        assert!(used.may_run("w", "crm.item.get", at(24), &allowed) && used.may_run("other", "crm.item.list", at(24), &allowed));
        assert!(used.may_run("w", "crm.item.list", Moment(0).plus_s(600), &allowed), "the oldest basket has left");
    }
}
