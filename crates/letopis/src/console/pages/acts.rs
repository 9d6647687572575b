//! Acts of destruction: the list, and one act as it is printed and signed, with the extract of the log that proves it.
//!
//! Order 179 of Roskomnadzor asks for two papers, the act and an extract of the log of the system; they are kept three years. Here both are
//! one page. It names no person: whoever signs writes the name in by hand, if the request is filed with one.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use ledger::ActKind;
use serde::Deserialize;
use serde_json::Value;

use super::Desk;
use super::error::PageError;
use super::frame::{Frame, Section, framed, page};
use super::language::Texts;
use super::visitor::Visitor;
use crate::access::Action;
use crate::event::RecordNo;
use crate::journal::acts::{self, Act};
use crate::journal::evidence::{self, EvidenceError};

/// Acts on a page.
const LIMIT: u32 = 50;
/// A tree holds no more.
const MOST_RECORDS: u64 = (1 << 40) - 1;

/// An act in the list.
pub(super) struct Line {
    pub(super) url: String,
    pub(super) title: String,
    pub(super) when: String,
    pub(super) ground: String,
    pub(super) records: String,
}

#[derive(Template)]
#[template(path = "acts/list.html")]
struct ListPage {
    f: Frame,
    acts: Vec<Line>,
    next: Option<u64>,
}

framed!(ListPage);

#[derive(Template)]
#[template(path = "acts/act.html")]
struct ActPage {
    f: Frame,
    title: String,
    /// What the act says; empty when its particulars were kept long enough.
    facts: Vec<(String, String)>,
    kept: bool,
    /// Copies outside the journal.
    copies: Vec<(String, String)>,
    /// The extract of the log.
    extract: Vec<(String, String)>,
    particulars: String,
    checkpoint: String,
    proof: String,
    command: String,
}

framed!(ActPage);

/// `?before=`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct From {
    before: Option<u64>,
}

/// The page of an act.
pub(super) fn url(index: u64) -> String {
    format!("/acts/{index}")
}

/// `GET /acts`
pub(super) async fn list(State(desk): State<Desk>, visitor: Visitor, Query(from): Query<From>) -> Result<Response, PageError> {
    visitor.require(Action::ReadActs)?;
    let business = visitor.business.id;
    let before = from.before.map(|index| RecordNo::new(business, index.min(MOST_RECORDS)));
    let found = desk.console.store.read(move |conn| Ok::<_, PageError>(acts::newest(conn, business, before, LIMIT)?)).await?;
    let next = found.last().filter(|_| found.len() == LIMIT as usize).map(|last| last.record.index());
    let lines = found.iter().map(|act| line(&visitor, act)).collect();
    page(&ListPage { f: Frame::new(&desk, &visitor, section(&visitor), visitor.t.say("acts-title")), acts: lines, next })
}

/// Under settings for whoever has the journal; a room of its own for whoever has nothing else.
fn section(visitor: &Visitor) -> Section {
    if visitor.scope.can(Action::ReadJournal) { Section::Settings } else { Section::Acts }
}

/// An act in a list.
pub(super) fn line(visitor: &Visitor, act: &Act) -> Line {
    let (t, told) = (&visitor.t, particulars(act));
    Line {
        url: url(act.record.index()),
        title: title(t, act),
        when: visitor.clock().when(act.made_us),
        ground: ground(t, act, &told),
        records: t.count("count-records", act.list.len() as i64),
    }
}

/// `GET /acts/{index}`
pub(super) async fn one(State(desk): State<Desk>, visitor: Visitor, Path(index): Path<u64>) -> Result<Response, PageError> {
    visitor.require(Action::ReadActs)?;
    let business = visitor.business.id;
    if index > MOST_RECORDS {
        return Err(PageError::NotFound);
    }
    let log = desk.console.logs.of(business).ok_or_else(|| PageError::Broken(format!("business {} has no log", business.0)))?;
    let read = desk.console.store.read(move |conn| {
        let record = RecordNo::new(business, index);
        let act = acts::by_record(conn, record)?.ok_or(PageError::NotFound)?;
        let entry = evidence::sealed(conn, record)?.entry;
        let proof = match evidence::included(&log, record, &entry) {
            Err(EvidenceError::NotSigned(_)) => None,
            proof => Some(proof?),
        };
        Ok::<_, PageError>((act, entry, proof, log.verifying_key().name().to_owned()))
    });
    let (act, entry, proof, origin) = read.await?;
    let (t, told) = (&visitor.t, particulars(&act));
    let checkpoint = proof.as_ref().map_or_else(|| t.say("act-not-signed"), |proof| proof.checkpoint.clone());
    page(&ActPage {
        title: title(t, &act),
        facts: facts(&visitor, &act, &told, &origin),
        kept: act.particulars.is_some(),
        copies: copies(&visitor, &told),
        extract: extract(t, &act, &entry),
        particulars: act.particulars.clone().unwrap_or_default(),
        checkpoint,
        proof: proof.map(|proof| proof.to_string()).unwrap_or_default(),
        command: format!("letopis verify --acts --business {}", visitor.business.slug),
        f: Frame::new(&desk, &visitor, section(&visitor), title(t, &act)),
    })
}

