//! What must hold for any counts.

use proptest::collection::vec;
use proptest::prelude::*;
use statistics::difference::{chance_lower, fisher, newcombe, pooled_z};
use statistics::sample::messages;
use statistics::sample::sessions::{self, Month};
use statistics::sample::{Part, agreement, draw, ratio};
use statistics::stratified::{self, Stratum};
use statistics::{Interval, Rate, Values, binomial, poisson, power, proportion};

fn rate(most: u64) -> impl Strategy<Value = Rate> {
    (0..=most).prop_flat_map(|n| (0..=n, Just(n))).prop_map(|(part, n)| Rate { part, n })
}

fn some(most: u64) -> impl Strategy<Value = Rate> {
    (1..=most).prop_flat_map(|n| (0..=n, Just(n))).prop_map(|(part, n)| Rate { part, n })
}

fn part() -> impl Strategy<Value = Part> {
    (1_u64..2000)
        .prop_flat_map(|total| (1..=total, Just(total)))
        .prop_flat_map(|(reviewed, total)| (0..=reviewed).prop_map(move |wrong| Part { total, reviewed, wrong }))
}

fn wait() -> impl Strategy<Value = f64> {
    prop_oneof![8 => 1e-3..1e5_f64, 1 => Just(0.0), 1 => Just(f64::INFINITY)]
}

/// Bounds are numbers, in order, and where they can be.
fn is_sound(interval: Interval, low: f64, high: f64) -> bool {
    low <= interval.low && interval.low <= interval.high && interval.high <= high
}

