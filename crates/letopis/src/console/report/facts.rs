//! What a report about clients is made of: the questions it asks of `metrics/figures`, once each.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::asker;
use crate::console::period::{self, Period};
use crate::event::BusinessId;
use crate::event::incident::Severity;
use crate::event::when::DAY_US;
use crate::journal::incidents::{self, Incident};
use crate::metrics::figures::visits::{Visits, visits};
use crate::metrics::figures::{self, Cut, Question, Summary, lost};
use crate::metrics::terms::Settled;
use crate::metrics::worth::stages::Stages;
use crate::metrics::worth::value::Value;

/// Of one period.
pub(super) struct Facts {
    pub(super) summary: Summary,
    /// Of the same number of days before.
    pub(super) before: Summary,
    pub(super) visits: Visits,
    /// Lost leads that a booking could still count for and that nobody has taken in hand: now, whatever the period.
    pub(super) waiting: u64,
    /// Events that came a moment ago and are in no number yet.
    pub(super) uncounted: u64,
    /// What those that were lost in the period would have brought.
    pub(super) value: Value,
    /// Incidents that are open now and want somebody to do something.
    pub(super) open: Vec<Incident>,
    /// Days after a conversation began in which a booking counts for it.
    pub(super) window_days: i64,
}

/// The same told apart, for whoever shows it.
pub(super) struct Cuts {
    pub(super) channels: BTreeMap<String, Summary>,
    /// Each day's conversations, by its date.
    pub(super) days: BTreeMap<String, Summary>,
}

impl Facts {
    pub(super) fn of(
        conn: &Connection,
        business: BusinessId,
        zone: &jiff::tz::TimeZone,
        period: (i64, i64),
        now_us: i64,
    ) -> rusqlite::Result<Self> {
        let asker = asker(conn, business, zone, now_us)?;
        let (from_us, to_us) = period;
        let earlier = Period { from_us, to_us }.before(zone);
        let ask = |period: Period| figures::summary(conn, &asker, &question(period));
        let summary = ask(Period { from_us, to_us })?;
        let stages = Stages::read(conn, business, now_us)?;
        let ticket = stages.ticket(&Settled::of(conn, business)?);
        let open = incidents::open(conn, business)?;
        Ok(Self {
            value: Value::of(&stages, ticket.as_ref(), &summary.lost.by_step),
            open: open.into_iter().filter(|incident| incident.severity > Severity::Info).collect(),
            summary,
            before: ask(earlier)?,
            visits: visits(conn, &asker, from_us, to_us, None)?,
            waiting: lost::Queue::read(conn, business, now_us - asker.window_us, now_us)?.people().1,
            uncounted: period::uncounted(conn, business)?,
            window_days: asker.window_us / DAY_US,
        })
    }
}

impl Cuts {
    pub(super) fn of(
        conn: &Connection,
        business: BusinessId,
        zone: &jiff::tz::TimeZone,
        (from_us, to_us): (i64, i64),
        now_us: i64,
    ) -> rusqlite::Result<Self> {
        let asker = asker(conn, business, zone, now_us)?;
        let by = |cut| figures::by(conn, &asker, &question(Period { from_us, to_us }), cut);
        Ok(Self { channels: by(Cut::Channel)?, days: by(Cut::Day)? })
    }
}

fn question(period: Period) -> Question {
    Question { from_us: period.from_us, to_us: period.to_us, only: Vec::new() }
}
