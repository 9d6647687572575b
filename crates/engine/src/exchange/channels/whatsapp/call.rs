//! What the bot sent: `POST /v26.0/{phone_number_id}/messages`.

use serde_json::{Value, json};

use super::super::super::About;
use super::super::super::told::{Told, Writer};
use super::super::super::wire::Exchange;
use super::super::delivered::{answer, label, text};
use super::super::graph;
use super::super::outward::{Call, Came, action, is_fine, path, request, summary};
use super::inbound::words;
use super::{NAME, PROVIDER, Person};

/// A call, and what came of it.
pub(super) fn called(exchange: &Exchange, about: &About<'_>) -> Vec<Told> {
    let (asked, answered) = (request(exchange), answer(exchange));
    let call = call(exchange, &asked);
    let came = if call.words.is_some() {
        graph::came(exchange, &answered, |answer| label(&answer["messages"][0]["id"]).map(Some))
    } else {
        graph::came(exchange, &answered, |_| Some(None))
    };
    // Templates are held back for a look at their quality: not sent yet, and perhaps never.
    let held = answered["messages"][0]["message_status"].as_str().filter(|status| *status != "accepted");
    let response = if is_look_up(exchange) && is_fine(exchange) { summary(exchange) } else { answered.clone() };
    let failed = matches!(came, Came::Refused { .. } | Came::Unknown);
    let told = call.told(exchange, about, (&asked, &response), came, |writer| {
        recipient(&asked, &answered).write(writer);
        writer.meta("whatsapp", what(&asked));
        if !failed && held.is_some() {
            writer.meta("message_status", held);
        }
    });
    vec![told]
}

/// The same before its answer is known.
pub(super) fn asked(exchange: &Exchange, about: &About<'_>) -> Told {
    let asked = request(exchange);
    call(exchange, &asked).asked(exchange, about, &asked, |writer: &mut Writer| recipient(&asked, &Value::Null).write(writer))
}

fn call(exchange: &Exchange, asked: &Value) -> Call<'static> {
    let last = path(exchange).last().copied();
    let kind = text(&asked["type"]);
    let sends = exchange.request.method == "POST" && last == Some("messages") && asked["status"].is_null() && kind != "reaction";
    let words = sends.then(|| words(asked, if kind.is_empty() { "text" } else { kind }).unwrap_or_default().to_owned());
    let word = if asked["status"] == "read" { Some("read") } else { last };
    Call { provider: PROVIDER, name: NAME, action: action(PROVIDER, word), words, ..Call::default() }
}

/// Whom it is for: what was asked, and what WhatsApp made of it.
fn recipient<'a>(asked: &Value, answered: &'a Value) -> Person<'a> {
    let contact = &answered["contacts"][0];
    let wanted = Person::of_status(&json!({ "recipient_id": asked["to"], "recipient_user_id": asked["recipient"] }));
    // `to` may be written with a plus and brackets; WhatsApp answers with the digits.
    let digits = || text(&asked["to"]).chars().filter(char::is_ascii_digit).collect::<String>();
    let wa_id = label(&contact["wa_id"]).or(wanted.wa_id).or_else(|| Some(digits()).filter(|digits| super::is_phone(digits)));
    let bsuid = label(&contact["user_id"]).or(label(&asked["recipient"]));
    Person { wa_id, bsuid, ..Person::default() }
}

/// What it is beside its words.
fn what(asked: &Value) -> Value {
    let mut what = json!({});
    for (name, value) in [
        ("type", &asked["type"]),
        ("template", &asked["template"]["name"]),
        ("reply_to", &asked["context"]["message_id"]),
        ("biz_opaque_callback_data", &asked["biz_opaque_callback_data"]),
    ] {
        if let Some(value) = label(value) {
            what[name] = value.into();
        }
    }
    what
}

fn is_look_up(exchange: &Exchange) -> bool {
    exchange.request.method == "GET"
}
