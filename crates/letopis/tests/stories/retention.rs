//! What is over goes, what is held stays, and everything can still be proved: policy, holds, runs, anonymised rows, sums by day.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use letopis::event::BusinessId;
use letopis::journal::days::{Cell, Day, cells};
use letopis::privacy::mask::Masker;
use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::commands::{json as json_of, letopis};

/// Longer ago than any policy keeps detail, but not sums: noon in Moscow, a hundred days back.
fn old() -> String {
    let day = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().saturating_sub(jiff::Span::new().days(100));
    format!("{day}T12:34:56+03:00")
}

/// A client writes, the assistant answers.
fn said(id: &str, session: &str, at: &str, text: &str) -> Value {
    json!({
        "event_id": id, "timestamp": at, "channel": "telegram", "session_id": session, "intent": "запись_на_приём",
        "client": {"phone": "+79215550101", "name": "Зульфия Каримова"}, "text": text, "bot_response": "завтра в 15:00"
    })
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn send(app: &TestApp, events: &[Value]) {
    let body: String = events.iter().map(|event| format!("{event}\n")).collect();
    assert_eq!(app.post(body.as_bytes()).status, 202);
}

fn count(app: &TestApp, sql: &str) -> i64 {
    app.tables().query_row(sql, [], |row| row.get(0)).unwrap()
}

fn retention(app: &TestApp, arguments: &[&str]) -> Value {
    json_of(app.data(), &[&["retention"], arguments].concat())
}

fn must_verify(app: &TestApp) {
    let said = letopis(app.data(), &["verify", "--deep", "--acts"]);
    assert!(said.ok, "{} {}", said.out, said.err);
}

/// Every file below the data folder that holds these bytes.
fn found(folder: &Path, needle: &str) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(found(&path, needle));
        } else if std::fs::read(&path).is_ok_and(|bytes| memchr::memmem::find(&bytes, needle.as_bytes()).is_some()) {
            files.push(path.display().to_string());
        }
    }
    files
}

fn sums(app: &mut TestApp) -> Vec<Cell> {
    let zone = jiff::tz::TimeZone::get("Europe/Moscow").unwrap();
    let day = Day::of(old().parse::<jiff::Timestamp>().unwrap().as_microsecond(), &zone);
    let folder = app.stopped();
    let sums = folder.read(|conn| cells(conn, &Masker::default(), BusinessId(1), day, &zone).unwrap());
    drop(folder);
    app.restart();
    sums
}

#[test]
fn what_is_over_goes_and_what_is_held_stays() {
    let mut app = TestApp::start();
    let talk = |n: usize, session: &str, at: &str| said(&format!("{session}-{n}"), session, at, "когда можно записаться?");
    let at = old();
    let past: Vec<Value> = (0..3).map(|n| talk(n, "over", &at)).chain((0..2).map(|n| talk(n, "disputed", &at))).collect();
    send(&app, &past);
    send(&app, &[talk(0, "fresh", &now())]);
    app.wait_recorded(6);
    let before = sums(&mut app);
    assert_eq!(before.iter().map(|cell| cell.sums.conversations).sum::<i64>(), 2);
    assert!(!letopis(app.data(), &["retention", "set", "--detail-days", "10"]).ok, "too short");
    assert_eq!(retention(&app, &["set", "--detail-days", "30"])["detail_days"], 30);
    retention(&app, &["hold", "disputed", "--reason", "претензия 12"]);
    let dry = retention(&app, &["run", "--dry-run"]);
    assert_eq!((&dry["conversations"], &dry["events"], &dry["held"]), (&json!(1), &json!(3), &json!(1)), "{dry}");
    assert_eq!(count(&app, "SELECT count(*) FROM events"), 6, "a dry run touches nothing");
    let ran = retention(&app, &["run"]);
    for number in ["conversations", "events", "held"] {
        assert_eq!(ran[number], dry[number], "a run does what the dry run said");
    }
    assert_eq!(count(&app, "SELECT count(*) FROM events"), 3);
    assert_eq!(count(&app, "SELECT count(*) FROM acts WHERE kind = 'expire'"), 1);
    must_verify(&app);
    // A retry of what is gone brings nothing back.
    send(&app, &past[..1]);
    send(&app, &[talk(1, "fresh", &now())]);
    app.wait_recorded(4);
    // The sums of the day are what they were, though most of its detail is gone.
    assert_eq!(sums(&mut app), before);
    let key = json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {key}");
    let answer = app.line().request("GET", "/api/v1/metrics/retention", &[("Authorization", &bearer)], b"").unwrap().json();
    let window = &answer["windows"][0];
    assert_eq!(
        (&window["accepted"], &window["full"], &window["expired"], &window["lost"]),
        (&json!(7), &json!(4), &json!(3), &json!(0)),
        "{answer}"
    );
    // Lifted, it goes too.
    retention(&app, &["lift", "disputed"]);
    assert_eq!(retention(&app, &["run"])["conversations"], 1);
    let shown = retention(&app, &["show"]);
    assert_eq!((shown["runs"].as_array().unwrap().len(), &shown["next"]["conversations"]), (2, &json!(0)));
    assert_eq!(sums(&mut app), before);
    must_verify(&app);
}

