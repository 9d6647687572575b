//! What hangs on cards: comments, log entries, notes, to-do items; bookings; chats.
use bitrix24_sim::Kind;
use bitrix24_sim::chats::Chat;
use serde_json::{Value, json};

use crate::desk::Desk;

#[test]
fn log_entries_are_written_read_and_listed_newest_first() {
    let mut desk = Desk::new();
    let lead = desk.lead("o", "+7921");
    let entry = |title: &str| json!({"fields": {"entityTypeId": 1, "entityId": lead, "title": title, "text": "текст", "iconCode": "info"}});
    let first = desk.call("crm.timeline.logmessage.add", entry("один"));
    assert_eq!(
        first["logMessage"],
        json!({"id": 1, "created": "2026-11-23T05:00:00+03:00", "authorId": 1, "title": "один", "text": "текст", "iconCode": "info"})
    );
    desk.call("crm.timeline.logmessage.add", entry("два"));
    let (_, body) = desk.ask("crm.timeline.logmessage.list", json!({"entityTypeId": 1, "entityId": lead}));
    assert_eq!((&body["result"][0]["title"], &body["total"]), (&json!("два"), &json!(2)));
    let oldest = desk.call("crm.timeline.logmessage.list", json!({"entityTypeId": 1, "entityId": lead, "order": {"id": "asc"}}));
    assert_eq!(oldest[0]["title"], "один");
    assert_eq!(desk.call("crm.timeline.logmessage.get", json!({"id": 1}))["logMessage"]["title"], "один");
    let nowhere = json!({"fields": {"entityTypeId": 1, "entityId": 99, "title": "t", "text": "x", "iconCode": "info"}});
    assert_eq!(desk.refused("crm.timeline.logmessage.add", nowhere), (400, json!("OWNER_NOT_FOUND")));
    assert_eq!(
        desk.refused("crm.timeline.logmessage.add", json!({"fields": {"entityTypeId": 1, "entityId": lead, "title": "t"}})),
        (400, json!(100))
    );
    desk.call("crm.timeline.note.save", json!({"ownerTypeId": 1, "ownerId": lead, "itemType": 1, "itemId": 1, "text": "заметка"}));
    let note = desk.call("crm.timeline.note.get", json!({"ownerTypeId": 1, "ownerId": lead, "itemType": 1, "itemId": 1}));
    assert_eq!((&note["text"], &note["createdById"]), (&json!("заметка"), &json!(1)));
    desk.call("crm.timeline.logmessage.delete", json!({"id": 1}));
    assert_eq!(desk.refused("crm.timeline.logmessage.get", json!({"id": 1})), (400, json!("NOT_FOUND")));
}

#[test]
fn comments_can_be_changed_afterwards() {
    let mut desk = Desk::new();
    let lead = desk.lead("o", "+7921");
    let add = |kind: &str, id: u64, text: &str| json!({"fields": {"ENTITY_ID": id, "ENTITY_TYPE": kind, "COMMENT": text}});
    let id = desk.call("crm.timeline.comment.add", add("lead", lead, "было"));
    desk.call("crm.timeline.comment.update", json!({"id": id, "fields": {"COMMENT": "стало"}}));
    let list = desk.call("crm.timeline.comment.list", json!({"filter": {"ENTITY_ID": lead, "ENTITY_TYPE": "lead"}}));
    assert_eq!((&list[0]["COMMENT"], &list[0]["ID"]), (&json!("стало"), &json!("1")));
    assert_eq!(desk.refused("crm.timeline.comment.add", add("lead", lead, " ")), (400, json!("INVALID_ARG_VALUE")));
    assert_eq!(desk.refused("crm.timeline.comment.add", add("lead", 99, "x")), (400, json!("OWNER_NOT_FOUND")));
    assert_eq!(desk.call("crm.timeline.comment.delete", json!({"id": id})), Value::Null);
    assert_eq!(desk.refused("crm.timeline.comment.get", json!({"id": id})), (400, json!("NOT_FOUND")));
}

#[test]
fn todo_items_need_a_card_and_a_deadline() {
    let mut desk = Desk::new();
    let lead = desk.lead("o", "+7921");
    let todo = json!({"ownerTypeId": 1, "ownerId": lead, "deadline": "2026-11-24T10:00:00", "title": "Перезвонить", "description": "клиент ждёт", "responsibleId": 7, "pingOffsets": [0, 15]});
    assert_eq!(desk.call("crm.activity.todo.add", todo.clone()), json!({"id": 1}));
    let row = desk.call("crm.activity.list", json!({"filter": {"OWNER_ID": lead, "OWNER_TYPE_ID": 1, "COMPLETED": "N"}}))[0].take();
    assert_eq!(
        (&row["SUBJECT"], &row["DEADLINE"], &row["RESPONSIBLE_ID"]),
        (&json!("Перезвонить"), &json!("2026-11-24T10:00:00+03:00"), &json!("7"))
    );
    for (change, code) in [
        (json!({"deadline": "завтра"}), json!("WRONG_DATETIME_FORMAT")),
        (json!({"ownerId": 99}), json!("OWNER_NOT_FOUND")),
        (json!({"deadline": null, "ownerTypeId": null}), json!(100)),
    ] {
        let mut wrong = todo.clone();
        change.as_object().unwrap().iter().for_each(|(key, value)| wrong[key] = value.clone());
        assert_eq!(desk.refused("crm.activity.todo.add", wrong), (400, code));
    }
    desk.portal.delete_card(Kind::Lead, lead, 1);
    assert_eq!(desk.call("crm.activity.list", json!({})), json!([]), "gone with its card");
}

