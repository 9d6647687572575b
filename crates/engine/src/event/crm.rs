//! CRM card ids in their usual spellings: `BX_LEAD_4521`, `LEAD_4521`, `L_4521`, `CRM_DEAL_12`, `lead:4521`, or a bare number.

use std::fmt;

/// What kind of card it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CrmKind {
    /// A request that nobody has qualified yet.
    Lead,
    /// A sale in progress.
    Deal,
    /// A person.
    Contact,
    /// A firm.
    Company,
    /// A bare number: which kind is not said.
    Unknown,
}

impl CrmKind {
    /// `lead`, `deal`, `contact`, `company` or `unknown`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Deal => "deal",
            Self::Contact => "contact",
            Self::Company => "company",
            Self::Unknown => "unknown",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "l" | "lead" => Self::Lead,
            "d" | "deal" => Self::Deal,
            "c" | "contact" => Self::Contact,
            "co" | "company" => Self::Company,
            _ => return None,
        })
    }
}

/// One card of the CRM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CrmRef {
    /// What kind of card it is.
    pub kind: CrmKind,
    /// Its number.
    pub id: u64,
}

impl CrmRef {
    /// Reads an id; `None` for a spelling that is not known (it is then kept as written and matches only itself).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.trim().to_lowercase();
        let words: Vec<&str> = lower.split(['_', ':', '-', '/', '#', ' ']).filter(|word| !word.is_empty()).collect();
        let (id, words) = words.split_last()?;
        if !id.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let id = id.parse().ok().filter(|id| *id > 0)?;
        let words = match words {
            ["bx" | "bx24" | "b24" | "bitrix" | "bitrix24" | "crm", rest @ ..] => rest,
            all => all,
        };
        let kind = match words {
            [] => CrmKind::Unknown,
            [word] => CrmKind::named(word)?,
            _ => return None,
        };
        Some(Self { kind, id })
    }
}

impl fmt::Display for CrmRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.id)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_usual_spelling_names_its_card() {
        for (text, kind, id) in [
            ("BX_LEAD_4521", CrmKind::Lead, 4521),
            ("LEAD_4521", CrmKind::Lead, 4521),
            ("L_4521", CrmKind::Lead, 4521),
            ("lead:4521", CrmKind::Lead, 4521),
            ("CRM_DEAL_12", CrmKind::Deal, 12),
            ("D_12", CrmKind::Deal, 12),
            ("bx_contact_7", CrmKind::Contact, 7),
            ("C_7", CrmKind::Contact, 7),
            ("CO_9", CrmKind::Company, 9),
            ("Bitrix24 company #9", CrmKind::Company, 9),
            (" 4521 ", CrmKind::Unknown, 4521),
            ("BX_4521", CrmKind::Unknown, 4521),
        ] {
            assert_eq!(CrmRef::parse(text), Some(CrmRef { kind, id }), "{text}");
        }
        assert_eq!(CrmRef::parse("BX_LEAD_4521").unwrap().to_string(), "lead:4521");
    }

    #[test]
    fn other_spellings_stay_as_written() {
        for text in ["", "lead", "LEAD_", "LEAD_45x", "LEAD_0", "order_12", "a_b_c_1", "99999999999999999999999", "4521_LEAD", "_", "-5x"] {
            assert_eq!(CrmRef::parse(text), None, "{text}");
        }
    }
}
