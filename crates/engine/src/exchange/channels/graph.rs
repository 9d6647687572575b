//! Meta's Graph API, which WhatsApp and Instagram have in common: its errors, and what became of a call.

use serde_json::Value;

use super::super::told::Writer;
use super::super::wire::Exchange;
use super::delivered::{label, text};
use super::outward::{Came, is_fine};

/// An error as the Graph API writes it: `{"code":131047,"title":…,"message":…,"error_data":{"details":…}}`.
pub(super) fn error(writer: &mut Writer, error: &Value) {
    let (code, words) = said(error);
    writer.part("error", "code", label(&code.into())).part("error", "message", Some(words));
}

/// Done where the answer came whole, says yes and `taken` finds in it what it must say; refused where it holds an error.
pub(super) fn came(exchange: &Exchange, answer: &Value, taken: impl FnOnce(&Value) -> Option<Option<String>>) -> Came {
    if answer["error"].is_object() {
        let (code, text) = said(&answer["error"]);
        return Came::Refused { code, text };
    }
    match is_fine(exchange).then(|| taken(answer)).flatten() {
        Some(id) => Came::Done(id),
        None => Came::Unknown,
    }
}

fn said(error: &Value) -> (String, String) {
    let code = [&error["code"], &error["type"]].into_iter().find_map(label).unwrap_or_else(|| "error".to_owned());
    let code = label(&error["error_subcode"]).filter(|sub| sub != "0").map_or_else(|| code.clone(), |sub| format!("{code}.{sub}"));
    let words = [&error["message"], &error["title"]].into_iter().map(text).find(|text| !text.is_empty()).unwrap_or("refused");
    let details = text(&error["error_data"]["details"]);
    let words = if details.is_empty() || details == words { words.to_owned() } else { format!("{words}: {details}") };
    (code, words)
}
