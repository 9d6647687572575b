//! The page in the portal's menu: conversion of the last thirty days, where clients are lost, how many wait for a call. The same figures as on
//! «Цифры», counted by the same definitions; names nobody, so whoever may see leads in the portal may see it.

use askama::Template;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::super::Desk;
use super::super::error::PageError;
use super::super::frame::{Frame, whole};
use super::super::lost;
use super::super::numbers::charts;
use super::super::numbers::facts::{Came, Fact, headline, how};
use super::look;
use crate::access::business;
use crate::access::portal_visit::Visit;
use crate::event::when::DAY_US;
use crate::journal::days::Day;
use crate::metrics::figures::visits::visits;
use crate::metrics::figures::{self, Asker, Question, Summary};
use crate::metrics::terms::Settled;

const DAYS: i64 = 30;

#[derive(Template)]
#[template(path = "portal/board.html")]
struct BoardPage {
    f: Frame,
    figures: Vec<Fact>,
    funnel: String,
    provisional: bool,
    how: Vec<(String, String)>,
    days: String,
}

struct Read {
    summary: Summary,
    visits: Came,
    waiting: u64,
    window_days: u32,
}

/// Of the visit's business.
pub(super) async fn draw(desk: &Desk, visit: &Visit) -> Result<Response, PageError> {
    let (business, now_us) = (visit.business, (desk.console.now_us)());
    let read = desk.console.store.read(move |conn| {
        let whose = business::by_id(conn, business)?.ok_or(PageError::NotFound)?;
        let (settled, zone) = (Settled::of(conn, business)?, TimeZone::get(&whose.timezone).unwrap_or(TimeZone::UTC));
        let today = Day::of(now_us, &zone);
        let (from_us, to_us) = (Day(today.0 - DAYS + 1).span_us(&zone).0, today.span_us(&zone).1);
        let asker = Asker { business, window_us: settled.terms(zone.clone()).window_us, zone, now_us };
        Ok::<_, PageError>(Read {
            summary: figures::summary(conn, &asker, &Question { from_us, to_us, only: Vec::new() })?,
            visits: Came { now: visits(conn, &asker, from_us, to_us, None)?, before: None, is_wider: false },
            waiting: figures::lost::Queue::read(conn, business, now_us - lost::DAYS * DAY_US, now_us)?.people().1,
            window_days: settled.window_days,
        })
    });
    let read = read.await?;
    let look = look(&visit.language);
    let t = desk.library.texts(look.language);
    let waiting = Fact { tone: if read.waiting > 0 { "bad" } else { "" }, ..Fact::count(&t, "today-waiting", read.waiting) };
    let mut figures = headline(&t, &read.summary, None, &read.visits);
    figures.insert(1, waiting);
    whole(&BoardPage {
        f: Frame::for_guest(desk, look, "inside-board"),
        figures,
        funnel: charts::funnel(&t, &read.summary),
        provisional: read.summary.conversion.is_provisional,
        how: how(&t, read.window_days),
        days: t.count("count-days", DAYS),
    })
}
