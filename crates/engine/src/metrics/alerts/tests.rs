//! Every rule over a journal: what it finds, what it leaves alone, and when it knows that all is well again.

#![allow(clippy::unwrap_used)]

use std::cell::Cell;

use rusqlite::{Connection, params};

use super::*;
use crate::event::RecordNo;
use crate::event::incident::Ending;
use crate::journal::crm::differences::Portal;
use crate::journal::testing::{NOON, Pen, empty};
use crate::metrics::markers::markers;

const B: BusinessId = BusinessId(1);

/// A journal to write into.
struct Scene {
    conn: Connection,
    /// Whether what changes in the CRM is read.
    reads: Cell<bool>,
}

impl Scene {
    /// With these events; `{12:34:56}` is a time of the first of January 2025, UTC.
    fn of(events: &[&str]) -> Self {
        let mut conn = empty();
        let tx = conn.transaction().unwrap();
        let mut pen = Pen::new(&tx, B);
        for event in events {
            pen.event(&tx, event).unwrap();
        }
        pen.flush(&tx);
        tx.commit().unwrap();
        Self { conn, reads: Cell::new(true) }
    }

    fn look(&self, rule: &str, now_us: i64) -> Looked {
        self.look_with(rule, now_us, &Terms::default(), &[], &[])
    }

    fn look_with(&self, rule: &str, now_us: i64, terms: &Terms, open: &[Incident], over: &[Incident]) -> Looked {
        let ground = Ground {
            conn: &self.conn,
            business: B,
            created_us: NOON - DAY_US,
            zone: TimeZone::UTC,
            now_us,
            terms,
            open,
            over,
            disk_free_bytes: Some(100 << 20),
            crm: &[Portal { connection: "cabc".into(), reads: self.reads.get(), ..Portal::default() }],
            differences: Some((2, NOON - HOUR_US)),
        };
        let mut all = Looked::default();
        for rule in RULES.iter().filter(|known| known.id == rule) {
            let looked = rule.look(&ground).unwrap();
            all.findings.extend(looked.findings);
            all.well.extend(looked.well);
        }
        all
    }

    /// Conversations that began at a moment, of which the first were booked after so many minutes.
    fn cases(&self, began_us: i64, n: i64, booked: i64, after_min: i64) {
        let sql = "INSERT INTO cases (business, started_us, id, person, channel, marks, told, booked_us, paid_minor, model, replies)
                   VALUES (?1, ?2, abs(random()), 1, 'telegram', 0, 0, ?3, 0, ?4, 1)";
        for at in 0..n {
            let booked_us = (at < booked).then_some(began_us + after_min * MINUTE_US);
            self.conn.execute(sql, params![B.0, began_us + at, booked_us, None::<String>]).unwrap();
        }
    }
}

pub(super) fn incident(rule: &str, key: &str, records: &str, resolved: bool) -> Incident {
    Incident {
        business: B,
        number: 900,
        rule: rule.into(),
        key: key.into(),
        severity: Severity::Warning,
        began_us: NOON,
        opened_us: NOON,
        opened_by: "rules".into(),
        grew_us: NOON,
        acknowledged: None,
        resolved: resolved.then(|| (NOON, "vera".into(), Ending::Fix)),
        recovered_us: resolved.then_some(NOON),
        records: records.parse().unwrap(),
        count: 1,
        facts: BTreeMap::new(),
    }
}

