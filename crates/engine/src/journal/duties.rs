//! Requests of persons about their data with their deadlines, and breaches with theirs: rows are what the sealed decisions make of them.
//!
//! A request is closed by hand, or by the erasure that names its number. Nobody is named, so an erasure finds nothing here.

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::event::duty::{BreachStep, RequestKind};
use crate::event::record::{Decided, Decision};
use crate::event::{BusinessId, RecordNo};

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The record index of the decision: what it is called here.
    pub id: u64,
    /// Number and date, as the business files it.
    pub number: String,
    /// What is asked for.
    pub kind: RequestKind,
    /// The day on which it came.
    pub received: Date,
    /// The last day for an answer.
    pub due: Date,
    /// When it was entered.
    pub made_us: i64,
    /// By whom.
    pub made_by: String,
    /// When it was answered, and by whom.
    pub closed: Option<(i64, String)>,
}

/// One breach: an incident by which personal data may have come to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Which incident.
    pub incident: u64,
    /// When it became known: the hours count from here.
    pub known_us: i64,
    /// Who said that it is one.
    pub marked_by: String,
    /// When the regulator was told that it happened.
    pub first_us: Option<i64>,
    /// When they were told what was found.
    pub results_us: Option<i64>,
}

const REQUEST: &str = "SELECT record, number, kind, received, due, made_us, made_by, closed_us, closed_by FROM requests";
const BREACH: &str = "SELECT incident, known_us, marked_by, first_us, results_us FROM breaches";

/// Applies a decision, if it is about one of them; what contradicts what is there has no effect.
///
/// # Errors
/// When the database says no.
pub fn apply(tx: &Transaction<'_>, record: RecordNo, made_us: i64, decided: &Decided) -> rusqlite::Result<()> {
    let business = record.business();
    match &decided.decision {
        Decision::RequestReceived(request) => {
            let sql = "INSERT INTO requests (record, business, number, kind, received, due, made_us, made_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            let (kind, received, due) = (request.kind.as_str(), request.received.to_string(), request.due.to_string());
            tx.prepare_cached(sql)?.execute(params![
                record.as_i64(),
                business.0,
                request.number,
                kind,
                received,
                due,
                made_us,
                decided.by
            ])?;
        }
        Decision::RequestClosed { request } => {
            let sql = "UPDATE requests SET closed_us = ?2, closed_by = ?3 WHERE record = ?1 AND closed_us IS NULL";
            tx.prepare_cached(sql)?.execute(params![number(business, *request), made_us, decided.by])?;
        }
        Decision::ClientErased { request, .. } => {
            let sql = "UPDATE requests SET closed_us = ?3, closed_by = ?4 WHERE business = ?1 AND number = ?2 AND closed_us IS NULL";
            tx.prepare_cached(sql)?.execute(params![business.0, request, made_us, decided.by])?;
        }
        Decision::BreachMarked { incident, known_us } => {
            let sql = "INSERT OR IGNORE INTO breaches (incident, business, record, known_us, marked_by)
                       SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM incidents WHERE record = ?1)";
            let known_us = (*known_us).min(made_us);
            tx.prepare_cached(sql)?.execute(params![number(business, *incident), business.0, record.as_i64(), known_us, decided.by])?;
        }
        Decision::BreachTold { incident, step } => {
            let column = if *step == BreachStep::First { "first_us" } else { "results_us" };
            let sql = format!("UPDATE breaches SET {column} = ?2 WHERE incident = ?1 AND {column} IS NULL");
            tx.prepare_cached(&sql)?.execute(params![number(business, *incident), made_us])?;
        }
        _ => {}
    }
    Ok(())
}

/// A number from outside; a larger one would be a record of another business, so it is none.
fn number(business: BusinessId, index: u64) -> i64 {
    if index < 1 << 40 { RecordNo::new(business, index).as_i64() } else { -1 }
}

/// Requests: open ones by their deadline, then so many that were closed last.
///
/// # Errors
/// When the database says no.
pub fn requests(conn: &Connection, business: BusinessId, closed: usize) -> rusqlite::Result<Vec<Request>> {
    let open = format!("{REQUEST} WHERE business = ?1 AND closed_us IS NULL ORDER BY due, record");
    let mut all: Vec<Request> = conn.prepare_cached(&open)?.query_map([business.0], Request::read)?.collect::<Result<_, _>>()?;
    let over = format!("{REQUEST} WHERE business = ?1 AND closed_us IS NOT NULL ORDER BY closed_us DESC LIMIT ?2");
    let over: Vec<Request> =
        conn.prepare_cached(&over)?.query_map(params![business.0, closed as i64], Request::read)?.collect::<Result<_, _>>()?;
    all.extend(over);
    Ok(all)
}

