//! Calls of a model that nobody names find their conversations: two clients who begin alike stay apart, tools stay inside their turn, a dialogue in a
//! messenger and the calls behind it are one. Costs by the business's prices, intents in its words. It survives a rebuild and an erasure.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use serde_json::{Value, json};

use super::app::TestApp;
use super::commands::{json as json_of, letopis};

/// A server that answers every chat as `answer` says.
fn model(answer: fn(&Value) -> Value) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || serve(stream, answer));
        }
    });
    address
}

fn serve(stream: TcpStream, answer: fn(&Value) -> Value) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let (mut length, mut line) = (0, String::new());
        while reader.read_line(&mut line).ok()? > 2 {
            if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = said.trim().parse().ok()?;
            }
            line.clear();
        }
        if line.is_empty() {
            return None;
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let asked = serde_json::from_slice(&body).ok()?;
        let said = json!({
            "id": "chatcmpl-1", "model": "gpt-5-mini-2025-08-07", "choices": [{ "index": 0, "message": answer(&asked), "finish_reason": "stop" }],
            "usage": { "prompt_tokens": 1000, "completion_tokens": 100 },
        });
        let said = said.to_string();
        write!(writer, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{said}", said.len()).ok()?;
    }
}

/// Greets, asks when, looks for a time with a tool, and books.
fn administrator(asked: &Value) -> Value {
    let last = asked["messages"].as_array().unwrap().last().unwrap();
    let said = last["content"].as_str().unwrap_or_default();
    match (last["role"].as_str().unwrap(), said) {
        ("tool", _) => json!({ "role": "assistant", "content": "Записала на 15:00" }),
        (_, "привет") => json!({ "role": "assistant", "content": "Здравствуйте! Чем помочь?" }),
        (_, said) if said.contains("15") => {
            let call = json!({ "id": format!("call_{}", said.len()), "type": "function", "function": { "name": "book", "arguments": "{\"intent\":\"Booking\"}" } });
            json!({ "role": "assistant", "content": null, "tool_calls": [call] })
        }
        _ => json!({ "role": "assistant", "content": "На какое время?" }),
    }
}

struct Bot<'a> {
    app: &'a TestApp,
    path: String,
    messages: Vec<Value>,
}

impl<'a> Bot<'a> {
    fn new(app: &'a TestApp, path: &str) -> Self {
        Self {
            app,
            path: format!("{path}/v1/chat/completions"),
            messages: vec![json!({ "role": "system", "content": "Ты администратор салона." })],
        }
    }

    fn hears(&mut self, words: &str) -> Value {
        self.messages.push(json!({ "role": "user", "content": words }));
        loop {
            let request = json!({ "model": "gpt-5-mini", "messages": self.messages }).to_string();
            let answer = self.app.line().request("POST", &self.path, &[("Content-Type", "application/json")], request.as_bytes()).unwrap();
            assert_eq!(answer.status, 200, "{}", answer.text());
            let message = answer.json()["choices"][0]["message"].clone();
            self.messages.push(message.clone());
            let Some(call) = message["tool_calls"].get(0) else { return message };
            let result = r#"{"id":"v7","service":"стрижка","starts_at":"2026-02-01T15:00:00+03:00"}"#;
            self.messages.push(json!({ "role": "tool", "tool_call_id": call["id"], "content": result }));
        }
    }
}

/// Address of a connection below ours.
fn connect(app: &TestApp, arguments: &[&str]) -> String {
    let made = json_of(app.data(), &[&["connection", "add"], arguments].concat());
    format!("/proxy/{}", made["token"].as_str().unwrap())
}

fn rows(app: &TestApp, sql: &str) -> Vec<Vec<String>> {
    let tables = app.tables();
    let mut all = tables.prepare(sql).unwrap();
    let width = all.column_count();
    let text = |row: &rusqlite::Row<'_>, at: usize| match row.get_ref_unwrap(at) {
        rusqlite::types::ValueRef::Null => "-".to_owned(),
        rusqlite::types::ValueRef::Integer(number) => number.to_string(),
        other => other.as_str().unwrap_or("?").to_owned(),
    };
    all.query_map([], |row| Ok((0..width).map(|at| text(row, at)).collect())).unwrap().map(Result::unwrap).collect()
}

fn must_hold(app: &TestApp) {
    assert_eq!(json_of(app.data(), &["rebuild", "--check"])["differences"], 0);
    let audit = letopis(app.data(), &["verify", "--deep", "--acts"]);
    assert!(audit.ok, "{} {}", audit.out, audit.err);
}

