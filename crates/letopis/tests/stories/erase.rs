//! One client is erased: nothing of them is left in any file, the log still verifies, and an act says what went and why.

use std::path::Path;

use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::commands::{json as json_of, letopis};

/// The client who goes; every text of theirs has the sentence.
const PHONE: &str = "+79215554567";
const SPELLINGS: [&str; 5] = ["+79215554567", "8 (921) 555-45-67", "79215554567", "8-921-555-45-67", "9215554567"];
const NAME: &str = "Аграфена Тимофеевна";
const SENTENCE: &str = "хочу перламутровый маникюр с васильками";
const MAIL: &str = "agrafena@primer-pochta.ru";
const ACCOUNT: &str = "tg-agrafena-77";

/// What must be found nowhere: as written, in either case, digits alone; and the stems of the sentence's rare words.
fn canaries() -> Vec<Vec<u8>> {
    let mut all: Vec<String> = SPELLINGS.iter().map(|phone| (*phone).to_owned()).collect();
    for text in [NAME, SENTENCE, MAIL, ACCOUNT, "перламутров", "васильк", "Аграфен"] {
        all.extend([text.to_owned(), text.to_lowercase(), text.to_uppercase()]);
    }
    all.into_iter().map(String::into_bytes).collect()
}

/// Where in the folder a canary is, by file.
fn found_in(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(found_in(&path));
        } else if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            for canary in canaries() {
                if memchr::memmem::find(&bytes, &canary).is_some() {
                    found.push(format!("{}: {}", path.display(), String::from_utf8_lossy(&canary)));
                }
            }
        }
    }
    found
}

fn theirs(n: usize) -> Value {
    let spelling = SPELLINGS[n % SPELLINGS.len()];
    let client = match n / 3 % 3 {
        0 => json!({"phone": spelling, "name": NAME}),
        1 => json!({"phone": spelling, "channel_id": ACCOUNT, "name": NAME}),
        _ => json!({"email": MAIL, "phone": spelling}),
    };
    json!({
        "event_id": format!("hers-{n}"), "timestamp": format!("2025-01-01T{:02}:{:02}:00+03:00", 8 + n / 60, n % 60), "channel": "telegram",
        "client": client, "session_id": format!("sess-hers-{}", n / 7), "text": format!("{SENTENCE} {n}, мой телефон {spelling}"),
        "bot_response": format!("{NAME}, записали вас")
    })
}

fn others(n: usize) -> Value {
    json!({
        "event_id": format!("other-{n}"), "timestamp": format!("2025-01-01T{:02}:{:02}:30+03:00", n / 60 % 24, n % 60), "channel": "telegram",
        "client": {"phone": format!("+7921777{:04}", n % 20), "name": format!("Клиент {}", n % 20)}, "session_id": format!("sess-{}", n % 20),
        "text": "когда можно записаться?", "bot_response": "завтра в три"
    })
}

fn send(app: &TestApp, events: &[Value]) {
    for batch in events.chunks(40) {
        assert_eq!(app.post(Value::from(batch).to_string().as_bytes()).status, 202);
    }
}

fn mixed(app: &TestApp) {
    let events: Vec<Value> = (0..120).flat_map(|n| if n % 3 == 0 { vec![theirs(n), others(n)] } else { vec![others(n)] }).collect();
    send(app, &events);
    app.wait_recorded(160);
}

fn erase(app: &TestApp, client: &str) -> Value {
    json_of(app.data(), &["erase", "--client", client, "--basis", "withdrawal", "--request", "вх. № 12", "--yes"])
}

fn must_verify(app: &TestApp) {
    // The checkpoint follows within half a second.
    let audit = letopis(app.data(), &["verify", "--deep", "--acts"]);
    assert!(audit.ok, "{} {}", audit.out, audit.err);
}

fn counter(app: &TestApp, name: &str) -> u64 {
    let text = app.get("/metrics").unwrap().text();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name}"));
    line.trim().parse().unwrap()
}

