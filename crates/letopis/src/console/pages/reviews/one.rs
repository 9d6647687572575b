//! One thing to look at: the conversation with the message marked, what the assistant took it for, and the answers by keys.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use rusqlite::{Connection, params};

use super::super::Desk;
use super::super::conversation::asked::{Asked, asked};
use super::super::error::PageError;
use super::super::frame::{Frame, Section, framed, page};
use super::super::labels::{self, Chip};
use super::super::language::Texts;
use super::super::visitor::Visitor;
use super::listed::{found, url};
use super::named;
use crate::access::{Action, trail::What};
use crate::event::review::{Fault, ReviewQueue};
use crate::event::{BusinessId, RecordNo};
use crate::journal::facts::Contradiction;
use crate::journal::reviews::{self, Item, Opinion, Standing, note};

/// Intents with a key of their own: 2 to 9, and what else there is in a box.
const WITH_KEYS: usize = 8;
/// Intents that the box offers.
const OFFERED: u32 = 60;
/// Conversations that are asked for their intents, the newest.
const ASKED: u32 = 5_000;

/// An answer with its key.
struct Choice {
    value: String,
    label: String,
    key: String,
    chosen: bool,
}

/// What another person found.
struct Other {
    who: String,
    when: String,
    marks: Vec<Chip>,
    note: Option<String>,
}

#[derive(Template)]
#[template(path = "reviews/one.html")]
struct OnePage {
    f: Frame,
    queue: &'static str,
    queue_name: String,
    record: u64,
    place: String,
    progress: String,
    asked: Asked,
    /// What the assistant took it for; none of a conversation as a whole.
    intent: Option<String>,
    confidence: Option<String>,
    /// What the answer says, and what the list says.
    contradictions: Vec<(String, String)>,
    /// It came because of the list, and by the list of now nothing is wrong.
    is_settled: bool,
    /// It is the intent that is asked about.
    asks_intent: bool,
    intents: Vec<Choice>,
    more_intents: Vec<String>,
    other: String,
    wrong: bool,
    right: bool,
    faults: Vec<Choice>,
    note: String,
    is_second: bool,
    is_mine: bool,
    others: Vec<Other>,
    before: Option<String>,
    after: Option<String>,
    may_label: bool,
}

framed!(OnePage);

/// What is read for the page.
struct Found {
    item: Item,
    place: (usize, usize),
    left: usize,
    before: Option<String>,
    after: Option<String>,
    intents: Vec<String>,
    /// Where the answer says otherwise than the list.
    contradictions: Vec<Contradiction>,
    /// My note, and those of others, opened.
    notes: Vec<Option<String>>,
}

/// `GET /reviews/{queue}/{record}`
pub(super) async fn show(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path((queue, record)): Path<(String, u64)>,
) -> Result<Response, PageError> {
    visitor.require(Action::ReadJournal)?;
    let (queue, business, by) = (named(&queue)?, visitor.business.id, visitor.by().to_owned());
    let record = RecordNo::new(business, record);
    let keys = desk.keys(business)?;
    let zone = visitor.clock().zone().clone();
    let read = desk.console.store.read(move |conn| {
        let facts = if queue == ReviewQueue::Facts { reviews::facts(conn, business)? } else { None };
        let contradictions =
            facts.map(|(facts, _)| reviews::contradictions_of(conn, &facts, &zone, record)).transpose()?.unwrap_or_default();
        let all = reviews::items(conn, business, queue)?;
        let at = all.iter().position(|item| item.record == record).ok_or(PageError::NotFound)?;
        let neighbour = |at: Option<usize>| at.and_then(|at| all.get(at)).map(url);
        let item = all[at].clone();
        let opened = |opinion: &Opinion| opinion.note.as_deref().map(|sealed| note::open(conn, &keys, record, sealed)).transpose();
        let notes = item.opinions.iter().map(|opinion| Ok(opened(opinion)?.flatten())).collect::<rusqlite::Result<_>>()?;
        let (before, after) = (neighbour(at.checked_sub(1)), neighbour(Some(at + 1)));
        let left = all.iter().filter(|item| item.is_for(&by)).count();
        Ok::<_, PageError>(Found {
            item,
            place: (at + 1, all.len()),
            left,
            before,
            after,
            intents: intents(conn, business)?,
            contradictions,
            notes,
        })
    });
    let found = read.await?;
    let pid = found.item.session.clone().ok_or(PageError::NotFound)?;
    let marked = if found.item.queue == ReviewQueue::Complaint { RecordNo::new(business, u64::MAX >> 24) } else { record };
    let asked = asked(&desk, &visitor, pid, marked).await?;
    desk.looked.at(&desk.console.store, &visitor, What::Viewed, &format!("conversation of record {} for review", record.index()));
    page(&view(&desk, &visitor, found, asked))
}

