//! Point 9: everything that goes wrong on the way, above all an answer that is lost after the work was done.
use bitrix24_sim::{Fault, Kind, Reply};
use serde_json::json;

use crate::desk::{Desk, read};

#[test]
fn an_answer_lost_after_commit_makes_a_double_of_whoever_repeats() {
    let mut desk = Desk::new();
    desk.portal.faults.order(Some("crm.lead.add"), Fault::LostAnswer);
    let request = desk.request("crm.lead.add", json!({"fields": {"ORIGIN_ID": "s1"}}));
    assert_eq!(desk.portal.answer(&request), Reply::Cut);
    assert_eq!(read(desk.portal.answer(&request)).0, 200);
    assert_eq!(desk.portal.crm.doubles(Kind::Lead), [("s1".to_string(), vec![1, 2])]);
}

#[test]
fn a_batch_can_be_cut_in_its_middle() {
    let mut desk = Desk::new();
    desk.portal.faults.order(Some("batch"), Fault::LostMidway);
    let commands: Vec<&str> = vec!["crm.lead.add?fields[TITLE]=x"; 10];
    let request = desk.request("batch", json!({"cmd": commands}));
    assert_eq!(desk.portal.answer(&request), Reply::Cut);
    assert_eq!(desk.portal.crm.all(Kind::Lead).count(), 5);
}

#[test]
fn each_fault_is_what_its_name_says() {
    let mut desk = Desk::new();
    desk.portal.settings.other_name = Some("https://other.test".into());
    for (fault, status, says, runs) in [
        (Fault::Moved, 302, "302 Found", 0),
        (Fault::Html500, 500, "<html>", 0),
        (Fault::Json500, 500, "INTERNAL_SERVER_ERROR", 0),
        (Fault::CutBefore, 0, "Cut", 0),
        (Fault::Stall, 0, "Stall", 1),
        (Fault::LostAnswer, 0, "Cut", 1),
        (Fault::Html500After, 500, "<html>", 1),
        (Fault::TooMany, 503, "QUERY_LIMIT_EXCEEDED", 0),
        (Fault::OperationLimit, 429, "OPERATION_TIME_LIMIT", 0),
        (Fault::Overload, 503, "OVERLOAD_LIMIT", 0),
    ] {
        let before = desk.portal.crm.all(Kind::Contact).count();
        desk.portal.faults.order(None, fault);
        let (got, body) = desk.ask("crm.contact.add", json!({"fields": {}}));
        assert!(got == status && body.to_string().contains(says), "{fault:?}: {got} {body}");
        assert_eq!(desk.portal.crm.all(Kind::Contact).count() - before, runs, "{fault:?}");
    }
    desk.portal.settings.overloaded = true;
    assert_eq!(desk.refused("profile", json!({})), (503, json!("OVERLOAD_LIMIT")));
}

#[test]
fn a_closed_portal_says_so() {
    let mut desk = Desk::new();
    desk.portal.settings.deleted = true;
    assert_eq!(desk.refused("profile", json!({})), (500, json!("PORTAL_DELETED")));
}

/// One session's lead by a client that repeats until it hears of success; a careful one looks first whether the last attempt had worked.
fn create(desk: &mut Desk, origin: &str, careful: bool) {
    loop {
        if careful {
            let found =
                desk.ask("crm.item.list", json!({"entityTypeId": 1, "filter": {"=originId": origin}, "select": ["id"], "start": -1}));
            match found {
                (200, body) if body["result"]["items"].as_array().is_some_and(|items| !items.is_empty()) => return,
                (200, _) => {}
                _ => continue,
            }
        }
        if desk.ask("crm.item.add", json!({"entityTypeId": 1, "fields": {"originId": origin}})).0 == 200 {
            return;
        }
    }
}

#[test]
fn at_thirty_percent_of_faults_a_careful_client_makes_no_doubles_and_a_careless_one_does() {
    for careful in [true, false] {
        let mut desk = Desk::new();
        desk.portal.settings.other_name = Some("https://other.test".into());
        desk.portal.faults.probability = 0.3;
        for session in 0..1_000 {
            create(&mut desk, &format!("s{session}"), careful);
        }
        let doubles = desk.portal.crm.doubles(Kind::Lead).len();
        assert!(if careful { doubles == 0 } else { doubles > 50 }, "careful {careful}: {doubles} doubles");
        assert_eq!(desk.portal.faults.injected.len(), bitrix24_sim::faults::PASSING.len(), "every kind came up");
        desk.portal.faults.probability = 0.0;
    }
}
