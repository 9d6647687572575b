//! Points 1, 2 and 10 of the checklist: addresses, names, parameters, refusals of transport and credentials, dates.
use bitrix24_sim::access::{CrmRight, Webhook};
use bitrix24_sim::{Reply, Request};
use serde_json::json;

use crate::desk::{Desk, START, read};

#[test]
fn methods_are_found_whatever_their_case_and_unknown_parameters_are_ignored() {
    let mut desk = Desk::new();
    for name in ["crm.lead.add", "crm.lead.Add", "CRM.LEAD.ADD"] {
        assert!(desk.call(name, json!({"fields": {"TITLE": "x"}, "__order": "order0", "bx24_sdk_ver": "1"})).is_u64());
    }
    assert_eq!(desk.call("crm.lead.get", json!({"ID": 1}))["TITLE"], "x", "names of parameters too");
    assert_eq!(desk.refused("crm.lead.fly", json!({})), (404, json!("ERROR_METHOD_NOT_FOUND")));
    // But this one takes only the lower-case name.
    assert_eq!(
        desk.refused("crm.timeline.comment.add", json!({"FIELDS": {"ENTITY_ID": 1, "ENTITY_TYPE": "lead", "COMMENT": "x"}})),
        (400, json!(100))
    );
}

#[test]
fn parameters_of_query_and_body_are_one() {
    let mut desk = Desk::new();
    let mut request = desk.request("crm.lead.add", json!({"fields": {"TITLE": "тело"}}));
    request.query = "fields[TITLE]=query&params[REGISTER_SONET_EVENT]=Y&bx24_request_id=1".into();
    let id = read(desk.portal.answer(&request)).1["result"].clone();
    assert_eq!(desk.call("crm.lead.get", json!({"id": id}))["TITLE"], "тело");
    let get = Request {
        verb: "GET".into(),
        path: "/rest/1/secret/crm.lead.get".into(),
        query: format!("id={id}"),
        host: "portal.test".into(),
        ..Request::default()
    };
    assert_eq!(read(desk.portal.answer(&get)).1["result"]["TITLE"], "тело");
}

#[test]
fn plain_http_is_refused_to_webhooks_only() {
    let mut desk = Desk::new();
    desk.portal.settings.https_required = true;
    let mut request = desk.request("profile", json!({}));
    request.https = false;
    let (status, body) = read(desk.portal.answer(&request));
    assert_eq!((status, &body["error"], &body["error_description"]), (400, &json!("INVALID_REQUEST"), &json!("Https required.")));
    desk.as_app("https://app.test/", &["crm"]);
    let mut request = desk.request("profile", json!({}));
    request.https = false;
    assert_eq!(read(desk.portal.answer(&request)).0, 200);
}

#[test]
fn wrong_credentials_in_every_way() {
    let mut desk = Desk::new();
    let good = desk.who.clone();
    for (who, expected) in [
        ("1/wrong", (401, json!("INVALID_CREDENTIALS"))),
        ("2/secret", (401, json!("INVALID_CREDENTIALS"))),
        ("token", (401, json!("NO_AUTH_FOUND"))),
    ] {
        desk.who = who.into();
        assert_eq!(desk.refused("profile", json!({})), expected, "{who}");
    }
    desk.portal.access.wrong_secret_status = 403;
    desk.who = "1/wrong".into();
    assert_eq!(desk.refused("profile", json!({})).0, 403);
    let nothing = Request::post("/rest/profile", &json!({}));
    assert_eq!(read(desk.portal.answer(&nothing)).1["error"], "NO_AUTH_FOUND");
    desk.who = good;
    assert_eq!(desk.call("profile", json!({}))["ADMIN"], true);
}

