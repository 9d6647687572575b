//! What a platform delivers is kept, forwarded to the bot, and answered with the bot's own answer; what the bot does not take is tried
//! again in order, also after a kill.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::bot::{Asked, Bot, json as answer};
use super::commands::{json as json_of, letopis};
use super::http::Answer;

/// A server with one connection.
struct Story {
    app: TestApp,
    id: String,
    hook: String,
    proxy: String,
    read: String,
}

impl Story {
    fn begin(arguments: &[&str]) -> Self {
        let app = TestApp::start();
        let read = json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned();
        let made = json_of(app.data(), &[&["connection", "add"], arguments].concat());
        let token = made["token"].as_str().unwrap();
        Self { id: made["id"].as_str().unwrap().to_owned(), hook: format!("/hooks/{token}"), proxy: format!("/proxy/{token}"), app, read }
    }

    fn deliver(&self, headers: &[(&str, &str)], body: &Value) -> Answer {
        let all = [&[("Content-Type", "application/json"), ("User-Agent", "platform/1")], headers].concat();
        self.app.line().request("POST", &self.hook, &all, body.to_string().as_bytes()).unwrap()
    }

    fn event(&self, id: &str) -> Value {
        let bearer = format!("Bearer {}", self.read);
        let path = format!("/api/v1/events/{}", id.replace(':', "%3A"));
        let answer = self.app.line().request("GET", &path, &[("Authorization", &bearer)], b"").unwrap();
        assert_eq!(answer.status, 200, "{id}: {}", answer.text());
        answer.json()
    }

    /// Type and words of every event, in the order of recording.
    fn told(&self) -> Vec<(String, String)> {
        let tables = self.app.tables();
        let mut all = tables.prepare("SELECT type, coalesce(said, reply, error, '') FROM events ORDER BY record").unwrap();
        let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(|row| row.unwrap()).collect()
    }

    fn forwards(&self) -> Vec<Value> {
        json_of(self.app.data(), &["forwards", "list"]).as_array().unwrap().clone()
    }

