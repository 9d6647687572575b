//! What stands in the portal once our application is installed: tabs in cards, a page in the menu, and events that say «look now».
//!
//! Done twice it is the same as done once; what an earlier address of ours had is taken away.

use serde_json::{Value, json};

use super::super::probe::PLACES;
use super::super::rest::{Call, Portal, Said};

/// What is told to the connection's hook.
const EVENTS: [&str; 12] = [
    "ONCRMLEADADD",
    "ONCRMLEADUPDATE",
    "ONCRMLEADDELETE",
    "ONCRMDEALADD",
    "ONCRMDEALUPDATE",
    "ONCRMDEALDELETE",
    "ONCRMCONTACTADD",
    "ONCRMCONTACTUPDATE",
    "ONCRMCONTACTDELETE",
    "ONBOOKINGADD",
    "ONBOOKINGUPDATE",
    "ONBOOKINGDELETE",
];
/// What is told to whoever installs.
const GONE: &str = "ONAPPUNINSTALL";

/// Our addresses under one token.
pub(super) struct Addresses {
    base: String,
    token: String,
}

impl Addresses {
    pub(super) fn new(base: &str, token: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), token: token.to_owned() }
    }

    fn card(&self) -> String {
        format!("{}/bitrix24/{}/card", self.base, self.token)
    }

    fn install(&self) -> String {
        format!("{}/bitrix24/{}/install", self.base, self.token)
    }

    fn hook(&self) -> String {
        format!("{}/hooks/{}", self.base, self.token)
    }

    /// Whether an address is ours, of whatever token.
    fn is_ours(&self, handler: &str) -> bool {
        handler.strip_prefix(&self.base).is_some_and(|path| path.starts_with("/bitrix24/") || path.starts_with("/hooks/"))
    }
}

/// Whether everything stands.
pub(super) async fn bind(portal: &Portal, ours: &Addresses) -> bool {
    let listed = portal.ask_all(&[Call::new("placement.get", json!({})), Call::new("event.get", json!({}))]).await;
    let rows = |at: usize| if let Some(Said::Done(Value::Array(rows))) = listed.get(at) { rows.clone() } else { Vec::new() };
    let (placed, heard) = (rows(0), rows(1));
    let calls = wanted(&placed, &heard, ours);
    let said = portal.ask_all(&calls).await;
    let is_missing = |(call, said): (&Call, &Said)| call.method.ends_with(".bind") && !stands(said) && !is_optional(call);
    !calls.iter().zip(&said).any(is_missing)
}

/// What is still to be done.
fn wanted(placed: &[Value], heard: &[Value], ours: &Addresses) -> Vec<Call> {
    let word = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let mut calls = Vec::new();
    for row in placed.iter().filter(|row| ours.is_ours(&word(row, "handler")) && word(row, "handler") != ours.card()) {
        calls.push(Call::new("placement.unbind", json!({ "PLACEMENT": word(row, "placement"), "HANDLER": word(row, "handler") })));
    }
    for row in heard.iter().filter(|row| {
        let handler = word(row, "handler");
        ours.is_ours(&handler) && handler != ours.hook() && handler != ours.install()
    }) {
        calls.push(Call::new("event.unbind", json!({ "event": word(row, "event"), "handler": word(row, "handler") })));
    }
    let has = |rows: &[Value], name: &str, what: &str, handler: &str| {
        rows.iter().any(|row| word(row, name).eq_ignore_ascii_case(what) && word(row, "handler") == handler)
    };
    let events = EVENTS.map(|event| (event, ours.hook())).into_iter().chain([(GONE, ours.install())]);
    for (event, handler) in events.filter(|(event, handler)| !has(heard, "event", event, handler)) {
        calls.push(Call::new("event.bind", json!({ "event": event, "handler": handler })));
    }
    for place in PLACES.iter().filter(|place| !has(placed, "placement", place, &ours.card())) {
        let titles = json!({ "ru": { "TITLE": "Летопись" }, "en": { "TITLE": "Letopis" } });
        let params = json!({ "PLACEMENT": place, "HANDLER": ours.card(), "TITLE": "Летопись", "LANG_ALL": titles });
        calls.push(Call::new("placement.bind", params));
    }
    calls
}

/// Bound now, or bound before.
fn stands(said: &Said) -> bool {
    match said {
        Said::Done(_) => true,
        Said::Refused(refusal) => refusal.code.eq_ignore_ascii_case("ERROR_HANDLER_ALREADY_EXIST") || refusal.text.contains("already"),
        _ => false,
    }
}

/// A portal without online booking has no such events, and what hints bring is found by looking too.
fn is_optional(call: &Call) -> bool {
    call.params["event"].as_str().is_some_and(|event| event.starts_with("ONBOOKING"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_is_not_done_again_and_an_old_address_goes() {
        let ours = Addresses::new("https://letopis.example/", "ltc_new");
        let all = wanted(&[], &[], &ours);
        assert_eq!(all.len(), EVENTS.len() + 1 + PLACES.len());
        let placed: Vec<Value> = PLACES.iter().map(|place| json!({ "placement": place, "handler": ours.card() })).collect();
        let mut heard: Vec<Value> = EVENTS.iter().map(|event| json!({ "event": event, "handler": ours.hook() })).collect();
        heard.push(json!({ "event": GONE, "handler": ours.install() }));
        assert!(wanted(&placed, &heard, &ours).is_empty());
        // After the connection's address was replaced.
        let newer = Addresses::new("https://letopis.example", "ltc_newer");
        let calls = wanted(&placed, &heard, &newer);
        assert_eq!(calls.iter().filter(|call| call.method.ends_with(".unbind")).count(), PLACES.len() + EVENTS.len() + 1);
        let foreign = [json!({ "placement": "CRM_LEAD_DETAIL_TAB", "handler": "https://other.example/bitrix24/x/card" })];
        assert!(wanted(&foreign, &heard, &ours).iter().all(|call| call.method != "placement.unbind"), "other programs' tabs stay");
    }
}
