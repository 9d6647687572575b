//! What was done between the words: a lead, a booking, a payment, a failure. With its particulars where the record can be read.

use super::super::labels;
use super::super::language::Texts;
use super::super::moments::Clock;
use super::super::money;
use super::proof::Seen;
use crate::event::{Booking, Event, EventType, Facets, Payment};
use crate::journal::model_calls::Spent;
use crate::journal::projection::READ_BACK;

/// Something done.
pub(super) struct Step {
    pub(super) icon: &'static str,
    /// `ok`, `warn`, `bad`, `info`, `accent` or none.
    pub(super) tone: &'static str,
    pub(super) title: String,
    /// Name and value.
    pub(super) particulars: Vec<(String, String)>,
}

/// What the event did; `alone` when it has no words, so that it would be invisible otherwise.
pub(super) fn step(t: &Texts, clock: &Clock, seen: &Seen, alone: bool) -> Option<Step> {
    let row = &seen.row;
    let kind = EventType::parse(&row.kind).unwrap_or(EventType::Other);
    let talk = matches!(kind, EventType::MessageIn | EventType::MessageOut | EventType::OperatorReply);
    let claimed = row.facets.has(Facets::LEAD_CLAIMED);
    let failed = row.facets.has(Facets::FAILURE);
    if talk && !alone && !claimed && !failed && row.action.is_none() && row.crm.is_none() && !has_particulars(seen) {
        return None;
    }
    let (icon, tone) = if failed { ("error", "bad") } else { look(&kind) };
    let title = match () {
        () if claimed => t.say("step-lead-claimed"),
        () if failed && kind != EventType::Error => t.of("step-failed", &labels::kind(t, &row.kind)),
        () if talk && row.action.is_some() => labels::kind(t, "action"),
        () if talk && alone => t.say("step-no-words"),
        () => labels::kind(t, &row.kind),
    };
    let tone = if claimed { "warn" } else { tone };
    Some(Step { icon, tone, title, particulars: particulars(t, clock, seen, &kind) })
}

/// The platform's word on a message that stands in the conversation already.
pub(super) fn echo(t: &Texts) -> Step {
    Step { icon: "link", tone: "", title: t.say("step-echo"), particulars: Vec::new() }
}

fn look(kind: &EventType) -> (&'static str, &'static str) {
    match kind {
        EventType::BookingCreated | EventType::BookingConfirmed | EventType::VisitArrived | EventType::ReminderConfirmed => {
            ("booked", "ok")
        }
        EventType::BookingRescheduled => ("booked", "info"),
        EventType::BookingCancelled | EventType::ClientRefused | EventType::VisitNoShow => ("cancel", "warn"),
        EventType::LeadCreated => ("card", "accent"),
        EventType::ReminderSent | EventType::ReminderDelivered => ("bell", ""),
        EventType::Handoff => ("person", "info"),
        EventType::ConsentGiven | EventType::ConsentWithdrawn => ("person", ""),
        EventType::Payment => ("money", "ok"),
        EventType::Error => ("error", "bad"),
        EventType::CrmCall => ("link", ""),
        EventType::Custom(name) => match name.as_str() {
            "deal_won" => ("money", "ok"),
            "lead_converted" => ("card", "ok"),
            "lead_lost" | "deal_lost" => ("cancel", "warn"),
            "deal_created" => ("card", "accent"),
            "stage_changed" | "card_linked" | "card_vanished" => ("link", ""),
            _ => ("gear", ""),
        },
        _ => ("gear", ""),
    }
}

/// Whether it was read in a CRM.
fn read_back(seen: &Seen) -> bool {
    seen.event.as_ref().is_some_and(|event| event.source.as_deref() == Some(READ_BACK) && event.channel == "crm")
}

/// What became of a message is a mark under its words.
fn has_particulars(seen: &Seen) -> bool {
    let delivered = |event: &Event| event.delivery.is_some() && seen.fate.is_none();
    let has = |event: &Event| event.booking.is_some() || event.payment.is_some() || event.error.is_some() || delivered(event);
    seen.event.as_ref().is_some_and(has)
}

