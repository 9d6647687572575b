//! Intent and outcome without code: what the fields of the connection find in a call.
//!
//! A field leads to a place in this document, made of the call:
//!
//! ```text
//! tools.NAME     arguments of the tool that the model asked for      results.NAME   what a tool answered, in the request after
//! answer         the answer: JSON if it is JSON, else its text       text           the answer's text
//! request, response      both bodies; of a stream there is no response
//!
//! intent=$.tools.set_intent.intent      confidence=$.answer.confidence      reply=$.answer.text
//! booking=$.results.create_booking      booking.starts_at=$.results.create_booking.start       (also .service .staff .id)
//! cancelled=  rescheduled=  refusal=  handoff=  lead=   lead.crm_id=        client.phone=  client.name=
//! ```
//! An outcome is there when its place holds anything but `null`, `false`, nothing or a failure (`{"error":…}`, `{"ok":false}`). Parts of a booking
//! that have no path are looked for by their own names beside it. What is found nowhere is not said: numbers then know that it was not measured.

use serde_json::{Map, Value, json};

use super::super::About;
use super::super::path::Path;
use super::super::told::{Told, Writer};
use super::call::{Call, Role};
use super::json::{label, text};
use crate::event::When;

/// Outcomes: the field, the action that stands for it, the state of a booking.
const OUTCOMES: [(&str, &str, Option<&str>); 6] = [
    ("booking", "create_booking", Some("created")),
    ("cancelled", "cancel_booking", Some("cancelled")),
    ("rescheduled", "reschedule_booking", Some("rescheduled")),
    ("refusal", "client_refused", None),
    ("handoff", "handoff", None),
    ("lead", "create_lead", None),
];
/// Parts of a booking, and what they are called beside it.
const PARTS: [(&str, &[&str]); 4] = [
    ("id", &["id", "booking_id"]),
    ("service", &["service", "service_name"]),
    ("staff", &["staff", "master", "specialist"]),
    ("starts_at", &["starts_at", "start", "datetime", "date_time"]),
];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// In the business's own words, and as it was said where that differs.
    intent: Option<(String, Option<String>)>,
    confidence: Option<f64>,
    /// What the client reads, where the answer is more than that.
    pub reply: Option<String>,
    outcomes: Vec<Outcome>,
    phone: Option<String>,
    name: Option<String>,
}

#[derive(Debug)]
struct Outcome {
    field: &'static str,
    action: &'static str,
    booking: Option<Map<String, Value>>,
    crm_id: Option<String>,
}

impl Facts {
    /// Looks for everything. The bodies are taken out of the call: nobody needs them after.
    pub(super) fn find(call: &mut Call, about: &About<'_>) -> Self {
        let mut facts = Self::default();
        let fields = &about.settings.fields;
        if !fields.is_empty() {
            let document = document(call);
            let at = |field: &str| Path::parse(fields.get(field)?).ok()?.find(&document);
            facts.intent = at("intent").and_then(label).map(|intent| (intent, None));
            facts.confidence = at("confidence").and_then(share);
            facts.reply = at("reply").and_then(text);
            facts.phone = at("client.phone").and_then(label);
            facts.name = at("client.name").and_then(label);
            for (field, action, state) in OUTCOMES {
                let Some(found) = at(field).filter(|found| happened(found)) else { continue };
                let booking = state.map(|state| booking(state, found, &at));
                let crm_id = at(&format!("{field}.crm_id")).and_then(label);
                facts.outcomes.push(Outcome { field, action, booking, crm_id });
            }
        }
        if let Some(said) = call.who.intent.take() {
            (facts.intent, facts.confidence) = (Some((said, None)), call.who.confidence);
        }
        if let Some((intent, said)) = &mut facts.intent
            && let Some(normal) = about.known.intents.normal(intent).filter(|normal| normal != intent)
        {
            *said = Some(std::mem::replace(intent, normal.to_owned()));
        }
        facts
    }

    /// Into an event: what the client wants, and how sure the model is.
    pub(super) fn intent(&self, writer: &mut Writer) {
        let Some((intent, said)) = &self.intent else { return };
        writer.set("intent", intent.as_str()).maybe("confidence", self.confidence);
        if let Some(said) = said {
            writer.meta("intent_said", said.as_str());
        }
    }

    /// Into an event: who the client turned out to be.
    pub(super) fn client(&self, writer: &mut Writer) {
        writer.part("client", "phone", self.phone.as_deref()).part("client", "name", self.name.as_deref());
    }

    /// The events that say what came of it.
    pub(super) fn outcomes(&self, event: impl Fn(&str) -> Writer) -> Vec<Told> {
        let told = |outcome: &Outcome| {
            let mut writer = event(outcome.field);
            writer.set("action", outcome.action).maybe("crm_id", outcome.crm_id.as_deref());
            if let Some(booking) = &outcome.booking {
                writer.set("booking", booking.clone());
            }
            writer.meta("found_by", format!("field {}", outcome.field));
            self.intent(&mut writer);
            writer.told()
        };
        self.outcomes.iter().map(told).collect()
    }
}

