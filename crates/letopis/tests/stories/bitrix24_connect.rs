//! A portal is plugged in: by a webhook that says what is missing, and by an application that keeps its keys fresh and belongs to one portal.

use bitrix24_sim::access::CrmRight;
use bitrix24_sim::portal::Mode;

use super::app::{TestApp, wait_until};
use super::http::Line;
use super::portal::{AN_HOUR, APP, Office, connect, everything, has_secret, installed, run, whys};

#[track_caller]
fn says(found: &[String], expected: &[&str]) {
    for why in expected {
        assert!(found.iter().any(|known| known == why), "{why} is not in {found:?}");
    }
}

#[test]
fn a_webhook_is_asked_when_it_comes_and_never_shown() {
    let (app, office) = (TestApp::start(), Office::open());
    office.with(|portal| portal.access.webhooks[0].secret = "canarysecret77".to_owned());
    let webhook = office.webhook();
    let args =
        ["connection", "add", "--kind", "bitrix24", "--webhook", &webhook, "--write", "--words", "full", "--tasks", "--responsible", "7"];
    let more = ["--field", "intent=UF_CRM_1747309879", "--stage", "deal:C1:LOSE=no_show"];
    let (well, made, text) = run(&app, &[&args[..], &more[..]].concat());
    assert!(well && made["probe"]["well"] == true, "{text}");
    let id = made["id"].as_str().unwrap();
    let found = whys(&app, id);
    says(
        &found,
        &["let_in", "plan_has", "owner_admin", "has_crm", "has_booking", "leads_on", "cards_shown", "pace_free", "app_none", "wants_key"],
    );

    let settings: String = app.tables().query_row("SELECT settings FROM connections", [], |row| row.get(0)).unwrap();
    for part in [
        "\"write\":true",
        "\"words\":\"full\"",
        "UF_CRM_1747309879",
        "deal:C1:LOSE",
        "\"responsible\":7",
        &format!("\"upstream\":\"{}\"", office.url()),
    ] {
        assert!(settings.contains(part), "{part} is not in {settings}");
    }
    let (well, set, text) = run(&app, &["connection", "set", id, "--write=false", "--stage", "deal:C1:LOSE="]);
    assert!(well && set["settings"]["crm"].get("write").is_none() && set["settings"]["crm"].get("stages").is_none(), "{text}");

    // Another one in its place; what is no webhook changes nothing.
    office.with(|portal| portal.access.webhooks[0].secret = "canarysecret88".to_owned());
    says(&whys(&app, id), &["webhook_over"]);
    let (well, set, text) = run(&app, &["connection", "set", id, "--webhook", &office.webhook()]);
    assert!(well && set["probe"]["well"] == true, "{text}");
    for wrong in ["https://salon.example/crm/", "http://salon.example/rest/1/canarysecret88/", "canarysecret88"] {
        let (well, _, text) = run(&app, &["connection", "set", id, "--webhook", wrong]);
        assert!(!well && !text.contains("canarysecret"), "{text}");
        let (well, _, text) = run(&app, &["connection", "secret", id, "webhook", wrong]);
        assert!(!well && !text.contains("canarysecret"), "{text}");
        let (well, _, text) = run(&app, &["connection", "add", "--kind", "bitrix24", "--webhook", wrong]);
        assert!(!well && !text.contains("canarysecret"), "{text}");
    }
    let (well, _, text) = run(&app, &["connection", "secret", id, "webhook", "https://other.bitrix24.ru/rest/1/canarysecret99/"]);
    assert!(!well && text.contains("another portal") && !text.contains("canarysecret"), "{text}");
    office.with(|portal| portal.access.webhooks[0].secret = "canarysecret99".to_owned());
    let (well, _, text) = run(&app, &["connection", "secret", id, "webhook", &office.webhook()]);
    assert!(well, "{text}");
    says(&whys(&app, id), &["let_in"]);
    let (_, listed, text) = run(&app, &["connection", "list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "nothing was plugged in: {text}");
    let kept = everything(&app);
    assert!(!text.contains("canarysecret") && !kept.contains("canarysecret"), "the webhook is told");
}

#[test]
fn what_is_missing_is_said_in_its_own_step() {
    let (app, office) = (TestApp::start(), Office::open());
    let (id, _) = connect(&app, &office, &[]);
    office.with(|portal| portal.settings.plan_allows_rest = false);
    says(&whys(&app, &id), &["plan_lacks"]);
    office.with(|portal| {
        portal.settings.plan_allows_rest = true;
        portal.settings.mode = Mode::Simple;
        portal.access.webhooks[0].scopes = vec!["crm".to_owned()];
    });
    says(&whys(&app, &id), &["leads_off", "has_crm", "lacks_booking", "lacks_lines", "lacks_user", "cards_shown"]);
    office.with(|portal| portal.access.webhooks[0].scopes = vec!["user_basic".to_owned()]);
    let (well, tested, _) = run(&app, &["connection", "test", &id]);
    let found = whys(&app, &id);
    assert!(!well && tested["well"] == false, "a webhook without crm is of no use");
    says(&found, &["lacks_crm", "has_user"]);
    assert!(!found.contains(&"cards_hidden".to_owned()), "said once: {found:?}");
    office.with(|portal| {
        portal.access.webhooks[0].scopes = vec!["crm".to_owned()];
        portal.access.users.get_mut(&1).unwrap().admin = false;
        portal.access.users.get_mut(&1).unwrap().crm = CrmRight::Nothing;
    });
    says(&whys(&app, &id), &["owner_employee", "cards_hidden"]);
    office.with(|portal| portal.settings.overloaded = true);
    says(&whys(&app, &id), &["overloaded"]);
    office.with(|portal| {
        portal.settings.overloaded = false;
        portal.settings.deleted = true;
    });
    says(&whys(&app, &id), &["portal_gone"]);
    office.with(|portal| {
        portal.settings.deleted = false;
        portal.dismiss(1, false);
    });
    says(&whys(&app, &id), &["webhook_over"]);
    drop(office);
    says(&whys(&app, &id), &["portal_silent"]);
}

#[test]
fn an_application_is_installed_once_into_one_portal_and_renews_its_keys() {
    let (app, office) = (TestApp::start(), Office::open());
    let (id, token) = installed(&app, &office, &["--write"]);
    says(&whys(&app, &id), &["let_in", "owner_app", "has_placement", "app_stands"]);
    let hook = format!("http://{}/hooks/{token}", app.address);
    let stands = || office.with(|portal| (portal.placements.0.len(), portal.events.handlers.len()));
    assert_eq!(stands(), (4, 13));
    assert!(office.with(|portal| portal.events.handlers.iter().filter(|handler| handler.url == hook).count()) == 12);
    let changed = || {
        app.tables().query_row("SELECT changed_us FROM connection_secrets WHERE name = 'tokens'", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let first = changed();
    office.install(1);
    assert_eq!(stands(), (4, 13), "a second installation places nothing twice");
    wait_until("the second installation's keys are stored", || changed() > first);

    // An hour later the keys are over: six at once renew them, once.
    office.clock.advance(AN_HOUR);
    let begun = changed();
    let found: Vec<Vec<String>> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..6).map(|_| scope.spawn(|| whys(&app, &id))).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    found.iter().for_each(|found| says(found, &["let_in", "app_stands"]));
    wait_until("the new keys are kept", || changed() > begun);
    let mut app = app;
    app.stop();
    app.restart();
    says(&whys(&app, &id), &["let_in"]);
    office.clock.advance(AN_HOUR);
    says(&whys(&app, &id), &["let_in"]);

    // A portal that was renamed answers under its new name, and that is kept.
    let port = office.url().rsplit(':').next().unwrap().to_owned();
    office.with(|portal| portal.rename(&format!("http://localhost:{port}")));
    says(&whys(&app, &id), &["let_in", "app_stands"]);

    let kept = everything(&app);
    assert!(!kept.contains(APP.1), "the application's secret is told");
    let tokens = office.with(|portal| portal.access.tokens.iter().map(|token| token.access.clone()).collect::<Vec<_>>());
    assert!(!tokens.is_empty() && tokens.iter().all(|token| !kept.contains(token.as_str())), "a token is told");
}

#[test]
fn another_portal_another_application_and_a_stranger_change_nothing() {
    let (app, office, other) = (TestApp::start(), Office::open(), Office::with_seed(11));
    let (id, token) = installed(&app, &office, &["--write"]);
    let sealed = || {
        let sql = "SELECT sealed FROM connection_secrets WHERE name = 'tokens'";
        app.tables().query_row(sql, [], |row| row.get::<_, Vec<u8>>(0)).unwrap()
    };
    let before = sealed();
    other.with(|portal| portal.settings.member_id = "another-portal".to_owned());
    other.register(&app, &token);
    other.install(1);
    assert_eq!(sealed(), before, "another portal's keys are not taken");
    // It says that it is this one, but is elsewhere.
    let member = office.with(|portal| portal.settings.member_id.clone());
    other.with(|portal| portal.settings.member_id = member.clone());
    other.install(1);
    assert_eq!(sealed(), before);
    assert!(other.with(|portal| portal.placements.0.is_empty()));

    // An employee's own keys are not the application's, and another application's neither.
    office.install(7);
    assert_eq!(sealed(), before, "an employee installs nothing");
    let handler = format!("http://{}/bitrix24/{token}/install", app.address);
    office.with(|portal| portal.add_app("local.other", "s", &handler, &handler, &["crm"]));
    office.with(|portal| portal.install("local.other", 1));
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(sealed(), before, "another application's keys are not taken");

    let post = |form: &str| {
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        Line::open(app.address).unwrap().request("POST", &format!("/bitrix24/{token}/install"), &kind, form.as_bytes()).unwrap().status
    };
    assert_eq!(post(&format!("event=ONAPPUNINSTALL&auth[member_id]={member}&auth[application_token]=guess")), 403);
    assert_eq!(post("event=ONAPPUNINSTALL&auth[member_id]=x&auth[application_token]="), 403);
    assert_eq!(post("nothing"), 400);
    assert_eq!(app.get("/bitrix24/ltc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/install").unwrap().status, 405);
    assert!(has_secret(&app, &id, "tokens"));

    let proof = office.with(|portal| portal.access.apps[APP.0].application_token.clone());
    assert_eq!(post(&format!("event=ONAPPUNINSTALL&data[CLEAN]=0&auth[member_id]={member}&auth[application_token]={proof}")), 200);
    assert!(!has_secret(&app, &id, "tokens"), "its keys are forgotten");
    let (halted, why): (i64, String) = app
        .tables()
        .query_row("SELECT count(*), max(halted) FROM crm_cursors WHERE halted IS NOT NULL", [], |row| {
            Ok((row.get(0)?, row.get(1).unwrap_or_default()))
        })
        .unwrap();
    assert!(halted == 0 || why == "uninstalled", "{why}");
    says(&whys(&app, &id), &["app_waits"]);
}
