//! The proxy against systems and callers that misbehave: what each end sees, and what the journal says of it.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::app::{TestApp, wait_until};
use super::commands::json as json_of;
use super::outside::{self, Outside};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A server with one connection.
struct Proxied {
    app: TestApp,
    /// Its path, without a slash at the end.
    path: String,
    id: String,
    read: String,
}

impl Proxied {
    fn to(upstream: &str, mode: &str) -> Self {
        Self::with(TestApp::start(), upstream, mode)
    }

    fn with(app: TestApp, upstream: &str, mode: &str) -> Self {
        let made = json_of(app.data(), &["connection", "add", "--kind", "http", "--upstream", upstream, "--mode", mode]);
        let path = made["url"].as_str().unwrap().strip_prefix(&format!("http://{}", app.address)).unwrap().to_owned();
        let read = json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned();
        Self { app, path, id: made["id"].as_str().unwrap().to_owned(), read }
    }

    fn set(&self, what: &str, value: &str) {
        json_of(self.app.data(), &["connection", "set", &self.id, what, value]);
    }

    fn post(&self, target: &str, headers: &[(&str, &str)], body: &[u8]) -> super::http::Answer {
        self.app.line().request("POST", &format!("{}{target}", self.path), headers, body).unwrap()
    }

    /// A caller's own bytes.
    fn raw(&self, bytes: &str) -> super::http::Line {
        let mut line = self.app.line();
        line.send(bytes.replace("PATH", &self.path).as_bytes()).unwrap();
        line
    }

    /// All events of the journal, once there are so many; oldest first.
    fn events(&self, count: usize) -> Vec<Value> {
        let bearer = format!("Bearer {}", self.read);
        let mut events = Vec::new();
        wait_until(&format!("{count} events are recorded"), || {
            let answer = self.app.line().request("GET", "/api/v1/events", &[("Authorization", &bearer)], b"").unwrap().json();
            events = answer["items"].as_array().unwrap().iter().map(|item| item["event"].clone()).collect();
            events.len() >= count
        });
        events.sort_by_key(|event| event["timestamp"].as_str().unwrap().to_owned());
        assert_eq!(events.len(), count, "{events:?}");
        events
    }

    fn exchange(&self) -> Value {
        self.events(1).remove(0)["meta"]["exchange"].clone()
    }

    fn health(&self) -> Value {
        let mut health = Value::Null;
        wait_until("health is written down", || {
            let listed = json_of(self.app.data(), &["connection", "list"]);
            health = listed[0]["health"].clone();
            // Events are counted when they are recorded, calls and gaps when they are written down.
            ["calls", "gaps"].iter().any(|name| health[name].as_u64().is_some_and(|count| count > 0))
        });
        health
    }
}

fn ours(answer: &super::http::Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.header("x-letopis-error")), (status, Some(code)), "{}", answer.text());
    assert_eq!(answer.json()["error"]["code"], code);
}

#[test]
fn bytes_and_headers_pass_unchanged_both_ways_on_one_connection() {
    let outside = Outside::saying(
        &b"HTTP/1.1 201 Made\r\nX-UpStream: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nKeep-Alive: timeout=9\r\nX-Letopis-Error: forged\r\nContent-Length: 6\r\n\r\n\x00\xff\r\n\r\n"[..],
    );
    let proxied = Proxied::to(&format!("{}/base", outside.url()), "confirm");
    let mut line = proxied.raw("POST PATH/v1/x%20y?a=%2F&b HTTP/1.1\r\nHost: letopis\r\nX-Custom-CASE: one\r\nX-Custom-CASE: two\r\nX-Letopis-Session: s1\r\nAccept-Encoding: gzip, br\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nContent-Length: 5\r\n\r\n\x00\x01\r\n\x02");
    let answer = line.answer().unwrap();
    assert_eq!((answer.status, &answer.body[..]), (201, &b"\x00\xff\r\n\r\n"[..]));
    assert_eq!(answer.header("x-letopis-error"), None);
    assert_eq!(answer.header("keep-alive"), None);
    let heard = outside.heard();
    assert!(heard.head.starts_with("POST /base/v1/x%20y?a=%2F&b HTTP/1.1\r\n"), "{}", heard.head);
    assert_eq!(heard.values("X-Custom-CASE"), ["one", "two"]);
    assert_eq!((heard.values("Accept-Encoding"), heard.values("Host")), (vec!["gzip, br"], vec![&*outside.address.to_string()]));
    assert!(!heard.has("x-letopis-session") && !heard.has("x-hop") && !heard.has("via"), "{}", heard.head);
    assert_eq!(heard.body, b"\x00\x01\r\n\x02");
    // A second request takes the same two connections.
    line.send(format!("GET {}/two HTTP/1.1\r\nHost: letopis\r\n\r\n", proxied.path).as_bytes()).unwrap();
    let raw = line.answer().unwrap();
    assert!(raw.head().contains("\r\nX-UpStream: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"), "{}", raw.head());
    let second = outside.heard();
    assert_eq!((second.connection, second.head.lines().next()), (1, Some("GET /base/two HTTP/1.1")));
    assert_eq!(proxied.events(2)[0]["meta"]["exchange"]["target"], "/v1/x%20y?a=%2F&b");
    let health = proxied.health();
    assert_eq!((&health["calls"], &health["failures"]), (&2.into(), &serde_json::json!({})), "{health}");
}

