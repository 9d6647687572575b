//! Messages drawn one by one within parts: the doubtful (mostly all of them) and the rest.

use super::{Estimate, Part, Piece, together};
use crate::interval::Interval;

/// The share of wrong ones in all parts together: p̂ = Σ Nₕpₕ/N, V = Σ (Nₕ/N)²(1−fₕ)pₕ(1−pₕ)/(nₕ−1), and bounds from Wilson's of each part.
///
/// None where nothing is there, a part was not looked at at all, or counts are impossible.
#[must_use]
pub fn wrong_share(parts: &[Part]) -> Option<Estimate> {
    let share = shares(parts)?.iter().map(|(part, weight)| Some(part.rate().share()? * weight)).sum::<Option<f64>>()?;
    let se = shares(parts)?.iter().map(|(part, weight)| Some(weight * weight * part.variance()?)).sum::<Option<f64>>().map(f64::sqrt);
    Some(Estimate { share, se, interval: interval(parts, Part::wilson) })
}

/// The interval with other bounds for each part than Wilson's with the finite number taken into account.
#[must_use]
pub fn interval(parts: &[Part], bounds: impl Fn(Part) -> Option<Interval>) -> Option<Interval> {
    let piece = |(part, weight): &(Part, f64)| {
        let share = part.rate().share()?;
        let bounds = if part.is_census() { Interval::around(share, 0.0) } else { bounds(*part)? };
        Some(Piece::of(share, bounds, *weight))
    };
    Some(together(&shares(parts)?.iter().map(piece).collect::<Option<Vec<_>>>()?))
}

/// Each part that holds something, with its share of all messages.
fn shares(parts: &[Part]) -> Option<Vec<(Part, f64)>> {
    let all: f64 = parts.iter().map(|part| part.total as f64).sum();
    let weighed = parts.iter().filter(|part| part.total > 0).map(|part| (*part, part.total as f64 / all)).collect();
    (all > 0.0 && parts.iter().all(|part| part.is_possible())).then_some(weighed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::sample::effective;
    use crate::testing::digits;

    const DOUBTFUL: Part = Part { total: 120, reviewed: 120, wrong: 54 };
    const REST: Part = Part { total: 880, reviewed: 40, wrong: 2 };

    fn percents(interval: Interval) -> [String; 2] {
        [digits(interval.low * 100.0, 2), digits(interval.high * 100.0, 2)]
    }

    #[test]
    fn reviewed_messages_as_worked_by_hand() {
        let naive = (DOUBTFUL.wrong + REST.wrong) as f64 / (DOUBTFUL.reviewed + REST.reviewed) as f64;
        let found = wrong_share(&[DOUBTFUL, REST]).unwrap();
        assert_eq!([digits(naive * 100.0, 1), digits(found.share * 100.0, 2), digits(found.se.unwrap(), 6)], ["35.0", "9.80", "0.030005"]);
        assert_eq!(percents(found.normal().unwrap()), ["3.92", "15.68"]);
        assert_eq!(digits(effective(40, 880).unwrap(), 3), "41.857");
        assert_eq!(percents(found.interval.unwrap()), ["6.65", "19.61"]);
        let without = interval(&[DOUBTFUL, REST], |part| part.rate().interval());
        assert_eq!(percents(without.unwrap()), ["6.62", "19.92"]);
        assert_eq!(percents(interval(&[DOUBTFUL, REST], |part| part.rate().exact()).unwrap()), ["5.94", "20.29"]);
    }

    #[test]
    fn no_error_found_is_not_no_errors() {
        let parts = [DOUBTFUL, Part { wrong: 0, ..REST }];
        let found = wrong_share(&parts).unwrap();
        assert_eq!([digits(found.share * 100.0, 1), digits(found.interval.unwrap().high * 100.0, 2)], ["5.4", "12.80"]);
        let without = interval(&parts, |part| part.rate().interval()).unwrap();
        assert_eq!(digits(without.high * 100.0, 2), "13.11");
        assert_eq!(found.normal().unwrap().half_width(), 0.0);
    }

    #[test]
    fn a_census_that_was_not_finished_is_a_sample() {
        let found = wrong_share(&[Part { total: 120, reviewed: 90, wrong: 41 }, REST]).unwrap();
        assert_eq!([digits(found.share * 100.0, 2), digits(found.se.unwrap(), 6)], ["9.87", "0.030172"]);
        assert_eq!(percents(found.normal().unwrap()), ["3.95", "15.78"]);
        let census = wrong_share(&[DOUBTFUL, REST]).unwrap();
        assert!(found.interval.unwrap().half_width() > census.interval.unwrap().half_width());
    }

    #[test]
    fn everything_reviewed_is_known() {
        let found = wrong_share(&[DOUBTFUL, Part { total: 40, reviewed: 40, wrong: 2 }]).unwrap();
        assert_eq!(
            (digits(found.share, 12), found.se, found.interval.unwrap().half_width()),
            ("0.350000000000".to_owned(), Some(0.0), 0.0)
        );
        assert_eq!(wrong_share(&[DOUBTFUL, Part { total: 0, reviewed: 0, wrong: 0 }]).unwrap().share, 0.45);
    }

    #[test]
    fn impossible_counts_are_no_number() {
        let none = Part { total: 0, reviewed: 0, wrong: 0 };
        for parts in [
            vec![],
            vec![none],
            vec![DOUBTFUL, Part { reviewed: 0, wrong: 0, ..REST }],
            vec![DOUBTFUL, Part { wrong: 41, ..REST }],
            vec![Part { reviewed: 121, ..DOUBTFUL }],
        ] {
            assert_eq!(wrong_share(&parts), None, "{parts:?}");
        }
        // One message of many: a share and its wide interval, no standard error.
        let one = wrong_share(&[DOUBTFUL, Part { reviewed: 1, wrong: 0, ..REST }]).unwrap();
        assert!(one.se.is_none() && one.interval.unwrap().high > 0.7);
    }
}
