//! A request full of spans → the events they tell, as lines of JSON.
//!
//! The body is walked twice. First every span tells its ids, its conversation and whether it counted tokens; then each one becomes an event, with
//! what its trace says: a span without a conversation of its own belongs to the only one named in its trace; a call
//! of a model around another call does not count tokens again. Both hold within one request, which exporters send again byte for byte, so
//! a retry gives equal events. What other requests said of the trace, the recorder knows (`journal/chains`).

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::batch::{Batch, Encoding, Unreadable};
use super::bound::Bounds;
use super::dialects;
use super::facts::{Facts, Kind};
use super::map::{self, About, moment, otel, type_of};
use super::span::{Attributes, Note, Origin, Span, SpanId, TraceId, hex};
use super::{json, wire};
use crate::event::Limits;

/// Spans around a span that are looked at; deeper nesting is none of an assistant.
const AROUND: usize = 64;

/// 2000-01-01: a span that began before has no clock, and so no duration.
const EARLIEST_NS: u64 = 946_684_800_000_000_000;

/// Reads an `ExportTraceServiceRequest`.
///
/// # Errors
/// [`Unreadable`]: nothing of it can be taken.
pub fn traces(encoding: Encoding, body: &[u8], limits: &Limits, most: usize) -> Result<Batch, Unreadable> {
    let mut traces = Traces::default();
    each(encoding, body, |origin, span| traces.look(origin, span))?;
    traces.settle();
    let (mut batch, bounds) = (Batch::new(most), Bounds::of(limits));
    each(encoding, body, |origin, span| write(origin, span, &traces, &bounds, &mut batch))?;
    Ok(batch)
}

fn each(encoding: Encoding, body: &[u8], see: impl FnMut(&Origin, Span)) -> Result<(), Unreadable> {
    match encoding {
        Encoding::Protobuf => Ok(wire::spans(body, see)?),
        Encoding::Json => Ok(json::spans(body, see)?),
    }
}

/// A name that is the same wherever it was given.
#[derive(Debug, Default)]
pub(super) struct Same {
    name: Option<String>,
    differs: bool,
}

impl Same {
    pub(super) fn see(&mut self, name: Option<&String>) {
        let Some(name) = name.filter(|name| name.chars().count() <= 200) else { return };
        match &self.name {
            None => self.name = Some(name.clone()),
            Some(known) => self.differs |= known != name,
        }
    }

    pub(super) fn get(&self) -> Option<String> {
        self.name.clone().filter(|_| !self.differs)
    }
}

/// What the request says about its traces.
#[derive(Default)]
struct Traces {
    sessions: HashMap<TraceId, Same>,
    clients: HashMap<TraceId, Same>,
    around: HashMap<(TraceId, SpanId), SpanId>,
    counting: Vec<(TraceId, SpanId)>,
    /// Spans with a call inside that counted tokens.
    counted_inside: HashSet<(TraceId, SpanId)>,
}

impl Traces {
    fn look(&mut self, origin: &Origin, mut span: Span) {
        let at = (span.trace, span.id);
        if span.parent != SpanId::default() {
            self.around.insert(at, span.parent);
        }
        let Some((facts, kind)) = facts(origin, &mut span) else { return };
        if facts.session.is_some() {
            self.sessions.entry(span.trace).or_default().see(facts.session.as_ref());
        }
        if facts.client.is_some() {
            self.clients.entry(span.trace).or_default().see(facts.client.as_ref());
        }
        if kind == Kind::Model && (facts.usage.input.is_some() || facts.usage.output.is_some()) {
            self.counting.push(at);
        }
    }

    fn settle(&mut self) {
        for (trace, span) in std::mem::take(&mut self.counting) {
            let mut inner = span;
            for _ in 0..AROUND {
                let Some(outer) = self.around.get(&(trace, inner)) else { break };
                self.counted_inside.insert((trace, *outer));
                inner = *outer;
            }
        }
    }
}

/// What a span tells; none when it is not about an assistant.
fn facts(origin: &Origin, span: &mut Span) -> Option<(Facts, Kind)> {
    if !dialects::may_know(&span.attributes) {
        return None;
    }
    let mut facts = Facts::default();
    dialects::read(&mut span.attributes, &mut facts);
    let told = facts.kind.is_some() || facts.operation.is_some() || facts.provider.is_some() || facts.model.is_some();
    if !told && facts.model_requested.is_none() && facts.own.is_empty() {
        return None;
    }
    // What holds for the whole process: the sender's own fields, and nothing that would make any span one of an assistant.
    dialects::read_own(&mut origin.own.clone(), &mut facts);
    let kind = facts.kind.unwrap_or_else(|| guess(&facts));
    if kind == Kind::Agent && facts.agent.is_none() && facts.workflow.is_none() && !span.name.is_empty() {
        facts.agent = Some(span.name.trim_start_matches("invoke_agent ").trim_start_matches("invoke_workflow ").to_owned());
    }
    if kind == Kind::Tool && facts.tool_name.is_none() && !span.name.is_empty() {
        facts.tool_name = Some(span.name.trim_start_matches("execute_tool ").to_owned());
    }
    Some((facts, kind))
}

