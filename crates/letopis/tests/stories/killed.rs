//! SIGKILL at random moments while clients send: whatever was acknowledged is there once, in order, proved, and the log never
//! goes back.
//!
//! `LETOPIS_SOAK=200` makes it longer (`tests/soak.sh`), `LETOPIS_SEED` another one. A round is: start, look, send, kill. In every third
//! one the server is killed while it starts, too; in every second one an auditor looks before it may recover.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ledger::{Checkpoint, consistency_proof, verify_consistency};
use letopis::journal::log::Tiles;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::app::{TestApp, serve, wait_until};
use super::stopped::MAIN;

const CLIENTS: usize = 4;

/// What the clients know.
#[derive(Default)]
struct Known {
    /// Ids acknowledged on one connection, in order.
    acknowledged: Vec<Vec<String>>,
    /// Sent, and no answer came: may be there or not.
    unsure: Vec<Value>,
    /// Checkpoints seen after each kill.
    signed: Vec<Checkpoint>,
}

#[test]
fn whatever_was_acknowledged_survives() {
    let rounds = number("LETOPIS_SOAK", 20);
    let seed = number("LETOPIS_SEED", 20_250_101);
    println!("{rounds} rounds with LETOPIS_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut app = TestApp::start();
    let mut known = Known::default();
    // From the first checkpoint on there is always one; before it an audit says that it is missing.
    wait_until("the first checkpoint is signed", || app.data().join("log/main/checkpoint").exists());
    for round in 0..rounds {
        send_until_killed(&mut app, &mut random, round, &mut known);
        if round % 2 == 0 {
            let folder = app.stopped();
            folder.must_verify();
            known.signed.push(folder.checkpoint());
        }
        if round % 3 == 0 {
            kill_while_starting(&app, &mut random);
        }
        app.restart();
        send_again(&app, &mut known);
        everything_once_and_in_order(&app, &known);
    }
    let folder = app.stopped();
    folder.must_verify();
    folder.resume().unwrap();
    known.signed.push(folder.checkpoint());
    let log = folder.log(MAIN);
    let published = log.published().unwrap();
    let tiles = Tiles { log: &log, edge: &published.edge };
    for pair in known.signed.windows(2) {
        let [old, new] = pair else { continue };
        assert!(old.size <= new.size, "the log went back from {} to {}", old.size, new.size);
        let path = consistency_proof(&tiles, old.size, new.size).unwrap();
        verify_consistency(old.size, &old.root, new.size, &new.root, &path).unwrap();
    }
    println!("{} acknowledged, {} entries", known.acknowledged.iter().map(Vec::len).sum::<usize>(), published.checkpoint.size);
}

#[test]
fn a_stop_does_not_wait_for_a_backlog_and_the_next_start_records_it() {
    const EVENTS: usize = 30_000;
    let mut app = TestApp::start();
    for start in (0..EVENTS as u64).step_by(500) {
        let batch: Vec<Value> = (start..start + 500).map(|n| event("much", n, 0)).collect();
        let answer = app.post(json!(batch).to_string().as_bytes());
        assert_eq!(answer.status, 202, "{}", answer.text());
    }
    let since = Instant::now();
    app.stop();
    let took = since.elapsed();
    let recorded = app.tables().query_row("SELECT count(*) FROM events", [], |row| row.get::<_, i64>(0)).unwrap() as usize;
    println!("stopped after {took:?} with {recorded} of {EVENTS} recorded");
    assert!(recorded < EVENTS || took < Duration::from_secs(10), "it waited {took:?} for all of them");
    app.restart();
    app.wait_recorded(EVENTS);
    app.stopped().must_verify();
}

/// Clients send as fast as they are answered; the server dies among it.
fn send_until_killed(app: &mut TestApp, random: &mut StdRng, round: u64, known: &mut Known) {
    let shared = Mutex::new(std::mem::take(known));
    let (address, bearer) = (app.address, format!("Bearer {}", app.key));
    std::thread::scope(|all| {
        for client in 0..CLIENTS {
            let mut random = StdRng::seed_from_u64(random.random());
            let (shared, bearer) = (&shared, bearer.as_str());
            all.spawn(move || {
                let (acknowledged, unsure) = send(address, bearer, &mut random, &format!("r{round}-c{client}"));
                let mut shared = shared.lock().unwrap();
                shared.acknowledged.push(acknowledged);
                shared.unsure.extend(unsure);
            });
        }
        std::thread::sleep(Duration::from_millis(random.random_range(5..250)));
        app.kill();
    });
    *known = shared.into_inner().unwrap();
}

fn send(address: std::net::SocketAddr, bearer: &str, random: &mut StdRng, name: &str) -> (Vec<String>, Vec<Value>) {
    let mut acknowledged = Vec::new();
    let Ok(mut line) = super::http::Line::open(address) else { return (acknowledged, Vec::new()) };
    let mut last = 0_u64;
    for n in 0.. {
        let events: Vec<Value> = (0..random.random_range(1..8)).map(|item| event(name, n, item)).collect();
        let body: String = events.iter().map(|event| format!("{event}\n")).collect();
        match line.request("POST", "/api/v1/events", &[("Authorization", bearer)], body.as_bytes()) {
            Ok(answer) if answer.status == 202 => {
                let said = answer.json();
                let ids = said["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned());
                acknowledged.extend(ids);
                let position = said["position"].as_str().unwrap().parse().unwrap();
                assert!(position > last, "positions grow: {position} after {last}");
                last = position;
            }
            Ok(answer) => panic!("{}: {}", answer.status, answer.text()),
            Err(_) => return (acknowledged, events),
        }
    }
    (acknowledged, Vec::new())
}

fn event(name: &str, n: u64, item: u64) -> Value {
    let phone = format!("+7921555{:04}", n % 50);
    json!({
        "event_id": format!("{name}-{n}-{item}"), "timestamp": "2025-01-01T12:34:56+03:00", "channel": "telegram",
        "client": {"phone": phone}, "text": format!("сообщение {n}"), "intent": "вопрос"
    })
}

/// A start that does not come to its end.
fn kill_while_starting(app: &TestApp, random: &mut StdRng) {
    let quiet = std::process::Stdio::null;
    let mut child = serve(app.data()).stdout(quiet()).stderr(quiet()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(random.random_range(1..120)));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What any client does that got no answer.
fn send_again(app: &TestApp, known: &mut Known) {
    let unsure = std::mem::take(&mut known.unsure);
    if !unsure.is_empty() {
        let answer = app.post(Value::Array(unsure).to_string().as_bytes());
        assert_eq!(answer.status, 202);
        // A retry may be recorded before or after, so it says nothing about order: each stands alone.
        known.acknowledged.extend(answer.json()["ids"].as_array().unwrap().iter().map(|id| vec![id.as_str().unwrap().to_owned()]));
    }
}

fn everything_once_and_in_order(app: &TestApp, known: &Known) {
    let mut stored = HashMap::new();
    let all = known.acknowledged.iter().map(Vec::len).sum::<usize>();
    wait_until("everything acknowledged is recorded", || {
        stored = records(app);
        known.acknowledged.iter().flatten().all(|id| stored.contains_key(id))
    });
    assert_eq!(stored.len(), all, "nothing else is there");
    for line in &known.acknowledged {
        let records: Vec<i64> = line
            .iter()
            .map(|id| if let [one] = stored[id][..] { one } else { panic!("{id} is there {} times", stored[id].len()) })
            .collect();
        assert!(records.is_sorted(), "the order on one connection is kept");
    }
}

fn records(app: &TestApp) -> HashMap<String, Vec<i64>> {
    let tables = app.tables();
    let mut all = tables.prepare("SELECT event_id, record FROM events").unwrap();
    let mut stored: HashMap<String, Vec<i64>> = HashMap::new();
    for row in all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap() {
        let (id, record) = row.unwrap();
        stored.entry(id).or_default().push(record);
    }
    stored
}

pub fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|e| panic!("{name}={text}: {e}")))
}
