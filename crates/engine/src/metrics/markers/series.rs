//! Versions in the order of conversations, and when another one is there: five of twenty running on; it is gone when none of twenty has it.

use std::collections::{BTreeMap, VecDeque};

/// Conversations that are looked at together.
const TOGETHER: usize = 20;
/// Of them so many make a version one that is there.
const PRESENT: usize = 5;
/// Conversations that are remembered. A version that comes was in fewer than five of any twenty before, so among these are twenty without it
/// that came before the first of its five.
const REMEMBERED: usize = 64;

/// A conversation with one version, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    /// When it began.
    pub(super) us: i64,
    /// Its row, while its detail lives.
    pub(super) session: Option<i64>,
    /// Which version.
    pub(super) version: usize,
}

/// A version that is there from that conversation on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    /// The first one with it.
    pub(super) first: Told,
    /// What was there most, just before.
    pub(super) from: usize,
}

/// One series: conversations come in their order.
#[derive(Default)]
pub(super) struct Series {
    last: VecDeque<Told>,
    /// The versions that count as there.
    there: Vec<usize>,
}

impl Series {
    /// The next conversation; a change where its version is there from now on. What answers from the first day on is none.
    pub(super) fn push(&mut self, told: Told) -> Option<Change> {
        self.last.push_back(told);
        if self.last.len() > REMEMBERED {
            self.last.pop_front();
        }
        let gone = self.last.len().checked_sub(TOGETHER + 1).map(|at| self.last[at].version);
        if let Some(gone) = gone.filter(|gone| *gone != told.version && !self.together().any(|version| version == *gone)) {
            self.there.retain(|version| *version != gone);
        }
        let is_new = !self.there.contains(&told.version) && self.together().filter(|version| *version == told.version).count() >= PRESENT;
        if !is_new {
            return None;
        }
        self.there.push(told.version);
        self.change(told.version)
    }

    /// The versions of the last twenty, the newest first.
    fn together(&self) -> impl Iterator<Item = usize> {
        self.last.iter().rev().take(TOGETHER).map(|told| told.version)
    }

    fn change(&self, version: usize) -> Option<Change> {
        let window = self.last.len().saturating_sub(TOGETHER);
        let at = (window..self.last.len()).find(|at| self.last[*at].version == version)?;
        let mut counts = BTreeMap::<usize, usize>::new();
        for told in self.last.range(..at).rev().filter(|told| told.version != version).take(TOGETHER) {
            *counts.entry(told.version).or_default() += 1;
        }
        let (from, _) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        Some(Change { first: self.last[at], from })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(i64, char, char)> {
        let mut series = Series::default();
        let told = text.bytes().enumerate().map(|(at, byte)| Told { us: at as i64, session: None, version: usize::from(byte - b'a') });
        let name = |version: usize| char::from(b'a' + version as u8);
        told.filter_map(|told| series.push(told)).map(|change| (change.first.us, name(change.from), name(change.first.version))).collect()
    }

    #[test]
    fn a_change_is_marked_where_it_began() {
        assert_eq!(found("aaaaaaaaaabbbbb"), [(10, 'a', 'b')]);
        assert_eq!(found("aaaaaaaaaabbbb"), [], "four are not enough yet");
        assert_eq!(found("aaaaaaaaaa"), [], "what answers from the first day on is no change");
        assert_eq!(found("aaaaa"), []);
    }

    #[test]
    fn a_split_is_one_marker_and_a_stray_answer_none() {
        assert_eq!(found(&("aaaaaaaaaa".to_owned() + &"ab".repeat(40))), [(11, 'a', 'b')]);
        assert_eq!(found(&("a".repeat(30) + "b" + &"a".repeat(30) + "b" + &"a".repeat(30))), []);
    }

    #[test]
    fn what_was_put_back_is_a_marker_of_its_own() {
        let told = "a".repeat(25) + &"b".repeat(25) + &"a".repeat(5);
        assert_eq!(found(&told), [(25, 'a', 'b'), (50, 'b', 'a')]);
    }

    #[test]
    fn what_was_there_before_is_what_was_there_most() {
        let strays = "aaaac".repeat(10) + "bbbbb";
        assert_eq!(found(&strays), [(50, 'a', 'b')]);
    }
}
