//! Reviews as they are sealed: what was drawn to be looked at, and what a person found.
//!
//! Everything is named by record numbers in the business's tree, lists as `0-41,44`: no id that a bot gave, no name, no words. A draw can be
//! repeated from itself alone (`rank`); the design stands in every label (docs/decisions/010). It deliberately computes no number: `metrics` does.

use serde::{Deserialize, Serialize};

/// Below this an intent is unsure, and all of them are looked at.
pub const UNSURE_BELOW: f64 = 0.6;
/// Conversations drawn in a month when nobody says how many.
pub const SESSIONS_A_MONTH: u32 = 10;
/// One unit of so many is shown to a second person.
pub const SECOND_OF: u64 = 10;

/// Why something is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewQueue {
    /// The assistant was unsure of the intent.
    Low,
    /// Drawn.
    Random,
    /// Somebody complained.
    Complaint,
    /// The answer contradicts what the business has uploaded.
    Facts,
}

/// The part of a month's units that one belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stratum {
    /// Confidence under [`UNSURE_BELOW`]: all are looked at.
    Low,
    /// The others: seen through drawn conversations.
    Rest,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It says what is not so.
    WrongAnswer,
    /// It promises what was not done.
    UnkeptPromise,
    /// It is rude.
    Rude,
    /// Something else; the note says what.
    Other,
}

/// A conversation that was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// The number of its first record.
    pub session: u64,
    /// Its units of the rest.
    pub units: String,
}

/// What is to be looked at, and how it was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// Low of a week, random of a month, facts of a check.
    pub queue: ReviewQueue,
    /// `2026-W46` or `2026-11`, by the business's calendar; of facts the moment.
    pub period: String,
    /// Its first moment, µs.
    pub from_us: i64,
    /// The first moment after it.
    pub to_us: i64,
    /// What the chance follows from.
    pub seed: u64,
    /// The first records of all conversations of the period, M; empty where none were drawn.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub frame: String,
    /// Those that were drawn, m, in the order of their ranks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<Drawn>,
    /// Single units: the unsure ones of the period, or those that contradict a fact.
    pub units: String,
    /// How many units the rest are, N_h.
    #[serde(default)]
    pub rest: u64,
    /// Of facts: records up to this one were checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<u64>,
}

/// How a unit came to be looked at, when it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// Of which month or week.
    pub period: String,
    /// Of which part.
    pub stratum: Stratum,
    /// Units of that part, N_h.
    pub units: u64,
    /// Of them to be looked at, n_h.
    pub drawn: u64,
    /// Conversations, M; 0 where none were drawn.
    pub sessions: u64,
    /// Of them drawn, m.
    pub sessions_drawn: u64,
    /// Of the draw.
    pub seed: u64,
    /// The probability π with which it came to be looked at.
    pub probability: f64,
}

/// What a person found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// The number of the unit's record; of a conversation without units, of its first.
    pub record: u64,
    /// Through which queue.
    pub queue: ReviewQueue,
    /// What the assistant took it for.
    pub assigned: Option<String>,
    /// Whether that was right; none where it was not judged.
    pub right: Option<bool>,
    /// What it was, where that was wrong and is known.
    pub truth: Option<String>,
    /// What is wrong with the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// Sealed under the key of that record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// None for complaints and facts: they are in no estimate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub design: Option<Design>,
}

impl ReviewQueue {
    /// All of them, as they are shown.
    pub const ALL: [Self; 4] = [Self::Low, Self::Random, Self::Facts, Self::Complaint];

    /// Its name, as stored and in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Random => "random",
            Self::Complaint => "complaint",
            Self::Facts => "facts",
        }
    }

    /// The queue of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.as_str() == name)
    }
}

impl Fault {
    /// All of them, as they are offered.
    pub const ALL: [Self; 4] = [Self::WrongAnswer, Self::UnkeptPromise, Self::Rude, Self::Other];

    /// Its name, as sealed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WrongAnswer => "wrong_answer",
            Self::UnkeptPromise => "unkept_promise",
            Self::Rude => "rude",
            Self::Other => "other",
        }
    }

    /// The fault of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.as_str() == name)
    }

    /// A set of faults as stored.
    #[must_use]
    pub fn bits(faults: &[Self]) -> i64 {
        faults.iter().fold(0, |bits, fault| bits | 1 << *fault as i64)
    }

    /// The set that is stored as these bits.
    #[must_use]
    pub fn of_bits(bits: i64) -> Vec<Self> {
        Self::ALL.into_iter().filter(|fault| bits & (1 << *fault as i64) != 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_bits_come_back() {
        for queue in ReviewQueue::ALL {
            assert_eq!(ReviewQueue::parse(queue.as_str()), Some(queue));
        }
        for fault in Fault::ALL {
            assert_eq!((Fault::parse(fault.as_str()), Fault::of_bits(Fault::bits(&[fault]))), (Some(fault), vec![fault]));
        }
        assert_eq!(Fault::of_bits(Fault::bits(&[Fault::Rude, Fault::WrongAnswer])), [Fault::WrongAnswer, Fault::Rude]);
        assert_eq!((ReviewQueue::parse("all"), Fault::of_bits(0)), (None, Vec::new()));
    }
}
