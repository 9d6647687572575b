//! Point 8: events. Form-encoded, one attempt, lost and late on demand; the offline queue.
use bitrix24_sim::events::{Outbound, Trouble};
use bitrix24_sim::php::parse_query;
use bitrix24_sim::{Kind, Portal};
use serde_json::{Value, json};

use crate::desk::Desk;

/// What waits to be sent, as a handler would read it.
fn told(portal: &mut Portal) -> Vec<(String, Value)> {
    std::mem::take(&mut portal.outbox)
        .into_iter()
        .map(|delivery| (delivery.url, bitrix24_sim::php::Value::from(parse_query(&delivery.body)).json()))
        .collect()
}

#[test]
fn an_application_hears_of_changes_with_tokens_and_its_own_token() {
    let mut desk = Desk::new();
    let application_token = desk.as_app("https://app.test/", &["crm", "booking"]);
    let bind = |event: &str| json!({"event": event, "handler": "https://app.test/events", "event_type": "online"});
    assert_eq!(desk.call("event.bind", bind("onCrmLeadAdd")), true);
    assert_eq!(desk.call("event.bind", bind("ONBOOKINGADD")), true);
    assert_eq!(desk.refused("event.bind", bind("ONCRMLEADADD")), (400, json!("ERROR_HANDLER_ALREADY_EXIST")));
    assert_eq!(desk.refused("event.bind", bind("ONSUNRISE")), (400, json!("ERROR_EVENT_NOT_FOUND")));
    let lead = desk.lead("o", "+7921");
    let told = told(&mut desk.portal);
    let (url, body) = &told[0];
    assert_eq!(
        (told.len(), url.as_str(), &body["event"], &body["event_handler_id"]),
        (1, "https://app.test/events", &json!("ONCRMLEADADD"), &json!("201"))
    );
    assert_eq!(
        (&body["data"], &body["ts"]),
        (&json!({"FIELDS": {"ID": lead.to_string()}}), &json!(crate::desk::START.to_string())),
        "only the id, all values strings"
    );
    let auth = &body["auth"];
    assert_eq!(
        (&auth["application_token"], &auth["domain"], &auth["member_id"]),
        (&json!(application_token), &json!("portal.test"), &json!(desk.portal.settings.member_id))
    );
    assert!(auth["access_token"].is_string() && auth.get("refresh_token").is_none());
    assert_eq!(
        desk.call("event.get", json!({}))[0],
        json!({"event": "ONCRMLEADADD", "handler": "https://app.test/events", "auth_type": "0", "offline": 0})
    );
    assert_eq!(desk.call("event.unbind", json!({"event": "ONCRMLEADADD", "handler": "https://app.test/events"})), json!({"count": 1}));
    desk.lead("o2", "+7922");
    assert!(desk.portal.outbox.is_empty());
}

#[test]
fn a_robots_change_brings_no_tokens_and_an_app_that_is_not_installed_hears_nothing() {
    let mut desk = Desk::new();
    desk.as_app("https://app.test/", &["crm"]);
    desk.call("event.bind", json!({"event": "ONCRMLEADUPDATE", "handler": "https://app.test/e"}));
    let lead = desk.lead("o", "+7921");
    desk.portal.edit_card(Kind::Lead, lead, "TITLE", "робот", 0);
    let body = told(&mut desk.portal)[0].1.take();
    assert!(body["auth"].get("access_token").is_none() && body["auth"]["application_token"].is_string());
    desk.portal.access.apps.get_mut("local.app").unwrap().installed = false;
    desk.portal.edit_card(Kind::Lead, lead, "TITLE", "ещё", 7);
    assert!(desk.portal.outbox.is_empty());
}

#[test]
fn an_outbound_webhook_has_five_keys_of_auth_and_no_tokens() {
    let mut desk = Desk::new();
    desk.portal.events.outbound.push(Outbound {
        events: vec!["ONCRMDEALADD".into(), "ONCRMTIMELINECOMMENTADD".into()],
        url: "https://h.test/x".into(),
        application_token: "secret-1".into(),
    });
    let lead = desk.lead("o", "+7921");
    desk.portal.convert_lead(lead, 7);
    let body = told(&mut desk.portal)[0].1.take();
    let mut keys: Vec<&String> = body["auth"].as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["application_token", "client_endpoint", "domain", "member_id", "server_endpoint"]);
    assert_eq!(
        (&body["event"], &body["auth"]["application_token"], body.get("event_handler_id")),
        (&json!("ONCRMDEALADD"), &json!("secret-1"), None)
    );
    desk.call("crm.timeline.comment.add", json!({"fields": {"ENTITY_ID": lead, "ENTITY_TYPE": "lead", "COMMENT": "x"}}));
    assert_eq!(told(&mut desk.portal)[0].1["data"], json!({"ID": "1"}), "comments tell their id at another place");
}

