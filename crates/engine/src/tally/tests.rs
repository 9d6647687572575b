//! From events to rows, through the real projection; what is erased in between; what time changes.

#![allow(clippy::unwrap_used)]

use rusqlite::Connection;

use super::*;
use crate::journal::testing::{Pen, empty};

const BUSINESS: BusinessId = BusinessId(1);

fn salon() -> Business {
    Business {
        id: BUSINESS,
        slug: "main".parse().unwrap(),
        name: "Салон".parse().unwrap(),
        kind: "salon".parse().unwrap(),
        timezone: "Europe/Moscow".into(),
        created_us: 0,
    }
}

fn by(gaps: Gaps) -> By {
    By { gaps, absent: Arc::default(), words: Arc::default() }
}

fn count(conn: &Connection, now_us: i64) {
    count_by(conn, &by(Gaps::default()), now_us);
}

fn count_by(conn: &Connection, by: &By, now_us: i64) {
    loop {
        let slice = slice(conn, &salon(), by, now_us).unwrap();
        let more = slice.more;
        let tx = conn.unchecked_transaction().unwrap();
        keep(&tx, BUSINESS, &slice).unwrap();
        tx.commit().unwrap();
        if !more {
            return;
        }
    }
}

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

fn write(conn: &mut Connection, pen: &mut Option<Pen>, events: &[&str]) {
    let tx = conn.transaction().unwrap();
    let pen = pen.get_or_insert_with(|| Pen::new(&tx, BUSINESS));
    for event in events {
        pen.event(&tx, event).unwrap();
    }
    pen.flush(&tx);
    tx.commit().unwrap();
}

