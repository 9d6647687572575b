//! Point 5: batch. Beside the rows of the checklist, a property: references bring exactly what the commands they name gave.
use bitrix24_sim::Request;
use proptest::prelude::*;
use serde_json::json;

use crate::desk::{Desk, read};

#[test]
fn commands_run_in_order_and_use_each_others_results() {
    let mut desk = Desk::new();
    // As two SDKs send it: an escaped reference, a dummy parameter in front, an ampersand at the end. The order of the text counts, not of the letters.
    let body = r#"{"halt":0,"cmd":{
        "z":"crm.contact.add?__order=order0000000000&fields[NAME]=A%26B&",
        "a":"crm.lead.add?fields%5BTITLE%5D=x&fields%5BCONTACT_ID%5D=%24result%5Bz%5D",
        "c":"crm.timeline.comment.add?fields[ENTITY_ID]=$result[a]&fields[ENTITY_TYPE]=lead&fields[COMMENT]=Лид $result[a]",
        "l":"crm.lead.list?filter[ID]=$result[a]&select[]=ID",
        "g":"crm.lead.get?id=$result[l][0][ID]"}}"#;
    let request = Request { body: body.into(), ..desk.request("batch", json!({})) };
    let result = read(desk.portal.answer(&request)).1["result"].take();
    assert_eq!((&result["result"]["g"]["CONTACT_ID"], &result["result_total"]), (&json!("1"), &json!({"l": 1})));
    assert_eq!(desk.call("crm.contact.get", json!({"id": 1}))["NAME"], "A&B");
    assert_eq!(desk.call("crm.timeline.comment.get", json!({"id": result["result"]["c"]}))["COMMENT"], "Лид 1");
    assert_eq!((&result["result_error"], &result["result_next"]), (&json!([]), &json!([])), "empty maps are []");
    assert_eq!(result["result_time"].as_object().unwrap().len(), 5);
}

#[test]
fn a_list_of_commands_gives_lists_and_nothing_gives_empty_lists() {
    let mut desk = Desk::new();
    let result = desk.call("batch", json!({"cmd": ["profile", "server.time"]}));
    assert!(result["result"].is_array() && result["result"][0]["ID"] == "1");
    let empty = desk.call("batch", json!({"cmd": {}}));
    assert_eq!(empty, json!({"result": [], "result_error": [], "result_total": [], "result_next": [], "result_time": []}));
    // As objects, and as a form.
    assert_eq!(desk.call("batch", json!({"cmd": {"a": {"method": "profile", "params": {}}}}))["result"]["a"]["ID"], "1");
    let mut form = desk.request("batch", json!({}));
    form.content_type = "application/x-www-form-urlencoded".into();
    form.body = b"cmd[0]=crm.lead.add%3Ffields%5BTITLE%5D%3D%25D0%259B".to_vec();
    desk.portal.answer(&form);
    assert_eq!(desk.call("crm.lead.get", json!({"id": 1}))["TITLE"], "Л");
}

#[test]
fn halt_stops_and_without_it_the_rest_runs() {
    let mut desk = Desk::new();
    let commands = json!({"a": "profile", "b": "crm.lead.get?id=99", "c": "profile"});
    for halt in [json!(1), json!(true), json!("1")] {
        let halted = desk.call("batch", json!({"halt": halt, "cmd": commands}));
        assert_eq!((halted["result"].get("c"), halted["result_error"].get("c")), (None, None), "what follows has no key anywhere");
        assert_eq!(halted["result_error"]["b"]["error_description"], "Not found");
    }
    let ran = desk.call("batch", json!({"halt": 0, "cmd": commands}));
    assert!(ran["result"]["c"].is_object() && ran["result_error"]["b"].is_object());
    assert!(desk.call("batch", json!({"cmd": commands}))["result"]["c"].is_object(), "the default is to go on");
}

#[test]
fn fifty_run_and_each_one_beyond_is_refused_by_its_key() {
    let mut desk = Desk::new();
    let commands: serde_json::Map<_, _> = (0..53).map(|at| (format!("k{at:02}"), json!("crm.lead.add?fields[TITLE]=x"))).collect();
    let result = desk.call("batch", json!({"cmd": commands}));
    assert_eq!((result["result"].as_object().unwrap().len(), result["result_error"].as_object().unwrap().len()), (50, 3));
    assert_eq!(result["result_error"]["k52"]["error"], "ERROR_BATCH_LENGTH_EXCEEDED");
    assert_eq!(desk.portal.crm.all(bitrix24_sim::Kind::Lead).count(), 50);
    let nested = desk.call("batch", json!({"cmd": {"a": "batch?cmd[0]=profile"}}));
    assert_eq!(nested["result_error"]["a"]["error"], "ERROR_BATCH_METHOD_NOT_ALLOWED");
}

proptest! {
    #[test]
    fn a_reference_brings_what_the_command_gave(titles in proptest::collection::vec("[ -~а-яё]{1,20}", 1..8), pick in any::<prop::sample::Index>()) {
        let mut desk = Desk::new();
        let mut commands = serde_json::Map::new();
        for (at, title) in titles.iter().enumerate() {
            let query = format!("fields[TITLE]={}", bitrix24_sim::php::encode(title));
            commands.insert(format!("k{at:02}"), json!(format!("crm.lead.add?{query}")));
        }
        let chosen = pick.index(titles.len());
        commands.insert("z1".into(), json!(format!("crm.lead.get?id=$result[k{chosen:02}]")));
        commands.insert("z2".into(), json!("crm.contact.add?fields[NAME]=$result[z1][TITLE]&fields[POST]=№ $result[z1][ID]"));
        let result = desk.call("batch", json!({"halt": 1, "cmd": commands}));
        // A title of nothing but blanks is still a title; the references bring it untouched.
        prop_assert_eq!(result["result"]["z1"]["TITLE"].as_str().unwrap(), titles[chosen].as_str());
        let contact = desk.call("crm.contact.get", json!({"id": result["result"]["z2"]}));
        prop_assert_eq!(contact["NAME"].as_str().unwrap(), titles[chosen].as_str());
        prop_assert_eq!(contact["POST"].as_str().unwrap(), format!("№ {}", chosen + 1));
    }
}
