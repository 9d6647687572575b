//! A17: what models have cost today, by the business's clock, against what they may.

use rusqlite::params;

use super::{Finding, Ground, Looked};
use crate::event::incident::Severity;
use crate::journal::days::Day;

pub(super) fn look(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    let Some(budget) = ground.terms.budget_day else { return Ok(()) };
    let (from_us, _) = Day::of(ground.now_us, &ground.zone).span_us(&ground.zone);
    let sql = "SELECT m.cost, e.ts_us FROM events e CROSS JOIN model_calls m
               WHERE e.business = ?1 AND e.ts_us >= ?2 AND e.ts_us <= ?3 AND m.record = e.record AND m.cost > 0 AND m.currency = ?4 ORDER BY e.ts_us";
    let values = params![ground.business.0, from_us, ground.now_us, ground.terms.budget_currency];
    let mut all = ground.conn.prepare_cached(sql)?;
    let calls: Vec<(f64, i64)> = all.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    match over(&calls, f64::from(budget)) {
        Some((spent, since_us)) => {
            let finding = Finding::new("A17", Severity::Warning, since_us).counting(calls.len() as u64);
            let finding = finding.fact("spent", format!("{spent:.0}")).fact("budget", budget);
            looked.findings.push(finding.fact("currency", &ground.terms.budget_currency));
        }
        None => drop(looked.well.insert("A17".into(), from_us)),
    }
    Ok(())
}

/// What was spent, and when it was more than it may be.
fn over(calls: &[(f64, i64)], budget: f64) -> Option<(f64, i64)> {
    let mut spent = 0.0;
    let mut since_us = None;
    for (cost, us) in calls {
        spent += cost;
        if spent > budget && since_us.is_none() {
            since_us = Some(*us);
        }
    }
    since_us.map(|us| (spent, us))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_that_goes_over_is_the_first_bad_event() {
        let calls = [(40.0, 1), (60.0, 2), (0.5, 3), (20.0, 4)];
        assert_eq!(over(&calls, 100.0), Some((120.5, 3)));
        assert_eq!(over(&calls[..2], 100.0), None);
    }
}
