//! Numbers through the HTTP API: the worked sets of the definitions as event files, to the printed digits; real dialogues; what is erased
//! goes on counting and leads nowhere.

use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::commands::{json as json_of, letopis};

/// A key that reads, and what it is answered once everything is counted.
struct Reader(String);

impl Reader {
    fn of(app: &TestApp) -> Self {
        Self(format!("Bearer {}", json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap()))
    }

    fn ask(&self, app: &TestApp, path: &str) -> Value {
        let answer = app.line().request("GET", &format!("/api/v1/metrics/{path}"), &[("Authorization", self.0.as_str())], b"").unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Once nothing is uncounted.
    fn counted(&self, app: &TestApp, path: &str) -> Value {
        wait_until("everything is counted", || self.ask(app, path)["uncounted"] == 0);
        self.ask(app, path)
    }
}

/// The worked set of conversion: who wrote when in January 2025, who booked.
fn worked_set() -> Vec<Value> {
    let wrote = |client: &str, at: &str, more: Value| {
        let mut event = json!({"event_id": format!("m-{client}-{at}"), "timestamp": format!("2025-{at}:00+03:00"), "channel": "telegram",
                               "client": {"channel_id": client}, "text": "Добрый день"});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    let booked = |client: &str, at: &str, more: Value| {
        let mut event = wrote(client, at, json!({"event_id": format!("b-{client}-{at}"), "type": "booking_created"}));
        event.as_object_mut().unwrap().remove("text");
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    vec![
        wrote("c1", "01-02T10:00", json!({})),
        wrote("c2", "01-02T12:00", json!({})),
        wrote("c2", "01-05T09:00", json!({})),
        wrote("c3", "01-03T11:00", json!({})),
        wrote("c4", "01-03T15:00", json!({})),
        wrote("c5", "01-04T08:00", json!({"tags": ["spam"]})),
        json!({"event_id": "r6", "timestamp": "2025-01-04T09:00:00+03:00", "channel": "telegram", "client": {"channel_id": "c6"},
               "type": "reminder_sent", "text": "Ждём вас завтра"}),
        wrote("c6", "01-04T10:00", json!({})),
        wrote("c7", "01-04T12:00", json!({})),
        wrote("c8", "01-06T09:00", json!({})),
        booked("c1", "01-02T10:05", json!({})),
        booked("c2", "01-05T09:10", json!({})),
        booked("c3", "01-09T10:00", json!({"operator": "Ольга"})),
        booked("c4", "01-11T16:00", json!({})),
        booked("c8", "01-06T09:05", json!({})),
        booked("c8", "01-06T09:07", json!({})),
    ]
}

fn rate(value: &Value) -> (i64, i64) {
    (value["part"].as_i64().unwrap(), value["n"].as_i64().unwrap())
}

#[test]
fn the_worked_conversion_to_the_printed_digits() {
    let app = TestApp::start();
    let reader = Reader::of(&app);
    let events = worked_set();
    for event in &events {
        app.post_event(event);
    }
    app.wait_recorded(events.len());
    let january = "summary?from=2025-01-01&to=2025-02-01";
    let found = reader.counted(&app, january);
    let conversion = &found["conversion"];
    assert_eq!((&found["conversations"], &found["clients"], &found["window_days"]), (&json!(7), &json!(6), &json!(7)), "{found:#}");
    assert_eq!(found["left_out"], json!({"reminder_reply": 1, "spam": 1, "silent": 2}), "two bookings came days later, alone");
    assert_eq!((rate(&conversion["session"]), rate(&conversion["client"]), rate(&conversion["bot_only"])), ((4, 7), (4, 6), (3, 7)));
    let printed = |value: &Value, field: &str| (value[field].as_f64().unwrap() * 1e6).round() / 1e6;
    let digits = |value: &Value| [printed(value, "share"), printed(value, "low"), printed(value, "high")];
    assert_eq!(digits(&conversion["session"]), [0.571429, 0.250458, 0.841780]);
    assert_eq!(digits(&conversion["client"]), [0.666667, 0.299993, 0.903229]);
    assert_eq!((&conversion["session"]["is_few"], &conversion["is_provisional"]), (&json!(true), &json!(false)));

    json_of(app.data(), &["numbers", "set", "--window-days", "14"]);
    wait_until("it is counted with the new window", || rate(&reader.ask(&app, january)["conversion"]["session"]) == (5, 7));
    assert_eq!(rate(&reader.ask(&app, january)["conversion"]["client"]), (5, 6));
    let refused = letopis(app.data(), &["numbers", "set", "--window-days", "0"]);
    assert!(!refused.ok && refused.err.contains("1 to 90 days"), "{}", refused.err);

    // By the business's own day: the whole is the sum of its parts.
    let days = reader.ask(&app, "by/day?from=2025-01-01&to=2025-02-01");
    let by_day = days["items"].as_array().unwrap().iter().filter(|day| day["conversations"] != 0);
    let by_day: Vec<_> = by_day.map(|day| (day["value"].as_str().unwrap(), &day["conversations"])).collect();
    assert_eq!(
        by_day,
        [
            ("2025-01-02", &json!(2)),
            ("2025-01-03", &json!(2)),
            ("2025-01-04", &json!(1)),
            ("2025-01-05", &json!(1)),
            ("2025-01-06", &json!(1))
        ]
    );
    assert_eq!(reader.ask(&app, "by/channel?from=2025-01-01&to=2025-02-01")["items"][0]["value"], "telegram");
    let key = ("Authorization", reader.0.as_str());
    let unknown = app.line().request("GET", "/api/v1/metrics/by/colour", &[key], b"").unwrap();
    assert_eq!((unknown.status, app.line().request("GET", "/api/v1/metrics/summary?from=soon", &[key], b"").unwrap().status), (404, 400));
}

#[test]
fn a_late_booking_reopens_its_day_and_an_erased_client_goes_on_counting() {
    let app = TestApp::start();
    let reader = Reader::of(&app);
    let january = "summary?from=2025-01-01&to=2025-02-01";
    app.post_event(&json!({"event_id": "a", "timestamp": "2025-01-10T12:00:00+03:00", "channel": "telegram", "text": "Запишите меня",
                           "client": {"phone": "+79215550101", "name": "Анна"}, "intent": "запись"}));
    app.wait_recorded(1);
    assert_eq!(rate(&reader.counted(&app, january)["conversion"]["client"]), (0, 1));
    let lost = reader.counted(&app, "lost?from=2025-01-01&to=2025-02-01");
    assert_eq!((&lost["items"][0]["reason"], &lost["items"][0]["reasons"]), (&json!("R1"), &json!(["R1", "R2"])), "{lost:#}");
    assert_eq!(lost["items"][0]["evidence"].as_array().map(Vec::len), Some(1));
    app.post_event(&json!({"event_id": "b", "timestamp": "2025-01-12T12:00:00+03:00", "channel": "crm", "type": "booking_created",
                           "client": {"phone": "+79215550101"}}));
    app.wait_recorded(2);
    wait_until("the booking counts", || rate(&reader.ask(&app, january)["conversion"]["client"]) == (1, 1));
    assert_eq!(reader.ask(&app, "lost?from=2025-01-01&to=2025-02-01")["items"], json!([]));

    let erased = letopis(app.data(), &["erase", "--client", "+79215550101", "--basis", "request", "--request", "1", "--yes"]);
    assert!(erased.ok, "{}", erased.err);
    let after = reader.counted(&app, january);
    assert_eq!((rate(&after["conversion"]["client"]), &after["conversations"]), ((1, 1), &json!(1)), "what was counted stays");
}

#[test]
fn the_customers_own_example_is_a_lead_that_was_claimed_and_is_not_there() {
    let app = TestApp::start();
    let reader = Reader::of(&app);
    let mut event: Value = serde_json::from_str(super::EXAMPLE).unwrap();
    event.as_object_mut().unwrap().remove("crm_id");
    app.post_event(&event);
    app.wait_recorded(1);
    let lost = reader.counted(&app, "lost?from=2025-01-01&to=2025-02-01");
    assert_eq!((&lost["items"][0]["reason"], &lost["items"][0]["session_id"]), (&json!("R3"), &json!("sess_abc123")), "{lost:#}");
}

/// The data set itself is no part of the project: it is looked for beside it.
#[test]
fn the_golden_counts_of_real_dialogues() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/sgd/dialogues_006.json");
    if !path.exists() {
        eprintln!("SKIP: {} is not here", path.display());
        return;
    }
    let app = TestApp::start();
    let reader = Reader::of(&app);
    json_of(app.data(), &["import", path.to_str().unwrap(), "--services", "Services_*"]);
    let all = reader.counted(&app, "summary?from=2000-01-01&to=2100-01-01");
    assert_eq!(
        (&all["conversations"], rate(&all["conversion"]["session"]), rate(&all["failed"])),
        (&json!(107), (55, 107), (17, 107)),
        "{all:#}"
    );
    let step = |name: &str| all["funnel"].as_array().unwrap().iter().find(|step| step["step"] == name).unwrap()["count"].clone();
    assert_eq!((step("wrote"), step("booked"), step("paid")), (json!(107), json!(55), Value::Null), "{:#}", all["funnel"]);
}
