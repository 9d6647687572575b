//! What leads that were lost would have brought: for each the average visit times the share of those who book once they have come so far.
//!
//! The share is of all conversations of the last 90 days that reached the same step of the funnel, with its interval; of fewer than 30 the step
//! before is asked, which promises less. It is an estimate, and no lost lead is sure to have booked: whoever shows it says so.

use std::collections::BTreeMap;

use serde::Serialize;

use super::stages::{Stages, Ticket};
use crate::metrics::judge::FunnelStep;
use crate::metrics::rate::Rate;

/// Of a set of leads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Value {
    /// How many.
    pub leads: u64,
    /// Together; none: it cannot be said.
    pub sum: Option<Sum>,
    /// Why not: `ticket`, nobody knows what a visit brings; `few`, fewer than 30 conversations to judge by.
    pub lacking: Option<&'static str>,
    /// The average visit.
    pub ticket: Option<Ticket>,
    /// Leads by how far they came.
    pub steps: Vec<Step>,
}

/// Money, between which bounds, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// The estimate.
    pub minor: i64,
    /// If as few book as the interval allows.
    pub low_minor: i64,
    /// If as many do.
    pub high_minor: i64,
    /// In which currency.
    pub currency: String,
}

/// Leads that came equally far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// How far.
    pub step: &'static str,
    /// How many.
    pub leads: u64,
    /// Whose share is taken: the step itself, or the one before with enough conversations.
    pub by_step: &'static str,
    /// Booked, of those who came so far.
    pub booked: Rate,
}

impl Value {
    /// Of so many leads by their last step.
    #[must_use]
    pub fn of(stages: &Stages, ticket: Option<&Ticket>, leads: &BTreeMap<&'static str, u64>) -> Self {
        let mut steps: Vec<Option<Step>> = leads.iter().map(|(name, leads)| step(stages, name, *leads)).collect();
        steps.sort_by_key(|step| step.as_ref().and_then(|step| FunnelStep::parse(step.step)));
        let known: Option<Vec<Step>> = steps.iter().cloned().collect();
        let sum = ticket.zip(known.as_deref()).map(|(ticket, steps)| sum(ticket, steps));
        let lacking = match (ticket, &known) {
            (None, _) => Some("ticket"),
            (_, None) => Some("few"),
            _ => None,
        };
        Self { leads: leads.values().sum(), sum, lacking, ticket: ticket.cloned(), steps: steps.into_iter().flatten().collect() }
    }
}

fn step(stages: &Stages, name: &str, leads: u64) -> Option<Step> {
    let reached = FunnelStep::parse(name)?;
    let before = [FunnelStep::Lead, FunnelStep::Contact, FunnelStep::Offered, FunnelStep::Intent, FunnelStep::Wrote];
    let known = before.into_iter().filter(|step| *step <= reached).map(|step| (step, stages.rate(step)));
    let (by, booked) = known.into_iter().find(|(_, rate)| !rate.is_few())?;
    Some(Step { step: reached.as_str(), leads, by_step: by.as_str(), booked })
}

fn sum(ticket: &Ticket, steps: &[Step]) -> Sum {
    let money = |of: &dyn Fn(Rate) -> Option<f64>| {
        let shares = steps.iter().filter_map(|step| of(step.booked).map(|share| share * step.leads as f64));
        (shares.sum::<f64>() * ticket.minor as f64).round() as i64
    };
    Sum {
        minor: money(&Rate::share),
        low_minor: money(&|rate| rate.interval().map(|interval| interval.low)),
        high_minor: money(&|rate| rate.interval().map(|interval| interval.high)),
        currency: ticket.currency.clone(),
    }
}
