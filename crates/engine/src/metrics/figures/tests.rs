//! The worked numbers of the definitions, and questions over rows as `tally` stores them.

#![allow(clippy::unwrap_used)]

use rusqlite::Connection;

use super::*;
use crate::event::when::{DAY_US, HOUR_US};
use crate::journal::testing::empty;
use crate::metrics::judge::{FunnelStep, NEVER, marks};

const DAY: i64 = DAY_US;

fn asker() -> Asker {
    Asker { business: BusinessId(1), zone: TimeZone::UTC, now_us: 100 * DAY, window_us: 7 * DAY }
}

fn question() -> Question {
    Question { from_us: 0, to_us: 90 * DAY, only: Vec::new() }
}

/// A row: when, whose, what was told, and more columns.
fn case(conn: &Connection, started_us: i64, person: i64, told: u32, more: &[(&str, &dyn rusqlite::ToSql)]) {
    let columns: Vec<&str> = more.iter().map(|(name, _)| *name).collect();
    let places: Vec<String> = (0..more.len()).map(|at| format!("?{}", at + 4)).collect();
    let comma = if more.is_empty() { "" } else { ", " };
    let sql = format!(
        "INSERT INTO cases (business, id, started_us, person, told, channel, paid_minor, replies, marks{comma}{}) VALUES (1, abs(random()), ?1, ?2, ?3, 'site', 0, 0, 0{comma}{})",
        columns.join(", "),
        places.join(", ")
    );
    let mut values: Vec<&dyn rusqlite::ToSql> = vec![&started_us, &person, &told];
    values.extend(more.iter().map(|(_, value)| *value));
    conn.execute(&sql, values.as_slice()).unwrap();
}

#[test]
fn the_worked_funnel() {
    let conn = empty();
    let counts = [200, 150, 120, 96, 90, 72, 63_u32];
    for person in 0..200_u32 {
        let told = STEPS_TOLD.iter().zip(counts).filter(|(_, count)| person < *count).fold(0, |all, (step, _)| all | step.bit());
        let booked = (told & FunnelStep::Booked.bit() != 0).then_some(1);
        case(&conn, i64::from(person), i64::from(person), told, &[("booked_us", &booked)]);
    }
    let summary = summary(&conn, &asker(), &question()).unwrap();
    let found: Vec<_> = summary.funnel.iter().filter_map(|step| step.count).collect();
    assert_eq!(found, counts.map(u64::from));
    let drops: Vec<_> = summary.funnel.iter().filter_map(|step| step.drop).map(|drop| (drop * 10_000.0).round() / 100.0).collect();
    assert_eq!(drops, [25.0, 20.0, 20.0, 6.25, 20.0, 12.5]);
    let losses: Vec<_> = summary.funnel.iter().filter_map(|step| step.lost).collect();
    assert_eq!(losses, [50, 30, 24, 6, 18, 9]);
    assert_eq!(summary.funnel.iter().position(|step| step.is_largest_leak), Some(1));
    let whole = summary.funnel_overall.unwrap();
    assert_eq!((whole.step, whole.rate, whole.rate.share()), ("arrived", super::super::rate::Rate { part: 63, n: 200 }, Some(0.315)));
    assert_eq!((summary.funnel[7].step, summary.funnel[7].count), ("paid", None), "nobody tells of payments");
    assert_eq!(summary.conversion.session, super::super::rate::Rate { part: 72, n: 200 });
}

const STEPS_TOLD: [FunnelStep; 7] = [
    FunnelStep::Wrote,
    FunnelStep::Intent,
    FunnelStep::Offered,
    FunnelStep::Contact,
    FunnelStep::Lead,
    FunnelStep::Booked,
    FunnelStep::Arrived,
];

