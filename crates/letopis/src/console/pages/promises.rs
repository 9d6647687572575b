//! What the assistant promised and nobody did: a list to work through, newest first; and the same promises as marks in a conversation.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use rusqlite::Connection;
use serde::Deserialize;

use super::Desk;
use super::error::PageError;
use super::frame::{Frame, Section, framed, in_query, page};
use super::journal::{Choice, Period, line};
use super::labels::{self, Channel, Chip};
use super::language::Texts;
use super::moments::Clock;
use super::visitor::Visitor;
use super::who::{self, Who};
use crate::access::Action;
use crate::event::{BusinessId, PromiseKind, RecordNo};
use crate::journal::promises::{self, Filter, Judged, State as Standing, Tally};
use crate::journal::reading::{self, Page};

/// Promises that are counted: so many are held against what was done in some fifty milliseconds.
const COUNTED: usize = 1_000;
/// Answers on a page.
const LIMIT: usize = 50;
/// How a promise can stand, in the order of the select box.
const STATES: [&str; 3] = ["open", "waiting", "kept"];

/// `?kind=booked&state=open&period=week`. What is not understood is ignored, so an old link still works.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    kind: String,
    state: String,
    period: String,
    cursor: String,
}

/// An answer in the list.
struct Item {
    url: Option<String>,
    day: Option<String>,
    time: String,
    exact: String,
    channel: Channel,
    who: Who,
    words: String,
    marks: Vec<Chip>,
}

/// A figure on top: how many, what they are, where they are listed.
struct Figure {
    count: usize,
    label: String,
    tone: &'static str,
    url: String,
}

#[derive(Template)]
#[template(path = "promises.html")]
struct PromisesPage {
    f: Frame,
    figures: Vec<Figure>,
    /// Not all of the period were counted.
    more: bool,
    items: Vec<Item>,
    kinds: Vec<Choice>,
    states: Vec<Choice>,
    periods: Vec<Choice>,
    next: Option<String>,
}

framed!(PromisesPage);

/// `GET /promises`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    visitor.require(Action::ReadJournal)?;
    let (business, t, clock) = (visitor.business.id, visitor.t.clone(), visitor.clock());
    let filter = asked.filter(&clock);
    let (after, now_us) = (asked.cursor.parse().ok(), clock.now_us());
    let read = desk.console.store.read(move |conn| {
        let listed = promises::list(conn, business, &filter, &Page::new(LIMIT, after), now_us)?;
        let next = listed.next;
        let items = items(conn, business, &t, &clock, listed.items)?;
        let of_kind = Filter { state: None, ..filter };
        Ok::<_, PageError>((items, next, promises::tally_of(conn, business, &of_kind, COUNTED, now_us)?))
    });
    let (items, next, tally) = read.await?;
    let t = &visitor.t;
    let choice = |value: &str, label: String, chosen: &str| Choice { value: value.to_owned(), label, chosen: value == chosen };
    let checked = PromiseKind::ALL.into_iter().filter(|kind| promises::terms(*kind).is_some());
    page(&PromisesPage {
        f: Frame::new(&desk, &visitor, Section::Promises, t.say("promises-title")),
        figures: figures(t, &asked, &tally),
        more: tally.more,
        kinds: checked.map(|kind| choice(kind.as_str(), t.of("promise", kind.as_str()), &asked.kind)).collect(),
        states: STATES.iter().map(|state| choice(state, t.of("promise-state", state), asked.state())).collect(),
        periods: Period::ALL.iter().map(|p| choice(p.name(), t.of("period", p.name()), asked.period().name())).collect(),
        next: next.map(|cursor| format!("{}&cursor={cursor}", asked.url(asked.state()))),
        items,
    })
}

