//! Sessions drawn as a whole: errors within one are alike, so ten sessions tell less than their messages would one by one.
//!
//! Ê = e_L + (M/m)Σeⱼ, V = M²(1−m/M)s²/m, Student's t with m−1 degrees (Cochran 1977, ch. 9). Months are added up: each with its own draw,
//! because three months of ten sessions tell what one month of thirty does. Where every session drawn has the same number of errors (mostly
//! none), s² is nought and the formula would claim certainty; then each session is taken as wholly right or wholly wrong, and Wilson's
//! interval for so many sessions is shown.

use super::{Estimate, Part, Piece, effective, together};
use crate::interval::Interval;
use crate::proportion::wilson;
use crate::special::distribution::student_95;

/// A month's reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month<'a> {
    /// Messages of low confidence, looked at one by one.
    pub doubtful: Part,
    /// How many other messages there are.
    pub rest: u64,
    /// In so many sessions.
    pub sessions: u64,
    /// For every session drawn and reviewed: how many of its other messages are wrong.
    pub wrong: &'a [u64],
}

impl Month<'_> {
    /// Half the width of the interval that so many sessions would give, if they vary as these do: «10 sessions a month give about ± 9 pp».
    #[must_use]
    pub fn margin(&self, sessions: u64) -> Option<f64> {
        let spread = self.spread()?;
        let drawn = sessions.min(self.sessions);
        let all = self.doubtful.total as f64 + self.rest as f64;
        (spread > 0.0 && drawn > 1).then(|| student_95(drawn - 1) * self.variance(spread, drawn as f64).sqrt() / all)
    }

    fn is_possible(&self) -> bool {
        let drawn = self.wrong.len() as u64;
        self.doubtful.is_possible() && drawn <= self.sessions && (drawn > 0 || self.rest == 0)
    }

    fn drawn(&self) -> f64 {
        self.wrong.len() as f64
    }

    /// s² of errors per session.
    fn spread(&self) -> Option<f64> {
        let mean = self.wrong.iter().map(|wrong| *wrong as f64).sum::<f64>() / self.drawn();
        let squares: f64 = self.wrong.iter().map(|wrong| (*wrong as f64 - mean).powi(2)).sum();
        (self.wrong.len() > 1).then(|| squares / (self.drawn() - 1.0))
    }

    /// M²(1−m/M)s²/m
    fn variance(&self, spread: f64, drawn: f64) -> f64 {
        let all = self.sessions as f64;
        all * all * (1.0 - drawn / all) * spread / drawn
    }

    /// (M/m)Σe
    fn estimated(&self) -> f64 {
        if self.wrong.is_empty() {
            0.0
        } else {
            self.sessions as f64 / self.drawn() * self.wrong.iter().map(|wrong| *wrong as f64).sum::<f64>()
        }
    }
}

