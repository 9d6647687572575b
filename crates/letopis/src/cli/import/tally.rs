//! What came of an import.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Faults listed in full; more are only counted.
const LISTED: usize = 100;

/// Counts of one file, kept over an interruption.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    /// Places of the file that were looked at.
    pub read: u64,
    /// New events.
    pub accepted: u64,
    /// Events that were there already, byte for byte.
    pub duplicates: u64,
    /// Of the new ones, those whose id another event has: both are kept and marked.
    pub conflicts: u64,
    /// Of the new ones, those that are older than detail is kept in this business.
    #[serde(default)]
    pub over: u64,
    /// For how many days it is kept.
    #[serde(default)]
    pub kept_days: u16,
    /// Places that are no events; those that the check refused are in quarantine.
    pub rejected: u64,
    /// The first of them.
    pub faults: Vec<Fault>,
    /// Why the rest of the file could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// One place that is no event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fault {
    /// Where: the line in line formats, the running number in the others.
    pub position: u64,
    /// What is wrong, without personal data.
    pub reason: String,
}

impl Tally {
    /// Whether everything in the file is in the journal.
    pub(super) fn complete(&self) -> bool {
        self.rejected == 0 && self.stopped.is_none()
    }

    /// What to say when the next retention run would let go of what was just brought in.
    pub(super) fn warning(&self) -> Option<String> {
        (self.over > 0).then(|| {
            format!(
                "{} of the new events are older than the {} days for which detail is kept here: the next retention run, at night, lets them \
                 go. To keep some of them, place holds before (letopis retention hold) or set a longer policy (letopis retention set)",
                self.over, self.kept_days
            )
        })
    }

    /// Notes a fault; says whether it is among the listed ones.
    pub(super) fn reject(&mut self, position: u64, reason: String) -> bool {
        self.rejected += 1;
        let listed = self.faults.len() < LISTED;
        if listed {
            self.faults.push(Fault { position, reason });
        }
        listed
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} new, {} known already, {} rejected", self.accepted, self.duplicates, self.rejected)?;
        if self.conflicts > 0 {
            write!(f, "; {} of the new ones have the id of another event (was the mapping changed?)", self.conflicts)?;
        }
        if let Some(why) = &self.stopped {
            write!(f, "; stopped: {why}")?;
        }
        Ok(())
    }
}
