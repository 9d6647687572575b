//! What must hold for every seed, and what a month should look like.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use serde_json::Value;

use super::*;
use crate::event::{Event, Limits, check};

fn end() -> Timestamp {
    "2025-11-21T15:20:00+03:00".parse().unwrap()
}

/// The month of seed 1, played once: a debug build takes about a second for it.
fn first_month() -> &'static [Happening] {
    static MONTH: OnceLock<Vec<Happening>> = OnceLock::new();
    MONTH.get_or_init(|| month(1, end()).collect())
}

fn events(shop: Option<Shop>) -> Vec<Value> {
    first_month()
        .iter()
        .filter(|happening| shop.is_none_or(|shop| shop == happening.shop))
        .map(|happening| serde_json::from_slice(&happening.event).unwrap())
        .collect()
}

fn of<'e>(events: &'e [Value], kind: &'e str) -> impl Iterator<Item = &'e Value> {
    events.iter().filter(move |event| event["type"] == kind)
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert!(month(1, end()).eq(first_month().iter().cloned()));
    assert!(!month(2, end()).eq(first_month().iter().cloned()));
}

#[test]
fn every_event_passes_the_gate_and_stands_at_its_moment() {
    let mut last = Timestamp::MIN;
    let mut ids = BTreeSet::new();
    for happening in month(3, end()) {
        let text = String::from_utf8_lossy(&happening.event).into_owned();
        let checked = check(&happening.event, &Limits::default()).unwrap_or_else(|fault| panic!("{fault:?}: {text}"));
        assert!(ids.insert(checked.event_id.unwrap().into_owned()), "twice: {text}");
        Event::read(&happening.event).unwrap();
        let event: Value = serde_json::from_slice(&happening.event).unwrap();
        let at: Timestamp = event["timestamp"].as_str().unwrap().parse().unwrap();
        assert_eq!(at, happening.at);
        assert!(event["timestamp"].as_str().unwrap().ends_with("+03:00"));
        assert!(last <= at && at <= end());
        last = at;
        assert_eq!(event["meta"]["synthetic"], true);
    }
}

