//! `imopenlines.dialog.get`, `imopenlines.crm.chat.get`.
use super::{Asked, Outcome, Table};
use crate::crm::Kind;
use crate::error::ApiError;
use crate::map;
use crate::php::{Map, Value};
use crate::portal::Portal;

pub(super) fn list(table: &mut Table) {
    table.add("imopenlines.dialog.get", Some("imopenlines"), dialog);
    table.add("imopenlines.crm.chat.get", Some("imopenlines"), chats_of);
    table.add("imopenlines.crm.chat.getLastId", Some("imopenlines"), last_of);
}

fn dialog(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let code = asked.args.text("USER_CODE");
    let dialog = asked.args.text("DIALOG_ID").trim_start_matches("chat").parse().ok();
    let id = asked.args.number("CHAT_ID").or(dialog).or_else(|| {
        // The code may carry the prefix that messengers of a card have.
        let code = code.strip_prefix("imol|").unwrap_or(&code);
        portal.chats.0.iter().find(|(_, chat)| chat.entity_id == code).map(|(id, _)| *id)
    });
    let found = id.and_then(|id| Some((id, portal.chats.0.get(&id)?)));
    let (id, chat) = found.ok_or_else(|| ApiError::denied("You do not have access to the specified dialog"))?;
    let lead = chat.cards.first().map_or_else(|| "N||0".to_string(), |(kind, card)| format!("Y|{}|{card}", kind.upper()));
    Outcome::ok(map! {
        "id" => id, "parent_chat_id" => 0, "name" => &chat.name, "description" => Value::Null, "owner" => asked.caller.user, "extranet" => false, "avatar" => "",
        "type" => "lines", "entity_type" => "LINES", "entity_id" => &chat.entity_id, "entity_data_1" => format!("{lead}|N|N|0|0|0|0|0"),
        "entity_data_2" => chat.entity_data_2(), "entity_data_3" => "N", "message_type" => "L", "dialog_id" => format!("chat{id}")
    })
}

fn chats_of(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let rows = tied(portal, asked)?
        .into_iter()
        .map(|(id, connector)| map! { "CHAT_ID" => id.to_string(), "CONNECTOR_ID" => &connector, "CONNECTOR_TITLE" => &connector });
    Outcome::ok(rows.collect::<Map>())
}

fn last_of(portal: &mut Portal, asked: &Asked<'_>) -> Result<Outcome, ApiError> {
    let last = tied(portal, asked)?.pop().ok_or_else(|| ApiError::bad("NOT_FOUND", "Chat not found"))?;
    Outcome::ok(last.0)
}

fn tied(portal: &Portal, asked: &Asked<'_>) -> Result<Vec<(u64, String)>, ApiError> {
    let kind = Kind::of_word(&asked.args.text("CRM_ENTITY_TYPE"))
        .ok_or_else(|| ApiError::bad("ERROR_ARGUMENT", "Argument 'CRM_ENTITY_TYPE' is null or empty"))?;
    let card = asked.args.number("CRM_ENTITY").ok_or_else(|| ApiError::bad("ERROR_ARGUMENT", "Argument 'CRM_ENTITY' is null or empty"))?;
    let chats = portal.chats.0.iter().filter(|(_, chat)| chat.cards.contains(&(kind, card)));
    Ok(chats.map(|(id, chat)| (*id, chat.entity_id.split('|').next().unwrap_or_default().to_string())).collect())
}
