//! Files of other systems become events.
//!
//! [`open`] turns one file into a stream of [`Item`]s: the JSON bytes of one event each, in the order of the file, ready for the
//! events API. Nothing here posts, stores or looks at a clock, so an import takes the same way as every other event.
//!
//! Two properties make an import safe to repeat. Every event has an `event_id` that follows from its content, so a second run gives
//! duplicates and not new records. Every item has a position, so an interrupted run goes on with [`Options::after`].
//! A bad line is an error item that names its position; reading goes on behind it. Line formats and JSON arrays need memory for one
//! item, whatever the size of the file.

mod csv;
mod dialogue_txt;
mod elements;
mod format;
mod ids;
mod json;
mod lines;
mod pace;
mod sgd;

#[cfg(test)]
mod tests;

use std::io::BufRead;

pub use csv::{Columns, MappingError};
pub use format::{Format, UnknownFormat};
pub use pace::{BadStart, Start};

/// What a file is read from. `Send`, because reading is done off the async threads.
pub type Input = Box<dyn BufRead + Send>;

/// The items of one file.
pub type Events = Box<dyn Iterator<Item = Result<Item, ImportError>> + Send>;

/// One event out of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where it came from: the line in line formats, the running number of the event in the others. Strictly grows along the file.
    pub position: u64,
    /// The event as JSON (schema v1).
    pub event: Vec<u8>,
}

/// Why something in a file is not an event.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// One item is bad; the next call goes on behind it.
    #[error("{unit} {position}: {reason}")]
    Bad {
        /// What the position counts: `line`, `row`, `element`, `dialogue`.
        unit: &'static str,
        /// Which one, from 1.
        position: u64,
        /// What is wrong, without repeating personal data.
        reason: String,
    },
    /// Nothing more can be read from this file.
    #[error("the file cannot be read any further: {0}")]
    Stopped(String),
}

/// What the formats need to know beyond the file. `Options::default()` is right for JSONL and for most CSV files.
#[derive(Debug, Clone)]
pub struct Options {
    /// Items up to and including this position were imported before and are left out.
    pub after: u64,
    /// A short name of the source, part of the ids where the file itself has none (dialogue-txt).
    pub source: String,
    /// The channel of events that name none.
    pub channel: Option<String>,
    /// Schema-Guided Dialogue: only dialogues of these services; `*` at the end stands for anything.
    pub services: Option<String>,
    /// When the first dialogue of a file without timestamps begins.
    pub start: Start,
    /// CSV: which column is which field.
    pub columns: Columns,
}

impl Default for Options {
    fn default() -> Self {
        Self { after: 0, source: "file".to_owned(), channel: None, services: None, start: Start::default(), columns: Columns::default() }
    }
}

/// Reads `input` as `format`. A file that cannot be used at all gives one [`ImportError::Stopped`] and ends.
pub fn open(format: Format, input: Input, options: Options) -> Events {
    let after = options.after;
    let items: Events = match format {
        Format::Jsonl => Box::new(json::lines(input)),
        Format::Json => Box::new(json::elements(input)),
        Format::Csv => csv::open(input, &options),
        Format::Sgd => Box::new(sgd::open(input, &options)),
        Format::DialogueTxt => Box::new(dialogue_txt::open(input, &options)),
    };
    Box::new(items.filter(move |item| match item {
        Ok(item) => item.position > after,
        Err(ImportError::Bad { position, .. }) => *position > after,
        Err(ImportError::Stopped(_)) => true,
    }))
}

/// The error item of one bad place.
fn bad(unit: &'static str, position: u64, reason: impl Into<String>) -> ImportError {
    ImportError::Bad { unit, position, reason: reason.into() }
}
