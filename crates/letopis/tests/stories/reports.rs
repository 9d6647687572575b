//! Reports that go out by themselves, against a real mail server and a bot's platform: what arrives, what waits, what a kill costs.

use std::net::TcpListener;

use serde_json::Value;

use super::app::{PATIENCE, TestApp, wait_until};
use super::commands::{json as json_of, letopis};
use super::event;
use super::witnessed::{bot_answers, listener, smtp_answers};

const TOKEN: &str = "1234:SECRET-token";

/// The newest delivery.
fn newest(app: &TestApp) -> Value {
    json_of(app.data(), &["reports", "list"])[0].clone()
}

fn route(app: &TestApp, way: &[&str]) -> String {
    let all = [&["reports", "route", "set", "--quiet-from", "0", "--quiet-to", "0", "--kinds", "weekly,digest"], way].concat();
    json_of(app.data(), &all)["id"].as_str().unwrap().to_owned()
}

/// A route of a Telegram bot at that address.
fn telegram(app: &TestApp, url: &str) -> String {
    let token = app.root().join("token");
    std::fs::write(&token, format!("{TOKEN}\n")).unwrap();
    route(app, &["--way", "telegram", "--to", "-100", "--url", url, "--token-file", token.to_str().unwrap()])
}

#[test]
fn a_report_goes_by_mail_and_is_kept_as_it_was_sent() {
    let (smtp, mails) = listener(smtp_answers);
    let mail = format!("[post.mail]\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"l@salon.example\"\n", smtp.port());
    let app = TestApp::start_with(&mail);
    app.post_event(&event("e-1"));
    app.wait_recorded(1);
    let refused =
        letopis(app.data(), &["reports", "route", "set", "--kinds", "weekly", "--way", "mail", "--to", "a@b.example\nBcc: all@b.example"]);
    assert!(!refused.ok && refused.err.contains("e-mail address"), "{}", refused.err);
    let id = route(&app, &["--way", "mail", "--to", "olga@salon.example"]);
    json_of(app.data(), &["reports", "send", "weekly", &id]);
    let letter = mails.recv_timeout(PATIENCE).unwrap();
    let head = letter.to_lowercase();
    assert!(
        letter.contains("olga@salon.example") && head.contains("message-id: <report-") && head.contains("filename=\"letopis-weekly-"),
        "{letter}"
    );
    wait_until("it is delivered", || newest(&app)["sent_us"].is_i64());
    assert_eq!((&newest(&app)["attempts"], &newest(&app)["unclear"]), (&Value::from(1), &Value::from(0)));
    // The archive has it, sealed; the tables show no word of it.
    let key = json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {key}");
    let ask = |path: &str| app.line().request("GET", path, &[("Authorization", &bearer)], b"").unwrap();
    let kept = ask("/api/v1/reports").json();
    let kept = &kept["items"][0];
    assert_eq!((kept["kind"].as_str(), kept["language"].as_str()), (Some("weekly"), Some("ru")), "{kept}");
    let page = ask(&format!("/api/v1/reports/{}", kept["id"]));
    assert!(page.status == 200 && page.text().contains("Путь к записи"), "{}", page.text());
    let sealed: Vec<u8> = app.tables().query_row("SELECT sealed FROM report_letters", [], |row| row.get(0)).unwrap();
    assert!(!sealed.windows(7).any(|window| window == b"<!docty" || window == b"<html l"));
    let made = ask("/api/v1/reports/make/weekly?from=2025-01-06&to=2025-01-13&language=en");
    assert!(made.status == 200 && made.text().contains("Week of 6 – 12 January 2025"), "{}", made.text());
    for wrong in ["make/alert", "make/weekly?from=2025-01-13&to=2025-01-06", "make/weekly?language=fr", "999"] {
        assert!(matches!(ask(&format!("/api/v1/reports/{wrong}")).status, 400 | 404), "{wrong}");
    }
    // A command gives the same as a file.
    let file = app.root().join("week.html");
    let told = letopis(app.data(), &["report", "weekly", "--from", "2025-01-06", "--to", "2025-01-13", "--out", file.to_str().unwrap()]);
    assert!(told.ok && std::fs::read_to_string(&file).unwrap().contains("Неделя 6 – 12 января 2025"), "{}", told.err);
}

#[test]
fn a_bot_that_is_away_gets_it_later_and_its_token_is_nowhere() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut app = TestApp::start();
    let id = telegram(&app, &format!("http://{free}"));
    json_of(app.data(), &["reports", "route", "test", &id]);
    wait_until("it waits with its problem", || newest(&app)["problem"].is_string());
    assert_eq!(newest(&app)["unclear"], 0, "a platform that is away surely has nothing");
    let refused = newest(&app)["problem"].to_string();
    assert!(refused.contains("cannot be reached") && !refused.contains("SECRET"), "{refused}");
    let (bot, messages) = listener(bot_answers);
    json_of(app.data(), &["reports", "route", "remove", &id]);
    assert_eq!(json_of(app.data(), &["reports", "list"]), Value::Array(Vec::new()), "what waits to go that way goes nowhere");
    let id = telegram(&app, &format!("http://{bot}"));
    json_of(app.data(), &["reports", "route", "test", &id]);
    let message = messages.recv_timeout(PATIENCE).unwrap();
    assert!(message.starts_with("POST /bot1234:SECRET-token/sendMessage ") && !message.contains("Возможно"), "{message}");
    wait_until("it is delivered", || newest(&app)["sent_us"].is_i64());
    assert!(app.get("/metrics").unwrap().text().contains("letopis_reports_sent_total 1"));
    assert!(!app.said().contains("SECRET"));
    app.stop();
    let stored = std::fs::read(app.data().join("letopis.db")).unwrap();
    assert!(!stored.windows(6).any(|window| window == b"SECRET"), "sealed, and in no decision");
    app.restart();
}

#[test]
fn a_kill_while_sending_costs_one_double_that_says_so() {
    // Hears the message, and says nothing.
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = deaf.local_addr().unwrap();
    let (heard, hears) = std::sync::mpsc::channel();
    let silent = std::thread::spawn(move || {
        let (stream, _) = deaf.accept().unwrap();
        heard.send(()).unwrap();
        (stream, deaf)
    });
    let mut app = TestApp::start();
    let id = telegram(&app, &format!("http://{address}"));
    json_of(app.data(), &["reports", "route", "test", &id]);
    hears.recv_timeout(PATIENCE).unwrap();
    wait_until("it is under way", || newest(&app)["sending_us"].is_i64());
    app.kill();
    let (held, deaf) = silent.join().unwrap();
    drop(held);
    std::thread::spawn(move || bot_answers(deaf.accept().unwrap().0).map(drop));
    app.restart();
    wait_until("it is delivered", || newest(&app)["sent_us"].is_i64());
    let row = newest(&app);
    assert_eq!((&row["attempts"], &row["unclear"]), (&Value::from(2), &Value::from(1)), "the page says: perhaps twice");
}
