//! What the numbers of an experiment come to: may one stop, and with what.
//!
//! A winner is named when the always-valid p is at most 5 per cent and it ran for seven whole days, because weekdays differ. «No difference» is said
//! when the interval that holds at all looks leaves no room for an effect worth knowing. Everything else is «too early», with how much is missing.

use serde::Serialize;
use statistics::sequential::{ALPHA, FIRST_LOOK};

use super::compare::Comparison;
use crate::journal::experiments::{Kept, State};

/// A week has all weekdays.
pub const FULL_DAYS: i64 = 7;

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Verdict {
    /// Nobody started it.
    Draft,
    /// Clients were not divided as they were meant to be: nothing else means anything.
    Mismatch,
    /// Too few in a variant for a first look.
    Few {
        /// In the smaller one.
        have: u64,
        /// For a first look.
        first_look: u64,
    },
    /// It differs, but a week is not over.
    Week {
        /// Days until it is.
        days: i64,
    },
    /// Too early.
    Early {
        /// Weeks until each variant has what shows the effect; 0: it should have been seen by now, and the interval is still wide.
        weeks: Option<u64>,
    },
    /// The variant is better.
    Better,
    /// It is worse.
    Worse,
    /// There is no difference as large as the effect worth knowing.
    NoDifference,
    /// It was stopped before it said anything.
    Unclear,
}

/// How it runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) state: State,
    /// Whole days.
    pub(super) days: i64,
    pub(super) is_mismatch: bool,
    /// Clients a week.
    pub(super) weekly: f64,
}

impl Verdict {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Mismatch => "mismatch",
            Self::Few { .. } => "few",
            Self::Week { .. } => "week",
            Self::Early { .. } => "early",
            Self::Better => "better",
            Self::Worse => "worse",
            Self::NoDifference => "no_difference",
            Self::Unclear => "unclear",
        }
    }

    /// How much it matters beside those of other variants.
    fn weight(self) -> u8 {
        match self {
            Self::Better => 6,
            Self::Week { .. } => 5,
            Self::Early { .. } => 4,
            Self::Few { .. } => 3,
            Self::Worse => 2,
            Self::Unclear => 1,
            Self::NoDifference | Self::Draft | Self::Mismatch => 0,
        }
    }
}

/// Of one variant.
pub(super) fn verdict(run: Run, one: &Kept, (control, variant): (u64, u64), found: &Comparison) -> Verdict {
    if run.state == State::Draft {
        return Verdict::Draft;
    }
    if run.is_mismatch {
        return Verdict::Mismatch;
    }
    let (Some(look), Some(p)) = (found.look, found.p) else {
        let have = control.min(variant);
        let is_over = run.state == State::Stopped;
        return match () {
            () if is_over => Verdict::Unclear,
            // Everybody did the same: there is enough of them, and nothing to tell apart.
            () if have >= FIRST_LOOK => Verdict::Early { weeks: found.weeks },
            () => Verdict::Few { have, first_look: FIRST_LOOK },
        };
    };
    let (gain, bounds) = (one.what.aim.gain(look.difference.value), look.difference.interval);
    if p <= ALPHA {
        return match () {
            () if run.days < FULL_DAYS && run.state == State::Running => Verdict::Week { days: FULL_DAYS - run.days },
            // Weekdays differ: what was ended before a week was over says nothing about the others.
            () if run.days < FULL_DAYS => Verdict::Unclear,
            () if gain > 0.0 => Verdict::Better,
            () => Verdict::Worse,
        };
    }
    match () {
        () if bounds.low > -one.what.effect && bounds.high < one.what.effect => Verdict::NoDifference,
        () if run.state == State::Stopped => Verdict::Unclear,
        () => Verdict::Early { weeks: found.weeks },
    }
}

/// Of all together: what matters most.
pub(super) fn of_all(run: Run, comparisons: &[Comparison]) -> Verdict {
    let worst = comparisons.iter().map(|one| one.verdict).max_by_key(|verdict| verdict.weight());
    match run.state {
        State::Draft => Verdict::Draft,
        _ => worst.unwrap_or(Verdict::Unclear),
    }
}
