//! Everything that goes wrong between a portal and its caller (section 3.6.9 of the reference). A fault is drawn with a probability from a seed, so a
//! run can be repeated, or it is ordered by a test for the next call (of a method). What was injected is counted.
use std::collections::{BTreeMap, VecDeque};

/// One way to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// 302 to the portal's other name; the call was not run
    Moved,
    /// 500 with an HTML page; the call was not run
    Html500,
    /// 500 `INTERNAL_SERVER_ERROR`; the call was not run
    Json500,
    /// the connection ends before the call was run
    CutBefore,
    /// the answer does not come for a minute, then the connection ends; the call was run
    Stall,
    /// the call was run, its answer is lost: whoever repeats it makes a double
    LostAnswer,
    /// a batch was run to its half, then the connection ends; any other call as [`Fault::LostAnswer`]
    LostMidway,
    /// the call was run, and 500 with an HTML page is what the caller hears
    Html500After,
    /// 503 `QUERY_LIMIT_EXCEEDED` although there was room
    TooMany,
    /// 429 `OPERATION_TIME_LIMIT` although there was room
    OperationLimit,
    /// 503 `OVERLOAD_LIMIT`: somebody at the vendor has switched the portal's interface off. Never drawn: it does not pass by itself
    Overload,
}

/// What is drawn: all that pass by themselves.
pub const PASSING: [Fault; 10] = [
    Fault::Moved,
    Fault::Html500,
    Fault::Json500,
    Fault::CutBefore,
    Fault::Stall,
    Fault::LostAnswer,
    Fault::LostMidway,
    Fault::Html500After,
    Fault::TooMany,
    Fault::OperationLimit,
];

/// When calls fail.
#[derive(Debug)]
pub struct Faults {
    /// of how many calls, from 0 to 1
    pub probability: f64,
    /// which faults are drawn
    pub kinds: Vec<Fault>,
    random: Random,
    ordered: VecDeque<(Option<String>, Fault)>,
    /// how often each was injected
    pub injected: BTreeMap<Fault, u64>,
}

impl Faults {
    /// No faults until told so.
    pub fn new(seed: u64) -> Faults {
        Faults { probability: 0.0, kinds: PASSING.to_vec(), random: Random(seed), ordered: VecDeque::new(), injected: BTreeMap::new() }
    }

    /// The next call of this method (of any, without a name) fails so. Several orders are served one after another.
    pub fn order(&mut self, method: Option<&str>, fault: Fault) {
        self.ordered.push_back((method.map(str::to_ascii_lowercase), fault));
    }

    /// What happens to this call. A batch is asked for under the name `batch`.
    pub(crate) fn draw(&mut self, method: &str) -> Option<Fault> {
        let wanted = |(name, _): &(Option<String>, Fault)| name.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(method));
        let fault = match self.ordered.iter().position(wanted) {
            Some(at) => self.ordered.remove(at).map(|(_, fault)| fault),
            None if self.kinds.is_empty() || !self.random.chance(self.probability) => None,
            None => Some(self.kinds[self.random.below(self.kinds.len())]),
        }?;
        *self.injected.entry(fault).or_default() += 1;
        Some(fault)
    }
}

/// A small generator (splitmix64): repeatable, and good enough to choose faults.
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && (self.next() >> 11) as f64 / ((1_u64 << 53) as f64) < probability
    }

    #[allow(clippy::cast_possible_truncation)]
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    /// A secret for tokens: 64 characters.
    pub(crate) fn token(&mut self) -> String {
        (0..4).map(|_| format!("{:016x}", self.next())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_is_the_same_run_and_orders_come_first() {
        let run = |seed| {
            let mut faults = Faults::new(seed);
            faults.probability = 0.3;
            (0..1000).map(|_| faults.draw("m")).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let hit = run(7).iter().flatten().count();
        assert!((250..350).contains(&hit), "{hit}");
        let mut faults = Faults::new(1);
        faults.order(Some("crm.Lead.add"), Fault::LostAnswer);
        assert_eq!(
            (faults.draw("crm.lead.get"), faults.draw("crm.lead.add"), faults.draw("crm.lead.add")),
            (None, Some(Fault::LostAnswer), None)
        );
    }
}