/// The promises of one event as marks under it. What the journal cannot tell of is not marked: a price named is no fault.
pub(super) fn marks(conn: &Connection, t: &Texts, clock: &Clock, record: i64) -> rusqlite::Result<Vec<Chip>> {
    let judged = promises::of_record(conn, RecordNo::from_i64(record), clock.now_us())?;
    Ok(judged.iter().filter_map(|judged| mark(t, clock, judged)).collect())
}

fn mark(t: &Texts, clock: &Clock, judged: &Judged) -> Option<Chip> {
    let what = what(t, judged);
    Some(match judged.state {
        Standing::Kept(_, at_us) => Chip::new("ok", t.with("promise-kept", &[("what", what.into()), ("when", clock.when(at_us).into())])),
        Standing::Waiting => Chip::new("warn", t.of("promise-waiting", &what)),
        Standing::Open => Chip::new("bad", t.of("promise-open", &what)),
        Standing::Unchecked => return None,
    })
}

/// The same in a list, where the state is what was asked for.
fn brief(t: &Texts, judged: &Judged) -> Option<Chip> {
    let tone = match judged.state {
        Standing::Kept(..) => "ok",
        Standing::Waiting => "warn",
        Standing::Open => "bad",
        Standing::Unchecked => return None,
    };
    Some(Chip::new(tone, what(t, judged)))
}

fn what(t: &Texts, Judged { said, .. }: &Judged) -> String {
    let what = t.of("promise", said.kind.as_str());
    match said.hour {
        Some(hour) => t.with("promise-at", &[("what", what.into()), ("hour", hour.to_string().into())]),
        None => what,
    }
}

impl Asked {
    fn state(&self) -> &str {
        STATES.into_iter().find(|state| *state == self.state).unwrap_or("open")
    }

    fn period(&self) -> Period {
        Period::ALL.into_iter().find(|period| period.name() == self.period).unwrap_or(Period::Month)
    }

    fn filter(&self, clock: &Clock) -> Filter {
        Filter {
            kind: PromiseKind::parse(&self.kind),
            state: Some(self.state().to_owned()),
            from_us: self.period().begins_us(clock),
            to_us: None,
        }
    }

    /// The first page of the same question with this state.
    fn url(&self, state: &str) -> String {
        format!("/promises?state={state}&kind={}&period={}", in_query(&self.kind), self.period().name())
    }
}

fn figures(t: &Texts, asked: &Asked, tally: &Tally) -> Vec<Figure> {
    let figure = |count, state: &str, tone| Figure { count, label: t.of("promise-figure", state), tone, url: asked.url(state) };
    let tone = if tally.open > 0 { "bad" } else { "" };
    vec![figure(tally.open, "open", tone), figure(tally.waiting, "waiting", ""), figure(tally.kept, "kept", "ok")]
}

fn items(conn: &Connection, business: BusinessId, t: &Texts, clock: &Clock, lines: Vec<promises::Line>) -> rusqlite::Result<Vec<Item>> {
    let (mut items, mut before_us): (Vec<Item>, Option<i64>) = (Vec::with_capacity(lines.len()), None);
    for found in lines {
        let Some(event) = reading::event(conn, business, found.record)? else { continue };
        let row = &event.row;
        let same_day = before_us.replace(row.ts_us).is_some_and(|before| clock.same_day(before, row.ts_us));
        let named = row.client_name.clone().map(|name| Who { name, known: true });
        let unnamed = || event.client.as_ref().map_or(Who { name: t.say("nameless"), known: false }, |client| who::of_client(t, client));
        items.push(Item {
            url: event.session.as_deref().map(|pid| format!("{}#e{}", line::url(pid), found.record.index())),
            day: (!same_day).then(|| clock.day(row.ts_us)),
            time: clock.time(row.ts_us),
            exact: clock.exact(row.ts_us),
            channel: labels::channel(t, &row.channel),
            who: named.unwrap_or_else(unnamed),
            words: row.last_words().unwrap_or_default().chars().take(200).collect(),
            marks: found.promises.iter().filter_map(|judged| brief(t, judged)).collect(),
        });
    }
    Ok(items)
}
