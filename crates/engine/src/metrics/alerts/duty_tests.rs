//! A13, A14, A15 over a journal: what they find, when it is urgent, when it passes.

#![allow(clippy::unwrap_used)]

use rusqlite::{Connection, params};

use super::*;
use crate::event::RecordNo;
use crate::event::duty::{BreachStep, Received, RequestKind};
use crate::event::incident::Opening;
use crate::event::record::{Decided, Decision};
use crate::journal::testing::{NOON, Pen, empty};
use crate::journal::{duties, incidents};

const B: BusinessId = BusinessId(1);

fn look(conn: &Connection, rule: &str, now_us: i64, open: &[Incident], over: &[Incident]) -> Looked {
    let (terms, crm) = (Terms::default(), []);
    let ground = Ground {
        conn,
        business: B,
        created_us: NOON,
        zone: TimeZone::UTC,
        now_us,
        terms: &terms,
        open,
        over,
        disk_free_bytes: None,
        crm: &crm,
        differences: None,
    };
    RULES.iter().find(|known| known.id == rule).unwrap().look(&ground).unwrap()
}

fn decide(conn: &mut Connection, index: u64, at_us: i64, decision: Decision) {
    let decided = Decided { by: "vera".into(), decision };
    let (record, body) = (RecordNo::new(B, index), serde_json::to_value(&decided.decision).unwrap());
    let tx = conn.transaction().unwrap();
    let sql = "INSERT INTO decisions (record, business, made_us, made_by, kind, body) VALUES (?1, ?2, ?3, 'vera', ?4, ?5)";
    tx.execute(sql, params![record.as_i64(), B.0, at_us, body["decision"].as_str(), body.to_string()]).unwrap();
    duties::apply(&tx, record, at_us, &decided).unwrap();
    incidents::apply(&tx, record, at_us, &decided).unwrap();
    tx.commit().unwrap();
}

fn told(looked: &Looked) -> Vec<(&str, Severity)> {
    looked.findings.iter().map(|found| (found.key.as_str(), found.severity)).collect()
}

