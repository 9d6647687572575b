//! What people say about differences between the journal and a CRM, in words of a fixed list: a decision is sealed for ever, and free text
//! would sooner or later name somebody.

use serde::{Deserialize, Serialize};

/// Why nobody has to do anything about a card or a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aside {
    /// The client came another way: a call, a visit, a form.
    Elsewhere,
    /// Spam, or a supplier.
    Spam,
    /// Somebody tried something out.
    Test,
    /// A double that is merged or closed in the CRM.
    Double,
    /// The client's data was erased here.
    Erased,
    /// Nothing of it is needed any more.
    Needless,
}

impl Aside {
    /// All of them, as they are offered.
    pub const ALL: [Self; 6] = [Self::Elsewhere, Self::Spam, Self::Test, Self::Double, Self::Erased, Self::Needless];

    /// As it is sealed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Elsewhere => "elsewhere",
            Self::Spam => "spam",
            Self::Test => "test",
            Self::Double => "double",
            Self::Erased => "erased",
            Self::Needless => "needless",
        }
    }

    /// Reads a word of the list.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// Who is right where two tell different ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// What stands in the CRM.
    Crm,
    /// What the journal was told by others; the card is put right there by a person.
    Journal,
}

impl Right {
    /// As it is sealed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Crm => "crm",
            Self::Journal => "journal",
        }
    }

    /// Reads one of the two words.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Crm, Self::Journal].into_iter().find(|known| known.as_str() == word)
    }
}
