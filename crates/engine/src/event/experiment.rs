//! An experiment as it is sealed: what is compared with what, by which share, and how small a difference is still worth knowing.
//!
//! Who decides what, when: somebody adds it, starts it, stops it. Between start and stop nothing of it changes, because a test whose question
//! changes while it runs answers none. It is known by its name, as events name it in `experiment`.

use serde::{Deserialize, Serialize};

use super::phones_in;

/// The type of an event that says: this client is shown this variant from now on.
pub const EXPOSED: &str = "experiment_exposed";
/// The door through which exposures come that this program served itself.
pub const ASSIGNED_SOURCE: &str = "assign";
/// Characters of a name, of a variant.
const NAME: usize = 64;
/// Characters of what it is to find out.
const HYPOTHESIS: usize = 300;
/// Variants, the control among them.
const VARIANTS: usize = 5;
/// The largest weight.
const WEIGHT: u32 = 10_000;

/// What a client of the experiment did, or did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// A booking that counts.
    Booked,
    /// The same, and no person had a hand in it.
    BookedByBot,
    /// A lead in the CRM.
    Lead,
    /// Money came in.
    Paid,
    /// Lost: one of R1 to R12 holds.
    Lost,
    /// Handed to a person.
    Handoff,
    /// Said no.
    Refused,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// A larger share.
    More,
    /// A smaller one.
    Less,
}

/// One variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// As events name it.
    pub name: String,
    /// Its part of the clients, beside the others' weights.
    pub weight: u32,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// As events name it.
    pub name: String,
    /// What it is to find out, in a sentence.
    pub hypothesis: String,
    /// The first one is the control: what is there without the experiment.
    pub variants: Vec<Variant>,
    /// What is counted of each client.
    pub metric: Metric,
    /// Which way is better.
    pub aim: Aim,
    /// The smallest difference of shares that is worth knowing: 0.03 is three points.
    pub effect: f64,
}

/// Clients are shown its variants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExperimentStart {
    /// Its name.
    pub experiment: String,
    /// Since when: the moment of the decision, or an earlier one where a bot began by itself.
    pub from_us: i64,
}

/// Nobody is shown a variant any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExperimentStop {
    /// Its name.
    pub experiment: String,
    /// What everybody is shown from now on; none: the control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<String>,
}

impl Metric {
    /// All of them, as they are offered.
    pub const ALL: [Self; 7] = [Self::Booked, Self::BookedByBot, Self::Lead, Self::Paid, Self::Lost, Self::Handoff, Self::Refused];

    /// As it is sealed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::BookedByBot => "booked_by_bot",
            Self::Lead => "lead",
            Self::Paid => "paid",
            Self::Lost => "lost",
            Self::Handoff => "handoff",
            Self::Refused => "refused",
        }
    }

    /// Which way it is better, where nobody says otherwise.
    #[must_use]
    pub fn aim(self) -> Aim {
        if matches!(self, Self::Lost | Self::Handoff | Self::Refused) { Aim::Less } else { Aim::More }
    }
}

impl std::str::FromStr for Metric {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|metric| metric.as_str() == text);
        known.ok_or_else(|| format!("{text}: say booked, booked_by_bot, lead, paid, lost, handoff or refused"))
    }
}

impl Aim {
    /// As it is sealed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        if self == Self::More { "more" } else { "less" }
    }

    /// A difference, as how much better it is.
    #[must_use]
    pub fn gain(self, difference: f64) -> f64 {
        if self == Self::More { difference } else { -difference }
    }
}

impl std::str::FromStr for Variant {
    type Err = String;

    /// `B`, or `B:2` with a weight of its own.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, weight) = text.rsplit_once(':').unwrap_or((text, "1"));
        let weight = weight.trim().parse().map_err(|_| format!("{text}: a weight is a whole number, as in B:2"))?;
        Ok(Self { name: name.trim().to_owned(), weight })
    }
}

