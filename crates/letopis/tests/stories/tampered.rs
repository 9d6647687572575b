//! Somebody edits the folder by hand: every byte and every row that was touched is found and named, and the badge turns red.
//!
//! Each case works on a copy of one stopped folder with 600 events: two full tiles and bundles, and a partial one.

use std::path::{Path, PathBuf};

use letopis::journal::evidence::Badge;
use letopis::journal::verify::Finding;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::app::TestApp;
use super::stopped::{MAIN, Stopped};

const EVENTS: usize = 600;
/// The event that is touched, somewhere in the second tile.
const TOUCHED: &str = "evt-300";

/// A stopped folder to copy from.
struct Scene {
    _app: TestApp,
    data: PathBuf,
    copies: TempDir,
    /// Number of the touched record, and its index in the tree.
    record: i64,
    index: u64,
}

impl Scene {
    fn new() -> Self {
        let mut app = TestApp::start();
        fill(&app, 0..EVENTS);
        app.wait_recorded(EVENTS);
        let folder = app.stopped();
        folder.must_verify();
        let record = folder.row(TOUCHED).row.record;
        let data = app.data().to_owned();
        drop(folder);
        let index = letopis::event::RecordNo::from_i64(record).index();
        Self { _app: app, data, copies: tempfile::tempdir().unwrap(), record, index }
    }

    /// A copy, touched by `touch`.
    fn copy(&self, name: &str, touch: impl FnOnce(&Path)) -> PathBuf {
        let copy = self.copies.path().join(name.replace('/', "-"));
        copy_folder(&self.data, &copy);
        touch(&copy);
        copy
    }

    /// What the audit finds after `sql` was run by hand.
    fn after_sql(&self, sql: &str) -> (Vec<Finding>, Stopped) {
        let number = self.copies.path().read_dir().unwrap().count();
        let copy = self.copy(&format!("sql-{number}"), |copy| edit(copy, sql, self.record));
        let folder = Stopped::open(&copy);
        (findings(&folder), folder)
    }
}

#[test]
fn a_flipped_byte_of_any_kind_is_found_and_named() {
    let scene = Scene::new();
    let index = Some(scene.index);
    let flips = [
        ("blob", "UPDATE blobs SET blob = flip(blob, 90) WHERE record = ?1", vec![("blob", index, "blobs")]),
        ("the nonce of a blob", "UPDATE blobs SET blob = flip(blob, 3) WHERE record = ?1", vec![("blob", index, "blobs")]),
        (
            "the id of an entry",
            "UPDATE entries SET entry = flip(entry, 5) WHERE record = ?1",
            vec![("tile", None, "tile/0/001"), ("bundle", None, "tile/entries/001")],
        ),
        (
            "the commitment of an entry",
            "UPDATE entries SET entry = flip(entry, 30) WHERE record = ?1",
            vec![("record", index, "blobs"), ("checkpoint", None, "checkpoint")],
        ),
        (
            "the blob hash of an entry",
            "UPDATE entries SET entry = flip(entry, 70) WHERE record = ?1",
            vec![("blob", index, "blobs"), ("checkpoint", None, "checkpoint")],
        ),
        (
            "a wrapped data key",
            "UPDATE data_keys SET wrapped = flip(wrapped, 40) WHERE id = (SELECT data_key FROM blobs WHERE record = ?1)",
            vec![("key", index, "blobs")],
        ),
    ];
    for (what, sql, expected) in flips {
        let (found, folder) = scene.after_sql(sql);
        for (kind, record, place) in expected {
            let named = found.iter().any(|f| f.what == kind && f.place == place && (record.is_none() || f.record == record));
            assert!(named, "{what}: {found:#?}");
        }
        let _ = folder.resume();
        assert!(matches!(folder.badge(scene.record), Badge::Broken(_)), "{what}");
    }
}

