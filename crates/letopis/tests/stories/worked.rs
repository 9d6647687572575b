//! Worked sets of the definitions that need nothing but events, sent as they would come and read as an integrator reads them.

use serde_json::{Value, json};

use super::app::TestApp;
use super::reader::Reader;

fn event(id: &str, at: &str, client: &str, more: Value) -> Value {
    let mut event = json!({"event_id": id, "timestamp": at, "channel": "whatsapp", "client": {"channel_id": client}});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn sent(events: &[Value]) -> (TestApp, Reader) {
    let app = TestApp::start();
    let answer = app.post(Value::from(events.to_vec()).to_string().as_bytes());
    assert_eq!(answer.status, 202, "{}", answer.text());
    app.wait_recorded(events.len());
    let reader = Reader::of(&app);
    (app, reader)
}

/// `part/n = share`, as it is printed.
fn percent(rate: &Value) -> String {
    format!("{}/{} = {:.2} %", rate["part"], rate["n"], rate["share"].as_f64().unwrap() * 100.0)
}

/// Section 4.1: after twenty and after fifty minutes; half an hour ends a conversation on the site, a day in a messenger.
#[test]
fn one_conversation_in_a_messenger_is_two_on_the_site() {
    let mut events = Vec::new();
    for channel in ["web", "whatsapp"] {
        for at in ["10:00", "10:20", "11:10"] {
            let said = json!({"channel": channel, "text": "Добрый день"});
            events.push(event(&format!("{channel}-{at}"), &format!("2025-01-15T{at}:00+03:00"), channel, said));
        }
    }
    // A gap of exactly half an hour stays in one.
    events.push(event("exactly", "2025-01-15T11:40:00+03:00", "web", json!({"channel": "web", "text": "И ещё"})));
    let (app, reader) = sent(&events);
    let by = reader.counted(&app, "by/channel?from=2025-01-15&to=2025-01-16");
    let of = |channel: &str| {
        let cells = by["items"].as_array().unwrap_or_else(|| panic!("{by:#}"));
        cells.iter().find(|cell| cell["value"] == channel).unwrap()["conversations"].clone()
    };
    assert_eq!((of("web"), of("whatsapp")), (json!(2), json!(1)));
}

/// Section 4.3: fifty visits of a month.
#[test]
fn the_worked_no_shows() {
    let mut events = Vec::new();
    for one in 0..50 {
        let (client, day) = (format!("c{one}"), 1 + one % 28);
        let visit = json!({"id": format!("v{one}"), "starts_at": format!("2025-02-{day:02}T15:00:00+03:00")});
        let made = json!({"type": "booking_created", "text": "Запишите", "booking": visit});
        events.push(event(&format!("b{one}"), "2025-01-30T12:00:00+03:00", &client, made));
        let (kind, hour) = match one {
            0..36 => ("visit_arrived", "16:00"),
            36..41 => ("visit_no_show", "16:00"),
            41..47 => ("booking_cancelled", "09:00"),
            47..49 => ("booking_cancelled", "14:00"),
            _ => continue,
        };
        let ended = json!({"type": kind, "booking": {"id": format!("v{one}")}});
        events.push(event(&format!("e{one}"), &format!("2025-02-{day:02}T{hour}:00+03:00"), &client, ended));
    }
    let (app, reader) = sent(&events);
    let found = reader.counted(&app, "visits?from=2025-02-01&to=2025-03-01");
    let shares = ["no_show", "no_show_strict", "unknown"].map(|name| percent(&found[name]));
    assert_eq!(shares, ["5/41 = 12.20 %", "7/43 = 16.28 %", "1/50 = 2.00 %"], "{found:#}");
}

/// Section 4.4: forty visits were reminded of.
#[test]
fn the_worked_reminders() {
    let mut events = Vec::new();
    for one in 0..40 {
        let (client, id) = (format!("c{one}"), format!("v{one}"));
        let number = json!({"id": id});
        let visit = json!({"id": id, "starts_at": "2025-02-03T15:00:00+03:00"});
        let made = json!({"type": "booking_created", "text": "Запишите", "booking": visit});
        let moved = json!({"id": id, "starts_at": "2025-02-04T15:00:00+03:00"});
        events.push(event(&format!("b{one}"), "2025-02-01T12:00:00+03:00", &client, made));
        events.push(event(&format!("r{one}"), "2025-02-02T12:00:00+03:00", &client, json!({"type": "reminder_sent", "booking": number})));
        if one < 38 {
            let arrived = json!({"type": "reminder_delivered", "booking": number});
            events.push(event(&format!("d{one}"), "2025-02-02T12:00:05+03:00", &client, arrived));
        }
        let answer = match one {
            0..25 => json!({"type": "reminder_confirmed", "booking": number}),
            25..29 => json!({"type": "booking_cancelled", "booking": number}),
            29..32 => json!({"type": "booking_rescheduled", "booking": moved}),
            _ => continue,
        };
        events.push(event(&format!("a{one}"), "2025-02-02T13:00:00+03:00", &client, answer));
    }
    let (app, reader) = sent(&events);
    let found = reader.counted(&app, "visits?from=2025-02-01&to=2025-03-01")["reminders"].clone();
    let shares = ["delivery", "confirmation", "response"].map(|name| percent(&found[name]));
    assert_eq!(shares, ["38/40 = 95.00 %", "25/38 = 65.79 %", "32/38 = 84.21 %"], "{found:#}");
    assert_eq!(found["silent"], 6);
}

/// Section 4.5: ten answers.
#[test]
fn the_worked_waiting_times() {
    let waits = [800, 1200, 1500, 2000, 2400, 2900, 3100, 4000, 7500, 31_000];
    let asked = |(one, wait): (usize, &u32)| {
        let (client, minute) = (format!("c{one}"), 10 + one);
        let said = json!({"text": "Сколько стоит?"});
        let answered = json!({"bot_response": "1500 рублей"});
        [
            event(&format!("q{one}"), &format!("2025-01-15T12:{minute}:00+03:00"), &client, said),
            event(&format!("a{one}"), &format!("2025-01-15T12:{minute}:{:02}.{:03}+03:00", wait / 1000, wait % 1000), &client, answered),
        ]
    };
    let events: Vec<Value> = waits.iter().enumerate().flat_map(asked).collect();
    let (app, reader) = sent(&events);
    let found = reader.counted(&app, "summary?from=2025-01-15&to=2025-01-16")["answers"].clone();
    let seconds = ["p50_ms", "p90_ms", "p95_ms", "p99_ms", "mean_ms"].map(|name| format!("{:.3}", found[name].as_f64().unwrap() / 1000.0));
    assert_eq!(seconds, ["2.650", "9.850", "20.425", "28.885", "5.640"], "{found:#}");
    assert_eq!(percent(&found["within_3s"]), "6/10 = 60.00 %");
}
