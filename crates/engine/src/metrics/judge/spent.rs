//! What the calls of models in one conversation cost.
//!
//! A call of which nobody gave a price has none, and is counted apart: it is never a zero. Currencies are never added to each other, so calls
//! in another one than the first are counted with those that have no price: the sum is a lower bound, and says so.

use std::hash::{Hash, Hasher};

/// One call.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Call {
    /// What it cost, in whole units.
    pub cost: Option<f64>,
    /// In which currency; empty where the sender did not say.
    pub currency: String,
    /// The model answered: its tokens are known.
    pub answered: bool,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spent {
    /// How many calls.
    pub calls: u32,
    /// Of them without a price, or in another currency. Calls that failed cost nothing.
    pub unpriced: u32,
    /// What the others cost, and in which currency.
    pub cost: Option<(f64, String)>,
}

/// To the last bit of the sum.
impl Hash for Spent {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let cost = self.cost.as_ref().map(|(sum, currency)| (sum.to_bits(), currency));
        (self.calls, self.unpriced, cost).hash(state);
    }
}

impl Spent {
    /// Adds up.
    pub(super) fn of<'a>(calls: impl Iterator<Item = &'a Call>) -> Self {
        let mut spent = Self::default();
        for call in calls {
            spent.calls += 1;
            match (call.cost, &mut spent.cost) {
                (Some(cost), None) => spent.cost = Some((cost, call.currency.clone())),
                (Some(cost), Some((sum, currency))) if *currency == call.currency => *sum += cost,
                (None, _) if !call.answered => {}
                _ => spent.unpriced += 1,
            }
        }
        spent
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn call(cost: Option<f64>, currency: &str) -> Call {
        Call { cost, currency: currency.into(), answered: true }
    }

    /// Section 4.14: six replies of 1200 tokens at 0.2 ₽ and 300 at 0.4 ₽ a thousand.
    #[test]
    fn the_worked_dialogue_costs_2_16() {
        let one = 1.2 * 0.2 + 0.3 * 0.4;
        let spent = Spent::of([(); 6].map(|()| call(Some(one), "RUB")).iter());
        let (sum, currency) = spent.cost.unwrap();
        assert_eq!((format!("{sum:.2}"), currency.as_str(), spent.calls, spent.unpriced), ("2.16".into(), "RUB", 6, 0));
    }

    #[test]
    fn no_price_is_no_zero_and_roubles_are_no_dollars() {
        let failed = Call::default();
        let spent = Spent::of([call(None, ""), call(Some(1.0), "RUB"), call(Some(9.0), "USD"), failed.clone()].iter());
        assert_eq!(spent, Spent { calls: 4, unpriced: 2, cost: Some((1.0, "RUB".into())) });
        assert_eq!(Spent::of([failed].iter()), Spent { calls: 1, unpriced: 0, cost: None });
    }
}
