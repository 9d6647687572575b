//! Conversations in whatever order their events arrive: always the connected parts of the gap graph.
//!
//! The property compares with a batch computation that knows nothing of arrival: sort the moments of a line, cut where a gap is
//! too long. The rest are the worked cases of the rules.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use rusqlite::Connection;

use super::session_rows::by_pid;
use super::testing::{NOON, Pen, empty};
use crate::event::BusinessId;

const BUSINESS: BusinessId = BusinessId(1);
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// One event: seconds after noon, and the rest of its JSON.
struct Sent {
    id: usize,
    at_s: i64,
    rest: String,
}

fn sent(id: usize, at_s: i64, rest: &str) -> Sent {
    Sent { id, at_s, rest: rest.to_owned() }
}

const SITE: &str = r#""channel":"site","client":{"id":"1"},"text":"да""#;
const TELEGRAM: &str = r#""channel":"telegram","client":{"id":"1"},"text":"да""#;

/// Records events in this order; a batch ends after each of `cuts`.
fn record(all: &[Sent], cuts: &BTreeSet<usize>) -> Connection {
    let mut conn = empty();
    let mut pen: Option<Pen> = None;
    let mut batch = all;
    while !batch.is_empty() {
        let length = (1..batch.len()).find(|n| cuts.contains(&(all.len() - batch.len() + n))).unwrap_or(batch.len());
        let tx = conn.transaction().unwrap();
        let mut writer = pen.take().unwrap_or_else(|| Pen::new(&tx, BUSINESS));
        for Sent { id, at_s, rest } in &batch[..length] {
            let timestamp = jiff::Timestamp::from_microsecond(NOON + at_s * 1_000_000).unwrap();
            writer.event(&tx, &format!(r#"{{"event_id":"{id}","timestamp":"{timestamp}",{rest}}}"#)).unwrap();
        }
        writer.flush(&tx);
        tx.commit().unwrap();
        pen = Some(writer);
        batch = &batch[length..];
    }
    conn
}

fn in_order(all: &[Sent]) -> Connection {
    record(all, &BTreeSet::new())
}

/// The conversations, as sets of event ids, and the events that belong to none.
fn parts(conn: &Connection) -> (BTreeSet<BTreeSet<usize>>, BTreeSet<usize>) {
    let mut parts: std::collections::BTreeMap<i64, BTreeSet<usize>> = Default::default();
    let mut alone = BTreeSet::new();
    let mut all = conn.prepare("SELECT event_id, session FROM events").unwrap();
    for row in all.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?))).unwrap() {
        let (id, session) = row.unwrap();
        let id = id.parse().unwrap();
        match session {
            Some(session) => parts.entry(session).or_default().insert(id),
            None => alone.insert(id),
        };
    }
    (parts.into_values().collect(), alone)
}