#[test]
fn a_flipped_byte_of_a_file_is_found_and_named() {
    let scene = Scene::new();
    for (kind, place) in [("tile", "tile/0/000"), ("tile", "tile/0/001"), ("bundle", "tile/entries/000"), ("bundle", "tile/entries/001")] {
        let copy = scene.copy(place, |copy| flip_file(&copy.join("log/main").join(place), 1000));
        let found = findings(&Stopped::open(&copy));
        assert!(matches!(found.as_slice(), [f] if f.what == kind && f.place == place), "{place}: {found:#?}");
        let gone = scene.copy(&format!("{place}-gone"), |copy| std::fs::remove_file(copy.join("log/main").join(place)).unwrap());
        let found = findings(&Stopped::open(&gone));
        assert!(matches!(found.as_slice(), [f] if f.what == kind && f.place == place), "{place}: {found:#?}");
    }
    let length = std::fs::read(scene.data.join("log/main/checkpoint")).unwrap().len();
    for at in (0..length).step_by(9) {
        let copy = scene.copy(&format!("checkpoint-{at}"), |copy| flip_file(&copy.join("log/main/checkpoint"), at));
        let found = findings(&Stopped::open(&copy));
        assert!(found.iter().any(|f| f.what == "checkpoint"), "byte {at}: {found:#?}");
        std::fs::remove_dir_all(copy).unwrap();
    }
}

#[test]
fn an_edited_event_row_is_found_and_the_badge_names_the_column() {
    let scene = Scene::new();
    let columns = [
        ("said", "'нет, не надо'", "text"),
        ("reply", "'конечно, бесплатно'", "reply"),
        ("said", "NULL", "text"),
        ("ts_us", "ts_us + 1000000", "time"),
        ("offset_min", "offset_min + 60", "time"),
        ("received_us", "received_us - 1", "received"),
        ("flags", "flags | 1", "flags"),
        ("facets", "facets | 1024", "flags"),
        ("type", "'payment'", "type"),
        ("channel", "'vk'", "channel"),
        ("event_id", "'evt-0'", "event_id"),
        ("intent", "'жалоба'", "intent"),
        ("confidence", "0.5", "confidence"),
        ("action", "'refund'", "action"),
        ("crm", "'BX_LEAD_1'", "crm"),
        ("client_name", "'Другая'", "name"),
        ("operator", "'Ирина'", "operator"),
        ("model", "'gpt'", "model"),
        ("scenario", "'запись@8'", "scenario"),
        ("variant", "'a=B'", "variant"),
        ("latency_ms", "7", "latency_ms"),
        ("error", "'сбой'", "error"),
    ];
    for (column, value, named) in columns {
        let (found, folder) = scene.after_sql(&format!("UPDATE events SET {column} = {value} WHERE record = ?1"));
        let by_audit = |f: &Finding| f.what == "row" && f.record == Some(scene.index) && f.place == "events" && f.message.contains(named);
        assert!(found.iter().any(by_audit), "{column}: {found:#?}");
        folder.resume().unwrap();
        match folder.badge(scene.record) {
            Badge::Broken(wrong) => assert!(wrong.to_string().contains(named), "{column}: {wrong}"),
            badge => panic!("{column}: {badge:?}"),
        }
    }
    for (sql, what, place) in [
        ("UPDATE events SET identity = (SELECT identity FROM events WHERE event_id = 'evt-1') WHERE record = ?1", "row", "events.identity"),
        ("UPDATE events SET identity = NULL WHERE record = ?1", "row", "events.identity"),
        ("UPDATE events SET session = NULL WHERE record = ?1", "session", "sessions"),
        ("UPDATE events SET session = (SELECT session FROM events WHERE event_id = 'evt-1') WHERE record = ?1", "session", "sessions"),
        ("DELETE FROM events WHERE record = ?1", "row", "events"),
        ("UPDATE events SET record = record + 100000 WHERE record = ?1", "row", "events"),
        ("DELETE FROM blobs WHERE record = ?1", "blob", "blobs"),
        ("DELETE FROM entries WHERE record = ?1", "entry", "entries"),
        ("DELETE FROM seen WHERE record = ?1", "seen", "seen"),
        ("UPDATE search SET stems = 'обман' WHERE rowid = ?1", "search", "search"),
    ] {
        let (found, _) = scene.after_sql(sql);
        assert!(found.iter().any(|f| f.what == what && f.place.starts_with(place)), "{sql}: {found:#?}");
    }
}

