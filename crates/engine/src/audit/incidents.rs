//! Looks again and again whether something is an incident, and decides what follows, on the word of `rules`: opened, grown, passed.
//!
//! The rules find (`metrics::alerts`); here is what a finding means beside what is open and what people have said. Every decision is sealed, so an
//! open incident grows at most every five minutes, and one that a person ended does not come back at once for the same reason.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use ledger::RecordList;
use tokio::sync::watch;

use super::differences::{self, Asked};
use crate::access::{Business, business};
use crate::decide::{Decide, DecideError};
use crate::event::BusinessId;
use crate::event::incident::{Ending, Growth, Opening, RULES as BY, Resolution};
use crate::event::record::Decision;
use crate::event::when::MINUTE_US;
use crate::journal::crm::differences::Portal;
use crate::journal::incidents::{self, Incident};
use crate::metrics::alerts::{Finding, Ground, Looked, RULES, Rule, Terms};
use crate::store::{Store, StoreError};

/// How often it looks which rules are due.
const TICK: Duration = Duration::from_secs(30);
/// After a start much is still on its way: what waits in the queue, what bots and CRMs send again.
const SETTLE: Duration = Duration::from_secs(60);
/// So few bytes wait to be recorded when recording has caught up.
const CAUGHT_UP: u64 = 1 << 20;
/// An open one grows at most so often.
const GROWS_US: i64 = 5 * MINUTE_US;
/// So long the same is no new incident: after it passed by itself, after a person repaired it, after they said that it was none.
const PASSED_US: i64 = 10 * MINUTE_US;
const REPAIRED_US: i64 = 60 * MINUTE_US;
const FALSE_US: i64 = 24 * 60 * MINUTE_US;
/// What ended longer ago says nothing about what is found now.
const OVER_US: i64 = 7 * 24 * 60 * MINUTE_US;

/// What is free on the disk of the data folder, bytes.
pub type Free = Box<dyn Fn() -> Option<u64> + Send + Sync>;

/// The checker.
pub struct Watch {
    store: Store,
    decide: Decide,
    now_us: fn() -> i64,
    free: Free,
    /// So long the bot and the search for a card have before a lead is missing.
    grace_us: i64,
    /// When which rule of which business looked last.
    looked: Mutex<HashMap<(BusinessId, usize), i64>>,
}

