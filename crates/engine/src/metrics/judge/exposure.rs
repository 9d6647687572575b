//! Which variant of an experiment a client was shown first, and what they did from then on.
//!
//! The first sight counts, whatever was shown later and whoever showed it: so nobody changes sides, and a person whom the business recognises later
//! in two clients counts once. Whether they did what is counted is asked of the W days after that moment, of bookings as everywhere else.

use super::attribution::Made;
use super::{Case, Deed, History, Talk, Terms, marks};
use crate::event::Facets;
use crate::event::experiment::{EXPOSED, Experiment, Metric};
use crate::journal::experiments::Kept;
use crate::journal::experiments::exposures::{Exposure, flags};

/// Who is in no number because of what they are. A reminder's answer or a silent visit says nothing about who was shown what.
pub(super) const NOT_CLIENTS: [&str; 3] = ["test", "spam", "staff"];

/// What is compared.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The record that added it.
    experiment: i64,
    what: Experiment,
    /// What is seen in `[from, to)` counts.
    from_us: i64,
    to_us: i64,
}

impl Trial {
    /// Of an experiment that runs, or ran.
    #[must_use]
    pub fn of(kept: &Kept) -> Option<Self> {
        let (from_us, to_us) = kept.span_us()?;
        Some(Self { experiment: kept.record.as_i64(), what: kept.what.clone(), from_us, to_us })
    }
}

/// One moment at which a variant was shown.
struct Sight {
    us: i64,
    record: i64,
    variant: usize,
    is_served: bool,
}

/// The span in which what they do counts.
#[derive(Clone, Copy)]
struct Since {
    us: i64,
    until_us: i64,
}

impl Since {
    fn has(self, us: i64) -> bool {
        (self.us..=self.until_us).contains(&us)
    }

    /// A conversation that went on after it, and began before the window closed.
    fn meets(self, talk: &Talk) -> bool {
        talk.started_us <= self.until_us && talk.deeds.last().is_some_and(|last| last.us >= self.us)
    }
}

pub(super) fn judge(history: &History, cases: &[Case], bookings: &[Made], terms: &Terms) -> Vec<Exposure> {
    terms.trials.iter().filter_map(|trial| of_trial(trial, history, cases, bookings, terms.window_us)).collect()
}

fn of_trial(trial: &Trial, history: &History, cases: &[Case], bookings: &[Made], window_us: i64) -> Option<Exposure> {
    let deeds = || history.talks.iter().flat_map(|talk| &talk.deeds).chain(&history.outside);
    let sights: Vec<Sight> = deeds().filter_map(|deed| sight(trial, deed)).collect();
    let first = sights.iter().min_by_key(|sight| (sight.us, sight.record))?;
    let since = Since { us: first.us, until_us: first.us + window_us };
    let met: Vec<(usize, &Talk)> = history.talks.iter().enumerate().filter(|(_, talk)| since.meets(talk)).collect();
    let counted: Vec<usize> = met.iter().map(|(index, _)| *index).filter(|index| cases[*index].left_out.is_none()).collect();
    let is_client = |why: &Option<String>| !why.as_deref().is_some_and(|why| NOT_CLIENTS.contains(&why));
    let stranger = met.iter().all(|(index, _)| !is_client(&cases[*index].left_out));
    let left_out = met.first().filter(|_| stranger).and_then(|(index, _)| cases[*index].left_out.clone());
    let told: Vec<&Deed> = counted.iter().flat_map(|index| &history.talks[*index].deeds).chain(&history.outside).collect();
    let mut done = 0;
    for deed in told.iter().filter(|deed| since.has(deed.us)) {
        done |= marks_of(deed);
    }
    if counted.iter().any(|index| cases[*index].lost.is_some() && cases[*index].recovered_us.is_none()) {
        done |= marks::LOST;
    }
    Some(Exposure {
        experiment: trial.experiment,
        variant: trial.what.variants.get(first.variant)?.name.clone(),
        seen_us: first.us,
        flags: flags_of(&sights),
        hit_us: hit(trial.what.metric, history, (cases, &counted), bookings, (since, &told)),
        marks: done,
        left_out,
        answers: counted.iter().flat_map(|index| cases[*index].answers.iter().copied()).collect(),
    })
}

fn sight(trial: &Trial, deed: &Deed) -> Option<Sight> {
    let variant = trial.what.variant_of(deed.variant.as_deref()?)?;
    let is_served = deed.kind.as_str() == EXPOSED;
    (trial.from_us..trial.to_us).contains(&deed.us).then_some(Sight { us: deed.us, record: deed.record, variant, is_served })
}

fn flags_of(sights: &[Sight]) -> u32 {
    let any = |is_served: bool| sights.iter().any(|sight| sight.is_served == is_served);
    let was_served = |variant: usize| sights.iter().any(|sight| sight.is_served && sight.variant == variant);
    let mut found = 0;
    for (holds, flag) in [
        (any(true), flags::SERVED),
        (any(false), flags::TOLD),
        (sights.iter().any(|sight| sight.variant != sights[0].variant), flags::CROSSED),
        (any(true) && sights.iter().any(|sight| !sight.is_served && !was_served(sight.variant)), flags::CONTRADICTED),
    ] {
        found |= if holds { flag } else { 0 };
    }
    found
}

fn marks_of(deed: &Deed) -> u32 {
    let mut found = if deed.is_unsure() { marks::UNSURE } else { 0 };
    for (facet, mark) in [
        (Facets::LEAD, marks::LEAD),
        (Facets::HANDOFF, marks::HANDOFF),
        (Facets::FAILURE, marks::FAILURE),
        (Facets::REFUSED, marks::REFUSED),
    ] {
        found |= if deed.has(facet) { mark } else { 0 };
    }
    found
}

/// When they did what is counted.
fn hit(
    metric: Metric,
    history: &History,
    (cases, counted): (&[Case], &[usize]),
    bookings: &[Made],
    (since, told): (Since, &[&Deed]),
) -> Option<i64> {
    let first = |facet: Facets| told.iter().filter(|deed| deed.has(facet) && since.has(deed.us)).map(|deed| deed.us).min();
    let alone = |made: &Made| {
        let talk = made.talk.and_then(|talk| history.talks.get(talk));
        made.by_bot && talk.is_some_and(|talk| !talk.deeds.iter().any(|deed| deed.has(Facets::OPERATOR) && deed.us <= made.us))
    };
    let booked = |counts: &dyn Fn(&Made) -> bool| {
        let counted = bookings.iter().filter(|made| made.talk.is_some() && since.has(made.us) && counts(made));
        counted.map(|made| made.us).min()
    };
    match metric {
        Metric::Booked => booked(&|_| true),
        Metric::BookedByBot => booked(&alone),
        Metric::Lead => first(Facets::LEAD),
        Metric::Paid => first(Facets::PAYMENT),
        Metric::Handoff => first(Facets::HANDOFF),
        Metric::Refused => first(Facets::REFUSED),
        Metric::Lost => {
            let lost = counted.iter().map(|index| &cases[*index]).filter(|case| case.recovered_us.is_none());
            lost.filter_map(|case| Some(case.lost.as_ref()?.at_us.max(since.us))).min()
        }
    }
}