fn view(desk: &Desk, visitor: &Visitor, read: Found, asked: Asked) -> OnePage {
    let (t, item, by) = (&visitor.t, &read.item, visitor.by());
    let queue_name = t.of("review-queue", item.queue.as_str());
    let standing = item.standing(by);
    let mine = item.opinions.iter().zip(&read.notes).find(|(opinion, _)| opinion.reviewer == by);
    let others = if standing == Standing::Second { Vec::new() } else { others(visitor, item, &read.notes) };
    let truth = mine.and_then(|(mine, _)| mine.truth.clone().filter(|_| mine.right == Some(false)));
    let (with_keys, more_intents) = offered(item, read.intents, truth.as_deref());
    let asks_intent = item.intent.is_some() && matches!(item.queue, ReviewQueue::Low | ReviewQueue::Random);
    let fault = |(at, fault): (usize, Fault)| Choice {
        value: fault.as_str().to_owned(),
        label: t.of("review-fault", fault.as_str()),
        key: FAULT_KEYS[at].to_owned(),
        chosen: mine.is_some_and(|(mine, _)| mine.faults.contains(&fault)),
    };
    OnePage {
        f: Frame::new(desk, visitor, Section::Reviews, queue_name.clone()),
        is_settled: item.queue == ReviewQueue::Facts && read.contradictions.is_empty(),
        contradictions: read.contradictions.iter().map(|one| contradiction(t, one)).collect(),
        queue: item.queue.as_str(),
        queue_name,
        record: item.record.index(),
        place: t.with("review-place", &[("at", read.place.0.into()), ("all", read.place.1.into())]),
        progress: t.count("reviews-left", read.left as i64),
        intent: item.intent.as_deref().map(labels::intent),
        confidence: item.confidence.map(|confidence| t.count("percent", labels::percent(confidence))),
        asks_intent,
        other: truth.clone().filter(|truth| !with_keys.iter().any(|choice| choice.value == *truth)).unwrap_or_default(),
        intents: with_keys,
        more_intents,
        wrong: mine.is_some_and(|(mine, _)| mine.right == Some(false) && mine.truth.is_none()),
        right: mine.is_some_and(|(mine, _)| mine.right == Some(true)),
        faults: Fault::ALL.into_iter().enumerate().map(fault).collect(),
        note: mine.and_then(|(_, note)| note.clone()).unwrap_or_default(),
        is_second: standing == Standing::Second,
        is_mine: standing == Standing::Mine,
        others,
        before: read.before,
        after: read.after,
        asked,
        may_label: visitor.scope.can(Action::Decide),
    }
}

/// What the answer says, and what the list says.
fn contradiction(t: &Texts, one: &Contradiction) -> (String, String) {
    let listed = if one.listed.is_empty() { t.say("facts-not-listed") } else { one.listed.clone() };
    (t.with("facts-said", &[("about", one.about.as_str().into()), ("said", one.said.clone().into())]), listed)
}

/// The letters of the faults, by place on the keyboard: A S D F.
const FAULT_KEYS: [&str; 4] = ["A", "S", "D", "F"];

/// The most frequent intents with keys, the chosen one among them, and the rest for the box.
fn offered(item: &Item, mut intents: Vec<String>, truth: Option<&str>) -> (Vec<Choice>, Vec<String>) {
    intents.retain(|intent| item.intent.as_ref() != Some(intent));
    let rest = intents.split_off(intents.len().min(WITH_KEYS));
    let choice = |(at, value): (usize, String)| Choice {
        label: labels::intent(&value),
        key: (at + 2).to_string(),
        chosen: truth == Some(value.as_str()),
        value,
    };
    (intents.into_iter().enumerate().map(choice).collect(), rest)
}

fn others(visitor: &Visitor, item: &Item, notes: &[Option<String>]) -> Vec<Other> {
    let (t, clock) = (&visitor.t, visitor.clock());
    let theirs = item.opinions.iter().zip(notes).filter(|(opinion, _)| opinion.reviewer != visitor.by());
    let other = |(opinion, note): (&Opinion, &Option<String>)| Other {
        who: opinion.reviewer.clone(),
        when: clock.when(opinion.made_us),
        marks: found(t, opinion),
        note: note.clone(),
    };
    theirs.map(other).collect()
}

/// What clients of this business want, the most frequent first: of its newest conversations, and what reviewers named.
fn intents(conn: &Connection, business: BusinessId) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT intent, count(*) FROM (
                 SELECT intent FROM (SELECT intent FROM sessions WHERE business = ?1 ORDER BY last_us DESC LIMIT ?2)
                 UNION ALL SELECT truth FROM reviews WHERE business = ?1)
               WHERE intent IS NOT NULL GROUP BY intent ORDER BY count(*) DESC, intent LIMIT ?3";
    conn.prepare_cached(sql)?.query_map(params![business.0, ASKED, OFFERED], |row| row.get(0))?.collect()
}
