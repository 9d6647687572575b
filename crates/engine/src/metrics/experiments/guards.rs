//! What must not get worse while something is tried, and what surely did.
//!
//! Shares are held against the control's by the test that holds however often one looks. The slowest answers and the cost of a conversation have an
//! interval each, with the client as the unit (`statistics::clusters`), and are worse when the variant's, made twice as wide, begins where the control's
//! has ended: what one look hardly ever finds by chance, and many looks seldom. Of fewer than thirty clients on either side nothing is said.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, params};
use serde::Serialize;
use statistics::sequential::Sequential;
use statistics::{FEW, Values, clusters};

use super::arms::Arm;
use crate::event::review::{Fault, ReviewQueue};
use crate::event::when::DAY_US;
use crate::journal::experiments::Kept;
use crate::journal::experiments::exposures::Exposure;
use crate::metrics::figures::Asker;
use crate::metrics::judge::{NEVER, marks};
use crate::metrics::rate::Rate;

/// A conversation that was under way when the variant was shown began at most so long before.
const UNDER_WAY_US: i64 = DAY_US;
/// The slowest answers: one of twenty is slower.
const SLOW: f64 = 0.95;

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
    /// With a conversation that somebody complained of, of clients whose conversations still have their detail.
    pub complained: Rate,
    /// Half of the waits for an answer were no longer.
    pub answer_p50_ms: Option<f64>,
    /// Nineteen of twenty were no longer; none of fewer than two clients.
    pub answer_p95: Option<Slowest>,
    /// Answers within three seconds, of waits.
    pub within_3s: Rate,
    /// Wrong answers, of conversations that people looked at and that still have their detail.
    pub wrong: Rate,
    /// What models cost, by currency, of conversations that still have their detail.
    pub costs: BTreeMap<String, Cost>,
}

/// How long the slowest answers took; infinite, null in the API, where too many never came or too few were waited for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slowest {
    /// Clients who waited.
    pub clients: u64,
    /// The percentile.
    pub value_ms: f64,
    /// Not below this.
    pub low_ms: f64,
    /// Not above this.
    pub high_ms: f64,
}

/// What models cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cost {
    /// Together.
    pub sum: f64,
    /// In so many conversations.
    pub conversations: u64,
    /// Of so many clients.
    pub clients: u64,
    /// A conversation costs not less than this; none of a single client.
    pub low: Option<f64>,
    /// And not more.
    pub high: Option<f64>,
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
    /// Those that are shares.
    pub const SHARES: [Guard; 7] = [
        Guard { name: "lost", of: |guards| guards.lost },
        Guard { name: "handoff", of: |guards| guards.handoff },
        Guard { name: "refused", of: |guards| guards.refused },
        Guard { name: "failed", of: |guards| guards.failed },
        Guard { name: "unsure", of: |guards| guards.unsure },
        Guard { name: "complained", of: |guards| guards.complained },
        Guard { name: "wrong", of: |guards| guards.wrong },
    ];

    /// What the persons' own rows tell.
    pub(super) fn of(theirs: &[&&Exposure]) -> Self {
        let n = theirs.len() as u64;
        let marked = |mark: u32| Rate { part: theirs.iter().filter(|one| one.marks & mark != 0).count() as u64, n };
        let ms = |ms: &u32| if *ms == NEVER { f64::INFINITY } else { f64::from(*ms) };
        let waits: Vec<Vec<f64>> = theirs.iter().map(|one| one.answers.iter().map(ms).collect()).collect();
        let all = Values::of(waits.iter().flatten().copied());
        Self {
            lost: marked(marks::LOST),
            handoff: marked(marks::HANDOFF),
            refused: marked(marks::REFUSED),
            failed: marked(marks::FAILURE),
            unsure: marked(marks::UNSURE),
            complained: Rate::default(),
            answer_p50_ms: all.as_ref().and_then(Values::median).filter(|ms| ms.is_finite()),
            answer_p95: clusters::percentile(waits.iter().map(Vec::as_slice), SLOW).map(|found| Slowest {
                clients: found.clients,
                value_ms: found.value,
                low_ms: found.interval.low,
                high_ms: found.interval.high,
            }),
            within_3s: all.as_ref().map_or(Rate::default(), |waits| waits.within(3_000.0)),
            wrong: Rate::default(),
            costs: BTreeMap::new(),
        }
    }

    /// What is surely worse than with the control, by name.
    pub(super) fn harmed(&self, control: &Self, effect: f64) -> Vec<&'static str> {
        let is_worse = |of: fn(&Self) -> Rate| {
            let (before, after) = (of(control), of(self));
            let look = Sequential::new(effect).and_then(|mut test| test.look(before, after));
            // All of these and none of those: nothing varies that the test could weigh, and nothing is surer.
            let all_and_none = before.part == 0 && after.part == after.n;
            let is_sure = look.map_or(all_and_none, |look| look.is_decided() && look.difference.value > 0.0);
            !before.is_few() && !after.is_few() && is_sure
        };
        let shares = Self::SHARES.iter().filter(|guard| is_worse(guard.of)).map(|guard| guard.name);
        let slower = control
            .answer_p95
            .zip(self.answer_p95)
            .is_some_and(|(before, after)| before.clients >= FEW && after.clients >= FEW && after.low_wide() > before.high_wide());
        let dearer = self.costs.iter().any(|(currency, after)| {
            let before = control.costs.get(currency).filter(|before| before.clients >= FEW && after.clients >= FEW);
            before.and_then(Cost::high_wide).zip(after.low_wide()).is_some_and(|(high, low)| low > high)
        });
        shares.chain(slower.then_some("answer_p95")).chain(dearer.then_some("cost")).collect()
    }
}

