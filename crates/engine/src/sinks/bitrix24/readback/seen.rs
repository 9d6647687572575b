//! What the portal is asked when it is read, and what its answers hold. Pure.
//!
//! Steps of the stage history (append-only, so their ids are a position), cards as they are now, bookings. Of a card only numbers, stage, sum
//! and moments are read; names, phones and texts are left where they are.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::cards::type_id;
use super::super::rest::Call;
use crate::access::CrmSettings;
use crate::event::{CrmKind, CrmRef};
use crate::journal::crm::items::Item;

/// Rows of a page; fewer say that it is the last.
pub(super) const PAGE: usize = 50;

/// A source is a code of the portal's list; a longer one is none of it.
const SOURCE_CHARS: usize = 50;

/// One step of the stage history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) id: i64,
    pub(super) card: CrmRef,
    pub(super) is_new: bool,
    /// As the portal writes it, with its offset.
    pub(super) at: String,
    pub(super) stage: String,
    pub(super) semantics: Option<String>,
}

/// A card as it is now.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Card {
    pub(super) item: Item,
    /// When it was changed, as the portal writes it.
    pub(super) updated: String,
}

/// A booking as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Booking {
    pub(super) id: u64,
    pub(super) starts_us: i64,
    pub(super) zone: String,
}

/// Steps after `id`.
pub(super) fn steps_after(kind: CrmKind, id: i64) -> Call {
    history(kind, json!({ ">ID": id }), "ASC")
}

/// Steps of one card after `id`.
pub(super) fn steps_of(card: CrmRef, id: i64) -> Call {
    history(card.kind, json!({ ">ID": id, "OWNER_ID": card.id }), "ASC")
}

/// The newest step there is.
pub(super) fn newest_step(kind: CrmKind) -> Call {
    history(kind, json!({}), "DESC")
}

fn history(kind: CrmKind, filter: Value, order: &str) -> Call {
    let params = json!({ "entityTypeId": type_id(kind), "filter": filter, "order": { "ID": order }, "start": 0 });
    Call::new("crm.stagehistory.list", params)
}

/// Cards changed since a moment, in that order.
pub(super) fn changed_since(kind: CrmKind, settings: &CrmSettings, since_us: i64, page: usize) -> Call {
    let since = Timestamp::from_microsecond(since_us).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let order = json!({ "updatedTime": "ASC", "id": "ASC" });
    cards(kind, settings, json!({ ">=updatedTime": since }), order, page * PAGE)
}

/// Cards by their numbers.
pub(super) fn by_ids(kind: CrmKind, settings: &CrmSettings, ids: &[u64]) -> Call {
    cards(kind, settings, json!({ "@id": ids }), json!({ "id": "ASC" }), 0)
}

fn cards(kind: CrmKind, settings: &CrmSettings, filter: Value, order: Value, start: usize) -> Call {
    let mut params = json!({ "entityTypeId": type_id(kind), "filter": filter, "order": order, "start": start });
    // A field of the business's own is named in ways that depend on its digits, and `select` with original names gives empty items on
    // some portals: then everything comes, and what is not wanted is left unread.
    if settings.no_show_field.is_none() {
        let common = ["id", "updatedTime", "createdTime", "sourceId", "assignedById"];
        let more: &[&str] = match kind {
            CrmKind::Lead => &["stageId", "stageSemanticId", "opportunity", "currencyId", "contactId"],
            CrmKind::Deal => &["stageId", "stageSemanticId", "opportunity", "currencyId", "contactId", "leadId"],
            _ => &["leadId"],
        };
        params["select"] = [&common, more].concat().into();
    }
    Call::new("crm.item.list", params)
}

/// Bookings within a stretch of time.
pub(super) fn bookings_within((from_us, to_us): (i64, i64), page: usize) -> Call {
    let within = json!({ "dateFrom": from_us / 1_000_000, "dateTo": to_us / 1_000_000 });
    Call::new("booking.v1.booking.list", json!({ "filter": { "within": within }, "order": { "id": "ASC" }, "start": page * PAGE }))
}

