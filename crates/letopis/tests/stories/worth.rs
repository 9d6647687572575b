//! What it is all worth, through the HTTP API: the worked hours and cost to the printed digits, lost leads in money, growth, visits that fell
//! through; norms are sealed, and without them nothing is a zero.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::app::TestApp;
use super::commands::{json as json_of, letopis};
use super::reader::Reader;

/// All of them in requests of a few hundred.
fn send(app: &TestApp, events: &[Value]) {
    for some in events.chunks(300) {
        let body = some.iter().map(|event| format!("{event}\n")).collect::<String>();
        let answer = app.post_with(&[("Content-Type", "application/x-ndjson")], body.as_bytes());
        assert_eq!(answer.status, 202, "{}", answer.text());
    }
    app.wait_recorded(events.len());
}

fn ago(days: f64) -> String {
    (Timestamp::now() - SignedDuration::from_secs_f64(days * 86_400.0)).to_string()
}

fn event(id: String, at: &str, client: &str, more: Value) -> Value {
    let mut event = json!({"event_id": id, "timestamp": at, "channel": "telegram", "client": {"channel_id": client}});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event
}

fn printed(value: &Value, digits: usize) -> String {
    format!("{:.digits$}", value.as_f64().unwrap())
}

const JANUARY: &str = "worth?from=2025-01-01&to=2025-02-01";

#[test]
fn the_worked_hours_and_the_worked_cost_to_the_printed_digits() {
    let app = TestApp::start();
    let reader = Reader::of(&app);
    let empty = reader.counted(&app, JANUARY)["worth"].clone();
    assert_eq!(
        (&empty["work"], &empty["cost"]["money"], &empty["cost"]["per_booking"]),
        (&Value::Null, &json!({}), &json!({})),
        "{empty:#}"
    );
    // 320 bookings without a person, 180 of them reminded, 150 with an answer, 30 taken over.
    let mut events = Vec::new();
    for number in 0..320 {
        let client = format!("c{number}");
        let at = |minute: i32| format!("2025-01-{:02}T12:{minute:02}:00+03:00", 1 + number % 20);
        let reply = if number < 150 {
            json!({"text": "Запишите", "bot_response": "Хорошо"})
        } else {
            json!({"text": "Запишите"})
        };
        events.push(event(format!("m{number}"), &at(0), &client, reply));
        let visit = json!({"id": format!("v{number}"), "starts_at": format!("2025-01-{:02}T15:00:00+03:00", 3 + number % 20)});
        events.push(event(format!("b{number}"), &at(1), &client, json!({"type": "booking_created", "booking": visit})));
        if number < 180 {
            let reminder = json!({"type": "reminder_sent", "booking": {"id": format!("v{number}")}});
            events.push(event(format!("r{number}"), &at(2), &client, reminder));
        }
        if number < 30 {
            events.push(event(format!("h{number}"), &at(3), &client, json!({"type": "handoff"})));
        }
    }
    send(&app, &events);
    json_of(app.data(), &["numbers", "set", "--baseline-minutes", "4437.5"]);
    let work = reader.counted(&app, JANUARY)["worth"]["work"].clone();
    let counts: Vec<_> = ["bookings", "reminders", "answers", "handed"].iter().map(|kind| work[*kind]["count"].clone()).collect();
    assert_eq!(counts, [320, 180, 150, 30].map(Value::from), "{work:#}");
    assert_eq!((printed(&work["minutes"], 0), printed(&work["hours"], 2)), ("1775".into(), "29.58".into()));
    assert_eq!(format!("{:.1}", work["share"].as_f64().unwrap() * 100.0), "40.0");

    costs(&app, &reader, events.len());
}

