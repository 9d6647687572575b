//! What calls of models cost: one row a call, written and removed with its event and computed from its record alone; sums are asked, not stored.
//!
//! A call of which nobody gave a price has none: it is counted apart and is never a zero. Currencies are never added to each other.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, Statement, ToSql, Transaction, params};
use serde::Serialize;

use crate::event::record::Envelope;
use crate::event::{BusinessId, Event, EventType, RecordNo};

/// What an event tells of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelCall {
    /// The connection that it came through, by its public id.
    pub connection: Option<String>,
    /// When.
    pub ts_us: i64,
    /// What was sent, in tokens.
    pub tokens_in: Option<i64>,
    /// What came back.
    pub tokens_out: Option<i64>,
    /// What it cost.
    pub cost: Option<f64>,
    /// In which currency; none where the sender does not say.
    pub currency: Option<String>,
    /// Personal data that went with it to another country.
    pub abroad: Option<Abroad>,
}

/// What went to another country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abroad {
    /// To whom.
    pub provider: String,
    /// Where they are: `US`; `reseller`, `unknown`.
    pub country: String,
    /// Which sorts: `email,phone`.
    pub found: String,
}

/// What several calls cost together.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Spent {
    /// How many calls.
    pub calls: i64,
    /// Of them without a price, though their tokens are known.
    pub unpriced: i64,
    /// Of them without either: mostly calls that failed.
    pub uncounted: i64,
    /// All tokens sent, of those calls that say so.
    pub tokens_in: i64,
    /// All tokens that came back, likewise.
    pub tokens_out: i64,
    /// Money by currency; an empty name where the sender did not say.
    pub money: BTreeMap<String, f64>,
}

/// What an event tells of a call; none where it is none.
#[must_use]
pub fn of(envelope: &Envelope, event: &Event) -> Option<ModelCall> {
    if event.kind != EventType::LlmCall {
        return None;
    }
    let number = |tokens: Option<u64>| tokens.map(|tokens| i64::try_from(tokens).unwrap_or(i64::MAX));
    let currency = event.meta.get("cost").and_then(|cost| cost["currency"].as_str());
    Some(ModelCall {
        connection: envelope.connection.clone(),
        ts_us: event.timestamp.utc_us,
        tokens_in: number(event.tokens_in),
        tokens_out: number(event.tokens_out),
        cost: event.cost,
        currency: currency.filter(|_| event.cost.is_some()).map(str::to_owned),
        abroad: abroad(event),
    })
}

fn abroad(event: &Event) -> Option<Abroad> {
    let sent = event.meta.get("sent_abroad")?;
    let found: Vec<&str> = sent["found"].as_array()?.iter().filter_map(|sort| sort.as_str()).collect();
    let country = sent["country"].as_str()?.to_owned();
    Some(Abroad { provider: event.provider.clone().unwrap_or_default(), country, found: found.join(",") }).filter(|_| !found.is_empty())
}

/// Stores what an event tells.
///
/// # Errors
/// When the database says no.
pub fn insert(tx: &Transaction<'_>, record: i64, call: Option<&ModelCall>) -> rusqlite::Result<()> {
    let Some(ModelCall { connection, ts_us, tokens_in, tokens_out, cost, currency, abroad }) = call else { return Ok(()) };
    let sql =
        "INSERT INTO model_calls (record, business, connection, ts_us, tokens_in, tokens_out, cost, currency, sent_to, sent_country, sent)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let abroad = abroad.as_ref();
    let (to, country, sent) = (abroad.map(|one| &one.provider), abroad.map(|one| &one.country), abroad.map(|one| &one.found));
    let business = RecordNo::from_i64(record).business().0;
    tx.prepare_cached(sql)?
        .execute(params![record, business, connection, ts_us, tokens_in, tokens_out, cost, currency, to, country, sent])?;
    Ok(())
}

/// Removes it.
///
/// # Errors
/// When the database says no.
pub fn remove(tx: &Transaction<'_>, record: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM model_calls WHERE record = ?1")?.execute([record]).map(drop)
}

/// What the row of a record says.
///
/// # Errors
/// When the database says no.
pub fn stored(conn: &Connection, record: i64) -> rusqlite::Result<Option<ModelCall>> {
    let sql =
        "SELECT connection, ts_us, tokens_in, tokens_out, cost, currency, sent_to, sent_country, sent FROM model_calls WHERE record = ?1";
    let read = |row: &Row<'_>| {
        let abroad = match row.get::<_, Option<String>>(8)? {
            Some(found) => Some(Abroad { provider: row.get(6)?, country: row.get(7)?, found }),
            None => None,
        };
        Ok(ModelCall {
            abroad,
            connection: row.get(0)?,
            ts_us: row.get(1)?,
            tokens_in: row.get(2)?,
            tokens_out: row.get(3)?,
            cost: row.get(4)?,
            currency: row.get(5)?,
        })
    };
    conn.prepare_cached(sql)?.query_row([record], read).optional()
}

/// What the calls of one conversation cost.
///
/// # Errors
/// When the database says no.
pub fn of_session(conn: &Connection, session: i64) -> rusqlite::Result<Spent> {
    let sql = "SELECT c.currency, count(*), count(c.cost), sum(c.cost IS NULL AND c.tokens_in IS NULL AND c.tokens_out IS NULL), total(c.tokens_in), total(c.tokens_out), total(c.cost)
               FROM events e CROSS JOIN model_calls c ON c.record = e.record WHERE e.session = ?1 GROUP BY c.currency";
    sum(&mut *conn.prepare_cached(sql)?, params![session])
}

/// What the calls through one connection cost, from a moment on and before another.
///
/// # Errors
/// When the database says no.
pub fn of_connection(conn: &Connection, business: BusinessId, connection: &str, from_us: i64, to_us: i64) -> rusqlite::Result<Spent> {
    let sql = "SELECT currency, count(*), count(cost), sum(cost IS NULL AND tokens_in IS NULL AND tokens_out IS NULL), total(tokens_in), total(tokens_out), total(cost) FROM model_calls
               WHERE business = ?1 AND connection = ?2 AND ts_us >= ?3 AND ts_us < ?4 GROUP BY currency";
    sum(&mut *conn.prepare_cached(sql)?, params![business.0, connection, from_us, to_us])
}

fn sum(statement: &mut Statement<'_>, values: &[&dyn ToSql]) -> rusqlite::Result<Spent> {
    let (mut spent, mut rows) = (Spent::default(), statement.query(values)?);
    while let Some(row) = rows.next()? {
        let (calls, priced, uncounted): (i64, i64, i64) = (row.get(1)?, row.get(2)?, row.get(3)?);
        spent.calls += calls;
        spent.unpriced += calls - priced - uncounted;
        spent.uncounted += uncounted;
        spent.tokens_in += row.get::<_, f64>(4)? as i64;
        spent.tokens_out += row.get::<_, f64>(5)? as i64;
        if priced > 0 {
            let currency: Option<String> = row.get(0)?;
            *spent.money.entry(currency.unwrap_or_default()).or_default() += row.get::<_, f64>(6)?;
        }
    }
    Ok(spent)
}

#[cfg(test)]
mod tests;
