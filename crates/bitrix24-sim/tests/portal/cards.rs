//! Point 6: one card, two serialisers; lists, pages, filters; multifields; the traps of each.
use bitrix24_sim::Kind;
use serde_json::{Value, json};

use crate::desk::Desk;

fn item(desk: &mut Desk, kind: u64, id: u64) -> Value {
    desk.call("crm.item.get", json!({"entityTypeId": kind, "id": id}))["item"].take()
}

#[test]
fn the_same_card_in_both_styles() {
    let mut desk = Desk::new();
    let id = desk
        .call("crm.lead.add", json!({"fields": {"TITLE": "Стрижка", "OPPORTUNITY": "4500", "ASSIGNED_BY_ID": 7, "BIRTHDATE": "2000-01-02", "SOURCE_ID": "WEB", "NONSENSE": "x", "ID": 99,
            "UTM_SOURCE": "ya", "PHONE": [{"VALUE": "+79211234567", "VALUE_TYPE": "MOBILE"}], "EMAIL": [{"VALUE": "a@b.ru"}]}}))
        .as_u64()
        .unwrap();
    let old = desk.call("crm.lead.get", json!({"id": id}));
    assert_eq!(old["ID"], "1");
    assert_eq!(
        (&old["OPPORTUNITY"], &old["ASSIGNED_BY_ID"], &old["STATUS_ID"], &old["STATUS_SEMANTIC_ID"]),
        (&json!("4500.00"), &json!("7"), &json!("NEW"), &json!("P"))
    );
    assert_eq!(
        (&old["COMPANY_ID"], &old["DATE_CLOSED"], &old["BIRTHDATE"]),
        (&Value::Null, &json!(""), &json!("2000-01-02T03:00:00+03:00"))
    );
    assert_eq!(old["PHONE"], json!([{"ID": "2", "VALUE_TYPE": "MOBILE", "VALUE": "+79211234567", "TYPE_ID": "PHONE"}]));
    assert!(old.get("NONSENSE").is_none() && old.get("CONTACT_IDS").is_none());
    for (name, value) in old.as_object().unwrap() {
        assert!(value.is_string() || value.is_null() || value.is_array(), "{name}: every scalar is a string, {value} is none");
    }
    let new = item(&mut desk, 1, id);
    assert_eq!(
        (&new["id"], &new["opportunity"], &new["assignedById"], &new["stageId"], &new["companyId"]),
        (&json!(1), &json!(4500), &json!(7), &json!("NEW"), &json!(0))
    );
    assert_eq!(
        (&new["phone"], &new["phoneMobile"], &new["phoneWork"], &new["email"]),
        (&json!("+79211234567"), &json!("+79211234567"), &json!(""), &json!("a@b.ru"))
    );
    assert_eq!(new["fm"][1], json!({"id": 2, "valueType": "MOBILE", "value": "+79211234567", "typeId": "PHONE"}));
    assert_eq!(
        (&new["utmSource"], &new["createdTime"], &new["entityTypeId"]),
        (&json!("ya"), &json!("2026-11-23T05:00:00+03:00"), &json!(1))
    );
}

#[test]
fn items_are_added_changed_and_deleted_in_their_own_shapes() {
    let mut desk = Desk::new();
    let added = desk.call("crm.item.add", json!({"entityTypeId": 1, "fields": {"title": "Лид", "originatorId": "letopis", "originId": "s1", "fm": [{"typeId": "PHONE", "valueType": "WORK", "value": "+7921"}]}}));
    let (id, phone) = (added["item"]["id"].as_u64().unwrap(), added["item"]["fm"][0]["id"].as_u64().unwrap());
    // n0 adds, a number changes, a number with nothing deletes.
    let change = |fm: Value| json!({"entityTypeId": 1, "id": id, "fields": {"fm": fm}});
    let two = desk.call(
        "crm.item.update",
        change(json!({"n0": {"typeId": "PHONE", "valueType": "HOME", "value": "+7922"}, (phone.to_string()): {"value": "+7923"}})),
    );
    assert_eq!(
        two["item"]["fm"].as_array().unwrap().iter().map(|row| row["value"].as_str().unwrap()).collect::<Vec<_>>(),
        ["+7923", "+7922"]
    );
    let one = desk.call("crm.item.update", change(json!({(phone.to_string()): {"value": ""}})));
    assert_eq!(one["item"]["phone"], "+7922");
    assert_eq!(desk.refused("crm.item.update", json!({"entityTypeId": 1, "id": id, "fields": {"contactIds": 5}})), (400, json!(100)));
    assert_eq!(
        desk.refused("crm.item.update", json!({"entityTypeId": 1, "id": id, "fields": {"stageId": "NOWHERE"}})),
        (400, json!("CRM_FIELD_ERROR_VALUE_NOT_VALID"))
    );
    assert_eq!(desk.call("crm.item.delete", json!({"entityTypeId": 1, "id": id})), json!([]));
    assert_eq!(desk.refused("crm.item.get", json!({"entityTypeId": 1, "id": id})), (400, json!("NOT_FOUND")));
    assert_eq!(desk.refused("crm.item.get", json!({"entityTypeId": 999, "id": 1})), (400, json!("NOT_FOUND")));
    assert_eq!(desk.refused("crm.item.get", json!({"id": 1})), (400, json!(100)));
}

