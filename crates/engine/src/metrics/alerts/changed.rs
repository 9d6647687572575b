//! A10: another model, prompt or scenario answers since then. Nobody has to do anything: it explains what other rules find. After a day it is history.

use super::{DAY_US, Finding, Ground, Looked};
use crate::event::incident::Severity;
use crate::metrics::markers;

pub(super) fn look(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    for marker in markers::markers(ground.conn, ground.business, ground.now_us - DAY_US, ground.now_us)? {
        let key = format!("A10:{}:{}", marker.what.as_str(), marker.to);
        // It is in the past tense from the first moment: what is over is not opened again.
        if ground.over.iter().any(|incident| incident.key == key && incident.began_us <= marker.us && marker.us <= incident.opened_us) {
            continue;
        }
        let finding = Finding::new(key, Severity::Info, marker.us).showing(marker.record).counting(1);
        let from = marker.from.as_deref().unwrap_or("–");
        looked.findings.push(finding.fact("what", marker.what.as_str()).fact("from", from).fact("to", &marker.to));
    }
    let old = ground.open.iter().filter(|incident| incident.rule == "A10" && incident.began_us < ground.now_us - DAY_US);
    looked.well.extend(old.map(|incident| (incident.key.clone(), incident.began_us)));
    Ok(())
}
