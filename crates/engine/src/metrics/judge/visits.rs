//! What became of each visit: told by the bot, the CRM, reminders, each in events of its own, and put together here.
//!
//! Events belong to one visit when they bear its number; without one, to the client's last visit that is still open. Whoever neither came nor
//! stayed away nor cancelled is *unknown* after the hour of the visit, and never counted as having come.

use super::attribution::is_same;
use super::{Case, Deed, Due, HOUR_US, History, MINUTE_US, is_of_client};
use crate::event::{EventType, Facets};

/// Cancelled later than this before the visit is late.
const LATE_US: i64 = 2 * HOUR_US;
const SLIP_US: i64 = 15 * MINUTE_US;

/// How a visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    /// Its time has not come.
    #[default]
    Planned,
    /// The client came.
    Arrived,
    /// They did not.
    NoShow,
    /// Cancelled in time.
    Cancelled,
    /// Cancelled less than two hours before.
    CancelledLate,
    /// Its time is over, and nobody said what happened.
    Unknown,
}

impl Outcome {
    /// Its name, as stored and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Arrived => "arrived",
            Self::NoShow => "no_show",
            Self::Cancelled => "cancelled",
            Self::CancelledLate => "cancelled_late",
            Self::Unknown => "unknown",
        }
    }
}

/// One visit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Visit {
    /// Its number in the booking system.
    pub booking: Option<String>,
    /// When it was booked, or first heard of.
    pub made_us: i64,
    /// When it begins; none: nobody said.
    pub starts_us: Option<i64>,
    /// How it ended.
    pub outcome: Outcome,
    /// When that was told.
    pub ended_us: Option<i64>,
    /// A reminder was sent.
    pub reminded: bool,
    /// One was delivered.
    pub delivered: bool,
    /// What the client answered to it: `confirmed`, `cancelled`, `rescheduled`.
    pub answer: Option<&'static str>,
    /// What for.
    pub service: Option<String>,
    /// The conversation that the booking counts for, as its place in the history.
    pub talk: Option<usize>,
    /// A slip: called off at once.
    is_dropped: bool,
}

/// All visits of a client.
pub(super) fn follow(history: &History, cases: &[Case], now_us: i64, due: &mut Due) -> Vec<Visit> {
    let inside =
        history.talks.iter().zip(cases).filter(|(_, case)| is_of_client(case.left_out.as_deref())).flat_map(|(talk, _)| &talk.deeds);
    let mut deeds: Vec<&Deed> = inside.chain(&history.outside).filter(|deed| is_of_client(deed.left_out.as_deref())).collect();
    deeds.sort_by_key(|deed| (deed.us, deed.record));
    let mut visits: Vec<(Visit, Deed)> = Vec::new();
    for deed in deeds {
        take(&mut visits, deed);
    }
    let mut visits: Vec<Visit> = visits.into_iter().map(|(visit, _)| visit).filter(|visit| !visit.is_dropped).collect();
    for visit in visits.iter_mut().filter(|visit| visit.outcome == Outcome::Planned) {
        let Some(starts_us) = visit.starts_us else { continue };
        due.at(starts_us + HOUR_US, now_us);
        if starts_us + HOUR_US <= now_us {
            visit.outcome = Outcome::Unknown;
        }
    }
    visits
}

/// What one event says of a visit.
fn take(visits: &mut Vec<(Visit, Deed)>, deed: &Deed) {
    let any =
        [Facets::BOOKING, Facets::CONFIRMED, Facets::RESCHEDULED, Facets::CANCELLED, Facets::ARRIVED, Facets::NO_SHOW, Facets::REMINDER];
    if !any.into_iter().any(|facet| deed.has(facet)) {
        return;
    }
    let Some(at) = find(visits, deed) else {
        // Told of for the first time: a visit that was booked elsewhere, unless it is only called off.
        if deed.has(Facets::BOOKING) || (deed.booking.is_some() || deed.starts_us.is_some()) && !deed.has(Facets::CANCELLED) {
            let mut visit = Visit { booking: deed.booking.clone(), made_us: deed.us, ..Visit::default() };
            note(&mut visit, deed);
            visits.push((visit, deed.clone()));
        }
        return;
    };
    note(&mut visits[at].0, deed);
}

fn find(visits: &[(Visit, Deed)], deed: &Deed) -> Option<usize> {
    if deed.has(Facets::BOOKING) {
        return visits.iter().rposition(|(_, first)| is_same(first, deed));
    }
    if deed.booking.is_some()
        && let Some(at) = visits.iter().rposition(|(visit, _)| visit.booking == deed.booking)
    {
        return Some(at);
    }
    let open = |visit: &Visit| {
        let unnumbered = deed.booking.is_none() || visit.booking.is_none();
        let over = visit.starts_us.is_some_and(|starts| deed.us > starts + super::DAY_US);
        unnumbered && !over && visit.outcome == Outcome::Planned && !visit.is_dropped
    };
    let same_hour = |visit: &Visit| {
        deed.starts_us.is_none() || visit.starts_us.is_none() || deed.has(Facets::RESCHEDULED) || visit.starts_us == deed.starts_us
    };
    visits.iter().rposition(|(visit, _)| open(visit) && same_hour(visit))
}

fn note(visit: &mut Visit, deed: &Deed) {
    visit.booking = visit.booking.take().or_else(|| deed.booking.clone());
    visit.service = visit.service.take().or_else(|| deed.service.clone());
    let asked = visit.reminded;
    if deed.has(Facets::RESCHEDULED) {
        visit.starts_us = deed.starts_us.or(visit.starts_us);
        visit.answer = visit.answer.or(asked.then_some("rescheduled"));
    } else {
        visit.starts_us = visit.starts_us.or(deed.starts_us);
    }
    if deed.has(Facets::CONFIRMED) && asked {
        visit.answer = Some("confirmed");
    }
    if deed.has(Facets::REMINDER) {
        visit.reminded = true;
        visit.delivered |= deed.is_delivered || deed.kind == EventType::ReminderDelivered;
    }
    if deed.has(Facets::CANCELLED) {
        let late = visit.starts_us.is_some_and(|starts| deed.us > starts - LATE_US);
        (visit.outcome, visit.ended_us) = (if late { Outcome::CancelledLate } else { Outcome::Cancelled }, Some(deed.us));
        visit.answer = visit.answer.or(asked.then_some("cancelled"));
        visit.is_dropped = deed.us - visit.made_us <= SLIP_US && deed.us > visit.made_us;
    }
    if deed.has(Facets::ARRIVED) {
        (visit.outcome, visit.ended_us) = (Outcome::Arrived, Some(deed.us));
    }
    if deed.has(Facets::NO_SHOW) {
        (visit.outcome, visit.ended_us) = (Outcome::NoShow, Some(deed.us));
    }
}
