//! What went wrong, since when, who saw it, how it ended. A row is what the sealed decisions about it make of it, and nothing else.
//!
//! * `change` – a decision and what it makes of an incident, pure · `tell` – what people must be told now
//!
//! Of one key one incident is open: whatever is found again joins it. Evidence is named by record indexes, so an erasure has nothing to do here;
//! which conversations were affected is asked of the records that still live.

mod change;
mod tell;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ledger::RecordList;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::event::incident::{Ending, Severity};
use crate::event::record::Decided;
use crate::event::{BusinessId, RecordNo};
use change::About;

pub use tell::{Quiet, Telling, Untold, told, untold};

/// One incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Whose.
    pub business: BusinessId,
    /// The record index of the decision that opened it.
    pub number: u64,
    /// `A1` to `A18`, `hand`.
    pub rule: String,
    /// Of one only one is open.
    pub key: String,
    /// How urgent.
    pub severity: Severity,
    /// The first bad event.
    pub began_us: i64,
    /// When it was detected.
    pub opened_us: i64,
    /// `rules`, or a person's login.
    pub opened_by: String,
    /// When evidence joined it last.
    pub grew_us: i64,
    /// Who saw it.
    pub acknowledged: Option<(i64, String)>,
    /// Who said that it is over, and how.
    pub resolved: Option<(i64, String, Ending)>,
    /// The first good event.
    pub recovered_us: Option<i64>,
    /// Evidence.
    pub records: RecordList,
    /// How many cases there are: not less than records.
    pub count: u64,
    /// What the rule found.
    pub facts: BTreeMap<String, String>,
}

/// How many are open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Open {
    /// That somebody has to do something about.
    pub urgent: i64,
    /// To be known only.
    pub info: i64,
}

/// A larger number would be a record of another business.
const INDEXES: u64 = 1 << 40;
const COLUMNS: &str = "record, rule, dedupe, severity, began_us, opened_us, opened_by, grew_us, acknowledged_us, acknowledged_by, \
                       resolved_us, resolved_by, ending, recovered_us, records, count, facts";

impl Incident {
    /// Whether nobody has resolved it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.resolved.is_none()
    }

    /// Whether it is in the means: something had to be done, and it was no false alarm.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.severity > Severity::Info && !self.resolved.as_ref().is_some_and(|(_, _, how)| *how == Ending::FalseAlarm)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let record = RecordNo::from_i64(row.get(0)?);
        let word = |at: usize| row.get::<_, Option<String>>(at);
        let wrong = |at: usize| rusqlite::Error::InvalidColumnType(at, "incidents".into(), rusqlite::types::Type::Text);
        let moment = |at: usize| row.get::<_, Option<i64>>(at);
        let ending = word(12)?.map(|ending| ending.parse::<Ending>().map_err(|_| wrong(12))).transpose()?;
        let resolved = moment(10)?.zip(word(11)?).zip(ending).map(|((us, by), how)| (us, by, how));
        Ok(Self {
            business: record.business(),
            number: record.index(),
            rule: row.get(1)?,
            key: row.get(2)?,
            severity: row.get::<_, String>(3)?.parse().map_err(|_| wrong(3))?,
            began_us: row.get(4)?,
            opened_us: row.get(5)?,
            opened_by: row.get(6)?,
            grew_us: row.get(7)?,
            acknowledged: moment(8)?.zip(word(9)?),
            resolved,
            recovered_us: row.get(13)?,
            records: row.get::<_, String>(14)?.parse().map_err(|_| wrong(14))?,
            count: row.get::<_, i64>(15)? as u64,
            facts: serde_json::from_str(&row.get::<_, String>(16)?).map_err(|_| wrong(16))?,
        })
    }

    fn write(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let sql = format!(
            "INSERT OR REPLACE INTO incidents (business, {COLUMNS}) VALUES (?18, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)"
        );
        let (acknowledged, resolved) = (self.acknowledged.as_ref(), self.resolved.as_ref());
        let facts = serde_json::to_string(&self.facts).unwrap_or_default();
        tx.prepare_cached(&sql)?.execute(params![
            RecordNo::new(self.business, self.number).as_i64(),
            self.rule,
            self.key,
            self.severity.as_str(),
            self.began_us,
            self.opened_us,
            self.opened_by,
            self.grew_us,
            acknowledged.map(|(us, _)| us),
            acknowledged.map(|(_, by)| by),
            resolved.map(|(us, _, _)| us),
            resolved.map(|(_, by, _)| by),
            resolved.map(|(_, _, how)| how.as_str()),
            self.recovered_us,
            self.records.to_string(),
            self.count as i64,
            facts,
            self.business.0,
        ])?;
        Ok(())
    }
}

/// Applies a decision; one that is about no incident, or comes too late, has no effect.
///
/// # Errors
/// When the database says no.
pub fn apply(tx: &Transaction<'_>, record: RecordNo, made_us: i64, decided: &Decided) -> rusqlite::Result<()> {
    let before = match change::about(decided) {
        None => return Ok(()),
        Some(About::Key(key)) => open_of(tx, record.business(), key)?,
        Some(About::Number(number)) => one(tx, record.business(), number)?,
    };
    match change::after(before, record, made_us, decided) {
        Some(after) => after.write(tx),
        None => Ok(()),
    }
}

