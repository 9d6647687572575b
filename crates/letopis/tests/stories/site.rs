//! A chat on a business's own site: what its door takes and from whom, what the page hears, and what of it stands in the journal.

use std::time::Duration;

use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::bot::{Bot, json as answer};
use super::commands::{json as json_of, letopis};
use super::http::Answer;

const PAGE: &str = "https://salon.example";
const JSON: (&str, &str) = ("Content-Type", "application/json");

/// A server with a chat.
struct Site {
    app: TestApp,
    id: String,
    token: String,
    path: String,
}

impl Site {
    fn begin(arguments: &[&str]) -> Self {
        let app = TestApp::start();
        let made = json_of(app.data(), &[&["connection", "add", "--kind", "site", "--origin", PAGE], arguments].concat());
        let (id, token) = (made["id"].as_str().unwrap().to_owned(), made["token"].as_str().unwrap().to_owned());
        let script = format!("http://{}/site/{token}.js", app.address);
        assert_eq!(made["url"], json!(script));
        assert_eq!(made["tag"], json!(format!("<script src=\"{script}\" defer></script>")), "the line to paste");
        assert!(made["hook_url"].is_null());
        Self { path: format!("/site/{token}/messages"), app, id, token }
    }

    fn send(&self, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.app.line().request("POST", &self.path, &[&[JSON, ("Cookie", "a=1")], headers].concat(), body).unwrap()
    }

    /// As the script does.
    fn say(&self, visitor: &str, id: &str, text: &str) -> Answer {
        let body = json!({"visitor": visitor.repeat(16), "id": id, "text": text, "lang": "ru", "page": "https://salon.example/prices"});
        self.send(&[("Origin", PAGE)], body.to_string().as_bytes())
    }

    fn told(&self, column: &str) -> Vec<String> {
        let tables = self.app.tables();
        let mut all = tables.prepare(&format!("SELECT type || ' ' || coalesce({column}, '') FROM events ORDER BY record")).unwrap();
        let rows = all.query_map([], |row| row.get(0)).unwrap();
        rows.map(|row| row.unwrap()).collect()
    }

