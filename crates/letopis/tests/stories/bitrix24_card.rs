//! The client's conversations inside a card of the portal: for whoever may see the card, in a frame of that portal alone.

use bitrix24_sim::access::{CrmRight, User};
use bitrix24_sim::shell::Opened;
use serde_json::json;

use super::app::{TestApp, wait_until};
use super::http::{Answer, Line};
use super::portal::{AN_HOUR, Office, everything, installed, run};

/// A client with a lead in the portal and conversations about it.
fn talk(app: &TestApp, lead: u64, number: usize) {
    let event = json!({
        "event_id": format!("talk{number}"), "timestamp": format!("2025-01-{:02}T12:00:00+03:00", number + 1), "channel": "telegram",
        "session_id": format!("s{number}"), "client": { "phone": "+79215550101", "name": "Анна" }, "text": format!("вопрос номер {number}"),
        "bot_response": "<b>завтра</b> в 15:00", "intent": "запись", "action": "create_lead", "crm_id": format!("BX_LEAD_{lead}")
    });
    app.post_event(&event);
}

fn lead(office: &Office) -> u64 {
    office.call("crm.lead.add", &json!({ "fields": { "TITLE": "Стрижка", "NAME": "Анна" } })).as_u64().unwrap()
}

/// The same page again, as a form that somebody made.
fn again(app: &TestApp, opened: &Opened, change: impl Fn(String) -> String) -> Answer {
    let path = opened.url.split_once("//").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| format!("/{path}")).unwrap();
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    Line::open(app.address).unwrap().request("POST", &path, &kind, change(opened.sent.clone()).as_bytes()).unwrap()
}

#[test]
fn whoever_sees_the_card_sees_the_conversation() {
    let (app, office) = (TestApp::start(), Office::open());
    let lead = lead(&office);
    let (id, _) = installed(&app, &office, &[]);
    talk(&app, lead, 1);
    app.wait_recorded(1);
    let open = || office.open_page("CRM_LEAD_DETAIL_TAB", Some(lead), 1).unwrap();
    wait_until("the badge is green", || open().body.contains("inside-badge proved"));
    let opened = open();
    assert_eq!(opened.status, 200, "{}", opened.body);
    for part in ["вопрос номер 1", "&#60;b&#62;завтра&#60;/b&#62;", "запись", "inside-badge", "Telegram"] {
        assert!(opened.body.contains(part), "{part} is not in {}", opened.body);
    }
    let policy = opened.header("content-security-policy").unwrap();
    assert!(policy.contains(&format!("frame-ancestors {};", office.url())), "{policy}");
    assert!(opened.header("x-frame-options").is_none() && opened.header("set-cookie").is_none(), "{:?}", opened.headers);
    assert_eq!(opened.header("cache-control"), Some("no-store"));

    // A deal that came of the lead leads to the same client.
    let converted = office.with(|portal| portal.convert_lead(lead, 1)).unwrap();
    let opened = office.open_page("CRM_DEAL_DETAIL_TAB", Some(converted.deal), 1).unwrap();
    assert!(opened.status == 200 && opened.body.contains("вопрос номер 1"), "{}", opened.body);
    let other = self::lead(&office);
    let opened = office.open_page("CRM_LEAD_DETAIL_TAB", Some(other), 1).unwrap();
    assert!(opened.status == 200 && opened.body.contains("ещё не говорил"), "{}", opened.body);

    // Steps only: when and what, but no words.
    run(&app, &["connection", "set", &id, "--words", "steps"]);
    let opened = office.open_page("CRM_LEAD_DETAIL_TAB", Some(lead), 1).unwrap();
    assert!(
        opened.body.contains("Клиент написал") && !opened.body.contains("вопрос номер") && !opened.body.contains("завтра"),
        "{}",
        opened.body
    );
    let menu = office.open_page("LEFT_MENU", None, 1).unwrap();
    assert!(
        menu.status == 200
            && ["клиентов записались", "ждут звонка", "Воронка", "Как считается"].iter().all(|part| menu.body.contains(part)),
        "{}",
        menu.body
    );

    // Who of the portal looked, and at whom, stands in the trail; once an hour, not at every refresh.
    let looks = || {
        let sql = "SELECT count(*) FROM access_trail WHERE who = ?1 AND what = 'viewed' AND target LIKE '/clients/%'";
        app.tables().query_row(sql, [format!("{id}/1")], |row| row.get::<_, i64>(0)).unwrap()
    };
    wait_until("the look is noted", || looks() == 1);

    let kept = everything(&app);
    let tokens = office.with(|portal| portal.access.tokens.iter().map(|token| token.access.clone()).collect::<Vec<_>>());
    assert!(tokens.iter().all(|token| !kept.contains(token.as_str()) && !opened.body.contains(token.as_str())), "a key is told");
}

