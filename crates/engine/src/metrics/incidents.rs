//! How fast what goes wrong is found and put right: means and medians of incidents that are over, in minutes.
//!
//! MTTD from the first bad event to the alarm, MTTA from the alarm to the first person who saw it, MTTR from the alarm to the first good event, and
//! `total` from the first bad event to the first good one: what people mean by «находим и исправляем». Open ones have an age and are in no mean;
//! false alarms and what is only to be known are in none either.

use std::collections::BTreeMap;

use serde::Serialize;
use statistics::Values;

use crate::event::incident::{Ending, Severity};
use crate::event::when::MINUTE_US;
use crate::journal::incidents::Incident;

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Took {
    /// Of how many incidents.
    pub n: u64,
    /// The mean, minutes.
    pub mean_min: Option<f64>,
    /// The median, minutes.
    pub median_min: Option<f64>,
}

/// The incidents of a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// That somebody had to do something about.
    pub incidents: u64,
    /// Of them still open.
    pub open: u64,
    /// The age of the oldest open one, minutes since its first bad event.
    pub oldest_open_min: Option<f64>,
    /// That were none.
    pub false_alarms: u64,
    /// Only to be known.
    pub info: u64,
    /// Until detected.
    pub detect: Took,
    /// From there until somebody saw it.
    pub acknowledge: Took,
    /// From the alarm until it was well again.
    pub recover: Took,
    /// From the first bad event until it was well again.
    pub total: Took,
    /// How many of which rule.
    pub by_rule: BTreeMap<String, u64>,
}

/// Sums up.
#[must_use]
pub fn figures(incidents: &[Incident], now_us: i64) -> Figures {
    let counted: Vec<&Incident> = incidents.iter().filter(|incident| incident.counts()).collect();
    let over = || counted.iter().filter_map(|incident| Some((*incident, incident.recovered_us?)));
    let open: Vec<&&Incident> = counted.iter().filter(|incident| incident.is_open()).collect();
    let mut by_rule = BTreeMap::new();
    for incident in &counted {
        *by_rule.entry(incident.rule.clone()).or_default() += 1;
    }
    Figures {
        incidents: counted.len() as u64,
        open: open.len() as u64,
        oldest_open_min: open.iter().map(|incident| incident.began_us).min().map(|us| minutes(now_us - us)),
        false_alarms: incidents
            .iter()
            .filter(|incident| incident.resolved.as_ref().is_some_and(|(_, _, how)| *how == Ending::FalseAlarm))
            .count() as u64,
        info: incidents.iter().filter(|incident| incident.severity == Severity::Info).count() as u64,
        detect: took(over().map(|(incident, _)| incident.opened_us - incident.began_us)),
        acknowledge: took(over().filter_map(|(incident, _)| Some(incident.acknowledged.as_ref()?.0 - incident.opened_us))),
        // It may have recovered before anybody knew.
        recover: took(over().map(|(incident, recovered_us)| recovered_us - incident.opened_us)),
        total: took(over().map(|(incident, recovered_us)| recovered_us - incident.began_us)),
        by_rule,
    }
}

fn minutes(us: i64) -> f64 {
    us.max(0) as f64 / MINUTE_US as f64
}

fn took(lengths_us: impl Iterator<Item = i64>) -> Took {
    let values = Values::of(lengths_us.map(minutes));
    let of = |read: fn(&Values) -> Option<f64>| values.as_ref().and_then(read);
    Took { n: values.as_ref().map_or(0, Values::n), mean_min: of(Values::mean), median_min: of(Values::median) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use super::*;
    use crate::event::BusinessId;

    fn incident(start: i64, detected: i64, recovered: Option<i64>, how: Ending) -> Incident {
        let at = |minute: i64| minute * MINUTE_US;
        Incident {
            business: BusinessId(1),
            number: 1,
            rule: "A1".into(),
            key: "A1".into(),
            severity: Severity::Critical,
            began_us: at(start),
            opened_us: at(detected),
            opened_by: "rules".into(),
            grew_us: at(detected),
            acknowledged: None,
            resolved: recovered.map(|minute| (at(minute), "vera".into(), how)),
            recovered_us: recovered.map(at),
            records: "".parse().unwrap(),
            count: 1,
            facts: BTreeMap::new(),
        }
    }

    #[test]
    fn the_worked_numbers() {
        let all = [(0, 30, 120), (0, 5, 50), (0, 840, 960)].map(|(start, det, rec)| incident(start, det, Some(rec), Ending::Fix));
        let found = figures(&all, 0);
        let shown = |took: Took| format!("{:.2} {:.1}", took.mean_min.unwrap(), took.median_min.unwrap());
        assert_eq!([found.detect, found.recover, found.total].map(shown), ["291.67 30.0", "85.00 90.0", "376.67 120.0"]);
        assert_eq!((found.total.n, found.acknowledge.n, found.acknowledge.mean_min), (3, 0, None));
    }

    #[test]
    fn open_ones_have_an_age_and_false_alarms_are_in_no_mean() {
        let info = Incident { severity: Severity::Info, ..incident(0, 1, Some(2), Ending::Passed) };
        let all = [
            incident(0, 10, None, Ending::Fix),
            incident(0, 5, Some(900), Ending::FalseAlarm),
            incident(0, 10, Some(20), Ending::Fix),
            info,
        ];
        let found = figures(&all, 60 * MINUTE_US);
        assert_eq!((found.incidents, found.open, found.oldest_open_min, found.false_alarms, found.info), (2, 1, Some(60.0), 1, 1));
        assert_eq!((found.total.n, found.total.mean_min), (1, Some(20.0)));
    }
}
