//! The access trail: who came in, who looked at a client's data, who took it away, who changed what; newest first.
//!
//! Lines hold ids. What they mean now is looked up here: a person who has left is still shown by their id.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use rusqlite::Connection;
use serde::Deserialize;

use super::super::Desk;
use super::super::error::PageError;
use super::super::frame::{Frame, Section, framed, page};
use super::super::language::Texts;
use super::super::visitor::Visitor;
use crate::access::trail::{self, Line, Wanted, What};
use crate::access::{Action, connection, key, member};
use crate::event::BusinessId;

/// Lines on a page.
const LIMIT: u32 = 100;
/// The words of ours that a line's `who` may be.
const OURS: [&str; 2] = ["local", "stranger"];

struct Row {
    when: String,
    who: String,
    /// Their lines only.
    theirs: String,
    what: String,
    is_bad: bool,
    target: String,
    /// A page of ours.
    is_link: bool,
}

/// A kind of line to choose.
struct Choice {
    label: String,
    url: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "settings/trail.html")]
struct TrailPage {
    f: Frame,
    rows: Vec<Row>,
    choices: Vec<Choice>,
    /// Whose lines only.
    of: Option<String>,
    older: Option<String>,
}

framed!(TrailPage);

/// `?what=&who=&before=`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::console::pages) struct Asked {
    what: String,
    who: String,
    before: Option<i64>,
}

/// What ids are called.
struct Names<'a> {
    t: &'a Texts,
    known: HashMap<String, String>,
}

/// `GET /settings/trail`
pub(in crate::console::pages) async fn show(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    visitor.require(Action::ReadTrail)?;
    let business = visitor.business.id;
    let wanted = Wanted { before: asked.before, what: asked.what.parse().ok(), who: Some(asked.who.clone()).filter(|who| !who.is_empty()) };
    let sought = wanted.clone();
    let read =
        desk.console.store.read(move |conn| Ok::<_, PageError>((trail::read(conn, business, &sought, LIMIT)?, known(conn, business)?)));
    let (lines, known) = read.await?;
    let names = Names { t: &visitor.t, known };
    let clock = visitor.clock();
    let row = |line: &Line| Row {
        when: clock.when(line.at_us),
        who: names.of(&line.who),
        theirs: url(&asked.what, &line.who, None),
        what: visitor.t.of("trail-what", line.what.as_str()),
        is_bad: line.what == What::SignInRefused,
        is_link: line.target.starts_with('/'),
        target: line.target.clone(),
    };
    let choice = |what: Option<What>| {
        let word = what.map_or("", What::as_str);
        Choice {
            label: visitor.t.of("trail-what", if word.is_empty() { "all" } else { word }),
            url: url(word, &asked.who, None),
            is_chosen: what == wanted.what,
        }
    };
    let last = lines.last().filter(|_| lines.len() == LIMIT as usize);
    page(&TrailPage {
        rows: lines.iter().map(row).collect(),
        choices: std::iter::once(None).chain(What::ALL.iter().copied().map(Some)).map(choice).collect(),
        of: wanted.who.as_deref().map(|who| names.of(who)),
        older: last.map(|last| url(&asked.what, &asked.who, Some(last.id))),
        f: Frame::new(&desk, &visitor, Section::Settings, visitor.t.say("trail-title")),
    })
}

/// The same page about others; both words are ids and words of ours, or they find nothing.
fn url(what: &str, who: &str, before: Option<i64>) -> String {
    let plain = |text: &str| text.chars().filter(|c| c.is_ascii_alphanumeric() || "-_/".contains(*c)).collect::<String>();
    let before = before.map(|id| format!("&before={id}")).unwrap_or_default();
    format!("/settings/trail?what={}&who={}{before}", plain(what), plain(who))
}

/// People, keys and connections by their ids.
fn known(conn: &Connection, business: BusinessId) -> Result<HashMap<String, String>, PageError> {
    let people = member::all(conn, business)?.into_iter().map(|known| (known.user.id.to_string(), known.user.name.to_string()));
    let keys = key::all(conn, business)?.into_iter().map(|known| (known.id.to_string(), known.name.to_string()));
    let connections = connection::all(conn, business)?.into_iter().map(|known| (known.id.to_string(), known.name.to_string()));
    Ok(people.chain(keys).chain(connections).collect())
}

impl Names<'_> {
    fn of(&self, who: &str) -> String {
        if OURS.contains(&who) {
            return self.t.of("trail-who", who);
        }
        if let Some((connection, number)) = who.split_once('/') {
            let portal = self.known.get(connection).map_or(connection, String::as_str);
            return self.t.with("trail-employee", &[("portal", portal.into()), ("number", number.into())]);
        }
        self.known.get(who).cloned().unwrap_or_else(|| who.to_owned())
    }
}
