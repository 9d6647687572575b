//! An experiment from its definition to its verdict through the API, to the printed digits; who is shown what, under whatever name; what remains of
//! whoever is erased; before and after a change of model, whose mix of clients changed with it.

use letopis::event::record::Decision;
use letopis::event::{BusinessId, RecordNo};
use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::commands::{json as json_of, letopis};
use super::http::Answer;

fn read_key(app: &TestApp) -> String {
    json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned()
}

fn ask(app: &TestApp, key: &str, path: &str) -> Answer {
    app.line().request("GET", &format!("/api/v1/{path}"), &[("Authorization", &format!("Bearer {key}"))], b"").unwrap()
}

/// Once everything is counted.
fn counted(app: &TestApp, key: &str, path: &str) -> Value {
    wait_until("everything is counted", || {
        let answer = ask(app, key, path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()["uncounted"] == 0
    });
    ask(app, key, path).json()
}

fn send(app: &TestApp, events: &[Value]) {
    for part in events.chunks(2_000) {
        let answer = app.post(Value::from(part).to_string().as_bytes());
        assert_eq!(answer.status, 202, "{}", answer.text());
    }
}

fn digits(value: &Value, digits: usize) -> String {
    format!("{:.digits$}", value.as_f64().unwrap_or_else(|| panic!("no number: {value}")))
}

/// So many clients of a variant on a day, so many of whom book five minutes later.
fn came(events: &mut Vec<Value>, day: u32, variant: &str, hits: u32, n: u32) {
    for one in 0..n {
        let (client, at) = (format!("{variant}-{day}-{one}"), format!("2025-01-{day:02}T12:{:02}:{:02}+03:00", one % 3000 / 60, one % 60));
        events.push(json!({"event_id": format!("m-{client}"), "timestamp": at, "channel": "telegram", "client": {"channel_id": client},
                           "text": "Здравствуйте", "experiment": "greeting", "variant": variant}));
        if one < hits {
            events.push(json!({"event_id": format!("b-{client}"), "timestamp": at.replace("T12", "T13"), "channel": "telegram",
                               "client": {"channel_id": client}, "type": "booking_created"}));
        }
    }
}

fn add(app: &TestApp, name: &str) {
    let hypothesis = "Короткое приветствие даёт больше записей";
    json_of(app.data(), &["experiment", "add", name, "--hypothesis", hypothesis, "--variant", "A", "--variant", "B"]);
}

#[test]
fn the_worked_experiment_to_the_printed_digits() {
    let app = TestApp::start();
    let key = read_key(&app);
    let mut events = Vec::new();
    for (day, n, a, b) in [(3, 200, 24, 33), (10, 300, 36, 47), (20, 500, 60, 71)] {
        came(&mut events, day, "A", a, n);
        came(&mut events, day, "B", b, n);
    }
    send(&app, &events);
    app.wait_recorded(events.len());
    add(&app, "greeting");
    assert_eq!(ask(&app, &key, "experiments/greeting").json()["verdict"]["kind"], "draft", "what bots told counts when it is decided");
    json_of(app.data(), &["experiment", "start", "greeting", "--from", "2025-01-01"]);
    wait_until("those who saw it are judged", || ask(&app, &key, "experiments/greeting").json()["arms"][1]["rate"]["n"] == 1000);
    let found = counted(&app, &key, "experiments/greeting");
    let compared = &found["comparisons"][0];
    assert_eq!((&found["arms"][0]["rate"]["part"], &found["arms"][1]["rate"]["part"]), (&json!(120), &json!(151)), "{:#}", found["arms"]);
    let looks: Vec<_> = compared["looks"].as_array().unwrap().iter().map(|day| &day["look"]).collect();
    let printed: Vec<_> = looks.iter().map(|look| [digits(&look["likelihood_ratio"], 5), digits(&look["p"], 5)]).collect();
    assert_eq!(printed, [["1.07996", "0.92596"], ["1.74880", "0.57182"], ["2.32090", "0.43087"]].map(|pair| pair.map(str::to_owned)));
    let interval = &compared["difference"]["interval"];
    assert_eq!([digits(&interval["low"], 6), digits(&interval["high"], 6)], ["0.000969", "0.061052"]);
    assert_eq!([digits(&compared["fixed"]["z"], 6), digits(&compared["fixed"]["p"], 6)], ["2.025324", "0.042834"]);
    let always = &compared["look"]["difference"];
    assert_eq!(digits(&always["value"], 3), "0.031");
    assert_eq!(digits(&json!(always["interval"]["high"].as_f64().unwrap() - always["value"].as_f64().unwrap()), 6), "0.047220");
    assert_eq!((&compared["needed"], &found["verdict"]["kind"], &found["open"]), (&json!(2036), &json!("early"), &json!(0)));

    // Clients of one variant that come from somewhere else: the split is looked at first, the rest is hidden, and an incident is opened.
    let mut more = Vec::new();
    came(&mut more, 21, "B", 0, 200);
    send(&app, &more);
    wait_until("they are judged", || ask(&app, &key, "experiments/greeting").json()["arms"][1]["rate"]["n"] == 1200);
    let found = ask(&app, &key, "experiments/greeting").json();
    assert_eq!(
        (digits(&found["split"]["statistic"], 4), format!("{:.3e}", found["split"]["p"].as_f64().unwrap())),
        ("18.1818".into(), "2.008e-5".into())
    );
    assert_eq!((&found["is_mismatch"], &found["comparisons"], &found["verdict"]["kind"]), (&json!(true), &json!([]), &json!("mismatch")));
    assert_eq!(ask(&app, &key, "experiments/greeting?anyway=1").json()["comparisons"].as_array().map(Vec::len), Some(1));
    json_of(app.data(), &["alerts", "check", "--open"]);
    let rules = |app: &TestApp| {
        let open = ask(app, &key, "incidents?state=open").json();
        open["items"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(rules(&app).contains(&"A16".to_owned()), "{:?}", rules(&app));
    json_of(app.data(), &["experiment", "stop", "greeting", "--keep", "B"]);
    json_of(app.data(), &["alerts", "check", "--open"]);
    assert!(!rules(&app).contains(&"A16".to_owned()), "what is stopped hurts nobody any more");
    let shown = letopis(app.data(), &["experiment", "show", "greeting"]);
    assert!(shown.out.contains("not divided"), "{} {}", shown.out, shown.err);
    let again = letopis(app.data(), &["experiment", "start", "greeting"]);
    assert!(!again.ok && again.err.contains("started once"), "{}", again.err);
}

#[test]
fn slower_dearer_and_complained_of_is_worse_and_says_so() {
    let mut app = TestApp::start();
    let key = read_key(&app);
    let mut events = Vec::new();
    for (variant, latency_ms, cost) in [("A", 1_000, 0.5), ("B", 4_000, 2.0)] {
        for one in 0..60 {
            let client = format!("{variant}-{one}");
            let told = |what: &str, more: Value| {
                let mut event = json!({"event_id": format!("{what}-{client}"), "timestamp": format!("2025-01-10T12:{one:02}:00+03:00"),
                                       "channel": "telegram", "session_id": client, "client": {"channel_id": client}});
                event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                event
            };
            let turn = json!({"text": "Здравствуйте", "bot_response": "Добрый день", "latency_ms": latency_ms, "experiment": "greeting",
                              "variant": variant});
            events.extend([told("m1", turn.clone()), told("m2", turn)]);
            events.push(told(
                "c",
                json!({"type": "llm_call", "model": "m-1", "tokens_in": 100, "tokens_out": 100,
                                         "cost": cost + f64::from(one % 5) / 100.0, "meta": {"cost": {"currency": "RUB"}}}),
            ));
        }
    }
    send(&app, &events);
    app.wait_recorded(events.len());
    add(&app, "greeting");
    json_of(app.data(), &["experiment", "start", "greeting", "--from", "2025-01-01"]);
    let both = |app: &TestApp| ask(app, &key, "experiments/greeting").json();
    wait_until("those who saw it are judged", || both(&app)["arms"][1]["rate"]["n"] == 60);
    let found = counted(&app, &key, "experiments/greeting");
    assert_eq!(found["comparisons"][0]["harmed"], json!(["answer_p95", "cost"]), "{found:#}");
    let guards = &found["arms"][1]["guards"];
    assert_eq!((&guards["answer_p95"]["clients"], &guards["answer_p95"]["value_ms"]), (&json!(60), &json!(4000.0)), "{guards:#}");
    let cost = &guards["costs"]["RUB"];
    assert_eq!((&cost["conversations"], &cost["clients"], digits(&cost["sum"], 2)), (&json!(60), &json!(60), "121.20".to_owned()));
    assert_eq!([digits(&cost["low"], 4), digits(&cost["high"], 4)], ["2.0163", "2.0237"]);

    // Somebody marks conversations of the one variant.
    let sql = "SELECT first_record FROM sessions WHERE pid LIKE 'B-%' AND pid < 'B-5'";
    let records: Vec<i64> = app.tables().prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let folder = app.stopped();
    for record in &records {
        folder.decide_in(BusinessId(1), Decision::ReviewWanted { record: RecordNo::from_i64(*record).index() });
    }
    drop(folder);
    app.restart();
    wait_until("complaints are seen", || both(&app)["comparisons"][0]["harmed"] == json!(["complained", "answer_p95", "cost"]));
    let complained = |arm: usize| both(&app)["arms"][arm]["guards"]["complained"].clone();
    assert_eq!((&complained(0)["part"], &complained(0)["n"]), (&json!(0), &json!(60)));
    assert_eq!((complained(1)["part"].as_u64(), &complained(1)["n"]), (Some(records.len() as u64), &json!(60)));
}

fn assign(app: &TestApp, client: &str) -> Answer {
    ask(app, &app.key.clone(), &format!("assign?experiment=hello&{client}"))
}

fn shown(app: &TestApp, client: &str) -> String {
    let answer = assign(app, client);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["variant"].as_str().unwrap().to_owned()
}

fn exposures(app: &TestApp) -> i64 {
    app.tables().query_row("SELECT count(*) FROM events WHERE type = 'experiment_exposed'", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_client_is_shown_the_same_under_every_name_and_the_log_says_what() {
    let mut app = TestApp::start();
    let key = read_key(&app);
    assert_eq!(assign(&app, "client=telegram:1").status, 404, "nobody defined it");
    add(&app, "hello");
    let idle = assign(&app, "client=telegram:1").json();
    assert_eq!((&idle["variant"], &idle["assigned"], &idle["reason"]), (&json!("A"), &json!(false), &json!("not_started")));
    json_of(app.data(), &["experiment", "start", "hello"]);
    let first = shown(&app, "client=telegram:anna");
    app.wait_recorded(1);
    assert_eq!((shown(&app, "client=telegram:anna"), exposures(&app)), (first.clone(), 1), "one exposure a client");

    // Her phone becomes known; by it, by post, and after a restart she is the same.
    app.post_event(&json!({"event_id": "w", "timestamp": "2026-01-10T12:00:00+03:00", "channel": "telegram", "text": "Здравствуйте",
                           "client": {"channel_id": "anna", "phone": "+79215550101"}, "experiment": "hello", "variant": first}));
    app.wait_recorded(2);
    assert_eq!(shown(&app, "client=phone:%2B79215550101"), first);
    app.stop();
    app.restart();
    assert_eq!(shown(&app, "client=phone:8%20921%20555-01-01"), first);
    let body = json!({"experiment": "hello", "channel": "telegram", "client": {"channel_id": "anna"}}).to_string();
    let bearer = format!("Bearer {}", app.key);
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let posted = app.line().request("POST", "/api/v1/assign", &headers, body.as_bytes()).unwrap();
    assert_eq!((posted.status, posted.json()["variant"].as_str().unwrap()), (200, first.as_str()), "{}", posted.text());
    assert_eq!(exposures(&app), 1);

    // Two who were shown different things turn out to be one: the earlier sight counts for both.
    let other = (0..64).map(|one| format!("boris{one}")).find(|name| shown(&app, &format!("client=telegram:{name}")) != first).unwrap();
    wait_until("they are recorded", || {
        let sql = "SELECT count(*) FROM identities WHERE value = ?1";
        app.tables().query_row(sql, [&other], |row| row.get::<_, i64>(0)).unwrap() == 1
    });
    let pid = |app: &TestApp, value: &str| -> String {
        let sql = "SELECT c.pid FROM identities i JOIN clients c ON c.id = i.client WHERE i.value = ?1";
        app.tables().query_row(sql, [value], |row| row.get(0)).unwrap()
    };
    let (into, from) = (pid(&app, &other), pid(&app, "anna"));
    let folder = app.stopped();
    folder.decide_in(BusinessId(1), Decision::ClientsMerged { into, from });
    drop(folder);
    app.restart();
    assert_eq!((shown(&app, &format!("client=telegram:{other}")), shown(&app, "client=telegram:anna")), (first.clone(), first.clone()));
    wait_until("the merged client is counted once", || ask(&app, &key, "experiments/hello").json()["crossed"] == 1);
    refuses_whom_it_must(&app, &key);
    wait_until("the audit is content", || letopis(app.data(), &["verify", "--deep", "--acts"]).ok);
    let rebuilt = json_of(app.data(), &["rebuild", "--check"]);
    assert_eq!(rebuilt["differences"], 0, "{rebuilt:#}");
    forgets_who_is_erased(&app, &key);
    json_of(app.data(), &["experiment", "stop", "hello", "--keep", "B"]);
    let over = assign(&app, "client=telegram:anna").json();
    assert_eq!((&over["variant"], &over["assigned"], &over["reason"]), (&json!("B"), &json!(false), &json!("stopped")));
}

/// Nobody in particular, a masked phone, a key that may not send.
fn refuses_whom_it_must(app: &TestApp, key: &str) {
    for wrong in ["client=phone:%2B7xxxxxxxxxx", "client=anna", "", "client=telegram:1&colour=red"] {
        assert_eq!(assign(app, wrong).status, 400, "{wrong}");
    }
    assert_eq!((ask(app, key, "assign?experiment=hello&client=id:1").status, ask(app, "ltp_ingest_x", "assign").status), (403, 401));
}

/// Who is erased goes on counting, and leads to nobody; who comes back is somebody new.
fn forgets_who_is_erased(app: &TestApp, key: &str) {
    let clients = |app: &TestApp| {
        let found = counted(app, key, "experiments/hello");
        found["arms"].as_array().unwrap().iter().map(|arm| arm["rate"]["n"].as_i64().unwrap()).sum::<i64>()
    };
    let before = clients(app);
    let erased = letopis(app.data(), &["erase", "--client", "+79215550101", "--basis", "request", "--request", "1", "--yes"]);
    assert!(erased.ok, "{}", erased.err);
    assert_eq!(clients(app), before);
    let left = |app: &TestApp, sql: &str| app.tables().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let tied = "SELECT count(*) FROM exposures x JOIN case_people p ON p.person = x.person WHERE x.flags & 4 <> 0";
    assert_eq!((left(app, tied), left(app, "SELECT count(*) FROM identities WHERE value = 'anna'")), (0, 0));
    assert_eq!(left(app, "SELECT count(*) FROM exposures WHERE detached = 1 AND seen_us % 3600000000 = 0"), 1);
    shown(app, "client=telegram:anna");
    assert!(letopis(app.data(), &["verify", "--deep", "--acts"]).ok);
}

#[test]
fn a_change_of_model_whose_clients_changed_with_it_to_the_printed_digits() {
    let app = TestApp::start();
    let key = read_key(&app);
    let mut events = Vec::new();
    let mut talks = |day: &str, channel: &str, model: &str, booked: u32, n: u32| {
        for one in 0..n {
            let (client, at) = (format!("{channel}-{model}-{one}"), format!("2025-{day}T12:{:02}:{:02}+03:00", one / 60, one % 60));
            let about = json!({"timestamp": at, "channel": channel, "client": {"channel_id": client}});
            let with = |id: &str, more: Value| {
                let mut event = about.clone();
                event["event_id"] = format!("{id}-{client}").into();
                event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                event
            };
            events.push(with("m", json!({"text": "Здравствуйте", "bot_response": "Добрый день", "model": model})));
            if one < booked {
                events.push(with("b", json!({"type": "booking_created"})));
            }
        }
    };
    // The change is on Wednesday, 12 March: four weeks before and after it.
    talks("02-12", "whatsapp", "old-1", 100, 400);
    talks("03-11", "max", "old-1", 10, 100);
    talks("03-13", "whatsapp", "new-2", 30, 100);
    talks("04-09", "max", "new-2", 52, 400);
    talks("03-12", "max", "new-2x", 9, 9);
    send(&app, &events);
    app.wait_recorded(events.len());
    let found = counted(&app, &key, "metrics/change?at=2025-03-12");
    let booked = &found["compared"][0];
    let crude = &booked["crude"];
    assert_eq!(
        (&crude["before"]["part"], &crude["before"]["n"], &crude["after"]["part"], &crude["after"]["n"]),
        (&json!(110), &json!(500), &json!(82), &json!(500))
    );
    let percent = |value: &Value, places| digits(&json!(value.as_f64().unwrap() * 100.0), places);
    assert_eq!(
        [percent(&crude["before"]["share"], 1), percent(&crude["after"]["share"], 1), percent(&booked["difference"]["value"], 1)],
        ["22.0", "16.4", "-5.6"]
    );
    let adjusted = &booked["adjusted"];
    let interval = &adjusted["difference"]["interval"];
    assert_eq!([percent(&adjusted["difference"]["value"], 1), digits(&adjusted["se"], 6)], ["4.0", "0.030625"]);
    assert_eq!([percent(&interval["low"], 2), percent(&interval["high"], 2)], ["-2.00", "10.00"]);
    assert_eq!(
        [digits(&booked["cmh"]["z"], 6), digits(&booked["cmh"]["p"], 6), digits(&booked["chance_lower"], 3)],
        ["1.302866", "0.192621", "0.988"]
    );
    assert_eq!([percent(&booked["standardised"]["before"], 1), percent(&booked["standardised"]["after"], 1)], ["17.5", "21.5"]);
    assert_eq!(
        (&found["verdict"]["kind"], &found["windows"]["weeks"], &found["windows"]["first"]),
        (&json!("mix"), &json!(4), &json!("2025-02-12"))
    );
    assert_eq!(ask(&app, &key, "metrics/change").status, 400);
    let markers = ask(&app, &key, "metrics/markers?from=2025-01-01&to=2025-05-01").json();
    assert!(markers["items"].as_array().unwrap().iter().any(|marker| marker["to"] == "new-2"), "{markers:#}");
}
