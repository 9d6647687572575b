//! Calls: `/method/messages.send` to one or to several, edits, deletions, anything else.

use serde_json::{Value, json};

use super::super::super::About;
use super::super::super::told::{Told, Writer};
use super::super::super::wire::Exchange;
use super::super::delivered::{MOST, answer, items, label, text};
use super::super::outward::{Call, Came, action, is_fine, path, request, summary};
use super::{NAME, PROVIDER, person};

/// A call, and what came of it: one event for each whom it was sent to.
pub(super) fn called(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    let (asked, answered) = (request(exchange), answer(exchange));
    let call = call(exchange, &asked);
    let to = recipients(&asked);
    if call.words.is_some() && call.kind.is_none() && to.len() > 1 {
        return to.iter().enumerate().map(|(at, peer)| sent_to(exchange, about, (&asked, &answered), &call, (at, peer))).collect();
    }
    let came = came(exchange, &answered, |response| {
        let id = label(response).or_else(|| label(&response[0]["message_id"])).or_else(|| label(&response["message_id"]));
        if call.words.is_some() && call.kind.is_none() { id.map(Some) } else { Some(None) }
    });
    let tells_of_others = [".get", ".search", ".is"].iter().any(|verb| call.action.contains(verb));
    let response = if tells_of_others && is_fine(exchange) { summary(exchange) } else { answered.clone() };
    vec![call.told(exchange, about, (&asked, &response), came, |writer| of(writer, &asked, to.first()))]
}

/// The same before its answer is known.
pub(super) fn asked(exchange: &Exchange, about: &About<'_>) -> Told {
    let asked = request(exchange);
    let to = recipients(&asked);
    let only = to.first().filter(|_| to.len() == 1);
    let part = if to.len() > 1 { json!({ "recipients": to.len() }) } else { asked.clone() };
    call(exchange, &asked).asked(exchange, about, &part, |writer| of(writer, &asked, only))
}

fn call(exchange: &Exchange, asked: &Value) -> Call<'static> {
    let method = path(exchange).last().copied().unwrap_or_default();
    let words = || Some(text(&asked["message"]).to_owned());
    let (kind, words) = match method {
        "messages.send" => (None, words()),
        "messages.edit" => (Some("message_edited"), words()),
        "messages.delete" => (Some("message_deleted"), None),
        _ => (None, None),
    };
    Call { provider: PROVIDER, name: NAME, action: action(PROVIDER, Some(method)), words, kind, part: None }
}

/// What came of it for one of several, who keeps nothing of the others.
fn sent_to(
    exchange: &Exchange,
    about: &About<'_>,
    (asked, answered): (&Value, &Value),
    call: &Call<'_>,
    (at, peer): (usize, &Value),
) -> Told {
    let theirs = items(&answered["response"]).find(|sent| label(&sent["peer_id"]).is_some() && label(&sent["peer_id"]) == label(peer));
    let came = match theirs {
        Some(sent) if sent["error"].is_object() => refused(&sent["error"], "code", "description"),
        Some(sent) => label(&sent["message_id"]).map_or(Came::Unknown, |id| Came::Done(Some(id))),
        None => came(exchange, answered, |_| None),
    };
    let mut own = asked.clone();
    if let Value::Object(parts) = &mut own {
        parts.retain(|name, _| !matches!(name.as_str(), "peer_ids" | "user_ids"));
        parts.insert("peer_id".into(), peer.clone());
    }
    let call = Call { part: Some(at), words: call.words.clone(), action: call.action.clone(), ..*call };
    let answer = theirs.cloned().unwrap_or_default();
    call.told(exchange, about, (&own, &answer), came, |writer| of(writer, asked, Some(peer)))
}

/// Whom a call is for: named alone, or several in one text.
fn recipients(asked: &Value) -> Vec<Value> {
    let several = ["peer_ids", "user_ids"].into_iter().find_map(|name| match &asked[name] {
        Value::String(text) => Some(text.split(',').map(|id| Value::from(id.trim())).take(MOST).collect::<Vec<_>>()),
        Value::Array(all) => Some(all.iter().take(MOST).cloned().collect()),
        Value::Number(one) => Some(vec![one.clone().into()]),
        _ => None,
    });
    let one = || ["peer_id", "user_id"].into_iter().map(|name| &asked[name]).find(|id| !id.is_null()).cloned();
    several.filter(|all| !all.is_empty()).or_else(|| one().map(|one| vec![one])).unwrap_or_default()
}

fn of(writer: &mut Writer, asked: &Value, peer: Option<&Value>) {
    writer.part("client", "channel_id", peer.and_then(person));
    // Not zero: VK itself sends such a message once, however often it is asked.
    writer.meta("random_id", label(&asked["random_id"]).filter(|id| id != "0"));
}

fn came(exchange: &Exchange, answered: &Value, taken: impl FnOnce(&Value) -> Option<Option<String>>) -> Came {
    if answered["error"].is_object() {
        return refused(&answered["error"], "error_code", "error_msg");
    }
    let response = answered.get("response").filter(|_| is_fine(exchange));
    response.and_then(taken).map_or(Came::Unknown, Came::Done)
}

fn refused(error: &Value, code: &str, words: &str) -> Came {
    Came::Refused { code: label(&error[code]).unwrap_or_else(|| "error".to_owned()), text: text(&error[words]).to_owned() }
}
