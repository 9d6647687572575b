//! The small print of one event: its badge in words, and what the bot said about its own work. Folded, because a salon owner needs it once a year.

use super::super::labels;
use super::super::language::Texts;
use super::super::moments::Clock;
use super::pieces::index;
use super::proof::{Badge, Seen};

/// The small print.
pub(super) struct Fold {
    /// Number of the record: anchor and address of the proof.
    pub(super) index: u64,
    /// Class and icon of the badge.
    pub(super) class: &'static str,
    pub(super) says: String,
    pub(super) because: Option<String>,
    /// Whether there is a proof to take away.
    pub(super) provable: bool,
    /// Name and value.
    pub(super) facts: Vec<(String, String)>,
}

/// Of one event.
pub(super) fn fold(t: &Texts, clock: &Clock, seen: &Seen) -> Fold {
    let Badge { colour, says, because } = &seen.badge;
    Fold {
        index: index(seen.row.record),
        class: colour.class(),
        says: says.clone(),
        because: because.clone(),
        provable: *colour == super::proof::Colour::Green,
        facts: facts(t, clock, seen),
    }
}

fn facts(t: &Texts, clock: &Clock, seen: &Seen) -> Vec<(String, String)> {
    let row = &seen.row;
    let mut facts = Vec::new();
    let mut add = |key: &str, value: Option<String>| facts.extend(value.map(|value| (t.say(key), value)));
    add("fact-kind", Some(labels::kind(t, &row.kind)));
    add("fact-sent", Some(clock.exact(row.ts_us)));
    add("fact-received", Some(clock.exact(row.received_us)));
    add("filter-intent-name", row.intent.as_deref().map(labels::intent));
    add("fact-confidence", row.confidence.map(|confidence| t.count("percent", labels::percent(confidence))));
    add("fact-model", row.model.clone());
    add("fact-scenario", row.scenario.clone());
    add("fact-variant", row.variant.clone());
    add("fact-latency", row.latency_ms.map(|ms| t.count("milliseconds", ms)));
    if let Some(event) = &seen.event {
        let tokens = event.tokens_in.zip(event.tokens_out).map(|(asked, answered)| format!("{asked} + {answered}"));
        add("fact-tokens", tokens);
        add("fact-tags", Some(event.tags.join(", ")).filter(|tags| !tags.is_empty()));
        add("fact-phone", event.client.phone.clone());
        add("fact-source", event.source.clone());
    }
    add("fact-event-id", Some(row.event_id.clone()));
    add("fact-record", Some(index(row.record).to_string()));
    facts
}
