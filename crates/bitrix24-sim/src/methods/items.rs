//! `crm.item.*`: one family for every kind of card, by `entityTypeId`; typed values, camelCase names.
use super::{Asked, Outcome, Table, listing};
use crate::access::CrmRight;
use crate::crm::{Card, Kind, Names, Style};
use crate::error::ApiError;
use crate::map;
use crate::php::{Map, Value};
use crate::portal::Portal;
use crate::serial;

pub(super) fn list(table: &mut Table) {
    table.crm("crm.item.add", CrmRight::Write, add);
    table.crm("crm.item.import", CrmRight::Write, import);
    table.crm("crm.item.get", CrmRight::Read, get);
    table.crm("crm.item.list", CrmRight::Read, find);
    table.crm("crm.item.update", CrmRight::Write, update);
    table.crm("crm.item.delete", CrmRight::Write, delete);
    table.crm("crm.item.fields", CrmRight::Read, fields);
}

fn add(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let (kind, id) = create(portal, asked)?;
    match portal.crm.get(kind, id) {
        Some(card) => whole(portal, asked, card),
        // Without leads the new lead is a deal by now.
        None => Outcome::ok(map! { "item" => map! { "id" => id, "entityTypeId" => kind.number() } }),
    }
}

fn import(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let (_, id) = create(portal, asked)?;
    Outcome::ok(map! { "item" => map! { "id" => id } })
}

fn create(portal: &mut Portal, asked: &Asked<'_>) -> Result<(Kind, u64), ApiError> {
    let kind = kind_of(asked)?;
    let fields = asked.args.required_array("fields")?.clone();
    let mut card = portal.blank_card(kind, asked.caller.user, asked.now);
    let zone = portal.settings.zone.clone();
    portal.crm.write(&mut card, Style::Item, &fields, &zone)?;
    Ok((kind, portal.create(card, asked.caller.user, asked.now)))
}

fn get(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    whole(portal, asked, card(portal, asked)?)
}

fn find(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let page = listing::cards(portal, kind_of(asked)?, Names::Item, asked.args)?;
    let select = listing::select(asked.args);
    let settings = &portal.settings;
    let show =
        |card: &&Card| serial::selected_item(&portal.crm, card, &select, original_names(asked), settings.select_trap, &settings.zone);
    let items: Map = page.cards.iter().map(show).collect();
    Ok(Outcome { result: map! { "items" => items }, total: page.total, next: page.next })
}

fn update(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let fields = asked.args.required_array("fields")?.clone();
    let mut changed = card(portal, asked)?.clone();
    let zone = portal.settings.zone.clone();
    portal.crm.write(&mut changed, Style::Item, &fields, &zone)?;
    // Nothing changed: nothing is saved, and no event is raised (section 2.1).
    portal.save(changed, asked.caller.user, asked.now);
    whole(portal, asked, card(portal, asked)?)
}

fn delete(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let (kind, id) = (kind_of(asked)?, card(portal, asked)?.id);
    portal.erase(kind, id, asked.caller.user, asked.now);
    Outcome::ok(Value::empty())
}

fn fields(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let kind = kind_of(asked)?;
    Outcome::ok(map! { "fields" => serial::describe_item(&portal.crm, kind, original_names(asked)) })
}

fn whole(portal: &Portal, asked: &Asked<'_>, card: &Card) -> Result<Outcome, ApiError> {
    Outcome::ok(map! { "item" => serial::item(&portal.crm, card, original_names(asked), &portal.settings.zone) })
}

fn kind_of(asked: &Asked<'_>) -> Result<Kind, ApiError> {
    let number = asked.args.get("entityTypeId").ok_or_else(|| ApiError::missing("entityTypeId"))?.int();
    u64::try_from(number).ok().and_then(Kind::of_number).ok_or_else(|| ApiError::bad("NOT_FOUND", "SPA not found"))
}

fn card<'a>(portal: &'a Portal, asked: &Asked<'_>) -> Result<&'a Card, ApiError> {
    let kind = kind_of(asked)?;
    let id = asked.args.get("id").ok_or_else(|| ApiError::missing("id"))?.int();
    u64::try_from(id).ok().and_then(|id| portal.crm.get(kind, id)).ok_or_else(|| ApiError::bad("NOT_FOUND", "Item not found"))
}

fn original_names(asked: &Asked<'_>) -> bool {
    asked.args.get("useOriginalUfNames").is_some_and(Value::is_true)
}
