//! On what ground a client's data must go: a word of the law that stands in the decision, the act and its entry.

use serde::{Deserialize, Serialize};

/// Why a client's data must go (152-FZ, articles 5, 14, 20, 21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The client withdrew their consent.
    Withdrawal,
    /// The client, or the regulator, asked for it.
    Request,
    /// The data was processed unlawfully.
    Unlawful,
    /// The purpose is reached.
    Purpose,
}

impl Basis {
    /// All of them, as they are offered.
    pub const ALL: [Self; 4] = [Self::Withdrawal, Self::Request, Self::Unlawful, Self::Purpose];

    /// As it is sealed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawal => "withdrawal",
            Self::Request => "request",
            Self::Unlawful => "unlawful",
            Self::Purpose => "purpose",
        }
    }
}

impl std::str::FromStr for Basis {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|basis| basis.as_str() == text);
        known.ok_or_else(|| format!("{text}: say withdrawal, request, unlawful or purpose"))
    }
}
