//! Whether two reviewers mean the same: Cohen's κ (1960), the agreement beyond what chance would give.

use serde::Serialize;

use crate::interval::{Interval, Z95};

/// How two reviewers agree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Agreement {
    /// Messages that both reviewed.
    pub n: u64,
    /// The share on which they agree.
    pub observed: f64,
    /// The share on which chance alone would make them agree.
    pub expected: f64,
    /// (observed − expected) / (1 − expected): 1 is always, 0 no better than chance.
    pub kappa: f64,
    /// κ ± z·√(pₒ(1−pₒ)/n) / (1−pₑ).
    pub interval: Interval,
}

/// `table[i][j]`: how many messages the first called i and the second j. None where the table is not square, empty, or both always say one thing.
#[must_use]
pub fn cohen(table: &[Vec<u64>]) -> Option<Agreement> {
    let counts = table.iter().flatten().try_fold(0_u64, |sum, count| sum.checked_add(*count)).filter(|n| *n > 0)?;
    if table.iter().any(|row| row.len() != table.len()) {
        return None;
    }
    let n = counts as f64;
    let row = |i: usize| table[i].iter().map(|count| *count as f64).sum::<f64>() / n;
    let column = |j: usize| table.iter().map(|row| row[j] as f64).sum::<f64>() / n;
    let observed = (0..table.len()).map(|i| table[i][i] as f64).sum::<f64>() / n;
    let expected: f64 = (0..table.len()).map(|i| row(i) * column(i)).sum();
    let one_thing = (0..table.len()).any(|i| table[i][i] == counts);
    let kappa = (observed - expected) / (1.0 - expected);
    let half = Z95 * (observed * (1.0 - observed) / n).max(0.0).sqrt() / (1.0 - expected);
    (!one_thing).then(|| Agreement { n: counts, observed, expected, kappa, interval: Interval::around(kappa, half).within(-1.0, 1.0) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{bounds, digits};

    #[test]
    fn two_reviewers() {
        // By hand: 35 of 50 agree; chance (25·30 + 25·20) / 2500 = 0.5; κ = 0.2 / 0.5.
        let found = cohen(&[vec![20, 5], vec![10, 15]]).unwrap();
        assert_eq!(
            [digits(found.observed, 12), digits(found.expected, 12), digits(found.kappa, 12)],
            ["0.700000000000", "0.500000000000", "0.400000000000"]
        );
        assert_eq!(bounds(found.interval, 3), "0.146…0.654");
        assert!((cohen(&[vec![5, 0], vec![0, 7]]).unwrap().kappa - 1.0).abs() < 1e-12);
        assert!((cohen(&[vec![0, 5], vec![5, 0]]).unwrap().kappa + 1.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_and_nonsense() {
        for table in [
            vec![],
            vec![vec![]],
            vec![vec![0, 0], vec![0, 0]],
            vec![vec![1, 2], vec![3]],
            vec![vec![9, 0], vec![0, 0]],
            vec![vec![u64::MAX, 1], vec![1, 1]],
        ] {
            assert_eq!(cohen(&table), None, "{table:?}");
        }
    }
}