/// An operation of a name that no convention knows.
fn guess(facts: &Facts) -> Kind {
    let called = facts.model.is_some() || facts.model_requested.is_some();
    if called {
        Kind::Model
    } else if facts.agent.is_some() {
        Kind::Agent
    } else if facts.provider.is_some() {
        Kind::Model
    } else {
        Kind::Step
    }
}

fn write(origin: &Origin, mut span: Span, traces: &Traces, bounds: &Bounds, batch: &mut Batch) {
    batch.seen += 1;
    let Some((mut facts, kind)) = facts(origin, &mut span) else {
        batch.ignored += 1;
        return;
    };
    if span.trace == TraceId::default() || span.id == SpanId::default() {
        batch.nameless += 1;
        return;
    }
    let (notes, judged) = read_notes(&mut span, &mut facts);
    first_token(&mut facts, span.start_ns);
    let trace = hex(&span.trace);
    let about = About {
        event_id: format!("otel-{trace}-{}", hex(&span.id)),
        // As everywhere: when it was over.
        at_ns: span.end_ns.max(span.start_ns),
        latency_ms: span.end_ns.checked_sub(span.start_ns).filter(|_| span.start_ns > EARLIEST_NS).map(|ns| (ns + 500_000) / 1_000_000),
        session: traces.sessions.get(&span.trace).and_then(Same::get),
        client: traces.clients.get(&span.trace).and_then(Same::get),
        counted_inside: traces.counted_inside.contains(&(span.trace, span.id)),
        root: span.parent == SpanId::default(),
        failed: span.failed.then(|| std::mem::take(&mut span.status)),
        otel: place(origin, &span, &trace),
        attributes: std::mem::take(&mut span.attributes),
        notes: (!notes.is_empty()).then(|| notes.into_iter().map(noted).collect()),
        cut: span.cut,
    };
    let judgements: Vec<_> = judged.into_iter().enumerate().map(|(n, note)| judgement(n, note, &about, &facts)).collect();
    batch.push(map::event(facts, kind, type_of(kind), about, bounds));
    for (facts, about) in judgements {
        batch.push(map::event(facts, Kind::Evaluation, "evaluation", about, bounds));
    }
}

/// Takes what dialects know out of the span's events. Gives those that they do not know, and those that judge the span.
fn read_notes(span: &mut Span, facts: &mut Facts) -> (Vec<Note>, Vec<Note>) {
    let failed = span.failed || facts.error_type.is_some();
    let (mut notes, mut judged) = (Vec::new(), Vec::new());
    for mut note in std::mem::take(&mut span.notes) {
        if note.name == "gen_ai.evaluation.result" {
            judged.push(note);
        } else if !dialects::read_note(&mut note, facts) {
            notes.push(note);
        }
    }
    // An exception that was dealt with is no failure of the span.
    if !failed && facts.error_type.is_some() {
        let noted = json!({ "type": facts.error_type.take(), "message": facts.error_message.take() });
        notes.push(Note { name: "exception".to_owned(), at_ns: 0, attributes: Attributes::from_iter([("exception".to_owned(), noted)]) });
    }
    (notes, judged)
}

/// The event of an evaluation that stands inside the span it judges.
fn judgement(number: usize, mut note: Note, span: &About, around: &Facts) -> (Facts, About) {
    let mut facts = Facts { session: around.session.clone(), client: around.client.clone(), ..Facts::default() };
    dialects::read(&mut note.attributes, &mut facts);
    let about = About {
        event_id: format!("{}-eval-{number}", span.event_id),
        at_ns: if note.at_ns > 0 { note.at_ns } else { span.at_ns },
        session: span.session.clone(),
        client: span.client.clone(),
        otel: span.otel.clone(),
        attributes: note.attributes,
        ..About::default()
    };
    (facts, about)
}

/// Where the first token is told as a moment.
fn first_token(facts: &mut Facts, start_ns: u64) {
    let told = facts.first_token_at.take().and_then(|at| at.parse::<jiff::Timestamp>().ok()).map(jiff::Timestamp::as_nanosecond);
    let Some(at) = told.or(facts.first_token_ns.map(i128::from)) else { return };
    let waited = at - i128::from(start_ns);
    if facts.ttft_ms.is_none() && waited >= 0 {
        facts.ttft_ms = u64::try_from(waited / 1_000_000).ok();
    }
}

fn noted(note: Note) -> Value {
    let mut attributes = note.attributes;
    let content = attributes.remove("exception").unwrap_or(Value::Object(attributes));
    if note.at_ns == 0 {
        json!({ "name": note.name, "attributes": content })
    } else {
        json!({ "name": note.name, "at": moment(note.at_ns), "attributes": content })
    }
}

fn place(origin: &Origin, span: &Span, trace: &str) -> serde_json::Map<String, Value> {
    let parent = if span.parent == SpanId::default() { String::new() } else { hex(&span.parent) };
    otel([
        ("trace", trace.to_owned()),
        ("span", hex(&span.id)),
        ("parent", parent),
        ("name", span.name.clone()),
        ("service", origin.service.clone()),
        ("environment", origin.environment.clone()),
        ("scope", [origin.scope.as_str(), origin.scope_version.as_str()].join(" ").trim().to_owned()),
    ])
}
