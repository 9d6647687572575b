//! Equal arms, looked at after every client: how often does each test find a winner where there is none?

use statistics::Rate;
use statistics::difference::pooled_z;
use statistics::sequential::{FIRST_LOOK, Sequential};

use crate::random::Random;

const RUNS: u32 = 2000;

/// The share of runs in which the fixed-size test, and in which the sequential one, ever said "differs".
fn false_alarms(p: f64, most: u64, seed: u64) -> (f64, f64) {
    let mut random = Random::seeded(seed);
    let (mut naive, mut honest) = (0, 0);
    for _ in 0..RUNS {
        let (mut one, mut two) = (Rate { part: 0, n: 0 }, Rate { part: 0, n: 0 });
        let mut test = Sequential::new(0.03).unwrap();
        let (mut naive_said, mut honest_said) = (false, false);
        for n in 1..=most {
            one = Rate { part: one.part + u64::from(random.happens(p)), n };
            two = Rate { part: two.part + u64::from(random.happens(p)), n };
            if n < FIRST_LOOK {
                continue;
            }
            honest_said |= test.look(one, two).is_some_and(statistics::sequential::Look::is_decided);
            // The p-value costs more than the score: ask for it only until it has spoken.
            naive_said = naive_said || pooled_z(one, two).is_some_and(|score| score.z.abs() > statistics::Z95);
        }
        naive += u32::from(naive_said);
        honest += u32::from(honest_said);
    }
    (f64::from(naive) / f64::from(RUNS), f64::from(honest) / f64::from(RUNS))
}

#[test]
fn looking_every_day_finds_no_winner_between_equals() {
    for (p, most, seed) in [(0.25, 1000, 1), (0.12, 2000, 2), (0.05, 1000, 3)] {
        let (naive, honest) = false_alarms(p, most, seed);
        println!("p = {p}, n ≤ {most}: fixed-size {:.2} %, sequential {:.2} %", naive * 100.0, honest * 100.0);
        assert!(honest <= 0.05, "{p}: {honest}");
        // The simulation can see a fault: the test that is not made for this fails it.
        assert!(naive > 0.25, "{p}: {naive}");
    }
}

/// The confidence sequence must hold the truth at all looks together.
#[test]
fn the_interval_holds_at_every_look() {
    let mut random = Random::seeded(4);
    let mut missed = 0;
    for _ in 0..500 {
        let (mut one, mut two) = (Rate { part: 0, n: 0 }, Rate { part: 0, n: 0 });
        let mut test = Sequential::new(0.05).unwrap();
        let mut outside = false;
        for n in 1..=1000 {
            one = Rate { part: one.part + u64::from(random.happens(0.20)), n };
            two = Rate { part: two.part + u64::from(random.happens(0.25)), n };
            outside |= test.look(one, two).is_some_and(|look| !look.difference.interval.contains(0.05));
        }
        missed += u32::from(outside);
    }
    assert!(missed <= 25, "{missed} of 500");
}
