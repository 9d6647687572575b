//! Point 7: findbycomm and its traps, the simple CRM, mergeBatch.
use bitrix24_sim::{Kind, Mode};
use serde_json::{Value, json};

use crate::desk::Desk;

fn find(desk: &mut Desk, args: Value) -> Value {
    desk.call("crm.duplicate.findbycomm", args)
}

#[test]
fn nothing_found_is_an_empty_list_and_numbers_are_compared_as_they_stand() {
    let mut desk = Desk::new();
    let lead = desk.lead("o", "+79211234567");
    let contact = desk
        .call("crm.contact.add", json!({"fields": {"PHONE": [{"VALUE": "+79211234567 доб. 12"}], "EMAIL": [{"VALUE": "Ivan@Mail.ru"}]}}));
    assert_eq!(find(&mut desk, json!({"type": "PHONE", "values": ["89211234567"]})), json!([]), "another spelling is no match");
    assert_eq!(
        find(&mut desk, json!({"type": "PHONE", "values": ["89211234567", "+79211234567"]})),
        json!({"LEAD": [lead], "CONTACT": [contact]})
    );
    assert_eq!(
        find(&mut desk, json!({"entity_type": "CONTACT", "type": "PHONE", "values": ["+79211234567"]})),
        json!({"CONTACT": [contact]}),
        "without its extension"
    );
    assert_eq!(find(&mut desk, json!({"type": "EMAIL", "values": ["ivan@mail.ru"]})), json!({"CONTACT": [contact]}));
    for args in [json!({"values": ["1"]}), json!({"type": "PHONE"}), json!({"type": "PHONE", "values": "+79211234567"})] {
        assert_eq!(desk.refused("crm.duplicate.findbycomm", args), (400, json!("")));
    }
    desk.call("crm.lead.delete", json!({"id": lead}));
    assert_eq!(find(&mut desk, json!({"type": "PHONE", "values": ["+79211234567"]})), json!({"CONTACT": [contact]}));
}

#[test]
fn twenty_hits_of_one_kind_hide_the_kinds_after_it() {
    let mut desk = Desk::new();
    for at in 0..19 {
        desk.lead(&format!("o{at}"), "+7921");
    }
    desk.call("crm.contact.add", json!({"fields": {"PHONE": [{"VALUE": "+7921"}]}}));
    let search = json!({"type": "PHONE", "values": ["+7921"]});
    assert!(find(&mut desk, search.clone()).get("CONTACT").is_some());
    desk.lead("o20", "+7921");
    let hidden = find(&mut desk, search);
    assert_eq!((hidden["LEAD"].as_array().unwrap().len(), hidden.get("CONTACT")), (20, None));
    assert!(find(&mut desk, json!({"type": "PHONE", "values": ["+7921"], "entity_type": "CONTACT"})).get("CONTACT").is_some());
}

#[test]
fn in_a_simple_crm_a_lead_is_a_deal_at_once() {
    let mut desk = Desk::new();
    assert_eq!(desk.call("crm.settings.mode.get", json!({})), 1);
    desk.portal.settings.mode = Mode::Simple;
    assert_eq!(desk.call("crm.settings.mode.get", json!({})), 2);
    let lead = desk.lead("s1", "+7921");
    assert_eq!(desk.refused("crm.lead.get", json!({"id": lead})), (400, json!("")));
    let deals = desk.call("crm.deal.list", json!({"filter": {"LEAD_ID": lead}, "select": ["*"]}));
    assert_eq!((&deals[0]["TITLE"], &deals[0]["ORIGIN_ID"], &deals[0]["CONTACT_ID"]), (&json!("Запись"), &Value::Null, &json!("1")));
    assert_eq!(find(&mut desk, json!({"type": "PHONE", "values": ["+7921"]})), json!({"CONTACT": [1]}));
    desk.portal.settings.simple_mode_keeps_origin = true;
    desk.lead("s2", "+7922");
    assert_eq!(desk.portal.crm.with_origin(Kind::Deal, "s2").len(), 1);
    let item = desk.call("crm.item.add", json!({"entityTypeId": 1, "fields": {"title": "x"}}));
    assert_eq!(item["item"]["id"], 3);
}

#[test]
fn a_lead_is_converted_by_people_only() {
    let mut desk = Desk::new();
    let lead = desk.lead("s1", "+7921");
    desk.call("crm.lead.update", json!({"id": lead, "fields": {"STATUS_ID": "CONVERTED"}}));
    assert_eq!(desk.portal.crm.all(Kind::Deal).count(), 0, "the stage alone makes nothing");
    let made = desk.portal.convert_lead(lead, 7).unwrap();
    assert_eq!(desk.call("crm.deal.get", json!({"id": made.deal}))["LEAD_ID"], lead.to_string());
    assert_eq!(desk.call("crm.contact.get", json!({"id": made.contact}))["PHONE"][0]["VALUE"], "+7921");
    assert_eq!(desk.call("crm.lead.get", json!({"id": lead}))["CONTACT_ID"], made.contact.to_string());
}

#[test]
fn merged_cards_are_gone_with_their_ids_and_what_hung_on_them_stays() {
    let mut desk = Desk::new();
    let add = |desk: &mut Desk, fields: Value| desk.call("crm.contact.add", json!({"fields": fields})).as_u64().unwrap();
    let main = add(&mut desk, json!({"NAME": "Иван", "PHONE": [{"VALUE": "+7921"}]}));
    let other = add(&mut desk, json!({"NAME": "Иван", "LAST_NAME": "Петров", "PHONE": [{"VALUE": "+7922"}]}));
    let third = add(&mut desk, json!({"NAME": "Пётр"}));
    let deal = desk.call("crm.item.add", json!({"entityTypeId": 2, "fields": {"contactId": other}}))["item"]["id"].clone();
    let log = json!({"fields": {"entityTypeId": 3, "entityId": other, "title": "t", "text": "x", "iconCode": "info"}});
    desk.call("crm.timeline.logmessage.add", log);
    let merge = |ids: Value| json!({"params": {"entityTypeId": 3, "entityIds": ids}});
    assert_eq!(desk.call("crm.entity.mergeBatch", merge(json!([main, third])))["STATUS"], "CONFLICT");
    assert_eq!(desk.call("crm.entity.mergeBatch", merge(json!([main, other]))), json!({"STATUS": "SUCCESS", "ENTITY_IDS": [other]}));
    assert_eq!(desk.refused("crm.contact.get", json!({"id": other})), (400, json!("")));
    let merged = desk.call("crm.contact.get", json!({"id": main}));
    assert_eq!((&merged["LAST_NAME"], merged["PHONE"].as_array().unwrap().len()), (&json!("Петров"), 2));
    assert_eq!(desk.call("crm.deal.get", json!({"id": deal}))["CONTACT_ID"], main.to_string());
    assert_eq!(desk.call("crm.timeline.logmessage.list", json!({"entityTypeId": 3, "entityId": main})).as_array().unwrap().len(), 1);
    assert_eq!(desk.refused("crm.entity.mergeBatch", merge(json!([main]))), (400, json!(0)));
}
