//! Numbers through the HTTP API: the worked sets of the definitions as event files, to the printed digits; real dialogues; what is erased
//! goes on counting and leads nowhere.

use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::commands::{json as json_of, letopis};
use super::reader::Reader;

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
    wait_until("it is counted with the new window", || rate(&reader.measure(&app, january)["conversion"]["session"]) == (5, 7));
    assert_eq!(rate(&reader.measure(&app, january)["conversion"]["client"]), (5, 6));
    let refused = letopis(app.data(), &["numbers", "set", "--window-days", "0"]);
    assert!(!refused.ok && refused.err.contains("1 to 90 days"), "{}", refused.err);

    // By the business's own day: the whole is the sum of its parts.
    let days = reader.measure(&app, "by/day?from=2025-01-01&to=2025-02-01");
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
    assert_eq!(reader.measure(&app, "by/channel?from=2025-01-01&to=2025-02-01")["items"][0]["value"], "telegram");
    let key = reader.header();
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
    wait_until("the booking counts", || rate(&reader.measure(&app, january)["conversion"]["client"]) == (1, 1));
    assert_eq!(reader.measure(&app, "lost?from=2025-01-01&to=2025-02-01")["items"], json!([]));

    let erased = letopis(app.data(), &["erase", "--client", "+79215550101", "--basis", "request", "--request", "1", "--yes"]);
    assert!(erased.ok, "{}", erased.err);
    let after = reader.counted(&app, january);
    assert_eq!((rate(&after["conversion"]["client"]), &after["conversations"]), ((1, 1), &json!(1)), "what was counted stays");
}

#[test]
fn a_hand_over_in_the_evening_waits_for_people_only_while_they_work() {
    let app = TestApp::start();
    let reader = Reader::of(&app);
    let told = |who: &str, at: &str, more: Value| {
        let mut event = json!({"event_id": format!("{who}-{at}"), "timestamp": format!("2025-01-{at}:00+03:00"), "channel": "telegram",
                               "client": {"channel_id": who}});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        app.post_event(&event);
    };
    for who in ["anna", "boris"] {
        told(who, "10T20:49", json!({"text": "Хочу поговорить с человеком"}));
        told(who, "10T20:50", json!({"action": "handoff", "bot_response": "Зову администратора"}));
    }
    told("anna", "11T10:05", json!({"operator": "Ольга", "text": "Доброе утро!"}));
    app.wait_recorded(5);
    let found = reader.counted(&app, "summary?from=2025-01-01&to=2025-02-01");
    let person = &found["answers"]["person"];
    // 20:50 to 21:00, and 10:00 to 10:05; nobody ever came to Boris.
    assert_eq!((rate(&person["within_15min"]), &person["unanswered"], &person["is_few"]), ((1, 2), &json!(1), &json!(true)), "{found:#}");
    let of_anna = reader.measure(&app, "by/staff?from=2025-01-01&to=2025-02-01");
    let hers = of_anna["items"].as_array().unwrap().iter().find(|item| item["value"] != "").unwrap();
    assert_eq!(hers["answers"]["person"]["p50_ms"], json!(900_000.0), "{hers:#}");
}

/// 200 visits within four weeks, of which so many clients did not come: told by the booking system.
fn visits_since(first: &str, absent: i64) -> Vec<Value> {
    let begins: jiff::Timestamp = format!("{first}T10:00:00+03:00").parse().unwrap();
    let visit = |one: i64| {
        let starts = begins + jiff::SignedDuration::from_hours(one % 28 * 24 + one / 28);
        let about = |what: &str, at: jiff::Timestamp, kind: &str| {
            json!({"event_id": format!("{what}-{first}-{one}"), "timestamp": at.to_string(), "channel": "crm", "type": kind,
                   "client": {"channel_id": format!("{first}-{one}")},
                   "booking": {"id": format!("{first}-{one}"), "starts_at": starts.to_string()}})
        };
        let ended = if one < absent { "visit_no_show" } else { "visit_arrived" };
        let minutes = jiff::SignedDuration::from_mins;
        [about("made", starts - minutes(90), "booking_created"), about("ended", starts + minutes(40), ended)]
    };
    (0..200).flat_map(visit).collect()
}