#[test]
fn scopes_rights_plan_expiry_and_dismissal_each_say_their_own() {
    let mut desk = Desk::new();
    desk.portal.access.webhooks.push(Webhook { user: 7, secret: "s7".into(), scopes: vec!["crm".into()], expires: None });
    desk.who = "7/s7".into();
    assert_eq!(desk.refused("booking.v1.booking.list", json!({})), (403, json!("insufficient_scope")));
    assert_eq!(desk.refused("event.bind", json!({"event": "ONCRMLEADADD", "handler": "https://a.test"})), (403, json!("WRONG_AUTH_TYPE")));
    assert_eq!(desk.refused("crm.lead.userfield.add", json!({"fields": {"FIELD_NAME": "X", "USER_TYPE_ID": "string"}})), (400, json!("")));
    desk.portal.access.users.get_mut(&7).unwrap().crm = CrmRight::Read;
    assert_eq!(desk.refused("crm.lead.add", json!({"fields": {}})), (400, json!("")));
    assert_eq!(desk.refused("crm.item.add", json!({"entityTypeId": 1, "fields": {}})), (400, json!("ACCESS_DENIED")));
    assert_eq!(desk.call("crm.lead.list", json!({})), json!([]));
    assert_eq!(desk.call("method.get", json!({"name": "booking.v1.booking.add"})), json!({"isExisting": true, "isAvailable": false}));
    assert_eq!(desk.call("method.get", json!({"name": "no.such"})), json!({"isExisting": false, "isAvailable": false}));

    desk.portal.settings.plan_allows_rest = false;
    assert_eq!(desk.refused("profile", json!({})), (403, json!("ACCESS_DENIED")));
    desk.portal.settings.plan_allows_rest = true;

    desk.portal.access.webhooks[1].expires = Some(bitrix24_sim::clock::Moment(START * 1_000_000).plus_s(10));
    assert_eq!(desk.ask("profile", json!({})).0, 200);
    desk.advance(10);
    assert_eq!(desk.refused("profile", json!({})), (401, json!("INVALID_CREDENTIALS")));
    desk.portal.access.webhooks[1].expires = None;

    desk.portal.dismiss(7, false);
    assert_eq!(desk.refused("profile", json!({})), (401, json!("INVALID_CREDENTIALS")));
    desk.portal.dismiss(7, true);
    assert_eq!(desk.call("profile", json!({}))["NAME"], "rest_system", "moved to the hidden system user");
}

#[test]
fn a_renamed_portal_answers_its_old_name_with_302_and_keeps_the_path() {
    let mut desk = Desk::new();
    desk.portal.rename("https://new.test");
    let Reply::Answer { status, location, .. } = desk.portal.answer(&Request { query: "a=1".into(), ..desk.request("profile", json!({})) })
    else {
        panic!()
    };
    assert_eq!((status, location.unwrap().as_str()), (302, "https://new.test/rest/1/secret/profile.json?a=1"));
    let request = Request { host: "new.test".into(), ..desk.request("profile", json!({})) };
    assert_eq!(read(desk.portal.answer(&request)).0, 200);
}

#[test]
fn version_3_has_its_own_shape_of_errors() {
    let mut desk = Desk::new();
    let (status, body) = read(desk.portal.answer(&Request::post("/rest/api/1/secret/crm.item.list", &json!({}))));
    assert_eq!(status, 404);
    assert!(body["error"]["code"].as_str().unwrap().starts_with("BITRIX_REST_V3_EXCEPTION_"), "{body}");
    assert!(body["error"]["message"].is_string());
}

#[test]
fn dates_are_in_the_portals_zone() {
    let mut desk = Desk::new();
    let id = desk.lead("o1", "+79210000001");
    assert_eq!(desk.call("crm.lead.get", json!({"id": id}))["DATE_CREATE"], "2026-11-23T05:00:00+03:00");
    desk.portal.settings.zone = jiff::tz::TimeZone::get("Asia/Yekaterinburg").unwrap();
    let item = desk.call("crm.item.get", json!({"entityTypeId": 1, "id": id}));
    assert_eq!(item["item"]["createdTime"], "2026-11-23T07:00:00+05:00");
    let (_, body) = desk.ask("profile", json!({}));
    assert_eq!(body["time"]["date_start"], "2026-11-23T07:00:00+05:00");
}
