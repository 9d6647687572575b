//! Why a lead is lost, in the order in which the first that holds is *the* reason.

/// One reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The assistant says it made a lead; the CRM has none.
    R3,
    /// It promised a booking; there is none.
    R4,
    /// Model, tool or CRM failed, and nothing worked after.
    R8,
    /// Nobody answered.
    R1,
    /// A person was called, and none came.
    R5,
    /// Our message did not arrive, and there is no other way.
    R11,
    /// The assistant did not understand twice; then the client was silent.
    R7,
    /// They wanted to book, and nobody knows how to reach them.
    R6,
    /// No free time, and nothing else was offered.
    R9,
    /// Silent for a day after a price.
    R12,
    /// They wanted to book, and it ended without.
    R2,
    /// The lead stands in the first stage, and nobody does anything.
    R10,
}

impl Reason {
    /// In their order.
    pub const ALL: [Self; 12] =
        [Self::R3, Self::R4, Self::R8, Self::R1, Self::R5, Self::R11, Self::R7, Self::R6, Self::R9, Self::R12, Self::R2, Self::R10];

    /// Its name, as in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::R1 => "R1",
            Self::R2 => "R2",
            Self::R3 => "R3",
            Self::R4 => "R4",
            Self::R5 => "R5",
            Self::R6 => "R6",
            Self::R7 => "R7",
            Self::R8 => "R8",
            Self::R9 => "R9",
            Self::R10 => "R10",
            Self::R11 => "R11",
            Self::R12 => "R12",
        }
    }

    /// The reason of that number: 3 is R3.
    #[must_use]
    pub fn numbered(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::R1,
            2 => Self::R2,
            3 => Self::R3,
            4 => Self::R4,
            5 => Self::R5,
            6 => Self::R6,
            7 => Self::R7,
            8 => Self::R8,
            9 => Self::R9,
            10 => Self::R10,
            11 => Self::R11,
            12 => Self::R12,
            _ => return None,
        })
    }

    /// The reason of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}
