//! A list of record indexes as text: what an act says was destroyed.
//!
//! ```text
//! 0-41,44,50-52        ascending; a run is first-last; neighbours are one run
//! ```
//!
//! The text is hashed, so it has one spelling: runs in order, never touching, no spaces, no leading zeros; the empty list is the
//! empty text. Reading costs as many bytes as the text has, however many records it names.

use std::fmt;
use std::str::FromStr;

use crate::text::decimal;

/// Ascending indexes, kept as runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct RecordList {
    /// First and last of each run, both in it; ascending, and at least one index apart.
    runs: Vec<(u64, u64)>,
}

/// Text that is no list of records, or not in its one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordListError {
    /// Something that is neither `7` nor `7-9`.
    #[error("run {0} of the list is not an index or two indexes joined by a hyphen")]
    Run(usize),
    /// It goes back, repeats an index, or touches the run before it.
    #[error("run {0} of the list does not come after the one before it with a gap between them")]
    Order(usize),
}

impl RecordList {
    /// The list of these indexes, in whatever order they come and however often.
    #[must_use]
    pub fn of(indexes: impl IntoIterator<Item = u64>) -> Self {
        let mut all: Vec<u64> = indexes.into_iter().collect();
        all.sort_unstable();
        let mut list = Self::default();
        for index in all {
            match list.runs.last_mut() {
                Some((_, last)) if index <= last.saturating_add(1) => *last = index.max(*last),
                _ => list.runs.push((index, index)),
            }
        }
        list
    }

    /// How many indexes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.runs.iter().fold(0, |sum, (first, last)| sum.saturating_add((last - first).saturating_add(1)))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Whether `index` is one of them.
    #[must_use]
    pub fn contains(&self, index: u64) -> bool {
        let after = self.runs.partition_point(|(first, _)| *first <= index);
        after > 0 && index <= self.runs[after - 1].1
    }

    /// First and last of each run, ascending.
    #[must_use]
    pub fn runs(&self) -> &[(u64, u64)] {
        &self.runs
    }

    /// The greatest index.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        self.runs.last().map(|(_, last)| *last)
    }

    /// Every index, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.runs.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// The indexes of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut runs: Vec<(u64, u64)> = self.runs.iter().chain(&other.runs).copied().collect();
        runs.sort_unstable();
        let mut union = Self::default();
        for (first, last) in runs {
            match union.runs.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => union.runs.push((first, last)),
            }
        }
        union
    }

    /// The first index that both have.
    #[must_use]
    pub fn common(&self, other: &Self) -> Option<u64> {
        let (mut mine, mut theirs) = (self.runs.iter().peekable(), other.runs.iter().peekable());
        while let (Some(one), Some(two)) = (mine.peek(), theirs.peek()) {
            if one.1 < two.0 {
                mine.next();
            } else if two.1 < one.0 {
                theirs.next();
            } else {
                return Some(one.0.max(two.0));
            }
        }
        None
    }
}

impl fmt::Display for RecordList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.runs.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            match first == last {
                true => write!(f, "{comma}{first}")?,
                false => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for RecordList {
    type Err = RecordListError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut list = Self::default();
        if text.is_empty() {
            return Ok(list);
        }
        for (at, part) in text.split(',').enumerate() {
            let run = match part.split_once('-') {
                // `7-7` would be a second spelling of `7`.
                Some((first, last)) => decimal(first).zip(decimal(last)).filter(|(first, last)| first < last),
                None => decimal(part).map(|only| (only, only)),
            };
            let run = run.ok_or(RecordListError::Run(at))?;
            if list.runs.last().is_some_and(|(_, last)| last.checked_add(1).is_none_or(|next| run.0 <= next)) {
                return Err(RecordListError::Order(at));
            }
            list.runs.push(run);
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_has_one_spelling() {
        let list = RecordList::of((0..=41).chain([44, 44, 52, 51, 50]));
        assert_eq!(list.to_string(), "0-41,44,50-52");
        assert_eq!("0-41,44,50-52".parse(), Ok(list.clone()));
        assert_eq!((list.len(), list.last()), (46, Some(52)));
        assert!(list.contains(0) && list.contains(41) && list.contains(44) && !list.contains(42) && !list.contains(53));
        assert_eq!("".parse(), Ok(RecordList::default()));
        assert_eq!("7-8".parse::<RecordList>().map(|list| list.len()), Ok(2));
        for (other, wrong) in [
            ("7-7", RecordListError::Run(0)),
            ("9-7", RecordListError::Run(0)),
            (",", RecordListError::Run(0)),
            ("1,", RecordListError::Run(1)),
            ("1, 3", RecordListError::Run(1)),
            ("01", RecordListError::Run(0)),
            ("1-2-3", RecordListError::Run(0)),
            ("18446744073709551616", RecordListError::Run(0)),
            ("1,2", RecordListError::Order(1)),
            ("1-3,3", RecordListError::Order(1)),
            ("5,1", RecordListError::Order(1)),
            ("18446744073709551615,0", RecordListError::Order(1)),
        ] {
            assert_eq!(other.parse::<RecordList>(), Err(wrong), "{other}");
        }
    }

    #[test]
    fn a_short_text_may_name_more_records_than_there_are() {
        let all: RecordList = "0-18446744073709551615".parse().unwrap();
        assert_eq!(all.len(), u64::MAX);
        assert!(all.contains(u64::MAX));
        assert_eq!(all.union(&all), all);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(one in proptest::collection::btree_set(0_u64..200, 0..60), two in proptest::collection::btree_set(0_u64..200, 0..60)) {
            let (first, second) = (RecordList::of(one.iter().copied()), RecordList::of(two.iter().copied()));
            prop_assert_eq!(&first.to_string().parse::<RecordList>().unwrap(), &first);
            prop_assert!(first.iter().eq(one.iter().copied()));
            prop_assert_eq!(first.len(), one.len() as u64);
            for index in 0..200 {
                prop_assert_eq!(first.contains(index), one.contains(&index));
            }
            prop_assert_eq!(first.union(&second), RecordList::of(one.union(&two).copied()));
            prop_assert_eq!(first.common(&second), one.intersection(&two).next().copied());
        }
    }
}
