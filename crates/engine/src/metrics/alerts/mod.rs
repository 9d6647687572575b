//! The rules by which something is an incident: each a question, and a pure function over its answer.
//!
//! | rule | finds | file |
//! |---|---|---|
//! | A1 | clients without an answer | `answers` |
//! | A2, A18 | the CRM is behind or refuses; what it says differs | `crm` |
//! | A3 | a channel is silent, or messages do not arrive | `silence`, `deliveries` |
//! | A4 | fewer bookings than on the same weekdays before | `drop` |
//! | A5 | the assistant is unsure more often than before | `unsure` |
//! | A6 | promised, and nothing was done | `promised` |
//! | A7, A8 | a lead that the CRM has not; nobody came | `lost` |
//! | A9 | reminders do not arrive | `deliveries` |
//! | A10 | another model, prompt or scenario answers | `changed` |
//! | A11, A12 | the audit found something; detail stays too long, the disk is full | `keeping` |
//! | A13, A14, A15 | personal data went abroad; a request is nearly due; a breach must be told | `duties` |
//! | A16 | clients of an experiment are not divided as meant | `divided` |
//! | A17 | models cost more a day than they may | `spent` |
//!
//! A rule says what it finds and what it knows to be well again; it decides nothing, and knows of no message.

mod answers;
mod changed;
mod crm;
mod deliveries;
mod divided;
pub mod drop;
mod duties;
#[cfg(test)]
mod duty_tests;
mod keeping;
mod lost;
mod promised;
mod silence;
mod spent;
mod terms;
#[cfg(test)]
mod tests;
mod unsure;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use rusqlite::Connection;

use crate::event::BusinessId;
use crate::event::incident::Severity;
use crate::event::when::{DAY_US, HOUR_US, MINUTE_US, SECOND_US};
use crate::journal::crm::differences::Portal;
use crate::journal::incidents::Incident;

pub use terms::Terms;

/// Records that a finding names; more are counted.
const NAMED: usize = 100;

/// Where a rule looks.
pub struct Ground<'a> {
    /// One state of the database.
    pub conn: &'a Connection,
    /// Whose.
    pub business: BusinessId,
    /// Since when there is this business.
    pub created_us: i64,
    /// By which clock it lives.
    pub zone: TimeZone,
    /// Now.
    pub now_us: i64,
    /// What it settled.
    pub terms: &'a Terms,
    /// What is open.
    pub open: &'a [Incident],
    /// What ended in the last week.
    pub over: &'a [Incident],
    /// What is free on the disk of the data folder, where that is known.
    pub disk_free_bytes: Option<u64>,
    /// Connections to CRMs that are plugged in.
    pub crm: &'a [Portal],
    /// How many differences there are between the journal and the CRM, and since when, where a CRM is plugged in.
    pub differences: Option<(u64, i64)>,
}

/// Something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Of one key one incident is open.
    pub key: String,
    /// How urgent.
    pub severity: Severity,
    /// The first bad event.
    pub began_us: i64,
    /// Record indexes.
    pub records: Vec<u64>,
    /// How many cases.
    pub count: u64,
    /// In the rule's own words.
    pub facts: BTreeMap<String, String>,
}

/// What one look at one rule gives.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Keys that are known to be well, and since when. A key in neither is as it was.
    pub well: BTreeMap<String, i64>,
}

/// One rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// `A1`.
    pub id: &'static str,
    /// How often it looks, in seconds: what is cheap often.
    pub every_s: u32,
    /// How much time it looks at, in minutes; 0 where it is about a state.
    pub window_min: u32,
    /// Its question.
    look: fn(&Ground<'_>, &mut Looked) -> rusqlite::Result<()>,
}

/// All that there are.
pub const RULES: [Rule; 19] = [
    Rule { id: "A1", every_s: 30, window_min: 10, look: answers::look },
    Rule { id: "A2", every_s: 30, window_min: 0, look: crm::look },
    Rule { id: "A3", every_s: 300, window_min: 2 * 24 * 60, look: silence::look },
    Rule { id: "A3", every_s: 60, window_min: 60, look: deliveries::look },
    Rule { id: "A4", every_s: 300, window_min: 24 * 60, look: drop::look },
    Rule { id: "A5", every_s: 300, window_min: 24 * 60, look: unsure::look },
    Rule { id: "A6", every_s: 300, window_min: 24 * 60, look: promised::look },
    Rule { id: "A7", every_s: 60, window_min: 24 * 60, look: lost::claimed },
    Rule { id: "A8", every_s: 60, window_min: 24 * 60, look: lost::unclaimed },
    Rule { id: "A9", every_s: 60, window_min: 24 * 60, look: deliveries::reminders },
    Rule { id: "A10", every_s: 60, window_min: 24 * 60, look: changed::look },
    Rule { id: "A11", every_s: 30, window_min: 0, look: keeping::audited },
    Rule { id: "A12", every_s: 60, window_min: 0, look: keeping::kept },
    Rule { id: "A13", every_s: 60, window_min: 24 * 60, look: duties::abroad },
    Rule { id: "A14", every_s: 300, window_min: 0, look: duties::due },
    Rule { id: "A15", every_s: 60, window_min: 0, look: duties::breach },
    Rule { id: "A16", every_s: 300, window_min: 0, look: divided::look },
    Rule { id: "A17", every_s: 60, window_min: 24 * 60, look: spent::look },
    Rule { id: "A18", every_s: 300, window_min: 0, look: crm::differences },
];

impl Rule {
    /// What it finds now.
    ///
    /// # Errors
    /// When the database says no.
    pub fn look(&self, ground: &Ground<'_>) -> rusqlite::Result<Looked> {
        let mut looked = Looked::default();
        (self.look)(ground, &mut looked)?;
        Ok(looked)
    }
}

impl Ground<'_> {
    /// The open incident of a key.
    fn open_of(&self, key: &str) -> Option<&Incident> {
        self.open.iter().find(|incident| incident.key == key)
    }

    /// Whether an incident of that key that is over had this record: a person has dealt with it.
    fn was_dealt_with(&self, key: &str, record: u64) -> bool {
        self.over.iter().any(|incident| incident.key == key && incident.records.contains(record))
    }
}

impl Finding {
    fn new(key: impl Into<String>, severity: Severity, began_us: i64) -> Self {
        Self { key: key.into(), severity, began_us, records: Vec::new(), count: 1, facts: BTreeMap::new() }
    }

    /// With evidence: as many cases as records.
    fn showing(mut self, records: impl IntoIterator<Item = u64>) -> Self {
        self.records = records.into_iter().collect();
        self.count = self.records.len() as u64;
        self.records.truncate(NAMED);
        self
    }

    fn counting(mut self, count: u64) -> Self {
        self.count = count;
        self
    }

    fn fact(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }
}

/// A share in per cent, as it is shown: one digit below ten.
fn percent(part: u64, n: u64) -> String {
    let share = part as f64 * 100.0 / n.max(1) as f64;
    if share < 10.0 { format!("{share:.1}") } else { format!("{share:.0}") }
}
