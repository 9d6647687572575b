//! How long things are kept: the policy of a business as a decision carries it, and what a hold is placed on.

use super::when::DAY_US;
use serde::{Deserialize, Serialize};

/// What happens to detail when its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// It goes.
    Expire,
    /// It goes, and rows without personal data stay.
    Anonymise,
}

impl Then {
    /// In tables, forms and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expire => "expire",
            Self::Anonymise => "anonymise",
        }
    }
}

impl std::str::FromStr for Then {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        [Self::Expire, Self::Anonymise].into_iter().find(|then| then.as_str() == text).ok_or(PolicyError::Then)
    }
}

/// How long a business keeps what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Conversations, event by event: 30 to 90 days after the last event.
    pub detail_days: u16,
    /// Sums by day and anonymised rows.
    pub aggregates_days: u16,
    /// What comes after the detail.
    pub then: Then,
}

impl Default for Policy {
    fn default() -> Self {
        Self { detail_days: 90, aggregates_days: 365, then: Then::Expire }
    }
}

/// Why a policy is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Too short to settle a dispute, or longer than the purpose.
    #[error("detail is kept 30 to 90 days")]
    Detail,
    /// Shorter than the detail, or beyond five years.
    #[error("sums by day are kept at least as long as the detail, at most 1830 days")]
    Aggregates,
    /// Another word.
    #[error("after the detail comes expire or anonymise")]
    Then,
}

impl Policy {
    /// The same if it is one that may be set.
    ///
    /// # Errors
    /// Which part is not.
    pub fn checked(self) -> Result<Self, PolicyError> {
        match self {
            Self { detail_days: ..30 | 91.., .. } => Err(PolicyError::Detail),
            Self { aggregates_days, detail_days, .. } if !(detail_days..=1830).contains(&aggregates_days) => Err(PolicyError::Aggregates),
            _ => Ok(self),
        }
    }

    /// Detail of before this moment is over at `now_us`.
    #[must_use]
    pub fn detail_before_us(&self, now_us: i64) -> i64 {
        now_us - i64::from(self.detail_days) * DAY_US
    }

    /// The same for sums and anonymised rows.
    #[must_use]
    pub fn aggregates_before_us(&self, now_us: i64) -> i64 {
        now_us - i64::from(self.aggregates_days) * DAY_US
    }
}

/// What a hold keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldOn {
    /// Every conversation of a client.
    Client,
    /// One conversation.
    Session,
}

impl HoldOn {
    /// In tables, forms and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Session => "session",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_has_its_bounds() {
        let policy = |detail_days, aggregates_days| Policy { detail_days, aggregates_days, then: Then::Expire }.checked().map(|_| ());
        assert_eq!((policy(30, 30), policy(90, 365)), (Ok(()), Ok(())));
        assert_eq!((policy(29, 365), policy(91, 365)), (Err(PolicyError::Detail), Err(PolicyError::Detail)));
        assert_eq!((policy(60, 59), policy(60, 1831)), (Err(PolicyError::Aggregates), Err(PolicyError::Aggregates)));
        assert_eq!(Policy::default().checked(), Ok(Policy::default()));
    }
}
