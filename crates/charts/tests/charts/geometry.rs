//! Where things stand: on the sheet, in the right order, and words never on other words.

use charts::{Change, Measure, Slot};
use proptest::prelude::*;

use crate::drawing::{Drawing, Mark, drawings};
use crate::language::{Unit, russian};
use crate::samples::{self, known};

/// A coordinate is rounded to a tenth, a circle has its radius.
const HAIR: f64 = 5.0;

fn heights(sheet: &Drawing, class: &str) -> Vec<f64> {
    sheet.of(class).filter_map(|mark| mark.number("cy")).collect()
}

fn on_the_sheet(html: &str) {
    assert!(!html.contains("NaN") && !html.contains("inf"), "{html}");
    for sheet in drawings(html) {
        for mark in &sheet.marks {
            for (x, y) in mark.points() {
                let inside = (-HAIR..=sheet.width + HAIR).contains(&x) && (-HAIR..=sheet.height + HAIR).contains(&y);
                assert!(inside, "({x}, {y}) is not on {} × {}: {mark:?}", sheet.width, sheet.height);
            }
        }
    }
}

/// Left, right, top and bottom of words, as wide as in the narrower of the usual typefaces.
fn place(mark: &Mark, size: f64) -> [f64; 4] {
    let (x, y) = (mark.number("x").unwrap(), mark.number("y").unwrap());
    let wide = mark.words.replace("&quot;", "\"").chars().count() as f64 * size * 0.5;
    let left = match mark.attribute("text-anchor") {
        Some("middle") => x - wide / 2.0,
        Some("end") => x - wide,
        _ => x,
    };
    [left, left + wide, y - size * 0.75, y]
}

fn words_apart(html: &str) {
    for sheet in drawings(html).iter().filter(|sheet| sheet.width > 200.0) {
        let size = if sheet.width > 400.0 { 13.0 } else { 12.0 };
        // Read words lie over the axis's name, and the newest value over its own line, on purpose.
        let is_fixed = |mark: &&Mark| mark.tag == "text" && mark.class != "spot-words";
        let words: Vec<&Mark> = sheet.marks.iter().filter(is_fixed).collect();
        for (index, one) in words.iter().enumerate() {
            for other in &words[index + 1..] {
                let ([l1, r1, t1, b1], [l2, r2, t2, b2]) = (place(one, size), place(other, size));
                let apart = r1 <= l2 || r2 <= l1 || b1 <= t2 || b2 <= t1;
                assert!(apart, "{} lies on {} at width {}", one.words, other.words, sheet.width);
            }
        }
    }
}

#[test]
fn every_sample_is_on_its_sheet_and_no_words_on_others() {
    for (_, html) in samples::all() {
        on_the_sheet(&html);
        words_apart(&html);
    }
}

#[test]
fn what_grows_is_drawn_growing() {
    let slots: Vec<Slot> = (0..20).map(|day| known(f64::from(day) / 20.0, 0.0, 1.0, 50)).collect();
    for sheet in drawings(&samples::line(&slots).draw(&russian(Unit::Percent))) {
        let heights = heights(&sheet, "dot");
        assert_eq!(heights.len(), 20);
        assert!(heights.windows(2).all(|pair| pair[1] < pair[0]), "{heights:?}");
    }
}

#[test]
fn one_value_nothing_and_all_equal_are_charts_too() {
    let words = russian(Unit::Percent);
    for slots in [
        vec![],
        vec![Slot::Empty],
        vec![Slot::Few(3)],
        vec![known(0.4, 0.3, 0.5, 90)],
        vec![known(0.0, 0.0, 0.0, 40); 9],
        vec![known(1.0, 1.0, 1.0, 40); 9],
        vec![known(0.3, 0.3, 0.3, 40); 400],
    ] {
        let line = samples::line(&slots);
        for line in [line.clone(), { charts::Line { axis: line.axis.clone().cut(), ..line } }] {
            let html = line.draw(&words);
            on_the_sheet(&html);
            words_apart(&html);
        }
    }
}

#[test]
fn equal_values_stand_at_equal_heights() {
    for sheet in drawings(&samples::line(&[known(0.3, 0.2, 0.4, 40); 6]).draw(&russian(Unit::Percent))) {
        let heights = heights(&sheet, "dot");
        assert!(heights.windows(2).all(|pair| pair[0] == pair[1]), "{heights:?}");
    }
}

#[test]
fn a_gap_is_not_bridged() {
    let slots = [known(0.1, 0.0, 0.2, 50), known(0.2, 0.1, 0.3, 50), Slot::Few(4), known(0.4, 0.3, 0.5, 50), known(0.4, 0.3, 0.5, 50)];
    for sheet in drawings(&samples::line(&slots).draw(&russian(Unit::Percent))) {
        assert_eq!(sheet.of("curve").count(), 2);
        assert_eq!(sheet.of("band").count(), 2);
        assert_eq!(sheet.of("few").count(), 1);
        assert!(sheet.of("curve").all(|curve| curve.points().len() == 2));
    }
}