#[test]
fn bookings_are_made_tied_and_refused_by_numbers() {
    let mut desk = Desk::new();
    let resource = desk.portal.bookings.add_resource("Мастер Ольга", 1);
    let period = |from: i64, to: i64| json!({"from": {"timestamp": from, "timezone": "Europe/Moscow"}, "to": {"timestamp": to, "timezone": "Europe/Moscow"}});
    let fields = |from, to| json!({"fields": {"resourceIds": [resource], "name": "Стрижка", "datePeriod": period(from, to)}});
    let id = desk.call("booking.v1.booking.add", fields(1000, 2000))["id"].clone();
    assert_eq!(
        desk.call("booking.v1.booking.get", json!({"id": id}))["booking"],
        json!({"datePeriod": period(1000, 2000), "description": null, "id": 1, "name": "Стрижка", "resourceIds": [resource]})
    );
    assert_eq!(desk.refused("booking.v1.booking.add", fields(1500, 1600)), (400, json!(1018)), "the resource is busy");
    assert_eq!(desk.refused("booking.v1.booking.add", fields(3000, 2500)), (400, json!(422)));
    assert_eq!(desk.refused("booking.v1.booking.add", json!({"fields": {"name": "x"}})), (400, json!(0)));
    assert_eq!(
        (
            desk.refused("booking.v1.booking.get", json!({"id": 9})),
            desk.refused("booking.v1.booking.update", json!({"id": 9, "fields": {}}))
        ),
        ((400, json!(1021)), (400, json!(1019)))
    );
    let client = json!([{"id": 5, "type": {"module": "crm", "code": "CONTACT"}}]);
    desk.call("booking.v1.booking.client.set", json!({"bookingId": id, "clients": client}));
    desk.call(
        "booking.v1.booking.externalData.set",
        json!({"bookingId": id, "externalData": [{"moduleId": "crm", "entityTypeId": "DEAL", "value": "1"}]}),
    );
    assert_eq!(desk.call("booking.v1.booking.client.list", json!({"bookingId": id}))["bookingClient"], client);
    assert_eq!(desk.call("booking.v1.booking.externalData.list", json!({"bookingId": id}))["externalData"][0]["value"], "1");
    let found = |desk: &mut Desk, filter: Value| {
        desk.call("booking.v1.booking.list", json!({"filter": filter}))["booking"].as_array().unwrap().len()
    };
    assert_eq!(found(&mut desk, json!({"within": {"dateFrom": 1500, "dateTo": 3000}})), 1);
    assert_eq!(found(&mut desk, json!({"within": {"dateFrom": 2000, "dateTo": 3000}})), 0);
    assert_eq!(found(&mut desk, json!({"client": {"entities": [{"code": "CONTACT", "module": "crm", "id": 5}]}})), 1);
    assert_eq!(desk.call("booking.v1.booking.update", json!({"id": id, "fields": {"name": "Окрашивание"}})), true);
    assert_eq!(desk.call("booking.v1.booking.delete", json!({"id": id})), true);
}

#[test]
fn a_chat_names_its_cards_and_a_card_is_found_by_its_chat() {
    let mut desk = Desk::new();
    let fields = json!({"TITLE": "Чат", "IM": [{"VALUE": "imol|telegrambot|1|67|21", "VALUE_TYPE": "OPENLINE"}]});
    let lead = desk.call("crm.lead.add", json!({"fields": fields})).as_u64().unwrap();
    desk.portal
        .chats
        .0
        .insert(1777, Chat { entity_id: "telegrambot|1|67|21".into(), cards: vec![(Kind::Lead, lead)], name: "Иван".into() });
    let dialog = desk.call("imopenlines.dialog.get", json!({"CHAT_ID": 1777}));
    assert_eq!(
        (&dialog["entity_id"], &dialog["entity_data_2"]),
        (&json!("telegrambot|1|67|21"), &json!("LEAD|1|COMPANY|0|CONTACT|0|DEAL|0"))
    );
    assert_eq!(desk.call("imopenlines.dialog.get", json!({"USER_CODE": "imol|telegrambot|1|67|21"}))["id"], 1777);
    assert_eq!(desk.refused("imopenlines.dialog.get", json!({"CHAT_ID": 1})).0, 403);
    let found = desk.call("crm.item.list", json!({"entityTypeId": 1, "filter": {"=imol": "imol|telegrambot|1|67|21"}}));
    assert_eq!((&found["items"][0]["id"], &found["items"][0]["hasImol"]), (&json!(lead), &json!("Y")));
    assert_eq!(desk.call("imopenlines.crm.chat.get", json!({"CRM_ENTITY_TYPE": "lead", "CRM_ENTITY": lead}))[0]["CHAT_ID"], "1777");
}
