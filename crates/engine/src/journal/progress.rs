//! How far recording has come: what readers wait for who ask `?after=position`, and what wakes the publisher of checkpoints.

use std::collections::HashMap;
use std::time::Duration;

use queue::Lane;
pub use queue::Position;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use tokio::sync::watch;

use crate::event::BusinessId;

/// The last recorded position of each lane.
#[derive(Clone)]
pub struct Progress(watch::Sender<HashMap<Lane, Position>>);

impl Default for Progress {
    fn default() -> Self {
        Self(watch::Sender::new(HashMap::new()))
    }
}

impl Progress {
    /// Everything up to `recorded` can be read now.
    pub fn advance(&self, recorded: HashMap<Lane, Position>) {
        self.0.send_modify(|known| known.extend(recorded));
    }

    /// Waits until `position` of `lane` is recorded; false when that takes longer than `patience`.
    pub async fn reaches(&self, lane: Lane, position: Position, patience: Duration) -> bool {
        let mut changes = self.0.subscribe();
        let there = |known: &HashMap<Lane, Position>| known.get(&lane).is_some_and(|&at| at >= position);
        tokio::time::timeout(patience, changes.wait_for(there)).await.is_ok_and(|seen| seen.is_ok())
    }

    /// The same for what a business sent.
    pub async fn has_recorded(&self, business: BusinessId, position: Position, patience: Duration) -> bool {
        self.reaches(Lane(business.0), position, patience).await
    }

    /// Tells of every advance.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<HashMap<Lane, Position>> {
        self.0.subscribe()
    }
}

/// How far `lane` was recorded, as the database has it.
///
/// # Errors
/// When the database says no.
pub fn stored(conn: &Connection, lane: Lane) -> rusqlite::Result<Position> {
    let mut find = conn.prepare_cached("SELECT position FROM recorded WHERE lane = ?1")?;
    let position = find.query_row([lane.0], |row| row.get::<_, i64>(0)).optional()?;
    Ok(position.map_or(Position::START, |stored| Position::new(stored as u64)))
}

/// The same for what a business sent. [`Progress`] knows only what was recorded since the start.
///
/// # Errors
/// When the database says no.
pub fn stored_of(conn: &Connection, business: BusinessId) -> rusqlite::Result<Position> {
    stored(conn, Lane(business.0))
}

/// Stores it with the records themselves.
///
/// # Errors
/// When the database says no.
pub fn store(tx: &Transaction<'_>, lane: Lane, position: Position) -> rusqlite::Result<()> {
    let sql = "INSERT INTO recorded (lane, position) VALUES (?1, ?2) ON CONFLICT (lane) DO UPDATE SET position = excluded.position";
    tx.prepare_cached(sql)?.execute(params![lane.0, position.get() as i64])?;
    Ok(())
}