    fn metric(&self, name: &str) -> u64 {
        let text = self.app.get("/metrics").unwrap().text();
        let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap_or_else(|| panic!("no {name}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }
}

fn update(number: i64, client: i64, text: &str) -> Value {
    let user = json!({"id": client, "is_bot": false, "first_name": "Анна"});
    json!({"update_id": number, "message": {"message_id": number, "date": now_s() / 1_000 * 1_000 + number, "from": user, "chat": {"id": client, "type": "private", "first_name": "Анна"}, "text": text}})
}

fn now_s() -> i64 {
    letopis::app::now_us() / 1_000_000
}

fn numbers(asked: &[Asked]) -> Vec<i64> {
    let number = |asked: &Asked| serde_json::from_slice::<Value>(&asked.body).unwrap()["update_id"].as_i64().unwrap();
    asked.iter().map(number).collect()
}

/// Whoever does not know the secret is turned away, and leaves nothing.
fn strangers_are_turned_away(story: &Story, first: &Value) {
    assert_eq!(story.deliver(&[], first).status, 403);
    let refused = story.deliver(&[("X-Telegram-Bot-Api-Secret-Token", "s3cret-of-theirs")], first);
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (403, &json!("not_the_sender")));
    let looped = story.deliver(&[("X-Letopis-Delivery", "x"), ("X-Telegram-Bot-Api-Secret-Token", "s3cret-of-ours")], first);
    assert_eq!(looped.status, 508, "a forward URL that points at a hook does not go in circles");
}

#[test]
fn a_message_goes_to_the_bot_and_its_answer_back_and_both_are_kept() {
    let bot = Bot::open(|_| answer(r#"{"method":"sendMessage","chat_id":100200,"text":"Завтра в 15:00?"}"#));
    let chat = json!({"id": 100_200, "type": "private", "first_name": "Анна"});
    let sent = json!({"ok": true, "result": {"message_id": 77, "date": now_s(), "chat": chat, "text": "Ждём вас"}}).to_string();
    let telegram = Bot::open(move |asked| answer(if asked.line.contains("/sendMessage ") { &sent } else { "{}" }));
    let forward = format!("{}/telegram?bot=1", bot.url());
    let (sender, sign) = ("sender=s3cret-of-ours", "sign=key-of-ours");
    let arguments = ["--kind", "telegram", "--upstream", &telegram.url(), "--forward", &forward, "--secret", sender, "--secret", sign];
    let mut story = Story::begin(&arguments);
    let first = update(1, 100_200, "Можно записаться?");
    strangers_are_turned_away(&story, &first);
    assert!(bot.asked().is_empty());
    let proof = [
        ("X-Telegram-Bot-Api-Secret-Token", "s3cret-of-ours"),
        ("X-Custom", "1"),
        ("Connection", "keep-alive"),
        ("X-Letopis-Attempt", "9"),
    ];
    let answered = story.deliver(&proof, &first);
    assert_eq!((answered.status, answered.header("content-type")), (200, Some("application/json")));
    assert_eq!(answered.json()["text"], "Завтра в 15:00?");
    let asked = bot.asked().remove(0);
    assert_eq!((asked.line.as_str(), asked.text()), ("POST /telegram?bot=1 HTTP/1.1", first.to_string()), "the same bytes");
    for (name, value) in
        [("x-telegram-bot-api-secret-token", "s3cret-of-ours"), ("x-custom", "1"), ("user-agent", "platform/1"), ("x-letopis-attempt", "1")]
    {
        assert_eq!(asked.header(name).as_deref(), Some(value), "{name}");
    }
    assert_signed(&asked, b"key-of-ours");
    // The platform repeats: the bot gets it again, the journal has it once.
    assert_eq!(story.deliver(&proof, &first).status, 200);
    // And the bot calls by itself, through the proxy.
    let call = r#"{"chat_id":100200,"text":"Ждём вас"}"#;
    let sent = story.app.line().request(
        "POST",
        &format!("{}/bot7012:AAA-token/sendMessage", story.proxy),
        &[("Content-Type", "application/json")],
        call.as_bytes(),
    );
    assert_eq!(sent.unwrap().json()["result"]["message_id"], 77);
    assert_eq!(telegram.asked()[0].line, "POST /bot7012:AAA-token/sendMessage HTTP/1.1");
    story.app.wait_recorded(4);
    let message = story.event(&format!("tg:{}:1", story.id));
    assert_eq!((&message["type"], &message["source"]), (&json!("message_in"), &json!("channel")));
    let kinds: Vec<String> = story.told().into_iter().map(|(kind, words)| format!("{kind}: {words}")).collect();
    assert_eq!(
        kinds,
        ["message_in: Можно записаться?", "message_out: Завтра в 15:00?", "message_out: Завтра в 15:00?", "message_out: Ждём вас"]
    );
    assert_eq!((bot.asked().len(), story.metric("letopis_duplicates_total"), story.metric("letopis_conflicts_total")), (2, 1, 0));
    let sessions: i64 = story.app.tables().query_row("SELECT count(*) FROM sessions", [], |row| row.get(0)).unwrap();
    assert_eq!(sessions, 1, "all of it is one conversation");
    let folder = story.app.data().to_owned();
    story.app.stopped().must_verify();
    for secret in ["s3cret-of-ours", "AAA-token", "key-of-ours", "telegram?bot=1"] {
        assert!(!story.app.said().contains(secret), "{secret} is in the log");
        let tables = std::fs::read(folder.join("letopis.db")).unwrap();
        assert!(memchr::memmem::find(&tables, secret.as_bytes()).is_none(), "{secret} is in the tables");
    }
}

#[test]
fn what_comes_under_a_number_that_is_taken_is_kept_and_marked() {
    let words = Arc::new(std::sync::Mutex::new("Ждём вас".to_owned()));
    let said = Arc::clone(&words);
    let telegram = Bot::open(move |_| {
        let chat = json!({"id": 100_200, "type": "private"});
        let message = json!({"message_id": 77, "date": 1_780_000_000, "chat": chat, "text": *said.lock().unwrap()});
        answer(&json!({"ok": true, "result": message}).to_string())
    });
    let mut story = Story::begin(&["--kind", "telegram", "--upstream", &telegram.url()]);
    let first = update(1, 100_200, "Можно завтра?");
    let mut other = first.clone();
    other["message"]["text"] = json!("Можно в среду?");
    let call = |words: &str| {
        let body = json!({"chat_id": 100_200, "text": words}).to_string();
        let path = format!("{}/bot7012:AAA/sendMessage", story.proxy);
        assert_eq!(story.app.line().request("POST", &path, &[("Content-Type", "application/json")], body.as_bytes()).unwrap().status, 200);
    };
    for update in [&first, &first, &other, &other] {
        assert_eq!(story.deliver(&[], update).status, 200);
    }
    call("Ждём вас");
    call("Ждём вас");
    "Ждём в среду".clone_into(&mut words.lock().unwrap());
    call("Ждём в среду");
    story.app.wait_recorded(4);
    wait_until("all is recorded", || story.metric("letopis_duplicates_total") == 3);
    let told: Vec<String> = story.told().into_iter().map(|(_, words)| words).collect();
    assert_eq!(told, ["Можно завтра?", "Можно в среду?", "Ждём вас", "Ждём в среду"]);
    assert_eq!(story.metric("letopis_conflicts_total"), 2);
    let marked: i64 = story.app.tables().query_row("SELECT count(*) FROM events WHERE flags & 2", [], |row| row.get(0)).unwrap();
    assert_eq!(marked, 4, "both of a pair are marked");
    story.app.stopped().must_verify();
}

#[test]
fn a_silent_bot_gets_everything_later_in_order_also_after_a_kill() {
    let bot = Bot::open(|_| answer("{}"));
    let (address, forward) = (bot.address, format!("{}/hook", bot.url()));
    let mut story = Story::begin(&["--kind", "telegram", "--forward", &forward]);
    bot.close();
    for number in 1..=4 {
        // Two clients in turn.
        let answered = story.deliver(&[], &update(number, 100_000 + number % 2, "?"));
        assert_eq!((answered.status, answered.text().as_str()), (200, "{}"), "the platform hears that all is well");
    }
    assert!(bot.asked().is_empty());
    story.app.kill();
    story.app.restart();
    wait_until("all wait", || story.forwards().len() == 4);
    assert_eq!(story.deliver(&[], &update(5, 100_001, "?")).status, 200);
    wait_until("the next one queues up", || story.forwards().len() == 5);
    let stored: Vec<u8> = story.app.tables().query_row("SELECT delivery FROM forwards LIMIT 1", [], |row| row.get(0)).unwrap();
    assert!(!stored.windows(9).any(|window| window == b"update_id"), "a delivery is sealed");
    story.app.kill();
    let bot = Bot::open_at(address, |_| answer(r#"{"method":"sendMessage","chat_id":100001,"text":"поздно"}"#));
    story.app.restart();
    wait_until("the bot has all", || story.forwards().is_empty());
    let got = numbers(&bot.asked());
    let of = |client: i64| got.iter().copied().filter(|number| number % 2 == client).collect::<Vec<_>>();
    assert_eq!((got.len(), of(0), of(1)), (5, vec![2, 4], vec![1, 3, 5]), "each chat in order: {got:?}");
    assert!(bot.asked().iter().all(|asked| asked.header("x-letopis-attempt").unwrap() != "1"));
    // Five messages, five times that the bot was silent, five answers that came too late.
    story.app.wait_recorded(15);
    let told = story.told();
    let count = |kind: &str, word: &str| told.iter().filter(|(known, words)| known == kind && words.contains(word)).count();
    assert_eq!((count("message_in", "?"), count("error", "tried again"), count("error", "no longer listened")), (5, 5, 5), "{told:?}");
    assert_eq!(story.metric("letopis_forwards_waiting"), 0);
    story.app.stopped().must_verify();
}

#[test]
fn a_slow_bot_is_not_asked_twice() {
    let bot = Bot::open(|_| (json_head(), "{}".to_owned(), Duration::from_millis(2_500)));
    let forward = format!("{}/hook", bot.url());
    let story = Story::begin(&["--kind", "telegram", "--forward", &forward, "--forward-ms", "300"]);
    let begun = Instant::now();
    assert_eq!(story.deliver(&[], &update(1, 100_001, "?")).status, 200);
    assert!(begun.elapsed() < Duration::from_secs(2), "the platform is not kept waiting");
    wait_until("it waits", || story.forwards().len() == 1);
    // Behind it in its chat; another chat is not held up by it.
    assert_eq!(story.deliver(&[], &update(3, 100_001, "?")).status, 200);
    assert_eq!(story.deliver(&[], &update(2, 100_002, "?")).status, 200);
    wait_until("the bot has all", || story.forwards().is_empty());
    let got = numbers(&bot.asked());
    assert_eq!(got, [1, 2, 3], "none twice, and in order");
}

#[test]
fn what_the_bot_refuses_goes_back_and_what_nobody_takes_is_shown() {
    let broken = Arc::new(AtomicBool::new(true));
    let fails = Arc::clone(&broken);
    let bot = Bot::open(move |_| match fails.load(Ordering::SeqCst) {
        true => ("500 Oops\r\nX-Bot: 1".to_owned(), "oops".to_owned(), Duration::ZERO),
        false => ("200 OK".to_owned(), String::new(), Duration::ZERO),
    });
    let address = bot.address;
    let forward = format!("{}/hook", bot.url());
    let mut story = Story::begin(&["--kind", "telegram", "--forward", &forward]);
    let refused = story.deliver(&[], &update(1, 100_001, "?"));
    assert_eq!(
        (refused.status, refused.text().as_str(), refused.header("x-bot")),
        (500, "oops", Some("1")),
        "as it is: the platform repeats"
    );
    story.app.wait_recorded(2);
    assert_eq!((story.told()[1].0.as_str(), story.metric("letopis_deliveries_failed_total")), ("error", 1));
    assert!(story.forwards().is_empty(), "it is the platform's to repeat");
    broken.store(false, Ordering::SeqCst);
    assert_eq!(story.deliver(&[], &update(1, 100_001, "?")).status, 200);
    bot.close();
    assert_eq!(story.deliver(&[], &update(2, 100_001, "?")).status, 200);
    wait_until("it waits", || story.forwards().len() == 1);
    // As if a day had passed.
    story.app.stop();
    let tables = rusqlite::Connection::open(story.app.data().join("letopis.db")).unwrap();
    tables.execute("UPDATE forwards SET until_us = 1", []).unwrap();
    drop(tables);
    story.app.restart();
    wait_until("it is given up", || story.metric("letopis_forwards_given_up") == 1);
    let given_up = story.forwards().remove(0);
    assert!(!given_up["failed_us"].is_null(), "{given_up}");
    let bot = Bot::open_at(address, |_| answer("{}"));
    let id = given_up["id"].to_string();
    json_of(story.app.data(), &["forwards", "retry", &id]);
    wait_until("the bot has it", || story.forwards().is_empty());
    assert_eq!(numbers(&bot.asked()), [2]);
    assert!(!letopis(story.app.data(), &["forwards", "drop", &id]).ok, "it is not there any more");
    bot.close();
    assert_eq!(story.deliver(&[], &update(3, 100_001, "?")).status, 200);
    wait_until("it waits", || story.forwards().len() == 1);
    let id = story.forwards()[0]["id"].to_string();
    json_of(story.app.data(), &["forwards", "drop", &id]);
    assert!(story.forwards().is_empty());
    let told = story.told();
    assert!(told.iter().any(|(kind, words)| kind == "error" && words.contains("not tried again")), "{told:?}");
    story.app.stopped().must_verify();
}

#[test]
fn what_still_waits_goes_with_its_client() {
    let bot = Bot::open(|_| answer("{}"));
    let (address, forward) = (bot.address, format!("{}/hook", bot.url()));
    let mut story = Story::begin(&["--kind", "telegram", "--forward", &forward]);
    bot.close();
    story.deliver(&[], &update(1, 100_001, "?"));
    story.deliver(&[], &update(2, 100_002, "?"));
    wait_until("both wait", || story.forwards().len() == 2);
    story.app.wait_recorded(4);
    let sql = "SELECT c.pid FROM clients c JOIN identities i ON i.client = c.id WHERE i.value = '100001'";
    let client: String = story.app.tables().query_row(sql, [], |row| row.get(0)).unwrap();
    json_of(story.app.data(), &["erase", "--client", &client, "--basis", "request", "--request", "1", "--yes"]);
    assert_eq!(story.forwards().len(), 1);
    let bot = Bot::open_at(address, |_| answer("{}"));
    wait_until("the bot has the other one", || story.forwards().is_empty());
    // The chat is free again.
    assert_eq!(story.deliver(&[], &update(3, 100_001, "?")).status, 200);
    wait_until("the bot has that too", || bot.asked().len() == 2);
    assert_eq!(numbers(&bot.asked()), [2, 3]);
    story.app.stopped().must_verify();
}

#[test]
fn without_a_bot_the_platform_hears_its_success_and_a_handshake_its_word() {
    let story = Story::begin(&["--kind", "vk", "--secret", "verify=c0nfirm", "--secret", "sender=s3cret"]);
    let confirmation = story.deliver(&[], &json!({"type": "confirmation", "group_id": 1}));
    assert_eq!((confirmation.status, confirmation.text().as_str()), (200, "c0nfirm"));
    assert_eq!(story.deliver(&[], &json!({"type": "message_new", "event_id": "1", "secret": "wrong"})).status, 403);
    let taken = story.deliver(&[], &json!({"type": "message_new", "event_id": "1", "secret": "s3cret", "object": {}}));
    assert_eq!((taken.status, taken.text().as_str()), (200, "ok"));
    let made = json_of(story.app.data(), &["connection", "add", "--kind", "whatsapp", "--secret", "verify=w0rd"]);
    let hook = format!("/hooks/{}", made["token"].as_str().unwrap());
    let ask = |word: &str| {
        let path = format!("{hook}?hub.mode=subscribe&hub.verify_token={word}&hub.challenge=11%2B58");
        let answer = story.app.get(&path).unwrap();
        (answer.status, answer.text())
    };
    assert_eq!(ask("w0rd"), (200, "11+58".to_owned()));
    assert_eq!(ask("word").0, 403);
    assert_eq!(story.app.get(&hook).unwrap().status, 405);
    assert_eq!(story.app.get("/hooks/ltc_nobody").unwrap().status, 404);
    // A word that only the bot knows.
    let bot = Bot::open(|asked| answer(&asked.line));
    let forward = format!("{}/wa", bot.url());
    let made = json_of(story.app.data(), &["connection", "add", "--kind", "whatsapp", "--forward", &forward]);
    let path = format!("/hooks/{}?hub.mode=subscribe&hub.challenge=7", made["token"].as_str().unwrap());
    assert_eq!(story.app.get(&path).unwrap().text(), "GET /wa?hub.mode=subscribe&hub.challenge=7 HTTP/1.1");
    story.app.wait_recorded(1);
}

#[test]
fn any_json_becomes_events_by_a_map_of_its_fields() {
    let fields = [
        "items=$.events[*]",
        "text=$.message.text",
        "client.phone=$.from.phone",
        "client.name=$.from.name",
        "channel==bot-builder",
        "timestamp=$.at",
        "event_id=$.id",
        "meta.branch=$.branch",
    ];
    let mut arguments = vec!["--kind", "hook", "--secret", "sender=key"];
    fields.iter().for_each(|field| arguments.extend(["--field", field]));
    arguments.extend(["--sender-header", "X-Sign", "--sender-proof", "hmac_hex"]);
    let mut story = Story::begin(&arguments);
    let body = json!({"branch": "Невский", "events": [
        {"id": 11, "at": 1_767_225_600, "message": {"text": "Сколько стоит стрижка?"}, "from": {"phone": "+7 921 555-01-01", "name": "Анна"}},
        {"id": 12, "at": "2026-01-01T10:00:00+03:00", "message": {"text": "А завтра?"}, "from": {"name": "Пётр"}}]});
    let file = story.app.root().join("example.json");
    std::fs::write(&file, body.to_string()).unwrap();
    let tried = json_of(story.app.data(), &["connection", "try", &story.id, file.to_str().unwrap()]);
    assert_eq!(
        (tried[0]["event"]["text"].as_str(), tried[1]["event"]["client"]["name"].as_str()),
        (Some("Сколько стоит стрижка?"), Some("Пётр"))
    );
    assert_eq!(story.deliver(&[], &body).status, 403);
    let proof = hmac_hex(b"key", body.to_string().as_bytes());
    for _ in 0..2 {
        assert_eq!(story.deliver(&[("X-Sign", &proof)], &body).status, 200);
    }
    story.app.wait_recorded(2);
    wait_until("the repeated one is known", || story.metric("letopis_duplicates_total") == 2);
    assert_eq!(story.told(), [("message_in".into(), "Сколько стоит стрижка?".into()), ("message_in".into(), "А завтра?".into())]);
    let listed = json_of(story.app.data(), &["connection", "list"]);
    assert!(!listed[0]["last_event_us"].is_null(), "it is known when something last came");
    let event = story.event("11");
    assert_eq!((&event["type"], &event["channel"]), (&json!("message_in"), &json!("bot-builder")));
    story.app.stopped().must_verify();
}

/// The signature is one of exactly these bytes, at the time that it names.
fn assert_signed(asked: &Asked, key: &[u8]) {
    let signature = asked.header("x-letopis-signature").unwrap();
    let (time, told) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    assert_eq!(told, hmac_hex(key, format!("{time}.{}", asked.text()).as_bytes()));
}

fn hmac_hex(key: &[u8], bytes: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(bytes);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn json_head() -> String {
    "200 OK\r\nContent-Type: application/json".to_owned()
}
