//! A request full of log records → the events they tell.
//!
//! | record | event |
//! |---|---|
//! | `gen_ai.client.inference.operation.details` | `llm_details` beside the span it belongs to, without tokens of its own; alone it is the `llm_call` |
//! | `gen_ai.*.message`, `gen_ai.choice` (older) | all of one span in one `llm_details` |
//! | `gen_ai.evaluation.result` | `evaluation` |
//! | an exception of a `gen_ai` call | `error` |
//! | any other `gen_ai.*` | `llm_details` |
//!
//! Everything else is the log of some program, and is not kept. Records have no ids: the event's is made of its trace, its span and a digest of what it
//! says.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::batch::{Batch, Encoding, Unreadable};
use super::bound::Bounds;
use super::dialects;
use super::facts::{Facts, Kind, structured, text};
use super::map::{self, About, otel};
use super::span::{Log, Origin, SpanId, TraceId, hex};
use super::traces::Same;
use super::{json, wire};
use crate::event::Limits;

/// Older messages of one span that are kept together.
const MESSAGES: usize = 256;
/// Bytes of older messages of one request; what is beyond is marked as cut.
const GROUPED_BYTES: usize = 4 << 20;

/// Reads an `ExportLogsServiceRequest`.
///
/// # Errors
/// [`Unreadable`]: nothing of it can be taken.
pub fn logs(encoding: Encoding, body: &[u8], limits: &Limits, most: usize) -> Result<Batch, Unreadable> {
    let mut logs = Logs {
        bounds: Bounds::of(limits),
        batch: Batch::new(most),
        sessions: HashMap::new(),
        groups: Vec::new(),
        known: HashMap::new(),
        grouped: 0,
    };
    each(encoding, body, |_, mut log| {
        if let Some(session) = text(&mut log.attributes, "gen_ai.conversation.id").or_else(|| text(&mut log.attributes, "session.id")) {
            logs.sessions.entry(log.trace).or_default().see(Some(&session));
        }
    })?;
    each(encoding, body, |origin, log| logs.see(origin, log))?;
    for group in std::mem::take(&mut logs.groups) {
        logs.write(group.origin, group.log, group.facts, Kind::Model, "llm_details");
    }
    Ok(logs.batch)
}

fn each(encoding: Encoding, body: &[u8], see: impl FnMut(&Origin, Log)) -> Result<(), Unreadable> {
    match encoding {
        Encoding::Protobuf => Ok(wire::logs(body, see)?),
        Encoding::Json => Ok(json::logs(body, see)?),
    }
}

struct Logs {
    bounds: Bounds,
    batch: Batch,
    sessions: HashMap<TraceId, Same>,
    groups: Vec<Group>,
    known: HashMap<(TraceId, SpanId), usize>,
    grouped: usize,
}

/// The older messages of one span.
struct Group {
    origin: Origin,
    log: Log,
    facts: Facts,
    messages: usize,
}

impl Logs {
    fn see(&mut self, origin: &Origin, mut log: Log) {
        self.batch.seen += 1;
        let named = text(&mut log.attributes, "event.name");
        if log.name.is_empty() {
            log.name = named.unwrap_or_default();
        }
        let about_ai = log.name.starts_with("gen_ai.")
            || log.attributes.keys().any(|name| name.starts_with("gen_ai.") && name != "gen_ai.conversation.id");
        if !about_ai {
            self.batch.ignored += 1;
            return;
        }
        let body = std::mem::take(&mut log.body);
        if let Some(told) = dialects::told(&log.name, body.clone()) {
            self.group(origin, log, told);
            return;
        }
        // Some write what belongs into the attributes into the body.
        match structured(body) {
            Value::Object(members) => members.into_iter().for_each(|(name, value)| Facts::note(&mut log.attributes, &name, Some(value))),
            Value::Null => {}
            said => Facts::note(&mut log.attributes, "body", Some(said)),
        }
        let mut facts = Facts::default();
        dialects::read(&mut log.attributes, &mut facts);
        let (kind, name) = match log.name.as_str() {
            "gen_ai.evaluation.result" => (Kind::Evaluation, "evaluation"),
            _ if log.attributes.contains_key("exception.type") || log.name == "gen_ai.client.operation.exception" => {
                facts.error_type = text(&mut log.attributes, "exception.type").or(facts.error_type);
                facts.error_message = text(&mut log.attributes, "exception.message");
                facts.error_type.get_or_insert_with(|| "exception".to_owned());
                (Kind::Step, "error")
            }
            "gen_ai.client.inference.operation.details" if log.span == SpanId::default() => (Kind::Model, "llm_call"),
            _ => (Kind::Model, "llm_details"),
        };
        self.write(origin.clone(), log, facts, kind, name);
    }

    fn group(&mut self, origin: &Origin, mut log: Log, told: dialects::Told) {
        let at = (log.trace, log.span);
        let known = self.known.get(&at).copied().filter(|_| log.span != SpanId::default());
        let number = known.unwrap_or(self.groups.len());
        if known.is_none() {
            self.known.insert(at, number);
            let mut facts = Facts::default();
            dialects::read(&mut log.attributes, &mut facts);
            log.name = "gen_ai.messages".to_owned();
            self.groups.push(Group { origin: origin.clone(), log, facts, messages: 0 });
        }
        let Some(group) = self.groups.get_mut(number) else { return };
        self.grouped += told.bytes();
        if self.grouped > GROUPED_BYTES || group.messages >= MESSAGES {
            group.log.cut = true;
            return;
        }
        group.messages += 1;
        told.add(&mut group.facts);
    }

    fn write(&mut self, origin: Origin, log: Log, mut facts: Facts, kind: Kind, name: &'static str) {
        dialects::read_own(&mut origin.own.clone(), &mut facts);
        let (trace, span) = (named(&log.trace), named(&log.span));
        let session = self.sessions.get(&log.trace).filter(|_| !trace.is_empty()).and_then(Same::get);
        let about = About {
            event_id: String::new(),
            at_ns: if log.at_ns > 0 { log.at_ns } else { log.observed_ns },
            session,
            otel: otel([
                ("trace", trace.clone()),
                ("span", span.clone()),
                ("parent", String::new()),
                ("name", log.name.clone()),
                ("service", origin.service),
                ("environment", origin.environment),
                ("scope", [origin.scope.as_str(), origin.scope_version.as_str()].join(" ").trim().to_owned()),
            ]),
            attributes: log.attributes,
            cut: log.cut,
            ..About::default()
        };
        let mut event = map::event(facts, kind, name, about, &self.bounds);
        event.insert("event_id".to_owned(), id(&trace, &span, &event).into());
        if name == "llm_details" && !span.is_empty() {
            note_call(&mut event, &format!("otel-{trace}-{span}"));
        }
        self.batch.push(event);
    }
}

/// Which call the details belong to. A failure is told by the span; here it is a detail.
fn note_call(event: &mut Map<String, Value>, call: &str) {
    let failure = event.remove("error");
    if let Some(Value::Object(meta)) = event.get_mut("meta") {
        meta.insert("details_of".to_owned(), call.into());
        Facts::note(meta, "error", failure);
    }
}

fn named(id: &[u8]) -> String {
    if id.iter().all(|byte| *byte == 0) { String::new() } else { hex(id) }
}

fn id(trace: &str, span: &str, event: &Map<String, Value>) -> String {
    let digest = hex(&Sha256::digest(json!(event).to_string().as_bytes())[..8]);
    let parts = ["otel", trace, span, "log", &digest];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