/// Six replies of a priced model in one dialogue with a booking, then a call of which nobody knows the price.
fn costs(app: &TestApp, reader: &Reader, before: usize) {
    let call = |number: i32, cost: Value| {
        let more = json!({"type": "llm_call", "session_id": "priced", "model": "m-1", "tokens_in": 1200, "tokens_out": 300, "cost": cost,
                          "meta": {"cost": {"currency": "RUB"}}});
        event(format!("l{number}"), "2025-03-01T12:00:00+03:00", "priced", more)
    };
    let mut talk = vec![event("p".into(), "2025-03-01T12:00:00+03:00", "priced", json!({"session_id": "priced", "text": "Запишите"}))];
    talk.extend((0..6).map(|number| call(number, json!(0.36))));
    talk.push(event("pb".into(), "2025-03-01T12:05:00+03:00", "priced", json!({"session_id": "priced", "type": "booking_created"})));
    send_more(app, &talk, before);
    let march = "worth?from=2025-03-01&to=2025-04-01";
    let cost = reader.counted(app, march)["worth"]["cost"].clone();
    assert_eq!(
        (printed(&cost["per_conversation"]["RUB"], 2), printed(&cost["per_booking"]["RUB"], 2)),
        ("2.16".into(), "2.16".into()),
        "{cost:#}"
    );
    assert_eq!((&cost["models"]["calls"], &cost["is_lower_bound"]), (&json!(6), &json!(false)));
    let mut unpriced = call(7, Value::Null);
    unpriced.as_object_mut().unwrap().remove("cost");
    send_more(app, &[unpriced], before + talk.len());
    let set = json_of(app.data(), &["numbers", "set", "--month-cost", "3000"]);
    assert_eq!((&set["month_minor"], &set["baseline_min"]), (&json!(300_000), &json!(4437.5)), "what is not named stays");
    let found = reader.counted(app, march)["worth"].clone();
    assert_eq!(printed(&found["cost"]["per_booking"]["RUB"], 2), "3002.16");
    assert_eq!((&found["cost"]["is_lower_bound"], &found["cost"]["models"]["unpriced"]), (&json!(true), &json!(1)));
    assert_eq!(
        (
            &found["cost_by_model"][0]["value"],
            printed(&found["cost_by_model"][0]["money"]["RUB"], 2),
            &found["cost_by_channel"][0]["value"]
        ),
        (&json!("m-1"), "2.16".into(), &json!("telegram")),
        "what is paid by the month belongs to no model"
    );
    let refused = letopis(app.data(), &["numbers", "set", "--currency", "рубли"]);
    assert!(!refused.ok && refused.err.contains("three letters"), "{}", refused.err);
}

fn send_more(app: &TestApp, events: &[Value], before: usize) {
    for event in events {
        app.post_event(event);
    }
    app.wait_recorded(before + events.len());
}

#[test]
fn lost_leads_in_money_growth_and_visits_that_fell_through() {
    let app = TestApp::start();
    let reader = Reader::of(&app);
    let mut events = Vec::new();
    // Four weeks ago to a week ago: 20, then 40 conversations, three of four of the latter booked, nobody came back to the others.
    for number in 0..60 {
        let days = if number < 20 { 20.9 - 0.3 * f64::from(number) } else { 13.9 - 0.1 * f64::from(number - 20) };
        let client = json!({"phone": format!("+7921555{:04}", number + 1)});
        let mut wish =
            event(format!("w{number}"), &ago(days), "x", json!({"text": "Запишите", "intent": "запись", "bot_response": "На какой день?"}));
        wish["client"] = client.clone();
        events.push(wish);
        if number >= 30 {
            let mut booked =
                event(format!("b{number}"), &ago(days - 0.01), "x", json!({"type": "booking_created", "bot_response": "Готово"}));
            booked["client"] = client;
            events.push(booked);
        }
    }
    send(&app, &events);
    // Of one moment: a microsecond more than a week is compared with two weeks before.
    let from: Timestamp = ago(14.0).parse().unwrap();
    let span = format!("from={from}&to={}", from + SignedDuration::from_hours(7 * 24));
    let found = reader.counted(&app, &format!("worth?{span}"))["worth"].clone();
    assert_eq!((&found["lost"]["sum"], &found["lost"]["lacking"]), (&Value::Null, &json!("ticket")), "{:#}", found["lost"]);
    let (now, before) = (&found["conversations"]["now"], &found["conversations"]["before"]);
    assert_eq!(
        (now, before, &found["conversations"]["change"]["ratio"]),
        (&json!(40), &json!(20), &json!(2.0)),
        "{:#}",
        found["conversations"]
    );
    assert_eq!((&found["leads"]["change"], &found["leads"]["lacking"]), (&Value::Null, &json!("unmeasured")), "nobody tells of leads");

    json_of(app.data(), &["numbers", "set", "--ticket", "2500"]);
    let lost = reader.counted(&app, &format!("worth?{span}"))["worth"]["lost"].clone();
    // 30 of 60 with a known contact booked; 10 of the period did not: 10 × 0.5 × 2500.
    assert_eq!(
        (&lost["leads"], &lost["sum"]["minor"], &lost["sum"]["currency"]),
        (&json!(10), &json!(1_250_000), &json!("RUB")),
        "{lost:#}"
    );
    let queue = reader.measure(&app, &format!("lost?from={}", ago(14.0)));
    assert!(
        queue["value"]["sum"]["minor"].as_i64() > Some(0) && queue["value"]["leads"] == json!(queue["items"].as_array().unwrap().len()),
        "{queue:#}"
    );

    let hours = reader.measure(&app, &format!("hours?{span}"));
    let all: i64 = hours["items"].as_array().unwrap().iter().map(|cell| cell["conversations"].as_i64().unwrap()).sum();
    assert_eq!(all, 40, "{hours:#}");

    a_visit_that_fell_through(&app, &reader, events.len());
}

