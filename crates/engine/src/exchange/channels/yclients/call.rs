//! Calls: what the bot did with visits. Only what was answered with success happened.

use serde_json::{Value, json};

use super::super::super::About;
use super::super::super::opaque;
use super::super::super::told::{Told, Writer};
use super::super::super::wire::Exchange;
use super::super::delivered::{MOST, answer, items, kept, label, text};
use super::super::outward::{Call, action, is_fine, path, request, summary};
use super::{NAME, PROVIDER, visit};

/// A call, and what came of it: one event a visit.
pub(super) fn called(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    let (asked, answered) = (request(exchange), answer(exchange));
    let deed = deed(exchange);
    if !happened(exchange, &answered) {
        return vec![failed(exchange, about, deed, &asked, &answered)];
    }
    let data = &answered["data"];
    let visits: Vec<&Value> = match (deed, data) {
        (Deed::Other, _) => Vec::new(),
        (_, Value::Array(all)) => all.iter().take(MOST).collect(),
        (_, other) => vec![other],
    };
    if visits.is_empty() {
        return vec![other(exchange, about, &asked, &answered)];
    }
    let several = visits.len() > 1;
    visits.iter().enumerate().map(|(at, visit)| one(exchange, about, deed, &asked, visit, several.then_some(at))).collect()
}

/// The same before its answer is known.
pub(super) fn asked(exchange: &Exchange, about: &About<'_>) -> Told {
    let asked = request(exchange);
    let call = Call { provider: PROVIDER, name: NAME, action: named(exchange, deed(exchange)), ..Call::default() };
    call.asked(exchange, about, &asked, |writer| client(writer, &asked, &Value::Null))
}

/// What a call is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Create,
    /// The widget's own way: several visits of one client.
    Book,
    Update,
    Delete,
    Other,
}

fn deed(exchange: &Exchange) -> Deed {
    match (exchange.request.method.as_str(), path(exchange).as_slice()) {
        ("POST", [.., "records", _]) => Deed::Create,
        ("POST", [.., "book_record", _]) => Deed::Book,
        ("PUT", [.., "record", _, _]) => Deed::Update,
        ("DELETE", [.., "record", _, _]) => Deed::Delete,
        _ => Deed::Other,
    }
}

/// `success`; a deletion is answered with 204 and nothing in it.
fn happened(exchange: &Exchange, answered: &Value) -> bool {
    is_fine(exchange) && (answered["success"] == true || exchange.response.as_ref().is_some_and(|response| response.status == 204))
}

fn one(exchange: &Exchange, about: &About<'_>, deed: Deed, asked: &Value, made: &Value, at: Option<usize>) -> Told {
    let id = at.map_or_else(|| exchange.id.clone(), |at| format!("{}.{at}", exchange.id));
    let mut writer = begun(exchange, about, &id);
    writer.own(exchange, Some(kept(asked)), (!made.is_null()).then(|| kept(made)));
    let given = &asked["appointments"][at.unwrap_or(0)];
    // The answer says what was made of it; of what it leaves out, the request.
    let said = |name: &str| [made, given, asked].into_iter().map(|place| &place[name]).find(|value| !value.is_null()).cloned();
    let mut data = json!({});
    for name in ["datetime", "date", "services", "staff", "attendance", "visit_attendance", "deleted"] {
        data[name] = said(name).unwrap_or_default();
    }
    let number = if deed == Deed::Book { label(&made["record_id"]) } else { label(&made["id"]) };
    data["id"] = number.or_else(|| in_path(exchange, deed)).into();
    let kind = match deed {
        Deed::Create | Deed::Book => "booking_created",
        Deed::Delete => "booking_cancelled",
        Deed::Update | Deed::Other => visit::became(&data),
    };
    visit::write(&mut writer, kind, &data, None);
    writer.set("action", named(exchange, deed));
    client(&mut writer, asked, made);
    writer.told()
}

/// A record's number in the path of a call about it.
fn in_path(exchange: &Exchange, deed: Deed) -> Option<String> {
    let last = path(exchange).last().copied()?;
    matches!(deed, Deed::Update | Deed::Delete).then(|| label(&last.into())).flatten()
}

fn failed(exchange: &Exchange, about: &About<'_>, deed: Deed, asked: &Value, answered: &Value) -> Told {
    let mut writer = begun(exchange, about, &exchange.id);
    writer.own(exchange, Some(kept(asked)), (!answered.is_null()).then(|| kept(answered)));
    writer.set("type", "crm_call").set("direction", "internal").set("action", named(exchange, deed));
    let refused = answered["success"] == false;
    let code = label(&answered["meta"]["code"]).unwrap_or_else(|| if refused { "refused" } else { "no_answer" }.to_owned());
    let said = [&answered["meta"]["message"], &answered["message"]].into_iter().map(text).find(|text| !text.is_empty());
    let said =
        said.map(str::to_owned).or_else(|| opaque::failure(exchange)).unwrap_or_else(|| "the answer does not say success".to_owned());
    writer.part("error", "code", Some(code)).part("error", "message", Some(said));
    client(&mut writer, asked, &Value::Null);
    writer.told()
}

/// Anything else: what was looked up may be of many clients, and is not kept.
fn other(exchange: &Exchange, about: &About<'_>, asked: &Value, answered: &Value) -> Told {
    let mut writer = begun(exchange, about, &exchange.id);
    let is_look_up = exchange.request.method == "GET" || items(&answered["data"]).nth(1).is_some();
    writer.own(exchange, Some(kept(asked)), Some(if is_look_up { summary(exchange) } else { kept(answered) }));
    writer.set("type", "crm_call").set("direction", "internal").set("action", named(exchange, Deed::Other));
    if !is_look_up {
        client(&mut writer, asked, &answered["data"]);
    }
    writer.told()
}

fn begun(exchange: &Exchange, about: &About<'_>, id: &str) -> Writer {
    let mut writer = Writer::new(exchange, about, id);
    writer.set("latency_ms", ((exchange.ended_us - exchange.started_us) / 1000).max(0)).meta("method", exchange.request.method.as_str());
    writer
}

/// Who it is for: whom the answer names, else whom the request does.
fn client(writer: &mut Writer, asked: &Value, made: &Value) {
    let people = [&made["client"], &asked["client"], asked];
    let who = people.into_iter().find(|who| !who["phone"].is_null() || !who["id"].is_null() && !std::ptr::eq(*who, asked));
    if let Some(who) = who {
        visit::client(writer, who);
    }
}

fn named(exchange: &Exchange, deed: Deed) -> String {
    match deed {
        Deed::Create | Deed::Book => "create_booking".to_owned(),
        Deed::Update => "update_booking".to_owned(),
        Deed::Delete => "cancel_booking".to_owned(),
        Deed::Other => {
            let word = path(exchange).into_iter().find(|part| !matches!(*part, "api" | "v1" | "v2"));
            action(PROVIDER, word)
        }
    }
}
