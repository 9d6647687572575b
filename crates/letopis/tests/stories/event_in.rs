//! One event comes in, in every shape a sender may choose: accepted, durable, recorded once, and the same bytes come out again.

use std::io::Write;
use std::time::{Duration, Instant};

use letopis::journal::projection::CONFLICT;
use serde_json::json;

use super::app::{TestApp, wait_until};
use super::commands::json as json_of;
use super::stopped::MAIN;
use super::{EXAMPLE, event};

#[test]
fn the_customers_example_comes_back_byte_for_byte() {
    let mut app = TestApp::start();
    let answer = app.post(EXAMPLE.as_bytes());
    assert_eq!(answer.status, 202, "{}", answer.text());
    let said = answer.json();
    assert_eq!((&said["accepted"], &said["ids"][0], &said["rejected"]), (&json!(1), &json!("evt_20250101_001"), &json!([])));
    app.wait_recorded(1);
    let folder = app.stopped();
    folder.resume().unwrap();
    let stored = folder.row("evt_20250101_001");
    let opened = folder.opened(stored.row.record);
    let (envelope, client_bytes) = letopis::event::record::split(&opened.r).unwrap();
    assert_eq!(client_bytes, EXAMPLE.as_bytes());
    assert_eq!((envelope.source.as_str(), envelope.connection, envelope.event_id), ("api", None, None));
    assert_eq!(stored.row.reply.as_deref(), Some("Записал на 15:00, отправил напоминание"));
    // The same R goes out in a proof bundle, which checks itself with nothing but the public key.
    let (keys, log) = (folder.keys(MAIN), folder.log(MAIN));
    let proof = folder.read(|conn| letopis::journal::evidence::proof_bundle(conn, &keys, &log, opened.record).unwrap());
    let proof = ledger::ProofBundle::from_json(serde_json::to_string(&proof).unwrap().as_bytes()).unwrap();
    let verified = proof.verify(log.verifying_key()).unwrap();
    assert_eq!(verified.index, opened.record.index());
    assert_eq!(proof.record, opened.r);
    folder.must_verify();
}

#[test]
fn who_knows_the_position_reads_their_own_writes() {
    let app = TestApp::start();
    let made = json_of(app.data(), &["key", "create", "--role", "read"]);
    let bearer = format!("Bearer {}", made["key"].as_str().unwrap());
    let read = |path: &str| app.line().request("GET", path, &[("Authorization", &bearer)], b"").unwrap();
    let answer = app.post(EXAMPLE.as_bytes()).json();
    let shown = read(&format!("/api/v1/events/evt_20250101_001?after={}", answer["position"].as_str().unwrap()));
    assert_eq!(shown.status, 200, "{}", shown.text());
    assert!(shown.text().contains(EXAMPLE), "byte for byte, line breaks too: {}", shown.text());
    for n in 0..20 {
        let id = format!("own-{n}");
        let position = app.post(event(&id).to_string().as_bytes()).json()["position"].as_str().unwrap().to_owned();
        let shown = read(&format!("/api/v1/events/{id}?after={position}"));
        assert_eq!(shown.status, 200, "{id}: {}", shown.text());
    }
    // A key that may only send sees nothing.
    let ingest = format!("Bearer {}", app.key);
    assert_eq!(app.line().request("GET", "/api/v1/events", &[("Authorization", &ingest)], b"").unwrap().status, 403);
    assert_eq!(app.get("/api/v1/events").unwrap().status, 401);
}

/// Headers, body, and how many events are in it.
type Shape<'a> = (&'a [(&'a str, &'a str)], &'a [u8], usize);

#[test]
fn every_shape_of_body_is_taken() {
    let mut app = TestApp::start();
    let pretty = format!("\n{}\n", serde_json::to_string_pretty(&event("shape-object")).unwrap());
    let array = json!([event("shape-array-0"), event("shape-array-1")]).to_string();
    let lines = format!("{}\r\n\n{}\n", event("shape-line-0"), event("shape-line-1"));
    let unnamed = lines.replace("line", "unnamed");
    let gzipped = gzip(event("shape-gzip").to_string().as_bytes());
    let zstded = zstd::encode_all(format!("{}\n{}", event("shape-zstd-0"), event("shape-zstd-1")).as_bytes(), 3).unwrap();
    let ndjson = [("Content-Type", "application/x-ndjson")];
    let shapes: [Shape<'_>; 6] = [
        (&[], pretty.as_bytes(), 1),
        (&[("Content-Type", "application/json; charset=utf-8")], array.as_bytes(), 2),
        (&ndjson, lines.as_bytes(), 2),
        (&[], unnamed.as_bytes(), 2),
        (&[("Content-Encoding", "gzip")], &gzipped, 1),
        (&[ndjson[0], ("Content-Encoding", "zstd")], &zstded, 2),
    ];
    for (headers, body, items) in shapes {
        let answer = app.post_with(headers, body);
        assert_eq!((answer.status, answer.json()["accepted"].as_u64()), (202, Some(items as u64)), "{headers:?}: {}", answer.text());
    }
    // Where a platform can store nothing but a URL.
    let url = format!("/api/v1/events?key={}", app.key);
    let answer = app.line().request("POST", &url, &[], event("shape-url").to_string().as_bytes()).unwrap();
    assert_eq!(answer.status, 202, "{}", answer.text());
    app.wait_recorded(11);
    assert!(!app.said().contains(&app.key), "a key never stands in the log");
    let folder = app.stopped();
    for id in ["shape-object", "shape-array-1", "shape-line-1", "shape-unnamed-0", "shape-gzip", "shape-zstd-1", "shape-url"] {
        folder.row(id);
    }
    folder.must_verify();
}

