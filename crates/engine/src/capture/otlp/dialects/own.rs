//! `letopis.*`: fields of schema v1 by their own names, for whoever writes attributes for this journal. `letopis.channel`,
//! `letopis.intent`, `letopis.crm_id`, `letopis.client.phone`, … on a span or, for all spans of a process, on the resource.

use serde_json::{Map, Value};

use crate::capture::otlp::facts::{Facts, fill, flag, number, text};
use crate::capture::otlp::span::Attributes;

/// What may be set. Text, type and direction are not among them: the span says what it is.
const FIELDS: [&str; 8] = ["channel", "intent", "crm_id", "scenario_version", "experiment", "variant", "operator", "prompt_version"];
/// Parts of the client.
const CLIENT: [&str; 5] = ["id", "name", "phone", "email", "channel_id"];

pub(in crate::capture::otlp) fn read(a: &mut Attributes, f: &mut Facts) {
    for name in FIELDS {
        let found = text(a, &format!("letopis.{name}"));
        Facts::note(&mut f.own, name, found.map(Value::String));
    }
    let confidence = number(a, "letopis.confidence").filter(|share| (0.0..=1.0).contains(share));
    Facts::note(&mut f.own, "confidence", confidence.map(Value::from));
    let mut client = Map::new();
    for name in CLIENT {
        let found = text(a, &format!("letopis.client.{name}"));
        Facts::note(&mut client, name, found.map(Value::String));
    }
    if !client.is_empty() {
        f.own.entry("client").or_insert(Value::Object(client));
    }
    fill(&mut f.session, text(a, "letopis.session"));
    fill(&mut f.client, text(a, "letopis.client"));
    fill(&mut f.workflow, text(a, "letopis.scenario"));
    Facts::note(&mut f.own, "speaks", flag(a, "letopis.speaks").map(Value::Bool));
}
