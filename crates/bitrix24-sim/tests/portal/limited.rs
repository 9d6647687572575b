//! Points 3 and 4: the leaky bucket and the operating limit, as a caller meets them.
use serde_json::{Value, json};

use crate::desk::{Desk, read};

#[test]
fn fifty_at_once_then_two_a_second_by_source_address() {
    let mut desk = Desk::limited();
    for _ in 0..50 {
        assert_eq!(desk.ask("profile", json!({})).0, 200);
    }
    let (status, body) = desk.ask("profile", json!({}));
    assert_eq!((status, body["error"].as_str()), (503, Some("QUERY_LIMIT_EXCEEDED")));
    let mut other = desk.request("profile", json!({}));
    other.from = "203.0.113.9".into();
    assert_eq!(read(desk.portal.answer(&other)).0, 200, "another server has a bucket of its own");
    desk.advance(1);
    assert_eq!([desk.ask("profile", json!({})).0, desk.ask("profile", json!({})).0, desk.ask("profile", json!({})).0], [200, 200, 503]);
    // A batch of fifty counts as one.
    desk.advance(1);
    let commands: Vec<String> = (0..50).map(|_| "profile".into()).collect();
    assert_eq!(desk.ask("batch", json!({"cmd": commands})).0, 200);
    assert_eq!(desk.ask("profile", json!({})).0, 200);
}

#[test]
fn operating_is_told_in_every_answer_and_blocks_one_method_of_one_caller() {
    let mut desk = Desk::limited();
    desk.portal.settings.allowed.burst = None;
    desk.portal.settings.costs_s.insert("crm.item.list".into(), 100.0);
    let list = json!({"entityTypeId": 1});
    for call in 1..=5 {
        let (status, body) = desk.ask("crm.item.list", list.clone());
        assert_eq!((status, &body["time"]["operating"]), (200, &json!(call * 100)), "the call that goes over the limit still succeeds");
        assert!(body["time"]["operating_reset_at"].is_i64());
    }
    assert_eq!(desk.refused("crm.item.list", list.clone()), (429, json!("OPERATION_TIME_LIMIT")));
    assert_eq!(desk.ask("crm.item.fields", list.clone()).0, 200, "other methods go on");
    // Inside a batch it is an error of the command, and the batch succeeds.
    let body = desk.call("batch", json!({"cmd": {"a": "crm.item.list?entityTypeId=1", "b": "profile"}}));
    assert_eq!((&body["result_error"]["a"]["error"], &body["result"]["b"]["ID"]), (&json!("OPERATION_TIME_LIMIT"), &json!("1")));
    desk.advance(600);
    assert_eq!(desk.ask("crm.item.list", list).0, 200);
}

#[test]
fn an_on_premise_portal_has_no_operating() {
    let mut desk = Desk::new();
    assert_eq!(desk.ask("profile", json!({})).1["time"].get("operating"), None::<&Value>);
}
