//! Calls as the real clients send them, and answers as the portal gives them.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::super::{About, Body, Ended, Exchange, Known, Request, Response, Way};
use crate::access::{ConnectionKind, Settings};

fn exchange(target: &str, kind: &str, body: &str, answer: Option<&Value>) -> Exchange {
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    let response = |answer: &Value| Response { status: 200, headers: vec![], body: Body::whole(Bytes::from(answer.to_string())) };
    Exchange {
        id: "x".into(),
        way: Way::Proxy,
        started_us: 1_750_000_000_000_000,
        first_byte_us: None,
        ended_us: 1_750_000_000_250_000,
        ended: if answer.is_some() { Ended::Whole } else { Ended::TimedOut("first byte".into()) },
        retry_of: None,
        request: Request { method: "POST".into(), target: target.into(), headers, body: Body::whole(Bytes::from(body.to_owned())) },
        response: answer.map(response),
    }
}

fn told(exchange: Exchange) -> Vec<Value> {
    let settings = Settings::default();
    let about = About { connection: "c_1", kind: ConnectionKind::Bitrix24, settings: &settings, speaks: false, known: &Known::default() };
    super::super::super::read(exchange, &about).iter().map(|told| serde_json::from_slice(&told.json).unwrap()).collect()
}

#[test]
fn a_lead_is_a_fact_with_its_card_and_its_client() {
    let body = r#"{"fields":{"TITLE":"Стрижка","NAME":"Иван","LAST_NAME":"П","PHONE":[{"VALUE":"8 (921) 000-00-01","VALUE_TYPE":"WORK"}]},"auth":"secret-1"}"#;
    let events =
        told(exchange("/rest/crm.lead.Add.json?bx24_request_id=1", "application/json", body, Some(&json!({ "result": 4521, "time": {} }))));
    let event = &events[0];
    assert_eq!(
        (event["type"].as_str(), event["action"].as_str(), event["crm_id"].as_str()),
        (Some("lead_created"), Some("create_lead"), Some("LEAD_4521"))
    );
    assert_eq!(event["client"], json!({ "phone": "8 (921) 000-00-01", "name": "Иван П" }));
    assert_eq!((event["latency_ms"].as_i64(), event["channel"].as_str()), (Some(250), Some("crm")));
    assert!(!event.to_string().contains("secret-1"), "{event}");
}

#[test]
fn a_webhooks_secret_is_not_in_the_record() {
    let events = told(exchange(
        "/rest/1/s3cr3tcode/crm.lead.update",
        "application/json",
        r#"{"id":7,"fields":{}}"#,
        Some(&json!({ "result": true })),
    ));
    assert_eq!((events[0]["action"].as_str(), events[0]["crm_id"].as_str()), (Some("update_lead"), Some("LEAD_7")));
    assert!(!events[0].to_string().contains("s3cr3tcode"), "{}", events[0]);
}

#[test]
fn a_batch_becomes_one_event_a_command_whatever_it_looks_like() {
    let object = r#"{"halt":1,"cmd":{"c":"crm.contact.add?fields%5BNAME%5D=A%26B","l":"CRM.Lead.add?fields[CONTACT_ID]=%24result%5Bc%5D&fields[PHONE][0][VALUE]=%2B79210000001&","x":"crm.deal.list?select[]=ID"}}"#;
    let answer = json!({ "result": { "result": { "c": 11, "l": 12 }, "result_error": { "x": { "error": "", "error_description": "Access denied" } }, "result_total": [] } });
    let events = told(exchange("/rest/1/s/batch.json", "application/json", object, Some(&answer)));
    let seen: Vec<_> = events
        .iter()
        .map(|event| (event["event_id"].as_str().unwrap(), event["type"].as_str().unwrap(), event["crm_id"].as_str()))
        .collect();
    assert_eq!(seen, [("x.0", "crm_call", Some("CONTACT_11")), ("x.1", "lead_created", Some("LEAD_12")), ("x.2", "crm_call", None)]);
    assert_eq!(events[0]["client"]["name"], "A&B");
    assert_eq!(events[2]["error"]["message"], "Access denied");
    assert!(!events[1].to_string().contains("A&B"), "each holds its own part only");

    let list = r#"{"halt":false,"cmd":["crm.lead.add?__order=order0000000000&fields[TITLE]=x&"]}"#;
    let events =
        told(exchange("/rest/1/s/batch", "application/json", list, Some(&json!({ "result": { "result": [33], "result_error": [] } }))));
    assert_eq!(events[0]["crm_id"], "LEAD_33");

    let form = "cmd[0]=crm.lead.add%3Ffields%5BTITLE%5D%3D%25D0%259F&cmd[1]=crm.lead.get%3Fid%3D5&halt=0";
    let answer = json!({ "result": { "result": { "0": 1, "1": { "ID": "5" } }, "result_error": [] } });
    let events = told(exchange("/rest/1/s/batch", "application/x-www-form-urlencoded", form, Some(&answer)));
    assert_eq!((events.len(), events[1]["crm_id"].as_str(), events[1]["type"].as_str()), (2, Some("LEAD_5"), Some("crm_call")));
}

