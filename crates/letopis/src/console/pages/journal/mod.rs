//! The journal: conversations, newest first, with filters in the URL; and the same as single events.
//!
//! * `filter` – what the URL asks · `line` – one conversation of the list · `numbers` – the three figures on top · `events` – the other tab

pub(super) mod events;
mod filter;
pub(super) mod line;
mod numbers;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::error::PageError;
use super::frame::{Frame, Section, framed, page};
use super::labels;
use super::visitor::Visitor;
use super::{Desk, hello};
use crate::access::Action;
use crate::console::measured::Picture;
use crate::journal::reading::{self, Listed, Page};
use filter::Asked;
pub(super) use filter::{LOW_CONFIDENCE, Period};
use line::Line;
use numbers::Numbers;

/// Conversations on a page.
const LIMIT: usize = 50;

/// A choice of a filter.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

#[derive(Template)]
#[template(path = "journal/journal.html")]
struct JournalPage {
    f: Frame,
    asked: Asked,
    lines: Vec<Line>,
    numbers: Option<Numbers>,
    /// Else its figure says so, and not zero.
    is_booking_measured: bool,
    channels: Vec<Choice>,
    outcomes: Vec<Choice>,
    intents: Vec<Choice>,
    periods: Vec<Choice>,
    /// Where the list goes on.
    next: Option<String>,
    /// Where the list refreshes itself from: the first page only.
    live: Option<String>,
    /// Nothing was ever recorded: how to begin.
    hello: Option<hello::Hello>,
}

framed!(JournalPage);

#[derive(Template)]
#[template(path = "journal/lines.html")]
struct Lines {
    f: Frame,
    lines: Vec<Line>,
}

/// `GET /journal`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    visitor.require(Action::ReadJournal)?;
    let clock = visitor.clock();
    let (filter, after) = (asked.filter(&clock), asked.after());
    let (business, t, period) = (visitor.business.id, visitor.t.clone(), (filter.from_us, filter.to_us));
    let (counted, now_us) = (asked.cursor.is_empty(), visitor.now_us);
    let read = desk.console.store.read(move |conn| {
        let listed = reading::sessions(conn, business, &filter, &Page::new(LIMIT, after))?;
        let next = listed.next;
        let lines = line::lines(conn, business, &t, &clock, listed)?;
        let numbers = if counted { numbers::numbers(conn, business, period)? } else { None };
        // What is counted is measured: asked only where there is nothing.
        let is_measured =
            numbers.is_none_or(|numbers| numbers.booked > 0) || Picture::of(conn, business, now_us)?.anywhere().booking.is_some();
        Ok::<_, PageError>((lines, next, (numbers, is_measured), reading::filters(conn, business)?))
    });
    let (lines, next, (numbers, is_booking_measured), known) = read.await?;
    let t = &visitor.t;
    let choices = |values: Vec<(String, String)>, chosen: &str| -> Vec<Choice> {
        values.into_iter().map(|(value, label)| Choice { chosen: value == chosen, value, label }).collect()
    };
    let nothing_yet = lines.is_empty() && known.channels.is_empty();
    let f = Frame::new(&desk, &visitor, Section::Journal, t.say("nav-journal"));
    let channels = known.channels.iter().map(|name| (name.clone(), labels::channel(t, name).name)).collect();
    let outcomes = known.outcomes.iter().map(|outcome| ((*outcome).to_owned(), labels::outcome(t, outcome).label)).collect();
    let intents = known.intents.iter().map(|intent| (intent.clone(), labels::intent(intent))).collect();
    let periods = Period::ALL.iter().map(|period| (period.name().to_owned(), t.of("period", period.name()))).collect();
    page(&JournalPage {
        channels: choices(channels, &asked.channel),
        outcomes: choices(outcomes, &asked.outcome),
        intents: choices(intents, &asked.intent),
        periods: choices(periods, asked.period().name()),
        next: next.map(|cursor| asked.url("/journal", Some(&cursor.to_string()))),
        live: asked.cursor.is_empty().then(|| asked.url("/journal/lines", None)),
        hello: nothing_yet.then(|| hello::Hello::new(&visitor)),
        f,
        asked,
        lines,
        numbers,
        is_booking_measured,
    })
}

/// `GET /journal/lines`: the list alone, for the page that refreshes itself.
pub(super) async fn refresh(
    State(desk): State<Desk>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    visitor.require(Action::ReadJournal)?;
    let clock = visitor.clock();
    let filter = asked.filter(&clock);
    let (business, t) = (visitor.business.id, visitor.t.clone());
    let read = desk.console.store.read(move |conn| {
        let listed = reading::sessions(conn, business, &filter, &Page::new(LIMIT, None))?;
        Ok::<_, PageError>(line::lines(conn, business, &t, &clock, Listed { next: None, ..listed })?)
    });
    let f = Frame::new(&desk, &visitor, Section::Journal, String::new());
    fragment(&headers, &Lines { f, lines: read.await? })
}

/// A part of a page, or 304 when the browser has it already.
pub(super) fn fragment(headers: &HeaderMap, template: &impl Template) -> Result<Response, PageError> {
    let html = template.render()?;
    let digest = Sha256::digest(html.as_bytes());
    let tag: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], Html(html)).into_response())
}