/// Missed nine days ago, and not booked again.
fn a_visit_that_fell_through(app: &TestApp, reader: &Reader, before: usize) {
    let visit = json!({"id": "gone", "starts_at": ago(9.0), "service": "Стрижка"});
    let mut missed = vec![event("gb".into(), &ago(12.0), "gone", json!({"type": "booking_created", "text": "Да", "booking": visit}))];
    missed.push(event("gn".into(), &ago(8.9), "gone", json!({"type": "visit_no_show", "booking": {"id": "gone"}})));
    send_more(app, &missed, before);
    let from = (Timestamp::now() - SignedDuration::from_hours(20 * 24)).to_string()[..10].to_owned();
    let fell = reader.counted(app, &format!("lost?from={from}"))["rebook"].clone();
    assert_eq!(
        (&fell[0]["reason"], &fell[0]["outcome"], &fell[0]["service"]),
        (&json!("R13"), &json!("no_show"), &json!("Стрижка")),
        "{fell:#}"
    );
    let again =
        event("again".into(), &ago(1.0), "gone", json!({"type": "booking_created", "text": "Запишите снова", "booking": {"id": "new"}}));
    send_more(app, &[again], before + missed.len());
    assert_eq!(reader.counted(app, &format!("lost?from={from}"))["rebook"], json!([]), "booked again");
}

#[test]
fn a_reminder_has_arrived_when_its_provider_says_so() {
    let app = TestApp::start();
    let reader = Reader::of(&app);
    let visit = json!({"id": "v1", "starts_at": "2025-02-03T15:00:00+03:00"});
    let reminder = json!({"type": "reminder_sent", "booking": {"id": "v1"}, "delivery": {"provider": "sms", "message_id": "m-7"}});
    let arrived = json!({"type": "delivery_status", "delivery": {"provider": "sms", "message_id": "m-7", "status": "delivered"}});
    send(
        &app,
        &[
            event("b".into(), "2025-02-01T12:00:00+03:00", "c1", json!({"type": "booking_created", "text": "Запишите", "booking": visit})),
            event("r".into(), "2025-02-02T12:00:00+03:00", "c1", reminder),
        ],
    );
    let february = "visits?from=2025-02-01&to=2025-02-05";
    let before = reader.counted(&app, february)["reminders"].clone();
    send_more(&app, &[event("s".into(), "2025-02-02T12:00:05+03:00", "c1", arrived)], 2);
    let after = reader.counted(&app, february)["reminders"].clone();
    assert_eq!((&before["delivery"]["part"], &after["delivery"]["part"]), (&json!(0), &json!(1)), "{before:#} {after:#}");
}
