//! Accepting goes first: when recording rests although frames wait.
//!
//! An acknowledgement is waited for by a bot with a client behind it; a record a second later is not. So while frames come in faster
//! than they can be recorded (a backlog stands and grows), recording does a small batch now and then and leaves the processor and the
//! disk to accepting; it catches up as soon as the rush ebbs. Below that load it never rests, and what is accepted is visible within a
//! second. It also stops resting when the queue fills up, because a refusal is worse than a slow acknowledgement.

use std::time::{Duration, Instant};

use queue::Stats;

/// More than a second of recording: the promise of a second is broken already, however hard it works.
const BACKLOG_BYTES: u64 = 12 << 20;
/// Frames come this much faster than they are recorded: less is no rush, recording keeps up or nearly so.
const FASTER: f64 = 1.5;
/// Recording is taken to do at least this much a second, until it has shown more.
const SLOWEST: f64 = 8e6;
/// Rest per work.
const REST: u32 = 15;
/// Bytes of frames in one transaction during a rush: some two thousand events, a tenth of a second.
pub(super) const RUSH_BATCH_BYTES: usize = 1 << 20;
/// Readers are never kept from all news for longer than this and one batch.
const LONGEST: Duration = Duration::from_secs(2);
/// How often a resting recorder looks whether the rush goes on.
pub(super) const LOOK: Duration = Duration::from_millis(40);

/// What it remembers from one look to the next.
pub(super) struct Pace {
    /// The queue may hold this much before it refuses.
    limit_bytes: u64,
    looked: Option<(Instant, Stats)>,
    /// Bytes a second that recording has shown it can do; slowly forgotten.
    speed: f64,
    worked_since: Instant,
    rest_until: Option<Instant>,
    rush: bool,
}

impl Pace {
    pub(super) fn new(limit_bytes: u64, now: Instant) -> Self {
        Self { limit_bytes, looked: None, speed: SLOWEST, worked_since: now, rest_until: None, rush: false }
    }

    /// Called between two batches: whether to rest for [`LOOK`] and ask again instead of taking the next one.
    pub(super) fn rests(&mut self, stats: &Stats, now: Instant) -> bool {
        let rush = self.is_rush(stats, now);
        self.rush = rush;
        match self.rest_until {
            Some(until) if rush && now < until => true,
            Some(_) => {
                self.rest_until = None;
                self.worked_since = now;
                false
            }
            None if rush => {
                let worked = now.duration_since(self.worked_since);
                self.rest_until = Some(now + (worked * REST).min(LONGEST));
                true
            }
            None => {
                self.worked_since = now;
                false
            }
        }
    }

    /// Whether the next batch should be a small one.
    pub(super) fn in_rush(&self) -> bool {
        self.rush
    }

    /// A backlog stands, there is room for more, and more has come since the last look than recording could have done.
    fn is_rush(&mut self, stats: &Stats, now: Instant) -> bool {
        let Some((at, before)) = self.looked.replace((now, *stats)) else { return false };
        let seconds = now.duration_since(at).as_secs_f64().max(0.001);
        let came = stats.published_bytes.saturating_sub(before.published_bytes);
        let recorded = (came + before.pending_bytes).saturating_sub(stats.pending_bytes);
        self.speed = (0.95 * self.speed).max(recorded as f64 / seconds).max(SLOWEST);
        let room = stats.pending_bytes < self.limit_bytes / 2;
        stats.pending_bytes > BACKLOG_BYTES && room && came as f64 / seconds > FASTER * self.speed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    struct Scene {
        pace: Pace,
        now: Instant,
        stats: Stats,
    }

    impl Scene {
        fn new() -> Self {
            let now = Instant::now();
            Self { pace: Pace::new(1024 * MIB, now), now, stats: Stats::default() }
        }

        /// Time passes, frames come and are recorded; whether recording rests then.
        fn after(&mut self, ms: u64, came: u64, pending: u64) -> bool {
            self.now += Duration::from_millis(ms);
            self.stats.published_bytes += came;
            self.stats.pending_bytes = pending;
            self.pace.rests(&self.stats, self.now)
        }
    }

    #[test]
    fn at_an_ordinary_load_it_never_rests() {
        let mut scene = Scene::new();
        for _ in 0..100 {
            assert!(!scene.after(200, MIB, 2 * MIB));
        }
        assert!(!scene.after(10, 100 * MIB, 2 * MIB), "a burst that is not yet a backlog");
    }

    #[test]
    fn a_backlog_that_is_kept_up_with_is_no_rush() {
        let mut scene = Scene::new();
        for _ in 0..50 {
            assert!(!scene.after(200, 2 * MIB, 25 * MIB), "10 MiB a second come and are recorded");
        }
    }

    #[test]
    fn in_a_rush_it_rests_long_and_stops_resting_when_it_ebbs() {
        let mut scene = Scene::new();
        assert!(!scene.after(100, 40 * MIB, 40 * MIB), "the first look has nothing to compare with");
        assert!(scene.after(100, 4 * MIB, 44 * MIB));
        assert!(scene.after(1450, 58 * MIB, 102 * MIB), "1.5 s of rest for 100 ms of work");
        assert!(!scene.after(60, 2 * MIB, 104 * MIB));
        assert!(scene.pace.in_rush());
        assert!(scene.after(100, 4 * MIB, 107 * MIB));
        assert!(!scene.after(40, 0, 107 * MIB), "nothing came: the rush is over");
        assert!(!scene.after(200, MIB, 106 * MIB));
    }

    #[test]
    fn it_never_rests_when_the_queue_fills_up() {
        let mut scene = Scene::new();
        for _ in 0..20 {
            assert!(!scene.after(100, 40 * MIB, 600 * MIB));
        }
    }
}