/// People look every day, and an interval of 95 per cent is for one look: twice as wide they are of more than 99.9 per cent, and two that do not
/// meet then are hardly chance however often one looks.
const WIDE: f64 = 2.0;

impl Slowest {
    fn low_wide(&self) -> f64 {
        if self.value_ms.is_finite() { self.value_ms - WIDE * (self.value_ms - self.low_ms) } else { self.low_ms }
    }

    fn high_wide(&self) -> f64 {
        self.value_ms + WIDE * (self.high_ms - self.value_ms)
    }
}

impl Cost {
    fn mean(&self) -> Option<f64> {
        (self.conversations > 0).then(|| self.sum / self.conversations as f64)
    }

    fn low_wide(&self) -> Option<f64> {
        self.mean().zip(self.low).map(|(mean, low)| mean - WIDE * (mean - low))
    }

    fn high_wide(&self) -> Option<f64> {
        self.mean().zip(self.high).map(|(mean, high)| mean + WIDE * (high - mean))
    }

    /// Of clients as (sum, conversations).
    fn of(clients: &[(f64, f64)]) -> Option<Self> {
        let each = clusters::mean(clients)?;
        Some(Self {
            sum: clients.iter().map(|(sum, _)| sum).sum(),
            conversations: clients.iter().map(|(_, conversations)| *conversations).sum::<f64>() as u64,
            clients: each.clients,
            low: each.interval.map(|bounds| bounds.low.max(0.0)),
            high: each.interval.map(|bounds| bounds.high),
        })
    }
}

/// What stands beside the persons' rows: what people found in their conversations, which they complained of, and what these cost.
pub(super) fn beside(conn: &Connection, asker: &Asker, one: &Kept, arms: &mut [Arm]) -> rusqlite::Result<()> {
    let theirs =
        "FROM exposures x CROSS JOIN cases c WHERE x.business = ?1 AND x.experiment = ?2 AND x.left_out IS NULL AND c.person = x.person
                    AND c.session IS NOT NULL AND c.started_us >= x.seen_us - ?3 AND c.started_us <= x.seen_us + ?4";
    let span = params![asker.business.0, one.record.as_i64(), UNDER_WAY_US, asker.window_us];
    let wrong = format!(
        "SELECT x.variant, max(r.faults & {}) <> 0 {} ",
        Fault::bits(&[Fault::WrongAnswer]),
        theirs.replace("CROSS JOIN cases c", "CROSS JOIN cases c CROSS JOIN events e CROSS JOIN reviews r")
    ) + "AND e.session = c.session AND r.business = x.business AND r.item = e.record GROUP BY x.variant, c.session";
    shares(conn, &wrong, span, arms, |guards| &mut guards.wrong)?;
    let complained = format!(
        "WITH complained AS MATERIALIZED (SELECT e.session FROM review_items i CROSS JOIN events e
           WHERE i.business = ?1 AND i.queue = '{}' AND e.record = i.record AND e.session IS NOT NULL)
         SELECT x.variant, max(c.session IN complained) {theirs} GROUP BY x.variant, x.person",
        ReviewQueue::Complaint.as_str()
    );
    shares(conn, &complained, span, arms, |guards| &mut guards.complained)?;
    let costs = format!(
        "SELECT x.variant, m.currency, sum(m.cost), count(DISTINCT c.session) {} ",
        theirs.replace("CROSS JOIN cases c", "CROSS JOIN cases c CROSS JOIN events e CROSS JOIN model_calls m")
    ) + "AND e.session = c.session AND m.record = e.record AND m.cost IS NOT NULL GROUP BY x.variant, m.currency, x.person";
    let mut clients: BTreeMap<(String, String), Vec<(f64, f64)>> = BTreeMap::new();
    let mut find = conn.prepare_cached(&costs)?;
    let read = |row: &Row<'_>| Ok(((row.get(0)?, row.get::<_, Option<String>>(1)?.unwrap_or_default()), (row.get(2)?, row.get(3)?)));
    for row in find.query_map(span, read)? {
        let (of, client) = row?;
        clients.entry(of).or_default().push(client);
    }
    for ((variant, currency), theirs) in clients {
        if let Some((arm, cost)) = arms.iter_mut().find(|arm| arm.variant == variant).zip(Cost::of(&theirs)) {
            arm.guards.costs.insert(currency, cost);
        }
    }
    Ok(())
}

/// Rows of a variant's name and whether it holds, as a share of each arm.
fn shares(
    conn: &Connection,
    sql: &str,
    span: &[&dyn rusqlite::ToSql],
    arms: &mut [Arm],
    of: fn(&mut Guards) -> &mut Rate,
) -> rusqlite::Result<()> {
    let mut find = conn.prepare_cached(sql)?;
    for row in find.query_map(span, |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?)))? {
        let (variant, holds) = row?;
        if let Some(arm) = arms.iter_mut().find(|arm| arm.variant == variant) {
            let rate = of(&mut arm.guards);
            rate.n += 1;
            rate.part += u64::from(holds);
        }
    }
    Ok(())
}