/// The open one of a key.
///
/// # Errors
/// When the database says no.
pub fn open_of(conn: &Connection, business: BusinessId, key: &str) -> rusqlite::Result<Option<Incident>> {
    let sql = format!("SELECT {COLUMNS} FROM incidents WHERE business = ?1 AND dedupe = ?2 AND resolved_us IS NULL");
    conn.prepare_cached(&sql)?.query_row(params![business.0, key], Incident::read).optional()
}

/// One of them.
///
/// # Errors
/// When the database says no.
pub fn one(conn: &Connection, business: BusinessId, number: u64) -> rusqlite::Result<Option<Incident>> {
    if number >= INDEXES {
        return Ok(None);
    }
    let sql = format!("SELECT {COLUMNS} FROM incidents WHERE record = ?1");
    conn.prepare_cached(&sql)?.query_row([RecordNo::new(business, number).as_i64()], Incident::read).optional()
}

/// Those that are open, the most urgent first.
///
/// # Errors
/// When the database says no.
pub fn open(conn: &Connection, business: BusinessId) -> rusqlite::Result<Vec<Incident>> {
    let sql = format!("SELECT {COLUMNS} FROM incidents WHERE business = ?1 AND resolved_us IS NULL ORDER BY opened_us DESC, record DESC");
    let mut open: Vec<Incident> = conn.prepare_cached(&sql)?.query_map([business.0], Incident::read)?.collect::<Result<_, _>>()?;
    open.sort_by_key(|incident| std::cmp::Reverse(incident.severity));
    Ok(open)
}

/// Those that were opened in `[from_us, to_us)`, the newest first.
///
/// # Errors
/// When the database says no.
pub fn opened_in(conn: &Connection, business: BusinessId, from_us: i64, to_us: i64, most: usize) -> rusqlite::Result<Vec<Incident>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM incidents WHERE business = ?1 AND opened_us >= ?2 AND opened_us < ?3 ORDER BY opened_us DESC, record DESC LIMIT ?4"
    );
    conn.prepare_cached(&sql)?.query_map(params![business.0, from_us, to_us, most as i64], Incident::read)?.collect()
}

/// Those that ended at or after a moment.
///
/// # Errors
/// When the database says no.
pub fn resolved_since(conn: &Connection, business: BusinessId, since_us: i64) -> rusqlite::Result<Vec<Incident>> {
    let sql = format!("SELECT {COLUMNS} FROM incidents WHERE business = ?1 AND resolved_us >= ?2 ORDER BY resolved_us DESC LIMIT 1000");
    conn.prepare_cached(&sql)?.query_map(params![business.0, since_us], Incident::read)?.collect()
}

/// How many are open.
///
/// # Errors
/// When the database says no.
pub fn count_open(conn: &Connection, business: BusinessId) -> rusqlite::Result<Open> {
    let sql = "SELECT count(*) FILTER (WHERE severity <> 'info'), count(*) FILTER (WHERE severity = 'info')
               FROM incidents WHERE business = ?1 AND resolved_us IS NULL";
    conn.prepare_cached(sql)?.query_row([business.0], |row| Ok(Open { urgent: row.get(0)?, info: row.get(1)? }))
}

/// How many conversations its living evidence belongs to.
///
/// # Errors
/// When the database says no.
pub fn affected(conn: &Connection, incident: &Incident) -> rusqlite::Result<u64> {
    let mut sessions = std::collections::BTreeSet::new();
    let mut find = conn.prepare_cached("SELECT session FROM events WHERE record = ?1")?;
    for index in incident.records.iter().take_while(|index| *index < INDEXES) {
        let session: Option<Option<i64>> =
            find.query_row([RecordNo::new(incident.business, index).as_i64()], |row| row.get(0)).optional()?;
        sessions.extend(session.flatten());
    }
    Ok(sessions.len() as u64)
}

/// Rows that are not what the sealed decisions make of them: how many.
///
/// # Errors
/// When the database says no.
pub fn unlike_their_decisions(conn: &Connection, business: BusinessId) -> rusqlite::Result<u64> {
    let sql = "SELECT record, made_us, made_by, body FROM decisions WHERE business = ?1 AND kind IN
                 ('incident_opened', 'incident_grew', 'incident_acknowledged', 'incident_resolved') ORDER BY record";
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?));
    let mut made: BTreeMap<u64, Incident> = BTreeMap::new();
    let mut decisions = conn.prepare_cached(sql)?;
    for row in decisions.query_map([business.0], read)? {
        let (record, made_us, by, body) = row?;
        let Ok(decision) = serde_json::from_str(&body) else { continue };
        let decided = Decided { by, decision };
        let before = match change::about(&decided) {
            None => continue,
            Some(About::Key(key)) => made.values().find(|incident| incident.is_open() && incident.key == key).cloned(),
            Some(About::Number(number)) => made.get(&number).cloned(),
        };
        if let Some(after) = change::after(before, RecordNo::from_i64(record), made_us, &decided) {
            made.insert(after.number, after);
        }
    }
    let sql = format!("SELECT {COLUMNS} FROM incidents WHERE business = ?1");
    let mut wrong = 0;
    let mut all = conn.prepare_cached(&sql)?;
    let mut rows = all.query([business.0])?;
    while let Some(row) = rows.next()? {
        let stored = Incident::read(row).ok();
        let number = RecordNo::from_i64(row.get(0)?).index();
        wrong += u64::from(made.remove(&number) != stored);
    }
    Ok(wrong + made.len() as u64)
}
