//! One queue: what is left, what is done, and who is to do it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use ledger::RecordList;
use rusqlite::Connection;
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::form::Posted;
use super::super::frame::{Frame, Section, framed, page};
use super::super::labels::{self, Channel, Chip};
use super::super::language::Texts;
use super::super::moments::Clock;
use super::super::visitor::Visitor;
use super::super::who::{self, Who};
use super::{invalid, named};
use crate::access::{Action, Role, member};
use crate::event::BusinessId;
use crate::event::record::Decision;
use crate::event::review::ReviewQueue;
use crate::journal::reading;
use crate::journal::reviews::{self, Item, Standing};

/// Lines on a page: nobody looks at more in one sitting.
const SHOWN: usize = 100;

/// `?show=done`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    show: String,
}

/// One thing to look at, in a list.
struct Line {
    url: String,
    day: Option<String>,
    time: String,
    exact: String,
    channel: Channel,
    who: Who,
    words: String,
    marks: Vec<Chip>,
}

#[derive(Template)]
#[template(path = "reviews/queue.html")]
struct QueuePage {
    f: Frame,
    queue: &'static str,
    name: String,
    about: String,
    progress: String,
    lines: Vec<Line>,
    /// There are more than are shown.
    more: bool,
    shows_done: bool,
    left: usize,
    done: usize,
    first: Option<String>,
    people: Vec<(String, String)>,
    may_assign: bool,
}

framed!(QueuePage);

/// `GET /reviews/{queue}`
pub(super) async fn show(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(queue): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, PageError> {
    visitor.require(Action::ReadJournal)?;
    let queue = named(&queue)?;
    let (business, t, clock, by) = (visitor.business.id, visitor.t.clone(), visitor.clock(), visitor.by().to_owned());
    let shows_done = wanted.show == "done";
    let read = desk.console.store.read(move |conn| {
        let items = reviews::items(conn, business, queue)?;
        let (left, done): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| is_left(item, &by));
        let counts = (left.len(), done.len());
        let first = left.iter().find(|item| item.is_for(&by)).or(left.first()).map(url);
        let shown = if shows_done { done } else { left };
        let more = shown.len() > SHOWN;
        let lines = lines(conn, business, &t, &clock, &by, &shown[..shown.len().min(SHOWN)])?;
        Ok::<_, PageError>((lines, more, counts, first, people(conn, business)?))
    });
    let (lines, more, (left, done), first, people) = read.await?;
    let t = &visitor.t;
    let name = t.of("review-queue", queue.as_str());
    page(&QueuePage {
        f: Frame::new(&desk, &visitor, Section::Reviews, name.clone()),
        queue: queue.as_str(),
        name,
        about: t.of("review-queue-about", queue.as_str()),
        progress: t.with("reviews-progress", &[("done", done.into()), ("all", (left + done).into())]),
        lines,
        more,
        shows_done,
        left,
        done,
        first,
        people,
        may_assign: visitor.scope.can(Action::Decide) && left > 0,
    })
}

/// Who is to do what is open in a queue.
#[derive(Deserialize)]
pub(super) struct Assigned {
    /// A login; nothing for whoever comes first.
    to: String,
}

/// `POST /reviews/{queue}/assign`
pub(super) async fn assign(State(desk): State<Desk>, Path(queue): Path<String>, posted: Posted<Assigned>) -> Result<Response, PageError> {
    let Posted { visitor, form } = posted;
    visitor.require(Action::Decide)?;
    let (queue, business) = (named(&queue)?, visitor.business.id);
    let to = Some(form.to.trim().to_owned()).filter(|to| !to.is_empty());
    let wanted = to.clone();
    let records = desk.console.store.read(move |conn| {
        let known = |to: &String| Ok::<_, PageError>(people(conn, business)?.iter().any(|(login, _)| login == to));
        if wanted.as_ref().map(known).transpose()? == Some(false) {
            return Err(invalid("a person of this business who may label"));
        }
        let open = reviews::items(conn, business, queue)?.into_iter().filter(|item| item.opinions.is_empty());
        Ok::<_, PageError>(RecordList::of(open.map(|item| item.record.index())))
    });
    let records = records.await?;
    if !records.is_empty() {
        let decision = Decision::ReviewsAssigned { queue, records: records.to_string(), to };
        desk.console.decide.decide(business, visitor.by(), decision, visitor.now_us).await?;
    }
    Ok(Redirect::to(&format!("/reviews/{}", queue.as_str())).into_response())
}

