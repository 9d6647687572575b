//! Lost conversations that wait, as far as they are counted: read from one index, because ten thousand of them are counted on every first page.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use rusqlite::{Connection, Row, params};

use super::counts::Spread;
use crate::event::BusinessId;

/// By a person's drawn number, or a conversation's row.
type By<T> = HashMap<i64, T, BuildHasherDefault<Spread>>;

/// All that wait.
#[derive(Debug)]
pub struct Queue {
    pub(super) business: BusinessId,
    /// The latest first.
    pub(super) all: Vec<Queued>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) session: i64,
    pub(super) person: i64,
    told: u32,
    is_taken: bool,
}

/// What people did about a lost conversation.
#[derive(Clone, Copy, Default)]
struct Work {
    is_taken: bool,
    is_ended: bool,
}

impl Queue {
    /// Those that count as lost since `from_us`, that nobody has ended and that were not won back.
    ///
    /// # Errors
    /// When the database says no.
    pub fn read(conn: &Connection, business: BusinessId, from_us: i64, now_us: i64) -> rusqlite::Result<Self> {
        let worked = worked(conn, business)?;
        let sql = "SELECT session, person, told FROM cases INDEXED BY cases_lost
                   WHERE business = ?1 AND lost IS NOT NULL AND recovered_us IS NULL AND session IS NOT NULL AND lost_us >= ?2 AND lost_us <= ?3
                   ORDER BY lost_us DESC";
        let mut find = conn.prepare_cached(sql)?;
        let mut rows = find.query(params![business.0, from_us, now_us])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let session = row.get(0)?;
            let work = worked.get(&session).copied().unwrap_or_default();
            if !work.is_ended {
                all.push(Queued { session, person: row.get(1)?, told: row.get(2)?, is_taken: work.is_taken });
            }
        }
        Ok(Self { business, all })
    }

    /// How many people there are, and of how many of them something is in nobody's hands.
    #[must_use]
    pub fn people(&self) -> (u64, u64) {
        let mut left = By::<bool>::default();
        for lost in &self.all {
            *left.entry(lost.person).or_default() |= !lost.is_taken;
        }
        (left.len() as u64, left.values().filter(|left| **left).count() as u64)
    }

    /// How far each person came, as bits of what was told in any of their lost conversations.
    #[must_use]
    pub fn told(&self) -> Vec<u32> {
        let mut told = By::<u32>::default();
        for lost in &self.all {
            *told.entry(lost.person).or_default() |= lost.told;
        }
        told.into_values().collect()
    }
}

/// By conversation that is still there.
fn worked(conn: &Connection, business: BusinessId) -> rusqlite::Result<By<Work>> {
    let sql = "SELECT s.id, w.taken_us IS NOT NULL, w.ended_us IS NOT NULL FROM lead_work w CROSS JOIN sessions s
               WHERE w.business = ?1 AND s.business = w.business AND s.pid = w.session";
    let read = |row: &Row<'_>| Ok((row.get(0)?, Work { is_taken: row.get(1)?, is_ended: row.get(2)? }));
    conn.prepare_cached(sql)?.query_map([business.0], read)?.collect()
}