/// Whether what stands there says that it happened.
fn happened(found: &Value) -> bool {
    let word = |value: &Value| value.as_str().map(|word| word.trim().to_lowercase());
    match found {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        Value::String(_) => {
            !word(found).is_some_and(|word| matches!(word.as_str(), "" | "false" | "no" | "нет" | "none" | "null" | "error"))
        }
        Value::Object(parts) => {
            let is_error = parts.get("error").is_some_and(happened);
            let is_refused = ["ok", "success"].iter().any(|name| parts.get(*name) == Some(&Value::Bool(false)));
            let state = parts.get("status").and_then(word);
            !is_error && !is_refused && !state.is_some_and(|state| matches!(state.as_str(), "error" | "failed" | "failure" | "rejected"))
        }
        _ => true,
    }
}

fn booking<'a>(state: &str, found: &'a Value, at: &impl Fn(&str) -> Option<&'a Value>) -> Map<String, Value> {
    let mut booking = Map::new();
    booking.insert("status".into(), state.into());
    for (part, names) in PARTS {
        let beside = || names.iter().map(|name| &found[*name]).find(|value| !value.is_null());
        let value = at(&format!("booking.{part}")).or_else(beside).and_then(label);
        // A moment that cannot be read would make the whole event unreadable.
        let value = value.filter(|value| part != "starts_at" || When::parse_near(value, 0).is_some());
        booking.extend(value.map(|value| (part.to_owned(), value.into())));
    }
    booking
}

fn document(call: &mut Call) -> Value {
    let words = call.choices.first().and_then(|choice| choice.text.clone()).unwrap_or_default();
    let (mut tools, mut results) = (Map::new(), Map::new());
    for tool in call.choices.first().into_iter().flat_map(|choice| &choice.tools) {
        tools.insert(tool.name.clone(), structured(&tool.arguments));
    }
    // Only what was answered since the model spoke last: each result once.
    let since = call.messages.iter().rposition(|turn| turn.role == Role::Assistant).unwrap_or(call.messages.len());
    let asked = call.messages[since.min(call.messages.len())..].first().map(|turn| turn.tools.clone()).unwrap_or_default();
    for turn in call.messages.iter().skip(since + 1).filter(|turn| turn.role == Role::Tool) {
        let of =
            |tool: &&super::call::Tool| turn.answers.is_some() && (tool.id == turn.answers || Some(&tool.name) == turn.answers.as_ref());
        let name = asked.iter().find(of).map(|tool| tool.name.clone()).or_else(|| turn.answers.clone());
        results.extend(name.map(|name| (name, structured(&turn.text))));
    }
    json!({
        "tools": tools, "results": results, "answer": structured(&words), "text": words,
        "request": std::mem::take(&mut call.request), "response": std::mem::take(&mut call.response),
    })
}

/// JSON where a text is JSON, also between fences; else the text itself.
fn structured(words: &str) -> Value {
    let inside = words.trim();
    let inside = inside.strip_prefix("```json").or_else(|| inside.strip_prefix("```")).unwrap_or(inside);
    let inside = inside.strip_suffix("```").unwrap_or(inside).trim();
    if !inside.starts_with(['{', '[']) {
        return words.into();
    }
    serde_json::from_str(inside).unwrap_or_else(|_| words.into())
}

/// A share from 0 to 1: `0.87`, `"0,87"`, `"87%"`, `87`.
pub(super) fn share(value: &Value) -> Option<f64> {
    let (number, is_percent) = match value {
        Value::Number(number) => (number.as_f64()?, false),
        Value::String(text) => {
            let plain = text.trim().replace(',', ".");
            let digits = plain.strip_suffix('%');
            (digits.unwrap_or(&plain).trim().parse().ok()?, digits.is_some())
        }
        _ => return None,
    };
    let number = if is_percent || number > 1.0 { number / 100.0 } else { number };
    (0.0..=1.0).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_read_as_people_write_it() {
        for (said, share) in [
            (json!(0.87), Some(0.87)),
            (json!("0,5"), Some(0.5)),
            (json!("87%"), Some(0.87)),
            (json!(87), Some(0.87)),
            (json!(870), None),
            (json!("NaN"), None),
            (json!(-1), None),
        ] {
            assert_eq!(super::share(&said), share, "{said}");
        }
    }

    #[test]
    fn what_failed_did_not_happen() {
        for there in [json!({}), json!({ "id": 5 }), json!("да"), json!(true), json!({ "ok": true, "error": null })] {
            assert!(happened(&there), "{there}");
        }
        for not in [
            json!(null),
            json!(false),
            json!("нет"),
            json!([]),
            json!({ "error": "занято" }),
            json!({ "success": false }),
            json!({ "status": "failed" }),
        ] {
            assert!(!happened(&not), "{not}");
        }
    }
}
