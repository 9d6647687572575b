//! One conversation: what was said, what was done between, and whether the record of it is genuine.
//!
//! Every event on the page is opened, checked against the signed log and compared with what is shown, each time the page is asked for: a badge
//! that was computed earlier would prove nothing about this screen.
//!
//! * `proof` – badges · `take_away` – proofs and dossiers as files · `pieces` – bubbles, steps and delays · `step` – what was done · `fold` – the small print · `inside` – in a frame of a CRM · `asked` – with one message marked

pub(super) mod asked;
mod fold;
pub(super) mod inside;
mod pieces;
mod proof;
mod step;
pub(super) mod take_away;

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rusqlite::Connection;

use super::Desk;
use super::error::PageError;
use super::frame::{Frame, Section, framed, in_query, page};
use super::incidents;
use super::journal::{Choice, fragment, line};
use super::labels::{self, Channel, Chip};
use super::language::Texts;
use super::moments::Clock;
use super::money;
use super::promises;
use super::visitor::Visitor;
use super::who::{self, Who};
use crate::access::{Action, trail::What};
use crate::console::measured::Picture;
use crate::event::{BusinessId, Facets, RecordNo};
use crate::journal::log::Log;
use crate::journal::projection::MASKED_PHONE;
use crate::journal::reading::{self, SessionDetail};
use crate::journal::{acts, deliveries, model_calls, sessions};
use crate::privacy::BusinessKeys;
use pieces::{Body, Piece};
use proof::{Seen, Verdict};

/// The conversation as the page shows it.
struct Story {
    /// Of its first record: what the trail calls it.
    number: u64,
    url: String,
    who: Who,
    client_url: Option<String>,
    channel: Channel,
    outcome: Chip,
    intent: Option<String>,
    started: String,
    /// Name and value of what is known about it.
    facts: Vec<(String, String)>,
    /// What models cost in it is among the facts.
    has_cost: bool,
    verdict: Verdict,
    pieces: Vec<Piece>,
    more: bool,
    /// The record that an incident opened by hand names: the last answer.
    shown: u64,
    /// What happened to the client afterwards.
    after: Vec<Piece>,
    /// The record that a reviewer is asked about.
    marked: Option<u64>,
    /// Somebody may say that it is to be looked at.
    may_complain: bool,
}

#[derive(Template)]
#[template(path = "conversation/conversation.html")]
struct ConversationPage {
    f: Frame,
    story: Story,
    live: String,
    may_prove: bool,
    /// What somebody who may open an incident can say is the matter.
    matters: Vec<Choice>,
}

framed!(ConversationPage);

#[derive(Template)]
#[template(path = "conversation/thread.html")]
struct Thread {
    f: Frame,
    story: Story,
    may_prove: bool,
}

/// `GET /sessions/{pid}`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, Path(pid): Path<String>) -> Result<Response, PageError> {
    let mut story = read(&desk, &visitor, pid).await?;
    story.may_complain = visitor.scope.can(Action::Decide);
    // By number: the id that a bot gives a conversation may be a phone.
    desk.looked.at(&desk.console.store, &visitor, What::Viewed, &format!("conversation of record {}", story.number));
    let f = Frame::new(&desk, &visitor, Section::Journal, story.who.name.clone());
    let may_prove = visitor.scope.can(Action::Prove);
    let matters = if visitor.scope.can(Action::Decide) { incidents::matters(&visitor.t) } else { Vec::new() };
    page(&ConversationPage { f, live: format!("{}/thread", story.url), story, may_prove, matters })
}

/// `GET /sessions/{pid}/thread`: what was said alone, for the page that refreshes itself.
pub(super) async fn refresh(
    State(desk): State<Desk>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(pid): Path<String>,
) -> Result<Response, PageError> {
    let story = read(&desk, &visitor, pid).await?;
    let f = Frame::new(&desk, &visitor, Section::Journal, String::new());
    fragment(&headers, &Thread { f, story, may_prove: visitor.scope.can(Action::Prove) })
}

impl Story {
    fn is_marked(&self, piece: &Piece) -> bool {
        self.marked.is_some() && self.marked == piece.anchor()
    }
}