fn said(id: u32, session: &str, time: &str, rest: &str) -> String {
    format!(r#"{{"event_id":"e{id}","timestamp":"2025-01-01T{time}Z","channel":"telegram","session_id":"{session}",{rest}}}"#)
}

#[test]
fn three_clients_without_an_answer_are_an_incident_until_somebody_answers_in_time() {
    let ask = |id, session: &str, time: &str| said(id, session, time, r#""text":"Есть кто?""#);
    let mut events = vec![said(1, "old", "09:00:00", r#""text":"Привет","bot_response":"Здравствуйте""#)];
    events.extend([ask(2, "a", "11:58:00"), ask(3, "b", "11:58:10"), ask(4, "c", "11:58:20")]);
    events.extend([ask(5, "d", "11:58:30"), said(6, "d", "11:58:31", r#""type":"handoff""#)]);
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let scene = Scene::of(&events);
    let found = scene.look("A1", NOON).findings;
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].key[..], &found[0].records, found[0].severity), ("A1:telegram", &vec![1, 2, 3], Severity::Critical));
    assert_eq!(found[0].began_us, NOON - 2 * MINUTE_US);
    let patient = Terms { unanswered: 4, ..Terms::default() };
    assert_eq!(scene.look_with("A1", NOON, &patient, &[], &[]).findings, []);
    assert_eq!(scene.look("A1", NOON + 20 * MINUTE_US), Looked::default(), "silence is no recovery");

    let well = [said(1, "old", "11:55:00", r#""text":"Привет""#), said(2, "old", "11:55:09", r#""bot_response":"Здравствуйте""#)];
    let scene = Scene::of(&[&well[0], &well[1]]);
    let looked = scene.look("A1", NOON);
    assert_eq!((looked.findings, looked.well.get("A1:telegram")), (vec![], Some(&(NOON - 5 * MINUTE_US + 9 * SECOND_US))));
}

#[test]
fn a_channel_on_which_nobody_ever_answers_tells_nothing() {
    let events: Vec<String> = (0..5).map(|at| said(at, &format!("s{at}"), "11:58:00", r#""text":"Ау""#)).collect();
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    assert_eq!(Scene::of(&events).look("A1", NOON), Looked::default());
}

#[test]
fn messages_that_do_not_arrive_and_reminders_that_do_not() {
    let status = |id: u32, status: &str| {
        let delivery = format!(r#""type":"delivery_status","delivery":{{"provider":"sms","message_id":"m{id}","status":"{status}"}}"#);
        said(id, &format!("s{id}"), "11:30:00", &delivery)
    };
    let mut events: Vec<String> = (0..10).map(|at| status(at, if at < 2 { "failed" } else { "delivered" })).collect();
    let reminder = |id: u32| {
        let sent = format!(r#""type":"reminder_sent","delivery":{{"provider":"sms","message_id":"r{id}","status":"failed"}}"#);
        said(100 + id, &format!("r{id}"), "11:30:00", &sent)
    };
    events.extend((0..3).map(reminder));
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let scene = Scene::of(&events);
    let found = scene.look("A3", NOON).findings;
    assert_eq!((found.len(), &found[0].key[..], &found[0].facts["failed"][..]), (1, "A3:failed:sms", "5"), "2 of 10, and 3 reminders");
    assert_eq!(scene.look("A3", NOON + 2 * HOUR_US).findings, [], "an hour later it is history");
    let found = scene.look("A9", NOON).findings;
    assert_eq!((found.len(), found[0].count, found[0].severity), (1, 3, Severity::Warning));
    let over = [incident("A9", "A9", "10-12", true)];
    assert_eq!(scene.look_with("A9", NOON, &Terms::default(), &[], &over).findings, [], "a person has dealt with these");
}

#[test]
fn a_drop_of_bookings_is_compared_with_the_same_weekdays() {
    let scene = Scene::of(&[]);
    // At noon the day until nine in the morning is looked at.
    let day = NOON - 3 * HOUR_US - 10 * HOUR_US;
    for week in 1..=4 {
        scene.cases(day - week * 7 * DAY_US, 25, 6, 10);
        scene.cases(day - week * 7 * DAY_US + HOUR_US, 25, 25, 500);
    }
    scene.cases(day, 50, 0, 10);
    let looked = scene.look("A4", NOON);
    assert_eq!(looked.findings.len(), 1, "{looked:?}");
    let facts = &looked.findings[0].facts;
    assert_eq!(
        (&facts["booked"][..], &facts["conversations"][..], &facts["before_percent"][..], &facts["before_n"][..]),
        ("0", "50", "12", "200")
    );
    let scene = Scene::of(&[]);
    for week in 0..=4 {
        scene.cases(day - week * 7 * DAY_US, 40, 10, 10);
    }
    assert!(scene.look("A4", NOON).well.contains_key("A4"));
}

#[test]
fn what_was_promised_and_not_done_is_one_incident_until_it_is_done() {
    let promise = said(1, "a", "11:30:00", r#""client":{"phone":"89211234567"},"text":"Запишите","bot_response":"Записал вас на 15:00""#);
    let scene = Scene::of(&[&promise]);
    let found = scene.look("A6", NOON).findings;
    assert_eq!((found.len(), &found[0].records, found[0].count), (1, &vec![0], 1));
    assert_eq!(scene.look("A6", NOON - 25 * MINUTE_US).findings, [], "its time is not over");
    let open = [Incident { began_us: NOON - HOUR_US, ..incident("A6", "A6", "0", false) }];
    assert_eq!(scene.look_with("A6", NOON + 2 * DAY_US, &Terms::default(), &open, &[]).well.len(), 0, "out of the window is not done");
    let done =
        said(2, "a", "11:31:00", r#""client":{"phone":"89211234567"},"type":"booking_created","booking":{"starts_at":"2025-01-01T15:00"}"#);
    let scene = Scene::of(&[&promise, &done]);
    let looked = scene.look_with("A6", NOON, &Terms::default(), &open, &[]);
    assert_eq!((looked.findings.len(), looked.well.get("A6")), (0, Some(&(NOON - 29 * MINUTE_US))));
}

#[test]
fn lost_leads_that_a_person_must_see_now() {
    let scene = Scene::of(&[]);
    scene.cases(NOON - HOUR_US, 2, 0, 0);
    let sql = "UPDATE cases SET session = id, lost = 'R5', lost_all = 'R5,R2', lost_since_us = ?1, lost_us = ?1, evidence = '7'";
    scene.conn.execute(sql, [NOON - 30 * MINUTE_US]).unwrap();
    let found = scene.look("A8", NOON).findings;
    assert_eq!((found.len(), found[0].count, found[0].began_us), (1, 2, NOON - 30 * MINUTE_US));
    assert_eq!(scene.look("A7", NOON).findings, []);
    let open = [Incident { began_us: NOON - HOUR_US, ..incident("A8", "A8", "7", false) }];
    let later = NOON + 3 * DAY_US;
    assert_eq!(scene.look_with("A8", later, &Terms::default(), &open, &[]), Looked::default(), "waiting longer is not over");
    scene.conn.execute("UPDATE cases SET recovered_us = ?1", [NOON]).unwrap();
    assert!(scene.look_with("A8", later, &Terms::default(), &open, &[]).well.contains_key("A8"));
}

#[test]
fn another_model_is_to_be_known_for_a_day() {
    let scene = Scene::of(&[]);
    scene.cases(NOON - 5 * HOUR_US, 30, 0, 0);
    scene.conn.execute_batch("UPDATE cases SET model = 'old-1'").unwrap();
    scene.cases(NOON - HOUR_US, 6, 0, 0);
    scene.conn.execute_batch("UPDATE cases SET model = 'new-2' WHERE model IS NULL").unwrap();
    let found = markers(&scene.conn, B, NOON - DAY_US, NOON).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].us, found[0].from.as_deref(), &found[0].to[..]), (NOON - HOUR_US, Some("old-1"), "new-2"));
    let found = scene.look("A10", NOON).findings;
    assert_eq!((&found[0].key[..], found[0].severity), ("A10:model:new-2", Severity::Info));
    assert_eq!(scene.look("A10", NOON + DAY_US).findings, []);
    let open = [incident("A10", "A10:model:new-2", "", false)];
    assert!(scene.look_with("A10", NOON + DAY_US + 1, &Terms::default(), &open, &[]).well.contains_key("A10:model:new-2"));
}

#[test]
fn the_audit_the_retention_the_disk_and_what_models_cost() {
    let call = said(1, "a", "11:00:00", r#""type":"llm_call","model":"m","cost":120.5,"meta":{"currency":"RUB"}"#);
    let scene = Scene::of(&[&call]);
    assert_eq!(scene.look("A11", NOON), Looked::default(), "no audit yet");
    let audit = "INSERT INTO audits (business, started_us, ended_us, deep, entries, wrong, findings) VALUES (1, ?1, ?1, 0, 9, ?2, '[]')";
    scene.conn.execute(audit, [NOON - HOUR_US, 2]).unwrap();
    assert_eq!(scene.look("A11", NOON).findings[0].severity, Severity::Critical);
    scene.conn.execute(audit, [NOON, 0]).unwrap();
    assert!(scene.look("A11", NOON).well.contains_key("A11"));

    let keys = |looked: &Looked| looked.findings.iter().map(|found| found.key.clone()).collect::<Vec<_>>();
    let looked = scene.look("A12", NOON);
    assert_eq!(keys(&looked), ["A12:disk"], "100 MiB are little; the business is a day old");
    assert!(looked.well.contains_key("A12:retention"));
    assert_eq!(keys(&scene.look("A12", NOON + DAY_US)), ["A12:retention", "A12:disk"]);

    assert_eq!(scene.look("A17", NOON), Looked::default(), "nobody said what it may cost");
    scene.conn.execute_batch("UPDATE model_calls SET cost = 120.5, currency = 'RUB'").unwrap();
    let budget = |day| Terms { budget_day: Some(day), ..Terms::default() };
    assert_eq!(keys(&scene.look_with("A17", NOON, &budget(100), &[], &[])), ["A17"]);
    assert!(scene.look_with("A17", NOON, &budget(121), &[], &[]).well.contains_key("A17"));
    assert_eq!(keys(&scene.look("A18", NOON)), ["A18"]);
}

#[test]
fn a_crm_that_is_behind_and_one_that_refuses() {
    let scene = Scene::of(&[]);
    assert!(scene.look("A2", NOON).well.contains_key("A2:cabc"));
    let entry = "INSERT INTO crm_entries (business, connection, client, session, what, first_record, last_record, reference, state, made_us, due_us, attempts)
                 VALUES (1, 'cabc', 'k', 's', 'steps', ?1, ?1, ?2, ?3, ?4, 0, 0)";
    let record = RecordNo::new(B, 4).as_i64();
    scene.conn.execute(entry, params![record, "r1", "waiting", NOON - 6 * MINUTE_US]).unwrap();
    assert_eq!(scene.look("A2", NOON).findings, [], "its card is still looked for");
    let card =
        "INSERT INTO crm_cards (business, connection, client, state, asked_us, due_us, attempts) VALUES (1, 'cabc', 'k', 'found', 0, 0, 0)";
    scene.conn.execute_batch(card).unwrap();
    let found = scene.look("A2", NOON).findings;
    assert_eq!((&found[0].facts["state"][..], &found[0].records), ("late", &vec![4]));
    scene.conn.execute_batch("UPDATE crm_entries SET state = 'buried'").unwrap();
    assert_eq!(&scene.look("A2", NOON).findings[0].facts["state"], "refused");
    scene.conn.execute_batch("DELETE FROM crm_entries").unwrap();

    let reads =
        "INSERT INTO crm_reads (connection, what, business, first, position, at_us, problem) VALUES ('cabc', 'look', 1, 0, 0, ?1, ?2)
                 ON CONFLICT DO UPDATE SET at_us = ?1, problem = ?2";
    let read = |ago_min, problem: Option<&str>| scene.conn.execute(reads, params![NOON - ago_min * MINUTE_US, problem]).unwrap();
    read(4, Some("QUERY_LIMIT_EXCEEDED"));
    assert_eq!(scene.look("A2", NOON).findings, [], "it is tried again");
    read(6, Some("QUERY_LIMIT_EXCEEDED"));
    let found = scene.look("A2", NOON).findings;
    assert_eq!((&found[0].facts["state"][..], &found[0].facts["lag_min"][..], found[0].began_us), ("unread", "6", NOON - 6 * MINUTE_US));
    scene.conn.execute(entry, params![record, "r2", "buried", NOON]).unwrap();
    let found: Vec<_> = scene.look("A2", NOON).findings.into_iter().map(|finding| finding.key).collect();
    assert_eq!(found, ["A2:cabc", "A2:cabc:read"], "one does not hide the other");
    scene.reads.set(false);
    assert!(scene.look("A2", NOON).well.contains_key("A2:cabc:read"), "nobody wants to read it any more");
    scene.reads.set(true);
    scene.conn.execute_batch("DELETE FROM crm_entries").unwrap();
    read(6, None);
    assert!(scene.look("A2", NOON).well.contains_key("A2:cabc:read"), "nothing hinders, so it was read and is read again in its turn");
}

#[test]
fn terms_are_checked_before_they_are_settled() {
    let read = |text: &str| serde_json::from_str::<Terms>(text).unwrap();
    assert_eq!(Terms::default().fault(), None);
    for wrong in [
        r#"{"off":["A99"]}"#,
        r#"{"unanswered":0}"#,
        r#"{"retention_hours":24}"#,
        r#"{"budget_currency":"rubles"}"#,
        r#"{"quiet_from_min":1440}"#,
    ] {
        assert!(read(wrong).fault().is_some(), "{wrong}");
    }
    assert!(serde_json::from_str::<Terms>(r#"{"unansweerd":1}"#).is_err());
    assert!(!read(r#"{"off":["A5"]}"#).looks("A5"));
}
