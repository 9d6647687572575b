//! A salon's chat as an endless, deterministic stream of events: the input of every measurement.
//!
//! Sessions of eight events follow a few scripts (booked, only asked, refused, handed to a person, rescheduled). 64 sessions
//! run side by side, so neighbouring events belong to different conversations, as in real traffic. Every event has its own
//! id, time and session, and every session its own client; the rest comes from a pool of prepared templates, because
//! the generator shares two cores with the server it drives. The same seed gives the same bytes.

mod clock;
mod lines;
mod random;
mod script;
mod template;

use clock::Clock;
use random::Random;
use script::{STEPS, session_templates};
use template::{Template, Values};

/// Conversations under way at the same time.
const SIDE_BY_SIDE: u64 = 64;
/// Different conversations in the pool; later sessions reuse their texts with other ids, times and clients.
const POOL: u64 = 256;

pub(crate) struct Salon {
    seed: u32,
    pool: Vec<Template>,
    next: u64,
    clock: Clock,
    bytes: u64,
}

impl Salon {
    /// `start_unix` is the time of the first event, `gap_ms` the time between two events of the whole stream.
    pub(crate) fn new(seed: u32, start_unix: i64, gap_ms: u32) -> Self {
        let mut random = Random::new(u64::from(seed));
        let pool = (0..POOL).flat_map(|_| session_templates(&mut random)).collect();
        Self { seed, pool, next: 0, clock: Clock::new(start_unix, gap_ms), bytes: 0 }
    }

    /// Bytes that the next `count` events will take, without separators.
    pub(crate) fn upcoming_bytes(&self, count: u64) -> usize {
        (self.next..self.next + count).map(|n| self.template(n).len()).sum()
    }

    /// Appends the next event as one JSON object.
    pub(crate) fn write_next(&mut self, out: &mut Vec<u8>) {
        let number = self.next;
        let (session, _) = place(number);
        let values = Values { seed: self.seed, number, session, clock: &self.clock };
        let before = out.len();
        self.template(number).write(&values, out);
        self.bytes += (out.len() - before) as u64;
        self.next += 1;
        self.clock.advance();
    }

    pub(crate) fn average_bytes(&self) -> f64 {
        self.bytes as f64 / self.next.max(1) as f64
    }

    fn template(&self, number: u64) -> &Template {
        let (session, step) = place(number);
        &self.pool[((session % POOL) * STEPS + step) as usize]
    }
}

/// Which session the event belongs to, and which of its steps it is.
fn place(number: u64) -> (u64, u64) {
    let (round, within) = (number / (SIDE_BY_SIDE * STEPS), number % (SIDE_BY_SIDE * STEPS));
    (round * SIDE_BY_SIDE + within % SIDE_BY_SIDE, within / SIDE_BY_SIDE)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::Value;
    use std::collections::{HashMap, HashSet};

    fn events(seed: u32, count: u64) -> Vec<Value> {
        let mut salon = Salon::new(seed, 1_764_000_000, 2000);
        (0..count)
            .map(|_| {
                let expected = salon.upcoming_bytes(1);
                let mut out = Vec::new();
                salon.write_next(&mut out);
                assert_eq!(out.len(), expected);
                serde_json::from_slice(&out).unwrap()
            })
            .collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_stream_and_another_seed_other_ids() {
        assert_eq!(events(7, 600), events(7, 600));
        assert_ne!(events(7, 1)[0]["event_id"], events(8, 1)[0]["event_id"]);
    }

    #[test]
    fn ids_are_unique_times_advance_and_a_session_has_eight_events_of_one_client() {
        let all = events(1, 2 * SIDE_BY_SIDE * STEPS);
        let ids: HashSet<_> = all.iter().map(|e| e["event_id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), all.len());
        assert!(all.is_sorted_by_key(|e| e["timestamp"].as_str().unwrap().to_owned()));
        let mut sessions: HashMap<&str, HashSet<&str>> = HashMap::new();
        let mut sizes: HashMap<&str, u64> = HashMap::new();
        for event in &all {
            let session = event["session_id"].as_str().unwrap();
            *sizes.entry(session).or_default() += 1;
            sessions.entry(session).or_default().insert(event["client"]["phone"].as_str().unwrap());
        }
        assert!(sizes.values().all(|n| *n == STEPS));
        assert!(sessions.values().all(|phones| phones.len() == 1));
        let clients: HashSet<_> = sessions.values().flatten().collect();
        assert_eq!(clients.len(), sessions.len());
    }

    #[test]
    fn the_mixture_is_of_a_realistic_size_and_variety() {
        let all = events(1, POOL * STEPS);
        let bytes: usize = all.iter().map(|e| e.to_string().len()).sum();
        let average = bytes / all.len();
        assert!((350..=600).contains(&average), "average is {average} bytes");
        let kinds: HashSet<_> = all.iter().map(|e| e["type"].as_str().unwrap()).collect();
        assert!(kinds.len() >= 8, "only {kinds:?}");
    }
}
