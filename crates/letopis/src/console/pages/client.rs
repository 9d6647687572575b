//! One client: what they are known by, everything they talked about on one line of time, and who may be the same person.
//!
//! That two clients are one is decided by a person, here: a family shares a phone, and a wrong merge shows one person the talk of another.
//! Every decision is sealed and shown with who made it; «разделить» takes it back. Whoever answers for the law may also place a hold here.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use rusqlite::{Connection, params};
use serde::Deserialize;

use super::Desk;
use super::error::PageError;
use super::form::Posted;
use super::frame::{Frame, Section, framed, in_query, page};
use super::journal::line::{self, Line};
use super::labels;
use super::language::Texts;
use super::moments::Clock;
use super::settings::retention::{HoldRow, hold_row};
use super::visitor::Visitor;
use super::who::{self, Who};
use crate::access::{Action, trail::What};
use crate::event::record::Decision;
use crate::event::{BusinessId, HoldOn};
use crate::journal::acts;
use crate::journal::projection::EventRow;
use crate::journal::reading::{self, ClientDetail, ClientName, Known};
use crate::journal::retention;

/// Decisions that are looked through for those about one client: merges are rare.
const DECISIONS: u32 = 2_000;

/// Something the client is known by.
struct Mark {
    kind: String,
    value: String,
}

/// Another client: of a likeness, or merged into this one.
struct Other {
    pid: String,
    url: String,
    who: Who,
}

/// An entry of the line of time.
enum Moment {
    Talk(Box<Line>),
    /// An event outside conversations: a reminder, mostly.
    Event {
        when: String,
        exact: String,
        title: String,
        words: String,
    },
}

/// A decision about this client.
struct Decided {
    when: String,
    text: String,
}

#[derive(Template)]
#[template(path = "client.html")]
struct ClientPage {
    f: Frame,
    who: Who,
    url: String,
    marks: Vec<Mark>,
    moments: Vec<Moment>,
    likenesses: Vec<Other>,
    merged: Vec<Other>,
    history: Vec<Decided>,
    holds: Vec<HoldRow>,
    may_decide: bool,
    may_erase: bool,
}

framed!(ClientPage);

/// `GET /clients/{pid}`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, Path(pid): Path<String>) -> Result<Response, PageError> {
    visitor.require(Action::ReadJournal)?;
    let (business, t, clock, now_us) = (visitor.business.id, visitor.t.clone(), visitor.clock(), visitor.now_us);
    let read = desk.console.store.read(move |conn| {
        let Some(detail) = reading::client(conn, business, &pid)? else {
            return Err(PageError::absent(acts::erasing(conn, business, &pid)?));
        };
        let talks = talks(conn, business, &t, &clock, &detail)?;
        let mut holds = retention::open_holds(conn, business, now_us)?;
        holds.retain(|hold| hold.on == HoldOn::Client.as_str() && hold.pid == detail.client.pid);
        Ok::<_, PageError>((talks, history(conn, business, &t, &clock, &detail)?, holds, detail))
    });
    let (moments, history, holds, detail) = read.await?;
    let t = &visitor.t;
    let who = who::of_client(t, &detail.client);
    let url = url(&detail.client.pid);
    desk.looked.at(&desk.console.store, &visitor, What::Viewed, &url);
    let (may_decide, may_erase) = (visitor.scope.can(Action::Decide), visitor.scope.can(Action::Erase));
    page(&ClientPage {
        f: Frame::new(&desk, &visitor, Section::Journal, who.name.clone()),
        marks: detail.known.iter().map(|known| mark(t, known)).collect(),
        likenesses: detail.likenesses.iter().map(|like| other(t, &like.client)).collect(),
        merged: detail.merged.iter().map(|client| other(t, client)).collect(),
        who,
        url,
        moments,
        history,
        holds: holds.into_iter().map(|hold| hold_row(&visitor, hold)).collect(),
        may_decide,
        may_erase,
    })
}

/// Whom a decision is about.
#[derive(Deserialize)]
pub(super) struct About {
    other: String,
}

/// `POST /clients/{pid}/merge`: the other one is shown as this one from now on.
pub(super) async fn merge(State(desk): State<Desk>, Path(pid): Path<String>, posted: Posted<About>) -> Result<Response, PageError> {
    let decision = Decision::ClientsMerged { into: pid.clone(), from: posted.form.other.clone() };
    decide(&desk, &posted.visitor, pid, posted.form.other, decision).await
}

