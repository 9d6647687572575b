//! `GET /api/v1/metrics/summary`, `…/by/{cut}`, `…/visits`, `…/lost`: what happened in a period, every share with its n and interval.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use serde::Serialize;
use serde_json::json;

use super::asked::Asked;
use super::error::ApiError;
use super::moments;
use crate::access::{Action, business};
use crate::console::Console;
use crate::console::period::{self, Period};
use crate::event::BusinessId;
use crate::metrics::figures::changed::Changed;
use crate::metrics::figures::lost::{self, Waiting};
use crate::metrics::figures::rebook::{self, FellThrough};
use crate::metrics::figures::visits::{Visits, visits};
use crate::metrics::figures::{self, Asker, Cut, Question, Summary};
use crate::metrics::terms::Settled;
use crate::metrics::worth::stages::Stages;
use crate::metrics::worth::value::Value;

/// Lost leads that are listed.
const MOST: usize = 500;
const PERIOD: &str = "a moment such as 2025-01-01T12:34:56Z, or a date, which begins at the business's midnight";

/// The period as it was understood, and what of the journal is not counted yet.
#[derive(Serialize)]
pub(super) struct About {
    from: String,
    to: String,
    /// Days after a conversation began in which a booking counts for it.
    window_days: u32,
    /// Events that came a moment ago.
    uncounted: u64,
}

#[derive(Serialize)]
pub(super) struct Answer<T> {
    #[serde(flatten)]
    pub(super) about: About,
    #[serde(flatten)]
    pub(super) body: T,
}

#[derive(Serialize)]
struct Cell {
    value: String,
    #[serde(flatten)]
    summary: Summary,
}

#[derive(Serialize)]
struct Cells {
    cut: &'static str,
    items: Vec<Cell>,
}

/// Visits, and where it was asked how no-shows changed against the period before.
#[derive(Serialize)]
struct Came {
    #[serde(flatten)]
    visits: Visits,
    #[serde(skip_serializing_if = "Option::is_none")]
    no_show_changed: Option<Changed>,
}

/// A lead that waits for a person.
#[derive(Serialize)]
struct LostJson {
    session_id: String,
    client_id: Option<String>,
    channel: String,
    intent: Option<String>,
    reason: &'static str,
    reasons: Vec<&'static str>,
    waiting_since: String,
    /// Record indexes.
    evidence: Vec<u64>,
}

/// R13: a visit that fell through a week ago and was not booked again.
#[derive(Serialize)]
struct AgainJson {
    reason: &'static str,
    outcome: String,
    client_id: String,
    session_id: Option<String>,
    channel: Option<String>,
    service: Option<String>,
    booking_id: Option<String>,
    told_at: String,
    was_for: Option<String>,
}

/// What was asked, before the database is.
pub(super) struct Wanted {
    from: Option<String>,
    to: Option<String>,
    pub(super) only: Vec<(Cut, String)>,
}

impl Wanted {
    pub(super) fn take(asked: &mut Asked) -> Result<Self, ApiError> {
        asked.scope.require(Action::ReadNumbers)?;
        let mut only = Vec::new();
        for (cut, name) in Cut::ALL {
            only.extend(asked.text(name).map(|value| (cut, value)));
        }
        Ok(Self { from: asked.text("from"), to: asked.text("to"), only })
    }

    pub(super) fn question(self, conn: &Connection, business: BusinessId, now_us: i64) -> Result<(Asker, Question, About), ApiError> {
        let zone = business::by_id(conn, business)?.and_then(|found| TimeZone::get(&found.timezone).ok()).unwrap_or(TimeZone::UTC);
        let settled = Settled::of(conn, business)?;
        let moment = |text: Option<String>, name| {
            text.map(|text| period::moment(&text, &zone).ok_or(ApiError::Parameter { name, rule: PERIOD })).transpose()
        };
        let (from, to) = (moment(self.from, "from")?, moment(self.to, "to")?);
        let Period { from_us, to_us } = Period::given(from, to, &zone, now_us);
        let about = About {
            from: moments::rfc3339(from_us),
            to: moments::rfc3339(to_us),
            window_days: settled.window_days,
            uncounted: period::uncounted(conn, business)?,
        };
        let asker = Asker { business, window_us: settled.terms(zone.clone()).window_us, zone, now_us };
        Ok((asker, Question { from_us, to_us, only: self.only }, about))
    }
}

/// Conversion, funnel, waiting times, lost leads of a period.
pub(super) async fn summary(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    let wanted = Wanted::take(&mut asked)?;
    let ready = asked.ready(&console).await?;
    let now_us = (console.now_us)();
    let read = console.store.read(move |conn| {
        let (asker, question, about) = wanted.question(conn, ready.business, now_us)?;
        Ok::<_, ApiError>(Answer { about, body: figures::summary(conn, &asker, &question)? })
    });
    Ok(ready.json(&read.await?))
}

