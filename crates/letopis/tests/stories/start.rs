//! The first steps, walked through by an owner in a browser without a script: an empty journal has nothing done, each test really tests, what
//! people say is sealed with their name, the test dialogue goes the whole way and leaves no trace in numbers, and a rebuild knows it all.

use serde_json::json;

use super::app::{TestApp, wait_until};
use super::commands::{json as json_of, letopis};
use super::event;
use super::http::Answer;

/// Somebody signed in.
struct Person<'a> {
    app: &'a TestApp,
    cookie: String,
    csrf: String,
}

impl<'a> Person<'a> {
    fn owner(app: &'a TestApp) -> Self {
        Self::by_link(app, json_of(app.data(), &["user", "link", "owner"])["link"].as_str().unwrap())
    }

    fn new(app: &'a TestApp, login: &str, role: &str) -> Self {
        let invited = json_of(app.data(), &["user", "invite", login, "--name", login, "--role", role]);
        Self::by_link(app, invited["link"].as_str().unwrap())
    }

    fn by_link(app: &'a TestApp, link: &str) -> Self {
        let path = link.split_once("/welcome/").map(|(_, token)| format!("/welcome/{token}")).unwrap();
        let mut person = Self { app, cookie: String::new(), csrf: String::new() };
        let answer = person.post(&path, "");
        answer.header("set-cookie").unwrap().split(';').next().unwrap().clone_into(&mut person.cookie);
        let page = person.page("/settings");
        page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().clone_into(&mut person.csrf);
        person
    }

