//! The tables behind the charts hold the same numbers, whole.

use charts::{Funnel, Slot};

use crate::drawing::table;
use crate::language::{Unit, russian};
use crate::samples::{self, known};

#[test]
fn the_table_of_a_line_has_every_moment() {
    let rows = table(&samples::whole_line().draw(&russian(Unit::Percent)));
    assert_eq!(rows[0], ["Период", "Значение", "интервал 95 %", "n", "прошлый период", "Изменения"]);
    assert_eq!(rows[1], ["1 мая", "10,0\u{a0}%", "5,0–20,0\u{a0}%", "60", "20,0\u{a0}% (10,0–30,0\u{a0}%), n\u{a0}=\u{a0}50", ""]);
    assert_eq!(rows[2], ["2 мая", "мало данных", "–", "7", "нет данных", ""]);
    assert_eq!(rows[3][5], "модель gpt-4o → gpt-4.1; промпт 7");
    assert_eq!(rows[5][1..4], ["нет данных", "–", "–"]);
}

#[test]
fn four_hundred_moments_have_four_hundred_rows() {
    let slots: Vec<Slot> = (0..400).map(|day| known(f64::from(day) / 400.0, 0.0, 1.0, 1000 + day as u64)).collect();
    let rows = table(&samples::line(&slots).draw(&russian(Unit::Percent)));
    assert_eq!(rows.len(), 401);
    assert!(rows[1..].iter().enumerate().all(|(day, row)| row[3] == (1000 + day).to_string()));
}

/// 25, 20, 20, 6.25, 20, 12.5 per cent; in all 31.5.
#[test]
fn the_table_of_a_funnel_names_the_largest_loss() {
    let rows = table(&samples::funnel().draw(&russian(Unit::Pieces)));
    let lost: Vec<_> = rows[2..].iter().map(|row| row[3].as_str()).collect();
    assert_eq!(lost, ["50 (больше всего потерь)", "30", "24", "6", "18", "9"]);
    let shares: Vec<_> = rows[2..].iter().map(|row| row[4].trim_end_matches("\u{a0}%")).collect();
    assert_eq!(shares, ["25,0", "20,0", "20,0", "6,2", "20,0", "12,5"]);
    assert_eq!(rows[7][2], "31,5\u{a0}%");
}

#[test]
fn a_funnel_without_loss_or_without_anybody_has_no_leak() {
    for counts in [vec![10, 10, 10], vec![0, 0], vec![5], vec![]] {
        let mut funnel = Funnel { steps: Vec::new(), ..samples::funnel() };
        funnel.steps.extend(counts.iter().map(|reached| charts::Step { label: "шаг".to_owned(), reached: *reached }));
        let html = funnel.draw(&russian(Unit::Pieces));
        assert!(!html.contains("больше всего потерь") && !html.contains("NaN"), "{html}");
    }
}

/// Steps out of order are the caller's mistake, and yet no page breaks on it.
#[test]
fn a_funnel_that_widens_loses_nobody() {
    let mut funnel = samples::funnel();
    funnel.steps[1].reached = 300;
    let rows = table(&funnel.draw(&russian(Unit::Pieces)));
    assert_eq!(rows[2][3], "0");
}

#[test]
fn the_table_of_a_map_has_a_row_an_hour() {
    let rows = table(&samples::heat().draw(&russian(Unit::Percent)));
    assert_eq!(rows[0], ["Период", "пн", "вт"]);
    assert_eq!(rows[2], ["10", "50,0\u{a0}% (40,0–60,0\u{a0}%), n\u{a0}=\u{a0}70", "нет данных"]);
    assert_eq!(rows[3], ["11", "мало данных, n\u{a0}=\u{a0}4", "нет данных"]);
}

#[test]
fn the_other_tables_are_whole() {
    let percent = russian(Unit::Percent);
    assert_eq!(table(&samples::bars().draw(&percent))[1], ["стрижка", "40,0\u{a0}%", "30,0–50,0\u{a0}%", "90"]);
    assert_eq!(table(&samples::columns().draw(&russian(Unit::Pieces))).len(), 7);
    let multiples = table(&samples::multiples().draw(&percent));
    assert_eq!(multiples[0], ["Период", "WhatsApp", "Сайт", "Авито"]);
    assert_eq!(multiples[3][2..], ["нет данных", "нет данных"]);
    let forest = table(&samples::forest().draw(&russian(Unit::Points)));
    assert_eq!(forest[3], ["Вместе", "+4,0", "−2,0 … +10,0", "1000"]);
}
