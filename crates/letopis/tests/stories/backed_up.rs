//! A backup: made while events come in, adding only what is new; killed while writing it is what it was; a flipped byte in any file is
//! named; restored it is the same journal; and without its keys it shows nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::app::{TestApp, command, wait_until};
use super::commands::{Said, json, letopis};
use super::event;

/// Two parts of 4096 records would take a dev build long; one and the beginning of another need not.
const EVENTS: usize = 700;

pub fn fill(app: &TestApp, from: usize, to: usize) {
    for first in (from..to).step_by(350) {
        let lines: Vec<String> = (first..to.min(first + 350)).map(|number| one(number).to_string()).collect();
        assert_eq!(app.post(lines.join("\n").as_bytes()).status, 202);
    }
}

fn one(number: usize) -> Value {
    let mut event = event(&format!("evt-{number}"));
    event["client"] = json!({"phone": format!("+7921555{:04}", number % 90), "name": "Аделаида", "email": "canary@example.org"});
    event["session_id"] = json!(format!("sess-{}", number % 120));
    event["text"] = json!("хочу записаться к Аполлинарии на мелирование");
    event
}

pub fn backup(app: &TestApp, to: &Path) -> Value {
    json(app.data(), &["backup", "--to", to.to_str().unwrap()])
}

/// A copy of the master key, as somebody keeps it.
pub fn keep_master(app: &TestApp) -> PathBuf {
    let kept = app.root().join("kept.key");
    std::fs::copy(app.data().join("master.key"), &kept).unwrap();
    kept
}

/// `letopis restore` into `to`.
pub fn restore(from: &Path, master: &Path, to: &Path, rest: &[&str]) -> Said {
    letopis(to, &[&["restore", "--json", "--from", from.to_str().unwrap(), "--master", master.to_str().unwrap()], rest].concat())
}

/// Every file below `folder`.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    files
}

fn holds(bytes: &[u8], what: &str) -> bool {
    bytes.windows(what.len()).any(|window| window == what.as_bytes())
}

