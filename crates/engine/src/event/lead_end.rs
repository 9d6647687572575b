//! How a lost lead ended, as it is sealed and shown.

use serde::{Deserialize, Serialize};

/// How a lost lead ended that somebody saw to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadEnd {
    /// Spoken with: settled.
    Done,
    /// Nobody picked up, more than once.
    Unreached,
    /// They do not want it any more.
    Declined,
    /// It was no lead.
    NoLead,
}

impl LeadEnd {
    /// All of them, as they are offered.
    pub const ALL: [Self; 4] = [Self::Done, Self::Unreached, Self::Declined, Self::NoLead];

    /// As it is sealed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unreached => "unreached",
            Self::Declined => "declined",
            Self::NoLead => "no_lead",
        }
    }
}

impl std::str::FromStr for LeadEnd {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|end| end.as_str() == text);
        known.ok_or_else(|| format!("{text}: say done, unreached, declined or no_lead"))
    }
}
