//! An incident as it is sealed: something went wrong from a moment on, somebody saw it, it ended. Opened by a rule (`by` is `rules`) or by a person.
//!
//! No free text and nobody's name: a person chooses what is the matter from a list and shows the record, so that an erasure finds nothing here.
//! An incident is named by the record index of the decision that opened it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// On whose word a rule decides.
pub const RULES: &str = "rules";

/// How urgent it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// To be known; nobody has to do anything, and it is in no mean.
    Info,
    /// To be done today.
    Warning,
    /// To be done now: also at night.
    Critical,
}

/// How an incident ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It was repaired.
    Fix,
    /// What was changed was put back.
    Rollback,
    /// It was none: in no mean.
    FalseAlarm,
    /// What the rule looks at is well again; nobody said why.
    Passed,
}

/// What a person says is the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// The assistant said what is not so.
    WrongAnswer,
    /// It promised, and nothing was done.
    Unkept,
    /// It did not understand.
    NotUnderstood,
    /// It was rude.
    Rude,
    /// Something does not work.
    Technical,
    /// Something else.
    Other,
}

/// Something goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// `A1` to `A18`; `hand` where a person opened it.
    pub rule: String,
    /// Of one key one incident is open; more evidence joins it.
    pub key: String,
    /// How urgent.
    pub severity: Severity,
    /// The moment of the first bad event.
    pub began_us: i64,
    /// Record indexes: `3,5-7`.
    pub records: String,
    /// How many cases the rule counts: not less than there are records.
    pub count: u64,
    /// What the rule found, in words of its own: numbers as they are shown, names of channels and connections.
    pub facts: BTreeMap<String, String>,
}

/// There is more of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Growth {
    /// Which.
    pub incident: u64,
    /// Records that join its evidence.
    pub records: String,
    /// How many cases there are now.
    pub count: u64,
    /// What the rule finds now.
    pub facts: BTreeMap<String, String>,
}

/// It is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// Which.
    pub incident: u64,
    /// How.
    pub how: Ending,
    /// When it really began, where somebody knows better than the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_us: Option<i64>,
    /// When the first good event was seen.
    pub recovered_us: i64,
}

/// An enum of words that are sealed, stored and shown under one name.
macro_rules! named {
    ($type:ty, $rule:literal, $($variant:ident = $name:literal),+) => {
        impl $type {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(|| format!("{text}: say {}", $rule))
            }
        }
    };
}

named!(Severity, "info, warning or critical", Info = "info", Warning = "warning", Critical = "critical");
named!(Ending, "fix, rollback, false_alarm or passed", Fix = "fix", Rollback = "rollback", FalseAlarm = "false_alarm", Passed = "passed");
named!(
    Matter,
    "wrong_answer, unkept, not_understood, rude, technical or other",
    WrongAnswer = "wrong_answer",
    Unkept = "unkept",
    NotUnderstood = "not_understood",
    Rude = "rude",
    Technical = "technical",
    Other = "other"
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_name_is_sealed_as_it_is_shown() {
        for severity in Severity::ALL {
            assert_eq!(serde_json::to_value(severity).unwrap(), severity.as_str());
            assert_eq!(severity.as_str().parse(), Ok(*severity));
        }
        for ending in Ending::ALL {
            assert_eq!(serde_json::to_value(ending).unwrap(), ending.as_str());
        }
        for matter in Matter::ALL {
            assert_eq!(serde_json::to_value(matter).unwrap(), matter.as_str());
        }
        assert!("boring".parse::<Matter>().is_err());
        assert!(Severity::Critical > Severity::Info);
    }
}