#[test]
fn an_item_update_without_a_change_saves_nothing_and_raises_nothing() {
    let mut desk = Desk::new();
    let id = desk.lead("o", "+7921");
    desk.portal.events.outbound.push(bitrix24_sim::events::Outbound {
        events: vec!["ONCRMLEADUPDATE".into()],
        url: "http://h.test".into(),
        application_token: "t".into(),
    });
    desk.advance(60);
    desk.call("crm.item.update", json!({"entityTypeId": 1, "id": id, "fields": {"title": "Запись"}}));
    assert_eq!((desk.portal.outbox.len(), item(&mut desk, 1, id)["updatedTime"].as_str()), (0, Some("2026-11-23T05:00:00+03:00")));
    assert_eq!(desk.call("crm.lead.update", json!({"id": id, "fields": {"TITLE": "Запись"}})), true);
    assert_eq!(desk.portal.outbox.len(), 1, "an old update tells anyway");
    desk.call("crm.item.update", json!({"entityTypeId": 1, "id": id, "fields": {"title": "Другая"}}));
    assert_eq!((desk.portal.outbox.len(), item(&mut desk, 1, id)["updatedTime"].as_str()), (2, Some("2026-11-23T05:01:00+03:00")));
}

#[test]
fn pages_have_fifty_rows_and_minus_one_counts_nothing() {
    let mut desk = Desk::new();
    for at in 0..120 {
        desk.lead(&format!("o{at}"), "+7921");
    }
    for (start, rows, next) in [(0, 50, json!(50)), (50, 50, json!(100)), (100, 20, Value::Null)] {
        let (_, body) = desk.ask("crm.lead.list", json!({"start": start, "select": ["ID"]}));
        assert_eq!(
            (body["result"].as_array().unwrap().len(), &body["total"], body.get("next").cloned().unwrap_or(Value::Null)),
            (rows, &json!(120), next)
        );
    }
    let (mut seen, mut last) = (0, 0);
    loop {
        let (_, body) = desk.ask(
            "crm.item.list",
            json!({"entityTypeId": 1, "filter": {">id": last}, "order": {"id": "ASC"}, "start": -1, "select": ["id"]}),
        );
        assert!(body.get("total").is_none() && body.get("next").is_none());
        let items = body["result"]["items"].as_array().unwrap();
        seen += items.len();
        if items.len() < 50 {
            break;
        }
        last = items[49]["id"].as_u64().unwrap();
    }
    assert_eq!(seen, 120);
    let newest = desk.call("crm.item.list", json!({"entityTypeId": 1, "order": {"id": "DESC"}, "select": ["id"]}));
    assert_eq!(newest["items"][0]["id"], 120);
}

