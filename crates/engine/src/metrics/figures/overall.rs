//! From the first step of a funnel to the last that anybody told of.

use serde::Serialize;
use statistics::funnel;

use super::StepCount;
use crate::metrics::rate::Rate;

/// How many came from end to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Overall {
    /// The last step that is measured.
    pub step: &'static str,
    /// Those who reached it, of those who began.
    pub rate: Rate,
}

/// Of steps in their order; none where nothing but the beginning is measured.
pub(super) fn overall(steps: &[StepCount]) -> Option<Overall> {
    let known: Vec<(&'static str, u64)> = steps.iter().filter_map(|step| Some((step.step, step.count?))).collect();
    let counts: Vec<u64> = known.iter().map(|(_, count)| *count).collect();
    let (step, _) = known.get(1..)?.last()?;
    funnel::overall(&counts).map(|rate| Overall { step, rate })
}
