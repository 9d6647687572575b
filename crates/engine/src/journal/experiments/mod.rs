//! What is compared with what, since when, and how it ended. A row is what the sealed decisions about it make of it, and nothing else.
//!
//! * `change` – a decision and what it makes of an experiment, pure · `exposures` – who was shown what, and what they did then
//! * `served` – what a client is shown: the first thing they were shown
//!
//! It names no client; hypothesis and names are the business's own words.

mod change;
pub mod exposures;
pub mod served;

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::event::experiment::Experiment;
use crate::event::record::Decided;
use crate::event::{BusinessId, RecordNo};

/// One experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The decision that added it.
    pub record: RecordNo,
    /// What was decided.
    pub what: Experiment,
    /// When it was added.
    pub added_us: i64,
    /// By whom.
    pub added_by: String,
    /// Since when clients are shown its variants, by whose decision.
    pub started: Option<(i64, String)>,
    /// Until when, by whose decision.
    pub stopped: Option<(i64, String)>,
    /// What everybody is shown since; none: the control.
    pub keep: Option<String>,
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody started it.
    Draft,
    /// Clients are shown its variants.
    Running,
    /// Nobody is shown a variant any more.
    Stopped,
}

const COLUMNS: &str = "record, definition, added_us, added_by, started_us, started_by, stopped_us, stopped_by, keep";

impl State {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Stopped => "stopped",
        }
    }
}

impl Kept {
    /// How it stands.
    #[must_use]
    pub fn state(&self) -> State {
        match (&self.started, &self.stopped) {
            (_, Some(_)) => State::Stopped,
            (Some(_), None) => State::Running,
            (None, None) => State::Draft,
        }
    }

    /// When a client's first sight of a variant counts; none where it never ran.
    #[must_use]
    pub fn span_us(&self) -> Option<(i64, i64)> {
        let (from_us, _) = self.started.as_ref()?;
        Some((*from_us, self.stopped.as_ref().map_or(i64::MAX, |(us, _)| *us)))
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let wrong = |_| rusqlite::Error::InvalidColumnType(1, "experiments".into(), rusqlite::types::Type::Text);
        let moment = |at: usize| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(at)?.zip(row.get::<_, Option<String>>(at + 1)?));
        Ok(Self {
            record: RecordNo::from_i64(row.get(0)?),
            what: serde_json::from_str(&row.get::<_, String>(1)?).map_err(wrong)?,
            added_us: row.get(2)?,
            added_by: row.get(3)?,
            started: moment(4)?,
            stopped: moment(6)?,
            keep: row.get(8)?,
        })
    }

    fn write(&self, tx: &Transaction<'_>) -> rusqlite::Result<()> {
        let sql =
            format!("INSERT OR REPLACE INTO experiments (business, name, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
        let (started, stopped) = (self.started.as_ref(), self.stopped.as_ref());
        // A definition is words and numbers: serialising it into memory cannot fail.
        let definition = serde_json::to_string(&self.what).unwrap_or_default();
        let values = params![
            self.record.business().0,
            self.what.name,
            self.record.as_i64(),
            definition,
            self.added_us,
            self.added_by,
            started.map(|(us, _)| us),
            started.map(|(_, by)| by),
            stopped.map(|(us, _)| us),
            stopped.map(|(_, by)| by),
            self.keep,
        ];
        tx.prepare_cached(&sql)?.execute(values).map(drop)
    }
}

/// Applies a decision; one that is about no experiment, or comes too late, has no effect. Says which experiment it changed.
///
/// # Errors
/// When the database says no.
pub fn apply(tx: &Transaction<'_>, record: RecordNo, made_us: i64, decided: &Decided) -> rusqlite::Result<Option<Kept>> {
    let Some(name) = change::about(decided) else { return Ok(None) };
    let before = one(tx, record.business(), name)?;
    let after = change::after(before, record, made_us, decided);
    after.as_ref().map_or(Ok(()), |after| after.write(tx))?;
    Ok(after)
}

/// The one of that name.
///
/// # Errors
/// When the database says no.
pub fn one(conn: &Connection, business: BusinessId, name: &str) -> rusqlite::Result<Option<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM experiments WHERE business = ?1 AND name = ?2");
    conn.prepare_cached(&sql)?.query_row(params![business.0, name], Kept::read).optional()
}

/// All of them, the newest first.
///
/// # Errors
/// When the database says no.
pub fn all(conn: &Connection, business: BusinessId) -> rusqlite::Result<Vec<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM experiments WHERE business = ?1 ORDER BY record DESC");
    conn.prepare_cached(&sql)?.query_map([business.0], Kept::read)?.collect()
}

/// Rows that are not what the sealed decisions make of them: how many.
///
/// # Errors
/// When the database says no.
pub fn unlike_their_decisions(conn: &Connection, business: BusinessId) -> rusqlite::Result<u64> {
    let sql = "SELECT record, made_us, made_by, body FROM decisions WHERE business = ?1
                 AND kind IN ('experiment_added', 'experiment_started', 'experiment_stopped') ORDER BY record";
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?));
    let mut made: BTreeMap<String, Kept> = BTreeMap::new();
    let mut decisions = conn.prepare_cached(sql)?;
    for row in decisions.query_map([business.0], read)? {
        let (record, made_us, by, body) = row?;
        let Ok(decision) = serde_json::from_str(&body) else { continue };
        let decided = Decided { by, decision };
        let Some(name) = change::about(&decided).map(str::to_owned) else { continue };
        if let Some(after) = change::after(made.get(&name).cloned(), RecordNo::from_i64(record), made_us, &decided) {
            made.insert(name, after);
        }
    }
    let sql = format!("SELECT {COLUMNS}, name FROM experiments WHERE business = ?1");
    let mut all = conn.prepare_cached(&sql)?;
    let mut rows = all.query([business.0])?;
    let mut wrong = 0;
    while let Some(row) = rows.next()? {
        let stored = Kept::read(row).ok();
        wrong += u64::from(made.remove(&row.get::<_, String>(9)?) != stored);
    }
    Ok(wrong + made.len() as u64)
}
