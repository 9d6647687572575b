//! The worked reversal: each channel got better, all together look worse; days that are compared, and what is said when there are too few.

#![allow(clippy::unwrap_used)]

use jiff::tz::TimeZone;
use rusqlite::{Connection, params};

use super::*;
use crate::event::BusinessId;
use crate::event::when::DAY_US;
use crate::journal::testing::empty;

/// A Saturday.
const CHANGE: i64 = 20_100;

fn asker(today: i64) -> Asker {
    Asker { business: BusinessId(1), zone: TimeZone::UTC, now_us: today * DAY_US + 1, window_us: 7 * DAY_US }
}

/// So many conversations of a channel on a day, of which so many were booked.
fn talks(conn: &Connection, day: i64, channel: &str, booked: i64, n: i64) {
    let sql = "INSERT INTO cases (business, started_us, id, person, channel, marks, told, booked_us, paid_minor, replies)
               VALUES (1, ?1, abs(random()), abs(random()), ?2, 0, 0, ?3, 0, 1)";
    for one in 0..n {
        let us = day * DAY_US + one;
        conn.prepare_cached(sql).unwrap().execute(params![us, channel, (one < booked).then_some(us)]).unwrap();
    }
}

fn digits(value: f64, digits: usize) -> String {
    format!("{value:.digits$}")
}

#[test]
fn the_worked_reversal_to_the_printed_digits() {
    let conn = empty();
    talks(&conn, CHANGE - 28, "A", 0, 1);
    talks(&conn, CHANGE - 20, "A", 100, 399);
    talks(&conn, CHANGE - 3, "B", 10, 100);
    talks(&conn, CHANGE, "A", 50, 50);
    talks(&conn, CHANGE + 5, "A", 30, 100);
    talks(&conn, CHANGE + 28, "B", 52, 400);
    let found = change(&conn, &asker(CHANGE + 60), CHANGE * DAY_US + 7, None).unwrap();
    let booked = &found.compared[0];
    let (before, after) = (booked.crude.before, booked.crude.after);
    assert_eq!((before.part, before.n, after.part, after.n), (110, 500, 82, 500), "the change's own day is in neither");
    assert_eq!([digits(booked.chance_lower.unwrap(), 3), digits(booked.difference.unwrap().value * 100.0, 1)], ["0.988", "-5.6"]);
    let adjusted = booked.adjusted.unwrap();
    let bounds = adjusted.difference.interval;
    assert_eq!([digits(adjusted.difference.value * 100.0, 1), digits(adjusted.se, 6)], ["4.0", "0.030625"]);
    assert_eq!([digits(bounds.low * 100.0, 2), digits(bounds.high * 100.0, 2)], ["-2.00", "10.00"]);
    assert_eq!([digits(booked.cmh.unwrap().z, 6), digits(booked.cmh.unwrap().p, 6)], ["1.302866", "0.192621"]);
    let alike = booked.standardised.unwrap();
    assert_eq!([digits(alike.before * 100.0, 1), digits(alike.after * 100.0, 1)], ["17.5", "21.5"]);
    assert_eq!((found.verdict, found.windows.weeks, found.strata.len()), (Verdict::Mix, 4, 2));
    assert!(found.mix.unwrap().is_mismatch() && found.placebo.is_none() && !found.is_provisional);
}

#[test]
fn what_is_no_share_of_conversations_stands_beside_them() {
    let conn = empty();
    talks(&conn, CHANGE - 28, "A", 0, 1);
    talks(&conn, CHANGE - 20, "A", 20, 99);
    talks(&conn, CHANGE, "A", 50, 50);
    talks(&conn, CHANGE + 5, "A", 30, 100);
    let waits = |ms: u32| ms.to_le_bytes().to_vec();
    let told = "UPDATE cases SET answers = ?1, replies = 2, worded = ?2, reply_chars = ?3, calls = 2, unpriced = ?4, cost = 0.5, cost_currency = 'RUB'
                WHERE (started_us < ?5) = ?6";
    let day = CHANGE * DAY_US;
    conn.execute(told, params![waits(2_000), 1, 80, 0, day, true]).unwrap();
    conn.execute(told, params![waits(4_000), 2, 200, 1, day, false]).unwrap();
    let found = change(&conn, &asker(CHANGE + 60), day + 7, None).unwrap().beside.unwrap();
    let (before, after) = (&found.before, &found.after);
    assert_eq!((before.p50_ms, after.p95_ms, before.within_3s.part, after.within_3s.n), (Some(2_000.0), Some(4_000.0), 100, 100));
    assert_eq!((before.reply_chars, after.reply_chars), (Some(80.0), Some(100.0)), "of answers whose words are told");
    assert_eq!(
        (before.cost_per_booking["RUB"], digits(after.cost_per_booking["RUB"], 4)),
        (2.5, "1.6667".into()),
        "fifty roubles by 20 and by 30"
    );
    assert_eq!((before.unpriced, after.unpriced), (0, 100));
    assert_eq!(before.broken.n, 0, "nothing was promised");
}

#[test]
fn whole_weeks_on_both_sides_or_nothing_is_said() {
    let conn = empty();
    for day in CHANGE - 40..CHANGE + 30 {
        talks(&conn, day, "A", if day < CHANGE { 2 } else { 8 }, 10);
    }
    let ask = |today: i64, weeks| change(&conn, &asker(today), CHANGE * DAY_US, weeks).unwrap();
    assert_eq!(ask(CHANGE + 10, None).verdict, Verdict::TooEarly { days: 5 });
    let two = ask(CHANGE + 16, None);
    assert_eq!((two.verdict, two.windows.weeks, two.is_provisional), (Verdict::Better, 2, true));
    let spoken = two.placebo.unwrap();
    assert_eq!(spoken.crude.before.n, 140);
    assert!(spoken.difference.unwrap().interval.contains(0.0), "nothing changed before");
    assert_eq!(ask(CHANGE + 60, Some(3)).windows.weeks, 3);
    assert_eq!(ask(CHANGE + 60, Some(12)).windows.weeks, 5, "numbers go back no further");
    let first = change(&conn, &asker(CHANGE + 60), (CHANGE - 38) * DAY_US, None).unwrap();
    assert_eq!(first.verdict, Verdict::NothingBefore);
    // 2025-01-12 is day 20 100: the new year's holidays are in the window.
    assert_eq!(ask(CHANGE + 60, Some(2)).holidays.len(), 8);
}
