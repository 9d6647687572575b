//! The rows that screens show are computed again from the sealed records and are the same: after late events, merges, refused items and
//! conflicts of ids, in two businesses, while more comes in. What somebody edited is named, and put right.

use std::sync::atomic::{AtomicBool, Ordering};

use letopis::app::App;
use letopis::demo::{self, Shop};
use letopis::event::record::Decision;
use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::commands::{json, letopis};
use super::event;
use super::stopped::MAIN;

/// Enough for late events and every scene; a whole month takes a dev build minutes.
const EVENTS: usize = 2500;

/// Two businesses with some days of the demo: a part comes late, some things twice, some otherwise, some cannot be read.
fn filled() -> TestApp {
    let mut app = TestApp::start();
    let clinic = app.another_business("clinic");
    app.restart();
    let month = demo::month(7, "2026-02-01T00:00:00Z".parse().unwrap());
    let (late, in_time): (Vec<_>, Vec<_>) = month.take(EVENTS).enumerate().partition(|(n, _)| n % 9 == 0);
    let salon = app.key.clone();
    for (number, batch) in in_time.into_iter().chain(late).map(|(_, happening)| happening).collect::<Vec<_>>().chunks(200).enumerate() {
        for (shop, key) in [(Shop::Salon, &salon), (Shop::Clinic, &clinic)] {
            let of_shop: Vec<&str> =
                batch.iter().filter(|one| one.shop == shop).map(|one| std::str::from_utf8(&one.event).unwrap()).collect();
            app.key.clone_from(key);
            if of_shop.is_empty() {
                continue;
            }
            assert_eq!(app.post(of_shop.join("\n").as_bytes()).status, 202);
        }
        app.key.clone_from(&salon);
        let twice =
            format!(r#"[{}, {}, {{"event_id":"no moment"}}]"#, event(&format!("twice-{number}")), other(&format!("twice-{number}")));
        assert_eq!(app.post(twice.as_bytes()).status, 202);
    }
    // Two people with one phone: whether they are one is a person's decision.
    for (id, client) in [("like-1", json!({"channel_id": "900"})), ("like-2", json!({"channel_id": "900", "phone": "+79215550101"}))] {
        let mut like = event(id);
        like["client"] = client;
        app.post_event(&like);
    }
    wait_until("everything is recorded", || recorded(&app) >= EVENTS as i64 + 28);
    merge(&mut app);
    app
}

fn other(id: &str) -> Value {
    let mut event = event(id);
    event["text"] = json!("другое");
    event
}

fn recorded(app: &TestApp) -> i64 {
    app.tables().query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap()
}

/// A person merges two pairs and takes one merge back.
fn merge(app: &mut TestApp) {
    let folder = app.stopped();
    let pairs: Vec<(String, String)> = folder.read(|conn| {
        let sql = "SELECT a.pid, b.pid FROM clients a JOIN clients b ON b.id = a.id + 7 WHERE a.business = 1 AND b.business = 1 LIMIT 2";
        conn.prepare(sql).unwrap().query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    });
    for (into, from) in &pairs {
        folder.decide_in(MAIN, Decision::ClientsMerged { into: into.clone(), from: from.clone() });
    }
    let (into, from) = pairs[0].clone();
    folder.decide_in(MAIN, Decision::ClientsUnmerged { into, from });
    drop(folder);
    app.restart();
}

#[test]
fn rebuilt_rows_are_the_same_rows_also_while_more_comes_in() {
    let mut app = filled();
    let checked = json(app.data(), &["rebuild", "--check"]);
    assert_eq!((&checked["differences"], &checked["listed"]), (&json!(0), &Value::Null), "{checked}");
    assert!(checked["records"].as_u64().unwrap() > EVENTS as u64, "{checked}");
    let done = AtomicBool::new(false);
    std::thread::scope(|all| {
        all.spawn(|| {
            for number in 0.. {
                app.post_event(&event(&format!("meanwhile-{number}")));
                if done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let rebuilt = json(app.data(), &["rebuild"]);
        done.store(true, Ordering::Relaxed);
        assert_eq!((&rebuilt["differences"], &rebuilt["index"]), (&json!(0), &json!(false)), "{rebuilt}");
    });
    app.post_event(&event("after"));
    assert_eq!(json(app.data(), &["rebuild", "--check"])["differences"], 0);
    assert!(!app.data().join("rebuild.db").exists());
    app.stopped().must_verify();
}

#[test]
fn what_was_edited_is_named_and_put_right() {
    let mut app = filled();
    let ids = |app: &TestApp| -> Vec<String> {
        let tables = app.tables();
        let mut all = tables.prepare("SELECT pid FROM sessions UNION ALL SELECT pid FROM clients ORDER BY 1").unwrap();
        all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let before = ids(&app);
    app.stop();
    let edits = [
        ("events", "altered", "UPDATE events SET said = 'нет' WHERE record = (SELECT max(record) - 5 FROM events WHERE said IS NOT NULL)"),
        ("events", "missing", "DELETE FROM events WHERE record = (SELECT min(record) FROM events)"),
        ("sessions", "missing", "DELETE FROM sessions WHERE id = (SELECT id FROM sessions ORDER BY id LIMIT 1 OFFSET 40)"),
        ("sessions", "altered", "UPDATE sessions SET outcome = 'booked', kind = 'x' WHERE id = (SELECT max(id) FROM sessions)"),
        ("clients", "altered", "UPDATE clients SET name = 'Некто' WHERE id = (SELECT id FROM clients LIMIT 1 OFFSET 5)"),
        ("identities", "extra", "INSERT INTO identities (business, pseudonym, kind, value, client) VALUES (1, x'00', 'phone', '+7', 1)"),
        ("likenesses", "missing", "DELETE FROM likenesses"),
        (
            "promises",
            "extra",
            "INSERT INTO promises SELECT max(record), 'booked', 'done', business, 1, NULL FROM events WHERE facets & 2 = 0",
        ),
        ("decisions", "altered", "UPDATE decisions SET made_by = 'nobody' WHERE record = (SELECT max(record) FROM decisions)"),
    ];
    {
        let conn = rusqlite::Connection::open(app.data().join("letopis.db")).unwrap();
        letopis::journal::setup(&conn).unwrap();
        for (_, _, sql) in &edits {
            assert!(conn.execute(sql, []).unwrap() > 0, "{sql}");
        }
        // Words that nobody said are found, until the index is made anew.
        conn.execute("INSERT INTO search (rowid, stems) VALUES ((SELECT max(record) FROM events), 'выдум')", []).unwrap();
    }
    app.restart();
    let checked = letopis(app.data(), &["rebuild", "--check", "--json"]);
    assert!(!checked.ok, "differences are no success");
    let listed = checked.json()["listed"].as_array().unwrap().clone();
    for (table, what, _) in edits.iter().chain([&("search", "altered", "")]) {
        assert!(listed.iter().any(|one| one["table"] == *table && one["what"] == *what), "{table} {what}: {listed:?}");
    }
    let rebuilt = json(app.data(), &["rebuild"]);
    assert_eq!(rebuilt["index"], true, "{rebuilt}");
    assert_eq!(json(app.data(), &["rebuild", "--check"])["differences"], 0);
    assert_eq!(ids(&app), before, "public ids are what they were");
    app.post_event(&event("after"));
    app.stopped().must_verify();
}

#[test]
fn public_ids_stay_when_the_records_that_made_them_are_gone() {
    let mut app = TestApp::start();
    let of = |id: &str, client: Value, at: &str, session: &str| json!({"event_id": id, "timestamp": at, "channel": "telegram", "session_id": session, "client": client, "text": "да"});
    let (first, second) = ("2025-01-01T10:00:00Z", "2025-02-01T10:00:00Z");
    app.post_event(&of("a", json!({"channel_id": "55"}), first, "s"));
    app.post_event(&of("b", json!({"channel_id": "55", "phone": "+79215550101"}), first, "s"));
    app.post_event(&of("c", json!({"phone": "+79215550101"}), second, "s"));
    app.wait_recorded(3);
    let folder = app.stopped();
    let (client, part) = folder.read(|conn| {
        let text = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
        (text("SELECT pid FROM clients"), text("SELECT pid FROM sessions WHERE pid <> 's'"))
    });
    assert!(part.starts_with("s~"), "{part}");
    drop(folder);
    // As if the first two had expired.
    let conn = rusqlite::Connection::open(app.data().join("letopis.db")).unwrap();
    let gone = "record IN (SELECT record FROM events WHERE event_id IN ('a', 'b'))";
    conn.execute(&format!("DELETE FROM blobs WHERE {gone}"), []).unwrap();
    drop(conn);
    let rebuilt = json(app.data(), &["rebuild"]);
    assert_eq!(rebuilt["absent"], 2);
    app.restart();
    app.post_event(&of("d", json!({"channel_id": "55"}), second, "other"));
    app.wait_recorded(2);
    let tables = app.tables();
    let all =
        |sql: &str| -> Vec<String> { tables.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect() };
    assert_eq!(all("SELECT pid FROM clients"), [client], "the client comes back as itself");
    assert_eq!(all("SELECT pid FROM sessions ORDER BY id"), [part.as_str(), "other"], "the later part is not renamed");
}

#[test]
fn a_change_stored_before_a_kill_is_sealed_by_the_next_start() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let entered = runtime.enter();
    let app = App::open(&data, letopis::app::Config::default()).unwrap();
    runtime.block_on(app.welcome()).unwrap().unwrap();
    drop((app, entered));
    // Killed here: the business and its owner are stored, and nothing is sealed.
    json(&data, &["key", "list"]);
    let conn = rusqlite::Connection::open(data.join("letopis.db")).unwrap();
    let count = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM decisions WHERE body LIKE '%business_created%'"), 1);
    assert_eq!(count("SELECT count(*) FROM decisions"), 4);
    assert_eq!(count("SELECT count(*) FROM unsealed"), 0);
}