#[test]
fn events_get_lost_come_late_and_overtake_each_other() {
    let mut desk = Desk::new();
    desk.portal.events.outbound.push(Outbound {
        events: vec!["ONCRMLEADADD".into()],
        url: "https://h.test/x".into(),
        application_token: "t".into(),
    });
    desk.portal.events.trouble = Trouble { loss: 0.25, delay_ms: 100, disorder: 0.2 };
    for at in 0..400 {
        desk.lead(&format!("o{at}"), "+7921");
    }
    let sent = desk.portal.outbox.len();
    assert_eq!(sent as u64 + desk.portal.events.lost, 400);
    assert!((60..140).contains(&desk.portal.events.lost), "{}", desk.portal.events.lost);
    assert!(desk.portal.outbox.iter().any(|delivery| delivery.after_ms > 100), "some are very late");
    assert!(desk.portal.outbox.windows(2).any(|pair| pair[0].after_ms > pair[1].after_ms));
}

#[test]
fn the_offline_queue_keeps_one_record_for_many_changes() {
    let mut desk = Desk::new();
    desk.as_app("https://app.test/", &["crm"]);
    for event in ["ONCRMLEADUPDATE", "ONCRMLEADADD"] {
        desk.call("event.bind", json!({"event": event, "event_type": "offline"}));
    }
    let lead = desk.lead("o", "+7921");
    for at in 0..5 {
        desk.advance(60);
        desk.portal.edit_card(Kind::Lead, lead, "TITLE", &format!("т{at}"), 7);
    }
    let listed = desk.call("event.offline.list", json!({"order": {"ID": "ASC"}}));
    assert_eq!(
        (listed.as_array().unwrap().len(), &listed[1]["TIMESTAMP_X"], &listed[1]["PROCESS_ID"]),
        (2, &json!("2026-11-23T05:05:00+03:00"), &json!(""))
    );
    // Reserved, then confirmed.
    let got = desk.call("event.offline.get", json!({"clear": 0, "filter": {"EVENT_NAME": "ONCRMLEADUPDATE"}}));
    let (process, message) = (got["process_id"].clone(), got["events"][0]["MESSAGE_ID"].clone());
    assert_eq!(got["events"][0]["EVENT_DATA"], json!({"FIELDS": {"ID": lead}}));
    assert_eq!(
        desk.call("event.offline.get", json!({"clear": 0}))["events"].as_array().unwrap().len(),
        1,
        "another process gets other records"
    );
    desk.portal.edit_card(Kind::Lead, lead, "TITLE", "пока разбирали", 7);
    assert_eq!(desk.call("event.offline.clear", json!({"process_id": process, "message_id": [message]})), true);
    let left = desk.call("event.offline.get", json!({}));
    assert_eq!(
        (left["process_id"].is_null(), left["events"].as_array().unwrap().len()),
        (true, 1),
        "what came meanwhile is a record of its own"
    );
    assert_eq!(desk.call("event.offline.get", json!({}))["events"], json!([]), "clear=1 deletes while reading");
    desk.portal.settings.plan_has_offline_extended = false;
    assert_eq!(desk.refused("event.offline.get", json!({"clear": 0})), (403, json!("ACCESS_DENIED")));
}

#[test]
fn whoever_names_a_connector_does_not_hear_of_its_own_changes() {
    let mut desk = Desk::new();
    desk.as_app("https://app.test/", &["crm"]);
    desk.call("event.bind", json!({"event": "ONCRMLEADADD", "event_type": "offline", "auth_connector": "letopis"}));
    desk.call("crm.lead.add", json!({"fields": {}, "auth_connector": "letopis"}));
    assert_eq!(desk.call("event.offline.list", json!({})), json!([]));
    desk.call("crm.lead.add", json!({"fields": {}}));
    assert_eq!(desk.call("event.offline.list", json!({})).as_array().unwrap().len(), 1);
}

#[test]
fn offline_events_are_for_administrators() {
    let mut desk = Desk::new();
    desk.as_app("https://app.test/", &["crm", "placement"]);
    let (_, code) = desk.authorize(7);
    let tokens = desk.token(&format!("grant_type=authorization_code&client_id=local.app&client_secret=app-secret&code={code}")).1;
    desk.who = tokens["access_token"].as_str().unwrap().into();
    assert_eq!(desk.refused("event.bind", json!({"event": "ONCRMLEADADD", "event_type": "offline"})), (403, json!("ACCESS_DENIED")));
    assert_eq!(
        desk.refused("event.bind", json!({"event": "ONCRMLEADADD", "handler": "https://a.test", "auth_type": 1})),
        (403, json!("ACCESS_DENIED"))
    );
    assert_eq!(desk.refused("event.offline.get", json!({})), (403, json!("ACCESS_DENIED")));
    assert_eq!(
        desk.refused("placement.bind", json!({"PLACEMENT": "CRM_LEAD_DETAIL_TAB", "HANDLER": "https://a.test"})),
        (403, json!("ACCESS_DENIED"))
    );
}
