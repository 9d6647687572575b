//! Which versions of scenarios, prompts and models answered: since when, until when, how many conversations, how many of them with a booking.
//!
//! Read from conversations, as far back as they are counted (a year), in one walk. The share is that of conversations with a booking among all that
//! count; what is left out of numbers is left out here too. It is no experiment: versions follow each other, and so do seasons.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::markers::What;
use super::rate::Rate;
use super::sheets::{self, Line};
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
    let mut found: [BTreeMap<String, Seen>; 3] = Default::default();
    sheets::walk(conn, business, i64::MIN, i64::MAX, |line| {
        for (what, found) in What::ALL.into_iter().zip(&mut found) {
            let Some(label) = line.name(what.told()).filter(|_| line.is_counted()) else { continue };
            match found.get_mut(label) {
                Some(seen) => seen.add(line),
                None => drop(found.insert(label.to_owned(), Seen::of(line))),
            }
        }
    })?;
    let all = What::ALL.into_iter().zip(found);
    Ok(all.flat_map(|(what, found)| found.into_iter().map(move |(label, seen)| ((what, label), seen))).collect())
}

impl Seen {
    /// Of the first conversation with it.
    fn of(line: &Line<'_>) -> Self {
        let us = line.started_us();
        Self { first_us: us, last_us: us, booked: Rate { part: u64::from(line.is_booked()), n: 1 } }
    }

    /// One more, later.
    fn add(&mut self, line: &Line<'_>) {
        self.last_us = line.started_us();
        self.booked.n += 1;
        self.booked.part += u64::from(line.is_booked());
    }
}
