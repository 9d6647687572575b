//! The journal's other tab: single events, newest first.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;

use super::super::Desk;
use super::super::error::PageError;
use super::super::frame::{Frame, Section, framed, page};
use super::super::labels::{self, Channel};
use super::super::moments::Clock;
use super::super::visitor::Visitor;
use super::super::who::{self, Who};
use super::filter::{Asked, Period};
use super::{Choice, line};
use crate::access::Action;
use crate::event::{EventType, RecordNo};
use crate::journal::reading::{self, EventFilter, EventLine, Page};

/// Events on a page.
const LIMIT: usize = 100;

/// One event in the list.
struct EventItem {
    url: Option<String>,
    day: Option<String>,
    time: String,
    exact: String,
    channel: Channel,
    kind: String,
    failed: bool,
    who: Who,
    words: String,
}

#[derive(Template)]
#[template(path = "journal/events.html")]
struct EventsPage {
    f: Frame,
    asked: Asked,
    items: Vec<EventItem>,
    kinds: Vec<Choice>,
    channels: Vec<Choice>,
    periods: Vec<Choice>,
    next: Option<String>,
}

framed!(EventsPage);

/// `GET /journal/events`
pub(in crate::console::pages) async fn show(
    State(desk): State<Desk>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    visitor.require(Action::ReadJournal)?;
    let clock = visitor.clock();
    let given = |value: &String| Some(value.clone()).filter(|value| !value.is_empty());
    let filter = EventFilter {
        kind: given(&asked.kind),
        channel: given(&asked.channel),
        from_us: asked.begins_us(&clock),
        ..EventFilter::default()
    };
    let (business, after) = (visitor.business.id, asked.after());
    let read = desk.console.store.read(move |conn| {
        let listed = reading::events(conn, business, &filter, &Page::new(LIMIT, after))?;
        Ok::<_, PageError>((listed, reading::filters(conn, business)?.channels))
    });
    let (listed, known) = read.await?;
    let t = &visitor.t;
    let choice = |value: &str, label: String, chosen: &str| Choice { value: value.to_owned(), label, chosen: value == chosen };
    page(&EventsPage {
        f: Frame::new(&desk, &visitor, Section::Journal, t.say("tab-events")),
        kinds: EventType::known().map(|kind| choice(kind.as_str(), labels::kind(t, kind.as_str()), &asked.kind)).collect(),
        channels: known.iter().map(|name| choice(name, labels::channel(t, name).name, &asked.channel)).collect(),
        periods: Period::ALL.iter().map(|p| choice(p.name(), t.of("period", p.name()), asked.period().name())).collect(),
        next: listed.next.map(|cursor| asked.url("/journal/events", Some(&cursor.to_string()))),
        items: items(&visitor, &clock, &listed.items),
        asked,
    })
}

fn items(visitor: &Visitor, clock: &Clock, events: &[EventLine]) -> Vec<EventItem> {
    let mut before_us = None;
    let mut items = Vec::with_capacity(events.len());
    for event in events {
        let ts_us = event.row.ts_us;
        let same_day = before_us.replace(ts_us).is_some_and(|before| clock.same_day(before, ts_us));
        items.push(item(visitor, clock, event, !same_day));
    }
    items
}

fn item(visitor: &Visitor, clock: &Clock, event: &EventLine, new_day: bool) -> EventItem {
    let (row, t) = (&event.row, &visitor.t);
    let at = RecordNo::from_i64(row.record).index();
    let named = row.client_name.clone().map(|name| Who { name, known: true });
    let unnamed = || event.client.as_ref().map_or(Who { name: String::new(), known: false }, |client| who::of_client(t, client));
    let words = row.said.as_deref().or(row.reply.as_deref()).or(row.error.as_deref()).or(row.action.as_deref()).unwrap_or("");
    EventItem {
        url: event.session.as_deref().map(|pid| format!("{}#e{at}", line::url(pid))),
        day: new_day.then(|| clock.day(row.ts_us)),
        time: clock.time(row.ts_us),
        exact: clock.exact(row.ts_us),
        channel: labels::channel(t, &row.channel),
        kind: labels::kind(t, &row.kind),
        failed: row.error.is_some(),
        who: named.unwrap_or_else(unnamed),
        words: words.chars().take(160).collect(),
    }
}