#[test]
fn an_erased_client_is_found_in_no_file() {
    let mut app = TestApp::start();
    mixed(&app);
    // Refused items name her too, in spellings of their own.
    let refused = [
        format!(r#"{{"event_id":"bad-1","timestamp":"вчера","text":"{SENTENCE}","client":{{"phone":"{PHONE}"}}}}"#),
        format!("{NAME} 8 (921) 555-45-67 {{"),
        r#"{"event_id":"bad-3","timestamp":"вчера","text":"другой","client":{"phone":"+79217770001"}}"#.to_owned(),
    ];
    refused.iter().for_each(|item| drop(app.post(item.as_bytes())));
    let open = || app.tables().query_row("SELECT count(*) FROM quarantine", [], |row| row.get::<_, i64>(0)).unwrap();
    wait_until("they are in quarantine", || open() == 3);
    assert!(!found_in(app.data()).is_empty(), "the canary can be found where it is");

    let counted = json_of(app.data(), &["erase", "--client", PHONE, "--basis", "withdrawal", "--request", "вх. № 12", "--dry-run"]);
    assert_eq!((&counted["records"], &counted["quarantined"]), (&json!(40), &json!(2)), "{counted}");
    assert_eq!(counted["identities"], json!({"phone": 1, "channel": 1, "email": 1}));
    let asked = letopis(app.data(), &["erase", "--client", PHONE, "--basis", "withdrawal", "--request", "вх. № 12"]);
    assert!(!asked.ok && asked.err.contains("--yes"), "{}", asked.err);
    let named = letopis(app.data(), &["erase", "--client", PHONE, "--basis", "withdrawal", "--request", "просил 89215554567", "--yes"]);
    assert!(!named.ok && named.err.contains("not who asked"), "{}", named.err);

    let done = erase(&app, "8 921 555-45-67");
    assert_eq!((&done["records"], &done["clean"]), (&json!(40), &json!(true)), "{done}");
    let told = &done["particulars"];
    assert_eq!((&told["phones_ending"], &told["basis"], &told["by"]), (&json!(["4567"]), &json!("withdrawal"), &json!("cli")));
    assert_eq!((&told["destroyed"]["records"], &told["destroyed"]["quarantined"]), (&json!(40), &json!(2)), "{told}");
    assert_eq!(found_in(app.data()), Vec::<String>::new(), "while it runs");
    must_verify(&app);

    // Others are as they were.
    app.wait_recorded(120);
    assert_eq!(open(), 1);
    let again = letopis(app.data(), &["erase", "--client", PHONE, "--basis", "withdrawal", "--request", "вх. № 12", "--yes"]);
    assert!(!again.ok && again.err.contains("no client"), "{}", again.err);

    // A late retry stays gone, with the same bytes and with others.
    send(&app, &[theirs(0), theirs(3)]);
    let mut changed = theirs(6);
    changed["text"] = json!(format!("{SENTENCE} снова"));
    send(&app, &[changed]);
    wait_until("late retries are counted", || counter(&app, "letopis_late_retries_total ") == 3);
    assert_eq!(counter(&app, "letopis_destroyed_records_total "), 40);
    app.wait_recorded(120);
    assert_eq!(open(), 1);

    app.stopped().must_verify();
    assert_eq!(found_in(app.data()), Vec::<String>::new(), "when it is stopped");
    assert!(!app.said().contains("921") || canaries().iter().all(|canary| memchr::memmem::find(app.said().as_bytes(), canary).is_none()));
}

#[test]
fn an_erased_client_is_gone_with_a_reference() {
    let app = TestApp::start();
    mixed(&app);
    let key = json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {key}");
    let ask = |path: &str| app.line().request("GET", &format!("/api/v1/{path}"), &[("Authorization", bearer.as_str())], b"").unwrap();
    let pid = ask("events/hers-0").json()["client_id"].as_str().unwrap().to_owned();
    wait_until("it is signed", || ask("events/hers-0/proof").status == 200);
    let done = erase(&app, &pid);
    for path in ["events/hers-0", "events/hers-0/proof", "sessions/sess-hers-0", &format!("clients/{pid}")] {
        let answer = ask(path);
        assert_eq!((answer.status, &answer.json()["error"]["act"]), (410, &done["act"]), "{path}: {}", answer.text());
    }
    assert_eq!(ask("events/other-0").status, 200);
    assert_eq!((ask("sessions/nobody").status, ask("clients/c_0").status), (404, 404));
    must_verify(&app);
}

#[test]
fn others_in_a_shared_conversation_stay() {
    let mut app = TestApp::start();
    let event = |id: &str, minute: usize, client: Value, text: &str| {
        json!({"event_id": id, "timestamp": format!("2025-01-01T12:{minute:02}:00+03:00"), "channel": "telegram", "session_id": "group",
               "client": client, "text": text})
    };
    let (anna, boris) = (json!({"channel_id": "anna-1", "phone": PHONE, "name": NAME}), json!({"channel_id": "boris-1", "name": "Борис"}));
    let mut answer = event("answer", 2, json!({}), "");
    answer.as_object_mut().unwrap().remove("client");
    answer["bot_response"] = json!(format!("{NAME}, ждём"));
    answer.as_object_mut().unwrap().remove("text");
    send(
        &app,
        &[event("a1", 0, anna.clone(), SENTENCE), event("b1", 1, boris.clone(), "и меня"), answer, event("b2", 3, boris, "спасибо")],
    );
    // The phone is a family's: Vera, who was known before, names it too.
    for (id, vera) in [("v0", json!({"channel_id": "vera-1"})), ("v1", json!({"channel_id": "vera-1", "phone": PHONE, "name": "Вера"}))]
    {
        let mut alone = event(id, 10, vera, "это Вера");
        alone["session_id"] = json!("vera");
        send(&app, &[alone]);
    }
    app.wait_recorded(6);
    let tables = app.tables();
    let anna: String = tables.query_row("SELECT pid FROM clients WHERE name = ?1", [NAME], |row| row.get(0)).unwrap();
    let done = erase(&app, &anna);
    assert_eq!((&done["records"], &done["particulars"]["shared_conversations"]), (&json!(2), &json!(1)), "{done}");
    let left: Vec<String> = tables
        .prepare("SELECT event_id FROM events ORDER BY record")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(left, ["b1", "b2", "v0", "v1"]);
    // The family's phone is Vera's now.
    let sql = "SELECT c.name FROM identities i JOIN clients c ON c.id = i.client WHERE i.kind = 'phone'";
    assert_eq!(tables.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap(), "Вера");
    must_verify(&app);
    app.stopped().must_verify();
}

#[test]
fn merged_clients_go_together_and_come_back_apart() {
    let mut app = TestApp::start();
    let event = |id: &str, client: Value| json!({"event_id": id, "timestamp": "2025-01-01T12:00:00+03:00", "channel": "telegram", "client": client, "text": SENTENCE});
    let (one, two) = (json!({"channel_id": "one-1", "name": NAME}), json!({"phone": PHONE}));
    send(&app, &[event("m1", one.clone()), event("m2", two.clone())]);
    app.wait_recorded(2);
    let pids = |app: &TestApp| -> Vec<String> {
        let tables = app.tables();
        let mut all = tables.prepare("SELECT pid FROM clients ORDER BY id").unwrap();
        all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let both = pids(&app);
    let folder = app.stopped();
    folder.sealed(letopis::event::record::Decision::ClientsMerged { into: both[0].clone(), from: both[1].clone() });
    drop(folder);
    app.restart();
    let done = erase(&app, PHONE);
    assert_eq!((&done["records"], &done["particulars"]["clients"]), (&json!(2), &json!(both)), "{done}");
    assert_eq!(pids(&app), Vec::<String>::new());
    send(&app, &[event("m3", one), event("m4", two)]);
    app.wait_recorded(2);
    let sql = "SELECT count(*) FROM clients WHERE root = id AND merged_into IS NULL";
    assert_eq!(app.tables().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap(), 2, "an erasure forgets who they were merged with");
    must_verify(&app);
}

#[test]
fn clients_are_erased_while_events_come_in() {
    let mut app = TestApp::start();
    mixed(&app);
    let sent = std::thread::scope(|all| {
        let app = &app;
        let busy = all.spawn(move || {
            for n in 0..60 {
                let events: Vec<Value> = (0..20).map(|item| others(1000 + n * 20 + item)).collect();
                send(app, &events);
            }
            60 * 20
        });
        for n in 0..5 {
            let done = erase(app, &format!("+7921777{n:04}"));
            assert!(done["records"].as_u64().unwrap() > 0, "{done}");
        }
        assert!(erase(app, PHONE)["clean"].as_bool().unwrap());
        busy.join().unwrap()
    });
    let tables = app.tables();
    let count = |sql: &str| tables.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let sealed = 160 + sent;
    wait_until("all is recorded", || count("SELECT count(*) FROM seen") >= sealed);
    assert_eq!(count("SELECT count(*) FROM acts"), 6);
    must_verify(&app);
    assert_eq!(found_in(app.data()), Vec::<String>::new());
    app.kill();
    app.restart();
    must_verify(&app);
    app.stopped().must_verify();
}