/// Why it did not look.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It said no within a question.
    #[error("database: {0}")]
    Sql(#[from] rusqlite::Error),
    /// A business could not be read.
    #[error(transparent)]
    Access(#[from] crate::access::AccessError),
    /// A decision was not accepted.
    #[error(transparent)]
    Decide(#[from] DecideError),
}

/// A rule with what it found.
#[derive(Debug)]
pub struct Seen {
    /// `A1`.
    pub rule: &'static str,
    /// What.
    pub looked: Looked,
}

impl Watch {
    /// Over an open store.
    #[must_use]
    pub fn new(store: Store, decide: Decide, now_us: fn() -> i64, free: Free, grace_us: i64) -> Self {
        Self { store, decide, now_us, free, grace_us, looked: Mutex::default() }
    }

    /// Goes on until `stop` turns true.
    pub async fn keep(self, mut stop: watch::Receiver<bool>) {
        let (mut rest, mut is_behind) = (SETTLE, false);
        loop {
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            rest = TICK;
            if is_behind && self.decide.waiting_bytes() > CAUGHT_UP {
                continue;
            }
            let turn = self.turn(false).await;
            is_behind = matches!(turn, Err(WatchError::Decide(DecideError::Behind)));
            match turn {
                // What they decided is not seen yet, and what waits cannot be judged.
                Err(e) if is_behind => tracing::warn!(reason = %e, "rules of incidents wait until recording has caught up"),
                Err(e) => tracing::error!(error = %e, "rules of incidents did not look, they try again"),
                Ok(_) => {}
            }
        }
    }

    /// Rules that are due, or all; what they find is decided. Says how many decisions that were.
    ///
    /// # Errors
    /// When the database or the queue says no.
    pub async fn turn(&self, all: bool) -> Result<usize, WatchError> {
        let businesses = self.store.read(|conn| Ok::<_, WatchError>(business::all(conn)?)).await?;
        let mut decided = 0;
        for business in businesses {
            let (id, now_us) = (business.id, (self.now_us)());
            let due = self.due(id, now_us, all);
            let (free, grace_us) = ((self.free)(), self.grace_us);
            let decisions = self.store.read(move |conn| {
                let eyes = Eyes::open(conn, &business, Asked { now_us, grace_us }, free)?;
                let mut decisions = Vec::new();
                for rule in due {
                    let looked = eyes.look(conn, &business, &rule)?;
                    decisions.extend(follow(rule.id, looked, &eyes.open, &eyes.over, now_us));
                }
                Ok::<_, WatchError>(decisions)
            });
            for decision in decisions.await? {
                self.decide.decide(id, BY, decision, (self.now_us)()).await?;
                decided += 1;
            }
        }
        Ok(decided)
    }

    /// What every rule sees now in one business; nothing is decided.
    ///
    /// # Errors
    /// When the database says no.
    pub async fn see(&self, business: Business) -> Result<Vec<Seen>, WatchError> {
        let (now_us, free, grace_us) = ((self.now_us)(), (self.free)(), self.grace_us);
        let seen = self.store.read(move |conn| {
            let eyes = Eyes::open(conn, &business, Asked { now_us, grace_us }, free)?;
            let look = |rule: &Rule| Ok(Seen { rule: rule.id, looked: eyes.look(conn, &business, rule)? });
            RULES.iter().map(look).collect::<Result<Vec<_>, WatchError>>()
        });
        seen.await
    }

    fn due(&self, business: BusinessId, now_us: i64, all: bool) -> Vec<Rule> {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = Vec::new();
        for (at, rule) in RULES.iter().enumerate() {
            let last_us = looked.entry((business, at)).or_insert(i64::MIN);
            if all || last_us.saturating_add(i64::from(rule.every_s) * 1_000_000) <= now_us {
                *last_us = now_us;
                due.push(*rule);
            }
        }
        due
    }
}

/// What the rules of one business look with.
struct Eyes {
    terms: Terms,
    open: Vec<Incident>,
    over: Vec<Incident>,
    crm: Vec<Portal>,
    zone: TimeZone,
    asked: Asked,
    free: Option<u64>,
}

impl Eyes {
    fn open(conn: &rusqlite::Connection, business: &Business, asked: Asked, free: Option<u64>) -> Result<Self, WatchError> {
        Ok(Self {
            terms: Terms::of(conn, business.id)?,
            open: incidents::open(conn, business.id)?,
            over: incidents::resolved_since(conn, business.id, asked.now_us - OVER_US)?,
            crm: differences::portals(conn, business.id)?,
            zone: TimeZone::get(&business.timezone).unwrap_or(TimeZone::UTC),
            asked,
            free,
        })
    }

    fn look(&self, conn: &rusqlite::Connection, business: &Business, rule: &Rule) -> Result<Looked, WatchError> {
        if !self.terms.looks(rule.id) {
            return Ok(Looked::default());
        }
        // Only one rule asks for it, and it reads ninety days.
        let differences = if rule.id == "A18" && !self.crm.is_empty() {
            let found = differences::differences(conn, business.id, self.asked)?;
            Some((found.counts.total(), found.list.first().map_or(self.asked.now_us, |oldest| oldest.since_us)))
        } else {
            None
        };
        let ground = Ground {
            conn,
            business: business.id,
            created_us: business.created_us,
            zone: self.zone.clone(),
            now_us: self.asked.now_us,
            terms: &self.terms,
            open: &self.open,
            over: &self.over,
            disk_free_bytes: self.free,
            crm: &self.crm,
            differences,
        };
        Ok(rule.look(&ground)?)
    }
}

/// What follows from a look.
fn follow(rule: &str, looked: Looked, open: &[Incident], over: &[Incident], now_us: i64) -> Vec<Decision> {
    let mut decisions = Vec::new();
    for finding in looked.findings {
        match open.iter().find(|incident| incident.key == finding.key) {
            Some(incident) => decisions.extend(grown(incident, finding, now_us)),
            None if rests(&finding.key, over, now_us) => {}
            None => decisions.push(Decision::IncidentOpened(Opening {
                rule: rule.to_owned(),
                key: finding.key,
                severity: finding.severity,
                began_us: finding.began_us.min(now_us),
                records: RecordList::of(finding.records).to_string(),
                count: finding.count,
                facts: finding.facts,
            })),
        }
    }
    for (key, recovered_us) in looked.well {
        if let Some(incident) = open.iter().find(|incident| incident.rule == rule && incident.key == key) {
            decisions.push(Decision::IncidentResolved(Resolution {
                incident: incident.number,
                how: Ending::Passed,
                began_us: None,
                recovered_us,
            }));
        }
    }
    decisions
}

/// More of it, if there is more and it is time to say so.
fn grown(incident: &Incident, finding: Finding, now_us: i64) -> Option<Decision> {
    let fresh: Vec<u64> = finding.records.into_iter().filter(|record| !incident.records.contains(*record)).collect();
    let records = RecordList::of(fresh);
    let count = finding.count.max(incident.records.len() + records.len());
    if count <= incident.count || now_us - incident.grew_us < GROWS_US {
        return None;
    }
    Some(Decision::IncidentGrew(Growth { incident: incident.number, records: records.to_string(), count, facts: finding.facts }))
}

/// Whether the same ended so lately that it is no new incident.
fn rests(key: &str, over: &[Incident], now_us: i64) -> bool {
    let ended = over.iter().filter(|incident| incident.key == key).filter_map(|incident| incident.resolved.as_ref());
    ended.into_iter().any(|(us, _, how)| {
        let rest_us = match how {
            Ending::Passed => PASSED_US,
            Ending::Fix | Ending::Rollback => REPAIRED_US,
            Ending::FalseAlarm => FALSE_US,
        };
        now_us - us < rest_us
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::collections::BTreeMap;

    use super::*;
    use crate::event::incident::Severity;

    fn incident(count: u64, grew_us: i64) -> Incident {
        Incident {
            business: BusinessId(1),
            number: 7,
            rule: "A1".into(),
            key: "A1:telegram".into(),
            severity: Severity::Critical,
            began_us: 0,
            opened_us: 0,
            opened_by: BY.into(),
            grew_us,
            acknowledged: None,
            resolved: None,
            recovered_us: None,
            records: "1-3".parse().unwrap(),
            count,
            facts: BTreeMap::new(),
        }
    }

    fn looked(records: &[u64]) -> Looked {
        let finding = Finding {
            key: "A1:telegram".into(),
            severity: Severity::Critical,
            began_us: 5,
            records: records.to_vec(),
            count: records.len() as u64,
            facts: BTreeMap::new(),
        };
        Looked { findings: vec![finding], well: BTreeMap::new() }
    }

    #[test]
    fn what_is_found_opens_grows_and_rests() {
        let now = 10 * GROWS_US;
        let opened = follow("A1", looked(&[1, 2, 3]), &[], &[], now);
        assert!(matches!(&opened[..], [Decision::IncidentOpened(opening)] if opening.records == "1-3" && opening.count == 3));
        assert_eq!(follow("A1", looked(&[2, 3]), &[incident(3, 0)], &[], now), [], "nothing new");
        let grown = follow("A1", looked(&[3, 9]), &[incident(3, 0)], &[], now);
        assert!(matches!(&grown[..], [Decision::IncidentGrew(growth)] if growth.records == "9" && growth.count == 4));
        assert_eq!(follow("A1", looked(&[3, 9]), &[incident(3, now - 1)], &[], now), [], "not again so soon");
    }

    #[test]
    fn what_a_person_ended_does_not_come_back_at_once() {
        let ended = |how, us| Incident { resolved: Some((us, "vera".into(), how)), recovered_us: Some(us), ..incident(3, 0) };
        let now = FALSE_US * 2;
        for (how, rest_us) in
            [(Ending::Passed, PASSED_US), (Ending::Fix, REPAIRED_US), (Ending::Rollback, REPAIRED_US), (Ending::FalseAlarm, FALSE_US)]
        {
            assert_eq!(follow("A1", looked(&[9]), &[], &[ended(how, now - rest_us + 1)], now), [], "{how}");
            assert_eq!(follow("A1", looked(&[9]), &[], &[ended(how, now - rest_us)], now).len(), 1, "{how}");
        }
    }

    #[test]
    fn only_its_own_incidents_pass() {
        let well = || Looked { findings: Vec::new(), well: BTreeMap::from([("A1:telegram".to_owned(), 42)]) };
        let passed = follow("A1", well(), &[incident(3, 0)], &[], 100);
        assert!(
            matches!(&passed[..], [Decision::IncidentResolved(it)] if it.incident == 7 && it.recovered_us == 42 && it.how == Ending::Passed)
        );
        let by_hand = Incident { rule: "hand".into(), ..incident(3, 0) };
        assert_eq!(follow("A1", well(), &[by_hand], &[], 100), []);
    }
}
