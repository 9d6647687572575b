//! Who found what: of every person the last word, the first person first.
//!
//! Whoever looked first counts in the estimate; another person's word on the same unit is a second opinion.

use std::collections::HashMap;

use rusqlite::{Connection, Row, params};

use crate::event::review::{Fault, ReviewQueue};
use crate::event::{BusinessId, RecordNo};

/// One person's last word on one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// The decision or event that says it.
    pub record: RecordNo,
    /// Who.
    pub reviewer: String,
    /// When.
    pub made_us: i64,
    /// Through which queue; none: told by a program.
    pub queue: Option<ReviewQueue>,
    /// What the assistant took it for.
    pub assigned: Option<String>,
    /// Whether that was right; none where it was not judged.
    pub right: Option<bool>,
    /// What it was: the assigned intent where that was right; none where nobody knows.
    pub truth: Option<String>,
    /// What is wrong with the answer.
    pub faults: Vec<Fault>,
    /// Sealed.
    pub note: Option<String>,
}

/// The words of all persons on one record, the first person first.
pub type Opinions = Vec<Opinion>;

/// A label is of the answer's intent, or of a complaint, or of a contradiction; one does not answer for the other.
fn family(queue: Option<ReviewQueue>) -> ReviewQueue {
    match queue {
        None | Some(ReviewQueue::Low | ReviewQueue::Random) => ReviewQueue::Random,
        Some(other) => other,
    }
}

const COLUMNS: &str =
    "r.record, r.reviewer, r.made_us, r.queue, coalesce(r.assigned, e.intent), r.is_right, r.truth, r.faults, r.note, r.item";

/// What was found on one record through that queue.
///
/// # Errors
/// When the database says no.
pub fn of_item(conn: &Connection, item: RecordNo, queue: ReviewQueue) -> rusqlite::Result<Opinions> {
    let sql = format!(
        "SELECT {COLUMNS} FROM reviews r LEFT JOIN events e ON e.record = r.item WHERE r.business = ?1 AND r.item = ?2 ORDER BY r.record"
    );
    let mut all = conn.prepare_cached(&sql)?;
    let rows = all.query_map(params![item.business().0, item.as_i64()], read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(last_words(rows.into_iter().map(|(_, opinion)| opinion).filter(|opinion| family(opinion.queue) == family(Some(queue)))))
}

/// Everything that was found about intents, by record number.
///
/// # Errors
/// When the database says no.
pub fn all(conn: &Connection, business: BusinessId) -> rusqlite::Result<HashMap<u64, Opinions>> {
    by_record(conn, business, |opinion| family(opinion.queue) == ReviewQueue::Random)
}

/// Which faults were found in a period, on how many records; those that nobody found are left out.
///
/// # Errors
/// When the database says no.
pub fn faults_between(conn: &Connection, business: BusinessId, from_us: i64, to_us: i64) -> rusqlite::Result<Vec<(Fault, u64)>> {
    let found = of_all_queues(conn, business)?;
    let has = |opinions: &Opinions, fault: Fault| {
        opinions.iter().any(|opinion| (from_us..to_us).contains(&opinion.made_us) && opinion.faults.contains(&fault))
    };
    let counted = Fault::ALL.map(|fault| (fault, found.values().filter(|opinions| has(opinions, fault)).count() as u64));
    Ok(counted.into_iter().filter(|(_, count)| *count > 0).collect())
}

/// Everything that was found, by record number.
///
/// # Errors
/// When the database says no.
pub(super) fn of_all_queues(conn: &Connection, business: BusinessId) -> rusqlite::Result<HashMap<u64, Opinions>> {
    by_record(conn, business, |_| true)
}

fn by_record(conn: &Connection, business: BusinessId, wanted: fn(&Opinion) -> bool) -> rusqlite::Result<HashMap<u64, Opinions>> {
    let sql = format!("SELECT {COLUMNS} FROM reviews r LEFT JOIN events e ON e.record = r.item WHERE r.business = ?1 ORDER BY r.record");
    let mut found: HashMap<u64, Opinions> = HashMap::new();
    for row in conn.prepare_cached(&sql)?.query_map([business.0], read)? {
        let (item, opinion) = row?;
        if wanted(&opinion) {
            found.entry(item.index()).or_default().push(opinion);
        }
    }
    Ok(found.into_iter().map(|(item, opinions)| (item, last_words(opinions))).collect())
}

/// Of every person the last, in the order of the first.
fn last_words(opinions: impl IntoIterator<Item = Opinion>) -> Opinions {
    let mut words: Opinions = Vec::new();
    for opinion in opinions {
        match words.iter_mut().find(|earlier| earlier.reviewer == opinion.reviewer) {
            Some(earlier) => *earlier = opinion,
            None => words.push(opinion),
        }
    }
    words
}

fn read(row: &Row<'_>) -> rusqlite::Result<(RecordNo, Opinion)> {
    let queue: Option<String> = row.get(3)?;
    let (assigned, said, truth): (Option<String>, Option<bool>, Option<String>) = (row.get(4)?, row.get(5)?, row.get(6)?);
    // A program may say only what it was.
    let right = said.or_else(|| Some(assigned.as_ref()? == truth.as_ref()?));
    let truth = if right == Some(true) { assigned.clone().or(truth) } else { truth };
    let opinion = Opinion {
        record: RecordNo::from_i64(row.get(0)?),
        reviewer: row.get(1)?,
        made_us: row.get(2)?,
        queue: queue.as_deref().and_then(ReviewQueue::parse),
        assigned,
        right,
        truth,
        faults: Fault::of_bits(row.get(7)?),
        note: row.get(8)?,
    };
    Ok((RecordNo::from_i64(row.get(9)?), opinion))
}
