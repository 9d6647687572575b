//! What the select boxes of the journal page offer.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::event::BusinessId;
use crate::journal::session::OUTCOMES;

/// Newest conversations that are looked at: weeks of a salon, read from the index alone in a millisecond or two.
const NEWEST: i64 = 5_000;

/// Values that occur, in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters {
    /// Channels of the newest conversations.
    pub channels: BTreeSet<String>,
    /// Outcomes that occur in them, in the order of [`OUTCOMES`].
    pub outcomes: Vec<&'static str>,
    /// Intents of them.
    pub intents: BTreeSet<String>,
}

/// The SQL of it.
pub(super) const SQL: &str = "SELECT channel, outcome, intent FROM sessions WHERE business = ?1 ORDER BY last_us DESC LIMIT ?2";

/// What the newest conversations can be filtered by. An older value is found by writing it into the URL.
///
/// # Errors
/// When the database says no.
pub fn filters(conn: &Connection, business: BusinessId) -> rusqlite::Result<Filters> {
    let (mut filters, mut outcomes) = (Filters::default(), BTreeSet::new());
    let mut statement = conn.prepare_cached(SQL)?;
    let mut rows = statement.query([i64::from(business.0), NEWEST])?;
    while let Some(row) = rows.next()? {
        let (channel, outcome, intent) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str_or_null()?);
        for (known, value) in [(&mut filters.channels, Some(channel)), (&mut outcomes, Some(outcome)), (&mut filters.intents, intent)] {
            if let Some(value) = value.filter(|value| !known.contains(*value)) {
                known.insert(value.to_owned());
            }
        }
    }
    filters.outcomes = OUTCOMES.into_iter().filter(|outcome| outcomes.contains(*outcome)).collect();
    Ok(filters)
}
