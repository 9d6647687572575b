//! What became of a lead comes back as sealed events of its client: read in a simulated portal, told once, whatever is lost or killed on the way.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bitrix24_sim::events::Outbound;
use bitrix24_sim::shell::Options;
use bitrix24_sim::{Kind, Portal, Sim};
use letopis::access::{ConnectionId, CrmSettings, Scope, connection};
use letopis::app::now_us;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::app::{TestApp, wait_until};
use super::commands::json as json_of;
use super::stopped::MAIN;

const TOKEN: &str = "application-token-of-the-portal";

struct Story {
    app: TestApp,
    sim: Sim,
    hook: String,
    read: String,
    /// Last, because the simulator runs in it.
    runtime: Runtime,
}

impl Story {
    /// A portal, a server that reads it every `seconds`, and what stages mean there.
    fn begin(seconds: u32, stages: &[(&str, &str)]) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let options = Options { stall: Duration::from_millis(150), seed: 7, ..Options::default() };
        let sim = runtime.block_on(Sim::start_with(options)).unwrap();
        sim.with(|portal| portal.settings.allowed.burst = None);
        sim.with(|portal| portal.settings.allowed.operating_s = None);
        let config = format!(
            "[crm]\nrequests_per_second = 1000.0\nrequests_at_once = 1000.0\nread_seconds = {seconds}\nhint_ms = 50\npause_ms = 20\n"
        );
        let mut app = TestApp::start_with(&config);
        let read = json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned();
        let (webhook, sender) = (format!("webhook={}", sim.webhook()), format!("sender={TOKEN}"));
        let made = json_of(app.data(), &["connection", "add", "--kind", "bitrix24", "--secret", &webhook, "--secret", &sender]);
        let id: ConnectionId = made["id"].as_str().unwrap().parse().unwrap();
        let stages: BTreeMap<String, String> = stages.iter().map(|(stage, word)| ((*stage).to_owned(), (*word).to_owned())).collect();
        let folder = app.stopped();
        let change = folder.read(|conn| {
            let scope = Scope::local(MAIN);
            let known = connection::one(conn, &scope, id).unwrap();
            let mut settings = known.settings;
            settings.crm = CrmSettings { read: true, stages, ..CrmSettings::default() };
            connection::change(conn, &scope, id, known.name, settings, now_us()).unwrap()
        });
        folder.decide(&change);
        drop(folder);
        app.restart();
        let story = Self { hook: format!("/hooks/{}", made["token"].as_str().unwrap()), app, sim, read, runtime };
        wait_until("reading begins", || story.count("SELECT count(*) FROM crm_reads WHERE what = 'look' AND problem IS NULL") == 1);
        story
    }

    /// Does something in the portal, as its people would.
    fn portal<T>(&self, act: impl FnOnce(&mut Portal) -> T) -> T {
        let _within = self.runtime.enter();
        self.sim.with(act)
    }

    fn count(&self, sql: &str) -> i64 {
        self.app.tables().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The bot makes a lead for somebody who wrote to it.
    fn lead(&self, who: &str) -> u64 {
        let url =
            format!("{}crm.lead.add.json?fields[TITLE]=%D0%97%D0%B0%D0%BF%D0%B8%D1%81%D1%8C&fields[OPPORTUNITY]=4500", self.sim.webhook());
        let host = url.split('/').nth(2).unwrap().parse().unwrap();
        let path = &url[url.find("/rest/").unwrap()..];
        let made = super::http::Line::open(host).unwrap().request("GET", path, &[], b"").unwrap().json();
        let lead = made["result"].as_u64().unwrap();
        self.app.post_event(&json!({
            "timestamp": jiff::Timestamp::now().to_string(), "channel": "telegram", "client": {"channel_id": who}, "session_id": format!("talk of {who}"),
            "text": "Хочу записаться", "bot_response": "Записываю", "action": "create_lead", "crm_id": format!("BX_LEAD_{lead}"),
        }));
        lead
    }

    /// Types that the CRM told of a card, in the order of recording.
    fn told(&self, card: &str) -> Vec<String> {
        let tables = self.app.tables();
        let mut all = tables.prepare("SELECT type FROM events WHERE crm = ?1 AND channel = 'crm' ORDER BY record").unwrap();
        all.query_map([card], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn waits(&self, card: &str, kinds: &[&str]) {
        wait_until(&format!("{card} has {kinds:?}, not {:?}", self.told(card)), || self.told(card) == kinds);
    }

    fn api(&self, path: &str) -> Value {
        let bearer = format!("Bearer {}", self.read);
        let answer = self.app.line().request("GET", path, &[("Authorization", &bearer)], b"").unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    fn hint(&self, token: &str) -> u16 {
        let body = format!("event=ONCRMDEALUPDATE&data%5BFIELDS%5D%5BID%5D=1&ts=1&auth%5Bapplication_token%5D={token}");
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        self.app.line().request("POST", &self.hook, &form, body.as_bytes()).unwrap().status
    }
}

#[test]
fn a_lead_of_a_dialogue_ends_as_money_and_the_journal_still_verifies() {
    let mut story = Story::begin(1, &[("deal:C1:WON", "paid"), ("deal:C1:EXECUTING", "arrived")]);
    story.portal(|portal| portal.crm.add_category("Салон"));
    let lead = story.lead("anna");
    let boris = story.lead("boris");
    story.waits(&format!("lead:{lead}"), &["lead_created"]);
    let deal = story.portal(|portal| portal.convert_lead(lead, 1)).unwrap().deal;
    story.waits(&format!("lead:{lead}"), &["lead_created", "lead_converted"]);
    story.portal(|portal| portal.edit_card(Kind::Deal, deal, "CATEGORY_ID", "1", 1));
    for stage in ["C1:EXECUTING", "C1:WON"] {
        assert!(story.portal(|portal| portal.move_card(Kind::Deal, deal, stage, 1)));
    }
    let deal = format!("deal:{deal}");
    wait_until("the deal is paid", || story.told(&deal).last().is_some_and(|kind| kind == "payment"));
    assert_eq!(story.told(&deal).first().map(String::as_str), Some("deal_created"));
    story.portal(|portal| portal.move_card(Kind::Lead, boris, "JUNK", 1));
    story.waits(&format!("lead:{boris}"), &["lead_created", "lead_lost"]);
    // One client from the first word to the money; the words of the dialogue are what they were.
    let clients = "SELECT count(DISTINCT i.client) FROM events e JOIN identities i ON i.id = e.identity WHERE e.crm IN ('BX_LEAD_1', 'lead:1') OR e.crm LIKE 'deal:%'";
    assert_eq!((story.count(clients), story.count("SELECT count(*) FROM clients")), (1, 2));
    assert_eq!((story.count("SELECT count(*) FROM sessions"), story.count("SELECT sum(events) FROM sessions")), (2, 2));
    let paid = story.api("/api/v1/events?type=payment");
    let paid = &paid["items"][0];
    assert_eq!(
        (&paid["source"], &paid["session_id"], &paid["event"]["crm_id"]),
        (&json!("bitrix24"), &Value::Null, &json!(deal)),
        "{paid}"
    );
    assert_eq!(paid["event"]["payment"], json!({"amount": "4500.00", "currency": "RUB"}));
    assert_eq!(json_of(story.app.data(), &["rebuild", "--check"])["differences"], 0);
    story.app.stopped().must_verify();
}

#[test]
fn of_an_erased_client_nothing_that_the_crm_told_is_left_and_nothing_more_is_told() {
    const WHO: &str = "tg-canary-agrafena";
    let mut story = Story::begin(1, &[]);
    let (lead, other) = (story.lead(WHO), story.lead("boris"));
    story.waits(&format!("lead:{lead}"), &["lead_created"]);
    assert!(story.portal(|portal| portal.move_card(Kind::Lead, lead, "IN_PROCESS", 1)));
    story.waits(&format!("lead:{lead}"), &["lead_created", "stage_changed"]);
    let client = format!("SELECT root.pid FROM identities i JOIN clients root ON root.id = i.client WHERE i.value = '{WHO}'");
    let client: String = story.app.tables().query_row(&client, [], |row| row.get(0)).unwrap();
    let done = json_of(story.app.data(), &["erase", "--client", &client, "--basis", "withdrawal", "--request", "вх. № 7", "--yes"]);
    assert_eq!((&done["records"], &done["clean"]), (&json!(3), &json!(true)), "{done}");
    // The portal still has the card, and its people go on with it: that is nobody's any more.
    assert!(story.portal(|portal| portal.move_card(Kind::Lead, lead, "JUNK", 1)));
    assert!(story.portal(|portal| portal.move_card(Kind::Lead, other, "JUNK", 1)));
    story.waits(&format!("lead:{other}"), &["lead_created", "lead_lost"]);
    assert_eq!(story.told(&format!("lead:{lead}")), Vec::<String>::new());
    for table in ["crm_cards", "crm_entries", "crm_tellings"] {
        assert_eq!(story.count(&format!("SELECT count(*) FROM {table} WHERE client = '{client}'")), 0, "{table}");
    }
    story.app.stopped().must_verify();
    assert!(!super::portal::everything(&story.app).contains(WHO), "the client is still named");
}

#[test]
fn a_hint_is_an_event_within_seconds_and_only_the_portal_may_give_one() {
    let story = Story::begin(3_600, &[]);
    let lead = story.lead("anna");
    wait_until("whose it is is known", || story.count("SELECT count(*) FROM crm_cards WHERE state = 'found'") == 1);
    let before = story.portal(|portal| portal.requests);
    assert_eq!((story.hint("another"), story.hint(&TOKEN[1..])), (403, 403));
    let url = format!("http://{}{}", story.app.address, story.hook);
    let outbound = Outbound { events: vec!["ONCRMLEADUPDATE".into()], url, application_token: TOKEN.into() };
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(story.portal(|portal| portal.requests), before, "a stranger's hint wakes nobody");
    story.portal(|portal| portal.events.outbound.push(outbound));
    let since = Instant::now();
    assert!(story.portal(|portal| portal.move_card(Kind::Lead, lead, "IN_PROCESS", 1)));
    story.waits(&format!("lead:{lead}"), &["lead_created", "stage_changed"]);
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    assert_eq!(story.count("SELECT count(*) FROM events WHERE channel <> 'crm'"), 1, "of the hint itself nothing is kept");
    assert!(!story.app.said().contains(TOKEN) && !story.app.said().contains("/rest/1/secret"));
}

#[test]
fn killed_and_cut_off_it_tells_every_step_once() {
    let mut story = Story::begin(1, &[]);
    let leads: Vec<u64> = (0..12).map(|at| story.lead(&format!("c{at}"))).collect();
    for (round, stage) in ["IN_PROCESS", "PROCESSED", "JUNK"].into_iter().enumerate() {
        // The portal is away, or breaks, or gives no answer; nobody hears its events.
        story.portal(|portal| portal.faults.probability = if round == 1 { 1.0 } else { 0.3 });
        leads.iter().for_each(|lead| assert!(story.portal(|portal| portal.move_card(Kind::Lead, *lead, stage, 1))));
        std::thread::sleep(Duration::from_millis(700 + 150 * round as u64));
        story.app.kill();
        story.app.restart();
    }
    story.portal(|portal| portal.faults.probability = 0.0);
    for lead in &leads {
        story.waits(&format!("lead:{lead}"), &["lead_created", "stage_changed", "stage_changed", "lead_lost"]);
    }
    assert_eq!(story.count("SELECT count(*) FROM events WHERE flags & 2"), 0, "nothing is told in two ways");
    story.app.stopped().must_verify();
}