#[test]
fn it_is_made_beside_recording_adds_what_is_new_and_shows_nothing() {
    let app = TestApp::start();
    let to = app.root().join("backup");
    fill(&app, 0, EVENTS);
    let done = AtomicBool::new(false);
    std::thread::scope(|all| {
        all.spawn(|| {
            for number in 10_000.. {
                app.post_event(&one(number));
                if done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        backup(&app, &to);
        done.store(true, Ordering::Relaxed);
    });
    app.post_event(&event("last"));
    wait_until("the last is recorded", || app.get("/healthz").is_ok() && recorded(&app, "last"));
    let second = backup(&app, &to);
    assert!(second["number"] == 2 && second["records"].as_u64().unwrap() > EVENTS as u64, "{second}");
    wait_until("nothing is new but the small tables", || backup(&app, &to)["written"] == 1);
    assert!(letopis(app.data(), &["backup", "--to", to.to_str().unwrap(), "--check"]).ok);
    for (path, bytes) in files(&to) {
        for canary in ["9215550", "Аделаида", "canary", "Аполлинар", "мелирован", "evt-"] {
            assert!(!holds(&bytes, canary), "{canary} is in {}", path.display());
        }
    }
}

fn recorded(app: &TestApp, id: &str) -> bool {
    app.tables().query_row("SELECT count(*) FROM events WHERE event_id = ?1", [id], |row| row.get::<_, i64>(0)).unwrap() > 0
}

#[test]
fn a_restored_folder_is_the_same_journal_and_signs_only_once_it_is_told() {
    let mut app = TestApp::start();
    let (to, kept) = (app.root().join("backup"), keep_master(&app));
    fill(&app, 0, EVENTS);
    let read = json(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned();
    app.wait_recorded(EVENTS);
    app.stop();
    backup(&app, &to);
    let note = app.data().join("log/main/checkpoint");
    let restored = app.root().join("restored");
    let said = restore(&to, &kept, &restored, &[]);
    assert!(said.ok, "{}", said.err);
    let told = said.json();
    assert!(told["verified"] == true && told["unsettled"].as_array().unwrap().len() == 1, "{told}");
    assert_eq!(differing(app.data(), &restored), Vec::<String>::new());
    // It reads, and does not sign.
    let refused = letopis(&restored, &["key", "list"]);
    assert!(!refused.ok && refused.err.contains("--latest-checkpoint"), "{}", refused.err);
    let settled = letopis(&restored, &["restore", "--latest-checkpoint", note.to_str().unwrap()]);
    assert!(settled.ok, "{}", settled.err);
    assert!(letopis(&restored, &["verify", "--deep"]).ok);
    // Keys of then work, and recording goes on.
    let key = app.key.clone();
    let mut again = TestApp::start_restored(restored, &key);
    again.post_event(&event("after"));
    let mine = again.line().request("GET", "/api/v1/events/evt-5", &[("Authorization", &format!("Bearer {read}"))], b"").unwrap();
    assert_eq!(mine.status, 200);
    again.wait_recorded(EVENTS + 1);
    again.stopped().must_verify();
    assert!(!restore(&to, &kept, app.data(), &[]).ok, "a folder with data is not overwritten");
}

/// Tables that are not equal, by logical rows.
fn differing(one: &Path, other: &Path) -> Vec<String> {
    let logical = [
        "SELECT record, entry FROM entries",
        "SELECT record, blob FROM blobs",
        "SELECT * FROM seen",
        "SELECT * FROM openings",
        "SELECT * FROM links",
        "SELECT record, ts_us, said, reply, flags, (SELECT pid FROM sessions s WHERE s.id = session), (SELECT pseudonym FROM identities i WHERE i.id = identity) FROM events",
        "SELECT pid, events, outcome, snippet, first_record FROM sessions",
        "SELECT pid, name, first_record FROM clients",
        "SELECT record, made_us, made_by, kind, body FROM decisions",
        "SELECT id, slug, name, kind, timezone, created_us FROM businesses",
        "SELECT id, login, name, created_us FROM users",
        "SELECT business_id, user_id, role FROM memberships",
        "SELECT id, role, hash, revoked_us FROM api_keys",
        "SELECT * FROM indexed",
    ];
    let rows = |folder: &Path, sql: &str| -> Vec<String> {
        let conn = Connection::open(folder.join("letopis.db")).unwrap();
        let mut all = conn.prepare(sql).unwrap();
        let columns = all.column_count();
        let read = |row: &rusqlite::Row<'_>| Ok((0..columns).map(|at| format!("{:?}|", row.get_ref(at).unwrap())).collect::<String>());
        let mut rows: Vec<String> = all.query_map([], read).unwrap().map(Result::unwrap).collect();
        rows.sort();
        rows
    };
    logical.iter().filter(|sql| rows(one, sql) != rows(other, sql)).map(|sql| (*sql).to_owned()).collect()
}

#[test]
fn a_flipped_byte_in_any_file_is_named() {
    let mut app = TestApp::start();
    let (to, kept) = (app.root().join("backup"), keep_master(&app));
    fill(&app, 0, EVENTS);
    app.wait_recorded(EVENTS);
    app.stop();
    backup(&app, &to);
    let all = files(&to);
    assert!(all.len() > 8, "{:?}", all.keys());
    for (path, bytes) in all.iter().filter(|(path, _)| path.extension().is_none_or(|e| e != "lock") && path.file_name().unwrap() != "lock")
    {
        let name = path.strip_prefix(&to).unwrap().to_str().unwrap();
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            std::fs::write(path, flipped).unwrap();
            let checked = letopis(app.data(), &["backup", "--to", to.to_str().unwrap(), "--check"]);
            assert!(!checked.ok && (checked.out + &checked.err).contains(name), "{name} at {at}");
        }
        let new = app.root().join("new");
        let refused = restore(&to, &kept, &new, &[]);
        assert!(!refused.ok && refused.err.contains(name), "{name}: {}", refused.err);
        std::fs::remove_dir_all(new).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let stranger = TestApp::start();
    let refused = restore(&to, &stranger.data().join("master.key"), &app.root().join("new"), &[]);
    assert!(!refused.ok && refused.err.contains("master key"), "{}", refused.err);
    let refused = letopis(stranger.data(), &["backup", "--to", to.to_str().unwrap()]);
    assert!(!refused.ok && refused.err.contains("holds a backup of"), "{}", refused.err);
    assert!(restore(&to, &kept, &app.root().join("whole"), &[]).ok);
}

#[test]
fn killed_while_writing_it_is_what_it_was() {
    let mut app = TestApp::start();
    let (to, kept) = (app.root().join("backup"), keep_master(&app));
    fill(&app, 0, 100);
    app.wait_recorded(100);
    app.stop();
    backup(&app, &to);
    app.restart();
    fill(&app, 100, EVENTS);
    app.wait_recorded(EVENTS);
    app.stop();
    for pause_ms in [15, 30, 45, 60, 80, 110] {
        let mut child = command().args(["backup", "--to"]).arg(&to).arg("--data").arg(app.data()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(pause_ms));
        child.kill().unwrap();
        child.wait().unwrap();
        let checked = letopis(app.data(), &["backup", "--to", to.to_str().unwrap(), "--check"]);
        assert!(checked.ok, "after {pause_ms} ms: {}", checked.err);
    }
    let done = backup(&app, &to);
    assert!(done["records"].as_u64().unwrap() > EVENTS as u64, "{done}");
    let listed = files(&to).keys().filter(|path| path.components().any(|part| part.as_os_str() == "records")).count();
    assert_eq!(listed, 1, "what killed runs left is gone");
    assert!(restore(&to, &kept, &app.root().join("new"), &["--new-epoch"]).ok);
}

#[test]
fn the_server_makes_it_by_itself_and_says_when() {
    let app = TestApp::start_with("[backup]\nfolder = \"../by-itself\"\n");
    wait_until("a backup is there", || app.root().join("by-itself/manifest").exists());
    wait_until("it is told of", || {
        let metrics = app.get("/metrics").unwrap().text();
        metrics.lines().any(|line| line.strip_prefix("letopis_backup_last_success_seconds ").is_some_and(|at| at != "0"))
    });
    let checks = letopis(app.data(), &["doctor", "--json"]).json();
    let backup = checks["checks"].as_array().unwrap().iter().find(|check| check["check"] == "backup").unwrap().clone();
    assert_eq!(backup["state"], "ok", "{backup}");
}

/// The old backup of somebody who kept a copy, and the newest key file: nothing of an erased client opens.
#[test]
fn an_old_backup_with_the_newest_key_file_shows_nothing_of_an_erased_client() {
    let mut app = TestApp::start_with("[backup]\nfolder = \"../by-itself\"\n");
    let (to, kept, old) = (app.root().join("by-itself"), keep_master(&app), app.root().join("old"));
    fill(&app, 0, 90);
    app.wait_recorded(90);
    wait_until("a backup with everything is there", || letopis(app.data(), &["backup", "--to", to.to_str().unwrap()]).ok);
    assert!(std::process::Command::new("cp").arg("-r").arg(&to).arg(&old).status().unwrap().success());
    let keys = std::fs::read(to.join("keys")).unwrap();
    json(app.data(), &["erase", "--client", "+79215550007", "--basis", "request", "--request", "1", "--yes"]);
    wait_until("the key file follows", || std::fs::read(to.join("keys")).unwrap() != keys);
    app.stop();
    std::fs::copy(to.join("keys"), old.join("keys")).unwrap();
    let restored = app.root().join("restored");
    let told = restore(&old, &kept, &restored, &[]);
    let said: Value = serde_json::from_str(&told.out).unwrap();
    assert!(said["restored"]["without_key"].as_u64().unwrap() > 0, "{said}");
    let conn = Connection::open(restored.join("letopis.db")).unwrap();
    let found: i64 = conn.query_row("SELECT count(*) FROM identities WHERE value = '+79215550007'", [], |row| row.get(0)).unwrap();
    assert_eq!(found, 0);
    for (path, bytes) in files(&restored) {
        assert!(!holds(&bytes, "9215550007"), "{}", path.display());
    }
    // A backup made after the erasure has the act, and is whole.
    app.restart();
    wait_until("a backup with everything is there", || letopis(app.data(), &["backup", "--to", to.to_str().unwrap()]).ok);
    app.stop();
    let told = restore(&to, &kept, &app.root().join("after"), &["--new-epoch"]);
    assert!(told.ok, "{}", told.err);
}
