//! How fast a portal is asked. Pure: the clock is handed in.
//!
//! The portal has one leaky bucket for everybody at our address (50 requests deep, 2 a second on ordinary plans), so ours is shallower and leaves
//! the rest to the business's other programs. Two pauses grow apart from each other: after 503 for all methods, after 429 for one. And
//! a method that has nearly used up its ten minutes of work rests until the oldest are forgotten.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::answer::Used;

/// Work of one method in ten minutes that is left to others: the portal blocks at 480 s where its operator set nothing else.
const WORK_SECONDS: f64 = 360.0;
/// The longest pause after 503 is so many first ones; after 429, where nobody says when the method is free again, it is the only one.
const LONGEST: u32 = 60;

/// What a plan allows us.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests a second.
    pub per_second: f64,
    /// Requests at once after a rest.
    pub depth: f64,
    /// The first pause after 503; it doubles.
    pub pause: Duration,
}

impl Default for Rate {
    fn default() -> Self {
        Self { per_second: 2.0, depth: 20.0, pause: Duration::from_secs(1) }
    }
}

/// One portal's.
#[derive(Debug)]
pub struct Pace {
    rate: Rate,
    level: f64,
    at: Instant,
    rests_until: Option<Instant>,
    pause: Duration,
    methods: HashMap<&'static str, Instant>,
}

impl Pace {
    /// An empty bucket.
    #[must_use]
    pub fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, level: 0.0, at: now, rests_until: None, pause: rate.pause, methods: HashMap::new() }
    }

    /// Takes a turn: how long to wait before the request may leave.
    pub fn turn(&mut self, now: Instant) -> Duration {
        self.drain(now);
        self.level += 1.0;
        let over = (self.level - self.rate.depth).max(0.0) / self.rate.per_second;
        let rest = self.rests_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        Duration::from_secs_f64(over).max(rest)
    }

    /// Whether somebody who can wait should: half of the bucket is for those who cannot.
    pub fn is_busy(&mut self, now: Instant) -> bool {
        self.drain(now);
        self.level > self.rate.depth / 2.0 || self.rests_until.is_some_and(|until| until > now)
    }

    /// The portal had enough.
    pub fn too_many(&mut self, now: Instant) {
        self.level = self.level.max(self.rate.depth);
        self.rests_until = Some(now + self.pause);
        self.pause = (self.pause * 2).min(self.rate.pause * LONGEST);
    }

    /// It answered as it should.
    pub fn answered(&mut self) {
        self.pause = self.rate.pause;
    }

    /// A method was blocked.
    pub fn blocked(&mut self, method: &'static str, now: Instant) {
        let free = now + self.rate.pause * LONGEST;
        self.methods.entry(method).and_modify(|until| *until = (*until).max(free)).or_insert(free);
    }

    /// What a method has used; `unix` is the moment on the wall.
    pub(super) fn used(&mut self, method: &'static str, used: Used, now: Instant, unix: i64) {
        if used.seconds >= WORK_SECONDS {
            let rest = u64::try_from(used.until - unix).unwrap_or(0).clamp(1, 600);
            self.methods.insert(method, now + Duration::from_secs(rest));
        }
    }

    /// Whether a method may be asked now.
    pub fn may(&mut self, method: &str, now: Instant) -> bool {
        self.methods.retain(|_, until| *until > now);
        !self.methods.contains_key(method)
    }

    fn drain(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.level = passed.mul_add(-self.rate.per_second, self.level).max(0.0);
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_two_a_second() {
        let start = Instant::now();
        let mut pace = Pace::new(Rate { per_second: 2.0, depth: 3.0, ..Rate::default() }, start);
        let waits: Vec<f64> = (0..6).map(|_| pace.turn(start).as_secs_f64()).collect();
        assert_eq!(waits, [0.0, 0.0, 0.0, 0.5, 1.0, 1.5]);
        assert!(pace.is_busy(start));
        assert_eq!(pace.turn(start + Duration::from_secs(10)), Duration::ZERO);
        assert!(!pace.is_busy(start + Duration::from_secs(10)));
    }

    #[test]
    fn pauses_after_503_double_and_an_answer_ends_them() {
        let start = Instant::now();
        let mut pace = Pace::new(Rate::default(), start);
        let mut now = start;
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            pace.too_many(now);
            now += Duration::from_secs(1);
            let wait = pace.turn(now);
            assert!(wait + Duration::from_secs(1) >= Duration::from_secs(seconds), "{wait:?} of {seconds} s");
            now += wait;
        }
        pace.answered();
        pace.too_many(now);
        assert!(pace.turn(now) < Duration::from_secs(2));
    }

    #[test]
    fn a_method_rests_when_its_work_is_used_up_or_it_was_blocked() {
        let start = Instant::now();
        let mut pace = Pace::new(Rate::default(), start);
        pace.used("crm.lead.add", Used { seconds: 100.0, until: 1_000 }, start, 900);
        assert!(pace.may("crm.lead.add", start));
        pace.used("crm.lead.add", Used { seconds: 400.0, until: 1_000 }, start, 900);
        assert!(!pace.may("crm.lead.add", start) && pace.may("crm.lead.get", start));
        assert!(pace.may("crm.lead.add", start + Duration::from_secs(101)));
        pace.blocked("batch", start);
        assert!(!pace.may("batch", start + Duration::from_secs(59)));
        assert!(pace.may("batch", start + Duration::from_secs(61)));
    }
}
