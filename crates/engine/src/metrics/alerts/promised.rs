//! A6: the assistant said that something was done or would be, its time is over, and nothing in the journal did it.

use super::{DAY_US, Finding, Ground, Looked};
use crate::event::RecordNo;
use crate::event::incident::Severity;
use crate::journal::promises::{self, Filter, State};
use crate::journal::reading::Page;

const KEY: &str = "A6";
/// What was promised longer ago is on its page, and no news.
const WINDOW_US: i64 = DAY_US;

pub(super) fn look(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    let filter = Filter {
        kind: None,
        state: Some(State::Open.as_str().to_owned()),
        from_us: Some(ground.now_us - WINDOW_US),
        to_us: Some(ground.now_us),
    };
    let open = promises::list(ground.conn, ground.business, &filter, &Page::new(super::NAMED, None), ground.now_us)?.items;
    let open: Vec<_> = open.into_iter().filter(|line| !ground.was_dealt_with(KEY, line.record.index())).collect();
    let Some(began_us) = open.iter().map(|line| line.ts_us).min() else { return well(ground, looked) };
    let first = open.last().and_then(|line| line.promises.first()).map_or("", |judged| judged.said.kind.as_str());
    let finding = Finding::new(KEY, Severity::Warning, began_us).showing(open.iter().map(|line| line.record.index()));
    looked.findings.push(finding.fact("promises", open.len()).fact("first", first));
    Ok(())
}

/// Well again is when everything that it names was done after all.
fn well(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    let Some(incident) = ground.open_of(KEY) else { return Ok(()) };
    let mut kept_us = incident.began_us;
    for index in incident.records.iter() {
        for judged in promises::of_record(ground.conn, RecordNo::new(ground.business, index), ground.now_us)? {
            match judged.state {
                State::Open => return Ok(()),
                State::Kept(_, us) => kept_us = kept_us.max(us),
                State::Waiting | State::Unchecked => {}
            }
        }
    }
    looked.well.insert(KEY.into(), kept_us);
    Ok(())
}
