//! Whether more come than before: the period against as many days with the same weekdays, as a ratio of Poisson rates with an exact interval.
//!
//! Before is the time just before the period, moved by whole weeks; or the weeks that a business named as those without the assistant, and then
//! both are cut to whole weeks. A time of which the journal knows nothing is no baseline.

use jiff::civil::Date;
use rusqlite::Connection;
use serde::Serialize;
use statistics::poisson::{Count, RateRatio, rate_ratio};

use crate::event::BusinessId;
use crate::event::when::DAY_US;
use crate::journal::days::Day;
use crate::metrics::figures::{Asker, Question};
use crate::metrics::judge::marks;
use crate::metrics::sheets;
use crate::metrics::terms::Settled;

const WEEK_US: i64 = 7 * DAY_US;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Conversations in which a lead was made; a card that was there before is none.
    Leads,
    /// All that count.
    Conversations,
}

/// How it changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Growth {
    /// In the period.
    pub now: u64,
    /// In the time before.
    pub before: u64,
    /// Days of the period.
    pub days: f64,
    /// Days of the time before.
    pub days_before: f64,
    /// `previous`: the time just before; `settled`: what the business named.
    pub baseline: &'static str,
    /// From which day the time before is.
    pub before_from: String,
    /// After by before; none: it cannot be said.
    pub change: Option<RateRatio>,
    /// Why not: `young`, the journal does not reach back; `short`, less than a week; `unmeasured`, nobody tells of any.
    pub lacking: Option<&'static str>,
}

/// Against the time before.
///
/// # Errors
/// When the database says no.
pub fn growth(conn: &Connection, asker: &Asker, question: &Question, settled: &Settled, what: What) -> rusqlite::Result<Growth> {
    let to_us = question.to_us.min(asker.now_us).max(question.from_us);
    let named = settled.before_from.zip(settled.before_to).map(|days| span(days, asker));
    let ((from_us, to_us), before) = match named {
        Some((first_us, end_us)) => (whole_weeks(question.from_us, to_us), whole_weeks(first_us, end_us)),
        None => ((question.from_us, to_us), shifted(question.from_us, to_us)),
    };
    let began_us = began(conn, asker.business)?;
    let (now, earlier) = (count(conn, asker.business, from_us, to_us, what)?, count(conn, asker.business, before.0, before.1, what)?);
    let days = |(from, to): (i64, i64)| (to - from) as f64 / DAY_US as f64;
    let (after, base) = ((from_us, to_us), before);
    let lacking = match began_us {
        _ if days(after) <= 0.0 || days(base) <= 0.0 => Some("short"),
        // The first day itself is only begun.
        None => Some("young"),
        Some(began_us) if began_us > base.0 + DAY_US => Some("young"),
        _ if now + earlier == 0 => Some("unmeasured"),
        _ => None,
    };
    let counted = |events: u64, span| Count { events, exposure: days(span) };
    Ok(Growth {
        now,
        before: earlier,
        days: days(after),
        days_before: days(base),
        baseline: if named.is_some() { "settled" } else { "previous" },
        before_from: Day::of(base.0, &asker.zone).to_string(),
        change: if lacking.is_some() { None } else { rate_ratio(counted(earlier, base), counted(now, after)) },
        lacking,
    })
}

/// As long, moved back by whole weeks: the same weekdays, the same hours.
fn shifted(from_us: i64, to_us: i64) -> (i64, i64) {
    let back_us = (to_us - from_us).div_euclid(WEEK_US) * WEEK_US + if (to_us - from_us) % WEEK_US == 0 { 0 } else { WEEK_US };
    (from_us - back_us, to_us - back_us)
}

/// Its last whole weeks.
fn whole_weeks(from_us: i64, to_us: i64) -> (i64, i64) {
    (to_us - (to_us - from_us).div_euclid(WEEK_US) * WEEK_US, to_us)
}

/// From the first day's midnight to the last one's end.
fn span((first, last): (Date, Date), asker: &Asker) -> (i64, i64) {
    (Day::from(first).span_us(&asker.zone).0, Day::from(last).span_us(&asker.zone).1)
}

fn began(conn: &Connection, business: BusinessId) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT min(started_us) FROM cases WHERE business = ?1";
    conn.prepare_cached(sql)?.query_row([business.0], |row| row.get(0))
}

fn count(conn: &Connection, business: BusinessId, from_us: i64, to_us: i64, what: What) -> rusqlite::Result<u64> {
    let mut count = 0;
    sheets::walk(conn, business, from_us, to_us, |line| {
        let is_one = what == What::Conversations || line.has(marks::LEAD);
        count += u64::from(line.is_counted() && is_one);
    })?;
    Ok(count)
}