fn sizes(conn: &Connection) -> Vec<i64> {
    conn.prepare("SELECT events FROM sessions ORDER BY started_us")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// By batch: the moments of each line in order, cut where a gap is longer than its limit.
fn expected(all: &[(usize, usize, i64)], gap_s: [i64; 3]) -> BTreeSet<BTreeSet<usize>> {
    let mut parts = BTreeSet::new();
    for (line, gap) in gap_s.into_iter().enumerate() {
        let mut moments: Vec<(i64, usize)> = all.iter().filter(|(_, of, _)| *of == line).map(|(id, _, at)| (*at, *id)).collect();
        moments.sort_unstable();
        for part in moments.chunk_by(|one, next| next.0 - one.0 <= gap) {
            parts.insert(part.iter().map(|(_, id)| *id).collect());
        }
    }
    parts
}

/// Three lines of one client: the site, a messenger, and a session id that the bot gives for ever.
const LINES: [&str; 3] = [SITE, TELEGRAM, r#""channel":"telegram","client":{"id":"1"},"session_id":"s","text":"да""#];
const GAPS_S: [i64; 3] = [30 * MINUTE, 24 * HOUR, 7 * DAY];

/// Moments in units of a third of the line's gap, so that joins, exact gaps and cuts are all likely.
fn arrivals() -> impl Strategy<Value = Vec<(usize, usize, i64)>> {
    let one = (0_usize..3, 0_i64..25).prop_map(|(line, thirds)| (line, thirds * GAPS_S[line] / 3));
    proptest::collection::vec(one, 1..24).prop_map(|all| all.into_iter().enumerate().map(|(id, (line, at))| (id, line, at)).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn sessions_are_the_connected_parts_whatever_the_order(all in arrivals(), cuts in proptest::collection::btree_set(0_usize..24, 0..6)) {
        let events: Vec<Sent> = all.iter().map(|(id, line, at_s)| sent(*id, *at_s, LINES[*line])).collect();
        let conn = record(&events, &cuts);
        prop_assert_eq!(parts(&conn), (expected(&all, GAPS_S), BTreeSet::new()));
        // Every row is the sum of its events, and every public id that was ever given still leads somewhere.
        let wrong = "SELECT count(*) FROM sessions s WHERE (s.events, s.started_us, s.last_us, s.first_record)
                     <> (SELECT count(*), min(ts_us), max(ts_us), min(record) FROM events e WHERE e.session = s.id)";
        prop_assert_eq!(conn.query_row(wrong, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
        let lost = "SELECT count(*) FROM session_names WHERE session NOT IN (SELECT id FROM sessions)";
        prop_assert_eq!(conn.query_row(lost, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    }
}

#[test]
fn half_past_ten_is_one_conversation_and_a_minute_later_another() {
    // 10:00, 10:20, 11:10: the law's own example.
    let moments = |rest| [sent(0, 0, rest), sent(1, 20 * MINUTE, rest), sent(2, 70 * MINUTE, rest)];
    assert_eq!(sizes(&in_order(&moments(SITE))), [2, 1], "30 minutes on the site");
    assert_eq!(sizes(&in_order(&moments(TELEGRAM))), [3], "24 hours in a messenger");
    assert_eq!(sizes(&in_order(&[sent(0, 0, SITE), sent(1, 30 * MINUTE, SITE)])), [2], "exactly the gap is no gap");
    assert_eq!(sizes(&in_order(&[sent(0, 0, SITE), sent(1, 30 * MINUTE + 1, SITE)])), [1, 1]);
}

#[test]
fn a_late_event_joins_two_conversations_and_both_ids_lead_to_the_one() {
    let conn = in_order(&[sent(0, 50 * MINUTE, SITE), sent(1, 0, SITE)]);
    let pids: Vec<String> = conn
        .prepare("SELECT pid FROM sessions ORDER BY first_record")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(pids.len(), 2);
    let conn = in_order(&[sent(0, 50 * MINUTE, SITE), sent(1, 0, SITE), sent(2, 25 * MINUTE, SITE)]);
    assert_eq!(sizes(&conn), [3]);
    let names: Vec<String> = ["SELECT pid FROM sessions", "SELECT pid FROM session_names"]
        .iter()
        .map(|sql| conn.query_row(sql, [], |row| row.get(0)).unwrap())
        .collect();
    for pid in &names {
        let found = by_pid(&conn, BUSINESS, pid).unwrap().unwrap();
        assert_eq!((found.pid.as_str(), found.events), (names[0].as_str(), 3), "the one that was there first keeps its id");
    }
    assert_ne!(names[0], names[1]);
}

#[test]
fn a_given_id_holds_for_a_week_of_silence() {
    let given = LINES[2];
    let week = 7 * DAY;
    let conn = in_order(&[sent(0, 0, given), sent(1, week, given), sent(2, 2 * week + 1, given), sent(3, 2 * week + 2, TELEGRAM)]);
    assert_eq!(sizes(&conn), [2, 1, 1], "a week is not too long, a second more is; without the id it is another line");
    let pid = |n: i64| {
        conn.query_row("SELECT pid FROM sessions ORDER BY started_us LIMIT 1 OFFSET ?1", [n], |row| row.get::<_, String>(0)).unwrap()
    };
    assert_eq!(pid(0), "s");
    let part = pid(1).strip_prefix("s~").unwrap().to_owned();
    assert!(part.len() == 6 && part.chars().all(|c| c.is_ascii_hexdigit()), "{part}");
}

#[test]
fn a_given_id_spans_channels_and_clients_and_the_gap_rule_does_not() {
    let given = |channel: &str, client: &str| format!(r#""channel":"{channel}","client":{{"id":"{client}"}},"session_id":"s","text":"да""#);
    assert_eq!(sizes(&in_order(&[sent(0, 0, &given("site", "1")), sent(1, DAY, &given("telegram", "2"))])), [2]);
    let other = r#""channel":"telegram","client":{"id":"2"},"text":"да""#;
    assert_eq!(sizes(&in_order(&[sent(0, 0, SITE), sent(1, 1, TELEGRAM), sent(2, 2, other)])), [1, 1, 1]);
    let nobody = r#""channel":"site","text":"да""#;
    assert_eq!(parts(&in_order(&[sent(0, 0, nobody)])).1, BTreeSet::from([0]), "without a client and an id there is nothing to hold on to");
}

#[test]
fn a_reminder_opens_nothing_and_its_answer_is_told_apart() {
    let reminder = r#""type":"reminder_sent","channel":"telegram","client":{"id":"1"},"bot_response":"Ждём вас завтра""#;
    let kinds = |conn: &Connection| -> Vec<String> {
        conn.prepare("SELECT kind FROM sessions ORDER BY started_us")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    let alone = in_order(&[sent(0, 0, reminder)]);
    assert_eq!(parts(&alone), (BTreeSet::new(), BTreeSet::from([0])));
    let answered = in_order(&[sent(0, 0, reminder), sent(1, HOUR, TELEGRAM)]);
    assert_eq!((kinds(&answered), sizes(&answered)), (vec!["reminder_reply".to_owned()], vec![1]));
    let in_time = in_order(&[sent(0, 0, reminder), sent(1, 48 * HOUR, TELEGRAM)]);
    assert_eq!(kinds(&in_time), ["reminder_reply"]);
    let too_late = in_order(&[sent(0, 0, reminder), sent(1, 48 * HOUR + 1, TELEGRAM)]);
    assert_eq!(kinds(&too_late), ["dialogue"]);
    let before = in_order(&[sent(0, HOUR, reminder), sent(1, 0, TELEGRAM)]);
    assert_eq!(kinds(&before), ["dialogue"], "a request that was there before the reminder");
    let amid = in_order(&[sent(0, 0, TELEGRAM), sent(1, HOUR, reminder), sent(2, 2 * HOUR, TELEGRAM)]);
    assert_eq!((kinds(&amid), sizes(&amid)), (vec!["dialogue".to_owned()], vec![3]), "within a conversation it is part of it");
}