fn particulars(act: &Act) -> Value {
    act.particulars.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn title(t: &Texts, act: &Act) -> String {
    let key = match act.kind {
        ActKind::Erase => "act-erase",
        ActKind::Expire => "act-expire",
    };
    t.of(key, &act.record.index().to_string())
}

/// Why, in a few words.
fn ground(t: &Texts, act: &Act, told: &Value) -> String {
    match (act.kind, told["basis"].as_str()) {
        (ActKind::Erase, Some(basis)) => t.of("basis", basis),
        (ActKind::Expire, _) => t.say("act-ground-expired"),
        _ => String::new(),
    }
}

/// What order 179 wants an act to say.
fn facts(visitor: &Visitor, act: &Act, told: &Value, origin: &str) -> Vec<(String, String)> {
    let (t, clock) = (&visitor.t, visitor.clock());
    let mut facts = vec![(t.say("act-operator"), visitor.business.name.to_string())];
    if act.particulars.is_none() {
        facts.push((t.say("act-date"), clock.exact(act.made_us)));
        return facts;
    }
    if act.kind == ActKind::Erase {
        let tails: Vec<&str> = told["phones_ending"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let client = told["client"].as_str().unwrap_or_default();
        let subject =
            if tails.is_empty() { client.to_owned() } else { format!("{client}, {}", t.of("act-phone-ending", &tails.join(", "))) };
        facts.push((t.say("act-subject"), subject));
        facts.push((t.say("act-categories"), categories(t, &told["identities"])));
    } else {
        facts.push((t.say("act-categories"), t.say("act-categories-expired")));
    }
    let destroyed = &told["destroyed"];
    let number = |name: &str| destroyed[name].as_i64().unwrap_or_default();
    let counts = [("records", "count-records"), ("conversations", "count-conversations"), ("quarantined", "count-refused-items")];
    let counts: Vec<String> = counts.iter().filter(|(name, _)| number(name) > 0).map(|(name, key)| t.count(key, number(name))).collect();
    facts.extend([
        (t.say("act-destroyed"), counts.join(", ")),
        (t.say("act-system"), t.of("act-system-name", origin)),
        (t.say("act-way"), t.say("act-way-text")),
        (t.say("act-ground"), ground(t, act, told)),
    ]);
    if let Some(request) = told["request"].as_str() {
        facts.push((t.say("act-request"), request.to_owned()));
    }
    facts.push((t.say("act-date"), clock.exact(act.made_us)));
    if let Some(by) = told["by"].as_str() {
        facts.push((t.say("act-by"), by.to_owned()));
    }
    facts
}

fn categories(t: &Texts, kinds: &Value) -> String {
    let known = kinds.as_object().into_iter().flatten().map(|(kind, count)| format!("{}: {count}", t.of("mark-kind", kind)));
    let mut all = vec![t.say("act-categories-always")];
    all.extend(known);
    all.join("; ")
}

/// What left the journal before, and what becomes of it.
fn copies(visitor: &Visitor, told: &Value) -> Vec<(String, String)> {
    let (t, clock) = (&visitor.t, visitor.clock());
    let of = &told["copies"];
    if !of.is_object() {
        return Vec::new();
    }
    let mut copies = Vec::new();
    for file in of["files"].as_array().into_iter().flatten() {
        let what = if file["what"] == "proof" { "copy-proof" } else { "copy-dossier" };
        let what = t.of(what, &file["record"].to_string());
        let when = clock.when(file["at_us"].as_i64().unwrap_or_default());
        copies.push((format!("{what}, {when}"), t.say("copy-handed-out")));
    }
    let none = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
    if none(&of["files"]) {
        copies.push((t.say("copy-files"), t.say("copy-none")));
    }
    if none(&of["crm"]) {
        copies.push((t.say("copy-crm"), t.say("copy-none")));
    }
    if none(&of["reports"]) {
        copies.push((t.say("copy-reports"), t.say("copy-none")));
    }
    let state = if of["backup_keys"] == "rewritten" { "copy-backup-rewritten" } else { "copy-no-backup" };
    copies.push((t.say("copy-backup"), t.say(state)));
    copies
}

fn extract(t: &Texts, act: &Act, entry: &[u8]) -> Vec<(String, String)> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    vec![
        (t.say("extract-index"), act.record.index().to_string()),
        (t.say("extract-kind"), act.kind.as_str().to_owned()),
        (t.say("extract-list"), act.list.to_string()),
        (t.say("extract-salt"), hex(&act.salt)),
        (t.say("extract-entry"), hex(entry)),
    ]
}
