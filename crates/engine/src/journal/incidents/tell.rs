//! What people must be told now, and that they were: for whoever sends messages, by whatever way.
//!
//! What is critical is told at once, the rest not in quiet hours; that it is over is told to whoever was told that it began. What is older than
//! a day is not told any more, so a restored journal wakes nobody.

use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Incident, open, resolved_since};
use crate::event::incident::Severity;
use crate::event::when::DAY_US;
use crate::event::{BusinessId, RecordNo};

/// What is older is not told any more.
const FRESH_US: i64 = DAY_US;

/// When nobody is to be woken for what can wait, in minutes after midnight; from equal to to: never.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiet {
    /// It begins.
    pub from_min: u32,
    /// It ends; before `from_min` on the next day.
    pub to_min: u32,
    /// By which clock.
    pub zone: TimeZone,
}

/// What about an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Telling {
    /// It began.
    Opened,
    /// It is over.
    Resolved,
}

/// Something that nobody was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// What.
    pub what: Telling,
    /// Of which.
    pub incident: Incident,
}

impl Quiet {
    /// Whether it is quiet at that moment.
    #[must_use]
    pub fn holds(&self, now_us: i64) -> bool {
        let now = jiff::Timestamp::from_microsecond(now_us).unwrap_or_default().to_zoned(self.zone.clone());
        let minute = u32::from(now.hour().unsigned_abs()) * 60 + u32::from(now.minute().unsigned_abs());
        if self.from_min <= self.to_min {
            (self.from_min..self.to_min).contains(&minute)
        } else {
            minute >= self.from_min || minute < self.to_min
        }
    }
}

impl Telling {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Resolved => "resolved",
        }
    }
}

/// What people must be told now, the oldest first. Call [`told`] once it is safely on its way.
///
/// # Errors
/// When the database says no.
pub fn untold(conn: &Connection, business: BusinessId, quiet: &Quiet, now_us: i64) -> rusqlite::Result<Vec<Untold>> {
    let (since_us, is_quiet) = (now_us.saturating_sub(FRESH_US), quiet.holds(now_us));
    let waits = |incident: &Incident| is_quiet && incident.severity < Severity::Critical;
    let mut found = Vec::new();
    for incident in open(conn, business)? {
        if incident.opened_us >= since_us && !waits(&incident) && !was_told(conn, &incident, Telling::Opened)? {
            found.push(Untold { what: Telling::Opened, incident });
        }
    }
    for incident in resolved_since(conn, business, since_us)? {
        let began = was_told(conn, &incident, Telling::Opened)?;
        if began && !waits(&incident) && !was_told(conn, &incident, Telling::Resolved)? {
            found.push(Untold { what: Telling::Resolved, incident });
        }
    }
    let moment = |untold: &Untold| match (&untold.incident.resolved, untold.what) {
        (Some((us, _, _)), Telling::Resolved) => *us,
        _ => untold.incident.opened_us,
    };
    found.sort_by_key(|untold| (moment(untold), untold.incident.number));
    Ok(found)
}

/// From now on it was told: in the transaction that puts the message into an outbox.
///
/// # Errors
/// When the database says no.
pub fn told(tx: &Transaction<'_>, business: BusinessId, number: u64, what: Telling, now_us: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO incident_tellings (record, what, told_us) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    tx.prepare_cached(sql)?.execute(params![RecordNo::new(business, number).as_i64(), what.as_str(), now_us]).map(drop)
}

fn was_told(conn: &Connection, incident: &Incident, what: Telling) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM incident_tellings WHERE record = ?1 AND what = ?2";
    let record = RecordNo::new(incident.business, incident.number).as_i64();
    Ok(conn.prepare_cached(sql)?.query_row(params![record, what.as_str()], |_| Ok(())).optional()?.is_some())
}
