//! Where journal and CRM differ, against a simulated portal: a lead that the assistant only claims, a lead by another hand, a double. Each is
//! found, so are an end that both tell otherwise and an entry that the portal refused; each is mended from the console; the decisions are sealed, and nothing is merged in the portal.

use bitrix24_sim::access::CrmRight;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::app::{TestApp, wait_until};
use super::commands::json as json_of;
use super::http::{Answer, Line};
use super::portal::{Office, connect};

const ANNA: &str = "+79215550101";
const BORIS: &str = "+79215550202";

struct Story {
    app: TestApp,
    office: Office,
    connection: String,
    read: String,
    /// Of the owner's browser.
    cookie: String,
    csrf: String,
}

fn config(night_hour: i8) -> String {
    format!(
        "[crm]\nrequests_per_second = 1000.0\nrequests_at_once = 1000.0\nread_seconds = 1\ngather_ms = 10\npause_ms = 20\nmake_after_seconds = 1\nnight_hour = {night_hour}\n"
    )
}

/// An hour of the business's clock that begins in `hours`.
fn hour_in(app: &TestApp, hours: i64) -> i8 {
    let zone: String = app.tables().query_row("SELECT timezone FROM businesses", [], |row| row.get(0)).unwrap();
    (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(hours)).to_zoned(TimeZone::get(&zone).unwrap()).hour()
}

impl Story {
    /// A portal without limits, and a server that writes to it and reads it; the night is far.
    fn begin() -> Self {
        let office = Office::open();
        office.with(|portal| {
            portal.settings.allowed.burst = None;
            portal.settings.allowed.operating_s = None;
        });
        let mut app = TestApp::start();
        let read = json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned();
        let (connection, _) = connect(&app, &office, &["--write", "--read"]);
        let hour = hour_in(&app, 5);
        app.stop();
        std::fs::write(app.data().join("letopis.toml"), config(hour)).unwrap();
        app.restart();
        let mut story = Self { app, office, connection, read, cookie: String::new(), csrf: String::new() };
        story.sign_in();
        wait_until("reading begins", || story.count("SELECT count(*) FROM crm_reads WHERE what = 'look' AND problem IS NULL") == 1);
        story
    }

    fn sign_in(&mut self) {
        let link = json_of(self.app.data(), &["user", "link", "owner"])["link"].as_str().unwrap().to_owned();
        let path = link.split_once("/welcome/").map(|(_, token)| format!("/welcome/{token}")).unwrap();
        let answer = self.post(&path, "");
        let line = answer.header("set-cookie").unwrap_or_else(|| panic!("{} {}", answer.head(), answer.text()));
        self.cookie = line.split(';').next().unwrap().to_owned();
        let page = self.page("/settings");
        self.csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    }