#[test]
fn a_reference_is_what_the_earlier_command_gave() {
    let body = r#"{"cmd":{"a":"crm.lead.add?fields[TITLE]=x","n":"crm.timeline.comment.add?fields[ENTITY_TYPE]=lead&fields[ENTITY_ID]=%24result%5Ba%5D","u":"crm.contact.update?id=$result[f][0][ID]","z":"crm.lead.get?id=$result[nobody]"}}"#;
    let answer = json!({ "result": { "result": { "a": 12, "n": 5, "u": true, "f": [{ "ID": "9" }], "z": {} }, "result_error": [] } });
    let events = told(exchange("/rest/1/s/batch", "application/json", body, Some(&answer)));
    let cards: Vec<_> = events.iter().map(|event| event["crm_id"].as_str()).collect();
    assert_eq!(cards, [Some("LEAD_12"), Some("LEAD_12"), Some("CONTACT_9"), None]);
}

#[test]
fn what_has_no_result_is_not_claimed() {
    let two = r#"{"halt":1,"cmd":{"a":"crm.lead.add?fields[TITLE]=1","b":"crm.lead.add?fields[TITLE]=2"}}"#;
    let halted = json!({ "result": { "result": [], "result_error": { "a": { "error": "ERROR_CORE", "error_description": "no" } } } });
    let events = told(exchange("/rest/1/s/batch", "application/json", two, Some(&halted)));
    let codes: Vec<_> = events.iter().map(|event| (event["type"].as_str().unwrap(), event["error"]["code"].as_str().unwrap())).collect();
    assert_eq!(codes, [("crm_call", "ERROR_CORE"), ("crm_call", "not_executed")]);

    let lost = told(exchange("/rest/1/s/crm.lead.add", "application/json", r#"{"fields":{}}"#, None));
    assert_eq!(
        (lost[0]["type"].as_str(), lost[0]["action"].as_str()),
        (Some("crm_call"), Some("crm.lead.add")),
        "an answer that was lost proves nothing"
    );
    let busy = json!({ "error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests" });
    let refused = told(exchange("/rest/1/s/batch", "application/json", two, Some(&busy)));
    assert_eq!((refused.len(), refused[1]["error"]["code"].as_str()), (2, Some("QUERY_LIMIT_EXCEEDED")));
}

#[test]
fn smart_items_bookings_comments_and_activities_name_their_cards() {
    let one = |method: &str, body: &str, result: Value| {
        told(exchange(&format!("/rest/1/s/{method}"), "application/json", body, Some(&json!({ "result": result })))).remove(0)
    };
    let item = one("crm.item.Add", r#"{"entityTypeId":1,"fields":{"title":"x"}}"#, json!({ "item": { "id": 9 } }));
    assert_eq!((item["type"].as_str(), item["crm_id"].as_str()), (Some("lead_created"), Some("LEAD_9")));
    let booked = one(
        "booking.v1.booking.add",
        r#"{"fields":{"datePeriod":{"from":{"timestamp":1750000000,"timezone":"Europe/Moscow"}}}}"#,
        json!({ "booking": { "id": 77 } }),
    );
    assert_eq!(booked["booking"], json!({ "id": "77", "starts_at": "2025-06-15T15:06:40Z", "status": "created" }));
    let comment = one("crm.timeline.comment.add", r#"{"fields":{"ENTITY_ID":10,"ENTITY_TYPE":"deal","COMMENT":"x"}}"#, json!(999));
    assert_eq!((comment["action"].as_str(), comment["crm_id"].as_str()), (Some("add_comment"), Some("DEAL_10")));
    let todo = one("crm.activity.todo.add", r#"{"ownerTypeId":2,"ownerId":10,"title":"x"}"#, json!({ "id": 1 }));
    assert_eq!(todo["crm_id"], "DEAL_10");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(target: String, body: Vec<u8>, answer: Vec<u8>, form: bool) {
        let mut any = exchange(&format!("/rest/1/s/{target}"), if form { "application/x-www-form-urlencoded" } else { "application/json" }, "", Some(&json!({})));
        any.request.body = Body::whole(Bytes::from(body));
        any.response.as_mut().unwrap().body = Body::whole(Bytes::from(answer));
        let _ = told(any);
    }

    #[test]
    fn any_batch_gives_valid_events(commands in proptest::collection::vec("[a-zA-Z.]{0,30}\\?[a-zA-Z0-9\\[\\]=&%$]{0,60}", 0..6)) {
        let body = json!({ "cmd": commands }).to_string();
        for event in told(exchange("/rest/1/s/batch", "application/json", &body, Some(&json!({ "result": { "result": [1, { "item": {} }], "result_error": [] } })))) {
            crate::event::check(event.to_string().as_bytes(), &crate::event::Limits::default()).unwrap();
        }
    }
}