#[test]
fn no_template_leaves_a_brace_behind() {
    for event in events(None) {
        for field in ["text", "bot_response"] {
            let text = event[field].as_str().unwrap_or_default();
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }
}

#[test]
fn every_phone_is_one_nobody_has() {
    for event in events(None) {
        let given = event["client"]["phone"].as_str().unwrap_or_default();
        let said = ["text", "bot_response"].into_iter().filter_map(|field| event[field].as_str());
        let pieces = said.flat_map(|text| text.split(|c: char| c.is_alphabetic() || ",.:₽\n".contains(c)));
        for piece in pieces.chain([given]).filter(|piece| !piece.contains("***")) {
            let digits: String = piece.chars().filter(char::is_ascii_digit).collect();
            assert!(digits.len() < 8 || digits.contains("450555"), "{piece}");
        }
    }
}

#[test]
fn every_booking_has_a_dialogue_and_dialogues_go_forward() {
    let events = events(None);
    let spoken: BTreeSet<&str> = of(&events, "message_in").filter_map(|event| event["session_id"].as_str()).collect();
    for booking in of(&events, "booking_created") {
        assert!(spoken.contains(booking["session_id"].as_str().unwrap()), "{booking}");
        assert!(booking["booking"]["starts_at"].as_str() > booking["timestamp"].as_str(), "{booking}");
        assert!(booking["booking"]["staff"].is_string() && booking["booking"]["service"].is_string());
    }
    let mut steps: BTreeMap<&str, &str> = BTreeMap::new();
    for event in events.iter().filter(|event| event["session_id"].is_string()) {
        let (session, id) = (event["session_id"].as_str().unwrap(), event["event_id"].as_str().unwrap());
        let before = steps.insert(session, id).unwrap_or_default();
        assert!((before.len(), before) < (id.len(), id), "{before} before {id}");
    }
}

#[test]
fn nobody_is_booked_twice_at_one_time() {
    let events = events(None);
    let mut visits: BTreeMap<String, String> = BTreeMap::new();
    for event in events
        .iter()
        .filter(|event| matches!(event["type"].as_str(), Some("booking_created" | "booking_rescheduled" | "booking_cancelled")))
    {
        let booking = &event["booking"];
        let place = format!("{} {}", booking["staff"], booking["starts_at"]);
        let id = booking["id"].to_string();
        visits.retain(|_, other| *other != id);
        if event["type"] != "booking_cancelled" {
            assert_eq!(visits.insert(place.clone(), id), None, "{place}");
        }
    }
}

#[test]
fn the_month_looks_like_a_month() {
    for (shop, dialogues, a_day) in [(Shop::Salon, 850..1200, 18..60), (Shop::Clinic, 450..680, 8..35)] {
        let events = events(Some(shop));
        let sessions: BTreeSet<&str> = events.iter().filter_map(|event| event["session_id"].as_str()).collect();
        assert!(dialogues.contains(&sessions.len()), "{shop:?}: {} dialogues", sessions.len());
        let mut days: BTreeMap<&str, usize> = BTreeMap::new();
        for session in &sessions {
            *days.entry(session.split('-').nth(1).unwrap()).or_default() += 1;
        }
        assert_eq!(days.len(), 30);
        assert!(days.values().rev().skip(1).all(|count| a_day.contains(count)), "{days:?}");

        let count = |kind: &str| of(&events, kind).count();
        let (arrived, no_show) = (count("visit_arrived"), count("visit_no_show"));
        let share = no_show as f64 / (arrived + no_show) as f64;
        assert!((0.04..0.2).contains(&share), "{no_show} of {} do not come", arrived + no_show);
        let booked = count("booking_created") as f64 / sessions.len() as f64;
        assert!((0.3..0.55).contains(&booked), "{booked}");
        for kind in [
            "booking_cancelled",
            "booking_rescheduled",
            "reminder_confirmed",
            "payment",
            "client_refused",
            "handoff",
            "operator_reply",
            "consent_given",
        ] {
            assert!(count(kind) >= 8, "only {} {kind}", count(kind));
        }
        assert_eq!((count("model_changed"), count("scenario_changed")), (1, 3));
    }
}

#[test]
fn answers_were_asked_of_models_that_count_their_tokens() {
    let events = events(None);
    let calls: Vec<&Value> = of(&events, "llm_call").collect();
    let answers: Vec<&&Value> = calls.iter().filter(|call| call["model"] != models::LISTENS.name).collect();
    let said = events.iter().filter(|event| event["bot_response"].is_string() && event["type"] != "reminder_sent").count();
    assert!(answers.len() == said || answers.len() == said + 1, "{} calls for {said} answers", answers.len());
    let mean = |field: &str| answers.iter().map(|call| call[field].as_f64().unwrap()).sum::<f64>() / answers.len() as f64;
    assert!((1_100.0..1_300.0).contains(&mean("tokens_in")), "{}", mean("tokens_in"));
    assert!((260.0..340.0).contains(&mean("tokens_out")), "{}", mean("tokens_out"));
    let (priced, unpriced): (Vec<&Value>, Vec<&Value>) = calls.iter().copied().partition(|call| call["cost"].is_number());
    assert!(priced.iter().all(|call| call["meta"]["cost"]["currency"] == "RUB"), "money has a currency");
    assert!(unpriced.len() > 100 && unpriced.len() < priced.len() / 3, "{} without a price of {}", unpriced.len(), calls.len());
    assert!(unpriced.iter().all(|call| call["model"] == models::LISTENS.name && call["tokens_in"].is_number()));
}

#[test]
fn what_the_demo_is_meant_to_show_is_in_it() {
    let events = events(None);
    let claimed = events.iter().filter(|event| event["action"] == "create_lead" && event["crm_id"].is_null()).count();
    assert!(claimed >= 10, "{claimed} leads without a card");
    let unsure = of(&events, "message_in").filter(|event| event["confidence"].as_f64().unwrap() < 0.6).count();
    let heard = of(&events, "message_in").count();
    assert!((0.03..0.2).contains(&(unsure as f64 / heard as f64)), "{unsure} of {heard}");
    let masked: BTreeSet<String> = events
        .iter()
        .filter_map(|event| event["client"]["phone"].as_str())
        .filter(|phone| phone.contains('*'))
        .map(str::to_owned)
        .collect();
    assert!(masked.len() >= 10, "{} masked phones", masked.len());
    assert!(events.iter().any(|event| event.get("type").is_none() && event["crm_id"].is_string()), "the customer's kind of event");

    let mut models: BTreeMap<&str, usize> = BTreeMap::new();
    let mut variants: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for event in &events {
        if let Some(model) = event["model"].as_str() {
            *models.entry(model).or_default() += 1;
        }
        if let Some(variant) = event["variant"].as_str() {
            variants.entry(variant).or_default().insert(event["client"]["channel_id"].to_string());
        }
    }
    assert_eq!(models.len(), 3, "{models:?}");
    assert!(variants["A"].len() > 100 && variants["B"].len() > 100);
    assert!(variants["A"].is_disjoint(&variants["B"]), "a client keeps the variant");

    let broken: Vec<&Value> =
        of(&events, "error").filter(|event| event["timestamp"].as_str().unwrap().starts_with("2025-11-12T1")).collect();
    assert!(broken.len() >= 12, "{} errors in the broken afternoon", broken.len());

    let mut channels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for event in &events {
        let phone: String = event["client"]["phone"].as_str().unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
        if phone.len() == 11 {
            channels.entry(phone[1..].to_owned()).or_default().insert(event["channel"].to_string());
        }
    }
    assert!(channels.values().filter(|channels| channels.len() > 1).count() >= 5, "clients in two channels");
}