#[test]
fn a_bar_twice_as_large_is_twice_as_long() {
    let mut bars = samples::bars();
    bars.bars[1].slot = known(0.2, 0.1, 0.3, 90);
    for sheet in drawings(&bars.draw(&russian(Unit::Percent))) {
        let long: Vec<f64> = sheet.of("bar").filter_map(|bar| bar.number("width")).collect();
        assert!((long[0] - 2.0 * long[1]).abs() < 0.3, "{long:?}");
    }
}

/// A bar and what was lost since the step before are together as long as the bar before.
#[test]
fn a_funnel_loses_what_its_bars_say() {
    for sheet in drawings(&samples::funnel().draw(&russian(Unit::Pieces))) {
        let long = |class| sheet.of(class).filter_map(|mark| mark.number("width")).collect::<Vec<f64>>();
        let (bars, lost) = (long("bar"), long("lost"));
        assert_eq!((bars.len(), lost.len()), (7, 6));
        for step in 1..7 {
            assert!((bars[step] + lost[step - 1] - bars[step - 1]).abs() < 0.3, "{bars:?} {lost:?}");
        }
        assert_eq!(sheet.of("leak").filter(|mark| mark.tag == "rect").count(), 1);
    }
}

#[test]
fn an_interval_that_holds_nothing_crosses_the_line_of_no_difference() {
    for sheet in drawings(&samples::forest().draw(&russian(Unit::Points))) {
        let none = sheet.of("none").next().and_then(|line| line.number("x1")).unwrap();
        let diamond = sheet.of("diamond").next().unwrap().points();
        assert!(diamond[0].0 < none && none < diamond[2].0, "{diamond:?} {none}");
    }
}

#[test]
fn more_is_never_a_paler_tint() {
    let mut heat = samples::heat();
    let slots = (0..24).map(|hour| Measure::new(f64::from(hour) / 23.0).into()).collect();
    heat.hours = (0..24).map(|hour| hour.to_string()).collect();
    heat.days = vec![("пн".to_owned(), slots)];
    for sheet in drawings(&heat.draw(&russian(Unit::Percent))) {
        let tints: Vec<&str> = sheet.marks.iter().map(|mark| mark.class.as_str()).filter(|class| class.starts_with("tint-")).collect();
        assert!(tints.is_sorted() && tints[0] == "tint-1" && tints[23] == "tint-5", "{tints:?}");
    }
}

#[test]
fn small_charts_share_a_scale() {
    for sheet in drawings(&samples::multiples().draw(&russian(Unit::Percent))) {
        let tops: Vec<f64> = sheet.of("dot").filter_map(|dot| dot.number("cy")).collect();
        // 20 % of one channel and of another; both charts begin in one row.
        assert_eq!(tops[2], tops[3], "{tops:?}");
    }
}

fn slots() -> impl Strategy<Value = Vec<Slot>> {
    let slot = prop_oneof![
        1 => Just(Slot::Empty),
        1 => (0_u64..30).prop_map(Slot::Few),
        6 => (0.0..=1.0_f64, 0.0..=0.5_f64, 0.0..=0.5_f64, 30_u64..100_000)
            .prop_map(|(value, below, above, n)| known(value, (value - below).max(0.0), (value + above).min(1.0), n)),
    ];
    prop::collection::vec(slot, 0..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_is_known_stays_on_the_sheet(slots in slots()) {
        let html = samples::line(&slots).draw(&russian(Unit::Percent));
        on_the_sheet(&html);
        words_apart(&html);
    }

    #[test]
    fn any_amount_stays_on_the_sheet(values in prop::collection::vec(-1e15_f64..=1e15, 1..40), power in -20..=0_i32) {
        let slots: Vec<Slot> = values.iter().map(|value| Measure::new(value * 10_f64.powi(power)).into()).collect();
        let mut line = samples::line(&slots);
        line.axis.kind = charts::Kind::Amount;
        on_the_sheet(&line.draw(&russian(Unit::Pieces)));
        let mut columns = samples::columns();
        columns.columns = slots.iter().map(|slot| charts::Bar { label: "а".to_owned(), slot: *slot }).collect();
        on_the_sheet(&columns.draw(&russian(Unit::Pieces)));
    }

    #[test]
    fn changes_on_any_day_stay_apart(days in prop::collection::btree_set(0_usize..60, 0..20)) {
        let mut line = samples::line(&[known(0.3, 0.2, 0.4, 40); 60]);
        days.iter().for_each(|day| line.moments[*day].changes.push(Change { words: "промпт".to_owned(), url: None }));
        let html = line.draw(&russian(Unit::Percent));
        on_the_sheet(&html);
        words_apart(&html);
    }
}
