//! Which versions of scenarios, prompts and models answered: since when, until when, how many conversations, how many of them with a booking.
//!
//! Read from conversations, as far back as they are counted (a year), in one walk. The share is that of conversations with a booking among all that
//! count; what is left out of numbers is left out here too. It is no experiment: versions follow each other, and so do seasons.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::markers::What;
use super::rate::Rate;
use crate::event::BusinessId;

/// A version as conversations show it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Seen {
    /// When the first conversation with it began.
    pub first_us: i64,
    /// When the last one began.
    pub last_us: i64,
    /// Conversations with a booking, of those that count.
    pub booked: Rate,
}

/// By what it is and its label: `запись@7`, `gpt-4o-mini`, the digest of a prompt.
pub type Versions = BTreeMap<(What, String), Seen>;

/// All versions of a business.
///
/// # Errors
/// When the database says no.
pub fn versions(conn: &Connection, business: BusinessId) -> rusqlite::Result<Versions> {
    let sql = "SELECT model, prompt, scenario, min(started_us), max(started_us), count(*), sum(booked_us IS NOT NULL) FROM cases
               WHERE business = ?1 AND left_out IS NULL AND (model IS NOT NULL OR prompt IS NOT NULL OR scenario IS NOT NULL)
               GROUP BY model, prompt, scenario";
    let mut all = conn.prepare_cached(sql)?;
    let mut rows = all.query(params![business.0])?;
    let mut found = Versions::new();
    while let Some(row) = rows.next()? {
        let (first_us, last_us): (i64, i64) = (row.get(3)?, row.get(4)?);
        let (n, part): (i64, i64) = (row.get(5)?, row.get(6)?);
        for (at, what) in [What::Model, What::Prompt, What::Scenario].into_iter().enumerate() {
            let Some(label) = row.get::<_, Option<String>>(at)? else { continue };
            let seen = found.entry((what, label)).or_insert(Seen { first_us, last_us, booked: Rate::default() });
            seen.join(first_us, last_us, n.unsigned_abs(), part.unsigned_abs());
        }
    }
    Ok(found)
}

impl Seen {
    fn join(&mut self, first_us: i64, last_us: i64, n: u64, part: u64) {
        self.first_us = self.first_us.min(first_us);
        self.last_us = self.last_us.max(last_us);
        self.booked.n += n;
        self.booked.part += part;
    }
}
