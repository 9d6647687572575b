//! What the assistant says it did is compared with what was done: the customer's own example is flagged, a booking settles it, also a
//! late one; what is erased promises nothing; and a rebuild gives the same rows.

use serde_json::{Value, json};

use super::EXAMPLE;
use super::app::{TestApp, wait_until};
use super::commands::{json as json_of, letopis};
use super::reader::Reader;

/// `booked open`, of every promise of an event.
fn standing(reader: &Reader, app: &TestApp, event_id: &str) -> Vec<String> {
    let listed = reader.ask(app, "promises?limit=500");
    let events = listed["items"].as_array().unwrap().iter().filter(|item| item["event_id"] == event_id);
    let promises = events.flat_map(|item| item["promises"].as_array().unwrap().clone());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    promises.map(|promise| format!("{} {}", text(&promise["kind"]), text(&promise["state"]))).collect()
}

fn said(id: &str, phone: &str, at: &str, more: Value) -> Value {
    let mut event =
        json!({"event_id": id, "timestamp": at, "channel": "telegram", "session_id": format!("s-{phone}"), "client": {"phone": phone}});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

const ANNA: &str = "+79215550101";
const BORIS: &str = "+79215550202";
const NOON: &str = "2025-01-01T12:00:00+03:00";

#[test]
fn the_customers_own_example_is_flagged_until_something_is_done() {
    let mut app = TestApp::start();
    let reader = Reader::of(&app);
    assert_eq!(app.post(EXAMPLE.as_bytes()).status, 202);
    app.wait_recorded(1);
    let listed = reader.ask(&app, "promises?state=open");
    let item = &listed["items"][0];
    assert_eq!((&item["event_id"], &item["session_id"]), (&json!("evt_20250101_001"), &json!("sess_abc123")));
    assert_eq!(
        item["promises"],
        json!([
            {"kind": "booked", "modality": "done", "words": "Записал на 15:00", "hour": "15:00", "state": "open"},
            {"kind": "reminder_sent", "modality": "done", "words": "отправил напоминание", "state": "open"},
        ])
    );
    assert_eq!(
        reader.ask(&app, "metrics/promises"),
        json!({"promises": 2, "kept": 0, "waiting": 0, "open": 2, "unchecked": 0, "more": false})
    );

    // A booking a minute later settles the one, and leaves the other.
    let mut booking = json!({"event_id": "b", "timestamp": "2025-01-01T12:35:56+03:00", "channel": "whatsapp", "session_id": "sess_abc123",
                             "action": "create_booking", "booking": {"id": 1, "status": "failed"}});
    app.post_event(&booking);
    app.wait_recorded(2);
    assert_eq!(standing(&reader, &app, "evt_20250101_001"), ["booked open", "reminder_sent open"], "what failed was not done");
    booking["event_id"] = json!("b2");
    booking["booking"]["status"] = json!("created");
    app.post_event(&booking);
    app.wait_recorded(3);
    assert_eq!(standing(&reader, &app, "evt_20250101_001"), ["booked kept", "reminder_sent open"]);
    let kept = &reader.ask(&app, "promises?kind=booked&state=kept")["items"][0]["promises"][0];
    assert_eq!((&kept["kept_by"], &kept["kept_at"]), (&json!(app_record(&app, "b2")), &json!("2025-01-01T09:35:56Z")));
    app.stopped().must_verify();
}

fn app_record(app: &TestApp, event_id: &str) -> u64 {
    let record: i64 = app.tables().query_row("SELECT record FROM events WHERE event_id = ?1", [event_id], |row| row.get(0)).unwrap();
    letopis::event::RecordNo::from_i64(record).index()
}

#[test]
fn a_late_event_settles_it_and_one_from_the_crm_too() {
    let app = TestApp::start();
    let reader = Reader::of(&app);
    app.post_event(&said("a1", ANNA, NOON, json!({"bot_response": "Записала вас на 18:00"})));
    app.post_event(&said("b1", BORIS, NOON, json!({"bot_response": "Отменила вашу запись"})));
    app.wait_recorded(2);
    assert_eq!(
        (standing(&reader, &app, "a1"), standing(&reader, &app, "b1")),
        (vec!["booked open".into()], vec!["cancelled open".to_owned()])
    );
    // Told later, happened before.
    app.post_event(&said("a0", ANNA, "2025-01-01T11:59:30+03:00", json!({"type": "booking_created", "booking": {"id": 7}})));
    // Told by the CRM, in no conversation of the bot's.
    let by_crm = json!({"event_id": "b2", "timestamp": "2025-01-01T12:03:00+03:00", "channel": "crm", "client": {"phone": "8 (921) 555-02-02"},
                        "type": "booking_cancelled"});
    app.post_event(&by_crm);
    app.wait_recorded(4);
    assert_eq!(
        (standing(&reader, &app, "a1"), standing(&reader, &app, "b1")),
        (vec!["booked kept".into()], vec!["cancelled kept".to_owned()])
    );
}

#[test]
fn erasure_removes_it_and_a_rebuild_gives_equal_rows() {
    let mut app = TestApp::start();
    let reader = Reader::of(&app);
    for (id, phone) in [("a1", ANNA), ("b1", BORIS)] {
        app.post_event(&said(id, phone, NOON, json!({"bot_response": "Записала вас на 18:00, напомню за день. Стрижка 1500 рублей"})));
    }
    app.wait_recorded(2);
    let rows = |app: &TestApp| app.tables().query_row("SELECT count(*) FROM promises", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(rows(&app), 6);
    json_of(app.data(), &["erase", "--client", ANNA, "--basis", "withdrawal", "--request", "вх. № 12", "--yes"]);
    wait_until("her promises are gone", || rows(&app) == 3);
    assert_eq!((standing(&reader, &app, "a1"), standing(&reader, &app, "b1").len()), (vec![], 3));
    assert_eq!(json_of(app.data(), &["rebuild", "--check"])["differences"], 0);

    // What somebody edits is found by the audit and put right by a rebuild.
    app.stop();
    let conn = rusqlite::Connection::open(app.data().join("letopis.db")).unwrap();
    assert_eq!(conn.execute("DELETE FROM promises WHERE kind = 'booked'", []).unwrap(), 1);
    drop(conn);
    app.restart();
    let audit = letopis(app.data(), &["verify", "--deep", "--json"]);
    assert!(!audit.ok && audit.out.contains("promises"), "{}", audit.out);
    assert_eq!(json_of(app.data(), &["rebuild"])["replaced"][0]["table"], "promises");
    assert_eq!((rows(&app), json_of(app.data(), &["rebuild", "--check"])["differences"].clone()), (3, json!(0)));
    app.stopped().must_verify();
}
