//! Search: people by phone, name or number, and what was said, grouped by conversation, with the words marked.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::Desk;
use super::client;
use super::error::PageError;
use super::frame::{Frame, Section, framed, in_query, page};
use super::journal::line::{self, Line};
use super::labels::{self, Channel};
use super::language::Texts;
use super::moments::Clock;
use super::visitor::Visitor;
use super::who::{self, Who};
use crate::access::Action;
use crate::event::{Facets, RecordNo};
use crate::journal::reading::{self, ClientHit, Found, Hit, Listed, Page, Snippet};

/// Pieces of talk on a page.
const LIMIT: usize = 40;

/// `?q=`
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    cursor: String,
}

/// A part of a text, marked or not.
struct Part {
    text: String,
    marked: bool,
}

/// What was said, with the words marked.
struct Said {
    url: String,
    speaker: String,
    time: String,
    parts: Vec<Part>,
}

/// The hits of one conversation.
struct Group {
    url: Option<String>,
    who: Who,
    channel: Channel,
    said: Vec<Said>,
}

/// A client who fits.
struct Person {
    url: String,
    who: Who,
    by: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    f: Frame,
    asked: bool,
    people: Vec<Person>,
    talks: Vec<Line>,
    groups: Vec<Group>,
    next: Option<String>,
}

framed!(SearchPage);

/// `GET /search?q=`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    visitor.require(Action::ReadJournal)?;
    let (business, t, clock) = (visitor.business.id, visitor.t.clone(), visitor.clock());
    let keys = desk.keys(business)?;
    let (question, after) = (asked.q.clone(), asked.cursor.parse().ok());
    let read = desk.console.store.read(move |conn| {
        let Found { clients, sessions, hits } = reading::search(conn, &keys, &question, &Page::new(LIMIT, after))?;
        let talks = line::lines(conn, business, &t, &clock, Listed { items: sessions, next: None })?;
        Ok::<_, PageError>((clients, talks, hits))
    });
    let (clients, talks, hits) = read.await?;
    let (t, clock) = (&visitor.t, visitor.clock());
    let mut f = Frame::new(&desk, &visitor, Section::Search, t.say("nav-search"));
    f.query.clone_from(&asked.q);
    page(&SearchPage {
        f,
        asked: !asked.q.trim().is_empty(),
        people: clients.iter().map(|hit| person(t, hit)).collect(),
        talks,
        groups: groups(t, &clock, &hits.items),
        next: hits.next.map(|cursor| format!("/search?q={}&cursor={}", in_query(&asked.q), in_query(&cursor.to_string()))),
    })
}

fn person(t: &Texts, hit: &ClientHit) -> Person {
    let value = if hit.by == "phone" { labels::masked_phone(&hit.value) } else { hit.value.clone() };
    let by = if hit.by == "name" { String::new() } else { format!("{}: {value}", t.of("mark-kind", hit.by)) };
    Person { url: client::url(&hit.client.pid), who: who::of_client(t, &hit.client), by }
}

/// In the order of the hits; a conversation stands where its first hit is.
fn groups(t: &Texts, clock: &Clock, hits: &[Hit]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for hit in hits {
        let url = hit.line.session.as_deref().map(line::url);
        let said = said(t, clock, hit, url.as_deref());
        match groups.iter_mut().find(|group| group.url.is_some() && group.url == url) {
            Some(group) => group.said.push(said),
            None => groups.push(Group {
                who: hit.line.client.as_ref().map_or(Who { name: t.say("nameless"), known: false }, |client| who::of_client(t, client)),
                channel: labels::channel(t, &hit.line.row.channel),
                said: vec![said],
                url,
            }),
        }
    }
    groups
}

fn said(t: &Texts, clock: &Clock, hit: &Hit, conversation: Option<&str>) -> Said {
    let row = &hit.line.row;
    let by_client = row.facets.has(Facets::INBOUND) && !hit.in_reply;
    let by_staff = row.facets.has(Facets::OPERATOR);
    Said {
        url: format!("{}#e{}", conversation.unwrap_or(""), RecordNo::from_i64(row.record).index()),
        speaker: t.say(if by_client {
            "speaker-client"
        } else if by_staff {
            "speaker-staff"
        } else {
            "speaker-bot"
        }),
        time: clock.when(row.ts_us),
        parts: parts(&hit.snippet),
    }
}

/// Cut at the marks. The template escapes each part.
fn parts(snippet: &Snippet) -> Vec<Part> {
    let mut parts = Vec::with_capacity(snippet.marks.len() * 2 + 1);
    let mut at = 0;
    let mut add = |text: Option<&str>, marked| {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            parts.push(Part { text: text.to_owned(), marked });
        }
    };
    for mark in &snippet.marks {
        add(snippet.text.get(at..mark.start), false);
        add(snippet.text.get(mark.clone()), true);
        at = mark.end;
    }
    add(snippet.text.get(at..), false);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_is_cut_at_its_marks() {
        let snippet = Snippet { text: "на запись, записи".to_owned(), marks: vec![5..17, 19..31] };
        let cut: Vec<(String, bool)> = parts(&snippet).into_iter().map(|part| (part.text, part.marked)).collect();
        let expected = [("на ", false), ("запись", true), (", ", false), ("записи", true)];
        assert_eq!(cut, expected.map(|(text, marked)| (text.to_owned(), marked)));
    }
}
