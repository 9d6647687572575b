//! An incident from its opening to its end, and who is told of it.

#![allow(clippy::unwrap_used)]

use jiff::tz::TimeZone;
use rusqlite::Connection;

use super::*;
use crate::event::incident::{Growth, Opening, RULES, Resolution};
use crate::event::record::Decision;
use crate::event::when::MINUTE_US;
use crate::journal::testing::{NOON, empty};

const B: BusinessId = BusinessId(3);
const MINUTE: i64 = MINUTE_US;

/// Decides as the recorder does: the row of the decision, and what it makes.
fn decide(conn: &mut Connection, index: u64, at: i64, by: &str, decision: Decision) {
    let decided = Decided { by: by.into(), decision };
    let tx = conn.transaction().unwrap();
    let body = serde_json::to_value(&decided.decision).unwrap();
    let record = RecordNo::new(B, index);
    tx.execute(
        "INSERT INTO decisions (record, business, made_us, made_by, kind, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![record.as_i64(), B.0, NOON + at * MINUTE, by, body["decision"].as_str(), body.to_string()],
    )
    .unwrap();
    apply(&tx, record, NOON + at * MINUTE, &decided).unwrap();
    tx.commit().unwrap();
}

fn opening(key: &str, severity: Severity, records: &str) -> Decision {
    Decision::IncidentOpened(Opening {
        rule: "A1".into(),
        key: key.into(),
        severity,
        began_us: NOON - 5 * MINUTE,
        records: records.into(),
        count: 3,
        facts: BTreeMap::from([("channel".into(), "telegram".into())]),
    })
}

fn resolved(incident: u64, how: Ending, recovered: i64) -> Decision {
    Decision::IncidentResolved(Resolution { incident, how, began_us: None, recovered_us: NOON + recovered * MINUTE })
}

#[test]
fn one_incident_of_a_key_is_open_and_evidence_joins_it() {
    let mut conn = empty();
    decide(&mut conn, 10, 0, RULES, opening("A1:telegram", Severity::Warning, "3,5-7"));
    decide(&mut conn, 11, 1, RULES, opening("A1:telegram", Severity::Critical, "8"));
    let growth = Growth { incident: 10, records: "12".into(), count: 9, facts: BTreeMap::new() };
    decide(&mut conn, 12, 2, RULES, Decision::IncidentGrew(growth));
    let all = open(&conn, B).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].number, all[0].records.to_string(), all[0].count, all[0].severity), (10, "3,5-8,12".into(), 9, Severity::Critical));
    decide(&mut conn, 13, 3, "vera", Decision::IncidentAcknowledged { incident: 10 });
    decide(&mut conn, 14, 4, "egor", Decision::IncidentAcknowledged { incident: 10 });
    decide(&mut conn, 15, 9, "vera", resolved(10, Ending::Fix, 7));
    let over = one(&conn, B, 10).unwrap().unwrap();
    assert_eq!(over.acknowledged, Some((NOON + 3 * MINUTE, "vera".into())), "the first who saw it");
    assert_eq!((over.recovered_us, over.resolved.unwrap().2), (Some(NOON + 7 * MINUTE), Ending::Fix));
    // What comes late changes nothing, and the next of that key is another one.
    decide(&mut conn, 16, 10, "egor", resolved(10, Ending::FalseAlarm, 10));
    decide(&mut conn, 17, 11, RULES, opening("A1:telegram", Severity::Warning, ""));
    assert_eq!(one(&conn, B, 10).unwrap().unwrap().resolved.unwrap().2, Ending::Fix);
    assert_eq!(open(&conn, B).unwrap()[0].number, 17);
    assert_eq!(unlike_their_decisions(&conn, B).unwrap(), 0);
}

#[test]
fn a_number_of_another_business_is_nothing() {
    let mut conn = empty();
    decide(&mut conn, 10, 0, RULES, opening("k", Severity::Warning, ""));
    assert!(one(&conn, BusinessId(2), (1 << 40) | 10).unwrap().is_none());
    assert!(one(&conn, BusinessId(4), 10).unwrap().is_none());
    assert_eq!(count_open(&conn, B).unwrap(), Open { urgent: 1, info: 0 });
}

