//! «Хранение»: how long what is kept, in words; what goes with the next run; what must not; what went.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::{Nothing, Posted};
use super::super::frame::{Frame, Section, framed, in_query, page};
use super::super::language::Texts;
use super::super::numbers::drawing::decimal;
use super::super::visitor::Visitor;
use super::Word;
use crate::access::{AccessError, Action};
use crate::audit::{Outlook, RetentionError};
use crate::event::record::Decision;
use crate::event::{HoldOn, Policy, Then};
use crate::journal::retention::{Hold, Ran};
use crate::journal::{clients, session_by_pid};
use crate::metrics::retention::{self, Line};

/// What the reason of a hold may be long.
const REASON_CHARS: usize = 200;

/// A hold in the list, here and on the page of a client.
pub(in crate::console::pages) struct HoldRow {
    what: String,
    url: String,
    pub pid: String,
    pub reason: String,
    pub since: String,
}

/// A run in the list.
struct RunRow {
    when: String,
    done: String,
    acts: Vec<u64>,
}

/// Where the events of the last days are.
struct Available {
    days: String,
    accepted: i64,
    share: String,
    /// The same without what was erased on request, where something was.
    without_erased: Option<String>,
    parts: String,
    lost: i64,
}

#[derive(Template)]
#[template(path = "settings/retention.html")]
struct RetentionPage {
    f: Frame,
    policy: Policy,
    policy_words: String,
    then: [Word; 2],
    may_set: bool,
    may_hold: bool,
    next: String,
    held: i64,
    anything: bool,
    holds: Vec<HoldRow>,
    runs: Vec<RunRow>,
    available: Vec<Available>,
    /// Up to when hashes were compared.
    audited: String,
}

framed!(RetentionPage);

/// What the form of the policy sends.
#[derive(Deserialize)]
pub(in crate::console::pages) struct Wish {
    detail_days: String,
    aggregates_days: String,
    then: String,
}

/// What is to be held: an id, or the address of its page.
#[derive(Deserialize)]
pub(in crate::console::pages) struct ToHold {
    pid: String,
    #[serde(default)]
    reason: String,
    /// Set on the page of what is held: one comes back there.
    #[serde(default)]
    here: String,
}

/// Owners set the policy; whoever answers for the law looks and holds.
fn may_look(visitor: &Visitor) -> bool {
    visitor.scope.can(Action::ManageSettings) || visitor.scope.can(Action::Erase)
}

/// `GET /settings/retention`
pub(in crate::console::pages) async fn show(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, PageError> {
    if !may_look(&visitor) {
        visitor.require(Action::Erase)?;
    }
    let (business, now_us) = (visitor.business.id, visitor.now_us);
    let Outlook { policy, holds, next, runs } = desk.console.retention.outlook(business).await?;
    let zone = visitor.clock().zone().clone();
    let available = desk.console.store.read(move |conn| Ok::<_, PageError>(retention::measure(conn, business, &zone, now_us)?)).await?;
    let t = &visitor.t;
    let word = |then: Then| Word { value: then.as_str(), label: t.of("retention-then", then.as_str()), chosen: policy.then == then };
    let (conversations, events) = (next.conversations, next.events + next.alone);
    page(&RetentionPage {
        policy_words: policy_words(&visitor, policy),
        then: [word(Then::Expire), word(Then::Anonymise)],
        may_set: visitor.scope.can(Action::ManageSettings),
        may_hold: visitor.scope.can(Action::Erase),
        next: t.with(
            "retention-next",
            &[("conversations", t.count("count-conversations", conversations).into()), ("events", t.count("count-events", events).into())],
        ),
        held: next.held as i64,
        anything: conversations + events > 0,
        holds: holds.into_iter().map(|hold| hold_row(&visitor, hold)).collect(),
        runs: runs.into_iter().map(|ran| run_row(&visitor, ran)).collect(),
        audited: available
            .audited_us
            .map_or_else(|| t.say("retention-never-audited"), |us| t.of("retention-audited", &visitor.clock().when(us))),
        available: available.windows.iter().map(|line| available_row(&visitor, line)).collect(),
        f: Frame::new(&desk, &visitor, Section::Settings, t.say("retention-title")),
        policy,
    })
}

/// `POST /settings/retention`: the policy.
pub(in crate::console::pages) async fn set(State(desk): State<Desk>, posted: Posted<Wish>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::ManageSettings)?;
    let number = |text: &str| text.trim().parse::<u16>().map_err(|_| invalid("a number of days"));
    let then = form.then.parse().map_err(|_| invalid("expire or anonymise"))?;
    let policy = Policy { detail_days: number(&form.detail_days)?, aggregates_days: number(&form.aggregates_days)?, then };
    let policy = policy.checked().map_err(|_| invalid("detail 30 to 90 days, sums no shorter"))?;
    desk.console.decide.decide(visitor.business.id, visitor.by(), Decision::RetentionSet { policy }, visitor.now_us).await?;
    Ok(Redirect::to("/settings/retention").into_response())
}

/// `POST /settings/retention/hold`
pub(in crate::console::pages) async fn hold(State(desk): State<Desk>, posted: Posted<ToHold>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::Erase)?;
    let reason: String = form.reason.trim().chars().take(REASON_CHARS).collect();
    if reason.is_empty() {
        return Err(invalid("a reason for the hold"));
    }
    let (on, pid) = named(&desk, &visitor, &form.pid).await?;
    let back = back(&form.here, on, &pid);
    let decision = Decision::HoldPlaced { on, pid, reason, until_us: None };
    desk.console.decide.decide(visitor.business.id, visitor.by(), decision, visitor.now_us).await?;
    Ok(Redirect::to(&back).into_response())
}