#[test]
fn who_came_after_a_hand_over_and_what_so_few_say() {
    let conn = empty();
    let handed = |ms: i64, person: i64| case(&conn, 1, person, 1, &[("person_answer_ms", &ms)]);
    (1..=28).for_each(|minute| handed(minute * 60_000, minute));
    case(&conn, 1, 99, 1, &[]);
    let waits = || {
        conn.execute("UPDATE cases SET marks = ?1", [marks::HANDOFF]).unwrap();
        summary(&conn, &asker(), &question()).unwrap().answers.person
    };
    let few = waits();
    assert_eq!((few.n, few.is_few, few.unanswered, few.p50_ms), (28, true, 0, Some(14.5 * 60_000.0)), "one may still be answered in time");
    handed(i64::from(NEVER), 29);
    handed(i64::from(NEVER), 30);
    let known = waits();
    assert_eq!((known.n, known.is_few, known.unanswered, known.p50_ms), (30, false, 2, Some(15.5 * 60_000.0)));
    assert_eq!(
        (known.within_15min.part, known.within_15min.n, known.p90_ms.map(f64::round), known.p95_ms),
        (15, 30, Some(1_626_000.0), None)
    );
}

#[test]
fn the_worked_waiting_times_and_what_was_never_answered() {
    let worked: Vec<u32> = vec![800, 1200, 1500, 2000, 2400, 2900, 3100, 4000, 7500, 31_000];
    let conn = empty();
    let bytes = |times: &[u32]| times.iter().flat_map(|ms| ms.to_le_bytes()).collect::<Vec<u8>>();
    case(&conn, 1, 1, 1, &[("answers", &bytes(&worked))]);
    let first = summary(&conn, &asker(), &question()).unwrap().answers;
    let seconds = [first.p50_ms, first.p90_ms, first.p95_ms, first.p99_ms].map(|ms| ms.map(|ms| ms.round() / 1000.0));
    assert_eq!(seconds, [Some(2.65), Some(9.85), Some(20.425), Some(28.885)]);
    assert_eq!((first.mean_ms, first.within_3s.part, first.within_3s.n), (Some(5640.0), 6, 10));
    case(&conn, 2, 2, 1, &[("answers", &bytes(&[NEVER; 2]))]);
    let with_silence = summary(&conn, &asker(), &question()).unwrap().answers;
    assert_eq!((with_silence.unanswered, with_silence.within_3s.n, with_silence.p95_ms), (2, 12, None), "infinitely long");
}

#[test]
fn what_is_left_out_is_counted_apart_and_cuts_add_up_to_the_whole() {
    let conn = empty();
    for (person, channel, left_out) in [(1, "telegram", None), (1, "vk", None), (2, "vk", None), (3, "vk", Some("spam"))] {
        case(&conn, person * DAY, person, 1, &[("left_out", &left_out)]);
        conn.execute("UPDATE cases SET channel = ?1 WHERE channel = 'site'", [channel]).unwrap();
    }
    let all = summary(&conn, &asker(), &question()).unwrap();
    assert_eq!((all.conversations, all.clients, all.left_out["spam"]), (3, 2, 1));
    let by_channel = by(&conn, &asker(), &question(), Cut::Channel).unwrap();
    assert_eq!((by_channel["telegram"].conversations, by_channel["vk"].conversations, by_channel["vk"].clients), (1, 2, 2));
    let days = by(&conn, &asker(), &question(), Cut::Day).unwrap();
    assert_eq!(days.keys().collect::<Vec<_>>(), ["1970-01-02", "1970-01-03", "1970-01-04"]);
    let only = Question { only: vec![(Cut::Channel, "telegram".into())], ..question() };
    assert_eq!(summary(&conn, &asker(), &only).unwrap().conversations, 1);
    let monday = Question { only: vec![(Cut::Weekday, "4".into())], ..question() };
    assert_eq!(summary(&conn, &asker(), &monday).unwrap().conversations, 2, "1970-01-02 was a Friday");
}

#[test]
fn a_period_whose_window_is_open_is_provisional() {
    let conn = empty();
    case(&conn, 89 * DAY, 1, 1, &[]);
    let at = |now_us| summary(&conn, &Asker { now_us, ..asker() }, &question()).unwrap().conversion.is_provisional;
    assert!(at(95 * DAY) && !at(97 * DAY));
}