    fn post(&self, path: &str, form: &str) -> Answer {
        let headers =
            [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin"), ("Cookie", self.cookie.as_str())];
        self.app.line().request("POST", path, &headers, format!("csrf={}&{form}", self.csrf).as_bytes()).unwrap()
    }

    fn page(&self, path: &str) -> String {
        let answer = self.app.line().request("GET", path, &[("Cookie", self.cookie.as_str())], b"").unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    /// A button of the page was pressed.
    fn fixes(&self, what: &str, form: &str) {
        let answer = self.post(&format!("/cards/{}/{what}", self.connection), form);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/cards/differences")), "{}", answer.text());
    }

    fn count(&self, sql: &str) -> i64 {
        self.app.tables().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn asked(&self, path: &str) -> Value {
        let bearer = format!("Bearer {}", self.read);
        let headers = [("Authorization", bearer.as_str())];
        let answer = Line::open(self.app.address).unwrap().request("GET", &format!("/api/v1/{path}"), &headers, b"").unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    fn differences(&self) -> Value {
        self.asked("crm/differences")
    }

    /// Waits until there are so many claims, strangers and doubles.
    fn waits(&self, what: &str, claimed: u64, strangers: u64, doubles: u64) -> Value {
        self.waits_for(what, &json!({"claimed": claimed, "strangers": strangers, "doubles": doubles, "outcomes": 0, "buried": 0}))
    }

    fn waits_for(&self, what: &str, wanted: &Value) -> Value {
        let mut last = Value::Null;
        let until = std::time::Instant::now() + super::app::PATIENCE;
        while last["counts"] != *wanted {
            assert!(std::time::Instant::now() < until, "{what}: {wanted}, not {last:#}");
            std::thread::sleep(std::time::Duration::from_millis(30));
            last = self.differences();
        }
        last
    }

    /// Somebody makes a lead in the portal.
    fn lead(&self, phone: Option<&str>) -> u64 {
        let fields = json!({ "TITLE": "Руками", "PHONE": phone.map(|phone| json!([{ "VALUE": phone, "VALUE_TYPE": "WORK" }])) });
        self.office.call("crm.lead.add", &json!({ "fields": fields })).as_u64().unwrap()
    }

    fn says(&self, who: &str, phone: Option<&str>, more: Value) {
        let mut event = json!({
            "timestamp": jiff::Timestamp::now().to_string(), "channel": "telegram", "session_id": format!("talk of {who}"),
            "client": { "channel_id": who, "phone": phone, "name": who }, "text": "Хочу записаться", "bot_response": "Записываю",
        });
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.app.post_event(&event);
    }

    fn pid(&self, who: &str) -> String {
        let sql = "SELECT c.pid FROM identities i JOIN clients c ON c.id = i.client WHERE i.value = ?1";
        self.app.tables().query_row(sql, [who], |row| row.get(0)).unwrap()
    }

    /// The card that a client has.
    fn card(&self, who: &str) -> Option<String> {
        let sql = "SELECT k.kind || ':' || k.card FROM identities i JOIN clients c ON c.id = i.client JOIN crm_cards k ON k.client = c.pid
                   WHERE i.value = ?1 AND k.state = 'found'";
        self.app.tables().query_row(sql, [who], |row| row.get(0)).ok()
    }

    fn item<'a>(&self, found: &'a Value, kind: &str) -> &'a Value {
        found["items"].as_array().unwrap().iter().find(|item| item["kind"] == kind).unwrap_or_else(|| panic!("no {kind} in {found}"))
    }
}

#[test]
fn each_difference_is_found_and_mended() {
    let mut story = Story::begin();
    assert_eq!(story.differences()["total"], 0);
    assert!(story.page("/cards/differences").contains("Расхождений нет"));

    // Two leads with Boris's phone by two hands; one of nobody.
    let (first, second) = (story.lead(Some(BORIS)), story.lead(Some("8 (921) 555-02-02")));
    let stranger = story.lead(None);
    story.says("boris", Some(BORIS), json!({}));
    // The assistant says that it made a lead, and did not.
    story.says("anna", Some(ANNA), json!({"action": "create_lead", "bot_response": "Создала заявку"}));
    story.says("vera", None, json!({}));
    let found = story.waits("everything is found", 1, 1, 1);
    let claimed = story.item(&found, "claimed");
    assert_eq!(
        (&claimed["client"], &claimed["search"], &claimed["session"]),
        (&json!(story.pid("anna")), &json!("sought"), &json!("talk of anna"))
    );
    assert_eq!(story.item(&found, "stranger")["card"], json!(format!("lead:{stranger}")));
    let double = story.item(&found, "double");
    assert_eq!((&double["card"], &double["others"]), (&json!(format!("lead:{first}")), &json!([format!("lead:{second}")])));
    let page = story.page("/cards/differences");
    assert!(
        page.contains("а в CRM его нет") && page.contains(&format!("/crm/lead/details/{stranger}/")) && page.contains("boris"),
        "{page}"
    );
    assert_eq!(json_of(story.app.data(), &["crm", "differences"])["total"], 3);

    // Looking again finds nothing; a card is ordered, and made once.
    story.fixes("seek", &format!("client={}", story.pid("anna")));
    story.waits("she still has none", 1, 1, 1);
    story.fixes("order", &format!("client={}", story.pid("anna")));
    story.waits("a lead is made", 0, 1, 1);
    let made = story.card("anna").unwrap();
    let ours = format!("SELECT count(*) FROM crm_cards WHERE found_by = 'made' AND client = '{}'", story.pid("anna"));
    assert_eq!((story.count(&ours), made), (1, format!("lead:{}", stranger + 1)));

    // The lead of nobody is Vera's: her dialogues are written to it, and the journal knows.
    story.fixes("link", &format!("card=lead%3A{stranger}&client={}", story.pid("vera")));
    story.waits("it is hers", 0, 0, 1);
    wait_until("the journal is told", || story.count("SELECT count(*) FROM events WHERE type = 'card_linked' AND crm LIKE '%:3'") == 1);
    wait_until("what had happened to it is told", || {
        story.count("SELECT count(*) FROM events WHERE type = 'lead_created' AND channel = 'crm' AND crm = 'lead:3'") == 1
    });
    let told = |story: &Story, lead: u64| story.office.with(|portal| portal.crm.rows_of(bitrix24_sim::Kind::Lead, lead).count());
    wait_until("her dialogue is on it", || told(&story, stranger) == 1);

    // The second of Boris's is the right one.
    story.fixes("link", &format!("card=lead%3A{second}&beside=lead%3A{first}&client={}", story.pid("boris")));
    story.waits("it is chosen", 0, 0, 0);
    let before = (told(&story, first), told(&story, second));
    story.says("boris", Some(BORIS), json!({}));
    wait_until("he is written about there", || told(&story, second) == before.1 + 1);
    assert_eq!(told(&story, first), before.0);

    // A lead by another hand that is nobody's stays nobody's.
    let other = story.lead(None);
    story.waits("another one", 0, 1, 0);
    story.fixes("aside", &format!("card=lead%3A{other}&why=elsewhere"));
    story.waits("it is set aside", 0, 0, 0);

    // Nothing was merged or deleted there, and the journal is whole.
    assert_eq!(story.office.with(|portal| portal.crm.all(bitrix24_sim::Kind::Lead).count()), 5);
    let kinds = "SELECT count(DISTINCT kind) FROM decisions WHERE kind IN ('card_ordered', 'card_linked', 'card_set_aside')";
    assert_eq!(story.count(kinds), 3);
    assert_eq!(json_of(story.app.data(), &["rebuild", "--check"])["differences"], 0);
    assert_eq!(story.differences()["total"], 0);
    story.app.stopped().must_verify();
}

#[test]
fn a_lead_that_the_portal_has_not_is_lost_and_an_alert_until_it_is_there() {
    let mut story = Story::begin();
    let there = story.lead(Some(BORIS));
    let names = |card: u64| json!({"action": "create_lead", "crm_id": format!("BX_LEAD_{card}"), "bot_response": "Передала заявку", "timestamp": (jiff::Timestamp::now() - jiff::SignedDuration::from_mins(20)).to_string()});
    story.says("boris", Some(BORIS), names(there));
    story.says("anna", Some(ANNA), names(there + 777));
    let lost = || story.asked("metrics/lost?from=2020-01-01")["items"].clone();
    let by_r3 = || -> Vec<Value> {
        let all = lost();
        let all = all.as_array().unwrap().iter().filter(|one| one["reasons"].as_array().unwrap().contains(&json!("R3")));
        all.map(|one| json!([one["session_id"], one["evidence"].as_array().map(Vec::len)])).collect()
    };
    wait_until("her lead is missing there", || by_r3() == [json!(["talk of anna", 1])]);
    let alerts = json_of(story.app.data(), &["alerts", "check"]);
    let rules = |alerts: &Value| -> Vec<Value> {
        alerts["findings"].as_array().unwrap().iter().filter(|found| found["rule"] == "A7").map(|found| found["count"].clone()).collect()
    };
    assert_eq!(rules(&alerts), [json!(1)], "{alerts:#}");

    // A card is made for her: nothing is missing any more.
    story.fixes("order", &format!("client={}", story.pid("anna")));
    wait_until("it is there now", || by_r3().is_empty());
    assert_eq!(rules(&json_of(story.app.data(), &["alerts", "check"])), Vec::<Value>::new());
    story.app.stopped().must_verify();
}

#[test]
fn an_end_that_both_tell_otherwise_is_settled_and_a_refused_entry_is_sent_again() {
    let mut story = Story::begin();
    let counts = |outcomes: u64, buried: u64| json!({"claimed": 0, "strangers": 0, "doubles": 0, "outcomes": outcomes, "buried": buried});
    let lead = story.lead(Some(ANNA));
    story.says("anna", Some(ANNA), json!({}));
    let told = |story: &Story| story.office.with(|portal| portal.crm.rows_of(bitrix24_sim::Kind::Lead, lead).count());
    wait_until("her dialogue is on it", || told(&story) == 1);

    // The manager closes the lead as lost; the till tells that she has paid.
    story.office.with(|portal| portal.move_card(bitrix24_sim::Kind::Lead, lead, "JUNK", 1));
    wait_until("the journal is told", || story.count("SELECT count(*) FROM events WHERE type = 'lead_lost' AND channel = 'crm'") == 1);
    let paid = json!({ "type": "payment", "text": null, "bot_response": null, "payment": { "amount": "4500.00", "currency": "RUB" } });
    story.says("anna", Some(ANNA), paid);
    let found = story.waits_for("both ends are shown", &counts(1, 0));
    let outcome = story.item(&found, "outcome");
    assert_eq!((&outcome["crm"], &outcome["journal"]), (&json!("lead_lost"), &json!("payment")), "{outcome}");
    let page = story.page("/cards/differences");
    assert!(page.contains(&format!("/cards/{}/settle", story.connection)), "{page}");
    let number = |name: &str| outcome[name].as_u64().unwrap_or_else(|| panic!("no {name} in {outcome}"));
    let form = format!("card=lead%3A{lead}&told={}&own={}&right=journal", number("told"), number("own"));
    assert_eq!(story.post(&format!("/cards/{}/settle", story.connection), &form.replace("journal", "nobody")).status, 404);
    story.fixes("settle", &form);
    story.waits_for("a person has said which is right", &counts(0, 0));
    let stage = story.office.call("crm.lead.get", &json!({ "id": lead }))["STATUS_ID"].clone();
    assert_eq!(stage, json!("JUNK"), "no stage is changed from here");

    // The webhook's owner may read only: the entry is refused for good, and stays until somebody sends it again.
    let may = |story: &Story, right: CrmRight| {
        story.office.with(|portal| {
            let owner = portal.access.users.get_mut(&1).unwrap();
            (owner.admin, owner.crm) = (right == CrmRight::Admin, right);
        });
    };
    may(&story, CrmRight::Read);
    let before = told(&story);
    story.says("anna", Some(ANNA), json!({ "text": "А можно на субботу?" }));
    let found = story.waits_for("the entry is refused", &counts(0, 1));
    let entry = story.item(&found, "buried")["entry"].as_i64().unwrap_or_else(|| panic!("{found}"));
    may(&story, CrmRight::Admin);
    let again = story.post(&format!("/cards/{}/{entry}/retry", story.connection), "");
    assert_eq!(again.status, 303, "{}", again.text());
    story.waits_for("it is sent again", &counts(0, 0));
    wait_until("it is on the card", || told(&story) == before + 1);
    assert_eq!(json_of(story.app.data(), &["rebuild", "--check"])["differences"], 0);
    story.app.stopped().must_verify();
}

#[test]
fn at_night_doubles_are_looked_for() {
    let mut story = Story::begin();
    let own = story.lead(Some(ANNA));
    story.says("anna", Some(ANNA), json!({}));
    wait_until("her card is found", || story.card("anna") == Some(format!("lead:{own}")));
    let (double, closed) = (story.lead(Some("8 921 555 01 01")), story.lead(Some(ANNA)));
    story.office.with(|portal| portal.move_card(bitrix24_sim::Kind::Lead, closed, "JUNK", 1));
    story.waits("by day both are of nobody", 0, 2, 0);
    let hour = hour_in(&story.app, 0);
    story.app.stop();
    std::fs::write(story.app.data().join("letopis.toml"), config(hour)).unwrap();
    story.app.restart();
    let found = story.waits("at night", 0, 0, 1);
    assert_eq!(story.item(&found, "double")["others"], json!([format!("lead:{double}")]), "the closed one is the past");
    story.office.with(|portal| portal.move_card(bitrix24_sim::Kind::Lead, double, "JUNK", 1));
    story.waits("closed by a person there", 0, 0, 0);
}
