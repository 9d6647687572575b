//! Reviews: what is drawn can be drawn again, labels told through the API give the numbers worked by hand, and what is erased is looked at
//! by nobody while what was found still counts.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use statistics::sample::draw::draw;

use super::app::{TestApp, wait_until};
use super::commands::{json as json_of, letopis};
use super::reader::Reader;

const SEED: u64 = 7;

/// A whole queue.
fn queue(reader: &Reader, app: &TestApp, queue: &str) -> Vec<Value> {
    let mut items: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = reader.ask(app, &format!("reviews?queue={queue}&limit=500{cursor}"));
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

/// A message with an intent.
fn unit(id: &str, session: &str, intent: &str, confidence: f64) -> Value {
    json!({"event_id": id, "timestamp": "2025-01-15T12:00:00+03:00", "channel": "telegram", "session_id": session, "text": "здравствуйте",
           "intent": intent, "confidence": confidence})
}

/// What a reviewer says of it: the same intent, or another.
fn label(of: &str, reviewer: &str, truth: &str) -> Value {
    json!({"event_id": format!("label-{reviewer}-{of}"), "timestamp": "2025-02-02T12:00:00+03:00", "channel": "review", "type": "review_labelled",
           "operator": reviewer, "intent": truth, "meta": {"review": {"of": of}}})
}

/// Sends all of them and waits until they are recorded.
fn send(app: &TestApp, events: &[Value], recorded: &mut usize) {
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    let answer = app.post(lines.join("\n").as_bytes());
    assert_eq!(answer.status, 202, "{}", answer.text());
    assert_eq!(answer.json()["accepted"], events.len());
    *recorded += events.len();
    app.wait_recorded(*recorded);
}

fn printed(number: &Value, digits: usize) -> String {
    format!("{:.digits$}", number.as_f64().unwrap())
}

#[test]
fn conversations_as_clusters_give_the_share_worked_by_hand() {
    let mut app = TestApp::start();
    let reader = Reader::of(&app);
    let mut recorded = 0;
    // 200 conversations of five messages; in 120 of them one is unsure.
    let units: Vec<Value> = (0..1000)
        .map(|n| {
            let (session, place) = (n / 5, n % 5);
            let confidence = if place == 4 && session < 120 { 0.4 } else { 0.9 };
            unit(&format!("m{n}"), &format!("s{session}"), "цена", confidence)
        })
        .collect();
    send(&app, &units, &mut recorded);
    let drawn = json_of(app.data(), &["reviews", "draw", "2025-01", "--sessions", "10", "--seed", "7"]);
    let expected = json!({"queue": "random", "period": "2025-01", "seed": 7, "low": 120, "rest": 880, "sessions": 200, "drawn": 10});
    assert_eq!(drawn, expected);
    assert!(!letopis(app.data(), &["reviews", "draw", "2025-01"]).ok, "it is drawn already");
    let (low, random) = (queue(&reader, &app, "low"), queue(&reader, &app, "random"));
    let clusters: BTreeSet<u64> = random.iter().map(|item| item["conversation"].as_u64().unwrap()).collect();
    assert_eq!((low.len(), clusters.len()), (120, 10));

    // The draw can be repeated by anybody who knows the first records of the conversations.
    let first = app
        .tables()
        .prepare("SELECT first_record FROM sessions")
        .unwrap()
        .query_map([], |row| row.get::<_, i64>(0))
        .unwrap()
        .map(|record| letopis::event::RecordNo::from_i64(record.unwrap()).index().to_string())
        .collect::<Vec<_>>();
    let again: BTreeSet<u64> =
        draw("2025-01", SEED, first.iter().map(String::as_str), 10).ids.iter().map(|id| id.parse().unwrap()).collect();
    assert_eq!(clusters, again);

    let id = |item: &Value| item["event_id"].as_str().unwrap().to_owned();
    let mut labels: Vec<Value> =
        low.iter().enumerate().map(|(at, item)| label(&id(item), "anna", if at < 54 { "адрес" } else { "цена" })).collect();
    // One wrong in the third conversation, two in the seventh.
    let wrong = [0, 0, 1, 0, 0, 0, 2, 0, 0, 0];
    for (cluster, wrong) in clusters.iter().zip(wrong) {
        let units = random.iter().filter(|item| item["conversation"].as_u64() == Some(*cluster));
        labels.extend(units.enumerate().map(|(at, item)| label(&id(item), "anna", if at < wrong { "адрес" } else { "цена" })));
    }
    send(&app, &labels, &mut recorded);
    let measured = reader.ask(&app, "metrics/intents");
    let wrong = &measured["wrong"];
    assert_eq!((printed(&wrong["share"], 4), printed(&wrong["se"], 6)), ("0.1140".into(), "0.041607".into()), "{measured}");
    let bounds = &wrong["interval"];
    assert_eq!((printed(&bounds["low"], 4), printed(&bounds["high"], 4)), ("0.0199".into(), "0.2081".into()));
    assert_eq!((&measured["units"], &measured["n"], &measured["few"]), (&json!(1000), &json!(labels.len()), &json!(false)));
    let margins: Vec<String> = measured["margins"].as_array().unwrap().iter().map(|margin| printed(&margin["margin"], 3)).collect();
    assert_eq!(margins, ["0.094", "0.046"]);
    assert_eq!(reader.ask(&app, "metrics/intents?from=2025-02-01")["wrong"], Value::Null, "another month");
    app.stopped().must_verify();
}

/// What a unit was taken for and what it was, for the intent k; `mixed` is wrong too, but has no part in k.
fn worked(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "tp" => ("k", "k"),
        "fp" => ("k", "a"),
        "fn" => ("a", "k"),
        "mixed" => ("a", "b"),
        _ => ("a", "a"),
    }
}

