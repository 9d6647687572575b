//! What is stored and how it is asked.
//!
//! Written only by the recorder, in one transaction a batch: `append` (entry, blob, row, words), `clients` and `sessions` (who wrote, in
//! which conversation; `chains` where nobody says), `quarantine`, `forwards` (what a bot did not take), and where records go `gone` and `acts`. `projection` computes a row from R; `session` sums a
//! conversation up. `deliveries` are what became of messages that left, `promises` are what the assistant said, against what was done, `model_calls` what models cost, `incidents` what went wrong and how it ended, `experiments` what is compared, `duties` what the law sets a time for, `reviews` what people look at and find, `facts` what a business says of itself, `scenarios` what it tells its bots. `stems` is the Russian of the search index. Reading comes from `reading` and
//! `evidence`. `schema.sql` is the map of all tables.

pub mod acts;
pub mod anonymised;
pub mod append;
pub mod audits;
mod cache;
pub mod cases;
pub mod chains;
#[cfg(test)]
mod chains_tests;
pub mod clients;
pub mod copies;
pub mod crm;
pub mod days;
pub mod deliveries;
pub mod details;
pub mod duties;
pub mod epochs;
pub mod erasing;
pub mod event_rows;
pub mod evidence;
pub mod experiments;
pub mod extent;
pub mod facts;
pub mod forwards;
pub mod gone;
pub mod incidents;
pub mod known;
pub mod labels;
pub mod lead_work;
pub mod log;
pub mod merges;
pub mod model_calls;
mod naming;
pub mod progress;
pub mod projection;
pub mod promises;
pub mod quarantine;
pub mod reading;
pub mod record_days;
pub mod remnants;
pub mod reports;
pub mod retention;
pub mod reviews;
pub mod scenarios;
pub mod segments;
pub mod session;
mod session_rows;
pub mod sessions;
#[cfg(test)]
mod sessions_tests;
pub mod stems;
#[cfg(any(test, feature = "testing"))]
#[doc(hidden)]
pub mod testing;
pub mod verify;
pub mod witnesses;

pub use cache::Generations;
pub use progress::Progress;
pub use session_rows::by_pid as session_by_pid;

/// The tables of this room.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Gives a connection the SQL functions that the tables use.
///
/// # Errors
/// When SQLite refuses them.
pub fn setup(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    use rusqlite::functions::FunctionFlags;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY.complement();
    connection.create_scalar_function("stems", 1, flags, |context| Ok(stems::stems(context.get_raw(0).as_str().unwrap_or(""))))
}