    fn count(&self, sql: &str) -> i64 {
        self.app.tables().query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["error"]["code"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_visitor_writes_the_bot_answers_and_both_are_one_conversation() {
    let bot = Bot::open(|_| {
        let head = "200 OK\r\nContent-Type: text/html\r\nSet-Cookie: theirs=1\r\nAccess-Control-Allow-Origin: *\r\nX-Bot: 1";
        (head.to_owned(), r#"{"text":"Да, в 15:00"}"#.to_owned(), Duration::ZERO)
    });
    let mut site = Site::begin(&["--forward", &format!("{}/chat", bot.url())]);
    let said = site.say("0f", "m1", "Есть время завтра?");
    assert_eq!((said.status, said.json()), (200, json!({"text": "Да, в 15:00"})));
    let heard = |name: &str| said.header(name).map(str::to_owned);
    assert_eq!((heard("content-type").as_deref(), heard("x-content-type-options").as_deref()), (Some("application/json"), Some("nosniff")));
    assert_eq!((heard("access-control-allow-origin").as_deref(), heard("vary").as_deref()), (Some(PAGE), Some("Origin")));
    assert_eq!((heard("set-cookie"), heard("x-bot")), (None, None), "nothing of the bot's but its words");
    let asked = bot.asked().remove(0);
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!(
        (asked.line.as_str(), &body["text"], &body["visitor"]),
        ("POST /chat HTTP/1.1", &json!("Есть время завтра?"), &json!("0f".repeat(16)))
    );
    // The network hid the answer, the script said it again: one message, and the bot is asked again.
    assert_eq!(site.say("0f", "m1", "Есть время завтра?").status, 200);
    assert_eq!(site.say("ab", "m1", "Здравствуйте").status, 200);
    site.app.wait_recorded(5);
    assert_eq!(
        site.told("said"),
        ["message_in Есть время завтра?", "message_out ", "message_out ", "message_in Здравствуйте", "message_out "]
    );
    assert_eq!((site.count("SELECT count(*) FROM sessions"), site.count("SELECT count(*) FROM clients")), (2, 2), "two browsers");
    let channel = "SELECT count(*) FROM events WHERE channel = 'site'";
    assert_eq!(site.count(channel), 5);
    // Under an id that is taken something else is said: both are kept and marked.
    site.say("0f", "m1", "Другое");
    site.app.wait_recorded(7);
    let metrics = site.app.get("/metrics").unwrap().text();
    assert!(metrics.contains("letopis_conflicts_total 1\n") && metrics.contains("letopis_duplicates_total 1\n"));
    site.app.stopped().must_verify();
    assert!(!site.app.said().contains(&site.token), "the token is in the log");
}

#[test]
fn the_door_takes_what_the_script_sends_from_pages_that_are_named_and_nothing_else() {
    let mut site = Site::begin(&[]);
    let good = json!({"visitor": "0f".repeat(16), "id": "m1", "text": "Да"}).to_string();
    let from = |origin: &str| code(&site.send(&[("Origin", origin)], good.as_bytes()));
    for origin in [
        "http://salon.example",
        "https://salon.example:8443",
        "https://salon.example.evil.example",
        "https://evil-salon.example",
        "https://www.salon.example",
        "HTTPS://SALON.EXAMPLE",
        "https://salon.example/",
        "null",
        "*",
        "",
    ] {
        assert_eq!(from(origin), (403, "unknown_origin".to_owned()), "{origin}");
    }
    let without = site.send(&[], good.as_bytes());
    assert_eq!((code(&without).0, without.header("access-control-allow-origin")), (403, None));
    // What the script would not send.
    let own = [("Origin", PAGE)];
    for wrong in ["", "нет", "[]", "{}", r#"{"visitor":"short","text":"Да"}"#, r#"{"visitor":"0f0f0f0f0f0f0f0f","text":" "}"#] {
        let refused = site.send(&own, wrong.as_bytes());
        assert_eq!(
            (code(&refused), refused.header("access-control-allow-origin")),
            ((400, "bad_message".to_owned()), Some(PAGE)),
            "{wrong}"
        );
    }
    let huge = format!(r#"{{"visitor":"0f0f0f0f0f0f0f0f","text":"{}"}}"#, "Да".repeat(500_000));
    assert_eq!(code(&site.send(&own, huge.as_bytes())), (413, "too_large".to_owned()));
    let longest = json!({"visitor": "0f".repeat(16), "id": "m2", "text": "Я".repeat(4_000)}).to_string();
    assert_eq!(site.send(&own, longest.as_bytes()).status, 200);
    // Without a length nobody knows how much will come.
    let mut line = site.app.line();
    let head = format!("POST {} HTTP/1.1\r\nHost: letopis\r\nOrigin: {PAGE}\r\nTransfer-Encoding: chunked\r\n\r\n", site.path);
    line.send(head.as_bytes()).unwrap();
    line.send(format!("{:x}\r\n{good}\r\n0\r\n\r\n", good.len()).as_bytes()).unwrap();
    assert_eq!(code(&line.answer().unwrap()), (411, "length_required".to_owned()));
    assert_eq!(site.app.line().request("GET", &site.path, &[], b"").unwrap().status, 405);
    site.app.wait_recorded(1);
    assert_eq!(site.count("SELECT count(*) FROM events"), 1, "what was refused leaves nothing");
    assert_eq!(site.count("SELECT count(*) FROM quarantine"), 0);
    site.app.stopped().must_verify();
}

#[test]
fn a_browser_asks_first_and_the_token_opens_the_chat_alone() {
    let site = Site::begin(&["--upstream", "http://192.0.2.1"]);
    let ask = |origin: &str| {
        site.app.line().request("OPTIONS", &site.path, &[("Origin", origin), ("Access-Control-Request-Method", "POST")], b"").unwrap()
    };
    let yes = ask(PAGE);
    assert_eq!(
        (yes.status, yes.header("access-control-allow-origin"), yes.header("access-control-allow-methods")),
        (204, Some(PAGE), Some("POST"))
    );
    assert_eq!((yes.header("access-control-allow-headers"), yes.header("access-control-allow-credentials")), (Some("content-type"), None));
    let no = ask("https://other.example");
    assert_eq!((no.status, no.header("access-control-allow-origin")), (403, None));
    let script = site.app.get(&format!("/site/{}.js", site.token)).unwrap();
    assert_eq!((script.status, script.header("content-type")), (200, Some("text/javascript; charset=utf-8")));
    assert_eq!((script.header("cross-origin-resource-policy"), script.header("set-cookie")), (Some("cross-origin"), None));
    assert!(!script.text().contains(&site.token) && !script.text().contains("innerHTML"));
    // The token stands in the page for all to see: no other door takes it.
    let good = json!({"visitor": "0f".repeat(16), "id": "m1", "text": "Да"}).to_string();
    let post = |path: &str| site.app.line().request("POST", path, &[JSON, ("Origin", PAGE)], good.as_bytes()).unwrap();
    assert_eq!(post(&format!("/hooks/{}", site.token)).status, 404);
    assert_eq!(post(&format!("/proxy/{}/x", site.token)).status, 404, "whatever its upstream");
    // And the door takes no other kind's, nor one that nobody has; who tries many is told to wait.
    let events = json_of(site.app.data(), &["connection", "add", "--kind", "events"]);
    let other = events["token"].as_str().unwrap();
    assert_eq!((post(&format!("/site/{other}/messages")).status, site.app.get(&format!("/site/{other}.js")).unwrap().status), (404, 404));
    assert_eq!(site.app.get(&format!("/site/{}", site.token)).unwrap().status, 404, "the script ends in .js");
    let refused = (0..40).map(|_| post("/site/ltc_nobody/messages")).find(|answer| answer.status == 429).expect("guesses are counted");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(post(&site.path).status, 200, "the right one goes on working");
    json_of(site.app.data(), &["connection", "revoke", &site.id]);
    assert!([404, 429].contains(&post(&site.path).status));
}

#[test]
fn origins_are_set_as_pages_have_them_and_wrong_ones_are_refused_when_set() {
    let site = Site::begin(&[]);
    for wrong in ["salon.example", "https://salon.example/chat", "*", "https://*.example", "ftp://salon.example", "null"] {
        let said = letopis(site.app.data(), &["connection", "set", &site.id, "--origin", wrong]);
        assert!(!said.ok && said.err.contains("https://salon.example"), "{wrong}: {}", said.err);
    }
    let nowhere = letopis(site.app.data(), &["connection", "add", "--kind", "site"]);
    assert!(!nowhere.ok && nowhere.err.contains("https://salon.example"), "{}", nowhere.err);
    assert_eq!(site.say("0f", "m1", "Да").status, 200, "what was there stays");
    let set =
        json_of(site.app.data(), &["connection", "set", &site.id, "--origin", "https://Салон.рф/", "--origin", "http://localhost:3000"]);
    assert_eq!(set["settings"]["origins"], json!(["https://xn--80awgdm.xn--p1ai", "http://localhost:3000"]));
    let good = json!({"visitor": "0f".repeat(16), "id": "m2", "text": "Да"}).to_string();
    let from = |origin: &str| site.send(&[("Origin", origin)], good.as_bytes()).status;
    assert_eq!(
        (from("https://xn--80awgdm.xn--p1ai"), from("http://localhost:3000"), from("http://localhost"), from(PAGE)),
        (200, 200, 403, 403)
    );
}

#[test]
fn who_writes_too_often_waits_and_nobody_else() {
    let site = Site::begin(&[]);
    let send = |address: &str, number: u32| {
        let body = json!({"visitor": "0f".repeat(16), "id": format!("{address}-{number}"), "text": "Да"}).to_string();
        site.send(&[("Origin", PAGE), ("X-Forwarded-For", &format!("203.0.113.9, {address}"))], body.as_bytes())
    };
    let taken = (0..70).map(|number| send("198.51.100.1", number)).take_while(|answer| answer.status == 200).count();
    assert!((60..=61).contains(&taken), "{taken}");
    let waits = send("198.51.100.1", 99);
    assert_eq!((code(&waits), waits.header("access-control-allow-origin")), ((429, "too_many_messages".to_owned()), Some(PAGE)));
    assert!(waits.header("retry-after").is_some());
    assert_eq!(send("198.51.100.2", 1).status, 200, "another visitor behind the same proxy");
    let metrics = site.app.get("/metrics").unwrap().text();
    assert!(metrics.lines().any(|line| line.strip_prefix("letopis_visits_refused_total ").is_some_and(|count| count != "0")));
}

#[test]
fn without_a_bot_or_in_time_the_page_hears_that_it_was_taken_and_a_late_answer_is_told_as_late() {
    let site = Site::begin(&[]);
    let alone = site.say("0f", "m1", "Есть кто?");
    assert_eq!((alone.status, alone.json()), (200, json!({})));
    site.app.wait_recorded(1);
    assert_eq!(site.told("said"), ["message_in Есть кто?"]);
    drop(site);

    let bot = Bot::open(|_| {
        let (head, body, _) = answer(r#"{"text":"Да, я здесь"}"#);
        (head, body, Duration::from_millis(1_500))
    });
    let mut site = Site::begin(&["--forward", &format!("{}/chat", bot.url()), "--forward-ms", "300"]);
    let late = site.say("0f", "m1", "Есть кто?");
    assert_eq!((late.status, late.json()), (200, json!({})), "the page hears that it was taken");
    wait_until("the late answer is told", || site.told("error").iter().any(|told| told.contains("no longer waited")));
    site.app.wait_recorded(3);
    assert_eq!(bot.asked().len(), 1, "the bot is not asked twice");
    assert_eq!(site.count("SELECT count(*) FROM sessions"), 1, "all in the visitor's conversation");
    assert_eq!(site.count("SELECT sum(replies) FROM sessions"), 0, "what nobody saw is no answer");
    site.app.stopped().must_verify();
}
