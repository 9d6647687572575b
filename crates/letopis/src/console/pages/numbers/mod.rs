//! The page of numbers: conversion, funnel, where clients come from, why leads are lost, how long they wait, who came. For whoever asks why.
//!
//! Everything on it answers one question ([`asked::Asked`], a link). Every share says of how many and between which bounds; a number
//! that cannot be known says so.
//!
//! * `asked` – the question · `charts` – what is drawn · `drawing` – how charts speak · `hours` – the week by hours · `facts` – what stands in words

pub(super) mod asked;
pub(super) mod charts;
pub(in crate::console) mod drawing;
pub(super) mod facts;
mod hours;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use rusqlite::Connection;

use super::Desk;
use super::error::PageError;
use super::frame::{Frame, Section, framed, page};
use super::journal::Choice;
use super::visitor::Visitor;
use crate::access::Action;
use crate::console::period::{self, Period};
use crate::journal::days::Day;
use crate::journal::reading::{Filters, filters};
use crate::metrics::figures::heat::Measure;
use crate::metrics::figures::visits::visits;
use crate::metrics::figures::{self, Asker, Cut, Picture, Summary};
use crate::metrics::markers::{self, Marker};
use crate::metrics::rate::Rate;
use crate::metrics::terms::Settled;
use asked::{Asked, CUTS, PERIODS};
use drawing::share;
use facts::{Came, Fact};

/// More days than this are drawn as weeks.
const DAYS_DRAWN: usize = 45;
/// Groups of a table.
const GROUPS: usize = 40;

/// A line of the table of groups.
struct Group {
    name: String,
    url: Option<String>,
    conversations: u64,
    booked: String,
    lost: String,
    within: String,
}

#[derive(Template)]
#[template(path = "numbers.html")]
struct NumbersPage {
    f: Frame,
    asked: Asked,
    periods: Vec<Choice>,
    channels: Vec<Choice>,
    intents: Vec<Choice>,
    cuts: Vec<Choice>,
    figures: Vec<Fact>,
    provisional: bool,
    uncounted: Option<String>,
    line: String,
    funnel: String,
    bars: String,
    groups: Vec<Group>,
    lost: String,
    heat: String,
    measures: Vec<Choice>,
    answers: Vec<Fact>,
    persons: Vec<Fact>,
    visits: Vec<Fact>,
    /// They are not of all that is asked: what they are of, in words.
    visits_note: Option<String>,
    left_out: Vec<(String, u64)>,
    how: Vec<(String, String)>,
    worth_url: String,
}

framed!(NumbersPage);

/// Everything that is read for the page.
struct Read {
    counted: Counted,
    beside: Beside,
    period: Period,
    earlier: Period,
    window_days: u32,
}

/// What conversations say.
struct Counted {
    now: Picture,
    before: Option<Picture>,
    uncounted: u64,
}

/// What else is shown of the period.
struct Beside {
    visits: Came,
    markers: Vec<Marker>,
    known: Filters,
}

/// `GET /numbers`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    visitor.require(Action::ReadNumbers)?;
    let (business, now_us) = (visitor.business.id, visitor.now_us);
    let zone = TimeZone::get(&visitor.business.timezone).unwrap_or(TimeZone::UTC);
    let store = &desk.console.store;
    let settled = store.read(move |conn| Ok::<_, PageError>(Settled::of(conn, business)?)).await?;
    let (window_us, window_days) = (settled.terms(zone.clone()).window_us, settled.window_days);
    let period = asked.period(&zone, now_us);
    let earlier = period.before(&zone);
    let asker = Asker { business, window_us, zone, now_us };
    let (one, other) = ((asker.clone(), asked.clone()), (asker, asked.clone()));
    // One walks over conversations, the other reads visits and versions: side by side they take half the time.
    let (counted, beside) = tokio::try_join!(
        store.read(move |conn| Ok::<_, PageError>(counted(conn, &one.0, &one.1, period, earlier)?)),
        store.read(move |conn| Ok::<_, PageError>(beside(conn, &other.0, &other.1, period, earlier)?)),
    )?;
    page(&draw(&desk, &visitor, asked, &Read { counted, beside, period, earlier, window_days }))
}

fn counted(conn: &Connection, asker: &Asker, asked: &Asked, period: Period, earlier: Period) -> rusqlite::Result<Counted> {
    let picture = |period: Period| figures::picture(conn, asker, &asked.question(period), asked.cut());
    Ok(Counted {
        now: picture(period)?,
        before: asked.compares().then(|| picture(earlier)).transpose()?,
        uncounted: period::uncounted(conn, asker.business)?,
    })
}