/// Whether somebody may still have to look at it; a second opinion is nothing to whoever gave the first.
fn is_left(item: &Item, by: &str) -> bool {
    matches!(item.standing(by), Standing::Open | Standing::Second)
}

/// The page of one, at the message.
pub(super) fn url(item: &Item) -> String {
    let record = item.record.index();
    format!("/reviews/{}/{record}#e{record}", item.queue.as_str())
}

/// Who may label here: login and name.
fn people(conn: &Connection, business: BusinessId) -> Result<Vec<(String, String)>, PageError> {
    let may = |role| matches!(role, Role::Owner | Role::Manager | Role::Compliance);
    let members = member::all(conn, business)?.into_iter().filter(|member| may(member.role) && member.user.disabled_us.is_none());
    Ok(members.map(|member| (member.user.login.as_str().to_owned(), member.user.name.to_string())).collect())
}

fn lines(conn: &Connection, business: BusinessId, t: &Texts, clock: &Clock, by: &str, items: &[Item]) -> rusqlite::Result<Vec<Line>> {
    let (mut lines, mut before): (Vec<Line>, Option<i64>) = (Vec::with_capacity(items.len()), None);
    for item in items {
        let same_day = before.replace(item.ts_us).is_some_and(|before| clock.same_day(before, item.ts_us));
        let client = reading::event(conn, business, item.record)?.and_then(|event| event.client);
        let who = client.map_or_else(|| Who { name: t.say("nameless"), known: false }, |client| who::of_client(t, &client));
        lines.push(Line {
            url: url(item),
            day: (!same_day).then(|| clock.day(item.ts_us)),
            time: clock.time(item.ts_us),
            exact: clock.exact(item.ts_us),
            channel: labels::channel(t, &item.channel),
            who,
            words: shown(item).unwrap_or_default().chars().take(200).collect(),
            marks: marks(t, item, by),
        });
    }
    Ok(lines)
}

/// The client's words; of an answer against the facts the answer.
fn shown(item: &Item) -> Option<&str> {
    let (said, reply) = (item.said.as_deref(), item.reply.as_deref());
    if item.queue == ReviewQueue::Facts { reply.or(said) } else { said.or(reply) }
}

fn marks(t: &Texts, item: &Item, by: &str) -> Vec<Chip> {
    let mut marks: Vec<Chip> = Vec::new();
    if let Some(intent) = item.intent.as_deref().filter(|_| matches!(item.queue, ReviewQueue::Low | ReviewQueue::Random)) {
        marks.push(Chip::new("", labels::intent(intent)));
    }
    if let Some(confidence) = item.confidence.filter(|_| item.queue == ReviewQueue::Low) {
        marks.push(Chip::new("warn", t.count("unsure", labels::percent(confidence))));
    }
    match item.standing(by) {
        Standing::Open => {}
        // Whoever is asked for a second opinion does not see the first.
        Standing::Second => marks.push(Chip::new("info", t.say("review-second"))),
        Standing::Mine | Standing::Done => {
            let opinion = item.opinions.iter().find(|opinion| opinion.reviewer == by).or(item.opinions.first());
            marks.extend(opinion.into_iter().flat_map(|opinion| found(t, opinion)));
        }
    }
    if let Some(assignee) = item.assignee.as_ref().filter(|_| item.opinions.is_empty()) {
        marks.push(Chip::new("accent", assignee.clone()));
    }
    marks
}

/// What somebody found, as marks.
pub(super) fn found(t: &Texts, opinion: &reviews::Opinion) -> Vec<Chip> {
    let intent = match (opinion.right, &opinion.truth) {
        (Some(true), _) => Some(Chip::new("ok", t.say("review-right"))),
        (Some(false), Some(truth)) => Some(Chip::new("bad", t.of("review-was", &labels::intent(truth)))),
        (Some(false), None) => Some(Chip::new("bad", t.say("review-wrong"))),
        (None, _) => None,
    };
    let faults = opinion.faults.iter().map(|fault| Chip::new("bad", t.of("review-fault", fault.as_str())));
    let mut found: Vec<Chip> = intent.into_iter().chain(faults).collect();
    if found.is_empty() {
        found.push(Chip::new("ok", t.say("review-fine")));
    }
    found
}
