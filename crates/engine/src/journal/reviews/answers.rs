//! The assistant's answers, held against what the business says of itself.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, params};

use crate::event::{BusinessId, Facets, RecordNo};
use crate::journal::facts::{Contradiction, Facts, Reader};
use crate::journal::known;

/// What was held against the facts in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Up to this record, it included.
    pub through: RecordNo,
    /// Answers that say otherwise, and that nobody is asked to look at yet.
    pub wrong: Vec<RecordNo>,
    /// There is more behind.
    pub more: bool,
}

/// One answer.
struct Answer {
    record: i64,
    session: Option<i64>,
    ts_us: i64,
    said: Option<String>,
    reply: Option<String>,
    is_inbound: bool,
}

/// What a business says of itself, and the decision that says it; none where it has uploaded nothing.
///
/// # Errors
/// When the database says no.
pub fn facts(conn: &Connection, business: BusinessId) -> rusqlite::Result<Option<(Facts, RecordNo)>> {
    let sql = "SELECT value, record FROM known WHERE business = ?1 AND what = ?2";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, RecordNo::from_i64(row.get(1)?)));
    let found = conn.prepare_cached(sql)?.query_row(params![business.0, known::FACTS], read).optional()?;
    // Facts of a later version say nothing here.
    Ok(found.and_then(|(value, record)| Some((serde_json::from_str(&value).ok()?, record))))
}

/// Holds up to `limit` answers behind `after` against the facts.
///
/// # Errors
/// When the database says no.
pub fn hold(conn: &Connection, facts: &Facts, zone: &TimeZone, after: RecordNo, limit: usize) -> rusqlite::Result<Option<Held>> {
    let last = RecordNo::new(BusinessId(after.business().0 + 1), 0).as_i64();
    let sql = "SELECT record, session, ts_us, said, reply, facets FROM events
               WHERE record > ?1 AND record < ?2 AND facets & ?3 <> 0 ORDER BY record LIMIT ?4";
    let mut all = conn.prepare_cached(sql)?;
    let values = params![after.as_i64(), last, Facets::REPLY.bits(), limit as i64];
    let answers: Vec<Answer> = all.query_map(values, read)?.collect::<Result<_, _>>()?;
    let Some(through) = answers.last().map(|answer| RecordNo::from_i64(answer.record)) else { return Ok(None) };
    let more = answers.len() == limit;
    let mut listed = conn.prepare_cached("SELECT 1 FROM review_items WHERE business = ?1 AND queue = 'facts' AND record = ?2")?;
    let (mut wrong, facts) = (Vec::new(), Reader::of(facts));
    for answer in answers {
        let is_wrong = !judge(conn, &facts, zone, &answer)?.is_empty();
        if is_wrong && !listed.exists(params![after.business().0, answer.record])? {
            wrong.push(RecordNo::from_i64(answer.record));
        }
    }
    Ok(Some(Held { through, wrong, more }))
}

/// Where one answer says otherwise.
///
/// # Errors
/// When the database says no.
pub fn contradictions_of(conn: &Connection, facts: &Facts, zone: &TimeZone, record: RecordNo) -> rusqlite::Result<Vec<Contradiction>> {
    let sql = "SELECT record, session, ts_us, said, reply, facets FROM events WHERE record = ?1";
    let answer = conn.prepare_cached(sql)?.query_row([record.as_i64()], read).optional()?;
    answer.map_or(Ok(Vec::new()), |answer| judge(conn, &Reader::of(facts), zone, &answer))
}

/// The first record of the last days: what came before is not held against a list of today.
///
/// # Errors
/// When the database says no.
pub fn since(conn: &Connection, business: BusinessId, from_us: i64) -> rusqlite::Result<RecordNo> {
    let sql = "SELECT min(record) FROM events WHERE business = ?1 AND ts_us >= ?2";
    let first: Option<i64> = conn.prepare_cached(sql)?.query_row(params![business.0, from_us], |row| row.get(0))?;
    // Behind the record before it.
    Ok(first.map_or(RecordNo::new(business, 0), |first| RecordNo::from_i64(first - 1)))
}

fn judge(conn: &Connection, facts: &Reader<'_>, zone: &TimeZone, answer: &Answer) -> rusqlite::Result<Vec<Contradiction>> {
    // Where an answer stands in `text`, nobody else speaks in it.
    let own_text = answer.reply.is_none() && !answer.is_inbound;
    let Some(words) = answer.reply.as_deref().or(answer.said.as_deref().filter(|_| own_text)) else { return Ok(Vec::new()) };
    let asked = if answer.is_inbound { answer.said.clone() } else { asked_before(conn, answer)? };
    let today = Timestamp::from_microsecond(answer.ts_us).unwrap_or_default().to_zoned(zone.clone()).date();
    Ok(facts.contradictions(words, asked.as_deref(), today))
}

/// The client's last words before an answer.
fn asked_before(conn: &Connection, answer: &Answer) -> rusqlite::Result<Option<String>> {
    let Some(session) = answer.session else { return Ok(None) };
    let sql = "SELECT said FROM events WHERE session = ?1 AND ts_us <= ?2 AND said IS NOT NULL AND facets & ?3 <> 0
               ORDER BY ts_us DESC, record DESC LIMIT 1";
    conn.prepare_cached(sql)?.query_row(params![session, answer.ts_us, Facets::INBOUND.bits()], |row| row.get(0)).optional()
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Answer> {
    let facets = Facets::from_bits(row.get(5)?);
    Ok(Answer {
        record: row.get(0)?,
        session: row.get(1)?,
        ts_us: row.get(2)?,
        said: row.get(3)?,
        reply: row.get(4)?,
        is_inbound: facets.has(Facets::INBOUND),
    })
}