impl Experiment {
    /// What is wrong with it, in words.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let bad = |name: &String| !is_name(name);
        let names: std::collections::BTreeSet<&str> = self.variants.iter().map(|variant| variant.name.as_str()).collect();
        match () {
            () if bad(&self.name) => Some("the name of an experiment has 1 to 64 letters, digits, «_», «-» or «.»".into()),
            () if self.variants.iter().any(|variant| bad(&variant.name)) => {
                Some("the name of a variant has 1 to 64 letters, digits, «_», «-» or «.»".into())
            }
            () if !(2..=VARIANTS).contains(&self.variants.len()) => {
                Some("an experiment has 2 to 5 variants, the first one is the control".into())
            }
            () if names.len() < self.variants.len() => Some("two variants have one name".into()),
            () if self.variants.iter().any(|variant| !(1..=WEIGHT).contains(&variant.weight)) => Some("a weight is 1 to 10000".into()),
            () if !(0.001..=0.5).contains(&self.effect) => Some("the smallest difference worth knowing is 0.1 to 50 points".into()),
            () if self.hypothesis.trim().is_empty() || self.hypothesis.chars().count() > HYPOTHESIS => {
                Some("say in a sentence of at most 300 characters what the experiment is to find out".into())
            }
            // It is sealed for ever and goes with no client.
            () if !phones_in(&self.hypothesis).is_empty() || self.hypothesis.contains('@') => {
                Some("leave people's phones and addresses out of what the experiment is to find out".into())
            }
            () => None,
        }
    }

    /// What is there without the experiment.
    #[must_use]
    pub fn control(&self) -> &str {
        self.variants.first().map_or("", |variant| &variant.name)
    }

    /// As events name a variant of it: `greeting=B`.
    #[must_use]
    pub fn label(&self, variant: &str) -> String {
        format!("{}={variant}", self.name)
    }

    /// Which of its variants such a label names.
    #[must_use]
    pub fn variant_of(&self, label: &str) -> Option<usize> {
        let (name, variant) = label.split_once('=')?;
        self.variants.iter().position(|known| known.name == variant).filter(|_| name == self.name)
    }

    /// The variant of a bucket of ten thousand, by the weights.
    #[must_use]
    pub fn variant_at(&self, bucket: u64) -> usize {
        let all: u64 = self.variants.iter().map(|variant| u64::from(variant.weight)).sum();
        let mut until = 0;
        for (index, variant) in self.variants.iter().enumerate() {
            until += u64::from(variant.weight);
            if bucket * all < until * BUCKETS {
                return index;
            }
        }
        0
    }
}

/// Into so many parts clients fall.
pub const BUCKETS: u64 = 10_000;

fn is_name(text: &str) -> bool {
    let count = text.chars().count();
    (1..=NAME).contains(&count)
        && text.chars().any(|c| c != '.')
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn greeting() -> Experiment {
        Experiment {
            name: "приветствие".into(),
            hypothesis: "Короткое приветствие даёт больше записей".into(),
            variants: vec!["A".parse().unwrap(), "B:3".parse().unwrap()],
            metric: Metric::Booked,
            aim: Aim::More,
            effect: 0.03,
        }
    }

    #[test]
    fn weights_divide_the_buckets() {
        let one = greeting();
        let first = (0..BUCKETS).filter(|bucket| one.variant_at(*bucket) == 0).count();
        assert_eq!(first, 2500);
        assert_eq!((one.variant_of("приветствие=B"), one.variant_of("приветствие=C"), one.variant_of("B")), (Some(1), None, None));
        assert_eq!(one.label(one.control()), "приветствие=A");
    }

    #[test]
    fn nonsense_is_refused_with_what_to_do() {
        assert_eq!(greeting().fault(), None);
        let fault = |change: fn(&mut Experiment)| {
            let mut one = greeting();
            change(&mut one);
            one.fault().is_some()
        };
        assert!(fault(|one| one.name = "a=b".into()) && fault(|one| one.name.clear()));
        assert!(fault(|one| one.variants.truncate(1)) && fault(|one| one.variants[1].name = "A".into()));
        assert!(fault(|one| one.variants[0].weight = 0) && fault(|one| one.effect = f64::NAN) && fault(|one| one.effect = 0.6));
        assert!(fault(|one| one.hypothesis = "звонить +7 921 555-01-01".into()) && fault(|one| one.hypothesis = "   ".into()));
        assert!("B:x".parse::<Variant>().is_err() && "loud".parse::<Metric>().is_err());
    }
}
