//! The kinds of cards and their three names: a number, a word in method names, a word in timelines and searches.

/// A kind of card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 1
    Lead,
    /// 2
    Deal,
    /// 3
    Contact,
    /// 4
    Company,
}

impl Kind {
    /// All of them, in the order in which duplicates are looked for.
    pub const ALL: [Kind; 4] = [Kind::Lead, Kind::Contact, Kind::Company, Kind::Deal];

    /// `entityTypeId`
    pub fn number(self) -> u64 {
        match self {
            Kind::Lead => 1,
            Kind::Deal => 2,
            Kind::Contact => 3,
            Kind::Company => 4,
        }
    }

    /// By `entityTypeId`.
    pub fn of_number(number: u64) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// `lead`, as in `crm.lead.add` and `ENTITY_TYPE`
    pub fn word(self) -> &'static str {
        match self {
            Kind::Lead => "lead",
            Kind::Deal => "deal",
            Kind::Contact => "contact",
            Kind::Company => "company",
        }
    }

    /// By its word, whatever the case.
    pub fn of_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(word))
    }

    /// `LEAD`
    pub fn upper(self) -> String {
        self.word().to_ascii_uppercase()
    }

    /// The field that holds the stage: the old interface's name.
    pub fn stage_field(self) -> Option<&'static str> {
        match self {
            Kind::Lead => Some("STATUS_ID"),
            Kind::Deal => Some("STAGE_ID"),
            Kind::Contact | Kind::Company => None,
        }
    }

    /// Deals have no phones of their own (section 2.4).
    pub fn has_multifields(self) -> bool {
        self != Kind::Deal
    }

    /// A contact's `CONTACT_ID` would be its own; only leads and deals have contacts bound to them.
    pub(crate) fn has_own_contacts(self) -> bool {
        !matches!(self, Kind::Lead | Kind::Deal)
    }
}