#[test]
fn conversations_that_nobody_names_are_told_apart_by_what_was_said() {
    let app = TestApp::start();
    let upstream = format!("http://{}", model(administrator));
    json_of(app.data(), &["prices", "set", "gpt-5-mini", "--input", "20", "--output", "160", "--currency", "RUB"]);
    json_of(app.data(), &["intents", "set", "запись", "booking", "записаться"]);
    let fields = ["--field", "intent=$.tools.book.intent", "--field", "booking=$.results.book"];
    let path = connect(&app, &[&["--kind", "openai", "--upstream", &upstream], &fields[..]].concat());
    let (mut one, mut two) = (Bot::new(&app, &path), Bot::new(&app, &path));
    one.hears("привет");
    two.hears("привет");
    one.hears("хочу стрижку");
    two.hears("хочу маникюр");
    assert_eq!(one.hears("в 15")["content"], "Записала на 15:00");
    two.hears("не знаю");
    // A program that keeps only the last pair.
    two.messages.drain(1..5);
    two.hears("подумаю");
    // Every turn: a call and two messages; the booking: one call more, and the booking itself.
    app.wait_recorded(7 * 3 + 2);
    let talks = rows(&app, "SELECT given, events, inbound, replies, outcome, intent FROM sessions ORDER BY outcome");
    assert_eq!(talks.len(), 2, "{talks:?}");
    assert!(talks.iter().all(|talk| talk[0].starts_with("llm-") && talk[0].len() == 16), "{talks:?}");
    assert_eq!(talks[0][1..], ["11", "3", "3", "booked", "запись"], "{talks:?}");
    assert_eq!(talks[1][1..4], ["12", "4", "4"], "{talks:?}");
    let cost = json_of_event(&app, "SELECT event_id FROM events WHERE type = 'llm_call' LIMIT 1");
    assert_eq!((&cost["cost"], &cost["meta"]["cost"]["currency"]), (&json!(0.036), &json!("RUB")));
    // Its sum is the conversation's; what no field leads to is not measured, and not zero.
    let booked = read(&app, &format!("/api/v1/sessions/{}", rows(&app, "SELECT pid FROM sessions WHERE outcome = 'booked'")[0][0]));
    let spent = &booked["model_calls"];
    assert_eq!((&spent["calls"], &spent["unpriced"], &spent["uncounted"]), (&json!(4), &json!(0), &json!(0)), "{spent}");
    assert!((spent["money"]["RUB"].as_f64().unwrap() - 4.0 * 0.036).abs() < 1e-9, "{spent}");
    assert_eq!(booked["not_measured"], json!(["confidence", "refusal"]));
    let measured = read(&app, "/api/v1/metrics/measured");
    let llm = &measured["channels"][0];
    assert_eq!(
        (&llm["channel"], &llm["intent"], &llm["booking"], &llm["refusal"]),
        (&json!("llm"), &json!("field"), &json!("field"), &json!(null))
    );
    must_hold(&app);
}

/// What the read API answers.
fn read(app: &TestApp, path: &str) -> Value {
    let key = json_of(app.data(), &["key", "create", "--role", "read"]);
    let bearer = format!("Bearer {}", key["key"].as_str().unwrap());
    app.line().request("GET", path, &[("Authorization", &bearer)], b"").unwrap().json()
}

/// What was sealed of the event that `sql` finds.
fn json_of_event(app: &TestApp, sql: &str) -> Value {
    let shown = read(app, &format!("/api/v1/events/{}", rows(app, sql)[0][0]));
    shown["event"].as_object().map_or(shown.clone(), |event| Value::Object(event.clone()))
}

#[test]
fn a_dialogue_in_a_messenger_and_the_calls_behind_it_are_one() {
    let app = TestApp::start();
    let upstream = format!("http://{}", model(administrator));
    connect(&app, &["--kind", "telegram"]);
    let path = connect(&app, &["--kind", "openai", "--upstream", &upstream]);
    let now = || jiff::Timestamp::now().to_string();
    let writes = |id: &str, client: &str, words: &str| {
        let client = json!({ "channel_id": client });
        app.post_event(
            &json!({ "event_id": id, "timestamp": now(), "channel": "telegram", "type": "message_in", "client": client, "text": words }),
        );
    };
    let (mut one, mut two) = (Bot::new(&app, &path), Bot::new(&app, &path));
    writes("tg-1", "101", "Хочу  стрижку");
    writes("tg-2", "102", "привет");
    writes("tg-3", "103", "привет");
    app.wait_recorded(3);
    one.hears("хочу стрижку");
    one.hears("в 15");
    // Two wrote the same: whose call this is nobody knows.
    two.hears("привет");
    app.wait_recorded(3 + 3 + 1);
    let talks = rows(&app, "SELECT channel, given, events, inbound FROM sessions ORDER BY channel, events DESC");
    assert_eq!(talks[1], ["telegram", "-", "4", "1"], "the calls are the client's: {talks:?}");
    assert_eq!((talks.len(), &talks[0][0], &talks[0][2]), (4, &"llm".to_owned(), &"1".to_owned()), "{talks:?}");
    must_hold(&app);

    let client = &rows(&app, "SELECT c.pid FROM clients c JOIN identities i ON i.client = c.id WHERE i.value = '101'")[0][0];
    let gone = json_of(app.data(), &["erase", "--client", client, "--basis", "withdrawal", "--request", "вх. № 1", "--yes"]);
    assert_eq!(gone["records"], 4, "the calls went with the words: {gone}");
    assert_eq!(rows(&app, "SELECT count(*) FROM chains")[0][0], "1");
    must_hold(&app);
}
