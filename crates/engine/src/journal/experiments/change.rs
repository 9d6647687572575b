//! What a decision makes of an experiment: pure, so that the recorder, a rebuild and the audit say the same.

use super::Kept;
use crate::event::RecordNo;
use crate::event::record::{Decided, Decision};

/// Which experiment a decision is about; none where it is about none.
pub(super) fn about(decided: &Decided) -> Option<&str> {
    match &decided.decision {
        Decision::ExperimentAdded(added) => Some(&added.name),
        Decision::ExperimentStarted(start) => Some(&start.experiment),
        Decision::ExperimentStopped(stop) => Some(&stop.experiment),
        _ => None,
    }
}

/// The experiment after the decision; none where it has no effect: a name that is taken, started twice, stopped twice.
pub(super) fn after(before: Option<Kept>, record: RecordNo, made_us: i64, decided: &Decided) -> Option<Kept> {
    let by = decided.by.clone();
    match (&decided.decision, before) {
        (Decision::ExperimentAdded(what), None) => {
            Some(Kept { record, what: what.clone(), added_us: made_us, added_by: by, started: None, stopped: None, keep: None })
        }
        (Decision::ExperimentStarted(start), Some(one)) if one.started.is_none() && one.stopped.is_none() => {
            Some(Kept { started: Some((start.from_us.min(made_us), by)), ..one })
        }
        (Decision::ExperimentStopped(stop), Some(one)) if one.stopped.is_none() => {
            let keep = stop.keep.clone().filter(|keep| one.what.variants.iter().any(|variant| variant.name == *keep));
            Some(Kept { stopped: Some((made_us, by)), keep, ..one })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::event::BusinessId;
    use crate::event::experiment::{Aim, Experiment, ExperimentStart, ExperimentStop, Metric};

    fn decided(decision: Decision) -> Decided {
        Decided { by: "olga".into(), decision }
    }

    #[test]
    fn it_is_added_started_and_stopped_once_each() {
        let record = |index| RecordNo::new(BusinessId(1), index);
        let what = Experiment {
            name: "g".into(),
            hypothesis: "…".into(),
            variants: vec!["A".parse().unwrap(), "B".parse().unwrap()],
            metric: Metric::Booked,
            aim: Aim::More,
            effect: 0.03,
        };
        let add = decided(Decision::ExperimentAdded(what));
        let start = |from_us| decided(Decision::ExperimentStarted(ExperimentStart { experiment: "g".into(), from_us }));
        let stop = |keep: &str| decided(Decision::ExperimentStopped(ExperimentStop { experiment: "g".into(), keep: Some(keep.into()) }));
        assert_eq!(after(None, record(1), 10, &start(10)), None, "nobody added it");
        let draft = after(None, record(1), 10, &add).unwrap();
        assert_eq!(after(Some(draft.clone()), record(2), 11, &add), None, "the name is taken");
        let running = after(Some(draft), record(3), 20, &start(30)).unwrap();
        assert_eq!(running.span_us(), Some((20, i64::MAX)), "nothing starts later than it is decided");
        assert_eq!(after(Some(running.clone()), record(4), 21, &start(5)), None);
        let over = after(Some(running), record(5), 40, &stop("C")).unwrap();
        assert_eq!((over.span_us(), &over.keep), (Some((20, 40)), &None), "nobody knows a variant C");
        assert_eq!(after(Some(over), record(6), 50, &stop("B")), None);
    }
}
