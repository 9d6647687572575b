//! The worked looks, from rows to the printed digits; who is not divided as meant; what is said when.

#![allow(clippy::unwrap_used)]

use jiff::tz::TimeZone;

use super::*;
use crate::event::experiment::{Aim, Experiment, Metric};
use crate::event::when::MINUTE_US;
use crate::event::{BusinessId, RecordNo};
use crate::metrics::judge::marks;

const DAY: i64 = DAY_US;

fn asker(now_us: i64) -> Asker {
    Asker { business: BusinessId(1), zone: TimeZone::UTC, now_us, window_us: 7 * DAY }
}

fn greeting(effect: f64) -> Kept {
    let what = Experiment {
        name: "greeting".into(),
        hypothesis: "…".into(),
        variants: vec!["A".parse().unwrap(), "B".parse().unwrap()],
        metric: Metric::Booked,
        aim: Aim::More,
        effect,
    };
    let started = Some((0, "olga".to_owned()));
    Kept { record: RecordNo::new(BusinessId(1), 7), what, added_us: 0, added_by: "olga".into(), started, stopped: None, keep: None }
}

fn judged(asker: &Asker, one: &Kept, seen: &[Exposure]) -> Standing {
    judge(asker, one, seen, arms_of(asker, one, &counted(seen)))
}

/// So many more clients of a variant on that day, so many of whom did it at once.
fn came(seen: &mut Vec<Exposure>, day: i64, variant: &str, hits: u64, n: u64) {
    for client in 0..n {
        let seen_us = day * DAY + client as i64;
        let hit_us = (client < hits).then_some(seen_us + MINUTE_US);
        seen.push(Exposure { variant: variant.into(), seen_us, hit_us, flags: flags::TOLD, ..Exposure::default() });
    }
}

fn digits(value: f64, digits: usize) -> String {
    format!("{value:.digits$}")
}

/// The four looks of the reference: 200, 500, 1000, 2000 in each variant.
fn worked(until: usize) -> Vec<Exposure> {
    let looks = [(200, 24, 33), (300, 36, 47), (500, 60, 71), (1000, 120, 151)];
    let mut seen = Vec::new();
    for (day, (n, a, b)) in looks.into_iter().take(until).enumerate() {
        came(&mut seen, day as i64 * 10, "A", a, n);
        came(&mut seen, day as i64 * 10, "B", b, n);
    }
    seen
}

#[test]
fn the_worked_looks_to_the_printed_digits() {
    let found = judged(&asker(60 * DAY), &greeting(0.03), &worked(4));
    let looks = &found.comparisons[0].looks;
    let printed: Vec<_> =
        looks.iter().map(|day| day.look.unwrap()).map(|look| [digits(look.likelihood_ratio, 5), digits(look.p, 5)]).collect();
    let expected = [["1.07996", "0.92596"], ["1.74880", "0.57182"], ["2.32090", "0.43087"], ["12.88745", "0.07759"]];
    assert_eq!(printed, expected.map(|pair| pair.map(str::to_owned)));
    assert_eq!(looks.iter().map(|day| day.day_us / DAY).collect::<Vec<_>>(), [0, 10, 20, 30], "days on which nothing happened are none");
    assert_eq!((found.days, found.open, found.is_mismatch), (60, 0, false));

    let third = judged(&asker(21 * DAY), &greeting(0.03), &worked(3));
    let compared = &third.comparisons[0];
    let newcombe = compared.difference.unwrap();
    assert_eq!([digits(newcombe.interval.low, 6), digits(newcombe.interval.high, 6)], ["0.000969", "0.061052"]);
    assert_eq!([digits(compared.fixed.unwrap().z, 6), digits(compared.fixed.unwrap().p, 6)], ["2.025324", "0.042834"]);
    assert_eq!(digits(compared.relative.unwrap() * 100.0, 2), "25.83");
    assert_eq!(digits(compared.look.unwrap().difference.interval.half_width(), 6), "0.047220");
    assert_eq!((compared.needed, third.open), (Some(2036), 1000), "a fixed test would say «better»; the honest answer is «too early»");
    assert!(matches!(third.verdict, Verdict::Early { weeks: Some(4..=8) }), "{:?}", third.verdict);
}

#[test]
fn who_is_not_divided_as_meant_is_told_first() {
    let with = |a, b| {
        let mut seen = Vec::new();
        came(&mut seen, 0, "A", 100, a);
        came(&mut seen, 0, "B", 400, b);
        judged(&asker(30 * DAY), &greeting(0.03), &seen)
    };
    let fine = with(1000, 1100);
    assert_eq!([digits(fine.split.unwrap().statistic, 4), digits(fine.split.unwrap().p, 6)], ["4.7619", "0.029096"]);
    assert_eq!((fine.is_mismatch, fine.verdict), (false, Verdict::Better));
    let bad = with(1000, 1200);
    assert_eq!([digits(bad.split.unwrap().statistic, 4), format!("{:.3e}", bad.split.unwrap().p)], ["18.1818", "2.008e-5"]);
    assert_eq!((bad.is_mismatch, bad.verdict), (true, Verdict::Mismatch));
}

