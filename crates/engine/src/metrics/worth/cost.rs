//! What a booking costs: calls of models, reminders, and what is paid by the month, divided by the conversations that were booked.
//!
//! What has no price is named, and makes the sum a lower bound; where nothing has one there is no number. Currencies are never added.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::metrics::figures::Spending;
use crate::metrics::terms::Settled;

/// What a period had.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bill {
    /// Conversations with a booking.
    pub bookings: u64,
    /// Conversations.
    pub conversations: u64,
    /// Reminders that were sent.
    pub reminders: u64,
    /// Its length in months.
    pub months: f64,
}

/// What it cost; money in whole units by currency.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Cost {
    /// Conversations with a booking.
    pub bookings: u64,
    /// Conversations.
    pub conversations: u64,
    /// Calls of models.
    #[serde(rename = "models")]
    pub spending: Spending,
    /// Reminders; none: nobody said what one costs.
    pub reminders: Option<f64>,
    /// What is paid by the month, for this period; none: nobody said.
    pub monthly: Option<f64>,
    /// All of it. Empty: not measured.
    pub money: BTreeMap<String, f64>,
    /// By booking; empty where there is none, or nothing is measured.
    pub per_booking: BTreeMap<String, f64>,
    /// By conversation.
    pub per_conversation: BTreeMap<String, f64>,
    /// Some calls have no price.
    pub is_lower_bound: bool,
}

impl Cost {
    /// Of what was spent on models, and of what else `settled` names.
    #[must_use]
    pub fn of(spending: Spending, bill: Bill, settled: Option<&Settled>) -> Self {
        let minor = |of: fn(&Settled) -> Option<i64>| settled.and_then(of).map(|minor| minor as f64 / 100.0);
        let reminders = minor(|settled| settled.reminder_minor).map(|each| each * bill.reminders as f64);
        let monthly = minor(|settled| settled.month_minor).map(|month| month * bill.months);
        let mut money = spending.money.clone();
        if let Some((settled, more)) = settled.zip(reminders.into_iter().chain(monthly).reduce(|sum, more| sum + more)) {
            *money.entry(settled.currency.clone()).or_default() += more;
        }
        let by = |n: u64| match n {
            0 => BTreeMap::new(),
            n => money.iter().map(|(currency, sum)| (currency.clone(), sum / n as f64)).collect(),
        };
        Self {
            bookings: bill.bookings,
            conversations: bill.conversations,
            is_lower_bound: spending.unpriced > 0,
            per_booking: by(bill.bookings),
            per_conversation: by(bill.conversations),
            reminders,
            monthly,
            money,
            spending,
        }
    }
}
