//! What a business says of itself – prices, hours, services – and where an answer says otherwise.
//!
//! * `list` – what is uploaded, as people write price lists · `week` – opening hours · `words` – an answer as words, numbers and marks
//! * `prices`, `hours`, `services` – one kind of contradiction each
//!
//! Pure: the list and an answer in, contradictions out. Only what can be decided from the list is one: a sum without a service that is on the
//! list, an hour that no day rules out, a service of a list that is not whole are none. How well it does is measured on `labelled.tsv`.

mod hours;
mod list;
#[cfg(test)]
mod measured;
mod prices;
mod services;
mod week;
mod words;

use serde::{Deserialize, Serialize};

#[cfg(test)]
use list::read;
pub use list::{Service, Unreadable};
pub use week::Week;
use words::Text;

/// What a business says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// Services and prices.
    pub services: Vec<Service>,
    /// There are no others: one that is not on the list is unknown.
    pub complete: bool,
    /// Opening hours.
    pub week: Option<Week>,
}

/// What an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Another price.
    Price,
    /// An hour outside the timetable.
    Hour,
    /// A service that is not on the list.
    Service,
}

/// Where an answer says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// What it is about.
    pub about: About,
    /// What the answer says, in short.
    pub said: String,
    /// What the list says; nothing of an unknown service.
    pub listed: String,
}

impl Facts {
    /// Reads what is uploaded: a list of services, and hours; nothing of either says nothing.
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub fn read(services: &str, hours: &str, complete: bool) -> Result<Self, Unreadable> {
        let week = if hours.trim().is_empty() { None } else { Some(Week::read(hours)?) };
        let services = list::read(services)?;
        // A list of nothing is no list that is whole.
        Ok(Self { complete: complete && !services.is_empty(), services, week })
    }

    /// The list as it can be read again, a service a line.
    #[must_use]
    pub fn text(&self) -> String {
        self.services.iter().map(Service::shown).collect::<Vec<_>>().join("\n")
    }
}

impl About {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Hour => "hour",
            Self::Service => "service",
        }
    }
}

/// Where an answer says otherwise than the list. `asked` is what the client said before it; `today` the day on which it was said.
#[must_use]
pub fn contradictions(facts: &Facts, answer: &str, asked: Option<&str>, today: jiff::civil::Date) -> Vec<Contradiction> {
    let (answer, asked) = (Text::of(answer), asked.map(Text::of));
    let mut found = prices::check(facts, &answer, asked.as_ref());
    if let Some(week) = &facts.week {
        found.extend(hours::check(week, &answer, today));
    }
    if facts.complete {
        found.extend(services::check(facts, &answer));
    }
    found.dedup();
    found
}