/// The steps that a page of the history holds.
pub(super) fn steps(kind: CrmKind, result: &Value) -> Vec<Step> {
    let rows = result["items"].as_array().into_iter().flatten();
    let read = |row: &Value| {
        let text = |names: [&str; 2]| names.iter().find_map(|name| row[*name].as_str()).map(str::to_owned);
        Some(Step {
            id: i64::try_from(number(&row["ID"])?).ok()?,
            card: CrmRef { kind, id: number(&row["OWNER_ID"]).filter(|id| *id > 0)? },
            is_new: number(&row["TYPE_ID"]) == Some(1),
            at: row["CREATED_TIME"].as_str()?.to_owned(),
            // Leads have other names for the same.
            stage: text(["STAGE_ID", "STATUS_ID"])?,
            semantics: text(["STAGE_SEMANTIC_ID", "STATUS_SEMANTIC_ID"]),
        })
    };
    rows.filter_map(read).collect()
}

/// The cards that a page of items holds.
pub(super) fn cards_of(kind: CrmKind, settings: &CrmSettings, result: &Value) -> Vec<Card> {
    let rows = result["items"].as_array().into_iter().flatten();
    rows.filter_map(|row| card(kind, settings, row)).collect()
}

fn card(kind: CrmKind, settings: &CrmSettings, row: &Value) -> Option<Card> {
    let text = |name: &str| row[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let linked = |name: &str| number(&row[name]).filter(|id| *id > 0);
    let updated = text("updatedTime").unwrap_or_default();
    let amount = row["opportunity"].as_f64().or_else(|| row["opportunity"].as_str()?.parse().ok()).filter(|amount| *amount > 0.0);
    let item = Item {
        kind: kind.as_str().to_owned(),
        item: number(&row["id"]).filter(|id| *id > 0)?,
        stage: text("stageId"),
        semantics: text("stageSemanticId"),
        amount: amount.map(|amount| format!("{amount:.2}")),
        currency: text("currencyId"),
        lead: linked("leadId"),
        contact: linked("contactId"),
        no_show: settings.no_show_field.as_deref().is_some_and(|field| says_no_show(row, field)),
        updated_us: updated.parse::<Timestamp>().ok().map(Timestamp::as_microsecond),
        created_us: text("createdTime").and_then(|created| created.parse::<Timestamp>().ok()).map(Timestamp::as_microsecond),
        source: text("sourceId").map(|source| source.chars().take(SOURCE_CHARS).collect()),
        responsible: linked("assignedById"),
        ..Item::default()
    };
    Some(Card { item, updated })
}

/// Whether a card's field says that nobody came: `UF_CRM_NOSHOW`, or `UF_CRM_STATUS=45` where one value of several says so.
fn says_no_show(row: &Value, field: &str) -> bool {
    let (name, wanted) = field.split_once('=').map_or((field, None), |(name, value)| (name, Some(value.trim())));
    let name = folded(name);
    let values = row.as_object().into_iter().flatten().filter(|(key, _)| folded(key) == name).map(|(_, value)| value);
    values.flat_map(|value| value.as_array().map_or_else(|| vec![value], |list| list.iter().collect())).any(|value| {
        let told = match value {
            Value::Bool(is) => if *is { "1" } else { "0" }.to_owned(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            _ => return false,
        };
        match wanted {
            Some(wanted) => told == wanted,
            None => !matches!(told.as_str(), "" | "0" | "N" | "n" | "false"),
        }
    })
}

/// `UF_CRM_NO_SHOW` and `ufCrmNoShow` are one field.
fn folded(name: &str) -> String {
    name.trim().chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

/// The bookings that a page holds.
pub(super) fn bookings_of(result: &Value) -> Vec<Booking> {
    let rows = result["booking"].as_array().into_iter().flatten();
    let read = |row: &Value| {
        let from = &row["datePeriod"]["from"];
        let starts_us = from["timestamp"].as_i64().or_else(|| from["timestamp"].as_str()?.parse().ok())?.checked_mul(1_000_000)?;
        Some(Booking { id: number(&row["id"])?, starts_us, zone: from["timezone"].as_str().unwrap_or("UTC").to_owned() })
    };
    rows.filter_map(read).collect()
}

/// The contact that comes to a booking.
pub(super) fn contact_of(result: &Value) -> Option<u64> {
    let mut clients = result["bookingClient"].as_array().into_iter().flatten();
    clients.find(|client| client["type"]["code"] == "CONTACT").and_then(|client| number(&client["id"]))
}

/// The deal that a booking is tied to.
pub(super) fn deal_of(result: &Value) -> Option<u64> {
    let mut ties = result["externalData"].as_array().into_iter().flatten();
    ties.find(|tie| tie["entityTypeId"] == "DEAL").and_then(|tie| number(&tie["value"]))
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_step_is_read_under_both_names() {
        let deal = json!({ "items": [{ "ID": 35, "TYPE_ID": 1, "OWNER_ID": 21, "CREATED_TIME": "2024-04-25T14:59:11+03:00", "CATEGORY_ID": 0,
            "STAGE_SEMANTIC_ID": "P", "STAGE_ID": "NEW" }] });
        let read = steps(CrmKind::Deal, &deal);
        assert_eq!((read[0].id, read[0].is_new, read[0].stage.as_str()), (35, true, "NEW"));
        let lead = json!({ "items": [{ "ID": "36", "TYPE_ID": "3", "OWNER_ID": "4", "CREATED_TIME": "2024-04-25T14:59:11+03:00",
            "STATUS_SEMANTIC_ID": "S", "STATUS_ID": "CONVERTED" }, { "ID": 37 }, null] });
        let read = steps(CrmKind::Lead, &lead);
        assert_eq!((read.len(), read[0].card.id, read[0].semantics.as_deref(), read[0].is_new), (1, 4, Some("S"), false));
        assert!(steps(CrmKind::Lead, &json!([])).is_empty());
    }

    #[test]
    fn of_a_card_only_numbers_stage_sum_and_moments_are_read() {
        let row = json!({ "id": 9, "stageId": "C1:WON", "stageSemanticId": "S", "opportunity": 4500, "currencyId": "RUB", "contactId": 7, "leadId": 0, "sourceId": "1|TELEGRAM",
            "assignedById": 3, "createdTime": "2026-11-22T11:00:00+03:00", "updatedTime": "2026-11-22T12:00:00+03:00", "title": "Анна Иванова", "phone": "+79215550101" });
        let card = card(CrmKind::Deal, &CrmSettings::default(), &row).unwrap();
        let item = Item {
            kind: "deal".into(),
            item: 9,
            stage: Some("C1:WON".into()),
            semantics: Some("S".into()),
            amount: Some("4500.00".into()),
            currency: Some("RUB".into()),
            contact: Some(7),
            updated_us: Some(1_795_338_000_000_000),
            created_us: Some(1_795_334_400_000_000),
            source: Some("1|TELEGRAM".into()),
            responsible: Some(3),
            ..Item::default()
        };
        assert_eq!(card.item, item);
    }

    #[test]
    fn a_field_says_that_nobody_came_in_every_spelling() {
        let says = |field: &str, row: Value| says_no_show(&row, field);
        for row in
            [json!({ "ufCrmNoshow": 1 }), json!({ "UF_CRM_NOSHOW": "Y" }), json!({ "ufCrmNoshow": true }), json!({ "ufCrm_NOSHOW": ["1"] })]
        {
            assert!(says("UF_CRM_NOSHOW", row.clone()), "{row}");
        }
        for row in [
            json!({ "ufCrmNoshow": 0 }),
            json!({ "UF_CRM_NOSHOW": "N" }),
            json!({ "ufCrmNoshow": null }),
            json!({}),
            json!({ "ufCrmNoshow": [] }),
        ] {
            assert!(!says("UF_CRM_NOSHOW", row.clone()), "{row}");
        }
        assert!(says("UF_CRM_1747309879=45", json!({ "ufCrm_1747309879": 45 })));
        assert!(!says("UF_CRM_1747309879=45", json!({ "ufCrm_1747309879": 44 })));
    }

    #[test]
    fn a_booking_is_whose_its_contact_and_deal_are() {
        let listed = json!({ "booking": [{ "id": 15, "name": "Анна", "resourceIds": [1],
            "datePeriod": { "from": { "timestamp": 1_723_446_900, "timezone": "Europe/Moscow" }, "to": { "timestamp": 1_723_447_800, "timezone": "Europe/Moscow" } } }] });
        assert_eq!(bookings_of(&listed), [Booking { id: 15, starts_us: 1_723_446_900_000_000, zone: "Europe/Moscow".into() }]);
        let clients = json!({ "bookingClient": [{ "id": 1, "type": { "code": "COMPANY" } }, { "id": 2, "type": { "code": "CONTACT", "module": "crm" } }] });
        assert_eq!(contact_of(&clients), Some(2));
        assert_eq!(deal_of(&json!({ "externalData": [{ "entityTypeId": "DEAL", "moduleId": "crm", "value": "1" }] })), Some(1));
        assert_eq!((contact_of(&json!([])), deal_of(&json!([]))), (None, None));
    }
}
