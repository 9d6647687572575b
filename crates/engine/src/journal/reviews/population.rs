//! The units of a period: events with an intent, by the conversation they stand in. What a draw is made of.
//!
//! A unit belongs to the period in which its conversation began, so every unit has exactly one month, whatever the month it was said in.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::event::review::UNSURE_BELOW;
use crate::event::{BusinessId, RecordNo};

/// One event with an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// Its number in the business's tree.
    pub record: u64,
    /// Its confidence is under the limit.
    pub is_low: bool,
}

/// The units of one conversation, ascending.
pub type Units = Vec<Unit>;

/// Every conversation of a period by the number of its first record; one without units too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Population {
    /// Conversations.
    pub sessions: BTreeMap<u64, Units>,
}

impl Population {
    /// The unsure ones, ascending.
    #[must_use]
    pub fn low(&self) -> Vec<u64> {
        let mut low: Vec<u64> = self.sessions.values().flatten().filter(|unit| unit.is_low).map(|unit| unit.record).collect();
        low.sort_unstable();
        low
    }

    /// How many the others are.
    #[must_use]
    pub fn rest(&self) -> u64 {
        self.sessions.values().flatten().filter(|unit| !unit.is_low).count() as u64
    }

    /// The others of one conversation.
    #[must_use]
    pub fn rest_of(&self, session: u64) -> Vec<u64> {
        let units = self.sessions.get(&session).map(Vec::as_slice).unwrap_or_default();
        units.iter().filter(|unit| !unit.is_low).map(|unit| unit.record).collect()
    }
}

/// The conversations that began in `from_us..to_us`.
///
/// # Errors
/// When the database says no.
pub fn population(conn: &Connection, business: BusinessId, from_us: i64, to_us: i64) -> rusqlite::Result<Population> {
    // What began in the period ended in it or later: the index over the ends leaves out what came before.
    let sql = "SELECT s.first_record, e.record, e.confidence FROM sessions s
               LEFT JOIN events e ON e.session = s.id AND e.intent IS NOT NULL
               WHERE s.business = ?1 AND s.last_us >= ?2 AND s.started_us >= ?2 AND s.started_us < ?3";
    let mut all = conn.prepare_cached(sql)?;
    let mut rows = all.query(params![business.0, from_us, to_us])?;
    let mut population = Population::default();
    while let Some(row) = rows.next()? {
        let session = RecordNo::from_i64(row.get(0)?).index();
        let units = population.sessions.entry(session).or_default();
        if let Some(record) = row.get::<_, Option<i64>>(1)? {
            let is_low = row.get::<_, Option<f64>>(2)?.is_some_and(|confidence| confidence < UNSURE_BELOW);
            units.push(Unit { record: RecordNo::from_i64(record).index(), is_low });
        }
    }
    population.sessions.values_mut().for_each(|units| units.sort_unstable_by_key(|unit| unit.record));
    Ok(population)
}