fn particulars(t: &Texts, clock: &Clock, seen: &Seen, kind: &EventType) -> Vec<(String, String)> {
    let row = &seen.row;
    let mut list = Vec::new();
    let mut add = |key: &str, value: Option<String>| list.extend(value.map(|value| (t.say(key), value)));
    if let Some(Event { booking: Some(Booking { starts_at, service, staff, .. }), .. }) = &seen.event {
        add("booking-when", starts_at.map(|at| clock.when(at.utc_us)));
        add("booking-service", service.clone());
        add("booking-staff", staff.clone());
    }
    if let Some(Event { payment: Some(payment), .. }) = &seen.event {
        add("payment-amount", Some(amount(payment)));
    }
    if let Some(Event { delivery: Some(delivery), .. }) = &seen.event {
        let words = [&delivery.status, &delivery.provider].into_iter().flatten().cloned().collect::<Vec<_>>().join(" · ");
        add("delivery", Some(words).filter(|words| !words.is_empty()));
    }
    if *kind == EventType::LlmCall {
        add("fact-model", row.model.clone());
        add("llm-tools", seen.event.as_ref().and_then(tools));
        add("fact-cost", seen.event.as_ref().and_then(|event| money::spent(t, &cost(event))));
    }
    add("crm-card", row.crm.as_deref().map(|card| labels::card(t, card)));
    if let Some(crm) = seen.event.as_ref().and_then(|event| event.meta.get("crm")).filter(|_| read_back(seen)) {
        let sum = crm["amount"].as_str().map(|sum| format!("{sum}\u{a0}{}", crm["currency"].as_str().unwrap_or_default()));
        add("deal-amount", sum);
        add("crm-stage", crm["stage"].as_str().map(str::to_owned));
        let how = if crm["field"] == true {
            "after-field"
        } else if crm["noticed"] == true {
            "after-noticed"
        } else {
            "after-crm"
        };
        add("after-source", Some(t.say(how)));
    }
    // The type says it already where the action has a name of ours.
    let own_name = row.action.clone().filter(|_| matches!(kind, EventType::Action | EventType::MessageIn | EventType::MessageOut));
    add("action-name", own_name);
    add("error-what", row.error.clone().filter(|error| !error.is_empty()));
    list
}

/// What a model wanted used, as our own reader noted it.
fn tools(event: &Event) -> Option<String> {
    let tools = event.meta.get("llm")?["tools"].as_array()?;
    let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Of one call.
fn cost(event: &Event) -> Spent {
    let currency = event.meta.get("cost").and_then(|cost| cost["currency"].as_str()).unwrap_or_default();
    let is_counted = event.tokens_in.or(event.tokens_out).is_some();
    let tokens = |said: Option<u64>| said.map_or(0, |tokens| i64::try_from(tokens).unwrap_or(i64::MAX));
    Spent {
        calls: 1,
        unpriced: i64::from(event.cost.is_none() && is_counted),
        uncounted: i64::from(event.cost.is_none() && !is_counted),
        tokens_in: tokens(event.tokens_in),
        tokens_out: tokens(event.tokens_out),
        money: event.cost.map(|cost| (currency.to_owned(), cost)).into_iter().collect(),
    }
}

/// `150000` kopecks → `1 500 ₽`.
fn amount(payment: &Payment) -> String {
    let (whole, part) = (payment.minor.abs() / 100, payment.minor.abs() % 100);
    let digits = whole.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    let sign = if payment.minor < 0 { "−" } else { "" };
    let part = if part == 0 { String::new() } else { format!(",{part:02}") };
    let currency = if payment.currency == "RUB" { "₽" } else { payment.currency.as_str() };
    format!("{sign}{grouped}{part}\u{a0}{currency}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_readable() {
        let said = |minor, currency: &str| amount(&Payment { minor, currency: currency.to_owned() }).replace('\u{a0}', " ");
        assert_eq!(said(150_000, "RUB"), "1 500 ₽");
        assert_eq!(said(-99_905, "RUB"), "−999,05 ₽");
        assert_eq!(said(123_456_700, "KZT"), "1 234 567 KZT");
    }
}
