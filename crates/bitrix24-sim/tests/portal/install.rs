//! Applications: OAuth, installation, widgets.
use bitrix24_sim::php::{Value, parse_query};
use serde_json::json;

use crate::desk::Desk;

const APP: &str = "client_id=local.app&client_secret=app-secret";

#[test]
fn a_code_lives_thirty_seconds_and_is_used_once() {
    let mut desk = Desk::new();
    desk.portal.add_app("local.app", "app-secret", "https://app.test/start", "", &["crm", "placement"]);
    let (location, code) = desk.authorize(1);
    assert!(
        location.starts_with("https://app.test/start?code=") && location.contains("&state=s1&domain=portal.test&member_id="),
        "{location}"
    );
    let ask = |code: &str| format!("grant_type=authorization_code&{APP}&code={code}");
    let (status, tokens) = desk.token(&ask(&code));
    assert_eq!(
        (status, &tokens["expires_in"], &tokens["scope"], &tokens["status"]),
        (200, &json!(3600), &json!("crm,placement"), &json!("L"))
    );
    assert_eq!((&tokens["client_endpoint"], &tokens["user_id"]), (&json!("https://portal.test/rest/"), &json!(1)));
    assert_eq!(desk.token(&ask(&code)).1["error"], "invalid_grant");
    let (_, late) = desk.authorize(1);
    desk.advance(30);
    assert_eq!(desk.token(&ask(&late)).1["error"], "invalid_grant");
    assert_eq!(desk.token("grant_type=authorization_code&client_id=local.app&client_secret=x&code=y").1["error"], "invalid_client");
    assert_eq!(desk.token(&format!("grant_type=password&{APP}")).1["error"], "invalid_request");
}

#[test]
fn refreshing_rotates_and_an_hour_ends_the_access() {
    let mut desk = Desk::new();
    desk.as_app("https://app.test/", &["crm"]);
    let (_, code) = desk.authorize(1);
    let first = desk.token(&format!("grant_type=authorization_code&{APP}&code={code}")).1;
    desk.who = first["access_token"].as_str().unwrap().into();
    assert_eq!(desk.ask("app.info", json!({})).0, 200);
    desk.advance(3600);
    assert_eq!(desk.refused("app.info", json!({})), (401, json!("expired_token")));
    let refresh =
        |token: &serde_json::Value| format!("grant_type=refresh_token&{APP}&refresh_token={}", token["refresh_token"].as_str().unwrap());
    let (status, second) = desk.token(&refresh(&first));
    assert!(status == 200 && second["refresh_token"] != first["refresh_token"]);
    assert_eq!(desk.token(&refresh(&first)).1["error"], "invalid_grant", "the old one is worth nothing any more");
    desk.who = second["access_token"].as_str().unwrap().into();
    assert_eq!(desk.call("app.info", json!({}))["STATUS"], "L");
    assert_eq!(desk.call("scope", json!({})), json!(["crm"]));
    desk.advance(180 * 24 * 3600);
    assert_eq!(desk.token(&refresh(&second)).1["error"], "invalid_grant");
    desk.portal.settings.plan_allows_rest = false;
    assert_eq!(desk.token(&refresh(&second)).1["error"], "PAYMENT_REQUIRED");
}

#[test]
fn an_application_without_pages_gets_its_tokens_by_an_event() {
    let mut desk = Desk::new();
    desk.portal.add_app("local.app", "app-secret", "https://app.test/", "https://app.test/install", &["crm"]);
    desk.portal.install("local.app", 1);
    let body = Value::from(parse_query(&desk.portal.outbox[0].body)).json();
    assert_eq!((&body["event"], &body["auth"]["status"]), (&json!("ONAPPINSTALL"), &json!("L")));
    assert!(body["auth"]["refresh_token"].is_string());
    desk.who = body["auth"]["access_token"].as_str().unwrap().into();
    assert_eq!(desk.call("app.info", json!({}))["INSTALLED"], true);
}

#[test]
fn widgets_are_bound_by_administrators_and_opened_with_a_form() {
    let mut desk = Desk::new();
    let token = desk.as_app("https://app.test/", &["crm", "placement"]);
    let bind = |placement: &str, handler: &str| json!({"PLACEMENT": placement, "HANDLER": handler, "TITLE": "Диалог", "LANG_ALL": {"ru": {"TITLE": "Диалог"}}});
    assert_eq!(desk.call("placement.bind", bind("CRM_LEAD_DETAIL_TAB", "https://app.test/tab?x=1")), true);
    for (args, expected) in [
        (bind("CRM_NOWHERE", "https://a.test"), (400, json!("ERROR_PLACEMENT_NOT_FOUND"))),
        (bind("CRM_LEAD_DETAIL_TAB", "ftp://a.test"), (400, json!("ERROR_UNSUPPORTED_PROTOCOL"))),
        (bind("CRM_LEAD_DETAIL_TAB", "a.test"), (400, json!("ERROR_WRONG_HANDLER_URL"))),
        (bind("", "https://a.test"), (400, json!("ERROR_ARGUMENT"))),
        (bind("CRM_LEAD_DETAIL_TAB", "https://app.test/tab?x=1"), (200, json!("ERROR_CORE"))),
    ] {
        assert_eq!(desk.refused("placement.bind", args), expected, "some refusals come with 200");
    }
    assert_eq!(desk.call("placement.get", json!({}))[0]["langAll"]["ru"]["TITLE"], "Диалог");
    let opening = desk.portal.open_widget("CRM_LEAD_DETAIL_TAB", Some(5), 7).unwrap();
    assert!(opening.url.starts_with("https://app.test/tab?x=1&DOMAIN=portal.test&PROTOCOL=1&LANG=ru&APP_SID="), "{}", opening.url);
    let body = Value::from(parse_query(&opening.body)).json();
    assert_eq!(
        (&body["PLACEMENT"], &body["PLACEMENT_OPTIONS"]),
        (&json!("CRM_LEAD_DETAIL_TAB"), &json!(r#"{"ID":"5","URI":"/crm/lead/details/5/"}"#)),
        "JSON as text"
    );
    assert_eq!((&body["APPLICATION_TOKEN"], &body["AUTH_EXPIRES"]), (&json!(token), &json!("3600")));
    let admin = std::mem::replace(&mut desk.who, body["AUTH_ID"].as_str().unwrap().into());
    assert_eq!(desk.call("profile", json!({}))["ID"], "7", "the token is the employee's who opened it");
    desk.who = admin;
    assert_eq!(desk.call("placement.unbind", json!({"PLACEMENT": "CRM_LEAD_DETAIL_TAB"})), json!({"count": 1}));
    assert_eq!(desk.portal.open_widget("CRM_LEAD_DETAIL_TAB", Some(5), 7), None);
}