#[test]
fn the_worked_fall_of_no_shows_as_a_part_of_what_it_was_and_in_points() {
    let app = TestApp::start();
    let reader = Reader::of(&app);
    let events: Vec<Value> = visits_since("2025-01-06", 44).into_iter().chain(visits_since("2025-02-03", 36)).collect();
    assert_eq!(app.post(Value::from(events.clone()).to_string().as_bytes()).status, 202);
    app.wait_recorded(events.len());
    let period = "visits?from=2025-02-03&to=2025-03-03";
    let alone = reader.counted(&app, period);
    assert_eq!((rate(&alone["no_show"]), alone.get("no_show_changed")), ((36, 200), None), "{alone:#}");
    let changed = reader.measure(&app, &format!("{period}&compare=1"))["no_show_changed"].clone();
    assert_eq!((rate(&changed["before"]), rate(&changed["now"])), ((44, 200), (36, 200)), "{changed:#}");
    let percent = |value: &Value, places: usize| format!("{:.places$}", value.as_f64().unwrap() * 100.0);
    let relative = &changed["relative"];
    assert_eq!(
        [percent(&relative["value"], 2), percent(&relative["interval"]["low"], 2), percent(&relative["interval"]["high"], 2)],
        ["-18.18", "-44.85", "21.38"]
    );
    assert_eq!((percent(&changed["points"]["value"], 1), &changed["is_few"]), ("-4.0".to_owned(), &json!(false)));
    let key = reader.header();
    let refused = app.line().request("GET", "/api/v1/metrics/visits?intent=x&compare=1", &[key], b"").unwrap();
    assert_eq!(refused.status, 400, "visits know of no intent");
}

/// So many of 200 clients reach each step: they write, want to book, are offered a time, leave a phone, are a lead, book, come.
fn worked_funnel() -> Vec<Value> {
    let mut events = Vec::new();
    for (one, reached) in (0..200_u32).map(|one| (one, [200, 150, 120, 96, 90, 72, 63].iter().filter(|count| one < **count).count())) {
        let mut tell = |step: usize, minute: u32, more: Value| {
            if reached < step {
                return;
            }
            let mut event = json!({"event_id": format!("f{step}-{one}"), "timestamp": format!("2025-01-15T12:{minute:02}:00+03:00"),
                                   "channel": "telegram", "session_id": format!("funnel-{one}"), "client": {"channel_id": format!("f{one}")}});
            event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            events.push(event);
        };
        tell(1, 0, json!({"text": "Добрый день"}));
        tell(2, 1, json!({"text": "Хочу записаться", "intent": "запись"}));
        tell(3, 2, json!({"bot_response": "Могу предложить завтра в 15:00"}));
        tell(4, 3, json!({"text": "Мой телефон", "client": {"channel_id": format!("f{one}"), "phone": format!("+7921555{one:04}")}}));
        tell(5, 4, json!({"action": "create_lead", "crm_id": format!("BX_LEAD_{one}")}));
        tell(6, 5, json!({"type": "booking_created"}));
        tell(7, 59, json!({"type": "visit_arrived"}));
    }
    events
}

#[test]
fn the_worked_funnel_from_end_to_end() {
    let app = TestApp::start();
    let reader = Reader::of(&app);
    let events = worked_funnel();
    assert_eq!(app.post(Value::from(events.clone()).to_string().as_bytes()).status, 202);
    app.wait_recorded(events.len());
    let found = reader.counted(&app, "summary?from=2025-01-01&to=2025-02-01");
    let counts: Vec<_> = found["funnel"].as_array().unwrap().iter().filter_map(|step| step["count"].as_i64()).collect();
    assert_eq!(counts, [200, 150, 120, 96, 90, 72, 63], "{:#}", found["funnel"]);
    let whole = &found["funnel_overall"];
    assert_eq!((&whole["step"], rate(&whole["rate"]), &whole["rate"]["share"]), (&json!("arrived"), (63, 200), &json!(0.315)));
    assert_eq!(rate(&found["conversion"]["lead"]), (72, 90), "of created leads");
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
