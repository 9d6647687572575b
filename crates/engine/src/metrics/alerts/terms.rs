//! When something is an incident, as the business has settled it: the part `alerts` of what is known.

use jiff::tz::TimeZone;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::RULES;
use crate::event::BusinessId;
use crate::journal::incidents::Quiet;
use crate::journal::known::{self, ALERTS};

/// The settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Terms {
    /// Rules that do not look.
    pub off: Vec<String>,
    /// Nobody is told of what can wait from this minute after midnight on.
    pub quiet_from_min: u32,
    /// Until this one.
    pub quiet_to_min: u32,
    /// A1: an answer has so long, in seconds.
    pub answer_s: u32,
    /// A1: so many without an answer in ten minutes.
    pub unanswered: u32,
    /// A2: an entry may wait so long, in minutes.
    pub crm_lag_min: u32,
    /// A3, A9: more per cent of messages than this do not arrive.
    pub failed_percent: u32,
    /// A12: less free space on the disk, in MiB.
    pub disk_free_mib: u32,
    /// A12: hours since the last retention run.
    pub retention_hours: u32,
    /// A17: models may cost so much a day, in whole units; none: nobody said.
    pub budget_day: Option<u32>,
    /// A17: of which currency.
    pub budget_currency: String,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            off: Vec::new(),
            quiet_from_min: 22 * 60,
            quiet_to_min: 8 * 60,
            answer_s: 60,
            unanswered: 3,
            crm_lag_min: 5,
            failed_percent: 10,
            disk_free_mib: 1024,
            retention_hours: 36,
            budget_day: None,
            budget_currency: "RUB".into(),
        }
    }
}

impl Terms {
    /// What the business settled last; the defaults where nothing, or what a later version wrote.
    ///
    /// # Errors
    /// When the database says no.
    pub fn of(conn: &Connection, business: BusinessId) -> rusqlite::Result<Self> {
        let known = known::of(conn, business)?.into_iter().find(|(what, _)| what == ALERTS);
        Ok(known.and_then(|(_, value)| serde_json::from_str(&value).ok()).unwrap_or_default())
    }

    /// What is wrong with it, in words.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let unknown = self.off.iter().find(|id| !RULES.iter().any(|rule| rule.id == id.as_str()));
        match () {
            () if unknown.is_some() => unknown.map(|id| format!("{id} is no rule; see letopis alerts list")),
            () if self.quiet_from_min >= 24 * 60 || self.quiet_to_min > 24 * 60 => Some("quiet hours are times of a day".into()),
            () if self.answer_s == 0 || self.unanswered == 0 || self.crm_lag_min == 0 => Some("time and number are at least 1".into()),
            () if self.failed_percent >= 100 => Some("failed_percent is below 100".into()),
            () if self.retention_hours < 25 => Some("a retention run is once a day: retention_hours is at least 25".into()),
            () if self.budget_currency.len() != 3 => Some("a currency has three letters: RUB".into()),
            () => None,
        }
    }

    /// Whether a rule looks.
    #[must_use]
    pub fn looks(&self, rule: &str) -> bool {
        !self.off.iter().any(|off| off == rule)
    }

    /// When nobody is to be woken.
    #[must_use]
    pub fn quiet(&self, zone: TimeZone) -> Quiet {
        Quiet { from_min: self.quiet_from_min, to_min: self.quiet_to_min, zone }
    }
}
