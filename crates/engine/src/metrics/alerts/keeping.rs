//! A11: the audit found that something is not as it was signed. A12: detail stays longer than it may, or the disk fills up.

use super::{Finding, Ground, HOUR_US, Looked};
use crate::event::incident::Severity;
use crate::journal::{audits, retention};

const MIB: u64 = 1 << 20;

pub(super) fn audited(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    let Some(run) = audits::latest(ground.conn, ground.business)? else { return Ok(()) };
    if run.wrong == 0 {
        looked.well.insert("A11".into(), run.ended_us);
        return Ok(());
    }
    let finding = Finding::new("A11", Severity::Critical, run.started_us).counting(run.wrong);
    looked.findings.push(finding.fact("findings", run.wrong).fact("entries", run.entries));
    Ok(())
}

pub(super) fn kept(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    let last_us = retention::newest(ground.conn, ground.business, 1)?.first().map_or(ground.created_us, |ran| ran.ended_us);
    let late_us = i64::from(ground.terms.retention_hours) * HOUR_US;
    if last_us + late_us < ground.now_us {
        let finding = Finding::new("A12:retention", Severity::Warning, last_us + late_us);
        looked.findings.push(finding.fact("what", "retention").fact("hours", (ground.now_us - last_us) / HOUR_US));
    } else {
        looked.well.insert("A12:retention".into(), last_us);
    }
    let Some(free) = ground.disk_free_bytes else { return Ok(()) };
    if free < u64::from(ground.terms.disk_free_mib) * MIB {
        let finding = Finding::new("A12:disk", Severity::Critical, ground.now_us);
        looked.findings.push(finding.fact("what", "disk").fact("free_mib", free / MIB));
    } else {
        looked.well.insert("A12:disk".into(), ground.now_us);
    }
    Ok(())
}
