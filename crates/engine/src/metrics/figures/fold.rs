//! Adding up: rows of a period become counts, counts become shares.

use std::collections::BTreeMap;

use serde::Serialize;

use super::answers::{Answers, Times};
use super::counts::{People, join};
use super::overall::{Overall, overall};
use super::spending::Spending;
use super::{Asker, Question};
use crate::metrics::judge::{FunnelStep, STEPS, marks};
use crate::metrics::rate::Rate;
use crate::metrics::sheets::{Line, Name};

/// The four rates of conversion and the one without people, each with its denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Conversion {
    /// Clients with a booking, of clients who wrote: the headline.
    pub client: Rate,
    /// Conversations with a booking, of conversations.
    pub session: Rate,
    /// Leads with a booking, of leads.
    pub lead: Rate,
    /// Conversations with a booking, of those that wanted one.
    pub intent: Rate,
    /// Conversations that were booked without a person, of conversations.
    pub bot_only: Rate,
    /// The last of them began less than W ago: bookings may still come.
    pub is_provisional: bool,
}

/// One step of the funnel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepCount {
    /// Which.
    pub step: &'static str,
    /// How many came so far; none: «не измеряется».
    pub count: Option<u64>,
    /// How many were lost since the step before.
    pub lost: Option<u64>,
    /// The same as a share of the step before.
    pub drop: Option<f64>,
    /// The largest loss of all steps in conversations.
    pub is_largest_leak: bool,
}

/// Leads of which nothing came.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LostSummary {
    /// Lost, of all conversations.
    pub rate: Rate,
    /// Booked after all, of those that counted as lost.
    pub recovered: Rate,
    /// How many for which first reason.
    pub by_reason: BTreeMap<&'static str, u64>,
    /// How many came how far before they were lost: their last step of the funnel.
    pub by_step: BTreeMap<&'static str, u64>,
}

/// The numbers of one set of conversations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Conversations that count.
    pub conversations: u64,
    /// Different people in them.
    pub clients: u64,
    /// What counts nowhere, by reason.
    pub left_out: BTreeMap<String, u64>,
    /// Conversion.
    pub conversion: Conversion,
    /// From the first word to money.
    pub funnel: Vec<StepCount>,
    /// From its first step to the last that is measured.
    pub funnel_overall: Option<Overall>,
    /// How long clients waited.
    pub answers: Answers,
    /// Lost leads.
    pub lost: LostSummary,
    /// In which the client said no.
    pub refused: Rate,
    /// Handed to a person.
    pub handoff: Rate,
    /// In which something failed.
    pub failed: Rate,
    /// In which the assistant was unsure.
    pub unsure: Rate,
    /// Answers of the assistant.
    pub replies: u64,
    /// How many characters an answer has, of those whose words are told; none where no words are.
    pub reply_chars: Option<f64>,
    /// What was paid, in minor units, by currency.
    pub paid_minor: BTreeMap<String, i64>,
    /// A person spoke, or was to speak.
    pub with_person: Rate,
    /// What calls of models cost, also those of conversations that are in no other number.
    pub spending: Spending,
}

/// Counts while they grow.
#[derive(Default)]
pub(super) struct Fold {
    sessions: u64,
    people: People,
    booked_people: People,
    left_out: BTreeMap<String, u64>,
    booked: u64,
    bot_only: u64,
    leads: (u64, u64),
    intents: (u64, u64),
    told: BTreeMap<u32, u64>,
    times: Times,
    lost: BTreeMap<&'static str, u64>,
    recovered: u64,
    refused: u64,
    handoff: u64,
    failed: u64,
    unsure: u64,
    replies: u64,
    worded: (u64, u64),
    paid: BTreeMap<String, i64>,
    with_person: u64,
    spending: Spending,
    lost_told: BTreeMap<u32, u64>,
    newest_us: i64,
}

impl Fold {
    pub(super) fn add(&mut self, line: &Line<'_>) {
        self.spending.add(line);
        if let Some(why) = line.name(Name::LeftOut) {
            *self.left_out.entry(why.to_owned()).or_default() += 1;
            return;
        }
        self.sessions += 1;
        self.people.insert(line.person());
        self.newest_us = self.newest_us.max(line.started_us());
        let booked = line.is_booked();
        self.booked += u64::from(booked);
        if booked {
            self.booked_people.insert(line.person());
        }
        self.bot_only += u64::from(line.has(marks::BOT_ONLY));
        for (of, mark) in [(&mut self.leads, marks::LEAD), (&mut self.intents, marks::INTENT)] {
            of.1 += u64::from(line.has(mark));
            of.0 += u64::from(line.has(mark) && booked);
        }
        *self.told.entry(line.told()).or_default() += 1;
        self.times.add(line);
        match line.reason() {
            Some(_) if line.is_recovered() => self.recovered += 1,
            Some(reason) => {
                *self.lost.entry(reason.as_str()).or_default() += 1;
                *self.lost_told.entry(line.told()).or_default() += 1;
            }
            None => {}
        }
        self.refused += u64::from(line.has(marks::REFUSED));
        self.handoff += u64::from(line.has(marks::HANDOFF));
        self.with_person += u64::from(line.has(marks::HANDOFF | marks::OPERATOR));
        self.failed += u64::from(line.has(marks::FAILURE));
        self.unsure += u64::from(line.has(marks::UNSURE));
        self.replies += line.replies();
        let (worded, chars) = line.worded();
        self.worded = (self.worded.0 + worded, self.worded.1 + chars);
        if let Some((minor, currency)) = line.paid() {
            *self.paid.entry(currency.to_owned()).or_default() += minor;
        }
    }

