//! Hooks and calls as the published OpenAPI has them; the values are made up.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::super::testing::{Answer, Wire, answered, hostile};
use crate::access::ConnectionKind;

const WIRE: Wire = Wire(ConnectionKind::Yclients);
const RECORDS: &str = "/api/v1/records/4564";

fn visit(more: Value) -> Value {
    let mut visit = json!({"id": 700_001, "company_id": 4564, "date": "2026-11-24 15:00:00", "datetime": "2026-11-24T15:00:00+0300",
        "services": [{"id": 1, "title": "Стрижка", "cost": 1500}, {"id": 2, "title": "Укладка"}], "staff": {"id": 5, "name": "Ольга"},
        "client": {"id": 88_001, "name": "Анна", "phone": "79215550101", "email": ""}, "attendance": 0, "visit_attendance": 0, "deleted": false});
    visit.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    visit
}

fn hook(status: &str, data: Value) -> Value {
    WIRE.one(&json!({"company_id": 4564, "resource": "record", "resource_id": 700_001, "status": status, "data": data}))
}

fn done(data: Value) -> Answer {
    answered(201, &json!({"success": true, "data": data, "meta": []}))
}

#[test]
fn a_record_is_a_booking_with_everything_about_it() {
    let told = hook("create", visit(json!({})));
    assert_eq!((&told["type"], &told["channel"]), (&json!("booking_created"), &json!("crm")));
    assert_eq!(
        told["booking"],
        json!({"id": "700001", "starts_at": "2026-11-24T15:00:00+03:00", "service": "Стрижка, Укладка", "staff": "Ольга"})
    );
    assert_eq!(told["client"], json!({"channel_id": "88001", "phone": "+79215550101", "name": "Анна"}));
    let bare = hook("create", json!({"date": "2026-11-24 15:00:00", "client": []}));
    assert_eq!(bare["booking"], json!({"id": "700001", "starts_at": "2026-11-24T15:00:00"}));
}

#[test]
fn attendance_says_what_became_of_it() {
    let kind = |status: &str, more: Value| hook(status, visit(more))["type"].clone();
    assert_eq!(kind("update", json!({"attendance": -1})), "visit_no_show");
    assert_eq!(kind("update", json!({"attendance": 0, "visit_attendance": 1})), "visit_arrived");
    assert_eq!(kind("update", json!({"attendance": "2"})), "booking_confirmed");
    assert_eq!(kind("update", json!({"deleted": true, "attendance": 1})), "booking_cancelled");
    assert_eq!(kind("delete", json!({})), "booking_cancelled");
    assert_eq!(kind("update", json!({"comment": "позвонить"})), "booking_updated", "nobody knows what was otherwise");
    let client = WIRE.one(&json!({"resource": "client", "resource_id": 88_001, "status": "update", "data": {"id": 88_001, "name": "Анна", "phone": "79215550101"}}));
    assert_eq!((&client["type"], &client["client"]["phone"]), (&json!("other"), &json!("+79215550101")));
    assert_eq!(WIRE.one(&json!({"resource": "goods_operations_sale", "resource_id": 1, "status": "create", "data": {}}))["type"], "other");
}

#[test]
fn the_same_state_told_again_is_the_same_event() {
    let said = json!({"resource": "record", "resource_id": 700_001, "status": "update", "data": visit(json!({"attendance": 1}))});
    let (first, again) = (WIRE.one(&said), WIRE.later(&said).remove(0));
    assert_eq!((&first["event_id"], &first["meta"]["same"]), (&again["event_id"], &again["meta"]["same"]));
}

#[test]
fn the_bots_own_calls_count_only_with_success() {
    let body = json!({"staff_id": 5, "services": [{"id": 1}], "client": {"phone": "79215550101", "name": "Анна"}, "datetime": "2026-11-24T15:00:00+03:00"});
    let made = WIRE.call("POST", RECORDS, &body, done(json!([visit(json!({}))]))).remove(0);
    assert_eq!(
        (&made["type"], &made["action"], &made["booking"]["id"]),
        (&json!("booking_created"), &json!("create_booking"), &json!("700001"))
    );
    assert_eq!((&made["client"]["channel_id"], &made["booking"]["service"]), (&json!("88001"), &json!("Стрижка, Укладка")));
    let busy = json!({"success": false, "data": null, "meta": {"message": "Время занято"}});
    let refused = WIRE.call("POST", RECORDS, &body, answered(422, &busy)).remove(0);
    assert_eq!((&refused["type"], &refused["error"]), (&json!("crm_call"), &json!({"code": "refused", "message": "Время занято"})));
    assert!(refused["booking"].is_null() && refused["client"]["phone"] == "+79215550101");
    for lost in [None, answered(200, &json!({"data": [visit(json!({}))]})), answered(504, &json!(null))] {
        let lost = WIRE.call("POST", RECORDS, &body, lost).remove(0);
        assert_eq!((&lost["type"], &lost["error"]["code"]), (&json!("crm_call"), &json!("no_answer")));
    }
    let came = WIRE.call("PUT", "/api/v1/record/4564/700001", &json!({"attendance": 1}), done(visit(json!({"attendance": 1})))).remove(0);
    assert_eq!((&came["type"], &came["action"]), (&json!("visit_arrived"), &json!("update_booking")));
    let gone = WIRE.call("DELETE", "/api/v1/record/4564/700001", &Value::Null, Some((204, String::new()))).remove(0);
    assert_eq!((&gone["type"], &gone["booking"]["id"]), (&json!("booking_cancelled"), &json!("700001")));
}

#[test]
fn the_widgets_way_books_several_and_look_ups_keep_nobody() {
    let body = json!({"phone": "79215550101", "fullname": "Анна", "appointments": [{"id": 1, "services": [1], "staff_id": 5, "datetime": "2026-11-24T15:00:00+03:00"}, {"id": 2, "datetime": "2026-11-25T15:00:00+03:00"}]});
    let told = WIRE.call(
        "POST",
        "/api/v1/book_record/4564",
        &body,
        done(json!([{"id": 1, "record_id": 700_001, "record_hash": "h"}, {"id": 2, "record_id": 700_002}])),
    );
    assert_eq!(told.len(), 2);
    assert_eq!(told[1]["booking"], json!({"id": "700002", "starts_at": "2026-11-25T15:00:00+03:00"}));
    assert_eq!(told[0]["client"], json!({"phone": "+79215550101", "name": "Анна"}));
    let looked = WIRE
        .call("GET", "/api/v1/records/4564?start_date=2026-11-24", &Value::Null, done(json!([visit(json!({})), visit(json!({}))])))
        .remove(0);
    assert_eq!((&looked["type"], &looked["action"]), (&json!("crm_call"), &json!("yclients.records")));
    assert!(!looked.to_string().contains("Анна"));
}

#[test]
fn nothing_hostile_makes_it_panic_or_write_what_cannot_be_read() {
    hostile(
        ConnectionKind::Yclients,
        RECORDS,
        &[
            json!({"company_id": 4564, "resource": "record", "resource_id": 700_001, "status": "update", "data": visit(json!({}))}),
            json!({"client": {"phone": "79215550101"}, "datetime": "2026-11-24T15:00:00+03:00"}),
            json!({"success": true, "data": [visit(json!({}))], "meta": {}}),
        ],
    );
}
