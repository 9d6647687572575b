//! Files of other systems: everything goes in once, however often and however interrupted, and what is no event is named.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rusqlite::Connection;
use serde_json::Value;

use super::app::{TestApp, command, wait_until};
use super::commands::{json, letopis};
use super::event;

fn import(app: &TestApp, arguments: &[&str]) -> Value {
    json(app.data(), &[&["import"], arguments].concat())["files"][0]["tally"].clone()
}

fn written(app: &TestApp, name: &str, text: &str) -> PathBuf {
    let path = app.root().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn count(tables: &Connection, sql: &str) -> i64 {
    tables.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_second_import_changes_nothing() {
    let mut app = TestApp::start();
    let lines: String = (0..50).map(|n| format!("{}\n", event(&format!("e{n}")))).collect();
    let path = written(&app, "events.jsonl", &lines);
    let first = import(&app, &[path.to_str().unwrap()]);
    assert_eq!((&first["accepted"], &first["duplicates"], &first["rejected"]), (&50.into(), &0.into(), &0.into()), "{first}");
    let second = import(&app, &[path.to_str().unwrap()]);
    assert_eq!((&second["accepted"], &second["duplicates"]), (&0.into(), &50.into()), "{second}");
    app.wait_recorded(50);
    assert_eq!(count(&app.tables(), "SELECT count(*) FROM events WHERE flags <> 0"), 0);
    app.stopped().must_verify();
}

#[test]
fn history_that_would_not_be_kept_is_said_to_go() {
    let app = TestApp::start();
    let mut old = event("old");
    old["timestamp"] = "2020-02-03T12:00:00+03:00".into();
    let mut new = event("new");
    new["timestamp"] = jiff::Timestamp::now().to_string().into();
    let path = written(&app, "history.jsonl", &format!("{old}\n{new}\n"));
    let said = letopis(app.data(), &["import", path.to_str().unwrap(), "--json"]);
    assert!(said.ok && said.err.contains("1 of the new events are older than the 90 days for which detail is kept"), "{}", said.err);
    let tally = &said.json()["files"][0]["tally"];
    assert_eq!((&tally["accepted"], &tally["over"]), (&2.into(), &1.into()), "{tally}");
    let again = letopis(app.data(), &["import", path.to_str().unwrap()]);
    assert!(!again.err.contains("older than"), "nothing new came: {}", again.err);
}

#[test]
fn bad_places_are_named_and_the_rest_goes_in() {
    let app = TestApp::start();
    let mut wrong = event("wrong");
    wrong["timestamp"] = "вчера от Анны".into();
    let text = format!("{}\n{wrong}\nнет\n\n{}\n", event("good"), event("good too"));
    let path = written(&app, "mixed.jsonl", &text);
    let said = letopis(app.data(), &["import", path.to_str().unwrap(), "--json"]);
    assert!(!said.ok, "not all is well");
    let tally = said.json()["files"][0]["tally"].clone();
    assert_eq!((&tally["accepted"], &tally["rejected"]), (&2.into(), &2.into()), "{tally}");
    let positions: Vec<i64> = tally["faults"].as_array().unwrap().iter().map(|fault| fault["position"].as_i64().unwrap()).collect();
    assert_eq!(positions, [2, 3]);
    assert!(!said.out.contains("Анны") && !said.err.contains("Анны"), "no personal data in reasons");
    app.wait_recorded(2);
    assert_eq!(
        count(&app.tables(), "SELECT count(*) FROM quarantine"),
        1,
        "what the check refused is kept; what is no JSON stays in the file"
    );
}

#[test]
fn an_interrupted_import_goes_on() {
    const EVENTS: usize = 12_000;
    let app = TestApp::start();
    let mut text = String::new();
    for n in 0..EVENTS {
        writeln!(text, "{}", event(&format!("e{n}"))).unwrap();
    }
    let path = written(&app, "many.jsonl", &text);
    let mut child = command().arg("--data").arg(app.data()).args(["import"]).arg(&path).stderr(Stdio::null()).spawn().unwrap();
    let kept = app.data().join("import");
    wait_until("a batch is noted", || {
        kept.read_dir().is_ok_and(|mut files| files.any(|f| f.unwrap().path().extension().is_some_and(|e| e == "json")))
    });
    child.kill().unwrap();
    child.wait().unwrap();
    let tally = import(&app, &[path.to_str().unwrap()]);
    assert_eq!(tally["accepted"].as_u64().unwrap() + tally["duplicates"].as_u64().unwrap(), EVENTS as u64, "{tally}");
    app.wait_recorded(EVENTS);
    assert_eq!(kept.read_dir().unwrap().count(), 0, "nothing is left to resume");
}

#[test]
fn a_table_is_mapped() {
    let app = TestApp::start();
    let path = written(&app, "chats.csv", "Дата;Тел;Сообщение\n01.02.2025 10:00;8 921 555-01-01;Здравствуйте\n");
    let tally = import(&app, &[path.to_str().unwrap(), "--map", "client.phone=Тел", "--set", "channel=whatsapp"]);
    assert_eq!(tally["accepted"], 1, "{tally}");
    let tables = app.tables();
    assert_eq!(count(&tables, "SELECT count(*) FROM identities WHERE kind = 'phone' AND value = '+79215550101'"), 1);
    assert_eq!(count(&tables, "SELECT count(*) FROM events WHERE channel = 'whatsapp' AND said = 'Здравствуйте'"), 1);
}

#[test]
fn an_import_into_nothing_sets_a_folder_up() {
    let root = tempfile::tempdir().unwrap();
    let (data, path) = (root.path().join("data"), root.path().join("one.jsonl"));
    std::fs::write(&path, event("one").to_string()).unwrap();
    let said = letopis(&data, &["import", path.to_str().unwrap()]);
    assert!(said.ok && said.err.contains("/welcome/"), "{}", said.err);
    assert_eq!(json(&data, &["verify", "--deep"])["ok"], true);
}

/// The data set itself is no part of the project: it is looked for beside it.
#[test]
fn the_dialogues_of_services_come_out_as_they_went_in() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/sgd/dialogues_006.json");
    if !path.exists() {
        eprintln!("SKIP: {} is not here", path.display());
        return;
    }
    let app = TestApp::start();
    let tally = import(&app, &[path.to_str().unwrap(), "--services", "Services_*"]);
    assert_eq!(tally["rejected"], 0, "{tally}");
    let tables = app.tables();
    assert_eq!(count(&tables, "SELECT count(*) FROM sessions"), 107);
    assert_eq!(count(&tables, "SELECT count(*) FROM sessions WHERE outcome = 'booked'"), 55);
    let failure = letopis::event::Facets::FAILURE.bits();
    assert_eq!(count(&tables, &format!("SELECT count(*) FROM sessions WHERE facets & {failure} <> 0")), 17);
}
