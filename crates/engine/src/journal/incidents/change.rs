//! What a decision makes of an incident: pure, so that the recorder, a rebuild and the audit say the same.

use ledger::RecordList;

use super::Incident;
use crate::event::incident::{Growth, Opening, Resolution};
use crate::event::record::{Decided, Decision};
use crate::event::{BusinessId, RecordNo};

/// Records that are kept as evidence; more are only counted.
const KEPT: usize = 200;

/// Which incident a decision is about.
pub(super) enum About<'a> {
    /// The open one of that key, or a new one.
    Key(&'a str),
    /// The one that this record opened.
    Number(u64),
}

/// None where the decision is about no incident.
pub(super) fn about(decided: &Decided) -> Option<About<'_>> {
    match &decided.decision {
        Decision::IncidentOpened(opening) => Some(About::Key(&opening.key)),
        Decision::IncidentGrew(Growth { incident, .. })
        | Decision::IncidentAcknowledged { incident }
        | Decision::IncidentResolved(Resolution { incident, .. }) => Some(About::Number(*incident)),
        _ => None,
    }
}

/// The incident after the decision; none where it has no effect: nobody knows it, or it is over.
pub(super) fn after(before: Option<Incident>, record: RecordNo, made_us: i64, decided: &Decided) -> Option<Incident> {
    let by = decided.by.clone();
    match (&decided.decision, before) {
        (Decision::IncidentOpened(opening), None) => Some(opened(record, made_us, by, opening)),
        // Two rules' looks, or a rule and a person, at once: what the second found joins the first.
        (Decision::IncidentOpened(opening), Some(mut incident)) => {
            incident.began_us = incident.began_us.min(opening.began_us);
            incident.severity = incident.severity.max(opening.severity);
            join(&mut incident, &opening.records, opening.count, made_us);
            incident.facts = opening.facts.clone();
            Some(incident)
        }
        (Decision::IncidentGrew(growth), Some(mut incident)) if incident.is_open() => {
            join(&mut incident, &growth.records, growth.count, made_us);
            incident.facts = growth.facts.clone();
            Some(incident)
        }
        (Decision::IncidentAcknowledged { .. }, Some(mut incident)) if incident.is_open() && incident.acknowledged.is_none() => {
            incident.acknowledged = Some((made_us, by));
            Some(incident)
        }
        (Decision::IncidentResolved(resolution), Some(mut incident)) if incident.is_open() => {
            incident.began_us = resolution.began_us.unwrap_or(incident.began_us).min(incident.opened_us);
            incident.resolved = Some((made_us, by, resolution.how));
            // Nothing recovers before it began, or after somebody says so.
            incident.recovered_us = Some(resolution.recovered_us.clamp(incident.began_us, made_us.max(incident.began_us)));
            Some(incident)
        }
        _ => None,
    }
}

fn opened(record: RecordNo, made_us: i64, by: String, opening: &Opening) -> Incident {
    Incident {
        business: BusinessId(record.business().0),
        number: record.index(),
        rule: opening.rule.clone(),
        key: opening.key.clone(),
        severity: opening.severity,
        began_us: opening.began_us.min(made_us),
        opened_us: made_us,
        opened_by: by,
        grew_us: made_us,
        acknowledged: None,
        resolved: None,
        recovered_us: None,
        records: kept(list(&opening.records)),
        count: opening.count,
        facts: opening.facts.clone(),
    }
}

fn join(incident: &mut Incident, records: &str, count: u64, made_us: i64) {
    incident.records = kept(incident.records.union(&list(records)));
    incident.count = incident.count.max(count);
    incident.grew_us = made_us;
}

/// What a later version wrote otherwise is no evidence here.
fn list(records: &str) -> RecordList {
    records.parse().unwrap_or_else(|_| RecordList::of([]))
}

fn kept(records: RecordList) -> RecordList {
    if records.len() <= KEPT as u64 { records } else { RecordList::of(records.iter().take(KEPT)) }
}
