//! What is held in memory is what the database says, whatever happened to its rows.

#![allow(clippy::unwrap_used)]

use rusqlite::Connection;

use super::*;
use crate::event::when::DAY_US;
use crate::journal::testing::empty;
use crate::metrics::judge::Reason;

const BUSINESS: BusinessId = BusinessId(1);
const DAY: i64 = DAY_US;

fn case(conn: &Connection, started_us: i64, channel: &str) {
    let sql = "INSERT INTO cases (business, id, started_us, person, told, channel, paid_minor, replies, marks) VALUES (1, abs(random()), ?1, 1, 0, ?2, 0, 0, 0)";
    conn.execute(sql, params![started_us, channel]).unwrap();
}

fn channels(conn: &Connection, from_us: i64, to_us: i64) -> Vec<String> {
    let mut found = Vec::new();
    walk(conn, BUSINESS, from_us, to_us, |line| found.push(line.name(Name::Channel).unwrap().to_owned())).unwrap();
    found
}

#[test]
fn a_period_is_walked_in_order_and_ends_before_its_end() {
    let conn = empty();
    for (us, channel) in [(3 * DAY, "vk"), (2 * DAY + 5, "site"), (2 * DAY, "max"), (DAY - 1, "avito"), (0, "telegram")] {
        case(&conn, us, channel);
    }
    assert_eq!(channels(&conn, i64::MIN, i64::MAX), ["telegram", "avito", "max", "site", "vk"]);
    assert_eq!(channels(&conn, 2 * DAY + 1, 3 * DAY), ["site"]);
    assert_eq!(channels(&conn, 2 * DAY, 3 * DAY + 1), ["max", "site", "vk"]);
    assert_eq!(channels(&conn, 3 * DAY, 3 * DAY), Vec::<String>::new());
}

#[test]
fn whatever_happens_to_a_row_is_seen_at_once() {
    let conn = empty();
    case(&conn, 1, "vk");
    assert_eq!(channels(&conn, 0, DAY), ["vk"]);
    case(&conn, 2, "site");
    assert_eq!(channels(&conn, 0, DAY), ["vk", "site"]);
    conn.execute("UPDATE cases SET channel = 'max' WHERE channel = 'vk'", []).unwrap();
    assert_eq!(channels(&conn, 0, DAY), ["max", "site"]);
    conn.execute("UPDATE cases SET started_us = ?1 WHERE channel = 'max'", [DAY + 7]).unwrap();
    assert_eq!((channels(&conn, 0, DAY), channels(&conn, DAY, 2 * DAY)), (vec!["site".into()], vec!["max".into()]), "moved to another day");
    conn.execute("DELETE FROM cases WHERE channel = 'max'", []).unwrap();
    assert_eq!(channels(&conn, 0, 2 * DAY), ["site"]);
}

#[test]
fn a_snapshot_and_another_database_see_their_own() {
    let (one, other) = (empty(), empty());
    case(&one, 1, "vk");
    case(&other, 1, "site");
    for _ in 0..2 {
        assert_eq!((channels(&one, 0, DAY), channels(&other, 0, DAY)), (vec!["vk".into()], vec!["site".into()]));
    }
    let snapshot = one.unchecked_transaction().unwrap();
    case(&snapshot, 2, "max");
    assert_eq!(channels(&snapshot, 0, DAY), ["vk", "max"]);
    snapshot.rollback().unwrap();
    assert_eq!(channels(&one, 0, DAY), ["vk"], "what was rolled back was never there");
}

#[test]
fn a_line_says_what_its_row_says() {
    let conn = empty();
    case(&conn, 1, "vk");
    case(&conn, 2, "vk");
    let waits: Vec<u8> = [700_u32, u32::MAX].iter().flat_map(|ms| ms.to_le_bytes()).collect();
    conn.execute(
        "UPDATE cases SET lost = 'R12', recovered_us = 9, booked_us = 8, session = 77, intent = 'запись', answers = ?1, first_answer_ms = 700,
           paid_minor = 500, currency = 'RUB', calls = 3, unpriced = 1, cost = 1.5, cost_currency = 'USD', replies = 5000 WHERE started_us = 2",
        [waits],
    )
    .unwrap();
    let mut lines = 0;
    walk(&conn, BUSINESS, 0, DAY, |line| {
        lines += 1;
        let full = line.started_us() == 2;
        assert_eq!((line.is_counted(), line.name(Name::Intent), line.name(Name::Model)), (true, full.then_some("запись"), None));
        assert_eq!((line.reason(), line.is_lost(), line.is_recovered()), (full.then_some(Reason::R12), false, full));
        assert_eq!(
            (line.booked_us(), line.session(), line.first_answer_ms()),
            (full.then_some(8), full.then_some(77), full.then_some(700))
        );
        assert_eq!(line.waits(), if full { &[700, u32::MAX][..] } else { &[] });
        assert_eq!((line.paid(), line.cost()), (full.then_some((500, "RUB")), full.then_some((1.5, "USD"))));
        assert_eq!((line.calls(), line.replies()), if full { ((3, 1), 5000) } else { ((0, 0), 0) });
    })
    .unwrap();
    assert_eq!(lines, 2);
}
