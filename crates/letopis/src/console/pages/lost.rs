//! Lost leads: whom to call now, why, how long they have been waiting. Taking one in hand is a decision; being booked ends it by itself. A client
//! stands here once, however many of their conversations are lost: the most urgent one, and the others below it.

use std::cmp::Reverse;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Desk;
use super::error::PageError;
use super::form::Posted;
use super::frame::{Frame, Section, framed, in_query, page, safe_back};
use super::journal::{Choice, line};
use super::labels::{self, Channel, Chip};
use super::language::Texts;
use super::live;
use super::visitor::Visitor;
use super::who::Who;
use crate::access::Action;
use crate::access::trail::What;
use crate::event::LeadEnd;
use crate::event::record::Decision;
use crate::event::when::DAY_US;
use crate::journal::session_by_pid;
use crate::metrics::figures::lost as leads;
use crate::metrics::figures::rebook::{self, FellThrough, REBOOK_US};
use crate::metrics::judge::Reason;
use crate::metrics::terms::Settled;
use crate::metrics::worth::stages::{Stages, Ticket};
use crate::metrics::worth::value::Value;

/// Whom nobody has taken in hand and who is shown without asking for more: a morning's calls.
const AT_ONCE: usize = 40;
/// Days back that are looked at: who was lost before is not waiting any more.
pub(super) const DAYS: i64 = crate::metrics::worth::QUEUE_DAYS;
/// Leads that are listed.
pub(super) const MOST: usize = 200;
/// Visits that fell through, likewise.
const MOST_AGAIN: usize = 100;
/// Reasons in which somebody waits for an answer at this moment.
const URGENT: [Reason; 6] = [Reason::R1, Reason::R5, Reason::R3, Reason::R4, Reason::R8, Reason::R11];

/// One lead on a page.
pub(super) struct Lead {
    pub(super) url: String,
    /// Where it is acted upon.
    pub(super) act: String,
    pub(super) who: Who,
    pub(super) channel: Channel,
    pub(super) phone: Option<(String, String)>,
    pub(super) reason: Chip,
    pub(super) why: String,
    pub(super) since: String,
    pub(super) exact: String,
    pub(super) words: String,
    pub(super) intent: Option<String>,
    pub(super) taken: Option<String>,
    /// What it would have brought.
    pub(super) worth: Option<String>,
    /// Their other lost conversations.
    pub(super) others: Vec<Other>,
    /// The same ones for whoever acts: as JSON, since a bot may name conversations as it likes.
    pub(super) also: String,
}

/// Another lost conversation of the same client.
pub(super) struct Other {
    pub(super) url: String,
    pub(super) said: String,
    pub(super) exact: String,
}

/// A visit that fell through and was not booked again (R13).
struct Again {
    lead: Lead,
    /// What can be decided about it: it was booked in a conversation of ours.
    may_act: bool,
}

/// What is worked through.
struct Found {
    waiting: Vec<leads::Person>,
    /// How far each of those came who wait, also of those who are not listed.
    told: Vec<u32>,
    again: Vec<FellThrough>,
    stages: Stages,
    settled: Settled,
}

