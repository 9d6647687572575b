//! The three figures above the journal: who wrote, who booked, who got no answer.

use rusqlite::{Connection, params};

use crate::event::{BusinessId, Facets};

/// Conversations that are counted: the index gives so many in a few milliseconds. Whoever has more looks at reports, not at this.
const MOST: i64 = 20_000;

/// Counts of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers {
    /// Conversations in which the client wrote.
    pub(super) wrote: i64,
    /// Of them booked.
    pub(super) booked: i64,
    /// Of them without any answer.
    pub(super) unanswered: i64,
}

/// Counts, from the covering index alone; nothing when there are too many to count while somebody waits.
pub(super) fn numbers(
    conn: &Connection,
    business: BusinessId,
    (from_us, to_us): (Option<i64>, Option<i64>),
) -> rusqlite::Result<Option<Numbers>> {
    let sql = "SELECT count(*), coalesce(sum(outcome = 'booked'), 0), coalesce(sum(outcome = 'unanswered'), 0), coalesce(sum(facets & ?5 <> 0), 0)
               FROM (SELECT outcome, facets FROM sessions WHERE business = ?1 AND last_us >= ?2 AND last_us < ?3 LIMIT ?4)";
    let values = params![business.0, from_us.unwrap_or(i64::MIN), to_us.unwrap_or(i64::MAX), MOST, Facets::INBOUND.bits()];
    conn.prepare_cached(sql)?.query_row(values, |row| {
        let all: i64 = row.get(0)?;
        let counted = Numbers { booked: row.get(1)?, unanswered: row.get(2)?, wrote: row.get(3)? };
        Ok((all < MOST).then_some(counted))
    })
}