fn beside(conn: &Connection, asker: &Asker, asked: &Asked, period: Period, earlier: Period) -> rusqlite::Result<Beside> {
    let channel = (!asked.channel.is_empty()).then_some(asked.channel.as_str());
    Ok(Beside {
        visits: Came {
            now: visits(conn, asker, period.from_us, period.to_us, channel)?,
            before: asked.compares().then(|| visits(conn, asker, earlier.from_us, earlier.to_us, channel)).transpose()?,
            is_wider: asked.narrows(),
        },
        markers: markers::markers(conn, asker.business, period.from_us, period.to_us)?,
        known: filters(conn, asker.business)?,
    })
}

/// Conversion day by day, or week by week where there are many; days on which nobody wrote are gaps, not zeros.
fn days(found: &BTreeMap<Day, Rate>, period: Period, zone: &TimeZone) -> Vec<(i64, Rate)> {
    let (first, last) = (Day::of(period.from_us, zone), Day::of(period.to_us - 1, zone));
    let each = (first.0..=last.0).map(|day| (Day(day).span_us(zone).0, found.get(&Day(day)).copied().unwrap_or_default()));
    let each: Vec<_> = each.collect();
    if each.len() <= DAYS_DRAWN {
        return each;
    }
    let week = |days: &[(i64, Rate)]| {
        let sum = days.iter().fold(Rate::default(), |sum, (_, rate)| Rate { part: sum.part + rate.part, n: sum.n + rate.n });
        (days[0].0, sum)
    };
    each.chunks(7).map(week).collect()
}

fn draw(desk: &Desk, visitor: &Visitor, asked: Asked, read: &Read) -> NumbersPage {
    let Read { counted, beside, .. } = read;
    let (t, clock, cut) = (&visitor.t, visitor.clock(), asked.cut());
    let choice = |value: &str, label: String, chosen: bool| Choice { value: value.to_owned(), label, chosen };
    let named = asked.named();
    let mut periods: Vec<Choice> = PERIODS.iter().map(|(name, _)| choice(name, t.of("numbers-period", name), *name == named)).collect();
    if named == "own" {
        periods.push(choice("own", t.of("numbers-period", "own"), true));
    }
    let (now, before) = (&counted.now.whole, counted.before.as_ref());
    let conversion = now.conversion;
    let mut groups: Vec<(&String, &Summary)> = counted.now.groups.iter().filter(|(_, summary)| summary.conversations > 0).collect();
    groups.sort_by_key(|(_, summary)| std::cmp::Reverse(summary.conversations));
    let zone = TimeZone::get(&visitor.business.timezone).unwrap_or(TimeZone::UTC);
    let earlier = before.map(|before| days(&before.days, read.earlier, &zone)).unwrap_or_default();
    let group = |(name, summary): &(&String, &Summary)| Group {
        name: charts::value(t, cut, name),
        url: asked.only(name),
        conversations: summary.conversations,
        booked: share(t, summary.conversion.session),
        lost: share(t, summary.lost.rate),
        within: share(t, summary.answers.within_3s),
    };
    NumbersPage {
        f: Frame::new(desk, visitor, Section::Numbers, t.say("numbers-title")),
        periods,
        channels: beside
            .known
            .channels
            .iter()
            .map(|name| choice(name, charts::value(t, Cut::Channel, name), *name == asked.channel))
            .collect(),
        intents: beside.known.intents.iter().map(|name| choice(name, charts::value(t, Cut::Intent, name), *name == asked.intent)).collect(),
        cuts: CUTS.iter().map(|known| choice(known.as_str(), t.of("cut", known.as_str()), *known == cut)).collect(),
        figures: facts::headline(t, now, before.map(|before| &before.whole), &beside.visits),
        provisional: conversion.is_provisional,
        uncounted: (counted.uncounted > 0).then(|| t.count("numbers-uncounted", counted.uncounted as i64)),
        line: charts::line(t, &clock, &days(&counted.now.days, read.period, &zone), &earlier, &beside.markers, conversion.session),
        funnel: charts::funnel(t, now),
        bars: charts::bars(t, cut, &groups, conversion.session),
        groups: groups.iter().take(GROUPS).map(group).collect(),
        lost: charts::lost(t, now),
        heat: hours::heat(t, asked.measure(), &counted.now.week),
        measures: Measure::ALL
            .map(|known| choice(known.as_str(), t.of("numbers-measure", known.as_str()), known == asked.measure()))
            .into(),
        answers: facts::answers(t, &now.answers),
        persons: facts::persons(t, &now.answers.person),
        visits: facts::visits(t, &beside.visits),
        visits_note: beside.visits.is_wider.then(|| t.say("numbers-visits-note")),
        left_out: now.left_out.iter().map(|(why, count)| (t.of("left-out", why), *count)).collect(),
        how: facts::how(t, read.window_days),
        worth_url: Asked { period: asked.period.clone(), from: asked.from.clone(), to: asked.to.clone(), ..Asked::default() }
            .url("/numbers/worth"),
        asked,
    }
}