#[test]
fn an_altered_row_an_extra_one_and_a_missing_one_are_seen() {
    for alteration in [
        "UPDATE incidents SET began_us = began_us + 1",
        "UPDATE incidents SET severity = 'nonsense'",
        "UPDATE incidents SET record = record + 1",
        "DELETE FROM incidents",
    ] {
        let mut conn = empty();
        decide(&mut conn, 10, 0, RULES, opening("k", Severity::Warning, "1"));
        assert_eq!(unlike_their_decisions(&conn, B).unwrap(), 0);
        conn.execute_batch(alteration).unwrap();
        assert!(unlike_their_decisions(&conn, B).unwrap() > 0, "{alteration}");
    }
}

#[test]
fn nothing_recovers_before_it_began_or_after_it_was_said() {
    let mut conn = empty();
    decide(&mut conn, 10, 0, RULES, opening("a", Severity::Warning, ""));
    decide(&mut conn, 11, 5, "vera", resolved(10, Ending::Fix, 900));
    decide(&mut conn, 12, 6, RULES, opening("b", Severity::Warning, ""));
    decide(&mut conn, 13, 7, "vera", resolved(12, Ending::Fix, -900));
    let recovered = |number| one(&conn, B, number).unwrap().unwrap().recovered_us;
    assert_eq!((recovered(10), recovered(12)), (Some(NOON + 5 * MINUTE), Some(NOON - 5 * MINUTE)));
}

#[test]
fn a_critical_one_is_told_at_night_and_the_rest_in_the_morning() {
    let mut conn = empty();
    // 15:00 in Moscow; quiet from 14:00 to 16:00.
    let quiet = Quiet { from_min: 14 * 60, to_min: 16 * 60, zone: TimeZone::get("Europe/Moscow").unwrap() };
    decide(&mut conn, 10, 0, RULES, opening("a", Severity::Critical, ""));
    decide(&mut conn, 11, 1, RULES, opening("b", Severity::Warning, ""));
    let ask = |conn: &Connection, at: i64| -> Vec<(Telling, u64)> {
        let found = untold(conn, B, &quiet, NOON + at * MINUTE).unwrap();
        found.into_iter().map(|untold| (untold.what, untold.incident.number)).collect()
    };
    assert_eq!(ask(&conn, 2), [(Telling::Opened, 10)]);
    assert_eq!(ask(&conn, 61), [(Telling::Opened, 10), (Telling::Opened, 11)]);
    let tell = |conn: &mut Connection, number, what| {
        let tx = conn.transaction().unwrap();
        told(&tx, B, number, what, NOON).unwrap();
        tx.commit().unwrap();
    };
    tell(&mut conn, 10, Telling::Opened);
    decide(&mut conn, 12, 62, "vera", resolved(10, Ending::Fix, 61));
    decide(&mut conn, 13, 63, "vera", resolved(11, Ending::Fix, 61));
    assert_eq!(ask(&conn, 64), [(Telling::Resolved, 10)], "of the other nobody was told that it began");
    tell(&mut conn, 10, Telling::Resolved);
    assert_eq!(ask(&conn, 65), []);
    // Nobody wakes up for what was restored.
    decide(&mut conn, 14, 70, RULES, opening("c", Severity::Critical, ""));
    assert_eq!(ask(&conn, 71).len(), 1);
    assert_eq!(ask(&conn, 70 + 25 * 60), []);
}

#[test]
fn quiet_hours_go_over_midnight() {
    let quiet = |from_min, to_min| Quiet { from_min, to_min, zone: TimeZone::UTC };
    let at = |hour: i64| NOON + (hour - 12) * 60 * MINUTE;
    let night = quiet(22 * 60, 8 * 60);
    assert_eq!([21, 22, 23, 31, 32].map(|hour| night.holds(at(hour))), [false, true, true, true, false]);
    assert!(!quiet(600, 600).holds(at(10)));
}