#[test]
fn filters_of_both_styles() {
    let mut desk = Desk::new();
    let a = desk.lead("O-1", "+79210000001");
    desk.advance(3600);
    let b = desk.lead("o-2", "+79210000002");
    desk.portal.move_card(Kind::Lead, b, "JUNK", 1);
    let ids = |desk: &mut Desk, filter: Value| {
        let result = desk.call("crm.item.list", json!({"entityTypeId": 1, "filter": filter, "select": ["id"]}));
        result["items"].as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    for (filter, expected) in [
        (json!({"=originId": "o-1"}), vec![a]),
        (json!({"originatorId": "letopis", "@originId": ["o-2", "x"]}), vec![b]),
        (json!({">=createdTime": "2026-11-23T06:00:00+03:00"}), vec![b]),
        (json!({"<createdTime": "2026-11-23T03:00:00Z"}), vec![a]),
        (json!({"stageSemanticId": "F"}), vec![b]),
        (json!({"!stageId": "JUNK"}), vec![a]),
        (json!({"!@stageId": ["NEW", "X"]}), vec![b]),
        (json!({"%title": "апис"}), vec![a, b]),
        (json!({"=%title": "За%"}), vec![a, b]),
        (json!({"!=%title": "За%"}), vec![]),
        (json!({"0": {"logic": "OR", "0": {"id": a}, "1": {"stageId": "JUNK"}}, "assignedById": 1}), vec![a, b]),
        (json!({"=phone": "+79210000002"}), vec![b]),
        (json!({"companyTitle": ""}), vec![a, b]),
        (json!({"STAGE_ID": "NEW"}), vec![a]),
    ] {
        assert_eq!(ids(&mut desk, filter.clone()), expected, "{filter}");
    }
    let (status, body) = desk.ask("crm.item.list", json!({"entityTypeId": 1, "filter": {"status": "NEW"}}));
    assert_eq!((status, body["error_description"].as_str()), (400, Some("Invalid filter: field 'status' is not allowed in filter")));
    assert_eq!(desk.refused("crm.item.list", json!({"entityTypeId": 1, "order": {"x": "ASC"}})), (400, json!("INVALID_ARG_VALUE")));
    // The old list ignores what it does not know, and so gives everything.
    assert_eq!(desk.call("crm.lead.list", json!({"FILTER": {"ORIGINID": "o-1"}})).as_array().unwrap().len(), 2);
    assert_eq!(
        desk.call("crm.lead.list", json!({"filter": {"PHONE": "+79210000002"}, "select": ["ID", "PHONE"]}))[0]["PHONE"][0]["VALUE"],
        "+79210000002"
    );
    assert!(desk.call("crm.lead.list", json!({"select": ["*", "UF_*"]}))[0].get("PHONE").is_none(), "multifields only by name");
}

#[test]
fn multifields_of_the_old_style_are_changed_by_their_numbers() {
    let mut desk = Desk::new();
    let id = desk.lead("o", "+7921");
    desk.call("crm.lead.update", json!({"id": id, "fields": {"PHONE": [{"VALUE": "+7922"}]}}));
    let phones = desk.call("crm.lead.get", json!({"id": id}))["PHONE"].take();
    assert_eq!(phones.as_array().unwrap().len(), 2, "without a number a value is added, not replaced");
    let first = phones[0]["ID"].clone();
    desk.call("crm.lead.update", json!({"id": id, "fields": {"PHONE": [{"ID": first, "DELETE": "Y"}]}}));
    assert_eq!(desk.call("crm.lead.get", json!({"id": id}))["PHONE"].as_array().unwrap().len(), 1);
    assert_eq!(desk.refused("crm.lead.add", json!({"fields": {"EMAIL": [{"VALUE": "no address"}]}})), (400, json!("ERROR_CORE")));
    assert_eq!(desk.refused("crm.lead.add", json!({"fields": "text"})), (400, json!("")));
    assert_eq!(desk.refused("crm.lead.get", json!({})), (400, json!("")));
}

#[test]
fn custom_fields_have_two_names_and_a_trap() {
    let mut desk = Desk::new();
    for name in ["ai_intent", "AI_SCORE10"] {
        desk.call("crm.lead.userfield.add", json!({"fields": {"FIELD_NAME": name, "USER_TYPE_ID": "string", "LABEL": "Намерение"}}));
    }
    desk.call("crm.lead.userfield.add", json!({"fields": {"FIELD_NAME": "AI_OK", "USER_TYPE_ID": "boolean"}}));
    assert_eq!(
        desk.refused("crm.lead.userfield.add", json!({"fields": {"FIELD_NAME": "AI_INTENT", "USER_TYPE_ID": "string"}})),
        (400, json!("ERROR_CORE"))
    );
    assert_eq!(desk.refused("crm.lead.userfield.add", json!({"fields": {"USER_TYPE_ID": "string"}})), (400, json!("")));
    let listed = desk.call("crm.lead.userfield.list", json!({"filter": {"FIELD_NAME": "UF_CRM_AI_INTENT"}}));
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["EDIT_FORM_LABEL"]), (1, &json!("Намерение")));
    let id = desk
        .call("crm.lead.add", json!({"fields": {"UF_CRM_AI_INTENT": "запись", "UF_CRM_AI_SCORE10": "9", "UF_CRM_AI_OK": "1"}}))
        .as_u64()
        .unwrap();
    let new = item(&mut desk, 1, id);
    assert_eq!((&new["ufCrmAiIntent"], &new["ufCrm_AI_SCORE10"], &new["ufCrmAiOk"]), (&json!("запись"), &json!("9"), &json!("Y")));
    let found = |desk: &mut Desk, filter: Value| {
        desk.call("crm.item.list", json!({"entityTypeId": 1, "filter": filter}))["items"].as_array().unwrap().len()
    };
    assert_eq!(
        (
            found(&mut desk, json!({"ufCrmAiIntent": "запись"})),
            found(&mut desk, json!({"ufCrmAiOk": 1})),
            found(&mut desk, json!({"ufCrmAiOk": "Y"}))
        ),
        (1, 1, 0)
    );
    let trapped = desk.call("crm.item.list", json!({"entityTypeId": 1, "useOriginalUfNames": "Y", "select": ["id", "title"]}));
    assert_eq!(trapped["items"], json!([[]]), "seen on live portals");
    let named = desk.call("crm.item.list", json!({"entityTypeId": 1, "useOriginalUfNames": "Y", "select": ["ID", "UF_CRM_AI_INTENT"]}));
    assert_eq!(named["items"][0], json!({"id": 1, "UF_CRM_AI_INTENT": "запись"}));
    let config = desk.call("userfieldconfig.list", json!({"moduleId": "crm", "filter": {"entityId": "CRM_LEAD"}}));
    assert_eq!(config["fields"].as_array().unwrap().len(), 3);
}