/// `POST /clients/{pid}/unmerge`: the other one is a client of their own again.
pub(super) async fn unmerge(State(desk): State<Desk>, Path(pid): Path<String>, posted: Posted<About>) -> Result<Response, PageError> {
    let decision = Decision::ClientsUnmerged { into: pid.clone(), from: posted.form.other.clone() };
    decide(&desk, &posted.visitor, pid, posted.form.other, decision).await
}

async fn decide(desk: &Desk, visitor: &Visitor, pid: String, other: String, decision: Decision) -> Result<Response, PageError> {
    visitor.require(Action::Decide)?;
    let business = visitor.business.id;
    let here = pid.clone();
    let both = desk.console.store.read(move |conn| {
        let known = |pid: &str| crate::journal::clients::by_pid(conn, business, pid).map(|found| found.is_some());
        Ok::<_, PageError>(known(&here)? && known(&other)?)
    });
    if !both.await? {
        return Err(PageError::NotFound);
    }
    desk.console.decide.decide(business, visitor.by(), decision, visitor.now_us).await?;
    Ok(Redirect::to(&url(&pid)).into_response())
}

/// The page of a client.
pub(super) fn url(pid: &str) -> String {
    format!("/clients/{}", in_query(pid))
}

fn mark(t: &Texts, known: &Known) -> Mark {
    let kind = match &known.channel {
        Some(channel) => labels::channel(t, channel).name,
        None => t.of("mark-kind", &known.kind),
    };
    let value = match (known.kind.as_str(), known.value.split_once(':')) {
        ("phone", _) => labels::phone(&known.value),
        ("crm", Some((kind, id))) => format!("{} {id}", t.of("crm-kind", kind)),
        _ => known.value.clone(),
    };
    Mark { kind, value }
}

fn other(t: &Texts, client: &ClientName) -> Other {
    Other { pid: client.pid.clone(), url: url(&client.pid), who: who::of_client(t, client) }
}

/// Conversations and lone events, newest first.
fn talks(conn: &Connection, business: BusinessId, t: &Texts, clock: &Clock, detail: &ClientDetail) -> rusqlite::Result<Vec<Moment>> {
    let mut moments: Vec<(i64, Moment)> = Vec::with_capacity(detail.sessions.items.len() + detail.outside.len());
    for found in &detail.sessions.items {
        let who = who::of_line(conn, business, t, found)?;
        let mut line = line::line(t, clock, found, who, None);
        line.time = clock.brief(found.session.last_us);
        moments.push((found.session.last_us, Moment::Talk(Box::new(line))));
    }
    moments.extend(detail.outside.iter().map(|row| (row.ts_us, lone(t, clock, row))));
    moments.sort_by_key(|(at_us, _)| std::cmp::Reverse(*at_us));
    Ok(moments.into_iter().map(|(_, moment)| moment).collect())
}

fn lone(t: &Texts, clock: &Clock, row: &EventRow) -> Moment {
    // What a CRM told has no words; whose card it was tells where it comes from.
    let card = || row.crm.as_deref().map(|card| format!("{} · {}", labels::channel(t, &row.channel).name, labels::card(t, card)));
    let words = row.last_words().map(str::to_owned).or_else(card).unwrap_or_default();
    Moment::Event { when: clock.brief(row.ts_us), exact: clock.exact(row.ts_us), title: labels::kind(t, &row.kind), words }
}

/// Merges and unmerges in which this client, or one merged into them, takes part.
fn history(conn: &Connection, business: BusinessId, t: &Texts, clock: &Clock, detail: &ClientDetail) -> rusqlite::Result<Vec<Decided>> {
    let mut theirs: Vec<&str> = detail.merged.iter().map(|client| client.pid.as_str()).collect();
    theirs.push(&detail.client.pid);
    let sql = "SELECT made_us, made_by, body FROM decisions
               WHERE business = ?1 AND kind IN ('clients_merged', 'clients_unmerged') ORDER BY record DESC LIMIT ?2";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement
        .query_map(params![business.0, DECISIONS], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))?;
    let mut history = Vec::new();
    for row in rows {
        let (made_us, by, body) = row?;
        let (key, into, from) = match serde_json::from_str(&body) {
            Ok(Decision::ClientsMerged { into, from }) => ("history-merged", into, from),
            Ok(Decision::ClientsUnmerged { into, from }) => ("history-unmerged", into, from),
            _ => continue,
        };
        if theirs.contains(&into.as_str()) || theirs.contains(&from.as_str()) {
            let text = t.with(key, &[("by", by.into()), ("what", from.into())]);
            history.push(Decided { when: clock.when(made_us), text });
        }
    }
    Ok(history)
}
