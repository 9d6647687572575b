//! How far people come, how many of them book, and what they pay: of the last 90 days, as a base for what a lead is worth.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;

use super::KNOWN_DAYS;
use crate::event::BusinessId;
use crate::event::when::DAY_US;
use crate::metrics::judge::FunnelStep;
use crate::metrics::rate::{FEW, Rate};
use crate::metrics::sheets::{self, Sums};
use crate::metrics::terms::Settled;

/// Conversations by what was told of them, and payments.
#[derive(Debug, Default)]
pub struct Stages {
    told: BTreeMap<u32, u64>,
    /// By currency: how many paid, and what together.
    paid: BTreeMap<Box<str>, (u64, i64)>,
    measured: u32,
}

/// What an average visit brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ticket {
    /// In minor units.
    pub minor: i64,
    /// Of which currency.
    pub currency: String,
    /// `settled` by people, or `paid` on average.
    pub source: &'static str,
    /// Of how many payments it is the average.
    pub n: u64,
    /// Fewer than 30 payments.
    pub is_few: bool,
}

impl Stages {
    /// Of the last 90 days.
    ///
    /// # Errors
    /// When the database says no.
    pub fn read(conn: &Connection, business: BusinessId, now_us: i64) -> rusqlite::Result<Self> {
        let Sums { told, paid, .. } = sheets::sums(conn, business, now_us - KNOWN_DAYS * DAY_US, now_us + 1)?;
        Ok(Self { measured: FunnelStep::measured(told.keys()), told, paid })
    }

    /// Booked, of those who came so far.
    #[must_use]
    pub fn rate(&self, step: FunnelStep) -> Rate {
        let reached = |step: FunnelStep| {
            self.told.iter().filter(|(told, _)| step.is_reached(**told, self.measured)).map(|(_, count)| count).sum::<u64>()
        };
        let n = reached(step);
        Rate { part: reached(FunnelStep::Booked).min(n), n }
    }

    /// How many of these came how far.
    #[must_use]
    pub fn steps(&self, told: impl Iterator<Item = u32>) -> BTreeMap<&'static str, u64> {
        let mut steps = BTreeMap::new();
        for told in told {
            *steps.entry(FunnelStep::furthest(told, self.measured | told).as_str()).or_default() += 1;
        }
        steps
    }

    /// What people settled, or else what was paid, in the currency that most pay in.
    #[must_use]
    pub fn ticket(&self, settled: &Settled) -> Option<Ticket> {
        if let Some(minor) = settled.ticket_minor {
            return Some(Ticket { minor, currency: settled.currency.clone(), source: "settled", n: 0, is_few: false });
        }
        let (currency, (n, sum)) = self.paid.iter().max_by_key(|(_, (n, _))| *n)?;
        let minor = sum / i64::try_from(*n).ok().filter(|n| *n > 0)?;
        Some(Ticket { minor, currency: currency.to_string(), source: "paid", n: *n, is_few: *n < FEW })
    }
}