proptest! {
    #[test]
    fn intervals_hold_the_share(rate in some(100_000)) {
        let share = rate.share().unwrap();
        for interval in [rate.interval().unwrap(), rate.exact().unwrap()] {
            prop_assert!(is_sound(interval, 0.0, 1.0) && interval.contains(share), "{rate:?} {interval:?}");
        }
    }

    #[test]
    fn differences_are_sound_and_turn_around(one in some(5000), two in some(5000)) {
        let (there, back) = (newcombe(one, two).unwrap(), newcombe(two, one).unwrap());
        prop_assert!(is_sound(there.interval, -1.0, 1.0) && there.interval.contains(there.value));
        prop_assert!((there.value + back.value).abs() < 1e-12 && (there.interval.low + back.interval.high).abs() < 1e-12);
        let (p, q) = (fisher(one, two).unwrap(), fisher(two, one).unwrap());
        prop_assert!((0.0..=1.0).contains(&p) && (p - q).abs() < 1e-9, "{p} {q}");
        let (lower, higher) = (chance_lower(one, two).unwrap(), chance_lower(two, one).unwrap());
        prop_assert!((lower + higher - 1.0).abs() < 1e-9, "{lower} {higher}");
        if let Some(score) = pooled_z(one, two) {
            prop_assert!(score.z.is_finite() && (0.0..=1.0).contains(&score.p));
        }
    }

    /// Whatever the counts, possible or not: an answer is a number, or there is none.
    #[test]
    fn never_nan(a in any::<(u64, u64)>(), b in any::<(u64, u64)>(), x in any::<f64>(), y in any::<f64>()) {
        // Sums of windows fit; a single number may be anything.
        let (one, two) = (Rate { part: a.0 >> 40, n: a.1 >> 40 }, Rate { part: b.0 >> 40, n: b.1 >> 40 });
        let numbers = [
            one.share(), one.interval().map(|i| i.low + i.high), proportion::wilson(x, y).map(|i| i.low + i.high),
            newcombe(one, two).map(|d| d.value + d.interval.low), pooled_z(one, two).map(|s| s.z + s.p),
            proportion::relative_risk(one, two).map(|r| r.ratio), binomial::chance_of_so_few(one, x),
            poisson::rate_ratio(poisson::Count { events: one.part, exposure: x }, poisson::Count { events: two.part, exposure: y }).map(|r| r.low + r.p),
            power::detectable_rise(x, one.n), power::weeks_to_go(one.n, two.n, x).map(|weeks| weeks as f64),
            stratified::mantel_haenszel(&[Stratum { before: one, after: two }]).map(|w| w.se + w.difference.value),
            stratified::cmh(&[Stratum { before: one, after: two }]).map(|s| s.z + s.p),
            messages::wrong_share(&[Part { total: a.0, reviewed: a.1, wrong: b.0 }]).map(|e| e.share),
        ];
        prop_assert!(numbers.iter().flatten().all(|number| !number.is_nan()), "{numbers:?}");
        let _ = (power::needed_per_arm(x, y), Values::of([x, y]).and_then(|values| values.quantile(x)));
    }

    #[test]
    fn tails_share_what_there_is(found in some(3000), expected in 0.0..=1.0_f64) {
        let (few, many) = (binomial::chance_of_so_few(found, expected).unwrap(), binomial::chance_of_so_many(found, expected).unwrap());
        let (few_, many_) = ((0.0..=1.0).contains(&few), (0.0..=1.0).contains(&many));
        // Both count the case itself, so together they are one and a little.
        prop_assert!(few_ && many_ && few + many > 1.0 - 1e-9, "{few} {many}");
    }

    #[test]
    fn one_stratum_is_crude(before in some(900), after in some(900)) {
        let strata = [Stratum { before, after }];
        if let Some(found) = stratified::mantel_haenszel(&strata) {
            prop_assert!((found.difference.value - newcombe(before, after).unwrap().value).abs() < 1e-12);
            prop_assert!(is_sound(found.difference.interval, -1.0, 1.0));
        }
        let even = stratified::standardised(&strata).unwrap();
        prop_assert!((even.before - before.share().unwrap()).abs() < 1e-12 && (even.after - after.share().unwrap()).abs() < 1e-12);
    }

    #[test]
    fn a_census_is_counted_and_a_sample_is_wider(parts in vec(part(), 1..4)) {
        let found = messages::wrong_share(&parts).unwrap();
        let interval = found.interval.unwrap();
        prop_assert!(is_sound(interval, 0.0, 1.0) && interval.low <= found.share + 1e-12 && found.share <= interval.high + 1e-12);
        let all: Vec<Part> = parts.iter().map(|part| Part { reviewed: part.total, ..*part }).collect();
        let counted = messages::wrong_share(&all).unwrap();
        let plain = all.iter().map(|part| part.wrong).sum::<u64>() as f64 / all.iter().map(|part| part.total).sum::<u64>() as f64;
        prop_assert!((counted.share - plain).abs() < 1e-12 && counted.se == Some(0.0));
        if parts.iter().any(|part| part.reviewed < part.total) {
            prop_assert!(interval.half_width() > 0.0);
        }
    }

    #[test]
    fn sessions_hold_their_share(doubtful in part(), wrong in vec(0_u64..5, 1..30), more in 0_u64..200) {
        let sessions = wrong.len() as u64 + more;
        let month = Month { doubtful, rest: sessions * 5, sessions, wrong: &wrong };
        let found = sessions::wrong_share(&[month]).unwrap();
        let interval = found.interval.unwrap();
        prop_assert!(is_sound(interval, 0.0, 1.0) && interval.low <= found.share + 1e-12 && found.share <= interval.high + 1e-12);
        prop_assert!(more == 0 || interval.half_width() > 0.0);
    }

    #[test]
    fn ratios_hold_themselves(counts in vec((0_u64..4, 0_u64..4, 0_u64..4, 0_u64..4), 1..30), more in 0_u64..200) {
        let units: Vec<ratio::Confusion> =
            counts.iter().map(|c| ratio::Confusion { right: c.0, wrongly_named: c.1, missed: c.2, neither: c.3 }).collect();
        let strata = [ratio::Drawn { units: &units, of: units.len() as u64 + more }];
        for found in [ratio::wrongly_named(&strata), ratio::missed(&strata), ratio::false_positive(&strata)].into_iter().flatten() {
            prop_assert!((0.0..=1.0).contains(&found.value));
            prop_assert!(found.interval.is_none_or(|interval| is_sound(interval, 0.0, 1.0) && interval.low <= found.value + 1e-12 && found.value <= interval.high + 1e-12));
        }
    }

    #[test]
    fn agreement_is_at_most_one(table in (1_usize..5).prop_flat_map(|k| vec(vec(0_u64..50, k), k))) {
        if let Some(found) = agreement::cohen(&table) {
            prop_assert!((-1.0..=1.0 + 1e-12).contains(&found.kappa) && is_sound(found.interval, -1.0, 1.0), "{found:?}");
        }
    }

    #[test]
    fn a_draw_has_nothing_twice_and_grows(ids in vec("[a-d]{1,3}", 0..40), many in 0_usize..30, seed in any::<u64>()) {
        let of = |many| draw::draw("2025-03", seed, ids.iter().map(String::as_str), many);
        let found = of(many);
        let mut unique = found.ids.clone();
        unique.sort();
        unique.dedup();
        prop_assert_eq!(unique.len(), found.ids.len());
        prop_assert_eq!(found.ids.len() as u64, found.of.min(many as u64));
        prop_assert!(found.ids.iter().all(|id| ids.contains(id)));
        prop_assert_eq!(&of(many + 5).ids[..found.ids.len()], &found.ids[..]);
        let backwards = draw::draw("2025-03", seed, ids.iter().rev().map(String::as_str), many);
        prop_assert_eq!(backwards, found);
    }

    #[test]
    fn quantiles_rise_and_stay_within(values in vec(wait(), 1..60), one in 0.0..=1.0_f64, two in 0.0..=1.0_f64) {
        let sorted = Values::of(values.iter().copied()).unwrap();
        let (low, high) = (sorted.quantile(one.min(two)).unwrap(), sorted.quantile(one.max(two)).unwrap());
        prop_assert!(low <= high && sorted.quantile(0.0).unwrap() <= low && high <= sorted.quantile(1.0).unwrap());
        prop_assert!(values.contains(&sorted.nearest_rank(one).unwrap()));
    }

    #[test]
    fn values_counted_in_parts_are_the_same(values in vec(0_u8..20, 0..200), cut in 0_usize..200, share in 0.0..=1.0_f64) {
        let all = || values.iter().map(|value| f64::from(*value));
        let (first, second) = values.split_at(cut.min(values.len()));
        let count = |part: &[u8]| (0..20_u8).map(|value| (f64::from(value), part.iter().filter(|known| **known == value).count() as u64)).collect::<Vec<_>>();
        let (together, parts) = (Values::of(all()).unwrap(), Values::counted(count(first).into_iter().chain(count(second))).unwrap());
        prop_assert_eq!(&parts, &together);
        let mut sorted: Vec<f64> = all().collect();
        sorted.sort_by(f64::total_cmp);
        let place = (share * sorted.len().saturating_sub(1) as f64).floor() as usize;
        prop_assert!(sorted.is_empty() || together.quantile(share).unwrap() >= sorted[place], "never below the value of its rank");
        prop_assert_eq!(together.n(), values.len() as u64);
    }

    #[test]
    fn impossible_rates_are_none(rate in rate(50), extra in 1_u64..9) {
        let impossible = Rate { part: rate.n + extra, n: rate.n };
        prop_assert_eq!((impossible.share(), impossible.interval(), newcombe(impossible, rate)), (None, None, None));
    }
}