#[test]
fn an_edited_conversation_or_client_is_found() {
    let scene = Scene::new();
    let mine = "WHERE id = (SELECT session FROM events WHERE record = ?1)";
    let columns = [
        ("channel", "'vk'"),
        ("identity", "identity % 2 + 1"),
        ("client", "client % 2 + 1"),
        ("kind", "'reminder_reply'"),
        ("started_us", "0"),
        ("last_us", "last_us + 1"),
        ("first_record", "first_record + 1"),
        ("first_in_us", "first_in_us + 1"),
        ("first_out_us", "NULL"),
        ("events", "events + 1"),
        ("inbound", "0"),
        ("replies", "0"),
        ("facets", "facets | 1024"),
        ("outcome", "'booked'"),
        ("confidence", "1.0"),
        ("intent", "'жалоба'"),
        ("name", "'Другая'"),
        ("snippet", "'нет'"),
        ("snippet_us", "1"),
        ("given", "'sess_x'"),
        ("pid", "'sess_x'"),
    ];
    for (column, value) in columns {
        let (found, _) = scene.after_sql(&format!("UPDATE sessions SET {column} = {value} {mine} AND ?1 > 0"));
        assert!(found.iter().any(|f| f.what == "session" && f.place.starts_with("sessions ")), "sessions.{column}: {found:#?}");
    }
    let (found, _) = scene.after_sql(&format!("DELETE FROM sessions {mine}"));
    assert!(found.iter().any(|f| f.what == "session"), "{found:#?}");
    let mine = "WHERE id = (SELECT identity FROM events WHERE record = ?1)";
    for (column, value) in [
        ("value", "'+79990000000'"),
        ("kind", "'email'"),
        ("channel", "'vk'"),
        ("pseudonym", "randomblob(16)"),
        ("tail", "'0000'"),
        ("client", "client % 2 + 1"),
    ] {
        let (found, _) = scene.after_sql(&format!("UPDATE identities SET {column} = {value} {mine}"));
        assert!(found.iter().any(|f| f.what == "client" && f.place.starts_with("identities ")), "identities.{column}: {found:#?}");
    }
    let mine = "WHERE id = (SELECT client FROM identities WHERE id = (SELECT identity FROM events WHERE record = ?1))";
    for (column, value) in
        [("name", "'Другая'"), ("name_folded", "'другая'"), ("root", "root % 2 + 1"), ("merged_into", "1"), ("pid", "'c_0'")]
    {
        let (found, _) = scene.after_sql(&format!("UPDATE clients SET {column} = {value} {mine}"));
        assert!(found.iter().any(|f| f.what == "client" && f.place.starts_with("clients ")), "clients.{column}: {found:#?}");
    }
    for set in ["body = replace(body, 'main', 'mine')", "made_by = 'somebody'", "kind = 'none'", "made_us = 1"] {
        let (found, _) =
            scene.after_sql(&format!("UPDATE decisions SET {set} WHERE record = (SELECT min(record) FROM decisions) AND ?1 > 0"));
        assert!(found.iter().any(|f| f.what == "decision"), "decisions.{set}: {found:#?}");
    }
}

#[test]
fn a_database_rolled_back_is_not_signed_on() {
    let mut app = TestApp::start();
    fill(&app, 0..EVENTS / 2);
    app.wait_recorded(EVENTS / 2);
    app.stop();
    let older = app.root().join("older");
    copy_folder(app.data(), &older);
    app.restart();
    fill(&app, EVENTS / 2..EVENTS);
    app.wait_recorded(EVENTS);
    app.stop();
    for name in ["letopis.db", "letopis.db-wal", "letopis.db-shm"] {
        let _ = std::fs::remove_file(app.data().join(name));
        if older.join(name).exists() {
            std::fs::copy(older.join(name), app.data().join(name)).unwrap();
        }
    }
    let signed = std::fs::read(app.data().join("log/main/checkpoint")).unwrap();
    let said = app.try_restart().unwrap_err();
    assert!(said.contains("restored from an older copy") && said.contains("nothing is signed"), "{said}");
    assert_eq!(std::fs::read(app.data().join("log/main/checkpoint")).unwrap(), signed, "what was signed stays");
    let found = findings(&Stopped::open(app.data()));
    assert!(found.iter().any(|f| f.what == "checkpoint" && f.message.contains("were signed")), "{found:#?}");
}

