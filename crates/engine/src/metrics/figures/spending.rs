//! What calls of models cost in a set of conversations. Money goes also on conversations that are in no other number: tests and spam cost the same.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, Row};
use serde::Serialize;

use super::fold::Fold;
use super::{Asker, Question, Summary, walk};

/// Channel and model in one word, so that they are told apart in one walk.
const BOTH: &str = "channel || char(31) || coalesce(model, '')";

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
    let (mut whole, mut shares) = (Fold::default(), HashMap::<String, Share>::new());
    walk(conn, asker, question, Some(BOTH), |both, line| {
        whole.add(line);
        let both = both.unwrap_or_default();
        if !shares.contains_key(both) {
            shares.insert(both.to_owned(), Share::default());
        }
        if let Some(share) = shares.get_mut(both) {
            share.conversations += u64::from(line.is_counted());
            share.bookings += u64::from(line.is_counted() && line.is_booked());
            line.spend(&mut share.spending);
        }
    })?;
    let (mut channels, mut models) = (BTreeMap::<String, Share>::new(), BTreeMap::<String, Share>::new());
    for (both, share) in shares {
        let (channel, model) = both.split_once('\u{1f}').unwrap_or((&both, ""));
        for (all, name) in [(&mut channels, channel), (&mut models, model)] {
            let into = all.entry(name.to_owned()).or_default();
            into.conversations += share.conversations;
            into.bookings += share.bookings;
            into.spending.merge(&share.spending);
        }
    }
    Ok(Spread { whole: whole.finish(asker, question), channels, models })
}