#[test]
fn a_verdict_needs_a_week_a_difference_or_enough_to_exclude_one() {
    let with = |now: i64, effect: f64, (a, b): (u64, u64), n: u64, change: fn(&mut Kept)| {
        let mut seen = Vec::new();
        came(&mut seen, 0, "A", a, n);
        came(&mut seen, 0, "B", b, n);
        let mut one = greeting(effect);
        change(&mut one);
        judged(&asker(now), &one, &seen).verdict
    };
    let as_is: fn(&mut Kept) = |_| {};
    assert_eq!(with(3 * DAY, 0.05, (100, 300), 1000, as_is), Verdict::Week { days: 4 });
    assert_eq!(with(8 * DAY, 0.05, (100, 300), 1000, as_is), Verdict::Better);
    assert_eq!(with(8 * DAY, 0.05, (300, 100), 1000, as_is), Verdict::Worse);
    assert_eq!(with(8 * DAY, 0.05, (300, 100), 1000, |one| one.what.aim = Aim::Less), Verdict::Better);
    assert_eq!(with(8 * DAY, 0.05, (2, 3), 19, as_is), Verdict::Few { have: 19, first_look: 20 });
    assert_eq!(with(8 * DAY, 0.05, (1500, 1500), 10_000, as_is), Verdict::NoDifference);
    let stop: fn(&mut Kept) = |one| one.stopped = Some((2 * DAY, "olga".into()));
    assert_eq!(with(8 * DAY, 0.05, (12, 15), 100, stop), Verdict::Unclear);
    assert_eq!(with(8 * DAY, 0.05, (100, 300), 1000, stop), Verdict::Unclear, "two days are no week");
    let ended: fn(&mut Kept) = |one| one.stopped = Some((7 * DAY, "olga".into()));
    assert_eq!(with(8 * DAY, 0.05, (100, 300), 1000, ended), Verdict::Better);
    assert_eq!(with(8 * DAY, 0.05, (0, 0), 100, |one| one.started = None), Verdict::Draft);
}

#[test]
fn what_gets_worse_beside_it_is_named() {
    let mut seen = Vec::new();
    came(&mut seen, 0, "A", 100, 1000);
    came(&mut seen, 0, "B", 200, 1000);
    for (index, one) in seen.iter_mut().enumerate() {
        one.marks = if one.variant == "B" && index % 3 == 0 { marks::HANDOFF } else { 0 };
        one.answers = vec![if one.variant == "B" { 4000 } else { 1000 }];
        one.left_out = (index == 5).then(|| "test".into());
        one.flags |= if index < 3 { flags::CROSSED | flags::CONTRADICTED } else { 0 };
    }
    let found = judged(&asker(30 * DAY), &greeting(0.03), &seen);
    assert_eq!((found.comparisons[0].harmed.clone(), found.verdict), (vec!["handoff", "answer_p95"], Verdict::Better));
    assert_eq!((found.crossed, found.contradicted, found.left_out["test"], found.arms[0].rate.n), (3, 3, 1, 999));
    assert_eq!((found.arms[0].guards.answer_p50_ms, found.arms[1].guards.within_3s.part), (Some(1000.0), 0));
}

#[test]
fn a_guard_that_may_be_no_worse_or_was_asked_of_few_is_not_named() {
    let with = |n: u64, slow: u32| {
        let mut seen = Vec::new();
        came(&mut seen, 0, "A", 0, n);
        came(&mut seen, 0, "B", 0, n);
        for (index, one) in seen.iter_mut().enumerate() {
            let ms = 1000 + index as u32 % 50;
            one.answers = vec![ms + if one.variant == "B" { slow } else { 0 }; 10];
            one.marks = if one.variant == "B" { marks::LOST } else { 0 };
        }
        judged(&asker(30 * DAY), &greeting(0.03), &seen).comparisons[0].harmed.clone()
    };
    assert_eq!(with(29, 5000), Vec::<&str>::new(), "of 29 nothing is said, even if all of them were lost");
    assert_eq!(with(200, 5000), ["lost", "answer_p95"]);
    assert_eq!(with(200, 1), ["lost"], "a millisecond is within what chance does");
    let shares = |guards: &mut Guards, part: u64| guards.complained = crate::metrics::rate::Rate { part, n: 200 };
    let cost = |each: f64, clients: u64| {
        let half = 0.1 * each;
        let known = Cost { sum: each * clients as f64, conversations: clients, clients, low: Some(each - half), high: Some(each + half) };
        BTreeMap::from([("RUB".to_owned(), known)])
    };
    let (mut control, mut tried) = (Guards::of(&[]), Guards::of(&[]));
    shares(&mut control, 2);
    shares(&mut tried, 60);
    (control.costs, tried.costs) = (cost(1.0, 200), cost(1.15, 200));
    assert_eq!(tried.harmed(&control, 0.03), ["complained"], "the intervals of the cost overlap");
    tried.costs = cost(1.3, 200);
    assert_eq!(tried.harmed(&control, 0.03), ["complained"], "they do not, but who looks every day sees that by chance too");
    tried.costs = cost(1.6, 200);
    assert_eq!(tried.harmed(&control, 0.03), ["complained", "cost"]);
    tried.costs = cost(1.6, 29);
    assert_eq!((tried.harmed(&control, 0.03), control.harmed(&tried, 0.03)), (vec!["complained"], vec![]), "cheaper harms nobody");
}