fn several(counts: [(&'static str, usize); 5]) -> Vec<&'static str> {
    counts.into_iter().flat_map(|(kind, many)| std::iter::repeat_n(kind, many)).collect()
}

#[test]
fn single_intents_and_single_messages_give_the_numbers_worked_by_hand() {
    let app = TestApp::start();
    let reader = Reader::of(&app);
    let mut recorded = 0;
    // 880 conversations of one sure message, 120 of them with an unsure one as well. Their first words come first, so that what will be drawn
    // is known before an intent is.
    let opener = |n: usize| {
        json!({"event_id": format!("o{n}"), "timestamp": "2025-01-15T11:00:00+03:00", "channel": "telegram",
               "session_id": format!("s{n}"), "text": "добрый день"})
    };
    send(&app, &(0..880).map(opener).collect::<Vec<_>>(), &mut recorded);
    let first_of = |id: &str| {
        let record = app.tables().query_row("SELECT record FROM events WHERE event_id = ?1", [id], |row| row.get(0)).unwrap();
        letopis::event::RecordNo::from_i64(record).index()
    };
    let begins = first_of("o0");
    // One body is recorded in one go, in its order.
    assert_eq!(first_of("o879"), begins + 879);
    let first: Vec<u64> = (begins..begins + 880).collect();
    let names: Vec<String> = first.iter().map(u64::to_string).collect();
    let chosen = draw("2025-01", SEED, names.iter().map(String::as_str), 40).ids;
    let low = several([("tp", 30), ("fp", 25), ("fn", 12), ("mixed", 17), ("tn", 36)]);
    let rest = several([("tp", 24), ("fp", 1), ("fn", 1), ("tn", 14), ("mixed", 0)]);
    let (mut units, mut labels) = (Vec::new(), Vec::new());
    for (n, record) in first.iter().enumerate() {
        let (id, session) = (format!("h{n}"), format!("s{n}"));
        let at = chosen.iter().position(|id| *id == record.to_string());
        let (assigned, truth) = worked(at.map_or("tn", |at| rest[at]));
        units.push(unit(&id, &session, assigned, 0.6));
        if at.is_some() {
            labels.push(label(&id, "anna", truth));
        }
        if let Some(kind) = low.get(n) {
            let (assigned, truth) = worked(kind);
            units.push(unit(&format!("l{n}"), &session, assigned, 0.59));
            labels.push(label(&format!("l{n}"), "anna", truth));
        }
    }
    send(&app, &units, &mut recorded);
    assert_eq!(json_of(app.data(), &["reviews", "draw", "2025-01", "--sessions", "40", "--seed", "7"])["drawn"], 40);
    // Boris sees some of them too, and says the same but once.
    let second = |n: usize| label(&format!("l{n}"), "boris", if n == 0 { "a" } else { worked(low[n]).1 });
    labels.extend((0..60).map(second));
    send(&app, &labels, &mut recorded);

    let measured = reader.ask(&app, "metrics/intents");
    assert_eq!((printed(&measured["wrong"]["share"], 4), printed(&measured["wrong"]["se"], 6)), ("0.0980".into(), "0.030005".into()));
    let k = measured["intents"].as_array().unwrap().iter().find(|intent| intent["intent"] == "k").unwrap();
    let counts = ["right", "wrongly_named", "missed", "neither"].map(|name| printed(&k["counts"][name], 0));
    assert_eq!(counts, ["558", "47", "34", "361"]);
    let ratio = |name: &str| (printed(&k[name]["value"], 5), printed(&k[name]["se"], 6));
    assert_eq!(ratio("wrongly_named"), ("0.07769".into(), "0.035497".into()));
    assert_eq!(ratio("missed"), ("0.05743".into(), "0.036081".into()));
    assert_eq!(ratio("false_positive"), ("0.11520".into(), "0.052150".into()));
    let cell = |assigned: &str, truth: &str| {
        let cells = measured["confusion"].as_array().unwrap();
        let cell = cells.iter().find(|cell| cell["assigned"] == assigned && cell["truth"] == truth).unwrap();
        (cell["n"].as_u64().unwrap(), printed(&cell["units"], 0))
    };
    assert_eq!((cell("k", "a"), cell("a", "k")), ((26, "47".into()), (13, "34".into())));
    assert_eq!(measured["agreement"]["n"], 60);
    assert_eq!(printed(&measured["agreement"]["observed"], 4), "0.9833");
}

#[test]
fn what_is_erased_is_looked_at_by_nobody_and_a_rebuild_gives_equal_rows() {
    let mut app = TestApp::start();
    let reader = Reader::of(&app);
    let mut recorded = 0;
    let of = |id: &str, phone: &str, text: &str| {
        let mut event = unit(id, &format!("s-{id}"), "цена", 0.3);
        event["client"] = json!({"phone": phone, "name": "Анна Петрова"});
        event["text"] = json!(text);
        event
    };
    let words = "Сколько стоит? Анна, +7 921 555-01-01";
    send(&app, &[of("a1", "+79215550101", words), of("b1", "+79215550202", "Почём стрижка?")], &mut recorded);
    json_of(app.data(), &["reviews", "draw", "2025-W03", "--seed", "7"]);
    assert_eq!(queue(&reader, &app, "low").len(), 2);
    send(&app, &[label("a1", "anna", "адрес"), label("b1", "anna", "цена")], &mut recorded);
    let shown = letopis(app.data(), &["reviews", "export"]).out;
    assert_eq!(shown.lines().count(), 2);
    for personal in ["Анна", "Петров", "555", "a1", "s-a1"] {
        assert!(!shown.contains(personal), "{personal}: {shown}");
    }
    assert!(shown.contains(r#""intent":"адрес""#) && shown.contains("[ТЕЛЕФОН]"), "{shown}");

    json_of(app.data(), &["erase", "--client", "+79215550101", "--basis", "withdrawal", "--request", "вх. № 12", "--yes"]);
    wait_until("her message is in no queue", || queue(&reader, &app, "low").len() == 1);
    assert_eq!(letopis(app.data(), &["reviews", "export"]).out.lines().count(), 1);
    assert_eq!(json_of(app.data(), &["rebuild", "--check"])["differences"], 0);
    let rows = |app: &TestApp| app.tables().query_row("SELECT count(*) FROM reviews", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(rows(&app), 2, "what was found still counts");

    // What somebody edits is found by the audit and put right by a rebuild.
    app.stop();
    let conn = rusqlite::Connection::open(app.data().join("letopis.db")).unwrap();
    conn.execute("UPDATE reviews SET truth = 'цена'", []).unwrap();
    conn.execute("UPDATE review_items SET draw = 1", []).unwrap();
    drop(conn);
    app.restart();
    let audit = letopis(app.data(), &["verify", "--deep", "--json"]);
    assert!(!audit.ok && audit.out.contains("\"reviews\"") && audit.out.contains("review_items"), "{}", audit.out);
    json_of(app.data(), &["rebuild"]);
    assert_eq!(json_of(app.data(), &["rebuild", "--check"])["differences"], 0);
    app.stopped().must_verify();
}

#[test]
fn an_answer_against_the_price_list_is_flagged_once() {
    let mut app = TestApp::start();
    let reader = Reader::of(&app);
    let mut recorded = 0;
    let now = jiff::Timestamp::now();
    let of = |id: &str, asked: &str, answer: &str| json!({"event_id": id, "timestamp": now.to_string(), "channel": "telegram", "session_id": id, "text": asked, "bot_response": answer});
    let talks = [
        of("right", "Сколько стоит женская стрижка?", "2500 ₽, записать вас?"),
        of("price", "Сколько стоит женская стрижка?", "2000 ₽, записать вас?"),
        of("hour", "Можно вечером?", "Записала вас на 22:30"),
        of("service", "А массаж?", "Да, массаж стоит 900 рублей"),
        of("thanks", "Спасибо", "Ждём вас!"),
        of("parking", "Парковка есть?", "Парковки, к сожалению, нет"),
        of("phone", "Ваш телефон?", "Звоните по телефону 8 812 320-10-11"),
    ];
    send(&app, &talks, &mut recorded);
    let list = app.root().join("прайс.csv");
    std::fs::write(&list, "Услуга;Цена\nСтрижка женская;2500\nМаникюр;от 1800\n").unwrap();
    let upload = |list: &str| {
        let hours = "пн–пт 10–21; сб–вс 10–18";
        json_of(app.data(), &["reviews", "facts", "--services", list, "--hours", hours, "--complete"])
    };
    let told = upload(list.to_str().unwrap());
    assert_eq!(
        told,
        json!({"services": 2, "questions": 0, "complete": true, "hours": "пн–пт 10:00–21:00, сб–вс 10:00–18:00", "flagged": 3})
    );
    let flagged = |app: &TestApp| queue(&reader, app, "facts").iter().map(|item| item["event_id"].clone()).collect::<Vec<_>>();
    assert_eq!(flagged(&app), ["price", "hour", "service"]);
    assert_eq!(upload(list.to_str().unwrap())["flagged"], 0, "what is flagged is not flagged again");
    let faq = app.root().join("faq.txt");
    std::fs::write(&faq, "В: Есть ли парковка?\nО: Да, во дворе.\nВаш телефон? +7 812 320-10-10\n").unwrap();
    let told = json_of(app.data(), &["reviews", "facts", "--faq", faq.to_str().unwrap()]);
    assert_eq!((&told["questions"], &told["services"], &told["flagged"]), (&json!(2), &json!(2), &json!(2)), "{told}");
    assert_eq!(flagged(&app)[3..], ["parking", "phone"]);
    std::fs::write(&list, "Стрижка;дорого\n").unwrap();
    let refused = letopis(app.data(), &["reviews", "facts", "--services", list.to_str().unwrap()]);
    assert!(!refused.ok && refused.err.contains("line 1"), "{}", refused.err);
    assert_eq!(reader.ask(&app, "metrics/intents")["n"], 0, "what no chance chose is in no estimate");
    assert_eq!(json_of(app.data(), &["rebuild", "--check"])["differences"], 0);
    app.stopped().must_verify();
}
