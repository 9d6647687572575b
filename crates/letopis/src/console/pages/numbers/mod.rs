//! The page of numbers: conversion, funnel, where clients come from, why leads are lost, how long they wait, who came. For whoever asks why.
//!
//! Everything on it answers one question ([`asked::Asked`], a link). Every share says of how many and between which bounds; a number
//! that cannot be known says so.
//!
//! * `asked` – the question · `charts` – what is drawn · `drawing` – how charts speak · `facts` – what stands in words

pub(super) mod asked;
mod charts;
pub(in crate::console) mod drawing;
mod facts;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use rusqlite::Connection;

use super::Desk;
use super::error::PageError;
use super::frame::{Frame, Section, page};
use super::journal::Choice;
use super::visitor::Visitor;
use crate::access::Action;
use crate::console::period::{self, Period};
use crate::journal::days::Day;
use crate::metrics::figures::visits::{Visits, visits};
use crate::metrics::figures::{self, Asker, Cut, Question, Summary};
use crate::metrics::rate::Rate;
use crate::metrics::terms::Settled;
use asked::{Asked, CUTS, PERIODS};
use drawing::share;
use facts::Fact;

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
    answers: Vec<Fact>,
    visits: Vec<Fact>,
    left_out: Vec<(String, u64)>,
    how: Vec<(String, String)>,
}

/// Everything that is read for the page.
struct Read {
    now: Summary,
    before: Option<Summary>,
    days: Vec<(i64, Rate)>,
    days_before: Vec<(i64, Rate)>,
    groups: Vec<(String, Summary)>,
    heat: [[(u64, u64); 24]; 7],
    visits: Visits,
    channels: Vec<String>,
    intents: Vec<String>,
    uncounted: u64,
    window_days: u32,
}

/// `GET /numbers`
pub(super) async fn show(State(desk): State<Desk>, visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    visitor.require(Action::ReadNumbers)?;
    let (business, now_us) = (visitor.business.id, visitor.now_us);
    let zone = TimeZone::get(&visitor.business.timezone).unwrap_or(TimeZone::UTC);
    let wanted = asked.clone();
    let read = desk.console.store.read(move |conn| {
        let settled = Settled::of(conn, business)?;
        let asker = Asker { business, window_us: settled.terms(zone.clone()).window_us, zone, now_us };
        Ok::<_, PageError>(Read { window_days: settled.window_days, ..all(conn, &asker, &wanted)? })
    });
    let read = read.await?;
    page(&draw(&desk, &visitor, asked, &read))
}

fn all(conn: &Connection, asker: &Asker, asked: &Asked) -> rusqlite::Result<Read> {
    let period = asked.period(&asker.zone, asker.now_us);
    let question = asked.question(period);
    let earlier = period.before(&asker.zone);
    let before = asked.compares().then(|| figures::summary(conn, asker, &asked.question(earlier))).transpose()?;
    let days_before = if asked.compares() { days(conn, asker, &asked.question(earlier), earlier)? } else { Vec::new() };
    let mut groups: Vec<(String, Summary)> = figures::by(conn, asker, &question, asked.cut())?.into_iter().collect();
    groups.retain(|(_, summary)| summary.conversations > 0);
    groups.sort_by_key(|(_, summary)| std::cmp::Reverse(summary.conversations));
    let everything = Question { only: Vec::new(), ..question.clone() };
    let names =
        |cut| Ok::<_, rusqlite::Error>(figures::by(conn, asker, &everything, cut)?.into_keys().filter(|name| !name.is_empty()).collect());
    let channel = (!asked.channel.is_empty()).then_some(asked.channel.as_str());
    Ok(Read {
        now: figures::summary(conn, asker, &question)?,
        before,
        days: days(conn, asker, &question, period)?,
        days_before,
        groups,
        heat: figures::heat(conn, asker, &question)?,
        visits: visits(conn, asker, period.from_us, period.to_us, channel)?,
        channels: names(Cut::Channel)?,
        intents: names(Cut::Intent)?,
        uncounted: period::uncounted(conn, asker.business)?,
        window_days: 0,
    })
}

/// Conversion day by day, or week by week where there are many; days on which nobody wrote are gaps, not zeros.
fn days(conn: &Connection, asker: &Asker, question: &Question, period: Period) -> rusqlite::Result<Vec<(i64, Rate)>> {
    let found = figures::by(conn, asker, question, Cut::Day)?;
    let (first, last) = (Day::of(period.from_us, &asker.zone), Day::of(period.to_us - 1, &asker.zone));
    let each = (first.0..=last.0).map(|day| {
        let rate = found.get(&Day(day).to_string()).map_or(Rate::default(), |summary| summary.conversion.session);
        (Day(day).span_us(&asker.zone).0, rate)
    });
    let each: Vec<_> = each.collect();
    if each.len() <= DAYS_DRAWN {
        return Ok(each);
    }
    let week = |days: &[(i64, Rate)]| {
        let sum = days.iter().fold(Rate::default(), |sum, (_, rate)| Rate { part: sum.part + rate.part, n: sum.n + rate.n });
        (days[0].0, sum)
    };
    Ok(each.chunks(7).map(week).collect())
}

fn draw(desk: &Desk, visitor: &Visitor, asked: Asked, read: &Read) -> NumbersPage {
    let (t, clock, cut) = (&visitor.t, visitor.clock(), asked.cut());
    let choice = |value: &str, label: String, chosen: bool| Choice { value: value.to_owned(), label, chosen };
    let named = asked.named();
    let mut periods: Vec<Choice> = PERIODS.iter().map(|(name, _)| choice(name, t.of("numbers-period", name), *name == named)).collect();
    if named == "own" {
        periods.push(choice("own", t.of("numbers-period", "own"), true));
    }
    let conversion = read.now.conversion;
    let group = |(name, summary): &(String, Summary)| Group {
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
        channels: read.channels.iter().map(|name| choice(name, charts::value(t, Cut::Channel, name), *name == asked.channel)).collect(),
        intents: read.intents.iter().map(|name| choice(name, charts::value(t, Cut::Intent, name), *name == asked.intent)).collect(),
        cuts: CUTS.iter().map(|known| choice(known.as_str(), t.of("cut", known.as_str()), *known == cut)).collect(),
        figures: facts::headline(t, &read.now, read.before.as_ref(), &read.visits),
        provisional: conversion.is_provisional,
        uncounted: (read.uncounted > 0).then(|| t.count("numbers-uncounted", read.uncounted as i64)),
        line: charts::line(t, &clock, &read.days, &read.days_before, conversion.session),
        funnel: charts::funnel(t, &read.now),
        bars: charts::bars(t, cut, &read.groups, conversion.session),
        groups: read.groups.iter().take(GROUPS).map(group).collect(),
        lost: charts::lost(t, &read.now),
        heat: charts::heat(t, &read.heat),
        answers: facts::answers(t, &read.now.answers),
        visits: facts::visits(t, &read.visits),
        left_out: read.now.left_out.iter().map(|(why, count)| (t.of("left-out", why), *count)).collect(),
        how: facts::how(t, read.window_days),
        asked,
    }
}