#[test]
fn what_went_abroad_is_found_by_its_provider_until_a_day_without() {
    let mut conn = empty();
    let tx = conn.transaction().unwrap();
    let mut pen = Pen::new(&tx, B);
    for (id, minute, provider, meta) in [
        (1, 10, "openai", r#","meta":{"sent_abroad":{"country":"US","found":["phone"]}}"#),
        (2, 20, "openai", r#","meta":{"sent_abroad":{"country":"US","found":["email","phone"]}}"#),
        (3, 30, "deepseek", r#","meta":{"sent_abroad":{"country":"CN","found":["phone"]}}"#),
        (4, 40, "openai", ""),
        (5, 50, "yandex", ""),
    ] {
        let event = format!(
            r#"{{"event_id":"c{id}","timestamp":"2025-01-01T12:{minute}:00Z","channel":"llm","type":"llm_call","provider":"{provider}"{meta}}}"#
        );
        pen.event(&tx, &event).unwrap();
    }
    pen.flush(&tx);
    tx.commit().unwrap();
    let now = NOON + HOUR_US;
    let looked = look(&conn, "A13", now, &[], &[]);
    assert_eq!(told(&looked), [("A13:deepseek", Severity::Warning), ("A13:openai", Severity::Warning)]);
    let openai = &looked.findings[1];
    assert_eq!((&openai.records[..], openai.count, openai.began_us), (&[0, 1][..], 2, NOON + 10 * MINUTE_US));
    assert_eq!((openai.facts["sorts"].as_str(), openai.facts["country"].as_str()), ("email, phone", "US"));
    let open = Incident { rule: "A13".into(), key: "A13:openai".into(), ..super::tests::incident("A13", "A13:openai", "0-1", false) };
    assert!(look(&conn, "A13", now, std::slice::from_ref(&open), &[]).well.is_empty(), "it goes on");
    let after = look(&conn, "A13", now + DAY_US, &[open], &[]);
    assert_eq!((after.findings.len(), after.well.contains_key("A13:openai")), (0, true));
    let dealt_with = super::tests::incident("A13", "A13:openai", "0-1", true);
    assert_eq!(told(&look(&conn, "A13", now, &[], &[dealt_with])), [("A13:deepseek", Severity::Warning)]);
}

#[test]
fn a_request_is_said_two_working_days_before_and_when_it_is_late() {
    let mut conn = empty();
    let date = |text: &str| text.parse::<jiff::civil::Date>().unwrap();
    // Wednesday the 15th; due on Friday the 24th.
    let request =
        Received { number: "вх. № 1".into(), kind: RequestKind::Correct, received: date("2025-01-15"), due: date("2025-01-24") };
    decide(&mut conn, 7, NOON, Decision::RequestReceived(request));
    let day = |day: i64| NOON + (day - 1) * DAY_US;
    assert_eq!(told(&look(&conn, "A14", day(22), &[], &[])), [], "Thursday and Friday are left");
    for (now, key, severity, left) in [
        (day(23), "A14:7", Severity::Warning, "1"),
        (day(24), "A14:7", Severity::Warning, "0"),
        (day(25), "A14:7:late", Severity::Critical, "late"),
    ] {
        let looked = look(&conn, "A14", now, &[], &[]);
        assert_eq!(told(&looked), [(key, severity)]);
        assert_eq!(looked.findings[0].facts["left"], left);
    }
    assert!(look(&conn, "A14", day(25), &[], &[]).well.contains_key("A14:7"), "it is another one now");
    decide(&mut conn, 8, day(25), Decision::RequestClosed { request: 7 });
    let closed = look(&conn, "A14", day(26), &[], &[]);
    assert_eq!((told(&closed), closed.well["A14:7:late"]), (Vec::new(), day(25)));
    assert_eq!(duties::unlike_their_decisions(&conn, B).unwrap(), 0);
    for alteration in ["UPDATE requests SET due = '2026-01-01'", "UPDATE requests SET closed_us = NULL", "DELETE FROM requests"] {
        let tx = conn.transaction().unwrap();
        tx.execute_batch(alteration).unwrap();
        assert!(duties::unlike_their_decisions(&tx, B).unwrap() > 0, "{alteration}");
    }
}

#[test]
fn a_breach_is_told_within_a_day_and_its_results_within_three() {
    let mut conn = empty();
    let opening = Opening {
        rule: "hand".into(),
        key: "hand:technical:1".into(),
        severity: Severity::Warning,
        began_us: NOON,
        records: "1".into(),
        count: 1,
        facts: BTreeMap::new(),
    };
    decide(&mut conn, 3, NOON, Decision::BreachMarked { incident: 3, known_us: NOON });
    assert_eq!(duties::breaches(&conn, B, 0).unwrap(), [], "of no incident");
    decide(&mut conn, 4, NOON, Decision::IncidentOpened(opening));
    decide(&mut conn, 5, NOON, Decision::BreachMarked { incident: 4, known_us: NOON });
    let at = |hours: i64| look(&conn, "A15", NOON + hours * HOUR_US, &[], &[]);
    assert_eq!(told(&at(1)), [("A15:4:first", Severity::Warning)]);
    assert_eq!(at(1).findings[0].facts["left"], "23");
    assert_eq!(told(&at(19)), [("A15:4:first:soon", Severity::Critical)]);
    assert_eq!(told(&at(25)), [("A15:4:first:soon", Severity::Critical), ("A15:4:results", Severity::Warning)]);
    decide(&mut conn, 6, NOON + 20 * HOUR_US, Decision::BreachTold { incident: 4, step: BreachStep::First });
    let at = |hours: i64| look(&conn, "A15", NOON + hours * HOUR_US, &[], &[]);
    assert_eq!(told(&at(30)), [("A15:4:results", Severity::Warning)]);
    assert_eq!(at(30).well["A15:4:first:soon"], NOON + 20 * HOUR_US);
    assert_eq!(told(&at(70)), [("A15:4:results:soon", Severity::Critical)]);
    decide(&mut conn, 7, NOON + 71 * HOUR_US, Decision::BreachTold { incident: 4, step: BreachStep::Results });
    assert_eq!(told(&look(&conn, "A15", NOON + 72 * HOUR_US, &[], &[])), []);
    assert_eq!(duties::unlike_their_decisions(&conn, B).unwrap(), 0);
    conn.execute_batch("UPDATE breaches SET results_us = NULL").unwrap();
    assert_eq!(duties::unlike_their_decisions(&conn, B).unwrap(), 1);
}
