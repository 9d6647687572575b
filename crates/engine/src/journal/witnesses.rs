//! Which witnesses a business asks to cosign its log, how many of them must agree, and how each of them fares.
//!
//! Who is asked and the quorum follow from sealed decisions, so a rebuild gives them again. How a witness fares is written after each
//! asking and is nobody's evidence: what proves anything stands on the checkpoint itself.

use ledger::{Algorithm, VerifyingKey};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Serialize;

use crate::event::BusinessId;

/// More would make every checkpoint long and every round slow.
pub const MOST: usize = 16;

/// Why somebody cannot be a witness.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAWitness {
    /// Not a key.
    #[error("{0}: ask the witness for its key line (letopis witness key)")]
    Key(ledger::KeyError),
    /// A key that signs notes.
    #[error("{0} is the key of a log, not of a witness: ask the witness for its key line (letopis witness key)")]
    Log(String),
    /// Its own log's name.
    #[error("a witness of the name {0} is there already: leave it first, or ask the other one for another name")]
    Taken(String),
    /// No such witness.
    #[error("no witness {0} here")]
    Unknown(String),
    /// Enough of them.
    #[error("there are {MOST} witnesses already; more make no checkpoint more believable")]
    TooMany,
    /// A quorum that can never be reached, or none.
    #[error("a quorum of {quorum} needs {quorum} witnesses, there are {witnesses}")]
    Quorum {
        /// What was asked for.
        quorum: usize,
        /// How many there are.
        witnesses: usize,
    },
}

/// A witness and how it fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// Of its key.
    pub name: String,
    /// By which its word is known.
    pub vkey: String,
    /// Where it is asked.
    pub url: String,
    /// Since when.
    pub joined_us: i64,
    /// The size it cosigned last.
    pub size: i64,
    /// When it cosigned last, by our clock.
    pub cosigned_us: Option<i64>,
    /// What went wrong since; none while all is well.
    pub problem: Option<String>,
    /// Since when.
    pub problem_us: Option<i64>,
    /// When it refused to go on from what it had seen: the log was re-signed or rolled back.
    pub alarm_us: Option<i64>,
}

/// All witnesses of a business and what is asked of them together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Witnesses {
    /// In the order in which they joined.
    pub all: Vec<Witness>,
    /// How many must have cosigned a checkpoint for it to count as witnessed.
    pub quorum: usize,
    /// When that many last agreed.
    pub agreed_us: Option<i64>,
    /// On which size.
    pub agreed_size: i64,
}

/// How one asking ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It cosigned this size.
    Cosigned(u64),
    /// It did not.
    Failed(String),
    /// It did not, because it saw another history.
    Alarm(String),
}

/// The key of a witness, from the line that its owner gave.
///
/// # Errors
/// When the line is something else.
pub fn witness_key(vkey: &str) -> Result<VerifyingKey, NotAWitness> {
    let key: VerifyingKey = vkey.trim().parse().map_err(NotAWitness::Key)?;
    if key.algorithm() == Algorithm::Cosignature { Ok(key) } else { Err(NotAWitness::Log(key.name().to_owned())) }
}

/// The witnesses of a business.
///
/// # Errors
/// When the database says no.
pub fn of(conn: &Connection, business: BusinessId) -> rusqlite::Result<Witnesses> {
    let sql = "SELECT name, vkey, url, joined_us, size, cosigned_us, problem, problem_us, alarm_us FROM witnesses
               WHERE business = ?1 ORDER BY joined_us, name";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Witness {
            name: row.get(0)?,
            vkey: row.get(1)?,
            url: row.get(2)?,
            joined_us: row.get(3)?,
            size: row.get(4)?,
            cosigned_us: row.get(5)?,
            problem: row.get(6)?,
            problem_us: row.get(7)?,
            alarm_us: row.get(8)?,
        })
    };
    let all: Vec<Witness> = conn.prepare_cached(sql)?.query_map([business.0], read)?.collect::<rusqlite::Result<_>>()?;
    let sql = "SELECT quorum, agreed_us, agreed_size FROM quorums WHERE business = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?));
    let found = conn.prepare_cached(sql)?.query_row([business.0], read).optional()?;
    let (quorum, agreed_us, agreed_size) = found.unwrap_or((1, None, 0));
    // Who left may leave a quorum behind that nobody can reach any more.
    let quorum = usize::try_from(quorum).unwrap_or(1).clamp(1, all.len().max(1));
    Ok(Witnesses { all, quorum, agreed_us, agreed_size })
}