/// The share of wrong messages in all of these months together. None where nothing is there, a month was not looked at, or counts are impossible.
#[must_use]
pub fn wrong_share(months: &[Month<'_>]) -> Option<Estimate> {
    let all: f64 = months.iter().map(|month| month.doubtful.total as f64 + month.rest as f64).sum();
    if all <= 0.0 || !months.iter().all(Month::is_possible) {
        return None;
    }
    let doubtful: Vec<Part> = months.iter().map(|month| month.doubtful).filter(|part| part.total > 0).collect();
    let drawn: Vec<&Month<'_>> = months.iter().filter(|month| month.rest > 0).collect();
    let mut pieces = Vec::new();
    let mut variance = Some(0.0);
    for part in doubtful {
        let weight = part.total as f64 / all;
        pieces.push(Piece::of(part.rate().share()?, part.wilson()?, weight));
        variance = variance.zip(part.variance()).map(|(sum, own)| sum + weight * weight * own);
    }
    let rest = drawn.iter().map(|month| month.estimated()).sum::<f64>() / all;
    let own = drawn.iter().map(|month| {
        if month.wrong.len() as u64 == month.sessions { Some(0.0) } else { Some(month.variance(month.spread()?, month.drawn())) }
    });
    let own = own.sum::<Option<f64>>().map(|sum| sum / (all * all));
    let share = pieces.iter().map(|piece| piece.value).sum::<f64>() + rest;
    let interval = rest_bounds(&drawn, rest, own, all).map(|bounds| {
        pieces.push(Piece { value: rest, bounds });
        together(&pieces)
    });
    Some(Estimate { share: share.min(1.0), se: variance.zip(own).map(|(one, other)| (one + other).sqrt()), interval })
}

/// The bounds of what the sessions tell, as a share of all messages.
fn rest_bounds(months: &[&Month<'_>], rest: f64, variance: Option<f64>, all: f64) -> Option<Interval> {
    let (drawn, sessions) = months.iter().fold((0, 0), |sum, month| (sum.0 + month.wrong.len() as u64, sum.1 + month.sessions));
    if drawn == sessions {
        return Some(Interval::around(rest, 0.0));
    }
    match variance {
        Some(variance) if variance > 0.0 => {
            Some(Interval::around(rest, student_95((drawn - months.len() as u64).max(1)) * variance.sqrt()))
        }
        _ => {
            let messages = months.iter().map(|month| month.rest as f64).sum::<f64>() / all;
            let Interval { low, high } = wilson((rest / messages).min(1.0), effective(drawn, sessions)?)?;
            Some(Interval { low: low * messages, high: (high * messages).max(rest) })
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::digits;

    const WRONG: [u64; 10] = [0, 0, 1, 0, 0, 0, 2, 0, 0, 0];

    fn month(wrong: &[u64]) -> Month<'_> {
        Month { doubtful: Part { total: 120, reviewed: 120, wrong: 54 }, rest: 880, sessions: 200, wrong }
    }

    #[test]
    fn ten_sessions_as_worked_by_hand() {
        assert_eq!(digits(month(&WRONG).spread().unwrap(), 6), "0.455556");
        let found = wrong_share(&[month(&WRONG)]).unwrap();
        assert_eq!([digits(found.share * 100.0, 2), digits(found.se.unwrap(), 6)], ["11.40", "0.041607"]);
        let Interval { low, high } = found.interval.unwrap();
        assert_eq!([digits(low * 100.0, 2), digits(high * 100.0, 2)], ["1.99", "20.81"]);
        let margins = [10, 30].map(|sessions| digits(month(&WRONG).margin(sessions).unwrap() * 100.0, 1));
        assert_eq!(margins, ["9.4", "4.6"]);
    }

    #[test]
    fn three_months_tell_more_than_one() {
        let (one, three) = (wrong_share(&[month(&WRONG)]).unwrap(), wrong_share(&[month(&WRONG); 3]).unwrap());
        assert!((one.share - three.share).abs() < 1e-12 && (three.se.unwrap() * 3.0_f64.sqrt() - one.se.unwrap()).abs() < 1e-12);
        assert!(three.interval.unwrap().half_width() < 0.055);
    }

    #[test]
    fn no_error_found_is_not_no_errors() {
        let found = wrong_share(&[month(&[0; 10])]).unwrap();
        assert_eq!((digits(found.share * 100.0, 1), found.se), ("5.4".to_owned(), Some(0.0)));
        let Interval { low, high } = found.interval.unwrap();
        // 5.4 % for certain; of the rest at most Wilson's 0 of 10.47: 26.8 %.
        assert!((low - 0.054).abs() < 1e-12 && (high - 0.054 - 0.88 * 0.268_4).abs() < 1e-3, "{low} {high}");
        assert_eq!(month(&[0; 10]).margin(30), None);
    }

    #[test]
    fn everything_reviewed_is_known() {
        let found = wrong_share(&[Month { sessions: 10, ..month(&WRONG) }]).unwrap();
        assert_eq!((digits(found.share, 3), found.se, found.interval.unwrap().half_width()), ("0.057".to_owned(), Some(0.0), 0.0));
        let quiet = Month { rest: 0, sessions: 0, ..month(&[]) };
        assert_eq!(wrong_share(&[quiet]).unwrap().share, 0.45);
    }

    #[test]
    fn impossible_counts_are_no_number() {
        assert_eq!(wrong_share(&[]), None);
        assert_eq!((wrong_share(&[month(&[])]), wrong_share(&[Month { sessions: 9, ..month(&WRONG) }])), (None, None));
        let nothing = Month { doubtful: Part { total: 0, reviewed: 0, wrong: 0 }, rest: 0, sessions: 0, wrong: &[] };
        assert_eq!((wrong_share(&[nothing]), nothing.margin(10)), (None, None));
        let unlooked = Part { total: 120, reviewed: 0, wrong: 0 };
        assert_eq!(wrong_share(&[Month { doubtful: unlooked, ..month(&WRONG) }]), None);
        // One session: a share, no standard error, an interval that says how little that is.
        let one = wrong_share(&[month(&[0])]).unwrap();
        assert!(one.se.is_none() && one.interval.unwrap().high > 0.7);
        assert!(wrong_share(&[month(&[1000; 10])]).unwrap().share <= 1.0);
    }
}