    fn post(&self, path: &str, form: &str) -> Answer {
        let headers =
            [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin"), ("Cookie", self.cookie.as_str())];
        self.app.line().request("POST", path, &headers, format!("csrf={}&{form}", self.csrf).as_bytes()).unwrap()
    }

    fn get(&self, path: &str) -> Answer {
        self.app.line().request("GET", path, &[("Cookie", self.cookie.as_str())], b"").unwrap()
    }

    fn page(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    /// A button of the first steps; gives the page that it leads to.
    fn presses(&self, path: &str, form: &str) -> String {
        let answer = self.post(path, form);
        assert_eq!(answer.status, 303, "{path}: {}", answer.text());
        self.page(answer.header("location").unwrap().split('#').next().unwrap())
    }
}

/// The line of a check: its sign, and what stands in it.
fn check<'a>(page: &'a str, name: &str) -> (&'a str, &'a str) {
    let line = page.split(&format!("<li id=\"{name}\">")).nth(1).unwrap_or_else(|| panic!("no {name}: {page}"));
    let line = line.split("<li id=\"").next().unwrap();
    let sign = line.split("aria-label=\"").nth(1).unwrap().split('"').next().unwrap();
    (sign, line)
}

fn is_done(page: &str, name: &str) -> bool {
    check(page, name).0 == "готово"
}

#[test]
fn the_plan_is_walked_through() {
    let app = TestApp::start();
    let owner = Person::owner(&app);
    // An empty journal begins here, and nothing is done but what is.
    assert_eq!(owner.get("/").header("location"), Some("/start"));
    let page = owner.page("/start");
    assert!(page.contains("Готово 0 из 17"), "{page}");
    // An event comes: the step knows it, the journal is not empty any more.
    let mut fresh = event("e-1");
    fresh["timestamp"] = json!(jiff::Timestamp::now().to_string());
    app.post_event(&fresh);
    app.wait_recorded(1);
    assert_eq!(owner.get("/").header("location"), Some("/today"));
    let page = owner.page("/start");
    assert!(is_done(&page, "first") && check(&page, "first").1.contains("Telegram"), "{}", check(&page, "first").1);
    assert!(!is_done(&page, "events") && check(&page, "events").1.contains("Входящее сообщение"));
    assert!(owner.page("/today").contains("Первые шаги"), "it is remembered on the first page");

    // What people alone know is a word with a name; what nobody offered is none.
    let page = owner.presses("/start/say/consent", "word=done");
    assert!(is_done(&page, "consent") && check(&page, "consent").1.contains("owner"), "{}", check(&page, "consent").1);
    assert_eq!(owner.post("/start/say/first", "word=done").status, 403);
    assert_eq!(owner.post("/start/say/nothing", "word=done").status, 404);
    assert!(!is_done(&owner.presses("/start/say/consent", "word="), "consent"), "and it can be taken back");
    owner.presses("/start/say/consent", "word=done");
    owner.presses("/start/say/crm", "word=not_needed");
    owner.presses("/start/dismiss", "word=yes");
    assert!(!owner.page("/today").contains("Первые шаги"));
    owner.presses("/start/dismiss", "word=");
    assert!(owner.page("/today").contains("Первые шаги"));

    // A connection to nobody is found out, and what to do is said.
    let added = json_of(app.data(), &["connection", "add", "--kind", "openai", "--name", "Модель", "--upstream", "http://127.0.0.1:9"]);
    let page = owner.page("/start");
    assert!(!is_done(&page, "connected") && check(&page, "connected").1.contains("Не проверены: 1"));
    let page = owner.presses("/start/test/connections", "");
    let (sign, line) = check(&page, "connected");
    assert!(sign == "не получилось" && line.contains(added["id"].as_str().unwrap()) && line.contains("<ol class=\"trial\">"), "{line}");
    // The owner decides how long what is kept.
    owner.post("/settings/retention", "detail_days=60&aggregates_days=365&then=expire");
    assert!(is_done(&owner.page("/start"), "retention"));

    // An integrator tests, and says nothing; who answers clients has no business there.
    let integrator = Person::new(&app, "master@studio.example", "integrator");
    assert_eq!(integrator.post("/start/say/consent", "word=").status, 403);
    assert!(integrator.presses("/start/test/connections", "").contains("не получилось"));
    assert_eq!(Person::new(&app, "anna@salon.example", "manager").get("/start").status, 403);
    assert!(is_done(&owner.page("/start"), "people"));

    // After a rebuild all of it is as it was.
    assert!(letopis(app.data(), &["rebuild"]).ok);
    let page = owner.page("/start");
    assert!(
        is_done(&page, "consent") && is_done(&page, "crm") && is_done(&page, "retention") && check(&page, "connected").0 == "не получилось"
    );
}

#[test]
fn the_test_dialogue_goes_the_whole_way_and_counts_nowhere() {
    let mut app = TestApp::start();
    let count = |app: &TestApp, sql: &str| -> i64 { app.tables().query_row(sql, [], |row| row.get(0)).unwrap() };
    let code;
    {
        let owner = Person::owner(&app);
        let page = owner.presses("/start/test/chain", "");
        let (sign, line) = check(&page, "chain");
        assert!(sign == "готово" && line.matches("class=\"ok\"").count() == 5, "{line}");
        assert!(!is_done(&page, "first") && !is_done(&page, "events"), "a test is no client");
        // It is there to be looked at, and in no number.
        let url = line.split("href=\"/sessions/").nth(1).unwrap().split('"').next().unwrap();
        let talk = owner.page(&format!("/sessions/{url}"));
        code = url.trim_start_matches("letopis-test-").to_owned();
        assert!(talk.contains("Проверка Летописи"), "{talk}");
        let key = json_of(app.data(), &["key", "create", "--role", "read"])["key"].as_str().unwrap().to_owned();
        let bearer = format!("Bearer {key}");
        let ask = |path: &str| app.line().request("GET", path, &[("Authorization", &bearer)], b"").unwrap().json();
        let summary = ask("/api/v1/metrics/summary");
        assert_eq!((&summary["conversations"], &summary["left_out"]["test"]), (&json!(0), &json!(1)), "{summary:#}");
        assert_eq!(ask("/api/v1/metrics/lost")["items"], json!([]));
        // A second one takes the first one's place; an integrator may test and not erase.
        let integrator = Person::new(&app, "master@studio.example", "integrator");
        owner.presses("/start/test/chain", "");
        assert_eq!(count(&app, "SELECT count(*) FROM sessions WHERE channel = 'test'"), 1);
        assert_eq!(integrator.post("/start/chain/remove", "").status, 403);
        // Removed, it is erased: nothing of it is left but acts.
        let page = owner.presses("/start/chain/remove", "");
        assert!(is_done(&page, "chain") && !page.contains("/start/chain/remove"), "what was found is known all the same");
        assert_eq!(owner.post("/start/chain/remove", "").status, 404);
        wait_until("nothing of it is left", || count(&app, "SELECT count(*) FROM events") == 0);
        assert_eq!(count(&app, "SELECT count(*) FROM acts"), 2);
        assert!(owner.page("/numbers").contains("Цифры"));
    }
    let verified = letopis(app.data(), &["verify", "--deep", "--acts"]);
    assert!(verified.ok, "{}", verified.err);
    app.stop();
    assert!(!code.is_empty());
}
