//! Queues as they are shown: what is open for whom, in order, and how far each is.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::opinions::{self, Opinions};
use crate::event::review::ReviewQueue;
use crate::event::{BusinessId, RecordNo};

/// One thing to look at, with what is shown of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Of which queue.
    pub queue: ReviewQueue,
    /// The unit, or the first record of the conversation.
    pub record: RecordNo,
    /// The draw that brought it.
    pub draw: RecordNo,
    /// First record of the drawn conversation.
    pub cluster: Option<RecordNo>,
    /// Another person is to look at it too.
    pub second: bool,
    /// Who is to look at it.
    pub assignee: Option<String>,
    /// When it was said.
    pub ts_us: i64,
    /// Where.
    pub channel: String,
    /// Public id of its conversation.
    pub session: Option<String>,
    /// The client's words.
    pub said: Option<String>,
    /// The assistant's.
    pub reply: Option<String>,
    /// What it was taken for.
    pub intent: Option<String>,
    /// How sure the assistant was.
    pub confidence: Option<f64>,
    /// What was found, by whom.
    pub opinions: Opinions,
}

/// What an item is to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has looked at it.
    Open,
    /// Somebody has, and another is to.
    Second,
    /// This person has.
    Mine,
    /// Others have, and that is enough.
    Done,
}

/// How far a queue is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// Things to look at.
    pub all: usize,
    /// Of them somebody has looked at.
    pub done: usize,
    /// Of them that wait for a second person.
    pub second: usize,
}

impl Item {
    /// What it is to that person.
    #[must_use]
    pub fn standing(&self, who: &str) -> Standing {
        match self.opinions.as_slice() {
            [] => Standing::Open,
            opinions if opinions.iter().any(|opinion| opinion.reviewer == who) => Standing::Mine,
            [_] if self.second => Standing::Second,
            _ => Standing::Done,
        }
    }

    /// Whether that person may look at it now: open, for anybody or for them.
    #[must_use]
    pub fn is_for(&self, who: &str) -> bool {
        let theirs = self.assignee.as_deref().is_none_or(|assignee| assignee == who);
        match self.standing(who) {
            Standing::Open => theirs,
            Standing::Second => true,
            Standing::Mine | Standing::Done => false,
        }
    }
}

const COLUMNS: &str =
    "i.queue, i.record, i.draw, i.cluster, i.second, i.assignee, e.ts_us, e.channel, s.pid, e.said, e.reply, e.intent, e.confidence";
const FROM: &str = "FROM review_items i CROSS JOIN events e ON e.record = i.record LEFT JOIN sessions s ON s.id = e.session";

/// A queue in the order in which it is worked through: the oldest draw first, conversations together.
///
/// # Errors
/// When the database says no.
pub fn items(conn: &Connection, business: BusinessId, queue: ReviewQueue) -> rusqlite::Result<Vec<Item>> {
    let sql = format!("SELECT {COLUMNS} {FROM} WHERE i.business = ?1 AND i.queue = ?2 ORDER BY i.draw, i.position, i.record");
    let mut all = conn.prepare_cached(&sql)?;
    let rows = all.query_map(params![business.0, queue.as_str()], |row| read(row, queue))?;
    rows.map(|item| with_opinions(conn, item?)).collect()
}

/// One of it.
///
/// # Errors
/// When the database says no.
pub fn item(conn: &Connection, queue: ReviewQueue, record: RecordNo) -> rusqlite::Result<Option<Item>> {
    let sql = format!("SELECT {COLUMNS} {FROM} WHERE i.business = ?1 AND i.queue = ?2 AND i.record = ?3");
    let mut find = conn.prepare_cached(&sql)?;
    let values = params![record.business().0, queue.as_str(), record.as_i64()];
    let found = find.query_row(values, |row| read(row, queue)).optional()?;
    found.map(|item| with_opinions(conn, item)).transpose()
}

/// How far every queue is; of drawn conversations one is done when all of it is.
///
/// # Errors
/// When the database says no.
pub fn tallies(conn: &Connection, business: BusinessId) -> rusqlite::Result<Vec<(ReviewQueue, Tally)>> {
    ReviewQueue::ALL.into_iter().map(|queue| Ok((queue, tally(&items(conn, business, queue)?)))).collect()
}

fn tally(items: &[Item]) -> Tally {
    let whole = |item: &Item| item.cluster.unwrap_or(item.record);
    let all: BTreeSet<RecordNo> = items.iter().map(whole).collect();
    let open: BTreeSet<RecordNo> = items.iter().filter(|item| item.opinions.is_empty()).map(whole).collect();
    let second = items.iter().filter(|item| item.second && item.opinions.len() == 1).count();
    Tally { all: all.len(), done: all.len() - open.len(), second }
}

fn with_opinions(conn: &Connection, item: Item) -> rusqlite::Result<Item> {
    let opinions = opinions::of_item(conn, item.record, item.queue)?;
    Ok(Item { opinions, ..item })
}

fn read(row: &Row<'_>, queue: ReviewQueue) -> rusqlite::Result<Item> {
    Ok(Item {
        queue,
        record: RecordNo::from_i64(row.get(1)?),
        draw: RecordNo::from_i64(row.get(2)?),
        cluster: row.get::<_, Option<i64>>(3)?.map(RecordNo::from_i64),
        second: row.get(4)?,
        assignee: row.get(5)?,
        ts_us: row.get(6)?,
        channel: row.get(7)?,
        session: row.get(8)?,
        said: row.get(9)?,
        reply: row.get(10)?,
        intent: row.get(11)?,
        confidence: row.get(12)?,
        opinions: Opinions::new(),
    })
}
