//! Accepting goes first: when recording rests although frames wait.
//!
//! An acknowledgement is waited for by a bot with a client behind it; a record a second later is not. So while frames come in faster
//! than they can be recorded (a backlog stands and grows), recording does a small batch now and then and leaves the processor and the
//! disk to accepting; it catches up as soon as the rush ebbs. Below that load it never rests, and what is accepted is visible within a
//! second. It also stops resting when the queue fills up, because a refusal is worse than a slow acknowledgement.

use std::time::{Duration, Instant};

use queue::Stats;

/// Seconds of recording that make a backlog: the promise of a second is broken already, however hard it works.
const BACKLOG_S: f64 = 1.25;
/// Frames come this much faster than they are recorded: less is no rush, recording keeps up or nearly so.
const FASTER: f64 = 1.3;
/// Bytes a second that recording is taken to do until a backlog has shown what it does.
const FIRST_GUESS: f64 = 8e6;
/// Both speeds are means of about this long: one look sees a batch or none.
const MEMORY: Duration = Duration::from_secs(1);
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
    looked: Option<(Instant, u64)>,
    /// What comes.
    comes: Speed,
    /// What is recorded while it works.
    records: Speed,
    finished: Instant,
    worked_since: Instant,
    rest_until: Option<Instant>,
    rush: bool,
}

/// Bytes a second, a mean over about [`MEMORY`].
struct Speed(f64);

impl Speed {
    fn saw(&mut self, bytes: u64, took: Duration) {
        let seconds = took.as_secs_f64().max(0.001);
        let weight = 1.0 - (-seconds / MEMORY.as_secs_f64()).exp();
        self.0 += weight * (bytes as f64 / seconds - self.0);
    }
}

impl Pace {
    pub(super) fn new(limit_bytes: u64, now: Instant) -> Self {
        Self {
            limit_bytes,
            looked: None,
            comes: Speed(0.0),
            records: Speed(FIRST_GUESS),
            finished: now,
            worked_since: now,
            rest_until: None,
            rush: false,
        }
    }

    /// Called between two batches: whether to rest for [`LOOK`] and ask again instead of taking the next one.
    pub(super) fn rests(&mut self, stats: &Stats, now: Instant) -> bool {
        if let Some((at, published)) = self.looked.replace((now, stats.published_bytes)) {
            self.comes.saw(stats.published_bytes.saturating_sub(published), now.duration_since(at));
        }
        let room = stats.pending_bytes < self.limit_bytes / 2;
        // Never less than a batch that tells how fast it records: a mean that fell too far would stay there.
        let backlog = (BACKLOG_S * self.records.0).max(RUSH_BATCH_BYTES as f64);
        self.rush = stats.pending_bytes as f64 > backlog && room && self.comes.0 > FASTER * self.records.0;
        match self.rest_until {
            Some(until) if self.rush && now < until => true,
            Some(_) => {
                self.rest_until = None;
                self.worked_since = now;
                false
            }
            None if self.rush => {
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

    /// A batch was recorded that was handed over at `since`. Small ones say nothing: their time is a commit's.
    pub(super) fn recorded(&mut self, bytes: usize, since: Instant, now: Instant) {
        let since = since.max(std::mem::replace(&mut self.finished, now));
        if bytes >= RUSH_BATCH_BYTES / 2 {
            self.records.saw(bytes as u64, now.duration_since(since));
        }
    }

    /// Whether the next batch should be a small one.
    pub(super) fn in_rush(&self) -> bool {
        self.rush
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

        fn records(&mut self, ms: u64, bytes: u64) {
            let since = self.now;
            self.now += Duration::from_millis(ms);
            self.pace.recorded(bytes as usize, since, self.now);
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
            scene.records(200, 2 * MIB);
            assert!(!scene.after(0, 2 * MIB, 25 * MIB), "10 MiB a second come and are recorded");
        }
    }

    #[test]
    fn what_a_slow_disk_records_is_what_counts() {
        let mut scene = Scene::new();
        for _ in 0..10 {
            scene.records(500, 2 * MIB);
            scene.after(0, 3 * MIB, MIB);
        }
        assert!(scene.after(0, 0, 25 * MIB), "6 MiB a second come and 4 are recorded");
    }

    #[test]
    fn one_event_at_a_time_says_nothing_about_its_speed() {
        let mut scene = Scene::new();
        for _ in 0..100 {
            scene.records(10, 500);
        }
        assert!(!scene.after(100, MIB, 13 * MIB));
    }

    #[test]
    fn in_a_rush_it_rests_long_and_stops_resting_when_it_ebbs() {
        let mut scene = Scene::new();
        assert!(!scene.after(100, 40 * MIB, 40 * MIB), "the first look has nothing to compare with");
        assert!(!scene.after(100, 4 * MIB, 44 * MIB), "a tenth of a second is no rush yet");
        assert!(scene.after(900, 36 * MIB, 80 * MIB));
        assert!(scene.after(1950, 78 * MIB, 158 * MIB), "two seconds of rest for 900 ms of work");
        assert!(!scene.after(60, 2 * MIB, 160 * MIB));
        assert!(scene.pace.in_rush());
        assert!(scene.after(100, 4 * MIB, 163 * MIB));
        assert!(scene.after(40, 0, 163 * MIB), "nothing came for a moment");
        assert!(!scene.after(1400, 0, 163 * MIB), "the rush is over");
        assert!(!scene.after(200, MIB, 162 * MIB));
    }

    #[test]
    fn it_never_rests_when_the_queue_fills_up() {
        let mut scene = Scene::new();
        for _ in 0..20 {
            assert!(!scene.after(100, 40 * MIB, 600 * MIB));
        }
    }
}
