//! `crm.lead.contact.*`, `crm.deal.contact.*`: which contacts belong to a card.
use super::{Asked, Outcome, Table, cards::card};
use crate::access::CrmRight;
use crate::crm::{Binding, Card, Kind};
use crate::error::ApiError;
use crate::map;
use crate::php::{Map, Value};
use crate::portal::Portal;

pub(super) fn list(table: &mut Table) {
    for kind in [Kind::Lead, Kind::Deal] {
        let methods: [(&str, CrmRight, super::Run); 5] = [
            ("add", CrmRight::Write, add),
            ("delete", CrmRight::Write, delete),
            ("items.get", CrmRight::Read, items),
            ("items.set", CrmRight::Write, set),
            ("items.delete", CrmRight::Write, clear),
        ];
        for (verb, right, run) in methods {
            let method = table.crm(&format!("crm.{}.contact.{verb}", kind.word()), right, run);
            method.kind = Some(kind);
            method.old = true;
        }
    }
}

fn add(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let mut changed = card(portal, asked)?.clone();
    let fields = asked.args.old_fields()?;
    bind(portal, &mut changed, &fields)?;
    Outcome::ok(portal.save(changed, asked.caller.user, asked.now))
}

fn delete(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let mut changed = card(portal, asked)?.clone();
    let found = changed.unbind_contact(contact_of(&asked.args.old_fields()?)?);
    portal.save(changed, asked.caller.user, asked.now);
    Outcome::ok(found)
}

fn items(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let row = |binding: &Binding| {
        let primary = if binding.primary { "Y" } else { "N" };
        map! { "CONTACT_ID" => binding.contact, "SORT" => binding.sort, "ROLE_ID" => 0, "IS_PRIMARY" => primary }
    };
    Outcome::ok(card(portal, asked)?.contacts.iter().map(row).collect::<Map>())
}

fn set(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let mut changed = card(portal, asked)?.clone();
    changed.contacts.clear();
    for row in asked.args.array("items").values().filter_map(Value::array) {
        bind(portal, &mut changed, row)?;
    }
    portal.save(changed, asked.caller.user, asked.now);
    Outcome::ok(true)
}

fn clear(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let mut changed = card(portal, asked)?.clone();
    changed.contacts.clear();
    portal.save(changed, asked.caller.user, asked.now);
    Outcome::ok(true)
}

fn bind(portal: &Portal, card: &mut Card, fields: &Map) -> Result<(), ApiError> {
    let contact = contact_of(fields)?;
    portal.crm.get(Kind::Contact, contact).ok_or_else(|| ApiError::old("Not found"))?;
    let sort = fields.get("SORT").map(Value::int);
    card.bind_contact(contact, sort, fields.get("IS_PRIMARY").is_some_and(Value::is_true));
    Ok(())
}

fn contact_of(fields: &Map) -> Result<u64, ApiError> {
    let id = fields.get("CONTACT_ID").map_or(0, Value::int);
    u64::try_from(id)
        .ok()
        .filter(|&id| id > 0)
        .ok_or_else(|| ApiError::old("The parameter 'fields' is not valid: CONTACT_ID is not defined or invalid."))
}
