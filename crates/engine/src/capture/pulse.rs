//! How connections fare, in memory: every door that passes calls on counts here.
//!
//! The hot path takes one lock of its own connection. Every few seconds `app` takes what was counted into the table
//! `connection_health`; for `/metrics` it is summed up by kind, without a name of anybody.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::access::connection_health::{Failure, Tally};
use crate::access::{ConnectionId, ConnectionIdentity, ConnectionKind};
use crate::event::BusinessId;

/// All of them.
#[derive(Debug, Default)]
pub struct Pulses {
    each: RwLock<HashMap<ConnectionId, Arc<Pulse>>>,
    /// By kind, what was taken already.
    taken: Mutex<BTreeMap<ConnectionKind, Tally>>,
}

/// One connection's.
#[derive(Debug)]
pub struct Pulse {
    business: BusinessId,
    kind: ConnectionKind,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    tally: Tally,
    /// Gaps that no event tells of yet.
    untold: u64,
}

impl Pulse {
    /// One call has ended.
    pub fn call(&self, now_us: i64, latency_us: Option<i64>, failure: Option<(Failure, String)>) {
        self.locked().tally.call(now_us, latency_us, failure);
    }

    /// A call that was counted could not be stored.
    pub fn not_recorded(&self, now_us: i64) {
        self.locked().tally.failed(now_us, Failure::NotRecorded, "the record could not be stored".to_owned());
    }

    /// Exchanges are lost to the journal.
    pub fn gap(&self, exchanges: u64) {
        let mut counted = self.locked();
        counted.tally.gaps += exchanges;
        counted.untold += exchanges;
    }

    fn locked(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pulses {
    /// That of a connection.
    pub fn of(&self, known: &ConnectionIdentity) -> Arc<Pulse> {
        self.named(known.connection, known.business, known.kind)
    }

    pub(super) fn named(&self, connection: ConnectionId, business: BusinessId, kind: ConnectionKind) -> Arc<Pulse> {
        let known = self.each.read().unwrap_or_else(PoisonError::into_inner).get(&connection).map(Arc::clone);
        known.unwrap_or_else(|| {
            let mut each = self.each.write().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Pulse { business, kind, counted: Mutex::default() });
            Arc::clone(each.entry(connection).or_insert_with(new))
        })
    }

    /// What was counted since the last time, for the table.
    #[must_use]
    pub fn take(&self) -> Vec<(BusinessId, ConnectionId, Tally)> {
        let each = self.each.read().unwrap_or_else(PoisonError::into_inner);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let tallies = each.iter().map(|(connection, pulse)| {
            let tally = std::mem::take(&mut pulse.locked().tally);
            taken.entry(pulse.kind).or_default().add(&tally);
            (pulse.business, *connection, tally)
        });
        tallies.filter(|(_, _, tally)| *tally != Tally::default()).collect()
    }

    /// Gaps that no event tells of yet; whoever cannot tell gives them back.
    pub(super) fn untold(&self) -> Vec<(BusinessId, ConnectionId, u64)> {
        let each = self.each.read().unwrap_or_else(PoisonError::into_inner);
        let untold = each.iter().map(|(connection, pulse)| (pulse.business, *connection, std::mem::take(&mut pulse.locked().untold)));
        untold.filter(|(_, _, gaps)| *gaps > 0).collect()
    }

    pub(super) fn give_back(&self, connection: ConnectionId, gaps: u64) {
        if let Some(pulse) = self.each.read().unwrap_or_else(PoisonError::into_inner).get(&connection) {
            pulse.locked().untold += gaps;
        }
    }

    /// In the text format of Prometheus, by kind.
    pub(super) fn write(&self, text: &mut String) {
        let each = self.each.read().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for pulse in each.values() {
            all.entry(pulse.kind).or_default().add(&pulse.locked().tally);
        }
        let _ =
            writeln!(text, "# HELP letopis_exchanges_total Calls through connections that ended.\n# TYPE letopis_exchanges_total counter");
        for (kind, tally) in &all {
            let _ = writeln!(text, "letopis_exchanges_total{{kind=\"{kind}\"}} {}", tally.calls);
        }
        let name = "letopis_exchange_failures_total";
        let _ = writeln!(text, "# HELP {name} Of these, those that did not end well.\n# TYPE {name} counter");
        for (kind, tally) in &all {
            for (failure, count) in &tally.failures {
                let _ = writeln!(text, "{name}{{kind=\"{kind}\",failure=\"{failure}\"}} {count}");
            }
        }
        let name = "letopis_exchange_gaps_total";
        let _ = writeln!(text, "# HELP {name} Exchanges that are in no record.\n# TYPE {name} counter");
        for (kind, tally) in &all {
            let _ = writeln!(text, "{name}{{kind=\"{kind}\"}} {}", tally.gaps);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_taken_still_counts_in_the_sums() {
        let pulses = Pulses::default();
        let connection = ConnectionId::from_number(5).unwrap();
        let pulse = pulses.named(connection, BusinessId(1), ConnectionKind::Openai);
        pulse.call(1, Some(1), None);
        pulse.gap(3);
        assert_eq!(pulses.take().len(), 1);
        assert!(pulses.take().is_empty());
        pulse.call(2, None, Some((Failure::Slow, "slow".into())));
        let mut text = String::new();
        pulses.write(&mut text);
        for line in ["exchanges_total{kind=\"openai\"} 2", "failure=\"slow\"} 1", "gaps_total{kind=\"openai\"} 3"] {
            assert!(text.contains(line), "{text}");
        }
        assert_eq!(pulses.untold(), [(BusinessId(1), connection, 3)]);
        pulses.give_back(connection, 3);
        assert_eq!(pulses.untold().len() + pulses.untold().len(), 1);
    }
}
