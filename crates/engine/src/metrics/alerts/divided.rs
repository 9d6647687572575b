//! A16: an experiment that runs, and whose clients are not divided as they were meant to be. Whatever it shows means nothing until that is found.

use super::{Finding, Ground, Looked};
use crate::event::incident::Severity;
use crate::journal::experiments::{self, State};
use crate::metrics::experiments::split;

pub(super) fn look(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    for one in experiments::all(ground.conn, ground.business)? {
        let key = format!("A16:{}", one.what.name);
        let Some((began_us, _)) = one.started.as_ref().filter(|_| one.state() == State::Running) else {
            // What is stopped hurts nobody any more.
            looked.well.insert(key, one.stopped.as_ref().map_or(one.added_us, |(us, _)| *us));
            continue;
        };
        let (split, counts) = split(ground.conn, &one)?;
        match split.filter(|split| split.is_mismatch()) {
            Some(split) => {
                let counts: Vec<String> =
                    one.what.variants.iter().zip(&counts).map(|(variant, count)| format!("{} {count}", variant.name)).collect();
                let finding = Finding::new(key, Severity::Warning, *began_us).counting(1).fact("experiment", &one.what.name);
                looked.findings.push(finding.fact("counts", counts.join(", ")).fact("p", format!("{:.1e}", split.p)));
            }
            None => {
                looked.well.insert(key, ground.now_us);
            }
        }
    }
    Ok(())
}
