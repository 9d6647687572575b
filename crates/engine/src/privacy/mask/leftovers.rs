//! Long numbers that no recogniser knows: of orders, contracts, parcels. Whoever has the other file finds the person by them.

use super::groups::Run;
use super::{Care, Kind, Seen};

/// A price has six digits, a date eight in three groups; seven together are a number of something.
const TOGETHER: usize = 7;
/// Nothing of everyday life has so many, however it is parted.
const PARTED: usize = 9;

pub(super) fn find(runs: &[Run], care: Care, seen: &mut Vec<Seen>) {
    if care != Care::Thorough {
        return;
    }
    for run in runs {
        let digits: usize = run.iter().map(|group| group.digits.len()).sum();
        if digits >= PARTED {
            seen.push(Seen { kind: Kind::Number, at: run[0].at.start..run[run.len() - 1].at.end, weight: 5 });
        }
        // By itself too, should a part of the run be something better.
        for group in run.iter().filter(|group| group.digits.len() >= TOGETHER) {
            seen.push(Seen { kind: Kind::Number, at: group.at.clone(), weight: 4 });
        }
    }
}
