//! What became of the clients of one variant: the share that decides, and beside it what must not get worse.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};
use serde::Serialize;
use statistics::Values;

use crate::event::experiment::Variant;
use crate::event::review::Fault;
use crate::journal::experiments::Kept;
use crate::journal::experiments::exposures::{Exposure, flags};
use crate::metrics::figures::Asker;
use crate::metrics::judge::{NEVER, marks};
use crate::metrics::rate::Rate;

/// A conversation that was under way when the variant was shown began at most so long before.
const UNDER_WAY_US: i64 = 24 * 3_600_000_000;

/// One variant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Arm {
    /// Its name.
    pub variant: String,
    /// Its part of the clients, beside the others'.
    pub weight: u32,
    /// Clients who did what is counted, of those who were shown it.
    pub rate: Rate,
    /// Of them by an exposure of the log; the others only by what the bot told.
    pub served: u64,
    /// Clients who saw it less than W ago.
    pub open: u64,
    /// What must not get worse.
    pub guards: Guards,
}

/// What must not get worse. Shares are of clients, but for reviewed answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Guards {
    /// Clients who were lost.
    pub lost: Rate,
    /// Who were handed to a person.
    pub handoff: Rate,
    /// Who said no.
    pub refused: Rate,
    /// With whom something failed.
    pub failed: Rate,
    /// Whom the assistant did not understand at least once.
    pub unsure: Rate,
    /// Half of the waits for an answer were no longer.
    pub answer_p50_ms: Option<f64>,
    /// Answers within three seconds, of waits.
    pub within_3s: Rate,
    /// Wrong answers, of conversations that people looked at and that still have their detail.
    pub wrong: Rate,
    /// What models cost, by currency, of conversations that still have their detail.
    pub costs: BTreeMap<String, Cost>,
}

/// What models cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Cost {
    /// Together.
    pub sum: f64,
    /// In so many conversations.
    pub conversations: u64,
}

/// A guard that is a share, of which more is worse: what it is called, and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Guard {
    /// As in the API.
    pub name: &'static str,
    /// Of an arm.
    pub of: fn(&Guards) -> Rate,
}

impl Guards {
    /// Those that are shares of clients or of waits.
    pub const SHARES: [Guard; 6] = [
        Guard { name: "lost", of: |guards| guards.lost },
        Guard { name: "handoff", of: |guards| guards.handoff },
        Guard { name: "refused", of: |guards| guards.refused },
        Guard { name: "failed", of: |guards| guards.failed },
        Guard { name: "unsure", of: |guards| guards.unsure },
        Guard { name: "wrong", of: |guards| guards.wrong },
    ];
}

impl Arm {
    pub(super) fn of(variant: &Variant, counted: &[&Exposure], asker: &Asker) -> Self {
        let theirs: Vec<&&Exposure> = counted.iter().filter(|one| one.variant == variant.name).collect();
        let n = theirs.len() as u64;
        let share = |part: &dyn Fn(&Exposure) -> bool| Rate { part: theirs.iter().filter(|one| part(one)).count() as u64, n };
        let marked = |mark: u32| share(&|one: &Exposure| one.marks & mark != 0);
        let waits = theirs.iter().flat_map(|one| &one.answers).map(|ms| if *ms == NEVER { f64::INFINITY } else { f64::from(*ms) });
        let waits = Values::of(waits);
        Self {
            variant: variant.name.clone(),
            weight: variant.weight,
            rate: share(&|one| one.hit_us.is_some()),
            served: share(&|one| one.flags & flags::SERVED != 0).part,
            open: share(&|one| one.seen_us + asker.window_us > asker.now_us).part,
            guards: Guards {
                lost: marked(marks::LOST),
                handoff: marked(marks::HANDOFF),
                refused: marked(marks::REFUSED),
                failed: marked(marks::FAILURE),
                unsure: marked(marks::UNSURE),
                answer_p50_ms: waits.as_ref().and_then(Values::median).filter(|ms| ms.is_finite()),
                within_3s: waits.as_ref().map_or(Rate { part: 0, n: 0 }, |waits| waits.within(3_000.0)),
                wrong: Rate { part: 0, n: 0 },
                costs: BTreeMap::new(),
            },
        }
    }
}

/// What stands beside the persons' rows: what people found in their conversations, and what these cost.
pub(super) fn beside(conn: &Connection, asker: &Asker, one: &Kept, arms: &mut [Arm]) -> rusqlite::Result<()> {
    let theirs =
        "FROM exposures x CROSS JOIN cases c WHERE x.business = ?1 AND x.experiment = ?2 AND x.left_out IS NULL AND c.person = x.person
                    AND c.session IS NOT NULL AND c.started_us >= x.seen_us - ?3 AND c.started_us <= x.seen_us + ?4";
    let span = params![asker.business.0, one.record.as_i64(), UNDER_WAY_US, asker.window_us];
    let wrong = format!(
        "SELECT x.variant, max(r.faults & {}) {} ",
        Fault::bits(&[Fault::WrongAnswer]),
        theirs.replace("CROSS JOIN cases c", "CROSS JOIN cases c CROSS JOIN events e CROSS JOIN reviews r")
    ) + "AND e.session = c.session AND r.business = x.business AND r.item = e.record GROUP BY x.variant, c.session";
    let mut find = conn.prepare_cached(&wrong)?;
    for row in find.query_map(span, |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))? {
        let (variant, is_wrong) = row?;
        if let Some(arm) = arms.iter_mut().find(|arm| arm.variant == variant) {
            arm.guards.wrong.n += 1;
            arm.guards.wrong.part += u64::from(is_wrong != 0);
        }
    }
    let costs = format!(
        "SELECT x.variant, m.currency, sum(m.cost), count(DISTINCT c.session) {} ",
        theirs.replace("CROSS JOIN cases c", "CROSS JOIN cases c CROSS JOIN events e CROSS JOIN model_calls m")
    ) + "AND e.session = c.session AND m.record = e.record AND m.cost IS NOT NULL GROUP BY x.variant, m.currency";
    let mut find = conn.prepare_cached(&costs)?;
    let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?, row.get(2)?, row.get::<_, i64>(3)?));
    for row in find.query_map(span, read)? {
        let (variant, currency, sum, conversations) = row?;
        if let Some(arm) = arms.iter_mut().find(|arm| arm.variant == variant) {
            arm.guards.costs.insert(currency.unwrap_or_default(), Cost { sum, conversations: conversations as u64 });
        }
    }
    Ok(())
}
