//! A connection that does not work says why: the test against systems that are dead, slow, not whom they say, or in order.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::app::{TestApp, command};
use super::bot::{Bot, json};
use super::outside::{self, Outside, TEST_CA};

const WANTS_KEY: &str = "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
const OVER_TLS: &[u8] = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

/// A command that may fail; whether it did not, and its JSON.
fn run(app: &TestApp, args: &[&str]) -> (bool, Value, String) {
    let output = command().arg("--data").arg(app.data()).arg("--json").args(args).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), serde_json::from_slice(&output.stdout).unwrap_or_default(), text)
}

fn add(app: &TestApp, args: &[&str]) -> String {
    let (well, made, text) = run(app, &[&["connection", "add"], args].concat());
    assert!(well, "{text}");
    made["id"].as_str().unwrap().to_owned()
}

/// Verdict and reason of each step.
fn steps(tested: &Value) -> Vec<(String, String, String)> {
    let word = |step: &Value, name: &str| step[name].as_str().unwrap().to_owned();
    tested["steps"].as_array().unwrap().iter().map(|step| (word(step, "step"), word(step, "verdict"), word(step, "why"))).collect()
}

#[track_caller]
fn finds(app: &TestApp, id: &str, is_well: bool, expected: &[(&str, &str, &str)]) -> Value {
    let (well, tested, text) = run(app, &["connection", "test", id]);
    let found = steps(&tested);
    for (step, verdict, why) in expected {
        let one = (step.to_string(), verdict.to_string(), why.to_string());
        assert!(found.contains(&one), "{one:?} is not in {found:?}");
    }
    assert_eq!((well, &tested["well"]), (is_well, &Value::Bool(is_well)), "{text}");
    tested
}

#[test]
fn what_stands_outside_is_told_step_by_step() {
    let app = TestApp::start();
    let upstream = Outside::saying(WANTS_KEY);
    let id = add(&app, &["--kind", "openai", "--upstream", &upstream.url()]);
    let tested = finds(
        &app,
        &id,
        true,
        &[("tcp", "well", "connected"), ("tls", "open", "plain"), ("answer", "well", "wants_key"), ("events", "open", "never")],
    );
    assert_eq!(tested["steps"][4]["status"], 401);
    let says = tested["steps"][4]["says"].as_str().unwrap();
    assert!(says.contains("просит ключ"), "{says}");
    let heard = upstream.heard();
    assert!(heard.head.starts_with("GET /v1/models HTTP/1.1\r\n"), "{}", heard.head);
    assert!(!heard.has("authorization"), "no key goes out: {}", heard.head);

    for (answer, is_well, verdict, why) in [
        ("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n", false, "well", "answers"),
        ("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", false, "wrong", "fails"),
        ("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", true, "open", "no_path"),
        ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", true, "open", "elsewhere"),
        ("220 smtp.example ESMTP\r\n", false, "wrong", "broke"),
    ] {
        let upstream = Outside::saying(answer);
        let id = add(&app, &["--kind", "openai", "--upstream", &upstream.url()]);
        let tested = finds(&app, &id, is_well, &[("answer", verdict, why)]);
        if answer.contains("1994") {
            assert!(steps(&tested).contains(&("clock".into(), "wrong".into(), "clock_off".into())), "{tested}");
        }
    }
}

#[test]
fn the_dead_the_slow_and_the_forbidden_are_told_apart() {
    let app = TestApp::start();
    let (dead, own) = (free_port(), format!("http://{}", app.address));
    for (upstream, step, why) in [
        (format!("http://127.0.0.1:{dead}"), "tcp", "refused"),
        ("http://no-such-name.invalid".to_owned(), "name", "no_name"),
        ("http://169.254.169.254".to_owned(), "name", "forbidden"),
        (own, "name", "itself"),
    ] {
        let id = add(&app, &["--kind", "http", "--upstream", &upstream]);
        finds(&app, &id, false, &[(step, "wrong", why), ("answer", "open", "not_tried")]);
    }
    let id = add(&app, &["--kind", "http"]);
    finds(&app, &id, false, &[("address", "wrong", "no_address"), ("tcp", "open", "not_tried")]);

    // It takes the connection and says nothing: nobody waits longer than ten seconds.
    let silent = Outside::start(|_, _| {
        std::thread::sleep(Duration::from_secs(30));
        false
    });
    let id = add(&app, &["--kind", "gigachat", "--upstream", &silent.url()]);
    let begun = Instant::now();
    finds(&app, &id, false, &[("tcp", "well", "connected"), ("answer", "wrong", "slow")]);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());

    let (secret, id) = ("user:hunter2", add(&app, &["--kind", "openai"]));
    run(&app, &["connection", "secret", &id, "proxy", &format!("http://{secret}@127.0.0.1:{dead}")]);
    finds(&app, &id, false, &[("tcp", "wrong", "proxy_dead")]);
    let (_, _, text) = run(&app, &["connection", "test", &id]);
    assert!(!text.contains("hunter2") && !text.contains("127.0.0.1") && !app.said().contains("hunter2"), "{text}");
}

