//! Bad bodies, wrong keys, floods and slow senders: each gets a clear refusal, nobody else notices, memory stays bounded, and
//! nothing is recorded that was not accepted.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use letopis::access::{Change, KeyRole, Scope, key};
use letopis::app::now_us;
use serde_json::{Value, json};

use super::app::TestApp;
use super::event;
use super::event_in::gzip;
use super::http::Answer;
use super::stopped::MAIN;

/// A sender may be silent for a second and take three for a body; the defaults are ten and sixty.
const QUICK: &str = "[capture]\nidle_seconds = 1\nbody_seconds = 3\n";
/// Issue A: memory stays below it.
const MOST_MEMORY_KIB: u64 = 300 << 10;

/// What is sent, and the status and code that must come back.
struct Bad(&'static str, &'static [(&'static str, &'static str)], Vec<u8>, u16, &'static str);

const GZIP: &[(&str, &str)] = &[("Content-Encoding", "gzip")];
const ZSTD: &[(&str, &str)] = &[("Content-Encoding", "zstd")];
const LINES: &[(&str, &str)] = &[("Content-Type", "application/x-ndjson")];

fn bad_bodies() -> Vec<Bad> {
    let zeros = vec![b' '; 64 << 20];
    let whole = gzip(event("whole").to_string().as_bytes());
    let mut broken = whole.clone();
    broken[whole.len() / 2] ^= 0x20;
    let keys: serde_json::Map<String, Value> = (0..10_000).map(|n| (format!("k{n}"), json!(n))).collect();
    vec![
        Bad("nothing", &[], vec![], 400, "empty"),
        Bad("blanks", &[], b" \r\n\t ".to_vec(), 400, "empty"),
        Bad("not JSON", &[], b"hello".to_vec(), 400, "bad_json"),
        Bad("half an object", &[], br#"{"event_id":"x","times"#.to_vec(), 400, "bad_json"),
        Bad("half an array", &[], format!("[{},", event("x")).into(), 400, "bad_json"),
        Bad("a string", &[], b"\"evt\"".to_vec(), 400, "not_an_object"),
        Bad("numbers", &[], b"[1,2,3]".to_vec(), 400, "not_an_object"),
        Bad("deep objects", &[], with("meta", &deep(1000)), 400, "too_deep"),
        Bad("deep arrays", &[], "[".repeat(200_000).into(), 400, "bad_json"),
        Bad("a deep line", LINES, "[".repeat(100_000).into(), 400, "too_deep"),
        Bad("10,000 keys", &[], with("meta", &Value::Object(keys).to_string()), 400, "too_many_keys"),
        Bad("a huge exponent", &[], with("confidence", "1e999999999"), 400, "bad_json"),
        Bad("a huge number", &[], with("latency_ms", &"9".repeat(10_000)), 400, "bad_json"),
        Bad("a large number", &[], with("latency_ms", "99999999999999999999"), 400, "wrong_type"),
        Bad("a negative count", &[], with("tokens_in", "-1"), 400, "out_of_range"),
        Bad("not a number", &[], with("confidence", "NaN"), 400, "bad_json"),
        Bad("a time in 9999", &[], with("timestamp", "\"9999-12-31T23:59:59Z\""), 400, "bad_timestamp"),
        Bad("a time twice", &[], with("timestamp", "\"2025-01-01T00:00:00Z\""), 400, "duplicate_field"),
        Bad("invalid UTF-8", &[], b"{\"text\":\"\xff\xfe\"}".to_vec(), 400, "not_utf8"),
        Bad("half a surrogate", &[], with("intent", "\"\\ud800\""), 400, "bad_json"),
        Bad("NUL in a value", &[], with("intent", "\"a\\u0000b\""), 400, "nul_character"),
        Bad("NUL in a key", &[], with("a\\u0000", "1"), 400, "nul_character"),
        Bad("a raw NUL", &[], with("intent", "\"a\0b\""), 400, "bad_json"),
        Bad("too large an item", &[], with("note", &json!("x".repeat(300_000)).to_string()), 400, "too_large"),
        Bad("too many items", LINES, "{}\n".repeat(10_001).into(), 413, "too_many_items"),
        Bad("too large", &[], vec![b'x'; 9 << 20], 413, "too_large"),
        Bad("a gzip bomb", GZIP, gzip(&zeros), 413, "too_large"),
        Bad("a zstd bomb", ZSTD, zstd::encode_all(zeros.as_slice(), 3).unwrap(), 413, "too_large"),
        Bad("a zstd window of 1 GiB", ZSTD, wide_zstd(), 400, "bad_compression"),
        Bad("a gzip bomb in a gzip", GZIP, gzip(&gzip(&zeros)), 400, "not_utf8"),
        Bad("half a gzip", GZIP, whole[..whole.len() / 2].to_vec(), 400, "bad_compression"),
        Bad("a broken gzip", GZIP, broken, 400, "bad_compression"),
        Bad("not gzip", GZIP, b"{}".to_vec(), 400, "bad_compression"),
        Bad("not zstd", ZSTD, b"{}".to_vec(), 400, "bad_compression"),
        Bad("brotli", &[("Content-Encoding", "br")], b"{}".to_vec(), 415, "unsupported_media_type"),
        Bad("two encodings", &[("Content-Encoding", "gzip, gzip")], b"{}".to_vec(), 415, "unsupported_media_type"),
        Bad("a form with files", &[("Content-Type", "multipart/form-data; boundary=x")], b"--x--".to_vec(), 415, "unsupported_media_type"),
        Bad("XML", &[("Content-Type", "application/xml")], b"<a/>".to_vec(), 415, "unsupported_media_type"),
    ]
}

#[test]
fn every_bad_body_gets_a_clear_refusal() {
    let mut app = TestApp::start_with(QUICK);
    let mut wrong = Vec::new();
    for Bad(what, headers, body, status, code) in bad_bodies() {
        let answer = app.post_with(headers, &body);
        if (answer.status, code_of(&answer).as_str()) != (status, code) {
            wrong.push(format!("{what}: not {status} {code} but {} {}", answer.status, answer.text()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    still_well(&mut app, &["well"]);
}

#[test]
fn a_stranger_gets_nothing() {
    let mut app = TestApp::start_with(QUICK);
    let revoked = revoked_key(&mut app);
    app.restart();
    let body = event("stranger").to_string();
    let long = format!("Bearer {}", "k".repeat(20_000));
    let (bearer, flipped) = (format!("Bearer {revoked}"), format!("Bearer {}", flip_last(&app.key)));
    let offered: [&[(&str, &str)]; 7] = [
        &[],
        &[("Authorization", "Bearer")],
        &[("Authorization", "Bearer letmein")],
        &[("Authorization", "Basic Og==")],
        &[("Authorization", &bearer)],
        &[("Authorization", &flipped)],
        &[("Authorization", &long)],
    ];
    for headers in offered {
        let answer = app.line().request("POST", "/api/v1/events", headers, body.as_bytes()).unwrap();
        assert_eq!((answer.status, code_of(&answer).as_str()), (401, "unauthorized"), "{headers:?}: {}", answer.text());
        assert!(answer.header("www-authenticate").is_some());
    }
    let answer = app.line().request("POST", &format!("/api/v1/events?key={revoked}"), &[], body.as_bytes()).unwrap();
    assert_eq!(answer.status, 401, "{}", answer.text());
    let answer = app.line().request("POST", "/hooks/not-a-token", &[], body.as_bytes()).unwrap();
    assert_eq!((answer.status, code_of(&answer).as_str()), (404, "unknown_hook"));
    // Refused before it was read, and the sender hears it all the same.
    let answer = app.line().request("POST", "/api/v1/events", &[], &vec![b'x'; 4 << 20]).unwrap();
    assert_eq!(answer.status, 401);
    assert!(!app.said().contains(&revoked), "a key never stands in the log");
    still_well(&mut app, &["well"]);
}

#[test]
fn broken_http_hurts_nobody() {
    let mut app = TestApp::start_with(QUICK);
    let good = request(&app, &event("pipelined").to_string());
    let many: String = (0..500).map(|n| format!("X-{n}: {n}\r\n")).collect();
    let wide = format!("X-Wide: {}\r\n", "w".repeat(2 << 20));
    let head = format!("POST /api/v1/events HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer {}\r\n", app.key);
    let broken = [
        ("many headers", format!("{head}{many}\r\n"), 431),
        ("a wide header", format!("{head}{wide}\r\n"), 431),
        ("a long path", format!("GET /{} HTTP/1.1\r\nHost: l\r\n\r\n", "p".repeat(100_000)), 414),
        ("a length that is none", format!("{head}Content-Length: many\r\n\r\n"), 400),
        ("two lengths", format!("{head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}"), 400),
        ("a bad chunk", format!("{head}Transfer-Encoding: chunked\r\n\r\nZZ\r\n{{}}\r\n"), 400),
        ("no HTTP", "\x16\x03\x01 this is a TLS hello, isn't it\r\n\r\n".to_owned(), 400),
        ("another version", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), 400),
    ];
    for (what, bytes, status) in broken {
        let mut line = app.line();
        let _ = line.send(bytes.as_bytes());
        match line.answer() {
            Ok(answer) => assert_eq!(answer.status, status, "{what}: {}", answer.text()),
            // Closing without a word is right where there is no request to answer.
            Err(e) if status == 400 => assert!(matches!(e.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{what}: {e}"),
            Err(e) => panic!("{what}: {e}"),
        }
    }
    let mut line = app.line();
    line.send(format!("{good}{good}GARBAGE\r\n\r\n").as_bytes()).unwrap();
    let answers: Vec<u16> = (0..3).map(|_| line.answer().map_or(0, |answer| answer.status)).collect();
    assert_eq!(answers, [202, 202, 400], "what was good before the garbage is answered");
    still_well(&mut app, &["pipelined", "well"]);
}

#[test]
fn slow_senders_are_told_and_cut_off() {
    let mut app = TestApp::start_with(QUICK);
    let whole = request(&app, &event("slow").to_string());
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    std::thread::scope(|all| {
        // Silent in the middle of a body.
        all.spawn(|| {
            let (mut line, started) = (app.line(), Instant::now());
            line.send(format!("{head}\r\n\r\n{}", &body[..10]).as_bytes()).unwrap();
            let answer = line.answer().unwrap();
            assert_eq!((answer.status, code_of(&answer).as_str()), (408, "slow"));
            assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
        });
        // Never silent, never done.
        all.spawn(|| {
            let (mut line, started) = (app.line(), Instant::now());
            line.send(format!("{head}\r\n\r\n").as_bytes()).unwrap();
            for byte in body.bytes() {
                if line.send(&[byte]).is_err() || started.elapsed() > Duration::from_secs(6) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            assert_eq!(line.answer().unwrap().status, 408);
        });
        // Gone in the middle.
        all.spawn(|| {
            let mut line = app.line();
            line.send(format!("{head}\r\n\r\n{}", &body[..10]).as_bytes()).unwrap();
            line.finish().unwrap();
            assert!(line.answer().map_or(true, |answer| answer.status == 400));
        });
        // Silent in the middle of a head: a place among the connections is not kept for ever.
        all.spawn(|| {
            let mut line = app.line();
            line.send(&head.as_bytes()[..40]).unwrap();
            assert!(line.answer().map_or(true, |answer| answer.status == 408), "no head within 30 s");
            assert!(line.closed());
        });
        // And all the while others are served.
        all.spawn(|| (0..20).for_each(|n| drop(app.post_event(&event(&format!("meanwhile-{n}"))))));
    });
    app.wait_recorded(20);
    let folder = app.stopped();
    assert!(folder.rows("slow").is_empty());
    folder.must_verify();
}

#[test]
fn many_bombs_at_once_stay_within_memory() {
    let mut app = TestApp::start();
    let spaces = vec![b' '; 64 << 20];
    let bombs = [(GZIP, gzip(&spaces)), (ZSTD, zstd::encode_all(spaces.as_slice(), 1).unwrap()), (LINES, vec![b'\n'; 7 << 20])];
    std::thread::scope(|all| {
        for n in 0..48 {
            let (headers, bomb) = &bombs[n % 3];
            let app = &app;
            all.spawn(move || {
                let answer = app.post_with(headers, bomb);
                assert!([400, 413, 503].contains(&answer.status), "{}", answer.text());
                assert_eq!(answer.status == 503, answer.header("retry-after").is_some());
            });
        }
    });
    still_well(&mut app, &["well"]);
}

#[test]
fn many_large_bodies_at_once_get_in_or_are_told_to_wait() {
    let mut app = TestApp::start_with("[capture]\nin_flight_bytes = 4194304\n");
    let accepted = std::sync::Mutex::new(vec!["well".to_owned()]);
    std::thread::scope(|all| {
        for n in 0..16 {
            let (app, accepted) = (&app, &accepted);
            all.spawn(move || {
                let events: Vec<Value> = (0..4).map(|item| large(&format!("large-{n}-{item}"))).collect();
                let answer = app.post(Value::Array(events).to_string().as_bytes());
                match answer.status {
                    202 => accepted
                        .lock()
                        .unwrap()
                        .extend(answer.json()["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned())),
                    status => assert_eq!((status, answer.header("retry-after")), (503, Some("1")), "{}", answer.text()),
                }
            });
        }
    });
    let accepted = accepted.into_inner().unwrap();
    assert!(accepted.len() > 4, "some are taken");
    still_well(&mut app, &accepted.iter().map(String::as_str).collect::<Vec<_>>());
}

fn large(id: &str) -> Value {
    let mut event = event(id);
    event["note"] = "x".repeat(250_000).into();
    event
}

/// The server lives, answers, has not grown, and holds exactly the events that were accepted.
fn still_well(app: &mut TestApp, accepted: &[&str]) {
    app.post_event(&event("well"));
    app.wait_recorded(accepted.len());
    let status = std::fs::read_to_string(format!("/proc/{}/status", app.pid())).unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
    };
    // Without the pages of the program's own file: a debug build has thirty megabytes more of them than what is released.
    let most = field("VmHWM:") - field("RssFile:");
    println!("it needed {} MB", most >> 10);
    assert!(most < MOST_MEMORY_KIB, "it needed {} MB", most >> 10);
    assert!(!app.said().contains("panicked"), "{}", app.said());
    let folder = app.stopped();
    for id in accepted {
        folder.row(id);
    }
    folder.must_verify();
}

fn code_of(answer: &Answer) -> String {
    let said = answer.json();
    let code = [&said["error"]["code"], &said["rejected"][0]["error"]["code"]].into_iter().find_map(Value::as_str);
    code.unwrap_or_else(|| panic!("no code in {said}")).to_owned()
}

/// A good event with one more field, written as given.
fn with(field: &str, value: &str) -> Vec<u8> {
    let event = event("x").to_string();
    format!("{{\"{field}\":{value},{}", &event[1..]).into_bytes()
}

fn deep(levels: usize) -> String {
    format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels))
}

/// A zstd frame whose header asks for a window of 1 GiB: magic, descriptor, window (log 30), one empty last block.
fn wide_zstd() -> Vec<u8> {
    vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, (30 - 10) << 3, 0x01, 0x00, 0x00]
}

/// A whole request, as text.
fn request(app: &TestApp, body: &str) -> String {
    let length = body.len();
    format!("POST /api/v1/events HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer {}\r\nContent-Length: {length}\r\n\r\n{body}", app.key)
}

fn flip_last(key: &str) -> String {
    let last = if key.ends_with('0') { "1" } else { "0" };
    format!("{}{last}", &key[..key.len() - 1])
}

fn revoked_key(app: &mut TestApp) -> String {
    let scope = Scope::local(MAIN);
    let (created, secret) = key::create(&scope, KeyRole::Ingest, "gone".parse().unwrap(), now_us(), &mut rand::rng()).unwrap();
    let folder = app.stopped();
    folder.decide(&created);
    let Change::KeyCreated { key, .. } = &created else { panic!("{created:?}") };
    let revoked = folder.read(|conn| letopis::access::key::revoke(conn, &scope, *key, now_us()).unwrap());
    folder.decide(&revoked);
    secret.reveal().to_owned()
}