fn one<T: rusqlite::types::FromSql>(conn: &Connection, sql: &str) -> T {
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

const WRITES: &str = r#"{"event_id":"a","timestamp":"2025-01-01T12:00:00Z","channel":"whatsapp","client":{"phone":"+79215550101"},"text":"Запишите меня","intent":"запись"}"#;
const BOOKS: &str = r#"{"event_id":"b","timestamp":"2025-01-01T12:05:00Z","channel":"whatsapp","client":{"phone":"+79215550101"},"type":"booking_created","booking":{"id":"7","starts_at":"2025-01-03T15:00:00Z"}}"#;

#[test]
fn a_conversation_is_counted_and_counted_anew_when_something_happens() {
    let (mut conn, mut pen) = (empty(), None);
    write(&mut conn, &mut pen, &[WRITES]);
    count(&conn, at("2025-01-01T12:02:00Z"));
    assert_eq!(one::<String>(&conn, "SELECT lost FROM cases"), "R1");
    write(&mut conn, &mut pen, &[BOOKS]);
    count(&conn, at("2025-01-01T12:06:00Z"));
    assert_eq!(one::<i64>(&conn, "SELECT count(*) FROM cases"), 1);
    assert_eq!(one::<Option<i64>>(&conn, "SELECT booked_us FROM cases"), Some(at("2025-01-01T12:05:00Z")));
    assert_eq!(one::<String>(&conn, "SELECT outcome FROM visits"), "planned");
    count(&conn, at("2025-01-03T16:00:00Z"));
    assert_eq!(one::<String>(&conn, "SELECT outcome FROM visits"), "unknown", "time alone");
}

#[test]
fn what_a_channel_tells_of_the_assistants_words_is_judged_like_an_answer() {
    let promised = r#"{"event_id":"p","timestamp":"2025-01-01T12:00:05Z","channel":"whatsapp","client":{"phone":"+79215550101"},"type":"message_out","text":"Записал вас на 15:00"}"#;
    let (mut conn, mut pen) = (empty(), None);
    write(&mut conn, &mut pen, &[WRITES, promised]);
    count(&conn, at("2025-01-01T12:15:00Z"));
    assert_eq!(one::<Option<String>>(&conn, "SELECT lost FROM cases").as_deref(), Some("R4"));
}

#[test]
fn what_says_the_same_is_not_written_again() {
    let (mut conn, mut pen) = (empty(), None);
    write(&mut conn, &mut pen, &[WRITES]);
    count(&conn, at("2025-01-09T11:59:00Z"));
    let rows = |conn: &Connection| one::<String>(conn, "SELECT group_concat(id, ' ') FROM (SELECT id FROM cases ORDER BY started_us)");
    let first = rows(&conn);
    let later = WRITES.replace("01-01T12:00", "01-09T12:00").replace(r#""event_id":"a""#, r#""event_id":"c""#);
    write(&mut conn, &mut pen, &[&later]);
    count(&conn, at("2025-01-09T12:00:30Z"));
    let both = rows(&conn);
    assert!(both.starts_with(&first) && both.len() > first.len(), "{first}; {both}");
    write(&mut conn, &mut pen, &[BOOKS]);
    count(&conn, at("2025-01-09T12:00:30Z"));
    let (first, second) = both.split_once(' ').unwrap();
    let now = rows(&conn);
    assert!(!now.contains(first) && now.ends_with(second), "only the one that was booked late is another row: {both}; {now}");
}

#[test]
fn whoever_was_judged_with_everything_is_not_judged_again_for_each_of_their_records() {
    let (mut conn, mut pen) = (empty(), None);
    write(&mut conn, &mut pen, &[WRITES, BOOKS]);
    let touched = |conn: &Connection| {
        let mut owners = BTreeSet::new();
        touched(conn, BUSINESS, cases::cursor(conn, BUSINESS).unwrap().unwrap_or(0), &mut owners).unwrap();
        owners.len()
    };
    assert_eq!(touched(&conn), 1);
    count(&conn, at("2025-01-01T12:06:00Z"));
    let tx = conn.transaction().unwrap();
    cases::advance(&tx, BUSINESS, RecordNo::new(BUSINESS, 0).as_i64() - 1).unwrap();
    tx.commit().unwrap();
    assert_eq!(touched(&conn), 0, "the cursor is behind, but whose records these are was judged with all of them");
    write(&mut conn, &mut pen, &[&WRITES.replace(r#""event_id":"a""#, r#""event_id":"c""#)]);
    assert_eq!(touched(&conn), 1, "something new happened");
    count(&conn, at("2025-01-01T12:06:00Z"));
    assert_eq!(touched(&conn), 0);
    let tx = conn.transaction().unwrap();
    cases::begin_anew(&tx, Some(BUSINESS)).unwrap();
    tx.commit().unwrap();
    assert_eq!(touched(&conn), 1, "everything is to be counted otherwise");
}

#[test]
fn what_stays_when_the_detail_goes_leads_to_nobody() {
    let (mut conn, mut pen) = (empty(), None);
    write(&mut conn, &mut pen, &[WRITES, BOOKS]);
    count(&conn, at("2025-01-01T12:06:00Z"));
    let tx = conn.transaction().unwrap();
    let (session, client): (i64, i64) = (one(&tx, "SELECT session FROM cases"), one(&tx, "SELECT client FROM case_people"));
    cases::detach(&tx, session).unwrap();
    cases::forget(&tx, client).unwrap();
    tx.commit().unwrap();
    assert_eq!(one::<Option<i64>>(&conn, "SELECT session FROM cases"), None);
    assert_eq!(one::<i64>(&conn, "SELECT started_us % 3600000000 + booked_us % 3600000000 FROM cases"), 0);
    assert_eq!(one::<Option<String>>(&conn, "SELECT booking FROM visits"), None);
    assert_eq!(one::<i64>(&conn, "SELECT count(*) FROM case_people"), 0);
    count(&conn, at("2025-02-01T00:00:00Z"));
    assert_eq!(one::<i64>(&conn, "SELECT count(*) FROM cases"), 1, "a month later it still counts");
}

#[test]
fn who_was_erased_while_they_were_judged_does_not_come_back() {
    let (mut conn, mut pen) = (empty(), None);
    write(&mut conn, &mut pen, &[WRITES]);
    let slice = slice(&conn, &salon(), &by(Gaps::default()), at("2025-01-01T12:02:00Z")).unwrap();
    let tx = conn.transaction().unwrap();
    tx.execute_batch("DELETE FROM sessions; DELETE FROM clients;").unwrap();
    keep(&tx, BUSINESS, &slice).unwrap();
    assert_eq!(one::<i64>(&tx, "SELECT (SELECT count(*) FROM cases) + (SELECT count(*) FROM case_people)"), 0);
}

#[test]
fn everything_counted_anew_gives_the_same() {
    let (mut conn, mut pen) = (empty(), None);
    write(&mut conn, &mut pen, &[WRITES, BOOKS]);
    let now = at("2025-01-04T12:06:00Z");
    count(&conn, now);
    let all = |conn: &Connection| {
        one::<String>(conn, "SELECT group_concat(marks || told || coalesce(lost, '') || coalesce(booked_us, 0)) FROM cases")
    };
    let before = all(&conn);
    let tx = conn.transaction().unwrap();
    cases::begin_anew(&tx, None).unwrap();
    tx.commit().unwrap();
    count(&conn, now);
    assert_eq!((all(&conn), one::<i64>(&conn, "SELECT count(*) FROM cases")), (before, 1));
}

#[test]
fn what_was_judged_before_somebody_decided_otherwise_is_judged_again() {
    let (mut conn, mut pen) = (empty(), None);
    write(&mut conn, &mut pen, &[WRITES]);
    let now = at("2025-01-01T12:01:00Z");
    let early = slice(&conn, &salon(), &by(Gaps::default()), now).unwrap();
    let decided =
        "INSERT INTO decisions (record, business, made_us, made_by, kind, body) VALUES (5, 1, 0, 'olga', 'experiment_started', '{}')";
    conn.execute_batch(decided).unwrap();
    let tx = conn.transaction().unwrap();
    keep(&tx, BUSINESS, &early).unwrap();
    tx.commit().unwrap();
    assert_eq!(one::<i64>(&conn, "SELECT count(*) FROM cases"), 0, "it knew nothing of the decision");
    count(&conn, now);
    assert_eq!(one::<i64>(&conn, "SELECT count(*) FROM cases"), 1);
}

#[test]
fn a_conversation_is_over_after_the_silence_that_the_configuration_names() {
    let answered = r#"{"event_id":"r","timestamp":"2025-01-01T12:00:20Z","channel":"whatsapp","client":{"phone":"+79215550101"},"type":"message_out","bot_response":"На какой день?"}"#;
    let lost_at = |gaps: Gaps, now: &str| {
        let (mut conn, mut pen) = (empty(), None);
        write(&mut conn, &mut pen, &[WRITES, answered]);
        count_by(&conn, &by(gaps), at(now));
        one::<Option<String>>(&conn, "SELECT lost FROM cases")
    };
    let short = Gaps { messenger_hours: 2, ..Gaps::default() };
    assert_eq!(lost_at(short, "2025-01-01T13:59:00Z"), None, "still open");
    assert_eq!(lost_at(short, "2025-01-01T14:01:00Z").as_deref(), Some("R2"), "two hours of silence");
    assert_eq!(lost_at(Gaps::default(), "2025-01-01T14:01:00Z"), None, "a day, where nothing is configured");
    assert_eq!(lost_at(Gaps::default(), "2025-01-02T12:01:00Z").as_deref(), Some("R2"));
}

#[test]
fn a_lead_that_the_crm_has_not_is_lost_until_it_is_there() {
    let (mut conn, mut pen) = (empty(), None);
    let told = r#"{"event_id":"l","timestamp":"2025-01-01T12:00:20Z","channel":"whatsapp","client":{"phone":"+79215550101"},"type":"lead_created","crm_id":"BX_LEAD_77","bot_response":"Передала администратору"}"#;
    write(&mut conn, &mut pen, &[WRITES, told]);
    let now = at("2025-01-01T12:30:00Z");
    count(&conn, now);
    assert_eq!(one::<Option<String>>(&conn, "SELECT lost FROM cases"), None);
    let (client, record) =
        (one::<i64>(&conn, "SELECT client FROM case_people"), one::<i64>(&conn, "SELECT record FROM events WHERE type = 'lead_created'"));
    let again = |absent: absent::Claims| {
        let tx = conn.unchecked_transaction().unwrap();
        cases::mark(&tx, BUSINESS, Owner::Client(client)).unwrap();
        tx.commit().unwrap();
        count_by(&conn, &By { absent: Arc::new(absent), ..by(Gaps::default()) }, now);
        one::<Option<String>>(&conn, "SELECT lost FROM cases")
    };
    assert_eq!(again([(Owner::Client(client), [record].into())].into()).as_deref(), Some("R3"));
    assert_eq!(again(absent::Claims::default()), None, "it is there now");
}
