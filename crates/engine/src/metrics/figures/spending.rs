//! What calls of models cost in a set of conversations. Money goes also on conversations that are in no other number: tests and spam cost the same.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;

use super::fold::Fold;
use super::{Asker, Question, Summary, under, walk};
use crate::metrics::sheets::{Line, Name};

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

impl Spending {
    pub(super) fn add(&mut self, line: &Line<'_>) {
        let (calls, unpriced) = line.calls();
        self.calls += calls;
        self.unpriced += unpriced;
        let Some((cost, currency)) = line.cost() else { return };
        match self.money.get_mut(currency) {
            Some(sum) => *sum += cost,
            None => drop(self.money.insert(currency.to_owned(), cost)),
        }
    }

    /// All of both.
    pub(super) fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.unpriced += other.unpriced;
        other.money.iter().for_each(|(currency, sum)| *self.money.entry(currency.clone()).or_default() += sum);
    }
}

/// What was spent in one channel, or on one model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Share {
    /// Conversations.
    pub conversations: u64,
    /// Of them booked.
    pub bookings: u64,
    /// On them.
    pub spending: Spending,
}

/// A period's numbers, and what was spent by channel and by model, in one walk over its rows.
#[derive(Debug)]
pub struct Spread {
    /// All of it.
    pub whole: Summary,
    /// By channel.
    pub channels: BTreeMap<String, Share>,
    /// By the last model of the conversation.
    pub models: BTreeMap<String, Share>,
}

/// Of a question.
///
/// # Errors
/// When the database says no.
pub fn spread(conn: &Connection, asker: &Asker, question: &Question) -> rusqlite::Result<Spread> {
    let (mut whole, mut channels, mut models) = (Fold::default(), BTreeMap::new(), BTreeMap::new());
    walk(conn, asker, question, |line| {
        whole.add(line);
        for (all, name) in [(&mut channels, Name::Channel), (&mut models, Name::Model)] {
            under(all, line.name(name).unwrap_or_default(), |share: &mut Share| share.add(line));
        }
    })?;
    Ok(Spread { whole: whole.finish(asker, question), channels, models })
}

impl Share {
    fn add(&mut self, line: &Line<'_>) {
        self.conversations += u64::from(line.is_counted());
        self.bookings += u64::from(line.is_counted() && line.is_booked());
        self.spending.add(line);
    }
}
