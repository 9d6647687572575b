//! SIGKILL at random moments while it writes to clients' cards, in a portal that fails and loses answers: afterwards every client has one card, every
//! entry stands there once and in order, and every word that was acknowledged is told.
//!
//! `LETOPIS_SOAK=100` makes it longer, `LETOPIS_SEED` another one. The portal lives in the test and is reached over a socket, so it outlives the kills.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bitrix24_sim::shell::Options;
use bitrix24_sim::{Kind, Sim};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use super::app::{TestApp, wait_until};
use super::commands::json as json_of;
use super::killed::number;

const CLIENTS: u64 = 15;
const CONFIG: &str = "[crm]\nrequests_per_second = 1000.0\nrequests_at_once = 1000.0\ngather_ms = 30\nmake_after_seconds = 0\npause_ms = 20\nanswer_seconds = 2\nsettle_seconds = 1\nread_seconds = 1\n";
const OPEN: &str =
    "SELECT (SELECT count(*) FROM crm_entries WHERE state <> 'written') + (SELECT count(*) FROM crm_cards WHERE state <> 'found')";

/// What was cut off is looked for when the portal is surely done with it.
const LONG: Duration = Duration::from_secs(60);

#[test]
fn every_client_has_one_card_and_every_entry_stands_once() {
    let (rounds, seed) = (number("LETOPIS_SOAK", 6), number("LETOPIS_SEED", 20_250_101));
    println!("{rounds} rounds with LETOPIS_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let options = Options { stall: Duration::from_millis(150), seed, ..Options::default() };
    let sim = runtime.block_on(Sim::start_with(options)).unwrap();
    let _inside = runtime.enter();
    sim.with(|portal| {
        portal.settings.allowed.burst = None;
        portal.settings.allowed.operating_s = None;
        portal.faults.probability = 0.2;
    });
    let mut app = TestApp::start_with(CONFIG);
    json_of(app.data(), &["connection", "add", "--kind", "bitrix24", "--webhook", &sim.webhook(), "--write", "--create", "--read"]);
    // Nothing of before the connection is told.
    wait_until("the cursor stands", || count(&app, "SELECT count(*) FROM crm_cursors") == 1);
    let mut sent = 0;
    for _ in 0..rounds {
        for _ in 0..random.random_range(10..40) {
            sent += 1;
            speak(&app, random.random_range(0..CLIENTS), sent);
        }
        std::thread::sleep(Duration::from_millis(random.random_range(20..900)));
        app.kill();
        app.restart();
    }
    (0..CLIENTS).for_each(|client| speak(&app, client, sent + 1 + client));
    sim.with(|portal| portal.faults.probability = 0.0);
    let words = "SELECT count(*) FROM events WHERE session IS NOT NULL";
    wait_until("every word is recorded", || count(&app, words) == (sent + CLIENTS) as i64);
    let until = Instant::now() + LONG;
    while !(all_told(&app) && count(&app, OPEN) == 0) {
        assert!(Instant::now() < until, "{} rows or cards still wait", count(&app, OPEN));
        std::thread::sleep(Duration::from_millis(100));
    }
    one_card_each(&app, &sim);
    every_entry_once(&app, &sim);
    let injected: u64 = sim.with(|portal| portal.faults.injected.values().sum());
    println!("{} words, {} entries, {injected} faults", sent + CLIENTS, count(&app, "SELECT count(*) FROM crm_entries"));
    app.stopped().must_verify();
}

/// A word of a client, acknowledged.
fn speak(app: &TestApp, client: u64, word: u64) {
    app.post_event(&json!({
        "event_id": format!("w{word}"), "timestamp": jiff::Timestamp::now().to_string(), "channel": "telegram", "session_id": format!("talk {client}"),
        "client": { "channel_id": format!("c{client}"), "phone": format!("+7921555{client:04}"), "name": format!("Клиент {client}") },
        "text": format!("слово {word}"), "bot_response": "да",
    }));
}

fn count(app: &TestApp, sql: &str) -> i64 {
    app.tables().query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Every word is in exactly one stretch.
fn all_told(app: &TestApp) -> bool {
    let told = "SELECT count(*) FROM events e JOIN sessions s ON s.id = e.session WHERE 1 <> (
                  SELECT count(*) FROM crm_entries r WHERE r.session = s.pid AND e.record BETWEEN r.first_record AND r.last_record)";
    count(app, told) == 0
}

fn one_card_each(app: &TestApp, sim: &Sim) {
    let origins: Vec<String> = sim.with(|portal| portal.crm.all(Kind::Lead).map(|card| card.text("ORIGIN_ID")).collect());
    assert_eq!(origins.len() as u64, CLIENTS, "{origins:?}");
    let tables = app.tables();
    let mut cards = tables.prepare("SELECT client, card FROM crm_cards WHERE kind = 'lead' ORDER BY card").unwrap();
    let cards: BTreeMap<String, u64> =
        cards.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64))).unwrap().map(Result::unwrap).collect();
    assert_eq!(cards.len() as u64, CLIENTS);
    for (client, card) in cards {
        let origin = sim.with(|portal| portal.crm.get(Kind::Lead, card).map(|card| card.text("ORIGIN_ID")));
        assert_eq!(origin.as_deref(), Some(client.as_str()), "lead {card} is another client's");
    }
}

fn every_entry_once(app: &TestApp, sim: &Sim) {
    let tables = app.tables();
    let mut rows = tables.prepare("SELECT card, reference FROM crm_entries ORDER BY id").unwrap();
    let mut wanted: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for row in rows.query_map([], |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, String>(1)?))).unwrap() {
        let (card, reference) = row.unwrap();
        wanted.entry(card).or_default().push(reference);
    }
    for (card, references) in wanted {
        let texts: Vec<String> = sim.with(|portal| portal.crm.rows_of(Kind::Lead, card).map(|row| row.text.clone()).collect());
        assert_eq!(texts.len(), references.len(), "lead {card} has {texts:#?} for {references:?}");
        for (text, reference) in texts.iter().zip(&references) {
            assert!(text.contains(reference.as_str()), "lead {card}: {reference} is not next, but {text}");
        }
    }
}