/// One request.
///
/// # Errors
/// When the database says no.
pub fn request(conn: &Connection, business: BusinessId, id: u64) -> rusqlite::Result<Option<Request>> {
    let sql = format!("{REQUEST} WHERE record = ?1");
    conn.prepare_cached(&sql)?.query_row([number(business, id)], Request::read).optional()
}

/// Breaches whose messages are not all out, and those that became known after a moment.
///
/// # Errors
/// When the database says no.
pub fn breaches(conn: &Connection, business: BusinessId, since_us: i64) -> rusqlite::Result<Vec<Breach>> {
    let sql = format!("{BREACH} WHERE business = ?1 AND (results_us IS NULL OR first_us IS NULL OR known_us >= ?2) ORDER BY known_us");
    conn.prepare_cached(&sql)?.query_map(params![business.0, since_us], Breach::read)?.collect()
}

/// Rows without their decision, or other than it says; and decisions without their row.
///
/// # Errors
/// When the database says no.
pub fn unlike_their_decisions(conn: &Connection, business: BusinessId) -> rusqlite::Result<u64> {
    let requests = "SELECT count(*) FROM requests r LEFT JOIN decisions d ON d.record = r.record AND d.kind = 'request_received'
                      AND json_extract(d.body, '$.number') = r.number AND json_extract(d.body, '$.kind') = r.kind
                      AND json_extract(d.body, '$.received') = r.received AND json_extract(d.body, '$.due') = r.due
                      AND d.made_us = r.made_us AND d.made_by = r.made_by
                    WHERE r.business = ?1 AND (d.record IS NULL OR (r.closed_us IS NOT NULL AND NOT EXISTS (
                      SELECT 1 FROM decisions c WHERE c.business = r.business AND c.made_us = r.closed_us AND c.made_by = r.closed_by
                        AND (c.kind = 'request_closed' AND json_extract(c.body, '$.request') = r.record & 1099511627775
                          OR c.kind = 'client_erased' AND json_extract(c.body, '$.request') = r.number))))";
    let missing = "SELECT count(*) FROM decisions d WHERE d.business = ?1 AND d.kind = 'request_received'
                     AND NOT EXISTS (SELECT 1 FROM requests r WHERE r.record = d.record)";
    let still_open = "SELECT count(*) FROM requests r JOIN decisions c ON c.business = r.business AND c.kind = 'request_closed'
                        AND json_extract(c.body, '$.request') = r.record & 1099511627775
                      WHERE r.business = ?1 AND r.closed_us IS NULL";
    let breaches = "SELECT count(*) FROM breaches b WHERE b.business = ?1 AND (NOT EXISTS (
                      SELECT 1 FROM decisions d WHERE d.record = b.record AND d.kind = 'breach_marked' AND d.made_by = b.marked_by
                        AND json_extract(d.body, '$.incident') = b.incident & 1099511627775
                        AND min(json_extract(d.body, '$.known_us'), d.made_us) = b.known_us)
                    OR b.first_us IS NOT (SELECT min(made_us) FROM decisions d WHERE d.business = b.business AND d.kind = 'breach_told' AND d.record > b.record
                        AND json_extract(d.body, '$.incident') = b.incident & 1099511627775 AND json_extract(d.body, '$.step') = 'first')
                    OR b.results_us IS NOT (SELECT min(made_us) FROM decisions d WHERE d.business = b.business AND d.kind = 'breach_told' AND d.record > b.record
                        AND json_extract(d.body, '$.incident') = b.incident & 1099511627775 AND json_extract(d.body, '$.step') = 'results'))";
    let mut wrong = 0_i64;
    for sql in [requests, missing, still_open, breaches] {
        wrong += conn.query_row(sql, [business.0], |row| row.get::<_, i64>(0))?;
    }
    Ok(wrong.unsigned_abs())
}

impl Request {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (kind, received, due): (String, String, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
        let closed_us: Option<i64> = row.get(7)?;
        let closed_by: Option<String> = row.get(8)?;
        Ok(Self {
            id: RecordNo::from_i64(row.get(0)?).index(),
            number: row.get(1)?,
            kind: kind.parse().unwrap_or(RequestKind::Access),
            // Written by us; a table that was altered is found by the audit.
            received: received.parse().unwrap_or_default(),
            due: due.parse().unwrap_or_default(),
            made_us: row.get(5)?,
            made_by: row.get(6)?,
            closed: closed_us.zip(closed_by),
        })
    }
}

impl Breach {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            incident: RecordNo::from_i64(row.get(0)?).index(),
            known_us: row.get(1)?,
            marked_by: row.get(2)?,
            first_us: row.get(3)?,
            results_us: row.get(4)?,
        })
    }

    /// When a message is due, and when it went out.
    #[must_use]
    pub fn step(&self, step: BreachStep) -> (i64, Option<i64>) {
        let due_us = self.known_us.saturating_add(step.within().as_micros() as i64);
        (due_us, if step == BreachStep::First { self.first_us } else { self.results_us })
    }
}
