//! What else is looked at before and after a change: how long clients wait, how long answers are, what they cost, which promises are not kept.
//! None of these is a share of conversations, so they are not told apart by strata: they are all conversations of either window.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;

use super::windows::Windows;
use crate::journal::promises::{self, Filter, Tally};
use crate::metrics::figures::{self, Asker, Question, Summary};
use crate::metrics::rate::Rate;
use crate::metrics::worth::cost::{Bill, Cost};

/// Promises that are held against what was done, in each window: the newest.
const PROMISES: usize = 300;

/// One window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// Half of the clients' words were answered by the bot within this.
    pub p50_ms: Option<f64>,
    /// Nineteen of twenty.
    pub p95_ms: Option<f64>,
    /// Answered within three seconds.
    pub within_3s: Rate,
    /// Characters of an answer, on average.
    pub reply_chars: Option<f64>,
    /// Answers.
    pub replies: u64,
    /// Calls of models by conversation with a booking, in whole units by currency; empty where nothing is priced, or nobody booked.
    pub cost_per_booking: BTreeMap<String, f64>,
    /// Calls without a price: the cost is a lower bound.
    pub unpriced: u64,
    /// Promises that were not kept, of those of which it can be told, among the newest three hundred of which detail is there.
    pub broken: Rate,
}

/// Both. Nothing is said of their difference: one client waits many times and is promised much, so these are no independent cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Beside {
    /// Before the change.
    pub before: Side,
    /// After it.
    pub after: Side,
}

impl Side {
    fn of(summary: Summary, promised: Tally) -> Self {
        let bill = Bill { bookings: summary.conversion.session.part, conversations: summary.conversations, ..Bill::default() };
        let cost = Cost::of(summary.spending, bill, None);
        Self {
            p50_ms: summary.answers.p50_ms,
            p95_ms: summary.answers.p95_ms,
            within_3s: summary.answers.within_3s,
            reply_chars: summary.reply_chars,
            replies: summary.replies,
            unpriced: cost.spending.unpriced,
            cost_per_booking: cost.per_booking,
            broken: Rate { part: promised.open as u64, n: (promised.open + promised.kept) as u64 },
        }
    }
}

/// Of both windows.
pub(super) fn beside(conn: &Connection, asker: &Asker, windows: &Windows) -> rusqlite::Result<Beside> {
    let [from_us, change_us, after_us, to_us] = windows.bounds_us(&asker.zone);
    let side = |from_us: i64, to_us: i64| {
        let summary = figures::summary(conn, asker, &Question { from_us, to_us, only: Vec::new() })?;
        let said = Filter { from_us: Some(from_us), to_us: Some(to_us), ..Filter::default() };
        Ok::<_, rusqlite::Error>(Side::of(summary, promises::tally_of(conn, asker.business, &said, PROMISES, asker.now_us)?))
    };
    Ok(Beside { before: side(from_us, change_us)?, after: side(after_us, to_us)? })
}