    /// All of both.
    pub(super) fn merge(&mut self, other: &Self) {
        self.sessions += other.sessions;
        join(&mut self.people, &other.people);
        join(&mut self.booked_people, &other.booked_people);
        self.newest_us = self.newest_us.max(other.newest_us);
        for (into, from) in [
            (&mut self.booked, other.booked),
            (&mut self.bot_only, other.bot_only),
            (&mut self.leads.0, other.leads.0),
            (&mut self.leads.1, other.leads.1),
            (&mut self.intents.0, other.intents.0),
            (&mut self.intents.1, other.intents.1),
            (&mut self.recovered, other.recovered),
            (&mut self.refused, other.refused),
            (&mut self.handoff, other.handoff),
            (&mut self.failed, other.failed),
            (&mut self.unsure, other.unsure),
            (&mut self.replies, other.replies),
            (&mut self.worded.0, other.worded.0),
            (&mut self.worded.1, other.worded.1),
            (&mut self.with_person, other.with_person),
        ] {
            *into += from;
        }
        other.left_out.iter().for_each(|(why, count)| *self.left_out.entry(why.clone()).or_default() += count);
        other.told.iter().for_each(|(told, count)| *self.told.entry(*told).or_default() += count);
        other.lost.iter().for_each(|(why, count)| *self.lost.entry(why).or_default() += count);
        other.paid.iter().for_each(|(currency, minor)| *self.paid.entry(currency.clone()).or_default() += minor);
        other.lost_told.iter().for_each(|(told, count)| *self.lost_told.entry(*told).or_default() += count);
        self.spending.merge(&other.spending);
        self.times.merge(&other.times);
    }

    pub(super) fn finish(self, asker: &Asker, question: &Question) -> Summary {
        let of_all = |part| Rate { part, n: self.sessions };
        let last_us = self.newest_us.min(question.to_us.saturating_sub(1));
        let conversion = Conversion {
            client: Rate { part: self.booked_people.len() as u64, n: self.people.len() as u64 },
            session: of_all(self.booked),
            lead: Rate { part: self.leads.0, n: self.leads.1 },
            intent: Rate { part: self.intents.0, n: self.intents.1 },
            bot_only: of_all(self.bot_only),
            is_provisional: self.sessions > 0 && last_us.saturating_add(asker.window_us) > asker.now_us,
        };
        let (lost, funnel) = (self.lost.values().sum(), funnel(&self.told));
        Summary {
            conversations: self.sessions,
            clients: self.people.len() as u64,
            conversion,
            funnel_overall: overall(&funnel),
            funnel,
            lost: LostSummary {
                rate: of_all(lost),
                recovered: Rate { part: self.recovered, n: self.recovered + lost },
                by_reason: self.lost,
                by_step: by_step(&self.told, &self.lost_told),
            },
            answers: self.times.finish(),
            refused: Rate { part: self.refused, n: self.sessions },
            handoff: Rate { part: self.handoff, n: self.sessions },
            failed: Rate { part: self.failed, n: self.sessions },
            unsure: Rate { part: self.unsure, n: self.sessions },
            left_out: self.left_out,
            replies: self.replies,
            reply_chars: (self.worded.0 > 0).then(|| self.worded.1 as f64 / self.worded.0 as f64),
            paid_minor: self.paid,
            with_person: of_all(self.with_person),
            spending: self.spending,
        }
    }
}

/// How many of the lost ones came how far.
fn by_step(told: &BTreeMap<u32, u64>, lost: &BTreeMap<u32, u64>) -> BTreeMap<&'static str, u64> {
    let measured = FunnelStep::measured(told.keys());
    let mut steps = BTreeMap::new();
    for (told, count) in lost {
        *steps.entry(FunnelStep::furthest(*told, measured).as_str()).or_default() += count;
    }
    steps
}

/// Steps that anybody was told of, with what was lost between them.
fn funnel(told: &BTreeMap<u32, u64>) -> Vec<StepCount> {
    let measured = FunnelStep::measured(told.keys());
    let reached = |step: FunnelStep| told.iter().filter(|(told, _)| step.is_reached(**told, measured)).map(|(_, count)| count).sum::<u64>();
    let mut before: Option<u64> = None;
    let mut steps: Vec<StepCount> = Vec::with_capacity(STEPS.len());
    for step in STEPS {
        let count = (measured & step.bit() != 0).then(|| reached(step));
        let lost = before.zip(count).map(|(before, count)| before.saturating_sub(count));
        let drop = before.zip(lost).filter(|(before, _)| *before > 0).map(|(before, lost)| lost as f64 / before as f64);
        before = count.or(before);
        steps.push(StepCount { step: step.as_str(), count, lost, drop, is_largest_leak: false });
    }
    let largest = steps.iter().filter_map(|step| step.lost).max().filter(|lost| *lost > 0);
    if let Some(step) = steps.iter_mut().find(|step| step.lost.is_some() && step.lost == largest) {
        step.is_largest_leak = true;
    }
    steps
}