#[test]
fn a_flipped_byte_of_a_waiting_frame_is_found_and_named() {
    use queue::{Lane, Queue, disk};
    let scene = Scene::new();
    let key = || super::stopped::queue_key(&scene.data);
    let copy = scene.copy("queue", |_| {});
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // Accepted, and the server is stopped before it records them.
        let queue = disk::DiskQueue::open(&copy.join("queue"), key(), disk::Config::default()).unwrap();
        for n in 0..20 {
            queue.publish(Lane(MAIN.0), format!("frame {n} {}", "x".repeat(200)).into()).await.unwrap();
        }
        assert!(queue.check().is_empty());
        queue.close().await;
    });
    let segment = newest_segment(&copy.join("queue"));
    let audit = || super::commands::letopis(&copy, &["verify"]);
    assert!(audit().ok, "{}", audit().out);
    flip_file(&segment, 2000);
    let name = segment.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(!audit().ok && audit().out.contains(&format!("queue/{name}")), "{}", audit().out);
    let said = match disk::DiskQueue::open(&copy.join("queue"), key(), disk::Config::default()) {
        Ok(queue) => queue.check().iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        Err(refused) => refused.to_string(),
    };
    assert!(said.contains(&name), "{said:?} does not name {name}");
}

fn fill(app: &TestApp, numbers: std::ops::Range<usize>) {
    let events: Vec<Value> = numbers.map(event).collect();
    for batch in events.chunks(50) {
        assert_eq!(app.post(Value::from(batch).to_string().as_bytes()).status, 202);
    }
}

/// Forty clients in conversations of their own.
fn event(n: usize) -> Value {
    let client = n % 40;
    json!({
        "event_id": format!("evt-{n}"), "timestamp": format!("2025-01-01T12:{:02}:{:02}+03:00", n / 60, n % 60), "channel": "telegram",
        "client": {"phone": format!("+7921555{client:04}"), "name": format!("Клиент {client}")}, "text": "когда можно записаться?",
        "bot_response": format!("завтра в {}:00", n % 12 + 8), "intent": "запись", "confidence": 0.9, "latency_ms": 400, "scenario": "запись"
    })
}

/// Runs `sql` by hand, with `flip(blob, at)` and the touched record as `?1`.
fn edit(data: &Path, sql: &str, record: i64) {
    use rusqlite::functions::FunctionFlags;
    let tables = Connection::open(data.join("letopis.db")).unwrap();
    letopis::journal::setup(&tables).unwrap();
    let flip = |context: &rusqlite::functions::Context<'_>| {
        let mut bytes: Vec<u8> = context.get(0)?;
        let at: usize = context.get::<i64>(1)? as usize;
        bytes[at] ^= 1;
        Ok(bytes)
    };
    tables.create_scalar_function("flip", 2, FunctionFlags::SQLITE_UTF8, flip).unwrap();
    assert_eq!(tables.execute(sql, [record]).unwrap(), 1, "{sql}");
}

fn findings(folder: &Stopped) -> Vec<Finding> {
    folder.verify_deep().into_iter().flat_map(|report| report.findings).collect()
}

fn flip_file(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

fn newest_segment(queue: &Path) -> PathBuf {
    let files = std::fs::read_dir(queue).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|e| e == "seg")).max().unwrap()
}

pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|e| (e.path(), e.file_name())).unwrap();
        if path.is_dir() {
            copy_folder(&path, &to.join(name));
        } else if path.is_file() {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}