#[test]
fn the_worked_visits() {
    let conn = empty();
    let visit = |outcome: &str, count: i64, reminded: bool, delivered: bool, answer: Option<&str>| {
        for _ in 0..count {
            conn.execute(
                "INSERT INTO visits (business, id, person, at_us, made_us, outcome, reminded, delivered, answer, detached)
                 VALUES (1, abs(random()), 1, 1, 1, ?1, ?2, ?3, ?4, 0)",
                rusqlite::params![outcome, reminded, delivered, answer],
            )
            .unwrap();
        }
    };
    visit("arrived", 25, true, true, Some("confirmed"));
    visit("cancelled", 4, true, true, Some("cancelled"));
    visit("planned", 3, true, true, Some("rescheduled"));
    visit("arrived", 6, true, true, None);
    visit("no_show", 2, true, false, None);
    visit("arrived", 5, false, false, None);
    visit("no_show", 3, false, false, None);
    visit("cancelled", 2, false, false, None);
    visit("cancelled_late", 2, false, false, None);
    visit("unknown", 1, false, false, None);
    let found = visits::visits(&conn, &asker(), 0, DAY, None).unwrap();
    assert_eq!((found.no_show.part, found.no_show.n, found.no_show_strict.part, found.no_show_strict.n), (5, 41, 7, 43));
    assert_eq!((found.unknown.part, found.unknown.n), (1, 50));
    let reminders = found.reminders;
    assert_eq!(
        (reminders.sent, reminders.delivery.part, reminders.confirmation.part, reminders.response.part, reminders.silent),
        (40, 38, 25, 32, 6)
    );
    assert_eq!((found.no_show_by_reminder["not_delivered"].part, found.no_show_by_reminder["confirmed"].n), (2, 25));
}

#[test]
fn one_number_holds_what_the_columns_say() {
    let conn = empty();
    let marks = marks::INTENT | marks::HANDOFF | marks::CONTACT;
    let told = FunnelStep::Wrote.bit() | FunnelStep::Paid.bit();
    case(&conn, 1, 1, told, &[("lost", &"R12"), ("recovered_us", &9), ("booked_us", &9)]);
    case(&conn, 2, 2, told, &[("lost", &"R10"), ("calls", &3), ("unpriced", &1), ("cost", &1.5), ("cost_currency", &"RUB")]);
    conn.execute("UPDATE cases SET marks = ?1, replies = 7, paid_minor = 500, currency = 'RUB' WHERE person = 2", [marks]).unwrap();
    let all = summary(&conn, &asker(), &question()).unwrap();
    let rate = |part, n| crate::metrics::rate::Rate { part, n };
    assert_eq!((all.lost.by_reason.clone(), all.lost.recovered), (BTreeMap::from([("R10", 1)]), rate(1, 2)));
    assert_eq!((all.handoff, all.with_person, all.conversion.intent, all.replies), (rate(1, 2), rate(1, 2), rate(0, 1), 7));
    assert_eq!((all.paid_minor["RUB"], all.spending.calls, all.spending.unpriced, all.spending.money["RUB"]), (500, 3, 1, 1.5));
    assert_eq!(all.lost.by_step, BTreeMap::from([("wrote", 1)]));
    conn.execute("UPDATE cases SET left_out = 'spam' WHERE person = 2", []).unwrap();
    let rest = summary(&conn, &asker(), &question()).unwrap();
    assert_eq!((rest.conversations, rest.left_out["spam"], rest.spending.calls), (1, 1, 3), "spam is in no number, and costs the same");
}

#[test]
fn the_week_by_hours() {
    let conn = empty();
    let hour = HOUR_US;
    let bytes = [3_000_u32, 3_001, NEVER].iter().flat_map(|ms| ms.to_le_bytes()).collect::<Vec<u8>>();
    // The first of January 1970 was a Thursday.
    case(&conn, 9 * hour, 1, 1, &[("answers", &bytes), ("booked_us", &1)]);
    case(&conn, 9 * hour + 1, 2, 1, &[("lost", &"R1")]);
    case(&conn, 9 * hour + 2, 3, 1, &[("left_out", &"test")]);
    let week = heat::week(&conn, &asker(), &question()).unwrap();
    let found = week.0[3][9];
    assert_eq!((found.conversations, found.booked.part, found.lost.part, found.late.part, found.late.n), (2, 1, 1, 2, 3));
    assert_eq!(week.0.iter().flatten().map(|hour| hour.conversations).sum::<u64>(), 2);
}
