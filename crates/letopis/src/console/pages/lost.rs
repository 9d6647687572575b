//! Lost leads: whom to call now, why, how long they have been waiting. Taking one in hand is a decision; being booked ends it by itself.

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
use crate::journal::session_by_pid;
use crate::metrics::figures::lost as leads;
use crate::metrics::figures::rebook::{self, FellThrough, REBOOK_US};
use crate::metrics::judge::{DAY_US, Reason};
use crate::metrics::terms::Settled;
use crate::metrics::worth::stages::{Stages, Ticket};
use crate::metrics::worth::value::Value;

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
}

/// A visit that fell through and was not booked again (R13).
struct Again {
    lead: Lead,
    /// What can be decided about it: it was booked in a conversation of ours.
    may_act: bool,
}

/// What is worked through.
struct Found {
    waiting: Vec<leads::Waiting>,
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
    more: bool,
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
}

/// How it ended; where to go on.
#[derive(Deserialize)]
pub(super) struct Ended {
    #[serde(default)]
    how: String,
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
        Ok::<_, PageError>(Found {
            waiting: leads::waiting(conn, business, from_us, now_us, MOST)?,
            again: rebook::fallen_through(conn, business, from_us - REBOOK_US, now_us, MOST_AGAIN)?,
            stages: Stages::read(conn, business, now_us)?,
            settled: Settled::of(conn, business)?,
        })
    });
    let Found { waiting: found, again, stages, settled } = found.await?;
    let ticket = stages.ticket(&settled);
    let value = Value::of(&stages, ticket.as_ref(), &stages.steps(found.iter().map(|lead| lead.told)));
    desk.looked.at(&desk.console.store, &visitor, What::Viewed, "/lost");
    let t = &visitor.t;
    let wanted = Reason::parse(&asked.reason);
    let more = found.len() == MOST;
    let there: Vec<Reason> = Reason::ALL.into_iter().filter(|reason| found.iter().any(|lead| lead.reason == *reason)).collect();
    let choice = |reason: &Reason| Choice {
        value: reason.as_str().to_owned(),
        label: t.of("lost-reason", reason.as_str()),
        chosen: Some(*reason) == wanted,
    };
    let leads = ordered(found).into_iter().filter(|lead| wanted.is_none_or(|wanted| lead.reason == wanted));
    let drawn = page(&LostPage {
        tag: tag.clone(),
        f: Frame::new(&desk, &visitor, Section::Lost, t.say("lost-title")),
        leads: leads.map(|found| Lead { worth: one(t, &stages, ticket.as_ref(), found.told), ..lead(&visitor, found) }).collect(),
        worth: queue_worth(t, &value),
        again_more: again.len() == MOST_AGAIN,
        again: again.into_iter().map(|found| fell(&visitor, found)).collect(),
        reasons: there.iter().map(choice).collect(),
        ends: LeadEnd::ALL.map(|end| (end.as_str(), t.of("lead-end", end.as_str()))).into(),
        may_act: visitor.scope.can(Action::Decide),
        more,
        days: t.count("count-days", DAYS),
        how: how(t),
    })?;
    Ok(live::tagged(drawn, &tag))
}

/// Whom nobody has taken in hand first; then who waits for an answer; then the youngest, who is the likeliest to still want it.
pub(super) fn ordered(mut found: Vec<leads::Waiting>) -> Vec<leads::Waiting> {
    found.sort_by_key(|lead| (lead.taken.is_some(), !URGENT.contains(&lead.reason), std::cmp::Reverse(lead.since_us)));
    found
}

/// As a line.
pub(super) fn lead(visitor: &Visitor, found: leads::Waiting) -> Lead {
    let (t, clock) = (&visitor.t, visitor.clock());
    let tone = if URGENT.contains(&found.reason) { "bad" } else { "warn" };
    let name = found.name.clone().map(|name| Who { name, known: true });
    let unnamed = || Who { name: found.phone.as_deref().map_or_else(|| t.say("nameless"), labels::phone), known: false };
    let evidence = found.evidence.first().map_or_else(String::new, |record| format!("#e{}", record.index()));
    Lead {
        url: format!("{}{evidence}", line::url(&found.session)),
        who: name.unwrap_or_else(unnamed),
        channel: labels::channel(t, &found.channel),
        phone: found.phone.as_ref().map(|phone| (format!("tel:{phone}"), labels::phone(phone))),
        reason: Chip::new(tone, t.of("lost-reason", found.reason.as_str())),
        why: t.of("lost-why", found.reason.as_str()),
        since: t.of("lost-since", &clock.took(visitor.now_us - found.since_us)),
        exact: clock.exact(found.since_us),
        words: found.snippet.unwrap_or_default(),
        intent: found.intent.as_deref().map(labels::intent),
        taken: found.taken.map(|(by, us)| t.with("lost-taken", &[("who", by.into()), ("when", clock.when(us).into())])),
        act: format!("/lost/{}", in_query(&found.session)),
        worth: None,
    }
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
        },
    }
}

/// `POST /lost/{session}/take`
pub(super) async fn take(State(desk): State<Desk>, Path(session): Path<String>, posted: Posted<Ended>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    decide(&desk, &visitor, Decision::LeadTaken { session }, &form.back).await
}

/// `POST /lost/{session}/end`
pub(super) async fn end(State(desk): State<Desk>, Path(session): Path<String>, posted: Posted<Ended>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    let how = form.how.parse().map_err(|_| PageError::Form("an end that is not known"))?;
    decide(&desk, &visitor, Decision::LeadEnded { session, how }, &form.back).await
}

async fn decide(desk: &Desk, visitor: &Visitor, decision: Decision, back: &str) -> Result<Response, PageError> {
    visitor.require(Action::Decide)?;
    let (Decision::LeadTaken { session } | Decision::LeadEnded { session, .. }) = &decision else { return Err(PageError::NotFound) };
    let (business, wanted) = (visitor.business.id, session.clone());
    let known = desk.console.store.read(move |conn| Ok::<_, PageError>(session_by_pid(conn, business, &wanted)?.is_some()));
    if !known.await? {
        return Err(PageError::NotFound);
    }
    desk.console.decide.decide(business, visitor.by(), decision, visitor.now_us).await?;
    let back = if back.is_empty() { "/lost" } else { safe_back(back) };
    Ok(Redirect::to(back).into_response())
}
