//! What a stage means to the business. Pure.
//!
//! The CRM itself says only whether a stage is under way (P), a success (S) or a failure (F). What else it means (booked, came, did not
//! come, paid) the business says of each stage by name: `lead:JUNK`, `deal:WON` of the general pipeline, `deal:C1:WON` of another one.

use std::collections::BTreeMap;

use crate::event::CrmKind;

/// What a stage means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// Somebody is at it.
    InProgress,
    /// A lead became a deal; a deal was closed.
    Won,
    /// It came to nothing.
    Lost,
    /// A visit is booked.
    Booked,
    /// The client came.
    Arrived,
    /// The client did not come.
    NoShow,
    /// Money came in.
    Paid,
    /// Nothing that the journal should know.
    Ignore,
}

impl Meaning {
    /// Reads the word of a setting.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "in_progress" => Self::InProgress,
            "won" => Self::Won,
            "lost" => Self::Lost,
            "booked" => Self::Booked,
            "arrived" => Self::Arrived,
            "no_show" => Self::NoShow,
            "paid" => Self::Paid,
            "ignore" => Self::Ignore,
            _ => return None,
        })
    }

    /// What `stage` means: as the business says; where it says nothing, as the CRM does; where that says nothing, by the stage's usual name.
    #[must_use]
    pub fn of(map: &BTreeMap<String, String>, kind: CrmKind, stage: &str, semantics: Option<&str>) -> Self {
        let said = map.get(&format!("{}:{stage}", kind.as_str())).and_then(|word| Self::parse(word));
        said.unwrap_or_else(|| match semantics.or_else(|| usual(stage)) {
            Some("S") => Self::Won,
            Some("F") => Self::Lost,
            _ => Self::InProgress,
        })
    }

    /// The types of what is told when a card comes to a stage; `is_new` where it came into being there.
    #[must_use]
    pub fn types(self, kind: CrmKind, is_new: bool, has_amount: bool) -> Vec<&'static str> {
        let is_lead = kind == CrmKind::Lead;
        let created = is_new.then_some(if is_lead { "lead_created" } else { "deal_created" });
        let reached = match self {
            Self::InProgress => (!is_new).then_some("stage_changed"),
            Self::Won => Some(if is_lead { "lead_converted" } else { "deal_won" }),
            Self::Lost => Some(if is_lead { "lead_lost" } else { "deal_lost" }),
            Self::Booked => Some("booking_created"),
            Self::Arrived => Some("visit_arrived"),
            Self::NoShow => Some("visit_no_show"),
            // Nobody knows how much: it was a success all the same.
            Self::Paid if !has_amount => Some(if is_lead { "lead_converted" } else { "deal_won" }),
            Self::Paid => Some("payment"),
            Self::Ignore => return Vec::new(),
        };
        created.into_iter().chain(reached).collect()
    }
}

/// What stages with the CRM's own names mean in every pipeline.
fn usual(stage: &str) -> Option<&'static str> {
    let name = match stage.split_once(':') {
        Some((pipeline, name)) if pipeline.starts_with('C') => name,
        _ => stage,
    };
    match name {
        "WON" | "CONVERTED" => Some("S"),
        "LOSE" | "APOLOGY" | "JUNK" => Some("F"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CrmKind::{Deal, Lead};

    fn map() -> BTreeMap<String, String> {
        let said = [
            ("lead:JUNK", "ignore"),
            ("lead:BOOKED", "booked"),
            ("deal:C1:WON", "paid"),
            ("deal:C1:EXECUTING", "arrived"),
            ("deal:LOSE", "no_show"),
            ("deal:NEW", "nonsense"),
        ];
        said.map(|(stage, word)| (stage.to_owned(), word.to_owned())).into()
    }

    #[test]
    fn the_business_says_then_the_crm_then_the_usual_name() {
        for (kind, stage, semantics, meaning) in [
            (Lead, "CONVERTED", Some("S"), Meaning::Won),
            (Lead, "CONVERTED", None, Meaning::Won),
            (Lead, "JUNK", Some("F"), Meaning::Ignore),
            (Lead, "UC_BAD", Some("F"), Meaning::Lost),
            (Lead, "BOOKED", Some("P"), Meaning::Booked),
            (Deal, "NEW", Some("P"), Meaning::InProgress),
            (Deal, "WON", Some("S"), Meaning::Won),
            (Deal, "C1:WON", Some("S"), Meaning::Paid),
            (Deal, "C2:WON", None, Meaning::Won),
            (Deal, "C2:APOLOGY", None, Meaning::Lost),
            (Deal, "C2:UC_X", None, Meaning::InProgress),
            (Deal, "C1:EXECUTING", Some("P"), Meaning::Arrived),
            (Deal, "LOSE", Some("F"), Meaning::NoShow),
            (Deal, "C1:LOSE", Some("F"), Meaning::Lost),
            // A semantics of the CRM's counts for more than a name that somebody gave another stage.
            (Deal, "C3:WON", Some("P"), Meaning::InProgress),
        ] {
            assert_eq!(Meaning::of(&map(), kind, stage, semantics), meaning, "{} {stage}", kind.as_str());
        }
    }

    #[test]
    fn each_meaning_is_told_under_its_type() {
        for (meaning, kind, is_new, has_amount, types) in [
            (Meaning::InProgress, Lead, true, false, &["lead_created"][..]),
            (Meaning::InProgress, Deal, true, true, &["deal_created"]),
            (Meaning::InProgress, Deal, false, true, &["stage_changed"]),
            (Meaning::Won, Lead, false, false, &["lead_converted"]),
            (Meaning::Won, Deal, false, true, &["deal_won"]),
            (Meaning::Won, Deal, true, true, &["deal_created", "deal_won"]),
            (Meaning::Lost, Lead, false, false, &["lead_lost"]),
            (Meaning::Lost, Deal, false, false, &["deal_lost"]),
            (Meaning::Booked, Lead, false, false, &["booking_created"]),
            (Meaning::Arrived, Deal, false, false, &["visit_arrived"]),
            (Meaning::NoShow, Deal, false, false, &["visit_no_show"]),
            (Meaning::Paid, Deal, false, true, &["payment"]),
            (Meaning::Paid, Deal, false, false, &["deal_won"]),
            (Meaning::Ignore, Deal, true, true, &[]),
        ] {
            assert_eq!(meaning.types(kind, is_new, has_amount), types, "{meaning:?} of {}", kind.as_str());
        }
    }
}
