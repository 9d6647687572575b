//! Updates: what clients, and people of the business, did.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::super::About;
use super::super::super::told::{Told, Writer};
use super::super::super::wire::Exchange;
use super::message::{id, kinds, moment, name, of_chat, place, user, words};

/// The event that an update is; `raw` are its bytes. None where it is no update.
pub(super) fn told(raw: &str, exchange: &Exchange, about: &About<'_>) -> Option<Told> {
    let update: Value = serde_json::from_str(raw).ok()?;
    let number = update["update_id"].as_i64()?;
    let mut writer = Writer::new(exchange, about, &format!("tg:{}:{number}", about.connection));
    writer.at(exchange.started_us).same(&hex(raw.as_bytes())).own(exchange, Some(json!({ "text": raw })), None);
    let Some((kind, value)) = content(&update) else {
        writer.set("type", "other").set("direction", "internal");
        return Some(writer.told());
    };
    writer.meta("telegram", place(if value["chat"].is_object() { value } else { &value["message"] }, kind));
    match kind {
        "message" => said(&mut writer, value),
        "business_message" => in_business(&mut writer, value, about),
        "edited_message" | "edited_business_message" => edited(&mut writer, value),
        "deleted_business_messages" => deleted(&mut writer, value),
        "callback_query" => pressed(&mut writer, value),
        "my_chat_member" => member(&mut writer, value),
        _ => other(&mut writer, value),
    }
    Some(writer.told())
}

/// Names whom an update is from, for what is told of it later.
pub(super) fn client(writer: &mut Writer, update: &Value) {
    let Some((kind, value)) = content(update) else { return };
    if kind.contains("business_message") { of_chat(writer, &value["chat"]) } else { from(writer, value) }
}

/// The chat that an update belongs to; without one, the user.
pub(super) fn chat(update: &Value) -> Option<i64> {
    let (_, value) = content(update)?;
    let places = [&value["chat"]["id"], &value["message"]["chat"]["id"], &value["from"]["id"], &value["user"]["id"]];
    places.into_iter().find_map(Value::as_i64)
}

/// Its kind, and what it says.
fn content(update: &Value) -> Option<(&str, &Value)> {
    update.as_object()?.iter().find(|(name, value)| *name != "update_id" && value.is_object()).map(|(name, value)| (name.as_str(), value))
}

fn said(writer: &mut Writer, message: &Value) {
    writer.at_maybe(moment(&message["date"]));
    from(writer, message);
    if message["successful_payment"].is_object() {
        return paid(writer, &message["successful_payment"]);
    }
    if message["from"]["is_bot"].as_bool() == Some(true) || (words(message).is_none() && kinds(message).is_empty()) {
        writer.set("type", "other").set("direction", "internal");
        return;
    }
    writer.set("type", "message_in").words("text", words(message).unwrap_or_default());
    writer.maybe("source", words(message).and_then(|text| text.strip_prefix("/start ")).map(str::trim));
    // Anybody's contact can be shared: only one's own says one's phone.
    let contact = &message["contact"];
    if contact["user_id"].is_i64() && contact["user_id"] == message["from"]["id"] {
        writer.part("client", "phone", contact["phone_number"].as_str().map(international));
    }
}

/// In a chat of the owner's own account: the client's words, the owner's, or those of a bot on the owner's behalf.
fn in_business(writer: &mut Writer, message: &Value, about: &About<'_>) {
    let chat = &message["chat"];
    if message["from"]["id"] == chat["id"] {
        return said(writer, message);
    }
    writer.at_maybe(moment(&message["date"]));
    of_chat(writer, chat);
    if message["sender_business_bot"].is_object() {
        writer.set("type", "message_out").words("bot_response", words(message).unwrap_or_default());
        sent(writer, about, message);
    } else {
        writer.set("type", "operator_reply").words("text", words(message).unwrap_or_default());
        writer.maybe("operator", name(&message["from"]));
    }
}