#[test]
fn a_certificate_is_trusted_or_the_reason_is_said() {
    let app = TestApp::start();
    let port = outside::tls(OVER_TLS);
    let id = add(&app, &["--kind", "max", "--upstream", &format!("https://localhost:{port}")]);
    finds(&app, &id, false, &[("tls", "wrong", "certificate_unknown"), ("answer", "open", "not_tried")]);
    run(&app, &["connection", "set", &id, "--ca", TEST_CA]);
    finds(&app, &id, true, &[("tls", "well", "trusted"), ("answer", "well", "wants_key")]);

    let other_name = add(&app, &["--kind", "max", "--upstream", &format!("https://127.0.0.1:{port}")]);
    run(&app, &["connection", "set", &other_name, "--ca", TEST_CA]);
    finds(&app, &other_name, false, &[("tls", "wrong", "certificate_name")]);
    let plain = Outside::saying(WANTS_KEY);
    let no_tls = add(&app, &["--kind", "max", "--upstream", &format!("https://{}", plain.address)]);
    finds(&app, &no_tls, false, &[("tls", "wrong", "no_tls")]);
}

#[test]
fn a_bot_gets_a_test_only_when_it_is_asked_for_and_nothing_of_it_is_recorded() {
    let app = TestApp::start();
    let bot = Bot::open(|_| json("{}"));
    let forward = format!("{}/hook?key=hidden", bot.url());
    let id = add(&app, &["--kind", "telegram", "--forward", &forward, "--secret", "sender=tg-secret", "--secret", "sign=our-key"]);
    run(&app, &["connection", "set", &id, "--upstream", &Outside::saying(WANTS_KEY).url()]);
    finds(&app, &id, true, &[("sender", "well", "sender_set"), ("bot", "well", "connected"), ("delivery", "open", "not_asked")]);
    assert!(bot.asked().is_empty(), "nobody asked for a delivery");

    let (well, tested, text) = run(&app, &["connection", "test", &id, "--deliver", "--lang", "en"]);
    assert!(well, "{text}");
    assert!(steps(&tested).contains(&("delivery".into(), "well".into(), "taken".into())), "{tested}");
    let asked = bot.asked();
    assert_eq!((asked.len(), asked[0].line.as_str()), (1, "POST /hook?key=hidden HTTP/1.1"));
    assert_eq!(asked[0].header("x-letopis-test").as_deref(), Some("1"));
    assert_eq!(asked[0].header("x-telegram-bot-api-secret-token").as_deref(), Some("tg-secret"));
    assert!(asked[0].header("x-letopis-signature").is_some_and(|signature| signature.starts_with("t=")));
    let body: Value = serde_json::from_slice(&asked[0].body).unwrap();
    assert_eq!((&body["letopis_test"], &body["update_id"]), (&Value::Bool(true), &Value::from(0)));
    for secret in ["hidden", "tg-secret", "our-key"] {
        assert!(!text.contains(secret) && !app.said().contains(secret), "{secret} is told");
    }

    let failing = Bot::open(|_| ("500 Broken".to_owned(), String::new(), Duration::ZERO));
    run(&app, &["connection", "secret", &id, "forward", &failing.url()]);
    let (well, tested, _) = run(&app, &["connection", "test", &id, "--deliver"]);
    assert!(!well && steps(&tested).contains(&("delivery".into(), "wrong".into(), "fails".into())), "{tested}");
    app.wait_recorded(0);
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
