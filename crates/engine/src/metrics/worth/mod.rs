//! What it is all worth: what lost leads would have brought, what work the assistant saved, what a booking costs, whether more leads come.
//!
//! Money and minutes rest on what a business has settled (`terms`) and on what was counted; each answer names both. Where a price, a norm or
//! enough cases are missing there is no number: never a zero, never a guess.
//!
//! * `stages` – how far people come and what they pay, over months · `value` – of leads that were lost · `work` – minutes saved
//! * `cost` – of a booking · `growth` – against the weeks before

pub mod cost;
pub mod growth;
pub mod stages;
#[cfg(test)]
mod tests;
pub mod value;
pub mod work;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use rusqlite::{Connection, params};
use serde::Serialize;

use super::alerts::drop::{self, Evaluation};
use super::figures::lost::Queue;
use super::figures::visits::visits;
use super::figures::{self, Asker, Question, Share, Spread};
use super::terms::Settled;
use crate::event::BusinessId;
use crate::event::when::DAY_US;
use crate::journal::days::Day;
use cost::{Bill, Cost};
use growth::Growth;
use stages::Stages;
use value::Value;
use work::{Done, Work};

/// Days back in which a lost lead still waits for a call.
pub const QUEUE_DAYS: i64 = 14;
/// Days back of which stages and payments are asked.
const KNOWN_DAYS: i64 = 90;

/// Of one period. Its halves are read from different rows, so they can be read side by side.
#[derive(Debug, Serialize)]
pub struct Worth {
    /// Of the period alone.
    #[serde(flatten)]
    pub within: Within,
    /// What it is held against.
    #[serde(flatten)]
    pub beside: Beside,
}

/// Of the period alone.
#[derive(Debug, Serialize)]
pub struct Within {
    /// What the leads lost in the period would have brought.
    pub lost: Value,
    /// Manual work saved; none where the assistant did nothing.
    pub work: Option<Work>,
    /// What a booking costs.
    pub cost: Cost,
    /// By channel.
    pub cost_by_channel: Vec<Part>,
    /// By model.
    pub cost_by_model: Vec<Part>,
}

/// Who waits now, and the weeks before.
#[derive(Debug, Serialize)]
pub struct Beside {
    /// What those would bring that wait for a call now.
    pub waiting: Value,
    /// Leads against the weeks before.
    pub leads: Growth,
    /// Conversations against the weeks before.
    pub conversations: Growth,
    /// The last 24 hours against the same weekdays of four weeks (rule A4).
    pub drop: Evaluation,
}

/// The cost of one part.
#[derive(Debug, Serialize)]
pub struct Part {
    /// Which; empty where nobody said.
    pub value: String,
    /// Only calls of models: what is paid by the month belongs to no part.
    #[serde(flatten)]
    pub cost: Cost,
}

/// Everything about one period.
///
/// # Errors
/// When the database says no.
pub fn worth(conn: &Connection, asker: &Asker, question: &Question, settled: &Settled) -> rusqlite::Result<Worth> {
    Ok(Worth { within: within(conn, asker, question, settled)?, beside: beside(conn, asker, question, settled)? })
}

/// The period alone.
///
/// # Errors
/// When the database says no.
pub fn within(conn: &Connection, asker: &Asker, question: &Question, settled: &Settled) -> rusqlite::Result<Within> {
    let business = asker.business;
    let stages = Stages::read(conn, business, asker.now_us)?;
    let ticket = stages.ticket(settled);
    let Spread { whole, channels, models } = figures::spread(conn, asker, question)?;
    let seen = visits(conn, asker, question.from_us, question.to_us, None)?;
    let months = months(question.from_us, question.to_us.min(asker.now_us), &asker.zone);
    let done = Done {
        answers: whole.replies,
        bookings: whole.conversion.bot_only.part,
        reminders: seen.reminders.sent,
        reviewed: reviewed(conn, business, question)?,
        handed: whole.with_person.part,
    };
    let bill = Bill { bookings: whole.conversion.session.part, conversations: whole.conversations, reminders: seen.reminders.sent, months };
    let parts = |shares: BTreeMap<String, Share>| {
        let parts = shares.into_iter().filter(|(_, share)| share.spending.calls > 0).map(|(value, share)| {
            let bill = Bill { bookings: share.bookings, conversations: share.conversations, reminders: 0, months: 0.0 };
            Part { value, cost: Cost::of(share.spending, bill, None) }
        });
        parts.collect()
    };
    Ok(Within {
        lost: Value::of(&stages, ticket.as_ref(), &whole.lost.by_step),
        work: Work::of(done, settled, months),
        cost_by_channel: parts(channels),
        cost_by_model: parts(models),
        cost: Cost::of(whole.spending, bill, Some(settled)),
    })
}

/// What it is held against.
///
/// # Errors
/// When the database says no.
pub fn beside(conn: &Connection, asker: &Asker, question: &Question, settled: &Settled) -> rusqlite::Result<Beside> {
    let queue = Queue::read(conn, asker.business, asker.now_us - QUEUE_DAYS * DAY_US, asker.now_us)?;
    let growth = |what| growth::growth(conn, asker, question, settled, what);
    Ok(Beside {
        waiting: waiting(&queue, &Stages::read(conn, asker.business, asker.now_us)?, settled),
        leads: growth(growth::What::Leads)?,
        conversations: growth(growth::What::Conversations)?,
        drop: drop::latest(conn, asker.business, &asker.zone, asker.now_us)?,
    })
}

/// What those would bring that wait for a call now.
#[must_use]
pub fn waiting(queue: &Queue, stages: &Stages, settled: &Settled) -> Value {
    Value::of(stages, stages.ticket(settled).as_ref(), &stages.steps(queue.told().into_iter()))
}

/// Labels that people gave in a period.
fn reviewed(conn: &Connection, business: BusinessId, question: &Question) -> rusqlite::Result<u64> {
    let sql = "SELECT count(*) FROM reviews WHERE business = ?1 AND made_us >= ?2 AND made_us < ?3 AND queue IS NOT NULL";
    let values = params![business.0, question.from_us, question.to_us];
    conn.prepare_cached(sql)?.query_row(values, |row| row.get::<_, i64>(0)).map(|count| count as u64)
}

/// A period in months: a whole month of the calendar is one, whatever its length.
fn months(from_us: i64, to_us: i64, zone: &TimeZone) -> f64 {
    if to_us <= from_us {
        return 0.0;
    }
    let (first, last) = (Day::of(from_us, zone).0, Day::of(to_us - 1, zone).0);
    (first..=last).map(|day| 1.0 / f64::from(Day(day).date().days_in_month())).sum()
}