/// A message that left: known by chat and number, whether the call, its echo or both tell of it. Of other words under the same number
/// nothing is dropped.
pub(super) fn sent(writer: &mut Writer, about: &About<'_>, message: &Value) {
    let (Some(chat), Some(number)) = (id(&message["chat"]["id"]), id(&message["message_id"])) else { return };
    let known = format!("tg:{}:{chat}:{number}", about.connection);
    let essence = json!([known, words(message), kinds(message)]);
    writer.set("event_id", known).same(&hex(essence.to_string().as_bytes()));
    writer.part("delivery", "message_id", Some(number));
    writer.part("delivery", "status", Some("sent")).part("delivery", "provider", Some("telegram"));
}

fn edited(writer: &mut Writer, message: &Value) {
    writer.at_maybe(moment(&message["edit_date"]).or_else(|| moment(&message["date"])));
    let own = message["chat"]["type"] == "private" && message["from"]["id"] != message["chat"]["id"];
    if own {
        of_chat(writer, &message["chat"])
    } else {
        from(writer, message)
    }
    writer.set("type", "message_edited").set("direction", if own { "out" } else { "in" }).maybe("text", words(message));
}

fn deleted(writer: &mut Writer, value: &Value) {
    of_chat(writer, &value["chat"]);
    writer.set("type", "message_deleted").set("direction", "internal").meta("message_ids", value["message_ids"].clone());
}

/// A button under a message: its words are what is written on it.
fn pressed(writer: &mut Writer, query: &Value) {
    user(writer, &query["from"]);
    let data = query["data"].as_str().unwrap_or_default();
    let rows = query["message"]["reply_markup"]["inline_keyboard"].as_array();
    let mut buttons = rows.into_iter().flatten().filter_map(Value::as_array).flatten();
    let label = buttons.find(|button| button["callback_data"].as_str() == Some(data)).and_then(|button| button["text"].as_str());
    let words = label.or(Some(data).filter(|data| !data.is_empty())).or_else(|| query["game_short_name"].as_str());
    writer.set("type", "message_in").words("text", words.unwrap_or_default()).meta("button", data);
}

/// The client blocked the bot, or came back. Not a refusal: nobody said no to a visit.
fn member(writer: &mut Writer, change: &Value) {
    writer.at_maybe(moment(&change["date"]));
    from(writer, change);
    let private = change["chat"]["type"] == "private";
    let kind = match change["new_chat_member"]["status"].as_str() {
        Some("kicked") if private => "bot_blocked",
        Some("member") if private => "bot_unblocked",
        _ => "other",
    };
    writer.set("type", kind).set("direction", if private { "in" } else { "internal" });
}

fn paid(writer: &mut Writer, payment: &Value) {
    let currency = payment["currency"].as_str().unwrap_or_default();
    let whole = matches!(
        currency,
        "XTR"
            | "JPY"
            | "KRW"
            | "VND"
            | "CLP"
            | "ISK"
            | "PYG"
            | "UGX"
            | "XAF"
            | "XOF"
            | "XPF"
            | "RWF"
            | "GNF"
            | "DJF"
            | "KMF"
            | "BIF"
            | "VUV"
    );
    let amount = payment["total_amount"].as_i64().filter(|amount| (0..100_000_000_000).contains(amount));
    let (Some(amount), 3) = (amount, currency.len()) else {
        writer.set("type", "other").set("direction", "internal");
        return;
    };
    let amount = if whole { amount.to_string() } else { format!("{}.{:02}", amount / 100, amount % 100) };
    writer.set("type", "payment").part("payment", "amount", Some(amount)).part("payment", "currency", Some(currency));
}

fn other(writer: &mut Writer, value: &Value) {
    writer.at_maybe(moment(&value["date"]));
    from(writer, value);
    writer.set("type", "other").set("direction", "internal");
}

/// Whom it is from. In a channel nobody.
fn from(writer: &mut Writer, value: &Value) {
    let who = [&value["from"], &value["user"], &value["message"]["from"]].into_iter().find(|who| who["id"].is_i64());
    match who {
        Some(who) if who["is_bot"].as_bool() != Some(true) => user(writer, who),
        _ => of_chat(writer, &value["chat"]),
    }
}

/// Telegram leaves the plus out.
fn international(phone: &str) -> String {
    let digits = phone.trim();
    if digits.starts_with('+') || !digits.starts_with(|c: char| c.is_ascii_digit()) { digits.to_owned() } else { format!("+{digits}") }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}