#[derive(Template)]
#[template(path = "lost.html")]
struct LostPage {
    f: Frame,
    tag: String,
    leads: Vec<Lead>,
    reasons: Vec<Choice>,
    ends: Vec<(&'static str, String)>,
    may_act: bool,
    /// More wait than are listed at all.
    more: bool,
    /// So many are listed, and a link that shows them.
    rest: Option<(String, String)>,
    worth: String,
    again: Vec<Again>,
    again_more: bool,
    days: String,
    how: Vec<(&'static str, String, String)>,
}

framed!(LostPage);

/// `?reason=R1`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    reason: String,
    all: String,
}

/// How it ended; which other conversations of the client were shown with it; where to go on.
#[derive(Deserialize)]
pub(super) struct Ended {
    #[serde(default)]
    how: String,
    #[serde(default)]
    also: String,
    #[serde(default)]
    back: String,
}

/// `GET /lost`
pub(super) async fn show(
    State(desk): State<Desk>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    visitor.require(Action::ReadJournal)?;
    let tag = live::tag(&desk, &visitor).await?;
    if let Some(same) = live::unchanged(&headers, &tag) {
        return Ok(same);
    }
    let (business, now_us) = (visitor.business.id, visitor.now_us);
    let found = desk.console.store.read(move |conn| {
        let from_us = now_us - DAYS * DAY_US;
        let queue = leads::Queue::read(conn, business, from_us, now_us)?;
        Ok::<_, PageError>(Found {
            told: queue.told(),
            waiting: leads::people(queue.waiting(conn, MOST)?),
            again: rebook::fallen_through(conn, business, from_us - REBOOK_US, now_us, MOST_AGAIN)?,
            stages: Stages::read(conn, business, now_us)?,
            settled: Settled::of(conn, business)?,
        })
    });
    let Found { waiting: found, told, again, stages, settled } = found.await?;
    let ticket = stages.ticket(&settled);
    let more = told.len() > MOST;
    let value = Value::of(&stages, ticket.as_ref(), &stages.steps(told.into_iter()));
    desk.looked.at(&desk.console.store, &visitor, What::Viewed, "/lost");
    let t = &visitor.t;
    let wanted = Reason::parse(&asked.reason);
    let is_lost_by = |person: &leads::Person, reason: Reason| person.all().any(|lead| lead.reason == reason);
    let there: Vec<Reason> = Reason::ALL.into_iter().filter(|reason| found.iter().any(|person| is_lost_by(person, *reason))).collect();
    let choice = |reason: &Reason| Choice {
        value: reason.as_str().to_owned(),
        label: t.of("lost-reason", reason.as_str()),
        chosen: Some(*reason) == wanted,
    };
    let mut leads: Vec<_> = ordered(found).into_iter().filter(|person| wanted.is_none_or(|wanted| is_lost_by(person, wanted))).collect();
    let url = format!("/lost?all=1&reason={}", wanted.map_or("", Reason::as_str));
    let free = leads.iter().filter(|person| person.taken().is_none()).count();
    let rest = (free > AT_ONCE && asked.all.is_empty()).then(|| (url, t.count("today-all", leads.len() as i64)));
    if rest.is_some() {
        // Who is in somebody's hands stands last and is always shown: others see at once who took whom.
        leads.drain(AT_ONCE..free);
    }
    let drawn = page(&LostPage {
        tag: tag.clone(),
        f: Frame::new(&desk, &visitor, Section::Lost, t.say("lost-title")),
        leads: leads
            .into_iter()
            .map(|found| Lead { worth: one(t, &stages, ticket.as_ref(), found.told()), ..lead(&visitor, found) })
            .collect(),
        worth: queue_worth(t, &value),
        again_more: again.len() == MOST_AGAIN,
        again: again.into_iter().map(|found| fell(&visitor, found)).collect(),
        reasons: there.iter().map(choice).collect(),
        ends: LeadEnd::ALL.map(|end| (end.as_str(), t.of("lead-end", end.as_str()))).into(),
        may_act: visitor.scope.can(Action::Decide),
        more: more && rest.is_none(),
        rest,
        days: t.count("count-days", DAYS),
        how: how(t),
    })?;
    Ok(live::tagged(drawn, &tag))
}

/// Whom nobody has taken in hand first; then who waits for an answer; then the youngest, who is the likeliest to still want it.
pub(super) fn ordered(mut found: Vec<leads::Person>) -> Vec<leads::Person> {
    let key = |person: &leads::Person| (person.taken().is_some(), !URGENT.contains(&person.first.reason), Reverse(person.first.since_us));
    found.sort_by_key(key);
    found
}

/// As a line.
pub(super) fn lead(visitor: &Visitor, person: leads::Person) -> Lead {
    let (t, clock) = (&visitor.t, visitor.clock());
    let taken = person.taken().map(|(by, us)| t.with("lost-taken", &[("who", by.as_str().into()), ("when", clock.when(*us).into())]));
    let also: Vec<&str> = person.others.iter().map(|lost| lost.session.as_str()).collect();
    let also = serde_json::json!(also).to_string();
    let others = person.others.iter().map(|lost| other(visitor, lost)).collect();
    let found = person.first;
    let tone = if URGENT.contains(&found.reason) { "bad" } else { "warn" };
    let name = found.name.clone().map(|name| Who { name, known: true });
    let unnamed = || Who { name: found.phone.as_deref().map_or_else(|| t.say("nameless"), labels::phone), known: false };
    Lead {
        url: proof_url(&found),
        who: name.unwrap_or_else(unnamed),
        channel: labels::channel(t, &found.channel),
        phone: found.phone.as_ref().map(|phone| (format!("tel:{phone}"), labels::phone(phone))),
        reason: Chip::new(tone, t.of("lost-reason", found.reason.as_str())),
        why: t.of("lost-why", found.reason.as_str()),
        since: t.of("lost-since", &clock.took(visitor.now_us - found.since_us)),
        exact: clock.exact(found.since_us),
        words: found.snippet.unwrap_or_default(),
        intent: found.intent.as_deref().map(labels::intent),
        taken,
        act: format!("/lost/{}", in_query(&found.session)),
        worth: None,
        others,
        also,
    }
}

/// Another conversation of the same client, in a few words.
fn other(visitor: &Visitor, lost: &leads::Waiting) -> Other {
    let (t, clock) = (&visitor.t, visitor.clock());
    let values = [
        ("what", t.of("lost-reason", lost.reason.as_str()).into()),
        ("where", labels::channel(t, &lost.channel).name.into()),
        ("since", clock.took(visitor.now_us - lost.since_us).into()),
    ];
    Other { url: proof_url(lost), said: t.with("lost-other", &values), exact: clock.exact(lost.since_us) }
}

/// The conversation, at the event that shows it.
fn proof_url(lost: &leads::Waiting) -> String {
    let evidence = lost.evidence.first().map_or_else(String::new, |record| format!("#e{}", record.index()));
    format!("{}{evidence}", line::url(&lost.session))
}

/// What one lead would have brought.
fn one(t: &Texts, stages: &Stages, ticket: Option<&Ticket>, told: u32) -> Option<String> {
    let value = Value::of(stages, ticket, &stages.steps(std::iter::once(told)));
    value.sum.map(|sum| super::worth::sum(t, &sum))
}

/// What all of them would have brought; nothing where nobody waits.
fn queue_worth(t: &Texts, value: &Value) -> String {
    match &value.sum {
        _ if value.leads == 0 => String::new(),
        Some(sum) => {
            let said = |minor: i64| super::worth::rounded(t, minor, &sum.currency).into();
            let values = [("what", said(sum.minor)), ("low", said(sum.low_minor)), ("high", said(sum.high_minor))];
            t.with("lost-queue-worth", &values)
        }
        None => t.of("lost-queue-unmeasured", value.lacking.unwrap_or("few")),
    }
}

fn how(t: &Texts) -> Vec<(&'static str, String, String)> {
    let reasons = Reason::ALL.map(|reason| (reason.as_str(), t.of("lost-reason", reason.as_str()), t.of("lost-why", reason.as_str())));
    reasons.into_iter().chain([("R13", t.say("rebook-title"), t.say("rebook-why"))]).collect()
}

/// A visit that fell through, as a line.
fn fell(visitor: &Visitor, found: FellThrough) -> Again {
    let (t, clock) = (&visitor.t, visitor.clock());
    let unnamed = || found.phone.as_deref().map_or_else(|| t.say("nameless"), labels::phone);
    let who = Who { known: found.name.is_some(), name: found.name.clone().unwrap_or_else(unnamed) };
    let client = format!("/clients/{}", in_query(&found.client));
    Again {
        may_act: found.session.is_some() && visitor.scope.can(Action::Decide),
        lead: Lead {
            url: found.session.as_deref().map_or(client, line::url),
            who,
            channel: labels::channel(t, found.channel.as_deref().unwrap_or_default()),
            phone: found.phone.as_ref().map(|phone| (format!("tel:{phone}"), labels::phone(phone))),
            reason: Chip::new("warn", t.of("rebook-outcome", &found.outcome)),
            why: found.starts_us.map_or_else(String::new, |us| clock.when(us)),
            since: t.of("rebook-since", &clock.took(visitor.now_us - found.ended_us)),
            exact: clock.exact(found.ended_us),
            words: found.service.unwrap_or_default(),
            intent: None,
            taken: found.taken.map(|(by, us)| t.with("lost-taken", &[("who", by.into()), ("when", clock.when(us).into())])),
            act: format!("/lost/{}", in_query(found.session.as_deref().unwrap_or_default())),
            worth: None,
            others: Vec::new(),
            also: String::new(),
        },
    }
}

/// `POST /lost/{session}/take`
pub(super) async fn take(State(desk): State<Desk>, Path(session): Path<String>, posted: Posted<Ended>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    decide(&desk, &visitor, session, &form, |session| Decision::LeadTaken { session }).await
}

/// `POST /lost/{session}/end`
pub(super) async fn end(State(desk): State<Desk>, Path(session): Path<String>, posted: Posted<Ended>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let how = form.how.parse().map_err(|_| PageError::Form("an end that is not known"))?;
    decide(&desk, &visitor, session, &form, |session| Decision::LeadEnded { session, how }).await
}

/// Of that conversation, and of the others of its client that stood on the page beside it. One that was lost since then was seen by nobody, and
/// goes on waiting.
async fn decide(
    desk: &Desk,
    visitor: &Visitor,
    session: String,
    form: &Ended,
    decision: impl Fn(String) -> Decision,
) -> Result<Response, PageError> {
    visitor.require(Action::Decide)?;
    let shown: Vec<String> = match form.also.as_str() {
        "" => Vec::new(),
        also => serde_json::from_str(also).map_err(|_| PageError::Form("conversations that are no list"))?,
    };
    let (business, now_us, wanted) = (visitor.business.id, visitor.now_us, session.clone());
    let same = desk.console.store.read(move |conn| {
        if session_by_pid(conn, business, &wanted)?.is_none() {
            return Err(PageError::NotFound);
        }
        Ok(leads::of_same(conn, business, now_us - DAYS * DAY_US, now_us, &wanted)?)
    });
    let ends = matches!(decision(String::new()), Decision::LeadEnded { .. });
    let others = same.await?.into_iter().filter(|(other, taken)| *other != session && shown.contains(other) && (ends || !taken));
    let all: Vec<String> = std::iter::once(session.clone()).chain(others.map(|(other, _)| other)).collect();
    for one in all {
        desk.console.decide.decide(business, visitor.by(), decision(one), now_us).await?;
    }
    let back = if form.back.is_empty() { "/lost" } else { safe_back(&form.back) };
    Ok(Redirect::to(back).into_response())
}