/// The same, told apart.
pub(super) async fn by(State(console): State<Arc<Console>>, Path(cut): Path<String>, mut asked: Asked) -> Result<Response, ApiError> {
    let cut = Cut::parse(&cut).ok_or(ApiError::NoSuch("cut"))?;
    let wanted = Wanted::take(&mut asked)?;
    let ready = asked.ready(&console).await?;
    let now_us = (console.now_us)();
    let read = console.store.read(move |conn| {
        let (asker, question, about) = wanted.question(conn, ready.business, now_us)?;
        let cells = figures::by(conn, &asker, &question, cut)?.into_iter().map(|(value, summary)| Cell { value, summary });
        Ok::<_, ApiError>(Answer { about, body: Cells { cut: cut.as_str(), items: cells.collect() } })
    });
    Ok(ready.json(&read.await?))
}

/// By which clock, at which moment, with which window a business is asked.
pub(super) fn asker(conn: &Connection, business: BusinessId, now_us: i64) -> Result<Asker, ApiError> {
    let business = business::by_id(conn, business)?.ok_or(ApiError::NoSuch("business"))?;
    Ok(Asker::of(conn, business.id, &business.timezone, now_us)?)
}

/// Who came, and what reminders had to do with it; with `compare` also the period before, of as many whole days.
pub(super) async fn of_visits(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    let compares = match asked.text("compare").as_deref() {
        None | Some("0") => false,
        Some("1") => true,
        Some(_) => return Err(ApiError::Parameter { name: "compare", rule: "1 or 0" }),
    };
    let wanted = Wanted::take(&mut asked)?;
    let ready = asked.ready(&console).await?;
    let now_us = (console.now_us)();
    let read = console.store.read(move |conn| {
        let (asker, question, about) = wanted.question(conn, ready.business, now_us)?;
        let channel = match &question.only[..] {
            [] => None,
            [(Cut::Channel, channel)] => Some(channel.as_str()),
            _ => return Err(ApiError::Parameters),
        };
        let of = |period: Period| visits(conn, &asker, period.from_us, period.to_us, channel);
        let period = Period { from_us: question.from_us, to_us: question.to_us };
        let found = of(period)?;
        let before = compares.then(|| of(period.before(&asker.zone))).transpose()?;
        let no_show_changed = before.map(|before| Changed::of(before.no_show, found.no_show));
        Ok::<_, ApiError>(Answer { about, body: Came { visits: found, no_show_changed } })
    });
    Ok(ready.json(&read.await?))
}

/// Lost leads that nobody has won back.
pub(super) async fn of_lost(State(console): State<Arc<Console>>, mut asked: Asked) -> Result<Response, ApiError> {
    let wanted = Wanted::take(&mut asked)?;
    let ready = asked.ready(&console).await?;
    let now_us = (console.now_us)();
    let read = console.store.read(move |conn| {
        if !wanted.only.is_empty() {
            return Err(ApiError::Parameters);
        }
        let (_, question, about) = wanted.question(conn, ready.business, now_us)?;
        let (from_us, to_us) = (question.from_us, question.to_us.min(now_us));
        let waiting = lost::Queue::read(conn, ready.business, from_us, to_us)?.waiting(conn, MOST)?;
        let settled = Settled::of(conn, ready.business)?;
        let stages = Stages::read(conn, ready.business, now_us)?;
        let people = lost::people(waiting.clone());
        let steps = stages.steps(people.iter().map(lost::Person::told));
        let value = Value::of(&stages, stages.ticket(&settled).as_ref(), &steps);
        let again = rebook::fallen_through(conn, ready.business, from_us, to_us, MOST)?;
        let items: Vec<LostJson> = waiting.into_iter().map(lost_json).collect();
        let again: Vec<AgainJson> = again.into_iter().map(again_json).collect();
        Ok::<_, ApiError>(Answer { about, body: json!({ "items": items, "value": value, "rebook": again }) })
    });
    Ok(ready.json(&read.await?))
}

fn lost_json(lost: Waiting) -> LostJson {
    LostJson {
        session_id: lost.session,
        client_id: lost.client,
        channel: lost.channel,
        intent: lost.intent,
        reason: lost.reason.as_str(),
        reasons: lost.all.iter().map(|reason| reason.as_str()).collect(),
        waiting_since: moments::rfc3339(lost.since_us),
        evidence: lost.evidence.iter().map(|record| record.index()).collect(),
    }
}

fn again_json(fell: FellThrough) -> AgainJson {
    AgainJson {
        reason: "R13",
        outcome: fell.outcome,
        client_id: fell.client,
        session_id: fell.session,
        channel: fell.channel,
        service: fell.service,
        booking_id: fell.booking,
        told_at: moments::rfc3339(fell.ended_us),
        was_for: fell.starts_us.map(moments::rfc3339),
    }
}
