//! Badges: what was proved about each shown event, in words.
//!
//! Green only when the sealed record opens, is what the log committed to, is covered by a signed checkpoint, and every field on the screen
//! is what the record says. Amber while the signature is still to come. Red names what differs.

use rusqlite::Connection;

use super::super::labels::Chip;
use super::super::language::Texts;
use super::Books;
use crate::event::{Event, RecordNo, record};
use crate::journal::deliveries::Fate;
use crate::journal::evidence::{self, EvidenceError};
use crate::journal::projection::EventRow;

/// What a badge says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    Green,
    Amber,
    Red,
}

/// The badge of one event.
pub(super) struct Badge {
    pub(super) colour: Colour,
    /// One sentence.
    pub(super) says: String,
    /// What differs, for red.
    pub(super) because: Option<String>,
}

/// A shown event with its badge and, if its record can be read, with everything it says.
pub(super) struct Seen {
    pub(super) row: EventRow,
    pub(super) badge: Badge,
    pub(super) event: Option<Event>,
    /// What the assistant promises in it, and whether that was done.
    pub(super) promised: Vec<Chip>,
    /// What became of the message that it tells of.
    pub(super) fate: Option<Fate>,
}

impl Seen {
    /// The platform's word on a message whose sending is in the journal.
    pub(super) fn is_known_echo(&self) -> bool {
        self.event.as_ref().is_some_and(Event::is_echo) && self.fate.is_some_and(|fate| fate.is_sending_known)
    }
}

/// The badge of the whole conversation.
pub(super) struct Verdict {
    pub(super) colour: Colour,
    pub(super) says: String,
    pub(super) explained: String,
    /// The number of the first record that does not match.
    pub(super) first_wrong: Option<u64>,
}

impl Colour {
    /// Class and icon.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Green => "proved",
            Self::Amber => "unsigned",
            Self::Red => "differs",
        }
    }
}

/// Opens, checks and compares one event.
pub(super) fn look(conn: &Connection, books: &Books, t: &Texts, row: EventRow) -> Seen {
    let opened = evidence::open_record(conn, &books.keys, RecordNo::from_i64(row.record));
    let event = opened.as_ref().ok().and_then(|opened| {
        let (_, client_bytes) = record::split(&opened.r).ok()?;
        Event::read(client_bytes).ok()
    });
    let checked = opened.and_then(|opened| {
        evidence::compare(&row, &opened)?;
        evidence::inclusion(&books.log, &opened)
    });
    Seen { badge: badge(t, checked.map(drop)), row, event, promised: Vec::new(), fate: None }
}

fn badge(t: &Texts, checked: Result<(), EvidenceError>) -> Badge {
    let (colour, says, because) = match checked {
        Ok(()) => (Colour::Green, t.say("badge-green"), None),
        Err(EvidenceError::NotSigned(_)) => (Colour::Amber, t.say("badge-amber"), None),
        Err(EvidenceError::Shown { columns, .. }) => {
            let names: Vec<String> = columns.split(", ").map(|column| t.of("column", column)).collect();
            (Colour::Red, t.of("badge-red-shown", &names.join(", ")), None)
        }
        Err(EvidenceError::NoBlob(_)) => (Colour::Red, t.say("badge-red-gone"), None),
        Err(other) => (Colour::Red, t.say("badge-red-altered"), Some(other.to_string())),
    };
    Badge { colour, says, because }
}

impl Verdict {
    /// The worst of the badges decides.
    pub(super) fn of(t: &Texts, seen: &[Seen]) -> Self {
        let count = |colour| seen.iter().filter(|seen| seen.badge.colour == colour).count();
        let (red, amber) = (count(Colour::Red), count(Colour::Amber));
        let (colour, says) = match (red, amber) {
            (0, 0) => (Colour::Green, t.count("verdict-green", seen.len())),
            (0, amber) => (Colour::Amber, t.count("verdict-amber", amber)),
            (red, _) => (Colour::Red, t.count("verdict-red", red)),
        };
        let explained = t.say(match colour {
            Colour::Green => "verdict-green-help",
            Colour::Amber => "verdict-amber-help",
            Colour::Red => "verdict-red-help",
        });
        let wrong = seen.iter().find(|seen| seen.badge.colour == Colour::Red);
        Self { colour, says, explained, first_wrong: wrong.map(|seen| RecordNo::from_i64(seen.row.record).index()) }
    }
}