async fn read(desk: &Desk, visitor: &Visitor, pid: String) -> Result<Story, PageError> {
    visitor.require(Action::ReadJournal)?;
    let (business, t, clock, now_us) = (visitor.business.id, visitor.t.clone(), visitor.clock(), visitor.now_us);
    let books = Books::of(desk, business)?;
    let read = desk.console.store.read(move |conn| {
        let Some(detail) = reading::session(conn, business, &pid)? else {
            let opened = sessions::opening(conn, &books.keys, &pid)?;
            return Err(PageError::absent(opened.map(|record| acts::naming(conn, record)).transpose()?.flatten()));
        };
        let picture = Picture::of_channel(conn, business, &detail.line.session.channel, now_us)?;
        story(conn, business, &books, &t, &clock, (detail, &picture))
    });
    read.await
}

/// What proofs are made of.
struct Books {
    keys: Arc<BusinessKeys>,
    log: Arc<Log>,
}

impl Books {
    fn of(desk: &Desk, business: BusinessId) -> Result<Self, PageError> {
        let keys = desk.console.vault.keys(business).zip(desk.console.logs.of(business));
        let (keys, log) = keys.ok_or_else(|| PageError::Broken(format!("business {} has no keys or no log", business.0)))?;
        Ok(Self { keys, log })
    }
}

fn story(
    conn: &Connection,
    business: BusinessId,
    books: &Books,
    t: &Texts,
    clock: &Clock,
    (detail, picture): (SessionDetail, &Picture),
) -> Result<Story, PageError> {
    let SessionDetail { line: found, events, more } = detail;
    let mut seen: Vec<Seen> = events.into_iter().map(|event| proof::look(conn, books, t, event.row)).collect();
    for one in seen.iter_mut().filter(|one| one.row.facets.has(Facets::REPLY)) {
        one.promised = promises::marks(conn, t, clock, one.row.record)?;
        one.fate = deliveries::fate(conn, one.row.record)?;
    }
    let session = &found.session;
    let number = RecordNo::from_i64(session.first_record).index();
    let shown =
        seen.iter().rev().find(|one| one.row.facets.has(Facets::REPLY)).map_or(number, |one| RecordNo::from_i64(one.row.record).index());
    let after = reading::afterwards(conn, session)?;
    let after: Vec<Seen> = after.into_iter().map(|row| proof::look(conn, books, t, row)).collect();
    let who = who::of_line(conn, business, t, &found)?;
    let brief = line::line(t, clock, &found, who.clone(), None);
    let mut facts = vec![(t.say("fact-started"), clock.when(session.started_us))];
    if session.last_us >= session.started_us + 1_000_000 {
        facts.push((t.say("fact-lasted"), clock.took(session.last_us - session.started_us)));
    }
    if let Some((asked_us, answered_us)) = session.first_in_us.zip(session.first_out_us).filter(|(asked, answered)| answered >= asked) {
        facts.push((t.say("fact-first-answer"), clock.took(answered_us - asked_us)));
    }
    facts.push((t.say("fact-messages"), t.count("count-events", session.events)));
    if seen.iter().any(|one| one.row.flags & MASKED_PHONE != 0) {
        facts.push((t.say("fact-phone"), t.say("phone-masked")));
    }
    if let Some(confidence) = session.confidence {
        facts.push((t.say("fact-confidence"), t.count("percent", labels::percent(confidence))));
    }
    let unknown: Vec<String> = picture.missing(session).into_iter().map(|name| t.of("measured-of", name)).collect();
    if session.intent.is_none() && picture.on(&session.channel).intent.is_some() {
        facts.push((t.say("fact-intent"), t.say("intent-unknown")));
    }
    if !unknown.is_empty() {
        facts.push((t.say("not-measured-title"), unknown.join(", ")));
    }
    let cost = money::spent(t, &model_calls::of_session(conn, session.id)?);
    let has_cost = cost.is_some();
    facts.extend(cost.map(|cost| (t.say("fact-cost"), cost)));
    facts.push((t.say("fact-id"), session.pid.clone()));
    Ok(Story {
        number,
        shown,
        url: line::url(&session.pid),
        client_url: found.client.as_ref().map(|client| format!("/clients/{}", in_query(&client.pid))),
        channel: brief.channel,
        outcome: brief.outcome,
        intent: brief.intent,
        started: clock.when(session.started_us),
        facts,
        has_cost,
        verdict: Verdict::of(t, &seen),
        pieces: pieces::pieces(t, clock, &who.name, &seen),
        more,
        after: pieces::after(t, clock, &after),
        marked: None,
        may_complain: false,
        who,
    })
}