#[test]
fn deals_have_pipelines_stages_and_a_history() {
    let mut desk = Desk::new();
    let category = desk.portal.crm.add_category("Клиника");
    let deal = desk.call("crm.item.add", json!({"entityTypeId": 2, "fields": {"title": "Визит", "categoryId": category}}))["item"].take();
    assert_eq!((&deal["stageId"], &deal["isNew"], &deal["closed"]), (&json!("C1:NEW"), &json!("Y"), &json!("N")));
    desk.advance(60);
    let won = desk.call("crm.item.update", json!({"entityTypeId": 2, "id": 1, "fields": {"stageId": "C1:WON", "opportunity": 4500.5}}));
    assert_eq!(
        (&won["item"]["stageSemanticId"], &won["item"]["closed"], &won["item"]["opportunity"]),
        (&json!("S"), &json!("Y"), &json!(4500.5))
    );
    let history = desk.call("crm.stagehistory.list", json!({"entityTypeId": 2, "filter": {"OWNER_ID": 1}, "order": {"ID": "ASC"}}));
    assert_eq!(
        history["items"][1],
        json!({"ID": 2, "TYPE_ID": 3, "OWNER_ID": 1, "CREATED_TIME": "2026-11-23T05:01:00+03:00", "CATEGORY_ID": 1, "STAGE_SEMANTIC_ID": "S", "STAGE_ID": "C1:WON"})
    );
    let stages = desk.call("crm.status.list", json!({"filter": {"ENTITY_ID": "DEAL_STAGE_1"}}));
    assert_eq!(
        (stages.as_array().unwrap().len(), &stages[5]["STATUS_ID"], &stages[5]["EXTRA"]["SEMANTICS"]),
        (8, &json!("C1:WON"), &json!("success"))
    );
    let categories = desk.call("crm.category.list", json!({"entityTypeId": 2}));
    assert_eq!(categories["categories"].as_array().unwrap().len(), 2);
    assert!(desk.call("crm.deal.get", json!({"id": 1})).get("PHONE").is_none());
    let moved = desk.call("crm.item.update", json!({"entityTypeId": 2, "id": 1, "fields": {"categoryId": 0}}));
    assert_eq!(moved["item"]["stageId"], "NEW", "another pipeline has other stages");
    let history = desk.call("crm.stagehistory.list", json!({"entityTypeId": 2, "filter": {"TYPE_ID": 5}, "select": ["ID", "STAGE_ID"]}));
    assert_eq!(history["items"], json!([{"ID": 3, "STAGE_ID": "NEW"}]));
    assert_eq!(desk.call("crm.category.list", json!({"entityTypeId": 1}))["categories"], json!([]));
}

#[test]
fn contacts_are_bound_to_leads() {
    let mut desk = Desk::new();
    let lead = desk.lead("o", "+7921");
    let contacts: Vec<_> = ["Иван", "Ольга"].iter().map(|name| desk.call("crm.contact.add", json!({"fields": {"NAME": name}}))).collect();
    assert_eq!(desk.call("crm.lead.contact.add", json!({"id": lead, "fields": {"CONTACT_ID": contacts[0]}})), true);
    assert_eq!(desk.call("crm.lead.contact.add", json!({"id": lead, "fields": {"CONTACT_ID": contacts[1], "IS_PRIMARY": "Y"}})), true);
    let bound = desk.call("crm.lead.contact.items.get", json!({"id": lead}));
    assert_eq!((bound.as_array().unwrap().len(), &bound[1]["IS_PRIMARY"]), (2, &json!("Y")));
    let old = desk.call("crm.lead.get", json!({"id": lead}));
    assert_eq!((&old["CONTACT_ID"], &old["IS_RETURN_CUSTOMER"]), (&json!("2"), &json!("Y")));
    assert_eq!(desk.call("crm.lead.contact.delete", json!({"id": lead, "fields": {"CONTACT_ID": 2}})), true);
    assert_eq!(item(&mut desk, 1, lead)["contactIds"], json!([1]));
    assert_eq!(desk.refused("crm.lead.contact.add", json!({"id": lead, "fields": {"CONTACT_ID": 77}})), (400, json!("")));
}
