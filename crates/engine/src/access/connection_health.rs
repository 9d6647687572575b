//! How connections fare: calls, failures, latency and gaps by the hour, kept for thirty days.
//!
//! Counted in memory by whoever passes calls on, added here every few seconds. Numbers and our own words only: no address, no secret, nobody's
//! data. No record, so nothing here is sealed, and a rebuild or a restore begins anew.

use std::collections::BTreeMap;

use rusqlite::{Connection as Database, Transaction, params};
use serde::Serialize;

use super::word::words;
use super::{ConnectionId, Result};
use crate::event::BusinessId;
use crate::event::when::HOUR_US;

/// How long hours are kept.
const KEEP_US: i64 = 30 * 24 * HOUR_US;
/// Upper bounds of the classes of latency; the last class has none.
const BOUNDS_MS: [u32; 15] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];
const CLASSES: usize = BOUNDS_MS.len() + 1;

words! {
    /// What went wrong with a call.
    Failure, "failure" {
        /// No connection to the system outside.
        Unreachable = "unreachable",
        /// It took too long.
        Slow = "slow",
        /// It broke off.
        Broken = "broken",
        /// The caller went away, or broke off itself.
        CallerGone = "caller_gone",
        /// It answered 4xx.
        Refused = "refused",
        /// It answered 5xx.
        Failed = "failed",
        /// The record could not be stored.
        NotRecorded = "not_recorded",
    }
}

/// What was counted over some time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls that ended.
    pub calls: u64,
    /// Those that did not end well.
    pub failures: BTreeMap<Failure, u64>,
    /// Events that were recorded.
    pub events: u64,
    /// Exchanges that are in no record.
    pub gaps: u64,
    /// When the last call ended.
    pub last_us: Option<i64>,
    /// The last failure in words, and when.
    pub last_error: Option<(i64, String)>,
    latency: [u64; CLASSES],
}

/// How a connection fared, for people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Health {
    /// Events that were recorded.
    pub events: u64,
    /// Calls that ended.
    pub calls: u64,
    /// Those that did not end well, by what went wrong.
    pub failures: BTreeMap<Failure, u64>,
    /// Exchanges that are in no record.
    pub gaps: u64,
    /// Half of all answers began sooner.
    pub p50_ms: Option<u32>,
    /// Nineteen of twenty answers began sooner.
    pub p95_ms: Option<u32>,
    /// When the last call ended.
    pub last_call_us: Option<i64>,
    /// The last failure in words.
    pub last_error: Option<String>,
    /// And when it was.
    pub last_error_us: Option<i64>,
}

impl Tally {
    /// One call more.
    pub fn call(&mut self, now_us: i64, latency_us: Option<i64>, failure: Option<(Failure, String)>) {
        self.calls += 1;
        self.last_us = self.last_us.max(Some(now_us));
        if let Some(us) = latency_us {
            let class = BOUNDS_MS.partition_point(|bound| i64::from(*bound) * 1000 < us);
            self.latency[class] += 1;
        }
        if let Some((failure, words)) = failure {
            self.failed(now_us, failure, words);
        }
    }

    /// Something went wrong with a call that is counted already.
    pub fn failed(&mut self, now_us: i64, failure: Failure, words: String) {
        *self.failures.entry(failure).or_default() += 1;
        self.last_error = Some((now_us, words));
    }

    /// Both together.
    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.events += other.events;
        self.gaps += other.gaps;
        for (failure, count) in &other.failures {
            *self.failures.entry(*failure).or_default() += count;
        }
        self.latency.iter_mut().zip(other.latency).for_each(|(mine, its)| *mine += its);
        self.last_us = self.last_us.max(other.last_us);
        if other.last_error.as_ref().map(|(us, _)| us) >= self.last_error.as_ref().map(|(us, _)| us) {
            self.last_error.clone_from(&other.last_error);
        }
    }

    /// As people read it.
    #[must_use]
    pub fn health(self) -> Health {
        let (p50_ms, p95_ms) = (self.percentile(50), self.percentile(95));
        let (last_error_us, last_error) = self.last_error.unzip();
        let Self { events, calls, failures, gaps, last_us: last_call_us, .. } = self;
        Health { events, calls, failures, gaps, p50_ms, p95_ms, last_call_us, last_error, last_error_us }
    }

    /// By the classes: exact to a factor of two and a half, and a line between the bounds.
    fn percentile(&self, percent: u64) -> Option<u32> {
        let all: u64 = self.latency.iter().sum();
        let rank = (all * percent).div_ceil(100);
        let mut below = 0;
        for (class, &count) in self.latency.iter().enumerate().filter(|(_, count)| **count > 0) {
            if below + count >= rank {
                let from = class.checked_sub(1).map_or(0, |class| BOUNDS_MS[class]);
                let to = BOUNDS_MS.get(class).copied().unwrap_or(2 * from);
                let part = u64::from(to - from) * (rank - below) / count;
                return Some(from + part as u32);
            }
            below += count;
        }
        None
    }
}

/// Adds what was counted, into the hour of `now_us`; hours that are too old go.
pub fn add(tx: &Transaction<'_>, counted: &[(BusinessId, ConnectionId, Tally)], now_us: i64) -> Result<()> {
    let hour_us = now_us - now_us.rem_euclid(HOUR_US);
    for (business, connection, tally) in counted {
        let mut sum = row(tx, *connection, hour_us)?;
        sum.add(tally);
        let (last_error_us, last_error) = sum.last_error.clone().unzip();
        tx.prepare_cached(
            "INSERT INTO connection_health (connection_id, hour_us, business_id, calls, failures, latency, gaps, last_us, last_error, last_error_us)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (connection_id, hour_us) DO UPDATE SET calls = ?4, failures = ?5, latency = ?6, gaps = ?7, last_us = ?8,
                 last_error = ?9, last_error_us = ?10",
        )?
        .execute(params![
            connection,
            hour_us,
            business.0,
            sum.calls as i64,
            json(&sum.failures),
            json(&sum.latency),
            sum.gaps as i64,
            sum.last_us,
            last_error,
            last_error_us
        ])?;
    }
    tx.execute("DELETE FROM connection_health WHERE hour_us < ?1", [now_us - KEEP_US])?;
    Ok(())
}

