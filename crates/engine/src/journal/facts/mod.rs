//! What a business says of itself – prices, hours, services – and where an answer says otherwise.
//!
//! * `list` – what is uploaded, as people write price lists · `week` – opening hours · `words` – an answer as words, numbers and marks
//! * `prices`, `hours`, `services` – one kind of contradiction each · `faq`, `contacts` – what questions and answers say
//!
//! Pure: the list and an answer in, contradictions out. Only what can be decided from the list is one: a sum without a service that is on the
//! list, an hour that no day rules out, a service of a list that is not whole are none. How well it does is measured on `labelled.tsv`.

mod contacts;
mod faq;
mod hours;
mod list;
#[cfg(test)]
mod measured;
mod prices;
mod services;
mod week;
mod words;

use serde::{Deserialize, Serialize};

use contacts::Contacts;
pub use faq::Question;
use faq::Topic;
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
    /// Questions and answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faq: Vec<Question>,
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
    /// Another phone, mail, site or address.
    Contact,
    /// Another condition than the FAQ names: a time, a share, a sum, an age, yes or no.
    Condition,
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
        Ok(Self { complete: complete && !services.is_empty(), services, week, faq: Vec::new() })
    }

    /// The same with questions and answers; nothing says nothing.
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub fn with_faq(self, faq: &str) -> Result<Self, Unreadable> {
        Ok(Self { faq: faq::read(faq)?, ..self })
    }

    /// Questions and answers as they can be read again.
    #[must_use]
    pub fn faq_text(&self) -> String {
        self.faq.iter().map(Question::shown).collect::<Vec<_>>().join("\n\n")
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
            Self::Contact => "contact",
            Self::Condition => "condition",
        }
    }
}

/// The facts, read once for many answers.
pub struct Reader<'a> {
    facts: &'a Facts,
    contacts: Contacts,
    topics: Vec<Topic<'a>>,
}

impl<'a> Reader<'a> {
    /// Reads them.
    #[must_use]
    pub fn of(facts: &'a Facts) -> Self {
        let mut contacts = Contacts::default();
        facts.faq.iter().for_each(|entry| contacts.join(Contacts::of(&format!("{}\n{}", entry.question, entry.answer))));
        Self { facts, contacts, topics: faq::topics(&facts.faq) }
    }

    /// Where an answer says otherwise. `asked` is what the client said before it; `today` the day on which it was said.
    #[must_use]
    pub fn contradictions(&self, answer: &str, asked: Option<&str>, today: jiff::civil::Date) -> Vec<Contradiction> {
        let (said, question) = (Text::of(answer), asked.map(Text::of));
        let mut found = prices::check(self.facts, &said, question.as_ref());
        if let Some(week) = &self.facts.week {
            found.extend(hours::check(week, &said, today));
        }
        if self.facts.complete {
            found.extend(services::check(self.facts, &said));
        }
        if !self.facts.faq.is_empty() {
            found.extend(contacts::check(&self.contacts, answer, asked));
            found.extend(faq::check(&self.topics, &said, question.as_ref()));
        }
        found.dedup();
        found
    }
}

/// The same for one answer.
#[cfg(test)]
fn contradictions(facts: &Facts, answer: &str, asked: Option<&str>, today: jiff::civil::Date) -> Vec<Contradiction> {
    Reader::of(facts).contradictions(answer, asked, today)
}