#[test]
fn nobody_else_sees_anything() {
    let (app, office) = (TestApp::start(), Office::open());
    let lead = lead(&office);
    installed(&app, &office, &[]);
    talk(&app, lead, 1);
    app.wait_recorded(1);
    let blind = User { name: "Олег".into(), last_name: String::new(), admin: false, active: true, crm: CrmRight::Nothing };
    office.with(|portal| portal.access.users.insert(9, blind));
    for place in [("CRM_LEAD_DETAIL_TAB", Some(lead)), ("LEFT_MENU", None)] {
        let opened = office.open_page(place.0, place.1, 9).unwrap();
        assert_eq!(opened.status, 403, "{}", opened.body);
        assert!(opened.body.contains("нет доступа к этой карточке") && !opened.body.contains("вопрос"), "{}", opened.body);
        assert!(opened.header("content-security-policy").unwrap().contains("frame-ancestors http"), "the portal shows why");
    }
    let opened = office.open_page("CRM_LEAD_DETAIL_TAB", Some(lead), 1).unwrap();
    let proof = office.with(|portal| portal.access.apps.values().next().unwrap().application_token.clone());
    let member = office.with(|portal| portal.settings.member_id.clone());
    for (what, from, to) in [
        ("another proof", proof.as_str(), "guess"),
        ("no proof", "APPLICATION_TOKEN=", "X="),
        ("another portal", member.as_str(), "another"),
    ] {
        assert!(opened.sent.contains(from), "{what}");
        let answer = again(&app, &opened, |form| form.replace(from, to));
        assert_eq!(answer.status, 403, "{what}: {}", answer.text());
        assert!(answer.head().contains("X-Frame-Options: DENY") || answer.header("x-frame-options") == Some("DENY"), "{what}");
        assert!(!answer.text().contains("вопрос"), "{what}");
    }
    assert_eq!(again(&app, &opened, |_| "nothing".to_owned()).status, 400);
    assert_eq!(again(&app, &opened, |form| form).status, 200, "the same form is the same employee");
    // The employee's key is over: the page says so, and nothing of it was kept to go on with.
    office.clock.advance(AN_HOUR);
    let answer = again(&app, &opened, |form| form);
    assert!(answer.status == 403 && answer.text().contains("открыта слишком давно"), "{}", answer.text());

    for page in ["/sign-in", "/verify", "/nothing-here", "/inside/1.AAAA", "/welcome/x"] {
        let answer = app.get(page).unwrap();
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{page}");
        assert!(answer.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"), "{page}");
    }
}

#[test]
fn older_conversations_are_behind_a_link_that_does_not_last() {
    let (app, office) = (TestApp::start(), Office::open());
    let lead = lead(&office);
    let (id, _) = installed(&app, &office, &[]);
    (1..=7).for_each(|number| talk(&app, lead, number));
    app.wait_recorded(7);
    let opened = office.open_page("CRM_LEAD_DETAIL_TAB", Some(lead), 1).unwrap();
    let said = |body: &str, number: usize| body.contains(&format!("вопрос номер {number}"));
    assert!((3..=7).all(|number| said(&opened.body, number)) && !said(&opened.body, 2), "{}", opened.body);
    let link = opened.body.split("href=\"").find(|part| part.starts_with("/inside/")).unwrap().split('"').next().unwrap();
    let older = app.get(link).unwrap();
    assert!(older.status == 200 && said(&older.text(), 2) && said(&older.text(), 1) && !said(&older.text(), 3), "{}", older.text());
    assert!(older.header("content-security-policy").unwrap().contains(&format!("frame-ancestors {}", office.url())));
    assert!(older.header("set-cookie").is_none() && !link.contains("555"));
    let forged = format!("{}{}", &link[..link.len() - 2], if link.ends_with("AA") { "BB" } else { "AA" });
    assert_eq!(app.get(&forged).unwrap().status, 403);
    let (well, _, text) = run(&app, &["connection", "revoke", &id]);
    assert!(well, "{text}");
    assert_eq!(app.get(link).unwrap().status, 404, "whoever unplugs the portal ends its links");
}