/// `POST /settings/retention/lift`
pub(in crate::console::pages) async fn lift(State(desk): State<Desk>, posted: Posted<ToHold>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::Erase)?;
    let (on, pid) = named(&desk, &visitor, &form.pid).await?;
    let back = back(&form.here, on, &pid);
    let decision = Decision::HoldLifted { on, pid };
    desk.console.decide.decide(visitor.business.id, visitor.by(), decision, visitor.now_us).await?;
    Ok(Redirect::to(&back).into_response())
}

/// Where one comes out after a decision about a hold.
fn back(here: &str, on: HoldOn, pid: &str) -> String {
    if here.is_empty() { "/settings/retention#holds".to_owned() } else { url_of(on.as_str(), pid) }
}

/// The page of what is held.
fn url_of(on: &str, pid: &str) -> String {
    let folder = if on == HoldOn::Client.as_str() { "clients" } else { "sessions" };
    format!("/{folder}/{}", in_query(pid))
}

/// `POST /settings/retention/run`: begins a run; what it does is on the page when it has ended.
pub(in crate::console::pages) async fn run(State(desk): State<Desk>, posted: Posted<Nothing>) -> Result<Response, PageError> {
    let Posted { visitor, form: Nothing {} } = posted;
    visitor.require(Action::Erase)?;
    let (retention, business, by) = (Arc::clone(&desk.console.retention), visitor.business.id, visitor.by().to_owned());
    tokio::spawn(async move {
        if let Err(e) = retention.run(business, &by).await {
            tracing::error!(error = %e, "retention run failed");
        }
    });
    Ok(Redirect::to("/settings/retention#runs").into_response())
}

/// A client or conversation, by its id or the address of its page.
async fn named(desk: &Desk, visitor: &Visitor, text: &str) -> Result<(HoldOn, String), PageError> {
    let last = text.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let (business, pid) = (visitor.business.id, last.split(['?', '#']).next().unwrap_or_default().to_owned());
    let found = desk.console.store.read(move |conn| {
        let client = clients::by_pid(conn, business, &pid)?.map(|_| HoldOn::Client);
        let on = client.or(session_by_pid(conn, business, &pid)?.map(|_| HoldOn::Session));
        Ok::<_, PageError>(on.map(|on| (on, pid)))
    });
    found.await?.ok_or(PageError::NotFound)
}

/// What was typed is no policy or hold.
fn invalid(rule: &'static str) -> PageError {
    PageError::Access(AccessError::Invalid { what: "retention", rule })
}

fn policy_words(visitor: &Visitor, policy: Policy) -> String {
    let t = &visitor.t;
    let days = |days: u16| t.count("count-days", days);
    let values = [("detail", days(policy.detail_days).into()), ("sums", days(policy.aggregates_days).into())];
    t.with(if policy.then == Then::Anonymise { "retention-policy-anonymise" } else { "retention-policy-expire" }, &values)
}

pub(in crate::console::pages) fn hold_row(visitor: &Visitor, hold: Hold) -> HoldRow {
    HoldRow {
        what: visitor.t.of("retention-held-what", &hold.on),
        url: url_of(&hold.on, &hold.pid),
        pid: hold.pid,
        reason: hold.reason,
        since: visitor
            .t
            .with("retention-held-since", &[("when", visitor.clock().when(hold.placed_us).into()), ("by", hold.placed_by.into())]),
    }
}

fn run_row(visitor: &Visitor, ran: Ran) -> RunRow {
    let t = &visitor.t;
    let values = [
        ("conversations", t.count("count-conversations", ran.conversations).into()),
        ("events", t.count("count-events", ran.events).into()),
    ];
    let done = if ran.events == 0 { t.say("retention-ran-nothing") } else { t.with("retention-ran", &values) };
    RunRow { when: visitor.clock().when(ran.ended_us), done, acts: ran.acts }
}

/// With hundredths: of a million events one of them is a hundred.
fn per_cent(t: &Texts, share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| t.of("per-cent", &decimal(t, share * 100.0, 2)))
}

fn available_row(visitor: &Visitor, line: &Line) -> Available {
    let (t, events) = (&visitor.t, line.events);
    let parts = [
        ("full", events.full),
        ("unchecked", events.unchecked),
        ("anonymised", events.anonymised),
        ("erased", events.erased),
        ("expired", events.expired),
        ("unsound", events.unsound),
    ];
    let parts = parts.iter().filter(|(state, count)| *count > 0 || *state == "full");
    Available {
        days: t.count("retention-last-days", line.to_days),
        accepted: events.accepted as i64,
        share: per_cent(t, line.shares.available),
        without_erased: (events.erased > 0).then(|| t.of("retention-without-erased", &per_cent(t, line.shares.available_without_erased))),
        parts: parts.map(|(state, count)| format!("{} {count}", t.of("retention-state", state))).collect::<Vec<_>>().join(" · "),
        lost: events.lost as i64,
    }
}

impl From<RetentionError> for PageError {
    fn from(error: RetentionError) -> Self {
        match error {
            RetentionError::Store(e) => e.into(),
            RetentionError::Decide(e) => e.into(),
            RetentionError::UnderWay => Self::Busy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::language::{Language, Library};
    use super::*;

    /// Section 4.8 of the definitions, as the page prints it.
    #[test]
    fn shares_have_two_digits() {
        let t = Library::default().texts(Language::Ru);
        let printed = |part: u64, n: u64| per_cent(&t, Some(part as f64 / n as f64)).replace('\u{a0}', " ");
        assert_eq!((printed(9_900, 10_000), printed(9_900, 9_940)), ("99,00 %".to_owned(), "99,60 %".to_owned()));
        assert_eq!(per_cent(&t, None), "–");
    }
}
