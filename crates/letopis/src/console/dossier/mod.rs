//! The dossier: one conversation as a page of its own, printable, with the proof of every event inside.
//!
//! What an owner hands to a client in a dispute. It needs no network and no program to be read; whoever wants to check it takes the
//! proofs out of it (they stand as JSON in `<script type="application/json" id="proofs">`) or gives the page to `letopis verify-proof`.
//! It is made only when every event is proved and shown as sealed: a page with a doubt in it would help nobody.
//!
//! * `words` – how it speaks Russian · `templates/dossier*.html` – what it looks like

mod words;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ledger::ProofBundle;
use ledger::hand_over::between;
use rusqlite::Connection;

use crate::access::Business;
use crate::event::{Facets, RecordNo, record};
use crate::journal::evidence::{self, EvidenceError};
use crate::journal::log::Log;
use crate::journal::projection::{EventRow, MASKED_PHONE, Projected};
use crate::journal::reading::{self, SessionDetail};
use crate::privacy::BusinessKeys;

const TALK: (&str, &str) = (r#"<ol class="talk">"#, "</ol>");
const TOKENS: &str = include_str!("../../../assets/tokens.css");

/// A finished dossier.
pub struct Dossier {
    /// The page.
    pub html: String,
    /// How many events it shows and proves.
    pub events: usize,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum DossierError {
    /// No conversation of that id.
    #[error("no such conversation")]
    Unknown,
    /// An event is not proved, or not shown as it was sealed.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// A conversation that no person has.
    #[error("the conversation has more than {0} events: too many for a page")]
    TooLong(usize),
    /// A proof that was just made does not hold.
    #[error("record {0}: {1}")]
    Proof(u64, String),
    /// The page or the proofs could not be written.
    #[error("page: {0}")]
    Page(String),
}

impl From<rusqlite::Error> for DossierError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Evidence(error.into())
    }
}

#[derive(Template)]
#[template(path = "dossier.html")]
struct Page<'a> {
    tokens: &'static str,
    business: &'a str,
    origin: &'a str,
    vkey: String,
    checkpoint: &'a str,
    size: u64,
    made: String,
    session: &'a str,
    client: &'a str,
    channel: &'a str,
    outcome: &'static str,
    first: String,
    last: String,
    events: usize,
    talk: &'a str,
    proofs: String,
}

/// What was said and done: the part of the page that follows from the proofs alone.
#[derive(Template)]
#[template(path = "dossier_talk.html")]
struct Talk {
    lines: Vec<Line>,
}