#[test]
fn chunks_and_trailers_pass_and_of_two_lengths_only_the_true_one() {
    let outside = Outside::saying(
        &b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r\n"[..],
    );
    let proxied = Proxied::to(&outside.url(), "confirm");
    let mut line = proxied.raw("POST PATH/ HTTP/1.1\r\nHost: x\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
    assert_eq!(line.answer().unwrap().body, b"abcde");
    let heard = outside.heard();
    assert!(heard.has("transfer-encoding") && !heard.has("content-length"), "{}", heard.head);
    assert_eq!(heard.body, b"2\r\nhi\r\n0\r\n\r\n");
    // Two lengths: whoever believes the wrong one is smuggled into.
    let mut line = proxied.raw("POST PATH/ HTTP/1.1\r\nHost: x\r\nContent-Length: 44\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
    let _ = line.answer();
    while let Some(heard) = outside.heard_soon() {
        assert!(!(heard.has("transfer-encoding") && heard.has("content-length")), "{}", heard.head);
        assert!(!heard.head.contains("smuggled"), "{}", heard.head);
    }
    for bad in [
        "POST PATH/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST PATH/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST PATH/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "POST PATH/ HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc",
        "GET PATH/\u{1}x HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
        let answered = proxied.raw(bad).answer().map_or(400, |answer| answer.status);
        assert_eq!(answered, 400, "{bad}");
    }
    assert!(outside.heard_nothing());
    let bomb = format!("GET PATH/ HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-A: b\r\n".repeat(5000));
    assert_eq!(proxied.raw(&bomb).answer().map_or(431, |answer| answer.status), 431);
    let websocket = "GET PATH/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    ours(&proxied.raw(websocket).answer().unwrap(), 501, "websocket_not_supported");
    assert!(outside.heard_nothing());
}

#[test]
fn answers_without_a_body_stay_without_one() {
    let outside = Outside::start(|heard, stream| {
        let answer: &[u8] = match heard.head.split(' ').next() {
            Some("HEAD") => b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n",
            Some("DELETE") => b"HTTP/1.1 204 No Content\r\n\r\n",
            _ => b"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n",
        };
        stream.write_all(answer).is_ok()
    });
    let proxied = Proxied::to(&outside.url(), "confirm");
    let ask = |method: &str| {
        let mut line = proxied.raw(&format!("{method} PATH/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        line.rest()
    };
    let head = ask("HEAD");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(ask("DELETE").starts_with("HTTP/1.1 204 No Content\r\n"));
    let unchanged = ask("GET");
    assert!(unchanged.starts_with("HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n") && unchanged.ends_with("\r\n\r\n"), "{unchanged}");
    assert_eq!(outside.heard().connection + outside.heard().connection + outside.heard().connection, 3, "one connection for all");
    proxied.events(3);
}

#[test]
fn a_caller_that_waits_to_be_told_is_told() {
    let outside = Outside::saying(OK);
    let proxied = Proxied::to(&outside.url(), "confirm");
    let mut line = proxied.raw("POST PATH/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    assert_eq!(line.answer().unwrap().status, 100);
    line.send(b"body").unwrap();
    assert_eq!(line.answer().unwrap().body, b"ok");
    let heard = outside.heard();
    assert!(!heard.has("expect") && heard.body == b"body", "{}", heard.head);
}

const STREAM: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata: \r\n";

/// Streams and then does `then`.
fn streaming(then: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Outside {
    Outside::start(move |_, stream| {
        let _ = stream.write_all(STREAM);
        then(stream);
        false
    })
}

#[test]
fn a_caller_that_goes_away_ends_the_exchange_at_both_ends() {
    let (told, closed) = std::sync::mpsc::channel();
    let told = std::sync::Mutex::new(told);
    let outside = streaming(move |stream| {
        let mut byte = [0];
        told.lock().unwrap().send(std::io::Read::read(stream, &mut byte).unwrap_or(0)).unwrap();
    });
    let proxied = Proxied::to(&outside.url(), "confirm");
    let mut line = proxied.raw("POST PATH/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    line.until("data: ");
    drop(line);
    assert_eq!(closed.recv_timeout(Duration::from_secs(30)).unwrap(), 0, "the system outside sees the end");
    let exchange = proxied.exchange();
    assert_eq!((&exchange["ended"], &exchange["response_body"]["text"]), (&"caller_gone".into(), &"data: ".into()), "{exchange}");
    assert_eq!(proxied.health()["failures"]["caller_gone"], 1);
}

#[test]
fn why_a_caller_was_refused_is_recorded_though_it_left_at_the_status() {
    let (left, leaves) = std::sync::mpsc::channel();
    let leaves = std::sync::Mutex::new(leaves);
    let outside = Outside::start(move |heard, stream| {
        let _ = stream.write_all(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 10\r\n\r\n");
        leaves.lock().unwrap().recv_timeout(Duration::from_secs(30)).unwrap();
        // The second answer never ends.
        let is_first = heard.head.contains("/first");
        stream.write_all(if is_first { b"later, pls" } else { b"late" }).is_ok() && is_first
    });
    let proxied = Proxied::to(&outside.url(), "confirm");
    for (target, count) in [("/first", 1), ("/second", 2)] {
        let mut line = proxied.raw(&format!("POST PATH{target} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"));
        line.until("Content-Length: 10\r\n");
        drop(line);
        // The proxy learns first that nobody reads.
        std::thread::sleep(Duration::from_millis(50));
        left.send(()).unwrap();
        let events = proxied.events(count);
        let exchange = &events.iter().find(|event| event["meta"]["exchange"]["target"] == target).unwrap()["meta"]["exchange"];
        let (ended, body) = if count == 1 { (serde_json::Value::Null, "later, pls") } else { ("caller_gone".into(), "late") };
        assert_eq!((&exchange["ended"], &exchange["response_body"]["text"]), (&ended, &body.into()), "{exchange}");
    }
    let health = proxied.health();
    assert_eq!((&health["failures"]["refused"], &health["failures"]["caller_gone"]), (&1.into(), &1.into()), "{health}");
}

#[test]
fn a_caller_that_goes_away_before_the_answer_or_in_its_request_is_told_apart() {
    let outside = Outside::start(|_, _| {
        std::thread::sleep(Duration::from_secs(60));
        false
    });
    let proxied = Proxied::to(&outside.url(), "confirm");
    let line = proxied.raw("POST PATH/whole HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    outside.heard();
    drop(line);
    assert_eq!(proxied.exchange()["ended"], "caller_gone");
    let line = proxied.raw("POST PATH/half HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\nhalf of");
    std::thread::sleep(Duration::from_millis(300));
    drop(line);
    let events = proxied.events(2);
    let half = events.iter().find(|event| event["meta"]["exchange"]["target"] == "/half").unwrap();
    assert_eq!(half["meta"]["exchange"]["ended"], "request_broken", "{half}");
    assert_eq!(half["meta"]["exchange"]["request_body"]["text"], "half of");
}

#[test]
fn an_answer_that_breaks_off_breaks_off_here_too() {
    let outside = streaming(|stream| {
        let _ = stream.shutdown(Shutdown::Both);
    });
    let proxied = Proxied::to(&outside.url(), "confirm");
    let mut line = proxied.raw("POST PATH/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    let all = line.rest();
    assert!(all.ends_with("6\r\ndata: \r\n"), "no last chunk: {all}");
    let exchange = proxied.exchange();
    assert_eq!((&exchange["ended"]["broken"], &exchange["response_body"]["text"]), (&"broke off".into(), &"data: ".into()), "{exchange}");
    assert_eq!(proxied.health()["failures"]["broken"], 1);
}

#[test]
fn dead_slow_and_silent_systems_are_told_apart_and_named_as_what_they_are() {
    let dead = Proxied::to("http://127.0.0.1:1", "confirm");
    ours(&dead.post("/x", &[], b"hi"), 502, "upstream_unreachable");
    let exchange = dead.exchange();
    assert!(exchange["ended"]["broken"].as_str().unwrap().contains("cannot be reached"), "{exchange}");
    assert_eq!(exchange["request_body"]["text"], "hi");
    assert_eq!(dead.health()["failures"]["unreachable"], 1);

    let silent = Outside::start(|heard, stream| {
        if heard.head.starts_with("POST /stream") {
            let _ = stream.write_all(STREAM);
        }
        std::thread::sleep(Duration::from_secs(60));
        false
    });
    let slow = Proxied::with(dead.app, &silent.url(), "observe");
    slow.set("--first-byte-seconds", "1");
    slow.set("--idle-seconds", "1");
    ours(&slow.post("/x", &[], b"hi"), 504, "upstream_slow");
    let mut line = slow.raw("POST PATH/stream HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    assert!(line.rest().ends_with("6\r\ndata: \r\n"));
    // A caller that stops in the middle of its own request is not the system's fault.
    let mut line = slow.raw("POST PATH/half HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\nhalf");
    ours(&line.answer().unwrap(), 408, "request_slow");
    let events = slow.events(4);
    let ended: Vec<_> = events[1..].iter().map(|event| event["meta"]["exchange"]["ended"].clone()).collect();
    let expected = serde_json::json!([{ "timed_out": "first byte" }, { "timed_out": "idle" }, "request_broken"]);
    assert_eq!(Value::from(ended), expected);
}

#[test]
fn nonsense_from_outside_passes_and_is_kept() {
    let outside = Outside::start(|heard, stream| {
        let answer: &[u8] = if heard.head.starts_with("POST /gzip") {
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\n\x1f\x8bxyz"
        } else {
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: {\"a\":\n\nev\xffent\r\rdata"
        };
        let _ = stream.write_all(answer);
        heard.head.starts_with("POST /gzip")
    });
    let proxied = Proxied::to(&outside.url(), "confirm");
    assert_eq!(proxied.post("/gzip", &[], b"").body, b"\x1f\x8bxyz");
    let mut line = proxied.raw("POST PATH/sse HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    line.until("\r\rdata");
    let events = proxied.events(2);
    assert!(events.iter().all(|event| !event["meta"]["exchange"]["response_body"].is_null()), "{events:?}");
    // And what is no HTTP at all.
    let garbage = Outside::start(|_, stream| stream.write_all(b"+OK POP3 server ready\r\n").is_err());
    let proxied = Proxied::with(proxied.app, &garbage.url(), "confirm");
    ours(&proxied.post("/x", &[], b""), 502, "upstream_broke_off");
}

#[test]
fn a_large_body_passes_in_little_memory_and_is_kept_with_its_digest() {
    const BYTES: usize = 96 << 20;
    let outside = Outside::start(|heard, stream| {
        let sum: u64 = heard.body.iter().map(|byte| u64::from(*byte)).sum();
        let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\nX-Sum: {sum}\r\nContent-Length: {BYTES}\r\n\r\n").as_bytes());
        stream.write_all(&vec![b'y'; BYTES]).is_ok()
    });
    let proxied = Proxied::to(&outside.url(), "confirm");
    let answer = proxied.post("/large", &[], &vec![b'x'; BYTES]);
    assert_eq!(answer.header("x-sum").unwrap(), (u64::from(b'x') * BYTES as u64).to_string());
    assert_eq!(answer.body.len(), BYTES);
    let exchange = proxied.exchange();
    let cut = &exchange["response_body"]["cut"];
    assert_eq!((&cut["bytes"], &cut["kept"]), (&BYTES.into(), &(1 << 20).into()));
    assert_eq!(exchange["request_body"]["cut"]["bytes"], BYTES);
    let peak = std::fs::read_to_string(format!("/proc/{}/status", proxied.app.pid())).unwrap();
    let peak_kib: usize = peak.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok()).unwrap();
    assert!(peak_kib < 200 << 10, "{peak_kib} KiB for bodies of {BYTES}");
}

#[test]
fn beyond_the_memory_of_all_copies_they_are_cut_and_the_traffic_is_not() {
    let outside = Outside::saying(OK);
    let proxied = Proxied::with(TestApp::start_with("[proxy]\ncopies_bytes = 1000\n"), &outside.url(), "confirm");
    assert_eq!(proxied.post("/x", &[], &[b'x'; 5000]).body, b"ok");
    assert_eq!(outside.heard().body.len(), 5000);
    assert_eq!(proxied.exchange()["request_body"]["cut"]["bytes"], 5000);
    let metrics = proxied.app.get("/metrics").unwrap().text();
    assert!(metrics.contains("letopis_copies_bytes 0\n") && metrics.contains("letopis_copies_cut_total 1\n"), "{metrics}");
}

#[test]
fn addresses_that_nobody_may_ask_are_refused() {
    let app = TestApp::start();
    let own = format!("http://{}", app.address);
    let metadata = Proxied::with(app, "http://169.254.169.254", "confirm");
    ours(&metadata.post("/latest/meta-data", &[], b""), 403, "upstream_forbidden");
    let named = Proxied::with(metadata.app, "http://[::ffff:a9fe:a9fe]", "confirm");
    ours(&named.post("/", &[], b""), 403, "upstream_forbidden");
    named.set("--link-local", "true");
    named.set("--first-byte-seconds", "1");
    assert_ne!(named.post("/", &[], b"").header("x-letopis-error"), Some("upstream_forbidden"));
    let itself = Proxied::with(named.app, &own, "confirm");
    ours(&itself.post("/healthz", &[], b""), 508, "loop");
    let again = itself.post(&itself.path, &[], b"");
    ours(&again, 508, "loop");
    let other = Proxied::with(itself.app, "http://127.0.0.1:1/proxy/ltc_x", "confirm");
    ours(&other.post("/", &[], b""), 508, "loop");
}

#[test]
fn guessing_tokens_is_slowed_down_and_known_ones_go_on() {
    let outside = Outside::saying(OK);
    let proxied = Proxied::to(&outside.url(), "observe");
    let guess = || proxied.app.line().request("POST", "/proxy/ltc_guess/x", &[], b"").unwrap();
    for _ in 0..30 {
        ours(&guess(), 404, "unknown_connection");
    }
    let refused = guess();
    ours(&refused, 429, "too_many_guesses");
    assert!((1..=60).contains(&refused.header("retry-after").unwrap().parse::<u32>().unwrap()));
    assert_eq!(proxied.post("/x", &[], b"").body, b"ok");
    assert!(proxied.app.get("/metrics").unwrap().text().contains("letopis_guesses_refused_total 1\n"));
}

#[test]
fn a_retry_names_the_exchange_that_failed() {
    let outside = Outside::start(|heard, stream| {
        let busy = heard.connection == 1;
        let answer: &[u8] = if busy { b"HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" } else { OK };
        stream.write_all(answer).is_ok() && !busy
    });
    let proxied = Proxied::to(&outside.url(), "observe");
    assert_eq!(proxied.post("/x", &[], b"same").status, 503);
    proxied.events(1);
    assert_eq!(proxied.post("/x", &[], b"same").status, 200);
    let events = proxied.events(2);
    let exchange = |at: usize| &events[at]["meta"]["exchange"];
    assert_eq!(exchange(1)["retry_of"], exchange(0)["id"]);
    assert!(exchange(0)["retry_of"].is_null());
}

#[test]
fn what_observe_loses_is_counted_and_the_journal_says_so() {
    let outside = Outside::start(|heard, stream| {
        if heard.head.starts_with("POST /lost") {
            std::thread::sleep(Duration::from_secs(60));
        }
        stream.write_all(OK).is_ok()
    });
    let mut proxied = Proxied::to(&outside.url(), "observe");
    proxied.post("/kept", &[], b"");
    outside.heard();
    proxied.events(1);
    let lines = [0; 3].map(|_| proxied.raw("POST PATH/lost HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"));
    lines.iter().for_each(|_| drop(outside.heard()));
    // Counts are a few milliseconds old in the file (capture/proxy/gaps.rs).
    std::thread::sleep(Duration::from_millis(200));
    proxied.app.kill();
    proxied.app.restart();
    let gap = proxied.events(2).into_iter().find(|event| event["type"] == "error").unwrap();
    assert_eq!(gap["meta"]["gap"]["exchanges"], 3, "{gap}");
    assert!(proxied.app.get("/metrics").unwrap().text().contains("letopis_exchange_gaps_total{kind=\"http\"} 3\n"));
    assert_eq!(proxied.health()["gaps"], 3);
    // Told once.
    proxied.app.kill();
    proxied.app.restart();
    proxied.post("/kept", &[], b"");
    proxied.events(3);
    proxied.app.stopped().must_verify();
}

#[test]
fn a_strict_request_is_kept_before_anybody_sees_it() {
    let outside = Outside::start(|_, _| {
        std::thread::sleep(Duration::from_secs(60));
        false
    });
    let mut proxied = Proxied::to(&outside.url(), "strict");
    let line = proxied.raw("POST PATH/x HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
    assert_eq!(outside.heard().body, b"hi");
    proxied.app.kill();
    drop(line);
    proxied.app.restart();
    let exchange = proxied.exchange();
    assert_eq!((&exchange["request_body"]["text"], &exchange["status"]), (&"hi".into(), &Value::Null));
}

#[test]
fn an_outbound_proxy_gets_the_whole_address_and_our_login() {
    let outbound = Outside::saying(OK);
    let proxied = Proxied::to("http://somewhere.invalid/base", "confirm");
    let url = format!("http://anna:p%40ss@{}", outbound.address);
    json_of(proxied.app.data(), &["connection", "secret", &proxied.id, "proxy", &url]);
    assert_eq!(proxied.post("/x?y=1", &[], b"hi").body, b"ok");
    let heard = outbound.heard();
    assert!(heard.head.starts_with("POST http://somewhere.invalid/base/x?y=1 HTTP/1.1\r\n"), "{}", heard.head);
    assert!(heard.head.to_lowercase().contains("proxy-authorization: basic yw5uytpwqhnz\r\n"), "{}", heard.head);
    assert!(heard.head.contains("somewhere.invalid\r\n"));
    assert!(!proxied.app.said().contains("p%40ss") && !proxied.exchange().to_string().contains("anna"));
    // Through a tunnel where the address is https: what comes out there is TLS.
    json_of(proxied.app.data(), &["connection", "set", &proxied.id, "--upstream", "https://somewhere.invalid"]);
    let _ = proxied.post("/x", &[], b"hi");
    let heard = outbound.heard();
    assert!(heard.head.starts_with("CONNECT somewhere.invalid:443 HTTP/1.1\r\n") && heard.has("proxy-authorization"), "{}", heard.head);
}

#[test]
fn certificates_of_its_own_are_trusted_by_one_connection_only() {
    const CLOSING: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
    let port = outside::tls(CLOSING);
    let upstream = format!("https://localhost:{port}");
    let proxied = Proxied::to(&upstream, "confirm");
    let refused = proxied.post("/x", &[], b"");
    ours(&refused, 502, "upstream_unreachable");
    assert!(refused.text().contains("cannot be trusted"), "{}", refused.text());
    proxied.set("--ca", outside::TEST_CA);
    assert_eq!(proxied.post("/x", &[], b"").body, b"ok");
    let other = Proxied::with(proxied.app, &upstream, "confirm");
    ours(&other.post("/x", &[], b""), 502, "upstream_unreachable");
}
