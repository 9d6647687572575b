//! A2: what a CRM should have been told waits too long or was refused for good, it is not read back, or nobody may ask it. A18: it says something else than the journal.

use rusqlite::{OptionalExtension, params};

use super::{Finding, Ground, Looked, MINUTE_US};
use crate::event::RecordNo;
use crate::event::incident::Severity;
use crate::journal::crm::{self, reads};

/// How one connection stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Standing {
    halted_us: Option<i64>,
    /// The oldest entry whose card is known and that is not written.
    oldest_us: Option<i64>,
    waiting: u64,
    buried: u64,
    buried_us: Option<i64>,
    records: Vec<u64>,
}

pub(super) fn look(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    let lag_us = i64::from(ground.terms.crm_lag_min) * MINUTE_US;
    for portal in ground.crm {
        let connection = portal.connection.as_str();
        let halted_us = crm::cursor(ground.conn, connection)?.and_then(|cursor| cursor.halted).map(|(_, us)| us);
        let standing = Standing { halted_us, ..standing(ground, connection, ground.now_us - lag_us)? };
        let unread_us = if portal.reads { unread(ground, connection, lag_us)? } else { None };
        let both = [("", judge(&standing, ground.now_us)), (":read", unread_us.map(|since_us| blind(since_us, ground.now_us)))];
        for (what, found) in both {
            let key = format!("A2:{connection}{what}");
            match found {
                Some(finding) => looked.findings.push(Finding { key, ..finding.fact("connection", connection) }),
                None => drop(looked.well.insert(key, ground.now_us)),
            }
        }
    }
    // Of a connection that was taken away nothing waits any more.
    let gone = ground.open.iter().filter(|open| open.rule == "A2" && !looked.findings.iter().any(|finding| finding.key == open.key));
    looked.well.extend(gone.map(|open| (open.key.clone(), ground.now_us)));
    Ok(())
}

/// Since when nothing of it could be read back, where that is too long.
fn unread(ground: &Ground<'_>, connection: &str, lag_us: i64) -> rusqlite::Result<Option<i64>> {
    let look = reads::of(ground.conn, connection, "look")?.filter(|look| look.problem.is_some());
    Ok(look.map(|look| look.at_us).filter(|read_us| *read_us < ground.now_us - lag_us))
}

fn blind(since_us: i64, now_us: i64) -> Finding {
    Finding::new("A2", Severity::Critical, since_us).counting(1).fact("state", "unread").fact("lag_min", (now_us - since_us) / MINUTE_US)
}

/// The entries of a connection; those that are still looking for a card have a quarter of an hour by design and do not count.
fn standing(ground: &Ground<'_>, connection: &str, before_us: i64) -> rusqlite::Result<Standing> {
    let mut standing = Standing::default();
    let sql = "SELECT e.made_us, e.first_record FROM crm_entries e WHERE e.connection = ?1 AND e.state IN ('waiting', 'sending', 'unclear')
                 AND e.made_us < ?2 AND EXISTS (SELECT 1 FROM crm_cards c WHERE c.business = e.business AND c.connection = e.connection
                   AND c.client = e.client AND c.state = 'found') ORDER BY e.made_us LIMIT 1000";
    let mut waiting = ground.conn.prepare_cached(sql)?;
    let mut rows = waiting.query(params![connection, before_us])?;
    while let Some(row) = rows.next()? {
        standing.oldest_us = standing.oldest_us.or(Some(row.get(0)?));
        standing.waiting += 1;
        standing.records.push(RecordNo::from_i64(row.get(1)?).index());
    }
    let sql = "SELECT count(*), min(made_us) FROM crm_entries WHERE connection = ?1 AND state = 'buried'";
    let buried = ground.conn.prepare_cached(sql)?.query_row([connection], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?))).optional()?;
    if let Some((count, since_us)) = buried {
        (standing.buried, standing.buried_us) = (count as u64, since_us);
    }
    let sql = "SELECT first_record FROM crm_entries WHERE connection = ?1 AND state = 'buried' ORDER BY id LIMIT 100";
    let mut buried = ground.conn.prepare_cached(sql)?;
    for record in buried.query_map([connection], |row| row.get::<_, i64>(0))? {
        standing.records.push(RecordNo::from_i64(record?).index());
    }
    Ok(standing)
}

fn judge(standing: &Standing, now_us: i64) -> Option<Finding> {
    let began_us = [standing.halted_us, standing.oldest_us, standing.buried_us].into_iter().flatten().min()?;
    let lag_min = standing.oldest_us.map_or(0, |since_us| (now_us - since_us) / MINUTE_US);
    let state = match () {
        () if standing.halted_us.is_some() => "halted",
        () if standing.waiting > 0 => "late",
        () => "refused",
    };
    let severity = if state == "refused" { Severity::Warning } else { Severity::Critical };
    let finding = Finding::new("A2", severity, began_us).showing(standing.records.iter().copied());
    let finding = finding.counting((standing.waiting + standing.buried).max(1)).fact("state", state).fact("lag_min", lag_min);
    Some(finding.fact("waiting", standing.waiting).fact("buried", standing.buried))
}

pub(super) fn differences(ground: &Ground<'_>, looked: &mut Looked) -> rusqlite::Result<()> {
    match ground.differences {
        None => {}
        Some((0, _)) => drop(looked.well.insert("A18".into(), ground.now_us)),
        Some((count, since_us)) => {
            let finding = Finding::new("A18", Severity::Warning, since_us).counting(count);
            looked.findings.push(finding.fact("differences", count));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn late_refused_and_halted_are_told_apart() {
        let now = 100 * MINUTE_US;
        assert_eq!(judge(&Standing::default(), now), None);
        let late = Standing { oldest_us: Some(90 * MINUTE_US), waiting: 2, records: vec![4, 5], ..Standing::default() };
        let found = judge(&late, now).unwrap();
        assert_eq!((found.severity, &found.facts["state"][..], &found.facts["lag_min"][..]), (Severity::Critical, "late", "10"));
        let refused = Standing { buried: 1, buried_us: Some(1), records: vec![9], ..Standing::default() };
        assert_eq!(judge(&refused, now).unwrap().severity, Severity::Warning);
        let halted = Standing { halted_us: Some(80 * MINUTE_US), ..late };
        let found = judge(&halted, now).unwrap();
        assert_eq!((&found.facts["state"][..], found.began_us, found.count), ("halted", 80 * MINUTE_US, 2));
    }
}
