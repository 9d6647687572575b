//! What calls of models cost in a set of conversations. Money goes also on conversations that are in no other number: tests and spam cost the same.

use std::collections::BTreeMap;

use rusqlite::Row;
use serde::Serialize;

/// Of one conversation.
pub(super) struct Spent<'a> {
    calls: u64,
    unpriced: u64,
    cost: Option<f64>,
    currency: &'a str,
}

/// Of many.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Spending {
    /// Calls of models.
    pub calls: u64,
    /// Of them without a price: what they cost is not in `money`, so that is a lower bound.
    pub unpriced: u64,
    /// By currency, in whole units; an empty name where nobody said. Empty: not measured.
    pub money: BTreeMap<String, f64>,
}

impl<'a> Spent<'a> {
    /// From four columns of `cases` that begin at `at`.
    pub(super) fn read(row: &'a Row<'_>, at: usize) -> rusqlite::Result<Self> {
        let currency = row.get_ref(at + 3)?.as_str_or_null()?.unwrap_or_default();
        Ok(Self { calls: row.get::<_, i64>(at)? as u64, unpriced: row.get::<_, i64>(at + 1)? as u64, cost: row.get(at + 2)?, currency })
    }

    pub(super) fn add(&self, all: &mut Spending) {
        all.calls += self.calls;
        all.unpriced += self.unpriced;
        let Some(cost) = self.cost else { return };
        match all.money.get_mut(self.currency) {
            Some(sum) => *sum += cost,
            None => drop(all.money.insert(self.currency.to_owned(), cost)),
        }
    }
}

impl Spending {
    /// All of both.
    pub(super) fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.unpriced += other.unpriced;
        other.money.iter().for_each(|(currency, sum)| *self.money.entry(currency.clone()).or_default() += sum);
    }
}