#[test]
fn good_items_are_taken_and_bad_ones_kept_with_the_reason() {
    let mut app = TestApp::start();
    let bad = r#"{"event_id":"half-1","timestamp":"yesterday","channel":"site","client":{"name":"Пётр Секретный"}}"#;
    let body = format!("[{},{bad},{}]", event("half-0"), event("half-2"));
    let answer = app.post(body.as_bytes());
    let said = answer.json();
    assert_eq!((answer.status, &said["ids"]), (202, &json!(["half-0", "half-2"])), "{said}");
    let rejected = &said["rejected"][0];
    assert_eq!(
        (&rejected["index"], &rejected["error"]["code"], &rejected["error"]["field"]),
        (&json!(1), &json!("bad_timestamp"), &json!("timestamp"))
    );
    let all_bad = app.post(bad.as_bytes());
    assert_eq!((all_bad.status, &all_bad.json()["accepted"]), (400, &json!(0)));
    app.wait_recorded(2);
    let open = "SELECT count(*) FROM quarantine WHERE closed_us IS NULL";
    wait_until("both are in quarantine", || app.tables().query_row(open, [], |row| row.get::<_, i64>(0)).unwrap() == 2);
    assert!(!app.said().contains("Секретный"), "what clients say never stands in the log");
    let folder = app.stopped();
    let kept = folder.read(|conn| letopis::journal::quarantine::open(conn, &folder.keys(MAIN), 0, 1).unwrap());
    assert_eq!(kept[0].item, bad.as_bytes());
    folder.must_verify();
}

#[test]
fn an_event_without_an_id_gets_one_for_ever() {
    let mut app = TestApp::start();
    let id = app.post_event(&json!({"timestamp": "2025-01-01T12:34:56+03:00", "channel": "site", "text": "есть время?"}));
    assert_eq!(id.parse::<uuid::Uuid>().unwrap().get_version_num(), 7);
    app.wait_recorded(1);
    let folder = app.stopped();
    let opened = folder.opened(folder.row(&id).row.record);
    assert!(String::from_utf8_lossy(&opened.r).contains(&format!("\"event_id\":\"{id}\"")), "the drawn id is sealed with the rest");
}

#[test]
fn a_retry_counts_once_and_other_bytes_under_the_same_id_are_a_conflict() {
    let mut app = TestApp::start();
    let one = event("same");
    for _ in 0..3 {
        assert_eq!(app.post(one.to_string().as_bytes()).status, 202);
    }
    let twice = format!("{one}\n{one}\n");
    assert_eq!(app.post(twice.as_bytes()).json()["accepted"], 2, "a sender is never punished for a retry");
    let other = one.to_string().replace("когда", "во сколько");
    app.post(other.as_bytes());
    app.post(other.as_bytes());
    app.post_event(&event("last"));
    app.wait_recorded(3);
    let folder = app.stopped();
    let rows = folder.rows("same");
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|stored| stored.row.flags & CONFLICT != 0), "both are shown as a conflict");
    assert_eq!(folder.row("last").row.flags & CONFLICT, 0);
    folder.must_verify();
}

#[test]
fn businesses_do_not_mix() {
    let mut app = TestApp::start();
    app.post_event(&event("everybody's"));
    app.wait_recorded(1);
    let other_key = app.another_business("other");
    app.restart();
    let answer = app.line().request(
        "POST",
        "/api/v1/events",
        &[("Authorization", &format!("Bearer {other_key}"))],
        event("everybody's").to_string().as_bytes(),
    );
    assert_eq!(answer.unwrap().status, 202);
    app.wait_recorded(2);
    let folder = app.stopped();
    let rows = folder.rows("everybody's");
    assert_eq!(rows.iter().map(|stored| stored.row.record >> 40).collect::<Vec<_>>(), [1, 2], "no duplicate, no conflict");
    assert!(rows.iter().all(|stored| stored.row.flags & CONFLICT == 0));
    assert_ne!(rows[0].session, rows[1].session, "one given session id, two conversations");
    assert_ne!(rows[0].identity, rows[1].identity, "one phone, two clients");
    folder.must_verify();
    assert_eq!(folder.verify_deep().len(), 2);
}

#[test]
fn what_is_accepted_is_visible_within_a_second() {
    let app = TestApp::start();
    app.post_event(&event("warm"));
    app.wait_recorded(1);
    let started = Instant::now();
    app.post_event(&event("quick"));
    app.wait_recorded(2);
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
