//! What remains when records go: rows that spoke of them, made what a rebuild from the living records would make.
//!
//! * `rows` – the rows of the records themselves, their words, their data keys · `contents` – what the index's table of contents says of the words
//! * `clients` – identities that no living record names, clients without records, names, reminders, likenesses · `named` – whom records name
//! * `sessions` – conversations of which a part is gone
//!
//! Called by `recorder::destroy` only, in one transaction. It decides nothing and writes no act.

mod clients;
mod contents;
mod named;
mod rows;
mod sessions;
#[cfg(test)]
mod tests;

pub use rows::{Touched, living, remove};

use rusqlite::Transaction;

use super::sessions::Gaps;
use crate::privacy::BusinessKeys;

/// How many derived rows went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Clients that have no record any more.
    pub clients: u64,
    /// Identities that no living record names.
    pub identities: u64,
    /// Conversations of which nothing is left.
    pub sessions: u64,
}

/// Makes everything that [`remove`] touched what the living records say.
///
/// # Errors
/// When the database says no.
pub fn settle(tx: &Transaction<'_>, keys: &BusinessKeys, gaps: Gaps, touched: &Touched) -> rusqlite::Result<Settled> {
    let mut settled = Settled::default();
    clients::settle(tx, keys, touched, &mut settled)?;
    sessions::settle(tx, keys, gaps, touched, &mut settled)?;
    Ok(settled)
}
