//! Who was shown which variant first, and what they did then: a row for each person of each experiment, judged with everything they did.
//!
//! A person is the drawn number of `cases`. When detail goes the row stays, *detached*: cut to the hour, leading to nobody. A row whose evidence
//! may have expired is not overwritten by what is left of it: the first sight counts, not the first that still has its detail.

use rusqlite::{Connection, Row, Transaction, params};

use super::super::cases::{self, Owner};
use super::Kept;
use crate::event::RecordNo;
use crate::event::when::HOUR_US;

/// Detail is kept at least so long: what was seen later than that still has it.
const DETAIL_US: i64 = 30 * 24 * HOUR_US;

/// What stands in `flags`.
pub mod flags {
    /// This program served it, or the bot told of it by an event of its own.
    pub const SERVED: u32 = 1;
    /// Other events bear it.
    pub const TOLD: u32 = 1 << 1;
    /// They were shown more than one variant.
    pub const CROSSED: u32 = 1 << 2;
    /// What was served is not what the bot's events bear.
    pub const CONTRADICTED: u32 = 1 << 3;
}

/// One person of one experiment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exposure {
    /// The record that added the experiment.
    pub experiment: i64,
    /// What they were shown first.
    pub variant: String,
    /// When.
    pub seen_us: i64,
    /// Of [`flags`].
    pub flags: u32,
    /// When they did what is counted, within the window.
    pub hit_us: Option<i64>,
    /// What happened since: bits of `metrics::judge::marks`.
    pub marks: u32,
    /// Why they are in no number: test, spam, staff.
    pub left_out: Option<String>,
    /// How long the bot took for each answer since, ms; all ones: no answer.
    pub answers: Vec<u32>,
}

/// Puts what was judged of a person in place of what was said before.
///
/// # Errors
/// When the database says no.
pub fn replace(tx: &Transaction<'_>, business: u32, person: i64, now_us: i64, judged: &[Exposure]) -> rusqlite::Result<()> {
    let fresh = "DELETE FROM exposures WHERE person = ?1 AND detached = 0 AND seen_us >= ?2";
    tx.prepare_cached(fresh)?.execute(params![person, now_us - DETAIL_US])?;
    for one in judged {
        let sql =
            "INSERT INTO exposures (business, experiment, person, variant, seen_us, flags, hit_us, marks, left_out, answers, detached)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0)
                   ON CONFLICT (business, experiment, person) DO UPDATE SET variant = excluded.variant, seen_us = excluded.seen_us,
                     flags = excluded.flags, hit_us = excluded.hit_us, marks = excluded.marks, left_out = excluded.left_out,
                     answers = excluded.answers WHERE exposures.detached = 0 AND excluded.seen_us <= exposures.seen_us";
        let answers: Vec<u8> = one.answers.iter().flat_map(|ms| ms.to_le_bytes()).collect();
        tx.prepare_cached(sql)?.execute(params![
            business,
            one.experiment,
            person,
            one.variant,
            one.seen_us,
            one.flags,
            one.hit_us,
            one.marks,
            one.left_out,
            (!answers.is_empty()).then_some(answers),
        ])?;
    }
    Ok(())
}

/// People decided otherwise whose conversations are whose: what was said of this one is judged from nothing.
///
/// # Errors
/// When the database says no.
pub fn unsay(tx: &Transaction<'_>, owner: Owner) -> rusqlite::Result<()> {
    let (client, session) = owner.columns();
    let sql = "DELETE FROM exposures WHERE detached = 0 AND person IN (SELECT person FROM case_people WHERE client = ?1 OR session = ?2)";
    tx.prepare_cached(sql)?.execute(params![client, session]).map(drop)
}

/// A conversation loses its detail, and with it what was shown up to its end.
///
/// # Errors
/// When the database says no.
pub fn detach(tx: &Transaction<'_>, session: i64) -> rusqlite::Result<()> {
    let sql = format!(
        "UPDATE exposures SET {CUT} WHERE detached = 0 AND person IN (SELECT person FROM cases WHERE session = ?1)
           AND seen_us <= (SELECT last_us FROM sessions WHERE id = ?1)"
    );
    tx.prepare_cached(&sql)?.execute([session]).map(drop)
}

/// A client is no more: nothing says any longer who was shown it.
///
/// # Errors
/// When the database says no.
pub fn forget(tx: &Transaction<'_>, client: i64) -> rusqlite::Result<()> {
    let sql = format!("UPDATE exposures SET {CUT} WHERE detached = 0 AND person IN (SELECT person FROM case_people WHERE client = ?1)");
    tx.prepare_cached(&sql)?.execute([client]).map(drop)
}

const CUT: &str = "seen_us = seen_us - seen_us % 3600000000, hit_us = hit_us - hit_us % 3600000000, detached = 1";

/// Rows of days whose time is over altogether go.
///
/// # Errors
/// When the database says no.
pub fn forget_before(tx: &Transaction<'_>, business: u32, before_us: i64) -> rusqlite::Result<usize> {
    let sql = "DELETE FROM exposures WHERE business = ?1 AND seen_us < ?2 AND detached = 1";
    tx.prepare_cached(sql)?.execute(params![business, before_us])
}

/// An experiment began or ended: whoever an event of theirs names it for is judged anew.
///
/// # Errors
/// When the database says no.
pub fn count_anew(tx: &Transaction<'_>, one: &Kept) -> rusqlite::Result<()> {
    let business = one.record.business();
    for variant in &one.what.variants {
        let label = one.what.label(&variant.name);
        for (of, owner) in [("c.root", Owner::Client as fn(i64) -> Owner), ("e.session", Owner::Session)] {
            let nobody = if of == "c.root" { "c.root IS NOT NULL" } else { "e.session IS NOT NULL AND c.root IS NULL" };
            let sql = format!(
                "SELECT DISTINCT {of} FROM events e LEFT JOIN identities i ON i.id = e.identity LEFT JOIN clients c ON c.id = i.client
                 WHERE e.business = ?1 AND e.variant = ?2 AND {nobody}"
            );
            let theirs: Vec<i64> =
                tx.prepare_cached(&sql)?.query_map(params![business.0, label], |row| row.get(0))?.collect::<Result<_, _>>()?;
            theirs.into_iter().try_for_each(|id| cases::mark(tx, business, owner(id)))?;
        }
    }
    Ok(())
}

/// Everybody of an experiment, in the order in which they were shown it.
///
/// # Errors
/// When the database says no.
pub fn of(conn: &Connection, experiment: RecordNo) -> rusqlite::Result<Vec<Exposure>> {
    let sql = "SELECT variant, seen_us, flags, hit_us, marks, left_out, answers FROM exposures WHERE business = ?1 AND experiment = ?2
               ORDER BY seen_us, person";
    let read = |row: &Row<'_>| {
        let answers = row.get_ref(6)?.as_blob_or_null()?.unwrap_or_default();
        let (answers, _) = answers.as_chunks::<4>();
        Ok(Exposure {
            experiment: experiment.as_i64(),
            variant: row.get(0)?,
            seen_us: row.get(1)?,
            flags: row.get(2)?,
            hit_us: row.get(3)?,
            marks: row.get(4)?,
            left_out: row.get(5)?,
            answers: answers.iter().map(|ms| u32::from_le_bytes(*ms)).collect(),
        })
    };
    conn.prepare_cached(sql)?.query_map(params![experiment.business().0, experiment.as_i64()], read)?.collect()
}