#[test]
fn a_client_on_hold_keeps_everything() {
    let app = TestApp::start();
    send(&app, &[said("a", "one", &old(), "да"), said("b", "two", &old(), "нет")]);
    app.wait_recorded(2);
    let client: String = app.tables().query_row("SELECT pid FROM clients", [], |row| row.get(0)).unwrap();
    retention(&app, &["hold", &client, "--reason", "запрос 7"]);
    let ran = retention(&app, &["run"]);
    assert_eq!((&ran["events"], &ran["held"]), (&json!(0), &json!(2)), "{ran}");
    assert_eq!(count(&app, "SELECT count(*) FROM events"), 2);
    assert!(!letopis(app.data(), &["retention", "hold", "c_0000000000000000", "--reason", "x"]).ok);
    must_verify(&app);
}

#[test]
fn anonymised_rows_hold_nobody() {
    let mut app = TestApp::start();
    let texts = [
        "Это Зульфия, мой номер 8 (921) 555-01-01",
        "зульфие перезвоните на 9215550101, почта zulya@example.ru",
        "запишите каримову на 15 мая, живу на ул. Ленина, д. 5, кв. 12",
        "паспорт 4010 123456, @zulya_spb",
    ];
    let events: Vec<Value> = texts.iter().enumerate().map(|(n, text)| said(&format!("e{n}"), "s", &old(), text)).collect();
    send(&app, &events);
    app.wait_recorded(texts.len());
    let canaries = ["Зульфи", "зульфи", "Карим", "карим", "9215550101", "555-01-01", "zulya", "Ленина", "123456"];
    app.stop();
    assert!(canaries.iter().all(|canary| !found(app.data(), canary).is_empty()), "they are there before");
    app.restart();
    retention(&app, &["set", "--detail-days", "30", "--then", "anonymise"]);
    retention(&app, &["run"]);
    assert_eq!(count(&app, "SELECT count(*) FROM events"), 0);
    assert_eq!(count(&app, "SELECT count(*) FROM anonymised WHERE phone_code = '+7921' AND who IS NOT NULL"), 4);
    let kept: String = app.tables().query_row("SELECT said FROM anonymised WHERE said LIKE '%15 мая%'", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, "запишите [ИМЯ] на 15 мая, живу на [АДРЕС]");
    assert_eq!(count(&app, "SELECT count(*) FROM anonymised WHERE hour_us % 3600000000 <> 0"), 0, "the moment is its hour");
    let particulars: String = app.tables().query_row("SELECT particulars FROM acts", [], |row| row.get(0)).unwrap();
    let particulars: Value = serde_json::from_str(&particulars).unwrap();
    assert_eq!((&particulars["anonymised"]["rows"], particulars["anonymised"]["sha256"].as_str().unwrap().len()), (&json!(4), 64));
    must_verify(&app);
    app.stop();
    for canary in canaries {
        assert_eq!(found(app.data(), canary), Vec::<String>::new(), "{canary}");
    }
}

#[test]
fn a_killed_run_goes_on_and_recording_too() {
    let mut app = TestApp::start();
    let talks = 2600;
    for from in (0..talks).step_by(200) {
        let events: Vec<Value> = (from..from + 200)
            .flat_map(|n| {
                [said(&format!("a{n}"), &format!("s{n}"), &old(), "можно?"), said(&format!("b{n}"), &format!("s{n}"), &old(), "да")]
            })
            .collect();
        send(&app, &events);
    }
    app.wait_recorded(2 * talks);
    let data = app.data().to_owned();
    let run = std::thread::spawn(move || letopis(&data, &["retention", "run"]));
    wait_until("a slice is gone", || count(&app, "SELECT count(*) FROM acts") > 0);
    app.kill();
    assert!(!run.join().unwrap().ok, "the server was killed under it");
    app.restart();
    // It goes on by itself, while events come in.
    let stop = AtomicBool::new(false);
    let sent = std::thread::scope(|all| {
        let (app, stop) = (&app, &stop);
        let sender = all.spawn(move || {
            let mut sent = 0;
            while !stop.load(Ordering::Relaxed) && sent < 500 {
                send(app, &[said(&format!("new-{sent}"), "new", &now(), "здравствуйте")]);
                sent += 1;
            }
            sent
        });
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait_until("the run has ended", || count(app, "SELECT count(*) FROM decisions WHERE kind = 'retention_ran'") > 0);
        }));
        stop.store(true, Ordering::Relaxed);
        let sent = sender.join().unwrap();
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        sent
    });
    app.wait_recorded(sent);
    assert_eq!(
        count(&app, "SELECT count(DISTINCT json_extract(body, '$.run')) FROM decisions WHERE kind IN ('expired', 'retention_ran')"),
        1
    );
    assert_eq!(count(&app, "SELECT count(*) FROM events WHERE event_id NOT LIKE 'new-%'"), 0);
    must_verify(&app);
    app.stopped().must_verify();
}
