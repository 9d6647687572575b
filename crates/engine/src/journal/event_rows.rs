//! Events as rows of `events`: the columns that are computed from R, read back.
//!
//! Lists, conversations and `verify` read a row in this one way, so that what is shown is what is compared with R.

use rusqlite::{Connection, OptionalExtension, Row};

use super::projection::EventRow;
use crate::event::{Facets, RecordNo};

/// The columns that [`from_row`] reads, in its order; the two after them are `session` and `identity`.
pub const COLUMNS: &str = "record, ts_us, offset_min, received_us, flags, facets, type, channel, event_id, said, reply, intent, confidence,
    action, crm, client_name, operator, model, scenario, variant, latency_ms, error, session, identity";

/// A row with the two numbers that R does not say.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Computed from R, but for the conflict flag.
    pub row: EventRow,
    /// Its conversation.
    pub session: Option<i64>,
    /// Who wrote.
    pub identity: Option<i64>,
}

/// Reads a row of [`COLUMNS`].
///
/// # Errors
/// When a column is not what it should be.
pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let event = EventRow {
        record: row.get(0)?,
        ts_us: row.get(1)?,
        offset_min: row.get(2)?,
        received_us: row.get(3)?,
        flags: row.get(4)?,
        facets: Facets::from_bits(row.get(5)?),
        kind: row.get(6)?,
        channel: row.get(7)?,
        event_id: row.get(8)?,
        said: row.get(9)?,
        reply: row.get(10)?,
        intent: row.get(11)?,
        confidence: row.get(12)?,
        action: row.get(13)?,
        crm: row.get(14)?,
        client_name: row.get(15)?,
        operator: row.get(16)?,
        model: row.get(17)?,
        scenario: row.get(18)?,
        variant: row.get(19)?,
        latency_ms: row.get(20)?,
        error: row.get(21)?,
    };
    Ok(Stored { row: event, session: row.get(22)?, identity: row.get(23)? })
}

/// The row of one record; none for decisions and for what was erased.
///
/// # Errors
/// When the database says no.
pub fn by_record(conn: &Connection, record: RecordNo) -> rusqlite::Result<Option<Stored>> {
    let sql = format!("SELECT {COLUMNS} FROM events WHERE record = ?1");
    conn.prepare_cached(&sql)?.query_row([record.as_i64()], from_row).optional()
}