/// Whether one may join under this key.
///
/// # Errors
/// Why not.
pub fn may_join(known: &Witnesses, key: &VerifyingKey) -> Result<(), NotAWitness> {
    if known.all.iter().any(|witness| witness.name == key.name()) {
        return Err(NotAWitness::Taken(key.name().to_owned()));
    }
    if known.all.len() >= MOST { Err(NotAWitness::TooMany) } else { Ok(()) }
}

/// Applies that one joined.
pub fn join(tx: &Transaction<'_>, business: BusinessId, name: &str, vkey: &str, url: &str, at_us: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO witnesses (business, name, vkey, url, joined_us) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (business, name) DO UPDATE SET vkey = excluded.vkey, url = excluded.url";
    tx.prepare_cached(sql)?.execute(params![business.0, name, vkey, url, at_us])?;
    Ok(())
}

/// Applies that one left.
pub fn leave(tx: &Transaction<'_>, business: BusinessId, name: &str) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM witnesses WHERE business = ?1 AND name = ?2")?.execute(params![business.0, name])?;
    Ok(())
}

/// Applies how many must agree.
pub fn set_quorum(tx: &Transaction<'_>, business: BusinessId, quorum: u32) -> rusqlite::Result<()> {
    let sql = "INSERT INTO quorums (business, quorum) VALUES (?1, ?2) ON CONFLICT (business) DO UPDATE SET quorum = excluded.quorum";
    tx.prepare_cached(sql)?.execute(params![business.0, quorum])?;
    Ok(())
}

/// Notes how an asking ended. An alarm stays until the same witness cosigns again: then it was shown a continuation after all.
///
/// # Errors
/// When the database says no.
pub fn note(tx: &Transaction<'_>, business: BusinessId, name: &str, outcome: &Outcome, now_us: i64) -> rusqlite::Result<()> {
    match outcome {
        Outcome::Cosigned(size) => {
            let sql = "UPDATE witnesses SET size = ?3, cosigned_us = ?4, problem = NULL, problem_us = NULL, alarm_us = NULL
                       WHERE business = ?1 AND name = ?2";
            tx.prepare_cached(sql)?.execute(params![business.0, name, *size as i64, now_us])?;
        }
        Outcome::Failed(problem) | Outcome::Alarm(problem) => {
            let alarm = matches!(outcome, Outcome::Alarm(_));
            let sql = "UPDATE witnesses SET problem = ?3, problem_us = coalesce(problem_us, ?4),
                       alarm_us = coalesce(alarm_us, CASE WHEN ?5 THEN ?4 END) WHERE business = ?1 AND name = ?2";
            tx.prepare_cached(sql)?.execute(params![business.0, name, problem, now_us, alarm])?;
        }
    }
    Ok(())
}

/// Notes that enough of them agreed.
///
/// # Errors
/// When the database says no.
pub fn note_agreed(tx: &Transaction<'_>, business: BusinessId, size: u64, now_us: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO quorums (business, quorum, agreed_us, agreed_size) VALUES (?1, 1, ?2, ?3)
               ON CONFLICT (business) DO UPDATE SET agreed_us = excluded.agreed_us, agreed_size = excluded.agreed_size";
    tx.prepare_cached(sql)?.execute(params![business.0, now_us, size as i64])?;
    Ok(())
}

/// Names of the witnesses that saw another history.
///
/// # Errors
/// When the database says no.
pub fn alarms(conn: &Connection, business: BusinessId) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name FROM witnesses WHERE business = ?1 AND alarm_us IS NOT NULL ORDER BY name";
    conn.prepare_cached(sql)?.query_map([business.0], |row| row.get(0))?.collect()
}
