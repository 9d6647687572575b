//! `crm.lead.*`, `crm.contact.*`, `crm.deal.*`, `crm.company.*`: development stopped, still what most bots call. Codes of refusals are empty.
use super::{Asked, Outcome, Table, listing};
use crate::access::CrmRight;
use crate::crm::{Card, Kind, Names, Style};
use crate::error::ApiError;
use crate::php::Map;
use crate::portal::Portal;
use crate::serial;

pub(super) fn list(table: &mut Table) {
    for kind in Kind::ALL {
        let word = kind.word();
        let methods: [(&str, CrmRight, super::Run); 6] = [
            ("add", CrmRight::Write, add),
            ("get", CrmRight::Read, get),
            ("list", CrmRight::Read, find),
            ("update", CrmRight::Write, update),
            ("delete", CrmRight::Write, delete),
            ("fields", CrmRight::Nothing, fields),
        ];
        for (verb, right, run) in methods {
            let method = table.crm(&format!("crm.{word}.{verb}"), right, run);
            method.kind = Some(kind);
            method.old = true;
        }
    }
}

fn add(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let fields = asked.args.old_fields()?;
    let mut card = portal.blank_card(asked.kind()?, asked.caller.user, asked.now);
    let zone = portal.settings.zone.clone();
    portal.crm.write(&mut card, Style::Old, &fields, &zone)?;
    Outcome::ok(portal.create(card, asked.caller.user, asked.now))
}

fn get(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let card = card(portal, asked)?;
    Outcome::ok(serial::old(&portal.crm, card, &portal.settings.zone))
}

fn find(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let page = listing::cards(portal, asked.kind()?, Names::Old, asked.args)?;
    let select = listing::select(asked.args);
    let rows: Map = page.cards.iter().map(|card| serial::selected_old(&portal.crm, card, &select, &portal.settings.zone)).collect();
    Ok(Outcome { result: rows.into(), total: page.total, next: page.next })
}

fn update(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let mut card = card(portal, asked)?.clone();
    let zone = portal.settings.zone.clone();
    portal.crm.write(&mut card, Style::Old, &asked.args.old_fields()?, &zone)?;
    // An old method says true, and tells of an update, whether or not anything changed.
    if !portal.save(card.clone(), asked.caller.user, asked.now) {
        portal.tell(crate::events::What::Card(card.kind, "UPDATE", card.id), asked.caller.user, asked.now);
    }
    Outcome::ok(true)
}

fn delete(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let (kind, id) = (asked.kind()?, card(portal, asked)?.id);
    Outcome::ok(portal.erase(kind, id, asked.caller.user, asked.now))
}

fn fields(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    Outcome::ok(serial::describe_old(&portal.crm, asked.kind()?))
}

/// The card that `id` names.
pub(super) fn card<'a>(portal: &'a Portal, asked: &Asked<'_>) -> Result<&'a Card, ApiError> {
    let id = asked.args.old_id()?;
    portal.crm.get(asked.kind()?, id).ok_or_else(|| ApiError::old("Not found"))
}