/// Events were recorded that came through it, the last one then.
pub(super) fn heard(tx: &Transaction<'_>, business: BusinessId, connection: ConnectionId, event_us: i64, events: u64) -> Result<()> {
    let hour_us = event_us - event_us.rem_euclid(HOUR_US);
    tx.prepare_cached(
        "INSERT INTO connection_health (connection_id, hour_us, business_id, calls, events, failures, latency, gaps)
         VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, 0) ON CONFLICT (connection_id, hour_us) DO UPDATE SET events = events + ?4",
    )?
    .execute(params![
        connection,
        hour_us,
        business.0,
        events as i64,
        json(&BTreeMap::<Failure, u64>::new()),
        json(&[0_u64; CLASSES])
    ])?;
    Ok(())
}

/// How the connections of a business fared since then.
pub fn since(conn: &Database, business: BusinessId, since_us: i64) -> Result<BTreeMap<ConnectionId, Health>> {
    let sql = "SELECT connection_id, calls, events, failures, latency, gaps, last_us, last_error, last_error_us FROM connection_health
               WHERE business_id = ?1 AND hour_us > ?2 ORDER BY hour_us";
    let mut all: BTreeMap<ConnectionId, Tally> = BTreeMap::new();
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![business.0, since_us - HOUR_US])?;
    while let Some(row) = rows.next()? {
        all.entry(row.get(0)?).or_default().add(&tally(row)?);
    }
    Ok(all.into_iter().map(|(connection, tally)| (connection, tally.health())).collect())
}

fn row(conn: &Database, connection: ConnectionId, hour_us: i64) -> Result<Tally> {
    let sql = "SELECT connection_id, calls, events, failures, latency, gaps, last_us, last_error, last_error_us FROM connection_health
               WHERE connection_id = ?1 AND hour_us = ?2";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![connection, hour_us])?;
    Ok(rows.next()?.map(tally).transpose()?.unwrap_or_default())
}

fn tally(row: &rusqlite::Row<'_>) -> rusqlite::Result<Tally> {
    let text = |column: &str| row.get::<_, String>(column);
    let last_error: Option<String> = row.get("last_error")?;
    let last_error_us: Option<i64> = row.get("last_error_us")?;
    Ok(Tally {
        calls: row.get::<_, i64>("calls")? as u64,
        // Written by us: what cannot be read counts as nothing.
        failures: serde_json::from_str(&text("failures")?).unwrap_or_default(),
        latency: serde_json::from_str(&text("latency")?).unwrap_or_default(),
        events: row.get::<_, i64>("events")? as u64,
        gaps: row.get::<_, i64>("gaps")? as u64,
        last_us: row.get("last_us")?,
        last_error: last_error_us.zip(last_error),
    })
}

/// Numbers and words of ours: serialising them into memory cannot fail.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::*;
    use super::*;

    fn of(latencies_ms: &[i64]) -> Tally {
        let mut tally = Tally::default();
        latencies_ms.iter().for_each(|ms| tally.call(NOW, Some(ms * 1000), None));
        tally
    }

    #[test]
    fn percentiles_lie_within_their_class() {
        assert_eq!(of(&[]).health().p50_ms, None);
        let health = of(&[3; 100]).health();
        assert!((2..=5).contains(&health.p50_ms.unwrap()) && health.p95_ms.unwrap() <= 5);
        let mixed: Vec<i64> = [vec![3; 90], vec![700; 10]].concat();
        let health = of(&mixed).health();
        assert!(health.p50_ms.unwrap() <= 5 && (500..=1000).contains(&health.p95_ms.unwrap()), "{health:?}");
        assert_eq!(of(&[90_000]).health().p50_ms, Some(100_000));
    }

    #[test]
    fn hours_add_up_and_old_ones_go() {
        let mut conn = empty();
        let (business, connection) = (BusinessId(7), ConnectionId::from_number(9).unwrap());
        let mut tally = of(&[3, 3]);
        tally.call(NOW + 1, None, Some((Failure::Slow, "gave no answer in time".into())));
        tally.gaps = 2;
        let tx = conn.transaction().unwrap();
        for now_us in [NOW, NOW + 1, NOW + HOUR_US] {
            heard(&tx, business, connection, now_us, 5).unwrap();
            add(&tx, &[(business, connection, tally.clone())], now_us).unwrap();
        }
        let health = &since(&tx, business, NOW).unwrap()[&connection];
        assert_eq!((health.calls, health.events, health.gaps, health.failures[&Failure::Slow]), (9, 15, 6, 3));
        assert_eq!((health.last_call_us, health.last_error.as_deref()), (Some(NOW + 1), Some("gave no answer in time")));
        assert_eq!(since(&tx, business, NOW + 2 * HOUR_US).unwrap().len(), 0);
        assert_eq!(since(&tx, BusinessId(8), NOW).unwrap().len(), 0, "nobody else's");
        add(&tx, &[], NOW + KEEP_US + 3 * HOUR_US).unwrap();
        assert_eq!(since(&tx, business, 0).unwrap().len(), 0);
    }
}