/// One event on the page.
struct Line {
    index: u64,
    event_id: String,
    moment: String,
    received: String,
    /// What passed since the event before.
    gap: Option<String>,
    kind: String,
    side: &'static str,
    speaker: &'static str,
    said: Option<String>,
    reply: Option<String>,
    facts: Vec<(&'static str, String)>,
    file: String,
    link: String,
}

/// Makes the dossier of a conversation.
///
/// # Errors
/// [`DossierError`]; [`EvidenceError::NotSigned`] in it passes by itself within a second.
pub fn make(
    conn: &Connection,
    keys: &BusinessKeys,
    log: &Log,
    business: &Business,
    pid: &str,
    now_us: i64,
) -> Result<Dossier, DossierError> {
    let detail = reading::session(conn, business.id, pid)?.ok_or(DossierError::Unknown)?;
    if detail.more {
        return Err(DossierError::TooLong(detail.events.len()));
    }
    let bundles = detail.events.iter().map(|event| prove(conn, keys, log, &event.row)).collect::<Result<Vec<_>, _>>()?;
    let Some(last) = bundles.iter().max_by_key(|bundle| bundle.index) else { return Err(DossierError::Unknown) };
    let html = page(&detail, &bundles, log, business, &last.proof.checkpoint, now_us)?;
    Ok(Dossier { html, events: bundles.len() })
}

/// Whether what the page shows of the conversation is what its proofs say: the page around a proof can be edited by anybody.
///
/// # Errors
/// When a proof holds no record, so nothing can be compared.
pub fn shows_what_it_proves(page: &[u8], bundles: &[ProofBundle]) -> Result<bool, DossierError> {
    let talk = talk(bundles)?;
    Ok(between(page, TALK) == between(talk.as_bytes(), TALK))
}

/// What the record in a proof says, in a few lines of text: for whoever does not trust the page around it.
#[must_use]
pub fn in_words(bundle: &ProofBundle) -> Option<String> {
    let row = projected(bundle).ok()?;
    let words = [("said", &row.said), ("reply", &row.reply), ("error", &row.error)];
    let words = words.into_iter().filter_map(|(what, text)| Some(format!("\n       {what}: {}", text.as_ref()?)));
    Some(format!("{} {}{}", words::moment(row.ts_us, row.offset_min), row.kind, words.collect::<String>()))
}

/// The same in its parts: when, what kind, what was written, what was answered.
#[must_use]
pub fn spoken(bundle: &ProofBundle) -> Option<(String, String, Option<String>, Option<String>)> {
    let row = projected(bundle).ok()?;
    Some((words::moment(row.ts_us, row.offset_min), row.kind, row.said, row.reply))
}

fn projected(bundle: &ProofBundle) -> Result<EventRow, DossierError> {
    let unreadable = |e: String| DossierError::Proof(bundle.index, e);
    let (envelope, bytes) = record::split(&bundle.record).map_err(|e| unreadable(e.to_string()))?;
    Ok(Projected::of(&envelope, bytes).map_err(|e| unreadable(e.to_string()))?.row)
}

/// The proof of an event, if what is shown of it is what was sealed.
fn prove(conn: &Connection, keys: &BusinessKeys, log: &Log, row: &EventRow) -> Result<ProofBundle, DossierError> {
    let record = RecordNo::from_i64(row.record);
    let opened = evidence::open_record(conn, keys, record)?;
    evidence::compare(row, &opened)?;
    let bundle = evidence::proof_bundle(conn, keys, log, record)?.with_event_id(&row.event_id);
    // What is handed out is checked the way the receiver will check it.
    bundle.verify(log.verifying_key()).map_err(|e| DossierError::Proof(record.index(), e.to_string()))?;
    Ok(bundle)
}

/// The conversation as the records in the proofs tell it.
fn talk(bundles: &[ProofBundle]) -> Result<String, DossierError> {
    let mut lines = Vec::with_capacity(bundles.len());
    let mut before = None;
    for bundle in bundles {
        let row = projected(bundle)?;
        let json = serde_json::to_string_pretty(bundle).map_err(|e| DossierError::Page(e.to_string()))?;
        lines.push(line(&row, bundle.index, before.replace(row.ts_us), &json));
    }
    Talk { lines }.render().map_err(|e| DossierError::Page(e.to_string()))
}

fn page(
    detail: &SessionDetail,
    bundles: &[ProofBundle],
    log: &Log,
    business: &Business,
    checkpoint: &str,
    now_us: i64,
) -> Result<String, DossierError> {
    let talk = talk(bundles)?;
    // `<` only occurs inside strings of the JSON: escaped, it cannot end the script element.
    let proofs = serde_json::to_string(bundles).map_err(|e| DossierError::Page(e.to_string()))?.replace('<', "\\u003c");
    let session = &detail.line.session;
    let name = detail.line.client.as_ref().and_then(|client| client.name.as_deref());
    let offset = detail.events.first().map_or(0, |event| event.row.offset_min);
    let size = checkpoint.lines().nth(1).and_then(|size| size.parse().ok()).unwrap_or(0);
    let page = Page {
        tokens: TOKENS,
        business: business.name.as_str(),
        origin: log.verifying_key().name(),
        vkey: log.verifying_key().to_string(),
        checkpoint,
        size,
        made: words::moment(now_us, offset),
        session: session.given.as_deref().unwrap_or(&session.pid),
        client: name.unwrap_or("без имени"),
        channel: words::channel(&session.channel),
        outcome: words::outcome(session.outcome()),
        first: words::moment(session.started_us, offset),
        last: words::moment(session.last_us, offset),
        events: bundles.len(),
        talk: &talk,
        proofs,
    };
    page.render().map_err(|e| DossierError::Page(e.to_string()))
}

fn line(row: &EventRow, index: u64, before_us: Option<i64>, json: &str) -> Line {
    let operator = row.facets.has(Facets::OPERATOR);
    let (side, speaker) = match (row.facets.has(Facets::INBOUND), operator) {
        (_, true) => ("staff", "Сотрудник"),
        (true, false) => ("client", "Клиент"),
        (false, false) => ("note", "Запись"),
    };
    let masked = (row.flags & MASKED_PHONE != 0).then(|| "телефон пришёл скрытым".to_owned());
    let facts = [
        ("намерение", row.intent.clone()),
        ("уверенность", row.confidence.map(|confidence| format!("{confidence:.2}").replace('.', ","))),
        ("действие", row.action.clone()),
        ("карточка CRM", row.crm.clone()),
        ("сотрудник", row.operator.clone()),
        ("модель", row.model.clone()),
        ("сценарий", row.scenario.clone()),
        ("ответ готовился", row.latency_ms.map(|ms| format!("{ms} мс"))),
        ("ошибка", row.error.clone()),
        ("примечание", masked),
    ];
    Line {
        index,
        event_id: row.event_id.clone(),
        moment: words::moment(row.ts_us, row.offset_min),
        received: words::moment(row.received_us, row.offset_min),
        gap: before_us.and_then(|before| words::pause(row.ts_us - before)),
        kind: words::kind(&row.kind).to_owned(),
        side,
        speaker,
        said: row.said.clone(),
        reply: row.reply.clone(),
        facts: facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
        file: format!("record-{index}.json"),
        link: format!("data:application/json;base64,{}", STANDARD.encode(json)),
    }
}
