//! A synthetic month of two firms, a salon and a clinic, as events.
//!
//! [`month`] gives the JSON bytes of every event with its firm and moment, in the order of time; whoever calls it posts them to the API as
//! any assistant would. The same seed and the same last moment give the same bytes. Nothing here is real: names come from a list,
//! phones from a code nobody has ([`people`]), and every event says `"meta":{"synthetic":true}`.
//!
//! What there is to find in it: six ways to lose a lead and more, a broken afternoon (day −9) with a rollback, a change of model
//! (day −12), an experiment, clients in two messengers with one phone, masked phones, no-shows that follow unanswered reminders, calls of models with
//! tokens and prices, and a model that nobody set a price for.
//!
//! `shops`, `people`, `agenda`, `hours`, `models`, `era` the world — `words` what is said — `talk` one dialogue — `scenes` what it is about — `stage` the
//! month of one firm.

mod agenda;
mod dice;
mod era;
mod hours;
mod models;
mod people;
mod scenes;
mod shops;
mod stage;
mod talk;
#[cfg(test)]
mod tests;
mod words;

use jiff::Timestamp;

/// One of the two firms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shop {
    /// A beauty salon, about 32 dialogues a day.
    Salon,
    /// A clinic, about 17 dialogues a day; closed on Sundays, though people write.
    Clinic,
}

/// An event and when it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// Whose it is.
    pub shop: Shop,
    /// Its `timestamp`.
    pub at: Timestamp,
    /// The event as JSON (schema v1).
    pub event: Vec<u8>,
}

impl Shop {
    /// Both, in the order of their creation.
    pub const ALL: [Self; 2] = [Self::Salon, Self::Clinic];

    /// A short name for commands and addresses.
    #[must_use]
    pub fn slug(self) -> &'static str {
        self.script().slug
    }

    /// The name people see.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.script().title
    }

    fn script(self) -> &'static shops::Shop {
        match self {
            Self::Salon => &shops::SALON,
            Self::Clinic => &shops::CLINIC,
        }
    }
}

/// The thirty days up to `end` (its own day included), both firms, in the order of time; nothing in it is later than `end`.
pub fn month(seed: u64, end: Timestamp) -> impl Iterator<Item = Happening> {
    let mut happenings: Vec<Happening> = Shop::ALL.into_iter().flat_map(|shop| stage::play(shop.script(), seed, end)).collect();
    // Stable: events of one moment stay in the order of their dialogue.
    happenings.sort_by_key(|happening| happening.at);
    happenings.into_iter()
}
